"""Serves a Functions app on this machine as Azure's host would serve it."""

import asyncio
import logging
import secrets
import socket
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Protocol

import uvicorn

from .asgi import ASGIApp
from .cors import Cors
from .dispatch import Dispatcher
from .invocation import FunctionDefinition, Worker
from .invoker import Invoker
from .routes import RouteTable
from .settings import HostSettings, apply_local_settings, is_disabled, read_host_settings
from .triggers.blob import BlobTrigger
from .triggers.queue import QueueTrigger
from .triggers.timer import TimerTrigger
from .workers import load_worker

logger = logging.getLogger(__name__)

_GRACE_SECONDS = 5
# Kestrel's, under Azure's host.
_KEEP_ALIVE_SECONDS = 130


class Trigger(Protocol):
    """Starts a function until `stop` is set."""

    async def run(self, stop: asyncio.Event) -> None:
        """Look, start functions, look again; on `stop` finish what is under way."""


@dataclass(eq=False)
class FunctionsHost:
    """The Functions app in `app_dir`, with its HTTP, blob, queue and timer functions.

    port: on 127.0.0.1 and, where there is one, on ::1; 0 takes a free one, and `port` then says which.
    mounts: other ASGI apps by path prefix, tried before the functions; they see the whole path.
    allowed_origins: browsers' origins whose preflights are answered; `*` means every one.
    blob_poll_seconds, queue_poll_seconds: pauses between two looks at the storage.
    max_blob_bytes: larger blobs are not delivered.
    function_key, admin_key: open the functions that are not anonymous; made up when not given.
    functions: what is served, HTTP functions first and in the order in which they are tried. Known after `start`.
    """

    app_dir: Path
    _: KW_ONLY
    port: int
    mounts: Mapping[str, ASGIApp] = field(default_factory=dict)
    allowed_origins: Collection[str] = ()
    blob_poll_seconds: float = 0.25
    queue_poll_seconds: float = 1.0
    max_blob_bytes: int = 10 * 1024 * 1024
    function_key: str = field(default_factory=secrets.token_urlsafe)
    admin_key: str = field(default_factory=secrets.token_urlsafe)
    functions: Sequence[FunctionDefinition] = field(default=(), init=False)

    def __post_init__(self) -> None:
        """Nothing runs yet."""
        self._worker: Worker | None = None
        self._running: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Load the app, listen, and start the triggers. Raises AppLoadError, or OSError when the port is taken."""
        apply_local_settings(self.app_dir)
        settings = read_host_settings(self.app_dir)
        self._worker = await load_worker(self.app_dir)
        enabled = [function for function in self._worker.functions if not is_disabled(function.name)]
        routes = RouteTable([each for each in enabled if each.kind == "http"], settings.route_prefix)
        self.functions = [*(route.function for route in routes.routes), *(f for f in enabled if f.kind != "http")]
        invoker = Invoker(self._worker, settings.function_timeout)
        triggers = [self._trigger(each, invoker, settings) for each in enabled if each.kind != "http"]
        keys = {"function": self.function_key, "admin": self.admin_key}
        app = Dispatcher(routes, invoker, settings, self.mounts, Cors(self.allowed_origins), keys)
        sockets = _listen(self.port)
        self.port = sockets[0].getsockname()[1]
        self._worker.start()
        self._stopping = asyncio.Event()
        self._server = _Server(_server_config(app))
        runs = [self._server.serve(sockets), *(trigger.run(self._stopping) for trigger in triggers)]
        self._running = [asyncio.create_task(run) for run in runs]
        for task in self._running:
            task.add_done_callback(_report)
        logger.info("Serving %d functions on port %d", len(self.functions), self.port)

    async def stop(self) -> None:
        """Accept nothing more, let what is running end within a few seconds, then stop."""
        if not self._running or not self._worker:
            return
        self._server.should_exit = True
        self._stopping.set()
        _, late = await asyncio.wait(self._running, timeout=_GRACE_SECONDS + 1)
        for task in late:
            task.cancel()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(self._worker.stop), _GRACE_SECONDS)
        self._running = []

    def _trigger(self, function: FunctionDefinition, invoker: Invoker, settings: HostSettings) -> Trigger:
        if function.kind == "timer":
            return TimerTrigger(function, invoker)
        if function.kind == "queue":
            return QueueTrigger(function, invoker, settings, self.queue_poll_seconds)
        return BlobTrigger(function, invoker, settings, self.blob_poll_seconds, self.max_blob_bytes)


class _Server(uvicorn.Server):
    """uvicorn in the caller's loop: signals stay the caller's business."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server_config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _listen(port: int) -> list[socket.socket]:
    """Loopback only. `localhost` means ::1 to some clients, so that is served too where the machine has it."""
    sockets = [socket.create_server(("127.0.0.1", port), backlog=2048)]
    with suppress(OSError):
        sockets.append(socket.create_server(("::1", sockets[0].getsockname()[1]), family=socket.AF_INET6, backlog=2048))
    for each in sockets:
        # Connections inherit it. asyncio leaves it out here, and a kept-alive client would wait 40 ms for each answer.
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sockets


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception():
        logger.error("A part of the host ended by itself", exc_info=task.exception())
