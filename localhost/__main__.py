"""The commands of the local platform: `python -m localhost run`, `demo`, `reset`, `database`, ... (running.md)."""

import argparse
import asyncio
import logging
import os
import socket
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

from localhost import machine
from localhost.child import end_in_order
from localhost.children import StartError
from localhost.postgres import Postgres

ANNOUNCEMENT = """
API        {url}/api/v1
reference  {url}/api/v1/docs
inbox      {url}/dev/inbox

demo accounts
  Admin              admin@solarium.test, password Solarium#2026
  KAM 1, KAM 2       kam1@solarium.test, kam2@solarium.test, same password
  partners, active   9000000001 and 9000000002 (of KAM 1), 9000000003 (of KAM 2)
  partner, pending   9000000009
  customer           9000000101, with one lead of 9000000001
Codes are read in the inbox.

ready {url}"""

say = partial(print, flush=True)


def main() -> None:
    """Run the command that the command line names. Where it cannot, say why and what to do, and exit 1."""
    commands = {
        "run": run,
        "demo": demo,
        "reset": reset,
        "database": database,
        "pictures": pictures,
        "data-model": data_model,
    }
    parser = argparse.ArgumentParser(prog="python -m localhost", description=__doc__)
    parser.add_argument("command", choices=commands)
    command = commands[parser.parse_args().command]
    end_in_order()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        command()
    except StartError as error:
        sys.exit(f"Cannot go on. {error}")
    except PermissionError as error:
        sys.exit(f"Cannot go on. {error}. Has another user used this DATA_DIR? Set it to another folder.")
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit("Stopped.")


def run() -> None:
    """Serve the whole app on PORT, with the data of DATA_DIR, until Ctrl-C, SIGTERM or the end of our parent."""
    from localhost.serve import until_ended

    port = _port()
    logging.getLogger("solarium").setLevel(logging.INFO)
    with machine.own_folder(_data_dir()):
        _check_free(port)
        with machine.started(_data_dir(), _environment(), say) as ground:
            say("Starting the app")
            try:
                asyncio.run(until_ended(ground, port, lambda url: say(ANNOUNCEMENT.format(url=url))))
            except (KeyboardInterrupt, asyncio.CancelledError):
                say("\nStopping")
    say("Stopped.")


def demo() -> None:
    """Play the main job through the API of the app on PORT or, where none answers, of one started for it."""
    from localhost.demo import play

    machine.mark(_data_dir())
    out, url = _data_dir() / "demo", f"http://localhost:{_port()}"
    out.mkdir(exist_ok=True)
    if _answers(url):
        play(url, out)
        return
    say(f"No app answers at {url}: starting one for the demo")
    _beside_an_app(lambda own: play(own, out))


def _beside_an_app(play: Callable[[str], object]) -> None:
    """Play against an app that is there for this alone, with data that nobody keeps."""
    from localhost.serve import while_playing

    own = {name: value for name, value in _environment().items() if name not in machine.SERVERS}
    with (
        tempfile.TemporaryDirectory(prefix="solarium-demo-") as folder,
        machine.started(Path(folder), own, say) as ground,
    ):
        asyncio.run(while_playing(ground, play))


def reset() -> None:
    """Delete what DATA_DIR holds."""
    machine.reset(_data_dir())
    say(f"{_data_dir()} is empty.")


def database() -> None:
    """Print the owner's URL of the database that a running app keeps in DATA_DIR."""
    say(Postgres(_data_dir() / "postgres").found().owner_url())


def pictures() -> None:
    """Draw the pages of a quotation of the sample catalogue, and the reference page, into docs/."""
    from localhost.chromium import installed
    from localhost.pictures import DOCS, draw
    from localhost.reference_page import pictured

    drawn = draw()
    if browser := installed():
        _beside_an_app(lambda url: drawn.append(pictured(browser, url, DOCS)))
    for path in drawn:
        say(f"{path}, {path.stat().st_size} bytes")
    if not browser:
        say("The reference page was not drawn: there is no Chromium here.")


def data_model() -> None:
    """Draw the data model that the migrations make into docs/data-model.md."""
    from localhost.data_model import write

    say(f"{write()} is drawn.")


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if value}


def _data_dir() -> Path:
    return Path(os.environ.get("DATA_DIR") or ".local").resolve()


def _port() -> int:
    given = os.environ.get("PORT") or "7071"
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise StartError(f"PORT must be a port number, not {given!r}.")
    return int(given)


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StartError(f"Port {port}: {error.strerror}. Set PORT to a free one: make run PORT=7072") from None


def _answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{url}/api/v1/health/live", timeout=3) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    main()
