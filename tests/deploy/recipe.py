"""The recipe of the images, read into stages that tests can ask and follow."""

import re
from dataclasses import dataclass, field

from tests.deploy.programs import ROOT

DOCKERFILE = ROOT / "deploy" / "docker" / "Dockerfile"
TEXT = DOCKERFILE.read_text()


@dataclass
class Stage:
    name: str
    parent: str
    lines: list[tuple[str, str]] = field(default_factory=list)

    def all(self, word: str) -> list[str]:
        """The arguments of an instruction, those of the stages below first."""
        below = STAGES[self.parent].all(word) if self.parent in STAGES else []
        return below + [rest for name, rest in self.lines if name == word]


def stages() -> dict[str, Stage]:
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", TEXT))
    found: dict[str, Stage] = {}
    stage = None
    for line in filter(None, joined.splitlines()):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            parent, _, name = rest.partition(" AS ")
            stage = found[name] = Stage(name, parent)
        elif stage is not None:
            stage.lines.append((word, rest.strip()))
    return found


STAGES = stages()
