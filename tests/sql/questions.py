"""Every list, search and sum that the app asks the database for: by each role, in each order, with each filter."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations, product
from typing import Any, Final, get_args

from functions import audit as audits
from functions import notifications as news
from functions.auth import session
from functions.commissions import browse_commissions
from functions.leads import browse_leads
from functions.people import browse_people
from functions.quotations import browse_quotations
from shared_code.rules.lead_status import Status
from shared_code.rules.scope import Caller, Role
from shared_code.sql import (
    audit,
    commission_views,
    documents,
    kyc,
    lead_views,
    lists,
    notifications,
    people,
    quotation_views,
    sessions,
    sync,
    timeline,
)
from shared_code.sql.pool import Db
from shared_code.wire.fields import PageAsk
from tests.sql.scale import FIRST

NOW: Final = datetime.now(UTC)
DAY: Final = NOW.date()
YEAR: Final = DAY - timedelta(days=365)
ADMIN, KAM, CP, CUSTOMER = (
    Caller(f"{kind}-{FIRST}", role, "session", "Asha Mehta")
    for kind, role in (("ADM", Role.ADMIN), ("KAM", Role.KAM), ("CP", Role.CP), ("CUST", Role.CUSTOMER))
)
SELLERS, EVERYBODY = (ADMIN, KAM, CP), (ADMIN, KAM, CP, CUSTOMER)
Filters = Mapping[str, object]
Ask = Callable[[Db, Caller, Any], object]
PAGE: Final = {"offset": 0, "limit": 25}

# One letter, the beginning of a word, a name, two words, nobody, half a phone, an id.
SEARCHES: Final = ("p", "pa", "patel", "pravin shah", "zzzzzz", "98765", f"LEAD-{FIRST}", "अमित")
DAYS: Final = {"created_from": (YEAR, DAY), "created_to": (YEAR,)}


@dataclass(frozen=True)
class Question:
    """What somebody asks for: of the list or function `name`, as `wish` says."""

    name: str
    caller: Caller
    wish: Filters
    ask: Ask

    def say(self, db: Db) -> None:
        """Ask the database."""
        self.ask(db, self.caller, {**PAGE, **self.wish})

    def __str__(self) -> str:
        return f"{self.caller.role.value} {self.name} {dict(self.wish)}"


@dataclass(frozen=True)
class Kind:
    """A list: how it is asked, by whom, with which values of each field of `filters`."""

    ask: Ask
    filters: type[PageAsk]
    callers: Sequence[Caller]
    samples: Mapping[str, Sequence[object]]

    @property
    def orders(self) -> list[Filters]:
        """The usual order, and each that may be wished."""
        keys = get_args(get_args(self.filters.model_fields["sort_by"].annotation)[0])
        return [{}, *({"sort_by": key, "sort_order": way} for key, way in product(keys, ("asc", "desc")))]

    def wishes(self) -> Iterator[Filters]:
        """Each filter in each order, each two of them in the usual one, and a page far behind."""
        single = [{name: value} for name, values in self.samples.items() for value in values]
        yield from ({**order, **filters} for order, filters in product(self.orders, [{}, *single]))
        yield from ({**one, **other} for one, other in combinations(single, 2) if one.keys() != other.keys())
        yield from ({**order, "offset": 1000} for order in self.orders)


LISTS: Final = {
    "leads": Kind(
        lambda db, caller, wish: lead_views.page(db, caller, lead_views.Wanted(**wish, now=NOW, day=DAY), True),
        browse_leads.LeadFilters,
        EVERYBODY,
        DAYS
        | {
            "status": (("Won",), ("Not Interested", "Executed")),
            "assigned_to": (f"CP-{FIRST}", "unassigned"),
            "state": ("GJ", "Goa"),
            "origin": ("CP",),
            "source": ("Website", "nowhere"),
            "follow_up": ("today", "overdue"),
            "search": SEARCHES,
        },
    ),
    "quotations": Kind(
        lambda db, caller, wish: quotation_views.page(db, caller, quotation_views.Wanted(**wish)),
        browse_quotations.QuotationFilters,
        EVERYBODY,
        DAYS
        | {
            "lead_id": (f"LEAD-{FIRST}",),
            "status": (("Shared",), ("Created", "Accepted")),
            "cp_id": (f"CP-{FIRST}",),
            "shared_with_customer": (True, False),
            "min_kw": (Decimal(5),),
            "max_kw": (Decimal(6),),
            "search": (*SEARCHES, f"QUOT-{FIRST}"),
        },
    ),
    "commissions": Kind(
        lambda db, caller, wish: commission_views.page(db, caller, commission_views.Wanted(**wish)),
        browse_commissions.CommissionFilters,
        SELLERS,
        DAYS
        | {
            "lead_id": (f"LEAD-{FIRST}",),
            "status": (("Paid",), ("Pending", "Cancelled")),
            "cp_id": (f"CP-{FIRST}",),
            "search": (*SEARCHES, f"COMM-{FIRST}", "UTR000000001001"),
        },
    ),
    "customers": Kind(
        lambda db, caller, wish: people.customers(db, caller, people.Wanted(**wish)),
        browse_people.PeopleFilters,
        EVERYBODY,
        DAYS | {"search": (*SEARCHES, f"CUST-{FIRST}")},
    ),
    "channelPartners": Kind(
        lambda db, caller, wish: people.channel_partners(db, caller, people.Wanted(**wish, now=NOW)),
        browse_people.PartnerFilters,
        SELLERS,
        DAYS
        | {
            "status": (("active",), ("pending",), ("active", "pending")),
            "kam_id": (f"KAM-{FIRST}",),
            "state": ("GJ",),
            "search": SEARCHES,
        },
    ),
    "kams": Kind(
        lambda db, caller, wish: people.kams(db, caller, people.Wanted(**wish)),
        browse_people.StaffFilters,
        (ADMIN, KAM),
        DAYS | {"status": (("active",),), "search": SEARCHES},
    ),
    "admins": Kind(
        lambda db, caller, wish: people.admins(db, people.Wanted(**wish)),
        browse_people.StaffFilters,
        (ADMIN,),
        DAYS | {"status": (("active",),), "search": SEARCHES},
    ),
    "notifications": Kind(
        lambda db, caller, wish: notifications.page(db, caller.user_id, notifications.Wanted(**wish)),
        news.NotificationFilters,
        EVERYBODY,
        DAYS | {"unread": (True,)},
    ),
    "auth/sessions": Kind(
        lambda db, caller, wish: sessions.live_page(db, caller, timedelta(30), lists.Wanted(**wish)),
        session.SessionFilters,
        EVERYBODY,
        DAYS,
    ),
    "audit": Kind(
        lambda db, caller, wish: audit.page(db, audit.Wanted(**wish)),
        audits.AuditFilters,
        (ADMIN,),
        DAYS | {"entity": ("lead",), "entity_id": (f"LEAD-{FIRST}",), "actor_id": (f"ADM-{FIRST}",)},
    ),
}

_STATUSES: Final = [status.value for status in Status]
LEAD, CUST, DOC = f"LEAD-{FIRST}", f"CUST-{FIRST}", f"DOC-{FIRST}"

# The sums, what hangs on one thing, and all that is a caller's own.
OTHERS: Final[Mapping[str, tuple[Sequence[Caller], Ask]]] = {
    "leads/summary": (SELLERS, lambda db, caller, _: lead_views.summary(db, caller, DAY, _STATUSES)),
    "commissions/summary": (SELLERS, lambda db, caller, _: commission_views.summary(db, caller)),
    "leads/{leadId}": (EVERYBODY, lambda db, caller, _: lead_views.detail(db, caller, LEAD, True)),
    "leads/{leadId}/timeline": (EVERYBODY, lambda db, caller, _: timeline.page(db, caller, LEAD, 0, 25)),
    "leads/{leadId}/docs": (EVERYBODY, lambda db, caller, _: documents.of_lead(db, caller, LEAD, 7)),
    "customers/{customerId}": (EVERYBODY, lambda db, caller, _: people.customer(db, caller, CUST)),
    "customers/{customerId}/kyc": (EVERYBODY, lambda db, caller, _: documents.of_customer(db, caller, CUST)),
    "customers/{customerId}/kyc/log": ((ADMIN, KAM), lambda db, caller, _: kyc.log(db, caller, CUST, 0, 25)),
    "documents/{docId}": (EVERYBODY, lambda db, caller, _: documents.one(db, caller, DOC)),
    "documents/{docId}/versions": (EVERYBODY, lambda db, caller, _: documents.versions(db, caller, DOC)),
    "documents/{docId}/accesses": ((ADMIN, KAM), lambda db, caller, _: documents.accesses(db, caller, DOC, 0, 25)),
    "sync": ((CP, CUSTOMER), lambda db, caller, _: sync.everything(db, caller, NOW, DAY, [], False, True)),
}


def questions(name: str) -> Iterator[Question]:
    """Everything that everybody may ask of that list or function."""
    if name in OTHERS:
        callers, ask = OTHERS[name]
        yield from (Question(name, caller, {}, ask) for caller in callers)
    else:
        kind = LISTS[name]
        yield from (Question(name, caller, wish, kind.ask) for caller, wish in product(kind.callers, kind.wishes()))
