"""Runs workflows in this process, by the app's own edge and triggers, to write down what they say to PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final
from unittest.mock import patch

from bench.sql_floor import Recorder, Script
from bench.workflows import Call, Upload
from functions.documents.check_upload import check_upload
from shared_code import edge, triggers
from shared_code.adapters import blobs, quotation_pdf, upload_check
from shared_code.adapters.upload_check.verdict import Verdict
from shared_code.endpoints import REGISTRY

ADDRESSES: Final = 64  # each asks less often than an address may


def scripts(owner_url: str, jobs: Sequence[Call | Upload]) -> list[Script]:
    """What each of these says to PostgreSQL. Afterwards nothing has happened."""
    with Recorder(owner_url) as recorder, _alone_with(recorder):
        return [_script(recorder, number, job) for number, job in enumerate(jobs)]


def _script(recorder: Recorder, number: int, job: Call | Upload) -> Script:
    script = recorder.begin()
    if isinstance(job, Upload):
        check_upload(job.name, b"", triggers.system_context("check_upload"))
        return script
    answer = edge.answer(REGISTRY[job.workflow], job.in_process(f"127.8.0.{number % ADDRESSES}"))
    if answer.status_code >= 400:
        raise RuntimeError(answer.get_body().decode())
    return script


@contextmanager
def _alone_with(recorder: Recorder) -> Iterator[None]:
    """What the floor has no part in costs time and says nothing to PostgreSQL: storage, PDF, the check itself."""
    with ExitStack() as patches:
        for module in (edge, triggers):
            patches.enter_context(patch.object(module, "pool", lambda: recorder))
        stored = blobs.Stored("ab" * 32, 1)
        patches.enter_context(patch.object(blobs, "put_once", lambda *_: stored))
        patches.enter_context(patch.object(blobs, "remove_upload", lambda *_: None))
        patches.enter_context(patch.object(quotation_pdf, "render", lambda _: b""))
        patches.enter_context(patch.object(upload_check, "check", lambda *_: Verdict.accept(b"checked")))
        yield
