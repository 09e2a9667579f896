"""Read master data: the catalogue that quotations are made from (api.md 2.9)."""

from typing import Any

from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.rules.scope import Role
from shared_code.sql import master_data
from shared_code.wire import Json, Nothing, View
from shared_code.wire.fields import Instant


class MasterData(View):
    """One array per kind, each row with its period; the settings in force."""

    panels: list[dict[str, Any]]
    inverters: list[dict[str, Any]]
    bom_items: list[dict[str, Any]]
    structures: list[dict[str, Any]]
    states: list[dict[str, Any]]
    discoms: list[dict[str, Any]]
    fees: list[dict[str, Any]]
    other_charges: list[dict[str, Any]]
    subsidy_schemes: list[dict[str, Any]]
    gst_rates: list[dict[str, Any]]
    settings: dict[str, Any]
    updated_at: Instant


@endpoint("GET", "masterdata", [Role.ADMIN, Role.KAM, Role.CP])
def get_master_data(ask: Nothing, ctx: Context) -> Json[MasterData]:
    """Answer all rows in force and future ones, or 304 when the caller has them."""
    with ctx.finish() as last:
        published = master_data.published(last, ctx.now, ctx.known_etags)
    answer = ctx.there(published.fetchone())
    headers = {"ETag": f'"{answer.etag}"', "Cache-Control": "private, no-cache"}
    return Json(b"", 304, headers) if answer.data is None else Json(answer.data, headers=headers)
