"""Serves one provider's protocol over HTTP/1.1, on a socket that can also be made to misbehave."""

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import h11

from localhost.standins.answers import Answer, http_fault
from localhost.standins.faults import Faults

HELD_SECONDS = 600  # how long a connection that gets no answer is kept
LONGEST_BODY = 1024 * 1024  # bytes


@dataclass(frozen=True)
class Request:
    """What a stand-in reads of a request: header names in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Provider(Protocol):
    """A provider's protocol, without the network."""

    @property
    def name(self) -> str: ...

    def answer(self, request: Request) -> Answer:
        """Check the request as the provider would, keep the message, answer."""

    def success(self) -> Answer:
        """How the provider answers when it took the message."""

    def complaint(self, words: str) -> bytes:
        """The body of the provider's error answers."""


class ProviderServer:
    """One stand-in, listening on a free port of the loopback interface."""

    def __init__(self, provider: Provider, faults: Faults, drip_seconds: float) -> None:
        self._provider = provider
        self._faults = faults
        self._drip_seconds = drip_seconds
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.url = ""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after the other."""
        http = h11.Connection(h11.SERVER)
        with suppress(ConnectionError, h11.RemoteProtocolError):
            try:
                while request := await _read(http, reader, writer):
                    await self._reply(request, http, reader, writer)
                    if http.our_state is not h11.DONE or http.their_state is not h11.DONE:
                        break
                    http.start_next_cycle()
            finally:
                writer.close()

    async def _reply(
        self, request: Request, http: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        mode = self._faults.take(self._provider.name)
        match mode:
            case "timeout":
                await _silence(reader)
            case "drip":
                for byte in _bytes(http, self._provider.success()):
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(self._drip_seconds)
            case "reset":
                _reset(writer)
            case "halfopen":
                answer = _bytes(http, self._provider.success())
                writer.write(answer[: len(answer) // 2])
                await _silence(reader)
            case _:
                answered = http_fault(mode, self._provider.complaint) or self._provider.answer(request)
                writer.write(_bytes(http, answered))
                await writer.drain()


async def _read(http: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
    """The next request, or None when the client has left."""
    head: h11.Request | None = None
    body = bytearray()
    while True:
        match http.next_event():
            case h11.Request() as request:
                head = request
            case h11.Data(data=data):
                body += data
                if len(body) > LONGEST_BODY:
                    return None
            case h11.EndOfMessage() if head:
                return _request(head, bytes(body))
            case h11.NEED_DATA:
                if http.they_are_waiting_for_100_continue:
                    writer.write(http.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
                http.receive_data(await reader.read(65536))
            case _:
                return None


def _request(head: h11.Request, body: bytes) -> Request:
    target = urlsplit(head.target.decode())
    headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
    return Request(head.method.decode(), target.path, dict(parse_qsl(target.query)), headers, body)


def _bytes(http: h11.Connection, answer: Answer) -> bytes:
    """The whole answer as it goes over the wire."""
    headers = [*answer.headers.items(), ("Content-Length", str(len(answer.body)))]
    head = h11.Response(status_code=answer.status, headers=headers)
    return b"".join(http.send(event) or b"" for event in (head, h11.Data(answer.body), h11.EndOfMessage()))


async def _silence(reader: asyncio.StreamReader) -> None:
    """Say nothing until the client gives up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(HELD_SECONDS):
            while await reader.read(65536):
                pass


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with a reset instead of a farewell."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
