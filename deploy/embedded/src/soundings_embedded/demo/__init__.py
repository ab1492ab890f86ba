"""The demo: thirteen weeks of an invented agency, sent through the public APIs."""

from soundings_embedded.demo.agency import AGENCY_ID, AGENCY_NAME, FORM_ID, SERVICE_NAMES

__all__ = ["AGENCY_ID", "AGENCY_NAME", "FORM_ID", "SERVICE_NAMES"]
