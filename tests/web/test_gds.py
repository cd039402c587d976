"""Forms as people use them: what they type is understood, comes back, and errors say what to do."""

import logging
import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from jinja2 import UndefinedError

from returnhome.rules import Blocked, clock
from returnhome.rules.clock import Moment
from returnhome.rules.codes import Answer
from returnhome.web import days, gds, logs, pages, typed

AT = datetime(2026, 1, 3, 7, 40, tzinfo=UTC)


class AnswerForm(gds.Form):
    answer = gds.Radios(
        "What did Sky say?",
        choices=[("accepted", "Yes"), ("declined", "No")],
        reveal={"declined": ["why", "words"]},
        missing="Select what Sky said",
    )
    why = gds.Select("Why not?", choices=[("told", "Already told somebody")], noun="why not")
    words = gds.Textarea("In Sky’s own words", count=40, required=False)
    answered = days.Moment("When did Sky answer?", noun="the time of the answer")


def boxes(name: str, **parts: str) -> dict[str, str]:
    return {f"{name}-{part}": text for part, text in parts.items()}


ON_3_JANUARY = boxes("answered", day="3", month="1", year="2026", time="7:40am")


def sentences(form: gds.Form) -> list[str]:
    """The error summary: each sentence with the field it leads to."""
    links = re.findall(r'<a href="(#[^"]*)">([^<]*)</a>', str(form.error_summary()))
    return [f"{anchor} {unescape(text)}" for anchor, text in links]


# Days and times as people type them.


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("3", "1", "2026"),
        ("03", "01", "26"),
        ("3", "January", "2026"),
        ("3", "jan", "2026"),
        ("3/1/2026", "", ""),
        ("3 Jan 26", "", ""),
    ],
)
def test_a_day_is_understood_in_the_ways_people_write_it(day: str, month: str, year: str):
    assert typed.read_day(day, month, year) == date(2026, 1, 3)


@pytest.mark.parametrize(
    ("parts", "sentence", "wrong"),
    [
        (("3", "", "2026"), "must include a month", ("month",)),
        (("", "", "2026"), "must include a day and a month", ("day", "month")),
        (("30", "2", "2026"), "must be a real date", ("day", "month", "year")),
        (("29", "2", "2026"), "must be a real date", ("day", "month", "year")),
        (("3", "ju", "2026"), "must have a month such as 3 or March", ("month",)),
        (("3", "1", "202"), "must have a year with 4 numbers, such as 2026", ("year",)),
        (("x", "1", "2026"), "must be a real date, such as 27 3 2026", ("day",)),
    ],
)
def test_a_day_that_cannot_be_read_says_which_box(parts, sentence: str, wrong: tuple[str, ...]):
    with pytest.raises(typed.Mistyped) as refused:
        typed.read_day(*parts)

    assert (refused.value.sentence, refused.value.boxes) == (sentence, wrong)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("7:40am", "07:40"),
        ("7.40 pm", "19:40"),
        ("0740", "07:40"),
        ("19:40", "19:40"),
        ("7pm", "19:00"),
        ("12am", "00:00"),
        ("12:05 p.m.", "12:05"),
        ("Midnight", "00:00"),
        ("noon", "12:00"),
    ],
)
def test_a_time_is_understood_in_the_ways_people_write_it(text: str, shown: str):
    assert f"{typed.read_time(text)[0]:%H:%M}" == shown


@pytest.mark.parametrize("text", ["7", "25:00", "13pm", "7:60", "soon", "²:30"])
def test_a_time_that_could_be_morning_or_evening_or_never_is_asked_again(text: str):
    with pytest.raises(typed.Mistyped):
        typed.read_time(text)


def test_the_hour_that_spring_leaves_out_is_not_possible():
    with pytest.raises(typed.Mistyped, match="clocks went forward"):
        typed.read_instant(date(2026, 3, 29), "1:30am")


def test_the_hour_that_autumn_has_twice_is_asked_and_then_understood():
    night = date(2026, 10, 25)

    with pytest.raises(typed.Mistyped, match="came twice that night"):
        typed.read_instant(night, "1:30am")

    assert typed.read_instant(night, "1:30am BST") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert typed.read_instant(night, "1:30am GMT") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


# Moments keep how exactly they are known.


@pytest.mark.parametrize(
    ("parts", "moment"),
    [
        ({"time": "7:40am"}, Moment(AT)),
        ({"time": "7:40am", "precision": "exact"}, Moment(AT)),
        (
            {"time": "7:40am", "precision": "estimated", "minutes": "30"},
            Moment(AT, clock.estimated(30)),
        ),
        ({"precision": "date"}, Moment.on(date(2026, 1, 3))),
    ],
)
def test_a_moment_is_kept_as_exactly_as_it_is_known(parts: dict[str, str], moment: Moment):
    day = {"day": "3", "month": "1", "year": "2026"}

    form = AnswerForm({"answer": "accepted", **boxes("answered", **day, **parts)})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["answered"] == moment


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (
            {},
            "#id_answered-time The time of the answer must include a time, "
            "or say that only the day is known",
        ),
        (
            {"time": "7:40am", "precision": "date"},
            "#id_answered-time The time of the answer has a time, and says that only the day is "
            "known: take one away",
        ),
        (
            {"time": "7:40am", "precision": "estimated"},
            "#id_answered-minutes The time of the answer must say how many minutes it may be out, "
            "such as 30",
        ),
    ],
)
def test_a_moment_that_says_two_things_is_asked_again(parts: dict[str, str], sentence: str):
    day = {"day": "3", "month": "1", "year": "2026"}

    form = AnswerForm({"answer": "accepted", **boxes("answered", **day, **parts)})

    assert sentences(form) == [sentence]


@pytest.mark.parametrize(
    "moment",
    [
        Moment(AT),
        Moment(AT, clock.estimated(45)),
        Moment.on(date(2026, 7, 1)),
        Moment(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        Moment(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_shown_in_its_boxes_and_sent_unchanged_is_the_same(moment: Moment):
    page = str(AnswerForm(initial={"answered": moment}))
    sent = dict(re.findall(r'name="(answered-\w+)" type="text"[^>]*? value="([^"]*)"', page))
    chosen = re.findall(r'name="(answered-precision)" type="radio" value="(\w+)" checked', page)

    form = AnswerForm({"answer": "accepted", **sent, **dict(chosen)})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["answered"] == moment


# Nothing typed is lost.


def test_words_come_back_exactly_however_deep_the_page_indents_them():
    words = "I was at  my nan’s.\r\n\r\n  <b>Nobody</b> asked."

    page = str(AnswerForm({"answer": "declined", "words": words}))

    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert shown
    assert unescape(shown.group(1)) == words.replace("\r\n", "\n")


def test_a_new_line_counts_as_one_character():
    form = AnswerForm({"answer": "declined", "words": "a\r\n" * 13, "why": "told", **ON_3_JANUARY})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["words"] == ("a\n" * 13).strip()


def test_what_cannot_be_read_stays_in_its_box():
    page = str(AnswerForm(boxes("answered", day="3", month="Janvier", year="2026", time="late")))

    assert 'value="Janvier"' in page
    assert 'value="late"' in page


def test_a_password_never_comes_back():
    class Secret(gds.Form):
        password = gds.Password()

    assert "hunter" not in str(Secret({"password": "hunter"}))


def test_a_file_has_to_be_chosen_again_and_the_page_says_so():
    class Upload(gds.Form):
        sender = gds.Text("Sender")
        file = gds.File("File", largest=10)

    form = Upload({"sender": ""}, {"file": SimpleUploadedFile("a.csv", b"a,b")})

    assert "Choose the file again: browsers do not keep it" in unescape(str(form))


# Errors.


def test_errors_stand_in_the_order_of_the_page_and_lead_to_their_fields():
    assert sentences(AnswerForm({"answer": "declined"})) == [
        "#id_why Select why not",
        "#id_answered-day Enter the time of the answer",
    ]


def test_what_stands_in_a_branch_not_taken_does_not_count_and_is_not_asked_for():
    form = AnswerForm({"answer": "accepted", "words": "x" * 99, **ON_3_JANUARY})

    assert form.is_valid(), form.errors
    assert (form.cleaned_data["why"], form.cleaned_data["words"]) == (None, "")
    assert "x" * 99 in str(form)


def test_a_choice_nobody_offered_is_refused():
    assert sentences(AnswerForm({"answer": "perhaps", **ON_3_JANUARY})) == [
        "#id_answer Select what Sky said"
    ]


def test_a_choice_gives_back_the_words_of_the_rules():
    class Coerced(gds.Form):
        answer = gds.Radios("Answer", choices=Answer.choices(), coerce=Answer)

    form = Coerced({"answer": Answer.ACCEPTED.value})

    assert form.is_valid()
    assert form.cleaned_data["answer"] is Answer.ACCEPTED


@pytest.mark.parametrize(
    ("field", "link"), [("answer", ["#id_answer Already answered."]), (None, []), ("clock", [])]
)
def test_a_refusal_of_the_rules_stands_in_the_summary(field: str | None, link: list[str]):
    form = AnswerForm({"answer": "accepted", **ON_3_JANUARY})

    with gds.refusals_into(form):
        raise Blocked("Already answered.", field=field)

    assert "Already answered." in str(form.error_summary())
    assert sentences(form) == link


def test_a_form_without_errors_has_no_summary():
    assert str(AnswerForm().error_summary()) == ""


def test_a_label_written_by_somebody_cannot_become_part_of_the_page():
    class Named(gds.Form):
        who = gds.Radios("Who?", choices=[("1", "<script>alert(1)</script>")])

    assert "<script>" not in str(Named())


# The words of dates and of absence.


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (AT, "3 January 2026 at 7:40am"),
        (datetime(2026, 7, 1, 11, 0, tzinfo=UTC), "1 July 2026 at midday"),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), "1 July 2026 at midnight"),
        (
            Moment(AT, clock.estimated(30)),
            "about 7:40am on 3 January 2026 (give or take 30 minutes)",
        ),
        (Moment.on(date(2026, 7, 1)), "1 July 2026, time not known"),
        (None, "not known"),
    ],
)
def test_a_moment_reads_in_uk_time(value: datetime | Moment | None, shown: str):
    assert pages.moment(value) == shown


def test_a_slip_in_a_template_stops_the_page_and_a_key_left_out_of_a_macro_does_not():
    env = gds.engines["jinja2"].env

    assert env.from_string("{{ given.hint.text }}").render(given={}) == ""
    for slip in ("{{ nmae }}", "{{ given.nmae }}", "{% if nmae %}{% endif %}"):
        with pytest.raises(UndefinedError):
            env.from_string(slip).render(given=AT)


def test_the_log_says_where_a_fault_was_and_not_what_was_in_it():
    try:
        try:
            raise ValueError("Key (name)=(Sky Marlowe) already exists")
        except ValueError as first:
            raise RuntimeError("Sky Marlowe") from first
    except RuntimeError as fault:
        record = logging.LogRecord("x", 40, "x", 1, "Fault", (), (type(fault), fault, None))

    written = logs.Discreet().format(record)

    assert "builtins.RuntimeError" in written
    assert "builtins.ValueError" in written
    assert "test_gds.py" in written
    assert "Sky Marlowe" not in written.replace('raise RuntimeError("Sky Marlowe")', "").replace(
        'raise ValueError("Key (name)=(Sky Marlowe) already exists")', ""
    )


def test_what_is_too_long_is_refused_in_the_houses_words_and_says_which_it_is():
    class Short(gds.Form):
        why = gds.Text("Why?", max_length=5)
        name = gds.Text("What is it called?", noun="the name of the panel", max_length=5)
        words = gds.Textarea("More (optional)", count=5, required=False)

    form = Short({"why": "because", "name": "Monday", "words": "too long"})

    assert form.errors["why"] == ["Answer “Why?” with 5 characters or fewer"]
    assert form.errors["name"] == ["The name of the panel must be 5 characters or fewer"]
    assert form.errors["words"] == ["More must be 5 characters or fewer"]
