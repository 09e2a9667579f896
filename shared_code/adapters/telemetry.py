"""What monitoring learns of a call to a third party: how long, how it ended, which path; never what was sent.

Only OpenTelemetry's API is used, which does nothing where no SDK is set up. It loads with the first call.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from opentelemetry.metrics import Histogram
    from opentelemetry.trace import Span

_SCOPE: Final = "solarium"
_BOUNDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2, 3.5, 5, 8, 13, 20)  # seconds; three attempts take 12.5 at most
_SUPPRESS: Final = "suppress_instrumentation"  # what instrumented client libraries look for in their context


def record_call(provider: str, operation: str, outcome: str, seconds: float) -> None:
    """Count a call to a provider, retries included, in the histogram `solarium.provider.call.duration`."""
    _durations().record(seconds, {"provider": provider, "operation": operation, "outcome": outcome})


@contextmanager
def posting(url: str) -> Iterator["Span"]:
    """A span of one POST, in place of the one that an instrumented client library would make, query and all."""
    from opentelemetry import context, trace

    to = urlsplit(url)
    known = {"http.request.method": "POST", "server.address": to.hostname or "", "url.path": to.path}
    tracer = trace.get_tracer(_SCOPE)
    # An exception of `requests` quotes the whole address, so none is recorded.
    with tracer.start_as_current_span(
        f"POST {to.path}", kind=trace.SpanKind.CLIENT, attributes=known, record_exception=False,
        set_status_on_exception=False,
    ) as span:  # fmt: skip
        token = context.attach(context.set_value(_SUPPRESS, True))
        try:
            yield span
        except BaseException:
            span.set_status(trace.StatusCode.ERROR)
            raise
        finally:
            context.detach(token)


@cache
def _durations() -> "Histogram":
    from opentelemetry import metrics

    return metrics.get_meter(_SCOPE).create_histogram(
        "solarium.provider.call.duration",
        "s",
        "Calls to MSG91 and SendGrid, with their retries",
        explicit_bucket_boundaries_advisory=_BOUNDS,
    )
