"""Who is on duty: answers for the children who come back, from one moment to another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.http import require_POST

from returnhome.casework import staff
from returnhome.casework.rotas import Absence
from returnhome.casework.staff import Duty, Organisation, Person
from returnhome.rules import access
from returnhome.rules.access import Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Role
from returnhome.web import days, gds, rotas
from returnhome.web.asked import Request
from returnhome.web.staff import where_may


class DutyForm(gds.Form):
    person = gds.Select("Who?", coerce=int, missing="Select who is on duty")
    starts_at = days.Moment("From", noun="the start", exact_only=True)
    ends_at = days.Moment("Until", noun="the end", exact_only=True)

    def __init__(self, *args: Any, people: list[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        self.people = {each.pk: each for each in people}
        self.fields["person"].choices = [(each.pk, each.name) for each in people]  # type: ignore[attr-defined]


def _organisation(request: Request) -> Organisation:
    """The organisation whose duty the person sees: one of those with children to answer for."""
    for post in request.user.current_posts:
        role = Role(post.role)
        if access.works_with_children(role) or access.may(role, Verb.MANAGE_PEOPLE):
            return post.organisation
    raise Http404


def _may_set(person: Person, organisation_id: int) -> bool:
    """In this organisation: what another allows is not taken along."""
    return organisation_id in where_may(person, Verb.MANAGE_PEOPLE, Verb.REASSIGN)


def index(request: Request) -> HttpResponse:
    organisation = _organisation(request)
    may_set = _may_set(request.user, organisation.pk)
    if request.method == "POST" and not may_set:
        raise Http404
    people = list(Person.objects.for_duty(organisation.pk).at_work().by_name())
    form = DutyForm(request.POST or None, people=people, initial=_next_day(request.now))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            duty = staff.put_on_duty(
                form.people[said["person"]],
                organisation,
                starts_at=said["starts_at"].at,
                ends_at=said["ends_at"].at,
                by=request.user,
                at=request.now,
            )
            messages.success(request, f"{duty.person.name} is put on duty.")
            return redirect("duty")
    duties = Duty.objects.visible_to(request.user).filter(organisation=organisation)
    coming = _rows(duties.from_now_on(request.now).select_related("person"), organisation)
    return gds.form_page(
        request,
        form,
        title="Duty",
        button="Put on duty",
        template="staff/duty.html",
        now_on=[each for each in coming if each.duty.starts_at <= request.now],
        later=[each for each in coming if each.duty.starts_at > request.now],
        may_set=may_set,
        may_keep=rotas.may_keep(request.user),
    )


@dataclass(frozen=True)
class Row:
    """A duty as the page shows it; `not_told` says why messages pass the person over."""

    duty: Duty
    not_told: str


def _rows(duties: Iterable[Duty], organisation: Organisation) -> list[Row]:
    duties = list(duties)
    able = set(Person.objects.for_duty(organisation.pk).at_work().values_list("pk", flat=True))
    away: dict[int, list[Absence]] = {}
    for absence in Absence.objects.filter(person__in={each.person_id for each in duties}):
        away.setdefault(absence.person_id, []).append(absence)
    return [
        Row(each, _not_told(each, each.person_id in able, away.get(each.person_id, ())))
        for each in duties
    ]


def _not_told(duty: Duty, is_able: bool, away: Iterable[Absence]) -> str:
    if not is_able:
        return "May not take children on"
    if any(each.meets(duty.starts_at, duty.ends_at) for each in away):
        return "Absent then"
    return ""


def _next_day(now: datetime) -> dict[str, datetime]:
    """Tomorrow, nine to five: what is set most."""
    day = now.astimezone(LONDON).date() + timedelta(days=1)
    at = {"starts_at": time(9), "ends_at": time(17)}
    return {name: datetime.combine(day, hour, tzinfo=LONDON) for name, hour in at.items()}


@require_POST
def take_off(request: Request, pk: int) -> HttpResponse:
    duties = Duty.objects.visible_to(request.user).select_related("person")
    duty = get_object_or_404(duties.from_now_on(request.now), pk=pk)
    if not _may_set(request.user, duty.organisation_id):
        raise Http404
    name = duty.person.name
    staff.take_off_duty(duty, by=request.user, at=request.now)
    messages.success(request, f"{name} is taken off duty.")
    return redirect("duty")


urlpatterns = [
    path("duty", index, name="duty"),
    path("duty/<int:pk>/take-off", take_off, name="take-off-duty"),
]
