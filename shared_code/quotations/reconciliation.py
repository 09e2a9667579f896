"""Compares the stored PDFs of quotations with the rows, month by month (rules.md 3.9; data.md, I7)."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import TypeVar

from shared_code.adapters import blobs
from shared_code.adapters.blobs import MOST_LISTED, Listed
from shared_code.context import INDIA, Context
from shared_code.rules.quotation_life import pdf_name
from shared_code.sql import quotation_records
from shared_code.sql.pool import Db, Rows
from shared_code.sql.quotation_records import Record

T = TypeVar("T")
SETTLED_AFTER = timedelta(hours=1)  # what is younger may be on its way between PUT and COMMIT
MOST_NAMED = 20


@dataclass
class Finding:
    """How many there are, and the last of them by their names."""

    count: int = 0
    last: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_NAMED))

    def add(self, names: Iterable[str]) -> None:
        """Count these."""
        for name in names:
            self.count += 1
            self.last.append(name)


@dataclass
class Comparison:
    """PDFs and rows that are settled; of them the PDFs that no row names, and the rows whose PDF is not there."""

    pdfs: int = 0
    rows: int = 0
    orphans: Finding = field(default_factory=Finding)
    without_pdf: Finding = field(default_factory=Finding)


def compare(ctx: Context, page_size: int = MOST_LISTED) -> Comparison:
    """Compare what is settled; nothing is changed. page_size: PDFs per call to storage. Raises `STORAGE_FAILED`."""
    found, settled = Comparison(), ctx.now - SETTLED_AFTER
    for pdfs, rows in _months(ctx, page_size):
        named, stored = {row.pdf_blob for row in rows}, {pdf.name for pdf in pdfs}
        old_pdfs = [pdf.name for pdf in pdfs if pdf.created_at < settled]
        old_rows = [row for row in rows if row.created_at < settled]
        found.pdfs += len(old_pdfs)
        found.rows += len(old_rows)
        found.orphans.add(name for name in old_pdfs if name not in named)
        found.without_pdf.add(row.quotation_reference for row in old_rows if row.pdf_blob not in stored)
    return found


def _months(ctx: Context, page_size: int) -> Iterator[tuple[list[Listed], list[Record]]]:
    """The PDFs of each month beside its rows; never more in memory, and no transaction open while storage is asked."""
    environment = ctx.settings.environment
    with_rows = _read(ctx, quotation_records.months)
    months = {_folder(pdf_name(environment, month.astimezone(INDIA), "")): month for month in with_rows}
    listed = blobs.listing(ctx.settings, "quotations", f"{environment}/", page_size)
    for folder, pdfs in groupby(listed, key=lambda pdf: _folder(pdf.name)):
        month = months.pop(folder, None)
        yield list(pdfs), _rows(ctx, month) if month else []
    for month in months.values():
        yield [], _rows(ctx, month)


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _rows(ctx: Context, month: datetime) -> list[Record]:
    return _read(ctx, lambda db: quotation_records.of_month(db, month))


def _read(ctx: Context, ask: "Callable[[Db], Rows[T]]") -> list[T]:
    """All rows of a statement, in a transaction that ends with it."""
    asked = ctx.begin_with(ask)
    with ctx.pause():
        return asked.fetchall()
