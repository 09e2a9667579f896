"""Runs the app on Python 3.11 and 3.12 through the converters of the azure-functions SDK."""

import asyncio
import importlib
import inspect
import os
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import azure.functions as func
from azure.functions.meta import Datum

from .invocation import (
    AppLoadError,
    FunctionError,
    HttpAnswer,
    Invocation,
    TypedValue,
    Worker,
    define,
    text_answer,
)
from .signatures import Signature, check_signature
from .workers import script_file

_thread_local = threading.local()


@dataclass(frozen=True, slots=True)
class TraceContext:
    """W3C trace context of an invocation."""

    trace_parent: str
    trace_state: str = ""


@dataclass(frozen=True, slots=True)
class RetryContext:
    """There are no retry policies here: always the first try."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a function gets that asks for `context`."""

    invocation_id: str
    function_name: str
    function_directory: str
    trace_context: TraceContext
    retry_context: RetryContext = RetryContext()
    thread_local_storage: threading.local = _thread_local


@dataclass(frozen=True, slots=True)
class LoadedFunction:
    """A Python function and how to call it."""

    run: Callable[..., Any]
    is_async: bool
    signature: Signature
    directory: str


class SdkWorker:
    """Calls the functions itself: synchronous ones in its thread pool, coroutines in the host's loop."""

    def __init__(self, indexed: list[Any]) -> None:
        raw = [(each.get_function_name(), each.get_raw_bindings()) for each in indexed]
        self.functions = [define(name, name, bindings) for name, bindings in raw]
        self._loaded: dict[str, LoadedFunction] = {}
        for definition, each in zip(self.functions, indexed, strict=True):
            run = each.get_user_function()
            signature = check_signature(definition, run, each.get_bindings())
            directory = str(Path(inspect.getfile(run)).parent)
            is_async = inspect.iscoroutinefunction(run)
            self._loaded[definition.id] = LoadedFunction(run, is_async, signature, directory)
        self._pool: ThreadPoolExecutor | None = None

    def start(self) -> None:
        """Start the thread pool, sized by `PYTHON_THREADPOOL_THREAD_COUNT`; unset, Python's default as in Azure."""
        count = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
        self._pool = ThreadPoolExecutor(int(count) if count.isdecimal() and int(count) else None)

    def stop(self) -> None:
        """End the thread pool; blocks until running functions have returned."""
        if self._pool:
            self._pool.shutdown()
            self._pool = None

    async def invoke(self, invocation: Invocation) -> HttpAnswer | None:
        """Run the function. Raises FunctionError with the function's traceback."""
        loaded = self._loaded[invocation.function.id]
        try:
            arguments = _arguments(loaded, invocation)
            if loaded.is_async:
                result = await loaded.run(**arguments)
            else:
                call = partial(_run_in_thread, invocation.id, loaded.run, arguments)
                result = await asyncio.get_running_loop().run_in_executor(self._pool, call)
            return _http_answer(loaded.signature, result)
        except Exception as error:
            raise FunctionError(traceback.format_exc()) from error


async def load(_: Path) -> Worker:
    """Import the app's entry file, which must be importable, and index it. Raises AppLoadError."""
    try:
        module = importlib.import_module(Path(script_file()).stem)
        apps = [each for each in vars(module).values() if isinstance(each, func.FunctionRegister)]
        if len(apps) != 1:
            raise AppLoadError(f"{script_file()} must define one FunctionApp, and defines {len(apps)}")
        return SdkWorker(apps[0].get_functions())
    except AppLoadError:
        raise
    except Exception as error:
        raise AppLoadError(f"{script_file()} cannot be indexed\n{traceback.format_exc()}") from error


def _arguments(loaded: LoadedFunction, invocation: Invocation) -> dict[str, Any]:
    definition, signature = invocation.function, loaded.signature
    value = _datum(invocation.data)
    if signature.decode:
        metadata = {name: _datum(each) for name, each in invocation.metadata.items()}
        arguments = {definition.parameter: signature.decode.decode(value, trigger_metadata=metadata)}
    elif value.type == "http":
        raise TypeError("an HTTP request fits neither str nor bytes")
    else:
        arguments = {definition.parameter: value.value}
    if signature.wants_context:
        trace = TraceContext(invocation.trace_parent)
        arguments["context"] = Context(invocation.id, definition.name, loaded.directory, trace)
    return arguments


def _run_in_thread(invocation_id: str, run: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    _thread_local.invocation_id = invocation_id
    try:
        return run(**arguments)
    finally:
        _thread_local.invocation_id = None


def _datum(data: TypedValue) -> Datum:
    if data.type != "http":
        return Datum(data.value, data.type)
    call = data.value
    value: dict[str, Any] = {"method": Datum(call.method, "string"), "url": Datum(call.url, "string")}
    value["body"] = Datum(call.body, "bytes")
    for name, values in (("headers", call.headers), ("query", call.query), ("params", call.params)):
        value[name] = {key: Datum(each, "string") for key, each in values.items()}
    return Datum(value, "http")


def _http_answer(signature: Signature, result: Any) -> HttpAnswer | None:
    if not signature.encode:
        if result is not None:
            raise TypeError("a function without a $return binding returned a value")
        return None
    datum = signature.encode.encode(result, expected_type=signature.returns)
    if datum.type == "string":
        return text_answer(datum.value)
    response = datum.value
    headers = [(name, value.value) for name, value in response["headers"].items()]
    cookies = [("set-cookie", morsel.OutputString()) for jar in response["cookies"] or () for morsel in jar.values()]
    return HttpAnswer(int(response["status_code"].value), [*headers, *cookies], response["body"].value)
