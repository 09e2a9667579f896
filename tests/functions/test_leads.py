"""Creating leads: whose they are, whom they are for, who hears of them (api.md 2.2; rules.md 2.2, 7)."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from functions.leads.browse_leads import get_timeline
from functions.leads.create_lead import create_lead
from shared_code.rules.scope import Caller, Role
from tests.rules.samples import refused
from tests.world import ADMIN, CP_1, CUSTOMER, KAM_1, World, codes, race

# 23:59:59 of 15 January and midnight of the 16th in India.
EVENING = datetime(2026, 1, 15, 18, 29, 59, tzinfo=UTC)
MIDNIGHT = EVENING + timedelta(seconds=1)
_numbers = itertools.count(9_700_000_001)


@pytest.fixture(scope="module", autouse=True)
def second_admin(world: World) -> None:
    """Somebody to tell what the first Admin does."""
    world.owner.execute(
        "INSERT INTO user_account (user_id, role, name, email) VALUES ('ADM-2', 'Admin', 'Arun', 'adm2@solarium.test')"
    )


def asked(**fields: Any) -> dict[str, Any]:
    """A lead as a seller enters it, for a phone nobody has."""
    site = {"address": "7 Lake View", "city": "Ahmedabad", "state": "Gujarat", "pin_code": "380058"}
    return {"customer_name": "Chandni Rao", "phone": str(next(_numbers))} | site | fields


def create(world: World, caller: Caller, now: datetime | None = None, **fields: Any) -> Any:
    return world.data(create_lead, caller, now, **asked(**fields))


def customer_without_profile(world: World) -> Caller:
    user_id = world.value(
        "INSERT INTO user_account (user_id, role, phone) VALUES ('CUST-' || nextval('customer_number'), 'Customer', %s)"
        " RETURNING user_id",
        str(next(_numbers)),
    )
    world.owner.execute("INSERT INTO customer VALUES (%s)", [user_id])
    return Caller(user_id, Role.CUSTOMER, "session", None)


def test_a_partner_enters_its_own_lead_whatever_it_sends(world: World) -> None:
    fields = asked(assigned_to="CP-2", phone="+919876543210", services=["Rooftop"], remarks="Soon.")
    lead = world.data(create_lead, CP_1, EVENING, **fields)
    assert lead.items() >= {
        "assignedTo": "CP-1", "assignedCpName": "Pravin Patel", "origin": "CP", "status": "New Lead", "version": 1,
        "phone": "9876543210", "followUpDate": "2026-01-16", "createdBy": "CP-1", "remarks": "Soon.",
        "services": ["Rooftop"], "quotationRef": None, "isTerminal": False, "documentCount": 0, "quotationCount": 0,
    }.items()  # fmt: skip
    [entry] = world.data(get_timeline, CP_1, lead_id=lead["leadId"])["items"]
    assert (entry["action"], entry["actorId"], entry["after"]["status"]) == ("created", "CP-1", "New Lead")
    assert world.told(lead["leadId"]) == set()


def test_a_lead_entered_for_a_partner_is_told_to_it_and_its_kam_except_who_entered_it(world: World) -> None:
    by_kam = create(world, KAM_1, assigned_to="CP-2")
    assert (by_kam["assignedTo"], by_kam["origin"]) == ("CP-2", "KAM")
    assert world.told(by_kam["leadId"]) == {("leadAssigned", "CP-2")}
    by_admin = create(world, ADMIN, assigned_to="CP-3")
    assert (by_admin["assignedTo"], by_admin["origin"]) == ("CP-3", "Admin")
    assert world.told(by_admin["leadId"]) == {("leadAssigned", "CP-3"), ("leadAssigned", "KAM-2")}


def test_a_lead_without_a_partner_is_told_to_the_admins(world: World) -> None:
    by_admin = create(world, ADMIN)
    assert by_admin["assignedTo"] is None
    assert world.told(by_admin["leadId"]) == {("leadUnassigned", "ADM-2")}
    by_customer = world.data(create_lead, CUSTOMER)
    assert (by_customer["assignedTo"], by_customer["origin"]) == (None, "Customer")
    assert world.told(by_customer["leadId"]) == {("leadUnassigned", "ADM-1"), ("leadUnassigned", "ADM-2")}


@pytest.mark.parametrize(
    ("caller", "assigned_to", "code"),
    [
        (KAM_1, None, "VALIDATION_ERROR"),
        (KAM_1, "CP-3", "OUT_OF_SCOPE"),
        (KAM_1, "CP-9", "OUT_OF_SCOPE"),
        (KAM_1, "CP-999", "OUT_OF_SCOPE"),
        (ADMIN, "CP-9", "RULE_VIOLATION"),
        (ADMIN, "CP-999", "RULE_VIOLATION"),
    ],
)
def test_a_lead_goes_to_an_active_partner_of_who_enters_it(
    world: World, caller: Caller, assigned_to: str | None, code: str
) -> None:
    with refused(code):
        create(world, caller, assigned_to=assigned_to)


def test_a_phones_customer_is_found_or_made_and_keeps_its_profile(world: World) -> None:
    phone = str(next(_numbers))
    first = create(world, CP_1, phone=phone)
    second = create(world, CP_1, phone=phone, customer_name="Somebody else", address="Elsewhere")
    assert second["customerId"] == first["customerId"]
    assert second["customerName"] == "Somebody else"
    profile = world.rows("SELECT name, address, state FROM user_account WHERE user_id = %s", first["customerId"])
    assert profile == [("Chandni Rao", "7 Lake View", "Gujarat")]
    assert create(world, CP_1, phone="9000000101")["customerId"] == "CUST-1"


def test_leads_entered_at_once_for_a_new_phone_make_one_customer(world: World) -> None:
    phone = str(next(_numbers))
    leads = race(8, lambda _: create(world, CP_1, phone=phone))
    assert codes(leads) == ["ok"] * 8
    assert len({lead["customerId"] for lead in leads}) == 1


@pytest.mark.parametrize("phone", ["9000000003", "9000000009"])
def test_a_partners_phone_is_no_customers(world: World, phone: str) -> None:
    with refused("DUPLICATE_PHONE"):
        create(world, CP_1, phone=phone)


def test_all_that_is_wrong_is_named_at_once(world: World) -> None:
    needed, long_ago = ("customerName", "phone", "address", "state", "pinCode"), date(2020, 1, 1)
    with refused("VALIDATION_ERROR", *needed):
        world.call(create_lead, CP_1, email="a@b.in")
    with refused("VALIDATION_ERROR", "followUpDate", "assignedTo", *needed):
        world.call(create_lead, KAM_1, follow_up_date=long_ago)
    with refused("VALIDATION_ERROR", "followUpDate", "phone"):
        world.call(create_lead, CUSTOMER, phone="9000000101", follow_up_date=long_ago)


def test_whose_lead_it_may_be_is_said_before_a_taken_phone_and_that_before_a_rule(world: World) -> None:
    taken: dict[str, Any] = {"phone": "9000000002", "state": "Atlantis"}
    for caller, cp_id, code in (
        (KAM_1, "CP-3", "OUT_OF_SCOPE"), (KAM_1, "CP-1", "DUPLICATE_PHONE"), (ADMIN, "CP-9", "DUPLICATE_PHONE"),
    ):  # fmt: skip
        with refused(code):
            create(world, caller, assigned_to=cp_id, **taken)
    with refused("RULE_VIOLATION", "assignedTo"):
        create(world, ADMIN, assigned_to="CP-9", state="Atlantis")


def test_a_customers_lead_is_filled_from_its_profile_and_may_be_for_another_site(world: World) -> None:
    home = world.data(create_lead, CUSTOMER)
    assert home.items() >= {
        "customerId": "CUST-1", "customerName": "Chitra Desai", "phone": "9000000101", "address": "12 Ashram Road",
        "state": "Gujarat", "pinCode": "380009", "remarks": None,
    }.items()  # fmt: skip
    other = world.data(create_lead, CUSTOMER, address="Farm 3", state="RJ", pin_code="302001", remarks="Call at noon.")
    assert other.items() >= {"address": "Farm 3", "state": "Rajasthan", "pinCode": "302001", "remarks": None}.items()
    assert world.value("SELECT remarks FROM lead WHERE lead_id = %s", other["leadId"]) == "Call at noon."
    with refused("VALIDATION_ERROR", "customerName", "phone", "email"):
        world.call(create_lead, CUSTOMER, customer_name="Chitra", phone="9000000101", email="c@d.in")


def test_a_customer_without_a_complete_profile_asks_for_nothing_yet(world: World) -> None:
    newcomer = customer_without_profile(world)
    with refused("PROFILE_INCOMPLETE"):
        world.call(create_lead, newcomer, address="7 Lake View", state="Gujarat", pin_code="380058")
    world.owner.execute(
        "UPDATE user_account SET name = 'Nita', address = 'Here', state = 'Gujarat', pin_code = '380058'"
        " WHERE user_id = %s",
        [newcomer.user_id],
    )
    assert world.data(create_lead, newcomer)["customerName"] == "Nita"


@pytest.fixture
def fresh_minute(world: World) -> Iterator[None]:
    world.owner.execute("DELETE FROM rate_window")
    yield
    world.owner.execute("DELETE FROM rate_window")


@pytest.mark.usefixtures("fresh_minute")
def test_a_customer_asks_for_ten_installations_a_minute(world: World) -> None:
    outcomes = codes(race(12, lambda _: world.call(create_lead, CUSTOMER)))
    assert sorted(outcomes) == ["RATE_LIMITED"] * 2 + ["ok"] * 10
    with refused("RATE_LIMITED") as limited:
        world.call(create_lead, CUSTOMER)
    assert limited.value.limit == 10
    assert limited.value.retry_after
    assert 1 <= limited.value.retry_after <= 60
    world.owner.execute("UPDATE rate_window SET started_at = started_at - interval '1 minute'")
    world.call(create_lead, CUSTOMER)


@pytest.mark.parametrize(
    ("now", "day", "accepted"),
    [
        (EVENING, date(2026, 1, 15), True),
        (MIDNIGHT, date(2026, 1, 15), False),
        (EVENING, date(2026, 2, 14), True),
        (EVENING, date(2026, 2, 15), False),
        (MIDNIGHT, date(2026, 2, 15), True),
    ],
)
def test_a_follow_up_is_due_from_today_to_thirty_days_ahead_in_india(
    world: World, now: datetime, day: date, accepted: bool
) -> None:
    if accepted:
        assert create(world, CP_1, now, follow_up_date=day)["followUpDate"] == str(day)
    else:
        with refused("VALIDATION_ERROR", "followUpDate"):
            create(world, CP_1, now, follow_up_date=day)


def test_a_lead_entered_late_in_the_evening_is_followed_up_on_indias_tomorrow(world: World) -> None:
    assert create(world, CP_1, EVENING)["followUpDate"] == "2026-01-16"
    assert create(world, CP_1, MIDNIGHT)["followUpDate"] == "2026-01-17"


@pytest.mark.parametrize("state", ["MH", "mh", "Maharashtra", "maharashtra"])
def test_a_state_is_known_by_code_and_name_and_answered_by_name(world: World, state: str) -> None:
    assert create(world, CP_1, state=state)["state"] == "Maharashtra"


@pytest.mark.parametrize("caller", [CP_1, CUSTOMER])
def test_an_unknown_state_is_refused(world: World, caller: Caller) -> None:
    fields = asked(state="Atlantis")
    own = fields if caller is CP_1 else {"state": "Atlantis"}
    with refused("MASTER_DATA_MISSING", "state"):
        world.call(create_lead, caller, **own)
