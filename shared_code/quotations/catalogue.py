"""A catalogue: the prices and fees Solarium sells at, checked as a whole, loaded as dated rows (data.md, Entities)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import psycopg
from pydantic import StringConstraints, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from shared_code.sql.master_data import KINDS, Kind
from shared_code.sql.periods import continue_numbering, open_periods
from shared_code.sql.pool import Db
from shared_code.sql.sessions import act_without_session
from shared_code.wire import Ask, master_data
from shared_code.wire.fields import ValidFrom


class CatalogueError(Exception):
    """A catalogue that cannot be loaded. The message names everything that is wrong with it, a line each."""


class Listed(Ask):
    """What every row of a catalogue may say. An item that is no longer sold is listed as not active."""

    is_active: bool = True


def numbered(prefix: str) -> Any:
    """An id as we number them."""
    return StringConstraints(pattern=f"^{prefix}[0-9]{{3,9}}$")


class Panel(Listed, master_data.Panel):
    """A panel, by its id."""

    panel_id: Annotated[str, numbered("PNL")]


class Inverter(Listed, master_data.Inverter):
    """An inverter, by its id."""

    inverter_id: Annotated[str, numbered("INV")]


class BomItem(Listed, master_data.BomItem):
    """An item of the bill of materials, by its id."""

    item_id: Annotated[str, numbered("BOM")]


class Structure(Listed, master_data.Structure):
    """The price of a height, by its id."""

    structure_id: Annotated[str, numbered("STR")]


class Fee(Listed, master_data.Fee):
    """The fees of a combination, by their id."""

    fee_id: Annotated[str, numbered("FEE")]


class OtherCharge(Listed, master_data.OtherCharge):
    """A charge, by its id."""

    charge_id: Annotated[str, numbered("CHG")]


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
        """The rows of each kind with their validity, columns by name."""
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
            return {kind: _open(db, KINDS[kind], periods) for kind, periods in catalogue.periods().items()}
    except psycopg.IntegrityError as error:
        told = error.diag
        raise CatalogueError(f"{told.table_name}: {told.message_primary}. {told.message_detail or ''}") from error


def _open(db: Db, kind: Kind, periods: list[dict[str, object]]) -> int:
    opened = open_periods(db, kind, periods).rowcount
    continue_numbering(db, kind)
    return opened


def load_file(owner_url: str, path: Path) -> Mapping[str, int]:
    """Check the catalogue in this file and load it (`make catalogue FILE=`). Raises CatalogueError."""
    catalogue = read(path.read_bytes())
    with psycopg.connect(owner_url) as db:
        act_without_session(db, "load catalogue", "operator", "System")
        return load(db, catalogue)
