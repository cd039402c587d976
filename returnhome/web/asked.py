"""What a page is asked for: by whom, when, and about which episode or interview."""

from datetime import datetime

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Interview
from returnhome.casework.staff import Person
from returnhome.casework.support import Action
from returnhome.rules.access import Verb
from returnhome.web import looking


class Request(HttpRequest):
    """A request behind the sign-in: somebody asks, at a moment read once."""

    user: Person
    now: datetime


def episode_for(request: Request, pk: int, verb: Verb) -> Episode:
    """The episode, where the person may do this to it; else it is not there. A look is journalled.

    Nothing more is done to an episode recorded in error: there is no page for it. What was typed
    while a colleague did that is let through to the verb, whose refusal gives the words back.
    """
    seen = Episode.objects.visible_to(request.user)
    if request.method == "GET":
        seen = seen.counted()
    episode = get_object_or_404(seen.select_related("child"), pk=pk)
    if not episode.allows(request.user, verb):
        raise Http404
    looking.at(request, episode)
    return episode


def interview_for(request: Request, pk: int, verb: Verb) -> Interview:
    """The interview, where the person may do this to it or to an episode it answers for."""
    seen = Interview.objects.visible_to(request.user)
    interview = get_object_or_404(seen.select_related("child", "interviewer"), pk=pk)
    if not allows(interview, request.user, verb):
        raise Http404
    looking.at(request, interview)
    return interview


def allows(interview: Interview, person: Person, verb: Verb) -> bool:
    """Whether the person may do this as its interviewer, or by relation to an episode of it."""
    return interview.is_own_of(person, verb) or any(
        episode.allows(person, verb) for episode in covered(interview)
    )


def may_complete(action: Action, person: Person) -> bool:
    """Whether the action is the person's own, or one that they may decide about."""
    return action.owner_id == person.pk or action.episode.allows(person, Verb.ACT)


def covered(interview: Interview) -> list[Episode]:
    """The episodes it answers for, the one with the soonest deadline first. Read once a page."""
    if not hasattr(interview, "read_episodes"):
        interview.read_episodes = list(interview.episodes.by_deadline())  # type: ignore[attr-defined]
    return interview.read_episodes  # type: ignore[attr-defined]
