"""Sessions: how they go on, how long, and how they end (rules.md 5.4, api.md 2.1)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.auth.login import login
from functions.auth.refresh_session import refresh_session
from localhost.demo_data import PASSWORD
from localhost.standins import StandIns
from shared_code import identity
from shared_code.rules.refusal import Refusal
from tests.edge import Edge, edge_of
from tests.rules.samples import refused
from tests.world import World

Session = dict[str, Any]
Enter = Callable[[], Session]


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


@pytest.fixture
def staff(world: World) -> Session:
    session: Session = world.data(login, None, email="kam1@solarium.test", password=PASSWORD)
    return session


@pytest.fixture
def customer(world: World, standins: StandIns) -> Session:
    world.call(login, None, phone="9000000101")
    world.owner.execute("UPDATE otp_guard SET sent_at = '{}'")  # no test is to wait for another
    world.owner.execute("UPDATE otp_challenge SET issued_at = issued_at - interval '31 s'")
    code = standins.inbox.find("9000000101")[0].code
    session: Session = world.data(login, None, phone="9000000101", otp=code)
    return session


def refresh(world: World, session: Session, now: datetime | None = None) -> Session:
    renewed: Session = world.data(refresh_session, None, now, refresh_token=session["refreshToken"])
    return renewed


def says(edge: Edge, session: Session, method: str = "GET", path: str = "auth/me") -> str | None:
    """The code of the refusal, None for success, of a request with the session's access token."""
    return edge(None, method, path, Authorization=f"Bearer {session['accessToken']}").code


def idle(world: World, session: Session, **span: float) -> None:
    """Let nothing have happened in the session for that long."""
    world.owner.execute(
        "UPDATE session SET last_seen_at = now() - %s WHERE session_id = %s", [timedelta(**span), session["sessionId"]]
    )


def seen(world: World, session: Session) -> datetime:
    at: datetime = world.value("SELECT last_seen_at FROM session WHERE session_id = %s", session["sessionId"])
    return at


def test_a_refresh_gives_new_tokens_and_kills_the_old_refresh_token(world: World, edge: Edge, staff: Session) -> None:
    renewed = refresh(world, staff)
    assert renewed["sessionId"] == staff["sessionId"]
    assert says(edge, renewed) is None
    refresh(world, renewed)
    with refused("SESSION_EXPIRED"):
        refresh(world, staff)


def test_an_answer_that_got_lost_is_given_anew_and_takes_the_place_of_the_lost_one(
    world: World, edge: Edge, staff: Session
) -> None:
    lost = refresh(world, staff)
    found = refresh(world, staff)
    third = refresh(world, found)
    assert says(edge, third) is None
    with refused("SESSION_EXPIRED"):
        refresh(world, lost)


@pytest.mark.parametrize("how", ["after its successor was used", "after the grace"])
def test_a_dead_refresh_token_ends_the_whole_session(world: World, edge: Edge, staff: Session, how: str) -> None:
    renewed = refresh(world, staff)
    if how == "after the grace":
        world.owner.execute("UPDATE session SET rotated_at = rotated_at - interval '10.1 s'")
    else:
        renewed = refresh(world, renewed)
    with refused("SESSION_EXPIRED"):
        refresh(world, staff)
    assert says(edge, renewed) == "SESSION_EXPIRED"
    with refused("SESSION_EXPIRED"):
        refresh(world, renewed)


def test_a_token_that_is_none_or_the_other_kind_is_invalid(world: World, edge: Edge, staff: Session) -> None:
    for token in ("nonsense", staff["accessToken"]):
        with refused("INVALID_TOKEN"):
            world.call(refresh_session, None, refresh_token=token)
    assert says(edge, staff | {"accessToken": staff["refreshToken"]}) == "INVALID_TOKEN"


def test_staff_stays_signed_in_for_a_day_at_most_however_often_it_refreshes(world: World, staff: Session) -> None:
    start = datetime.now(UTC)
    almost = refresh(world, staff, start + timedelta(hours=23, minutes=59))
    with refused("SESSION_EXPIRED"):
        refresh(world, almost, start + timedelta(hours=24, seconds=1))


def test_a_customer_stays_signed_in_for_thirty_days_from_each_refresh(world: World, customer: Session) -> None:
    start = datetime.now(UTC)
    renewed = refresh(world, customer, start + timedelta(days=29))
    again = refresh(world, renewed, start + timedelta(days=58))
    with refused("SESSION_EXPIRED"):
        refresh(world, again, start + timedelta(days=88, seconds=1))


def test_access_tokens_live_two_hours_for_staff_and_a_day_for_others(
    world: World, staff: Session, customer: Session
) -> None:
    now = datetime.now(UTC)
    for session, life in ((staff, timedelta(hours=2)), (customer, timedelta(hours=24))):
        token = session["accessToken"]
        assert identity.read_access(world.settings, token, now + life - timedelta(minutes=1))
        with refused("SESSION_EXPIRED"):
            identity.read_access(world.settings, token, now + life)


def test_a_session_of_staff_ends_after_half_an_hour_idle(world: World, edge: Edge, staff: Session) -> None:
    idle(world, staff, minutes=29, seconds=50)
    assert says(edge, staff) is None
    idle(world, staff, minutes=30, seconds=1)
    assert says(edge, staff) == "SESSION_EXPIRED"
    with refused("SESSION_EXPIRED"):
        refresh(world, staff)


def test_a_session_of_a_customer_ends_after_thirty_days_idle(world: World, edge: Edge, customer: Session) -> None:
    idle(world, customer, days=29, hours=23)
    assert says(edge, customer) is None
    idle(world, customer, days=30, seconds=1)
    assert says(edge, customer) == "SESSION_EXPIRED"
    with refused("SESSION_EXPIRED"):
        refresh(world, customer)


def test_polling_is_no_activity_and_other_requests_are(world: World, edge: Edge, customer: Session) -> None:
    idle(world, customer, minutes=10)
    before = seen(world, customer)
    assert [says(edge, customer, path=path) for path in ("notifications", "sync")] == [None, None]
    assert seen(world, customer) == before
    assert says(edge, customer, path="leads") is None
    assert seen(world, customer) > before + timedelta(minutes=9)


def test_signing_out_ends_this_session_and_is_fine_twice(world: World, edge: Edge, staff: Session) -> None:
    other: Session = world.data(login, None, email="kam1@solarium.test", password=PASSWORD)
    assert [says(edge, staff, "POST", "auth/logout") for _ in range(2)] == [None, None]
    assert says(edge, staff) == "SESSION_EXPIRED"
    with refused("SESSION_EXPIRED"):
        refresh(world, staff)
    assert says(edge, other) is None


def test_signing_out_everywhere_ends_every_session_of_that_person_alone(
    world: World, edge: Edge, staff: Session, customer: Session
) -> None:
    other: Session = world.data(login, None, email="kam1@solarium.test", password=PASSWORD)
    assert says(edge, staff, "POST", "auth/logoutAll") is None
    assert [says(edge, one) for one in (staff, other, customer)] == ["SESSION_EXPIRED"] * 2 + [None]


@pytest.mark.parametrize(
    ("change", "undo", "code"),
    [
        ("blocked = true", "blocked = false", "USER_BLOCKED"),
        ("status = 'deactivated'", "status = 'active'", "ACCOUNT_DEACTIVATED"),
    ],
)
def test_an_account_that_may_no_longer_act_is_refused_on_its_very_next_request(
    world: World, edge: Edge, customer: Session, change: str, undo: str, code: str
) -> None:
    world.owner.execute(f"UPDATE user_account SET {change} WHERE user_id = 'CUST-1'")
    outcomes = [says(edge, customer)]
    try:
        refresh(world, customer)
    except Refusal as refusal:
        outcomes.append(refusal.code)
    world.owner.execute(f"UPDATE user_account SET {undo} WHERE user_id = 'CUST-1'")
    assert outcomes == [code, code]
    assert says(edge, refresh(world, customer)) is None
