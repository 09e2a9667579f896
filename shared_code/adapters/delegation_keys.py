"""Keys that sign links in Azure, where nobody holds an account key (rules.md 6.8; integrations.md, Azure Blob)."""

import logging
import threading
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared_code import log

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient, UserDelegationKey

KEY_LIFE = timedelta(hours=12)
RENEW_BEFORE, RENEW_AGAIN = timedelta(hours=1), timedelta(minutes=1)
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class _Kept:
    key: "UserDelegationKey"
    ends_at: datetime
    renew_at: datetime


class DelegationKeys:
    """User delegation keys, one per account: fetched once for all who ask, and anew while the old one still serves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._fetches: dict[str, Future[UserDelegationKey]] = {}

    def of(self, service: "BlobServiceClient", now: datetime, until: datetime) -> "UserDelegationKey":
        """The account's key, for a link that ends at `until`, well within `KEY_LIFE`. Raises AzureError.

        Who asks while somebody is fetching gets the old key if that lives long enough, and waits otherwise.
        """
        with self._lock:
            kept = self._kept.get(service.url)
            serving = kept if kept and until <= kept.ends_at else None
            is_first = service.url not in self._fetches
            if serving and (now < serving.renew_at or not is_first):
                return serving.key
            fetch = self._fetches.setdefault(service.url, Future())
        if is_first:
            self._fetch(service, now, fetch)
        if serving and (error := fetch.exception()):
            log.event("delegation_key_not_renewed", level=logging.WARNING, error=error)
            return serving.key
        return fetch.result()

    def _fetch(self, service: "BlobServiceClient", now: datetime, fetch: "Future[UserDelegationKey]") -> None:
        """Fetch a key for all who wait for it, or let them all know why there is none."""
        url, ends_at = service.url, now + KEY_LIFE
        try:
            key = service.get_user_delegation_key(now - CLOCK_SKEW, ends_at)
        except BaseException as error:  # noqa: BLE001 -- whatever it is, nobody may wait for ever
            with self._lock:
                del self._fetches[url]
                if kept := self._kept.get(url):
                    self._kept[url] = replace(kept, renew_at=now + RENEW_AGAIN)
            fetch.set_exception(error)
        else:
            with self._lock:
                del self._fetches[url]
                self._kept[url] = _Kept(key, ends_at, ends_at - RENEW_BEFORE)
            fetch.set_result(key)
