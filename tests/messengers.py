"""Processes of their own that send what is in the outbox, or leave something there and may be killed (rules.md 7)."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from pydantic import SecretStr

from shared_code.adapters.lane import Lane
from shared_code.adapters.msg91 import Msg91
from shared_code.messaging import outbox
from shared_code.sql.pool import close_pool
from shared_code.triggers import system_context
from tests.edge import ask
from tests.world import World, race

forks = get_context("forkserver")
forks.set_forkserver_preload([__name__])


def environment(world: World) -> dict[str, str]:
    """What such a process must know of this world and of who stands in for the providers."""
    known = {
        "DATABASE_URL": SecretStr(world.app_url).get_secret_value(),
        "MSG91_BASE_URL": world.settings.msg91_base_url,
        "SENDGRID_BASE_URL": world.settings.sendgrid_base_url,
    }
    return known | {name: os.environ[name] for name in os.environ if name.startswith(("JWT_", "OTP_", "AZURE_"))}


@contextmanager
def senders(world: World, processes: int, threads: int) -> Iterator[None]:
    """So many processes, each with so many threads that send what is due; they have ended when the block has."""
    started = [_start(_send, threads, environment(world)) for _ in range(processes)]
    try:
        yield
    finally:
        for process in started:
            process.join(60)
            assert process.exitcode == 0


def activation(world: World, cp_id: str, token: str) -> BaseProcess:
    """A process in which an Admin activates that partner."""
    return _start(_activate, cp_id, token, environment(world))


def _start(target: object, *given: object) -> BaseProcess:
    process = forks.Process(target=target, args=given)  # type: ignore[arg-type]
    process.start()
    return process


def _send(threads: int, settings: Mapping[str, str]) -> None:
    os.environ.update(settings)
    Msg91.lane = Lane(None, threads)  # so that all of them meet
    ctx = system_context("send_outbox")
    ctx.commit()
    outcomes = race(threads, lambda _: outbox.send_due(ctx))
    close_pool()
    assert all(isinstance(taken, int) for taken in outcomes), outcomes


def _activate(cp_id: str, token: str, settings: Mapping[str, str]) -> None:
    os.environ.update(settings)
    ask("PATCH", f"channelPartners/{cp_id}/activate", None, {"Authorization": f"Bearer {token}"})
