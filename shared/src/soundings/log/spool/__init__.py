"""A log that goes on taking records while another one is away: they wait on this machine until it is back."""

from soundings.log.spool.spooled_log import SpooledLog
from soundings.log.spool.store import MAX_BYTES, SpoolDepth, SpoolInUse, SpoolStore

__all__ = ["MAX_BYTES", "SpoolDepth", "SpoolInUse", "SpoolStore", "SpooledLog"]
