"""The host indexes the whole app, and no route shadows another in the order in which it tries them (api.md 1)."""

import ast
import importlib
import json
import pkgutil
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

import functions
from localhost.host import FunctionDefinition
from localhost.host.routes import RouteTable
from localhost.host.settings import read_host_settings
from shared_code import endpoints, triggers

ROOT = Path(__file__).resolve().parent.parent
INDEX = """
import asyncio, json, pathlib
from localhost.host.workers import load_worker
worker = asyncio.run(load_worker(pathlib.Path.cwd()))
print(json.dumps([[each.name, each.kind, each.binding] for each in worker.functions]))
"""
ID = re.compile(r"\{\w+:regex\(\^([A-Z]+-)\[0-9\]\+\$\)\}")
ROW_ID = "{rowId:regex(^[A-Z0-9]+$)}"  # the last segment behind a word of its own
SESSION_ID = "{sessionId:regex(^[0-9a-f]+$)}"  # likewise
MESSAGE_ID = "{messageId:regex(^[0-9]+$)}"  # likewise, and another word follows
USER_ID = "{userId:regex(^(ADM|KAM|CP|CUST)-[0-9]+$)}"
WORDS = re.compile(r"\{\w+:regex\(\^\(([\w.|-]+)\)\$\)\}")


@dataclass(frozen=True)
class App:
    """The app as the host sees it: its functions, and the table by which it finds the one for a path."""

    functions: list[FunctionDefinition]
    table: RouteTable
    prefix: str


@pytest.fixture(scope="module")
def indexed() -> App:
    """Indexed in a process of its own: a process can do it once."""
    done = subprocess.run([sys.executable, "-c", INDEX], cwd=ROOT, capture_output=True, check=True, timeout=60)
    found = [FunctionDefinition(name, name, kind, binding) for name, kind, binding in json.loads(done.stdout)]
    prefix = read_host_settings(ROOT).route_prefix
    return App(found, RouteTable([each for each in found if each.kind == "http"], prefix), prefix)


def listed() -> list[str]:
    """The workflows that function_app.py lists, in its order."""
    loops = [node for node in ast.parse((ROOT / "function_app.py").read_text()).body if isinstance(node, ast.For)]
    rows = [row for loop in loops if isinstance(loop.iter, ast.Tuple) for row in loop.iter.elts]
    return [row.attr for row in rows if isinstance(row, ast.Attribute)]


def samples(route: str) -> list[str]:
    """Concrete paths of a route, for each word or some numbers of each parameter, also as others write them."""
    paths = [""]
    for segment in route.split("/"):
        if found := ID.fullmatch(segment):
            values = [f"{found[1]}1", f"{found[1]}1001", f"{found[1].lower()}7", f"{found[1]}{'9' * 18}"]
        elif segment == ROW_ID:
            values = ["PNL001", "GJ", "pnl001", "1"]
        elif segment == SESSION_ID:
            values = ["0123456789abcdef" * 2, "1"]
        elif segment == MESSAGE_ID:
            values = ["1", "1001", "9" * 18]
        elif segment == USER_ID:
            values = ["ADM-1", "KAM-1001", "CP-2", "cust-1001"]
        elif found := WORDS.fullmatch(segment):
            values = found[1].split("|")
        else:
            assert "{" not in segment, f"{route}: {segment} takes anything, so it can swallow another route"
            values = [segment, segment.upper()]
        paths = [f"{path}/{value}" for path, value in product(paths, values)]
    return paths


def test_indexing_finds_every_workflow_that_the_table_of_contents_lists(indexed: App) -> None:
    assert sorted(each.name for each in indexed.functions) == sorted(listed())
    assert {each.kind for each in indexed.functions} == {"http", "blob", "queue", "timer"}


def test_the_table_of_contents_lists_every_workflow_that_is_declared() -> None:
    for module in pkgutil.walk_packages(functions.__path__, "functions."):
        importlib.import_module(module.name)
    declared = [*endpoints.REGISTRY, *triggers.REGISTRY]
    assert sorted(workflow.__name__ for workflow in declared) == sorted(listed())


def test_the_host_refuses_no_route(indexed: App) -> None:
    served = {route.function.name for route in indexed.table.routes}
    assert served == {each.name for each in indexed.functions if each.kind == "http"}


def test_no_route_begins_with_a_word_that_the_host_keeps_for_itself(indexed: App) -> None:
    routes = [route.function.route or "" for route in indexed.table.routes]
    assert [route for route in routes if route.lower().startswith(("admin", "runtime"))] == []


def test_every_path_of_a_route_reaches_its_own_function(indexed: App) -> None:
    strays = {
        (method, path): found and found[0].name
        for route in indexed.table.routes
        for method in route.methods
        for path in samples(route.function.route or "")
        if (found := indexed.table.match(method, f"/{indexed.prefix}{path}")) is None or found[0] != route.function
    }
    assert strays == {}


def test_an_id_of_another_form_and_another_method_reach_nothing(indexed: App) -> None:
    for method, path in [
        ("GET", "leads/LEAD-"), ("GET", "leads/QUOT-1"), ("GET", "leads/LEAD-1x"), ("GET", "leads/LEAD-1/docs/more"),
        ("PUT", "leads"), ("HEAD", "leads"), ("OPTIONS", "leads"), ("DELETE", "leads/LEAD-1"), ("GET", "dev/inbox"),
    ]:  # fmt: skip
        assert indexed.table.match(method, f"/{indexed.prefix}/{path}") is None, f"{method} {path}"
