"""Which channel partner a lead belongs to, at creation and when it is reassigned (rules.md 2.2, api.md 2.2)."""

from dataclasses import dataclass

from shared_code.rules.refusal import Refusal, against_rule, forbidden
from shared_code.rules.scope import Caller, Role


@dataclass(frozen=True)
class Partner:
    """A channel partner as a lead's next owner. kam_id: the KAM who looks after it; state: as leads write it."""

    cp_id: str
    kam_id: str | None
    is_active: bool
    state: str | None


def first_owner(caller: Caller, wished: str | None) -> str | None:
    """The partner (a CP- id) a new lead goes to, None for nobody yet; for A and K still to be checked."""
    if caller.role is Role.CP:
        return caller.user_id
    if caller.role is Role.CUSTOMER:
        return None
    return wished


def faults(caller: Caller, wished: str | None) -> dict[str, object]:
    """What is wrong with the wish for a new lead's partner: a KAM names one."""
    if caller.role is Role.KAM and wished is None:
        return {"assignedTo": "one of your channel partners is needed"}
    return {}


def check_in_reach(caller: Caller, wished: str, partner: Partner | None) -> None:
    """Refuse that a KAM gives a lead to a partner that is not its own, or to nobody: `OUT_OF_SCOPE`."""
    if caller.role is Role.KAM and (partner is None or partner.kam_id != caller.user_id):
        raise Refusal("OUT_OF_SCOPE", f"{wished} is not one of your channel partners.")


def check_active(wished: str, partner: Partner | None, wire_field: str = "assignedTo") -> Partner:
    """The partner found under the id `wished`, where it may work. Raises `RULE_VIOLATION`, also where there is none."""
    if partner is None or not partner.is_active:
        raise against_rule({wire_field: f"{wished} is not an active channel partner"})
    return partner


def check_may_cross(caller: Caller, override: bool) -> None:
    """Refuse an `override` by anybody but an Admin, whatever lead and partner it is about: `FORBIDDEN`."""
    if override and caller.role is not Role.ADMIN:
        raise forbidden("Only an Admin may reassign a lead to a partner of another state.")


def check_reassign(caller: Caller, wished: str, partner: Partner | None, lead_state: str, override: bool) -> bool:
    """Whether giving a lead of `lead_state` to that partner is an override: it works in another state.

    Raises `OUT_OF_SCOPE`, `RULE_VIOLATION`.
    """
    check_in_reach(caller, wished, partner)
    target = check_active(wished, partner, "cpId")
    crosses = target.state != lead_state
    if crosses and not override:
        raise against_rule({"cpId": f"{wished} works in {target.state}, the lead is in {lead_state}"})
    return crosses
