"""Could we answer? Each figure by cohort: yes, in part or no, and which fact is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.text import slugify

from returnhome.reporting import figures, helped
from returnhome.reporting.exports import csv_lines
from returnhome.reporting.figures import Scope
from returnhome.rules import capability, clock, measures
from returnhome.rules.capability import Capability, CouldAnswer
from returnhome.rules.measures import Count
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
    """A fact that is missing, in how many of what, and how many figures it takes away."""

    fact: capability.Fact
    number: int
    figures: int

    @property
    def lacked_by(self) -> str:
        return capability.LACKED_BY.get(self.fact, "episode")


@dataclass(frozen=True)
class Asked:
    """Whose figures, of which period, and all of them that are counted by cohort."""

    scope: Scope
    period: Period
    offered: list[Period]
    counts: Mapping[tuple[str, str], Count]


def _asked(request: Request) -> Asked:
    scope = figures.of_person(request.user)
    if not scope.authorities:
        raise Http404
    offered = periods(request.now.astimezone(clock.LONDON).date())
    asked = request.GET.get("period")
    period = next((each for each in offered if each.key == asked), offered[0])
    days = (scope, period.first, period.last)
    uptake = figures.uptake(*days, now=request.now)
    followed = helped.helped(*days, now=request.now)
    return Asked(scope, period, offered, {**uptake.counts, **followed.counts})


def index(request: Request) -> HttpResponse:
    asked = _asked(request)
    told = list(capability.of(asked.counts))
    cohorts = [(measures.ALL, "All"), *((str(each), each.label) for each in measures.ADDED)]
    by_key = {(each.cohort, each.measure.key): each for each in told}
    context: dict[str, Any] = {
        "scope": asked.scope,
        "periods": asked.offered,
        "period": asked.period,
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
    return sorted(found, key=lambda gap: -gap.number)


def csv(request: Request) -> HttpResponse:
    asked = _asked(request)
    period = asked.period
    name = f"could-we-answer-{slugify(asked.scope.name)}-{period.first}-to-{period.last}.csv"
    return HttpResponse(
        "".join(csv_lines(capability.HEADER, capability.rows(asked.counts))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


urlpatterns = [
    path("figures/could-we-answer", index, name="could-we-answer"),
    path("figures/could-we-answer.csv", csv, name="csv-could-we-answer"),
]
