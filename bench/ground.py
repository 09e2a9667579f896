"""Where it is measured: the app in a process of its own, durable PostgreSQL and storage beside it, and who asks."""

import os
import platform
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from bench import cpu
from bench.load import Caller
from bench.measure import Side, idle
from bench.rows import Rows
from bench.sql_floor import Player
from bench.uploads import Uploader
from bench.workflows import SYSTEM
from localhost import machine
from shared_code.sql.pool import open_pool
from tests.app_process import AppProcess


@dataclass(frozen=True)
class Ground:
    """Everything that runs: who asks the app, who uploads files for it to check, who says its SQL alone."""

    url: str
    owner_url: str
    postmaster: int  # the process that all of PostgreSQL's descend from
    described: str
    rows: Rows
    app: Side
    uploads: Side
    floor: Side


@contextmanager
def started(folder: Path, most: int) -> Iterator[Ground]:
    """Start everything in that folder, for `most` callers at once; end it afterwards."""
    with ExitStack() as running:
        servers = running.enter_context(machine.started(folder, {}))
        os.environ.update(servers.settings)
        storage = servers.settings["AZURE_STORAGE_CONNECTION_STRING"]
        (folder / "app").mkdir()
        app = running.enter_context(
            AppProcess(folder / "app", **servers.settings | {"DATABASE_URL": servers.owner_url})
        )
        quotation = app.kam(1).data("POST", "quotations", SYSTEM | {"leadId": "LEAD-1"})
        rows = running.enter_context(closing(Rows(servers.owner_url, quotation["quotationReference"])))
        pool = running.enter_context(closing(open_pool(servers.owner_url, most)))
        with psycopg.connect(servers.owner_url) as db:
            postmaster, version = cpu.parent(db.info.backend_pid), db.info.server_version // 10_000
        used = partial(cpu.of_family, app.pid)
        at_rest = idle(used)
        yield Ground(
            url=app.url,
            owner_url=servers.owner_url,
            postmaster=postmaster,
            described=f"{os.cpu_count()} cores, Python {platform.python_version()}, PostgreSQL {version}",
            rows=rows,
            app=Side([running.enter_context(closing(Caller(app.port))) for _ in range(most)], used, at_rest),
            uploads=Side([running.enter_context(closing(Uploader(storage))) for _ in range(most)], used, at_rest),
            floor=Side([Player(pool.getconn()) for _ in range(most)], partial(cpu.of_process, os.getpid())),
        )
