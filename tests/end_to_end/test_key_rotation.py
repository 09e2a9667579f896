"""A signing key is changed and nobody is signed out (rules.md 5.4; docs/operations.md, Signing keys)."""

import json
from pathlib import Path

import jwt

from tests.app_process import AppProcess, Person, error

KEYS = {kid: {"kid": kid, "key": f"{kid}-" + 40 * kid[-1]} for kid in ("key-a", "key-b")}


def app(data_dir: Path, *kids: str) -> AppProcess:
    """The app, again and again with the same data, with these keys: the first one signs."""
    return AppProcess(data_dir, JWT_SIGNING_KEYS=json.dumps([KEYS[kid] for kid in kids]))


def again(person: Person, running: AppProcess) -> Person:
    """The same client, with the tokens it had before the app was started anew."""
    same = running.person()
    same.session = person.session
    same.http.headers["Authorization"] = f"Bearer {person.session['accessToken']}"
    return same


def refresh(person: Person) -> None:
    """Take the next pair of tokens."""
    person.session = person.data("POST", "auth/refresh", {"refreshToken": person.session["refreshToken"]})
    person.http.headers["Authorization"] = f"Bearer {person.session['accessToken']}"


def signed_by(person: Person) -> set[str]:
    """The keys that the person's tokens name."""
    return {jwt.get_unverified_header(person.session[name])["kid"] for name in ("accessToken", "refreshToken")}


def test_two_keys_at_once_carry_every_session_over_from_one_to_the_other(tmp_path: Path) -> None:
    with app(tmp_path, "key-a") as running:
        people = [running.admin(), running.by_phone("9000000001")]
        assert [signed_by(person) for person in people] == [{"key-a"}] * 2

    with app(tmp_path, "key-b", "key-a") as running:
        people, laggard = [again(person, running) for person in people], again(people[0], running)
        for person in people:
            assert person.get("auth/me").status_code == 200
            refresh(person)
            assert signed_by(person) == {"key-b"}
            assert person.get("auth/me").status_code == 200

    with app(tmp_path, "key-b") as running:
        for person in people:
            after = again(person, running)
            assert after.get("auth/me").status_code == 200
            refresh(after)
            assert after.get("auth/me").status_code == 200
        assert error(again(laggard, running).get("auth/me")) == (401, "INVALID_TOKEN")
