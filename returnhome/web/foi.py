"""Answers to a freedom of information request: choose whose, type what only people know, send."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.text import slugify

from returnhome.reporting import figures, foi, foi_paper, published
from returnhome.reporting.exports import csv_lines
from returnhome.reporting.figures import Scope
from returnhome.reporting.foi import Reply
from returnhome.rules import clock, publishing, suppression
from returnhome.rules.publishing import Period
from returnhome.rules.statutory.foi import LONGEST_TYPED, PACKS, Pack, Typed, fields
from returnhome.rules.suppression import FEWER_THAN_5, RULES, Rule
from returnhome.web import gds
from returnhome.web.asked import Request

# So many years back can be chosen.
YEARS = 10
LONGEST_LINE = 120


def _scope(request: Request) -> Scope:
    scope = figures.of_person(request.user)
    if not scope.authorities:
        raise Http404
    return scope


def _today(request: Request) -> date:
    return request.now.astimezone(clock.LONDON).date()


def _years_over(today: date) -> list[Period]:
    """The financial years that are over, the newest first."""
    this = publishing.year_with(today)
    return [publishing.year_from(this.first.year - back) for back in range(1, YEARS + 1)]


def may_see_rows(request: Request, scope: Scope) -> bool:
    """Whether the person may open the episodes that are counted, and so know small numbers."""
    return scope.authorities <= request.user.reach.authorities


# Choosing.


class ChooseForm(gds.Form):
    pack = gds.Radios(
        "Whose questions are they?",
        missing="Select whose questions they are",
        choices=[(pack.key, pack.name) for pack in PACKS.values()],
        hints={
            pack.key: f"{len(pack.questions)} questions"
            + (f", over {pack.years} years" if pack.years > 1 else "")
            for pack in PACKS.values()
        },
    )
    year = gds.Select("Which financial year is the last they ask for?", noun="the financial year")
    rule = gds.Radios(
        "How are small numbers hidden?",
        missing="Select how small numbers are hidden",
        choices=[(rule.key, rule.label) for rule in RULES.values()],
    )
    whole = gds.Tick(
        "Hide nothing: for the council’s own use, and not to be published", required=False
    )

    def __init__(self, *args: Any, today: date, sees_rows: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            (str(each.first.year), f"April {each.first.year} to March {each.last.year}")
            for each in _years_over(today)
        ]
        if not sees_rows:
            # Whoever may not open the rows is given no number that leads to one.
            del self.fields["whole"]


def choose(request: Request) -> HttpResponse:
    scope = _scope(request)
    today = _today(request)
    first = {"rule": FEWER_THAN_5.key, "year": str(_years_over(today)[0].first.year)}
    form = ChooseForm(initial=first, today=today, sees_rows=may_see_rows(request, scope))
    return render(request, "foi/choose.html", {"scope": scope, "form": form})


# Answering.


@dataclass(frozen=True)
class Chosen:
    """What was chosen: it stands in the address, so that the answers can be opened again."""

    pack: Pack
    periods: tuple[Period, ...]
    rule: Rule
    is_protected: bool


def _chosen(form: ChooseForm) -> Chosen:
    pack = PACKS[form.cleaned_data["pack"]]
    last = int(form.cleaned_data["year"])
    return Chosen(
        pack,
        tuple(publishing.year_from(last - back) for back in reversed(range(pack.years))),
        RULES[form.cleaned_data["rule"]],
        not form.cleaned_data.get("whole"),
    )


class TypedForm(gds.Form):
    """What only people know, for one pack. None of it is kept."""

    def __init__(self, *args: Any, pack: Pack, **options: Any) -> None:
        super().__init__(*args, **options)
        for each in fields(pack):
            self.fields[each.key] = _field(each)

    def texts(self) -> Mapping[str, str]:
        return {
            key: "; ".join(value) if isinstance(value, list) else value
            for key, value in self.cleaned_data.items()
        }


def _field(asked: Typed) -> gds.Component:
    if asked.options:
        choices = [(each, each) for each in asked.options]
        return gds.Checkboxes(asked.label, hint=asked.hint, choices=choices, required=False)
    if asked.not_held or asked.nothing:
        return gds.Textarea(
            asked.label, hint=asked.hint, rows=3, count=LONGEST_TYPED, required=False
        )
    return gds.Text(asked.label, hint=asked.hint, max_length=LONGEST_LINE, required=False)


FILES = {
    "pdf": ("application/pdf", foi_paper.pdf),
    "csv": ("text/csv; charset=utf-8", foi_paper.csv),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        foi_paper.xlsx,
    ),
}


def answers(request: Request) -> HttpResponse:
    """The answers as they will go: on the page, and as a file once a button for one is pressed.

    By POST, because what is typed belongs in no address; nothing is changed or kept.
    """
    scope = _scope(request)
    chosen_by = ChooseForm(
        request.GET, today=_today(request), sees_rows=may_see_rows(request, scope)
    )
    if not chosen_by.is_valid():
        return render(request, "foi/choose.html", {"scope": scope, "form": chosen_by})
    chosen = _chosen(chosen_by)
    form = TypedForm(request.POST if request.method == "POST" else None, pack=chosen.pack)
    is_typed = form.is_bound and form.is_valid()
    reply = foi.reply(
        chosen.pack,
        scope,
        chosen.periods,
        rule=chosen.rule,
        typed=form.texts() if is_typed else {},
        now=request.now,
        is_protected=chosen.is_protected,
    )
    wanted = request.POST.get("file", "")
    if is_typed and wanted in FILES:
        return _file(reply, wanted)
    context = {
        "scope": scope,
        "form": form,
        "reply": reply,
        "paper": foi_paper.paper(reply),
        "back": reverse("foi"),
    }
    return render(request, "foi/answers.html", context)


def _file(reply: Reply, kind: str) -> HttpResponse:
    content_type, made = FILES[kind]
    last = reply.periods[-1].last
    own = "" if reply.is_protected else "-not-for-publication"
    name = f"foi-{reply.pack.key}-{slugify(reply.scope.name)}-to-{last}{own}.{kind}"
    return HttpResponse(
        made(reply),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


# Uptake, for publication.


def published_csv(request: Request) -> HttpResponse:
    """The uptake of a year that is over, or of a quarter of it, with small numbers hidden."""
    scope = _scope(request)
    try:
        first, last = (date.fromisoformat(request.GET.get(name, "")) for name in ("first", "last"))
    except ValueError:
        raise Http404 from None
    period = Period(first, last)
    if not published.may_be(period, today=_today(request)):
        raise Http404
    released = published.release(scope, period, suppression.FEWER_THAN_5)
    name = f"uptake-for-publication-{slugify(scope.name)}-{first}-to-{last}.csv"
    return HttpResponse(
        "".join(csv_lines(published.HEADER, published.rows(released, period))),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


urlpatterns = [
    path("figures/foi", choose, name="foi"),
    path("figures/foi/answers", answers, name="answers-foi"),
    path("figures/uptake-for-publication.csv", published_csv, name="csv-published-figures"),
]
