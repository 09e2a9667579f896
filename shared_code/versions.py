"""A caller that says which version it saw is told when that version is gone (rules.md 1.5)."""

import json

from shared_code.context import Context
from shared_code.rules.refusal import Refusal
from shared_code.sql import leads


def check_version(ctx: Context, lead: leads.Locked, expected: int | None) -> None:
    """Refuse a lead that changed since: 409 `STALE_VERSION` with what changed, by whom and when."""
    if expected is None or expected == lead.version:
        return
    changed: dict[str, dict[str, object]] = {}
    with ctx.last_look() as db:
        entries = leads.entries_since(db, ctx.caller, lead.lead_id, expected)
    for entry in entries.fetchall():
        before, after = json.loads(entry.before), json.loads(entry.after)
        for name, value in after.items():
            first = changed.get(name, {}).get("from", before.get(name))
            changed[name] = {"from": first, "to": value, "by": entry.by, "at": entry.at}
    details = {"currentVersion": lead.version, "changed": changed}
    raise Refusal("STALE_VERSION", f"{lead.lead_id} was changed in the meantime; look at it again.", details)
