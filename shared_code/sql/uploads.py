"""Documents as they change: places reserved, files kept, versions restored, behind the home's lock (rules.md 6)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import LiteralString

from shared_code.rules.kyc import Review
from shared_code.rules.scope import Caller
from shared_code.sql.documents import in_scope
from shared_code.sql.pool import Db, Rows, rows, scalars
from shared_code.sql.scope import CUSTOMERS


def lock_customer(db: Db, caller: Caller, customer_id: str) -> "Rows[str]":
    """Lock a customer in scope, for what happens to its papers."""
    return scalars(
        db,
        f"""
        SELECT c.customer_id FROM customer c JOIN user_account u ON u.user_id = c.customer_id
        WHERE c.customer_id = %(customer_id)s AND {CUSTOMERS[caller.role]} FOR NO KEY UPDATE OF u
        """,
        customer_id=customer_id,
        me=caller.user_id,
    )


def lock_home(db: Db, doc_id: str | None = None, upload_blob: str | None = None) -> None:
    """Lock the lead or the customer to whom a document, or an uploaded blob, belongs."""
    home: LiteralString = """FROM document WHERE doc_id = coalesce(
        %(doc_id)s, (SELECT doc_id FROM document_version WHERE upload_blob = %(upload_blob)s))"""
    given = {"doc_id": doc_id, "upload_blob": upload_blob}
    db.execute(f"SELECT 1 FROM lead WHERE lead_id = (SELECT lead_id {home}) FOR UPDATE", given)
    db.execute(f"SELECT 1 FROM user_account WHERE user_id = (SELECT customer_id {home}) FOR NO KEY UPDATE", given)


@dataclass(frozen=True)
class Standing:
    """A document as it stands behind its home's lock. review_status: only of a paper."""

    doc_id: str
    lead_id: str | None
    customer_id: str | None
    doc_type: str
    state: str
    review_status: str | None
    current_version: int | None
    newest_version: int

    @property
    def review(self) -> Review | None:
        """What a reviewer has said of a paper."""
        return Review(self.review_status) if self.review_status else None


_STANDING = """
    SELECT d.doc_id, d.lead_id, d.customer_id, d.doc_type, d.state, d.review_status, d.current_version,
        (SELECT max(version) FROM document_version v WHERE v.doc_id = d.doc_id) AS newest_version
    FROM document d
"""


def standing(db: Db, caller: Caller, doc_id: str) -> "Rows[Standing]":
    """A document in scope; sent after the lock of its home."""
    return rows(
        db,
        Standing,
        f"{_STANDING} WHERE d.doc_id = %(doc_id)s AND {in_scope(caller)}",
        doc_id=doc_id,
        me=caller.user_id,
    )


def paper(db: Db, customer_id: str, doc_type: str) -> "Rows[Standing]":
    """The customer's one paper of that type, also one that never came; sent after the customer's lock."""
    return rows(
        db,
        Standing,
        f"{_STANDING} WHERE d.customer_id = %(customer_id)s AND d.doc_type = %(doc_type)s"
        " AND d.state <> 'Deleted' ORDER BY d.state = 'Expired', id_number(d.doc_id) DESC LIMIT 1",
        customer_id=customer_id,
        doc_type=doc_type,
    )


def next_id(db: Db) -> "Rows[str]":
    """An id nobody else gets: DOC-n."""
    return scalars(db, "SELECT 'DOC-' || nextval('document_number')")


@dataclass(frozen=True)
class Home:
    """Where a file belongs: a lead or a customer, the document, which of its versions it will be."""

    lead_id: str | None
    customer_id: str | None
    doc_type: str
    doc_id: str
    version: int
    replaces: bool  # an accepted version


@dataclass(frozen=True)
class Slot:
    """A reserved place for one upload; size in bytes, as declared. What was not declared is None."""

    file_name: str | None
    content_type: str | None
    declared_size: int | None
    upload_blob: str
    expires_at: datetime
    uploaded_by: str


def reserve(db: Db, home: Home, slot: Slot) -> None:
    """Reserve a place behind the home's lock: a new document's first version, or another version of one."""
    _open(db, home, slot.uploaded_by, "Reserved")
    scalars(
        db,
        """
        INSERT INTO document_version (
            doc_id, version, file_name, content_type, declared_size, upload_blob, expires_at, uploaded_by)
        VALUES (%(doc_id)s, %(version)s, %(file_name)s, %(content_type)s, %(declared_size)s, %(upload_blob)s,
            %(expires_at)s, %(uploaded_by)s)
        """,
        doc_id=home.doc_id,
        version=home.version,
        **asdict(slot),
    )


@dataclass(frozen=True)
class Checked:
    """A file that was checked, as it is kept."""

    file_name: str | None
    content_type: str
    blob_name: str
    size_bytes: int
    sha256: str
    uploaded_by: str


def draw_version(db: Db, home: Home, by: str) -> None:
    """Let nobody else have the version's number, and so its name in storage; until it is kept it never came."""
    scalars(
        db,
        "INSERT INTO document_version (doc_id, version, state, uploaded_by)"
        " VALUES (%(doc_id)s, %(version)s, 'Expired', %(by)s)",
        doc_id=home.doc_id,
        version=home.version,
        by=by,
    )


def keep(db: Db, home: Home, checked: Checked) -> None:
    """Keep a checked file behind the home's lock: a document's first version, or one whose number was drawn."""
    _open(db, home, checked.uploaded_by, "Accepted")
    scalars(
        db,
        """
        INSERT INTO document_version (
            doc_id, version, state, file_name, content_type, blob_name, size_bytes, sha256, uploaded_by)
        VALUES (%(doc_id)s, %(version)s, 'Accepted', %(file_name)s, %(content_type)s, %(blob_name)s, %(size_bytes)s,
            %(sha256)s, %(uploaded_by)s)
        ON CONFLICT (doc_id, version) DO UPDATE SET (
            state, file_name, content_type, blob_name, size_bytes, sha256, uploaded_at) = (
            'Accepted', excluded.file_name, excluded.content_type, excluded.blob_name, excluded.size_bytes,
            excluded.sha256, now())
        """,
        doc_id=home.doc_id,
        version=home.version,
        **asdict(checked),
    )
    point_to(db, home.doc_id, home.version)


def _open(db: Db, home: Home, by: str, state: str) -> None:
    """A document of its own, or the one that goes on; one that was refused, or never came, waits again."""
    if home.version == 1:
        scalars(
            db,
            "INSERT INTO document (doc_id, lead_id, customer_id, doc_type, state, created_by)"
            " VALUES (%(doc_id)s, %(lead_id)s, %(customer_id)s, %(doc_type)s, %(state)s, %(by)s)",
            doc_id=home.doc_id,
            lead_id=home.lead_id,
            customer_id=home.customer_id,
            doc_type=home.doc_type,
            state=state,
            by=by,
        )
    else:
        scalars(
            db,
            "UPDATE document SET state = %(state)s WHERE doc_id = %(doc_id)s AND state IN ('Rejected', 'Expired')",
            doc_id=home.doc_id,
            state=state,
        )


def point_to(db: Db, doc_id: str, version: int) -> None:
    """Serve that version from now on and let a paper wait for review again, unless a newer one is served already."""
    scalars(
        db,
        """
        UPDATE document SET state = 'Accepted', current_version = %(version)s,
            review_status = CASE WHEN customer_id IS NOT NULL THEN 'Pending Review' END, review_reason = NULL
        WHERE doc_id = %(doc_id)s AND coalesce(current_version, 0) < %(version)s
        """,
        doc_id=doc_id,
        version=version,
    )


def restore(db: Db, caller: Caller, doc_id: str, version: int, from_version: int) -> None:
    """Let the bytes of an older version be the next one."""
    scalars(
        db,
        """
        INSERT INTO document_version (
            doc_id, version, state, file_name, content_type, blob_name, size_bytes, sha256, uploaded_by)
        SELECT doc_id, %(version)s, 'Accepted', file_name, content_type, blob_name, size_bytes, sha256, %(me)s
        FROM document_version WHERE doc_id = %(doc_id)s AND version = %(from_version)s
        """,
        doc_id=doc_id,
        version=version,
        from_version=from_version,
        me=caller.user_id,
    )
    point_to(db, doc_id, version)


def is_accepted(db: Db, doc_id: str, version: int) -> "Rows[bool]":
    """Whether that version was accepted; no row where there is none."""
    return scalars(
        db,
        "SELECT state = 'Accepted' FROM document_version WHERE doc_id = %(doc_id)s AND version = %(version)s",
        doc_id=doc_id,
        version=version,
    )


def delete(db: Db, doc_id: str) -> None:
    """Take a document out of the lists; its bytes are kept (rules.md 6.9)."""
    scalars(db, "UPDATE document SET state = 'Deleted' WHERE doc_id = %(doc_id)s", doc_id=doc_id)
