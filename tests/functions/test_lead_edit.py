"""Editing a lead: what changes, what stays, whose it becomes, what its timeline keeps (api.md 1, 2.2)."""

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from functions.leads.browse_leads import get_lead, get_timeline
from functions.leads.create_lead import create_lead
from functions.leads.edit_lead import edit_lead
from functions.leads.update_status import update_status
from functions.sync import sync
from shared_code.rules.scope import Caller, Role
from tests import rows
from tests.rules.samples import refused
from tests.timelines import breaches
from tests.world import ADMIN, CP_1, CP_3, CUSTOMER, KAM_1, KAM_2, REMARKS, World, codes, race

NOW = datetime(2026, 1, 15, 6, tzinfo=UTC)
TODAY = date(2026, 1, 15)
WHOLE: dict[str, Any] = {
    "customer_name": "Chitra Devi", "phone": "9811000001", "email": "chitra@solarium.test", "address": "9 Hill Road",
    "city": "Pune", "state": "mh", "pin_code": "411001", "services": ["Rooftop", "Pump"], "requirements": "West\nside",
    "source": "Fair", "remarks": "Call at noon.", "follow_up_date": date(2026, 1, 20),
}  # fmt: skip
CLEARED: dict[str, Any] = {
    "email": None,
    "city": None,
    "services": [],
    "requirements": None,
    "source": None,
    "remarks": None,
}
_numbers = itertools.count(9_710_000_001)


def edit(world: World, lead_id: str, caller: Caller = CP_1, **fields: Any) -> Any:
    return world.data(edit_lead, caller, NOW, lead_id=lead_id, **fields)


def entries(world: World, lead_id: str, caller: Caller = ADMIN) -> Any:
    """The timeline without its first entry, newest first."""
    return world.data(get_timeline, caller, lead_id=lead_id)["items"][:-1]


def profile(world: World, phone: str) -> tuple[Any, ...]:
    columns = "user_id, name, email, address, city, state, pin_code"
    return world.rows(f"SELECT {columns} FROM user_account WHERE phone = %s", phone)[0]


@pytest.mark.parametrize("caller", [CP_1, KAM_1, ADMIN])
def test_every_field_changes_at_once_as_one_version_and_one_entry(world: World, caller: Caller) -> None:
    lead_id = world.lead(follow_up_date=date(2026, 1, 16))
    was = world.data(get_lead, ADMIN, lead_id=lead_id)
    wanted = WHOLE | {"phone": str(next(_numbers))}
    lead = edit(world, lead_id, caller, **wanted)
    assert lead.items() >= {
        "customerName": "Chitra Devi", "phone": wanted["phone"], "email": "chitra@solarium.test",
        "address": "9 Hill Road", "city": "Pune", "state": "Maharashtra", "pinCode": "411001",
        "services": ["Rooftop", "Pump"], "requirements": "West\nside", "source": "Fair", "remarks": "Call at noon.",
        "followUpDate": "2026-01-20", "version": 2, "status": "New Lead", "assignedTo": "CP-1",
    }.items()  # fmt: skip
    [entry] = entries(world, lead_id)
    changed = [name for name in lead if lead[name] != was[name] and name not in ("version", "updatedAt")]
    assert len(changed) == len(WHOLE) + 1
    assert entry["before"] == {name: was[name] for name in changed}
    assert entry["after"] == {name: lead[name] for name in changed}
    assert (entry["action"], entry["actorId"], entry["override"]) == ("edited", caller.user_id, False)
    assert not breaches(world.owner, lead_id)
    assert world.told(lead_id) == set()


def test_what_is_left_out_stays_and_null_clears_what_a_lead_can_be_without(world: World) -> None:
    lead_id = world.lead(email="a@b.in", source="Web", services=["Rooftop"], requirements="Soon", remarks="First call.")
    was = world.data(get_lead, CP_1, lead_id=lead_id)
    edited = edit(world, lead_id, address="9 Hill Road")
    assert edited == {name: was[name] for name in edited} | {
        "address": "9 Hill Road", "version": 2, "updatedAt": edited["updatedAt"],
    }  # fmt: skip
    assert edit(world, lead_id, **CLEARED | {"services": None}).items() >= CLEARED.items()
    newest, _ = entries(world, lead_id)
    assert newest["before"] == {
        "email": "a@b.in", "city": "Ahmedabad", "services": ["Rooftop"], "requirements": "Soon", "source": "Web",
        "remarks": "First call.",
    }  # fmt: skip
    assert newest["after"] == CLEARED
    assert not breaches(world.owner, lead_id)


@pytest.mark.parametrize("field", ["customer_name", "phone", "address", "state", "pin_code"])
def test_null_is_refused_for_what_a_lead_must_have(world: World, field: str) -> None:
    nothing: dict[str, Any] = {field: None}
    with pytest.raises(ValidationError) as wrong:
        edit(world, world.lead(), **nothing)
    assert [error["type"] for error in wrong.value.errors()] == ["string_type"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"phone": "+919000000101"},
        {"phone": "09000000101", "customer_name": " Chitra Desai ", "state": "GJ"},
        {"email": None, "services": None, "follow_up_date": date(2026, 1, 16)},
    ],
)
def test_what_says_nothing_new_changes_nothing(world: World, fields: dict[str, Any]) -> None:
    lead_id = world.lead(follow_up_date=date(2026, 1, 16))
    was = world.rows("SELECT * FROM lead WHERE lead_id = %s", lead_id)
    assert edit(world, lead_id, **fields)["version"] == 1
    assert entries(world, lead_id) == []
    assert world.rows("SELECT * FROM lead WHERE lead_id = %s", lead_id) == was


@pytest.mark.parametrize(
    ("caller", "code"), [(CP_3, "NOT_FOUND"), (KAM_2, "OUT_OF_SCOPE"), (CP_1, "ok"), (KAM_1, "ok"), (ADMIN, "ok")]
)
def test_who_may_not_edit_a_lead_is_told_why(world: World, caller: Caller, code: str) -> None:
    lead_id = world.lead()
    assert codes(race(1, lambda _: edit(world, lead_id, caller, city="Surat"))) == [code]
    assert world.value("SELECT city FROM lead WHERE lead_id = %s", lead_id) == (
        "Surat" if code == "ok" else "Ahmedabad"
    )


@pytest.mark.parametrize("days", [-1, 0, 30, 31])
def test_a_follow_up_is_from_today_to_thirty_days_ahead(world: World, days: int) -> None:
    day = date.fromordinal(TODAY.toordinal() + days)
    if 0 <= days <= 30:
        assert edit(world, world.lead(), follow_up_date=day)["followUpDate"] == str(day)
    else:
        with refused("VALIDATION_ERROR", "followUpDate"):
            edit(world, world.lead(), follow_up_date=day)


def test_a_form_that_sends_an_overdue_follow_up_as_it_was_is_saved(world: World) -> None:
    lead_id = world.lead(follow_up_date=date(2025, 1, 1))
    edited = edit(world, lead_id, follow_up_date=date(2025, 1, 1), remarks="Call at noon.")
    assert (edited["followUpDate"], edited["remarks"]) == ("2025-01-01", "Call at noon.")


def test_an_open_lead_keeps_a_follow_up_and_a_terminal_one_gets_none(world: World) -> None:
    with refused("VALIDATION_ERROR", "followUpDate"):
        edit(world, world.lead(), follow_up_date=None)
    lost = world.lead(status="Not Interested", follow_up_date=None)
    with refused("RULE_VIOLATION", "followUpDate"):
        edit(world, lost, follow_up_date=TODAY)
    with refused("VALIDATION_ERROR", "followUpDate"):
        edit(world, lost, follow_up_date=date(2025, 1, 1))
    assert edit(world, lost, follow_up_date=None, remarks="Moved away.").items() >= {
        "followUpDate": None, "remarks": "Moved away.", "version": 2,
    }.items()  # fmt: skip


def test_a_taken_phone_is_said_before_a_follow_up_that_a_terminal_lead_cannot_have(world: World) -> None:
    lead_id = world.lead(status="Executed", follow_up_date=None)
    with refused("DUPLICATE_PHONE"):
        world.call(edit_lead, ADMIN, lead_id=lead_id, phone="9000000002", follow_up_date=datetime.now(UTC).date())


def test_an_unknown_state_is_refused_and_a_known_one_is_kept_by_its_name(world: World) -> None:
    lead_id = world.lead()
    with refused("MASTER_DATA_MISSING", "state"):
        edit(world, lead_id, state="Atlantis")
    assert edit(world, lead_id, state="rj")["state"] == "Rajasthan"
    assert edit(world, lead_id, state="Rajasthan")["version"] == 2


def test_another_phone_moves_the_lead_to_a_new_customer_whose_profile_is_filled(world: World) -> None:
    lead_id, phone = world.lead(), str(next(_numbers))
    lead = edit(world, lead_id, phone=f"+91{phone}", customer_name="Nila Rao", state="MH", email="n@r.in")
    theirs = (lead["customerId"], "Nila Rao", "n@r.in", "12 Ashram Road", "Ahmedabad", "Maharashtra", "380009")
    assert profile(world, phone) == theirs
    assert lead["customerId"] != "CUST-1"
    [entry] = entries(world, lead_id)
    assert entry["before"].items() >= {"phone": "9000000101", "customerId": "CUST-1"}.items()
    assert entry["after"].items() >= {"phone": phone, "customerId": lead["customerId"]}.items()
    assert not breaches(world.owner, lead_id)


def test_another_phone_finds_its_customer_and_leaves_its_profile_alone(world: World) -> None:
    known = world.data(create_lead, CP_1, customer_name="Asha", phone=str(next(_numbers)), address="1 Mill Road",
                       state="GJ", pin_code="380001")  # fmt: skip
    said = profile(world, known["phone"])
    lead_id = world.lead()
    assert edit(world, lead_id, phone=known["phone"], address="Elsewhere")["customerId"] == known["customerId"]
    assert profile(world, known["phone"]) == said
    newcomer = rows.customer(world)
    phone = world.value("SELECT phone FROM user_account WHERE user_id = %s", newcomer)
    assert edit(world, lead_id, phone=phone, customer_name="Nila")["customerId"] == newcomer
    assert profile(world, phone)[1:4] == ("Asha Rao", None, "Elsewhere")


def test_a_lead_follows_its_phone_from_one_customers_view_into_the_others(world: World) -> None:
    lead_id, phone = world.lead(), str(next(_numbers))
    shared = rows.quotation(world, lead_id, "Shared")
    before = world.call(sync, CUSTOMER).headers["ETag"]
    customer_id = edit(world, lead_id, phone=phone)["customerId"]
    other = Caller(customer_id, Role.CUSTOMER, "session", None)
    with refused("NOT_FOUND"):
        world.call(get_lead, CUSTOMER, lead_id=lead_id)
    assert world.call(sync, CUSTOMER).headers["ETag"] != before
    theirs = world.data(sync, other)
    assert [lead["leadId"] for lead in theirs["leads"]] == [lead_id]
    assert [quotation["quotationReference"] for quotation in theirs["quotations"]] == [shared]


@pytest.mark.parametrize("change", ["blocked = true", "status = 'deactivated'"])
def test_a_customer_who_may_not_sign_in_is_still_its_phones_customer(world: World, change: str) -> None:
    customer_id = rows.customer(world)
    world.owner.execute(f"UPDATE user_account SET {change} WHERE user_id = %s", [customer_id])
    phone = world.value("SELECT phone FROM user_account WHERE user_id = %s", customer_id)
    assert edit(world, world.lead(), phone=phone)["customerId"] == customer_id


@pytest.mark.parametrize("phone", ["9000000003", "9000000009"])
def test_a_partners_phone_is_no_customers_and_changes_nothing(world: World, phone: str) -> None:
    lead_id = world.lead()
    with refused("DUPLICATE_PHONE"):
        edit(world, lead_id, phone=phone, city="Surat")
    assert world.value("SELECT city FROM lead WHERE lead_id = %s", lead_id) == "Ahmedabad"
    assert entries(world, lead_id) == []


def test_who_saw_an_older_version_is_told_what_the_edit_changed(world: World) -> None:
    lead_id = world.lead()
    edit(world, lead_id, KAM_1, city="Surat", customer_name="Chitra D.")
    with refused("STALE_VERSION") as stale:
        edit(world, lead_id, city="Pune", expected_version=1)
    details: Any = stale.value.details
    assert details["currentVersion"] == 2
    assert details["changed"]["city"].items() >= {"from": "Ahmedabad", "to": "Surat", "by": "Kiran Rao"}.items()
    assert set(details["changed"]) == {"city", "customerName"}
    assert edit(world, lead_id, city="Pune", expected_version=2)["version"] == 3


def test_a_customer_is_told_of_changes_only_what_its_timeline_shows(world: World) -> None:
    lead_id = world.lead()
    edit(world, lead_id, remarks="Haggles.", phone=str(next(_numbers)), email="other@person.in")
    edit(world, lead_id, phone="9000000101")
    world.call(update_status, CP_1, NOW, lead_id=lead_id, new_status="Not Responding", remarks=REMARKS)
    with refused("STALE_VERSION") as stale:
        world.call(update_status, CUSTOMER, NOW, lead_id=lead_id, new_status="Won", expected_version=1)
    assert stale.value.details and set(stale.value.details["changed"]) == {"status"}  # type: ignore[call-overload]


def test_an_empty_remark_of_an_override_leaves_the_leads_remarks_as_its_timeline_says(world: World) -> None:
    lead_id = world.lead(remarks="First call.", status="Not Interested", follow_up_date=None)
    world.call(
        update_status, ADMIN, NOW, lead_id=lead_id, new_status="Won", override=True, override_reason=REMARKS, remarks=""
    )
    assert world.data(get_lead, ADMIN, lead_id=lead_id)["remarks"] == "First call."
    assert not breaches(world.owner, lead_id)


def test_edits_at_once_to_one_new_phone_make_one_customer(world: World) -> None:
    phone, mine = str(next(_numbers)), [world.lead() for _ in range(8)]
    edited = race(8, lambda number: edit(world, mine[number], phone=phone))
    assert codes(edited) == ["ok"] * 8
    assert len({lead["customerId"] for lead in edited}) == 1
