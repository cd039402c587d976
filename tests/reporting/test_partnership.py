"""The report for a board, against what happened."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from pypdf import PdfReader

from returnhome.casework import acting, handovers, interviews, offers, registers, staff, support
from returnhome.casework.models import Child, Interview
from returnhome.reporting import figures, partnership_paper
from returnhome.reporting import partnership as reports
from returnhome.reporting.partnership import Provider, Report
from returnhome.rules import partnership
from returnhome.rules.codes import ActionKind, Answer, DeclinedBy, HandOverKind, RefusalReason, Role
from returnhome.rules.handover import Reply
from returnhome.rules.measures import ALL, UPTAKE
from returnhome.rules.partnership import ReportKind, Topic
from returnhome.rules.partnership_tables import COUNTED_QUESTIONS, hosted_by, said
from returnhome.rules.publishing import FUNNEL, LOOKED_AFTER, OUT_OF_AREA, Cell, Period
from returnhome.rules.suppression import faults
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

QUARTER = partnership.quarter_from(2026, 1)
YEAR = partnership.named(ReportKind.CORPORATE_PARENTING, "2025-04")
MONTH = partnership.month_from(2026, 3)
AFTERWARDS = datetime(2026, 6, 1, 9, tzinfo=UTC)


def made(
    cast: Cast,
    kind: ReportKind = ReportKind.PARTNERSHIP,
    period: Period = QUARTER,
    *,
    council: str = "northshire",
    **how,
) -> Report:
    how = {"now": AFTERWARDS, "is_protected": False} | how
    scope = figures.of_authority(getattr(cast, council))
    return reports.report(kind, scope, period, **how)


def open_path(cast: Cast) -> Provider:
    return Provider(cast.open_path.pk, cast.open_path.name)


def part(report: Report, topic: Topic) -> str:
    """All that stands under one heading."""
    paper = partnership_paper.paper(report)
    found = next(each for each in paper.parts if each.title == topic.label)
    lines = [*found.opening, *found.closing]
    for table in found.tables:
        lines += [table.caption, table.note]
        lines += [f"{row.label} {' | '.join(row.cells)}" for row in table.rows]
    return "\n".join(lines)


def in_short(report: Report) -> str:
    return " ".join(partnership_paper.paper(report).summary)


def another_child(cast: Cast, key: str) -> Child:
    child, _ = registers.enter(
        register_id=key,
        forename=key.capitalize(),
        surname="Pryce",
        born_on=date(2012, 1, 1),
        sex="M",
        postcode="NS1 1AA",
        lives_in=cast.northshire,
        looked_after_by=None,
        by=staff.operator(),
        at=NOW,
    )
    return child


def told_why(talk: Interview, cast: Cast, **codes: list[str]) -> Interview:
    """A signed record in which the child gave these reasons."""
    answers = everything_said(talk) | {
        question: interviews.Said(codes=those) for question, those in codes.items()
    }
    interviews.record(talk, answers, by=talk.interviewer, at=NOW + hours(6))
    return sign(talk, by=talk.interviewer, at=NOW + hours(6))


def declined(child: Child, cast: Cast, *, at: datetime = NOW) -> None:
    no = {"declined_by": DeclinedBy.CHILD, "reason": "Not today"}
    offers.answer(
        offered(returned(child, at=at), by=cast.amina, at=at),
        Answer.DECLINED,
        **no,
        by=cast.amina,
        at=at,
    )


# What is counted.


def test_the_numbers_are_those_of_the_figures(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    declined(cast.kit, cast)
    returned(cast.robin)
    missing(cast.robin, last_seen=NOW - hours(2))
    scope = figures.of_authority(cast.northshire)

    counts = reports.count(ReportKind.PARTNERSHIP, scope, QUARTER, now=AFTERWARDS)

    uptake = figures.uptake(scope, QUARTER.first, QUARTER.last, now=AFTERWARDS)
    parts = {*FUNNEL, *(each for those in FUNNEL.values() for each in those)}
    parts |= {"children", "still_missing", "waiting", "running"}
    for measure in UPTAKE:
        if measure.part in parts:
            assert counts.number(measure.part) == uptake.number(measure.key), measure.key
    assert counts.hours[QUARTER] == uptake.hours[ALL]


def test_the_quarter_stands_beside_the_one_before(cast: Cast) -> None:
    declined(cast.kit, cast)
    declined(cast.kit, cast, at=NOW - timedelta(days=90))
    returned(cast.sky, at=NOW - timedelta(days=95))

    report = made(cast)

    assert "Missing episodes that ended 1 | 2" in part(report, Topic.FUNNEL)
    assert "the quarter before had 2" in in_short(report)


def test_before_the_record_begins_nothing_is_held_which_is_no_zero(cast: Cast) -> None:
    returned(cast.kit)

    report = made(cast)

    assert "Missing episodes that ended 1 | not held" in part(report, Topic.FUNNEL)
    about = partnership_paper.paper(report).about
    assert any(
        "The record begins on 27 February 2026" in line or "begins on" in line for line in about
    )


def test_other_councils_children_stand_beside_and_in_no_number_of_ours(cast: Cast) -> None:
    returned(cast.sky)

    report = made(cast, council="westborough")

    assert report.counts.number("ended") == 0
    assert "Other councils’ children, placed in our area" in part(report, Topic.OUT_OF_AREA)
    assert "Missing episodes that ended 1" in part(report, Topic.OUT_OF_AREA)


def test_a_child_missing_three_times_is_one_child_missing_three_times(cast: Cast) -> None:
    for weeks in (0, 2, 4):
        returned(cast.kit, at=NOW - timedelta(weeks=weeks))
    returned(cast.sky)

    told = part(made(cast), Topic.AGAIN)

    assert "Missing once 1 of 2 (50.0%)" in told
    assert "Missing three times or more 1 of 2 (50.0%)" in told


def test_reasons_are_the_childs_own_and_of_signed_records_alone(cast: Cast) -> None:
    talk = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    told_why(talk, cast, push=["school", "bullying"], pull=["friends"])
    unsigned = held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    interviews.record(
        unsigned, {"push": interviews.Said(codes=["conflict"])}, by=cast.ines, at=NOW + hours(6)
    )

    report = made(cast)

    counts, told = report.counts, part(report, Topic.REASONS)
    assert counts.number(said("push", "school")) == counts.number(said("pull", "friends")) == 1
    assert counts.number(said("push", "conflict")) == 0
    assert "School 1 of 1" in told
    assert "conflict" not in told


def test_what_nobody_wrote_down_is_said_to_be_missing_and_is_no_zero(cast: Cast) -> None:
    signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)

    report = made(cast)

    why = part(report, Topic.REASONS)
    assert "this could not be counted, it is missing in the one with a signed record" in why
    assert "no record is signed off (1 of 2)" in in_short(report)


def test_with_no_signed_record_there_are_no_reasons_and_it_says_why(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    told = part(made(cast), Topic.REASONS)

    assert "could not be counted, because the signed record is missing in all 1 episode" in told


def test_harm_is_told_as_yes_possible_and_no(cast: Cast) -> None:
    talk = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    told_why(talk, cast, harm=["possible"], harm_kinds=["threats"])

    signed(returned(cast.kit), interviewer=cast.ines, by=cast.amina)

    told = part(made(cast), Topic.HARM)

    assert "Whether there was harm: missing in 1 of 2" in told
    assert "What kind of harm: named in 1 of 2" in told
    assert "Possible 1 of 1" in told
    assert "Threats, or fear of somebody 1 of 1" in told
    assert "no child has a score" in told


def test_actions_are_counted_by_what_became_of_them(cast: Cast) -> None:
    talk = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    episode = talk.episodes.get()
    for what, days in (("Ring the school", 2), ("A new key worker", 200)):
        support.add(
            episode,
            interview=talk,
            kind=ActionKind.EDUCATION,
            what=what,
            owner=cast.sol,
            due_on=(NOW + timedelta(days=days)).date(),
            by=cast.sol,
            at=NOW + hours(8),
        )

    told = part(made(cast), Topic.FOLLOWED)

    assert "Overdue 1 of 2" in told
    assert "Not due yet 1 of 2" in told


def test_a_council_with_nothing_on_record_says_so(cast: Cast) -> None:
    report = made(cast, council="eastmoor", is_protected=True)

    assert "no missing episode of Eastmoor’s children ended" in in_short(report)
    assert any(
        "does not say that no child went" in e for e in partnership_paper.paper(report).about
    )
    assert partnership_paper.paper(report).parts == []
    assert partnership_paper.pdf(report)


# Of whom.


def test_the_corporate_parents_read_of_their_own_children_wherever_placed(cast: Cast) -> None:
    returned(cast.sky)
    returned(cast.robin)
    returned(cast.kit)

    report = made(cast, ReportKind.CORPORATE_PARENTING, YEAR)

    assert report.counts.number("ended") == 2
    assert report.counts.number("children") == 2
    told = part(report, Topic.LIVED)
    assert "Looked after, placed in our area" in told
    assert "Looked after, placed out of area" in told
    assert "home" not in told.lower()
    assert "whom Northshire looks after, wherever they were placed" in in_short(report)
    assert report.counts.number(hosted_by(str(cast.westborough.pk)), OUT_OF_AREA) == 1


def test_a_providers_month_is_of_what_was_theirs_alone(cast: Cast) -> None:
    held(returned(cast.robin), interviewer=cast.pat, by=cast.pat)
    held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)

    report = made(cast, ReportKind.PROVIDER, MONTH, provider=open_path(cast))

    counts = report.counts
    assert (counts.number("ended"), counts.number("children"), counts.number("held")) == (1, 1, 1)
    assert counts.number("taken_on") == 1
    assert "whom Open Path interviews for Northshire" in in_short(report)


def test_what_a_provider_was_asked_counts_by_the_day_it_was_asked(cast: Cast) -> None:
    since = date(2024, 1, 1)
    staff.appoint(cast.pat, Role.MANAGER, cast.open_path, since=since, by=staff.operator(), at=NOW)
    episode = returned(cast.kit)
    row = handovers.ask(
        episode, HandOverKind.PROVIDER, to=cast.open_path, by=cast.amina, at=NOW + hours(1)
    )
    handovers.answer(
        row, Reply.REFUSED, reason=RefusalReason.NOBODY_IN_TIME, by=cast.pat, at=NOW + hours(2)
    )

    told = part(made(cast, ReportKind.PROVIDER, MONTH, provider=open_path(cast)), Topic.ASKED)

    assert "Requests made to them, episode by episode 1" in told
    assert "Refused 1 of 1" in told


def test_of_another_provider_nothing_is_in_it(cast: Cast) -> None:
    another = staff.add_organisation("Second Step", kind="provider", by=staff.operator(), at=NOW)
    held(returned(cast.robin), interviewer=cast.pat, by=cast.pat)

    report = made(cast, ReportKind.PROVIDER, MONTH, provider=Provider(another.pk, another.name))

    assert {
        number for counted in report.counts.counted.values() for number in counted.values()
    } <= {0}
    assert reports.providers(figures.of_authority(cast.northshire)) == [open_path(cast)]


def test_of_the_same_provider_another_councils_children_are_not_in_it(cast: Cast) -> None:
    held(returned(cast.robin), interviewer=cast.pat, by=cast.pat)

    report = made(cast, ReportKind.PROVIDER, MONTH, provider=open_path(cast), council="westborough")

    assert report.counts.number("ended") == 0
    assert reports.councils_of([cast.open_path.pk]) == [cast.northshire]


# What is hidden.


def twenty(cast: Cast) -> None:
    """Twenty episodes of six children: offered to most, held with some."""
    children = [
        cast.kit,
        cast.sky,
        *(another_child(cast, key) for key in ("ada", "ben", "cal", "dee")),
    ]
    for n in range(20):
        child, at = children[n % 6], NOW - timedelta(days=3 * n + 1)
        if n % 3 == 0:
            held(returned(child, at=at), interviewer=cast.ines, by=cast.amina, at=at)
        elif n % 3 == 1:
            declined(child, cast, at=at)
        else:
            returned(child, at=at)


def test_a_small_council_has_an_honest_short_report(cast: Cast) -> None:
    twenty(cast)
    period = Period(date(2025, 12, 20), date(2026, 3, 31))

    report = made(cast, period=period, is_protected=True)

    assert "20 missing episodes ended, of 6 children" in in_short(report)
    for shown in report.shown.values():
        assert not shown.release.exposed
        assert faults(shown.release) == []
    numbers = [
        row[column]
        for row in partnership_paper.rows(report)
        for column in (4, 5, 7, 8)
        if isinstance(row[column], int)
    ]
    assert not any(0 < number < 5 for number in numbers)


def test_nothing_is_hidden_but_places_where_that_is_asked_for(cast: Cast) -> None:
    returned(cast.sky)
    returned(cast.kit)

    report = made(cast, is_protected=False)

    assert "2 missing episodes ended, of 2 children" in in_short(report)
    assert "Westborough" not in part(report, Topic.PLACES)
    assert "not to be tabled" in partnership_paper.paper(report).warning


def test_a_quarter_hides_the_same_beside_the_next_one(cast: Cast) -> None:
    twenty(cast)
    autumn = partnership.earlier(QUARTER)

    own = made(cast, period=autumn, is_protected=True).shown[autumn]
    beside = made(cast, period=QUARTER, is_protected=True).shown[autumn]

    assert (own.release.hidden, own.left_out) == (beside.release.hidden, beside.left_out)


def test_of_a_year_the_numbers_are_those_for_publication(cast: Cast) -> None:
    twenty(cast)
    year = made(cast, ReportKind.CORPORATE_PARENTING, YEAR, is_protected=True)

    release = year.shown[YEAR].release

    assert release.says(Cell(YEAR, LOOKED_AFTER, "ended")) in ("fewer than 5", "withheld")


# What has changed.


def test_what_got_better_by_more_than_chance_is_said_on_the_first_page(cast: Cast) -> None:
    for n in range(12):
        returned(cast.kit, at=NOW - timedelta(days=70 + 4 * n))
    for n in range(12):
        at = NOW - timedelta(days=2 + 4 * n)
        held(returned(cast.kit, at=at), interviewer=cast.ines, by=cast.amina, at=at)
    days = Period((NOW - timedelta(days=60)).date(), NOW.date())

    report = made(cast, period=days)

    assert "this got better: more were offered an interview (0.0%, then 100.0%)" in in_short(report)
    assert "up 100 points, more than chance" in part(report, Topic.FUNNEL)


# The files.


def text_of(report: Report) -> str:
    pages = PdfReader(io.BytesIO(partnership_paper.pdf(report))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_paper_has_every_topic_and_names_nobody(cast: Cast) -> None:
    twenty(cast)
    signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    report = made(cast, is_protected=True)

    text = text_of(report)

    places = [text.index(topic.label) for topic in partnership.TOPICS[ReportKind.PARTNERSHIP]]
    assert places == sorted(places)
    assert "Page 1 of" in text
    for name in ("Sky", "Marlowe", "Ines", "Okafor", "Amina", "Pryce"):
        assert name not in text


@pytest.mark.parametrize("kind", list(ReportKind))
def test_the_paper_is_tagged_and_the_same_twice(cast: Cast, kind: ReportKind) -> None:
    twenty(cast)
    provider = open_path(cast) if kind is ReportKind.PROVIDER else None
    period = partnership.period_of(kind, NOW.date())
    report = made(cast, kind, period, provider=provider, is_protected=True)

    assert partnership_paper.pdf(report) == partnership_paper.pdf(report)
    root = PdfReader(io.BytesIO(partnership_paper.pdf(report))).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"


def test_the_file_of_figures_holds_what_the_paper_says(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    declined(cast.kit, cast)

    rows = list(csv.DictReader(io.StringIO(partnership_paper.csv(made(cast)).decode())))

    found = {row["figure"]: row for row in rows if row["section"] == Topic.FUNNEL.label}
    assert found["An interview was held"]["number"] == "1"
    assert found["An interview was held"]["out_of"] == "2"
    assert found["An interview was held"]["percent"] == "50.0"
    assert found["An interview was held"]["counted_of"] == "episodes that ended"


# The role that counts, and the queries.


def test_the_role_that_counts_reads_codes_of_a_few_questions_and_no_word(cast: Cast) -> None:
    talk = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    told_why(talk, cast, push=["school"])

    with acting.as_system(acting.REPORTING):
        entries = interviews.Entry.objects.values_list("question", flat=True)
        assert "push" in entries
        assert set(entries) <= set(COUNTED_QUESTIONS)
        assert refused("select words from casework_entry")
        assert refused("select unanswered from casework_entry")
        assert refused("select what from casework_action")
        assert refused("select owner_id from casework_action")
        assert refused("select terms from casework_handover")
        assert refused("select episode_id from casework_handover")
        assert refused("select name from casework_organisation")


@pytest.mark.parametrize(
    ("kind", "queries"),
    [
        (ReportKind.PARTNERSHIP, 56),
        (ReportKind.CORPORATE_PARENTING, 55),
        (ReportKind.PROVIDER, 22),
    ],
)
def test_the_queries_are_the_same_however_much_there_is(
    cast: Cast, django_assert_num_queries: Callable, kind: ReportKind, queries: int
) -> None:
    provider = open_path(cast) if kind is ReportKind.PROVIDER else None
    period = partnership.period_of(kind, NOW.date())
    returned(cast.robin)
    returned(cast.sky)
    with django_assert_num_queries(queries):
        made(cast, kind, period, provider=provider)
    twenty(cast)
    told_why(held(returned(cast.kit), interviewer=cast.ines, by=cast.amina), cast, push=["school"])

    with django_assert_num_queries(queries):
        made(cast, kind, period, provider=provider)
