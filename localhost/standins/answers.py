"""What a stand-in answers, when all is well with the connection."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

RETRY_AFTER = 30  # seconds
GARBAGE = b"<!doctype html><title>It works!</title>\x00\xff\xfe{{"


@dataclass(frozen=True)
class Answer:
    """Status, body, headers; Content-Length is added on the way out."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(status: int, body: object) -> Answer:
    """An answer in JSON."""
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


def http_fault(mode: str, complaint: Callable[[str], bytes]) -> Answer | None:
    """The answer of a fault that is one, worded as the provider words its errors; None for every other mode."""
    again = {"Retry-After": str(RETRY_AFTER)}
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + RETRY_AFTER)}
    spoken = {
        "500": (500, "Internal server error", {}),
        "503": (503, "Service unavailable", again),
        "429": (429, "Too many requests", again | spent),
        "error200": (200, "Message could not be sent", {}),
    }
    if mode in spoken:
        status, words, headers = spoken[mode]
        return Answer(status, complaint(words), {"Content-Type": "application/json"} | headers)
    return {"garbage": Answer(200, GARBAGE, {"Content-Type": "text/html"}), "empty": Answer(200)}.get(mode)
