"""Reports for a board: a quarter for the partnership, a year of those looked after, a provider's
month. Choose one, read it, take it along.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.text import slugify

from returnhome.casework import journal
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation
from returnhome.reporting import figures, partnership_paper
from returnhome.reporting import partnership as reports
from returnhome.reporting.figures import Scope
from returnhome.reporting.partnership import Provider, Report
from returnhome.rules import clock, partnership
from returnhome.rules.access import Verb
from returnhome.rules.partnership import ReportKind
from returnhome.rules.publishing import Period
from returnhome.rules.suppression import FEWER_THAN_5, RULES, Rule
from returnhome.web import gds
from returnhome.web.asked import Request

# So many quarters, years and months back can be chosen.
BACK = {ReportKind.PARTNERSHIP: 13, ReportKind.CORPORATE_PARENTING: 6, ReportKind.PROVIDER: 25}


# Whose reports somebody may see.


@dataclass(frozen=True)
class Reach:
    """Of which councils, and of which providers; of `own` providers alone for their own people."""

    councils: tuple[Authority, ...]
    providers: tuple[Provider, ...]
    is_provider: bool = False

    @property
    def kinds(self) -> tuple[ReportKind, ...]:
        if self.is_provider:
            return (ReportKind.PROVIDER,)
        return tuple(
            kind for kind in ReportKind if kind is not ReportKind.PROVIDER or self.providers
        )

    @property
    def name(self) -> str:
        those = self.providers if self.is_provider else self.councils
        return " and ".join(each.name for each in those)


def _reach(request: Request) -> Reach:
    """A council's people see its reports, a provider's their own. Raises Http404 for others."""
    if councils := figures.councils_of(request.user):
        scope = figures.of_person(request.user)
        return Reach(tuple(councils), tuple(reports.providers(scope)))
    _, organisations = request.user.may_for(Verb.SEE_FIGURES)
    own = {
        post.organisation_id: Provider(post.organisation_id, post.organisation.name)
        for post in request.user.current_posts
        if post.organisation_id in organisations and post.organisation.kind == Organisation.PROVIDER
    }
    if not own:
        raise Http404
    councils = reports.councils_of(own)
    return Reach(tuple(councils), tuple(own.values()), is_provider=True)


def _may_see_rows(request: Request, scope: Scope, provider: Provider | None) -> bool:
    """Whether the person may open the episodes that are counted, and so know small numbers."""
    reach = request.user.reach
    return scope.authorities <= reach.authorities or (
        provider is not None and provider.pk in reach.providers
    )


# Choosing.

QUARTER, YEAR, MONTH, COUNCIL, PROVIDER = "quarter", "year", "month", "council", "provider"
PERIOD_OF = {
    ReportKind.PARTNERSHIP: QUARTER,
    ReportKind.CORPORATE_PARENTING: YEAR,
    ReportKind.PROVIDER: MONTH,
}
HINTS = {
    ReportKind.PARTNERSHIP: "All children for whom the council answers, beside the quarter before.",
    ReportKind.CORPORATE_PARENTING: "Children whom the council looks after, wherever they are "
    "placed, beside the year before.",
    ReportKind.PROVIDER: "What was theirs to interview and what became of it, beside the month "
    "before.",
}


class ChooseForm(gds.Form):
    kind = gds.Radios(
        "Which report?",
        missing="Select which report",
        coerce=ReportKind,
        reveal={
            ReportKind.PARTNERSHIP: [QUARTER],
            ReportKind.CORPORATE_PARENTING: [YEAR],
            ReportKind.PROVIDER: [PROVIDER, MONTH],
        },
    )
    quarter = gds.Select("Which quarter?", noun="the quarter")
    year = gds.Select("Which year?", noun="the year")
    provider = gds.Select("Which provider?", noun="the provider")
    month = gds.Select("Which month?", noun="the month")
    council = gds.Select("Which council’s children?", noun="the council")
    rule = gds.Radios(
        "How are small numbers hidden?",
        missing="Select how small numbers are hidden",
        choices=[(rule.key, rule.label) for rule in RULES.values()],
    )
    whole = gds.Tick(
        "Hide nothing but places: for the council’s own use, and not to be tabled", required=False
    )

    def __init__(
        self, *args: Any, reach: Reach, today: date, sees_rows: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        fields["kind"].choices = [(str(each), each.label) for each in reach.kinds]
        fields["kind"].hints = {str(each): HINTS[each] for each in reach.kinds}
        for kind, name in PERIOD_OF.items():
            fields[name].choices = [
                (partnership.key_of(each), _label(each)) for each in _periods(kind, today)
            ]
        fields[PROVIDER].choices = [(str(each.pk), each.name) for each in reach.providers]
        fields[COUNCIL].choices = [(str(each.pk), each.name) for each in reach.councils]
        if len(reach.councils) == 1:
            del fields[COUNCIL]
        if not sees_rows:
            # Whoever may not open the rows is given no number that leads to one.
            del fields["whole"]


def _label(period: Period) -> str:
    words = partnership.in_words(period)
    return words[0].upper() + words[1:]


def _periods(kind: ReportKind, today: date) -> list[Period]:
    """The one that is running, and those before it."""
    found = [partnership.period_of(kind, today)]
    while len(found) < BACK[kind]:
        found.append(partnership.earlier(found[-1]))
    return found


def _form(request: Request, reach: Reach, *, is_asked: bool) -> ChooseForm:
    today = request.now.astimezone(clock.LONDON).date()
    sees_rows = any(
        _may_see_rows(request, figures.of_authority(council), provider)
        for council in reach.councils
        for provider in (reach.providers if reach.is_provider else (None,))
    )
    first = {
        "kind": str(reach.kinds[0]),
        "rule": FEWER_THAN_5.key,
        # The last one that is over.
        **{name: partnership.key_of(_periods(kind, today)[1]) for kind, name in PERIOD_OF.items()},
        **({PROVIDER: str(reach.providers[0].pk)} if reach.providers else {}),
        **({COUNCIL: str(reach.councils[0].pk)} if reach.councils else {}),
    }
    return ChooseForm(
        request.GET if is_asked else None,
        initial=first,
        reach=reach,
        today=today,
        sees_rows=sees_rows,
    )


def choose(request: Request) -> HttpResponse:
    reach = _reach(request)
    return _choose(request, reach, _form(request, reach, is_asked=False))


def _choose(request: Request, reach: Reach, form: ChooseForm) -> HttpResponse:
    return render(request, "partnership/choose.html", {"reach": reach, "form": form})


# Reading.


@dataclass(frozen=True)
class Chosen:
    """What was chosen: it stands in the address, so that the report can be opened again."""

    kind: ReportKind
    council: Authority
    provider: Provider | None
    period: Period
    rule: Rule
    is_protected: bool

    @property
    def file(self) -> str:
        whose = slugify(f"{self.council.name} {self.provider.name if self.provider else ''}")
        own = "" if self.is_protected else "-not-for-publication"
        return f"{slugify(self.kind.replace('_', '-'))}-{whose}-{self.period.first}{own}"


def _chosen(request: Request, reach: Reach, form: ChooseForm) -> Chosen:
    said = form.cleaned_data
    kind: ReportKind = said["kind"]
    provider = None
    if kind is ReportKind.PROVIDER:
        provider = next(each for each in reach.providers if str(each.pk) == said[PROVIDER])
    chosen = said.get(COUNCIL)
    council = next(each for each in reach.councils if chosen in (None, str(each.pk)))
    scope = figures.of_authority(council)
    whole = said.get("whole") and _may_see_rows(request, scope, provider)
    return Chosen(
        kind,
        council,
        provider,
        partnership.named(kind, said[PERIOD_OF[kind]]),
        RULES[said["rule"]],
        not whole,
    )


def _report(request: Request, chosen: Chosen) -> Report:
    """The report, and a line in the journal that this person had it made."""
    journal.write(f"made report: {chosen.kind}", chosen.council, by=request.user, at=request.now)
    return reports.report(
        chosen.kind,
        figures.of_authority(chosen.council),
        chosen.period,
        now=request.now,
        provider=chosen.provider,
        rule=chosen.rule,
        is_protected=chosen.is_protected,
    )


def show(request: Request) -> HttpResponse:
    reach = _reach(request)
    form = _form(request, reach, is_asked=True)
    if not reach.councils or not form.is_valid():
        return _choose(request, reach, form)
    chosen = _chosen(request, reach, form)
    asked = urlencode(list(request.GET.items()))
    context = {
        "chosen": chosen,
        "paper": partnership_paper.paper(_report(request, chosen)),
        "pdf": f"{reverse('pdf-partnership')}?{asked}",
        "csv": f"{reverse('csv-partnership')}?{asked}",
    }
    return render(request, "partnership/show.html", context)


FILES = {
    "pdf": ("application/pdf", partnership_paper.pdf),
    "csv": ("text/csv; charset=utf-8", partnership_paper.csv),
}


def _file(request: Request, kind: str) -> HttpResponse:
    reach = _reach(request)
    form = _form(request, reach, is_asked=True)
    if not reach.councils or not form.is_valid():
        raise Http404
    chosen = _chosen(request, reach, form)
    content_type, made = FILES[kind]
    return HttpResponse(
        made(_report(request, chosen)),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{chosen.file}.{kind}"'},
    )


def pdf(request: Request) -> HttpResponse:
    return _file(request, "pdf")


def csv(request: Request) -> HttpResponse:
    return _file(request, "csv")


urlpatterns = [
    path("figures/partnership", choose, name="partnership"),
    path("figures/partnership/report", show, name="show-partnership"),
    path("figures/partnership/report.pdf", pdf, name="pdf-partnership"),
    path("figures/partnership/report.csv", csv, name="csv-partnership"),
]
