"""Starts and stops both stand-ins, with the inbox that shows what they were sent (integrations.md, Local stand-ins)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from localhost.standins.faults import Faults
from localhost.standins.inbox import Inbox
from localhost.standins.inbox_app import InboxApp
from localhost.standins.msg91 import Msg91
from localhost.standins.provider import ProviderServer
from localhost.standins.sendgrid import SendGrid


class StandIns:
    """MSG91 and SendGrid on free loopback ports, and an ASGI app for the paths under `/dev`.

    `drip_seconds` is the pause between two bytes of a dripping answer.
    """

    def __init__(self, drip_seconds: float = 1.0) -> None:
        self.inbox = Inbox()
        self.faults = Faults()
        self.inbox_app = InboxApp(self.inbox, self.faults)
        self._msg91 = ProviderServer(Msg91(self.inbox), self.faults, drip_seconds)
        self._sendgrid = ProviderServer(SendGrid(self.inbox), self.faults, drip_seconds)

    @property
    def msg91_url(self) -> str:
        """The value for MSG91_BASE_URL, once started."""
        return self._msg91.url

    @property
    def sendgrid_url(self) -> str:
        """The value for SENDGRID_BASE_URL, once started."""
        return self._sendgrid.url

    async def start(self) -> None:
        """Listen. Raises OSError."""
        await self._msg91.start()
        await self._sendgrid.start()

    async def stop(self) -> None:
        """Stop listening and drop every connection, whatever state it is in."""
        await self._msg91.stop()
        await self._sendgrid.stop()


@contextmanager
def running(drip_seconds: float = 1.0) -> Iterator[StandIns]:
    """Started stand-ins for a caller without an event loop: they get a thread and a loop of their own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="stand-ins", daemon=True)
    thread.start()
    standins = StandIns(drip_seconds)
    try:
        asyncio.run_coroutine_threadsafe(standins.start(), loop).result(timeout=10)
        yield standins
    finally:
        asyncio.run_coroutine_threadsafe(standins.stop(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()
