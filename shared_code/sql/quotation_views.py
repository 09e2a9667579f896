"""Quotations as they are looked at: one, its PDF, a page of many."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, LiteralString

from shared_code.rules.scope import Caller, Role
from shared_code.sql import lists
from shared_code.sql.pool import Db, Rows, rows, scalars
from shared_code.sql.quotations import QUOTATION, VISIBLE, WHOLE_QUOTATION, reader
from shared_code.sql.scope import LEADS, of_leads


def one(db: Db, caller: Caller, reference: str, item: LiteralString = QUOTATION) -> "Rows[bytes]":
    """A quotation in scope; for a customer a shared one."""
    return scalars(
        db,
        f"SELECT {item} FROM quotation q JOIN lead l USING (lead_id)"
        f" WHERE q.quotation_reference = %(reference)s AND {VISIBLE} AND {LEADS[caller.role]}",
        reference=reference,
        **reader(caller),
    )


def whole(db: Db, caller: Caller, reference: str) -> "Rows[bytes]":
    """The same with its frozen inputs; for everybody but customers."""
    return one(db, caller, reference, WHOLE_QUOTATION)


@dataclass(frozen=True)
class Pdf:
    """Where a quotation's PDF is stored, and what it holds."""

    pdf_blob: str
    pdf_sha256: str
    pdf_size: int


def pdf(db: Db, caller: Caller, reference: str) -> "Rows[Pdf]":
    """The PDF of a quotation in scope; for a customer of a shared one."""
    return rows(
        db,
        Pdf,
        f"SELECT q.pdf_blob, q.pdf_sha256, q.pdf_size FROM quotation q JOIN lead l USING (lead_id)"
        f" WHERE q.quotation_reference = %(reference)s AND {VISIBLE} AND {LEADS[caller.role]}",
        reference=reference,
        **reader(caller),
    )


@dataclass(frozen=True)
class Wanted(lists.Wanted):
    """What a list of quotations is asked for; None is no filter. Capacities in kW."""

    lead_id: str | None = None
    status: tuple[str, ...] = ()
    cp_id: str | None = None
    shared_with_customer: bool | None = None
    min_kw: Decimal | None = None
    max_kw: Decimal | None = None


_FILTERS: Final[Mapping[str, LiteralString]] = {
    "lead_id": "q.lead_id = %(lead_id)s",
    "status": "q.status = ANY (%(status)s)",
    "cp_id": "q.cp_id = %(cp_id)s",
    "shared_with_customer": "q.shared_with_customer = %(shared_with_customer)s",
    "min_kw": "q.system_kw >= %(min_kw)s",
    "max_kw": "q.system_kw <= %(max_kw)s",
    **lists.created_between("q.created_at"),
}
_SORT: Final[Mapping[str, LiteralString]] = {
    "createdAt": "q.created_at",
    "status": "q.status",
    "customerName": "lower(l.customer_name)",
}


def _scope(role: Role, has_search: bool) -> list[LiteralString]:
    """Whose quotations, and which are searched for: PostgreSQL begins with their leads."""
    mine: LiteralString = f"EXISTS (SELECT FROM lead l WHERE l.lead_id = q.lead_id AND {LEADS[role]})"
    if not has_search:
        return ["true" if role is Role.ADMIN else of_leads(role, "q.lead_id")]
    named = of_leads(role, "q.lead_id", lists.contains("lower(l.customer_name)"))
    found: LiteralString = f"({named} OR q.quotation_reference = upper(%(search)s) OR q.lead_id = upper(%(search)s))"
    return [found] if role is Role.ADMIN else [found, mine]


def page(db: Db, caller: Caller, wanted: Wanted) -> "Rows[bytes]":
    """Quotations in scope, newest first unless sorted, as a list's `data`."""
    by_name = wanted.sort_by == "customerName"
    return lists.list_page(
        db,
        item=QUOTATION,
        row_id="q.quotation_reference",
        table="quotation q",
        source="quotation q JOIN lead l USING (lead_id)" if by_name else "quotation q",
        counted="quotation q",
        where=[*_scope(caller.role, bool(wanted.search)), VISIBLE, *lists.chosen(_FILTERS, wanted)],
        order=lists.ordered(_SORT, wanted, "q.quotation_reference"),
        wanted=wanted,
        params=reader(caller),
        at_once=caller.role is not Role.ADMIN,
    )
