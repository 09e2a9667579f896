"""Reads the little programs that a PDF computes colours with, as some viewers turn them into code (rules.md 6.4)."""

from __future__ import annotations

import re

# ISO 32000-2, 7.10.5: everything a calculator function may consist of.
_OPERATORS = (
    "abs add atan ceiling cos cvi cvr div exp floor idiv ln log mod mul neg round sin sqrt sub truncate "
    "and bitshift eq false ge gt le lt ne not or true xor if ifelse copy dup exch index pop roll"
)
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_TOKEN = re.compile(rf"(?:{'|'.join(_OPERATORS.split())}|{_NUMBER})(?=[\s{{}}%]|$)|[{{}}]|[\s\0]+|%[^\r\n]*")
_LONGEST, _DEEPEST = 100_000, 32


def is_calculation(program: bytes) -> bool:
    """Whether this is one calculation between braces, and nothing else."""
    text, place, depth = program.decode("latin-1").strip("\0 \t\r\n\f"), 0, 0
    if len(text) > _LONGEST or not text.startswith("{"):
        return False
    while place < len(text):
        token = _TOKEN.match(text, place)
        if not token or (place and not depth and token[0].strip("\0 \t\r\n\f") and token[0][0] != "%"):
            return False
        depth += (token[0] == "{") - (token[0] == "}")
        if depth > _DEEPEST:
            return False
        place = token.end()
    return depth == 0
