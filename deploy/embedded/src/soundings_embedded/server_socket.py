"""The socket of the server, opened before anything else starts, so that a port in use is said in one sentence."""

import errno
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import ClassVar

from soundings.kernel.errors import SoundingsError


class AddressUnusable(SoundingsError):
    """This address and port cannot be bound; the message names the reason."""

    code: ClassVar[str] = "address_unusable"


@contextmanager
def listening_socket(host: str, port: int) -> Generator[socket.socket]:
    """A bound TCP socket. Raises AddressUnusable."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressUnusable(f"{host} is no address to listen on: {error}.") from error
    with bound:
        # A restart must not wait for connections in TIME_WAIT.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(address)
            # Two servers may bind one port before either listens; the second must be told now.
            bound.listen(2048)
        except OSError as error:
            raise AddressUnusable(_words(error, host, port)) from error
        yield bound


def _words(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use. Stop what listens there, or choose another with --port."
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}; choose one above 1023 with --port."
    return f"Nobody can listen on {host}, port {port}: {error.strerror}."
