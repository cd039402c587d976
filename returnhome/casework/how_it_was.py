"""Three questions on how the talk was: counted for the council, and tied to no child."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import uuid4

from django.db import models, transaction
from django.db.models import Q

from returnhome.casework import journal, staff
from returnhome.casework.episodes import Episode
from returnhome.casework.places import Authority
from returnhome.casework.staff import Person
from returnhome.casework.ways_in import WayIn
from returnhome.rules import releasing, ways_in
from returnhome.rules.clock import LONDON
from returnhome.rules.measures import quarter_of
from returnhome.rules.releasing import HOW_IT_WAS, Felt


class HowItWasQuerySet(models.QuerySet["HowItWas"]):
    def visible_to(self, person: Person) -> "HowItWasQuerySet":
        """Those of the councils whose figures the person sees."""
        return self.filter(authority_id__in=person.reach.figures)

    def between(self, first: date, last: date) -> "HowItWasQuerySet":
        """Those of the quarters that begin in these days, both included."""
        return self.filter(quarter_on__gte=first, quarter_on__lte=last)


class HowItWas(models.Model):
    """What one child said of one talk; empty where they skipped the question. Never changed.

    There is no way from here to the child: no number of theirs, no link, no day, and a number of
    its own that does not tell which came first.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", db_index=False)
    quarter_on = models.DateField()
    listened = models.CharField(max_length=10, default="")
    choose = models.CharField(max_length=10, default="")
    safe = models.CharField(max_length=10, default="")

    objects = HowItWasQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    listened__in=["", "yes", "a_bit", "no"],
                    choose__in=["", "yes", "a_bit", "no"],
                    safe__in=["", "yes", "a_bit", "no"],
                )
                & ~Q(listened="", choose="", safe=""),
                name="how_it_was_is_said",
            ),
        ]
        indexes = [models.Index(fields=["authority", "quarter_on"], name="how_it_was_quarter")]


def may_say(way_in: WayIn) -> bool:
    """A talk was held for the episode, and this link has not been used to say how it was."""
    if way_in.has_said_how:
        return False
    return Episode.objects.filter(pk=way_in.episode_id, held_at__isnull=False).exists()


@transaction.atomic
def say(way_in: WayIn, given: Mapping[str, str], *, at: datetime) -> None:
    """Count how the talk was, once a link. Raises NotReadFirst, NotAskedYet, SaidAlready,
    NothingWritten where every question was skipped.
    """
    way_in = WayIn.objects.select_for_update(no_key=True, of=("self",)).get(pk=way_in.pk)
    if way_in.told_at is None:
        raise ways_in.NotReadFirst
    if way_in.has_said_how:
        raise releasing.SaidAlready
    if not may_say(way_in):
        raise releasing.NotAskedYet
    known = {key: given.get(key, "") for key in HOW_IT_WAS if given.get(key) in set(Felt)}
    if not known:
        raise ways_in.NothingWritten
    episode = Episode.objects.get(pk=way_in.episode_id)
    HowItWas.objects.create(
        authority_id=episode.responsible_authority_id,
        quarter_on=quarter_of(at.astimezone(LONDON).date()),
        **known,
    )
    way_in.has_said_how = True
    way_in.save(update_fields=["has_said_how"])
    journal.write("say how it was", way_in, by=staff.the_child(), at=at)
