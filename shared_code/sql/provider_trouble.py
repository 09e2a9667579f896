"""Providers that keep failing: their latest failures, counted by all instances together (rules.md 7)."""

from datetime import timedelta

from shared_code.sql.pool import Db, Rows, scalars


def count(db: Db, provider: str, most: int, within: timedelta, quiet: timedelta) -> "Rows[bool]":
    """Count a failure; whether it is at least the `most`-th `within` that time and nobody was told for `quiet`.

    The provider's row stays locked until the transaction ends: of many that count at once, one is answered true if
    it goes on to `note_told`.
    """
    return scalars(
        db,
        """
        INSERT INTO provider_trouble AS t (provider, failed_at) VALUES (%(provider)s, ARRAY[now()])
        ON CONFLICT (provider) DO UPDATE SET failed_at = now() || (ARRAY(
            SELECT at FROM unnest(t.failed_at) at WHERE at > now() - %(within)s ORDER BY at DESC))[1:%(most)s - 1]
        RETURNING cardinality(failed_at) >= %(most)s AND coalesce(told_at <= now() - %(quiet)s, true)
        """,
        provider=provider,
        most=most,
        within=within,
        quiet=quiet,
    )


def note_told(db: Db, provider: str) -> None:
    """The Admins hear of it now."""
    scalars(db, "UPDATE provider_trouble SET told_at = now() WHERE provider = %(provider)s", provider=provider)
