"""Two things that children told of and that a person says are one: said with a reason, undone."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction
from django.db.models import F, Q
from rapidfuzz.distance import JaroWinkler

from returnhome.casework import journal
from returnhome.casework.mentions import Mention
from returnhome.casework.places import Authority
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import Person
from returnhome.rules import coming_up
from returnhome.rules.access import Relation, Verb

Thing = tuple[str, str]
"""Its kind, and the key by which it is found again."""


class SameThingQuerySet(models.QuerySet["SameThing"]):
    def visible_to(self, person: Person) -> "SameThingQuerySet":
        """Those of the person's council, as far as the person may read both accounts."""
        theirs, _ = person.may_for(Verb.SEE_PATTERNS, Relation.RESPONSIBLE)
        seen = Mention.objects.visible_to(person)
        return self.filter(authority__in=theirs, one__in=seen, other__in=seen)

    def standing(self) -> "SameThingQuerySet":
        return self.filter(ended_at__isnull=True)

    def newest_first(self) -> "SameThingQuerySet":
        return self.order_by("-said_at", "-pk")


class SameThing(models.Model):
    """What these two name is one thing, says somebody of one council. Only its end is added.

    It names two mentions, not two words: whoever may not read one of them does not learn of it.
    """

    sealed_under = "one.interview"

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    one = models.ForeignKey(Mention, models.PROTECT, related_name="+")
    other = models.ForeignKey(Mention, models.PROTECT, related_name="+")
    because = SealedText()
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_because = SealedText()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = SameThingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(one=F("other")), name="a_thing_is_not_the_same_as_itself"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F("said_at")),
                name="what_is_taken_apart_has_time_and_person",
            ),
        ]


def together(authorities: Iterable[int], person: Person) -> dict[Thing, Thing]:
    """Each thing that was said to be the same as others → the one name they all go under.

    Of these authorities, as far as the person may see it. One query.
    """
    said = SameThing.objects.filter(authority__in=authorities).visible_to(person).standing()
    pairs = said.values_list("one__kind", "one__key", "other__key")
    beside: defaultdict[Thing, set[Thing]] = defaultdict(set)
    for kind, one, other in pairs:
        beside[kind, one].add((kind, other))
        beside[kind, other].add((kind, one))
    found: dict[Thing, Thing] = {}
    for thing in sorted(beside):
        if thing not in found:
            found |= dict.fromkeys(_all_beside(thing, beside), thing)
    return found


def _all_beside(thing: Thing, beside: dict[Thing, set[Thing]]) -> set[Thing]:
    found, waiting = {thing}, [thing]
    while waiting:
        more = beside[waiting.pop()] - found
        found |= more
        waiting += more
    return found


@transaction.atomic
def say_same(
    one: Mention,
    other: Mention,
    because: str,
    *,
    authority: Authority,
    by: Person,
    at: datetime,
) -> SameThing:
    """Say that two things are one, for the council of this authority alone.

    Raises NotOurs, NotOneKind, TheSameAlready, ReasonMissing.
    """
    # Two people at once: the second sees what the first has said.
    authority = Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    theirs, _ = by.may_for(Verb.SEE_PATTERNS, Relation.RESPONSIBLE)
    ours = Mention.objects.of_children_of(theirs).visible_to(by).current()
    both = {one.pk, other.pk}
    if authority.pk not in theirs or ours.filter(pk__in=both).count() < len(both):
        raise coming_up.NotOurs
    first, second = (one.kind, one.key), (other.kind, other.key)
    known = together([authority.pk], by)
    coming_up.check_can_say_same(
        one.kind,
        other.kind,
        are_same=first == second or (first in known and known[first] == known.get(second)),
        because=because,
    )
    said = SameThing.objects.create(
        authority=authority, one=one, other=other, because=because, said_at=at, said_by=by
    )
    journal.write("say same thing", said, shown=_children(said), by=by, at=at)
    return said


@transaction.atomic
def take_apart(said: SameThing, because: str, *, by: Person, at: datetime) -> SameThing:
    """Undo it: the two are listed each by itself again. Raises UndoneAlready, ReasonMissing."""
    said = SameThing.objects.select_for_update(no_key=True, of=("self",)).get(pk=said.pk)
    if said.ended_at:
        raise coming_up.UndoneAlready
    coming_up.check_reason(because)
    said.ended_because, said.ended_at, said.ended_by = because, at, by
    said.save(update_fields=["ended_because", "ended_at", "ended_by"])
    journal.write("take same thing apart", said, shown=_children(said), by=by, at=at)
    return said


def _children(said: SameThing) -> list[int]:
    return [said.one.child_id, said.other.child_id]


def near(kind: str, key: str, others: Iterable[str]) -> list[str]:
    """Which of these keys may be another way of writing this one: for a person to decide."""
    return coming_up.near(kind, key, others, close=JaroWinkler.normalized_similarity)
