"""Laws of merging and comparing documents, and of putting the same thing twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue_api.entities.domain import Entity
from catalogue_api.entities.errors import PreconditionFailed
from catalogue_api.entities.json_diff import field_differences, merge_patch
from catalogue_api.entities.preconditions import Preconditions, entity_etag, parse_etags
from catalogue_api.sources.domain import proper_origin
from soundings.events.catalogue import PersonaBody
from soundings.kernel.clock import from_epoch_ms

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
names = st.text("abcd", min_size=1, max_size=2)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=12
)
documents = st.dictionaries(names, values, max_size=4)
named = st.lists(
    st.fixed_dictionaries({"id": names, "text": st.dictionaries(names, st.text(max_size=3), max_size=2)}),
    max_size=4,
    unique_by=lambda item: item["id"],
)


# RFC 7396, appendix A, the whole table.
@pytest.mark.parametrize(
    ("target", "patch", "merged"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_patches_merge_as_the_standard_says(target, patch, merged):
    assert merge_patch(target, patch) == merged


@given(documents, documents)
def test_a_patch_applied_twice_is_applied_once(target, patch):
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once


@given(documents)
def test_an_empty_patch_changes_nothing(target):
    assert merge_patch(target, {}) == target


@given(documents, documents)
def test_a_patch_leaves_its_target_alone(target, patch):
    before = repr(target)
    merge_patch(target, patch)
    assert repr(target) == before


@given(documents)
def test_nothing_differs_from_itself(document):
    assert list(field_differences(document, document)) == []


@given(
    documents.map(without_null := lambda one: {name: value for name, value in one.items() if value is not None}),
    documents.map(without_null),
)
def test_documents_that_differ_have_a_difference(old, new):
    assert bool(list(field_differences(old, new))) == (old != new)


@given(named, named)
def test_lists_of_named_things_that_differ_have_a_difference(old, new):
    assert bool(list(field_differences({"x": old}, {"x": new}))) == (old != new)


def test_fields_are_named_by_their_dotted_path():
    old = {"name": {"en": "a", "es": "b"}, "list": [1, 2], "gone": 1}
    new = {"name": {"en": "a", "es": "c"}, "list": [1, 3], "new": {"x": 1}}
    assert list(field_differences(old, new)) == [
        ("name.es", "b", "c"),
        ("list", [1, 2], [1, 3]),
        ("new", None, {"x": 1}),
        ("gone", 1, None),
    ]


def persona(revision: int = 1, name: str = "Pat") -> Entity:
    body = PersonaBody.model_validate({"agency_id": "sf", "name": {"en": name}})
    return Entity("persona", "pat", "sf", revision, "active", body, from_epoch_ms(0))


def test_a_tag_stands_for_revision_and_content():
    assert entity_etag(persona()) == entity_etag(persona())
    assert len({entity_etag(persona()), entity_etag(persona(revision=2)), entity_etag(persona(name="Sam"))}) == 3


def test_conditions_are_lists_of_tags():
    tag = entity_etag(persona())
    Preconditions().require(None)
    Preconditions(match=parse_etags(f'"x", {tag}')).require(persona())
    Preconditions(none_match=parse_etags('"x"')).require(persona())
    for conditions in (Preconditions(match=("x",)), Preconditions(none_match=(tag,)), Preconditions(none_match=("*",))):
        with pytest.raises(PreconditionFailed):
            conditions.require(persona())
    with pytest.raises(PreconditionFailed):
        Preconditions(match=("*",)).require(None)


@given(st.text(max_size=40) | st.from_regex(r"https?://[a-zA-Z0-9.:@/\[\]-]{0,20}", fullmatch=True))
def test_a_proper_origin_is_its_own_origin(text):
    proper = proper_origin(text)
    assert proper is None or proper_origin(proper) == proper
