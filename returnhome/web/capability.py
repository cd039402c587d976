"""Could we answer? Each figure by cohort: yes, in part or no, and which fact is missing."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.text import slugify

from returnhome.reporting import figures
from returnhome.reporting.exports import csv_lines
from returnhome.reporting.figures import Uptake
from returnhome.rules import capability, clock, measures
from returnhome.rules.capability import Capability, CouldAnswer
from returnhome.web.asked import Request
from returnhome.web.figures import Period, periods

# How it stands in the list: what cannot be told first.
TAGS = {
    CouldAnswer.NO: "govuk-tag--red",
    CouldAnswer.IN_PART: "govuk-tag--yellow",
    CouldAnswer.YES: "govuk-tag--green",
    CouldAnswer.NOTHING: "govuk-tag--grey",
}


@dataclass(frozen=True)
class Gap:
    """A fact that is missing, in how many episodes, and how many figures it takes away."""

    fact: capability.Fact
    episodes: int
    figures: int


def _report(request: Request) -> tuple[Uptake, Period, list[Period]]:
    scope = figures.of_person(request.user)
    if not scope.authorities:
        raise Http404
    offered = periods(request.now.astimezone(clock.LONDON).date())
    asked = request.GET.get("period")
    period = next((each for each in offered if each.key == asked), offered[0])
    return figures.uptake(scope, period.first, period.last, now=request.now), period, offered


def index(request: Request) -> HttpResponse:
    report, period, offered = _report(request)
    told = list(capability.of(report.counts))
    cohorts = [(measures.ALL, "All"), *((str(each), each.label) for each in measures.ADDED)]
    by_key = {(each.cohort, each.measure.key): each for each in told}
    context: dict[str, Any] = {
        "scope": report.scope,
        "periods": offered,
        "period": period,
        "could": CouldAnswer,
        "tags": TAGS,
        "counts": {
            each: sum(one.could is each for one in told if one.cohort == measures.ALL)
            for each in CouldAnswer
        },
        "asked": len(capability.ASKED),
        "gaps": _gaps(told),
        "cohorts": cohorts,
        "rows": [
            (measure.label, [by_key[key, measure.key] for key, _ in cohorts])
            for measure in capability.ASKED
        ],
    }
    return render(request, "figures/could_we_answer.html", context)


def _gaps(told: list[Capability]) -> list[Gap]:
    """Of all children together; that nobody knows where a child lived is missing from the rest."""
    found = []
    for fact in capability.Fact:
        lacking = [each for each in told if fact in each.missing]
        if lacking:
            most = max(each.missing[fact] for each in lacking)
            keys = {each.measure.key for each in lacking}
            found.append(Gap(fact, most, len(keys)))
    return sorted(found, key=lambda gap: -gap.episodes)


def csv(request: Request) -> HttpResponse:
    report, period, _ = _report(request)
    name = f"could-we-answer-{slugify(report.scope.name)}-{period.first}-to-{period.last}.csv"
    return HttpResponse(
        "".join(csv_lines(capability.HEADER, capability.rows(report.counts))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


urlpatterns = [
    path("figures/could-we-answer", index, name="could-we-answer"),
    path("figures/could-we-answer.csv", csv, name="csv-could-we-answer"),
]
