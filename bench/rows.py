"""What is there before anything is measured: many rows straight into the database, as its owner."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final, LiteralString

import psycopg

from shared_code import identity, settings
from shared_code.access import one_time_code
from shared_code.rules.codes import Purpose
from shared_code.rules.scope import Role

CODE: Final = "123456"
PARTNERS, LEADS = 16, 200  # partners who list and sync, and how many leads each has


class Rows:
    """Makes rows; what they are called is answered. `quotation`: the one that the app has made, to be copied."""

    def __init__(self, owner_url: str, quotation: str) -> None:
        self._db = psycopg.connect(owner_url, autocommit=True)
        self._quotation = quotation

    def close(self) -> None:
        """End the connection."""
        self._db.close()

    def settle(self) -> None:
        """Make the tables what they are when they have been there for a while."""
        self._db.execute("VACUUM ANALYZE")

    def token(self, user_id: str, role: Role) -> str:
        """An access token of a new session."""
        session_id, now = uuid.uuid4().hex, datetime.now(UTC)
        self._db.execute("INSERT INTO session (session_id, user_id) VALUES (%s, %s)", [session_id, user_id])
        return identity.issue(settings.current(), user_id, role, session_id, 1, now, now + timedelta(hours=1)).access

    def customers(self, count: int) -> list[str]:
        """New customers, each with an address; answers their phones."""
        return self._all(
            """
            WITH account AS (
                INSERT INTO user_account (user_id, role, name, phone, address, city, state, pin_code)
                SELECT 'CUST-' || number, 'Customer', 'Chitra Desai', (8000000000 + number)::text,
                       '12 Ashram Road', 'Ahmedabad', 'Gujarat', '380009'
                FROM (SELECT nextval('customer_number') AS number FROM generate_series(1, %s)) numbered
                RETURNING user_id, phone),
            customer AS (INSERT INTO customer SELECT user_id FROM account)
            SELECT phone FROM account
            """,
            count,
        )

    def codes(self, count: int) -> list[str]:
        """Customers who have just been sent `CODE`; answers their phones."""
        phones = self.customers(count)
        hashes = [one_time_code.hash_of(settings.current(), phone, Purpose.SIGN_IN, CODE) for phone in phones]
        self._db.execute(
            "INSERT INTO otp_challenge SELECT phone, 'signIn', hash, now() + interval '1 hour'"  # alive until its turn
            " FROM unnest(%s::text[], %s::bytea[]) sent (phone, hash)",
            [phones, hashes],
        )
        self._db.execute("INSERT INTO otp_guard (phone, sent_at) SELECT unnest(%s::text[]), ARRAY[now()]", [phones])
        return phones

    def leads(self, count: int, cp_id: str = "CP-1", status: str = "New Lead") -> list[str]:
        """Leads of a partner, each of a customer of its own, with one entry in the timeline; answers their ids."""
        return self._all(
            """
            WITH l AS (
                INSERT INTO lead (customer_id, customer_name, phone, address, city, state, pin_code, origin,
                                  assigned_to, created_by, status, services, follow_up_date, last_entry)
                SELECT user_id, name, phone, address, city, state, pin_code, 'CP', %(cp_id)s,
                       %(cp_id)s, %(status)s, '{Rooftop}', india_day(now()) + 1, 1
                FROM user_account WHERE phone = ANY (%(phones)s) RETURNING *),
            entry AS (
                INSERT INTO timeline_entry (lead_id, entry, version, action, actor_id, actor_name, actor_role, after)
                SELECT lead_id, 1, 1, 'created', created_by, 'Pravin Patel', 'CP', jsonb_build_object('status', status)
                FROM l)
            SELECT lead_id FROM l
            """,
            cp_id=cp_id,
            status=status,
            phones=self.customers(count),
        )

    def quotations(self, leads: Sequence[str], status: str) -> list[str]:
        """A quotation for each of these leads; answers their references."""
        return self._all(
            """
            INSERT INTO quotation
            SELECT copied.* FROM quotation q, lead l, LATERAL jsonb_populate_record(q, jsonb_build_object(
                'quotation_reference', 'QUOT-' || nextval('quotation_number'), 'lead_id', l.lead_id,
                'customer_id', l.customer_id, 'cp_id', l.assigned_to,
                'status', %(status)s::text, 'shared_with_customer', true, 'shared_at', now())) copied
            WHERE q.quotation_reference = %(template)s AND l.lead_id = ANY (%(leads)s) RETURNING quotation_reference
            """,
            template=self._quotation,
            leads=leads,
            status=status,
        )

    def commissions(self, count: int, *, approved: bool) -> list[str]:
        """Pending commissions of executed leads, or approved ones; answers their ids."""
        references = self.quotations(self.leads(count, status="Executed"), "Accepted")
        return self._all(
            """
            WITH m AS (
                INSERT INTO commission (lead_id, quotation_ref, cp_id, system_kw, project_amount, dealer_add_on_per_kw,
                                        amount, status, approved_amount, approved_at)
                SELECT lead_id, quotation_reference, cp_id, system_kw, system_price, dealer_add_on_per_kw,
                       dealer_add_on_total, CASE WHEN %(approved)s THEN 'Approved' ELSE 'Pending' END,
                       CASE WHEN %(approved)s THEN dealer_add_on_total END, CASE WHEN %(approved)s THEN now() END
                FROM quotation WHERE quotation_reference = ANY (%(references)s) RETURNING *),
            opened AS (
                INSERT INTO commission_event (commission_id, version, to_status, amount)
                SELECT commission_id, version, status, amount FROM m)
            SELECT commission_id FROM m
            """,
            references=references,
            approved=approved,
        )

    def uploads(self, count: int) -> list[str]:
        """Reserved places for photos of leads; answers the names the blobs are to have."""
        return self._all(
            """
            WITH d AS (
                INSERT INTO document (lead_id, doc_type, created_by)
                SELECT unnest(%(leads)s::text[]), 'Site Photo', 'CP-1' RETURNING doc_id)
            INSERT INTO document_version (doc_id, version, file_name, content_type, declared_size, upload_blob,
                                          expires_at, uploaded_by)
            SELECT doc_id, 1, 'roof.jpg', 'image/jpeg', 500000, gen_random_uuid() || '.jpg',
                   now() + interval '1 hour', 'CP-1' FROM d
            RETURNING upload_blob
            """,
            leads=self.leads(count),
        )

    @cached_property
    def businesses(self) -> list[str]:
        """Partners of the first KAM with `LEADS` leads each and what belongs to them; answers their ids."""
        partners = self._all(
            """
            WITH account AS (
                INSERT INTO user_account (user_id, role, name, phone)
                SELECT 'CP-' || number, 'CP', 'Pooja Shah', (7000000000 + number)::text
                FROM (SELECT nextval('cp_number') AS number FROM generate_series(1, %s)) numbered RETURNING user_id),
            partner AS (INSERT INTO channel_partner SELECT user_id, 'KAM-1' FROM account)
            SELECT user_id FROM account
            """,
            PARTNERS,
        )
        for cp_id in partners:
            self._fill(cp_id)
        self._forget_polls()
        return partners

    def _fill(self, cp_id: str) -> None:
        """Leads with a shared quotation, a bill and some history; and some notifications."""
        leads = self.leads(LEADS, cp_id, "In Discussion")
        self.quotations(leads, "Shared")
        self._db.execute(
            """
            WITH d AS (
                INSERT INTO document (lead_id, doc_type, state, current_version, created_by)
                SELECT unnest(%(leads)s::text[]), 'Light Bill', 'Accepted', 1, %(cp_id)s RETURNING doc_id),
            v AS (
                INSERT INTO document_version (doc_id, version, state, file_name, content_type, upload_blob, expires_at,
                                              blob_name, size_bytes, sha256, uploaded_by)
                SELECT doc_id, 1, 'Accepted', 'bill.pdf', 'application/pdf', doc_id, now(),
                       doc_id, 80000, repeat('ab', 32), %(cp_id)s FROM d),
            entry AS (
                INSERT INTO timeline_entry (lead_id, entry, version, action, actor_id, actor_name, actor_role,
                                            after, remarks)
                SELECT lead_id, entry, entry, 'status', %(cp_id)s, 'Pooja Shah', 'CP',
                       '{"status": "In Discussion"}', 'Spoke to them on the phone.'
                FROM unnest(%(leads)s::text[]) lead_id, generate_series(2, 4) entry)
            INSERT INTO notification (user_id, type, title, message, severity, data)
            SELECT %(cp_id)s, 'leadStatus', 'Lead status changed', lead_id || ' moved.', 'info',
                   jsonb_build_object('leadId', lead_id) FROM unnest((%(leads)s::text[])[:30]) lead_id
            """,
            {"leads": leads, "cp_id": cp_id},
        )

    def _forget_polls(self) -> None:
        """Let identical syncs be answered as often as they are asked (api.md 2.6 refuses the eighth within 30 s)."""
        self._db.execute(
            """
            CREATE FUNCTION forget_poll() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN NEW.count := 1; RETURN NEW; END $$;
            CREATE TRIGGER forget_poll BEFORE UPDATE ON rate_window FOR EACH ROW
                WHEN (NEW.key LIKE 'sync:%') EXECUTE FUNCTION forget_poll();
            """
        )

    def _all(self, query: LiteralString, *values: Any, **named: Any) -> list[str]:
        return [row[0] for row in self._db.execute(query, named or values).fetchall()]
