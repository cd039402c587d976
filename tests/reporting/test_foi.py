"""Answers to freedom of information requests, against what happened."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfReader

from returnhome.casework import acting, care, interviews, needs, offers, registers, staff
from returnhome.casework.care import Where
from returnhome.casework.models import Basis, Child, Notification
from returnhome.reporting import figures, foi, foi_paper, published
from returnhome.reporting.foi import Reply
from returnhome.rules import publishing, suppression
from returnhome.rules.codes import Answer, DeclinedBy, EpisodeKind, Means
from returnhome.rules.helping import NeedKind
from returnhome.rules.measures import ALL
from returnhome.rules.partnership_tables import COUNTED_QUESTIONS
from returnhome.rules.publishing import PUBLISHED, Cell, Period, year_from
from returnhome.rules.standard.parts import SaidBy
from returnhome.rules.statutory.foi import PACKS
from returnhome.rules.suppression import FEWER_THAN_5, NEAREST_5
from tests.casework.test_row_security import refused
from tests.cast import (
    NOW,
    Cast,
    everything_said,
    held,
    hours,
    missing,
    offered,
    returned,
    sign,
    signed,
)
from tests.sharing import sent

YEAR = year_from(2025)
AFTERWARDS = datetime(2026, 6, 1, 9, tzinfo=UTC)


def replied(cast: Cast, pack: str = "2024", periods: tuple[Period, ...] = (YEAR,), **how) -> Reply:
    how = {"now": AFTERWARDS, "is_protected": False} | how
    return foi.reply(PACKS[pack], figures.of_authority(cast.northshire), periods, **how)


def said(reply: Reply) -> dict[tuple[int, str], str]:
    """(question, what is counted) → the number of the last period."""
    return {
        (answered.question.number, row.line.what): row.cells[-1]
        for answered in reply.answers
        for row in answered.rows
    }


def said_no(child: Child, cast: Cast, *, at: datetime = NOW) -> None:
    no = {"declined_by": DeclinedBy.CHILD, "reason": "Not today"}
    offer = offered(returned(child, at=at), by=cast.amina, at=at)
    offers.answer(offer, Answer.DECLINED, **no, by=cast.amina, at=at)


def another_child(cast: Cast, key: str, *, looked_after: bool = False) -> Child:
    child, _ = registers.enter(
        register_id=key,
        forename=key.capitalize(),
        surname="Pryce",
        born_on=date(2012, 1, 1),
        sex="M",
        postcode="NS1 1AA",
        lives_in=cast.northshire,
        looked_after_by=cast.northshire if looked_after else None,
        by=staff.operator(),
        at=NOW,
    )
    return child


def test_the_pack_of_2024_is_answered_from_what_happened(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    held(returned(cast.sky, at=NOW - hours(200)), interviewer=cast.ines, by=cast.amina)
    said_no(cast.kit, cast)
    missing(cast.robin)

    answers = said(replied(cast))

    assert answers[1, "started_children"] == "3"
    assert answers[2, "started"] == "4"
    assert answers[3, "looked_after_on_record"] == "2"
    assert answers[4, "started_children"] == "2"
    assert answers[5, "started"] == "3"
    assert (answers[6, "offered"], answers[6, "ended"]) == ("3", "3")
    assert answers[7, "held"] == "2"
    assert answers[8, "in_time"] == "1"
    assert (answers[9, "held_by_council"], answers[9, "held_by_provider"]) == ("2", "0")


def test_the_numbers_are_those_of_the_figures(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    said_no(cast.kit, cast)
    returned(cast.robin)
    scope = figures.of_authority(cast.northshire)
    report = figures.uptake(scope, YEAR.first, YEAR.last, now=AFTERWARDS)

    counted = foi.count(scope, [YEAR]).counted[YEAR]

    for measure in PUBLISHED:
        assert counted.get((ALL, measure.part), 0) == report.number(measure.key), measure.key


def test_children_are_counted_once_over_all_groups(cast: Cast) -> None:
    """Kit goes missing from home, and again once looked after: two groups, one child."""
    returned(cast.kit, at=NOW - hours(400))
    since = (NOW - hours(200)).date()
    care.look_after(cast.kit, cast.northshire, since=since, until=None, by=cast.amina, at=NOW)
    care.place(cast.kit, Where(cast.northshire), since=since, until=None, by=cast.amina, at=NOW)
    returned(cast.kit)

    counted = foi.count(figures.of_authority(cast.northshire), [YEAR]).counted[YEAR]

    groups = (ALL, "home_or_unknown", "looked_after")
    assert [counted[group, "started_children"] for group in groups] == [1, 1, 1]
    assert [counted[group, "started"] for group in groups] == [2, 1, 1]


def test_away_from_placement_is_not_missing_and_not_counted(cast: Cast) -> None:
    missing(cast.sky, kind=EpisodeKind.AWAY, returned=NOW - hours(10))

    answers = said(replied(cast))

    assert answers[2, "started"] == "0"
    assert answers[6, "ended"] == "0"


def test_over_three_years_each_has_its_own_numbers(cast: Cast) -> None:
    said_no(cast.kit, cast, at=NOW - hours(24 * 365))
    said_no(cast.kit, cast)
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    years = tuple(year_from(year) for year in (2023, 2024, 2025))

    reply = replied(cast, "2023", years)

    rows = {(a.question.number, r.line.what): r.cells for a in reply.answers for r in a.rows}
    assert rows[1, "started"] == ("not held", "1", "2")
    assert rows[5, "declined_children"] == ("not held", "1", "1")
    assert rows[13, "in_time"] == ("not held", "0", "1")


def test_before_the_record_begins_nothing_is_held_which_is_no_zero(cast: Cast) -> None:
    returned(cast.kit)

    reply = replied(cast, periods=(year_from(2019),))

    assert set(said(reply).values()) == {"not held"}
    assert any("The record begins on" in line for line in reply.about)


def test_a_council_with_nothing_on_record_says_so(cast: Cast) -> None:
    reply = foi.reply(PACKS["2024"], figures.of_authority(cast.eastmoor), [YEAR], now=AFTERWARDS)

    assert set(said(reply).values()) == {"not held"}
    assert any("This does not say that no child went missing" in line for line in reply.about)


def test_signs_of_exploitation_are_those_of_signed_records(cast: Cast) -> None:
    for child, kinds in ((cast.sky, ["gangs", "threats"]), (cast.kit, ["alcohol"])):
        talk = held(returned(child), interviewer=cast.ines, by=cast.amina)
        answers = everything_said(talk) | {"harm_kinds": interviews.Said(codes=kinds)}
        interviews.record(talk, answers, by=cast.ines, at=NOW + hours(6))
        sign(talk, by=cast.ines, at=NOW + hours(6))

    answers = said(replied(cast, "exploitation"))

    assert answers[3, "held"] == "2"
    assert answers[4, "criminal_exploitation"] == "1"


def test_a_record_that_is_not_signed_off_says_nothing_yet(cast: Cast) -> None:
    signed(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    talk = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    answers = everything_said(talk) | {"harm_kinds": interviews.Said(codes=["gangs"])}
    interviews.record(talk, answers, by=cast.ines, at=NOW + hours(6))

    assert said(replied(cast, "exploitation"))[4, "criminal_exploitation"] == "0"


def test_help_and_what_the_police_were_told_are_counted_by_interview(cast: Cast) -> None:
    share = sent(cast)
    talk = share.episode.interviews.get()
    for words in ("Another school", "To see my nan"):
        need = needs.name(
            talk, NeedKind.SCHOOL, words, said_by=SaidBy.CHILD, by=cast.ines, at=NOW + hours(8)
        )
        needs.offer_help(
            need,
            what="A visit",
            means=Means.IN_PERSON,
            offered_on=NOW.date(),
            by=cast.sol,
            at=NOW + hours(8),
        )

    answers = said(replied(cast, "outcomes"))

    assert answers[3, "help_offered"] == "1"
    assert answers[3, "help_taken_up"] == "0"
    assert answers[5, "shared_with_police"] == "1"


def test_what_was_never_written_down_is_not_held(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    reply = replied(cast, "outcomes")

    assert said(reply)[1, "police_notifications"] == "not held"
    assert said(reply)[5, "shared_with_police"] == "not held"
    assert any("nothing of this is on record" in line for line in reply.about)


def test_small_numbers_are_hidden_and_rates_of_them_with_it(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    reply = replied(cast, is_protected=True)

    assert said(reply)[7, "held"] in ("fewer than 5", "withheld")
    assert not any(cell in "1234" for cell in said(reply).values())
    assert reply.hides
    assert "section 40(2)" in " ".join(foi_paper.on_hidden(reply))


def test_a_year_that_is_not_over_and_days_that_are_no_year_are_said_to_be(cast: Cast) -> None:
    returned(cast.kit)
    some_days = Period(date(2026, 2, 1), date(2026, 4, 1))

    about = replied(cast, periods=(some_days,), now=NOW).about

    assert any("is not over" in line for line in about)
    assert any("is no financial year" in line for line in about)


def test_what_only_people_know_is_typed_or_said_not_to_be_held(cast: Cast) -> None:
    returned(cast.kit)
    typed = {"contract_value": "£85,000 a year\nto March 2026", "reference": "FOI 12"}

    reply = replied(cast, "provider", typed=typed)

    by_number = {each.question.number: each for each in reply.answers}
    assert by_number[2].typed == "£85,000 a year\nto March 2026"
    assert by_number[1].not_held
    assert reply.reference == "FOI 12"


# The files.


def text_of(reply: Reply) -> str:
    pages = PdfReader(io.BytesIO(foi_paper.pdf(reply))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_paper_answers_in_the_order_of_the_questions_and_names_nobody(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    typed = {"support": "Follow-up by the team.", "contact": "foi@northshire.example"}

    reply = replied(cast, is_protected=True, typed=typed)
    text = text_of(reply)

    places = [text.index(f"{q.question.number}. {q.question.text}") for q in reply.answers]
    assert places == sorted(places)
    assert "Follow-up by the team." in text
    assert "Write to foi@northshire.example" in text
    assert "Numbers that are not given" in text
    for name in ("Sky", "Marlowe", "Ines", "Okafor", "Amina"):
        assert name not in text


def test_the_paper_is_tagged_and_the_same_twice(cast: Cast) -> None:
    returned(cast.kit)
    reply = replied(cast, is_protected=True)

    assert foi_paper.pdf(reply) == foi_paper.pdf(reply)
    catalog = PdfReader(io.BytesIO(foi_paper.pdf(reply))).trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]


def test_a_paper_that_hides_nothing_says_on_each_page_what_it_is_not_for(cast: Cast) -> None:
    returned(cast.kit)
    reply = replied(cast, is_protected=False)

    pages = PdfReader(io.BytesIO(foi_paper.pdf(reply))).pages

    assert all("Not for publication" in page.extract_text() for page in pages)
    assert foi_paper.on_hidden(reply) == []


def test_a_sign_that_no_typeface_has_stands_as_an_empty_box(cast: Cast) -> None:
    returned(cast.kit)

    assert "Team □" in text_of(replied(cast, typed={"support": "Team 👍"}))


def test_no_cell_of_the_csv_can_be_run_as_a_formula(cast: Cast) -> None:
    returned(cast.kit)
    reply = replied(cast, typed={"support": "=1+1"})

    rows = list(csv.DictReader(io.StringIO(foi_paper.csv(reply))))

    assert {row["value"] for row in rows if row["question"] == "10" and row["answer"] == "In words"}
    assert not any(value.startswith("=") for row in rows for value in row.values())


# For publication.


def test_uptake_for_publication_hides_what_is_small(cast: Cast) -> None:
    """Six children answered for at home, and Sky alone out of area."""
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    for number in range(6):
        held(returned(another_child(cast, f"dai{number}")), interviewer=cast.ines, by=cast.amina)
    scope = figures.of_authority(cast.northshire)

    released = published.release(scope, YEAR, FEWER_THAN_5)
    rows = {(row[0], row[1]): row[2:] for row in published.rows(released, YEAR)}

    assert rows["looked_after_out_of_area", "held_of_ended"][2] == "withheld"
    numbers = [n for row in rows.values() for n in row if isinstance(n, int)]
    assert not any(0 < number < 5 for number in numbers)
    assert suppression.faults(released) == []


def test_a_quarter_for_publication_is_of_all_children_together(cast: Cast) -> None:
    returned(cast.kit)
    scope = figures.of_authority(cast.northshire)
    quarter = YEAR.quarters[3]

    rows = list(published.rows(published.release(scope, quarter, NEAREST_5), quarter))

    assert {row[0] for row in rows} == {ALL}
    assert {row[1] for row in rows} >= {"ended", "offered", "held_of_ended", "in_time_of_held"}


@pytest.mark.parametrize(
    ("period", "today", "may_be"),
    [
        (YEAR, date(2026, 3, 31), False),
        (YEAR, date(2026, 4, 1), True),
        (YEAR.quarters[0], date(2026, 3, 31), False),
        (YEAR.quarters[0], date(2026, 4, 1), True),
        (Period(date(2025, 4, 1), date(2025, 5, 31)), date(2026, 4, 1), False),
    ],
)
def test_what_is_published_is_a_year_that_is_over_or_a_quarter_of_it(
    period: Period, today: date, may_be: bool
) -> None:
    assert published.may_be(period, today=today) is may_be


# The role that counts.


def test_the_role_that_counts_reads_no_name_no_word_and_no_other_question(cast: Cast) -> None:
    talk = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    assert talk.entries.filter(question="harm_kinds").exists()

    with acting.as_system(acting.REPORTING):
        entries = interviews.Entry.objects.values_list("question", flat=True)
        assert set(entries) <= set(COUNTED_QUESTIONS)
        assert refused("select words from casework_entry")
        assert refused("select as_received from casework_notification")
        assert refused("select forename from casework_notification")
        assert refused("select words from casework_need")
        assert refused("select what from casework_helpoffered")
        assert refused("select about from casework_share")
        assert refused("select name from casework_organisation")


def test_the_queries_are_the_same_however_much_there_is(
    cast: Cast, django_assert_num_queries: Callable
) -> None:
    returned(cast.kit)
    with django_assert_num_queries(QUERIES):
        replied(cast)
    for weeks in range(8):
        said_no(cast.kit, cast, at=NOW - hours(200 * weeks + 300))
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    with django_assert_num_queries(QUERIES):
        replied(cast, "2023", tuple(year_from(year) for year in (2023, 2024, 2025)))


QUERIES = 16


def test_notifications_of_the_police_are_counted_by_the_start_of_their_episode(
    cast: Cast,
) -> None:
    assert not Basis.objects.exists()
    assert not Notification.objects.exists()
    returned(cast.kit)
    ledger = foi.count(figures.of_authority(cast.northshire), [YEAR])

    assert not ledger.holds("police_notifications", YEAR)
    assert Cell(YEAR, ALL, "police_notifications") in publishing.year_table(YEAR, {}).numbers
