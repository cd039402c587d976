"""What a child reads is plain, short, and says the same in every language."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from returnhome.web import own_words
from tests import reading

ENGLISH = own_words.LANGUAGES["en"]
OTHERS = [each for each in own_words.LANGUAGES.values() if each is not ENGLISH]
OF_ENGLISH = [each for each in own_words.LANGUAGES.values() if each.is_english]

HARDEST = 4.0
LONGEST = 15
# What stands in for what a page puts in. The longest name that a council is likely to choose.
VALUES = {
    "talk": "missing chat",
    "time": "2:32pm",
    "asked": "Wednesday 1 May",
    "day": "Friday 3 May",
    "when": "by 10am on Friday 3 May",
    "weekday": "Wednesday",
    "month": "September",
    "whom": "your doctor",
    "number": "2",
    "total": "8",
    "days": "28",
}
# Words of three syllables or more that a page may use: there is no plainer one that is as true.
# They count in full.
HARD = {
    "advocate",
    "ambulance",
    "another",
    "anything",
    "bsl",
    "easier",
    "family",
    "interpreter",
    "nobody",
    "register",
    "tomorrow",
}
# What no child is to be called, or told.
NEVER = (
    "abscond",
    "missing person",
    "missing people",
    "victim",
    "offence",
    "refus",
    "ran away",
    "!",
)


def filled(text: str) -> str:
    return text.format_map(VALUES)


def pages(language: own_words.Language) -> dict[str, list[tuple[str, str]]]:
    """The texts of each page, the first part of their keys. Days and months are on none."""
    held = defaultdict(list)
    for key, lines in language.texts.items():
        page = key.partition(".")[0]
        if page != "when":
            held[page] += [(key, filled(line.text)) for line in lines]
    return held


def of_pages() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    for language in OF_ENGLISH:
        for page, texts in pages(language).items():
            yield language.code, page, texts


PAGES = [pytest.param(texts, id=f"{code} {page}") for code, page, texts in of_pages()]


@pytest.mark.parametrize("texts", PAGES)
def test_a_child_of_nine_can_read_each_page(texts: list[tuple[str, str]]):
    whole = reading.read(text for _, text in texts)
    # Short labels would hide a hard sentence: what has a full stop is measured alone too.
    told = reading.read(text for _, text in texts if text.endswith((".", "?")))

    grades = f"all of it: grade {whole.grade:.2f} {whole}; its sentences: {told.grade:.2f} {told}"
    assert whole.grade <= HARDEST, grades
    assert told.grade <= HARDEST, grades


@pytest.mark.parametrize("texts", PAGES)
def test_no_sentence_is_longer_than_fifteen_words(texts: list[tuple[str, str]]):
    found = {
        key: (len(reading.words(sentence)), sentence)
        for key, text in texts
        for sentence in reading.sentences(text)
        if len(reading.words(sentence)) > LONGEST
    }

    assert found == {}


@pytest.mark.parametrize("texts", PAGES)
def test_hard_words_are_only_those_that_were_allowed(texts: list[tuple[str, str]]):
    found = {
        (key, word)
        for key, text in texts
        for word in reading.words(text)
        if reading.syllables(word) > 2
        and not re.search(r"\d", word)
        and word.lower().rstrip("s") not in HARD
    }

    assert found == set()


@pytest.mark.parametrize("texts", PAGES)
def test_no_page_calls_a_child_names(texts: list[tuple[str, str]]):
    # The charity is called so, and may be.
    said = {key: text.replace("Missing People", "").lower() for key, text in texts}

    assert {key: text for key, text in said.items() if any(word in text for word in NEVER)} == {}


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("worried", 2),
        ("choices", 2),
        ("asked", 1),
        ("wanted", 2),
        ("people", 2),
        ("going", 2),
        ("interpreter", 4),
        ("ambulance", 3),
        ("name", 1),
        ("little", 2),
        ("whole", 1),
        ("you’re", 1),
        ("0800", 4),
        ("999", 3),
        ("27", 3),
    ],
)
def test_syllables_are_counted_as_they_are_said(word: str, count: int):
    assert reading.syllables(word) == count


def test_the_grade_is_that_of_the_published_formula():
    """One sentence of thirteen words and twenty-six syllables: reckoned by hand."""
    known = reading.Reading(sentences=1, words=13, syllables=26)

    assert known.grade == pytest.approx(13.08)
    assert reading.sentences("Ring 999. Is it safe? Use 999bsl.co.uk now.") == [
        "Ring 999.",
        "Is it safe?",
        "Use 999bsl.co.uk now.",
    ]


# Languages.


def names(lines: tuple[own_words.Line, ...]) -> set[str]:
    return set().union(*(own_words.placeholders(line.text) for line in lines))


@pytest.mark.parametrize("language", OTHERS, ids=lambda each: each.code)
def test_a_language_has_the_keys_of_english_and_a_draft_may_lack_some(language):
    assert set(language.texts) - set(ENGLISH.texts) == set()
    if not language.is_draft:
        assert set(ENGLISH.texts) - set(language.texts) == set()


@pytest.mark.parametrize("language", OTHERS, ids=lambda each: each.code)
def test_a_language_waits_for_the_same_values_as_english(language):
    wrong = {
        key: (names(lines), names(ENGLISH.texts[key]))
        for key, lines in language.texts.items()
        if names(lines) != names(ENGLISH.texts[key])
    }

    assert wrong == {}


def test_a_draft_stays_off_until_a_speaker_has_signed_it():
    on = {each.code for each in own_words.offered()}
    drafts = {each.code for each in own_words.LANGUAGES.values() if each.is_draft}

    assert "en" in on
    assert on & drafts == set()
    assert {each.code for each in own_words.offered(drafts=True)} == on | drafts
    assert all(own_words.of(code).code == "en" for code in drafts)
    assert all(own_words.of(code, drafts=True).code == code for code in drafts)


@pytest.mark.parametrize("code", [None, "", "xx", "../en", "EN"])
def test_a_language_that_there_is_not_is_english(code: str | None):
    assert own_words.of(code).code == "en"


def test_what_a_draft_does_not_say_yet_is_said_in_english():
    empty = own_words.Language("Nothing yet", "xx", "rtl", None, {})
    words = own_words.Words(empty)

    assert words.say("frame.back") == "Back"
    assert not words.is_own("frame.back")
    assert words.dir == "rtl"


def test_a_slip_in_a_key_or_a_value_is_not_passed_over():
    words = own_words.of("en")

    with pytest.raises(KeyError):
        words.say("frame.no_such_text")
    with pytest.raises(KeyError):
        words.say("frame.saved")
    assert words.say("frame.saved", time="2:32pm") == "Saved at 2:32pm"


def test_the_council_names_the_talk_and_without_a_name_it_is_a_chat():
    assert own_words.of("en", talk="missing chat").say("choose.title") == "Your missing chat"
    assert own_words.of("en").say("choose.title") == "Your chat"
    # What a council or a child wrote is never read as a text of ours.
    assert own_words.of("en", talk="{time}").say("choose.title") == "Your {time}"


def test_the_answers_of_a_group_come_in_one_order_in_every_language():
    orders = {
        tuple(option.code for option in own_words.Words(each).options("choose.who"))
        for each in own_words.LANGUAGES.values()
    }

    assert orders == {("same", "new", "woman", "man", "social_worker", "any")}


def test_days_and_times_are_said_in_the_page_s_own_words():
    words = own_words.of("en")
    friday = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)

    assert words.by(friday, friday) == "by 10am today"
    assert words.by(friday, friday - timedelta(days=1)) == "by 10am tomorrow"
    assert words.by(friday, friday - timedelta(days=2)) == "by 10am on Friday 1 May"
    # Late in the evening, by the clock of this country, it is already the next day.
    assert words.day(datetime(2026, 5, 1, 23, 30, tzinfo=UTC)) == "Saturday 2 May"


@pytest.mark.parametrize(
    "language", [each for each in OTHERS if each.dir == "rtl"], ids=lambda each: each.code
)
def test_what_is_a_number_and_a_word_stays_in_its_order_among_arabic_words(language):
    """Not set apart, 999 BSL would be read as BSL 999, and 0800 1111 as 1111 0800."""
    mixed = re.compile(r"\d[\d ]*[A-Za-z]|[A-Za-z][\w. ]*\d|\d +\d", re.ASCII)
    apart = re.compile("\u2066[^\u2069]*\u2069")

    found = {
        key: line.text
        for key, lines in language.texts.items()
        for line in lines
        if mixed.search(apart.sub("", line.text))
    }

    assert found == {}


def test_a_number_is_not_turned_round_on_a_right_to_left_page():
    arabic = own_words.Language(
        "Test", "xx", "rtl", None, {"help.ring": (own_words.Line("اتصل {number}"),)}
    )

    words = own_words.Words(arabic)

    said = words.say("help.ring", number="0800 1111")

    assert said == "اتصل \u20660800 1111\u2069"
    # What is right to left itself needs nothing around it.
    assert words.say("help.ring", number="صفر") == "اتصل صفر"
