"""The house keeps its shape: sizes have maxima, and each layer imports only what it may."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FUNCTION_MAX = 60
FILE_MAX = 400
SOURCES = sorted(
    path
    for root in ("shared/src", "services", "deploy", "benchmarks", "tests")
    for path in (ROOT / root).rglob("*.py")
    if "node_modules" not in path.parts
)
PRODUCT = [path for path in SOURCES if "src" in path.parts]
CORE_FORBIDDEN = {"fastapi", "starlette", "sqlalchemy", "aiokafka", "httpx", "alembic", "uvicorn"}
CORE_NAMES = {"domain", "use_cases", "ports", "errors"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_table(path: Path) -> bool:
    """Tables and migrations may be long."""
    return "migrations" in path.parts or path.stem == "tables"


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", [p for p in SOURCES if not is_table(p)], ids=name_of)
def test_no_function_and_no_file_outgrows_its_maximum(path: Path):
    text = path.read_text()
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_MAX
    ]
    assert long == []
    assert text.count("\n") <= FILE_MAX


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_every_module_says_in_a_sentence_what_it_is(path: Path):
    if path.stat().st_size:
        assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", [p for p in PRODUCT if CORE_NAMES & {p.stem, p.parent.name}], ids=name_of)
def test_domain_and_use_cases_know_no_framework(path: Path):
    assert {module.partition(".")[0] for module in imports(path)} & CORE_FORBIDDEN == set()


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_only_sql_modules_migrations_and_the_shared_database_import_sqlalchemy(path: Path):
    last = path.stem.rpartition("_")[2]
    allowed = last in {"sql", "tables", "rows"} or {"migrations", "db"} & set(path.parts) or path.parent.name == "sql"
    if not allowed:
        assert "sqlalchemy" not in {module.partition(".")[0] for module in imports(path)}


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_only_the_kafka_adapter_imports_aiokafka(path: Path):
    if not (path.parent.name in {"log", "kafka"} and "kafka" in str(path)):
        assert "aiokafka" not in {module.partition(".")[0] for module in imports(path)}


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_no_module_has_a_name_that_says_nothing(path: Path):
    assert path.stem not in {"utils", "helpers", "common", "manager", "misc", "util", "helper"}
