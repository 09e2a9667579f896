"""The network of partners and the KAMs that look after them, as it changes (api.md 2.8).

Whoever locks several of them takes the KAM first, then partners in the order of their ids.
"""

from collections.abc import Collection, Mapping
from typing import Final

from shared_code.rules.kam_assignment import Held, Kam
from shared_code.rules.lead_matrix import TERMINAL
from shared_code.rules.lead_owner import Partner
from shared_code.sql.pool import Db, Rows, rows, scalars

FIRM: Final = ("organization_name", "gstin")


def lock_kam(db: Db, kam_id: str | None) -> "Rows[Kam]":
    """Lock a KAM: of two who give or take its partners one comes second, and it is not deactivated meanwhile."""
    return rows(
        db,
        Kam,
        "SELECT user_id AS kam_id, name, status = 'active' AND NOT blocked AS is_active FROM user_account"
        " WHERE user_id = %(kam_id)s AND role = 'KAM' FOR NO KEY UPDATE",
        kam_id=kam_id,
    )


def lock_partners(db: Db, cp_ids: Collection[str], kam_id: str | None = None) -> "Rows[Held]":
    """Lock these partners, and all of that KAM if one is named; in one order, so that nobody waits for ever."""
    return rows(
        db,
        Held,
        "SELECT cp_id, kam_id FROM channel_partner WHERE cp_id = ANY (%(cp_ids)s) OR kam_id = %(kam_id)s"
        " ORDER BY cp_id FOR NO KEY UPDATE",
        cp_ids=list(cp_ids),
        kam_id=kam_id,
    )


def assign(db: Db, cp_ids: Collection[str], kam_id: str | None) -> None:
    """Give locked partners to that KAM, to nobody if it is None."""
    scalars(
        db,
        "UPDATE channel_partner SET kam_id = %(kam_id)s WHERE cp_id = ANY (%(cp_ids)s)",
        cp_ids=list(cp_ids),
        kam_id=kam_id,
    )


def change_firm(db: Db, cp_id: str, firm: Mapping[str, str | None]) -> None:
    """Write the given fields of FIRM; None clears one."""
    scalars(
        db,
        """
        UPDATE channel_partner SET
            organization_name = CASE WHEN 'organization_name' = ANY (%(given)s)
                THEN %(organization_name)s ELSE organization_name END,
            gstin = CASE WHEN 'gstin' = ANY (%(given)s) THEN %(gstin)s ELSE gstin END
        WHERE cp_id = %(cp_id)s
        """,
        cp_id=cp_id,
        given=[name for name in FIRM if name in firm],
        **{name: firm.get(name) for name in FIRM},
    )


def open_leads(db: Db, cp_id: str) -> "Rows[int]":
    """How many leads of a partner are not at their end. Asked under the lock of its account, nobody adds one."""
    return scalars(
        db,
        "SELECT count(*) FROM lead WHERE assigned_to = %(cp_id)s AND status <> ALL (%(terminal)s)",
        cp_id=cp_id,
        terminal=[status.value for status in TERMINAL],
    )


def activate_partner(db: Db, cp_id: str) -> "Rows[str]":
    """Make a pending or deactivated partner active; no row when there is none, or when it was active already."""
    return scalars(
        db,
        "UPDATE user_account SET status = 'active', updated_at = now()"
        " WHERE user_id = %(cp_id)s AND role = 'CP' AND status <> 'active' RETURNING user_id",
        cp_id=cp_id,
    )


def owner(db: Db, cp_id: str | None) -> "Rows[Partner]":
    """The partner that a lead may be given to. Its row is locked: it stays as active as it is until the lead is there.

    Who deactivates a partner locks that row too and counts its open leads in the next statement.
    """
    return rows(
        db,
        Partner,
        "SELECT c.cp_id, c.kam_id, u.status = 'active' AND NOT u.blocked AS is_active, u.state"
        " FROM channel_partner c JOIN user_account u ON u.user_id = c.cp_id WHERE c.cp_id = %(cp_id)s"
        " FOR SHARE OF u",
        cp_id=cp_id,
    )
