"""Somebody of whom this system knows all that it can know, and a search for what is left of it."""

import itertools
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import sql

from functions.documents.issue_upload import issue_kyc_upload, issue_lead_upload
from functions.documents.review_kyc import reject_document
from functions.leads.create_lead import create_lead
from functions.leads.edit_lead import edit_lead
from functions.leads.update_status import update_status
from functions.people.correct_customer import correct_customer
from functions.quotations.answer import reject_quotation
from shared_code.rules.codes import Purpose
from shared_code.rules.scope import Caller, Role
from shared_code.sql import sign_in as guards
from tests import rows
from tests.quotations import shared
from tests.uploads import Upload, along, pdf
from tests.world import ADMIN, CP_1, World

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Known:
    """A customer with a lead of CP-1 and all that can hang on it, but for an accepted quotation.

    word: its name, and a part of all else that only it has. marks: what must be found nowhere when it is erased.
    """

    caller: Caller
    lead_id: str
    word: str
    phone: str
    marks: tuple[str, ...]

    @property
    def user_id(self) -> str:
        return self.caller.user_id


def new_phone() -> str:
    """A phone that is nobody's yet."""
    return str(9_710_000_000 + next(_numbers))


def site(word: str, pin_code: str = "364001") -> dict[str, Any]:
    """Where somebody of that name lives."""
    return {"address": f"17 {word} Lane", "city": f"{word}nagar", "state": "Gujarat", "pin_code": pin_code}


def known(world: World) -> Known:
    """One more of them, everything done by the workflows as far as they go."""
    former, phone, number = new_phone(), new_phone(), next(_numbers)
    word, pin_code, email = f"Zubeida{number}q", str(364_000 + number), f"z{phone}@quraishi.test"
    lead = world.data(
        create_lead, CP_1, customer_name=word, phone=former, email=email, **site(word, pin_code),
        requirements=f"{word} wants no batteries.", remarks=f"{word} asked twice.",
    )  # fmt: skip
    person = Known(
        Caller(lead["customerId"], Role.CUSTOMER, "session", word), lead["leadId"], word, phone,
        (word, former, phone, rf"\y{pin_code}\y"),
    )  # fmt: skip
    world.call(edit_lead, CP_1, lead_id=person.lead_id, customer_name=f"Begum {word}", address=f"18 {word} Lane")
    _offers(world, person)
    world.call(correct_customer, ADMIN, customer_id=person.user_id, phone=phone, override=True)
    world.call(create_lead, person.caller)
    _papers(world, person)
    _traces(world, person, email)
    return person


def _offers(world: World, person: Known) -> None:
    """Talks, and two quotations, of which one is rejected."""
    world.call(
        update_status, CP_1, lead_id=person.lead_id, new_status="In Discussion", remarks=f"{person.word} was at home.",
        follow_up_date=datetime.now(UTC).date() + timedelta(days=1),
    )  # fmt: skip
    too_dear, _ = shared(world, person.lead_id), shared(world, person.lead_id)
    world.call(reject_quotation, person.caller, quotation_id=too_dear, reason=f"Too dear for {person.word}.")


def _papers(world: World, person: Known) -> None:
    """A paper that was rejected with a reason, a document of the lead, and one that is on its way."""
    lead_id, word = person.lead_id, person.word
    roof = {"file_name": f"{word} roof.pdf", "doc_type": f"Roof of {word}"}
    along(world, person.caller, issue_lead_upload, pdf(), lead_id=lead_id, **roof)
    pan = {"customer_id": person.user_id, "doc_type": "PAN Card", "file_name": f"{word} pan.pdf"}
    doc_id = along(world, person.caller, issue_kyc_upload, pdf(), **pan)["docId"]
    world.call(reject_document, ADMIN, doc_id=doc_id, reason=f"This is not of {word}.")
    Upload(world, lead_id, person.caller, file_name=f"{word} meter.pdf")


def _traces(world: World, person: Known, email: str) -> None:
    """What is left of codes, sessions, kept answers and messages."""
    user_id, phone, word = person.user_id, person.phone, person.word
    with world.pool.connection() as db:
        guards.lock_guard(db, phone)
        guards.write_challenge(db, phone, Purpose.SIGN_IN, b"hash", datetime.now(UTC))
    rows.notification(world, user_id, message=f"Dear {word}!")
    rows.insert(world, "session", "session_id", session_id=f"session-{user_id}", user_id=user_id)
    answered = {"user_id": user_id, "key": word, "fingerprint": b"", "headers": json.dumps({"for": phone})}
    rows.insert(world, "idempotency_key", "key", **answered)
    for channel, recipient in (("sms", phone), ("email", email.upper())):
        message = {"channel": channel, "template": "any", "recipient": recipient, "params": json.dumps({"name": word})}
        rows.insert(world, "outbox_message", "message_id", **message)


def found(world: World, *marks: str) -> list[tuple[str, str, str]]:
    """Table, column and value wherever one of the marks stands in a text or a JSON of the database, in any case."""
    columns = world.rows(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t"
        " USING (table_schema, table_name) WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        " AND (c.data_type IN ('text', 'character varying', 'json', 'jsonb') OR c.udt_name = '_text')"
    )
    assert len(columns) > 100
    hits = []
    for table, column in columns:
        query = sql.SQL("SELECT {0}::text FROM {1} WHERE {0}::text ~* %s").format(
            sql.Identifier(column), sql.Identifier(table)
        )
        hits += [(table, column, value) for (value,) in world.owner.execute(query, ["|".join(marks)]).fetchall()]
    return sorted(hits)
