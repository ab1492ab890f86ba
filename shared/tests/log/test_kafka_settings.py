import pytest

from soundings.log.kafka.settings import PASSWORD, USERNAME, KafkaSettings, kafka_settings
from soundings.log.port import BadLogUrl


def test_the_host_part_names_the_servers():
    assert kafka_settings("a:1,b:2", {}, {}) == KafkaSettings("a:1,b:2")


def test_options_come_from_the_url_and_secrets_from_the_environment():
    options = {"security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-512", "replication_factor": "3"}
    settings = kafka_settings("a:1", options, {USERNAME: "me", PASSWORD: "secret"})
    assert (settings.security_protocol, settings.sasl_mechanism) == ("SASL_SSL", "SCRAM-SHA-512")
    assert (settings.sasl_username, settings.sasl_password, settings.replication_factor) == ("me", "secret", 3)


def test_the_url_outranks_the_environment():
    assert kafka_settings("a:1", {"sasl_username": "you"}, {USERNAME: "me"}).sasl_username == "you"


def test_a_secured_connection_checks_the_certificate_and_name_of_the_broker():
    context = kafka_settings("a:1", {"security_protocol": "SSL"}, {}).ssl_context()
    assert context is not None
    assert context.check_hostname
    assert KafkaSettings("a:1").ssl_context() is None


@pytest.mark.parametrize(
    ("servers", "options"),
    [
        ("", {}),
        (",", {}),
        ("a:1", {"colour": "red"}),
        ("a:1", {"servers": "b:2"}),
        ("a:1", {"security_protocol": "TELNET"}),
        ("a:1", {"compression": "7z"}),
        ("a:1", {"deadline": "soon"}),
        ("a:1", {"replication_factor": "1.5"}),
    ],
)
def test_what_makes_no_sense_is_refused(servers, options):
    with pytest.raises(BadLogUrl):
        kafka_settings(servers, options, {})
