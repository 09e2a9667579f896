"""Documents whose objects hang together as nobody would have them: any key, any value, any reference."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.corpus import by_hand
from tests.corpus.mutations import NAMES, PIECES

OBJECTS = 9
ACTIONS = b"/JavaScript /Launch /GoToR /GoToE /URI /GoTo /Named /SubmitForm /Rendition /Thread /Hide".split()
PLACES = b"/OpenAction /AA /A /Next /Names /AcroForm /Outlines /Metadata /X /PieceInfo /Resources".split()
TEXTS = (b"(http://a.test)", b"(file:///a)", b"(\\\\a\\b)", b"(<b>)", b"<FEFF003C0061>", b"(x)", b"()", b"(\200<a)")
WORDS = st.sampled_from([*NAMES, *PIECES[:9], *TEXTS, b"0", b"4", b"-1", b"3.5", b"null", b"true"])
REFERENCES = st.integers(1, OBJECTS + 3).map(lambda number: b"%d 0 R" % number)
CODES = (b"x", b"{ 1 add }", b"{ (x) run }", b"<x:xmpmeta>", b"q 1 0 0 1 0 0 cm Q", b"\xff\xd8\xff\xd9")
FILTERS = (b"", b"/Filter/FlateDecode", b"/Filter/DCTDecode", b"/Filter[/ASCIIHexDecode/JPXDecode]", b"/F 4 0 R")


def dictionary(entries: dict[bytes, bytes]) -> bytes:
    return b"<<" + b" ".join(key + b" " + value for key, value in entries.items()) + b">>"


def deeper(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """What holds others: an array, a dictionary, an action."""
    action = st.tuples(st.sampled_from(ACTIONS), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3))
    return st.one_of(
        st.lists(inner, max_size=4).map(lambda items: b"[" + b" ".join(items) + b"]"),
        st.dictionaries(st.sampled_from([*NAMES, *PLACES]), inner, max_size=4).map(dictionary),
        action.map(lambda made: dictionary({b"/S": made[0]} | made[1])),
    )


VALUES = st.recursive(st.one_of(WORDS, REFERENCES), deeper, max_leaves=12)
ENTRIES = st.dictionaries(st.sampled_from([*NAMES, *PLACES]), VALUES, max_size=4)
STREAMS = st.builds(
    lambda data, entries, packing: by_hand.stream(data, dictionary(entries)[2:-2] + packing),
    st.sampled_from(CODES),
    ENTRIES,
    st.sampled_from(FILTERS),
)


@st.composite
def documents(draw: Any) -> bytes:
    """One page, its catalogue and page with some entries too many, and more objects."""
    catalog, page = (dictionary(draw(st.dictionaries(st.sampled_from(PLACES), VALUES, max_size=2)))[2:-2] for _ in "ab")
    more = draw(st.lists(st.one_of(VALUES, STREAMS), min_size=1, max_size=OBJECTS - 3))
    crowded = by_hand.crowded({20: draw(VALUES), 21: draw(VALUES)})
    return by_hand.document(catalog, b"/Annots[4 0 R 5 0 R]" + page, *more, crowded)
