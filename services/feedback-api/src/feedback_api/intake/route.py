"""The route of a door that tells its caller by the source's key and reads its own body."""

from soundings.access.policy import Door
from soundings.http.fast_path import DirectRoute


class SourceRoute(DirectRoute):
    """Only for operations that the policy table opens to sources."""

    door = Door.SOURCE
