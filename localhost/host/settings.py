"""Reads the app's host.json, local.settings.json and %SETTING% references as Azure's host does."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .invocation import AppLoadError

_TIME_SPAN = re.compile(r"(?:(?P<days>\d+)\.)?(?P<hours>\d+):(?P<minutes>\d+):(?P<seconds>\d+)")


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What this host honours of host.json. Times in seconds; a count of -1 means without limit."""

    route_prefix: str
    max_concurrent_requests: int
    max_outstanding_requests: int
    function_timeout: float | None
    queue_batch_size: int
    queue_max_attempts: int
    queue_retry_seconds: float
    blob_parallel: int
    blob_max_attempts: int


def read_host_settings(app_dir: Path) -> HostSettings:
    """Read host.json. Raises AppLoadError when it is missing, unreadable or not of version 2.0."""
    host = _read_json(app_dir / "host.json")
    if host.get("version") != "2.0":
        raise AppLoadError('host.json must say "version": "2.0"')
    extensions = host.get("extensions", {})
    http, queues, blobs = (extensions.get(name, {}) for name in ("http", "queues", "blobs"))
    return HostSettings(
        route_prefix=str(http.get("routePrefix", "api")).strip("/"),
        max_concurrent_requests=int(http.get("maxConcurrentRequests", -1)),
        max_outstanding_requests=int(http.get("maxOutstandingRequests", -1)),
        function_timeout=_seconds(host.get("functionTimeout", "00:30:00")),
        queue_batch_size=int(queues.get("batchSize", 16)),
        queue_max_attempts=int(queues.get("maxDequeueCount", 5)),
        queue_retry_seconds=_seconds(queues.get("visibilityTimeout", "00:00:00")) or 0.0,
        blob_parallel=int(blobs.get("maxDegreeOfParallelism", 8)),
        blob_max_attempts=int(blobs.get("poisonBlobThreshold", 5)),
    )


def apply_local_settings(app_dir: Path) -> None:
    """Put `Values` of local.settings.json, where there is one, into the environment. What is set there already wins."""
    path = app_dir / "local.settings.json"
    if not path.exists():
        return
    local = _read_json(path)
    if local.get("IsEncrypted"):
        raise AppLoadError("local.settings.json is encrypted; this host reads plain ones")
    for name, value in local.get("Values", {}).items():
        os.environ.setdefault(name, str(value))


def resolve(text: str) -> str:
    """Replace every %NAME% by that setting. Raises AppLoadError naming one that is missing."""
    return re.sub("%([^%]+)%", lambda found: _setting(found[1]), text)


def connection_string(binding: Mapping[str, Any]) -> str:
    """The storage connection string a binding names. As in Azure, `AzureWebJobs<name>` wins over `<name>`."""
    name = binding.get("connection") or "Storage"
    return os.environ.get(f"AzureWebJobs{name}") or _setting(name)


def is_disabled(function_name: str) -> bool:
    """Whether `AzureWebJobs.<function>.Disabled` (or with `__` for the dots) switches the function off."""
    names = (f"AzureWebJobs.{function_name}.Disabled", f"AzureWebJobs__{function_name}__Disabled")
    return any(os.environ.get(name, "").lower() in {"1", "true"} for name in names)


def _setting(name: str) -> str:
    if name not in os.environ:
        raise AppLoadError(f"the app needs the setting {name}, which is not set")
    return os.environ[name]


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise AppLoadError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise AppLoadError(f"{path.name} must hold one JSON object")
    return content


def _seconds(time_span: str) -> float | None:
    """`[d.]hh:mm:ss` in seconds; None for `-1`, which means without limit."""
    if time_span == "-1":
        return None
    found = _TIME_SPAN.fullmatch(time_span)
    if not found:
        raise AppLoadError(f"host.json: {time_span!r} is not a time span like 00:05:00")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
