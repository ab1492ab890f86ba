"""Which commands there are: where each is defined, and its summary, without importing any of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_PACKAGE: Final = "soundings_embedded.commands"


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """The module and attribute that define a command; ``summary`` is the first line of its docstring."""

    module: str
    attribute: str
    summary: str


def _entry(module: str, attribute: str, summary: str) -> CommandEntry:
    return CommandEntry(f"{_PACKAGE}.{module}", attribute, summary)


# In the order in which the help lists them. A test compares the summaries with the docstrings.
COMMANDS: Final[Mapping[str, CommandEntry]] = MappingProxyType(
    {
        "serve": _entry(
            "serve", "serve", "Serve everything from one directory: feedback, catalogue and metrics, on one port."
        ),
        "apply": _entry(
            "apply",
            "apply",
            "Declare agencies, departments, services, measures, sources, forms and standards in a file, and apply it.",
        ),
        "import": _entry(
            "import_records",
            "import_records",
            "Import responses, interactions or tallies from a file with a mapping file.",
        ),
        "export": _entry(
            "export",
            "export",
            "Export responses, interactions or the rows of a metric, all pages, to a CSV file or lines of JSON.",
        ),
        "demo": _entry(
            "demo",
            "demo",
            "Send 13 weeks of records of an invented agency through the public APIs, and print the resulting metrics.",
        ),
        "token": _entry(
            "token",
            "tokens",
            "Print a staff token for a person or an internal client; list, revoke and withdraw-key look after them.",
        ),
        "verify": _entry(
            "maintenance",
            "verify",
            "Compute every cell again from the stored facts and compare; changes nothing, and nothing waits meanwhile.",
        ),
        "rebuild": _entry(
            "maintenance",
            "rebuild",
            "Compute every cell again into a new generation, and swap it with the old one in one transaction.",
        ),
        "resume": _entry(
            "maintenance",
            "resume",
            "Count what was parked of a source; without one, let workers go on that stopped for too many dead letters.",
        ),
        "erase": _entry(
            "privacy",
            "erase",
            "Erase everything that an agency has from one person, whatever key their pseudonym was made with.",
        ),
        "rotate": _entry(
            "privacy",
            "rotate",
            "Rotate the key of an agency's subjects: from now on people have "
            "new pseudonyms, unlinked to the ones before.",
        ),
        "redaction": _entry(
            "privacy",
            "redaction",
            "Measure how well redaction finds personal data in the labelled texts, "
            "kind by kind, and show each mistake.",
        ),
        "move": _entry(
            "move",
            "move",
            "Move a home to Kafka and PostgreSQL: copy the log and the databases, and prove that both hold the same.",
        ),
        "backup": _entry(
            "backup",
            "backup",
            "Copy a home, also while it serves: the databases first and the log last, with a manifest of digests.",
        ),
        "restore": _entry(
            "backup",
            "restore",
            "Make a home from a backup, after checking that nothing of it is "
            "missing, changed, or at odds with the rest.",
        ),
        "recover": _entry(
            "recover",
            "recover",
            "Mend a Soundings whose log was lost, made again, trimmed or restored from an older copy.",
        ),
        "doctor": _entry(
            "doctor",
            "doctor",
            "Look at this machine, the home directory and the running server, and say what to do about what is wrong.",
        ),
    }
)
