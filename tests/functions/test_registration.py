"""Registering: partners wait for an Admin, customers are in at once, nobody learns who has an account (api.md 2.1)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.auth.register import Registration
from functions.leads.create_lead import create_lead
from shared_code import parsing
from tests.handset import FORM, Handset
from tests.rules.samples import refused
from tests.world import CP_1, SITE, World

SENT = {"otpSent": True, "expiresIn": 120, "resendAfter": 30}
FIRM: dict[str, Any] = {"organization_name": "Iyer Solar", "gstin": "24AAXCS7654A1Z1", "email": "ravi@iyer.test"}
WIRE = {"name": "Ravi Iyer", "phone": "9800000000", "address": "4 Canal Road", "state": "GJ", "pinCode": "395007"}


def account(phone: Handset) -> dict[str, Any]:
    """What the database knows of the phone's owner."""
    found: dict[str, Any] = phone.world.value(
        "SELECT to_jsonb(u) || coalesce(to_jsonb(c), '{}') FROM user_account u"
        " LEFT JOIN channel_partner c ON c.cp_id = u.user_id WHERE phone = %s AND role IN ('CP', 'Customer')",
        phone.number,
    )
    return found


def known_by_a_code(phone: Handset, at: float = 0) -> dict[str, Any]:
    """The session of who signs in."""
    phone.ask(at)
    session: dict[str, Any] = phone.enter(phone.codes[0], at + 1)
    return session


def test_a_partner_is_made_by_the_second_call_and_waits(world: World, phone: Handset) -> None:
    people = "SELECT count(*) FROM user_account"
    before = world.value(people)
    assert phone.register(**FIRM) == SENT
    assert world.value(people) == before
    made = phone.register(1, otp=phone.codes[0], **FIRM)
    assert made == {"userId": made["userId"], "status": "pending"}
    stored = {"user_id": made["userId"], "role": "CP", "status": "pending", "state": "Gujarat", "kam_id": None}
    assert account(phone).items() >= (FORM | FIRM | stored).items()


def test_admins_hear_of_a_partner_and_the_audit_names_it(world: World, phone: Handset) -> None:
    phone.register()
    cp_id = phone.register(1, otp=phone.codes[0])["userId"]
    told = world.rows("SELECT user_id, type FROM notification WHERE data ->> 'cpId' = %s", cp_id)
    assert told == [("ADM-1", "partnerRegistered")]
    audited = world.rows("SELECT entity, action, actor_id, actor_role FROM audit_log WHERE entity_id = %s", cp_id)
    assert sorted(audited) == [(one, "insert", cp_id, "CP") for one in ("channel_partner", "user_account")]


@pytest.mark.parametrize("number", ["9000000002", "9000000009", "9000000101"])
def test_a_taken_phone_is_said_only_after_a_right_code(new: Callable[..., Handset], number: str) -> None:
    taken, free = new(number), new()
    for phone, end in ((free, "ok"), (taken, "DUPLICATE_PHONE")):
        assert phone.register() == SENT
        assert phone.registers(phone.wrong()) == "INVALID_OTP"
        assert [phone.registers(phone.codes[0]) for _ in range(2)] == [end, "OTP_EXPIRED"]


def test_before_a_right_code_a_known_phone_leaves_the_same_traces_as_an_unknown_one(
    new: Callable[..., Handset],
) -> None:
    traces = []
    for phone in (new("9000000003"), new()):
        written = "SELECT count(*) FROM audit_log UNION ALL SELECT count(*) FROM notification"
        before = phone.world.rows(written)
        phone.register()
        phone.ask()
        says = [
            phone.registers(phone.wrong()),
            phone.says(phone.wrong()),
            phone.registers(phone.wrong(2), 2, "Customer"),
        ]
        assert phone.world.rows(written) == before
        guard = "SELECT wrong_tries, cardinality(sent_at) FROM otp_guard WHERE phone = %s"
        traces.append((says, phone.world.rows(guard, phone.number), len(phone.codes)))
    assert traces[0] == traces[1]


def test_a_customer_registers_with_a_sign_in_code_and_is_in(phone: Handset) -> None:
    phone.ask()
    session = phone.register(1, "Customer", phone.codes[0], email="ravi@iyer.test")
    said = {"role": "Customer", "isNewUser": True, "profileComplete": True, "userId": account(phone)["user_id"]}
    assert session.items() >= said.items()
    assert session["user"].items() >= {"name": "Ravi Iyer", "state": "Gujarat", "email": "ravi@iyer.test"}.items()
    assert known_by_a_code(phone, 31)["profileComplete"]


def test_a_customer_who_signed_in_before_completes_its_profile(world: World, phone: Handset) -> None:
    first = known_by_a_code(phone)
    phone.ask(31)
    session = phone.register(32, "Customer", phone.codes[0])
    assert (first["profileComplete"], session["profileComplete"]) == (False, True)
    assert (session["userId"], session["isNewUser"]) == (first["userId"], False)
    changes = world.rows(
        "SELECT actor_id, actor_role FROM audit_log WHERE entity_id = %s AND action = 'update'", first["userId"]
    )
    assert changes == [(first["userId"], "Customer")]


def test_what_a_customer_says_of_itself_replaces_what_a_partner_said(world: World, phone: Handset) -> None:
    contact = SITE | {"customerName": "R. Ayer", "email": "old@iyer.test", "phone": phone.number}
    lead(world, contact)
    assert account(phone).items() >= {"name": "R. Ayer", "city": "Ahmedabad", "pin_code": "380058"}.items()
    phone.ask()
    phone.register(1, "Customer", phone.codes[0])
    moved = {"email": "old@iyer.test", "city": None, "state": "Gujarat"}  # the city was of another pin code
    assert account(phone).items() >= (FORM | moved).items()


def lead(world: World, contact: dict[str, Any]) -> None:
    """A lead that a partner enters."""
    ask = {"customerName": "customer_name", "pinCode": "pin_code"}
    world.call(create_lead, CP_1, **{ask.get(name, name): value for name, value in contact.items()})


def test_a_lead_gives_its_customer_what_the_profile_lacks(world: World, phone: Handset) -> None:
    known_by_a_code(phone)
    lead(world, SITE | {"customerName": "Meera Joshi", "phone": phone.number})
    assert account(phone).items() >= {"name": "Meera Joshi", "address": "7 Lake View", "city": "Ahmedabad"}.items()
    lead(world, SITE | {"customerName": "M. Joshi", "address": "Elsewhere", "phone": phone.number})
    assert account(phone).items() >= {"name": "Meera Joshi", "address": "7 Lake View"}.items()
    assert known_by_a_code(phone, 31)["profileComplete"]


def test_a_lead_takes_no_half_of_an_address(world: World, phone: Handset) -> None:
    user_id = known_by_a_code(phone)["userId"]
    world.owner.execute("UPDATE user_account SET address = '1 Own Street' WHERE user_id = %s", [user_id])
    lead(world, SITE | {"customerName": "Meera Joshi", "phone": phone.number})
    own = {"name": "Meera Joshi", "address": "1 Own Street", "city": None, "state": None, "pin_code": None}
    assert account(phone).items() >= own.items()
    assert not known_by_a_code(phone, 31)["profileComplete"]


def test_nobody_becomes_a_customer_on_a_partners_phone(new: Callable[..., Handset]) -> None:
    phone = new("9000000002")
    before = account(phone)
    phone.ask()
    says = [phone.registers(phone.codes[0], role="Customer") for _ in range(2)]
    assert (says, account(phone)) == (["DUPLICATE_PHONE", "OTP_EXPIRED"], before)


@pytest.mark.parametrize(
    ("change", "code"), [("status = 'deactivated'", "ACCOUNT_DEACTIVATED"), ("blocked = true", "USER_BLOCKED")]
)
def test_a_customer_that_may_not_enter_cannot_register_itself_in(
    world: World, phone: Handset, change: str, code: str
) -> None:
    user_id = known_by_a_code(phone)["userId"]
    world.owner.execute(f"UPDATE user_account SET {change} WHERE user_id = %s", [user_id])
    phone.ask(31)
    assert [phone.registers(phone.codes[0], 32, "Customer") for _ in range(2)] == [code, "OTP_EXPIRED"]
    assert account(phone)["name"] is None


def test_an_unknown_state_costs_neither_an_sms_nor_a_code(phone: Handset) -> None:
    nowhere: dict[str, Any] = {"state": "Atlantis"}
    with refused("MASTER_DATA_MISSING"):
        phone.register(**nowhere)
    assert phone.codes == []
    phone.ask()
    assert phone.registers(phone.wrong(), role="Customer", **nowhere) == "INVALID_OTP"
    assert phone.registers(phone.codes[0], role="Customer", **nowhere) == "MASTER_DATA_MISSING"
    assert phone.registers(phone.codes[0], role="Customer") == "ok"


def test_a_lock_is_said_before_an_unknown_state(phone: Handset) -> None:
    phone.register()
    assert {phone.registers(phone.wrong(n)) for n in range(5)} == {"INVALID_OTP"}
    assert phone.registers(None, 31, state="Atlantis") == "OTP_LOCKED"
    assert phone.registers(phone.codes[0], 31, state="Atlantis") == "OTP_LOCKED"


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"role": "Customer"}, {"otp"}),
        ({"role": "Customer", "otp": "123456", "gstin": FIRM["gstin"]}, {"gstin"}),
        ({"role": "Customer", "organizationName": "Iyer Solar", "name": " "}, {"organizationName", "otp", "name"}),
        ({"role": "Admin"}, {"role"}),
        ({"role": "CP", "gstin": "24AAXCS7654A1Z2"}, {"gstin"}),
        ({"role": "CP", "phone": "12345", "pinCode": "012345", "status": "active"}, {"phone", "pinCode", "status"}),
        ({"role": "CP", "otp": "12345", "kamId": "KAM-1"}, {"otp", "kamId"}),
    ],
)
def test_every_wrong_field_is_named(form: dict[str, str], wrong: set[str]) -> None:
    with refused("VALIDATION_ERROR") as refusal:
        parsing.of_body(Registration, {}, {}, json.dumps(WIRE | form).encode())
    assert set(refusal.value.details or {}) == wrong
