"""Where I am signed in, and how others' and my own sessions are ended (api.md 2.1, 2.8; rules.md 5.3, 5.4)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.auth.refresh_session import refresh_session
from shared_code.rules.scope import Role
from tests.edge import Answer, Edge, edge_of
from tests.rules.samples import refused
from tests.staff import Staff
from tests.world import World, race

ANOTHER = "Sesame-open-42"
Session = dict[str, Any]


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


@pytest.fixture
def person(world: World) -> Staff:
    return Staff(world)


def asks(edge: Edge, session: Session, method: str = "GET", path: str = "auth/me", body: object = None) -> Answer:
    return edge(None, method, path, body, Authorization=f"Bearer {session['accessToken']}")


def listed(edge: Edge, session: Session, query: str = "") -> list[Session]:
    items: list[Session] = asks(edge, session, path=f"auth/sessions{query}").data["items"]
    return items


def test_the_live_sessions_of_the_caller_are_listed_newest_first(world: World, edge: Edge, person: Staff) -> None:
    Staff(world).enter()
    first, second, ended, idle = (person.enter() for _ in range(4))
    asks(edge, ended, "POST", "auth/logout")
    world.owner.execute(
        "UPDATE session SET last_seen_at = now() - %s WHERE session_id = %s", [timedelta(minutes=31), idle["sessionId"]]
    )
    found = listed(edge, first)
    assert [(each["sessionId"], each["current"]) for each in found] == [
        (second["sessionId"], False),
        (first["sessionId"], True),
    ]
    assert set(found[0]) == {"sessionId", "createdAt", "lastSeenAt", "current"}
    assert listed(edge, first, "?sortOrder=asc&limit=1")[0]["sessionId"] == first["sessionId"]


def test_one_of_the_own_sessions_is_ended_and_no_other(edge: Edge, person: Staff) -> None:
    here, there = person.enter(), person.enter()
    assert asks(edge, here, "DELETE", f"auth/sessions/{there['sessionId']}").data == {"signedOut": True}
    assert asks(edge, there).code == "SESSION_EXPIRED"
    with refused("SESSION_EXPIRED"):
        person.world.call(refresh_session, None, refresh_token=there["refreshToken"])
    assert asks(edge, here, "DELETE", f"auth/sessions/{there['sessionId']}").code == "NOT_FOUND"
    assert asks(edge, here).code is None


def test_anothers_session_is_not_there_and_lives_on(world: World, edge: Edge, person: Staff) -> None:
    mine, theirs = person.enter(), Staff(world).enter()
    assert asks(edge, mine, "DELETE", f"auth/sessions/{theirs['sessionId']}").code == "NOT_FOUND"
    assert asks(edge, theirs).code is None


def test_an_admin_ends_all_sessions_of_a_person(world: World, edge: Edge, person: Staff) -> None:
    admin, sessions = Staff(world, Role.ADMIN).enter(), [person.enter() for _ in range(2)]
    path = f"users/{person.user_id}/endSessions"
    assert asks(edge, sessions[0], "POST", path).code == "FORBIDDEN"
    assert asks(edge, admin, "POST", path).data == {"ended": 2}
    assert [asks(edge, session).code for session in sessions] == ["SESSION_EXPIRED"] * 2
    assert asks(edge, admin, "POST", path).data == {"ended": 0}
    assert asks(edge, admin, "POST", "users/KAM-999999/endSessions").code == "NOT_FOUND"


def test_ending_somebodys_sessions_stands_in_the_audit_when_any_were_live(
    world: World, edge: Edge, person: Staff
) -> None:
    admin, _ = Staff(world, Role.ADMIN), person.enter()
    session, path = admin.enter(), f"users/{person.user_id}/endSessions"
    for ended in (1, 0):
        assert asks(edge, session, "POST", path).data == {"ended": ended}
    notes = "SELECT actor_id, actor_role, after FROM audit_log WHERE entity_id = %s AND action = 'note'"
    assert world.rows(notes, person.user_id) == [(admin.user_id, "Admin", {"note": "sessions ended"})]


def change(edge: Edge, session: Session, current: str, new: str = ANOTHER) -> Answer:
    return asks(edge, session, "POST", "auth/changePassword", {"currentPassword": current, "newPassword": new})


def test_a_changed_password_is_the_password_and_ends_the_other_sessions(edge: Edge, person: Staff) -> None:
    here, there = person.enter(), person.enter()
    assert change(edge, here, person.password).data == {"passwordChanged": True}
    assert (asks(edge, here).code, asks(edge, there).code) == (None, "SESSION_EXPIRED")
    with refused("INVALID_CREDENTIALS"):
        person.enter()
    assert person.enter(password=ANOTHER)["userId"] == person.user_id


def test_a_wrong_current_password_is_refused_and_five_lock_sign_in_too(edge: Edge, person: Staff) -> None:
    here = person.enter()
    for n in range(5):
        answer = change(edge, here, f"wrong {n}")
        assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
        assert set(answer.said["error"]["details"]) == {"currentPassword"}
    assert change(edge, here, person.password).code == "LOGIN_LOCKED"
    with refused("LOGIN_LOCKED"):
        person.enter()
    assert asks(edge, here).code is None


@pytest.mark.parametrize("new", ["Short-1", "x" * 129, "Password123", "12345678"])
def test_a_poor_new_password_is_refused_by_name_and_not_repeated(edge: Edge, person: Staff, new: str) -> None:
    answer = change(edge, person.enter(), person.password, new)
    assert (answer.status, set(answer.said["error"]["details"])) == (400, {"newPassword"})
    assert new not in str(answer.said)
    assert person.enter()["userId"] == person.user_id


def test_the_same_letters_are_the_same_password_however_they_are_typed(edge: Edge, person: Staff) -> None:
    change(edge, person.enter(), person.password, "Pässwort-Ätna")
    assert person.enter(password="Pa\u0308sswort-A\u0308tna")["userId"] == person.user_id


def test_many_who_change_and_end_at_once_do_not_wait_for_each_other_for_ever(edge: Edge, person: Staff) -> None:
    """Each tries to end the session of each other, whose activity was long enough ago to be noted anew."""
    sessions = [person.enter() for _ in range(6)]
    person.world.owner.execute("UPDATE session SET last_seen_at = now() - interval '2 minutes'")
    acts = [lambda s: change(edge, s, person.password), lambda s: asks(edge, s, "POST", "auth/logoutAll")]
    answers = race(6, lambda n: acts[n % 2](sessions[n]))
    assert {answer.status for answer in answers} <= {200, 400, 401}
