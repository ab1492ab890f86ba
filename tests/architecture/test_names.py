"""Names and docstrings are plain technical English, and a name that is searched for is found once.

The minimum of comments of a package may only rise: raise it when the package got better, never lower it.
"""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "shared/src",
    "services/feedback-api/src",
    "services/catalogue-api/src",
    "services/metrics-worker/src",
    "deploy/embedded/src",
    "deploy/cluster/src",
)
MIGRATIONS = "versions"
"""The folder of migrations, whose names are fixed once they were released."""

IMAGES_IN_NAMES = frozenset(
    {"door", "doors", "desk", "house", "room", "rooms", "veil", "curtain", "officer", "speech", "keeper", "lane"}
    | {"letter", "surround", "tell", "told", "tells", "hear", "heard", "hears", "beginnings", "misfit", "workbench"}
    | {"polite", "clues"}
)
TERMS = ("dead_letter",)
"""Terms of the field that contain one of these words."""
IMAGES_IN_TEXT = re.compile(
    r"\b(doors?|house|rooms?|desk|veil|curtain|nobody|somebody|whoever|told|tells|spoken|heard|beside|judged|stood"
    r"|stands)\b",
    re.IGNORECASE,
)
COMMENTS_PER_100_LINES = {
    "shared/src": 3.0,
    "services/feedback-api/src": 1.3,
    "services/catalogue-api/src": 1.6,
    "services/metrics-worker/src": 0.4,
    "deploy/embedded/src": 1.3,
    "deploy/cluster/src": 1.5,
}
FILES_PER_TYPE_NAME = 2
PARTICIPLES = {
    "logging": "the field's word for structured logs, and the name of Python's own module",
    "tracing": "the field's word for distributed traces",
    "rounding": "a noun: the rules by which figures are rounded",
    "rendering": "a noun: templates to HTML",
    "mapping": "a noun: the mapping file of an import",
}
"""Modules that end in -ing and are nouns all the same, each with its reason."""

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def sources(package: str) -> tuple[Path, ...]:
    found = tuple(path for path in sorted((ROOT / package).rglob("*.py")) if MIGRATIONS not in path.parts)
    assert found, f"{package} has no sources"
    return found


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text())))


def shown(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def words_of(name: str) -> frozenset[str]:
    """The words of a name in snake case or camel case, without the terms that are allowed."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    for term in TERMS:
        snake = snake.replace(term, "")
    return frozenset(snake.split("_"))


def names_with_images(package: str) -> Iterator[str]:
    for path in sources(package):
        for node in nodes(path):
            if isinstance(node, Definition) and IMAGES_IN_NAMES & words_of(node.name):
                yield f"{shown(path, node)} {node.name}"


def docstrings_with_images(package: str) -> Iterator[str]:
    for path in sources(package):
        for node in nodes(path):
            if isinstance(node, Definition | ast.Module):
                found = IMAGES_IN_TEXT.search(ast.get_docstring(node) or "")
                if found is not None:
                    yield f"{shown(path, node)} {found[0]}"


def comment_density(package: str) -> float:
    """Comment lines per 100 lines that are not blank; directives for tools do not count."""
    texts = [path.read_text() for path in sources(package)]
    lines = sum(1 for text in texts for line in text.splitlines() if line.strip())
    whole = sum(len(re.findall(r"(?m)^\s*#(?! noqa| type:| pyright|!)", text)) for text in texts)
    trailing = sum(len(re.findall(r"(?m)\S +# (?!noqa|type:|pyright|fmt)", text)) for text in texts)
    return 100 * (whole + trailing) / lines


def test_no_name_is_an_image():
    for package in PACKAGES:
        found = list(names_with_images(package))
        assert found == []


def test_no_docstring_speaks_in_images():
    for package in PACKAGES:
        found = list(docstrings_with_images(package))
        assert found == []


def test_reasons_are_written_as_comments():
    too_few = {name: comment_density(name) for name in PACKAGES if comment_density(name) < COMMENTS_PER_100_LINES[name]}
    assert too_few == {}


def test_a_type_name_is_in_two_files_at_most():
    files: dict[str, list[str]] = defaultdict(list)
    for path in (path for package in PACKAGES for path in sources(package)):
        names = {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)}
        for name in names:
            if not name.startswith("_"):
                files[name].append(str(path.relative_to(ROOT)))
    many = {name: where for name, where in files.items() if len(where) > FILES_PER_TYPE_NAME}
    assert many == {}


def test_a_module_is_a_noun():
    stems = Counter(
        path.stem for package in PACKAGES for path in sources(package) if re.search("[a-z]{3}ing$", path.stem)
    )
    assert stems.keys() <= PARTICIPLES.keys(), sorted(stems.keys() - PARTICIPLES.keys())


def test_the_lists_name_only_what_there_is():
    stems = {path.stem for package in PACKAGES for path in sources(package)}
    assert PARTICIPLES.keys() <= stems
