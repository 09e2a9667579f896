"""A way to PostgreSQL that counts round trips: how often one sends after an answer (data.md, Round trips)."""

import threading
from typing import Self

from psycopg import conninfo

from tests.relay import Piece, Relay

FAR_AWAY = 0.015  # seconds: on a busy machine what is sent without waiting may come in two pieces


class Trips:
    """Relays connections to the server of `url`; `count` are the trips since it was last set to 0.

    What a client sends before it has heard anything is one burst, however many statements are in it: one trip.
    """

    def __init__(self, url: str) -> None:
        self._straight, parts = url, conninfo.conninfo_to_dict(url)
        self._relay = Relay((str(parts["host"]), int(str(parts["port"]))), self._pass, FAR_AWAY)
        self._waiting: set[int] = set()  # connections that sent something and have heard nothing
        self._lock = threading.Lock()
        self.count = 0

    @property
    def url(self) -> str:
        """The same database, by this way."""
        return conninfo.make_conninfo(self._straight, host="127.0.0.1", port=self._relay.port)

    def __enter__(self) -> Self:
        self._relay.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._relay.__exit__()

    def _pass(self, piece: Piece) -> None:
        with self._lock:
            if not piece.to_server:
                self._waiting.discard(piece.connection)
            elif piece.connection not in self._waiting:
                self._waiting.add(piece.connection)
                self.count += 1
        piece.pass_on(piece.content)
