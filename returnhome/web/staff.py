"""The people of an organisation: roles, training and checks, and an absent worker's work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from returnhome.casework import accounts, episodes, interviews, staff, support
from returnhome.casework.episodes import Episode
from returnhome.casework.staff import Organisation, Person, Post, Team
from returnhome.casework.support import Action
from returnhome.rules import access
from returnhome.rules.access import Relation, Verb
from returnhome.rules.codes import CredentialKind, Role
from returnhome.web import absences, days, gds, interviewers, pages, restrictions
from returnhome.web.asked import Request

CASEWORK = [role for role in Role if access.works_with_children(role)]
# What an organisation's own people do. Police, homes and researchers come by doors of their own.
ROLES = {
    Organisation.COUNCIL: [*CASEWORK, Role.ANALYST, Role.ADMINISTRATOR],
    Organisation.PROVIDER: [
        Role.COORDINATOR,
        Role.INTERVIEWER,
        Role.MANAGER,
        Role.ADMINISTRATOR,
    ],
}
NOBODY = "nobody"


def may_manage(person: Person) -> bool:
    return person.may(Verb.MANAGE_PEOPLE)


def may_reassign(person: Person) -> bool:
    return any(person.may(Verb.REASSIGN, relation) for relation in Relation)


def where_may(person: Person, *verbs: Verb) -> frozenset[int]:
    """The organisations in which a role of the person's allows one of these, on any child."""
    return frozenset(
        post.organisation_id
        for post in person.current_posts
        for verb in verbs
        if any(access.may(Role(post.role), verb, relation) for relation in Relation)
    )


def _colleagues(request: Request, *verbs: Verb) -> QuerySet[Person]:
    """Everybody where the person manages people or gives work away, those who left included.

    What one organisation allows is not taken along to another. 404 to who has no use for it.
    """
    own = where_may(request.user, *(verbs or (Verb.MANAGE_PEOPLE, Verb.REASSIGN)))
    if not own:
        raise Http404
    seen = Person.objects.visible_to(request.user)
    # A council knows its provider's interviewers too; they are not its people.
    return seen.filter(posts__organisation_id__in=own).distinct()


def _colleague(request: Request, pk: int, *verbs: Verb) -> Person:
    return get_object_or_404(_colleagues(request, *verbs), pk=pk)


@dataclass(frozen=True)
class Colleague:
    person: Person
    roles: tuple[str, ...]
    credentials: tuple[tuple[str, bool], ...]

    @property
    def needs_training(self) -> bool:
        return Role.INTERVIEWER.label in self.roles


def _rows(people: list[Person], request: Request) -> list[Colleague]:
    today = interviewers.today(request.now)
    own = request.user.reach.organisations
    return [
        Colleague(
            one.person,
            tuple(
                Role(post.role).label
                for post in one.person.current_posts
                if post.organisation_id in own
            ),
            tuple(
                (interviewers.in_words(each, today), each.is_out_of_date(today))
                for each in one.credentials
            ),
        )
        for one in interviewers.of_people(people)
    ]


def index(request: Request) -> HttpResponse:
    people = list(_colleagues(request).by_name().with_posts())  # type: ignore[attr-defined]
    rows = _rows(people, request)
    context = {
        "here": [row for row in rows if row.roles],
        "left": [row for row in rows if not row.roles],
        "may_manage": may_manage(request.user),
        "may_agree": request.user.may(Verb.AGREE),
    }
    if context["may_manage"]:
        # An administrator has no work list: this is their first screen.
        context["restricted"] = restrictions.to_know(request.user, request.now)
    return render(request, "staff/people.html", context)


def show(request: Request, pk: int) -> HttpResponse:
    person = _colleague(request, pk)
    today = interviewers.today(request.now)
    credentials = person.credentials.newest_first().select_related("noted_by")
    own = [post for post in person.current_posts if _is_own(post, request.user)]
    context = {
        "colleague": person,
        "posts": [(post, Role(post.role).label) for post in own],
        "credentials": [
            (each, CredentialKind(each.kind).label, each.is_out_of_date(today))
            for each in credentials
        ],
        "work": _work(person, request.user) if may_reassign(request.user) else None,
        "may_manage": may_manage(request.user) and person != request.user,
        "has_factor": accounts.has_second_factor(person),
    }
    return render(request, "staff/show.html", context)


def _is_own(post: Post, person: Person) -> bool:
    return post.organisation_id in person.reach.organisations


# Administrators add people and give them roles.


def _organisation(person: Person) -> Organisation:
    """The organisation whose people the person manages."""
    for post in person.current_posts:
        if access.may(Role(post.role), Verb.MANAGE_PEOPLE):
            return post.organisation
    raise Http404


A_TEAM = (
    "Its name as colleagues say it. A new name forms a new team; the work list filters by team."
)


class PersonForm(gds.Form):
    name = gds.Text("Full name", spellcheck=False)
    email = gds.Email(hint="They sign in with it.", autocomplete="off")
    role = gds.Radios("Role", coerce=Role)
    team = gds.Text("Team (optional)", required=False, max_length=120, hint=A_TEAM)

    def __init__(self, *args: Any, roles: list[Role], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]


def add(request: Request) -> HttpResponse:
    organisation = _organisation(request.user)
    form = PersonForm(request.POST or None, roles=ROLES.get(organisation.kind, []))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form), transaction.atomic():
            person = staff.add_person(
                said["email"], said["name"], password=None, by=request.user, at=request.now
            )
            staff.appoint(
                person,
                said["role"],
                organisation,
                since=interviewers.today(request.now),
                team=_team(form, organisation, request),
                by=request.user,
                at=request.now,
            )
            messages.success(
                request,
                f"{person.name} has an account. Ask them to open the sign-in page and choose "
                "“Forgotten your password?” to set one.",
            )
            return redirect("show-person", person.pk)
    back = reverse("people")
    return gds.form_page(
        request,
        form,
        title="Add a person",
        caption=organisation.name,
        button="Add the person",
        back=back,
        cancel=back,
    )


def _team(form: gds.Form, organisation: Organisation, request: Request) -> Team | None:
    named = form.cleaned_data["team"]
    return staff.team_called(named, organisation, by=request.user, at=request.now)


class RoleForm(gds.Form):
    role = gds.Radios("Which role?", noun="the role", coerce=Role)
    since = days.Date("From which day?", noun="the day it starts")
    team = gds.Text("Team (optional)", required=False, max_length=120, hint=A_TEAM)

    def __init__(self, *args: Any, roles: list[Role], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]


def appoint(request: Request, pk: int) -> HttpResponse:
    organisation = _organisation(request.user)
    person = _colleague(request, pk, Verb.MANAGE_PEOPLE)
    if person == request.user:
        raise Http404
    held = {post.role for post in person.current_posts if post.organisation == organisation}
    free = [role for role in ROLES.get(organisation.kind, []) if role not in held]
    first = {"since": interviewers.today(request.now)}
    form = RoleForm(request.POST or None, roles=free, initial=first)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form), transaction.atomic():
            staff.appoint(
                person,
                form.cleaned_data["role"],
                organisation,
                since=form.cleaned_data["since"],
                team=_team(form, organisation, request),
                by=request.user,
                at=request.now,
            )
            messages.success(request, f"{person.name} is now {form.cleaned_data['role'].label}.")
            return redirect("show-person", pk)
    return _person_page(request, person, form, title="Give a role", button="Give the role")


@require_POST
def end_post(request: Request, pk: int) -> HttpResponse:
    organisation = _organisation(request.user)
    theirs = Post.objects.visible_to(request.user).current().filter(organisation=organisation)
    post = get_object_or_404(theirs.select_related("person"), pk=pk)
    today = interviewers.today(request.now)
    staff.end_post(post, on=today, by=request.user, at=request.now)
    role = Role(post.role).label.lower()
    messages.success(request, f"{post.person.name} is no longer {role}.")
    return redirect("show-person", post.person_id)


def reset_second_factor(request: Request, pk: int) -> HttpResponse:
    """Somebody has lost their telephone, and has said so to the administrator's face."""

    organisation = _organisation(request.user)

    def reset(person: Person) -> str:
        # Of somebody who has left, it is a matter of where they work now.
        if organisation not in [post.organisation for post in person.current_posts]:
            raise Http404
        accounts.reset_second_factor(person, by=request.user, at=request.now)
        get_adapter().send_notification_mail("mfa/email/reset", person)
        return f"{person.name} sets up a new second factor at the next sign-in. They have a letter."

    return _confirmed(
        request,
        pk,
        reset,
        title="Take away their second factor",
        lead="For somebody who has lost their telephone or passkey.",
        warning="Speak to them first, in person or on a number you know: whoever pretends to be "
        "them would get in with their password alone.",
        button="Take it away",
    )


def close_account(request: Request, pk: int) -> HttpResponse:
    """Somebody has left."""
    organisation = _organisation(request.user)

    def close(person: Person) -> str:
        accounts.close(person, organisation, by=request.user, at=request.now)
        return f"The account of {person.name} is closed."

    return _confirmed(
        request,
        pk,
        close,
        title="Close their account",
        lead="For somebody who has left. Their roles end, they are signed out everywhere, and "
        "their calendar address stops working. What they wrote and did stays.",
        button="Close the account",
    )


def reopen_account(request: Request, pk: int) -> HttpResponse:
    """Somebody has come back."""

    def reopen(person: Person) -> str:
        accounts.reopen(person, by=request.user, at=request.now)
        return f"The account of {person.name} is open. They set a new password, and need a role."

    return _confirmed(
        request,
        pk,
        reopen,
        title="Open their account again",
        lead="They set a new password and a new second factor. Give them a role afterwards.",
        button="Open the account",
    )


def _confirmed(
    request: Request,
    pk: int,
    act: Callable[[Person], str],
    *,
    title: str,
    button: str,
    **words: Any,
) -> HttpResponse:
    """A page that asks once more, for administrators; `act` says in a sentence what was done."""
    _organisation(request.user)
    person = _colleague(request, pk, Verb.MANAGE_PEOPLE)
    if person == request.user:
        raise Http404
    form = gds.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            messages.success(request, act(person))
            return redirect("show-person", pk)
    return _person_page(request, person, form, title=title, button=button, **words)


class CredentialForm(gds.Form):
    kind = gds.Radios("What was done?", choices=CredentialKind.choices(), coerce=CredentialKind)
    done_on = days.Date("When was it done?", noun="the day it was done")
    next_due_on = days.Date(
        "When is the next one due? (optional)",
        noun="the day the next one is due",
        required=False,
        hint="Leave it empty if it does not run out.",
    )
    latest: date

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        done, due = cleaned.get("done_on"), cleaned.get("next_due_on")
        if done and done > self.latest:
            self.add_error("done_on", "The day it was done must be in the past")
        if done and due and due <= done:
            self.add_error("next_due_on", "The next one must be due after this one was done")
        return cleaned


def note_credential(request: Request, pk: int) -> HttpResponse:
    person = _colleague(request, pk)
    form = CredentialForm(request.POST or None)
    form.latest = interviewers.today(request.now)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            staff.note_credential(person, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Noted.")
            return redirect("show-person", pk)
    title, button = "Note training or a check", "Save"
    return _person_page(request, person, form, title=title, button=button)


def _person_page(
    request: Request, person: Person, form: gds.Form, *, title: str, button: str, **context: Any
) -> HttpResponse:
    back = reverse("show-person", args=[person.pk])
    return gds.form_page(
        request,
        form,
        title=title,
        caption=person.name,
        button=button,
        back=back,
        cancel=back,
        **context,
    )


# An absent worker's work, all of it at once.


@dataclass(frozen=True)
class Work:
    """What somebody has in hand, as far as whoever asks answers for it."""

    episodes: int
    bookings: int
    actions: int

    @property
    def is_none(self) -> bool:
        return not (self.episodes or self.bookings or self.actions)


def _work(person: Person, as_seen_by: Person) -> Work:
    theirs = Episode.objects.answered_for_by(as_seen_by).unsettled().filter(owner=person)
    bookings = interviews.bookings_of(person, as_seen_by=as_seen_by)
    actions = Action.objects.visible_to(as_seen_by).outstanding().filter(owner=person)
    return Work(theirs.count(), bookings.count(), actions.count())


class ReassignForm(gds.Form):
    episodes = gds.Select("", missing="Select who takes the episodes")
    interviewer = gds.Select("", coerce=int, missing="Select who takes the bookings")
    actions = gds.Select("", coerce=int, missing="Select who takes the actions")

    def __init__(
        self,
        *args: Any,
        work: Work,
        workers: list[Person],
        others: list[Person],
        absent: Mapping[int, str],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        said = {
            each.pk: absences.named(each.name, absent.get(each.pk, ""))
            for each in (*workers, *others)
        }
        names = [(str(each.pk), said[each.pk]) for each in workers]
        nobody = (NOBODY, "Nobody yet: back to the list, for whoever is on duty")
        holding = [(str(each.pk), said[each.pk]) for each in others]
        self._offer("episodes", work.episodes, "open episode", [*names, nobody])
        self._offer("interviewer", work.bookings, "booking", holding)
        self._offer("actions", work.actions, "outstanding action", names)

    def _offer(self, name: str, number: int, what: str, choices: list[tuple[str, str]]) -> None:
        if not number:
            del self.fields[name]
            return
        self.fields[name].label = f"Who takes the {pages.counted(number, what)}?"
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def reassign(request: Request, pk: int) -> HttpResponse:
    person = _colleague(request, pk, Verb.REASSIGN)
    work = _work(person, request.user)
    workers, others = _who_takes_over(request.user, person)
    absent = absences.of((each.pk for each in (*workers, *others)), request.now)
    form = ReassignForm(
        request.POST or None, work=work, workers=workers, others=others, absent=absent
    )
    if request.method == "POST" and form.is_valid():
        # All of it or none of it: a refusal of the last part takes the first back.
        with gds.refusals_into(form), transaction.atomic():
            moved = _reassign(request, person, form.cleaned_data, [*workers, *others])
            messages.success(request, f"{pages.listed(moved)} reassigned from {person.name}.")
            return redirect("show-person", pk)
    return _person_page(
        request,
        person,
        form,
        title="Give all their work to somebody else",
        button="Reassign all of it",
        template="staff/reassign.html",
        work=work,
        colleague=person,
    )


def _who_takes_over(person: Person, absent: Person) -> tuple[list[Person], list[Person]]:
    """Colleagues who can answer for episodes, and those who can hold interviews."""
    own = where_may(person, Verb.REASSIGN)
    working = Person.objects.filter(
        posts__role__in=CASEWORK, posts__until__isnull=True, posts__organisation_id__in=own
    ).distinct()
    interviewing = Person.objects.interviewing_for(own)
    return (
        list(working.at_work().exclude(pk=absent.pk).by_name()),
        list(interviewing.at_work().exclude(pk=absent.pk).by_name()),
    )


def _reassign(
    request: Request, absent: Person, said: dict[str, Any], people: list[Person]
) -> list[str]:
    """What moved, in words."""
    by_id = {str(each.pk): each for each in people}
    each: dict[str, Any] = {"by": request.user, "at": request.now}
    moved = []
    if "episodes" in said:
        number = episodes.reassign_all(absent, by_id.get(said["episodes"]), **each)
        moved.append(pages.counted(number, "episode"))
    if "interviewer" in said:
        number = interviews.reassign_all(absent, by_id[str(said["interviewer"])], **each)
        moved.append(pages.counted(number, "booking"))
    if "actions" in said:
        number = support.reassign_all(absent, by_id[str(said["actions"])], **each)
        moved.append(pages.counted(number, "action"))
    return moved or ["Nothing was in hand, so nothing was"]


urlpatterns = [
    path("people", index, name="people"),
    path("people/add", add, name="add-person"),
    path("people/<int:pk>", show, name="show-person"),
    path("people/<int:pk>/appoint", appoint, name="appoint-person"),
    path(
        "people/<int:pk>/reset-second-factor",
        reset_second_factor,
        name="reset-second-factor",
    ),
    path("people/<int:pk>/close", close_account, name="close-account"),
    path("people/<int:pk>/reopen", reopen_account, name="reopen-account"),
    path("people/<int:pk>/note-credential", note_credential, name="note-credential"),
    path("people/<int:pk>/reassign", reassign, name="reassign-person"),
    path("posts/<int:pk>/end", end_post, name="end-post"),
]
