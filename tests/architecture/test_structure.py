"""The house keeps its shape: sizes have maxima, and each layer imports only what it may."""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FUNCTION_MAX = 60
FILE_MAX = 400
SOURCES = sorted(
    path
    for root in ("shared", "services", "deploy", "benchmarks", "tests")
    for path in (ROOT / root).rglob("*.py")
    if "node_modules" not in path.parts
)
PRODUCT = [path for path in SOURCES if "src" in path.parts]
CORE_FORBIDDEN = {"fastapi", "starlette", "sqlalchemy", "aiokafka", "httpx", "alembic", "uvicorn"}
CORE_NAMES = {"domain", "use_cases", "ports", "errors"}
WANTED = ast.FunctionDef | ast.AsyncFunctionDef | ast.Import | ast.ImportFrom
NAMELESS = {"utils", "helpers", "common", "manager", "misc", "util", "helper"}


def faults(paths: Iterable[Path], fault: Callable[[Path], object]) -> dict[str, object]:
    """What is wrong with each file that has something wrong with it."""
    found = {str(path.relative_to(ROOT)): fault(path) for path in paths}
    assert found
    return {name: wrong for name, wrong in found.items() if wrong}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """The definitions and imports of a file, wherever they stand."""
    return tuple(node for node in ast.walk(tree(path)) if isinstance(node, WANTED))


@cache
def imports(path: Path) -> frozenset[str]:
    """The packages that a file imports from."""
    return frozenset(module.partition(".")[0] for module in imported(path))


def imported(path: Path) -> Iterator[str]:
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def is_table(path: Path) -> bool:
    """Tables and migrations may be long."""
    return "migrations" in path.parts or path.stem == "tables"


def too_long(path: Path) -> list[str]:
    functions = [node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    long = [f"{name}: {lines} lines" for name, lines in lengths.items() if lines > FUNCTION_MAX]
    lines = path.read_text().count("\n")
    return long + ([f"{lines} lines"] if lines > FILE_MAX else [])


def test_no_function_and_no_file_outgrows_its_maximum():
    assert faults((path for path in SOURCES if not is_table(path)), too_long) == {}


def test_every_module_says_in_a_sentence_what_it_is():
    assert faults(PRODUCT, lambda path: path.stat().st_size and not ast.get_docstring(tree(path))) == {}


def test_domain_and_use_cases_know_no_framework():
    core = [path for path in PRODUCT if CORE_NAMES & {path.stem, path.parent.name}]
    assert faults(core, lambda path: imports(path) & CORE_FORBIDDEN) == {}


def test_only_sql_modules_migrations_and_the_shared_database_import_sqlalchemy():
    def outside(path: Path) -> bool:
        last = path.stem.rpartition("_")[2]
        return not (
            last in {"sql", "tables", "rows"} or {"migrations", "db"} & set(path.parts) or path.parent.name == "sql"
        )

    assert faults(filter(outside, PRODUCT), lambda path: "sqlalchemy" in imports(path)) == {}


def test_only_the_kafka_adapter_imports_aiokafka():
    def outside(path: Path) -> bool:
        return not (path.parent.name in {"log", "kafka"} and "kafka" in str(path))

    assert faults(filter(outside, PRODUCT), lambda path: "aiokafka" in imports(path)) == {}


def test_no_module_has_a_name_that_says_nothing():
    assert faults(PRODUCT, lambda path: path.stem in NAMELESS) == {}
