"""A way to a server on which every piece of traffic can be seen, held up or cut."""

import itertools
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

PIECE = 65536  # bytes at most
FAR_AWAY = 0.004  # seconds that an answer takes, so that what is sent without waiting for it has been sent by then
PATIENCE = 30.0  # seconds for a server to hang up after its client


@dataclass(frozen=True)
class Piece:
    """Bytes that came together, on the connection of that number, on their way to the server or back."""

    connection: int
    to_server: bool
    content: bytes
    pass_on: Callable[[bytes], None]


class Relay:
    """Relays connections to the server at `address`; `handle` gets each piece, and passes on what shall arrive.

    Who connects waits until the relay is entered. Leaving waits until clients and server have hung up.
    """

    def __init__(self, address: tuple[str, int], handle: Callable[[Piece], None], far_away: float = FAR_AWAY) -> None:
        self._address, self._handle, self._far_away = address, handle, far_away
        self._door = socket.create_server(("127.0.0.1", 0))
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self._door.getsockname()[1])

    def __enter__(self) -> Self:
        self._start(self._welcome)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:  # the first one may still add some
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a connection stayed open"

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                self._start(self._connect, client)

    def _connect(self, client: socket.socket) -> None:
        """Carry what the server says; what the client says is carried beside it. Closes both ends after both."""
        number = next(self._numbers)
        with client, socket.create_connection(self._address) as server:
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what comes in many pieces must not wait
            asking = threading.Thread(target=self._carry, args=[number, client, server, True], daemon=True)
            asking.start()
            self._carry(number, server, client, False)
            asking.join()

    def _carry(self, number: int, source: socket.socket, target: socket.socket, to_server: bool) -> None:
        with suppress(OSError):
            while content := source.recv(PIECE):
                if not to_server:
                    time.sleep(self._far_away)
                self._handle(Piece(number, to_server, content, target.sendall))
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def _start(self, act: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=act, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()
