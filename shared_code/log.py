"""One structured line per event, for people who operate this: ids and facts, never personal data (rules.md 8)."""

import json
import logging

_logger = logging.getLogger("solarium")


def event(name: str, *, level: int = logging.INFO, error: BaseException | None = None, **facts: object) -> None:
    """Write `{"event": name, ...facts}`. An error adds its type and its trace, not its words: they may quote a row."""
    if error is not None:
        facts |= {"error": type(error).__name__, "trace": _places(error)}
    _logger.log(level, json.dumps({"event": name} | facts, default=str, ensure_ascii=False))


def _places(error: BaseException) -> list[str]:
    """Where it was raised, outermost first."""
    places, step = [], error.__traceback__
    while step is not None:
        places.append(
            f"{step.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{step.tb_lineno} {step.tb_frame.f_code.co_name}"
        )
        step = step.tb_next
    return places[-12:]
