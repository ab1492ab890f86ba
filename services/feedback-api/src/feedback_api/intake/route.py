"""The route of a door that tells its caller by the source's key and reads its own body."""

from soundings.access.policy import AuthScheme
from soundings.http.fast_path import FastPathRoute


class SourceRoute(FastPathRoute):
    """Only for operations that the policy table opens to sources."""

    required_scheme = AuthScheme.SOURCE
