"""A declaration may name a template instead of writing a form out."""

import pytest

from soundings.events.forms import FormBody
from soundings_embedded.catalogue_apply.domain import BadDeclaration
from soundings_embedded.catalogue_apply.templates import expand_template

ABOUT = {"agency_id": "city", "service_ids": ["permits"], "source_id": "web"}
NAMES = {
    ("agencies", "city"): {"en": "Harbour City"},
    ("services", "permits"): {"en": "Permits", "es": "Permisos"},
}


def names(entities, entity_id):
    return NAMES.get((entities, entity_id))


def test_a_template_becomes_a_whole_form_with_the_names_of_the_declaration():
    form = FormBody.model_validate(expand_template("trust", {**ABOUT, "template": "a11-v2"}, names))
    assert form.title["es"] == "Su experiencia con Permisos"
    assert form.questions[0].text["en"] == "This interaction increased my trust in Harbour City."
    assert (form.agency_id, form.service_ids, form.source_id) == ("city", ("permits",), "web")


def test_what_the_declaration_says_itself_stands_in_its_place():
    own = {
        **ABOUT,
        "template": {"id": "csat", "languages": ["es"]},
        "title": {"es": "Otro"},
        "ask_again_after_days": 30,
    }
    form = FormBody.model_validate(expand_template("short", own, names))
    assert (form.title, form.ask_again_after_days) == ({"es": "Otro"}, 30)
    assert list(form.questions[0].text) == ["es"]


def test_a_form_without_a_template_stays_as_it_is():
    assert expand_template("own", ABOUT, names) is ABOUT


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"template": "nothing"}, "forms.trust.template: must be one of a11-v1"),
        ({"template": {"id": "csat", "lang": "en"}}, "forms.trust.template"),
        ({"template": {"id": "csat", "languages": ["fr"]}}, "written in en, es, ar only"),
        ({"template": "csat", "service_ids": "permits"}, "forms.trust.service_ids"),
        ({"template": "csat", "agency_id": "other"}, "forms.trust.agency_id"),
    ],
)
def test_what_is_wrong_is_named_with_its_form(wrong, says):
    with pytest.raises(BadDeclaration, match=says):
        expand_template("trust", {**ABOUT, **wrong}, names)
