"""A declaration is compared with what is there, default by default, and applied a second time changes nothing."""

from pathlib import Path

import pytest
import yaml

from soundings_embedded.catalogue_apply.domain import BadDeclaration, apply_step_of, iter_declared

CITY = Path(__file__).resolve().parents[4] / "docs" / "examples" / "city.yaml"
AGENCY = {"name": {"en": "City"}, "time_zone": "UTC"}


def test_entities_come_in_an_order_in_which_they_may_refer_to_each_other():
    kinds = [entities for entities, _, _ in iter_declared(yaml.safe_load(CITY.read_text()))]
    assert kinds == sorted(
        kinds, key=["agencies", "departments", "services", "measures", "sources", "forms", "standards"].index
    )


def test_what_is_not_there_or_retired_is_created():
    assert apply_step_of("agencies", "city", AGENCY, None).action == "create"
    assert apply_step_of("agencies", "city", AGENCY, {**AGENCY, "id": "city", "state": "retired"}).action == "create"


def test_defaults_that_the_server_fills_in_are_no_change():
    there = {**AGENCY, "id": "city", "state": "active", "revision": 3, "suppression_threshold": 11}
    assert apply_step_of("agencies", "city", AGENCY, there).action == "keep"


def test_a_field_that_is_left_out_now_is_a_change():
    one = apply_step_of("agencies", "city", AGENCY, {**AGENCY, "suppression_threshold": 20})
    assert (one.action, one.changes) == ("change", ("suppression_threshold",))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "must hold a mapping"),
        ({"agency": {}}, "agency: not a kind of entity"),
        ({"agencies": []}, "agencies: must be a mapping"),
        ({"agencies": {"city": 3}}, "agencies.city: must be a mapping"),
    ],
)
def test_a_document_of_another_shape_is_refused(document: object, says: str):
    with pytest.raises(BadDeclaration, match=says):
        list(iter_declared(document))


def test_a_wrong_field_is_named_with_its_entity():
    with pytest.raises(BadDeclaration, match="agencies.city.suppression_threshold"):
        apply_step_of("agencies", "city", {**AGENCY, "suppression_threshold": 3}, None)
