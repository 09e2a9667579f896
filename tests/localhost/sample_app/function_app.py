"""A small app that shows each habit of the Functions host once."""

import json
import time
from typing import Any

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

seen: list[dict[str, Any]] = []
STORAGE = "SAMPLE_STORAGE"


def as_json(value: Any, status: int = 200) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(value), status_code=status, mimetype="application/json")


@app.route("echo/{word}/{number:int?}", methods=["GET", "POST"])
def echo(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """What the function sees of a request."""
    answer = {
        "method": req.method,
        "url": req.url,
        "headers": dict(req.headers),
        "query": dict(req.params),
        "route": dict(req.route_params),
        "body": req.get_body().decode("latin-1"),
        "function": context.function_name,
        "invocation": context.invocation_id,
        "trace": context.trace_context.trace_parent,
    }
    return as_json(answer)


@app.route("things/{thingId}", methods=["GET"])
def a_thing(req: func.HttpRequest) -> func.HttpResponse:
    """Swallows things/summary, for its name comes first."""
    return func.HttpResponse("thing " + req.route_params["thingId"])


@app.route("things/summary", methods=["GET", "PUT"])
def things_summary(req: func.HttpRequest) -> func.HttpResponse:
    """Reached by PUT alone."""
    return func.HttpResponse("summary by " + req.method)


@app.route("things/{thingId}", methods=["GET"])
def z_duplicate(req: func.HttpRequest) -> func.HttpResponse:
    """Dropped: the route is a_thing's."""
    return func.HttpResponse("duplicate")


@app.route("Administration", methods=["GET"])
def administration(req: func.HttpRequest) -> func.HttpResponse:
    """Dropped: the route begins with admin."""
    return func.HttpResponse("reserved")


@app.route("every-method")
def every_method(req: func.HttpRequest) -> func.HttpResponse:
    """Names no methods."""
    return func.HttpResponse(req.method)


@app.route("with-key", auth_level=func.AuthLevel.FUNCTION, methods=["GET"])
def with_key(req: func.HttpRequest) -> func.HttpResponse:
    """Needs a key."""
    return func.HttpResponse("opened")


@app.route("with-admin-key", auth_level=func.AuthLevel.ADMIN, methods=["GET"])
def with_admin_key(req: func.HttpRequest) -> func.HttpResponse:
    """Needs the admin key."""
    return func.HttpResponse("opened")


@app.route("boom", methods=["GET"])
def boom(req: func.HttpRequest) -> func.HttpResponse:
    """Raises."""
    raise RuntimeError("a secret that must not be answered")


@app.route("answer", methods=["GET"])
def answer(req: func.HttpRequest) -> func.HttpResponse:
    """A response with everything in it."""
    headers = {"ETag": '"3"', "Set-Cookie": "taste=sweet; Path=/api; HttpOnly; SameSite=Lax", "Content-Length": "999"}
    return func.HttpResponse(b"\x00\xff", status_code=201, headers=headers, mimetype="application/octet-stream")


@app.route("empty", methods=["GET"])
def empty(req: func.HttpRequest) -> func.HttpResponse:
    """No content."""
    return func.HttpResponse(status_code=204)


@app.route("bad-header", methods=["GET"])
def bad_header(req: func.HttpRequest) -> func.HttpResponse:
    """A header that HTTP does not carry."""
    return func.HttpResponse("x", headers={"X-Name": "सूर्य"})


@app.route("text", methods=["GET"])
def text(req: func.HttpRequest) -> str:
    """A plain string."""
    return "plain"


@app.route("nothing", methods=["GET"])
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    """Forgets to answer."""
    return None  # type: ignore[return-value]


@app.route("coroutine", methods=["GET"])
async def coroutine(req: func.HttpRequest) -> func.HttpResponse:
    """An asynchronous function."""
    return func.HttpResponse("awaited")


@app.route("sleep/{tenths:int}", methods=["GET"])
def sleep(req: func.HttpRequest) -> func.HttpResponse:
    """Takes its time."""
    seen.append({"sleeping": req.url})
    time.sleep(int(req.route_params["tenths"]) / 10)
    return func.HttpResponse("rested")


@app.route("seen", methods=["GET"])
def what_was_seen(req: func.HttpRequest) -> func.HttpResponse:
    """What the triggers brought."""
    return as_json(seen)


@app.blob_trigger("blob", path="%SAMPLE_CONTAINER%/in/{name}", connection=STORAGE, source=func.BlobSource.EVENT_GRID)
def blob_came(blob: func.InputStream) -> None:
    """Notes a blob; fails for a bad one."""
    content = blob.read()
    seen.append({"blob": blob.name, "length": blob.length, "uri": blob.uri, "content": content.decode()})
    if content == b"bad":
        raise ValueError("bad blob")


@app.queue_trigger("message", queue_name="%SAMPLE_QUEUE%", connection=STORAGE)
def message_came(message: func.QueueMessage) -> None:
    """Notes a message; fails for a bad one."""
    body = message.get_body().decode()
    seen.append({"message": body, "id": message.id, "count": message.dequeue_count})
    if body == "bad":
        raise ValueError("bad message")


@app.timer_trigger("timer", schedule="%SAMPLE_SCHEDULE%", run_on_startup=True)
def tick(timer: func.TimerRequest) -> None:
    """Notes the moment."""
    seen.append({"tick": time.time(), "past_due": timer.past_due})
