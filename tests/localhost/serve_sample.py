"""Serves the sample app in a process of its own, which ends on SIGTERM."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from localhost.host import FunctionsHost
from localhost.host.asgi import Receive, Scope, Send

APP = Path(__file__).parent / "sample_app"


async def inbox(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands for the app behind a mount: answers with the path it was given."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


async def main() -> None:
    """Say in one line of JSON where the host is and what it serves, and serve."""
    host = FunctionsHost(
        APP,
        port=0,
        mounts={"/dev": inbox},
        allowed_origins=["https://portal.test"],
        blob_poll_seconds=0.05,
        queue_poll_seconds=0.05,
        max_blob_bytes=1000,
    )
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    await host.start()
    table = [[each.name, each.kind, each.route, sorted(each.methods)] for each in host.functions]
    keys = {"function": host.function_key, "admin": host.admin_key}
    sys.stdout.write(json.dumps({"port": host.port, "functions": table, "keys": keys}) + "\n")
    sys.stdout.flush()
    await stopping.wait()
    await host.stop()


if __name__ == "__main__":
    os.environ.setdefault("SAMPLE_SCHEDULE", "* * * * * *")
    asyncio.run(main())
