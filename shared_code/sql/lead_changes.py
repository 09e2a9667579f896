"""What changes a lead's own fields: a version and a timeline entry each, in one statement (rules.md 1.5, 1.6)."""

from dataclasses import asdict, dataclass, replace

from pydantic.alias_generators import to_camel

from shared_code.rules.lead_status import Move
from shared_code.rules.scope import Caller
from shared_code.sql.leads import LEAD, Locked, one, reader
from shared_code.sql.pool import Db, Rows, json_of, scalars
from shared_code.sql.timeline import signature


@dataclass(frozen=True)
class Note:
    """What an entry says besides what changed. action: one of rules.md 1.6."""

    action: str
    remarks: str | None = None
    reason: str | None = None
    override: bool = False


def move(db: Db, caller: Caller, former: Locked, change: Move, customer_accepted: bool) -> "Rows[bytes]":
    """Write a decided move, also one that changes nothing: somebody worked on the lead. Answers the lead."""
    lead = replace(
        former,
        status=change.to_status.value,
        remarks=change.remarks or former.remarks,
        follow_up_date=change.follow_up_date,
        quotation_ref=change.quotation_ref,
        token_number=change.token_number,
    )
    action = "override" if change.is_override else "status" if change.is_status_event else "edited"
    note = Note(action, change.remarks, change.reason, change.is_override)
    return _write(db, caller, former, lead, note, customer_accepted)


def change(db: Db, caller: Caller, former: Locked, lead: Locked, note: Note, customer_accepted: bool) -> "Rows[bytes]":
    """Write what the locked lead `former` becomes; without a change neither version nor entry. Answers the lead."""
    if lead == former:
        return one(db, caller, lead.lead_id, customer_accepted)
    return _write(db, caller, former, lead, note, customer_accepted)


def _write(db: Db, caller: Caller, former: Locked, lead: Locked, note: Note, customer_accepted: bool) -> "Rows[bytes]":
    was, becomes = asdict(former), asdict(lead)
    changed = [name for name in was if was[name] != becomes[name]]
    return scalars(
        db,
        f"""
        WITH l AS (
            UPDATE lead SET
                customer_id = %(customer_id)s, customer_name = %(customer_name)s, phone = %(phone)s,
                email = %(email)s, address = %(address)s, city = %(city)s, state = %(state)s,
                pin_code = %(pin_code)s, source = %(source)s, services = %(services)s,
                requirements = %(requirements)s, remarks = %(remarks)s, status = %(status)s,
                quotation_ref = %(quotation_ref)s, token_number = %(token_number)s,
                follow_up_date = %(follow_up_date)s, assigned_to = %(assigned_to)s,
                version = version + 1, last_entry = last_entry + 1, updated_at = now()
            WHERE lead_id = %(lead_id)s RETURNING *),
        entry AS (
            INSERT INTO timeline_entry (
                lead_id, entry, version, action, actor_id, actor_name, actor_role,
                before, after, remarks, override, reason)
            SELECT
                lead_id, last_entry, version, %(action)s, %(actor_id)s, %(actor_name)s, %(actor_role)s,
                %(before)s, %(after)s, %(entry_remarks)s, %(override)s, %(reason)s
            FROM l)
        SELECT {LEAD} FROM l
        """,
        action=note.action,
        entry_remarks=note.remarks,
        reason=note.reason,
        override=note.override,
        before=json_of({to_camel(name): was[name] for name in changed}),
        after=json_of({to_camel(name): becomes[name] for name in changed}),
        **becomes,
        **signature(caller),
        **reader(caller, customer_accepted),
    )
