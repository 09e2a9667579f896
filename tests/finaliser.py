"""A process of its own that finalises one quotation and may be killed on the way (data.md I7, I9, I12)."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import azure.storage.blob  # noqa: F401 -- like all that is imported here: so that each process has it from the start
import pytest

from shared_code.adapters import blobs, quotation_pdf
from shared_code.adapters.blobs import Stored
from shared_code.adapters.quotation_pdf import document
from shared_code.sql.pool import close_pool
from tests.edge import ask
from tests.wires import PATIENCE, Place, Turn, Wires

SYSTEM: dict[str, Any] = {
    "state": "Gujarat", "discom": "DGVCL", "phase": "Single", "inverterId": "INV003", "shareWithCustomer": True,
    "panels": [{"panelId": "PNL001", "quantity": 6}],
}  # fmt: skip
forks = get_context("forkserver")  # of a process with one thread, which has imported everything
forks.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Request:
    """For a lead's quotation, shared at once. `headers` hold token and Idempotency-Key."""

    lead_id: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class End:
    """What became of a process: whether it was killed, the `data` it answered or None, its turns on the wires."""

    killed: bool
    data: Any
    turns: list[Turn]


Finalise = Callable[[Request], Any]


def finalise(request: Request) -> Any:
    """The `data` that the app answers."""
    return ask("POST", "quotations", SYSTEM | {"leadId": request.lead_id}, request.headers).data


def finalise_row_first(request: Request) -> Any:
    """Naive: the PDF is stored when the row is there."""
    waiting: list[tuple[Any, ...]] = []

    def wait(*pdf: Any) -> Stored:
        waiting.append(pdf)
        return Stored.of(pdf[3])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blobs, "put_once", wait)
        data = finalise(request)
    for pdf in waiting:
        blobs.put_once(*pdf)
    return data


def end_of(how: Finalise, request: Request, servers: Mapping[str, str], place: Place | None = None) -> End:
    """Let a process finalise, killed at `place`; returns when its servers have let go of it."""
    wires = Wires(servers, place)
    hears, says = forks.Pipe(duplex=False)
    process = forks.Process(target=_run, args=(how, request, wires.instead, says))
    process.start()
    says.close()
    with hears, wires.of(process):
        process.join(PATIENCE)
        process.kill()  # if it still hangs there
        data = _heard(hears)
    process.join()
    assert wires.cut or process.exitcode == 0, f"it ended by itself, with {process.exitcode}"
    process.close()
    return End(wires.cut, data, wires.turns)


def _run(how: Finalise, request: Request, servers: Mapping[str, str], says: "Connection[Any, Any]") -> None:
    os.environ.update(servers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quotation_pdf, "render", document.build)  # to start a printer takes longer than all the rest
        says.send(how(request))
    close_pool()


def _heard(hears: "Connection[Any, Any]") -> Any:
    try:
        return hears.recv()
    except EOFError:
        return None
