"""The nouns under which the operations stand, in the order of the business."""

import sys
from collections.abc import Iterable
from typing import Final

from shared_code.endpoints import Endpoint
from shared_code.reference.schemas import SOURCE

# Module below functions/: its noun. A module that is not here stands under its own name, at the end.
NOUNS: Final = {
    "auth": "Sign-in", "leads": "Leads", "quotations": "Quotations", "documents": "Documents",
    "commissions": "Commissions", "sync": "Sync", "notifications": "Notifications", "people": "People",
    "master_data": "Master data", "integrations": "Integrations", "health": "Service", "reference": "Service",
}  # fmt: skip
ORDER: Final = list(dict.fromkeys(NOUNS.values()))
SERVICE: Final = "Is it alive, is it ready, and this reference."


def noun_of(endpoint: Endpoint) -> str:
    """The noun of an operation."""
    module = _module(endpoint)
    return NOUNS.get(module, module.replace("_", " ").capitalize())


def place_of(endpoint: Endpoint) -> tuple[int, str, int]:
    """Where an operation stands among the others: by its noun, its file, its place in it."""
    noun, workflow = noun_of(endpoint), endpoint.workflow
    return ORDER.index(noun) if noun in ORDER else len(ORDER), workflow.__module__, workflow.__code__.co_firstlineno


def tags(endpoints: Iterable[Endpoint]) -> list[dict[str, str]]:
    """The nouns of these operations, each with what its module says of itself."""
    found: dict[str, str] = {}
    for endpoint in sorted(endpoints, key=place_of):
        said = sys.modules[f"functions.{_module(endpoint)}"].__doc__ or ""
        noun = noun_of(endpoint)
        found.setdefault(noun, SERVICE if noun == "Service" else SOURCE.sub("", said.strip().partition("\n")[0]))
    return [{"name": noun, "description": about} for noun, about in found.items()]


def _module(endpoint: Endpoint) -> str:
    return endpoint.workflow.__module__.split(".")[1]
