"""Settings come from the environment, and say which one is missing."""

import pytest

from catalogue_api.settings import Settings

NEEDED = {
    "SOUNDINGS_LOG_URL": "kafka://broker:9092",
    "SOUNDINGS_DATABASE_URL": "postgresql://db/catalogue",
    "SOUNDINGS_JWKS_URL": "https://id.example.org/jwks.json",
}


def test_what_is_not_given_has_a_default():
    settings = Settings.from_environment({**NEEDED, "SOUNDINGS_TOKEN_ISSUER": ""})
    assert (settings.host, settings.port, settings.token_issuer) == ("127.0.0.1", 8002, None)


def test_what_is_given_is_taken():
    given = {"SOUNDINGS_PORT": "80", "SOUNDINGS_HOST": "0.0.0.0", "SOUNDINGS_TOKEN_AUDIENCE": "soundings"}  # noqa: S104
    settings = Settings.from_environment({**NEEDED, **given})
    assert (settings.host, settings.port, settings.token_audience) == ("0.0.0.0", 80, "soundings")  # noqa: S104


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_missing_is_named(name):
    with pytest.raises(KeyError, match=name):
        Settings.from_environment({key: value for key, value in NEEDED.items() if key != name})
