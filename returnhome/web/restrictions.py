"""Restricted records: who may see one and who may not, opening one by break-glass, its review."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from returnhome.casework import journal, restrictions
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Interview
from returnhome.casework.journal import JournalEntry
from returnhome.casework.restrictions import BreakGlass, Listed, NotFound, Restriction
from returnhome.casework.rotas import OutOfHours
from returnhome.casework.staff import Person
from returnhome.casework.support import Action
from returnhome.reporting import looked
from returnhome.rules import Blocked, access, restricting
from returnhome.rules.access import Relation, Verb
from returnhome.rules.codes import Role
from returnhome.web import days, gds, looking, pages
from returnhome.web.asked import Request

# How many weeks of openings the review list goes back.
WEEKS = 8
# So many lines of what somebody looked at stand on the page of an opening.
MOST = 200


def _named(person: Person) -> str:
    """Name, and in which roles where."""
    posts = (
        f"{Role(post.role).label}, {post.organisation.name}"
        for post in person.current_posts
        if access.works_with_children(Role(post.role))
    )
    return f"{person.name} ({'; '.join(posts)})"


def _child(request: Request, pk: int) -> Child:
    """The child, where the person keeps the lists of the record."""
    seen = Child.objects.visible_to(request.user).select_related("responsible_authority")
    child = get_object_or_404(seen, pk=pk)
    if not child.allows(request.user, Verb.RESTRICT):
        raise Http404
    return child


def _concerned(child: Child, at: datetime | None = None) -> list[tuple[int, str]]:
    """Whoever has to do with the child; `at`: also whoever works where the child lives then."""
    found = restrictions.concerned(child)
    people = (found | restrictions.of_the_home(child, at) if at else found).with_posts().by_name()
    return [(person.pk, _named(person)) for person in people]


def _in_hand(child: Child, person: Person) -> dict[str, str]:
    """Person → what they have to do for this child and would lose, in words; four queries."""
    episodes = Episode.objects.visible_to(person).counted().unsettled().filter(child=child)
    talks = Interview.objects.visible_to(person).filter(child=child)
    actions = Action.objects.visible_to(person).outstanding().filter(episode__child=child)
    found: dict[str, list[str]] = {}
    for words, whose in (
        ("has taken the child on", episodes.values_list("owner", flat=True)),
        ("is to hold an interview", talks.booked().values_list("interviewer", flat=True)),
        ("has a record to finish", talks.unsigned().values_list("interviewer", flat=True)),
        ("has an action to complete", actions.values_list("owner", flat=True)),
    ):
        for pk in {pk for pk in whose if pk}:
            found.setdefault(str(pk), []).append(words)
    return {pk: f"In hand: {pages.listed(words)}." for pk, words in found.items()}


# The lists of one record.


def show(request: Request, pk: int) -> HttpResponse:
    child = _child(request, pk)
    looking.at(request, child)
    listed = Listed.objects.visible_to(request.user).filter(child=child)
    listed = listed.select_related("person", "made_by", "ended_by").order_by("-made_at", "-pk")
    made = Restriction.objects.visible_to(request.user).filter(child=child)
    opened = BreakGlass.objects.visible_to(request.user).filter(child=child)
    context: dict[str, Any] = {
        "child": child,
        "restrictions": list(made.select_related("made_by", "ended_by").order_by("-made_at")),
        "may_see": [row for row in listed if row.may_see and not row.ended_at],
        "may_not_see": [row for row in listed if not row.may_see and not row.ended_at],
        "ended": [row for row in listed if row.ended_at],
        "keepers": restrictions.keepers(child),
        "opened": list(opened.select_related("person", "reviewed_by").newest_first()),
    }
    context["actions"], context["unsigned"] = restrictions.still_in_hand(child)
    context["standing"] = next((row for row in context["restrictions"] if not row.ended_at), None)
    return render(request, "restrictions/show.html", context)


class WhyForm(gds.Form):
    """Why the lists are changed; and about whom, where `choosing` names the field for it."""

    because = gds.Textarea(
        "Why?",
        rows=3,
        missing=restricting.ReasonMissing.sentence,
        hint="Only those who may restrict the record can read this.",
    )
    choosing = ""

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        if self.choosing:
            self.fields[self.choosing].choices = people  # type: ignore[attr-defined]


class RestrictForm(WhyForm):
    to = gds.Checkboxes(
        "Who may see it?",
        required=False,
        coerce=int,
        hint="You and the other managers of your council may see it in any case. Whoever is not "
        "named can open it for a short time by break-glass, and you are told.",
    )
    field_order = ("to", "because")
    choosing = "to"


def restrict(request: Request, pk: int) -> HttpResponse:
    child = _child(request, pk)
    looking.at(request, child)
    back = reverse("show-restriction", args=[child.pk])
    # Whoever keeps the lists sees it in any case.
    keepers = {person.pk for person in restrictions.keepers(child)}
    people = [(pk, name) for pk, name in _concerned(child) if pk not in keepers]
    form = RestrictForm(request.POST or None, people=people)
    form.fields["to"].hints = _in_hand(child, request.user)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        to = Person.objects.filter(pk__in=form.cleaned_data["to"]).order_by("pk")
        with gds.refusals_into(form):
            restrictions.restrict(
                child, form.cleaned_data["because"], to=to, by=request.user, at=request.now
            )
            messages.success(request, "Only those named may see this record now.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Restrict this record",
        caption=pages.name_of(child),
        lead="Only those you name will see it, on any page. The clock runs on.",
        warning="Whoever is not named loses what they have in hand: it waits for somebody else.",
        button="Restrict the record",
        back=back,
        cancel=back,
    )


class ListForm(WhyForm):
    person = gds.Select("Who?", coerce=int, missing="Select who it is")
    may_see = gds.Radios(
        "May they see this record?",
        choices=[
            ("no", "No, in no case: they know the family"),
            ("yes", "Yes, while it is restricted"),
        ],
        hints={
            "no": "They are not told, cannot open it, and lose what they have in hand.",
            "yes": "While it is not restricted, this changes nothing.",
        },
        missing="Select whether they may see the record",
    )
    field_order = ("person", "may_see", "because")
    choosing = "person"


def list_person(request: Request, pk: int) -> HttpResponse:
    child = _child(request, pk)
    looking.at(request, child)
    back = reverse("show-restriction", args=[child.pk])
    form = ListForm(request.POST or None, people=_concerned(child, request.now))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        verb = restrictions.let_see if said["may_see"] == "yes" else restrictions.keep_out
        person = get_object_or_404(Person, pk=said["person"])
        with gds.refusals_into(form):
            verb(child, person, said["because"], by=request.user, at=request.now)
            words = "may see" if said["may_see"] == "yes" else "may not see"
            messages.success(request, f"{person.name} {words} this record.")
            if request.user.pk == person.pk and said["may_see"] == "no":
                return redirect("worklist")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Put somebody on a list",
        caption=pages.name_of(child),
        button="Put them on the list",
        back=back,
        cancel=back,
    )


def end_listing(request: Request, pk: int) -> HttpResponse:
    theirs = Listed.objects.visible_to(request.user).standing()
    row = get_object_or_404(theirs.select_related("child", "person"), pk=pk)
    which = "who may see it" if row.may_see else "who may not see it"
    return _end(
        request,
        row,
        title="Take somebody off the list",
        lead=f"{row.person.name} is on the list of {which}.",
        button="Take them off",
        done=f"{row.person.name} is off the list.",
    )


def lift(request: Request, pk: int) -> HttpResponse:
    theirs = Restriction.objects.visible_to(request.user).standing()
    row = get_object_or_404(theirs.select_related("child"), pk=pk)
    return _end(
        request,
        row,
        title="Lift the restriction",
        lead="Everybody will see the record again whose role allows it, but those who may not.",
        button="Lift the restriction",
        done="The restriction is lifted.",
    )


def _end(
    request: Request, row: Listed | Restriction, *, title: str, lead: str, button: str, done: str
) -> HttpResponse:
    looking.at(request, row)
    back = reverse("show-restriction", args=[row.child_id])
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        because = form.cleaned_data["because"]
        with gds.refusals_into(form):
            if isinstance(row, Listed):
                restrictions.end_listing(row, because, by=request.user, at=request.now)
            else:
                restrictions.lift(row, because, by=request.user, at=request.now)
            messages.success(request, done)
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title=title,
        caption=pages.name_of(row.child),
        lead=lead,
        button=button,
        back=back,
        cancel=back,
    )


# Break-glass.


class OpenForm(gds.Form):
    said = gds.Text(
        "Whose record?",
        missing="Enter a reference, a number or a name",
        hint="A reference such as E-123, the address of a page, a number of the child’s, or their "
        "whole name.",
        max_length=200,
    )
    born_on = days.Date("Date of birth", required=False, hint="Needed with a name.")
    because = gds.Textarea(
        "Why do you need it now?",
        rows=3,
        missing=restricting.ReasonMissing.sentence,
        hint="The manager of the council that answers for the child reads this at once.",
    )
    hours = gds.Radios(
        "For how long?",
        choices=[(number, pages.counted(number, "hour")) for number in restricting.HOURS],
        coerce=int,
        inline=True,
        initial=restricting.USUAL_HOURS,
        missing="Select for how long",
    )

    def clean(self) -> dict[str, Any]:
        """Of what was typed alone, so that it tells of no record."""
        cleaned = super().clean() or self.cleaned_data
        said = cleaned.get("said", "").strip()
        is_name = " " in said and not any(letter.isdigit() for letter in said)
        if is_name and not cleaned.get("born_on") and "born_on" not in self.errors:
            self.add_error("born_on", "Enter the date of birth too: a name alone opens nothing")
        return cleaned


def may_open(person: Person) -> bool:
    """Whoever works with children at all: whether there is anything to open is never said."""
    return any(access.works_with_children(Role(each)) for each in person.reach.roles)


def open_restricted(request: Request) -> HttpResponse:
    """By POST, and the same answer for what is not there: it does not tell who is restricted."""
    if not may_open(request.user):
        raise Http404
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        found = restrictions.sought(said["said"], said["born_on"])
        try:
            opened = restrictions.break_glass(
                found, said["because"], hours=said["hours"], by=request.user, at=request.now
            )
        except NotFound as refused:
            # That somebody tried stays written down.
            journal.refuse(restrictions.BREAK_GLASS, None, by=request.user, at=request.now)
            gds.blocked(form, refused)
        except Blocked as refused:
            gds.blocked(form, refused)
        else:
            until = pages.near(opened.until, request.now)
            messages.success(
                request,
                f"The record is open to you until {until}. What you look at is written down.",
            )
            return redirect("show-child", opened.child_id)
    back = reverse("set-up")
    return gds.form_page(
        request,
        form,
        title="Open a restricted record",
        template="restrictions/open.html",
        teams=OutOfHours.objects.visible_to(request.user).order_by("name", "pk"),
        lead="For when a child cannot wait until somebody who may see the record is there.",
        warning="The council’s managers are told at once who you are and why, and review it.",
        button="Open the record",
        back=back,
        cancel=back,
    )


# Its review.


def keeps_lists(person: Person) -> bool:
    """A provider's manager has the role, and no council's records to restrict."""
    return bool(person.may_for(Verb.RESTRICT, Relation.RESPONSIBLE)[0])


@dataclass(frozen=True)
class Week:
    """The openings of one week."""

    title: str
    rows: Sequence[BreakGlass]


def reviews(request: Request) -> HttpResponse:
    """Each time that a record was opened, by week; whatever nobody has reviewed stays on top."""
    person, now = request.user, request.now
    if not keeps_lists(person):
        raise Http404
    since = now - timedelta(weeks=WEEKS)
    rows = BreakGlass.objects.to_review(person).select_related("child", "person", "reviewed_by")
    every = list(rows.newest_first())
    waiting = [row for row in every if row.reviewed_at is None]
    done = [row for row in every if row.reviewed_at and row.opened_at > since]
    looking.at_list(request, "restricted", [row.child_id for row in (*waiting, *done)])
    context = {"waiting": waiting, "weeks": _by_week(done), "weeks_back": WEEKS, "now": now}
    return render(request, "restrictions/reviews.html", context)


def _by_week(rows: Iterable[BreakGlass]) -> list[Week]:
    found: dict[Any, list[BreakGlass]] = {}
    for row in rows:
        day = row.opened_at.date()
        found.setdefault(day - timedelta(days=day.weekday()), []).append(row)
    return [Week(f"Week of {pages.day(monday)}", theirs) for monday, theirs in found.items()]


class ReviewForm(gds.Form):
    is_justified = gds.Radios(
        "Was it right to open the record?",
        choices=[("yes", "Yes, it was justified"), ("no", "No, it was not justified")],
        missing="Select whether it was right",
    )
    finding = gds.Textarea(
        "What did you find?", rows=3, required=False, hint="Needed where it was not right."
    )


def show_opening(request: Request, pk: int) -> HttpResponse:
    person, now = request.user, request.now
    theirs = BreakGlass.objects.visible_to(person).select_related("person", "reviewed_by")
    opened = get_object_or_404(theirs, pk=pk)
    # To whoever opened it the child may be closed again.
    child = Child.objects.filter(pk=opened.child_id).first()
    keeps = child is not None and child.allows(person, Verb.RESTRICT)
    looking.at(request, opened)
    may_review = keeps and opened.person_id != person.pk and opened.reviewed_at is None
    may_review = may_review and not opened.is_open(now)
    form = ReviewForm(request.POST or None) if may_review else None
    if request.method == "POST" and form and form.is_valid():
        with gds.refusals_into(form):
            restrictions.review(
                opened,
                is_justified=form.cleaned_data["is_justified"] == "yes",
                finding=form.cleaned_data["finding"],
                by=person,
                at=now,
            )
            messages.success(request, "Your review is recorded.")
            return redirect("restricted-reviews")
    return gds.form_page(
        request,
        form or gds.Form(),
        title="A restricted record was opened",
        caption=pages.name_of(child) if child and keeps else "",
        button="Record the review",
        back=reverse("restricted-reviews" if keeps else "worklist"),
        template="restrictions/opening.html",
        opened=opened,
        who=_named(opened.person),
        is_open=opened.is_open(now),
        keeps=keeps,
        may_review=may_review,
        looks=_looks(opened) if keeps else [],
        most=MOST,
    )


def _looks(opened: BreakGlass) -> list[looked.Look]:
    """What the person did with the record while it was open to them."""
    theirs = JournalEntry.objects.about_child(opened.child_id).filter(
        by_id=opened.person_id, at__gte=opened.opened_at, at__lte=opened.closes_at
    )
    return looked.told(theirs.newest_first()[:MOST])


@require_POST
def close(request: Request, pk: int) -> HttpResponse:
    opened = get_object_or_404(BreakGlass.objects.visible_to(request.user), pk=pk)
    try:
        restrictions.close(opened, by=request.user, at=request.now)
        messages.success(request, "The record is closed again.")
    except Blocked as refused:
        messages.info(request, refused.sentence)
    if opened.person_id == request.user.pk:
        return redirect("worklist")
    return redirect("show-opening", opened.pk)


# On other pages.


@dataclass(frozen=True)
class ToKnow:
    """What whoever keeps lists must know at once: on the first screen, and with no child's name."""

    openings: Sequence[BreakGlass]
    overdue: int
    unattended: int
    without_reviewer: int

    def __bool__(self) -> bool:
        return bool(self.openings or self.unattended or self.without_reviewer)


def to_know(person: Person, now: datetime) -> ToKnow:
    keeping, _ = person.may_for(Verb.RESTRICT, Relation.RESPONSIBLE)
    managing = person.councils_where(Verb.MANAGE_PEOPLE)
    if not keeping and not managing:
        return ToKnow((), 0, 0, 0)
    openings: list[BreakGlass] = []
    if keeping:
        rows = BreakGlass.objects.to_review(person).unreviewed().select_related("person")
        openings = list(rows.newest_first())
    return ToKnow(
        openings,
        sum(each.is_overdue(now) for each in openings),
        len(restrictions.unattended(keeping | managing, at=now)),
        len(restrictions.without_reviewer(managing, at=now)) if managing else 0,
    )


def of_child(child: Child, person: Person, now: datetime) -> dict[str, Any]:
    """That a record is restricted, for those who may see it; and that it is open for a time."""
    theirs = [listing for pk, listing in person.listings if pk == child.pk]
    # Whoever is only let in for a time is told until when.
    by_glass = any(one.has_opened and not (one.may_see or one.keeps) for one in theirs)
    running = BreakGlass.objects.running(now).filter(child=child, person=person)
    return {
        "is_restricted": person.is_restricted(child.pk),
        "opening": running.order_by("-until").first() if by_glass else None,
        "may_restrict": not child.joined_to_id and child.allows(person, Verb.RESTRICT),
    }


urlpatterns = [
    path("children/<int:pk>/restriction", show, name="show-restriction"),
    path("children/<int:pk>/restrict", restrict, name="restrict-child"),
    path("children/<int:pk>/list-person", list_person, name="list-person-child"),
    path("listed/<int:pk>/end", end_listing, name="end-listing"),
    path("restrictions/<int:pk>/lift", lift, name="lift-restriction"),
    path("restricted", reviews, name="restricted-reviews"),
    path("restricted/open", open_restricted, name="open-restricted"),
    path("restricted/<int:pk>", show_opening, name="show-opening"),
    path("restricted/<int:pk>/close", close, name="close-opening"),
]
