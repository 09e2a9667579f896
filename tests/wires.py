"""The wires of a process to its servers, and a place on them at which the process is killed (data.md I12)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from threading import Lock
from typing import Literal
from urllib.parse import urlsplit

from azure.storage.blob import BlobServiceClient
from psycopg import conninfo

from tests.relay import Piece, Relay

DATABASE, STORAGE = "DATABASE_URL", "AZURE_STORAGE_CONNECTION_STRING"
PATIENCE = 30.0  # seconds

Server = Literal["database", "storage"]


@dataclass
class Turn:
    """What goes one way until something comes back: a request to a server, however long, or its answer."""

    server: Server
    to_server: bool
    size: int = 0  # bytes


@dataclass(frozen=True)
class Place:
    """Within the turn of that number, counted from 0, after so many bytes of it."""

    turn: int
    arrived: int


class Wires:
    """Relays before PostgreSQL and Azurite. `servers`: the settings that name them; `instead`: those that name us.

    `turns` are those of the process so far, which has one connection with each server; `cut`: whether it was killed.
    """

    def __init__(self, servers: Mapping[str, str], place: Place | None) -> None:
        database = conninfo.conninfo_to_dict(servers[DATABASE])
        with BlobServiceClient.from_connection_string(servers[STORAGE]) as service:
            storage = urlsplit(service.url)
        self._place, self._lock = place, Lock()
        self._to_database = Relay((str(database["host"]), int(str(database["port"]))), self._database)
        self._to_storage = Relay((str(storage.hostname), int(storage.port or 80)), self._storage)
        self.instead = {
            DATABASE: conninfo.make_conninfo(
                servers[DATABASE], host="127.0.0.1", port=self._to_database.port, sslmode="disable"
            ),
            STORAGE: servers[STORAGE].replace(f"//{storage.netloc}/", f"//127.0.0.1:{self._to_storage.port}/"),
            "PYTHON_THREADPOOL_THREAD_COUNT": "1",
        }
        self.turns: list[Turn] = []
        self.cut = False

    @contextmanager
    def of(self, process: BaseProcess) -> Iterator[None]:
        """Carry what this process says and hears, until both servers have let go of it."""
        self._process = process
        with self._to_database, self._to_storage:
            yield

    def _database(self, piece: Piece) -> None:
        self._carry(piece, "database")

    def _storage(self, piece: Piece) -> None:
        self._carry(piece, "storage")

    def _carry(self, piece: Piece, server: Server) -> None:
        with self._lock:
            if self.cut:
                return  # it had not left the process, or nobody is there to read it
            if not self.turns or (self.turns[-1].server, self.turns[-1].to_server) != (server, piece.to_server):
                self.turns.append(Turn(server, piece.to_server))
            room = self._room()
            self.turns[-1].size += len(piece.content)
            self.cut = room is not None and room < len(piece.content)
            with suppress(OSError):
                piece.pass_on(piece.content[:room])
            if self.cut:
                self._process.kill()
                connection.wait([self._process.sentinel], PATIENCE)

    def _room(self) -> int | None:
        """How many bytes still arrive before the place is reached; None: all that come now."""
        turn = len(self.turns) - 1
        if self._place is None or turn < self._place.turn:
            return None
        return max(0, self._place.arrived - self.turns[-1].size) if turn == self._place.turn else 0
