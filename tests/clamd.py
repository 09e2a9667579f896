"""A clamd that speaks INSTREAM over a real socket: it finds one word, and can be told to behave badly."""

import socketserver
import struct
import threading
from typing import Self

VIRUS = b"X5O!P%@AP-this-is-no-virus-but-a-test"


class Clamd(socketserver.ThreadingTCPServer):
    """`says`: instead of a verdict. `received`: the files it was sent."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.says: bytes | None = None
        self.received: list[bytes] = []

    @property
    def address(self) -> str:
        """As the setting names it."""
        return f"127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Conversation(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        file = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            file += self.rfile.read(length)
        self.server.received.append(file)
        verdict = b"stream: Test.Word FOUND\0" if VIRUS in file else b"stream: OK\0"
        self.wfile.write(verdict if self.server.says is None else self.server.says)
