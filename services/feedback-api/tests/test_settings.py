"""Settings come from the environment and nowhere else."""

from pathlib import Path

import pytest

from feedback_api.settings import FeedbackSettings
from soundings.http.access_settings import AccessSettings
from soundings.http.metrics_listener import MetricsAddress

NEEDED = {"SOUNDINGS_LOG_URL": "sqlite:///log.db", "SOUNDINGS_SECRET": "s" * 32, "SOUNDINGS_JWKS_URL": "file:///jwks"}


def test_what_is_not_set_has_its_default():
    settings = FeedbackSettings.from_environment({**NEEDED, "SOUNDINGS_TOKEN_AUDIENCE": ""})
    watched, access = MetricsAddress(9001, required=False), AccessSettings.from_environment({})
    expected = FeedbackSettings("sqlite:///log.db", "s" * 32, "file:///jwks", access=access, metrics=watched)
    assert settings == expected
    assert (settings.host, settings.port) == ("127.0.0.1", 8001)


def test_everything_can_be_set():
    more = {
        "SOUNDINGS_TOKEN_AUDIENCE": "a", "SOUNDINGS_TOKEN_ISSUER": "i", "SOUNDINGS_FORM_LIMIT": "5/second",
        "SOUNDINGS_SPOOL_DIR": "/spool", "SOUNDINGS_SPOOL_MAX_BYTES": "4096",
        "SOUNDINGS_HOST": "0.0.0.0", "SOUNDINGS_PORT": "9",  # noqa: S104 - a container listens everywhere
    }  # fmt: skip
    settings = FeedbackSettings.from_environment({**NEEDED, **more})
    assert (settings.token_audience, settings.token_issuer, settings.form_limit, settings.port) == (
        "a",
        "i",
        "5/second",
        9,
    )
    assert (settings.spool_dir, settings.spool_max_bytes) == (Path("/spool"), 4096)


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_missing_is_named(name):
    with pytest.raises(KeyError, match=name):
        FeedbackSettings.from_environment({key: value for key, value in NEEDED.items() if key != name})


def test_former_secrets_and_place_names_are_lists(tmp_path: Path):
    places = tmp_path / "places.txt"
    places.write_text("Lake Travis\n\n Martin County \n", "utf-8")
    more = {"SOUNDINGS_FORMER_SECRETS": f"{'a' * 32}  {'b' * 32}", "SOUNDINGS_PLACE_NAMES": str(places)}
    settings = FeedbackSettings.from_environment({**NEEDED, **more})
    assert settings.former_secrets == ("a" * 32, "b" * 32)
    assert settings.place_names == {"Lake Travis", "Martin County"}
