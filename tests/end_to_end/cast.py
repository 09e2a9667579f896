"""A module's own people with records put straight into the app's database: quicker than playing up to them."""

import secrets
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb

from tests.app_process import Person
from tests.end_to_end.people import People, new_phone

REMARKS = "Spoke to them on the phone."
SYSTEM: dict[str, Any] = {
    "state": "GJ",
    "discom": "UGVCL",
    "phase": "Single",
    "panels": [{"panelId": "PNL001", "quantity": 6}],
    "inverterId": "INV003",
}  # of the demo's catalogue


def india_day(days: int = 0) -> str:
    """The business day so many days from now, as it stands on the wire."""
    return str(datetime.now(ZoneInfo("Asia/Kolkata")).date() + timedelta(days=days))


class Cast(People):
    """Unless it is said otherwise, a record is the partner's and the customer's."""

    def lead(self, status: str = "New Lead", **columns: object) -> str:
        """A lead of `partner` and `customer` with its first timeline entry; answers its id."""
        mine = {"assigned_to": self.partner.session["userId"], "customer_id": self.customer.session["userId"]}
        given = mine | {"status": status, "follow_up_date": india_day(2)} | columns
        lead_id: str = self.value(
            "INSERT INTO lead (customer_name, phone, address, city, state, pin_code, origin, created_by, last_entry,"
            f" {', '.join(given)}) VALUES ('Meera Joshi', '9800000000', '7 Lake View', 'Ahmedabad', 'Gujarat',"
            f" '380058', 'CP', %s, 1{', %s' * len(given)}) RETURNING lead_id",
            mine["assigned_to"],
            *given.values(),
        )
        self.db.execute(
            "INSERT INTO timeline_entry (lead_id, entry, version, action, actor_id, after)"
            " VALUES (%s, 1, 1, 'created', %s, %s)",
            [lead_id, mine["assigned_to"], Jsonb({"status": status})],
        )
        return lead_id

    def quotation(self, lead_id: str, status: str = "Created", **columns: object) -> str:
        """A quotation of that lead, as the app made one; answers its reference."""
        given = {"lead_id": lead_id, "status": status, "shared_with_customer": status != "Created"} | columns
        return str(
            self.value(
                "INSERT INTO quotation SELECT (jsonb_populate_record(q, %s || jsonb_build_object("
                " 'customer_id', l.customer_id, 'quotation_reference', 'QUOT-' || nextval('quotation_number')))).*"
                " FROM quotation q, lead l WHERE q.quotation_reference = %s AND l.lead_id = %s"
                " RETURNING quotation_reference",
                Jsonb(given),
                self._pattern,
                lead_id,
            )
        )

    def document(self, lead_id: str, versions: int = 1) -> str:
        """A checked document of that lead; answers its id. Its file is nowhere."""
        return self._document(versions, lead_id=lead_id, doc_type="Light Bill")

    def paper(self) -> str:
        """A checked paper of the customer, which waits for review; answers its id. Its file is nowhere."""
        customer_id = self.customer.session["userId"]
        return self._document(1, customer_id=customer_id, doc_type="Other", review_status="Pending Review")

    def _document(self, versions: int, **columns: object) -> str:
        partner_id = self.partner.session["userId"]
        given = columns | {"state": "Accepted", "current_version": versions, "created_by": partner_id}
        doc_id: str = self.value(
            f"INSERT INTO document ({', '.join(given)}) VALUES ({', '.join(['%s'] * len(given))}) RETURNING doc_id",
            *given.values(),
        )
        self.db.execute(
            "INSERT INTO document_version (doc_id, version, state, file_name, content_type, upload_blob, expires_at,"
            " blob_name, size_bytes, sha256, uploaded_by) SELECT %s, version, 'Accepted', 'bill.pdf',"
            " 'application/pdf', %s || version, now(), %s, 900, repeat('a', 64), %s"
            " FROM generate_series(1, %s) version",
            [doc_id, secrets.token_hex(16), f"local/{doc_id}.pdf", partner_id, versions],
        )
        return doc_id

    def panel(self) -> str:
        """A panel that nobody else chooses; answers its id."""
        panel = {"make": "Nobody", "variant": "For a test", "wattage": 540, "isDcr": True, "unitPrice": 14999.5}
        return str(self.admin.data("POST", "masterdata/panels", panel)["panelId"])

    def notification(self, person: Person) -> str:
        """Something that this person was told; answers its id."""
        return str(
            self.value(
                "INSERT INTO notification (user_id, type, title, message, severity)"
                " VALUES (%s, 'test', 'A word', 'To you.', 'info') RETURNING id",
                person.session["userId"],
            )
        )

    def message(self) -> str:
        """An SMS that was given up; answers its id."""
        return str(
            self.value(
                "INSERT INTO outbox_message (channel, template, recipient, state)"
                " VALUES ('sms', 'cpApproved', %s, 'givenUp') RETURNING message_id",
                new_phone(),
            )
        )

    def commission(self) -> str:
        """The pending commission of a lead that was just executed; answers its id."""
        lead_id = self.lead("Under Execution", token_number="TOK-1")
        body = {"newStatus": "Executed", "remarks": REMARKS, "quotationRef": self.quotation(lead_id)}
        self.partner.data("PATCH", f"leads/{lead_id}/status", body)
        return str(self.value("SELECT commission_id FROM commission WHERE lead_id = %s", lead_id))

    @cached_property
    def _pattern(self) -> str:
        made = self.partner.data("POST", "quotations", {"leadId": self.lead(), **SYSTEM})
        return str(made["quotationReference"])
