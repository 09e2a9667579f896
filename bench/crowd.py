"""Two hundred people who wait for a code: each asks once a second, from an address of its own."""

import itertools
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bench.load import connected, read
from bench.workflows import Call
from functions.auth import login

PEOPLE: Final = 200
TOO_MANY: Final = 429
_ADDRESSES: Final = (f"127.20.{high}.{low}" for high, low in itertools.product(range(1, 255), repeat=2))
_PHONES: Final = itertools.count(6_100_000_000)


class Crowd:
    """People before one app. `heard` counts what they were answered, by HTTP status, while they asked."""

    def __init__(self, port: int) -> None:
        self.heard: Counter[int] = Counter()
        self._port = port
        self._asking, self._lock, self._ended = threading.Event(), threading.Lock(), False
        for number in range(PEOPLE):
            threading.Thread(target=self._live, args=(number, next(_ADDRESSES), next(_PHONES)), daemon=True).start()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Let them ask; who still waits for an answer in the end goes on waiting."""
        self._asking.set()
        yield
        self._asking.clear()

    def close(self) -> None:
        """Send them home."""
        self._ended = True
        self._asking.set()

    def _live(self, number: int, address: str, phone: int) -> None:
        with connected(self._port, address) as line:
            while True:
                self._asking.wait()
                time.sleep((number / PEOPLE - time.monotonic()) % 1)  # all of them spread over the second
                if self._ended:
                    return
                if self._asking.is_set() and self._ask(line, phone) == TOO_MANY:
                    phone = next(_PHONES)  # somebody else's turn: a phone gets five codes in 15 minutes

    def _ask(self, line: socket.socket, phone: int) -> int:
        line.sendall(Call(login.login, body={"phone": str(phone)}).over_http())
        status = int(read(line)[9:12])
        with self._lock:
            self.heard[status] += 1
        return status
