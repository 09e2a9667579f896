"""A catalogue: the prices and fees Solarium sells at, checked as a whole, loaded as dated rows (data.md, Entities)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import psycopg
from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from shared_code.rules.pricing_inputs import CableType, Phase
from shared_code.sql.master_data import open_periods
from shared_code.sql.pool import Db
from shared_code.wire import Ask
from shared_code.wire.fields import Rupees, Short


class CatalogueError(Exception):
    """A catalogue that cannot be loaded. The message names everything that is wrong with it, a line each."""


def _instant(value: object) -> object:
    if not isinstance(value, str):
        return value
    if len(value) == len("2025-01-01"):
        return datetime.combine(date.fromisoformat(value), time(), ZoneInfo("Asia/Kolkata"))
    return datetime.fromisoformat(value)


ValidFrom = Annotated[AwareDatetime, BeforeValidator(_instant)]
"""An instant with its offset, or a day: midnight in India (api.md 2.9)."""


class Row(Ask):
    """What every row of a catalogue may say. An item that is no longer sold is listed as not active."""

    is_active: bool = True


class Panel(Row):
    """A panel; wattage in W, price of one."""

    panel_id: Annotated[str, StringConstraints(pattern=r"^PNL[0-9]{3,9}$")]
    make: Short
    variant: Short
    wattage: Annotated[int, Field(gt=0, le=2000)]
    is_dcr: bool
    unit_price: Rupees
    is_recommended: bool = False


class Inverter(Row):
    """An inverter."""

    inverter_id: Annotated[str, StringConstraints(pattern=r"^INV[0-9]{3,9}$")]
    make: Short
    model: Short
    capacity_kw: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=2)]
    phase: Phase
    unit_price: Rupees
    is_recommended: bool = False


class BomItem(Row):
    """An item of the bill of materials; price of one unit, with per_kw of what a kW needs."""

    item_id: Annotated[str, StringConstraints(pattern=r"^BOM[0-9]{3,9}$")]
    name: Short
    type: Literal["Cable", "Structure", "Accessory"]
    cable_type: CableType | None = None
    unit: Short
    unit_price: Rupees
    per_kw: bool = False
    included: bool = False

    @model_validator(mode="after")
    def _cable_has_its_type(self) -> "BomItem":
        if (self.type == "Cable") != (self.cable_type is not None):
            raise ValueError("a Cable has a cableType, and nothing else has")
        return self


class Structure(Row):
    """The price of raising the panels by a height in metres (rules.md 3.1)."""

    structure_id: Annotated[str, StringConstraints(pattern=r"^STR[0-9]{3,9}$")]
    height: Annotated[Decimal, Field(gt=0, le=2, multiple_of=Decimal("0.5"))]
    price: Rupees


class Fee(Row):
    """What connection and installation cost for one DISCOM, phase and meter."""

    fee_id: Annotated[str, StringConstraints(pattern=r"^FEE[0-9]{3,9}$")]
    state_code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    discom_id: Annotated[str, StringConstraints(pattern=r"^DIS[0-9]{3,9}$")]
    phase: Phase
    smart_meter: bool
    discom_fee: Rupees
    discom_misc: Rupees
    installation: Rupees
    meter: Rupees
    modem_box: Rupees


class OtherCharge(Row):
    """Transportation, overheads or a margin, for the whole system or per kW."""

    charge_id: Annotated[str, StringConstraints(pattern=r"^CHG[0-9]{3,9}$")]
    name: Short
    basis: Literal["fixed", "perKw"]
    amount: Rupees


class Catalogue(Ask):
    """The prices from `valid_from` on. A kind or an item that is not in it stays as it is."""

    valid_from: ValidFrom
    panels: tuple[Panel, ...] = ()
    inverters: tuple[Inverter, ...] = ()
    bom_items: tuple[BomItem, ...] = ()
    structures: tuple[Structure, ...] = ()
    fees: tuple[Fee, ...] = ()
    other_charges: tuple[OtherCharge, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> "Catalogue":
        repeated = [
            *_repeated("panelId", (panel.panel_id for panel in self.panels)),
            *_repeated("inverterId", (inverter.inverter_id for inverter in self.inverters)),
            *_repeated("itemId", (item.item_id for item in self.bom_items)),
            *_repeated("structureId", (structure.structure_id for structure in self.structures)),
            *_repeated("height", (structure.height for structure in self.structures if structure.is_active)),
            *_repeated("feeId", (fee.fee_id for fee in self.fees)),
            *_repeated("fee of", (f"{f.discom_id}, {f.phase}, {f.smart_meter}" for f in self.fees if f.is_active)),
            *_repeated("chargeId", (charge.charge_id for charge in self.other_charges)),
        ]
        if repeated:
            raise ValueError("more than once: " + "; ".join(repeated))
        return self

    def periods(self) -> dict[str, list[dict[str, object]]]:
        """The rows of each kind with their validity, columns by name, decimals as strings."""
        whole = self.model_dump(mode="json")
        dates = {"valid_from": whole.pop("valid_from")}
        return {to_camel(kind): [row | dates for row in rows] for kind, rows in whole.items()}


def _repeated(what: str, keys: Iterable[object]) -> list[str]:
    return [f"{what} {key}" for key, times in Counter(keys).items() if times > 1]


def read(text: bytes) -> Catalogue:
    """The catalogue that a file's bytes hold. Raises CatalogueError."""
    try:
        return Catalogue.model_validate_json(text, strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)
        raise CatalogueError(
            "\n".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in wrong)
        ) from None


def load(db: Db, catalogue: Catalogue) -> Mapping[str, int]:
    """Open a period for each row that says something new, all or nothing; answers how many of each kind.

    `db` is a connection of the owner. A catalogue that is loaded already changes nothing. Raises CatalogueError where a
    row says something new for a time in which a later period has begun, or names a DISCOM that its state has not.
    """
    try:
        with db.transaction():
            return {kind: open_periods(db, kind, periods) for kind, periods in catalogue.periods().items()}
    except psycopg.IntegrityError as error:
        told = error.diag
        raise CatalogueError(f"{told.table_name}: {told.message_primary}. {told.message_detail or ''}") from error


def load_file(owner_url: str, path: Path) -> Mapping[str, int]:
    """Check the catalogue in this file and load it (`make catalogue FILE=`). Raises CatalogueError."""
    catalogue = read(path.read_bytes())
    with psycopg.connect(owner_url) as db:
        return load(db, catalogue)
