"""From a seller's choice to a priced offer: what preview and finalise share (rules.md 3.1-3.6)."""

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints

from shared_code.rules.pricing import Price, counted_bom
from shared_code.rules.pricing_inputs import CableType, Inputs, Phase
from shared_code.rules.refusal import invalid, missing_master_data
from shared_code.rules.subsidy import state_kind
from shared_code.sql.quotation_inputs import Choice, MasterData, Terms
from shared_code.wire import Ask, View
from shared_code.wire.fields import Figure, LeadId, LongText, Rupees, Short, State
from shared_code.wire.quotations import Breakdown, Gst, Offer, OfferedInverter, OfferedItem, OfferedPanel

ItemId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=9, decimal_places=2)]


class ChosenPanel(Ask):
    """So many panels of one kind."""

    panel_id: Annotated[ItemId, Field(description="of master data", examples=["PNL001"])]
    quantity: Annotated[int, Field(ge=1, le=100, description="how many")]


class ChosenItem(Ask):
    """So much of one item of the bill of materials."""

    item_id: Annotated[ItemId, Field(description="of master data", examples=["BOM012"])]
    quantity: Annotated[Quantity, Field(description="in the item's unit; for each kW where the item is perKw")]


class Configuration(Ask):
    """What a seller chose for a lead. Its parts come from master data; the bounds are checked (422)."""

    examples: ClassVar = {
        "six panels": {
            "leadId": "LEAD-1001",
            "state": "GJ",
            "discom": "UGVCL",
            "phase": "Single",
            "panels": [{"panelId": "PNL001", "quantity": 6}],
            "inverterId": "INV003",
        },
        "all choices": {
            "leadId": "LEAD-1001",
            "state": "Uttar Pradesh",
            "discom": "PVVNL",
            "phase": "Single",
            "smartMeter": True,
            "panels": [{"panelId": "PNL001", "quantity": 4}, {"panelId": "PNL002", "quantity": 2}],
            "inverterId": "INV003",
            "cableType": "Polycab",
            "extraStructureHeight": 0.5,
            "dealerAddOnPerKw": 1500,
            "bom": [{"itemId": "BOM012", "quantity": 1}],
            "shareWithCustomer": True,
        },
    }

    lead_id: LeadId
    state: State
    discom: Annotated[Short, Field(description="the distributor's id or name, in that state", examples=["UGVCL"])]
    phase: Annotated[Phase, Field(description="one that the distributor offers")]
    smart_meter: Annotated[bool, Field(description="where the distributor offers it")] = False
    panels: Annotated[
        list[ChosenPanel], Field(min_length=1, max_length=20, description="4 to 9 in all for Single, 7 to 18 for Three")
    ]
    inverter_id: Annotated[
        ItemId,
        Field(description="of the same phase, 0.85 to 1.15 times the kW of the panels", examples=["INV003"]),
    ]
    cable_type: Annotated[CableType, Field(description="Polycab unless it is sent")] = CableType.POLYCAB
    extra_structure_height: Annotated[
        Decimal, Field(ge=0, max_digits=4, decimal_places=2, description="0, 0.5, 1, 1.5 or 2 m")
    ] = Decimal(0)
    dealer_add_on_per_kw: Annotated[
        Rupees | None, Field(description="INR per kW, within the settings' bounds; by default the setting")
    ] = None
    bom: Annotated[
        list[ChosenItem], Field(max_length=100, default_factory=list, description="besides what always belongs to it")
    ]
    share_with_customer: Annotated[bool, Field(description="share it as soon as it is made")] = False
    override: Annotated[bool, Field(description="though one is accepted already; by Admin and KAM alone")] = False
    override_reason: Annotated[LongText | None, Field(description="why; needed for an override")] = None
    system_kw: Annotated[Figure | None, Field(description="kW as the client has it: if not ours, 422")] = None
    system_price: Annotated[Figure | None, Field(description="INR, likewise")] = None
    final_price: Annotated[Figure | None, Field(description="INR, likewise")] = None

    @property
    def choice(self) -> Choice:
        """The same for the look into master data. Raises `VALIDATION_ERROR` for a thing named twice."""
        panels = [(line.panel_id, line.quantity) for line in self.panels]
        bom = [(line.item_id, line.quantity) for line in self.bom]
        twice = {
            name: "names the same thing twice"
            for name, lines in (("panels", panels), ("bom", bom))
            if len({one for one, _ in lines}) < len(lines)
        }
        if twice:
            raise invalid(twice)
        return Choice(
            state=self.state,
            discom=self.discom,
            phase=self.phase.value,
            smart_meter=self.smart_meter,
            panels=panels,
            inverter_id=self.inverter_id,
            bom=bom,
            extra_structure_height=self.extra_structure_height,
        )


def inputs_of(ask: Configuration, found: MasterData) -> tuple[Inputs, Terms]:
    """What the offer is priced with, and what is printed on it. Raises `MASTER_DATA_MISSING`, naming what."""
    if missing := _missing(ask, found):
        raise missing_master_data(missing)
    state, discom, inverter, gst, settings, terms = (
        found.state,
        found.discom,
        found.inverter,
        found.gst,
        found.settings,
        found.terms,
    )
    assert state and discom and inverter and gst and settings and terms
    schemes = {scheme.kind: scheme for scheme in found.schemes}
    inputs = Inputs(
        state_code=state.state_code,
        discom=discom,
        phase=ask.phase,
        smart_meter=ask.smart_meter,
        panels=found.panels,
        inverter=inverter,
        cable_type=ask.cable_type,
        extra_structure_height=ask.extra_structure_height,
        dealer_add_on_per_kw=terms.dealer_add_on_default
        if ask.dealer_add_on_per_kw is None
        else ask.dealer_add_on_per_kw,
        bom=found.bom,
        other_charges=found.other_charges,
        structure=found.structure,
        fees=found.fees,
        settings=settings,
        central=schemes["central"],
        state=schemes[state_kind(discom.subsidy_type, state.subsidy_type)],
        gst=gst,
    )
    return inputs, terms


def _missing(ask: Configuration, found: MasterData) -> dict[str, str]:
    panels, items = {line.panel_id for line in found.panels}, {line.item_id for line in found.bom}
    lost_panels = [line.panel_id for line in ask.panels if line.panel_id not in panels]
    lost_items = [line.item_id for line in ask.bom if line.item_id not in items]
    kinds = {scheme.kind for scheme in found.schemes}
    kind = (
        state_kind(found.discom.subsidy_type, found.state.subsidy_type) if found.discom and found.state else "central"
    )
    checks = {
        "state": found.state is None and ask.state,
        "discom": found.discom is None and ask.discom,
        "inverterId": found.inverter is None and ask.inverter_id,
        "panels": ", ".join(lost_panels),
        "bom": ", ".join(lost_items),
        "subsidySchemes": ", ".join(sorted({"central", kind} - kinds)),
        "gstRates": found.gst is None and "the day",
        "settings": (found.settings is None or found.terms is None) and "the day",
    }
    return {name: f"nothing in force for {what}" for name, what in checks.items() if what}


def offer_of(inputs: Inputs, price: Price) -> Offer:
    """What is offered, as a customer may see it."""
    return Offer(
        system_kw=price.system_kw,
        phase=inputs.phase,
        state=inputs.state_code,
        discom=inputs.discom.name,
        smart_meter=inputs.smart_meter,
        panels=[OfferedPanel(**_shown(OfferedPanel, line)) for line in inputs.panels],
        inverter=OfferedInverter(**_shown(OfferedInverter, inputs.inverter)),
        cable_type=inputs.cable_type,
        extra_structure_height=inputs.extra_structure_height,
        bom=[
            OfferedItem(**_shown(OfferedItem, line) | {"quantity": quantity}) for line, quantity in counted_bom(inputs)
        ],
        system_price=price.system_price,
        central_subsidy=price.central_subsidy,
        state_subsidy=price.state_subsidy,
        total_subsidy=price.total_subsidy,
        final_price=price.final_price,
        gst=Gst(**asdict(price.gst)),
    )


def breakdown_of(price: Price) -> Breakdown:
    """Each line of the price, for everybody but customers."""
    return Breakdown(**_shown(Breakdown, price))


def _shown(view: type[View], whole: object) -> dict[str, Any]:
    """Of the whole what that view shows."""
    return {name: getattr(whole, name) for name in view.model_fields}
