"""What central and state government pay towards a system (rules.md 3.3, 3.4)."""

from collections.abc import Iterable
from decimal import Decimal

from shared_code.rules.pricing_inputs import PanelLine, SubsidyScheme
from shared_code.rules.rounding import NOTHING, paise


def state_kind(discom_type: str | None, state_type: str) -> str:
    """The kind of the state scheme (S1, S2, S3): the DISCOM's where it has one, else the state's."""
    return discom_type or state_type


def all_dcr(panels: Iterable[PanelLine]) -> bool:
    """Whether the system counts as made in India: only if every panel is DCR."""
    return all(line.is_dcr for line in panels)


def amount(scheme: SubsidyScheme, system_kw: Decimal, is_dcr: bool) -> Decimal:
    """The subsidy in ₹, rounded to paise, by the last tier that begins at or below `system_kw`."""
    if scheme.requires_dcr and not is_dcr:
        return NOTHING
    reached = [tier for tier in scheme.tiers if tier.from_kw <= system_kw]
    if not reached:
        return NOTHING
    tier = max(reached, key=lambda tier: tier.from_kw)
    return paise(tier.amount + tier.per_kw * (system_kw - tier.from_kw))
