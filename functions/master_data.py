"""Master data: read what quotations are made from, and change it for the future (api.md 2.9; rules.md 3.6)."""

import json
from typing import Any, get_args

from pydantic.alias_generators import to_snake

from shared_code import parsing
from shared_code.context import Context
from shared_code.endpoints import endpoint
from shared_code.errors import not_found
from shared_code.rules.refusal import Refusal
from shared_code.rules.scope import PERMISSIONS, Action, Role
from shared_code.sql import master_data, periods
from shared_code.sql.master_data import KINDS, SETTINGS
from shared_code.wire import Ask, Json
from shared_code.wire.fields import ValidFrom
from shared_code.wire.master_data import FIELDS, QuotationSettings
from shared_code.wire.master_data_rows import AnyRow, ChangedRow, ChangedSettings, Collection, MasterData, NewRow

ROWS = f"masterdata/{{collection:regex(^({'|'.join(get_args(Collection))})$)}}"
REFUSALS = ("PERIOD_OVERLAP", "MASTER_DATA_MISSING")


class At(Ask):
    """The time that master data is asked for, by default now."""

    at: ValidFrom | None = None


@endpoint("GET", "masterdata", [Role.ADMIN, Role.KAM, Role.CP], etag="content")
def get_master_data(ask: At, ctx: Context) -> Json[MasterData]:
    """Answer all rows in force then and later ones, or 304 when the caller has them."""
    with ctx.finish() as last:
        published = master_data.published(last, ask.at or ctx.now, ctx.known_etags)
    answer = ctx.there(published.fetchone())
    headers = {"ETag": f'"{answer.etag}"', "Cache-Control": "private, no-cache"}
    return Json(b"", 304, headers) if answer.data is None else Json(answer.data, headers=headers)


@endpoint("POST", ROWS, PERMISSIONS[Action.MASTER_WRITE], created=True, refusals=REFUSALS)
def add_master_data(ask: NewRow, ctx: Context) -> Json[AnyRow]:
    """Add a row with its first period. A rate of GST and a subsidy end the one that is running."""
    kind, row = KINDS[ask.collection], _columns(ask.row())
    turn = periods.lock(ctx.db)
    new_id = periods.new_id(ctx.db, kind, row.get(kind.id_column)).fetchone()
    if new_id is None:
        raise Refusal("PERIOD_OVERLAP", f"{row[kind.id_column]} is there already; change it instead.")
    begins = ask.valid_from or ctx.there(turn.fetchone())
    period = row | {kind.id_column: new_id, "is_active": True, "valid_from": begins}
    with ctx.finish() as last:
        periods.end_running(last, kind, period)
        opened = periods.open_periods(last, kind, [period])
    return Json(ctx.there(opened.fetchone()))


@endpoint("PATCH", f"{ROWS}/{{rowId:regex(^[A-Z0-9]+$)}}", PERMISSIONS[Action.MASTER_WRITE], refusals=REFUSALS)
def change_master_data(ask: ChangedRow, ctx: Context) -> Json[AnyRow]:
    """Close the running period of a row and open the next; what says nothing new changes nothing."""
    kind = KINDS[ask.collection]
    turn = periods.lock(ctx.db)
    found = periods.standing(ctx.db, kind, ask.row_id, ask.valid_from).fetchone()
    if found is None:
        raise not_found("row of master data")
    row = json.loads(found) | ask.changes()
    fields = FIELDS[ask.collection]
    named = {field.alias for field in fields.model_fields.values()}
    parsing.whole(fields, {name: value for name, value in row.items() if name in named})
    begins = ask.valid_from or ctx.there(turn.fetchone())
    period = _columns(row) | {"valid_from": begins, "valid_to": None}
    with ctx.finish() as last:
        opened = periods.open_periods(last, kind, [period])
    return Json(opened.fetchone() or found)


@endpoint("PATCH", "masterdata/settings", PERMISSIONS[Action.MASTER_WRITE], refusals=REFUSALS)
def change_settings(ask: ChangedSettings, ctx: Context) -> Json[QuotationSettings]:
    """Change settings from a time on; answers all settings as they are then."""
    turn = periods.lock(ctx.db)
    held, changes = periods.settings_from(ctx.db, ask.valid_from), ask.changes()
    for then_or_later in held.fetchall():
        parsing.whole(QuotationSettings, json.loads(then_or_later) | changes)
    begins = ask.valid_from or ctx.there(turn.fetchone())
    with ctx.finish() as last:
        opened = [{"name": name, "value": value, "valid_from": begins} for name, value in changes.items()]
        periods.open_periods(last, SETTINGS, opened)
        then = periods.settings_from(last, begins)
    return Json(ctx.there(then.fetchone()))


def _columns(row: dict[str, Any]) -> dict[str, Any]:
    """Fields of the wire as columns; what is within them stays as it is."""
    return {to_snake(name): value for name, value in row.items()}
