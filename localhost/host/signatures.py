"""Refuses the functions that Azure's worker refuses: a Python signature that does not fit the binding."""

import inspect
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import azure.functions as func

from .invocation import AppLoadError, FunctionDefinition

# Untyped in the SDK: gives the converter class of a binding type.
_converters: Any = func.get_binding_registry()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Signature:
    """How to call a function: its converters (None: the plain value), and whether it wants the context."""

    decode: Any | None
    encode: Any | None
    returns: type | None
    wants_context: bool


def check_signature(definition: FunctionDefinition, function: Any, bindings: list[Any]) -> Signature:
    """Compare a Python function with its bindings. Raises AppLoadError; one such function stops the whole app."""
    try:
        hints = typing.get_type_hints(function)
    except (NameError, TypeError) as error:
        raise _refused(definition, f"its annotations cannot be read: {error}") from error
    parameters = set(inspect.signature(function).parameters)
    wants_context = "context" in parameters and definition.parameter != "context"
    if wants_context:
        parameters.remove("context")
        if "context" in hints and getattr(hints["context"], "__name__", "") != "Context":
            raise _refused(definition, "its context parameter is not an azure.functions.Context")
    if extra := parameters - {definition.parameter}:
        raise _refused(definition, f"no binding for its parameters {sorted(extra)}")
    if definition.parameter not in parameters:
        raise _refused(definition, f"its binding {definition.parameter!r} is not a parameter of the function")
    output = next((binding for binding in bindings if binding.name == "$return"), None)
    return Signature(
        decode=_input_converter(definition, hints),
        encode=_output_converter(definition, output, hints) if output else None,
        returns=hints.get("return") if output else None,
        wants_context=wants_context,
    )


def _input_converter(definition: FunctionDefinition, hints: Mapping[str, Any]) -> Any | None:
    converter = _converters.get(definition.binding["type"])
    annotation = hints.get(definition.parameter)
    if annotation in {str, bytes}:
        return None
    if annotation is not None and not (
        isinstance(annotation, type) and converter.check_input_type_annotation(annotation)
    ):
        raise _refused(definition, f"{annotation!r} is no annotation for a {definition.binding['type']}")
    return converter


def _output_converter(definition: FunctionDefinition, output: Any, hints: Mapping[str, Any]) -> Any:
    converter = _converters.get(output.type)
    if "return" in hints:
        annotation = hints["return"]
        if not isinstance(annotation, type) or not converter.check_output_type_annotation(annotation):
            raise _refused(definition, f"{annotation!r} is no return annotation for {output.type}")
    return converter


def _refused(definition: FunctionDefinition, reason: str) -> AppLoadError:
    return AppLoadError(f"cannot load the {definition.name} function: {reason}")
