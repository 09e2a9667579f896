"""Whatever a provider answers, it costs us little and its caller hears the same error (integrations.md, Every call)."""

import gzip
import json

import pytest

from shared_code.adapters import calls, msg91, sendgrid_mail
from shared_code.adapters.mails import Mail
from tests.raw_answers import HEAD, server

SECONDS = 30.0  # nothing here takes as long: what ends by the deadline alone would say so
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
FOUND = b"HTTP/1.1 302 Found\r\n"
BOMB = gzip.compress(bytes(100_000_000), 9)


def whole(body: bytes, head: bytes = HEAD, more: bytes = b"") -> bytes:
    return head + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def found(location: bytes, body: bytes = b"") -> bytes:
    return whole(body, FOUND, b"Location: " + location + b"\r\n")


def unavailable(retry_after: bytes) -> bytes:
    return whole(b"", b"HTTP/1.1 503 Unavailable\r\n", b"Retry-After: " + retry_after + b"\r\n")


UNREADABLE = {
    "brackets without end": whole(b"[" * 60_000),
    "objects without end": whole(b'{"type":' * 8_000),
    "a number without end": whole(b'{"type":' + b"9" * 5_000 + b"}"),
    "a compressed bomb": whole(BOMB[:60_000], HEAD, b"Content-Encoding: gzip\r\n"),
    "an unknown encoding": whole(b"x", HEAD, b"Content-Encoding: martian\r\n"),
    "a way to an address that is none": found(b"http://["),
    "a way that no encoding knows": found(b"http://\xff\xfe/"),
    "a way to a file": found(b"file:///etc/passwd"),
    "a way beside a bomb": whole(BOMB, FOUND, b"Location: http://127.0.0.1:9/\r\nContent-Encoding: gzip\r\n"),
    "a length below nothing": HEAD + b"Content-Length: -5\r\n\r\nabc",
}
BROKEN = {
    "a chunk below nothing": CHUNKED + b"-5\r\nabc\r\n",
    "a chunk that is no number": CHUNKED + b"zz\r\nabc\r\n",
    "a broken compression": whole(b"nothing", HEAD, b"Content-Encoding: gzip\r\n"),
    "layers of compression": whole(b"x", HEAD, b"Content-Encoding: " + b",".join([b"gzip"] * 20) + b"\r\n"),
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
}
ENDLESS = {
    "chunks of unknown length": (CHUNKED + b"-1\r\n", b"x" * 65536),
    "a length of a chunk": (CHUNKED, b"1" * 65536),
    "trailers": (CHUNKED + b"0\r\n", b"a: b\r\n" * 1000),
    "provisional answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "headers": (HEAD, b"a: b\r\n" * 1000),
    "a status": (b"HTTP/1.1 200 ", b"x" * 65536),
}


def send_sms(url: str) -> None:
    msg91.send_approval(msg91.Msg91(url, "k", "t", "t", SECONDS, 0), "9000000001", "r1")


def send_mail(url: str) -> None:
    gateway = sendgrid_mail.SendGrid(url, "k", "no-reply@solarium.test", SECONDS, 0)
    sendgrid_mail.send(gateway, "kavita@solarium.test", Mail("Hello", "Hello", "<p>Hello</p>"), "r1")


def failure(*pieces: bytes, endless: bool = False) -> list[tuple[int, str]]:
    """How many attempts an SMS and a mail took, and why neither was sent, when that is the answer."""
    ended = []
    for send in (send_sms, send_mail):
        with server(*pieces, endless=endless) as url, pytest.raises(calls.ProviderFailed) as failed:
            send(url)
        ended.append((failed.value.attempts, failed.value.reason))
    return ended


@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE)
def test_an_answer_that_cannot_be_read_is_final(answer: bytes) -> None:
    assert failure(answer) == [(1, f"refused ({answer[9:12].decode()}): unreadable answer")] * 2


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_is_no_http_is_no_answer(answer: bytes) -> None:
    assert failure(answer) == [(3, "connection failed")] * 2


@pytest.mark.parametrize(("begin", "more"), ENDLESS.values(), ids=ENDLESS)
def test_an_endless_answer_is_left_long_before_the_deadline(begin: bytes, more: bytes) -> None:
    assert failure(begin, more, endless=True) == [(3, "connection failed")] * 2


def test_the_endless_body_of_a_redirection_is_not_read() -> None:
    answer = FOUND + b"Location: http://127.0.0.1:9/\r\n\r\n"
    assert failure(answer, b"x" * 65536, endless=True) == [(1, "refused (302): unreadable answer")] * 2


@pytest.mark.parametrize("retry_after", [b"-5", b"31536000", b"Fri, 31 Dec 9999 23:59:59 GMT", b"soon", b"9" * 400])
def test_when_we_try_again_is_not_for_the_provider_to_say(retry_after: bytes) -> None:
    assert failure(unavailable(retry_after)) == [(3, "status 503")] * 2


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("no\0money", "no money"),
        ("no \ud800money", "no  money"),
        ("no\r\nmoney\u2028left\u202e", "no  money left "),
        (None, "without words"),
        ({"of": ["any", "kind"]}, "without words"),
        ("call \u0969\u0966 or +91 90000 00001", "call … or … … …"),
    ],
)
def test_of_the_providers_words_those_stay_that_log_and_database_can_hold(message: object, kept: str) -> None:
    answer = whole(json.dumps({"type": "error", "message": message}).encode())
    with server(answer) as url, pytest.raises(calls.ProviderFailed) as failed:
        send_sms(url)
    assert failed.value.reason == f"refused (200): {kept}"
