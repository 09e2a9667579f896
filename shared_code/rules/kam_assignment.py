"""Which channel partners a KAM looks after: given, taken away, or exactly these (api.md 2.8)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from shared_code.rules.refusal import against_rule

Mode = Literal["add", "remove", "replace"]
MOST = 500  # partners that are named in one request


@dataclass(frozen=True)
class Kam:
    """A KAM as the one who is to look after partners; a deactivated or blocked one is not active."""

    kam_id: str
    name: str | None
    is_active: bool


@dataclass(frozen=True)
class Held:
    """A partner, and the KAM that looks after it, None for nobody."""

    cp_id: str
    kam_id: str | None


@dataclass(frozen=True)
class Assignment:
    """The partners whose KAM changes: those that the KAM gets, and those that have none afterwards. CP- ids."""

    given: tuple[str, ...]
    taken: tuple[str, ...] = ()


def check_kam(kam: Kam | None, wished: str) -> Kam:
    """The KAM found under the id `wished`, fit to be given partners. Raises `RULE_VIOLATION`."""
    if kam is None or not kam.is_active:
        raise against_rule({"kamId": f"{wished} is not an active KAM"})
    return kam


def decide(kam: Kam, mode: Mode, wished: Collection[str], found: Iterable[Held]) -> Assignment:
    """What changes when the partners `wished` are given to the KAM, taken from it, or shall be all that it has.

    found: the wished partners that there are and, to replace, those that the KAM has. To take away another KAM's
    partner changes nothing. Raises `RULE_VIOLATION` for unknown partners and for giving to a KAM that is not active.
    """
    held = {partner.cp_id: partner.kam_id for partner in found}
    if unknown := sorted(set(wished) - held.keys()):
        raise against_rule({"cpIds": f"no such channel partner: {', '.join(unknown)}"})
    own = {cp_id for cp_id, kam_id in held.items() if kam_id == kam.kam_id}
    given = set() if mode == "remove" else set(wished) - own
    taken = own & set(wished) if mode == "remove" else own - set(wished) if mode == "replace" else set()
    if given:
        check_kam(kam, kam.kam_id)
    return Assignment(tuple(sorted(given)), tuple(sorted(taken)))
