"""Comments are varied, in two languages, and hold no personal data but what was made up to show its removal."""

import re
from collections import Counter

import pytest

from feedback_api.redaction.redact import redact_text
from soundings_embedded.demo.agency import SERVICES
from soundings_embedded.demo.comments.generator import LANGUAGES
from soundings_embedded.demo.event_stream import DemoHistory

PLACE = re.compile(r"\{(\w+)\}")


def comments(history: DemoHistory, language: str) -> list[str]:
    found: list[str] = []
    for delivery in history.deliveries:
        for item in delivery.items:
            answers = item.get("answers")
            if isinstance(answers, dict) and item["language"] == language and "comment" in answers:
                found.append(str(answers["comment"]))
    return found


def patterns(language: str) -> list[str]:
    tongue = LANGUAGES[language]
    phrases = [*tongue.places.values(), *tongue.services.values(), tongue.endings]
    told = [*tongue.trouble.values(), *tongue.relief.values(), tongue.mixed]
    both = [one for pair in phrases for one in (*pair.good, *pair.bad)]
    return [*both, *(one for several in told for one in several)]


def test_there_are_far_more_patterns_than_a_reader_will_notice():
    assert len(patterns("en")) > 120
    assert len(patterns("es")) > 70


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_place_in_a_pattern_has_words(language: str):
    tongue = LANGUAGES[language]
    named = {place for pattern in (*patterns(language), *tongue.personal) for place in PLACE.findall(pattern)}
    assert named == {*tongue.words, "town"}


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_service_is_praised_and_blamed(language: str):
    services = LANGUAGES[language].services
    assert set(services) == {profile.id for profile in SERVICES if profile.volumes.answers}
    assert all(phrases.good and phrases.bad for phrases in services.values())


@pytest.mark.parametrize(("language", "least"), [("en", 900), ("es", 200)])
def test_comments_are_not_visibly_repeated(history: DemoHistory, language: str, least: int):
    texts = comments(history, language)
    assert len(texts) > least
    assert len(set(texts)) > 0.75 * len(texts)
    assert Counter(texts).most_common(1)[0][1] < 0.03 * len(texts)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_comment_begins_with_a_capital_and_has_no_place_left(history: DemoHistory, language: str):
    for text in comments(history, language):
        assert not PLACE.search(text)
        assert not text[0].islower()


@pytest.mark.parametrize("language", ["en", "es"])
def test_only_what_was_made_up_for_it_is_taken_out(history: DemoHistory, language: str):
    personal = [re.escape(one) for one in LANGUAGES[language].personal]
    shapes = [re.compile(re.sub(r"\\\{\w+\\\}", ".+", one)) for one in personal]
    texts = comments(history, language)
    marked = [text for text in texts if any(shape.fullmatch(text) for shape in shapes)]
    assert marked
    assert [text for text in texts if redact_text(text) != text] == marked


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_pattern_without_personal_data_passes_as_it_is(language: str):
    words = LANGUAGES[language].words
    for pattern in patterns(language):
        for turn in range(max(map(len, words.values()))):
            chosen = {place: choices[turn % len(choices)] for place, choices in words.items()}
            text = pattern.format(town="Harrow Creek", **chosen)
            assert redact_text(text) == text


@pytest.mark.parametrize("language", ["en", "es"])
def test_personal_data_is_made_up(language: str):
    """Mail goes to domains kept for examples (RFC 2606), calls to 555-01xx, the card and the number are nobody's."""
    for pattern in LANGUAGES[language].personal:
        assert all(domain in {"com", "org", "net"} for domain in re.findall(r"@example\.(\w+)", pattern))
        assert len(re.findall("@", pattern)) == len(re.findall(r"@example\.", pattern))
        digits = re.findall(r"[\d() -]{6,}\d|\d{3}-555-01\S*", pattern.replace("{window}{window}", "11"))
        assert all(re.search(r"555-01|219-09-9999|4111 1111 1111 1111", number) for number in digits)


def test_several_kinds_of_removal_are_seen(history: DemoHistory):
    text = " ".join(redact_text(one) for language in ("en", "es") for one in comments(history, language))
    assert {"[email]", "[phone]", "[name]"} <= set(re.findall(r"\[[a-z-]+\]", text))
