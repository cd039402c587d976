"""Reports for a board: chosen, read on the page, taken along; and by whom."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import pytest
from pypdf import PdfReader

from returnhome.casework import staff
from returnhome.casework.models import JournalEntry
from returnhome.rules import partnership
from returnhome.rules.codes import Role
from returnhome.rules.partnership import ReportKind
from tests.cast import NOW, Cast, held, returned
from tests.web.asking import words_of

CHOOSE, SHOW = "/figures/partnership", "/figures/partnership/report"
ADDRESSES = (CHOOSE, SHOW, f"{SHOW}.pdf", f"{SHOW}.csv")


@pytest.fixture
def at(now: datetime) -> datetime:
    """A morning in the middle of the month that was over last."""
    last_month = now.replace(day=1) - timedelta(days=1)
    return last_month.replace(day=20, hour=9, minute=0, second=0)


def asked(at: datetime, kind: str = "partnership", *, end: str = "", **more: str) -> str:
    """The report of the period that this day is in."""
    words = {
        "kind": kind,
        "rule": "fewer-than-5",
        **{
            name: partnership.key_of(partnership.period_of(each, at.date()))
            for each, name in (
                (ReportKind.PARTNERSHIP, "quarter"),
                (ReportKind.CORPORATE_PARENTING, "year"),
                (ReportKind.PROVIDER, "month"),
            )
        },
        **more,
    }
    return f"{SHOW}{end}?{urlencode(words)}"


@pytest.fixture
def some_work(cast: Cast, at: datetime) -> None:
    """Kit came back five times, Sky and Robin once, and each time an interview was held."""
    for times in range(5):
        back = at - timedelta(days=2 * times)
        held(returned(cast.kit, at=back), interviewer=cast.ines, by=cast.amina, at=back)
    held(returned(cast.sky, at=at), interviewer=cast.ines, by=cast.amina, at=at)
    held(returned(cast.robin, at=at), interviewer=cast.pat, by=cast.pat, at=at)


@pytest.mark.usefixtures("some_work")
def test_the_report_is_chosen_and_read(as_: Callable, at: datetime) -> None:
    client = as_("ana")

    chosen = words_of(client.get(CHOOSE))
    page = words_of(client.get(asked(at)))

    assert "For the safeguarding partnership, a quarter" in chosen
    assert "Of one provider, a month" in chosen
    assert "7 missing episodes ended" in page
    for heading in ("Why they went", "Children placed out of area", "What could not be counted"):
        assert heading in page
    assert "Kit" not in page


@pytest.mark.usefixtures("some_work")
def test_figures_lead_there(as_: Callable) -> None:
    assert f'href="{CHOOSE}"'.encode() in as_("mara").get("/figures").content


@pytest.mark.usefixtures("some_work")
def test_it_is_taken_along_as_paper_and_as_figures(as_: Callable, at: datetime) -> None:
    client = as_("ana")

    paper = client.get(asked(at, end=".pdf"))
    figures = client.get(asked(at, end=".csv"))

    assert paper["Content-Type"] == "application/pdf"
    assert "partnership-northshire-" in paper["Content-Disposition"]
    pages = PdfReader(io.BytesIO(paper.content)).pages
    assert "7 missing episodes ended" in " ".join(" ".join(p.extract_text() for p in pages).split())
    rows = list(csv.DictReader(io.StringIO(figures.content.decode())))
    assert next(r["number"] for r in rows if r["figure"] == "Missing episodes that ended") == "7"


@pytest.mark.usefixtures("some_work")
def test_whoever_had_a_report_made_is_in_the_journal(
    as_: Callable, cast: Cast, at: datetime
) -> None:
    client = as_("ana")

    for end in ("", ".pdf", ".csv"):
        client.get(asked(at, end=end))

    made = JournalEntry.objects.filter(verb="made report: partnership", by_id=cast.ana.pk)
    assert [each.object_id for each in made] == [cast.northshire.pk] * 3


@pytest.mark.usefixtures("some_work")
def test_the_corporate_parents_read_of_the_children_they_look_after(
    as_: Callable, at: datetime
) -> None:
    page = words_of(as_("mara").get(asked(at, "corporate_parenting", whole="on")))

    assert "2 missing episodes ended, of 2 children whom Northshire looks after" in page
    assert "Not for publication" in page


@pytest.mark.usefixtures("some_work")
def test_the_commissioner_reads_of_one_provider(as_: Callable, cast: Cast, at: datetime) -> None:
    page = words_of(
        as_("mara").get(asked(at, "provider", provider=str(cast.open_path.pk), whole="on"))
    )

    assert "1 missing episode ended, of 1 child whom Open Path interviews for Northshire" in page
    assert "What was asked of them" in page


@pytest.mark.usefixtures("some_work")
def test_an_analyst_is_given_no_small_number_whatever_the_address_says(
    as_: Callable, cast: Cast, at: datetime
) -> None:
    client = as_("ana")

    page = words_of(client.get(asked(at, "provider", provider=str(cast.open_path.pk), whole="on")))

    assert "Hide nothing" not in words_of(client.get(CHOOSE))
    assert "fewer than 5 missing episodes ended" in page
    assert "Not for publication" not in page


def leads_open_path(cast: Cast, organisation=None) -> None:
    """Pat is a manager of the provider, too."""
    where, since = organisation or cast.open_path, date(2024, 1, 1)
    staff.appoint(cast.pat, Role.MANAGER, where, since=since, by=staff.operator(), at=NOW)


@pytest.mark.usefixtures("some_work")
def test_a_provider_reads_its_own_month_and_nothing_else(
    as_: Callable, cast: Cast, at: datetime
) -> None:
    leads_open_path(cast)
    client = as_("pat")
    assert f'href="{CHOOSE}"' in client.get("/").content.decode()
    own = {"provider": str(cast.open_path.pk)}

    page = words_of(client.get(asked(at, "provider", **own, whole="on")))
    other = client.get(asked(at))

    assert "1 missing episode ended, of 1 child whom Open Path" in page
    assert "Select which report" in words_of(other)
    assert "missing episodes ended" not in words_of(other)
    assert client.get(asked(at, end=".csv")).status_code == 404


@pytest.mark.usefixtures("some_work")
def test_a_provider_sees_nothing_of_another(as_: Callable, cast: Cast, at: datetime) -> None:
    another = staff.add_organisation("Second Step", kind="provider", by=staff.operator(), at=NOW)
    leads_open_path(cast)
    client = as_("pat")

    answer = client.get(asked(at, "provider", provider=str(another.pk)))

    assert "Second Step" not in words_of(answer)
    assert "missing episode" not in words_of(answer)
    assert (
        client.get(asked(at, "provider", provider=str(another.pk), end=".pdf")).status_code == 404
    )


def test_a_provider_whom_nobody_has_asked_is_told_so(as_: Callable, cast: Cast) -> None:
    another = staff.add_organisation("Second Step", kind="provider", by=staff.operator(), at=NOW)
    staff.end_post(cast.pat.current_posts[0], on=date(2026, 1, 1), by=staff.operator(), at=NOW)
    leads_open_path(cast, another)

    assert "No council has asked you to interview yet" in words_of(as_("pat").get(CHOOSE))
    assert as_("pat").get(f"{SHOW}.pdf").status_code == 404


def test_nothing_chosen_is_asked_for_again(as_: Callable, cast: Cast) -> None:
    page = words_of(as_("ana").get(SHOW))

    assert "Select which report" in page
    assert "Select how small numbers are hidden" in page


def test_a_period_that_is_none_is_asked_for_again(as_: Callable, cast: Cast, at: datetime) -> None:
    assert "There is a problem" in words_of(as_("ana").get(asked(at, quarter="2026-02")))


@pytest.mark.parametrize("who", ["ines", "sol", "adi", "pat", "lara"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_whose_role_counts_nothing_cannot_tell_that_there_are_reports(
    as_: Callable, cast: Cast, who: str, address: str
) -> None:
    assert as_(who).get(address).status_code == 404


@pytest.mark.usefixtures("some_work")
def test_owen_reads_of_his_own_council_and_of_no_other(as_: Callable, at: datetime) -> None:
    page = words_of(as_("owen").get(asked(at)))

    assert "Eastmoor" in page
    assert "Northshire" not in page
    assert "no missing episode of Eastmoor’s children ended" in page


@pytest.mark.check
def test_the_page_is_made_with_few_queries_however_many_episodes(
    as_: Callable, cast: Cast, at: datetime, django_assert_max_num_queries: Callable
) -> None:
    """Those of the report are counted with it; a page looks up each of its charts as well."""
    for times in range(12):
        back = at - timedelta(days=2 * times)
        held(returned(cast.kit, at=back), interviewer=cast.ines, by=cast.amina, at=back)
    client = as_("amina")

    with django_assert_max_num_queries(90):
        client.get(asked(at))
