"""Route templates match as ASP.NET's do, and functions are tried in the order of Azure's host."""

import logging

import pytest

from localhost.host import AppLoadError, FunctionDefinition
from localhost.host.routes import RouteTable, compile_template

LEAD = "leads/{leadId:regex(^LEAD-[0-9]+$)}"


def function(name: str, route: str, *methods: str) -> FunctionDefinition:
    return FunctionDefinition(name, name, "http", {"name": "req", "route": route, "methods": methods})


def found(table: RouteTable, method: str, path: str) -> str | None:
    match = table.match(method, path)
    return match[0].name if match else None


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("leads", "leads", {}),
        ("leads", "LEADS", {}),
        ("leads", "leads/1", None),
        ("leads/{id}", "leads/a b", {"id": "a b"}),
        ("leads/{id}", "leads/", None),
        ("leads/{id}", "leads//", None),
        ("leads/{id}", "leads/a/b", None),
        (LEAD, "leads/LEAD-17", {"leadId": "LEAD-17"}),
        (LEAD, "leads/lead-17", {"leadId": "lead-17"}),
        (LEAD, "leads/LEAD-", None),
        (LEAD, "leads/xLEAD-1", None),
        (LEAD + "/docs", "leads/LEAD-1/docs", {"leadId": "LEAD-1"}),
        (r"y/{year:regex(^\d{{4}}$)}", "y/2026", {"year": "2026"}),
        (r"y/{year:regex(^\d{{4}}$)}", "y/20260", None),
        (r"k/{kind:regex(^(a|b:c)$)}", "k/b:c", {"kind": "b:c"}),
        ("n/{n:int}", "n/-7", {"n": "-7"}),
        ("n/{n:int}", "n/2147483648", None),
        ("n/{n:long}", "n/2147483648", {"n": "2147483648"}),
        ("n/{n:int:min(1):max(9)}", "n/9", {"n": "9"}),
        ("n/{n:int:min(1):max(9)}", "n/10", None),
        ("n/{n:range(1,3)}", "n/x", None),
        ("n/{n:length(2,3)}", "n/abc", {"n": "abc"}),
        ("n/{n:length(2)}", "n/abc", None),
        ("n/{n:minlength(2):maxlength(3)}", "n/a", None),
        ("n/{n:alpha}", "n/a1", None),
        ("n/{n:bool}", "n/TRUE", {"n": "TRUE"}),
        ("n/{n:guid}", "n/0af76519-16cd-43dd-8448-eb211c80319c", {"n": "0af76519-16cd-43dd-8448-eb211c80319c"}),
        ("n/{n:guid}", "n/7", None),
        ("a/{b?}", "a", {}),
        ("a/{b?}", "a/1", {"b": "1"}),
        ("a/{b}/{c:int?}", "a/1", {"b": "1"}),
        ("a/{b}/{c:int?}", "a/1/x", None),
        ("{all?}", "", {}),
        ("f/{name}.{ext}", "f/a.b.c", {"name": "a.b", "ext": "c"}),
        ("f/{name}.{ext}", "f/a", None),
        ("f/lead-{id:int}", "f/lead-3", {"id": "3"}),
        ("f/{*rest}", "f/a/b/c", {"rest": "a/b/c"}),
        ("f/{*rest}", "f", {}),
        ("openapi.json", "openapiXjson", None),
        ("a{{b}}", "a{b}", {}),
    ],
)
def test_templates(template: str, path: str, values: dict[str, str] | None) -> None:
    assert compile_template(template).match(path) == values


@pytest.mark.parametrize(
    "template", ["a/{b", "a/b}", "{}", "{n:even}", "{n:int", "{n=5}", "{n:min(x)}", "{n:regex([)}"]
)
def test_templates_that_cannot_be_served_are_refused(template: str) -> None:
    with pytest.raises(AppLoadError):
        compile_template(template)


def test_functions_are_tried_in_the_order_of_their_names_in_capitals() -> None:
    table = RouteTable(
        [function("order_b", "x/{a}"), function("orderC", "x/{b}/"), function("Order", "x/{c}/y")], "api"
    )
    assert [route.function.name for route in table.routes] == ["Order", "orderC", "order_b"]
    assert found(table, "GET", "/api/x/1") == "orderC"


def test_the_method_is_part_of_the_match() -> None:
    table = RouteTable([function("a", "x/{id}", "get"), function("b", "x/y", "PUT"), function("c", "z")], "")
    assert [found(table, method, "/x/y") for method in ("GET", "PUT", "DELETE")] == ["a", "b", None]
    assert found(table, "TRACE", "/z") == "c"


def test_a_function_without_a_route_is_reached_by_its_name() -> None:
    table = RouteTable([function("Hello", "")], "api")
    assert found(table, "GET", "/api/hello") == "Hello"


def test_escaped_slashes_stay_in_their_segment() -> None:
    table = RouteTable([function("a", "x/{id}")], "api")
    match = table.match("GET", "/api/x/a%2fb%20%E2%82%B9")
    assert match and match[1] == {"id": "a%2Fb ₹"}


def test_reserved_and_duplicate_routes_are_dropped_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    functions = [
        function("kept", "a/{b}", "GET"),
        function("other_method", "/A/{b}/", "POST"),
        function("twice", "A/{b}", "POST", "GET"),
        function("all_methods", "admins"),
        function("runtimes", "Runtime/x"),
    ]
    with caplog.at_level(logging.ERROR):
        table = RouteTable(functions, "api")
    assert [route.function.name for route in table.routes] == ["kept", "other_method"]
    assert all(name in caplog.text for name in ("twice", "all_methods", "runtimes"))
