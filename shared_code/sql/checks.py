"""The check of an uploaded blob: begun, then one outcome, whatever runs twice or late (rules.md 6.5; data.md I11)."""

from dataclasses import dataclass

from shared_code.rules.scope import Caller, Role
from shared_code.sql.pool import Db, Rows, rows, scalars
from shared_code.sql.uploads import lock_home


@dataclass(frozen=True)
class Upload:
    """An uploaded blob on its way: which version of which document it is, and who sent it.

    content_type, file_name: None where nothing was declared. is_late: its place is not its own any more. is_locked: a
    paper that was approved meanwhile.
    """

    doc_id: str
    version: int
    lead_id: str | None
    customer_id: str | None
    doc_type: str
    state: str
    file_name: str | None
    content_type: str | None
    uploaded_by: str
    uploader_name: str
    uploader_role: str
    is_late: bool
    is_locked: bool

    @property
    def uploader(self) -> Caller:
        """Who sent it, as an entry of a log names people."""
        return Caller(self.uploaded_by, Role(self.uploader_role), "", self.uploader_name)


def start(db: Db, upload_blob: str) -> "Rows[Upload]":
    """Move the blob's version to Checking, unless it has an outcome or comes late; no row for a blob that is not ours.

    Whether it is late is judged behind the home's lock: its place may be another document's by then (I4).
    """
    lock_home(db, upload_blob=upload_blob)
    return rows(
        db,
        Upload,
        """
        WITH open AS (
            UPDATE document_version SET state = 'Checking', checking_at = coalesce(checking_at, now())
            WHERE upload_blob = %(upload_blob)s
              AND (state = 'Checking' OR state = 'Reserved' AND expires_at > statement_timestamp()) RETURNING doc_id),
        begun AS (
            UPDATE document SET state = 'Checking'
            WHERE doc_id IN (SELECT doc_id FROM open) AND state IN ('Reserved', 'Expired'))
        SELECT
            d.doc_id, v.version, d.lead_id, d.customer_id, d.doc_type, v.state, v.file_name, v.content_type,
            v.uploaded_by, u.name AS uploader_name, u.role AS uploader_role,
            d.state = 'Deleted' OR v.state = 'Expired'
                OR v.state = 'Reserved' AND v.expires_at <= statement_timestamp() AS is_late,
            d.review_status IS NOT DISTINCT FROM 'Approved' AS is_locked
        FROM document_version v JOIN document d USING (doc_id) JOIN user_account u ON u.user_id = v.uploaded_by
        WHERE v.upload_blob = %(upload_blob)s
        """,
        upload_blob=upload_blob,
    )


@dataclass(frozen=True)
class Outcome:
    """What the check wrote; `file_name` where the client gave none."""

    file_name: str
    content_type: str
    blob_name: str
    size_bytes: int
    sha256: str


def accept(db: Db, upload_blob: str, outcome: Outcome) -> "Rows[bool]":
    """Write the good outcome, and tell whether an accepted version was there before.

    A row only for the run that comes first (I11), and none where the document is deleted or the paper approved by now.
    """
    lock_home(db, upload_blob=upload_blob)
    return scalars(
        db,
        """
        UPDATE document_version v SET state = 'Accepted', file_name = coalesce(v.file_name, %(file_name)s),
            content_type = %(content_type)s, blob_name = %(blob_name)s, size_bytes = %(size_bytes)s, sha256 = %(sha256)s
        FROM document d WHERE d.doc_id = v.doc_id AND v.upload_blob = %(upload_blob)s AND v.state = 'Checking'
            AND d.state <> 'Deleted' AND d.review_status IS DISTINCT FROM 'Approved'
        RETURNING d.current_version IS NOT NULL
        """,
        upload_blob=upload_blob,
        **vars(outcome),
    )


def refuse(db: Db, upload_blob: str, reason_code: str, reason: str) -> "Rows[str]":
    """Write the bad outcome; a row only for the run that comes first.

    An older accepted version is served on, and a document waits on for another version that is on its way.
    """
    lock_home(db, upload_blob=upload_blob)
    return scalars(
        db,
        """
        WITH refused AS (
            UPDATE document_version SET state = 'Rejected', reason_code = %(reason_code)s, reason = %(reason)s
            WHERE upload_blob = %(upload_blob)s AND state IN ('Reserved', 'Checking', 'Expired')
            RETURNING doc_id, version)
        UPDATE document d SET state = CASE
            WHEN d.current_version IS NOT NULL OR d.state = 'Deleted' THEN d.state
            ELSE coalesce((
                SELECT w.state FROM document_version w WHERE w.doc_id = d.doc_id AND w.version <> refused.version
                    AND (w.state = 'Checking' OR w.state = 'Reserved' AND w.expires_at > statement_timestamp())
                ORDER BY w.state = 'Checking' DESC LIMIT 1), 'Rejected') END
        FROM refused WHERE d.doc_id = refused.doc_id RETURNING d.doc_id
        """,
        upload_blob=upload_blob,
        reason_code=reason_code,
        reason=reason,
    )


def expire(db: Db) -> "Rows[str]":
    """Let reservations die that were not used in time; answers their ids. What was refused before is that again."""
    return scalars(
        db,
        """
        WITH expired AS (
            UPDATE document_version SET state = 'Expired' WHERE state = 'Reserved' AND expires_at <= now()
                RETURNING doc_id)
        UPDATE document d SET state = CASE WHEN EXISTS (
            SELECT FROM document_version r WHERE r.doc_id = d.doc_id AND r.state = 'Rejected')
            THEN 'Rejected' ELSE 'Expired' END
        FROM expired WHERE d.doc_id = expired.doc_id AND d.state = 'Reserved'
            AND NOT EXISTS (SELECT FROM document_version r
                WHERE r.doc_id = d.doc_id AND r.state = 'Reserved' AND r.expires_at > now())
        RETURNING d.doc_id
        """,
    )


def stuck(db: Db, minutes: int) -> "Rows[str]":
    """The blobs whose check began so long ago that nobody is at it any more."""
    return scalars(
        db,
        "SELECT upload_blob FROM document_version"
        " WHERE state = 'Checking' AND checking_at < now() - make_interval(mins => %(minutes)s)",
        minutes=minutes,
    )


def waiting(db: Db, upload_blobs: list[str], verdicts_come_late: bool) -> "Rows[str]":
    """Of these blobs those that nobody has begun to check, or that have no business here any more.

    verdicts_come_late: also those whose check may be waiting for a scanner's verdict.
    """
    return scalars(
        db,
        """
        SELECT name FROM unnest(%(upload_blobs)s::text[]) name
        LEFT JOIN document_version v ON v.upload_blob = name
        WHERE v.state IS DISTINCT FROM 'Checking' OR %(verdicts_come_late)s
        """,
        upload_blobs=upload_blobs,
        verdicts_come_late=verdicts_come_late,
    )
