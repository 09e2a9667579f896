"""Second factors: secrets the app encrypted, and what makes each code good once (rules.md 5.5)."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared_code.sql.pool import Db, Rows, rows, scalars


@dataclass(frozen=True)
class Factor:
    """A person's second factor: `secret` when it is on, `pending` while another waits to be confirmed."""

    secret: bytes | None
    pending: bytes | None


def find(db: Db, user_id: str) -> "Rows[Factor]":
    """The person's second factor."""
    return rows(db, Factor, "SELECT secret, pending FROM second_factor WHERE user_id = %(user_id)s", user_id=user_id)


def begin(db: Db, user_id: str, pending: bytes) -> None:
    """Let a new secret wait to be confirmed; what is on stays on."""
    scalars(
        db,
        "INSERT INTO second_factor (user_id, pending) VALUES (%(user_id)s, %(pending)s)"
        " ON CONFLICT (user_id) DO UPDATE SET pending = excluded.pending",
        user_id=user_id,
        pending=pending,
    )


def switch_on(db: Db, user_id: str, pending: bytes, step: int, recovery_hashes: Sequence[bytes]) -> "Rows[str]":
    """Put the secret that waited and new recovery codes in the place of the former; no row if another waits by now."""
    return scalars(
        db,
        """
        UPDATE second_factor SET secret = pending, pending = NULL, last_step = %(step)s,
            recovery_hashes = %(recovery_hashes)s
        WHERE user_id = %(user_id)s AND pending = %(pending)s RETURNING user_id
        """,
        user_id=user_id,
        pending=pending,
        step=step,
        recovery_hashes=list(recovery_hashes),
    )


def use_step(db: Db, user_id: str, secret: bytes, step: int) -> "Rows[str]":
    """Use up the code of that step; no row when it, or a later one, was used before."""
    return scalars(
        db,
        """
        UPDATE second_factor SET last_step = %(step)s
        WHERE user_id = %(user_id)s AND secret = %(secret)s AND last_step < %(step)s RETURNING user_id
        """,
        user_id=user_id,
        secret=secret,
        step=step,
    )


def use_recovery_code(db: Db, user_id: str, code_hash: bytes) -> "Rows[str]":
    """Use up a recovery code; no row when it is not one of the person's."""
    return scalars(
        db,
        """
        UPDATE second_factor SET recovery_hashes = array_remove(recovery_hashes, %(code_hash)s)
        WHERE user_id = %(user_id)s AND %(code_hash)s = ANY (recovery_hashes) RETURNING user_id
        """,
        user_id=user_id,
        code_hash=code_hash,
    )


def remove(db: Db, user_id: str) -> None:
    """Switch it off and forget everything about it."""
    scalars(db, "DELETE FROM second_factor WHERE user_id = %(user_id)s", user_id=user_id)
