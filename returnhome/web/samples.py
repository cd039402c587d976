"""Samples of signed records: drawn by a seed, scored against the standard, and what that shows."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import reviews
from returnhome.casework.reviews import Sample, Sampled, Scoring
from returnhome.casework.staff import Organisation
from returnhome.reporting import charts, quality
from returnhome.reporting.exports import csv_lines
from returnhome.rules import clock
from returnhome.rules.access import Verb
from returnhome.rules.reviewing import LARGEST, Criterion, Mark, Theme
from returnhome.web import days, gds, known, looking, pages, written
from returnhome.web.asked import Request
from returnhome.web.figures import OWN_DATES, Dates, Period, periods

A_PAGE = 50
USUAL_SIZE = 10


def _organisation(request: Request) -> Organisation:
    """The council or provider for which the person draws samples."""
    _, theirs = request.user.may_for(Verb.DRAW_SAMPLE)
    for post in request.user.current_posts:
        if post.organisation_id in theirs:
            return post.organisation
    raise Http404


def index(request: Request) -> HttpResponse:
    organisation = _organisation(request)
    rows = (
        Sample.objects.visible_to(request.user)
        .select_related("drawn_by", "organisation")
        .annotate(scored=Count("records__scoring"), drawn=Count("records"))
        .newest_first()
    )
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "samples/index.html", {"organisation": organisation, "page": page})


class DrawForm(gds.Form):
    first = days.Date("First day on which they were signed off", noun="the first day")
    last = days.Date("Last day", noun="the last day", hint="A day that is over")
    size = gds.Number("How many records?", hint=f"From 1 to {LARGEST}", missing="Enter how many")
    seed = gds.Text(
        "Seed",
        max_length=60,
        width=20,
        missing="Enter a seed: any word or number, so that the sample can be drawn again",
        hint="Any word or number. The same seed draws the same records again, so say beforehand "
        "which you take.",
    )


def draw(request: Request) -> HttpResponse:
    organisation = _organisation(request)
    form = DrawForm(
        request.POST if request.method == "POST" else None, initial={"size": USUAL_SIZE}
    )
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            sample = reviews.draw(
                organisation, **form.cleaned_data, by=request.user, at=request.now
            )
            messages.success(request, "The sample is drawn.")
            return redirect("show-sample", sample.pk)
    back = reverse("samples")
    return gds.form_page(
        request,
        form,
        title="Draw a sample of signed records",
        caption=organisation.name,
        lead="Only records that you may read are drawn from.",
        button="Draw the sample",
        back=back,
        cancel=back,
    )


def show(request: Request, pk: int) -> HttpResponse:
    theirs = Sample.objects.visible_to(request.user).select_related("drawn_by", "organisation")
    sample = get_object_or_404(theirs, pk=pk)
    rows = list(
        Sampled.objects.visible_to(request.user)
        .filter(sample=sample)
        .select_related("interview__child", "interview__signed_by", "scoring__by")
        .defer(*(f"interview__{name}" for name in ("place_note", "wishes", "independence_note")))
        .in_order()
    )
    looking.at_list(request, "sample", [each.interview.child_id for each in rows])
    again = reviews.lots(
        sample.organisation,
        sample.first,
        sample.last,
        size=sample.size,
        seed=sample.seed,
        person=request.user,
    )
    context = {
        "sample": sample,
        "rows": rows,
        "scored": sum(hasattr(each, "scoring") for each in rows),
        "hidden": min(sample.size, sample.drawn_from) - len(rows),
        "is_same": again.digest == sample.digest,
        "own": request.user.pk,
    }
    return render(request, "samples/show.html", context)


class ScoreForm(gds.Form):
    """A mark for each criterion, with what is missing; then the themes."""

    sections = [
        *((each.label, [f"{each}-mark", f"{each}-comment"]) for each in Criterion),
        ("What comes up", ["themes"]),
    ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for each in Criterion:
            self.fields[f"{each}-mark"] = gds.Radios(
                each.asks,
                noun=each.label,
                choices=Mark.choices(),
                coerce=Mark,
                missing=f"Score “{each.label}”",
                inline=True,
                classes="govuk-radios--small",
            )
            self.fields[f"{each}-comment"] = gds.Textarea(
                f"Comment on “{each.short}”",
                rows=2,
                required=False,
                hint="Needed where it is not fully met.",
            )
        self.fields["themes"] = gds.Checkboxes(
            "Themes (optional)",
            required=False,
            choices=Theme.choices(),
            coerce=Theme,
            hint="They are counted in the report, without the record.",
            classes="govuk-checkboxes--small",
        )

    @property
    def marks(self) -> dict[Criterion, Mark]:
        return {each: self.cleaned_data[f"{each}-mark"] for each in Criterion}

    @property
    def comments(self) -> dict[Criterion, str]:
        return {each: self.cleaned_data[f"{each}-comment"] for each in Criterion}


def score(request: Request, pk: int) -> HttpResponse:
    """The record beside what it is scored on; once scored, what it was scored."""
    theirs = Sampled.objects.visible_to(request.user)
    sampled = get_object_or_404(
        theirs.select_related("sample", *(f"interview__{name}" for name in known.ABOVE)), pk=pk
    )
    interview = sampled.interview
    looking.at(request, interview)
    scoring = Scoring.objects.filter(sampled=sampled).select_related("by").first()
    is_sent = request.method == "POST"
    form = ScoreForm(request.POST if is_sent else None)
    if is_sent and form.is_valid():
        with gds.refusals_into(form):
            reviews.score(
                sampled,
                form.marks,
                comments=form.comments,
                themes=form.cleaned_data["themes"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "The score is recorded.")
            return redirect("show-sample", sampled.sample_id)
    back = reverse("show-sample", args=[sampled.sample_id])
    return gds.form_page(
        request,
        form,
        title="Score a record against the standard",
        caption=pages.name_of(interview.child),
        button="Record the score",
        back=back,
        cancel=back,
        template="samples/score.html",
        interview=interview,
        account=written.account(interview),
        beside=known.beside(interview, request.user),
        scoring=scoring,
        scores=list(scoring.scores.order_by("pk")) if scoring else [],
        is_own=request.user.pk in (interview.interviewer_id, interview.signed_by_id),
    )


# The report.


def _organisations(request: Request) -> frozenset[int]:
    found = quality.organisations_of(request.user)
    if not found:
        raise Http404
    return found


def report(request: Request) -> HttpResponse:
    organisations = _organisations(request)
    offered = periods(request.now.astimezone(clock.LONDON).date())
    form = Dates(request.GET) if request.GET.get("period") == OWN_DATES else Dates()
    period: Period | None = offered[0]
    if form.is_bound:
        period = (
            Period(OWN_DATES, "Your own dates", **form.cleaned_data) if form.is_valid() else None
        )
    elif asked := request.GET.get("period"):
        period = next((each for each in offered if each.key == asked), offered[0])
    context: dict[str, Any] = {
        "periods": offered,
        "period": period,
        "form": form,
        "own_dates": OWN_DATES,
        "may_draw": request.user.may(Verb.DRAW_SAMPLE),
    }
    if period:
        found = quality.of_samples(organisations, period.first, period.last)
        asked_for = f"first={period.first}&last={period.last}"
        context |= {
            "report": found,
            "marks": list(Mark),
            "words": charts.criteria_in_words(found),
            "chart": f"{reverse('chart-record-quality')}?{asked_for}",
            "csv": f"{reverse('csv-record-quality')}?{asked_for}",
        }
    return render(request, "samples/report.html", context)


def _asked(request: Request) -> quality.Quality:
    organisations = _organisations(request)
    try:
        first, last = (date.fromisoformat(request.GET.get(name, "")) for name in ("first", "last"))
    except ValueError:
        raise Http404 from None
    return quality.of_samples(organisations, first, last)


def chart(request: Request) -> HttpResponse:
    """The criteria as SVG: `shape` is wide or narrow."""
    svg = charts.criteria(_asked(request), narrow=request.GET.get("shape") == "narrow")
    return HttpResponse(svg, content_type="image/svg+xml")


def csv(request: Request) -> HttpResponse:
    found = _asked(request)
    name = f"record-quality-{found.first}-to-{found.last}.csv"
    return HttpResponse(
        "".join(csv_lines(quality.HEADER, found.rows())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


urlpatterns = [
    path("samples", index, name="samples"),
    path("samples/draw", draw, name="draw-sample"),
    path("samples/<int:pk>", show, name="show-sample"),
    path("sampled/<int:pk>/score", score, name="score-record"),
    path("figures/records", report, name="record-quality"),
    path("figures/records.svg", chart, name="chart-record-quality"),
    path("figures/records.csv", csv, name="csv-record-quality"),
]
