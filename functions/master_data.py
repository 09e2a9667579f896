"""What quotations are made from, with its prices: read it, and change it for the future (api.md 2.9; rules.md 3.6)."""

import json
from typing import Annotated, Any, get_args

from pydantic import Field
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
from shared_code.wire.master_data import FIELDS
from shared_code.wire.master_data_rows import AnyRow, ChangedRow, ChangedSettings, Collection, MasterData, NewRow
from shared_code.wire.quotation_settings import QuotationSettings

ROWS = f"masterdata/{{collection:regex(^({'|'.join(get_args(Collection))})$)}}"
REFUSALS = ("PERIOD_OVERLAP", "MASTER_DATA_MISSING")


class At(Ask):
    """The time that master data is asked for."""

    at: Annotated[ValidFrom | None, Field(description="what is in force then, and later; by default now")] = None


@endpoint("GET", "masterdata", [Role.ADMIN, Role.KAM, Role.CP], etag="content")
def get_master_data(ask: At, ctx: Context) -> Json[MasterData]:
    """Fetch the catalogue that quotations are made from: rows in force, rows that will be, and the settings.

    With the `ETag` of the last answer as `If-None-Match` it is 304 while nothing has changed.
    """
    with ctx.finish() as last:
        published = master_data.published(last, ask.at or ctx.now, ctx.known_etags)
    answer = ctx.there(published.fetchone())
    headers = {"ETag": f'"{answer.etag}"', "Cache-Control": "private, no-cache"}
    return Json(b"", 304, headers) if answer.data is None else Json(answer.data, headers=headers)


@endpoint("POST", ROWS, PERMISSIONS[Action.MASTER_WRITE], created=True, refusals=REFUSALS)
def add_master_data(ask: NewRow, ctx: Context) -> Json[AnyRow]:
    """Add a row, in force from `validFrom` on, by default from now. It gets its id here, a state brings its code.

    A GST rate ends the one that is running, a subsidy scheme the running one of its kind. Whatever else is there for
    the same thing at that time is 409.
    """
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
    """Change a row from `validFrom` on, by default from now.

    Its running period ends there and the next one begins: what quotations were priced with is never overwritten.
    `isActive` false: from then on it is not offered. What says nothing new changes nothing. A time before a period that
    was begun or announced already is 409.
    """
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
    """Change settings from `validFrom` on, by default from now; answers all settings as they are then."""
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
