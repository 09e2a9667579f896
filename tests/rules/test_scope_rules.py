"""Who may do what, and to whom a lead goes (rules.md 2.1, 2.2)."""

import pytest

from shared_code.rules.lead_owner import (
    Partner,
    check_active,
    check_in_reach,
    check_may_cross,
    check_reassign,
    faults,
    first_owner,
)
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import (
    PERMISSIONS,
    Action,
    Caller,
    Role,
    may,
    may_delete_document,
)
from tests.rules.samples import refused

TABLE = {
    "lead list, detail, timeline": "A K P C",
    "lead create": "A K P C",
    "lead edit": "A K P",
    "status within matrix": "A K P",
    "status override": "A K",
    "reassign": "A K",
    "quotation create, preview, share": "A K P",
    "quotation accept, reject": "A K C",
    "KYC and lead document upload": "A K P C",
    "KYC approve, reject": "A K",
    "document delete": "A P",
    "commissions view": "A K P",
    "commissions approve, pay": "A",
    "channel partners, KAMs, master data: write": "A",
    "notifications, profile": "A K P C",
    "sync": "P C",
}
LETTERS = dict(zip("AKPC", Role, strict=True))
OWN = Partner("CP-1", "KAM-1", True, "Gujarat")


def caller(role: Role) -> Caller:
    ids = {Role.ADMIN: "ADM-1", Role.KAM: "KAM-1", Role.CP: "CP-1", Role.CUSTOMER: "CUST-1"}
    return Caller(ids[role], role, "session", "Asha")


@pytest.mark.parametrize("action", Action)
def test_2_2_the_table_of_permissions(action: Action) -> None:
    assert PERMISSIONS[action] == {LETTERS[letter] for letter in TABLE[action].split()}
    assert may(Role.ADMIN, action) == ("A" in TABLE[action])


def test_2_2_roles_are_those_on_the_wire() -> None:
    assert list(Role) == ["Admin", "KAM", "CP", "Customer"]


def test_2_2_a_partner_deletes_lead_documents_and_never_kyc() -> None:
    assert [role for role in Role if may_delete_document(role, is_kyc=False)] == [Role.ADMIN, Role.CP]
    assert [role for role in Role if may_delete_document(role, is_kyc=True)] == [Role.ADMIN]


@pytest.mark.parametrize("wished", [None, "CP-1", "CP-9"])
def test_2_2_a_partners_lead_is_its_own_and_a_customers_is_nobodys_yet(wished: str | None) -> None:
    assert first_owner(caller(Role.CP), wished) == "CP-1"
    assert first_owner(caller(Role.CUSTOMER), wished) is None
    assert first_owner(caller(Role.ADMIN), wished) == wished


def test_2_2_a_kam_names_a_partner() -> None:
    assert first_owner(caller(Role.KAM), "CP-1") == "CP-1"
    assert faults(caller(Role.KAM), "CP-1") == {}
    assert faults(caller(Role.KAM), None).keys() == {"assignedTo"}
    for role in (Role.ADMIN, Role.CP, Role.CUSTOMER):
        assert faults(caller(role), None) == {}


def test_2_2_a_kam_gives_leads_to_its_own_partners_only() -> None:
    check_in_reach(caller(Role.KAM), "CP-1", OWN)
    check_in_reach(caller(Role.ADMIN), "CP-1", None)
    for partner in (None, Partner("CP-1", "KAM-2", True, "Gujarat"), Partner("CP-1", None, True, "Gujarat")):
        with refused("OUT_OF_SCOPE"):
            check_in_reach(caller(Role.KAM), "CP-1", partner)


@pytest.mark.parametrize("partner", [None, Partner("CP-1", "KAM-1", False, "Gujarat")])
def test_2_2_the_target_is_an_active_partner(partner: Partner | None) -> None:
    with refused("RULE_VIOLATION", "assignedTo"):
        check_active("CP-1", partner)
    with refused("RULE_VIOLATION", "cpId"):
        check_reassign(caller(Role.ADMIN), "CP-1", partner, "Gujarat", override=True)


@pytest.mark.parametrize(
    ("role", "state", "override", "code"),
    [
        (Role.ADMIN, "Gujarat", False, None),
        (Role.KAM, "Gujarat", False, None),
        (Role.ADMIN, "Goa", False, "RULE_VIOLATION"),
        (Role.KAM, "Goa", False, "RULE_VIOLATION"),
        (Role.ADMIN, "Goa", True, None),
        (Role.KAM, "Goa", True, "FORBIDDEN"),
        (Role.KAM, "Gujarat", True, "FORBIDDEN"),
    ],
)
def test_2_2_another_state_takes_an_admin_with_override(
    role: Role, state: str, override: bool, code: str | None
) -> None:
    def crosses() -> bool:
        check_may_cross(caller(role), override)
        return check_reassign(caller(role), "CP-1", OWN, state, override)

    if code is None:
        assert crosses() == (state != "Gujarat")
    else:
        with refused(code):
            crosses()


def test_a_refusal_carries_what_the_answer_needs() -> None:
    refusal = Refusal("RATE_LIMITED", "Ask again in 3 seconds.", {"field": "why"}, retry_after=3)
    assert (refusal.code, str(refusal), refusal.details) == ("RATE_LIMITED", refusal.message, {"field": "why"})
    assert refusal.retry_after == 3
