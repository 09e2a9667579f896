"""Posts to a provider with `requests` and stops reading at a deadline, however long or slow the answer is."""

import http.client
import io
import logging
import socket
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError

from shared_code.adapters import telemetry
from shared_code.adapters.calls import AttemptFailed

LONGEST_ANSWER = 64 * 1024  # bytes; both providers answer with less than one kilobyte
MOST_READ = 2 * LONGEST_ANSWER  # bytes of a whole answer, its status line, headers and trailers too

# It logs whole addresses, and MSG91 takes phone and code in the query.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Answer:
    """What a provider answered: HTTP status, below 500, and the body, cut at LONGEST_ANSWER."""

    status: int
    body: bytes


def post(url: str, seconds: float, **request: Any) -> Answer:
    """POST `request` (headers, params, json, data, as in `requests`) and read the answer, for at most `seconds`.

    Raises AttemptFailed for a timeout, a connection that fails, and a 5xx.
    """
    try:
        with telemetry.posting(url) as span:
            answer = _post(url, seconds, request)
            span.set_attribute("http.response.status_code", answer.status)
    except (requests.Timeout, ReadTimeoutError):
        raise AttemptFailed("timeout", passing=True) from None
    except (requests.RequestException, HTTPError, ValueError):  # the last for lengths that are none
        raise AttemptFailed("connection failed", passing=True) from None
    if answer.status >= 500:
        raise AttemptFailed(f"status {answer.status}", passing=True)
    return answer


def _post(url: str, seconds: float, request: Mapping[str, Any]) -> Answer:
    # No session: even where it follows no redirection it reads all of its body, and stumbles over a broken address.
    # Nor does it tell our keys to a proxy or .netrc of the machine.
    asked = requests.Request("POST", url, **request).prepare()
    # A new connection each time: a network may drop an idle one without a word, and finding out takes a whole deadline.
    with closing(_BoundedAdapter()) as adapter, adapter.send(asked, stream=True, timeout=seconds) as response:
        return Answer(response.status_code, response.raw.read(LONGEST_ANSWER, decode_content=True))


class _UntilDeadline(io.RawIOBase):
    """Reads a socket whose timeout, meant for each single read, becomes one deadline for all of them.

    What comes after MOST_READ is not read: it counts as a connection that broke.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self._deadline = time.monotonic() + (sock.gettimeout() or 0)
        self._bytes_left = MOST_READ

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self._bytes_left <= 0:
            raise ConnectionError
        self._sock.settimeout(left)
        count = self._file.readinto(buffer)
        self._bytes_left -= count or 0
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    """An answer whose status line, headers and body together keep the deadline."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_UntilDeadline(sock))


class _Http(HTTPConnection):
    response_class = _BoundedResponse


class _Https(HTTPSConnection):
    response_class = _BoundedResponse


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _BoundedAdapter(HTTPAdapter):
    """The transport of `requests`, on connections that answer within the deadline."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
