"""What the running app's own reference says of each function."""

from typing import Any

from tests.app_process import Person

Refusals = dict[str, set[tuple[int, str]]]


def documented(person: Person) -> Refusals:
    """Per function, by its name, the refusals it may answer: status and code."""
    document: dict[str, Any] = person.get("openapi.json").json()
    return {
        operation["operationId"]: {
            (int(status), code)
            for status, response in operation["responses"].items()
            for code in response["description"].split(", ")
        }
        for operations in document["paths"].values()
        for operation in operations.values()
    }
