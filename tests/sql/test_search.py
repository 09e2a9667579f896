"""A search finds what a plain look at every name, phone and id finds, by index (decision 0012)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_code.sql import commission_views, lead_views, people, quotation_views
from shared_code.sql.pool import Db
from tests import rows
from tests.world import ADMIN, World

WORD = re.compile(r"[0-9a-z\x80-\U0010ffff]+|[\x21-\x7e]")  # letters and digits; every other ASCII sign by itself
LETTERS = "aAbBpPéÉшШ अमितिशाह्0198'%_\\.-&("

Page = Callable[[Db, Any], Any]
LISTS: dict[str, tuple[str, Page]] = {
    "leads": ("leadId", lambda db, wish: lead_views.page(db, ADMIN, lead_views.Wanted(**wish), True)),
    "customers": ("customerId", lambda db, wish: people.customers(db, ADMIN, people.Wanted(**wish))),
    "quotations": (
        "quotationReference",
        lambda db, wish: quotation_views.page(db, ADMIN, quotation_views.Wanted(**wish)),
    ),
    "commissions": ("commissionId", lambda db, wish: commission_views.page(db, ADMIN, commission_views.Wanted(**wish))),
}


@dataclass(frozen=True)
class Person:
    """A customer with a lead, a quotation and a commission; `ids` by list."""

    name: str
    phone: str
    ids: dict[str, str]

    def is_looked_for(self, kind: str, sought: str) -> bool:
        """A plain look. A phone is looked at where people are listed."""
        texts = [self.name, self.phone] if kind in ("leads", "customers") else [self.name]
        return sought.upper() == self.ids[kind] or any(has(text.lower(), sought.lower()) for text in texts)


def has(text: str, sought: str) -> bool:
    """Of more than two letters anywhere, of one or two where a word begins."""
    words = WORD.findall(text) if len(sought) < 3 else []
    begins = all(any(word.startswith(part) for word in words) for part in WORD.findall(sought))
    return sought in text and (begins or len(sought) > 2)


def moved_in(world: World, name: str, phone: str) -> Person:
    customer_id = rows.customer(world)
    lead_id, commission_id = rows.executed(world)
    named = "SET {} = %s, phone = %s WHERE {} = %s"
    world.owner.execute(f"UPDATE user_account {named.format('name', 'user_id')}", [name, phone, customer_id])
    world.owner.execute(f"UPDATE lead {named.format('customer_name', 'lead_id')}", [name, phone, lead_id])
    reference = world.value("SELECT quotation_ref FROM lead WHERE lead_id = %s", lead_id)
    ids = {"leads": lead_id, "customers": customer_id, "quotations": reference, "commissions": commission_id}
    return Person(name, phone, ids)


def found(world: World, kind: str, sought: str) -> set[str]:
    """The ids in the list, found by index although there are few rows."""
    row_id, page = LISTS[kind]
    world.owner.execute("SET LOCAL enable_seqscan = off")
    data = page(world.owner, {"offset": 0, "limit": 100, "search": sought}).fetchone()
    assert data["total"] == len(data["items"])
    return {item[row_id] for item in data["items"]}


names = st.text(LETTERS, min_size=1, max_size=20).map(str.strip).filter(bool)
phones = st.from_regex(r"[6-8][0189]{9}", fullmatch=True)  # those of others here begin with 9
crowds = st.lists(st.tuples(names, phones), min_size=1, max_size=4, unique_by=lambda person: person[1])


@settings(max_examples=60)
@given(crowds, names, st.data())
def test_a_search_finds_what_a_plain_look_finds(
    world: World, crowd: list[tuple[str, str]], other: str, data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from([text for person in crowd for text in person]))
    start, length = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(1, 6))
    part = text[start : start + length].strip() or "a"
    sought = data.draw(st.sampled_from([part, part.swapcase(), other[:length].strip()]))
    with world.owner.transaction(force_rollback=True):
        persons = [moved_in(world, name, phone) for name, phone in crowd]
        for kind in LISTS:
            expected = {person.ids[kind] for person in persons if person.is_looked_for(kind, sought)}
            assert found(world, kind, sought) & {person.ids[kind] for person in persons} == expected, kind


@settings(max_examples=100)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30), st.data())
def test_a_text_has_all_the_pieces_of_its_parts(world: World, text: str, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    assert world.value("SELECT pieces(%s) @> pieces(%s)", text, text[start:end])


NAMES = (
    "Pravin Patel", "Deepa Rao", "O'Brien & Sons", "100% Solar", "under_score", "back\\slash", "अमित शाह", "Zoë Sá",
    "Solank Lanka",
)  # fmt: skip
EXAMPLES = [
    ("pat", {"Pravin Patel"}), ("vin pa", {"Pravin Patel"}), ("eepa", {"Deepa Rao"}), ("vinpa", set()),
    ("solanka", set()),  # all of its pieces are there
    ("pa", {"Pravin Patel"}), ("ep", set()), ("r", {"Deepa Rao"}),
    ("br", {"O'Brien & Sons"}), ("o'b", {"O'Brien & Sons"}), ("'", {"O'Brien & Sons"}), ("& s", {"O'Brien & Sons"}),
    ("%", {"100% Solar"}), ("_", {"under_score"}), ("\\", {"back\\slash"}), ("___", set()), ("%%%", set()),
    ("r_s", {"under_score"}), ("शाह", {"अमित शाह"}), ("मित", {"अमित शाह"}), ("शा", {"अमित शाह"}), ("मि", set()),
    ("zoË", {"Zoë Sá"}), ("SÁ", {"Zoë Sá"}), ("97800", set(NAMES)), ("9780000003", {"100% Solar"}), ("000", set(NAMES)),
    ("0", set()), ("1", {"100% Solar"}),
]  # fmt: skip


@pytest.mark.parametrize(("sought", "expected"), EXAMPLES)
def test_many_letters_are_found_anywhere_few_where_a_word_begins(world: World, sought: str, expected: set[str]) -> None:
    with world.owner.transaction(force_rollback=True):
        persons = [moved_in(world, name, f"978000000{number}") for number, name in enumerate(NAMES)]
        for kind in ("leads", "customers"):
            listed = found(world, kind, sought)
            assert {person.name for person in persons if person.ids[kind] in listed} == expected, kind


@pytest.mark.parametrize("kind", LISTS)
def test_an_id_is_found_whole_in_any_case(world: World, kind: str) -> None:
    with world.owner.transaction(force_rollback=True):
        row_id = moved_in(world, "Deepa Rao", "9780000004").ids[kind]
        assert found(world, kind, row_id.lower()) == {row_id}
        assert row_id not in found(world, kind, row_id[:-1])
