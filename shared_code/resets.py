"""Links with which a person sets its password: single use, and nobody can read them from the database (rules.md 5)."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from shared_code.sql import password_resets
from shared_code.sql.addressees import Addressee
from shared_code.sql.pool import Db

VALID_FOR: Final = timedelta(minutes=30)
WELCOME_VALID_FOR: Final = timedelta(days=1)  # nobody waits for a welcome at the keyboard
MOST_MAILS, WITHIN = 10, timedelta(hours=1)


def create(db: Db, user_id: str, now: datetime, valid_for: timedelta = VALID_FOR) -> str:
    """The token of a new link for that person; its older ones die."""
    token = _token()
    password_resets.write(db, user_id, hash_of(token), now + valid_for)
    return token


def create_for_mail(
    db: Db, email: str, now: datetime, valid_for: timedelta = VALID_FOR
) -> tuple[str, Addressee] | None:
    """The same for the Admin or KAM of that address, and whom to mail it; None when nothing is to be mailed."""
    token = _token()
    password_resets.write_for_mail(db, email, hash_of(token), now + valid_for, now, MOST_MAILS, WITHIN)
    addressee = password_resets.addressee(db, email, hash_of(token)).fetchone()
    return (token, addressee) if addressee else None


def seconds_to_next(db: Db, user_id: str, now: datetime) -> float:
    """How long somebody waits for the next mail who has had the last one of this hour."""
    next_at = password_resets.next_mail_at(db, user_id, now - WITHIN, WITHIN).fetchone()
    return (next_at - now).total_seconds() if next_at else 0.0


def hash_of(token: str) -> bytes:
    """A token as it is stored; it is too random to be guessed from its hash."""
    return hashlib.sha256(token.encode()).digest()


def _token() -> str:
    return secrets.token_urlsafe(32)
