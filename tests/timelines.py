"""Whether a lead's timeline tells how the lead became what it is (data.md I6)."""

from typing import Any

import psycopg

LEAD = """
    SELECT jsonb_build_object('status', status, 'followUpDate', follow_up_date, 'quotationRef', quotation_ref,
        'tokenNumber', token_number, 'remarks', remarks, 'assignedTo', assigned_to, 'customerId', customer_id,
        'customerName', customer_name, 'phone', phone, 'email', email, 'address', address, 'city', city,
        'state', state, 'pinCode', pin_code, 'services', services, 'requirements', requirements, 'source', source),
        version, last_entry
    FROM lead WHERE lead_id = %s"""
ENTRIES = "SELECT before, after, version, entry FROM timeline_entry WHERE lead_id = %s ORDER BY "


def breaches(db: "psycopg.Connection[tuple[Any, ...]]", lead_id: str, order: str = "entry") -> list[str]:
    """Where the lead's entries, in that order, do not lead to one another and in the end to the lead."""
    ((lead, *numbers),) = db.execute(LEAD, [lead_id]).fetchall()
    entries = db.execute(f"{ENTRIES} {order}", [lead_id]).fetchall()
    found, known = [], dict[str, Any]()
    for place, (before, after, _, entry) in enumerate(entries, 1):
        found += [f"entry {entry} stands at {place}"] if entry != place else []
        found += [
            f"{entry}: {name} was {known[name]}" for name in known if before.get(name, known[name]) != known[name]
        ]
        known |= {name: became for name, became in after.items() if name in lead}
    if known != {name: lead[name] for name in known} or numbers != [*entries[-1][2:]]:
        found.append(f"the last entry leaves {known}, {entries[-1][2:]}; the lead is {lead}, {numbers}")
    return found
