"""The nouns under which the operations stand, in the order of the business; and their own order under it."""

import sys
from collections.abc import Iterable
from typing import Final

from shared_code.endpoints import PATH_PARAMETER, Endpoint
from shared_code.reference.schemas import SOURCE

# Module below functions/: its noun.
NOUNS: Final = {
    "auth": "Sign-in", "leads": "Leads", "quotations": "Quotations", "documents": "Documents",
    "commissions": "Commissions", "sync": "Sync", "notifications": "Notifications", "people": "People",
    "master_data": "Master data", "integrations": "Integrations", "outbox": "Outbox", "audit": "Audit",
    "health": "Service", "reference": "Service",
}  # fmt: skip
ORDER: Final = list(dict.fromkeys(NOUNS.values()))
METHODS: Final = ("GET", "POST", "PATCH", "DELETE")
# Signing in goes by what comes first; under every other noun the path says it.
STEPS: Final = ("login", "register", "refresh_session", "session", "password_reset", "change_password", "second_factor")
SERVICE: Final = "Is it alive, is it ready, and this reference."


def noun_of(endpoint: Endpoint) -> str:
    """The noun of an operation."""
    return NOUNS[_module(endpoint)]


def place_of(endpoint: Endpoint) -> tuple[int, int, str, int]:
    """Where an operation stands among the others: by its noun, its step, its path, its method."""
    step = endpoint.workflow.__module__.rsplit(".", 1)[1]
    path = PATH_PARAMETER.sub(r"{\1}", endpoint.route)  # a brace comes after every letter: summary before {leadId}
    return (
        ORDER.index(noun_of(endpoint)),
        STEPS.index(step) if step in STEPS else 0,
        path,
        METHODS.index(endpoint.method),
    )


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
