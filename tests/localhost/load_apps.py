"""Tries to load each given app folder, each in a fork of its own, and prints as JSON why it was refused, or null."""

import asyncio
import json
import os
import sys
from pathlib import Path

# In the parent, so that the forks start in no time.
import azure.functions  # noqa: F401

from localhost.host import AppLoadError
from localhost.host.workers import load_worker


def refusal(app_dir: Path) -> str | None:
    """Why the app in the folder is refused."""
    try:
        asyncio.run(load_worker(app_dir))
    except AppLoadError as error:
        return str(error)
    return None


def main() -> None:
    """Answer for one folder after the other, in their order."""
    answers = []
    for folder in sys.argv[1:]:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writing, json.dumps(refusal(Path(folder))).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            answers.append(json.load(pipe))
        os.waitpid(child, 0)
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main()
