"""The house keeps its layout: who may import whom, where SQL stands, what an import costs, how long things get."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP = sorted([ROOT / "function_app.py", *ROOT.glob("functions/**/*.py"), *ROOT.glob("shared_code/**/*.py")])
EVERYTHING = [*APP, *sorted(ROOT.glob("localhost/**/*.py"))]

LONGEST_FILE, LONGEST_FUNCTION = 250, 40
IMPURE = {
    "asyncio", "io", "logging", "os", "random", "secrets", "shutil", "socket", "subprocess", "threading", "time",
}  # fmt: skip
CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")
STATEMENT = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\b.+\bSET|DELETE\s+FROM|(CREATE|ALTER|DROP)\s+(TABLE|ROLE))\b", re.DOTALL
)
HEAVY = (
    "reportlab", "pikepdf", "PIL", "sendgrid", "argon2", "azure.identity", "azure.storage.blob", "tenacity", "requests",
    "num2words", "opentelemetry",
)  # fmt: skip


def below(folder: str) -> list[Path]:
    return [path for path in APP if path.is_relative_to(ROOT / folder)]


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imports(path: Path) -> list[str]:
    """Every module that the file imports, wherever in it; `from a import b` is both a and a.b."""
    found: list[str] = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += ["." * node.level + str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def room(path: Path) -> str:
    """The file, or the folder of `shared_code` that it stands in; the workflows are one room."""
    top, *rest = path.relative_to(ROOT).with_suffix("").parts
    return f"{top}/{rest[0]}" if top == "shared_code" else top


def room_of(imported: str) -> str | None:
    top, *rest = imported.split(".")
    return f"{top}/{rest[0]}" if top == "shared_code" and rest else None


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def importing(paths: Iterable[Path], *packages: str) -> set[str]:
    return those(paths, lambda path: any(within(module, *packages) for module in imports(path)))


def reading(paths: Iterable[Path], *names: str) -> set[str]:
    """The files that read one of these dotted names, such as `os.environ`, or import it."""

    def reads(path: Path) -> bool:
        attributes = (node for node in nodes(path) if isinstance(node, ast.Attribute))
        return any(ast.unparse(node) in names for node in attributes) or bool(set(names) & set(imports(path)))

    return those(paths, reads)


def those(paths: Iterable[Path], which: Callable[[Path], bool]) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in paths if which(path)}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_rules_import_nothing_but_rules_and_pure_libraries() -> None:
    pure = sorted(set(sys.stdlib_module_names) - IMPURE)
    allowed = ("shared_code.rules", "pydantic", "num2words", *pure)
    rules = below("shared_code/rules")
    assert rules
    assert those(rules, lambda path: not all(within(module, *allowed) for module in imports(path))) == set()


def test_rules_read_no_clock() -> None:
    assert reading(below("shared_code/rules"), *CLOCKS) == set()


def test_no_workflow_imports_another() -> None:
    workflows = below("functions")
    assert workflows
    assert importing(workflows, "functions", "function_app") == set()


def test_the_rooms_stand_on_each_other_and_never_in_a_circle() -> None:
    stands_on: dict[str, set[str]] = {}
    for path in APP:
        stands_on.setdefault(room(path), set()).update(filter(None, map(room_of, imports(path))))
    graph = {each: floor - {each} for each, floor in stands_on.items()}
    assert len(tuple(TopologicalSorter(graph).static_order())) > 20


def test_what_is_deployed_imports_nothing_that_is_not() -> None:
    assert importing(APP, "localhost", "tests", "bench") == set()


def test_only_the_operators_commands_know_the_workflows_from_below() -> None:
    assert importing(below("shared_code"), "functions", "function_app") == {"shared_code/__main__.py"}


def test_only_the_edge_and_the_triggers_know_the_types_of_azure_functions() -> None:
    assert importing(APP, "azure.functions") == {"function_app.py", "shared_code/edge.py", "shared_code/triggers.py"}


def test_only_settings_and_the_operators_commands_read_the_environment() -> None:
    assert reading(APP, "os.environ", "os.getenv") - {"shared_code/settings.py"} == {
        "shared_code/__main__.py",
        "shared_code/adapters/child.py",  # empties it for a child, but for what the loader needs
    }


def test_sql_stands_in_sql_alone() -> None:
    def speaks_sql(path: Path) -> bool:
        texts = [node.value for node in nodes(path) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        calls = [node.func for node in nodes(path) if isinstance(node, ast.Call)]
        executed = any(isinstance(call, ast.Attribute) and call.attr.startswith("execute") for call in calls)
        return executed or any(STATEMENT.search(text) for text in texts)

    speaking = {Path(name).parent.as_posix() for name in those(APP, speaks_sql)}
    assert speaking == {"shared_code/sql"}


def test_files_and_functions_are_short() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in EVERYTHING}
    assert {name: length for name, length in lines.items() if length > LONGEST_FILE} == {}
    lengths = {
        f"{path.relative_to(ROOT)}: {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in EVERYTHING
        for function in functions(path)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_every_module_says_what_it_is_for() -> None:
    assert those(EVERYTHING, lambda path: not ast.get_docstring(module(path))) == set()


def test_what_a_module_offers_says_what_it_does() -> None:
    def silent(path: Path) -> list[str]:
        offered = [node for node in module(path).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        return [node.name for node in offered if not node.name.startswith("_") and not ast.get_docstring(node)]

    assert {str(path): silent(path) for path in APP if silent(path)} == {}


def module(path: Path) -> ast.Module:
    found = nodes(path)[0]
    assert isinstance(found, ast.Module)
    return found


def test_importing_the_app_imports_nothing_heavy() -> None:
    program = "import json, sys, function_app; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True, timeout=60)
    assert [name for name in json.loads(done.stdout) if within(name, *HEAVY)] == []
