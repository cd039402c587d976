"""From the ledger to the facts that the measures read: the only bridge between the two."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Max, Prefetch, Q

from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode, EpisodeQuerySet
from returnhome.casework.history import EarlierRecord
from returnhome.casework.interviews import Coverage, Interview, NotHeld
from returnhome.casework.offers import Attempt, Offer, Reply
from returnhome.rules import clock, measures
from returnhome.rules.clock import Moment, Standing
from returnhome.rules.codes import (
    Answer,
    Cohort,
    DeclinedBy,
    Earlier,
    EpisodeKind,
    NotHeldReason,
    OfferKind,
)
from returnhome.rules.facts import EpisodeFacts

# Sorts


def _is(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


AS_STORED = (
    *("cohort", "kind", "offer_kind", "answer", "declined_by", "timeliness", "not_held"),
    "earlier",
)


def sorts(episodes: EpisodeQuerySet, *, now: datetime) -> list[tuple[EpisodeFacts, int]]:
    """Episodes alike in all that the measures ask, as one of each sort and how many there are.

    One query; its rows are as many as there are sorts, however many the episodes. A sort has the
    latest of its days, and no child: children cannot be counted from it.
    """
    alike = episodes.values(
        *AS_STORED,
        was_offered=_is(Q(offered_at__isnull=False)),
        was_attempted=_is(Q(attempted_at__isnull=False)),
        was_held=_is(Q(held_at__isnull=False)),
        was_covered=_is(Q(is_covered=True)),
        has_ended=_is(Q(ended_on__isnull=False)),
        is_running=_is(Q(due_at__isnull=False, due_at__gte=now)),
        is_waiting=_is(Q(child__confirmed_at__isnull=True, child__joined_to__isnull=True)),
    )
    counted = alike.annotate(
        number=Count("pk"), last_start=Max("started_at"), last_end=Max("ended_on")
    )
    return [(_of_sort(row), row["number"]) for row in counted.order_by()]


def parts_of_each(
    episodes: EpisodeQuerySet,
) -> Iterator[tuple[int, int, str, date, frozenset[str]]]:
    """Each episode that ended: number, child, cohort, day of the end, and the parts it counts in.

    One query. What holds only at the moment of the count is not among the parts.
    """
    ended = episodes.filter(ended_on__isnull=False).values_list(
        *("pk", "child_id", "ended_on", "started_at"),
        *AS_STORED,
        _is(Q(offered_at__isnull=False)),
        _is(Q(attempted_at__isnull=False)),
        _is(Q(held_at__isnull=False)),
        "is_covered",
    )
    known: dict[tuple[Any, ...], frozenset[str]] = {}
    for pk, child, ended_on, started_at, *sort in ended.order_by():
        key = tuple(sort)
        if key not in known:
            named = dict(zip(SORT_OF_EACH, key, strict=True))
            named |= {"last_start": started_at, "last_end": ended_on, **OF_NO_MOMENT}
            known[key] = measures.parts(_of_sort(named))
        yield pk, child, key[0], ended_on, known[key]


SORT_OF_EACH = (*AS_STORED, "was_offered", "was_attempted", "was_held", "was_covered")
OF_NO_MOMENT = {"is_running": False, "is_waiting": False}


def _of_sort(row: dict[str, Any]) -> EpisodeFacts:
    return EpisodeFacts(
        episode=None,
        child=None,
        authority=None,
        cohort=Cohort(row["cohort"]),
        kind=EpisodeKind(row["kind"]),
        offer_kind=OfferKind(row["offer_kind"]),
        started_on=row["last_start"].astimezone(clock.LONDON).date(),
        ended_on=row["last_end"],
        offered=row["was_offered"],
        attempted=row["was_attempted"],
        answer=Answer(row["answer"]) if row["answer"] else None,
        declined_by=DeclinedBy(row["declined_by"]) if row["declined_by"] else None,
        held=row["was_held"],
        covered=row["was_covered"],
        standing=Standing(row["timeliness"]) if row["timeliness"] else None,
        not_held=NotHeldReason(row["not_held"]) if row["not_held"] else None,
        running=row["is_running"],
        waiting=row["is_waiting"],
        earlier=Earlier(row["earlier"]) if row["earlier"] else None,
    )


# Rows


def of(episodes: EpisodeQuerySet, *, now: datetime) -> Iterator[EpisodeFacts]:
    """Each episode's facts counted again from the rows of offers, answers and interviews.

    Nothing that a verb stored on the episode for speed is believed, and no sealed word is opened.
    """
    replies = Reply.objects.only("offer", "answer", "declined_by", "given_at")
    interviews = Interview.objects.only(
        "held_at", "held_precision", "held_noted_at", "booked_at", "child"
    )
    # Whether anybody has said who the child is, and nothing else of the child.
    children = Child.objects.only("confirmed_at", "joined_to")
    rows = episodes.prefetch_related(
        Prefetch("child", children),
        Prefetch(
            "offers",
            Offer.objects.only("episode", "made_at").prefetch_related(Prefetch("replies", replies)),
        ),
        Prefetch("attempts", Attempt.objects.only("episode")),
        Prefetch("not_held_rows", NotHeld.objects.only("episode", "reason", "at")),
        Prefetch(
            "earlier_record",
            EarlierRecord.objects.only(
                *("episode", "says", "is_counted", "held_at", "held_precision", "not_held")
            ),
        ),
        Prefetch("coverages", Coverage.objects.prefetch_related(Prefetch("interview", interviews))),
    )
    covering = _last_of_each_interview(episodes)
    for episode in rows.iterator(chunk_size=2000):
        yield _of_rows(episode, covering, now)


def _last_of_each_interview(episodes: EpisodeQuerySet) -> dict[int, int]:
    """Interview → the last of the episodes that it answers for, whose own it is."""
    theirs = Interview.objects.filter(held_at__isnull=False, coverages__episode__in=episodes)
    covered = Coverage.objects.filter(interview__in=theirs)
    in_order = covered.order_by("episode__started_at", "episode_id")
    return dict(in_order.values_list("interview_id", "episode_id"))


def _of_rows(episode: Episode, own: dict[int, int], now: datetime) -> EpisodeFacts:
    offers = list(episode.offers.all())
    reply = _standing_reply(offers)
    interviews = [coverage.interview for coverage in episode.coverages.all()]
    held = max((i for i in interviews if i.held_at), key=_noted, default=None)
    earlier = _earlier(episode, offers, interviews)
    was_held = held.held if held else earlier.held if earlier else None
    reason = None if was_held else _standing_reason(episode, offers, interviews)
    if earlier and earlier.not_held:
        reason = reason or NotHeldReason(earlier.not_held)
    end = episode.returned or episode.found
    due = clock.deadline(found=episode.found, returned=episode.returned)
    return EpisodeFacts(
        episode=episode.pk,
        child=episode.child_id,
        authority=episode.counted_under_id,
        cohort=Cohort(episode.cohort),
        kind=EpisodeKind(episode.kind),
        offer_kind=OfferKind(episode.offer_kind),
        started_on=_day(episode.last_seen_at or episode.reported_at),
        ended_on=end.day if end else None,
        offered=bool(offers),
        attempted=bool(episode.attempts.all()),
        answer=reply.given if reply else None,
        declined_by=reply.whose_no if reply else None,
        held=was_held is not None,
        covered=_is_covered(episode, held, own, earlier),
        standing=_standing(episode, was_held),
        not_held=reason,
        earlier=earlier.said if earlier else None,
        running=due is not None and due.earliest >= now,
        waiting=episode.child.is_waiting,
    )


def _earlier(
    episode: Episode, offers: list[Offer], interviews: list[Interview]
) -> EarlierRecord | None:
    """What earlier records say, where it still counts: nobody has offered or booked since."""
    record: EarlierRecord | None = getattr(episode, "earlier_record", None)
    if record is None or not record.is_counted:
        return None
    is_final = record.said in (Earlier.HELD, Earlier.COVERED)
    is_left_off = not (offers or interviews or episode.not_held_rows.all())
    return record if is_final or is_left_off else None


def _is_covered(
    episode: Episode,
    held: Interview | None,
    own: dict[int, int],
    earlier: EarlierRecord | None,
) -> bool:
    if held is None:
        return earlier is not None and earlier.said is Earlier.COVERED
    return own[held.pk] != episode.pk


def _standing_reply(offers: list[Offer]) -> Reply | None:
    """The latest answer, unless a later offer still waits for one; of one moment, the later row."""
    replies = [reply for offer in offers for reply in offer.replies.all()]
    latest = max(replies, key=lambda reply: (reply.given_at, reply.pk), default=None)
    asked = [(offer.made_at, offer.pk) for offer in offers if not offer.replies.all()]
    if latest and any(later > (latest.given_at, latest.offer_id) for later in asked):
        return None
    return latest


def _standing_reason(
    episode: Episode, offers: Iterable[Offer], interviews: Iterable[Interview]
) -> NotHeldReason | None:
    """The latest reason for no interview, unless somebody was asked, answered or booked since."""
    rows: list[NotHeld] = list(episode.not_held_rows.all())
    latest = max(rows, key=lambda row: (row.at, row.pk), default=None)
    if latest is None:
        return None
    since = [offer.made_at for offer in offers] + [each.booked_at for each in interviews]
    since += [reply.given_at for offer in offers for reply in offer.replies.all()]
    return None if any(at > latest.at for at in since) else NotHeldReason(latest.reason)


def _standing(episode: Episode, held: Moment | None) -> Standing | None:
    if held is None:
        return None
    found, returned = episode.found, episode.returned
    return clock.timeliness(found=found, returned=returned, held=held, now=None).standing


def _noted(interview: Interview) -> tuple[datetime, int]:
    assert interview.held_noted_at is not None
    return interview.held_noted_at, interview.pk


def _day(at: datetime | None) -> Any:
    assert at is not None
    return at.astimezone(clock.LONDON).date()
