"""A business with some years behind it, always the same: rows of every kind, with ties, gaps and odd names."""

import json
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.rows import dict_row

from shared_code.rules.lead_status import Status
from tests import rows
from tests.world import World

Row = dict[str, Any]
INDIA = ZoneInfo("Asia/Kolkata")
MIDNIGHT = datetime(2026, 1, 14, 18, 30, tzinfo=UTC)  # of 15 January in India
NAMES = [
    "100% Solar",
    "O'Brien & Sons",
    "under_score",
    "back\\slash",
    "अमित शाह",
    "chitra desai",
    "Chitra Desai",
    "Zed",
]
LEADS, CUSTOMERS, PARTNERS = 60, 8, ("CP-1", "CP-2", "CP-3", "CP-9", None)


def move_in(world: World) -> None:
    """Fill the world."""
    dice = random.Random(7)
    for thing in ("customer", "lead", "quotation", "commission", "document", "notification"):
        world.owner.execute("SELECT setval(%s, 9995)", [f"{thing}_number"])  # so that ids do not sort as texts
    customers = [_customer(world, number) for number in range(CUSTOMERS)]
    for number in range(LEADS):
        lead_id = _lead(world, dice, number, dice.choice(customers))
        _papers(world, dice, number, lead_id)
    for number in range(30):
        user = dice.choice(["ADM-1", "KAM-1", "CP-1", "CP-1", "CUST-1"])
        read = at(dice, 5) if dice.random() < 0.5 else None
        rows.notification(world, user, read_at=read, created_at=at(dice, number // 3))
    for number, customer_id in enumerate(["CUST-1", *customers]):
        rows.document(world, None, customer_id, doc_type="PAN Card", state=["Accepted", "Deleted"][number % 2])


def at(dice: random.Random, hours: int) -> datetime:
    """An instant around a midnight in India, often the same one."""
    return MIDNIGHT + timedelta(hours=hours - 10, microseconds=dice.choice([0, 0, 0, -1, 1]))


def _customer(world: World, number: int) -> str:
    customer_id = rows.insert(
        world, "user_account", "user_id",
        user_id=f"CUST-{world.value('SELECT nextval(%s)', 'customer_number')}", role="Customer", name=NAMES[number],
        phone=f"98{number:08d}", state=["Gujarat", None][number % 2],
        created_at=MIDNIGHT + timedelta(hours=number // 2 - 1, microseconds=-(number % 2)),
    )  # fmt: skip
    return rows.insert(world, "customer", "customer_id", customer_id=customer_id)


def _lead(world: World, dice: random.Random, number: int, customer_id: str) -> str:
    return rows.insert(
        world, "lead", "lead_id",
        customer_id=dice.choice([customer_id, "CUST-1"]), customer_name=dice.choice(NAMES), address="1 Hill Road",
        phone=f"98{dice.randrange(CUSTOMERS):08d}", state=dice.choice(["Gujarat", "Maharashtra"]), pin_code="380001",
        status=dice.choice(list(Status)).value, origin=dice.choice(["CP", "Customer", "KAM", "Admin"]),
        source=dice.choice([None, "Fair", "Web"]), assigned_to=dice.choice(PARTNERS), created_by="CP-1",
        follow_up_date=dice.choice([None, date(2026, 1, 14), date(2026, 1, 15), date(2026, 1, 16)]),
        created_at=at(dice, number // 3), updated_at=at(dice, dice.randrange(20)),
    )  # fmt: skip


def _papers(world: World, dice: random.Random, number: int, lead_id: str) -> None:
    """What hangs on a lead: quotations, a commission (of whoever had the lead then), documents, a timeline."""
    statuses = dice.choice([[], ["Created"], ["Shared", "Rejected"], ["Accepted", "Rejected", "Created"]])
    kw = [Decimal(dice.choice(["3.24", "5.4", "10"])) for _ in statuses]
    quotations = [
        rows.quotation(world, lead_id, status, system_kw=size, created_at=at(dice, number // 3))
        for status, size in zip(statuses, kw, strict=True)
    ]
    if quotations and number % 2:
        settled: Row = {"approved_amount": 5000, "approved_at": MIDNIGHT, "created_at": at(dice, number // 4)}
        if number % 3 == 0:
            paid = {"utr": f"UTR{number:09d}", "paid_on": date(2026, 1, 5), "method": "UPI", "paid_at": MIDNIGHT}
            settled |= {"status": "Paid", **paid}
        else:
            settled["status"] = dice.choice(["Pending", "Approved", "Cancelled"])
        rows.insert(
            world, "commission", "commission_id",
            lead_id=lead_id, quotation_ref=quotations[0], cp_id=dice.choice(["CP-1", "CP-2", "CP-3"]), system_kw=kw[0],
            project_amount=154332, dealer_add_on_per_kw=1800, amount=5832, **settled,
        )  # fmt: skip
    for state in dice.choice([[], ["Accepted"], ["Accepted", "Rejected", "Deleted"]]):
        rows.document(world, lead_id, state=state)
    actions = ["created", "status", "edited", "quotationShared", "commissionOpened", "documentAdded"]
    for entry in range(1, dice.choice([2, 5, 30])):
        rows.insert(
            world, "timeline_entry", "entry",
            lead_id=lead_id, entry=entry, version=entry, action=actions[(entry - 1) % len(actions)], actor_id="CP-1",
            after=json.dumps({"status": "Won", "remarks": "secret"}), remarks="secret",
            at=MIDNIGHT + timedelta(seconds=entry),
        )  # fmt: skip


def table(world: World, query: str) -> list[Row]:
    """Every row that the owner sees, as a dictionary."""
    with world.owner.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query).fetchall()


def number_of(row_id: str) -> int:
    """The number in an id."""
    return int(row_id.rpartition("-")[2])


def sorted_by(found: Iterable[Row], key: str, falls: bool, row_id: str) -> list[str]:
    """The ids of the rows in an order: nulls last, ties by id, newest first."""
    newest = sorted(found, key=lambda row: -number_of(row[row_id]))
    there = sorted((row for row in newest if row[key] is not None), key=lambda row: row[key], reverse=falls)
    return [row[row_id] for row in [*there, *(row for row in newest if row[key] is None)]]


def india_day(instant: datetime) -> date:
    """The calendar day in India."""
    return instant.astimezone(INDIA).date()


def is_within(first: date | None, last: date | None, row: Row) -> bool:
    """Whether the row was created on one of these days in India, both inclusive."""
    return (first or date.min) <= india_day(row["created_at"]) <= (last or date.max)


def ids(items: Sequence[Row], name: str) -> list[str]:
    """The ids of a list's items, in their order."""
    return [item[name] for item in items]
