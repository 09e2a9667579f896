"""The second factor of Admins and KAMs: on, good once per code, locked like a password, off (rules.md 5.5)."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from functions.auth.second_factor import begin_totp, confirm_totp, end_totp
from functions.people.access import reset_totp
from shared_code.access import second_factor
from shared_code.endpoints import REGISTRY
from shared_code.rules.scope import Role
from shared_code.settings import Settings
from tests.edge import Edge, edge_of
from tests.rules.samples import refused
from tests.staff import Staff
from tests.world import ADMIN, CP_1, World

NOW = datetime.now(UTC)
STEP = timedelta(seconds=30)
LATER = NOW + 10 * STEP


@pytest.fixture
def person(world: World) -> Staff:
    return Staff(world)


@pytest.fixture
def enrolled(person: Staff) -> Staff:
    person.enrol(NOW)
    return person


def wrong(person: Staff, at: datetime = LATER) -> str:
    """Six digits that are no code of the person's app around then."""
    near = {person.app.at(at + n * STEP) for n in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in near)


def test_an_app_gets_a_secret_and_a_uri_that_says_whose_it_is(world: World, person: Staff) -> None:
    begun = world.data(begin_totp, person.caller, password=person.password)
    uri = urlsplit(begun["otpauthUri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert uri.path.endswith(person.email.replace("@", "%40"))
    assert parse_qs(uri.query) == {"secret": [begun["secret"]], "issuer": ["Solarium"]}
    assert len(base64.b32decode(begun["secret"])) == 20


def test_until_it_is_confirmed_a_password_is_enough(world: World, person: Staff) -> None:
    world.call(begin_totp, person.caller, password=person.password)
    assert person.enter()["userId"] == person.user_id


def test_switched_on_the_password_alone_gets_no_token(enrolled: Staff) -> None:
    assert enrolled.enter() == {"mfaRequired": True}
    assert enrolled.sessions() == 0
    assert enrolled.enter(LATER, totp=enrolled.app.at(LATER))["userId"] == enrolled.user_id


def test_a_wrong_password_says_nothing_of_the_second_factor(enrolled: Staff) -> None:
    for totp in (None, enrolled.app.at(LATER)):
        with refused("INVALID_CREDENTIALS"):
            enrolled.enter(LATER, password="wrong", totp=totp)


@pytest.mark.parametrize(("drift", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phones_clock_may_be_one_step_wrong(enrolled: Staff, drift: int, right: bool) -> None:
    code = enrolled.app.at(LATER + drift * STEP)
    if right:
        enrolled.enter(LATER, totp=code)
    else:
        with refused("INVALID_OTP"):
            enrolled.enter(LATER, totp=code)


def test_a_code_is_good_once_and_so_is_none_before_it(enrolled: Staff) -> None:
    enrolled.enter(LATER, totp=enrolled.app.at(LATER))
    for code in (enrolled.app.at(LATER), enrolled.app.at(LATER - STEP)):
        with refused("INVALID_OTP"):
            enrolled.enter(LATER, totp=code)
    enrolled.enter(LATER, totp=enrolled.app.at(LATER + STEP))


def test_the_code_that_switched_it_on_opens_nothing(enrolled: Staff) -> None:
    with refused("INVALID_OTP"):
        enrolled.enter(NOW, totp=enrolled.app.at(NOW))


def test_wrong_codes_lock_like_wrong_passwords_and_a_right_password_alone_forgives_none(enrolled: Staff) -> None:
    for _ in range(5):
        assert enrolled.enter(LATER) == {"mfaRequired": True}
        with refused("INVALID_OTP"):
            enrolled.enter(LATER, totp=wrong(enrolled))
    for given in ({}, {"totp": enrolled.app.at(LATER)}, {"password": "wrong"}):
        with refused("LOGIN_LOCKED"):
            enrolled.enter(LATER, **given)


def test_a_right_code_forgives_the_failures(enrolled: Staff) -> None:
    with refused("INVALID_OTP"):
        enrolled.enter(LATER, totp=wrong(enrolled))
    assert enrolled.failures() == 1
    enrolled.enter(LATER, totp=enrolled.app.at(LATER))
    assert enrolled.failures() == 0


def test_each_of_ten_recovery_codes_is_good_once_however_it_is_typed(person: Staff) -> None:
    codes = person.enrol(NOW)
    assert len(set(codes)) == 10
    typed = [codes[0], codes[1].lower(), codes[2].replace("-", ""), codes[3].replace("-", " ")]
    for code in typed:
        person.enter(LATER, totp=code)
        with refused("INVALID_OTP"):
            person.enter(LATER, totp=code)
    assert person.failures() == 1


def test_anothers_recovery_code_opens_nothing(world: World, person: Staff) -> None:
    codes = Staff(world).enrol(NOW)
    person.enrol(NOW)
    with refused("INVALID_OTP"):
        person.enter(LATER, totp=codes[0])


def test_a_wrong_code_switches_nothing_on_and_counts(world: World, person: Staff) -> None:
    begun = world.data(begin_totp, person.caller, NOW, password=person.password)
    person.app = pyotp.TOTP(begun["secret"])
    for _ in range(5):
        with refused("VALIDATION_ERROR", "code"):
            world.call(confirm_totp, person.caller, NOW, code=wrong(person, NOW))
    with refused("LOGIN_LOCKED"):
        world.call(confirm_totp, person.caller, NOW, code=person.app.at(NOW))


def test_nothing_is_confirmed_that_was_not_begun(world: World, person: Staff) -> None:
    with refused("NOT_FOUND"):
        world.call(confirm_totp, person.caller, code="123456")
    person.enrol()
    with refused("NOT_FOUND"):
        world.call(confirm_totp, person.caller, code=person.app.now())


@pytest.mark.parametrize("workflow", [begin_totp, end_totp])
def test_who_does_not_know_the_password_changes_nothing(world: World, enrolled: Staff, workflow: Any) -> None:
    with refused("VALIDATION_ERROR", "password"):
        world.call(workflow, enrolled.caller, password="wrong")
    assert enrolled.failures() == 1
    assert enrolled.enter(LATER) == {"mfaRequired": True}


def test_another_phone_takes_over_when_it_is_confirmed_and_not_before(person: Staff) -> None:
    old_codes = person.enrol(NOW)
    old = person.app
    begun = person.world.data(begin_totp, person.caller, LATER, password=person.password)
    person.enter(LATER, totp=old.at(LATER))
    person.world.call(confirm_totp, person.caller, LATER, code=pyotp.TOTP(begun["secret"]).at(LATER))
    for code in (old.at(LATER + STEP), old_codes[0]):
        with refused("INVALID_OTP"):
            person.enter(LATER + STEP, totp=code)
    person.enter(LATER + STEP, totp=pyotp.TOTP(begun["secret"]).at(LATER + STEP))


def test_switched_off_the_password_is_enough(world: World, enrolled: Staff) -> None:
    assert world.data(end_totp, enrolled.caller, password=enrolled.password) == {"secondFactor": False}
    assert enrolled.enter()["userId"] == enrolled.user_id


def test_an_admin_takes_off_a_lost_one(world: World, enrolled: Staff) -> None:
    for _ in range(2):
        assert world.data(reset_totp, ADMIN, user_id=enrolled.user_id) == {"secondFactor": False}
    assert enrolled.enter()["userId"] == enrolled.user_id
    with refused("NOT_FOUND"):
        world.call(reset_totp, ADMIN, user_id="KAM-999999")


def test_neither_database_nor_audit_nor_log_tell_the_secret_or_a_recovery_code(
    world: World, person: Staff, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        codes = person.enrol(NOW)
        person.enter(LATER, totp=codes[0])
        world.call(reset_totp, ADMIN, user_id=person.user_id)
        Staff.enrol(person, LATER)
    kept = f"{world.rows('SELECT * FROM second_factor')}{caplog.text}"
    audited = world.rows("SELECT action, after FROM audit_log WHERE entity_id = %s ORDER BY id", person.user_id)[1:]
    notes = [after["note"] if isinstance(after, dict) else str(after) for _, after in audited]
    assert [action for action, _ in audited] == ["note"] * 4
    for word, note in zip(("on", "recovery code used", "off", "on"), notes, strict=True):
        assert word in note
    for secret in (person.app.secret, *codes, *(code.replace("-", "") for code in codes)):
        assert secret not in kept + str(audited)


def test_a_secret_is_sealed_for_its_owner_and_under_the_pepper(world: World, caplog: pytest.LogCaptureFixture) -> None:
    settings: Settings = world.settings
    sealed = second_factor._sealed(settings, "KAM-1", "SECRET")
    assert second_factor._opened(settings, "KAM-1", sealed) == "SECRET"
    assert second_factor._opened(settings, "KAM-2", sealed) is None
    assert second_factor._sealed(settings, "KAM-1", "SECRET") != sealed
    assert "second_factor_unreadable" in caplog.text


@pytest.fixture
def strict(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edge]:
    """The edge where everybody of the staff must have a second factor."""
    monkeypatch.setenv("MFA_REQUIRED", "true")
    with edge_of(world) as edge:
        yield edge


def test_where_it_is_required_staff_without_one_may_only_enrol(world: World, strict: Edge) -> None:
    for role in (Role.ADMIN, Role.KAM):
        person = Staff(world, role)
        assert strict(person.caller, "GET", "leads").code == "FORBIDDEN"
        assert strict(person.caller, "GET", "auth/me").data["id"] == person.user_id
        begun = strict(person.caller, "POST", "auth/totp", {"password": person.password}).data
        assert strict(person.caller, "GET", "leads").code == "FORBIDDEN"
        code = {"code": pyotp.TOTP(begun["secret"]).now()}
        assert len(strict(person.caller, "POST", "auth/totp/confirm", code).data["recoveryCodes"]) == 10
        assert strict(person.caller, "GET", "leads").code is None
        assert strict(person.caller, "DELETE", "auth/totp", {"password": person.password}).code is None
        assert strict(person.caller, "GET", "leads").code == "FORBIDDEN"
        assert strict(person.caller, "POST", "auth/logout").code is None
    assert strict(CP_1, "GET", "leads").code is None


def test_without_one_only_what_leads_to_one_is_open() -> None:
    open_to_all = {endpoint.name for endpoint in REGISTRY.values() if endpoint.without_factor}
    assert open_to_all == {"get_me", "logout", "logout_all", "begin_totp", "confirm_totp"}
