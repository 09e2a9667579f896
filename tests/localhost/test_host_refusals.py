"""The local host refuses the apps that Azure's worker refuses, instead of failing later."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.localhost.host_process import ROOT

START = """
import functools
from typing import Optional
import azure.functions as func
app = func.FunctionApp()
"""
ROUTE = '@app.route("x")\n'
BODY = " return None\n"
GOOD = ROUTE + "def x(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:" + BODY

WRONG = {
    "an extra parameter": ROUTE + "def x(req: func.HttpRequest, other: int) -> func.HttpResponse:" + BODY,
    "no parameter": ROUTE + "def x() -> func.HttpResponse:" + BODY,
    "another name": ROUTE + "def x(request: func.HttpRequest) -> func.HttpResponse:" + BODY,
    "a wrong type": ROUTE + "def x(req: func.QueueMessage) -> func.HttpResponse:" + BODY,
    "no type": ROUTE + "def x(req: 1) -> func.HttpResponse:" + BODY,
    "an unknown type": ROUTE + "def x(req: 'func.HtpRequest') -> func.HttpResponse:" + BODY,
    "an output type": ROUTE + "def x(req: func.Out[str]) -> func.HttpResponse:" + BODY,
    "an optional input": ROUTE + "def x(req: Optional[func.HttpRequest]) -> func.HttpResponse:" + BODY,
    "a dict as answer": ROUTE + "def x(req: func.HttpRequest) -> dict:" + BODY,
    "no answer": ROUTE + "def x(req: func.HttpRequest) -> None:" + BODY,
    "an optional answer": ROUTE + "def x(req: func.HttpRequest) -> Optional[func.HttpResponse]:" + BODY,
    "a wrong context": ROUTE + "def x(req: func.HttpRequest, context: dict) -> func.HttpResponse:" + BODY,
    "a wrapped signature": (
        "def real(req, extra):" + BODY + ROUTE + "@functools.wraps(real)\ndef x(req, context):" + BODY
    ),
    "a wrong blob type": (
        '@app.blob_trigger("blob", path="a/{b}", connection="C")\ndef x(blob: func.HttpRequest) -> None:' + BODY
    ),
    "the same name twice": GOOD + GOOD.replace('"x"', '"y"'),
    "two apps": GOOD + "other = func.FunctionApp()\n",
    "no app": "del app\n",
    "no trigger": '@app.function_name("x")\ndef x(req):' + BODY,
    "an error while importing": "raise RuntimeError('broken import')\n",
    "a missing module": "import no_such_module_anywhere\n",
    "an output binding": (
        GOOD.replace(ROUTE, ROUTE + '@app.queue_output("out", queue_name="q", connection="C")\n').replace(
            "req:", "out: func.Out[str], req:"
        )
    ),
}
RIGHT = {
    "everything annotated": GOOD,
    "nothing annotated": ROUTE + "def x(req):" + BODY,
    "annotations as text": "from __future__ import annotations" + START + GOOD,
    "bytes of a blob": ('@app.blob_trigger("blob", path="a/{b}", connection="C")\ndef x(blob: bytes) -> None:' + BODY),
    "a plain text answer": ROUTE + "def x(req: func.HttpRequest) -> str:" + BODY,
}


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """What the host says to each app."""
    apps = WRONG | RIGHT
    folders = []
    for body in apps.values():
        folder: Path = tmp_path_factory.mktemp("app")
        text = body if body.startswith("from __future__") else START + body
        (folder / "function_app.py").write_text(text, encoding="utf-8")
        folders.append(str(folder))
    command = [sys.executable, "-m", "tests.localhost.load_apps", *folders]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    return dict(zip(apps, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", WRONG)
def test_wrong_apps_are_refused_with_the_reason(refusals: dict[str, str | None], name: str) -> None:
    assert refusals[name]


@pytest.mark.parametrize("name", RIGHT)
def test_right_apps_are_loaded(refusals: dict[str, str | None], name: str) -> None:
    assert refusals[name] is None


def test_the_reason_names_the_function_or_the_error(refusals: dict[str, str | None]) -> None:
    assert "cannot load the x function" in str(refusals["an extra parameter"])
    assert "broken import" in str(refusals["an error while importing"])
    assert "no_such_module_anywhere" in str(refusals["a missing module"])
