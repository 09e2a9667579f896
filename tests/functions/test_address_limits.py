"""A hundred requests a minute per address, and which address that is (rules.md 5.2)."""

from collections.abc import Iterator

import azure.functions as func
import pytest

import function_app
from shared_code import edge as the_edge
from shared_code.endpoints import REGISTRY
from tests.edge import Answer, Edge, edge_of
from tests.world import ADMIN, World

assert function_app.app
EXEMPT = ("auth/me", "auth/logout", "auth/sessions", "auth/changePassword")
PHONE = {"phone": "12345"}


@pytest.fixture(scope="module")
def edge(world: World) -> Iterator[Edge]:
    with edge_of(world) as edge:
        yield edge


def test_one_count_for_signing_in_and_none_for_who_is_signed_in() -> None:
    routes = {endpoint.route: endpoint.address_limit for endpoint in REGISTRY.values()}
    signing_in = {route for route in routes if route.startswith("auth/") and not route.startswith(EXEMPT)}
    counted = {route for route, limit in routes.items() if limit == "auth"}
    assert counted == signing_in | {"integrations/sendOTP"}
    assert {"auth/login", "auth/refresh", "auth/register"} <= counted


def test_the_hundred_and_first_request_of_a_minute_is_refused_whatever_it_asks(world: World, edge: Edge) -> None:
    def knock(path: str, number: str = "7") -> Answer:
        return edge(None, "POST", path, {}, X_Forwarded_For=f"203.0.113.{number}")

    paths = ["auth/login", "auth/register", "auth/refresh", "integrations/sendOTP"]
    assert {knock(path).status for _ in range(25) for path in paths} == {400}
    assert [knock(path).code for path in paths] == ["RATE_LIMITED"] * 4
    refused = knock("auth/login").headers
    assert 0 < int(refused["Retry-After"]) == int(refused["X-RateLimit-Reset"]) <= 60
    assert (refused["X-RateLimit-Limit"], refused["X-RateLimit-Remaining"]) == ("100", "0")
    assert knock("auth/login", "8").status == 400
    assert edge(ADMIN, "GET", "auth/me", X_Forwarded_For="203.0.113.7").status == 200
    world.owner.execute("UPDATE rate_window SET started_at = started_at - interval '1 minute' WHERE key ^@ 'auth:'")
    assert knock("auth/login").status == 400


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1,203.0.113.7:50123", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::ffff]:443", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("203.0.113.7, ::ffff:198.51.100.9", "198.51.100.9"),
        ("203.0.113.7, nonsense", "unknown"),
        ("203.0.113.7,", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_address_is_the_last_entry_and_of_ipv6_the_first_half(sent: str, address: str) -> None:
    headers = {"X-Forwarded-For": sent} if sent else {}
    request = func.HttpRequest(method="POST", url="http://localhost/api/v1/auth/login", headers=headers, body=b"")
    assert the_edge.address(request) == address


@pytest.mark.parametrize(
    "number", ["", "12345", "+14155550123", "5876543210", "+4479460958", "98765432101", "९८७६५४३२१०"]
)
@pytest.mark.parametrize("path", ["auth/login", "auth/register", "integrations/sendOTP"])
def test_only_indian_mobile_numbers_are_taken(edge: Edge, path: str, number: str) -> None:
    form = {"role": "CP", "name": "A", "address": "B", "state": "GJ", "pinCode": "380058"} if "reg" in path else {}
    answer = edge(None, "POST", path, form | {"phone": number}, X_Forwarded_For="203.0.113.9")
    assert (answer.status, set(answer.said["error"]["details"])) == (400, {"phone"})
