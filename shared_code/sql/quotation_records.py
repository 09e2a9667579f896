"""What is stored of quotations, as an auditor reads it: each row's PDF and each row's figures (rules.md 3.6, 3.9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from psycopg.rows import class_row

from shared_code.sql.pool import Db, Rows, rows, scalars

BATCH = 500  # rows in memory


@dataclass(frozen=True)
class Record:
    """A quotation and the name of its PDF within the container `quotations`."""

    quotation_reference: str
    pdf_blob: str
    created_at: datetime


def months(db: Db) -> "Rows[datetime]":
    """The months in India in which quotations were made: the first instant of each."""
    return scalars(db, "SELECT DISTINCT date_trunc('month', created_at, 'Asia/Kolkata') AS month FROM quotation")


def of_month(db: Db, month: datetime) -> "Rows[Record]":
    """The quotations made in the month in India that begins with this instant."""
    return rows(
        db,
        Record,
        """
        SELECT quotation_reference, pdf_blob, created_at FROM quotation
        WHERE created_at >= %(month)s AND created_at < date_add(%(month)s, '1 month', 'Asia/Kolkata')
        ORDER BY created_at
        """,
        month=month,
    )


@dataclass(frozen=True)
class Frozen:
    """A quotation's figures as they were frozen, and what they came from. The last three are JSON texts."""

    quotation_reference: str
    phase: str
    state: str
    discom: str
    system_kw: Decimal
    system_price: Decimal
    final_price: Decimal
    dealer_add_on_per_kw: Decimal
    dealer_add_on_total: Decimal
    inputs: str
    offer: str
    breakdown: str


def all_frozen(db: Db) -> Iterator[Frozen]:
    """Every quotation, the oldest first, of one instant and in batches. `db` is in a transaction."""
    with db.cursor("all_frozen", row_factory=class_row(Frozen)) as cursor:
        cursor.itersize = BATCH
        cursor.execute(
            """
            SELECT quotation_reference, phase, state, discom, system_kw, system_price, final_price,
                dealer_add_on_per_kw, dealer_add_on_total,
                inputs::text AS inputs, offer::text AS offer, breakdown::text AS breakdown
            FROM quotation ORDER BY created_at, id_number(quotation_reference)
            """
        )
        yield from cursor
