"""Monitoring learns of each call to a provider, and nothing of what was sent (integrations.md, Every call)."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from opentelemetry import context, metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from localhost.standins import StandIns
from localhost.standins.standins import running
from shared_code.adapters import bounded_http, calls, msg91
from shared_code.adapters.lane import Busy

PHONE, CODE = "9000000077", "481516"
METER, SPANS = InMemoryMetricReader(), InMemorySpanExporter()


@pytest.fixture(scope="module", autouse=True)
def _sdk() -> None:
    """What the platform sets up where the app is monitored. A process can do so once."""
    metrics.set_meter_provider(MeterProvider([METER]))
    tracing = TracerProvider()
    tracing.add_span_processor(SimpleSpanProcessor(SPANS))
    trace.set_tracer_provider(tracing)


@pytest.fixture
def standins() -> Iterator[StandIns]:
    SPANS.clear()
    with running() as standins:
        yield standins


def send(standins: StandIns, fault: str) -> None:
    standins.faults.set("msg91", fault)
    gateway = msg91.Msg91(standins.msg91_url, "authkey-2342", "t", "t", 10, 0)
    with suppress(calls.ProviderFailed, Busy):
        msg91.send_code(gateway, PHONE, CODE, 120, "r1")


def measured() -> Counter[tuple[Any, ...]]:
    """How many calls were measured so far, by provider, operation and outcome."""
    data = METER.get_metrics_data()
    counts = Counter[tuple[Any, ...]]()
    for resource in data.resource_metrics if data else ():
        [metric] = resource.scope_metrics[0].metrics
        assert (metric.name, metric.unit) == ("solarium.provider.call.duration", "s")
        for point in metric.data.data_points:
            assert isinstance(point, HistogramDataPoint)
            assert set(point.attributes or {}) == {"provider", "operation", "outcome"}
            counts[tuple((point.attributes or {}).values())] = point.count
    return counts


def test_each_call_is_measured_once_whatever_its_attempts_and_its_end(standins: StandIns) -> None:
    before = measured()
    for fault in ("off", "error200", "500", "500", "500", "500", "500", "off", "off"):
        send(standins, fault)
    counts = {"taken": 1, "refused": 1, "failed": 5, "busy": 2}
    assert measured() - before == {("msg91", "sendCode", outcome): count for outcome, count in counts.items()}


@pytest.mark.parametrize(("fault", "status"), [("off", 200), ("503", 503), ("reset", None)])
def test_a_span_carries_the_path_and_neither_query_nor_body(standins: StandIns, fault: str, status: int | None) -> None:
    with trace.get_tracer("test").start_as_current_span("request"):
        send(standins, fault)
    *attempts, request = SPANS.get_finished_spans()
    assert len(attempts) == (1 if fault == "off" else 3)
    for span in attempts:
        known = {"http.request.method": "POST", "server.address": "127.0.0.1", "url.path": "/api/v5/otp"}
        assert span.attributes == known | ({"http.response.status_code": status} if status else {})
        assert (span.name, span.events) == ("POST /api/v5/otp", ())
        assert span.status.description is None
        assert span.parent
        assert span.parent.span_id == request.get_span_context().span_id  # type: ignore[union-attr]


def test_instrumented_client_libraries_make_no_span_of_their_own(
    standins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hold the whole address. They ask the context before they make one."""
    post, asked = bounded_http._post, []

    def instrumented(*given: Any) -> bounded_http.Answer:
        asked.append(context.get_value("suppress_instrumentation"))
        return post(*given)

    monkeypatch.setattr(bounded_http, "_post", instrumented)
    send(standins, "off")
    assert asked == [True]
    assert context.get_value("suppress_instrumentation") is None


def test_without_an_sdk_it_does_nothing_and_says_nothing() -> None:
    script = (
        "from shared_code.adapters import telemetry\n"
        "telemetry.record_call('msg91', 'sendCode', 'taken', 0.1)\n"
        "with telemetry.posting('https://control.msg91.test/api/v5/otp?otp=1'): pass"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
