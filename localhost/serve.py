"""Serves the whole app in this process: stand-ins, demo data, Functions host. Ends in order when a signal comes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from localhost.child import ENDING
from localhost.children import StartError
from localhost.demo_data import load
from localhost.host import AppLoadError, FunctionsHost
from localhost.machine import Machine
from localhost.prepare import ROOT
from localhost.standins import StandIns
from shared_code import settings


async def until_ended(machine: Machine, port: int, ready: Callable[[str], None]) -> None:
    """Serve on that port and call `ready` with the URL. A signal raises CancelledError, a failing start StartError."""
    async with _app(machine, port) as url:
        ready(url)
        await asyncio.Event().wait()


async def while_playing(machine: Machine, play: Callable[[str], object]) -> None:
    """Serve on a free port while `play` runs, in a thread, with the URL. Raises what `until_ended` and `play` raise."""
    async with _app(machine, 0) as url:
        await asyncio.to_thread(play, url)


@asynccontextmanager
async def _app(machine: Machine, port: int) -> AsyncIterator[str]:
    _end_on_signals()
    async with AsyncExitStack() as running:
        standins = StandIns()
        running.push_async_callback(standins.stop)
        await standins.start()
        for name, url in (("MSG91_BASE_URL", standins.msg91_url), ("SENDGRID_BASE_URL", standins.sendgrid_url)):
            os.environ[name] = os.environ.get(name) or url
        os.environ.update(machine.settings)
        _check_settings()
        await asyncio.to_thread(load, machine.owner_url)
        mounts = {"/dev": standins.inbox_app}
        host = FunctionsHost(ROOT, port=port, mounts=mounts, allowed_origins=machine.allowed_origins)
        running.push_async_callback(host.stop)
        try:
            await host.start()
        except (AppLoadError, OSError) as error:
            raise StartError(f"The app does not start: {error}") from error
        yield f"http://localhost:{host.port}"


def _check_settings() -> None:
    try:
        settings.current()
    except settings.SettingsInvalidError as error:
        raise StartError(f"The settings are not right. {error}") from None


def _end_on_signals() -> None:
    task = asyncio.current_task()
    assert task
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
