"""Codes and passwords: what was sent and tried; a guard's row is the lock of its phone or address (rules.md 5)."""

from dataclasses import dataclass
from datetime import datetime

from shared_code.rules.codes import Purpose
from shared_code.rules.otp_guard import Guard
from shared_code.rules.password_guard import PasswordGuard
from shared_code.sql.pool import Db, Rows, rows, scalars


def lock_guard(db: Db, phone: str) -> "Rows[Guard]":
    """Lock the phone and answer its tries and codes; who asks at the same time waits here (I1, I2).

    A row that is there is locked by the first statement, so that no clean-up removes it before the second.
    """
    scalars(
        db,
        "INSERT INTO otp_guard (phone) VALUES (%(phone)s) ON CONFLICT (phone) DO UPDATE SET phone = excluded.phone",
        phone=phone,
    )
    return rows(
        db,
        Guard,
        "SELECT wrong_tries, first_wrong_at, last_wrong_at, last_wrong_hash, locked_until, sent_at"
        " FROM otp_guard WHERE phone = %(phone)s FOR UPDATE",
        phone=phone,
    )


def write_guard(db: Db, phone: str, guard: Guard) -> None:
    """Write the tries and codes of a locked phone."""
    scalars(
        db,
        """
        UPDATE otp_guard SET wrong_tries = %(wrong_tries)s, first_wrong_at = %(first_wrong_at)s,
            last_wrong_at = %(last_wrong_at)s,
               last_wrong_hash = %(last_wrong_hash)s, locked_until = %(locked_until)s, sent_at = %(sent_at)s
        WHERE phone = %(phone)s
        """,
        phone=phone,
        wrong_tries=guard.wrong_tries,
        first_wrong_at=guard.first_wrong_at,
        last_wrong_at=guard.last_wrong_at,
        last_wrong_hash=guard.last_wrong_hash,
        locked_until=guard.locked_until,
        sent_at=list(guard.sent_at),
    )


@dataclass(frozen=True)
class Challenge:
    """The newest code of a phone, as its keyed hash."""

    code_hash: bytes
    issued_at: datetime
    used_at: datetime | None


def challenge(db: Db, phone: str, purpose: Purpose) -> "Rows[Challenge]":
    """The phone's newest code for that purpose."""
    return rows(
        db,
        Challenge,
        "SELECT code_hash, issued_at, used_at FROM otp_challenge WHERE phone = %(phone)s AND purpose = %(purpose)s",
        phone=phone,
        purpose=purpose.value,
    )


def write_challenge(db: Db, phone: str, purpose: Purpose, code_hash: bytes, issued_at: datetime) -> None:
    """Let a new code kill the older one."""
    scalars(
        db,
        """
        INSERT INTO otp_challenge (phone, purpose, code_hash, issued_at)
            VALUES (%(phone)s, %(purpose)s, %(code_hash)s, %(issued_at)s)
        ON CONFLICT (phone, purpose) DO UPDATE SET code_hash = excluded.code_hash, issued_at = excluded.issued_at,
            used_at = NULL
        """,
        phone=phone,
        purpose=purpose.value,
        code_hash=code_hash,
        issued_at=issued_at,
    )


def use_challenge(db: Db, phone: str, purpose: Purpose, now: datetime) -> None:
    """Mark the phone's code used."""
    scalars(
        db,
        "UPDATE otp_challenge SET used_at = %(now)s WHERE phone = %(phone)s AND purpose = %(purpose)s",
        phone=phone,
        purpose=purpose.value,
        now=now,
    )


def drop_challenge(db: Db, phone: str, purpose: Purpose, issued_at: datetime) -> None:
    """Forget a code whose SMS was not taken: it is dead and counts for no limit of its phone."""
    scalars(
        db,
        "UPDATE otp_guard SET sent_at = array_remove(sent_at, %(issued_at)s) WHERE phone = %(phone)s",
        phone=phone,
        issued_at=issued_at,
    )
    scalars(
        db,
        "DELETE FROM otp_challenge WHERE phone = %(phone)s AND purpose = %(purpose)s AND issued_at = %(issued_at)s",
        phone=phone,
        purpose=purpose.value,
        issued_at=issued_at,
    )


def set_password(db: Db, user_id: str, password_hash: str) -> None:
    """Give the person another password."""
    scalars(
        db,
        "UPDATE user_account SET password_hash = %(password_hash)s, updated_at = now() WHERE user_id = %(user_id)s",
        user_id=user_id,
        password_hash=password_hash,
    )


def lock_password_guard(db: Db, email: str) -> "Rows[PasswordGuard]":
    """Lock the address, in lower case, and answer its failures; no clean-up comes between, as with a phone."""
    scalars(
        db,
        "INSERT INTO password_guard (email) VALUES (%(email)s)"
        " ON CONFLICT (email) DO UPDATE SET email = excluded.email",
        email=email,
    )
    return rows(
        db,
        PasswordGuard,
        "SELECT failures, last_failed_at, locked_until FROM password_guard WHERE email = %(email)s FOR UPDATE",
        email=email,
    )


def write_password_guard(db: Db, email: str, guard: PasswordGuard) -> None:
    """Write the failures of a locked address."""
    scalars(
        db,
        "UPDATE password_guard SET failures = %(failures)s, last_failed_at = %(last_failed_at)s,"
        " locked_until = %(locked_until)s WHERE email = %(email)s",
        email=email,
        failures=guard.failures,
        last_failed_at=guard.last_failed_at,
        locked_until=guard.locked_until,
    )
