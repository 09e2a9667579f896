"""SendGrid's protocol: mail/send of version 3 (integrations.md, SendGrid)."""

import json
import re
from collections.abc import Iterator
from secrets import token_urlsafe
from typing import Any

from localhost.standins.answers import Answer, json_answer
from localhost.standins.inbox import Inbox
from localhost.standins.provider import Request

ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+")

Problem = tuple[str | None, str]  # field, and what is wrong with it


class SendGrid:
    """Takes mails with 202 and an empty body; lists what is wrong with those it does not take."""

    name = "sendgrid"

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def answer(self, request: Request) -> Answer:
        if refused := _refuse(request):
            return refused
        try:
            mail = json.loads(request.body)
        except ValueError:
            return _refusal(400, (None, "Bad request"))
        problems = list(_problems(mail)) if isinstance(mail, dict) else [(None, "Bad request")]
        if problems:
            return _refusal(400, *problems)
        self._keep(mail)
        return self.success()

    def success(self) -> Answer:
        return Answer(202, b"", {"X-Message-Id": token_urlsafe(16)})

    def complaint(self, words: str) -> bytes:
        return _refusal(400, (None, words)).body

    def _keep(self, mail: dict[str, Any]) -> None:
        parts = {content["type"]: content["value"] for content in mail["content"]}
        for personalization in mail["personalizations"]:
            subject = personalization.get("subject") or mail.get("subject")
            for to in personalization["to"]:
                text, html = parts.get("text/plain", ""), parts.get("text/html")
                self._inbox.keep("email", to["email"], text, subject=subject, html=html)


def _refuse(request: Request) -> Answer | None:
    """The answer to a request that is refused before its body is looked at."""
    if request.path != "/v3/mail/send":
        return _refusal(404, (None, "Not found"))
    if request.method != "POST":
        return _refusal(405, (None, "Method not allowed"))
    if not re.fullmatch(r"Bearer \S+", request.headers.get("authorization", "")):
        return _refusal(401, (None, "The authorization grant is invalid, expired, or revoked"))
    if not request.headers.get("content-type", "").startswith("application/json"):
        return _refusal(415, (None, "Content-Type should be application/json"))
    return None


def _refusal(status: int, *problems: Problem) -> Answer:
    errors = [{"message": words, "field": name, "help": None} for name, words in problems]
    return json_answer(status, {"errors": errors})


def _problems(mail: dict[str, Any]) -> Iterator[Problem]:
    """What SendGrid would object to."""
    if not _is_address(mail.get("from")):
        yield "from.email", "The from email does not contain a valid address."
    yield from _recipient_problems(mail)
    yield from _content_problems(mail.get("content"))


def _recipient_problems(mail: dict[str, Any]) -> Iterator[Problem]:
    personalizations = _objects(mail.get("personalizations"))
    if not personalizations:
        yield "personalizations", "At least one personalization is required."
    for number, personalization in enumerate(personalizations):
        place = f"personalizations.{number}"
        recipients = _objects(personalization.get("to"))
        if not recipients:
            yield f"{place}.to", "The to array is required."
        for index, recipient in enumerate(recipients):
            if not _is_address(recipient):
                yield f"{place}.to.{index}.email", "Does not contain a valid address."
        if not (personalization.get("subject") or mail.get("subject")):
            yield "subject", "The subject is required."


def _content_problems(content: object) -> Iterator[Problem]:
    parts = _objects(content)
    types = [str(part.get("type")) for part in parts]
    if not parts:
        yield "content", "At least one content block is required."
    for index, part in enumerate(parts):
        if not isinstance(part.get("value"), str) or not part["value"]:
            yield f"content.{index}.value", "The content value must be a string of at least one character."
    if types not in ([], ["text/plain"], ["text/html"], ["text/plain", "text/html"]):
        yield "content.0.type", "text/plain comes first, then text/html, each at most once."


def _objects(value: object) -> list[dict[str, Any]]:
    """The list, if it is one of objects, else nothing."""
    return value if isinstance(value, list) and all(isinstance(entry, dict) for entry in value) else []


def _is_address(value: object) -> bool:
    email = value.get("email") if isinstance(value, dict) else None
    return isinstance(email, str) and bool(ADDRESS.fullmatch(email))
