"""Runs the app in `azure-functions-runtime`, the library that Azure itself runs for Python 3.13 and newer."""

import importlib
from email.utils import formatdate
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from .invocation import (
    AppLoadError,
    FunctionDefinition,
    FunctionError,
    HttpAnswer,
    Invocation,
    TypedValue,
    Worker,
    define,
    text_answer,
)
from .protos import PROTOS, ParameterBinding, TypedData


class MicrosoftWorker:
    """Drives the library in this process, with plain objects where Azure's host would send protobuf messages."""

    def __init__(self, runtime: Any, functions: list[FunctionDefinition]) -> None:
        self._runtime = runtime
        self.functions = functions

    def start(self) -> None:
        """Start the thread pool, sized by `PYTHON_THREADPOOL_THREAD_COUNT`."""
        self._runtime.start_threadpool_executor()

    def stop(self) -> None:
        """End the thread pool; blocks until running functions have returned."""
        self._runtime.stop_threadpool_executor()

    async def invoke(self, invocation: Invocation) -> HttpAnswer | None:
        """Run the function. Raises FunctionError with the function's traceback."""
        answer = await self._runtime.invocation_request(_request(invocation_request=_message(invocation)))
        if answer.result.status != PROTOS.StatusResult.Success:
            raise FunctionError(answer.result.exception.stack_trace)
        return _http_answer(answer.return_value) if invocation.function.kind == "http" else None


async def load(app_dir: Path) -> Worker:
    """Import and index the app as Azure does. Raises AppLoadError with the library's own reason."""
    runtime = importlib.import_module("azure_functions_runtime")
    init = SimpleNamespace(capabilities={}, function_app_directory=str(app_dir))
    answer = await runtime.worker_init_request(_request(worker_init_request=init))
    if answer.result.status != PROTOS.StatusResult.Success:
        raise AppLoadError(f"{answer.result.exception.message}\n{answer.result.exception.stack_trace}")
    indexed = await runtime.functions_metadata_request(_request())
    results = indexed.function_metadata_results or []
    return MicrosoftWorker(runtime, [define(each.function_id, each.name, each.raw_bindings) for each in results])


def _request(**request: Any) -> SimpleNamespace:
    return SimpleNamespace(request=SimpleNamespace(**request), properties={"host": "127.0.0.1", "protos": PROTOS})


def _message(invocation: Invocation) -> SimpleNamespace:
    function = invocation.function
    return SimpleNamespace(
        invocation_id=invocation.id,
        function_id=function.id,
        input_data=[ParameterBinding(name=function.parameter, data=_typed_data(invocation.data))],
        trigger_metadata={name: _typed_data(value) for name, value in invocation.metadata.items()},
        trace_context=SimpleNamespace(trace_parent=invocation.trace_parent, trace_state="", attributes={}),
        retry_context=SimpleNamespace(retry_count=0, max_retry_count=0, exception=None),
    )


def _typed_data(data: TypedValue) -> TypedData:
    if data.type != "http":
        return TypedData(**{data.type: data.value})
    call = data.value
    return TypedData(
        http=PROTOS.RpcHttp(
            method=call.method,
            url=call.url,
            headers=call.headers,
            query=call.query,
            params=call.params,
            body=TypedData(bytes=call.body),
        )
    )


def _http_answer(returned: TypedData) -> HttpAnswer:
    """A response, or the 200 that carries a plain text."""
    if returned.WhichOneof("data") != "http":
        return text_answer(returned.string)
    http = returned.http
    cookies = [("set-cookie", _set_cookie(cookie)) for cookie in http.cookies or ()]
    return HttpAnswer(int(http.status_code), [*http.headers.items(), *cookies], http.body.bytes)


def _set_cookie(cookie: Any) -> str:
    morsel = SimpleCookie({cookie.name: cookie.value})[cookie.name]
    attributes = {"domain": cookie.domain, "path": cookie.path, "secure": cookie.secure, "httponly": cookie.http_only}
    morsel.update({name: attribute.value for name, attribute in attributes.items() if attribute})
    morsel["samesite"] = cookie.same_site
    if cookie.max_age:
        morsel["max-age"] = int(cookie.max_age.value)
    if cookie.expires:
        morsel["expires"] = formatdate(cookie.expires.value.seconds, usegmt=True)
    return morsel.OutputString()
