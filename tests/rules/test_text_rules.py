"""Clean texts, and Indian money in figures and words (api.md 1, rules.md 3.9)."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_code.rules.text import in_words, long_text, one_line, rupees


def test_1_a_text_is_trimmed_and_in_nfc() -> None:
    assert one_line("  Ame\u0301lie श्रीमती \n", 100) == "Am\u00e9lie श्रीमती"
    assert one_line("   ", 100) == ""


@pytest.mark.parametrize("char", ["\x00", "\t", "\x1b", "\x7f", "\x85", "\ud800"])
def test_1_control_characters_are_refused(char: str) -> None:
    for clean in (one_line, long_text):
        with pytest.raises(ValueError, match="control characters"):
            clean(f"a{char}b", 100)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028", "\u2029"])
def test_1_lines_break_only_in_long_texts(line_break: str) -> None:
    assert long_text(f"a{line_break}b", 100) == "a\nb"
    with pytest.raises(ValueError, match="control characters"):
        one_line(f"a{line_break}b", 100)


def test_1_the_length_is_that_of_the_clean_text() -> None:
    assert one_line(" " + "e\u0301" * 100, 100) == "\u00e9" * 100
    assert len(long_text("a" * 2000)) == 2000
    for clean, text in ((one_line, "a" * 101), (long_text, "a" * 101)):
        with pytest.raises(ValueError, match="at most 100 characters"):
            clean(text, 100)


@given(st.text())
def test_1_cleaning_again_changes_nothing(text: str) -> None:
    try:
        clean = long_text(text)
    except ValueError:
        return
    assert clean == clean.strip()
    assert unicodedata.is_normalized("NFC", clean)
    assert long_text(clean) == clean


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "₹0"),
        ("999", "₹999"),
        ("1000", "₹1,000"),
        ("154332.00", "₹1,54,332"),
        ("154332.5", "₹1,54,332.50"),
        ("154332.005", "₹1,54,332.01"),
        ("12345678", "₹1,23,45,678"),
        ("-100000", "-₹1,00,000"),
    ],
)
def test_3_9_rupees_are_grouped_the_indian_way(amount: str, expected: str) -> None:
    assert rupees(Decimal(amount)) == expected


@given(st.decimals(0, 10**11, places=2))
def test_3_9_grouping_only_adds_commas(amount: Decimal) -> None:
    figures = rupees(amount).removeprefix("₹")
    assert Decimal(figures.replace(",", "")) == amount
    head, *groups = figures.split(".")[0].split(",")
    assert 1 <= len(head) <= 3
    assert [len(group) for group in groups] == [2] * (len(groups) - 1) + [3] * bool(groups)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("154332", "one lakh fifty-four thousand three hundred thirty-two rupees"),
        ("69852.50", "sixty-nine thousand eight hundred fifty-two rupees and fifty paise"),
        ("12345678", "one crore twenty-three lakh forty-five thousand six hundred seventy-eight rupees"),
        ("1.01", "one rupee and one paisa"),
        ("0", "zero rupees"),
    ],
)
def test_3_9_rupees_in_words(amount: str, expected: str) -> None:
    assert in_words(Decimal(amount)) == expected
