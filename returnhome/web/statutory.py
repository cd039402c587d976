"""Statutory returns: what will be sent, what is wrong with it, and the files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.text import slugify

from returnhome.casework.episodes import Episode
from returnhome.casework.places import Authority
from returnhome.casework.staff import Person
from returnhome.reporting import statutory
from returnhome.rules import clock
from returnhome.rules.access import Verb
from returnhome.rules.statutory import ssda903
from returnhome.rules.statutory.ssda903 import Year
from returnhome.rules.statutory.ssda903_tables import Tables, Told
from returnhome.web import looking
from returnhome.web.asked import Request

YEARS = 3


def councils(person: Person) -> list[Authority]:
    """The councils whose returns the person makes, by name."""
    theirs = person.councils_where(Verb.MAKE_RETURN)
    own = {post.organisation.authority for post in person.current_posts}
    return sorted((each for each in own if each and each.pk in theirs), key=lambda each: each.name)


def _council(request: Request) -> Authority:
    """The one asked for, else the first. Raises Http404 for who makes no return."""
    theirs = councils(request.user)
    asked = request.GET.get("council")
    found = [each for each in theirs if asked in (None, each.gss_code or str(each.pk))]
    if not found:
        raise Http404
    return found[0]


def _years(today: date) -> list[Year]:
    """The collection year that runs, and those before it."""
    running = today.year + (today >= date(today.year, 4, 1))
    return [ssda903.year_of(running - back) for back in range(YEARS)]


def year_in_words(year: Year) -> str:
    return f"{year.number - 1} to {year.number}"


@dataclass(frozen=True)
class Fault:
    """One fault as the page tells it; `episode` and `child` where the person may open them."""

    code: str
    number: str
    sentence: str
    period: str
    follow: str
    episode: int | None
    child: int | None


def index(request: Request) -> HttpResponse:
    council = _council(request)
    today = request.now.astimezone(clock.LONDON).date()
    years = _years(today)
    year = _year(request.GET.get("year"), years)
    tables = statutory.ssda903_of(council, year.number)
    looking.at_list(request, "statutory", _shown(tables))
    context = {
        "councils": councils(request.user),
        "council": council,
        "key": council.gss_code or council.pk,
        "years": [(each, year_in_words(each)) for each in years],
        "year": year,
        "year_in_words": year_in_words(year),
        "is_over": today > year.last,
        "tables": tables,
        "faults": _faults(tables, request.user),
        "notes": _notes(tables),
        "on": min(today, year.last),
    }
    return render(request, "statutory/index.html", context)


def _year(asked: str | None, years: list[Year]) -> Year:
    if asked is None:
        return years[0]
    found = next((each for each in years if str(each.number) == asked), None)
    if found is None:
        raise Http404
    return found


def _shown(tables: Tables) -> list[Any]:
    told = [*(each.child for each in tables.told), *(each.child for each in tables.notes)]
    return list(dict.fromkeys(told))


def _faults(tables: Tables, person: Person) -> list[Fault]:
    ids: list[Any] = [each.episode for each in tables.told if each.episode]
    theirs = dict(
        Episode.objects.visible_to(person).filter(pk__in=ids).values_list("pk", "child_id")
    )
    return [_fault(each, tables, theirs) for each in tables.told]


def _fault(told: Told, tables: Tables, theirs: Mapping[Any, int]) -> Fault:
    finding = told.finding
    row = tables.missing[finding.line - 2] if told.episode else None
    seen = told.episode if told.episode in theirs else None
    return Fault(
        code=finding.code,
        number=finding.child,
        sentence=finding.sentence,
        period=_period(row) if row else "",
        follow=", ".join(finding.follow),
        episode=seen,  # type: ignore[arg-type]
        child=theirs.get(seen),
    )


def _period(row: tuple[str, ...]) -> str:
    kind = "Missing" if row[2] == "M" else "Away"
    return f"{kind} from {row[3]} to {row[4]}" if row[4] else f"{kind} since {row[3]}"


def _notes(tables: Tables) -> list[tuple[str, list[str]]]:
    """Sentence → the numbers of those it is so of; one said of many stands once."""
    found: dict[str, list[str]] = {}
    for note in tables.notes:
        found.setdefault(note.sentence, []).append(note.number)
    return sorted(found.items(), key=lambda each: -len(each[1]))


# The files.


def ssda903_zip(request: Request, year: int) -> HttpResponse:
    council, of = _asked(request, year)
    tables = statutory.ssda903_of(council, of.number)
    files = statutory.files_of_ssda903(tables)
    return _sent(request, files, f"ssda903-{slugify(council.name)}-{year}", tables.children)


def ssd_zip(request: Request, year: int) -> HttpResponse:
    council, of = _asked(request, year)
    episodes = statutory.ssd_of(council, of.first, of.last)
    files = statutory.files_of_ssd(episodes)
    children = dict.fromkeys(each.child for each in episodes)
    return _sent(request, files, f"ssd-{slugify(council.name)}-{year}", children)


def annex_a_csv(request: Request, on: str) -> HttpResponse:
    """List 8 as on that day; the day is written 2026-03-31."""
    council = _council(request)
    try:
        day = date.fromisoformat(on)
    except ValueError:
        raise Http404 from None
    if day > request.now.astimezone(clock.LONDON).date():
        raise Http404
    children = statutory.annex_a_of(council, day)
    (content,) = statutory.files_of_annex_a(children, day).values()
    listed = [each.child for each in children if each.is_looked_after_on(day)]
    looking.at_list(request, "statutory", listed, verb="export")  # type: ignore[arg-type]
    name = f"annex-a-list-8-{slugify(council.name)}-{day}.csv"
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _asked(request: Request, year: int) -> tuple[Authority, Year]:
    today = request.now.astimezone(clock.LONDON).date()
    return _council(request), _year(str(year), _years(today))


def _sent(
    request: Request, files: Mapping[str, bytes], name: str, children: Iterable[Any]
) -> HttpResponse:
    looking.at_list(request, "statutory", children, verb="export")
    return HttpResponse(
        statutory.zipped(files, request.now),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}.zip"'},
    )


urlpatterns = [
    path("figures/statutory", index, name="statutory"),
    path("figures/statutory/ssda903-<int:year>.zip", ssda903_zip, name="ssda903-statutory"),
    path("figures/statutory/ssd-<int:year>.zip", ssd_zip, name="ssd-statutory"),
    path("figures/statutory/annex-a-<str:on>.csv", annex_a_csv, name="annex-a-statutory"),
]
