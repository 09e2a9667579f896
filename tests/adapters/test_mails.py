"""What the mails say, in both their parts (rules.md 7, integrations.md)."""

from datetime import timedelta

import pytest

from shared_code.adapters import mails

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
    assert LINK in mail.text
    assert f'href="{LINK}"' in mail.html


def test_an_approved_partner_gets_no_link() -> None:
    mail = mails.partner_approved("Suresh Solar")
    assert mail.subject == "Your Solarium registration is approved"
    assert "Congratulations, Suresh Solar." in mail.text
    assert "http" not in mail.text
    assert "href" not in mail.html


def test_a_name_is_text_and_never_markup() -> None:
    mail = mails.partner_approved("<img src=x> & ${sons}")
    assert "&lt;img src=x&gt; &amp; ${sons}" in mail.html
    assert "<img" not in mail.html
    assert "<img src=x> & ${sons}" in mail.text


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(minutes=1), "within 1 minute."),
        (timedelta(minutes=90), "within 90 minutes."),
        (timedelta(hours=1), "within 1 hour."),
        (timedelta(hours=48), "within 2 days."),
    ],
)
def test_a_span_is_told_in_its_largest_whole_unit(span: timedelta, words: str) -> None:
    assert words in mails.password_reset("K", LINK, span).text


def test_a_mail_loads_nothing_from_anywhere() -> None:
    html = mails.partner_approved("Suresh").html
    assert "src=" not in html
    assert "url(" not in html
