"""Children who went missing together: two episodes, linked by a person, and taken apart again.

A link joins two names and their times. Each child keeps a record of their own: nothing of one comes
into the other's by it. It is there only for those to whom both episodes are open, so the journal
names the link and neither child.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from returnhome.casework import children, episodes, journal
from returnhome.casework.children import Address, Placement
from returnhome.casework.episodes import Episode
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import NotAllowed, Person
from returnhome.rules import going_together
from returnhome.rules.access import Relation, Verb
from returnhome.rules.going_together import Gone, Sign
from returnhome.rules.naming import bare

# So many are compared, of a child who is missing for long, and so many offered to choose from.
MOST_COMPARED = 300
MOST = 12
NAMED = ("episode__child", "other__child", "linked_by", "ended_by")


class NotBoth(NotAllowed):
    sentence = "Only somebody who acts for both children notes that they went together."
    field = "other"


class WentTogetherQuerySet(models.QuerySet["WentTogether"]):
    def visible_to(self, person: Person) -> "WentTogetherQuerySet":
        """Only where the person may see both."""
        seen = Episode.objects.visible_to(person)
        return self.filter(episode__in=seen, other__in=seen)

    def of(self, *episode_ids: int) -> "WentTogetherQuerySet":
        return self.filter(Q(episode__in=episode_ids) | Q(other__in=episode_ids))

    def standing(self) -> "WentTogetherQuerySet":
        """Not taken back; neither recorded in error; not said since to be one child."""
        return self.filter(ended_at=None, episode__voided_at=None, other__voided_at=None).exclude(
            episode__child=F("other__child")
        )

    def in_order(self) -> "WentTogetherQuerySet":
        return self.order_by("linked_at", "pk")


class WentTogether(models.Model):
    """That two children went together. Rows are added; a link is taken back with its reason."""

    sealed_under = "episode"

    # The lower number first, so that the two are one pair whichever page it is noted on.
    episode = models.ForeignKey(Episode, models.PROTECT, related_name="+", db_index=False)
    other = models.ForeignKey(Episode, models.PROTECT, related_name="+")
    because = SealedText()
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_because = SealedText()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = WentTogetherQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(episode__lt=F("other")), name="a_pair_is_written_one_way_round"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="a_link_taken_back_has_time_and_person",
            ),
            models.UniqueConstraint(
                fields=["episode", "other"],
                condition=Q(ended_at=None),
                name="two_went_together_once",
            ),
        ]
        indexes = [models.Index(fields=["episode"], name="went_together_episode")]

    @property
    def is_undone(self) -> bool:
        return self.ended_at is not None

    def beside(self, episode: Episode) -> Episode:
        """The other of the two."""
        return self.other if self.episode_id == episode.pk else self.episode


@dataclass(frozen=True)
class Candidate:
    """An episode of another child at about the same time, and what speaks for their going."""

    episode: Episode
    signs: tuple[Sign, ...]


def may_link(person: Person, *those: Episode) -> bool:
    """Whoever acts for each of them: for a host or a provider there is nothing to link."""
    return all(person.may_about(each, Verb.ACT, Relation.RESPONSIBLE) for each in those)


def of_episodes(those: Iterable[Episode], person: Person) -> dict[int, list[WentTogether]]:
    """By episode the links that stand and that the person may know of. One query."""
    ids = {each.pk for each in those}
    found: dict[int, list[WentTogether]] = {pk: [] for pk in ids}
    rows = WentTogether.objects.visible_to(person).standing().of(*ids)
    for row in rows.select_related(*NAMED).in_order():
        for pk in ids & {row.episode_id, row.other_id}:
            found[pk].append(row)
    return found


def names_for(episode: Episode, person: Person) -> list[str]:
    """All names of the children who went along, of whom the person may know. Two queries."""
    rows = of_episodes([episode], person)[episode.pk]
    others = [row.beside(episode).child for row in rows]
    models.prefetch_related_objects(others, "aliases")
    said = [
        name
        for child in others
        for name in (
            child.name,
            *(f"{a.forename} {a.surname}".strip() for a in child.aliases.all()),
        )
    ]
    return list(dict.fromkeys(said))


def candidates(episode: Episode, person: Person) -> list[Candidate]:
    """Whom a person may want to look at: missing at about the same time. Four queries.

    Only of children for whom the person acts too. Nothing is linked by itself.
    """
    began, ended = episode.span
    near = going_together.NEARLY
    there = Episode.objects.counted().filter(
        person.whose(Verb.ACT, Relation.RESPONSIBLE, child="child"),
        Q(ended_at=None) | Q(ended_at__gte=began - near),
    )
    if ended:
        there = there.filter(started_at__lte=ended + near)
    linked = WentTogether.objects.filter(ended_at=None).of(episode.pk)
    known = {pk for pair in linked.values_list("episode", "other") for pk in pair}
    others = list(
        there.exclude(child=episode.child_id)
        .exclude(pk__in=known)
        .select_related("child")
        .order_by("-started_at", "pk")[:MOST_COMPARED]
    )
    gone = _gone([episode, *others])
    speaks = {one.pk: going_together.signs(gone[episode.pk], gone[one.pk]) for one in others}
    by_number = {one.pk: one for one in others}
    ranked = going_together.in_order(
        (one.pk, speaks[one.pk], one.started_at - began) for one in others
    )
    return [Candidate(by_number[pk], speaks[pk]) for pk in ranked[:MOST]]


def _gone(those: Iterable[Episode]) -> dict[int, Gone]:
    """As they are compared. Where a child lives hidden speaks for nothing. Two queries."""
    those = list(those)
    ids = {each.child_id for each in those}
    placed, lived = (
        _by_child(rows.filter(child__in=ids, is_protected=False))
        for rows in (Placement.objects.defer("address"), Address.objects.defer("line"))
    )
    return {
        each.pk: _as_compared(each, placed.get(each.child_id, ()), lived.get(each.child_id, ()))
        for each in those
    }


def _by_child(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[row.child_id].append(row)
    return found


def _as_compared(episode: Episode, placed: Iterable[Placement], lived: Iterable[Address]) -> Gone:
    day = episode.started_on
    placement, address = children.standing_on(placed, day), children.standing_on(lived, day)
    there = [each for each in (placement, address) if each]
    return Gone(
        span=episode.span,
        surname=bare(episode.child.surname),
        homes=frozenset([placement.home_id] if placement and placement.home_id else ()),
        postcodes=frozenset(each.postcode for each in there if each.postcode),
    )


def _locked(one: int, other: int) -> tuple[Episode, Episode]:
    """Both children, then both episodes, in the one order of the ledger."""
    pair = Episode.objects.filter(pk__in=(one, other)).values_list("child_id", flat=True)
    children.lock(*pair)
    held = {each.pk: each for each in episodes.lock(one, other)}
    return held[min(one, other)], held[max(one, other)]


@transaction.atomic
def link(
    episode: Episode, other: Episode, *, because: str = "", by: Person, at: datetime
) -> WentTogether:
    """Note that these two went together. Nothing is copied from one record to the other.

    Raises SameChild, RecordedInError, LinkedAlready; TimesApart where their times lie apart and no
    reason is given; NotBoth for whoever does not act for both.
    """
    if episode.pk == other.pk:
        raise going_together.SameChild
    first, second = _locked(episode.pk, other.pk)
    if not may_link(by, first, second):
        raise NotBoth
    standing = WentTogether.objects.filter(episode=first, other=second, ended_at=None)
    going_together.check_can_link(
        is_same_child=first.child_id == second.child_id,
        is_voided=first.is_voided or second.is_voided,
        is_linked=standing.exists(),
        spans=(first.span, second.span),
        because=because,
    )
    row = WentTogether.objects.create(
        episode=first, other=second, because=because, linked_at=at, linked_by=by
    )
    journal.write("link episodes", row, by=by, at=at)
    return row


@transaction.atomic
def undo(row: WentTogether, *, because: str, by: Person, at: datetime) -> WentTogether:
    """Take back that two went together; the row stays. Raises UndoneAlready, WhyMissing."""
    _locked(row.episode_id, row.other_id)
    row = WentTogether.objects.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
    going_together.check_can_undo(is_undone=row.is_undone, because=because)
    row.ended_because, row.ended_at, row.ended_by = because, at, by
    row.save(update_fields=["ended_because", "ended_at", "ended_by"])
    journal.write("undo link of episodes", row, by=by, at=at)
    return row
