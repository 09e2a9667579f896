"""Words the mails Solarium sends: password reset, welcome, channel partner approved (rules.md 7)."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlencode

_LAYOUT = Path(__file__).parent.parent / "assets" / "mail"


@dataclass(frozen=True)
class Mail:
    """A mail ready to send: subject, and the same content as plain text and as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Letter:
    """What a mail says, before it is set: paragraphs, at most one link to follow, a last remark in small print."""

    subject: str
    greeting: str
    paragraphs: tuple[str, ...]
    remark: str
    button: str = ""
    link: str = ""


def password_link(portal_base_url: str, token: str) -> str:
    """Where the portal lets a person choose a password, with the single-use token."""
    return f"{portal_base_url.rstrip('/')}/set-password?{urlencode({'token': token})}"


def password_reset(name: str, link: str, valid_for: timedelta) -> Mail:
    """The answer to a forgotten password."""
    return _mail(
        Letter(
            subject="Reset your Solarium password",
            greeting=f"Hello {name},",
            paragraphs=(
                "We received a request to reset the password of your Solarium account.",
                f"Choose a new one with the link below. It works once, within {_words(valid_for)}.",
            ),
            button="Choose a new password",
            link=link,
            remark="If you did not ask for this, you can ignore this mail: your password stays as it is.",
        )
    )


def welcome(name: str, role: str, link: str, valid_for: timedelta) -> Mail:
    """The first mail to a new KAM or Admin, `role` as a person reads it. It holds a link, never a password."""
    return _mail(
        Letter(
            subject="Welcome to Solarium: set your password",
            greeting=f"Welcome, {name}.",
            paragraphs=(
                f"An account has been created for you at Solarium as {role}.",
                f"Set your own password with the link below. It works once, within {_words(valid_for)}. "
                "After that, sign in with this e-mail address.",
            ),
            button="Set your password",
            link=link,
            remark="If the link no longer works, use “Forgot password” on the sign-in page to get a new one.",
        )
    )


def partner_approved(name: str) -> Mail:
    """The news to a channel partner that it may start."""
    return _mail(
        Letter(
            subject="Your Solarium registration is approved",
            greeting=f"Congratulations, {name}.",
            paragraphs=(
                "Your Solarium registration is approved, and your account is active from now on.",
                "Open the Solarium Partner app and sign in with your registered mobile number. "
                "You can then add leads, prepare quotations and follow your commissions.",
            ),
            remark="You receive this mail because this address was given when registering as a channel partner.",
        )
    )


def _words(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    for unit, size, least in (("day", 24 * 60, 2), ("hour", 60, 1), ("minute", 1, 1)):  # 24 hours say more than a day
        if minutes % size == 0 and minutes >= size * least:
            count = minutes // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    raise ValueError("a link is valid for at least a minute")


def _mail(letter: Letter) -> Mail:
    link = [f"{letter.button}:\n{letter.link}"] if letter.link else []
    text = "\n\n".join([letter.greeting, *letter.paragraphs, *link, letter.remark, "Solarium Green Energy"])
    return Mail(letter.subject, text + "\n", _html(letter))


def _html(letter: Letter) -> str:
    paragraphs = "".join(_template("paragraph").substitute(text=escape(text)) for text in letter.paragraphs)
    button = _template("button").substitute(label=escape(letter.button), link=escape(letter.link))
    return _template("layout").substitute(
        subject=escape(letter.subject),
        preview=escape(letter.paragraphs[0]),
        greeting=escape(letter.greeting),
        paragraphs=paragraphs,
        button=button if letter.link else "",
        remark=escape(letter.remark),
    )


@cache
def _template(name: str) -> Template:
    return Template((_LAYOUT / f"{name}.html").read_text(encoding="utf-8"))
