"""A mail that an Admin orders: sent at once, by our words, and its failure is the answer (api.md 2.1)."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.auth.password_reset import complete_password_reset
from functions.integrations import send_email
from localhost.standins import StandIns
from shared_code.messaging import letters
from shared_code.rules.scope import Role
from shared_code.sql.edge import count_in_window
from tests.edge import Edge, edge_of
from tests.racing import until
from tests.rules.samples import refused
from tests.staff import Staff, mailed_tokens
from tests.world import ADMIN, World, race

SUBJECTS = {
    "passwordReset": "Reset your Solarium password",
    "kamWelcome": "Welcome to Solarium: set your password",
    "cpApproved": "Your Solarium registration is approved",
}
FAULTS = ["500", "503", "429", "timeout", "drip", "reset", "halfopen", "error200", "garbage", "empty"]


def order(world: World, to: str, template: str) -> Any:
    return world.data(send_email, ADMIN, to=to, template=template)


@pytest.fixture
def person(world: World) -> Staff:
    return Staff(world)


@pytest.fixture
def partner(world: World) -> str:
    """The address of an active partner."""
    world.owner.execute("UPDATE user_account SET email = 'Pravin@solarium.test' WHERE user_id = 'CP-1'")
    return "pravin@solarium.test"


@pytest.mark.parametrize("template", ["passwordReset", "kamWelcome"])
@pytest.mark.parametrize("role", [Role.KAM, Role.ADMIN])
def test_staff_is_mailed_a_link_that_sets_a_password(
    world: World, standins: StandIns, template: str, role: Role
) -> None:
    person = Staff(world, role)
    assert order(world, person.email.upper(), template) == {"emailSent": True}
    [mail] = standins.inbox.find(person.email)
    assert mail.subject == SUBJECTS[template]
    [token] = mailed_tokens(standins, person.email)
    world.call(complete_password_reset, None, token=token, new_password="Sesame-open-42")
    assert person.enter(password="Sesame-open-42")["userId"] == person.user_id


def test_a_partner_is_mailed_that_it_may_start(world: World, standins: StandIns, partner: str) -> None:
    assert order(world, partner, "cpApproved") == {"emailSent": True}
    [mail] = standins.inbox.find(partner)
    assert mail.subject == SUBJECTS["cpApproved"]
    assert "Pravin Patel" in mail.text


@pytest.mark.parametrize("change", ["status = 'deactivated'", "blocked = true", "email = 'gone-' || email"])
def test_who_may_not_sign_in_is_mailed_nothing(world: World, standins: StandIns, person: Staff, change: str) -> None:
    world.owner.execute(f"UPDATE user_account SET {change} WHERE user_id = %s", [person.user_id])
    for template in ("passwordReset", "kamWelcome"):
        with refused("RULE_VIOLATION", "to"):
            order(world, person.email, template)
    assert standins.inbox.find(person.email) == []


def test_a_mail_is_for_those_for_whom_it_makes_sense(
    world: World, standins: StandIns, person: Staff, partner: str
) -> None:
    for to, template in ((partner, "passwordReset"), (partner, "kamWelcome"), (person.email, "cpApproved")):
        with refused("RULE_VIOLATION", "to"):
            order(world, to, template)


def test_mails_with_a_link_count_for_the_ten_of_an_account_and_hour(
    world: World, standins: StandIns, person: Staff
) -> None:
    for n in range(10):
        order(world, person.email, "kamWelcome" if n % 2 else "passwordReset")
    with pytest.raises(Exception, match="Too many requests") as caught:
        order(world, person.email, "passwordReset")
    assert getattr(caught.value, "code", "") == "RATE_LIMITED"
    assert 3500 < getattr(caught.value, "retry_after", 0) <= 3600
    assert len(standins.inbox.find(person.email)) == 10


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_the_provider_does_the_answer_says_that_the_mail_did_not_go(
    world: World, standins: StandIns, person: Staff, fault: str
) -> None:
    standins.faults.set("sendgrid", fault)
    with world.with_settings(provider_timeout_seconds=0.2), refused("EMAIL_DELIVERY_FAILED"):
        order(world, person.email, "passwordReset")
    standins.faults.set("sendgrid", "off")
    assert order(world, person.email, "passwordReset") == {"emailSent": True}  # nothing of it stays in the way
    assert len(standins.inbox.find(person.email)) == 1


def test_no_connection_waits_for_the_provider(world: World, standins: StandIns, person: Staff) -> None:
    standins.faults.set("sendgrid", "timeout")
    link = "SELECT FROM password_reset WHERE user_id = %s"
    in_use = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%%'"
    with world.with_settings(provider_timeout_seconds=0.5), ThreadPoolExecutor(1) as beside:
        ordered = beside.submit(order, world, person.email, "kamWelcome")
        until(lambda: world.rows(link, person.user_id))
        assert world.value(in_use) == 0
        assert not ordered.done()
        with refused("EMAIL_DELIVERY_FAILED"):
            ordered.result()


def test_the_audit_knows_who_ordered_which_mail(world: World, standins: StandIns, person: Staff) -> None:
    order(world, person.email, "kamWelcome")
    [(who, note)] = world.rows("SELECT actor_id, after::text FROM audit_log WHERE entity_id = %s AND action = 'note'",
                               person.user_id)  # fmt: skip
    assert who == "ADM-1"
    assert "mail kamWelcome ordered" in note


@pytest.fixture
def edge(world: World, standins: StandIns) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


def ask(edge: Edge, to: str, key: str, template: str = "passwordReset") -> Any:
    return edge(ADMIN, "POST", "integrations/sendEmail", {"to": to, "template": template}, Idempotency_Key=key)


def test_the_same_key_gives_the_first_answer_again_and_no_second_mail(
    edge: Edge, standins: StandIns, person: Staff
) -> None:
    for _ in range(3):
        assert ask(edge, person.email, "again").data == {"emailSent": True}
    assert len(standins.inbox.find(person.email)) == 1
    assert ask(edge, person.email, "again", "kamWelcome").code == "IDEMPOTENCY_CONFLICT"


def test_of_many_at_once_under_one_key_one_mails_and_all_get_its_answer(
    edge: Edge, standins: StandIns, person: Staff
) -> None:
    edge.token(ADMIN)
    answers = race(8, lambda _: ask(edge, person.email, "at-once"))
    assert [answer.said for answer in answers] == [answers[0].said] * 8
    assert answers[0].data == {"emailSent": True}
    assert len(standins.inbox.find(person.email)) == 1


def test_no_more_than_eight_wait_for_a_mail_that_is_being_sent(
    world: World, standins: StandIns, person: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "PATIENCE", 1.0)
    with world.pool.connection() as db:  # as another instance does while SendGrid hangs
        count_in_window(db, f"letter:passwordReset:{person.user_id}", letters.SENDING)
    outcomes = race(20, lambda _: order(world, person.email, "passwordReset"))
    assert Counter(map(str, outcomes)) == {
        "The same e-mail is being sent right now. Wait a moment.": 8,
        "Too many others are asking for the same right now. Please try again in a few seconds.": 12,
    }
    assert standins.inbox.find(person.email) == []


def test_a_failure_is_not_kept_and_the_same_key_mails_later(edge: Edge, standins: StandIns, person: Staff) -> None:
    standins.faults.set("sendgrid", "error200", 1)
    assert ask(edge, person.email, "later").code == "EMAIL_DELIVERY_FAILED"
    assert ask(edge, person.email, "later").data == {"emailSent": True}
    assert len(standins.inbox.find(person.email)) == 1


def test_without_its_turn_many_at_once_mail_many(
    edge: Edge, standins: StandIns, person: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def naive(ctx: Any, key: str) -> Any:
        return ctx.there(count_in_window(ctx.db, key, letters.SENDING).fetchone())

    monkeypatch.setattr(letters, "_turn", naive)
    edge.token(ADMIN)
    race(8, lambda _: ask(edge, person.email, "naive"))
    assert len(standins.inbox.find(person.email)) > 1
