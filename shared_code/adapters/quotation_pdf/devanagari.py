"""Writes Devanagari names in their proper shapes: conjuncts, half letters, reph, and the short i before its letter.

A PDF shows glyphs in the order written, but a reader who searches or copies expects the letters in the order spoken.
So each shape is a private character, which the fonts in assets/fonts map to a glyph, and `TEXT` holds what it stands
for. Where signs change places, the letters keep the text of the moved sign: a short i is one shape with the letter it
is drawn before, and a reph stands for nothing.
"""

import re

I_SIGN, HALANT, REPH, RAKAR = "ि", "्", "र्", "्र"
CONSONANT = "[क-ह]"
FIRST_PRIVATE = 0xE000

LETTERS = """
क ख ग घ ङ च छ ज झ ञ ट ठ ड ढ ण त थ द ध न ऩ प फ ब भ म य र ऱ ल ळ ऴ व श ष स ह क़ ख़ ग़ ज़ ड़ ढ़ फ़ य़
क्ष ज्ञ क्र ख्र ग्र घ्र च्र ज्र झ्र ञ्र ण्र त्र थ्र द्र ध्र न्र प्र फ्र ब्र भ्र म्र य्र ल्र व्र श्र ष्र स्र ह्र
क्ष्र ज्ञ्र ङ्य ङ्क ङ्ख ङ्ग ङ्घ ङ्म च्छ छ्य छ्व ट्ट ट्ठ ट्य ठ्ठ ठ्य ड्ड ड्ढ ड्य ढ्ढ ढ्य त्त द्ग द्घ द्द द्द्य द्ध द्ध्य द्ब
द्भ द्म द्य द्व द्व्य न्न प्न ब्ध व्य श्च श्न श्ल श्व ष्ट ष्ट्य ष्ठ ष्ठ्य ह्ण ह्न ह्म ह्म्य ह्य ह्ल ह्व
दु दू दृ रु रू शृ हु हू हृ
"""
HALF_LETTERS = """
क् ख् ग् घ् च् छ् ज् झ् ञ् ण् त् थ् ध् न् प् फ् ब् भ् म् य् ल् व् श् ष् स् ह् ळ् क़् ख़् ग़् ज़् फ़्
क्ष् ज्ञ् त्त् द्य् श्च् श्व् क्र् ख्र् ग्र् घ्र् ज्र् त्र् थ्र् ध्र् न्र् प्र् फ्र् ब्र् भ्र् म्र् व्र् श्र् स्र्
"""
SIGNS = "र् र्ं र्ँ ें ेँ ेर् ेर्ं ैं ैँ ैर् ैर्ं ॅं ॅर् ीं ीँ ीर् ीर्ं"


def _shapes() -> list[tuple[str, str]]:
    """(shape as drawn, text it stands for), in the order of their private characters."""
    letters = [
        (sign + letter, before + letter + after)
        for letter in f"{LETTERS} {HALF_LETTERS} {RAKAR}".split()
        for sign in ("", I_SIGN)
        for before in ("", REPH)
        for after in ("", I_SIGN)
    ]
    return [*letters, *((sign, sign.replace(REPH, "")) for sign in SIGNS.split())]


SHAPES = {chr(FIRST_PRIVATE + n): shape for n, (shape, _) in enumerate(_shapes())}
TEXT = {chr(FIRST_PRIVATE + n): text for n, (_, text) in enumerate(_shapes())}
_PRIVATE = {pair: chr(FIRST_PRIVATE + n) for n, pair in enumerate(_shapes())}


def _one_of(shapes: str) -> str:
    return "(?:" + "|".join(sorted(shapes.split(), key=len, reverse=True)) + ")"


_HALF = re.compile(_one_of(HALF_LETTERS))
_SIGN = re.compile(_one_of(SIGNS) + "|.")
_SYLLABLE = re.compile(
    f"({REPH}(?={CONSONANT}))?((?:{_one_of(HALF_LETTERS)}(?={CONSONANT}))*?)"
    f"({_one_of(LETTERS)})({RAKAR})?(?!{HALANT}{CONSONANT})({I_SIGN})?([ा-ौँ-ः]*)"
)


def shaped(text: str) -> str:
    """The text (NFC) with its syllables in drawing order, as letters and private characters; other scripts as given."""
    return _SYLLABLE.sub(_drawn, text)


def _drawn(syllable: re.Match[str]) -> str:
    reph, halves, letter, rakar, i_sign, signs = (part or "" for part in syllable.groups())
    shapes = [*_HALF.findall(halves), letter, *([rakar] if rakar else [])]
    texts = shapes.copy()
    texts[0] = reph + texts[0]
    texts[-1] += i_sign
    shapes[0] = i_sign + shapes[0]
    ending = signs.rstrip("ँंः")
    above = _SIGN.findall(ending + reph + signs[len(ending) :])
    return "".join(map(_private, shapes, texts)) + "".join(_private(sign, sign.replace(REPH, "")) for sign in above)


def _private(shape: str, text: str) -> str:
    """A character that is drawn as it stands needs no private one."""
    return shape if shape == text and len(shape) == 1 else _PRIVATE[shape, text]
