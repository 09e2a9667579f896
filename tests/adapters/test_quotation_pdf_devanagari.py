"""Devanagari in its proper shapes, and still the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_code.adapters.quotation_pdf.devanagari import SHAPES, TEXT, shaped
from shared_code.adapters.quotation_pdf.fonts import characters, printable


def drawn(text: str) -> list[str]:
    """The shapes in the order in which they are drawn."""
    return [SHAPES.get(character, character) for character in shaped(text)]


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("कल", ["क", "ल"]),
        ("कि", ["िक"]),
        ("श्री", ["श्र", "ी"]),
        ("शर्मा", ["श", "म", "ा", "र्"]),
        ("धर्मेंद्र", ["ध", "म", "ेर्ं", "द्र"]),
        ("मूर्ति", ["म", "ू", "ित", "र्"]),
        ("क्षत्रिय", ["क्ष", "ित्र", "य"]),
        ("शक्ति", ["श", "िक्", "त"]),
        ("राष्ट्र", ["र", "ा", "ष्ट", "्र"]),
        ("लक्ष्मी", ["ल", "क्ष्", "म", "ी"]),
        ("सम्यक्", ["स", "म्", "य", "क", "्"]),
        ("Rao 12", ["R", "a", "o", " ", "1", "2"]),
    ],
)
def test_draws_syllables_in_their_shapes(text: str, shapes: list[str]) -> None:
    assert drawn(text) == shapes


@given(st.text(st.sampled_from("कगचजटतदनपमयरलवशषसहक्ष्ज्ञ्र्र्ििाीुूेैोौंँः़ऽ A1")))
def test_shaping_keeps_the_text(text: str) -> None:
    assert "".join(TEXT.get(character, character) for character in shaped(text)) == text


def test_the_fonts_have_every_shape() -> None:
    characters()
    from reportlab.pdfbase.pdfmetrics import getFont  # type: ignore[import-untyped]

    for name in ("NotoSans", "NotoSans-Bold"):
        assert set(map(ord, SHAPES)) - getFont(name).face.charToGlyph.keys() == set()


def test_a_private_character_of_the_caller_is_no_shape() -> None:
    assert printable(f"a{next(iter(TEXT))}b") == "ab"
