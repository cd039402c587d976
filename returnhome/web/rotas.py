"""The rota: up whom a silence climbs, who is absent, who is on by night, and what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages as banners
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from returnhome.casework import messages, rotas
from returnhome.casework.messages import KEEPERS, Message
from returnhome.casework.rotas import NAMED, Absence, Mailbox, OutOfHours, Rota
from returnhome.casework.staff import Organisation, Person
from returnhome.reporting import silences
from returnhome.rules import rota as rules
from returnhome.rules.clock import LONDON, NO_TIME, duration
from returnhome.rules.codes import NotSent, Rung, Waiting
from returnhome.web import days, gds, typed
from returnhome.web.asked import Request

A_PAGE = 50
MINUTE = timedelta(minutes=1)
# What the two ladders are called above their columns.
LADDERS = {Waiting.REQUEST: "A child is back", Waiting.HIGH_RISK: "High risk"}


def may_keep(person: Person) -> bool:
    """Whether the person sees the rota, and may change it."""
    return any(post.role in KEEPERS for post in person.current_posts)


def _organisation(request: Request) -> Organisation:
    """The organisation whose rota the person keeps."""
    for post in request.user.current_posts:
        if post.role in KEEPERS:
            return post.organisation
    raise Http404


# The page.


@dataclass(frozen=True)
class Level:
    """One level as the page shows it."""

    rung: Rung
    after: Sequence[str]
    people: Sequence[tuple[str, bool]]
    addresses: Sequence[str]
    is_named: bool

    @property
    def label(self) -> str:
        return self.rung.label

    @property
    def can_be_named(self) -> bool:
        return self.rung in NAMED


def index(request: Request) -> HttpResponse:
    organisation = _organisation(request)
    rota = rotas.of(organisation, request.now)
    absences = Absence.objects.visible_to(request.user).from_now_on(request.now)
    ours = absences.filter(
        person__posts__organisation=organisation, person__posts__until__isnull=True
    )
    context = {
        "organisation": organisation,
        "ladders": list(LADDERS.items()),
        "levels": [_level(rota, rung, request.now) for rung in rules.RUNGS],
        "is_bare": rota.is_bare,
        "is_listened": silences.is_anybody_listening(request.now),
        "absences": ours.distinct().select_related("person", "noted_by"),
        "team": OutOfHours.objects.visible_to(request.user)
        .filter(organisation=organisation)
        .first(),
        "before": duration(rules.notice_on(request.now.astimezone(LONDON).date()).before),
    }
    return render(request, "rotas/index.html", context)


def _level(rota: Rota, rung: Rung, now: datetime) -> Level:
    times = (
        next(each.after for each in rota.ladder(of, now).levels if each.who is rung)
        for of in LADDERS
    )
    return Level(
        rung=rung,
        after=["at once" if after == NO_TIME else f"after {duration(after)}" for after in times],
        people=[(each.name, each.pk in rota.absent) for each in rota.people[rung]],
        addresses=rota.addresses[rung],
        is_named=rung in rota.is_named,
    )


# Who stands on a level.


class NameForm(gds.Form):
    people = gds.Checkboxes("Who is told?", coerce=int, required=False)
    mailbox = gds.Email(
        "A mailbox that is told as well (optional)",
        required=False,
        autocomplete="off",
        hint="One that several people read, such as team@example.gov.uk.",
    )

    def __init__(self, *args: Any, colleagues: Sequence[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        self.colleagues = {each.pk: each for each in colleagues}
        self.fields["people"].choices = [(each.pk, each.name) for each in colleagues]  # type: ignore[attr-defined]


# Who holds the role that a level falls back on, in words.
FALLS_BACK_ON = {
    Rung.TEAM: "every coordinator",
    Rung.MANAGER: "every manager",
    Rung.HEAD_OF_SERVICE: "every manager",
}


def name(request: Request, rung: str) -> HttpResponse:
    organisation = _organisation(request)
    level = _code(Rung, rung)
    if level not in NAMED:
        raise Http404
    box = Mailbox.objects.visible_to(request.user).filter(organisation=organisation, rung=level)
    first = {
        "people": list(organisation.seats.filter(rung=level).values_list("person", flat=True)),
        "mailbox": box.values_list("email", flat=True).first() or "",
    }
    colleagues = list(Person.objects.for_duty(organisation.pk).at_work().by_name())
    form = NameForm(request.POST or None, colleagues=colleagues, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            rotas.name(
                organisation,
                level,
                [form.colleagues[pk] for pk in said["people"]],
                mailbox=said["mailbox"],
                by=request.user,
                at=request.now,
            )
            banners.success(request, f"{level.label}: the rota is changed.")
            return redirect("rota")
    lead = f"With nobody ticked it is {FALLS_BACK_ON[level]}."
    return _page(request, form, title=f"{level.label}: who is told", lead=lead)


def _colleagues(organisation: Organisation) -> list[Person]:
    return list(Person.objects.in_organisation(organisation.pk).at_work().by_name())


def _code(kind: Any, value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise Http404 from None


def _page(request: Request, form: gds.Form, *, title: str, **more: Any) -> HttpResponse:
    back = reverse("rota")
    more = {"button": "Save", **more}
    return gds.form_page(request, form, title=title, back=back, cancel=back, **more)


# How fast it climbs.


MOST_MINUTES = 9999


def _minutes(rung: Rung) -> gds.Number:
    who = rung.label[:1].lower() + rung.label[1:]
    wrong = f"Enter how many minutes, from 1 to {MOST_MINUTES:,}, such as 90"
    return gds.Number(
        rung.label,
        suffix="minutes",
        missing=f"Enter after how many minutes {who} is told",
        min_value=1,
        max_value=MOST_MINUTES,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
    )


class PaceForm(gds.Form):
    team = _minutes(Rung.TEAM)
    manager = _minutes(Rung.MANAGER)
    head = _minutes(Rung.HEAD_OF_SERVICE)
    since = days.Date(
        "From which day?", noun="the day it starts", hint="What was asked before goes on as it was."
    )


def set_pace(request: Request, of: str) -> HttpResponse:
    organisation = _organisation(request)
    waiting = _code(Waiting, of)
    if waiting not in LADDERS:
        raise Http404
    _, *above = rotas.of(organisation, request.now).ladder(waiting, request.now).levels
    first = {
        name: each.after // MINUTE
        for name, each in zip(("team", "manager", "head"), above, strict=True)
    }
    today = request.now.astimezone(LONDON).date()
    form = PaceForm(request.POST or None, initial={**first, "since": today})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            rotas.set_pace(
                organisation,
                waiting,
                **{name: said[name] * MINUTE for name in ("team", "manager", "head")},
                since=said["since"],
                by=request.user,
                at=request.now,
            )
            banners.success(request, "The times are changed.")
            return redirect("rota")
    lead = "How long after the first message is each told, while nobody has answered?"
    return _page(
        request,
        form,
        title=f"Times: {LADDERS[waiting].lower()}",
        lead=lead,
        inset="Whoever is on duty is told at once. Nights, weekends and bank holidays count.",
    )


# Absences.


class AbsenceForm(gds.Form):
    person = gds.Select("Who?", coerce=int, missing="Select who is absent")
    starts_at = days.Moment("From", noun="the start", exact_only=True)
    ends_at = days.Moment(
        "Until (optional)",
        noun="the end",
        exact_only=True,
        required=False,
        hint="Leave it empty if you do not know yet.",
    )

    def __init__(self, *args: Any, colleagues: Sequence[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        self.colleagues = {each.pk: each for each in colleagues}
        self.fields["person"].choices = [(each.pk, each.name) for each in colleagues]  # type: ignore[attr-defined]


def note_absence(request: Request) -> HttpResponse:
    organisation = _organisation(request)
    form = AbsenceForm(
        request.POST or None,
        colleagues=_colleagues(organisation),
        initial={"starts_at": request.now.replace(second=0, microsecond=0)},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            absence = rotas.note_absence(
                form.colleagues[said["person"]],
                starts_at=said["starts_at"].at,
                ends_at=said["ends_at"].at if said["ends_at"] else None,
                by=request.user,
                at=request.now,
            )
            banners.success(request, f"{absence.person.name} is passed over while absent.")
            return redirect("rota")
    lead = "Whoever is absent is passed over. Why is nobody’s business here."
    return _page(request, form, title="Note an absence", lead=lead)


@require_POST
def end_absence(request: Request, pk: int) -> HttpResponse:
    organisation = _organisation(request)
    seen = Absence.objects.visible_to(request.user).from_now_on(request.now)
    theirs = seen.filter(person__in=Person.objects.in_organisation(organisation.pk))
    absence = get_object_or_404(theirs.select_related("person"), pk=pk)
    rotas.end_absence(absence, by=request.user, at=request.now)
    banners.success(request, f"{absence.person.name} is told again.")
    return redirect("rota")


# Out of hours.


class TimeOfDay(gds.Text):
    """A UK time of day as people type it; gives a `time`."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return text
        try:
            return typed.read_time(text)[0]
        except typed.Mistyped as mistyped:
            noun = self.noun[:1].upper() + self.noun[1:]
            raise ValidationError(f"{noun} {mistyped.sentence}") from None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


class OutOfHoursForm(gds.Form):
    name = gds.Text("Name of the team", max_length=120)
    email = gds.Email(autocomplete="off", hint="Messages of the first level go there.")
    telephone = gds.Text("Telephone number", max_length=40, width=20)
    starts = TimeOfDay("On from", noun="the start", width=10, hint="On weekdays, such as 17:00")
    ends = TimeOfDay("Until", noun="the end", width=10, hint="On weekdays, such as 09:00")


def set_out_of_hours(request: Request) -> HttpResponse:
    organisation = _organisation(request)
    team = OutOfHours.objects.visible_to(request.user).filter(organisation=organisation).first()
    names = ("name", "email", "telephone", "starts", "ends")
    first = {each: getattr(team, each) for each in names} if team else {}
    form = OutOfHoursForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            rotas.set_out_of_hours(
                organisation, **form.cleaned_data, by=request.user, at=request.now
            )
            banners.success(request, "The out-of-hours team is set.")
            return redirect("rota")
    return _page(
        request,
        form,
        title="Out-of-hours team",
        inset=(
            "It is on between these times of a weekday, and all weekend. A bank holiday counts as "
            "the weekday it is: put somebody on duty for it."
        ),
    )


@require_POST
def take_away_out_of_hours(request: Request) -> HttpResponse:
    rotas.take_away_out_of_hours(_organisation(request), by=request.user, at=request.now)
    banners.success(request, "No team is told out of hours any more.")
    return redirect("rota")


# Messages.


@dataclass(frozen=True)
class Row:
    """A message as the page shows it: what it says in a line, to whom, and what came of it."""

    message: Message
    what: str
    rung: str
    to: str
    colour: str
    came_of_it: str
    why: str

    @property
    def sent_later(self) -> bool:
        """Whether it did not leave at once."""
        sent_at = self.message.sent_at
        return sent_at is not None and sent_at - self.message.created_at > MINUTE


def sent(request: Request) -> HttpResponse:
    organisation = _organisation(request)
    seen = Message.objects.visible_to(request.user).filter(organisation=organisation)
    page = Paginator(seen.newest_first().select_related("person"), A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "rows": [_row(message) for message in page],
        "failing": seen.not_getting_through().count(),
        "is_listened": silences.is_anybody_listening(request.now),
        # Where nothing leaves, the letter itself can be read.
        "shows_text": settings.DEMONSTRATION,
    }
    return render(request, "rotas/messages.html", context)


def _row(message: Message) -> Row:
    colour, came_of_it = "yellow", "Waits to be sent"
    if message.sent_at:
        colour, came_of_it = "green", "Sent"
    elif message.overtaken_at:
        colour, came_of_it = "grey", "Not needed any more"
    elif message.is_not_getting_through:
        colour, came_of_it = "red", "Does not get through"
    return Row(
        message=message,
        what=_in_a_line(message.subject),
        rung=Rung(message.rung).label,
        to=message.person.name if message.person else message.address,
        colour=colour,
        came_of_it=came_of_it,
        why=NotSent(message.failure).label if message.failure else "",
    )


def _in_a_line(subject: str) -> str:
    what = subject.removeprefix("Returnhome: ")
    return what[:1].upper() + what[1:]


@require_POST
def try_again(request: Request, pk: int) -> HttpResponse:
    seen = Message.objects.visible_to(request.user).filter(organisation=_organisation(request))
    message = get_object_or_404(seen, pk=pk)
    messages.try_again(message, by=request.user, at=request.now)
    banners.success(request, "It is tried again within the next seconds.")
    return redirect("messages")


urlpatterns = [
    path("duty/rota", index, name="rota"),
    path("duty/rota/<slug:rung>/name", name, name="name-rota"),
    path("duty/rota/<slug:of>/pace", set_pace, name="pace-rota"),
    path("duty/absences/add", note_absence, name="note-absence"),
    path("duty/absences/<int:pk>/end", end_absence, name="end-absence"),
    path("duty/out-of-hours", set_out_of_hours, name="set-out-of-hours"),
    path("duty/out-of-hours/take-away", take_away_out_of_hours, name="take-away-out-of-hours"),
    path("duty/messages", sent, name="messages"),
    path("duty/messages/<int:pk>/try-again", try_again, name="try-message-again"),
]
