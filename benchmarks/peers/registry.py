"""Who counts: ourselves and the peers, each with an environment of its own that is made once and kept."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
_CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "soundings" / "peers"
_UV: Final = Path(__file__).parents[2] / ".tools" / "bin" / "uv"
_BUILD_SECONDS: Final = 600


class EnvironmentFailed(RuntimeError):
    """A peer's environment could not be made, for example without access to its registry."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a contestant is started with: Kafka, PostgreSQL, a name of its own, and a folder that outlives a kill."""

    brokers: str
    dsn: str
    group: str
    batch: int
    folder: Path

    def arguments(self) -> Sequence[str]:
        return [self.brokers, self.dsn, self.group, str(self.batch), str(self.folder)]


@dataclass(frozen=True, slots=True)
class Contestant:
    """`prepare` makes its environment; `knows_duplicates` says whether its code looks for them."""

    name: str
    label: str
    prepare: Callable[[], object]
    command: Callable[[Run], Sequence[str]]
    knows_duplicates: bool = False
    is_ours: bool = False
    batch: int = 5_000


def _python(folder: str, name: str, label: str, *words: str, knows_duplicates: bool = False) -> Contestant:
    home = _HERE / folder

    def command(run: Run) -> Sequence[str]:
        return [str(_environment(home) / "bin" / "python"), str(home / "run.py"), *run.arguments(), *words]

    return Contestant(name, label, lambda: _environment(home), command, knows_duplicates)


def _environment(home: Path) -> Path:
    """The virtual environment with a peer's requirements."""
    requirements = home / "requirements.txt"

    def build(folder: Path) -> None:
        _call(str(_UV), "venv", "--quiet", "--relocatable", "--python", sys.executable, str(folder))
        python = str(folder / "bin" / "python")
        _call(str(_UV), "pip", "install", "--quiet", "--python", python, "--requirement", str(requirements))

    return _made(home.name, [requirements], build)


def _streams_command(run: Run) -> Sequence[str]:
    built = _streams()
    jdbc = run.dsn.replace("postgresql://soundings@", "jdbc:postgresql://") + "?user=soundings"
    arguments = [run.brokers, jdbc, *run.arguments()[2:]]
    logging = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    return ["java", "-Xmx1g", logging, "-cp", f"{built}/classes:{built}/libs/*", "peer.Counting", *arguments]


def _streams() -> Path:
    """The Kafka Streams application and what it needs, compiled."""
    home = _HERE / "kafka_streams"
    sources = [home / "pom.xml", *sorted(home.rglob("*.java"))]

    def build(folder: Path) -> None:
        maven = ["mvn", "-q", "-B", "-Dstyle.color=never", "-f", str(home / "pom.xml"), f"-Dbuild.folder={folder}"]
        copy = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder / 'libs'}"]
        _call(*maven, "compile", *copy)

    return _made(home.name, sources, build)


def _made(name: str, sources: Sequence[Path], build: Callable[[Path], None]) -> Path:
    """A folder built from sources, unless it is there. It comes under another name first: half of it never counts."""
    version = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    folder = _CACHE / f"{name}-{version}"
    if not folder.exists():
        half = folder.with_name(f"{folder.name}.{os.getpid()}")
        try:
            build(half)
            half.rename(folder)
        finally:
            shutil.rmtree(half, ignore_errors=True)
    return folder


def _call(*command: str) -> None:
    try:
        subprocess.run(command, check=True, timeout=_BUILD_SECONDS)  # noqa: S603 - our own command lines
    except (OSError, subprocess.SubprocessError) as error:
        raise EnvironmentFailed(f"{command[0]} failed: {error}") from error


def _ours(run: Run) -> Sequence[str]:
    return [sys.executable, str(_HERE / "ours" / "run.py"), *run.arguments()]


OURS: Final = Contestant("soundings", "our worker", lambda: None, _ours, knows_duplicates=True, is_ours=True)
_PLAIN: Final = _python("naive_aiokafka", "aiokafka", "a plain aiokafka consumer with auto-commit")
PEERS: Final = (
    _PLAIN,
    _python("faststream_batch", "faststream", "FastStream, batches, default acknowledgement"),
    _python("faust_streaming", "faust", "faust-streaming, an agent that takes batches"),
    _python("quix_streams", "quix", "Quix Streams, a sink"),
    _python(
        "quix_streams",
        "quix-exactly-once",
        "Quix Streams, exactly-once, a state that knows keys, a sink",
        "exactly-once",
        knows_duplicates=True,
    ),
    Contestant(
        "kafka-streams",
        "Kafka Streams (Java), exactly_once_v2, a store that knows keys, an upsert sink",
        _streams,
        _streams_command,
        knows_duplicates=True,
    ),
)
OUR_DEFAULT: Final = replace(OURS, name="soundings-20k", batch=20_000)
"""How large our own batches grow when nothing else is said. The next one is as large."""
PLAIN_LARGE: Final = replace(_PLAIN, name="aiokafka-20k", batch=20_000)
