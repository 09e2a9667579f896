"""The local host reads host.json and local.settings.json as Azure's tools do."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from localhost.host import AppLoadError
from localhost.host.settings import (
    apply_local_settings,
    connection_string,
    is_disabled,
    read_host_settings,
    resolve,
)


def write(folder: Path, name: str, content: Any) -> Path:
    (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_host_json_without_wishes_means_azures_defaults(tmp_path: Path) -> None:
    settings = read_host_settings(write(tmp_path, "host.json", {"version": "2.0"}))
    assert settings.route_prefix == "api"
    assert (settings.max_concurrent_requests, settings.max_outstanding_requests) == (-1, -1)
    assert settings.function_timeout == 1800
    assert (settings.queue_max_attempts, settings.blob_max_attempts) == (5, 5)


def test_host_json_is_honoured(tmp_path: Path) -> None:
    http = {"routePrefix": "/api/v1/", "maxConcurrentRequests": 32, "maxOutstandingRequests": 200}
    queues = {"maxDequeueCount": 3, "batchSize": 4, "visibilityTimeout": "00:00:30"}
    host = {"version": "2.0", "functionTimeout": "1.02:03:04", "extensions": {"http": http, "queues": queues}}
    settings = read_host_settings(write(tmp_path, "host.json", host))
    assert settings.route_prefix == "api/v1"
    assert (settings.max_concurrent_requests, settings.max_outstanding_requests) == (32, 200)
    assert settings.function_timeout == 86400 + 2 * 3600 + 3 * 60 + 4
    assert (settings.queue_max_attempts, settings.queue_batch_size, settings.queue_retry_seconds) == (3, 4, 30)
    without = read_host_settings(write(tmp_path, "host.json", host | {"functionTimeout": "-1"}))
    assert without.function_timeout is None


@pytest.mark.parametrize("content", [{}, {"version": "1.0"}, [], {"version": "2.0", "functionTimeout": "soon"}])
def test_a_host_json_that_azure_refuses_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(AppLoadError, match=r"host\.json"):
        read_host_settings(write(tmp_path, "host.json", content))


def test_a_missing_host_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(AppLoadError, match=r"host\.json"):
        read_host_settings(tmp_path)


def test_local_settings_yield_to_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE_GIVEN", "from outside")
    monkeypatch.delenv("SAMPLE_NEW", raising=False)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    values = {"SAMPLE_GIVEN": "from the file", "SAMPLE_NEW": "new"}
    apply_local_settings(write(tmp_path, "local.settings.json", {"IsEncrypted": False, "Values": values}))
    assert (os.environ["SAMPLE_GIVEN"], os.environ["SAMPLE_NEW"]) == ("from outside", "new")


def test_local_settings_are_optional_but_not_encrypted(tmp_path: Path) -> None:
    apply_local_settings(tmp_path)
    with pytest.raises(AppLoadError, match="encrypted"):
        apply_local_settings(write(tmp_path, "local.settings.json", {"IsEncrypted": True, "Values": {"A": "x"}}))


def test_references_to_settings_are_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE_CONTAINER", "uploads")
    assert resolve("%SAMPLE_CONTAINER%/{name}") == "uploads/{name}"
    with pytest.raises(AppLoadError, match="SAMPLE_MISSING"):
        resolve("%SAMPLE_MISSING%")


def test_a_connection_is_found_under_azures_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMPLE", "plain")
    assert connection_string({"connection": "SAMPLE"}) == "plain"
    monkeypatch.setenv("AzureWebJobsSAMPLE", "prefixed")
    assert connection_string({"connection": "SAMPLE"}) == "prefixed"
    monkeypatch.setenv("AzureWebJobsStorage", "default")
    assert connection_string({}) == "default"
    with pytest.raises(AppLoadError, match="SAMPLE_MISSING"):
        connection_string({"connection": "SAMPLE_MISSING"})


def test_functions_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AzureWebJobs.tick.Disabled", "true")
    monkeypatch.setenv("AzureWebJobs__tock__Disabled", "1")
    assert [is_disabled(name) for name in ("tick", "tock", "other")] == [True, True, False]
