"""No token opens anything that the app would not have written itself, to the letter (rules.md 5.4, api.md 2.1)."""

import itertools
from collections.abc import Iterator

import pytest
import requests

import function_app
from shared_code.endpoints import REGISTRY, Endpoint
from tests.app_process import AppProcess, Person, error
from tests.end_to_end.cast import Cast
from tests.end_to_end.forgeries import Forger
from tests.end_to_end.target import Target

assert function_app.app
PROTECTED = sorted((each for each in REGISTRY.values() if each.roles), key=lambda endpoint: endpoint.name)
REFUSED = (401, "INVALID_TOKEN")
# These and each third of all for every function; all of them for one.
SELECTION = [
    "alg 'none', no signature", "says RS256, is HMAC with a public key", "kid '../../../../dev/null', an empty key",
    "its own key in the header", "the refresh token", "aud 'elsewhere'", "sid twice", "a far end",
    "a bit set that nobody reads", "an hour more under the good signature",
]  # fmt: skip


@pytest.fixture(scope="module")
def target(cast: Cast) -> Target:
    return Target(cast)


@pytest.fixture(scope="module")
def forger(cast: Cast) -> Forger:
    """The Admin's token is the one that would open most."""
    return Forger(cast.admin.session["accessToken"], cast.admin.session["refreshToken"], *cast.signing_key)


@pytest.fixture(scope="module")
def forged(forger: Forger) -> dict[str, bytes]:
    return forger.all()


@pytest.fixture(scope="module")
def callers(cast: Cast) -> Iterator[Person]:
    """Callers without a token, each for so many requests that no address is refused."""
    return (stranger for stranger in iter(cast.stranger, None) for _ in range(50))


def refusal(caller: Person, endpoint: Endpoint, path: str, token: bytes) -> tuple[int, str]:
    answer = caller.call(endpoint.method, path, None, Authorization=b"Bearer " + token)  # type: ignore[arg-type]
    return (answer.status_code, "taken") if answer.ok else error(answer)


def test_the_token_that_all_of_them_imitate_is_good(cast: Cast, forger: Forger, forged: dict[str, bytes]) -> None:
    for token in (forger.access, forger.saying(), forger.headed()):
        assert cast.stranger().get("auth/me", Authorization=f"Bearer {token}").status_code == 200
    assert len(forged) >= 60
    assert len({*forged.values(), forger.access.encode()}) == len(forged) + 1


def test_none_of_them_says_who_is_calling(forged: dict[str, bytes], callers: Iterator[Person]) -> None:
    endpoint = next(each for each in PROTECTED if each.name == "get_me")
    answers = {name: refusal(next(callers), endpoint, "auth/me", token) for name, token in forged.items()}
    assert {name: answer for name, answer in answers.items() if answer != REFUSED} == {}


@pytest.mark.parametrize("endpoint", PROTECTED, ids=[endpoint.name for endpoint in PROTECTED])
def test_no_function_takes_one(
    target: Target, forged: dict[str, bytes], callers: Iterator[Person], endpoint: Endpoint
) -> None:
    path = target.path(endpoint)
    chosen = [*SELECTION, *list(forged)[::3]]
    assert len(chosen) > 60
    answers = {name: refusal(next(callers), endpoint, path, forged[name]) for name in chosen}
    assert {name: answer for name, answer in answers.items() if answer != REFUSED} == {}


def test_none_of_them_refreshes_a_session(
    forged: dict[str, bytes], callers: Iterator[Person], forger: Forger, cast: Cast
) -> None:
    """But for the refresh token itself, which is good for this and nothing else."""
    texts = {name: token.decode() for name, token in forged.items() if token.isascii() and name != "the refresh token"}
    for name, token in {"the access token": forger.access, **texts}.items():
        answer = next(callers).call("POST", "auth/refresh", {"refreshToken": token})
        assert error(answer) == REFUSED or (len(token) > 4096 and answer.status_code == 400), name
    assert cast.admin.get("auth/me").status_code == 200


def test_in_no_other_place_is_a_good_token_read(cast: Cast, app: AppProcess, forger: Forger) -> None:
    address, token = f"{app.url}/api/v1/auth/me", forger.access
    places: dict[str, dict[str, dict[str, str]]] = {
        "query": {"params": {"access_token": token}},
        "cookie": {"cookies": {"token": token, "Authorization": f"Bearer {token}"}},
        "other headers": {"headers": {"X-Authorization": f"Bearer {token}", "X-MS-TOKEN": token, "Token": token}},
        "no scheme": {"headers": {"Authorization": token}},
        "another scheme": {"headers": {"Authorization": f"Basic {token}"}},
    }
    answers = {name: error(requests.get(address, timeout=10, **place)) for name, place in places.items()}  # type: ignore[arg-type]
    assert answers == dict.fromkeys(places, (401, "AUTH_REQUIRED"))


def test_a_token_of_each_other_role_is_its_own_alone(cast: Cast, forger: Forger) -> None:
    """A session belongs to one user: no claim takes another's."""
    for person, other in itertools.permutations((cast.admin, cast.kam, cast.partner), 2):
        token = forger.saying(sid=person.session["sessionId"], sub=other.session["userId"], role=other.session["role"])
        answer = cast.stranger().get("auth/me", Authorization=f"Bearer {token}")
        assert error(answer)[0] == 401
