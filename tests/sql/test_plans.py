"""With 200 000 leads whatever is listed, searched or summed up is found by index, whoever asks (api.md 1, Lists)."""

import re
from collections.abc import Iterator

import psycopg
import pytest

import function_app  # noqa: F401 -- registers every function
from shared_code.endpoints import REGISTRY
from shared_code.sql import migrations
from shared_code.sql.pool import Db
from shared_code.wire.fields import PageAsk
from shared_code.wire.outbox import OutboxFilters
from tests.sql import scale
from tests.sql.dictation import Node, Said, dictated, nodes, plan, plan_for_any
from tests.sql.questions import ADMIN, LISTS, OTHERS, Question, questions
from tests.world import World

LEADS = 200_000
BIG = {"customer", *scale.TABLES} - {"channel_partner"}
LONG = {"leads", "quotations", "commissions", "customers"}
MANY_ROWS = 1000
INDEXES = re.findall(r"^CREATE INDEX (\w+)", (migrations.FOLDER / "0009_lists.sql").read_text(), re.MULTILINE)


Plans = list[tuple[Question, Said, Node]]


@pytest.fixture(scope="module")
def full(world: World) -> Iterator[Db]:
    """The app's connection to a database full of rows."""
    scale.fill(world.owner_url, LEADS)
    with psycopg.connect(world.app_url, autocommit=True) as db:
        yield db


@pytest.fixture(scope="module")
def plans(full: Db) -> dict[str, Plans]:
    """How everything that can be asked is found; what is prepared also without a look at its values."""
    found: dict[str, Plans] = {name: [] for name in (*LISTS, *OTHERS)}
    for name, of_name in found.items():
        for question in questions(name):
            said = dictated(question.say)
            ways = [plan, plan_for_any] if said.is_prepared else [plan]
            of_name += [(question, said, way(full, said)) for way in ways]
    return found


def faults(asked: Question, root: Node) -> list[str]:
    """What would take longer with every lead: a table read as a whole, everything sorted, pieces cut row by row."""
    found, sees = [], asked.wish.keys() - {"sort_by", "sort_order", "offset"} if asked.caller is ADMIN else {"less"}
    for node in nodes(root):
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG:
            found.append(f"reads all of {node['Relation Name']}")
        if node["Node Type"] == "Sort" and node["Plan Rows"] > MANY_ROWS and not sees:
            found.append(f"sorts by {node['Sort Key']}")
        if "pieces(" in node.get("Filter", "") and asked.name in LONG and sees <= {"search"}:
            found.append(f"cuts each row of {node['Relation Name']} to pieces")
    return found


@pytest.mark.parametrize("name", [*LISTS, *OTHERS])
def test_it_is_found_by_index(plans: dict[str, Plans], name: str) -> None:
    assert {str(asked): wrong for asked, _, root in plans[name] if (wrong := faults(asked, root))} == {}


def test_no_list_and_nothing_that_it_can_be_narrowed_by_is_forgotten(plans: dict[str, Plans]) -> None:
    served = {endpoint.ask for endpoint in REGISTRY.values() if PageAsk in getattr(endpoint.ask, "__mro__", ())}
    assert served == {OutboxFilters, *(kind.filters for kind in LISTS.values())}  # messages are few
    for name, kind in LISTS.items():
        assert set(kind.samples) == set(kind.filters.model_fields) - {"offset", "limit", "sort_by", "sort_order"}, name
    assert sum(map(len, plans.values())) > 5000


@pytest.mark.parametrize("index", INDEXES)
def test_without_an_index_something_would_be_read_as_a_whole(world: World, plans: dict[str, Plans], index: str) -> None:
    using = [(asked, said) for found in plans.values() for asked, said, root in found if index in names(root)]
    with psycopg.connect(world.owner_url) as db, db.transaction(force_rollback=True):
        db.execute(f"DROP INDEX {index}")
        assert any(faults(asked, plan(db, said)) for asked, said in using), len(using)


def names(root: Node) -> set[str]:
    """The indexes that a plan uses."""
    return {node["Index Name"] for node in nodes(root) if "Index Name" in node}
