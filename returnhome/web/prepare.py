"""Before the talk: all that whoever holds it should know, on one page, also on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path

from returnhome.casework import history, journal
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Entry, Interview
from returnhome.casework.staff import Person
from returnhome.rules import clock
from returnhome.rules.access import Verb
from returnhome.rules.codes import Earlier as EarlierSays
from returnhome.rules.codes import Mode, Place
from returnhome.web import (
    before,
    check_ins,
    communications,
    made,
    needs,
    owed,
    pages,
    story,
    tellings,
    ways_in,
)
from returnhome.web.asked import Request, allows, covered

# What earlier records say of how the child would talk another time, and of what is not safe.
WISHED = ("next_time", "chose", "present_kinds")
NOT_SAFE = "not_safe"


@dataclass(frozen=True)
class Earlier:
    """A talk that was held before: when, by whom, where, and what the child said of such talks."""

    interview: Interview
    where: str
    wishes: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Covered:
    """An episode that this talk answers for, its clock, and what the police's own talk found."""

    episode: Episode
    clock: Mapping[str, Any]
    prevention: Sequence[tuple[str, str, str]]
    may_note: bool


def prepare(request: Request, pk: int) -> HttpResponse:
    """For whoever is to hold a booked interview. A fixed number of queries."""
    seen = Interview.objects.visible_to(request.user)
    interview = get_object_or_404(seen.select_related("child", "interviewer"), pk=pk)
    person, now, child = request.user, request.now, interview.child
    can_read = interview.account_is_visible_to(person)
    if not (can_read or allows(interview, person, Verb.BOOK)):
        raise Http404
    if not interview.is_booked:
        return redirect("show-interview", pk)
    journal.write("read", interview, by=person, at=now)
    last = story.last_time(child, person, now)
    if last and last.may_read:
        journal.write("read", last.interview, by=person, at=now)
    held, unsafe = earlier(interview, person)
    noted = communications.standing_for(child, person)
    harms = owed.of_child(child, person, now)["harms"]
    last_needs = {one.need.pk for one in last.needs} if last else set()
    chosen, noted_by_child, sent = ways_in.before_the_talk(covered(interview), person)
    if sent:
        journal.write_all("read", [each.row for each in sent], by=person, at=now)
    by_records = history.talks_with(child, person)
    if by_records:
        journal.write_all("read", [each.episode for each in by_records], by=person, at=now)
    context = {
        "interview": interview,
        "child": child,
        "place": Place(interview.place).label,
        "mode": Mode(interview.mode).label,
        "is_own": interview.may_be_recorded_by(person),
        "risk": tellings.risk_for(child, person),
        "not_safe": [*([noted.not_safe] if noted and noted.not_safe else []), *unsafe],
        "talking": communications.in_words(noted),
        "may_note_talking": communications.may_note(child, person),
        "may_see_child": Child.objects.visible_to(person).filter(pk=child.pk).exists(),
        "chosen": chosen,
        "chosen_words": noted_by_child,
        "sent": sent,
        "last": last,
        "today": now.astimezone(clock.LONDON).date(),
        "earlier": held,
        "by_records": by_records,
        # That there was one they may know; what was said is for those who read accounts.
        "by_closed_records": Episode.objects.visible_to(person)
        .filter(child=child, earlier=EarlierSays.HELD)
        .exclude(pk__in=[each.episode_id for each in by_records])
        .count(),
        "covered": _covered(covered(interview), person, now),
        "check_ins": check_ins.of_episodes(covered(interview), person, now),
        "harms": [row for row in harms if not row.is_closed],
        "needs": [
            one for one in needs.still_open(child, person, now) if one.need.pk not in last_needs
        ],
    }
    return made.may_play(request, render(request, "interviews/prepare.html", context))


def earlier(interview: Interview, person: Person) -> tuple[list[Earlier], list[str]]:
    """Talks held with this child before, the newest first; and what they noted as not safe.

    Three queries. Words only of records that this person may read.
    """
    held = list(
        Interview.objects.visible_to(person)
        .filter(child=interview.child_id, held_at__isnull=False)
        .exclude(pk=interview.pk)
        .select_related("interviewer", "organisation")
        .defer("place_note", "wishes", "independence_note")
        .newest_first()
        .distinct()
    )
    entries: dict[int, dict[str, Entry]] = {}
    readable = Entry.objects.visible_to(person).current()
    for entry in readable.filter(interview__in=held, question__in=[*WISHED, NOT_SAFE]):
        entries.setdefault(entry.interview_id, {})[entry.question] = entry
    found = [
        Earlier(
            one,
            f"{Place(one.place).label.lower()}, {Mode(one.mode).label.lower()}",
            _wishes(one, entries.get(one.pk, {})),
        )
        for one in held
    ]
    unsafe = [theirs[NOT_SAFE].words for theirs in entries.values() if NOT_SAFE in theirs]
    return found, list(dict.fromkeys(words for words in unsafe if words.strip()))


def _wishes(interview: Interview, entries: Mapping[str, Entry]) -> list[tuple[str, str]]:
    """Question and answer, in the words of the version under which it was asked."""
    asked = {one.key: one for one in interview.standard.questions}
    said = []
    for key in WISHED:
        entry, question = entries.get(key), asked.get(key)
        if entry and question and entry.codes:
            labels = dict(question.options)
            answer = pages.listed([before.lower(labels.get(code, code)) for code in entry.codes])
            said.append((question.text, answer))
    return said


def _covered(episodes: Sequence[Episode], person: Person, now: datetime) -> list[Covered]:
    prevention = tellings.prevention_of(episodes, person, now)
    return [
        Covered(
            episode,
            before.clock_of(episode, now),
            prevention[episode.pk],
            not episode.is_voided and episode.allows(person, Verb.TELL),
        )
        for episode in episodes
    ]


urlpatterns = [path("interviews/<int:pk>/prepare", prepare, name="prepare-interview")]
