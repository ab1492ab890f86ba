"""The demo: a made-up agency whose thirteen weeks go through the public doors like anyone else's."""

from soundings_embedded.demo.agency import AGENCY_ID, AGENCY_NAME, FORM_ID, SERVICE_NAMES

__all__ = ["AGENCY_ID", "AGENCY_NAME", "FORM_ID", "SERVICE_NAMES"]
