"""Standing arrangements: who interviews a council's children without being asked each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from returnhome.casework import agreements, places
from returnhome.casework.agreements import COVERABLE, Agreement
from returnhome.casework.places import Authority, Nation
from returnhome.casework.staff import Organisation, Person
from returnhome.rules.access import Verb
from returnhome.rules.codes import Cohort
from returnhome.web import days, gds, interviewers, pages
from returnhome.web.asked import Request

COUNCIL, PROVIDER = "council", "provider"


def may_agree(person: Person) -> bool:
    return bool(_ours(person))


def _ours(person: Person) -> frozenset[int]:
    """Authorities for which the person keeps arrangements."""
    authorities, _ = person.may_for(Verb.AGREE)
    return authorities


@dataclass(frozen=True)
class Row:
    """One arrangement in a list, and what this person may do about it."""

    agreement: Agreement
    covers: str
    may_accept: bool
    may_end: bool

    @property
    def is_waiting(self) -> bool:
        return not self.agreement.is_agreed


def index(request: Request) -> HttpResponse:
    """Those of the person's council, and those in which it or their provider interviews."""
    reach = request.user.reach
    if not (reach.authorities or reach.providers):
        raise Http404
    today = interviewers.today(request.now)
    known = (
        Agreement.objects.visible_to(request.user)
        .select_related("authority", "to_authority", "to_provider", "agreed_by")
        .newest_first()
    )
    rows = [_row(each, request.user, today) for each in known]
    living = [row for row in rows if not _has_ended(row.agreement, today)]
    context = {
        "groups": [
            (title, which)
            for title, which in (
                ("Waiting for a yes", [row for row in living if row.is_waiting]),
                ("In force", [row for row in living if _is_in_force(row.agreement, today)]),
                ("To come", [row for row in living if _is_to_come(row.agreement, today)]),
                ("Ended", [row for row in rows if _has_ended(row.agreement, today)]),
            )
            if which
        ],
        "may_add": may_agree(request.user),
    }
    return render(request, "agreements/index.html", context)


def _has_ended(agreement: Agreement, today: date) -> bool:
    return agreement.until is not None and agreement.until < today


def _is_in_force(agreement: Agreement, today: date) -> bool:
    return agreement.is_agreed and agreement.since <= today


def _is_to_come(agreement: Agreement, today: date) -> bool:
    return agreement.is_agreed and agreement.since > today


def _row(agreement: Agreement, person: Person, today: date) -> Row:
    is_over = _has_ended(agreement, today)
    accepts = not agreement.is_agreed and agreement.to_authority_id in _ours(person)
    return Row(
        agreement,
        covers_in_words(agreement),
        may_accept=accepts and not is_over,
        may_end=_may_end(agreement, person) and not (agreement.until and agreement.until <= today),
    )


def covers_in_words(agreement: Agreement) -> str:
    if agreement.to_authority:
        return f"Looked-after children placed in {agreement.to_authority.name}"
    labels = [Cohort(code).label for code in agreement.covers]
    return pages.listed(label[:1].lower() + label[1:] for label in labels).capitalize()


def _may_end(agreement: Agreement, person: Person) -> bool:
    """Either side may: nobody is kept to it."""
    authorities, organisations = person.may_for(Verb.AGREE)
    return (
        agreement.authority_id in authorities
        or agreement.to_authority_id in authorities
        or agreement.to_provider_id in organisations
    )


class AgreeForm(gds.Form):
    whom = gds.Radios(
        "Who is to interview?",
        choices=[(COUNCIL, "Another council"), (PROVIDER, "A provider")],
        hints={
            COUNCIL: "It interviews the looked-after children whom you have placed in its area.",
            PROVIDER: "It interviews the children you choose.",
        },
        reveal={COUNCIL: ["council"], PROVIDER: ["provider", "covers"]},
        missing="Select who is to interview",
    )
    council = gds.Text(
        "Which council?",
        noun="which council",
        hint="Begin to type its name and choose.",
        missing="Enter which council",
    )
    provider = gds.Radios(
        "Which provider?", coerce=int, noun="which provider", missing="Select which provider"
    )
    covers = gds.Checkboxes(
        "Which children?",
        choices=[(cohort.value, cohort.label) for cohort in COVERABLE],
        coerce=Cohort,
        missing=agreements.CoversNobody.sentence,
    )
    since = days.Date("From which day?", noun="the day it begins")
    until = days.Date(
        "Until which day? (optional)",
        noun="the last day",
        required=False,
        hint="Leave it empty if no end is agreed.",
    )

    def __init__(
        self,
        *args: Any,
        today: date,
        councils: Sequence[Authority],
        providers: Sequence[Organisation],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.councils = {each.pk: each for each in councils}
        self.providers = {each.pk: each for each in providers}
        self.fields["council"].suggestions = [each.name for each in councils]  # type: ignore[attr-defined]
        self.fields["provider"].choices = [(each.pk, each.name) for each in providers]  # type: ignore[attr-defined]

    def clean_council(self) -> Authority | None:
        named = self.cleaned_data["council"]
        if not named:
            return None
        found = places.authority_named(named, self.today)
        if found is None or found.nation != Nation.ENGLAND:
            raise ValidationError("No English council has this name: choose one from the list")
        return found


def add(request: Request) -> HttpResponse:
    ours = _our_council(request.user)
    today = interviewers.today(request.now)
    form = AgreeForm(
        request.POST or None,
        today=today,
        councils=_councils(today, but=ours),
        providers=_providers(),
        initial={"since": today},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            agreement = agreements.agree(
                ours,
                to_authority=said["council"] or None,
                to_provider=form.providers.get(said["provider"]),
                covers=said["covers"] or (),
                since=said["since"],
                until=said["until"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, _what_now(agreement))
            return redirect("agreements")
    back = reverse("agreements")
    return gds.form_page(
        request,
        form,
        title="Add a standing arrangement",
        caption=ours.name,
        lead="Who interviews children for whom your council must act, without being asked each "
        "time. The duty stays with you.",
        button="Add the arrangement",
        back=back,
        cancel=back,
    )


def _our_council(person: Person) -> Authority:
    """The council for which the person keeps arrangements; else there is no such page."""
    ours = _ours(person)
    for post in person.current_posts:
        if post.organisation.authority and post.organisation.authority_id in ours:
            return post.organisation.authority
    raise Http404


def _councils(today: date, *, but: Authority) -> list[Authority]:
    english = Authority.objects.filter(nation=Nation.ENGLAND).existing_on(today)
    return list(english.exclude(pk=but.pk).order_by("name"))


def _providers() -> list[Organisation]:
    return list(Organisation.objects.filter(kind=Organisation.PROVIDER).order_by("name"))


def _what_now(agreement: Agreement) -> str:
    if agreement.is_agreed:
        return f"Noted: {agreement.with_whom} interviews from {pages.day(agreement.since)}."
    return f"Noted. It holds once {agreement.with_whom} has agreed to it."


@require_POST
def accept(request: Request, pk: int) -> HttpResponse:
    agreement = _agreement(request, pk)
    if agreement.to_authority_id not in _ours(request.user):
        raise Http404
    agreements.accept(agreement, by=request.user, at=request.now)
    since = max(agreement.since, interviewers.today(request.now))
    messages.success(
        request, f"Agreed. You interview for {agreement.authority.name} from {pages.day(since)}."
    )
    return redirect("agreements")


class EndForm(gds.Form):
    on = days.Date("What is its last day?", noun="the last day")


def end(request: Request, pk: int) -> HttpResponse:
    agreement = _agreement(request, pk)
    if not _may_end(agreement, request.user):
        raise Http404
    today = interviewers.today(request.now)
    form = EndForm(request.POST or None, initial={"on": max(today, agreement.since)})
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            agreements.end(agreement, on=form.cleaned_data["on"], by=request.user, at=request.now)
            messages.success(request, f"It ends after {pages.day(form.cleaned_data['on'])}.")
            return redirect("agreements")
    back = reverse("agreements")
    return gds.form_page(
        request,
        form,
        title="End a standing arrangement",
        caption=f"{agreement.authority.name} and {agreement.with_whom}",
        button="End it",
        button_classes="govuk-button--warning",
        inset="What it has brought about stays: interviews that are booked are held as booked.",
        back=back,
        cancel=back,
    )


def _agreement(request: Request, pk: int) -> Agreement:
    seen = Agreement.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("authority", "to_authority", "to_provider"), pk=pk)


urlpatterns = [
    path("agreements", index, name="agreements"),
    path("agreements/add", add, name="add-agreement"),
    path("agreements/<int:pk>/accept", accept, name="accept-agreement"),
    path("agreements/<int:pk>/end", end, name="end-agreement"),
]
