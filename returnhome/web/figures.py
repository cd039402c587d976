"""Figures: how are we doing, and whom are we not counting?"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.text import slugify

from returnhome.casework.places import Authority
from returnhome.reporting import charts, figures, how_it_was, own_return, published
from returnhome.reporting.exports import csv_lines
from returnhome.reporting.figures import HEADER, Scope, Uptake, year_of
from returnhome.rules import clock, measures, publishing
from returnhome.rules.access import Verb
from returnhome.rules.codes import Cohort, OfferKind
from returnhome.rules.measures import quarter_of
from returnhome.rules.releasing import FEWEST, HOW_IT_WAS
from returnhome.web import days, gds
from returnhome.web.asked import Request

# The period.

DAY = timedelta(days=1)
OWN_DATES = "dates"


@dataclass(frozen=True)
class Period:
    """Days from first to last, both included, and what people call them."""

    key: str
    label: str
    first: date
    last: date


def periods(today: date) -> list[Period]:
    """What can be asked for with one click; the first is shown unless another is."""
    year, quarter = year_of(today), quarter_of(today)
    next_year, next_quarter = date(year.year + 1, 4, 1), figures.quarter_after(quarter)
    last_year, last_quarter = date(year.year - 1, 4, 1), figures.quarter_before(quarter)
    return [
        Period("year", f"Year to 31 March {next_year.year}", year, next_year - DAY),
        Period("last-year", f"Year to 31 March {year.year}", last_year, year - DAY),
        Period("quarter", "This quarter", quarter, next_quarter - DAY),
        Period("last-quarter", "Last quarter", last_quarter, quarter - DAY),
    ]


class Dates(gds.Form):
    first = days.Date("First day", hint="", missing="Enter the first day")
    last = days.Date("Last day", hint="", missing="Enter the last day")

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        first, last = asked.get("first"), asked.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day must not be before the first day")
        return asked


def _chosen(request: Request, offered: list[Period], form: Dates) -> Period | None:
    """The period asked for; None while the days typed make none."""
    if form.is_bound:
        if not form.is_valid():
            return None
        return Period(OWN_DATES, "Your own dates", **form.cleaned_data)
    asked = request.GET.get("period")
    return next((period for period in offered if period.key == asked), offered[0])


# The page.


def _scope(request: Request) -> Scope:
    """Whose figures the person may see. Raises Http404 for who may see none."""
    scope = figures.of_person(request.user)
    if not scope.authorities:
        raise Http404
    return scope


def index(request: Request) -> HttpResponse:
    scope = _scope(request)
    offered = periods(request.now.astimezone(clock.LONDON).date())
    form = Dates(request.GET) if request.GET.get("period") == OWN_DATES else Dates()
    period = _chosen(request, offered, form)
    context: dict[str, Any] = {
        "scope": scope,
        "periods": offered,
        "period": period,
        "form": form,
        "own_dates": OWN_DATES,
        "makes_returns": bool(request.user.councils_where(Verb.MAKE_RETURN)),
    }
    if period:
        report = figures.uptake(scope, period.first, period.last, now=request.now)
        days_asked = f"first={period.first}&last={period.last}"
        context |= told(report) | {
            "chart": f"{reverse('chart-figures')}?{days_asked}",
            "csv": f"{reverse('csv-figures')}?{days_asked}",
            "published": _for_publication(period, request, days_asked),
            "returns": [
                (council.name, f"{reverse('return-figures')}?{days_asked}&council={council.pk}")
                for council in figures.councils_of(request.user)
            ],
        }
    return render(request, "figures/index.html", context)


def _for_publication(period: Period, request: Request, asked: str) -> str:
    """The address of the figures for publication; nothing where these days are not published."""
    today = request.now.astimezone(clock.LONDON).date()
    listed = published.may_be(publishing.Period(period.first, period.last), today=today)
    return f"{reverse('csv-published-figures')}?{asked}" if listed else ""


# Part of the steps → the words of its row, of those who were lost there.
LOST_WORDS = {
    "not_offered": "Nothing was offered",
    "declined_by_child": "The child declined",
    "declined_by_parent": "A parent or carer declined",
    "not_answered": "Offered, and no answer yet or not now",
    "not_held": "Accepted, and then not held",
    "still_to_hold": "Accepted, and still to be held",
    "offer_not_known": "Earlier records do not say whether one was offered",
    "answer_not_known": "Offered, and earlier records do not say what was answered",
    "whose_no_not_known": "Declined, and earlier records do not say by whom",
    "held_not_known": "Accepted, and earlier records do not say whether it was held",
}
APART_WORDS = {
    OfferKind.LOCAL_POLICY: "Looked after and away from placement without authorisation",
    OfferKind.ADULT_PATHWAY: "Turned 18 before the return: adult pathway",
    OfferKind.NOT_STATUTORY_HERE: "Placed here by an authority outside England",
}


def told(report: Uptake) -> dict[str, Any]:
    """What the page, and the file that is sent out, say of the figures."""
    return {
        "report": report,
        "step_words": charts.STEP_WORDS,
        "lost_words": LOST_WORDS,
        "not_held": {
            reason.label: report.number(f"not_held_{reason}")
            for reason in measures.NOT_HELD
            if report.number(f"not_held_{reason}")
        },
        "cohorts": [*((str(each), each.label) for each in measures.ADDED), (measures.ALL, "All")],
        "unknown": Cohort.UNKNOWN,
        "apart": _apart(report),
        "measures": measures.UPTAKE,
        "funnel_words": charts.funnel_in_words(report),
        "trend_words": charts.trend_in_words(report),
    }


def _apart(report: Uptake) -> list[tuple[str, int, int, int]]:
    """Children in no rate above: words, episodes ended, offered, held."""
    rows = []
    for kind, words in APART_WORDS.items():
        prefix = measures.APART[kind]
        numbers = [
            report.number(f"{prefix}_{part}")
            + report.number(f"{prefix}_{part}", measures.APART_COHORT)
            for part in ("ended", "offered", "held")
        ]
        rows.append((words, *numbers))
    beside = [report.hosted[key].numerator for key in ("ended", "offered", "held_of_ended")]
    rows.append(("Placed here by another council in England, which counts them", *beside))
    return [row for row in rows if row[1]]  # type: ignore[misc]


def paper(report: Uptake) -> str:
    """The figures as one page of HTML that needs nothing else, charts and all."""
    drawn = {
        "steps": {"wide": charts.funnel(report), "narrow": charts.funnel(report, narrow=True)},
        "trend": {"wide": charts.trend(report), "narrow": charts.trend(report, narrow=True)},
    }
    return render_to_string("figures/paper.html", told(report) | {"charts": drawn})


# The same as a picture and as a file.


def _asked(request: Request) -> Uptake:
    scope = _scope(request)
    first, last = _days(request)
    return figures.uptake(scope, first, last, now=request.now)


def _days(request: Request) -> tuple[date, date]:
    """The days that the address names. Raises Http404 where it names none."""
    try:
        first, last = (date.fromisoformat(request.GET.get(name, "")) for name in ("first", "last"))
    except ValueError:
        raise Http404 from None
    return first, last


def chart(request: Request) -> HttpResponse:
    """One chart as SVG: `chart` is steps or trend, `shape` wide or narrow."""
    draw = charts.trend if request.GET.get("chart") == "trend" else charts.funnel
    svg = draw(_asked(request), narrow=request.GET.get("shape") == "narrow")
    return HttpResponse(svg, content_type="image/svg+xml")


def csv(request: Request) -> HttpResponse:
    report = _asked(request)
    name = f"uptake-{slugify(report.scope.name)}-{report.first}-to-{report.last}.csv"
    return HttpResponse(
        "".join(csv_lines(HEADER, report.rows())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def own(request: Request) -> HttpResponse:
    """A council's own return to the national study, as the study reads it."""
    council = _council(request)
    first, last = _days(request)
    if last < first:
        raise Http404
    content = own_return.as_csv(council, first, last, now=request.now)
    name = f"return-{slugify(council.name)}-{first}-to-{last}.csv"
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _council(request: Request) -> Authority:
    """The council asked for, of those whose figures the person may see. Raises Http404."""
    _scope(request)
    theirs = figures.councils_of(request.user)
    for council in theirs:
        if str(council.pk) == request.GET.get("council"):
            return council
    raise Http404


# How the talk was.


def how(request: Request) -> HttpResponse:
    """What children answered to three questions, of how many who answered."""
    scope = _scope(request)
    offered = periods(request.now.astimezone(clock.LONDON).date())
    asked = request.GET.get("period")
    period = next((each for each in offered if each.key == asked), offered[0])
    answers = how_it_was.of_authorities(scope.authorities, period.first, period.last)
    context = {
        "scope": scope,
        "periods": offered,
        "period": period,
        "answers": answers,
        "fewest": FEWEST,
        "questions": [(text, answers.of(key)) for key, text in HOW_IT_WAS.items()],
    }
    return render(request, "figures/how_it_was.html", context)


urlpatterns = [
    path("figures", index, name="figures"),
    path("figures/how-the-talk-was", how, name="how-it-was"),
    path("figures/uptake.svg", chart, name="chart-figures"),
    path("figures/uptake.csv", csv, name="csv-figures"),
    path("figures/return.csv", own, name="return-figures"),
]
