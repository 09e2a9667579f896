"""People: accounts found, lists of them in the caller's scope, as JSON that PostgreSQL builds (api.md 2.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

from shared_code.rules.scope import Caller, Role
from shared_code.sql import lists
from shared_code.sql.places import IN_FORCE
from shared_code.sql.pool import Db, Rows, rows, scalars
from shared_code.sql.scope import CUSTOMERS, KAMS, LEADS, LISTED_CUSTOMERS, PARTNERS


@dataclass(frozen=True)
class Account:
    """One person's account, with what only a partner has."""

    user_id: str
    role: str
    name: str | None
    phone: str | None
    email: str | None
    password_hash: str | None
    status: str
    blocked: bool
    address: str | None
    city: str | None
    state: str | None
    pin_code: str | None
    kam_id: str | None
    organization_name: str | None
    gstin: str | None

    @property
    def profile_complete(self) -> bool:
        """Whether name, address, state and pin code are there (api.md 2.1)."""
        return all((self.name, self.address, self.state, self.pin_code))


_ACCOUNT: Final[LiteralString] = """
    SELECT u.user_id, u.role, u.name, u.phone, u.email, u.password_hash, u.status, u.blocked, u.address, u.city,
        u.state, u.pin_code,
           c.kam_id, c.organization_name, c.gstin
    FROM user_account u LEFT JOIN channel_partner c ON c.cp_id = u.user_id """


def by_id(db: Db, user_id: str) -> "Rows[Account]":
    """The account under that id."""
    return rows(db, Account, _ACCOUNT + "WHERE u.user_id = %(user_id)s", user_id=user_id)


def by_phone(db: Db, phone: str) -> "Rows[Account]":
    """The customer or partner who signs in with that phone."""
    return rows(db, Account, _ACCOUNT + "WHERE u.phone = %(phone)s AND u.role IN ('CP', 'Customer')", phone=phone)


def by_email(db: Db, email: str) -> "Rows[Account]":
    """The Admin or KAM who signs in with that e-mail address, in whatever case."""
    return rows(
        db, Account, _ACCOUNT + "WHERE lower(u.email) = lower(%(email)s) AND u.role IN ('Admin', 'KAM')", email=email
    )


# The papers asked of a customer, and where each stands (rules.md 6.7).
_KYC: Final[LiteralString] = """(
    SELECT json_agg(json_build_object('docType', asked.doc_type, 'reviewStatus', coalesce(d.review_status, 'none'),
        'docId', d.doc_id)
                    ORDER BY asked.place, id_number(d.doc_id))
    FROM unnest(ARRAY['Income Proof', 'Light Bill', 'Cancelled Cheque', 'Aadhaar Card', 'PAN Card',
        'Passport Photograph'])
             WITH ORDINALITY asked (doc_type, place)
    LEFT JOIN document d ON d.customer_id = c.customer_id AND d.doc_type = asked.doc_type
        AND d.state NOT IN ('Expired', 'Deleted'))"""


def customer_json(reader: Role) -> LiteralString:
    """A customer as that role sees it; its leads are counted in the reader's scope."""
    leads: LiteralString = f"SELECT count(*) FROM lead l WHERE l.customer_id = u.user_id AND {LEADS[reader]}"
    return f"""json_build_object(
        'customerId', u.user_id, 'name', u.name, 'phone', u.phone, 'email', u.email, 'address', u.address,
        'city', u.city, 'state', u.state, 'pinCode', u.pin_code, 'leadCount', ({leads}),
        'executedCount', ({leads} AND l.status = 'Executed'), 'kyc', {_KYC})"""


_PARTNER: Final[LiteralString] = """(SELECT json_build_object(
    'cpId', u.user_id, 'name', u.name, 'phone', u.phone, 'email', u.email, 'address', u.address, 'state', u.state,
    'pinCode', u.pin_code, 'organizationName', c.organization_name, 'gstin', c.gstin, 'status', u.status,
    'kamId', c.kam_id, 'kamName', k.name, 'needsKam', k.status IS DISTINCT FROM 'active' OR k.blocked,
    'leadCount', count(*), 'openLeadCount',
        count(*) FILTER (WHERE x.status NOT IN ('Executed', 'Not Responding', 'Not Interested', 'Other Territory')),
    'executedCount', count(*) FILTER (WHERE x.status = 'Executed'), 'createdAt', iso(u.created_at))
    FROM lead x WHERE x.assigned_to = u.user_id)"""

_KAM: Final[LiteralString] = """json_build_object(
    'kamId', u.user_id, 'name', u.name, 'email', u.email, 'phone', u.phone, 'status', u.status,
    'cpCount', (SELECT count(*) FROM channel_partner x WHERE x.kam_id = u.user_id), 'createdAt', iso(u.created_at))"""

_ADMIN: Final[LiteralString] = """json_build_object(
    'adminId', u.user_id, 'name', u.name, 'email', u.email, 'phone', u.phone, 'status', u.status,
    'createdAt', iso(u.created_at))"""


_SORT: Final[Mapping[str, LiteralString]] = {
    "createdAt": "u.created_at",
    "updatedAt": "u.updated_at",
    "status": "u.status",
}


@dataclass(frozen=True)
class Wanted(lists.Wanted):
    """What a list of people is asked for; None is no filter. `state`: the code or name that it has at `now`."""

    status: tuple[str, ...] = ()
    kam_id: str | None = None
    state: str | None = None
    now: datetime | None = None


_FILTERS: Final[Mapping[str, LiteralString]] = {
    "status": "u.status = ANY (%(status)s)",
    "kam_id": "c.kam_id = %(kam_id)s",
    "state": f"u.state IN ({IN_FORCE})",
    "search": lists.contains("lower(u.name)", "u.phone", or_is=["u.user_id"]),
    **lists.created_between("u.created_at"),
}


def _page(
    db: Db,
    item: LiteralString,
    source: LiteralString,
    where: Sequence[LiteralString],
    wanted: Wanted,
    caller: Caller | None = None,
) -> "Rows[bytes]":
    return lists.list_page(
        db,
        item=item,
        row_id="u.user_id",
        source=source,
        where=[*where, *lists.chosen(_FILTERS, wanted)],
        order=lists.ordered(_SORT, wanted, "u.user_id"),
        wanted=wanted,
        params={"me": caller.user_id if caller else None},
        at_once=caller is not None and caller.role is not Role.ADMIN,
    )


def customers(db: Db, caller: Caller, wanted: Wanted) -> "Rows[bytes]":
    """Customers in scope, newest first, as a list's `data`."""
    source: LiteralString = "user_account u CROSS JOIN LATERAL (SELECT u.user_id AS customer_id) c"
    scope = CUSTOMERS if wanted.search else LISTED_CUSTOMERS  # a search begins with those it finds
    where: list[LiteralString] = ["u.role = 'Customer'", scope[caller.role]]
    return _page(db, customer_json(caller.role), source, where, wanted, caller)


def customer(db: Db, caller: Caller, customer_id: str) -> "Rows[bytes]":
    """One customer in scope."""
    return scalars(
        db,
        f"SELECT {customer_json(caller.role)} FROM customer c JOIN user_account u ON u.user_id = c.customer_id"
        f" WHERE c.customer_id = %(customer_id)s AND {CUSTOMERS[caller.role]}",
        me=caller.user_id,
        customer_id=customer_id,
    )


_PARTNERS: Final[LiteralString] = (
    "channel_partner c JOIN user_account u ON u.user_id = c.cp_id LEFT JOIN user_account k ON k.user_id = c.kam_id"
)


def channel_partners(db: Db, caller: Caller, wanted: Wanted) -> "Rows[bytes]":
    """Channel partners in scope, newest first, as a list's `data`."""
    return _page(db, _PARTNER, _PARTNERS, ["u.role = 'CP'", PARTNERS[caller.role]], wanted, caller)


def channel_partner(db: Db, caller: Caller, cp_id: str) -> "Rows[bytes]":
    """One channel partner in scope."""
    return scalars(
        db,
        f"SELECT {_PARTNER} FROM {_PARTNERS} WHERE c.cp_id = %(cp_id)s AND {PARTNERS[caller.role]}",
        me=caller.user_id,
        cp_id=cp_id,
    )


def kams(db: Db, caller: Caller, wanted: Wanted) -> "Rows[bytes]":
    """KAMs, newest first, as a list's `data`; a KAM sees itself."""
    table: LiteralString = "kam JOIN user_account u ON u.user_id = kam.kam_id"
    return _page(db, _KAM, table, ["u.role = 'KAM'", KAMS[caller.role]], wanted, caller)


def kam(db: Db, caller: Caller, kam_id: str) -> "Rows[bytes]":
    """One KAM in scope."""
    return scalars(
        db,
        f"SELECT {_KAM} FROM kam JOIN user_account u ON u.user_id = kam.kam_id"
        f" WHERE kam.kam_id = %(kam_id)s AND {KAMS[caller.role]}",
        me=caller.user_id,
        kam_id=kam_id,
    )


def admins(db: Db, wanted: Wanted) -> "Rows[bytes]":
    """Admins, newest first, as a list's `data`."""
    return _page(db, _ADMIN, "user_account u", ["u.role = 'Admin'"], wanted)


def admin(db: Db, admin_id: str) -> "Rows[bytes]":
    """One Admin."""
    return scalars(
        db,
        f"SELECT {_ADMIN} FROM user_account u WHERE u.user_id = %(admin_id)s AND u.role = 'Admin'",
        admin_id=admin_id,
    )
