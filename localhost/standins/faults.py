"""Remembers how a stand-in has been told to fail, and for how many requests."""

from collections.abc import Mapping
from typing import Any, Final

PROVIDERS: Final = ("msg91", "sendgrid")
MODES: Final = ("500", "503", "429", "timeout", "drip", "reset", "halfopen", "error200", "garbage", "empty", "off")


class BadFault(Exception):  # noqa: N818 -- what the caller sent, not an error of ours
    """An order that cannot be understood: field by field, what is wrong."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(str(problems))
        self.problems = problems


class Faults:
    """Per provider a mode, and the number of requests it still holds for; None: until it is switched off."""

    def __init__(self) -> None:
        self._set: dict[str, tuple[str, int | None]] = dict.fromkeys(PROVIDERS, ("off", None))

    def set(self, provider: str, mode: str, count: int | None = None) -> None:
        """Let the provider's next `count` requests fail in this mode."""
        self._set[provider] = (mode, None if mode == "off" else count)

    def order(self, order: object) -> None:
        """Carry out `{"provider", "mode", "count"?}`. Raises BadFault."""
        if not isinstance(order, Mapping):
            raise BadFault({"": "must be a JSON object"})
        if problems := _problems(order):
            raise BadFault(problems)
        self.set(order["provider"], order["mode"], order.get("count"))

    def take(self, provider: str) -> str:
        """The mode for the request that arrives now, which counts as one."""
        mode, left = self._set[provider]
        if left is not None:
            self.set(provider, mode if left > 1 else "off", left - 1)
        return mode

    def as_json(self) -> dict[str, dict[str, Any]]:
        """`{provider: {mode, count}}`; a count of null lasts until it is switched off."""
        return {provider: {"mode": mode, "count": left} for provider, (mode, left) in self._set.items()}


def _problems(order: Mapping[str, object]) -> dict[str, str]:
    count = order.get("count")
    checks = {
        "provider": (order.get("provider") in PROVIDERS, f"one of {', '.join(PROVIDERS)}"),
        "mode": (order.get("mode") in MODES, f"one of {', '.join(MODES)}"),
        "count": (count is None or (type(count) is int and count > 0), "a whole number from 1, or left out"),
    }
    unknown = {name: "unknown field" for name in order if name not in checks}
    return {name: wanted for name, (fine, wanted) in checks.items() if not fine} | unknown
