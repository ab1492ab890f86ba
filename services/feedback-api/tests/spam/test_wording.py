"""What the words of a text say: tolerant of people, whatever they write and in whatever language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_api.spam.text_heuristics import count_links, has_markup, is_gibberish

PEOPLE = (
    "", "ok", "N/A", "asdf", "hmm", "zzz", "qwerty", "Good.", "TSA", "10/10", "jajajajajajaja", "noooooooooooo!!",
    "The strengths of the rhythm section were twelfths and sixths.",
    "Thx 4 ur hlp w/ my DMV appt, gr8 svc!!",
    "DMV, TSA, IRS and SSN forms are all on HTTPS and PDF now",
    "me parecio exelente el servisio, muchisimas grasias x todo",
    "Quiero agradecer a quien me atendió: ¡qué amabilidad! Izquierda, juzgado, merezco, extranjero.",
    "Die Angstschweißperlen bei der Straßenverkehrszulassungsbehörde waren unnötig.",
    "Wojsko przyszło wszcząć postępowanie, źdźbło trawy drgnęło.",
    "Strč prst skrz krk, řekl čtvrtý vlk.",
    "Cwmwl a bwrdd: nid oedd y wefan yn gweithio o gwbl.",
    "Il-ħwejjeġ tagħna qegħdin hawn, grazzi ħafna.",
    "Mga mahal kong kababayan, ang linya ay napakahaba.",
    "Xin chào, tôi rất hài lòng với dịch vụ này.",
    "Спасибо, всё прошло быстро и удобно, взгляд вскользь.",
    "这里的服务非常好，谢谢大家的帮助，下次还会再来。",
    "الخدمة كانت ممتازة وسريعة جدا شكرا لكم",
    "सेवा बहुत अच्छी थी, धन्यवाद",
    "Case 4XQ-99-ZZKJH1 and case ABXQ77KJHD are both still open with https://x.example/qwxzkjhgqwrt",
    "Error BTHRQDKF in the app, again and again, whenever I press send on the last page.",
    "[email] [phone] [name]",
)  # fmt: skip
MACHINES = (
    "sdfghjk sdkfjhsdkjf sdfkjhsdf",
    "asdfasdf qwertyuiop zxcvbnm",
    "xkjqwzp vbnmtrq lkjhgfds",
    "hjkhjkhjkh jkhjkhjkhjk hjkhjk",
    "ñlkjñlkj fdsgsdfg hgfdhgfdh",
    "QXZJKVBWPM TRLKJHGFDS",
)


@pytest.mark.parametrize("text", PEOPLE)
def test_what_people_write_is_not_gibberish(text):
    assert not is_gibberish(text)


@pytest.mark.parametrize("text", MACHINES)
def test_letters_without_sense_are_gibberish(text):
    assert is_gibberish(text)


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text):
    assert is_gibberish(text) in {True, False}
    assert count_links(text) >= has_markup(text) * 0


@given(st.sampled_from([text for text in PEOPLE if len(text) > 40]), st.sampled_from(MACHINES))
def test_a_few_odd_words_do_not_make_gibberish_of_sense(sense, odd):
    assert not is_gibberish(f"{sense} {odd.split()[0]} {sense}")


@pytest.mark.parametrize("unit", ["a", "x", "[", "<a", "www", "http:", "a1", "@", "\u0301", "qz "])
def test_the_longest_text_costs_little(unit):
    text = unit * (100_000 // len(unit))
    assert is_gibberish(text) in {True, False}
    assert count_links(text) == 0
    assert not has_markup(text)


def test_links_are_counted_also_those_that_were_redacted():
    assert count_links("see https://a.example and HTTP://b.example, www.c.example or [url]") == 4
    assert count_links("e.g. this, i.e. that; a.b.c; httpswww") == 0


def test_only_programs_write_markup():
    for text in ('<a href="x">y</a>', "[url=http://x]y[/url]", "x</A>", "[link=x]"):
        assert has_markup(text), text
    for text in ("<3", "a < b and c > d", "[url]", "[link]", "the href is broken"):
        assert not has_markup(text), text
