"""Children brought to an exploitation panel: on which day, and each of them why.

A pack holds no word of a child's but the reason for which they are brought. What leaves for the
panel are the shares that were put together for it, one child at a time.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import F, Q

from returnhome.casework import journal
from returnhome.casework.children import Child, ChildQuerySet
from returnhome.casework.places import Authority
from returnhome.casework.sealing import HasKeyring, SealedText
from returnhome.casework.staff import Person
from returnhome.rules import packing
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import LONDON


def areas_of(person: Person) -> frozenset[int]:
    """The authorities to whose panel the person may bring children."""
    theirs, _ = person.may_for(Verb.SHARE, Relation.RESPONSIBLE)
    return theirs


def council_of(person: Person) -> Authority | None:
    """The authority for whose panel the person makes a pack: of their first such post."""
    theirs = areas_of(person)
    own = [post.organisation.authority for post in person.current_posts]
    return next((each for each in own if each and each.pk in theirs), None)


def children_of(person: Person) -> ChildQuerySet:
    """Those whom the person may bring to a panel, each once."""
    ours = person.whose(Verb.SHARE, Relation.RESPONSIBLE, child="pk")
    return Child.objects.filter(ours, joined_to__isnull=True)


class PackQuerySet(models.QuerySet["Pack"]):
    def visible_to(self, person: Person) -> "PackQuerySet":
        """Those of the councils for which the person may share what children told."""
        return self.filter(authority__in=areas_of(person))

    def to_come(self, today: date) -> "PackQuerySet":
        return self.filter(meets_on__gte=today, ended_at=None)

    def newest_first(self) -> "PackQuerySet":
        return self.order_by("-meets_on", "-pk")


class Pack(HasKeyring):
    """A meeting of a panel, by name and day, to which children are brought.

    Name and day are put right until it has met, or it is taken away: what was brought to it stays.
    """

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=packing.LONGEST_NAME)
    meets_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_because = SealedText()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = PackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="a_panel_has_a_name"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="a_pack_is_taken_away_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["authority", "-meets_on"], name="pack_newest")]

    def has_met(self, today: date) -> bool:
        return self.meets_on < today


class PackChildQuerySet(models.QuerySet["PackChild"]):
    def visible_to(self, person: Person) -> "PackChildQuerySet":
        """Of packs that are the person's, those children whom they may still bring themselves."""
        ours = person.whose(Verb.SHARE, Relation.RESPONSIBLE, of="child__", child="child")
        return self.filter(ours, pack__authority__in=areas_of(person))

    def standing(self) -> "PackChildQuerySet":
        return self.filter(ended_at__isnull=True)

    def taken_off(self) -> "PackChildQuerySet":
        return self.filter(ended_at__isnull=False)

    def in_order(self) -> "PackChildQuerySet":
        return self.order_by("brought_at", "pk")


class PackChild(models.Model):
    """A child is brought to that meeting, and why. Only its end is added."""

    sealed_under = "child"

    pack = models.ForeignKey(Pack, models.PROTECT, related_name="brought", db_index=False)
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    because = SealedText()
    brought_at = models.DateTimeField()
    brought_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_because = SealedText()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = PackChildQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "child"],
                condition=Q(ended_at__isnull=True),
                name="a_child_is_brought_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F("brought_at")),
                name="who_is_taken_off_has_time_and_person",
            ),
        ]
        indexes = [models.Index(fields=["pack", "child"], name="brought_pack")]


# Verbs.


def _today(at: datetime) -> date:
    return at.astimezone(LONDON).date()


@transaction.atomic
def make(authority: Authority, *, name: str, meets_on: date, by: Person, at: datetime) -> Pack:
    """Make a pack for a meeting. Raises NotOurs, NameMissing, NameTooLong, DayPast, DayTooFar."""
    if authority.pk not in areas_of(by):
        raise packing.NotOurs
    packing.check_can_make(name=name, meets_on=meets_on, today=_today(at))
    pack = Pack.objects.create(
        authority=authority, name=" ".join(name.split()), meets_on=meets_on, made_at=at, made_by=by
    )
    journal.write("make pack", pack, by=by, at=at)
    return pack


def _lock(pack: Pack) -> Pack:
    # Two people at once: the second sees what the first has done.
    return Pack.objects.select_for_update(no_key=True).get(pk=pack.pk)


@transaction.atomic
def put_right(pack: Pack, *, name: str, meets_on: date, by: Person, at: datetime) -> Pack:
    """Call it another name, or move it to another day: whoever is brought to it is brought there.

    Raises NotOurs, TakenAway, MetAlready, NameMissing, NameTooLong, DayPast, DayTooFar.
    """
    pack = _lock(pack)
    if pack.authority_id not in areas_of(by):
        raise packing.NotOurs
    today = _today(at)
    packing.check_stands(is_taken_away=pack.ended_at is not None, has_met=pack.has_met(today))
    packing.check_can_make(name=name, meets_on=meets_on, today=today)
    pack.name, pack.meets_on = " ".join(name.split()), meets_on
    pack.save(update_fields=["name", "meets_on"])
    journal.write("put pack right", pack, by=by, at=at)
    return pack


@transaction.atomic
def take_away(pack: Pack, because: str, *, by: Person, at: datetime) -> Pack:
    """Take away a pack that was made in error, or whose panel does not meet.

    Raises NotOurs, TakenAway, MetAlready, WhyAwayMissing.
    """
    pack = _lock(pack)
    if pack.authority_id not in areas_of(by):
        raise packing.NotOurs
    packing.check_stands(is_taken_away=pack.ended_at is not None, has_met=pack.has_met(_today(at)))
    if not because.strip():
        raise packing.WhyAwayMissing
    pack.ended_because, pack.ended_at, pack.ended_by = because.strip(), at, by
    pack.save(update_fields=["ended_because", "ended_at", "ended_by"])
    journal.write("take pack away", pack, by=by, at=at)
    return pack


@transaction.atomic
def bring(pack: Pack, child: Child, because: str, *, by: Person, at: datetime) -> PackChild:
    """Bring a child to the meeting.

    Raises NotOurs, TakenAway, HasMet, BroughtAlready, WhyMissing.
    """
    pack = _lock(pack)
    packing.check_can_bring(
        is_ours=pack.authority_id in areas_of(by)
        and children_of(by).filter(pk=child.pk, responsible_authority=pack.authority_id).exists(),
        is_taken_away=pack.ended_at is not None,
        is_brought=PackChild.objects.filter(pack=pack, child=child).standing().exists(),
        meets_on=pack.meets_on,
        today=_today(at),
        because=because,
    )
    brought = PackChild.objects.create(
        pack=pack, child=child, because=because.strip(), brought_at=at, brought_by=by
    )
    journal.write("bring to panel", brought, by=by, at=at)
    return brought


@transaction.atomic
def bring_all(
    pack: Pack, children: Sequence[Child], because: str, *, by: Person, at: datetime
) -> list[PackChild]:
    """Bring several for the same reason; whoever is on it already stays with the reason they have.

    Raises NobodyChosen, and what `bring` does.
    """
    if not children:
        raise packing.NobodyChosen
    pack = _lock(pack)
    there = set(
        PackChild.objects.filter(pack=pack, child__in=children)
        .standing()
        .values_list("child", flat=True)
    )
    new = [child for child in children if child.pk not in there]
    if not new:
        raise packing.BroughtAlready
    return [bring(pack, child, because, by=by, at=at) for child in new]


@transaction.atomic
def take_off(brought: PackChild, because: str, *, by: Person, at: datetime) -> PackChild:
    """Take a child off again; that they were on it is kept.

    Raises TakenOffAlready, WhyOffMissing.
    """
    brought = PackChild.objects.select_for_update(no_key=True, of=("self",)).get(pk=brought.pk)
    packing.check_can_take_off(is_off=brought.ended_at is not None, because=because)
    brought.ended_because, brought.ended_at, brought.ended_by = because.strip(), at, by
    brought.save(update_fields=["ended_because", "ended_at", "ended_by"])
    journal.write("take off panel", brought, by=by, at=at)
    return brought
