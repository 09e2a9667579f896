"""Prices every stored quotation again from its frozen inputs, for an auditor: nothing may differ (rules.md 3.6)."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import psycopg

from shared_code.quotations.offers import breakdown_of, offer_of
from shared_code.rules import pricing, pricing_inputs
from shared_code.sql.quotation_records import Frozen, all_frozen


def recompute(owner_url: str, say: Callable[[str], object] = print) -> int:
    """Say each difference in a line, then how many quotations were priced; answers how many of them differ.

    `owner_url` is the connection URL of the role that owns the schema. Nothing is changed.
    """
    priced = differing = 0
    with psycopg.connect(owner_url) as db:
        db.read_only = True
        for quotation in all_frozen(db):
            found = differences(quotation)
            for difference in found:
                say(f"{quotation.quotation_reference} {difference}")
            priced, differing = priced + 1, differing + bool(found)
    say(f"{priced} quotations priced again, {differing} differ")
    return differing


def differences(quotation: Frozen) -> list[str]:
    """Each field that is stored otherwise than its inputs give: a column, or the path within `offer` or `breakdown`."""
    try:
        recomputed = dict(_leaves(_priced_again(quotation.inputs)))
    except Exception as error:  # noqa: BLE001 -- one that cannot be priced must not hide the others
        return [f"inputs: cannot be priced ({type(error).__name__})"]
    stored = dict(_leaves(_stored(quotation)))
    return [
        f"{field}: stored {stored.get(field, 'nothing')}, recomputed {recomputed.get(field, 'nothing')}"
        for field in sorted(stored.keys() | recomputed.keys())
        if field not in stored or field not in recomputed or stored[field] != recomputed[field]
    ]


def _priced_again(frozen_inputs: str) -> Mapping[str, Any]:
    inputs = pricing_inputs.from_json(frozen_inputs)
    price = pricing.figures(inputs)
    return {
        "phase": inputs.phase.value,
        "state": inputs.state_code,
        "discom": inputs.discom.name,
        "system_kw": price.system_kw,
        "system_price": price.system_price,
        "final_price": price.final_price,
        "dealer_add_on_per_kw": price.dealer_add_on_per_kw,
        "dealer_add_on_total": price.dealer_add_on_total,
        "offer": _read(offer_of(inputs, price).model_dump_json()),
        "breakdown": _read(breakdown_of(price).model_dump_json()),
    }


def _stored(quotation: Frozen) -> Mapping[str, Any]:
    columns = asdict(quotation)
    del columns["quotation_reference"], columns["inputs"]
    return columns | {"offer": _read(quotation.offer), "breakdown": _read(quotation.breakdown)}


def _read(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _leaves(whole: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Each figure and fact in it, by its path, such as `offer.panels.0.wattage`."""
    named = dict(enumerate(whole)) if isinstance(whole, list) else whole
    if not isinstance(named, dict) or not named:
        yield path, whole
        return
    for name, part in named.items():
        yield from _leaves(part, f"{path}.{name}" if path else str(name))
