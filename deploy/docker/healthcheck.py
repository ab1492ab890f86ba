"""Ask the service in this container how it is: ends with 0 when the path that the argument names answers 200."""

import http
import http.client
import os
import sys

_TIMEOUT_S = 5.0


def main() -> None:
    """Ask, and tell by the exit code."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["SOUNDINGS_PORT"]), timeout=_TIMEOUT_S)
    try:
        connection.request("GET", sys.argv[1])
        answer = connection.getresponse()
        words = answer.read().decode()
    except OSError as error:
        sys.exit(f"does not answer: {error}")
    if answer.status != http.HTTPStatus.OK:
        sys.exit(words)


if __name__ == "__main__":
    main()
