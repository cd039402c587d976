"""What the council's own policy says: three questions, each with its answers and their days."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from returnhome.casework import episodes, policies
from returnhome.casework.places import Authority
from returnhome.casework.policies import LocalPolicy
from returnhome.rules import access
from returnhome.rules.access import Verb
from returnhome.rules.codes import Role
from returnhome.rules.policies import DECIDES, LONGEST_NAME, NameMissing, PolicyKey
from returnhome.web import days, gds, own_words, pages
from returnhome.web.asked import Request
from returnhome.web.interviewers import today

YES, NO = "yes", "no"
WHEN_SILENT = {
    PolicyKey.AWAY_TALK: "While nobody has said so, a talk is offered.",
    PolicyKey.ADULT_TALK: "While nobody has said so, no talk is offered. What is owed at 18 is "
    "decided all the same.",
    PolicyKey.PERSON_ALWAYS: "While nobody has said so, a rule joins a notification to a child "
    "where name, birth date and postcode all agree, or a number and the name, and no other child "
    "on record comes near.",
}
WHAT_FOLLOWS = {
    PolicyKey.AWAY_TALK: "With no, nothing more is owed once somebody has taken the child on. A "
    "talk can be offered all the same.",
    PolicyKey.ADULT_TALK: "With yes, the talk stands beside the actions that are owed at 18.",
    PolicyKey.PERSON_ALWAYS: "With yes, each new notification waits until somebody has said who "
    "the child is. Its clock runs meanwhile. More about an episode that has a child does not wait.",
}
AT_ONCE = "Episodes that are not settled yet follow at once; what is settled stays settled."
FROM_NOW_ON = "It counts for what comes in from then on; what is joined stays joined."


@dataclass(frozen=True)
class Question:
    """One question: what is in force, what is to come, and all that was ever noted."""

    key: PolicyKey
    now: LocalPolicy | None
    to_come: Sequence[LocalPolicy]
    history: Sequence[LocalPolicy]

    @property
    def when_silent(self) -> str:
        return WHEN_SILENT[self.key]

    @property
    def what_follows(self) -> str:
        return WHAT_FOLLOWS[self.key]


def _authority(request: Request) -> Authority:
    """The council whose policy the person may note."""
    for post in request.user.current_posts:
        authority = post.organisation.authority
        if authority and access.may(Role(post.role), Verb.SET_POLICY):
            return authority
    raise Http404


def index(request: Request) -> HttpResponse:
    authority = _authority(request)
    rows = (
        LocalPolicy.objects.visible_to(request.user)
        .filter(authority=authority)
        .select_related("noted_by")
        .newest_first()
    )
    every = list(rows)
    context = {
        "authority": authority,
        "questions": [_question(key, every, today(request.now)) for key in PolicyKey],
        "talk": policies.name_of_the_talk(authority.pk) or own_words.of(None).talk,
    }
    return render(request, "policies/index.html", context)


def _question(key: PolicyKey, rows: Sequence[LocalPolicy], day: Any) -> Question:
    ours = [row for row in rows if row.key == key]
    begun = [row for row in ours if row.since <= day]
    return Question(key, begun[0] if begun else None, _to_come(ours, day), ours)


def _to_come(rows: Sequence[LocalPolicy], day: Any) -> list[LocalPolicy]:
    """Of several for one day the last noted stands; the soonest first."""
    by_day = {row.since: row for row in reversed(rows) if row.since > day}
    return [by_day[since] for since in sorted(by_day)]


class PolicyForm(gds.Form):
    says = gds.Radios("What does it say?", choices=[(YES, "Yes"), (NO, "No")], inline=True)
    since = days.Date(
        "Since when?",
        noun="the day it counts from",
        hint="The first day on which it counts. For example, 1 4 2026",
    )


def set_policy(request: Request, key: str) -> HttpResponse:
    authority = _authority(request)
    if key not in list(PolicyKey):
        raise Http404
    one = PolicyKey(key)
    form = PolicyForm(request.POST or None, initial={"since": today(request.now)})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            policy = episodes.set_policy(
                authority,
                one,
                says_yes=said["says"] == YES,
                since=said["since"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, f"Noted. It counts from {pages.day(policy.since)}.")
            return redirect("policies")
    back = reverse("policies")
    return gds.form_page(
        request,
        form,
        title=one.question,
        caption=f"{authority.name}’s own policy",
        inset=f"{WHAT_FOLLOWS[one]} {AT_ONCE if one in DECIDES.values() else FROM_NOW_ON}",
        button="Save the answer",
        back=back,
        cancel=back,
    )


class NameForm(gds.Form):
    name = gds.Text(
        "What do you call it to a child?",
        missing=NameMissing.sentence,
        hint="For example, chat, or missing chat. It stands in sentences: “Choose your chat”.",
        max_length=LONGEST_NAME,
        width=20,
    )


def name_talk(request: Request) -> HttpResponse:
    """What the talk is called on children’s own pages, in English."""
    authority = _authority(request)
    first = policies.name_of_the_talk(authority.pk) or own_words.of(None).talk
    form = NameForm(request.POST or None, initial={"name": first})
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            policies.name_the_talk(
                authority, form.cleaned_data["name"], by=request.user, at=request.now
            )
            messages.success(request, "Noted. Children read it from now on.")
            return redirect("policies")
    back = reverse("policies")
    return gds.form_page(
        request,
        form,
        title="The name of the talk",
        caption=f"{authority.name}’s own policy",
        lead="“Return home interview” frightens some children, and many do not think that they "
        "were missing. Children and young people in your area can tell you what to call it.",
        button="Save the name",
        back=back,
        cancel=back,
    )


urlpatterns = [
    path("policies/name-of-the-talk", name_talk, name="name-talk"),
    path("policies", index, name="policies"),
    path("policies/<str:key>/set", set_policy, name="set-policy"),
]
