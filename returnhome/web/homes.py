"""The page of a children's home or foster carers: who lives here, and report missing or returned.

One page a report and none to check it: it is made in a minute, on a telephone, at night.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from returnhome.casework import homes
from returnhome.casework.episodes import Episode
from returnhome.casework.homes import FromHome, Resident, Sent
from returnhome.casework.staff import Person
from returnhome.rules import clock, homing
from returnhome.rules.access import Verb
from returnhome.rules.codes import EpisodeKind
from returnhome.rules.homing import Ago, HomeSays, Known
from returnhome.web import days, gds, looking, pages, typed
from returnhome.web.asked import Request

# Who lives here.


def index(request: Request) -> HttpResponse:
    """The children placed here today, each with the button for what can be reported of them."""
    if not request.user.homes_where(Verb.SEE_WHO_LIVES_HERE):
        raise Http404
    residents = homes.who_live_with(request.user, request.now)
    looking.at_list(request, "lives-here", [one.child.pk for one in residents])
    # Whoever is missing comes first, then those who are due an interview.
    residents.sort(key=lambda one: (one.missing is None, one.interview is None))
    context = {
        "residents": [(one, _state(one, request.now)) for one in residents],
        "homes": _homes_by_name(request.user),
        "several": len({one.home_id for one in residents}) > 1,
    }
    return render(request, "lives_here/index.html", context)


def _homes_by_name(person: Person) -> Mapping[int, str]:
    ours = person.homes_where(Verb.SEE_WHO_LIVES_HERE)
    return {
        post.organisation_id: post.organisation.name
        for post in person.current_posts
        if post.organisation_id in ours
    }


def _state(one: Resident, now: datetime) -> list[str]:
    """What the home knows of the child, a sentence each."""
    said = []
    if one.missing:
        kind = "Away from placement" if one.missing.kind == EpisodeKind.AWAY else "Missing"
        said.append(f"{kind} since {pages.near(one.missing.started_at, now)}.")
        if one.missing.found_at:
            said.append(f"Found {pages.near(one.missing.found_at, now)}, and not back yet.")
        said.append(_police(one))
    if one.is_taken_back:
        said.append("You took a report back. The council looks at it.")
    if one.interview:
        said.append(_interview(one.interview, now))
    return [sentence for sentence in said if sentence]


def _police(one: Resident) -> str:
    if one.first is None:
        return "It was reported otherwise: by the police, or by telephone."
    if one.first.police_told == Known.YES:
        reference = one.first.police_reference
        return f"You told the police{f', reference {reference}' if reference else ''}."
    return "When you reported it the police had not been told."


def _interview(known: homing.InterviewKnown, now: datetime) -> str:
    assert known.due_at
    verb = "is due by" if known.due_at > now else "was due by"
    due = f"An interview {verb} {_by(known.due_at)}"
    if known.booked_for:
        return f"{due}. It is booked for {_by(known.booked_for)}, here: have a private room ready."
    if known.is_booked:
        return f"{due}. It is booked, somewhere else than here."
    if known.is_offered:
        return f"{due}. It has been offered."
    return f"{due}. It has not been offered yet."


def _by(at: datetime) -> str:
    """Thursday 3 December at 2pm."""
    return f"{pages.weekday(at)} at {pages.clock_time(at)}"


@contextmanager
def _not_here_is_404() -> Iterator[None]:
    """Who lives elsewhere, has moved away while the page was open, or is unknown: all the same."""
    try:
        yield
    except homes.NotHere:
        raise Http404 from None


def _resident(request: Request, pk: int) -> Resident:
    with _not_here_is_404():
        one = homes.resident(request.user, pk, request.now)
    looking.at(request, one.child)
    return one


# When it was, in a tap or two.


ROUGHLY = "I am not sure of the time"


def _time(label: str) -> gds.Text:
    return gds.Text(label, missing="Enter the time", width=5, hint="Such as 7:40pm or 19:40")


class WhenForm(gds.Form):
    """When something was: a tap for what has just been, a time for yesterday and today."""

    ago = gds.Radios(
        "When?",
        choices=Ago.choices(),
        coerce=Ago,
        reveal={
            Ago.TODAY: ("today", "today_rough"),
            Ago.YESTERDAY: ("yesterday", "yesterday_rough"),
            Ago.BEFORE: ("before",),
        },
    )
    today = _time("At what time today?")
    today_rough = gds.Tick(ROUGHLY, required=False)
    yesterday = _time("At what time yesterday?")
    yesterday_rough = gds.Tick(ROUGHLY, required=False)
    before = days.Moment("On which day, and when?", noun="the day and time")
    reporter = gds.Text("Your name", max_length=80, autocomplete="name")
    key = gds.Hidden()

    asks_when, missing_when = "When?", "Say when"

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now
        ago = self.fields["ago"]
        ago.label = self.asks_when
        ago.error_messages |= dict.fromkeys(("required", "invalid_choice"), self.missing_when)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        ago = said.get("ago")
        if ago in (Ago.JUST_NOW, Ago.LAST_HOUR):
            said["moment"] = homing.just(ago, self.now)
        elif ago == Ago.BEFORE:
            said["moment"] = said.get("before")
        elif ago and said.get(str(ago)):
            said["moment"] = self._of_day(ago, said)
        return said

    def _of_day(self, ago: Ago, said: Mapping[str, Any]) -> clock.Moment | None:
        try:
            at = typed.read_instant(homing.day_of(ago, self.now), said[str(ago)])
        except typed.Mistyped as mistyped:
            self.add_error(str(ago), ValidationError(f"The time {mistyped.sentence}"))
            return None
        rough = bool(said.get(f"{ago}_rough"))
        moment = clock.Moment(at, homing.precision(is_rough=rough))
        if moment.earliest > self.now:
            self.add_error(str(ago), ValidationError("This time is still to come"))
        return moment

    def clean_key(self) -> UUID:
        try:
            return UUID(self.cleaned_data["key"])
        except ValueError:
            return uuid4()


def _reported(
    request: Request,
    one: Resident,
    form_of: type["MissingForm"] | type["ReturnedForm"],
    report: Callable[..., FromHome],
    **page: Any,
) -> HttpResponse:
    """The page of a report, and once it is sent what was sent."""
    first = {"reporter": request.user.name, "key": uuid4()}
    form = form_of(request.POST or None, now=request.now, initial=first)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form), _not_here_is_404():
            made = report(
                one.child.pk,
                form.told(),
                key=form.cleaned_data["key"],
                by=request.user,
                at=request.now,
            )
            return redirect("show-home-report", made.pk)
    back = reverse("lives-here")
    caption = pages.name_of(one.child)
    return gds.form_page(request, form, caption=caption, back=back, cancel=back, **page)


# Report missing.


class MissingForm(WhenForm):
    asks_when = "When was the child seen last?"
    missing_when = "Say when the child was seen last"

    kind = gds.Radios(
        "Do you know where they are?",
        missing="Say whether you know where they are",
        choices=[
            (EpisodeKind.MISSING, "No: they are missing"),
            (EpisodeKind.AWAY, "Yes: they are away without permission"),
        ],
        coerce=EpisodeKind,
        hints={
            EpisodeKind.MISSING: "Nobody can say for certain where they are.",
            EpisodeKind.AWAY: "You know where they are, and they should not be there: away from "
            "placement without authorisation.",
        },
    )
    where = gds.Text(
        "Where were they seen last, or where are they?",
        missing="Say where they were seen last, or where they are",
        max_length=200,
    )
    police_told = gds.Radios(
        "Have you told the police?",
        choices=[(Known.YES, "Yes"), (Known.NO, "Not yet")],
        coerce=Known,
        reveal={Known.YES: ("police_reference",)},
    )
    police_reference = gds.Text(
        "Police reference (optional)", required=False, width=20, max_length=40
    )
    wearing = gds.Text("What are they wearing? (optional)", required=False, max_length=200)
    worry = gds.Text(
        "What worries you most? (optional)",
        required=False,
        max_length=300,
        hint="Such as: no coat, medicine tonight, left with an adult you do not know.",
    )
    field_order = (
        *("ago", "today", "today_rough", "yesterday", "yesterday_rough", "before", "kind"),
        *("where", "police_told", "police_reference", "wearing", "worry", "reporter", "key"),
    )

    def told(self) -> homes.Missing:
        said = self.cleaned_data
        return homes.Missing(
            last_seen=said["moment"],
            kind=said["kind"],
            police_told=said["police_told"],
            police_reference=said["police_reference"].strip(),
            words={
                "Seen last": pages.moment(said["moment"]),
                "Where": said["where"],
                "Missing or away": EpisodeKind(said["kind"]).label,
                "Police told": Known(said["police_told"]).label,
                "Police reference": said["police_reference"],
                "Wearing": said["wearing"],
                "Worry": said["worry"],
                "Reported by": said["reporter"],
            },
        )


def report_missing(request: Request, pk: int) -> HttpResponse:
    one = _resident(request, pk)
    is_reported = one.missing and not one.missing.found_at and one.first
    if request.method == "GET" and is_reported:
        messages.info(request, "Your home has reported this already. You can add to it.")
        return redirect("show-home-report", one.first.pk)  # type: ignore[union-attr]
    return _reported(
        request,
        one,
        MissingForm,
        homes.report_missing,
        title="Report missing",
        warning="If they may be in danger now, ring 999 first. This page does not tell the police.",
        button="Report missing",
    )


# Report returned.


class ReturnedForm(WhenForm):
    asks_when = "When did the child come back?"
    missing_when = "Say when the child came back"

    came_from = gds.Text(
        "Where did they come back from? (optional)",
        required=False,
        max_length=200,
        hint="As far as you know. Do not question them about it: the interview is for that.",
    )
    needs_doctor = gds.Radios(
        "Do they seem hurt, or to need a doctor?",
        missing="Say whether they seem hurt, or to need a doctor",
        choices=Known.choices(),
        coerce=Known,
        reveal={Known.YES: ("hurt",)},
    )
    hurt = gds.Text("What do you see? (optional)", required=False, max_length=200)
    police_spoke = gds.Radios(
        "Have the police spoken with them since they came back?",
        missing="Say whether the police have spoken with them",
        choices=Known.choices(),
        coerce=Known,
    )
    field_order = (
        *("ago", "today", "today_rough", "yesterday", "yesterday_rough", "before"),
        *("needs_doctor", "hurt", "police_spoke", "came_from", "reporter", "key"),
    )

    def told(self) -> homes.Returned:
        said = self.cleaned_data
        return homes.Returned(
            returned=said["moment"],
            needs_doctor=said["needs_doctor"],
            police_spoke=said["police_spoke"],
            words={
                "Came back": pages.moment(said["moment"]),
                "From": said["came_from"],
                "Hurt, or needs a doctor": Known(said["needs_doctor"]).label,
                "What the home sees": said["hurt"],
                "Police have spoken with them": Known(said["police_spoke"]).label,
                "Reported by": said["reporter"],
            },
        )


def report_returned(request: Request, pk: int) -> HttpResponse:
    one = _resident(request, pk)
    if request.method == "GET" and one.missing is None:
        messages.info(request, "This child is not on record as missing.")
        return redirect("lives-here")
    return _reported(
        request,
        one,
        ReturnedForm,
        homes.report_returned,
        title="Report returned",
        inset="If they need help now, ring 999, or 111 for advice.",
        button="Report returned",
    )


# What was sent, and what happens next.


def show(request: Request, pk: int) -> HttpResponse:
    found = _sent(request, pk)
    report = found.report
    council, is_here, host = homes.council_told(report)
    interview = found.resident.interview
    context = {
        "child": found.resident.child,
        "report": report,
        "title": HomeSays(report.says).label,
        "is_missing": report.says == HomeSays.MISSING,
        "is_back": report.says == HomeSays.RETURNED,
        "is_taken_back": report.says == HomeSays.TAKEN_BACK,
        "words": list(found.words.items()),
        "council": council,
        "is_here": is_here,
        "host": host,
        "police_told": report.police_told == Known.YES,
        "needs_doctor": report.needs_doctor == Known.YES,
        "due": _by(interview.due_at) if interview and interview.due_at else "",
    }
    return render(request, "lives_here/sent.html", context)


def _sent(request: Request, pk: int) -> Sent:
    with _not_here_is_404():
        found = homes.sent(request.user, pk, request.now)
    looking.at_list(request, "home-reports", [found.resident.child.pk])
    return found


class AddForm(gds.Form):
    says = gds.Radios(
        "What do you want to say?",
        missing="Choose what you want to say",
        choices=[
            (HomeSays.ADDED, "Something more"),
            (HomeSays.CORRECTED, "A time was wrong"),
            (HomeSays.TAKEN_BACK, "It was a mistake: take it back"),
        ],
        coerce=HomeSays,
        reveal={HomeSays.CORRECTED: ("instant", "moment")},
        hints={
            HomeSays.TAKEN_BACK: "A child who was found quickly was still missing: that is no "
            "mistake. The council decides."
        },
    )
    instant = gds.Radios("Which time?", missing="Say which time was wrong")
    moment = days.Moment("What is right?", noun="the right time")
    more = gds.Textarea(
        "What do you know, and how?", missing="Say what you know", rows=3, count=500
    )
    key = gds.Hidden()

    def __init__(self, *args: Any, report: FromHome, **options: Any) -> None:
        super().__init__(*args, **options)
        times = [("last_seen", "When they were seen last")]
        if report.says == HomeSays.RETURNED:
            times = [("returned", "When they came back")]
        self.fields["instant"].choices = times  # type: ignore[attr-defined]

    clean_key = WhenForm.clean_key


def add(request: Request, pk: int) -> HttpResponse:
    found = _sent(request, pk)
    form = AddForm(
        request.POST or None,
        report=found.report,
        initial={"key": uuid4(), "instant": "returned" if _is_return(found) else "last_seen"},
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form), _not_here_is_404():
            report = homes.add(
                found.report,
                said["says"],
                said["more"],
                instant=said["instant"] or "",
                moment=said["moment"],
                key=said["key"],
                by=request.user,
                at=request.now,
            )
            return redirect("show-home-report", report.pk)
    back = reverse("show-home-report", args=[pk])
    return gds.form_page(
        request,
        form,
        title="Add to your report",
        caption=pages.name_of(found.resident.child),
        inset="What you sent stays as it is. What you write here is kept beside it.",
        button="Send it",
        back=back,
        cancel=back,
    )


def _is_return(found: Sent) -> bool:
    return found.report.says == HomeSays.RETURNED


# What the council does with it.


@require_POST
def see(request: Request, pk: int) -> HttpResponse:
    """Somebody of the council has seen to what the home said."""
    reports = FromHome.objects.visible_to(request.user).select_related("episode")
    report = get_object_or_404(reports, pk=pk)
    if not report.episode.allows(request.user, Verb.OFFER):
        raise Http404
    homes.see(report, by=request.user, at=request.now)
    messages.success(request, "You have said that you have seen to it.")
    return redirect("show-episode", report.episode_id)


def of_episode(episode: Episode, person: Person) -> list[FromHome]:
    """What homes told of the episode, in their order."""
    reports = FromHome.objects.visible_to(person).filter(episode=episode)
    return list(reports.select_related("home", "told_by", "seen_by", "notification").in_order())


Badges = dict[int, list[tuple[str, str]]]


def badges(episodes: Iterable[Episode], person: Person) -> Badges:
    """By episode: which home told of it, and what somebody must look at."""
    theirs = [episode.pk for episode in episodes]
    reports = FromHome.objects.visible_to(person).filter(episode__in=theirs)
    return badges_of(reports.select_related("home").in_order())


def badges_of(reports: Iterable[FromHome]) -> Badges:
    found: Badges = {}
    for report in reports:
        said = found.setdefault(report.episode_id, [])
        said.append((f"From {report.home.name}", "grey"))
        if report.needs_somebody:
            hurt = report.needs_doctor == Known.YES
            said.append(("May need a doctor", "red") if hurt else ("Home takes it back", "orange"))
    return {pk: list(dict.fromkeys(said)) for pk, said in found.items()}


urlpatterns = [
    path("lives-here", index, name="lives-here"),
    path("lives-here/<int:pk>/missing", report_missing, name="report-missing"),
    path("lives-here/<int:pk>/returned", report_returned, name="report-returned"),
    path("home-reports/<int:pk>", show, name="show-home-report"),
    path("home-reports/<int:pk>/add", add, name="add-home-report"),
    path("home-reports/<int:pk>/seen", see, name="see-home-report"),
]
