"""Every refusal that the code can raise has its status, every constraint that has a meaning exists (api.md 1)."""

import ast
from pathlib import Path

import psycopg
import pytest

import function_app
from shared_code import errors
from shared_code.endpoints import REGISTRY
from shared_code.rules.refusal import Refusal
from tests.world import World

del function_app  # importing it declares every endpoint
ROOT = Path(__file__).resolve().parent.parent
RAISED = {"Refusal", "KeptRefusal"}


def raised_codes() -> dict[str, str]:
    """Each code that the app's sources refuse with, and a place where they do."""
    places = {}
    for path in [*ROOT.glob("functions/**/*.py"), *ROOT.glob("shared_code/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in RAISED and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    places[str(code.value)] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return places


def test_every_code_that_is_raised_has_a_status() -> None:
    raised = raised_codes()
    assert len(raised) > 20
    assert {code: place for code, place in raised.items() if code not in errors.STATUS} == {}


def test_every_code_that_an_endpoint_announces_has_a_status() -> None:
    announced = {code for endpoint in REGISTRY.values() for code in endpoint.refusals}
    assert announced - errors.STATUS.keys() == set()


def test_every_constraint_with_a_meaning_is_in_the_database(world: World) -> None:
    there = world.rows(
        "SELECT conname::text FROM pg_constraint UNION SELECT indexrelid::regclass::text FROM pg_index"
        r" UNION SELECT unnest(regexp_matches(prosrc, 'CONSTRAINT = .(\w+)', 'g')) FROM pg_proc"  # raised by a trigger
    )
    assert errors.CONSTRAINTS.keys() - {name for (name,) in there} == set()
    assert {code for code, _ in errors.CONSTRAINTS.values()} <= errors.STATUS.keys()


def test_a_violated_constraint_is_the_refusal_it_stands_for(world: World) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation) as violated:
        world.owner.execute("UPDATE user_account SET phone = '9000000002' WHERE user_id = 'CP-1'")
    refusal = errors.of_database(violated.value)
    assert refusal is not None
    assert (refusal.code, errors.STATUS[refusal.code]) == ("DUPLICATE_PHONE", 409)


def test_another_failure_of_the_database_stands_for_no_refusal(world: World) -> None:
    with pytest.raises(psycopg.errors.CheckViolation) as violated:
        world.owner.execute("UPDATE user_account SET phone = '12' WHERE user_id = 'CP-1'")
    assert errors.of_database(violated.value) is None


def test_a_limit_says_when_to_come_again() -> None:
    headers = errors.headers_of(errors.RateLimited(7, 29.6))
    assert headers == {
        "Retry-After": "30", "X-RateLimit-Limit": "7", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30",
    }  # fmt: skip
    assert errors.headers_of(errors.RateLimited(7, 0))["Retry-After"] == "1"


def test_a_lock_says_when_it_opens_and_other_refusals_say_nothing() -> None:
    assert errors.headers_of(Refusal("OTP_LOCKED", "Locked.", retry_after=900)) == {"Retry-After": "900"}
    assert errors.headers_of(errors.not_found("lead")) == {}
