"""Whether an episode is answered for: eight moments, the clock, who must act, what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from returnhome.casework import composing, history
from returnhome.casework import handovers as casework_handovers
from returnhome.casework import matching as joins
from returnhome.casework.disputes import Override
from returnhome.casework.episodes import Basis, Episode
from returnhome.casework.handovers import HandOver, Story
from returnhome.casework.interviews import Interview
from returnhome.casework.journal import JournalEntry
from returnhome.casework.staff import Person
from returnhome.casework.support import Action, NothingNeeded
from returnhome.casework.together import may_link
from returnhome.reporting import statutory
from returnhome.rules import clock, offering
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import Standing
from returnhome.rules.codes import (
    ActionKind,
    Answer,
    Cohort,
    DeclinedBy,
    Earlier,
    EpisodeKind,
    Mode,
    NotHeldReason,
    OfferKind,
    Place,
    RiskGrade,
    SettledHow,
)
from returnhome.rules.progress import Step, is_on_adult_pathway, is_talk_offered
from returnhome.rules.responsibility import Flag
from returnhome.web import (
    absences,
    before,
    called,
    check_ins,
    declines,
    establish,
    found_places,
    handovers,
    homes,
    pages,
    steps,
    tellings,
    work,
)

DONE, NEXT, DOUBT, NOT_YET, NOT_OWED = "done", "next", "doubt", "not-yet", "not-owed"
NO = "no"
SAID = {
    DONE: "Done",
    NEXT: "Next",
    DOUBT: "In doubt",
    NO: "No",
    NOT_YET: "Not yet",
    NOT_OWED: "Not owed",
}


@dataclass(frozen=True)
class Stage:
    """One of the eight moments as the page shows it."""

    title: str
    state: str
    text: str

    @property
    def said(self) -> str:
        return SAID[self.state]


def earlier_record(episode: Episode, person: Person) -> list[tuple[str, str]]:
    """What earlier records say of an interview, line by line; what they leave out is not there."""
    record = history.of_episode(episode, person)
    if record is None:
        return []
    whose = DeclinedBy(record.declined_by).label if record.declined_by else ""
    found = [
        ("They say", record.said.label),
        ("Offered on", pages.day(record.offered_on) if record.offered_on else ""),
        ("Answer", Answer(record.answer).label if record.answer else ""),
        ("Declined by", whose),
        ("Held", pages.moment(record.held) if record.held else ""),
        ("Interviewer", record.interviewer),
        ("For", record.body),
        ("Why not held", NotHeldReason(record.not_held).label if record.not_held else ""),
        ("Notes", record.notes),
        ("From", f"row {record.row_number} of {record.source}"),
    ]
    return [(label, text) for label, text in found if text]


# Which of the eight a step brings about.
BRINGS = {
    Step.RECORD_RETURN: "Returned",
    Step.TAKE_ON: "Offered",
    Step.OFFER: "Offered",
    Step.ANSWER: "Answered",
    Step.REACH: "Answered",
    Step.BOOK: "Held",
    Step.HOLD: "Held",
    Step.SIGN: "Signed off",
    Step.ANSWER_NEEDS: "Acted on",
    Step.ACT: "Acted on",
    Step.DO_ACTIONS: "Acted on",
}


def stages(episode: Episode, now: datetime) -> list[Stage]:
    """The eight moments, in their order."""
    is_owed = is_talk_offered(episode.progress) and not episode.earlier
    coming = BRINGS.get(episode.next_step)
    found = [
        _instant(episode, "reported", "Reported", now),
        _instant(episode, "found", "Found", now),
        _instant(episode, "returned", "Returned", now),
        *(_of_earlier(episode, now) if episode.earlier else _of_talk(episode, now)),
        _later("Signed off", episode.signed_at, now),
        _acted(episode, now),
    ]
    if episode.earlier and coming is None:
        return [Stage(s.title, NOT_OWED, "") if s.state == NOT_YET else s for s in found]
    return [
        Stage(one.title, _state(one, coming, is_owed), one.text) if one.state == NOT_YET else one
        for one in found
    ]


def _of_talk(episode: Episode, now: datetime) -> list[Stage]:
    return [
        _later("Offered", episode.offered_at, now),
        _answered(episode, now),
        _held(episode, now),
    ]


BY_RECORDS = "by earlier records"
NOT_KNOWN = "not known"


def _of_earlier(episode: Episode, now: datetime) -> list[Stage]:
    """The three moments of a talk as earlier records tell of them; what they leave out is in doubt.

    An offer that was made here since stands instead.
    """
    said, facts = Earlier(episode.earlier), episode.facts
    is_no = said in (Earlier.NOT_OFFERED, Earlier.NOT_REACHED)
    offered = Stage("Offered", DOUBT, NOT_KNOWN)
    if is_no:
        offered = Stage("Offered", NO, f"{said.label}, {BY_RECORDS}")
    elif said is not Earlier.NOT_KNOWN:
        offered = Stage("Offered", DONE, BY_RECORDS)
    answered = Stage("Answered", NOT_YET if is_no else DOUBT, "" if is_no else NOT_KNOWN)
    if facts.is_accepted:
        answered = Stage("Answered", DONE, f"{Answer.ACCEPTED.label}, {BY_RECORDS}")
    elif facts.whose_no:
        state = DONE if facts.whose_no is DeclinedBy.CHILD else NO
        answered = Stage("Answered", state, f"{facts.whose_no.label} declined, {BY_RECORDS}")
    elif said is Earlier.DECLINED:
        answered = Stage("Answered", DOUBT, f"Declined, by whom is {NOT_KNOWN}")
    held = _held(episode, now)
    if said in (Earlier.HELD, Earlier.COVERED) and not episode.held:
        held = Stage("Held", DONE, f"{BY_RECORDS}, when is {NOT_KNOWN}")
    elif said is Earlier.NOT_HELD and held.state == NOT_YET:
        held = Stage("Held", NO, f"Not held, {BY_RECORDS}")
    elif said in (Earlier.NOT_KNOWN, Earlier.OFFERED, Earlier.ACCEPTED) and held.state == NOT_YET:
        held = Stage("Held", DOUBT, NOT_KNOWN)
    return [offered, answered, held]


def _state(stage: Stage, coming: str | None, is_owed: bool) -> str:
    if stage.title == coming:
        return NEXT
    is_of_the_talk = stage.title in ("Offered", "Answered", "Held", "Signed off")
    return NOT_OWED if is_of_the_talk and not is_owed else NOT_YET


def _instant(episode: Episode, name: str, title: str, now: datetime) -> Stage:
    moment = episode.moment(name)
    if moment:
        return Stage(title, DONE, pages.near(moment, now))
    # What must have happened, and nobody has said when.
    is_past = episode.ended_at is not None
    return Stage(title, DOUBT if is_past else NOT_YET, "not known" if is_past else "")


def _later(title: str, at: datetime | None, now: datetime) -> Stage:
    return Stage(title, DONE, pages.near(at, now)) if at else Stage(title, NOT_YET, "")


def _answered(episode: Episode, now: datetime) -> Stage:
    if not episode.answer:
        return Stage("Answered", NOT_YET, "")
    words = Answer(episode.answer).label
    if episode.declined_by:
        words = f"{DeclinedBy(episode.declined_by).label} declined"
    is_final = episode.answer == Answer.ACCEPTED or episode.declined_by == DeclinedBy.CHILD
    when = pages.near(episode.answered_at, now)
    return Stage("Answered", DONE if is_final else NO, f"{words}, {when}")


HELD = {Standing.IN_TIME: "in time", Standing.LATE: "late"}


def _held(episode: Episode, now: datetime) -> Stage:
    if episode.held:
        in_time = HELD.get(episode.standing(now).standing, "in time or late cannot be told")
        return Stage("Held", DONE, f"{pages.near(episode.held, now)}, {in_time}")
    if episode.not_held:
        return Stage("Held", NO, f"Not held: {NotHeldReason(episode.not_held).label.lower()}")
    if episode.booked_for:
        return Stage("Held", NOT_YET, f"booked for {pages.near(episode.booked_for, now)}")
    return Stage("Held", NOT_YET, "")


def _acted(episode: Episode, now: datetime) -> Stage:
    if episode.has_open_need:
        return Stage("Acted on", NOT_YET, "a need has nothing yet")
    if episode.acted_at:
        return Stage("Acted on", DONE, pages.near(episode.acted_at, now))
    return Stage("Acted on", NOT_YET, "actions under way" if episode.has_actions else "")


# What else may be done, beside the next step.


def also(
    episode: Episode, person: Person, next_href: str, offer_id: int | None = None
) -> list[tuple[str, str]]:
    """The other things this person may do to the episode now: label and address.

    `offer_id` is the latest offer: while it is open, the child may still answer it.
    """
    if episode.is_voided:
        return []
    is_back = episode.ended_at is not None
    # A child who was away can be offered a talk whatever the policy says; an adult cannot.
    is_adult = episode.offer_kind == OfferKind.ADULT_PATHWAY
    is_owed = (
        is_back and not episode.held_at and not (is_adult and not episode.is_offered_by_policy)
    )
    offers, books = (episode.allows(person, verb) for verb in (Verb.OFFER, Verb.BOOK))
    is_accepted = episode.answer == Answer.ACCEPTED
    wanted = (
        (offers and not episode.returned_at, "Record the return", "record-return-episode"),
        (offers and is_owed, "Record an offer", "make-offer"),
        (offers and is_owed, "Record an attempt that reached nobody", "make-attempt"),
        (books and is_owed and is_accepted, "Book an interview", "book-interview"),
        (books and is_owed, "Record a short check-in", "check-in"),
        (books and is_owed, "Say why no interview took place", "not-hold-interview"),
        (
            episode.allows(person, Verb.ACT) and is_on_adult_pathway(episode.progress),
            "Adult pathway",
            "adult-pathway",
        ),
        (episode.allows(person, Verb.ACT) and is_back, "Add an action", "add-action"),
        (
            episode.allows(person, Verb.ACT) and _is_undecided(episode),
            "Decide that nothing needs to follow",
            "decide-nothing-needed",
        ),
        (may_link(person, episode), "Note who went together", "link-episode"),
        (episode.allows(person, Verb.REASSIGN), "Give it to a colleague", "assign-episode"),
        (
            episode.allows(person, Verb.ASK) and is_owed,
            "Ask somebody else to hold the interview",
            "ask-handover",
        ),
        (is_owed and _may_decline(episode, person), "Refuse this one", "decline-handover"),
        (episode.allows(person, Verb.DISPUTE), "Dispute who must act", "dispute-episode"),
        (
            episode.allows(person, Verb.OVERRIDE),
            "Decide otherwise than the rules",
            "override-episode",
        ),
        (
            found_places.may_say(episode, person),
            "Where the child was found",
            "say-where-found-episode",
        ),
        (offers, "Correct a time", "correct-episode"),
        (episode.allows(person, Verb.MATCH), "Recorded in error", "void-episode"),
    )
    links = [
        (label, reverse(name, args=[episode.pk])) for is_open, label, name in wanted if is_open
    ]
    if offers and is_owed and offer_id and _is_still_open(episode):
        links.insert(0, ("Record the child’s own answer", reverse("answer-offer", args=[offer_id])))
    if episode.allows(person, Verb.TELL):
        links.append(("Record who was told", "#told"))
    return [(label, href) for label, href in links if href != next_href]


def _take_up(episode: Episode, person: Person) -> str:
    """Where it is recorded that the child would like the talk after all; empty where it cannot."""
    if not episode.can_be_taken_up or not episode.allows(person, Verb.OFFER):
        return ""
    return reverse("take-up-offer", args=[episode.pk])


def _may_decline(episode: Episode, person: Person) -> bool:
    """The person's organisation interviews by a standing arrangement, and may say no to this."""
    _, organisations = person.may_for(Verb.ANSWER, Relation.PROVIDER)
    if episode.provider_id is None or episode.provider_id not in organisations:
        return False
    agreed = casework_handovers.interviews_by_arrangement(episode)
    return agreed is not None and agreed.pk == episode.provider_id


def _is_still_open(episode: Episode) -> bool:
    """Answered, but with a parent's no or a “not now”: the offer still waits for the child."""
    progress = episode.progress
    return progress.answer is not None and offering.is_open(
        answer=progress.answer, declined_by=progress.declined_by
    )


def _is_undecided(episode: Episode) -> bool:
    is_decided = episode.has_actions or episode.acted_at or episode.has_open_need
    return bool(episode.signed_at) and not is_decided


# What happened, read for the page.

NAMES = {
    "last_seen": "Last seen",
    "reported": "Reported missing",
    "found": "Found",
    "returned": "Returned",
}


def times(episode: Episode) -> list[tuple[str, str, str]]:
    """The four instants in full: name, when and how exactly, who gave it."""
    return [
        (title, pages.moment(episode.moment(name)), getattr(episode, f"{name}_source") or "–")
        for name, title in NAMES.items()
    ]


@dataclass(frozen=True)
class Talk:
    """An interview in a line; `href` only for those who may open it."""

    interview: Interview
    text: str
    href: str


def talks(episode: Episode, person: Person, now: datetime) -> list[Talk]:
    """Three queries."""
    found = list(
        episode.interviews.select_related("interviewer")
        .prefetch_related("not_held_rows")
        .defer("place_note", "wishes", "independence_note")
        .newest_first()
    )
    readable = set(
        Interview.objects.account_visible_to(person)
        .filter(pk__in=[one.pk for one in found])
        .values_list("pk", flat=True)
    )
    may_book = episode.allows(person, Verb.BOOK)
    return [
        Talk(
            one,
            talk_in_words(one, now),
            reverse("show-interview", args=[one.pk]) if may_book or one.pk in readable else "",
        )
        for one in found
    ]


def talk_in_words(interview: Interview, now: datetime) -> str:
    where = Place(interview.place).label.lower()
    how = Mode(interview.mode).label.lower()
    if interview.held:
        signed = "signed off" if interview.signed_at else "record not signed off yet"
        return f"Held {pages.near(interview.held, now)}, {where}, {how}; {signed}"
    if interview.not_held_at:
        ended = "not held" if interview.not_held_rows.all() else "replaced by another booking"
        return f"Booked for {pages.near(interview.booked_for, now)}, {ended}"
    return f"Booked for {pages.near(interview.booked_for, now)}, {where}, {how}"


def actions_of(
    episode: Episode, answering: Sequence[Talk], person: Person
) -> list[tuple[str, Action]]:
    """What follows the episode or its interviews, as far as the person may know of it."""
    theirs = (
        Action.objects.visible_to(person)
        .filter(Q(episode=episode) | Q(interview__in=[talk.interview.pk for talk in answering]))
        .select_related("owner", "done_by")
        .by_due_day()
    )
    return [(ActionKind(one.kind).label, one) for one in theirs]


def decisions_of(episode: Episode, person: Person) -> list[tuple[str, NothingNeeded]]:
    """What was decided not to do: nothing at all, or one action that was owed."""
    theirs = NothingNeeded.objects.visible_to(person).filter(episode=episode).select_related("by")
    return [(nothing_in_words(one), one) for one in theirs]


def nothing_in_words(decision: NothingNeeded) -> str:
    if decision.is_about_all:
        return "Nothing needs to follow"
    return f"Left out: {before.lower(ActionKind(decision.kind).label)}"


def classified(episode: Episode) -> list[tuple[str, Any]]:
    labels = {"kind": EpisodeKind, "risk": RiskGrade}
    said = {"kind": "", "risk": "Risk: "}
    return [
        (said[row.axis] + labels[row.axis](row.code).label, row)
        for row in episode.classifications.order_by("recorded_at", "pk")
    ]


@dataclass(frozen=True)
class Handed:
    """A hand-over in a line; `href` only for those who may open it."""

    row: HandOver
    text: str
    label: str
    colour: str
    href: str


def handed(episode: Episode, person: Person, now: datetime) -> list[Handed]:
    """The hand-overs of the episode, the newest first. Three queries, one where there is none."""
    story = Story(episode)
    if not story.rows:
        return []
    known = set(
        HandOver.objects.visible_to(person).filter(episode=episode).values_list("pk", flat=True)
    )
    return [
        Handed(
            row,
            handovers.what_in_words(row),
            handovers.label_of(row, story.step(row, now)),
            handovers.COLOURS[story.step(row, now)],
            reverse("show-handover", args=[row.pk]) if row.pk in known else "",
        )
        for row in reversed(story.rows)
    ]


def looked(episode: Episode) -> list[tuple[str, datetime, int]]:
    """Who has opened this page, the latest first, when last, and how often of the last hundred."""
    rows = (
        JournalEntry.objects.about_child(episode.child_id)
        .filter(verb="read", kind="episode", object_id=episode.pk)
        .newest_first()
        .values_list("by_id", "at")[:100]
    )
    last: dict[int, tuple[datetime, int]] = {}
    for by, at in rows:
        first, times = last.get(by, (at, 0))
        last[by] = (first, times + 1)
    names = dict(Person.objects.filter(pk__in=last).values_list("pk", "name"))
    return [(names[by], at, times) for by, (at, times) in last.items() if by in names]


def coverable(episode: Episode, person: Person) -> Sequence[Episode]:
    """The child's other episodes that the same interview may answer for."""
    if episode.held_at or episode.is_voided:
        return []
    return list(
        Episode.objects.visible_to(person)
        .filter(child=episode.child_id, ended_at__isnull=False, held_at=None)
        .unsettled()
        .exclude(pk=episode.pk)
        .newest_first()
    )


def owner_in_words(episode: Episode, now: datetime) -> tuple[str, str]:
    """Who answers for it, with the organisation they work for, and for which council since when."""
    council = episode.responsible_authority.name
    if episode.owner is None:
        return "Nobody yet", council
    employer = episode.owner.organisation
    name = f"{episode.owner.name}, {employer.name}" if employer else episode.owner.name
    since = f", since {pages.near(episode.owned_since, now)}" if episode.owned_since else ""
    return name, f"for {council}{since}"


def calls_of(episode: Episode, person: Person, now: datetime) -> list[called.Call]:
    """The meetings that are called for because of this episode. Five queries at the most."""
    found = called.of_children([episode.child], person, now).get(episode.child_id, ())
    return [call for call in called.still_open(found) if call.escalation.episode == episode.pk]


def _decided_in_words(one: Override) -> str:
    host = f", placed in {one.host.name}" if one.host else ""
    return f"{OfferKind(one.offer_kind).label}; {Cohort(one.cohort).label.lower()}{host}"


def _shares(episode: Episode, answering: Sequence[Talk], person: Person) -> str:
    """Where what was told is shared; only after a talk, and for those who may."""
    if not any(talk.interview.is_held for talk in answering):
        return ""
    is_theirs = any(talk.interview.is_own_of(person, Verb.SHARE) for talk in answering)
    if not (is_theirs or episode.allows(person, Verb.SHARE)):
        return ""
    return reverse("shares-of-episode", args=[episode.pk])


def whole(episode: Episode, person: Person, now: datetime) -> dict[str, Any]:
    """All that the page shows, for this person; a fixed number of queries."""
    there = steps.beside([episode], person)[episode.pk]
    requests = casework_handovers.requests_of([episode])
    standing = casework_handovers.standing_of(requests).get(episode.pk)
    again = casework_handovers.to_arrange_again([episode], requests).get(episode.pk)
    step = steps.to_telephone(episode, person, standing) or steps.next_for(
        episode, person, there, now
    )
    if episode.is_voided:
        step = steps.Next()
    may_note = episode.allows(person, Verb.OFFER) or episode.allows(person, Verb.SEE_ACCOUNT)
    answering = talks(episode, person, now)
    is_overseer = episode.allows(person, Verb.REASSIGN)
    shares = _shares(episode, answering, person)
    school = None if episode.is_voided else composing.school_days(episode, now)
    told = tellings.whole(episode, person, now)
    from_homes = homes.of_episode(episode, person)
    told_by = [
        basis.notification
        for basis in Basis.objects.filter(Q(episode=episode) | Q(episode__same_as=episode))
        .select_related("notification__sender")
        .defer("notification__as_received")
        .order_by("notification__received_at", "notification__pk")
    ]
    return {
        "episode": episode,
        "owner": owner_in_words(episode, now),
        "absent": absences.of([episode.owner_id], now).get(episode.owner_id or 0, ""),
        "child": episode.child,
        "clock": work.clock_of(episode, now),
        "due": episode.deadline,
        "stages": stages(episode, now),
        "step": step,
        "check_ins": check_ins.of_episodes([episode], person, now),
        "take_up": _take_up(episode, person),
        "own_pages": reverse("own-pages-episode", args=[episode.pk]) if may_note else "",
        "shares": shares,
        "school": school,
        "faults": statutory.faults_of(episode) if episode.allows(person, Verb.PLACE) else [],
        "after_no": declines.of_episode(episode, person, now, is_at_risk=told.risk is not None),
        "also": also(episode, person, step.href, there.offer_id),
        "badges": [
            *homes.badges_of(from_homes).get(episode.pk, ()),
            *work.badges_of(episode, person),
            *work.again_badges(again, person),
        ],
        "calls": calls_of(episode, person, now),
        "to_establish": establish.for_episode(episode, person),
        "flags": [Flag(flag).label for flag in episode.flags],
        "done": before.done(episode),
        "may_note": may_note,
        "talks": answering,
        "earlier": earlier_record(episode, person),
        "actions": actions_of(episode, answering, person),
        "decisions": decisions_of(episode, person),
        "others": coverable(episode, person),
        "told": told,
        "from_homes": from_homes,
        "may_see_to": episode.allows(person, Verb.OFFER),
        "notifications": told_by,
        "may_unmatch": episode.allows(person, Verb.MATCH) and joins.is_by_rule(told_by),
        "corrections": list(episode.corrections.select_related("replaced_by").newest_first()),
        "classified": classified(episode),
        "looked": looked(episode) if is_overseer else [],
        "today": now.astimezone(clock.LONDON).date(),
        "cohort": Cohort(episode.cohort).label,
        "duty": OfferKind(episode.offer_kind).label,
        "times": times(episode),
        "names": NAMES,
        "handovers": handed(episode, person, now),
        "disputes": list(
            episode.disputes.select_related("should_be", "raised_by", "settled_by").newest_first()
        ),
        "settled_how": dict(SettledHow.choices()),
        "may_settle": episode.allows(person, Verb.OVERRIDE),
        "overrides": [
            (one, _decided_in_words(one))
            for one in episode.overrides.select_related("by", "host").newest_first()
        ],
        "is_host": episode.relation_of(person) == "host",
    }
