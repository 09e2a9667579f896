"""Bodies, values and texts that nobody should send, and somebody will."""

import json
from collections.abc import Iterator
from typing import Any

MIB = 1024 * 1024

# Whole bodies that are no question at all.
BODIES: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n\t",
    "no JSON": b"newStatus=Won",
    "cut off": b'{"newStatus": "Wo',
    "null": b"null",
    "a number": b"7",
    "a text": b'"Won"',
    "a list": b'[{"newStatus": "Won"}]',
    "nested deep": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "lists nested deep": b"[" * 50_000,
    "not UTF-8": b'{"remarks": "\xff\xfe\xc3"}',
    "UTF-16": '{"remarks": "x"}'.encode("utf-16"),
    "with a byte order mark": b'\xef\xbb\xbf{"nonsense": 1}',
    "NUL bytes": b"\x00" * 64,
    "a field twice": b'{"newStatus": "Won", "newStatus": "Executed", "nonsense": 1}',
    "no number": b'{"nonsense": NaN}',
    "an infinite number": b'{"nonsense": 1e400}',
    "an endless number": b'{"nonsense": ' + b"9" * 5_000 + b"}",
    "half a surrogate pair": b'{"nonsense": "\\ud800"}',
    "a field named by half a pair": b'{"\\udfff": 1}',
    "a nameless field": b'{"": {"": ""}}',
    "a prototype": b'{"__proto__": {"role": "Admin"}, "constructor": 1}',
    "many fields": json.dumps({f"field{number}": number for number in range(2_000)}).encode(),
    "just too large": b'{"nonsense": "' + b"x" * MIB + b'"}',
}

# JSON values for a field that expects something else, or exactly this.
VALUES: list[str] = [
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "0.0001",
    "1e400",
    "1e-400",
    "NaN",
    "-Infinity",
    "9223372036854775808",
    "9" * 5000,
    '"7"',
    '""',
    '"  "',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud83d"',
    '"a\\nb\\tc\\u001b[31m"',
    '"नमस्ते, पुणे से 🌞👩‍🔧"',
    '"\\u202eevil\\u2066 \\u200f"',
    '"e\\u0301\\u0301\\u0301\\ufdfa"',
    '"\'; DROP TABLE lead; -- \\" %s %(me)s {0} ${x} \\\\"',
    '"<script>alert(1)</script>"',
    json.dumps("x" * 10_000),
    json.dumps("ﷺ" * 500),
    '"2026-02-30"',
    '"0001-01-01"',
    '"9999-12-31"',
    '"LEAD-999999999999999999"',
    '"QUOT-0"',
    "[]",
    "{}",
    '[null, 1, "x", {}]',
    '{"panelId": "PNL001", "quantity": 1e30}',
    "[[[[[[[[]]]]]]]]",
]

# The same for the address of a GET, percent-encoded.
QUERIES: list[str] = [
    "%00",
    "%FF%FE",
    "%ED%A0%80",
    "%E0%A4%A8%E0%A4%AE%E0%A4%B8%E0%A5%8D%E0%A4%A4%E0%A5%87",
    "%F0%9F%8C%9E",
    "%E2%80%AEevil",
    "%27%3B%20DROP%20TABLE%20lead%3B%20--",
    "%25%5F%5C",
    "-1",
    "1e400",
    "NaN",
    "9" * 400,
    "99999999999",
    "true%2Cfalse",
    "%2C%2C%2C",
    "null",
    "%5B%5D",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "x" * 5000,
    "%20",
]

# Names that people, or jokers, have.
NAMES = [
    "श्रीमती ज्ञानेश्वरी त्रिवेदी",
    "મીરાબેન પટેલ",
    "முத்துலட்சுமி",
    "محمد عبدالله",
    "李小龍",
    "Zo\u0308e O'Neil-D\u0301uffy & Sons <b>Ltd</b>",
    "👩‍🔧 Solar 🌞",
    "\u202eevil\u202c \u200d\u200c\u2066x\u2069",
    "e" + "\u0301" * 99,
    "W" * 100,
    "\ufdfa" * 100,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 20,
    "\ue000\uffff\U0010fffd",
    "%s {0} $x \\ /Type /Page (unbalanced",
]

# Headers that the app reads, with values that mean nothing.
HEADERS = [
    "Authorization",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Correlation-ID",
    "traceparent",
    "X-Forwarded-For",
    "Accept-Encoding",
    "Content-Type",
    "Origin",
]
HEADER_VALUES: list[bytes] = [
    b"",
    b",",
    b'"',
    b"\xff\xfe",
    "नमस्ते 🌞".encode(),
    b"Bearer " + b"\xff" * 20,
    b"Bearer a.b.c",
    b"Bearer eyJhbGciOiJub25lIn0.e30.",
    b"[::1", b"[::ffff:1.2.3.4]:99999", b"1.2.3.4:", b"unknown, fe80::1%eth0",
    b"multipart/form-data; boundary=", b"application/json; charset=utf-32",
    b"gzip;q=0", b"W/\"x\", *",
    b"9" * 8000,
]  # fmt: skip


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a JSON value, those that hold others too."""
    if path:
        yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in pairs:
        yield from leaves(part, (*path, name))


def with_value(body: dict[str, Any], path: tuple[Any, ...], literal: str) -> bytes:
    """The body as JSON, with that JSON text in that place."""
    changed = json.loads(json.dumps(body))
    place = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = "\ue000"
    return json.dumps(changed, ensure_ascii=False).replace('"\ue000"', literal).encode()
