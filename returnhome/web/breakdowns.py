"""Figures told apart: by age, sex, ethnicity, risk, who interviews, where placed, and more."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.text import slugify

from returnhome.casework.episodes import Episode
from returnhome.reporting import breakdowns, figures
from returnhome.reporting.breakdowns import Breakdown, Group
from returnhome.reporting.exports import csv_lines
from returnhome.reporting.figures import Scope
from returnhome.rules import clock, grouping
from returnhome.rules.access import Verb
from returnhome.rules.grouping import By, Interval
from returnhome.web import looking, pages
from returnhome.web.asked import Request
from returnhome.web.figures import Period, periods

# Measure → its heading, out of what.
SHOWN = {
    "offered": ("Offered", "ended"),
    "held_of_ended": ("Held", "ended"),
    "in_time_of_held": ("Within 72 hours, of held", "held"),
    "in_time_of_ended": ("Within 72 hours, of ended", "ended"),
}
# What a group rests on, where the heading does not say it.
RESTS_ON = {
    By.ETHNICITY: "As the child last described it, in a talk or to whoever noted it; where nobody "
    "asked, as the council’s records say. The groups are those of the Census of 2021.",
    By.DISABILITY: "As last noted on the child’s page (Equality Act 2010).",
    By.INTERPRETER: "As last noted on the child’s page, under how to talk with the child.",
    By.UNACCOMPANIED: "By the concerns that stand on the child’s page. Of a child without one it "
    "is not known whether anybody asked.",
    By.COHORT: "As it was when the episode began.",
    By.TEAM: "The team of whoever has the episode on their list, or had it last.",
}
MOST_LISTED = 200
HEADER = ("group", *("episodes", "children"), "measure", "numerator", "denominator", "value")


@dataclass(frozen=True)
class Asked:
    scope: Scope
    by: By
    period: Period
    offered: list[Period]

    @cached_property
    def report(self) -> Breakdown:
        return breakdowns.broken_down(self.scope, *self.days, self.by)

    @property
    def days(self) -> tuple[date, date]:
        return self.period.first, self.period.last

    @property
    def query(self) -> str:
        return f"by={self.by}&period={self.period.key}"


def _asked(request: Request) -> Asked:
    """What is asked for: age and this year, unless something else. Raises Http404."""
    scope = figures.of_person(request.user)
    if not scope.authorities:
        raise Http404
    today: date = request.now.astimezone(clock.LONDON).date()
    offered = periods(today)
    key = request.GET.get("period")
    period = next((each for each in offered if each.key == key), offered[0])
    said = request.GET.get("by", str(By.AGE))
    if said not in {str(each) for each in By}:
        raise Http404
    by = By(said)
    return Asked(scope, by, period, offered)


@dataclass(frozen=True)
class Cell:
    count: Any
    of: str
    interval: Interval | None
    is_apart: bool


def _cells(group: Group, total: Group) -> list[Cell]:
    return [
        Cell(
            group.count(measure),
            of,
            grouping.interval(group.count(measure)),
            group is not total and grouping.are_apart(group.count(measure), total.count(measure)),
        )
        for measure, (_, of) in SHOWN.items()
    ]


def index(request: Request) -> HttpResponse:
    asked = _asked(request)
    report = asked.report
    context = {
        "asked": asked,
        "ways": list(By),
        "headings": [heading for heading, _ in SHOWN.values()],
        "rows": [(group, _cells(group, report.total)) for group in (*report.groups, report.total)],
        "may_open": request.user.may(Verb.SEE_EPISODE),
        "rests_on": RESTS_ON.get(asked.by, ""),
    }
    return render(request, "figures/by.html", context)


def csv(request: Request) -> HttpResponse:
    asked = _asked(request)
    rows = [
        (
            *(group.label, group.count("ended").numerator, group.count("children").numerator),
            *(measure, count.numerator, count.denominator, count.value),
        )
        for group in (*asked.report.groups, asked.report.total)
        for measure, count in ((key, group.count(key)) for key in SHOWN)
    ]
    period = asked.period
    name = f"{asked.by}-{slugify(asked.scope.name)}-{period.first}-to-{period.last}.csv"
    return HttpResponse(
        "".join(csv_lines(HEADER, rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# The episodes behind a number.


@dataclass(frozen=True)
class Behind:
    episode: Episode
    name: str
    became: str


def behind(request: Request) -> HttpResponse:
    """The episodes of one group, for those who may see them; others are only counted."""
    if not request.user.may(Verb.SEE_EPISODE):
        raise Http404
    asked = _asked(request)
    group = breakdowns.group(asked.scope, *asked.days, asked.by, request.GET.get("group", ""))
    if group is None:
        raise Http404
    # In the order of an index, which is left where the page is full.
    those = breakdowns.behind(asked.scope, *asked.days, asked.by, group.key)
    seen = those.visible_to(request.user).select_related("child").order_by("-ended_on", "-pk")
    shown = list(seen[:MOST_LISTED])
    looking.at_list(request, "behind-figures", [each.child_id for each in shown])
    context = {
        "asked": asked,
        "group": group,
        "rows": [Behind(each, pages.name_of(each.child), became(each)) for each in shown],
        "left": group.episodes - len(shown),
    }
    return render(request, "figures/behind.html", context)


def became(episode: Episode) -> str:
    """What became of the offer, in a few words."""
    facts = episode.facts
    if facts.is_answered_for:
        return "An interview was held"
    if not facts.is_offered:
        return "Nothing was offered, as far as is on record"
    if facts.is_accepted:
        return "Accepted, and not held"
    return "Declined" if facts.whose_no else "Offered, and no answer yet"


urlpatterns = [
    path("figures/by", index, name="figures-by"),
    path("figures/by.csv", csv, name="csv-figures-by"),
    path("figures/by/episodes", behind, name="behind-figures"),
]
