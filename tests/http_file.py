"""Sends the requests of an .http file one after the other, as an editor's REST client does."""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests

STEP = re.compile(r"\.([A-Za-z]\w*)|\[(\d+)\]")


def send_all(text: str) -> Iterator[tuple[str, requests.Response]]:
    """Each request's title and its answer. Later ones may name earlier answers: `{{name.response.body.$.a.b[0]}}`."""
    head, *blocks = re.split(r"^###", text, flags=re.MULTILINE)
    variables = dict(re.findall(r"^@(\w+) = (.*)$", head, re.MULTILINE))
    answers: dict[str, requests.Response] = {}
    for block in blocks:
        title, _, rest = block.partition("\n")
        name = re.search(r"^# @name (\w+)$", rest, re.MULTILINE)
        answer = _send(_filled(re.sub(r"^#.*\n", "", rest, flags=re.MULTILINE), variables, answers))
        if name:
            answers[name[1]] = answer
        yield title.strip(), answer


def _send(request: str) -> requests.Response:
    head, _, body = request.strip().partition("\n\n")
    first, *lines = head.splitlines()
    method, url = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    return requests.request(method, url, headers=headers, data=body.encode() or None, timeout=30)


def _filled(text: str, variables: Mapping[str, str], answers: Mapping[str, requests.Response]) -> str:
    def value(match: "re.Match[str]") -> str:
        name = match[1]
        if name == "$guid":
            return str(uuid.uuid4())
        if name.startswith("$localDatetime"):
            days = int(name.split()[2])
            return str((datetime.now(UTC).astimezone(ZoneInfo("Asia/Kolkata")) + timedelta(days=days)).date())
        if name in variables:
            return variables[name]
        who, _, path = name.partition(".response.body.$")
        found: Any = json.loads(answers[who].content)
        for key, place in STEP.findall(path):
            found = found[key] if key else found[int(place)]
        return str(found)

    return re.sub(r"\{\{(.+?)\}\}", value, text)
