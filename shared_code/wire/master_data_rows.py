"""The rows of master data: as they are shown, asked for anew, and changed (api.md 2.9)."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, create_model

from shared_code.wire import Ask, View, master_data
from shared_code.wire.fields import Instant, ValidFrom
from shared_code.wire.master_data import FIELDS, StateCode
from shared_code.wire.quotation_settings import QuotationSettings

Collection = Literal[
    "panels", "inverters", "bomItems", "structures", "states", "discoms", "fees", "otherCharges", "subsidySchemes",
    "gstRates",
]  # fmt: skip


class Row(View):
    """What all rows have: one period of one thing."""

    is_active: Annotated[bool, Field(description="false: not offered any more")]
    valid_from: Annotated[Instant, Field(description="in force from this instant on, ISO 8601, UTC")]
    valid_to: Annotated[Instant | None, Field(description="and until before this one; null: until further notice")]


class PanelRow(Row, master_data.Panel):
    """A period of a panel."""

    panel_id: str


class InverterRow(Row, master_data.Inverter):
    """A period of an inverter."""

    inverter_id: str


class BomItemRow(Row, master_data.BomItem):
    """A period of an item of the bill of materials."""

    item_id: str


class StructureRow(Row, master_data.Structure):
    """A period of a height's price."""

    structure_id: str


class StateRow(Row, master_data.State):
    """A period of a state."""

    state_code: str


class DiscomRow(Row, master_data.Discom):
    """A period of a distributor."""

    discom_id: str


class FeeRow(Row, master_data.Fee):
    """A period of the fees of one combination."""

    fee_id: str


class OtherChargeRow(Row, master_data.OtherCharge):
    """A period of a charge."""

    charge_id: str


class SubsidySchemeRow(Row, master_data.SubsidyScheme):
    """A period of a subsidy."""

    scheme_id: str


class GstRateRow(Row, master_data.GstRate):
    """A period of the tax."""

    rate_id: str


AnyRow = (
    PanelRow
    | InverterRow
    | BomItemRow
    | StructureRow
    | StateRow
    | DiscomRow
    | FeeRow
    | OtherChargeRow
    | SubsidySchemeRow
    | GstRateRow
)


def _in_part(fields: type[Ask]) -> dict[str, Any]:
    """The same fields as they are described, none of them needed; null only where the whole may have it."""
    return {
        name: (
            field.rebuild_annotation(),
            Field(
                default_factory=lambda: None,
                description=field.description,
                examples=field.examples,
                json_schema_extra=field.json_schema_extra,
            ),
        )
        for name, field in fields.model_fields.items()
    }


class SettingsInForce(create_model("_", __base__=View, **_in_part(QuotationSettings))):  # type: ignore[misc]
    """The settings in force at that time; one that had not begun by then is not among them."""


class MasterData(View):
    """One array per kind, the rows in force and later ones; the settings in force."""

    panels: list[PanelRow]
    inverters: list[InverterRow]
    bom_items: list[BomItemRow]
    structures: list[StructureRow]
    states: list[StateRow]
    discoms: list[DiscomRow]
    fees: list[FeeRow]
    other_charges: list[OtherChargeRow]
    subsidy_schemes: list[SubsidySchemeRow]
    gst_rates: list[GstRateRow]
    settings: SettingsInForce
    updated_at: Instant


class _Dated(Ask):
    valid_from: ValidFrom | None = None


class NewRow(_Dated):
    """A row to be added. Its other fields follow from the path."""

    collection: Annotated[Collection, Field(description="the kind of row")]

    def row(self) -> dict[str, Any]:
        """The fields of the row, as they are on the wire."""
        return self.model_dump(mode="json", by_alias=True, exclude={"collection", "valid_from"})


class ChangedRow(_Dated):
    """What changes of a row."""

    collection: Annotated[Collection, Field(description="the kind of row")]
    row_id: Annotated[
        str, Field(pattern=r"^[A-Z0-9]+$", max_length=12, description="the id of the row, such as PNL001")
    ]
    is_active: bool = Field(default_factory=lambda: True, description="false: not offered any more")

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, as they are on the wire."""
        sent = self.model_fields_set - {"collection", "row_id", "valid_from"}
        return self.model_dump(mode="json", by_alias=True, include=sent)


def _new(fields: type[Ask]) -> type[Ask]:
    given: dict[str, Any] = {}
    if fields is master_data.State:  # all others get a number from us
        given = {"state_code": (StateCode, ...)}
    return create_model(f"New{fields.__name__}", __base__=(NewRow, fields), __doc__=fields.__doc__, **given)


def _changed(fields: type[Ask]) -> type[Ask]:
    name = f"Changed{fields.__name__}"
    changed = create_model(name, __base__=ChangedRow, __doc__=fields.__doc__, **_in_part(fields))
    changed.examples = {
        f"of {title}": dict(list(whole.items())[-1:]) | {"validFrom": "2027-04-01"}
        for title, whole in fields.examples.items()
    }
    return changed


NewRow.variants = {kind: _new(fields) for kind, fields in FIELDS.items()}
ChangedRow.variants = {kind: _changed(fields) for kind, fields in FIELDS.items()}


class ChangedSettings(create_model("_", __base__=_Dated, **_in_part(QuotationSettings))):  # type: ignore[misc]
    """The settings that change."""

    examples: ClassVar = {"from April on": {"inflationPercent": 6, "validFrom": "2027-04-01"}}

    def changes(self) -> dict[str, Any]:
        """The settings that were sent, by name."""
        sent = self.model_fields_set - {"valid_from"}
        return self.model_dump(mode="json", by_alias=True, include=sent)  # type: ignore[no-any-return]
