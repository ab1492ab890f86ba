"""What a source may say of how its vendors' records are mapped."""

import pytest

SEALED = "sealed:v1:" + "A" * 60
RULE = {"field": "Queue.Name", "value": "Carts", "service_id": "sf-one"}


def source(bodies, *connectors, **more):
    return {**bodies.source(), "accepts": ["interactions"], "connectors": list(connectors), **more}


async def test_a_source_keeps_its_connectors(city, bodies):
    connectors = (
        {"vendor": "amazon-connect", "rules": [RULE], "keep": ["DisconnectReason"]},
        {"vendor": "zendesk", "signing_secret": SEALED},
        {"vendor": "generic-csv", "columns": {"id": "CALL ID"}, "time_zone": "America/New_York", "dates": "day_first"},
    )
    kept = await city.put("sources/mapped", source(bodies, *connectors))
    assert [connector["vendor"] for connector in kept["connectors"]] == ["amazon-connect", "zendesk", "generic-csv"]
    assert kept["connectors"][0]["rules"] == [{**RULE, "topic": []}]


@pytest.mark.parametrize(
    ("connector", "faults"),
    [
        ({"vendor": "five9"}, {"connectors.0.vendor": "literal_error"}),
        ({"vendor": "twilio", "columns": {"id": "x"}}, {"connectors.0.columns": "not_for_vendor"}),
        ({"vendor": "twilio", "signing_secret": SEALED}, {"connectors.0.signing_secret": "not_for_vendor"}),
        ({"vendor": "generic-csv", "time_zone": "Mars"}, {"connectors.0.time_zone": "unknown_time_zone"}),
        ({"vendor": "twilio", "service_id": "other"}, {"connectors.0.service_id": "not_of_source"}),
        ({"vendor": "twilio", "rules": [{**RULE, "service_id": "other"}]},
         {"connectors.0.rules.0.service_id": "not_of_source"}),
        ({"vendor": "twilio", "rules": [RULE, RULE]}, {"connectors.0.rules.1": "duplicate"}),
        ({"vendor": "twilio", "rules": [{"field": "a", "value": "b"}]}, {"connectors.0.rules.0": "says_nothing"}),
        ({"vendor": "twilio", "rules": [{**RULE, "reason": "fun"}]}, {"connectors.0.rules.0.reason": "enum"}),
        ({"vendor": "twilio", "keep": ["a", "a"]}, {"connectors.0.keep.1": "duplicate"}),
    ],
)  # fmt: skip
async def test_a_fault_names_its_place(city, bodies, connector, faults):
    assert await city.faults("sources/mapped", source(bodies, connector)) == faults


async def test_a_vendor_has_one_connector_and_its_source_accepts_interactions(city, bodies):
    twice = source(bodies, {"vendor": "twilio"}, {"vendor": "twilio"})
    assert await city.faults("sources/mapped", twice) == {"connectors.1": "duplicate"}
    silent = source(bodies, {"vendor": "twilio"}, accepts=["responses"])
    assert await city.faults("sources/mapped", silent) == {"accepts": "needs_interactions"}


async def test_a_secret_in_the_clear_is_neither_kept_nor_repeated(city, bodies):
    body = source(bodies, {"vendor": "zendesk", "signing_secret": "hush-hush"})
    answer = await city.call("PUT", "sources/mapped", body)
    assert answer.status_code == 422
    assert "hush-hush" not in answer.text
