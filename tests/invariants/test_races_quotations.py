"""A lead has one accepted quotation (data.md I8; rules.md 3.8)."""

from collections import Counter
from typing import Any

import pytest

from functions.quotations.answer import accept_quotation
from shared_code.rules.scope import Caller
from shared_code.sql import quotations
from shared_code.sql.pool import Db, Rows, scalars
from tests import rows
from tests.racing import ROW_LOCK, rounds, rush, spoil
from tests.timelines import breaches
from tests.world import ADMIN, CUSTOMER, KAM_1, World, codes

SIBLINGS = 10
PEOPLE = (CUSTOMER, ADMIN, KAM_1)


def offered(world: World) -> tuple[str, list[str]]:
    """A lead and its shared quotations."""
    lead_id = world.lead()
    return lead_id, [rows.quotation(world, lead_id, "Shared") for _ in range(SIBLINGS)]


def accept(world: World, caller: Caller, reference: str) -> Any:
    spoken: dict[str, Any] = {} if caller is CUSTOMER else {"override": True, "reason": "Said yes on the phone."}
    return world.call(accept_quotation, caller, quotation_id=reference, **spoken)


def all_at_once(world: World, lead_id: str, references: list[str], *people: Caller) -> list[str]:
    gate = f"SELECT FROM lead WHERE lead_id = '{lead_id}' FOR UPDATE"
    return codes(rush(world, gate, lambda n: accept(world, people[n % len(people)], references[n % SIBLINGS])))


def accepted(world: World, lead_id: str) -> list[str]:
    found = world.rows("SELECT quotation_reference FROM quotation WHERE lead_id = %s AND status = 'Accepted'", lead_id)
    return [reference for (reference,) in found]


def told(world: World, lead_id: str) -> int:
    """How often the timeline says that a quotation was accepted."""
    count: int = world.value(
        "SELECT count(*) FROM timeline_entry WHERE lead_id = %s AND action = 'quotationAccepted'", lead_id
    )
    return count


@rounds
@pytest.mark.parametrize("people", [PEOPLE[:1], PEOPLE], ids=["customer", "everybody"])
def test_one_of_ten_quotations_is_accepted_when_fifty_accept_at_once(
    world: World, people: tuple[Caller, ...], turn: int
) -> None:
    lead_id, references = offered(world)
    outcomes = all_at_once(world, lead_id, references, *people)
    refused = {"QUOTATION_ALREADY_ACCEPTED", "QUOTATION_NOT_SHARED"}  # what override passes over is rejected by then
    assert Counter(outcomes)["ok"] == told(world, lead_id) == 1
    assert set(outcomes) <= {"ok"} | refused
    (reference,) = accepted(world, lead_id)
    assert reference == references[outcomes.index("ok") % SIBLINGS]
    assert world.value("SELECT quotation_ref FROM lead WHERE lead_id = %s", lead_id) == reference
    assert world.value("SELECT count(*) FROM quotation WHERE lead_id = %s AND status = 'Rejected'", lead_id) == 9
    assert not breaches(world.owner, lead_id)


def test_check_then_update_leaves_more_than_one_accepted(own_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    own_world.owner.execute("DROP INDEX quotation_one_accepted")
    spoil(monkeypatch, quotations, ROW_LOCK)
    monkeypatch.setattr(quotations, "accept", _update)
    lead_id, references = offered(own_world)
    all_at_once(own_world, lead_id, references, CUSTOMER)
    assert len(accepted(own_world, lead_id)) > 1


def _update(db: Db, _: Caller, reference: str) -> "Rows[bytes]":
    return scalars(
        db,
        "UPDATE quotation SET status = 'Accepted' WHERE quotation_reference = %(reference)s RETURNING '{}'::json",
        reference=reference,
    )
