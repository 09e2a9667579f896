"""What the mails say, in both their parts (rules.md 7, integrations.md)."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from shared_code.adapters import mails

VOID = {"meta", "br", "img"}


class Reading(HTMLParser):
    """What a mail client makes of a mail: its text, its tags, and whether each one ends."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self._open = "", set[str](), list[str]()
        self.is_closed = True
        self.feed(html)
        self.close()
        self.is_closed &= not self._open

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.is_closed &= bool(self._open) and self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


LINK = mails.password_link("https://portal.solarium.test/", "a+b/c=")


def test_the_link_carries_the_token_unharmed() -> None:
    assert LINK == "https://portal.solarium.test/set-password?token=a%2Bb%2Fc%3D"


@pytest.mark.parametrize(
    ("mail", "subject", "words"),
    [
        (
            mails.password_reset("Kavita", LINK, timedelta(minutes=30)),
            "Reset your Solarium password",
            "It works once, within 30 minutes.",
        ),
        (
            mails.welcome("Meera", "Key Account Manager", LINK, timedelta(days=2)),
            "Welcome to Solarium: set your password",
            "An account has been created for you at Solarium as Key Account Manager.",
        ),
    ],
)
def test_a_mail_with_a_link_says_the_same_in_both_parts(mail: mails.Mail, subject: str, words: str) -> None:
    assert mail.subject == subject
    assert words in mail.text
    assert words in mail.html
    assert mail.text.count(LINK) == 1
    assert re.findall(r'href="(.*?)"', mail.html) == [LINK]  # the other one is there to be read
    assert mail.html.count(LINK) == 2


def test_an_approved_partner_gets_no_link() -> None:
    mail = mails.partner_approved("Suresh Solar")
    assert mail.subject == "Your Solarium registration is approved"
    assert "Congratulations, Suresh Solar." in mail.text
    assert "http" not in mail.text
    assert "href" not in mail.html


@pytest.mark.parametrize("name", ["<script>alert('1')</script>", '"><img src=x> & ${sons}', "चंद्रिका जोशी", "O’Neil 🌞"])
def test_a_name_is_text_and_never_markup(name: str) -> None:
    for mail in (
        mails.partner_approved(name),
        mails.password_reset(name, LINK, timedelta(minutes=30)),
        mails.welcome(name, "Admin", LINK, timedelta(days=1)),
    ):
        read = Reading(mail.html)
        assert name in mail.text
        assert name in read.text
        assert not read.tags & {"script", "img"}
        assert read.is_closed


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(minutes=1), "within 1 minute."),
        (timedelta(minutes=90), "within 90 minutes."),
        (timedelta(hours=1), "within 1 hour."),
        (timedelta(days=1), "within 24 hours."),
        (timedelta(hours=48), "within 2 days."),
    ],
)
def test_a_span_is_told_in_its_largest_whole_unit(span: timedelta, words: str) -> None:
    assert words in mails.password_reset("K", LINK, span).text


def test_a_mail_loads_nothing_from_anywhere() -> None:
    html = mails.welcome("Suresh", "Admin", LINK, timedelta(days=1)).html
    for way in ("src=", "url(", "@import", "<link", "background="):
        assert way not in html


def test_a_mail_is_made_for_light_and_dark_screens() -> None:
    html = mails.partner_approved("Suresh").html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "@media (prefers-color-scheme: dark)" in html
