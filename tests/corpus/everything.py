"""The whole corpus: what must not pass as it is, and what must."""

from __future__ import annotations

from functools import cache

from tests.corpus import (
    hostile_actions,
    hostile_contents,
    hostile_disguises,
    hostile_images,
    ordinary_images,
    ordinary_producers,
    ordinary_tools,
)
from tests.corpus.sample import Sample

HOSTILE = (hostile_actions, hostile_contents, hostile_disguises, hostile_images)
ORDINARY = (ordinary_images, ordinary_producers, ordinary_tools)


@cache
def hostile() -> list[Sample]:
    """Files that are refused, or of which something dangerous is taken."""
    return [sample for part in HOSTILE for sample in part.samples()]


@cache
def ordinary() -> list[Sample]:
    """Files that are accepted and look the same."""
    return [sample for part in ORDINARY for sample in part.samples()]
