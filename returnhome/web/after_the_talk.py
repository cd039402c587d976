"""After the talk: the record, the help, the sharing; what children said; how far from home."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.text import slugify

from returnhome.reporting import figures, helped
from returnhome.reporting.exports import csv_lines
from returnhome.reporting.figures import HEADER
from returnhome.reporting.helped import Helped
from returnhome.rules import after_the_talk, clock, measures
from returnhome.rules.after_the_talk import SECTIONS
from returnhome.rules.releasing import FEWEST
from returnhome.web.asked import Request
from returnhome.web.figures import Period, periods

# What a rate is of, in the few words that stand beside its two numbers.
OF = {
    "talks": "interviews",
    "needs": "needs",
    "help_offered": "with help offered",
    "taken_up": "taken up",
    "to_share": "with something to share",
    "shared": "shared",
    "started": "started",
    "ended": "ended",
    "placed": "of looked-after children",
    "said": "who said something",
}


def _asked(request: Request) -> tuple[Helped, Period, list[Period]]:
    """What followed, in the period asked for; this year unless another. Raises Http404."""
    scope = figures.of_person(request.user)
    if not scope.authorities:
        raise Http404
    offered = periods(request.now.astimezone(clock.LONDON).date())
    asked = request.GET.get("period")
    period = next((each for each in offered if each.key == asked), offered[0])
    report = helped.helped(scope, period.first, period.last, now=request.now)
    return report, period, offered


def index(request: Request) -> HttpResponse:
    report, period, offered = _asked(request)
    context: dict[str, Any] = {
        "report": report,
        "periods": offered,
        "period": period,
        "sections": SECTIONS,
        "help": after_the_talk.HELP,
        "said": after_the_talk.SAID,
        "distance": after_the_talk.DISTANCE,
        "days_mean": after_the_talk.DAYS_MEAN,
        "of": OF,
        "fewest": FEWEST,
        "cohorts": [
            (measures.ALL, "All"),
            *((str(each), each.label) for each in measures.ADDED),
        ],
        "looked_after": [
            (measures.ALL, "All"),
            *((str(each), each.label) for each in after_the_talk.LOOKED_AFTER),
        ],
    }
    return render(request, "figures/after_the_talk.html", context)


def csv(request: Request) -> HttpResponse:
    report, period, _ = _asked(request)
    name = f"after-the-talk-{slugify(report.scope.name)}-{period.first}-to-{period.last}.csv"
    return HttpResponse(
        "".join(csv_lines(HEADER, report.rows())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


urlpatterns = [
    path("figures/after-the-talk", index, name="after-the-talk"),
    path("figures/after-the-talk.csv", csv, name="csv-after-the-talk"),
]
