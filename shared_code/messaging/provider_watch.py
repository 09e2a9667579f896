"""Tells the Admins when a provider keeps failing: three SMS, or three e-mails, within ten minutes (rules.md 7)."""

import logging
from datetime import timedelta
from threading import Thread

from psycopg_pool import ConnectionPool

from shared_code import log
from shared_code.messaging import news
from shared_code.sql import provider_trouble
from shared_code.sql.pool import Db

MOST, WITHIN = 3, timedelta(minutes=10)
QUIET = timedelta(hours=1)  # between two notices about one provider
PATIENCE = 1.0  # seconds for a connection


def failed(pool: "ConnectionPool[Db]", provider: str, request_id: str) -> None:
    """Count a message that the provider did not take, after all attempts of one sending.

    On a thread of its own and in a transaction of its own: it holds up nobody, and its failure is nobody's.
    """
    Thread(target=_count, args=(pool, provider, request_id), name="provider watch", daemon=True).start()


def _count(pool: "ConnectionPool[Db]", provider: str, request_id: str) -> None:
    try:
        with pool.connection(timeout=PATIENCE) as db, db.transaction():
            to_tell = provider_trouble.count(db, provider, MOST, WITHIN, QUIET).fetchone()
            if to_tell:
                provider_trouble.note_told(db, provider)
                news.provider_failing(db, provider)
    except Exception as error:  # noqa: BLE001 -- what failed is logged already; who sent it must not fail by this
        log.event("provider_watch_failed", level=logging.ERROR, error=error, requestId=request_id)
        return
    if to_tell:
        log.event("provider_keeps_failing", level=logging.ERROR, provider=provider, requestId=request_id)
