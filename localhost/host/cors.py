"""Lets pages of known origins call the app from a browser, as Azure's platform does in front of it (api.md 1)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from .invocation import HttpAnswer

_MAX_AGE_SECONDS = 86400


@dataclass(frozen=True)
class Cors:
    """`origins` as browsers send them, such as `https://portal.example`; `*` means every one. Never with cookies."""

    origins: Collection[str]

    def preflight(self, method: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """The leave for a request that a page is about to make; None for anything else, and for other origins."""
        asked = headers.get("access-control-request-method")
        if method != "OPTIONS" or not asked or not self._allows(headers.get("origin")):
            return None
        leave = [("Access-Control-Allow-Methods", asked), ("Access-Control-Max-Age", str(_MAX_AGE_SECONDS))]
        if wanted := headers.get("access-control-request-headers"):
            leave.append(("Access-Control-Allow-Headers", wanted))
        return HttpAnswer(204, leave)

    def readable(self, answer: HttpAnswer, headers: Mapping[str, str]) -> HttpAnswer:
        """The answer, to be read by a page of an allowed origin; caches keep it for that origin alone."""
        kept = [pair for pair in answer.headers if pair[0].lower() != "access-control-allow-origin"]
        origin = headers.get("origin")
        leave = [("Access-Control-Allow-Origin", origin)] if origin and self._allows(origin) else []
        return replace(answer, headers=[*kept, *leave, ("Vary", "Origin")])

    def _allows(self, origin: str | None) -> bool:
        return origin in self.origins or "*" in self.origins
