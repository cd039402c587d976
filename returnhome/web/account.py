"""A person's own page: roles, training, password, and the address of their calendar."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST
from icalendar import Calendar, Event

from returnhome.casework import acting, journal, staff
from returnhome.casework.interviews import Interview, own
from returnhome.casework.staff import Person
from returnhome.rules.access import Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import CredentialKind, Place, Role
from returnhome.web import interviewers
from returnhome.web.asked import Request

# How long a booking stands in a calendar; nobody knows before how long a child will talk.
ABOUT_AN_HOUR = timedelta(hours=1)
KEPT = timedelta(days=90)


def account(request: Request) -> HttpResponse:
    person, today = request.user, interviewers.today(request.now)
    feed = reverse("calendar", args=[person.calendar_key])
    context = {
        "posts": [(post, Role(post.role).label) for post in person.current_posts],
        "credentials": [
            (each, CredentialKind(each.kind).label, each.is_out_of_date(today))
            for each in person.credentials.newest_of_each_kind()
        ],
        "is_interviewer": person.has_role(Role.INTERVIEWER),
        "feed": request.build_absolute_uri(feed),
    }
    return render(request, "staff/account.html", context)


@require_POST
def new_calendar(request: Request) -> HttpResponse:
    staff.new_calendar_key(request.user, by=request.user, at=request.now)
    messages.success(request, "Your calendar has a new address. The old one no longer works.")
    return redirect("account")


@require_GET
def calendar(request: HttpRequest, key: UUID) -> HttpResponse:
    """An interviewer's bookings for their own calendar, which others may see over a shoulder.

    The address is the secret. It names no child and no address: a number and the sort of place.
    """
    person = get_object_or_404(Person.objects.at_work().with_a_role(), calendar_key=key)
    since = request.now - KEPT  # type: ignore[attr-defined]
    # What somebody elsewhere held is not in the calendar of whoever wrote it down.
    theirs = Interview.objects.filter(
        own(person, Verb.SEE_EPISODE), not_held_at__isnull=True, held_by_name=""
    )
    feed = Calendar()
    feed.add("prodid", "-//Returnhome//Bookings//EN")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", "Return home interviews")
    # Nobody has signed in here: the address itself says whose calendar it is.
    with acting.on_behalf_of(person):
        booked = list(theirs.filter(booked_for__gte=since).soonest_first())
    for interview in booked:
        feed.add_component(_event(interview, request))
    shown = [interview.child_id for interview in booked]
    journal.write_list("list", "calendar", shown, by=person, at=request.now)  # type: ignore[attr-defined]
    feed.add_missing_timezones()
    return HttpResponse(feed.to_ical(), content_type="text/calendar; charset=utf-8")


def _event(interview: Interview, request: HttpRequest) -> Event:
    # A talk that took place stands where it was, so that the booked hour is free again.
    event, begins = Event(), interview.held_at or interview.booked_for
    start = begins.astimezone(LONDON)
    event.add("uid", f"interview-{interview.pk}@{request.get_host()}")
    event.add("dtstamp", interview.booked_at)
    event.add("dtstart", start)
    # An hour by the clock on the wall would be none or two on the nights the clocks change.
    event.add("dtend", (begins + ABOUT_AN_HOUR).astimezone(LONDON))
    event.add("summary", f"Return home interview, ref {interview.pk}")
    event.add("location", Place(interview.place).label)
    event.add("class", "PRIVATE")
    page = reverse("show-interview", args=[interview.pk])
    event.add("url", request.build_absolute_uri(page))
    return event


urlpatterns = [
    path("account", account, name="account"),
    path("account/new-calendar", new_calendar, name="new-calendar"),
    path("calendar/<uuid:key>.ics", calendar, name="calendar"),
]
