"""A way to PostgreSQL that counts round trips: how often one sends after an answer (data.md, Round trips)."""

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from psycopg import conninfo

FAR_AWAY = 0.004  # seconds that an answer takes, so that what is sent without waiting for it has been sent by then


@dataclass
class _Line:
    """One connection, from its client to the server and back."""

    client: socket.socket
    server: socket.socket
    answered: bool = True


class Trips:
    """Relays connections to the server of `url`; `count` are the trips since it was last set to 0.

    What a client sends before it has heard anything is one burst, however many statements are in it: one trip.
    """

    def __init__(self, url: str) -> None:
        self._parts = conninfo.conninfo_to_dict(url)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._lines: list[_Line] = []
        self._lock = threading.Lock()
        self.count = 0

    @property
    def url(self) -> str:
        """The same database, by this way."""
        return conninfo.make_conninfo(**self._parts | {"host": "127.0.0.1", "port": self._door.getsockname()[1]})

    def __enter__(self) -> Self:
        threading.Thread(target=self._welcome, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for line in self._lines:
            _hang_up(line)

    def _welcome(self) -> None:
        address = str(self._parts["host"]), int(str(self._parts["port"]))
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                line = _Line(client, socket.create_connection(address))
                self._lines.append(line)
                for relay in (self._ask, self._answer):
                    threading.Thread(target=relay, args=[line], daemon=True).start()

    def _ask(self, line: _Line) -> None:
        with suppress(OSError):
            while sent := line.client.recv(65536):
                with self._lock:
                    self.count += line.answered
                    line.answered = False
                line.server.sendall(sent)
        _hang_up(line)

    def _answer(self, line: _Line) -> None:
        with suppress(OSError):
            while said := line.server.recv(65536):
                time.sleep(FAR_AWAY)
                line.answered = True
                line.client.sendall(said)
        _hang_up(line)


def _hang_up(line: _Line) -> None:
    for end in (line.client, line.server):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
