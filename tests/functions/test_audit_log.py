"""An Admin looks up who changed what, from what, to what (api.md 2.8)."""

import json
import typing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from functions.audit import AuditFilters, list_audit
from functions.documents.sweep_uploads import expire_reservations
from functions.leads.update_status import update_status
from functions.outbox import retry_message
from shared_code.parsing import of_query
from shared_code.quotations import catalogue
from shared_code.triggers import system_context
from shared_code.wire.audit import Entity
from tests import rows
from tests.edge import edge_of
from tests.rules.samples import refused
from tests.uploads import Upload
from tests.world import ADMIN, REMARKS, World

AUDITED = (
    "SELECT DISTINCT c.relname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'audit_row'"
)
MESSAGE = {"channel": "sms", "template": "cpApproved", "recipient": "9000000009", "state": "givenUp"}
PANEL = {"make": "Nobody", "variant": "For a test", "wattage": 540, "isDcr": True, "unitPrice": 15000}


def audit(world: World, **filters: Any) -> Any:
    return world.data(list_audit, ADMIN, **filters)


def written(world: World, *ats: str, **columns: Any) -> list[str]:
    """Entries of those times, straight into the log; their ids."""
    given = {"entity": "lead", "entity_id": "LEAD-1", "action": "update"} | columns
    return [rows.insert(world, "audit_log", "id", at=at, **given) for at in ats]


def test_a_change_is_found_by_its_row_with_who_and_what(world: World) -> None:
    lead_id = world.lead(status="In Discussion")
    world.call(update_status, ADMIN, lead_id=lead_id, new_status="Not Interested", remarks=REMARKS)
    changed, made = audit(world, entity="lead", entity_id=lead_id)["items"]
    assert changed.items() >= {"entity": "lead", "entityId": lead_id, "action": "update"}.items()
    assert (changed["actorId"], changed["actorRole"]) == ("ADM-1", "Admin")
    assert (changed["before"]["status"], changed["after"]["status"]) == ("In Discussion", "Not Interested")
    assert (made["action"], made["before"], made["after"]["lead_id"]) == ("insert", {}, lead_id)
    assert int(changed["id"]) > int(made["id"])
    assert changed["requestId"]


def test_it_is_read_page_by_page_the_newest_first_unless_told_otherwise(world: World) -> None:
    ids = written(world, "2100-01-05", "2100-01-06", *["2100-01-07"] * 3, entity_id="LEAD-500")
    asked = {"entity_id": "LEAD-500", "limit": 2}
    page = audit(world, **asked, offset=1)
    assert ([one["id"] for one in page["items"]], page["total"]) == ([ids[3], ids[2]], 5)
    assert [one["id"] for one in audit(world, **asked, sort_by="createdAt", sort_order="asc")["items"]] == ids[:2]
    assert [one["id"] for one in audit(world, limit=1)["items"]] == ids[-1:]


def test_filters_are_taken_together(world: World) -> None:
    both = {"actor_id": "KAM-77", "entity_id": "CP-501", "entity": "channel_partner"}
    [sought] = written(world, "2026-01-05", **both)
    for other in ({"actor_id": "KAM-78"}, {"entity_id": "CP-502"}, {"entity": "user_account"}):
        written(world, "2026-01-05", **both | other)
    assert [one["id"] for one in audit(world, **both)["items"]] == [sought]
    assert audit(world, actor_id="KAM-77")["total"] == 3


def test_days_are_days_in_india_both_included(world: World) -> None:
    times = ["2019-03-09 18:29:59Z", "2019-03-09 18:30Z", "2019-03-10 18:29:59Z", "2019-03-10 18:30Z"]
    before, first, last, after = written(world, *times)

    def between(**days: date) -> list[str]:
        return [one["id"] for one in audit(world, created_to=date(2019, 12, 31), **days)["items"]]

    day = date(2019, 3, 10)
    assert between(created_from=day) == [after, last, first]
    found = audit(world, created_from=day, created_to=day)["items"]
    assert [(one["id"], one["at"]) for one in found] == [
        (last, "2019-03-10T18:29:59.000Z"), (first, "2019-03-09T18:30:00.000Z"),
    ]  # fmt: skip
    assert between() == [after, last, first, before]


@pytest.mark.parametrize(
    "asked",
    [{"entity": "session"}, {"sortBy": "entity"}, {"actorId": "ADM-1\0"}, {"entityId": "1 or 2"}, {"table": "lead"}],
)
def test_what_it_cannot_be_asked_is_refused(asked: dict[str, str]) -> None:
    with refused("VALIDATION_ERROR", *asked):
        of_query(AuditFilters, {}, asked)


def test_every_audited_table_can_be_asked_for_and_what_is_noted_of_messages(world: World) -> None:
    assert {name for (name,) in world.rows(AUDITED)} | {"outbox_message"} == set(typing.get_args(Entity))


def test_a_message_that_was_tried_again_is_found(world: World) -> None:
    message_id = rows.insert(world, "outbox_message", "message_id", **MESSAGE)
    world.call(retry_message, ADMIN, message_id=str(message_id))
    [noted] = audit(world, **of_query(AuditFilters, {}, {"entity": "outbox_message"}).model_dump())["items"]
    assert (noted["entityId"], noted["actorId"], noted["after"]) == (str(message_id), "ADM-1", {"note": "tried again"})


def test_what_runs_by_itself_and_what_an_operator_does_is_named(world: World, tmp_path: Path) -> None:
    upload = Upload(world, world.lead()).expire()
    with edge_of(world, world.app_url):
        expire_reservations(system_context("expire_reservations"))
    panels = {"validFrom": "2100-01-01", "panels": [{"panelId": "PNL950", **PANEL}]}
    (tmp_path / "catalogue.json").write_text(json.dumps(panels))
    catalogue.load_file(world.owner_url, tmp_path / "catalogue.json")
    [expired, *_] = audit(world, entity="document", entity_id=upload.doc_id)["items"]
    [loaded] = audit(world, entity="panel", entity_id="PNL950")["items"]
    assert (expired["actorId"], expired["actorRole"]) == ("expire_reservations", "System")
    assert (loaded["actorId"], loaded["actorRole"]) == ("operator", "System")
