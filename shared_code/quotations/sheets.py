"""What is printed on a quotation: the offer, the site, the terms; nothing of how it was calculated (rules.md 3.9)."""

from datetime import date

from shared_code.adapters import quotation_pdf as pdf
from shared_code.rules.pricing import Price, counted_bom
from shared_code.rules.pricing_inputs import Inputs
from shared_code.sql.quotation_inputs import Terms
from shared_code.sql.quotations import Site


def sheet_of(
    reference: str, created_on: date, until: date, site: Site, inputs: Inputs, price: Price, terms: Terms
) -> pdf.QuotationSheet:
    """The quotation as the customer will hold it in hand."""
    company, inverter = terms.company, inputs.inverter
    return pdf.QuotationSheet(
        reference=reference,
        created_on=created_on,
        valid_until=until,
        company=pdf.Company(company.name, company.address, company.gstin, company.phone, company.email),
        customer=pdf.Customer(site.customer_name, site.phone, site.address, site.state, site.pin_code, site.city),
        partner=_partner(site),
        system_kw=price.system_kw,
        phase=inputs.phase.value,
        discom=inputs.discom.name,
        smart_meter=inputs.smart_meter,
        panels=tuple(
            pdf.PanelGroup(line.make, line.variant, line.wattage, line.quantity, line.is_dcr) for line in inputs.panels
        ),
        inverter=pdf.Inverter(inverter.make, inverter.model, inverter.capacity_kw, inverter.phase.value),
        cable_type=inputs.cable_type.value,
        extra_structure_height=inputs.extra_structure_height,
        bom=tuple(
            pdf.BomItem(line.name, line.unit, quantity * price.system_kw if line.per_kw else quantity)
            for line, quantity in counted_bom(inputs)
        ),
        system_price=price.system_price,
        gst=price.gst,
        central_subsidy=price.central_subsidy,
        state_subsidy=price.state_subsidy,
        total_subsidy=price.total_subsidy,
        final_price=price.final_price,
        assumption=pdf.SavingAssumption(terms.yearly_kwh_per_kw, terms.tariff_per_kwh),
        warranty_text=terms.warranty_text,
        payment_terms_text=terms.payment_terms_text,
    )


def _partner(site: Site) -> pdf.Partner | None:
    if site.partner_name is None or site.partner_phone is None:
        return None
    return pdf.Partner(site.partner_name, site.partner_phone, site.partner_organization)
