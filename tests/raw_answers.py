"""A server that answers with bytes as they are given, whether HTTP allows them or not."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def server(*pieces: bytes, pause: float = 0, endless: bool = False) -> Iterator[str]:
    """A server that answers any request with these pieces, a pause after each, the last one for ever if `endless`."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head = b"".join(iter(self.rfile.readline, b"\r\n")).lower()
            self.rfile.read(int(head.partition(b"content-length:")[2].split()[0]))  # to leave something is a reset
            try:
                for piece in pieces:
                    self.wfile.write(piece)
                    time.sleep(pause)
                while endless:
                    self.wfile.write(pieces[-1])
                    time.sleep(pause)
            except OSError:
                return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()
        thread.join()
