"""The few message shapes which Microsoft's worker library takes and gives, as plain objects instead of protobuf."""

from types import SimpleNamespace
from typing import Any


class TypedData(SimpleNamespace):
    """A value under the one field that names its type: `http`, `string`, `bytes` or `json`."""

    def WhichOneof(self, _: str) -> str | None:  # noqa: N802 - protobuf's name
        """The field that is set."""
        return next(iter(vars(self)), None)


class ParameterBinding(SimpleNamespace):
    """A function's argument: `name` and its `data`."""

    def WhichOneof(self, _: str) -> str:  # noqa: N802 - protobuf's name
        """Always `data`: there is no shared memory here."""
        return "data"


class StatusResult(SimpleNamespace):
    """How a request to the worker ended: `status`, and `exception` where it failed."""

    Failure = 0
    Success = 1


class BindingInfo(SimpleNamespace):
    """A binding's type and direction."""

    undefined = 0
    out = 1
    inout = 2


class RpcHttpCookie(SimpleNamespace):
    """A cookie the function sets; its attributes are None or hold a `value`."""

    SameSite = SimpleNamespace(**{"None": "", "Lax": "Lax", "Strict": "Strict", "ExplicitNone": "None"})


def _namespace() -> SimpleNamespace:
    plain = (
        *("FunctionMetadataResponse", "InvocationResponse", "WorkerInitResponse", "WorkerMetadata"),
        *("NullableBool", "NullableDouble", "NullableString", "NullableTimestamp", "Timestamp"),
        *("RpcException", "RpcFunctionMetadata", "RpcHttp", "RpcRetryOptions"),
    )
    shapes: dict[str, Any] = {name: type(name, (SimpleNamespace,), {}) for name in plain}
    own = (TypedData, ParameterBinding, StatusResult, BindingInfo, RpcHttpCookie)
    return SimpleNamespace(**shapes, **{shape.__name__: shape for shape in own})


PROTOS = _namespace()
