"""Start a container's program: what ``SOUNDINGS_…_FILE`` names is read into ``SOUNDINGS_…``, and then it takes over.

A secret in a file is seen neither in the description of a container nor in that of the ones beside it.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_PREFIX, _SUFFIX = "SOUNDINGS_", "_FILE"


def with_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with what its files hold; OSError when one cannot be read, ValueError when it is given twice."""
    names = {name for name in environment if name.startswith(_PREFIX) and name.endswith(_SUFFIX) and environment[name]}
    read: dict[str, str] = {}
    for name in sorted(names):
        setting = name.removesuffix(_SUFFIX)
        if environment.get(setting):
            raise ValueError(f"{setting} and {name} are both set; which of them counts?")
        read[setting] = Path(environment[name]).read_text(encoding="utf-8").strip()
    return {name: value for name, value in environment.items() if name not in names} | read


def main() -> None:
    """Become the program that the arguments name."""
    try:
        environment = with_secrets(os.environ)
    except (OSError, ValueError) as error:
        sys.exit(f"start: {error}")
    os.execvpe(sys.argv[1], sys.argv[1:], environment)  # noqa: S606 - the image's own command, without a shell


if __name__ == "__main__":
    main()
