"""The time line of one child: what happened, newest first, a page at a time."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, IntegerField, OuterRef, QuerySet, Value
from django.urls import reverse

from returnhome.casework.check_ins import CheckIn
from returnhome.casework.episodes import Correction, Episode
from returnhome.casework.found_places import FoundPlace
from returnhome.casework.interviews import Addendum, Coverage, Interview, NotHeld
from returnhome.casework.needs import HelpOffered, Need, NoHelp, PassedOn
from returnhome.casework.offers import Attempt, Offer, Reply
from returnhome.casework.staff import Person
from returnhome.casework.support import Action, NothingNeeded
from returnhome.rules import clock
from returnhome.rules.access import Verb
from returnhome.rules.codes import ActionKind, Earlier, EpisodeKind, Mode, Place, RiskGrade
from returnhome.rules.helping import NeedKind, NoHelpReason, PassedTo
from returnhome.web import answered, before, found_places, pages

A_PAGE = 50


@dataclass(frozen=True)
class Event:
    """One thing that happened, ready for the page; `when` where the time needs more words."""

    at: datetime
    title: str
    by: str = ""
    when: str = ""
    text: str = ""
    note: str = ""
    href: str = ""
    tag: tuple[str, str] | None = None
    is_start: bool = False


@dataclass(frozen=True)
class Sort:
    """One sort of event: its rows, the column of its time, and how it is told."""

    rows: QuerySet[Any]
    at: str
    told: Callable[[Any], Event]


class Line:
    """The time line of the child of these episodes, as far as the person may know of it.

    One query counts, one finds the fifty that a page shows, and one for each table reads them.
    """

    def __init__(self, episodes: Sequence[Episode], person: Person) -> None:
        self.episodes = {episode.pk: episode for episode in episodes}
        self.person = person
        self.may_book = any(episode.allows(person, Verb.BOOK) for episode in episodes)
        # In the order of the story, for what happened in the same minute.
        self.sorts = [
            *self._of_episodes(),
            *self._of_offers(),
            *self._of_talks(),
            *self._after(),
            *self._of_needs(),
        ]

    def _of_episodes(self) -> list[Sort]:
        rows = Episode.objects.filter(pk__in=self.episodes).select_related("voided_by")
        corrections = Correction.objects.filter(episode__in=self.episodes)
        told = FoundPlace.objects.visible_to(self.person).filter(episode__in=self.episodes)
        before = FoundPlace.objects.filter(episode=OuterRef("episode"), pk__lt=OuterRef("pk"))
        anew = told.filter(Exists(before)).select_related("authority", "noted_by")
        return [
            Sort(rows, "started_at", self._started),
            Sort(rows.filter(ended_at__isnull=False), "ended_at", self._ended),
            Sort(corrections.select_related("replaced_by"), "replaced_at", self._corrected),
            Sort(anew, "noted_at", self._found_elsewhere),
            Sort(rows.filter(voided_at__isnull=False), "voided_at", self._voided),
        ]

    def _of_offers(self) -> list[Sort]:
        attempts = Attempt.objects.filter(episode__in=self.episodes).select_related("made_by")
        offers = Offer.objects.filter(episode__in=self.episodes).select_related("made_by")
        replies = Reply.objects.filter(offer__episode__in=self.episodes)
        return [
            Sort(attempts, "made_at", self._attempted),
            Sort(offers, "made_at", self._offered),
            Sort(replies.select_related("offer", "recorded_by"), "given_at", self._answered),
        ]

    def _of_talks(self) -> list[Sort]:
        talks = (
            Interview.objects.filter(coverages__episode__in=self.episodes)
            .select_related("interviewer", "booked_by", "signed_by")
            .defer("place_note", "wishes", "independence_note")
            .distinct()
        )
        checked = CheckIn.objects.filter(episode__in=self.episodes).select_related("held_by")
        not_held = NotHeld.objects.filter(episode__in=self.episodes).select_related("by")
        added = Addendum.objects.visible_to(self.person).filter(
            interview__coverages__episode__in=self.episodes
        )
        return [
            Sort(talks, "booked_at", self._booked),
            Sort(not_held, "at", self._not_held),
            Sort(checked, "held_at", self._checked),
            Sort(talks.filter(held_at__isnull=False), "held_at", self._held),
            Sort(talks.filter(signed_at__isnull=False), "signed_at", self._signed),
            Sort(
                added.select_related("written_by").defer("words").distinct(),
                "written_at",
                self._added_to,
            ),
        ]

    def _after(self) -> list[Sort]:
        actions = (
            Action.objects.visible_to(self.person)
            .filter(episode__in=self.episodes)
            .select_related("owner", "added_by", "done_by")
        )
        nothing = NothingNeeded.objects.visible_to(self.person).filter(episode__in=self.episodes)
        return [
            Sort(actions, "added_at", self._decided),
            Sort(actions.filter(done_at__isnull=False), "done_at", self._done),
            Sort(nothing.select_related("by"), "at", self._nothing),
        ]

    def _of_needs(self) -> list[Sort]:
        """What was named and what became of it; the words stand beside the account alone."""
        talks = Coverage.objects.filter(episode__in=self.episodes).values("interview")
        named = Need.objects.visible_to(self.person).filter(interview__in=talks)
        theirs = {"need__in": Need.objects.filter(interview__in=talks)}
        help_ = HelpOffered.objects.visible_to(self.person).filter(**theirs)
        help_ = help_.select_related("need", "service", "offered_by", "heard_by", "outcome_by")
        left = NoHelp.objects.visible_to(self.person).filter(**theirs)
        passed = PassedOn.objects.visible_to(self.person).filter(**theirs)
        passed = passed.select_related("need", "passed_by", "outcome_by")
        return [
            Sort(named.select_related("named_by").defer("words"), "named_at", self._named),
            Sort(help_, "noted_at", self._help_offered),
            Sort(help_.filter(heard_at__isnull=False), "heard_at", self._help_heard),
            Sort(help_.filter(outcome_at__isnull=False), "outcome_at", self._help_came_to),
            Sort(left.select_related("need", "by"), "at", self._left),
            Sort(passed, "noted_at", self._passed_on),
            Sort(passed.filter(outcome_at__isnull=False), "outcome_at", self._passed_came_to),
        ]

    # A page of it.

    def page(self, number: str | None) -> Page:
        marks = [
            sort.rows.annotate(sort=Value(place, IntegerField()), happened=F(sort.at))
            .order_by()
            .values_list("sort", "pk", "happened")
            for place, sort in enumerate(self.sorts)
        ]
        line = marks[0].union(*marks[1:], all=True).order_by("-happened", "-sort", "-pk")
        # The numbers of a whole story are few: to count them first would ask for them twice.
        page = Paginator(list(line), A_PAGE).get_page(number)
        page.object_list = self._told(list(page.object_list))
        return page

    def _told(self, marks: Sequence[tuple[int, int, datetime]]) -> list[Event]:
        wanted: dict[type, set[int]] = defaultdict(set)
        rows: dict[type, QuerySet[Any]] = {}
        for place, pk, _ in marks:
            model = self.sorts[place].rows.model
            wanted[model].add(pk)
        # Of the sorts of one table the first has all its rows.
        for sort in reversed(self.sorts):
            rows[sort.rows.model] = sort.rows
        found = {model: rows[model].in_bulk(list(pks)) for model, pks in wanted.items()}
        self.readable = self._readable(wanted[Interview])
        self.found_places = found_places.standing_of(self.episodes.values(), self.person)
        return [
            self.sorts[place].told(found[self.sorts[place].rows.model][pk])
            for place, pk, _ in marks
        ]

    def _readable(self, talks: set[int]) -> set[int]:
        """Of these interviews those whose page the person may open."""
        if self.may_book or not talks:
            return talks
        theirs = Interview.objects.account_visible_to(self.person).filter(pk__in=talks)
        return set(theirs.values_list("pk", flat=True))

    # How each is told.

    def _note(self, episode_id: int, words: str) -> str:
        episode = self.episodes[episode_id]
        may = (episode.allows(self.person, verb) for verb in (Verb.OFFER, Verb.SEE_ACCOUNT))
        return words if any(may) else ""

    def _started(self, episode: Episode) -> Event:
        moment = episode.moment("last_seen") or episode.moment("reported")
        is_missing = episode.kind == EpisodeKind.MISSING
        return Event(
            episode.started_at,
            "Went missing" if is_missing else "Away from placement",
            when=pages.moment(moment),
            href=reverse("show-episode", args=[episode.pk]),
            tag=("High risk", "red") if episode.risk == RiskGrade.HIGH else None,
            is_start=True,
        )

    def _ended(self, episode: Episode) -> Event:
        end = episode.returned or episode.found
        start = episode.moment("last_seen") or episode.moment("reported")
        length = clock.duration(episode.ended_at - episode.started_at)  # type: ignore[operator]
        text = f"Away for {length}."
        if episode.earlier and any(each and each.is_open_ended for each in (start, end)):
            text = "For how many hours is not known."
        if episode.earlier:
            text = f"{text} By earlier records: {before.lower(Earlier(episode.earlier).label)}."
        if where := self.found_places.get(episode.pk):
            text = f"{text} {found_places.found_in_words(where)}"
        return Event(
            episode.ended_at,  # type: ignore[arg-type]
            "Returned" if episode.returned else "Found; the return is not known",
            when=pages.moment(end),
            text=text,
            href=reverse("show-episode", args=[episode.pk]),
        )

    def _corrected(self, correction: Correction) -> Event:
        return Event(
            correction.replaced_at,
            f"Time corrected: {answered.NAMES[correction.instant].lower()}",
            correction.replaced_by.name,
            text=f"It was {pages.moment(correction.was)} ({correction.was_source}).",
            note=correction.because,
            href=reverse("show-episode", args=[correction.episode_id]),
        )

    def _found_elsewhere(self, row: FoundPlace) -> Event:
        return Event(
            row.noted_at,
            "Put right where the child was found",
            row.noted_by.name,
            text=f"{found_places.found_in_words(row)} From {found_places.source_of(row)}.",
            href=reverse("show-episode", args=[row.episode_id]),
        )

    def _voided(self, episode: Episode) -> Event:
        by = episode.voided_by.name if episode.voided_by else ""
        if episode.same_as_id:
            return Event(
                episode.voided_at,  # type: ignore[arg-type]
                f"Told of by {episode.told_by} too: one missing episode",
                by,
                href=reverse("show-episode", args=[episode.same_as_id]),
            )
        return Event(
            episode.voided_at,  # type: ignore[arg-type]
            "Taken out of the count: recorded in error",
            by,
            note=episode.voided_because,
            href=reverse("show-episode", args=[episode.pk]),
        )

    def _attempted(self, attempt: Attempt) -> Event:
        note = self._note(attempt.episode_id, attempt.note)
        words = before.attempt_in_words(attempt)
        return Event(attempt.made_at, words, attempt.made_by.name, note=note)

    def _offered(self, offer: Offer) -> Event:
        note = self._note(offer.episode_id, offer.note)
        return Event(offer.made_at, before.offer_in_words(offer), offer.made_by.name, note=note)

    def _answered(self, reply: Reply) -> Event:
        note = self._note(reply.offer.episode_id, reply.reason)
        words = before.reply_in_words(reply)
        return Event(reply.given_at, words, reply.recorded_by.name, note=note)

    def _open(self, talk: Interview) -> str:
        return reverse("show-interview", args=[talk.pk]) if talk.pk in self.readable else ""

    def _booked(self, talk: Interview) -> Event:
        if talk.is_written_for_another and not talk.is_booked_here:
            words = f"Interview noted that {talk.held_by_organisation} held"
            return Event(talk.booked_at, words, talk.booked_by.name, href=self._open(talk))
        where, how = Place(talk.place).label.lower(), Mode(talk.mode).label.lower()
        return Event(
            talk.booked_at,
            f"Interview booked with {talk.held_by_name or talk.interviewer.name}",
            talk.booked_by.name,
            text=f"For {pages.moment(talk.booked_for)}, {where}, {how}.",
            href=self._open(talk),
        )

    def _not_held(self, row: NotHeld) -> Event:
        note = self._note(row.episode_id, row.note)
        return Event(row.at, before.not_held_in_words(row), row.by.name, note=note)

    def _checked(self, row: CheckIn) -> Event:
        fuller = f"The fuller talk: {pages.moment(row.fuller_at)}." if row.fuller_at else ""
        href = reverse("show-episode", args=[row.episode_id])
        words = before.check_in_in_words(row)
        return Event(row.held_at, words, row.held_by.name, text=fuller, href=href)

    def _held(self, talk: Interview) -> Event:
        return Event(
            talk.held_at,  # type: ignore[arg-type]
            "Interview held",
            talk.held_by,
            when=pages.moment(talk.held),
            href=self._open(talk),
        )

    def _signed(self, talk: Interview) -> Event:
        by = talk.signed_by.name if talk.signed_by else ""
        at = talk.signed_at
        return Event(at, "Record signed off", by, href=self._open(talk))  # type: ignore[arg-type]

    def _added_to(self, addendum: Addendum) -> Event:
        href = reverse("show-interview", args=[addendum.interview_id])
        return Event(addendum.written_at, "Record added to", addendum.written_by.name, href=href)

    def _decided(self, action: Action) -> Event:
        return Event(
            action.added_at,
            f"Action: {ActionKind(action.kind).label}",
            action.added_by.name,
            text=f"{action.owner.name}, by {pages.day(action.due_on)}.",
            note=action.what,
            tag=None if action.is_done else ("Not done yet", "blue"),
        )

    def _done(self, action: Action) -> Event:
        by = action.done_by.name if action.done_by else ""
        return Event(
            action.done_at,  # type: ignore[arg-type]
            f"Action done: {ActionKind(action.kind).label}",
            by,
            note=action.outcome,
            tag=("Done", "green"),
        )

    def _nothing(self, decision: NothingNeeded) -> Event:
        title = answered.nothing_in_words(decision)
        return Event(decision.at, title, decision.by.name, note=decision.reason)

    def _beside(self, need: Need) -> str:
        return f"{reverse('needs-of-interview', args=[need.interview_id])}#need-{need.pk}"

    def _named(self, need: Need) -> Event:
        title = f"Need named: {before.lower(NeedKind(need.kind).label)}"
        return Event(need.named_at, title, need.named_by.name, href=self._beside(need))

    def _help_offered(self, help_: HelpOffered) -> Event:
        return Event(
            help_.noted_at,
            f"Help offered: {help_.service.name}" if help_.service else "Help offered",
            help_.offered_by.name,
            text=f"For: {before.lower(NeedKind(help_.need.kind).label)}.",
            note=help_.what,
            href=self._beside(help_.need),
            tag=("Not known yet", "yellow") if help_.is_taken_up is None else None,
        )

    def _help_heard(self, help_: HelpOffered) -> Event:
        reason = before.lower(help_.reason.label) if help_.reason else ""
        title = "Help taken up" if help_.is_taken_up else f"Help not taken up: {reason}"
        by = help_.heard_by.name if help_.heard_by else ""
        at = help_.heard_at
        return Event(at, title, by, note=help_.heard, href=self._beside(help_.need))  # type: ignore[arg-type]

    def _help_came_to(self, help_: HelpOffered) -> Event:
        return Event(
            help_.outcome_at,  # type: ignore[arg-type]
            "What came of the help",
            help_.outcome_by.name if help_.outcome_by else "",
            note=help_.outcome,
            href=self._beside(help_.need),
        )

    def _left(self, left: NoHelp) -> Event:
        title = f"Nothing follows from a need: {before.lower(NoHelpReason(left.reason).label)}"
        return Event(left.at, title, left.by.name, note=left.note, href=self._beside(left.need))

    def _passed_on(self, passed: PassedOn) -> Event:
        title = f"Need passed on to {before.lower(PassedTo(passed.to).label)}"
        href = self._beside(passed.need)
        return Event(passed.noted_at, title, passed.passed_by.name, text=passed.who, href=href)

    def _passed_came_to(self, passed: PassedOn) -> Event:
        return Event(
            passed.outcome_at,  # type: ignore[arg-type]
            "What came of the need that was passed on",
            passed.outcome_by.name if passed.outcome_by else "",
            note=passed.outcome,
            href=self._beside(passed.need),
        )
