"""Loads the app into the worker that fits this Python: Microsoft's own from 3.13 on, the SDK's converters before."""

import importlib
import os
import sys
from pathlib import Path

from .invocation import AppLoadError, Worker

_loaded: dict[Path, Worker] = {}


async def load_worker(app_dir: Path) -> Worker:
    """Import and index the app in `app_dir`, once; a second call gives the same worker, which can be started again.

    The app's modules and the SDK's list of functions live as long as the process, so one process serves one app.
    Raises AppLoadError with the reason when the app is refused.
    """
    app_dir = app_dir.resolve()
    if app_dir not in _loaded:
        _make_importable(app_dir)
        name = "microsoft_worker" if sys.version_info >= (3, 13) else "sdk_worker"
        module = importlib.import_module(f".{name}", __package__)
        _loaded[app_dir] = await module.load(app_dir)
    return _loaded[app_dir]


def script_file() -> str:
    """The app's entry file, as `PYTHON_SCRIPT_FILE_NAME` names it."""
    return os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")


def _make_importable(app_dir: Path) -> None:
    script = app_dir / script_file()
    if not script.is_file():
        raise AppLoadError(f"{script.name} is missing in {app_dir.name}")
    imported = sys.modules.get(script.stem)
    if imported and Path(imported.__file__ or "").resolve() != script:
        raise AppLoadError(f"this process has another {script.name} loaded; serve each app in a process of its own")
    if str(app_dir) not in sys.path:
        sys.path.insert(0, str(app_dir))
