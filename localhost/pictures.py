"""Draws the pages of a quotation as pictures, for those who want to see one before they start anything (README)."""

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import psycopg
import pypdfium2  # type: ignore[import-untyped]
from PIL import Image

from localhost.demo_data import CATALOGUE
from localhost.postgres import Postgres
from shared_code.adapters.quotation_pdf import QuotationSheet, render
from shared_code.quotations.catalogue import load_file
from shared_code.quotations.offers import Configuration, inputs_of
from shared_code.quotations.sheets import sheet_of
from shared_code.rules import pricing
from shared_code.rules.quotation_life import valid_until
from shared_code.sql.migrations import migrate
from shared_code.sql.quotation_inputs import for_quotation
from shared_code.sql.quotations import Site

DOCS: Final = Path(__file__).parent.parent / "docs"
DAY: Final = date(2026, 11, 21)
WIDTH, COLOURS = 1240, 128

# What a partner chooses and for whom; every price comes from the catalogue and the public master data.
CHOICE: Final = Configuration.model_validate(
    {
        "lead_id": "LEAD-1",
        "state": "Uttar Pradesh",
        "discom": "PVVNL",
        "phase": "Single",
        "smart_meter": True,
        "panels": [{"panel_id": "PNL001", "quantity": 6}],
        "inverter_id": "INV003",
        "extra_structure_height": 1,
    }
)
SITE: Final = Site(
    lead_id="LEAD-1",
    customer_id="CUST-1",
    customer_name="Sunita Verma (सुनीता वर्मा)",
    phone="9000000101",
    address="14 Gandhi Marg, Shastri Nagar",
    city="Meerut",
    state="Uttar Pradesh",
    pin_code="250004",
    status="In Discussion",
    assigned_to="CP-1",
    partner_name="Kiran Sharma",
    partner_organization="Suryoday Solar",
    partner_phone="9000000001",
    accepted_ref=None,
)


def draw(folder: Path = DOCS) -> list[Path]:
    """Price the sample on a database of its own, print it, draw its pages into the folder. Raises StartError."""
    with tempfile.TemporaryDirectory(prefix="solarium-pictures-") as data:
        postgres = Postgres(Path(data) / "postgres", durable=False)
        postgres.start()
        try:
            migrate(postgres.owner_url())
            load_file(postgres.owner_url(), CATALOGUE)
            sheet = sample(postgres.owner_url())
        finally:
            postgres.stop()
    return draw_pages(render(sheet), folder)


def sample(owner_url: str) -> QuotationSheet:
    """The quotation as this database prices it. `owner_url`: migrated, with the sample catalogue."""
    with psycopg.connect(owner_url) as db:
        found = for_quotation(db, datetime.now(UTC), CHOICE.choice).fetchone()
    assert found, "the statement always answers one row"
    inputs, terms = inputs_of(CHOICE, found)
    until = valid_until(DAY, terms.quotation_validity_days)
    return sheet_of("QUOT-1001", DAY, until, SITE, inputs, pricing.price(inputs), terms)


def draw_pages(pdf: bytes, folder: Path) -> list[Path]:
    """Each page as quotation-n.png in the folder, WIDTH pixels wide, in few colours: a page has not many."""
    pictures = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), start=1):
        picture: Image.Image = page.render(scale=WIDTH / page.get_width()).to_pil()
        path = folder / f"quotation-{number}.png"
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        pictures.append(path)
    return pictures
