"""What is missing next for an episode: the button that does it, or whom everybody waits for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from returnhome.casework import handovers, interviews
from returnhome.casework.episodes import Episode
from returnhome.casework.handovers import HandOver
from returnhome.casework.interviews import Coverage, Interview
from returnhome.casework.offers import Offer
from returnhome.casework.staff import ANSWERING, Person, Post
from returnhome.casework.support import Action
from returnhome.rules.access import Verb
from returnhome.rules.progress import Step, is_pathway_undecided
from returnhome.web import declines
from returnhome.web.pages import day, near

# What anybody must be allowed for the steps that are not one named person's own.
NEEDS = {
    Step.RECORD_RETURN: Verb.OFFER,
    Step.TAKE_ON: Verb.OFFER,
    Step.OFFER: Verb.OFFER,
    Step.ANSWER: Verb.OFFER,
    Step.REACH: Verb.OFFER,
    Step.FOLLOW_UP_NO: Verb.OFFER,
    Step.BOOK: Verb.BOOK,
    Step.ANSWER_NEEDS: Verb.ACT,
    Step.ACT: Verb.ACT,
}


# While there is time, whoever has taken it on elsewhere is let do it; once it is over, all may.
OF_WHOEVER_HAS_IT = (Step.OFFER, Step.ANSWER, Step.REACH, Step.FOLLOW_UP_NO, Step.BOOK)


@dataclass(frozen=True)
class Beside:
    """What an episode's next step needs from later stages: read for a whole list at once."""

    offer_id: int | None = None
    interview: Interview | None = None
    # Whoever has its record to finish can no longer write it.
    is_without_writer: bool = False
    action: Action | None = None
    # The one that was signed off, whose needs are to be answered.
    signed: Interview | None = None
    # Somebody of another organisation has it in hand.
    is_elsewhere: bool = False


@dataclass(frozen=True)
class Next:
    """The next step as one person meets it: a button, or a sentence on who is awaited."""

    label: str = ""
    href: str = ""
    is_post: bool = False
    awaited: str = ""

    @property
    def is_ours(self) -> bool:
        return bool(self.href)


def beside(
    episodes: Iterable[Episode], person: Person, without_writer: Collection[int] | None = None
) -> dict[int, Beside]:
    """By episode: the latest offer, the open interview, the action most pressing. Four queries.

    Of several actions the person's own comes first, so that the button is theirs. Whose record
    nobody writes is asked in three more, where it is not known already and there is one to write.
    """
    episodes = list(episodes)
    ids = [episode.pk for episode in episodes]
    offers = dict(
        Offer.objects.filter(episode__in=ids)
        .order_by("episode", "-made_at", "-pk")
        .distinct("episode")
        .values_list("episode", "pk")
    )
    coverages = list(
        Coverage.objects.filter(episode__in=ids)
        .select_related("interview__interviewer")
        .defer("interview__place_note", "interview__wishes", "interview__independence_note")
        .order_by("interview_id")
    )
    talks = {c.episode_id: c.interview for c in coverages if _is_unfinished(c.interview)}
    signed = {c.episode_id: c.interview for c in coverages if c.interview.signed_at}
    actions = _pressing(ids, coverages, person)
    away = _in_other_hands(episodes, person)
    if without_writer is None:
        without_writer = interviews.without_writer(talk for talk in talks.values() if talk.is_held)
    left = {pk for pk, talk in talks.items() if talk.pk in without_writer}
    return {
        pk: Beside(
            offer_id=offers.get(pk),
            interview=talks.get(pk),
            is_without_writer=pk in left,
            action=actions.get(pk),
            signed=signed.get(pk),
            is_elsewhere=pk in away,
        )
        for pk in ids
    }


def without_writer(person: Person) -> frozenset[int]:
    """Interviews, by number, whose record this person could take over: nobody can write it."""
    theirs = person.whose(Verb.REASSIGN, *ANSWERING, of="episode__", child="episode__child")
    covering = Coverage.objects.filter(
        theirs, episode__settled_at=None, episode__held_at__isnull=False, episode__signed_at=None
    )
    talks = Interview.objects.unsigned().filter(pk__in=covering.values("interview"))
    return interviews.without_writer(talks.defer("place_note", "wishes", "independence_note"))


def _in_other_hands(episodes: Iterable[Episode], person: Person) -> set[int]:
    """Episodes that somebody answers for who works for none of the person's organisations."""
    owned = {each.pk: each.owner_id for each in episodes if each.owner_id}
    colleagues = set(
        Post.objects.current()
        .filter(person__in=set(owned.values()), organisation__in=person.reach.organisations)
        .values_list("person_id", flat=True)
    )
    return {pk for pk, owner in owned.items() if owner not in colleagues}


def _is_unfinished(interview: Interview) -> bool:
    return interview.signed_at is None and interview.not_held_at is None


def _pressing(ids: list[int], coverages: list[Coverage], person: Person) -> dict[int, Action]:
    answering: dict[int, set[int]] = {}
    for coverage in coverages:
        answering.setdefault(coverage.interview_id, set()).add(coverage.episode_id)
    outstanding = (
        Action.objects.outstanding()
        .filter(Q(episode__in=ids) | Q(interview__in=list(answering)))
        .select_related("owner")
        .defer("what", "outcome")
    )
    found: dict[int, Action] = {}
    # The last one stands: one's own over another's, an early day over a late one.
    for action in sorted(
        outstanding, key=lambda one: (one.owner_id == person.pk, -one.due_on.toordinal())
    ):
        for pk in {action.episode_id, *answering.get(action.interview_id or 0, ())}:
            found[pk] = action
    return found


def next_for(episode: Episode, person: Person, there: Beside, now: datetime) -> Next:
    """The next step of `episode` for this person; `there` is what `beside` read for it."""
    step = episode.next_step
    if step is Step.NOTHING:
        return Next()
    if step is Step.HOLD and there.interview:
        return _booked(episode, person, there.interview, now)
    if step is Step.SIGN and there.interview:
        return _unsigned(episode, person, there)
    if step is Step.DO_ACTIONS and there.action:
        return _to_follow(person, there.action)
    if step is Step.ANSWER_NEEDS:
        return _needs(episode, person, there)
    if there.is_elsewhere and step in OF_WHOEVER_HAS_IT and _has_time(episode, now):
        return Next(awaited=_awaited(step, episode))
    if step in NEEDS and episode.allows(person, NEEDS[step]):
        return _button(step, episode, there)
    return Next(awaited=_awaited(step, episode))


def to_telephone(episode: Episode, person: Person, request: HandOver | None) -> Next | None:
    """Whoever accepted by a letter's link waits to be told by telephone who the child is."""
    if request is None or not handovers.is_to_telephone(request, episode):
        return None
    if not episode.allows(person, Verb.ASK):
        return None
    return Next(
        f"Telephone {request.to.name}",
        reverse("show-handover", args=[request.pk]),
        awaited=f"{request.answered_by_contact}, {request.answered_by_name}",
    )


def _has_time(episode: Episode, now: datetime) -> bool:
    return episode.due_at is not None and episode.due_at >= now


def _button(step: Step, episode: Episode, there: Beside) -> Next:
    if step is Step.ANSWER and there.offer_id:
        return Next("Record the answer", reverse("answer-offer", args=[there.offer_id]))
    if step is Step.ACT and is_pathway_undecided(episode.progress):
        return Next("Decide the adult pathway", reverse("adult-pathway", args=[episode.pk]))
    if step is Step.FOLLOW_UP_NO and (asked := declines.first_page(episode)):
        return Next(*asked, awaited=declines.still_in_words(episode))
    if step is Step.REACH:
        page = reverse("reach-child", args=[episode.pk])
        return Next("Reach the child another way", page, awaited=declines.still_in_words(episode))
    label, name = {
        Step.RECORD_RETURN: ("Record the return", "record-return-episode"),
        Step.TAKE_ON: ("Take on", "take-on-episode"),
        Step.BOOK: ("Book the interview", "book-interview"),
        Step.ACT: ("Decide what follows", "add-action"),
    }.get(step, ("Offer an interview", "make-offer"))
    if step is Step.OFFER and episode.offered_at:
        label = "Offer again"
    return Next(label, reverse(name, args=[episode.pk]), is_post=step is Step.TAKE_ON)


def _booked(episode: Episode, person: Person, interview: Interview, now: datetime) -> Next:
    is_past = interview.booked_for <= now
    page = reverse("show-interview", args=[interview.pk])
    if interview.interviewer_id == person.pk:
        if is_past:
            return Next("Record if it was held", reverse("hold-interview", args=[interview.pk]))
        return Next("See the booking", page, awaited=f"Yours {near(interview.booked_for, now)}")
    verb = "was to hold it" if is_past else "holds it"
    words = f"{interview.interviewer.name} {verb} {near(interview.booked_for, now)}"
    is_safe = not is_past and episode.due_at is not None and interview.booked_for <= episode.due_at
    if not is_safe and episode.allows(person, Verb.BOOK):
        return Next("Check the booking", page, awaited=words)
    return Next(awaited=words)


def _unsigned(episode: Episode, person: Person, there: Beside) -> Next:
    interview = there.interview
    assert interview is not None  # asked only where there is one
    if there.is_without_writer:
        words = f"{interview.interviewer.name} can no longer write the record"
        if episode.allows(person, Verb.REASSIGN):
            page = reverse("take-over-record-interview", args=[interview.pk])
            return Next("Take the record over", page, awaited=words)
        return Next(awaited=f"{words}: somebody else must")
    if interview.interviewer_id == person.pk:
        return Next("Finish the record", reverse("record-interview", args=[interview.pk]))
    return Next(awaited=f"{interview.interviewer.name} has the record to finish")


def _to_follow(person: Person, action: Action) -> Next:
    if action.owner_id == person.pk:
        due = f"Due by {day(action.due_on)}"
        return Next(
            "Complete the action", reverse("complete-action", args=[action.pk]), awaited=due
        )
    return Next(awaited=f"{action.owner.name} has an action to complete by {day(action.due_on)}")


def _needs(episode: Episode, person: Person, there: Beside) -> Next:
    """Whoever decides answers the needs that have nothing; others have their own action to do."""
    if there.signed and episode.allows(person, Verb.ACT):
        page = reverse("needs-of-interview", args=[there.signed.pk])
        return Next("Answer the needs", page, awaited="A need that was named has nothing yet")
    if there.action and there.action.owner_id == person.pk:
        return _to_follow(person, there.action)
    return Next(awaited=_awaited(Step.ANSWER_NEEDS, episode))


def _awaited(step: Step, episode: Episode) -> str:
    """Whom everybody waits for, where the step is not this person's to take."""
    council = episode.responsible_authority.name
    who = episode.owner.name if episode.owner else council
    return {
        Step.RECORD_RETURN: "Nobody has said yet that the child is back",
        Step.TAKE_ON: f"{council} has not taken it on yet",
        Step.OFFER: f"{who} must offer an interview",
        Step.ANSWER: f"{who} waits for the child's answer",
        Step.REACH: f"{who} must reach the child another way",
        Step.FOLLOW_UP_NO: f"{who} must ask what the no leaves to ask",
        Step.BOOK: f"{who} must book the interview",
        Step.HOLD: f"{who} must see to the booking",
        Step.SIGN: "The record is to be finished",
        Step.ANSWER_NEEDS: f"{council} must answer the needs that were named",
        Step.ACT: f"{council} must decide what follows",
        Step.DO_ACTIONS: f"{council} has actions to complete",
    }[step]


# The same for the database, to sort a long list by.


def is_their_talk(person: Person) -> Exists:
    """Episodes whose open interview is this person's to hold and to sign."""
    theirs = Interview.objects.open().filter(interviewer=person)
    return Exists(Coverage.objects.filter(episode=OuterRef("pk"), interview__in=theirs))


def is_their_action(person: Person) -> Q:
    """Episodes that wait for an action of this person's."""
    theirs = Action.objects.outstanding().filter(owner=person)
    covered = theirs.filter(interview__coverages__episode=OuterRef("pk"))
    return Q(Exists(theirs.filter(episode=OuterRef("pk")))) | Q(Exists(covered))


def is_safely_booked(now: datetime) -> Q:
    """Booked for a moment that is still to come and inside the time allowed."""
    return Q(booked_for__gt=now, booked_for__lte=F("due_at"))
