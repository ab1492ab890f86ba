"""Wait until nothing is left in the spool of the feedback-api in this container.

``wait_for_spool.py SETTLE PATIENCE`` waits SETTLE seconds in any case and then for PATIENCE seconds at most. It always
ends with 0: a log that stays away must not keep a node from being emptied, and what is left lies on the spool's own
volume, from which the next process with the same volume carries it on.
"""

import http.client
import os
import sys
import time

_TIMEOUT_S = 5.0
_PAUSE_S = 0.5
_METRIC = "soundings_spool_depth "


def waiting() -> float | None:
    """How many records wait; None while the service does not say."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", int(os.environ.get("SOUNDINGS_METRICS_PORT") or "9001"), timeout=_TIMEOUT_S
    )
    try:
        connection.request("GET", "/metrics")
        lines = connection.getresponse().read().decode().splitlines()
    except OSError:
        return None
    return next((float(line.removeprefix(_METRIC)) for line in lines if line.startswith(_METRIC)), None)


def main() -> None:
    """Wait, and say what is left."""
    settle, patience = float(sys.argv[1]), float(sys.argv[2])
    # Those who send learn a little later than this container that it goes: serve them until they know.
    time.sleep(settle)
    end = time.monotonic() + patience
    while (left := waiting()) and time.monotonic() < end:
        time.sleep(_PAUSE_S)
    sys.stdout.write(f"left in the spool: {'unknown' if left is None else int(left)}\n")


if __name__ == "__main__":
    main()
