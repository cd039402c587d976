"""Who asked whether anybody holds something about a child: what for, why, and what came of it.

Nothing is looked up before an ask is filed. The one who asks learns which council holds something,
and no more; of a restricted record not even that. What was asked never changes; that it is answered
is seen from what was shared since, or from a row beside it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from returnhome.casework import acting, journal, likeness, staff
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.places import Authority
from returnhome.casework.restrictions import Listed, Restriction
from returnhome.casework.sealing import HasKeyring, SealedText
from returnhome.casework.shares import Share
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import knowing
from returnhome.rules.access import Relation, Verb
from returnhome.rules.knowing import SignedInBy
from returnhome.rules.sharing import Purpose, Recipient

# As what an organisation of each kind is shared with: no other asks.
AS: Mapping[str, Recipient] = {
    Organisation.POLICE: Recipient.POLICE,
    Organisation.COUNCIL: Recipient.COUNCIL,
    Organisation.HOME: Recipient.HOME,
}
# So many stand on a list.
MOST = 100


@dataclass(frozen=True)
class Sought:
    """The child as whoever asks knows them. Postcode and number are for the eyes of the council.

    They never change what the answer is: else it would tell where a child lives.
    """

    forename: str
    surname: str
    born_on: date | None
    postcode: str = ""
    number: str = ""


class AskQuerySet(models.QuerySet["Ask"]):
    def visible_to(self, person: Person) -> "AskQuerySet":
        """Those about children of whom the person may share something."""
        return self.filter(pk__in=AskedOf.objects.visible_to(person).values("ask"))

    def newest_first(self) -> "AskQuerySet":
        return self.order_by("-asked_at", "-pk")


class Ask(HasKeyring):
    """Somebody asked, for an organisation, who holds something about a child. Never changed."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    forename = SealedText()
    surname = SealedText()
    born_on = models.DateField()
    postcode = SealedText()
    number = SealedText()
    purpose = models.CharField(max_length=30)
    because = SealedText()
    signed_in_by = models.CharField(max_length=20)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)

    objects = AskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(purpose=""), name="an_ask_is_for_something"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-asked_at"], name="ask_organisation"),
            models.Index(fields=["asked_by", "-asked_at"], name="ask_person"),
        ]

    @property
    def name(self) -> str:
        """The child’s, as it was asked."""
        return f"{self.forename} {self.surname}"


class AskedOfQuerySet(models.QuerySet["AskedOf"]):
    def visible_to(self, person: Person) -> "AskedOfQuerySet":
        """Those about children of whom the person may share something for their council."""
        theirs = person.whose(Verb.SHARE, Relation.RESPONSIBLE, of="child__", child="child")
        return self.filter(theirs)

    def unanswered(self) -> "AskedOfQuerySet":
        told = NothingToTell.objects.filter(asked=OuterRef("pk"))
        return self.filter(~Exists(told), ~Exists(_answering(Share.objects.all())))

    def gravest_first(self) -> "AskedOfQuerySet":
        """Those where somebody may be in danger, whatever else is late; then the soonest due."""
        is_danger = models.When(ask__purpose=Purpose.DANGER_NOW, then=0)
        return self.order_by(models.Case(is_danger, default=1), "due_at", "pk")

    def newest_first(self) -> "AskedOfQuerySet":
        return self.order_by("-ask__asked_at", "-pk")


def _answering(rows: "models.QuerySet[Share]") -> "models.QuerySet[Share]":
    """What was shared since with whoever asked, of the same child, and stands."""
    return rows.filter(
        child=OuterRef("child"),
        to=OuterRef("ask__organisation"),
        sent_at__gte=OuterRef("ask__asked_at"),
        recalled_at=None,
    )


class AskedOf(models.Model):
    """A child of that name and birth date, whose council is asked. Never changed."""

    ask = models.ForeignKey(Ask, models.PROTECT, related_name="asked", db_index=False)
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    # The council that the one who asked reads of: as it was that day.
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", db_index=False)
    # The record was closed to whoever asked, who has read that nobody holds anything.
    is_hidden = models.BooleanField()
    due_at = models.DateTimeField()

    objects = AskedOfQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ask", "child"], name="of_a_child_an_ask_is_passed_on_once"
            ),
        ]

    def is_late(self, now: datetime) -> bool:
        return self.due_at < now


class NothingToTellQuerySet(models.QuerySet["NothingToTell"]):
    def visible_to(self, person: Person) -> "NothingToTellQuerySet":
        return self.filter(asked__in=AskedOf.objects.visible_to(person))


class NothingToTell(models.Model):
    """The council looked, and there is nothing that it tells. Why, stays with it. Never changed."""

    sealed_under = "asked.child"

    asked = models.OneToOneField(AskedOf, models.PROTECT, related_name="nothing")
    because = SealedText()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = NothingToTellQuerySet.as_manager()

    @property
    def child_id(self) -> int:
        return self.asked.child_id


class NotTheirs(Exception):
    """There is no ask of this number by an organisation of the person's."""


# Asking.


def may_ask_for(person: Person) -> list[Organisation]:
    """The organisations for which the person may ask, by name. No query of its own."""
    ours = person.organisations_where(Verb.ASK_ABOUT)
    found = {
        post.organisation_id: post.organisation
        for post in person.current_posts
        if post.organisation_id in ours and post.organisation.kind in AS
    }
    return sorted(found.values(), key=lambda each: each.name)


@transaction.atomic
def ask(
    about: Sought,
    purpose: Purpose,
    because: str,
    *,
    organisation: Organisation,
    signed_in_by: SignedInBy = SignedInBy.UNKNOWN,
    by: Person,
    at: datetime,
) -> Ask:
    """Ask who holds something about a child, and pass it on to each council that does.

    Raises what `knowing.check_can_ask` does, and NotTheirs for an organisation of others.
    """
    if organisation.pk not in {each.pk for each in may_ask_for(by)}:
        raise NotTheirs
    # Two at once by one person: the second sees that the first is filed.
    Person.objects.select_for_update(no_key=True).get(pk=by.pk)
    with acting.for_partner(by):
        asked_today = Ask.objects.filter(asked_by=by, asked_at__gt=at - knowing.DAY).count()
    knowing.check_can_ask(
        AS[organisation.kind],
        purpose,
        forename=about.forename,
        surname=about.surname,
        born_on=about.born_on,
        because=because,
        asked_today=asked_today,
        at=at,
    )
    assert about.born_on
    with acting.for_partner(by):
        row = Ask.objects.create(
            organisation=organisation,
            forename=about.forename.strip(),
            surname=about.surname.strip(),
            born_on=about.born_on,
            postcode=about.postcode.strip(),
            number=about.number.strip(),
            purpose=purpose,
            because=because.strip(),
            signed_in_by=signed_in_by,
            asked_at=at,
            asked_by=by,
        )
    told = _pass_on(row, at)
    # What stands beside their own name in the journal is what they were told of, and no more.
    with acting.for_partner(by):
        journal.write("ask about child", row, shown=told, by=by, at=at)
    return row


def _pass_on(row: Ask, at: datetime) -> list[int]:
    """Ask each council that holds something; gives the children of whom the asker is told."""
    found = likeness.going_by(row.forename, row.surname, row.born_on)
    with acting.as_system(acting.PASSING_ON):
        theirs = Episode.objects.filter(child=OuterRef("pk"), voided_at=None)
        holding = list(Child.objects.filter(Exists(theirs), pk__in=found).order_by("pk"))
        closed = _closed_to(row.asked_by, [child.pk for child in holding])
        due_at = knowing.answered_by(at, Purpose(row.purpose))
        asked = AskedOf.objects.bulk_create(
            AskedOf(
                ask=row,
                child=child,
                authority_id=child.responsible_authority_id,
                is_hidden=child.pk in closed,
                due_at=due_at,
            )
            for child in holding
        )
        # By the product itself: among the asker's own looks it would tell of what is closed.
        journal.write_all("be asked about", asked, by=staff.clockwork(), at=at)
    return [each.child_id for each in asked if not each.is_hidden]


def _closed_to(person: Person, children: Collection[int]) -> set[int]:
    """Of these the ones whose record is restricted, or closed to this person by name."""
    standing = Restriction.objects.standing().filter(child__in=children)
    kept_out = Listed.objects.standing().filter(child__in=children, person=person, may_see=False)
    return {
        *standing.values_list("child", flat=True),
        *kept_out.values_list("child", flat=True),
    }


# What the one who asked reads: through a role of the database that opens the asks of their own
# organisation, the councils that they may know of, and whether these have answered.
OF_ASKED = ("ask", "child", "authority")
OF_NOTHING = ("asked", "at")


@dataclass(frozen=True)
class Holding:
    """A council that holds something, as the one who asked reads of it."""

    council: str
    shares: Sequence[Share]
    # When it said that there is nothing; None: it has not, or not of every record of that name.
    nothing_at: datetime | None

    @property
    def is_answered(self) -> bool:
        return bool(self.shares or self.nothing_at)


@dataclass(frozen=True)
class OwnAsk:
    """An ask, with what became of it."""

    ask: Ask
    holding: Sequence[Holding]
    due_at: datetime
    # Of whom the one who asked was told, by number, for the journal.
    children: Sequence[int]

    @property
    def is_answered(self) -> bool:
        return all(each.is_answered for each in self.holding)


def asked_by_ours(person: Person) -> list[OwnAsk]:
    """What the person's organisations asked, the newest first. Six queries."""
    return _asked_by_ours(person)


def asked_by_ours_one(person: Person, pk: int) -> OwnAsk:
    """One of them. Raises NotTheirs."""
    found = _asked_by_ours(person, pk)
    if not found:
        raise NotTheirs
    return found[0]


def _asked_by_ours(person: Person, *ids: int) -> list[OwnAsk]:
    ours = person.organisations_where(Verb.ASK_ABOUT)
    if not ours:
        return []
    with transaction.atomic(), acting.for_partner(person):
        there = Ask.objects.filter(organisation__in=ours)
        if ids:
            there = there.filter(pk__in=ids)
        rows = list(there.newest_first()[:MOST])
        asked = list(AskedOf.objects.filter(ask__in=rows).order_by("pk").only(*OF_ASKED))
        said = NothingToTell.objects.filter(asked__in=asked).values_list("asked", "at")
        nothing = dict(said)
        children = {each.child_id for each in asked}
        shared = list(
            Share.objects.sent()
            .filter(to__in=ours, child__in=children, recalled_at=None)
            .order_by("sent_at", "pk")
            .only("child", "to", "sent_at")
        )
    # Names of colleagues, organisations and councils, for which no other door is needed.
    models.prefetch_related_objects(rows, "asked_by", "organisation")
    models.prefetch_related_objects(asked, "authority")
    return [
        _own(row, [each for each in asked if each.ask_id == row.pk], nothing, shared)
        for row in rows
    ]


def _own(
    row: Ask, asked: Sequence[AskedOf], nothing: Mapping[int, datetime], shared: Iterable[Share]
) -> OwnAsk:
    answers = [
        each
        for each in shared
        if each.to_id == row.organisation_id and each.sent_at and each.sent_at >= row.asked_at
    ]
    councils: dict[str, list[AskedOf]] = {}
    for each in asked:
        councils.setdefault(each.authority.name, []).append(each)
    return OwnAsk(
        row,
        [
            Holding(
                council,
                [one for one in answers if one.child_id in {each.child_id for each in theirs}],
                max(nothing[each.pk] for each in theirs)
                if all(each.pk in nothing for each in theirs)
                else None,
            )
            for council, theirs in sorted(councils.items())
        ],
        knowing.answered_by(row.asked_at, Purpose(row.purpose)),
        [each.child_id for each in asked],
    )


# What the council does that holds something.


def waiting_for(person: Person) -> list[AskedOf]:
    """What somebody asked and nobody has answered, the gravest first. One query."""
    rows = AskedOf.objects.visible_to(person).unanswered().gravest_first()
    return list(rows.select_related("child", "ask__organisation")[:MOST])


def answers_to(asked: AskedOf, person: Person) -> list[Share]:
    """What was shared since with whoever asked, as far as the person may see it. One query."""
    rows = Share.objects.visible_to(person).filter(
        child=asked.child_id,
        to=asked.ask.organisation_id,
        sent_at__gte=asked.ask.asked_at,
        recalled_at=None,
    )
    return list(rows.select_related("sent_by").order_by("sent_at", "pk"))


def on_the_way_to(asked: AskedOf, person: Person) -> list[Share]:
    """What is written for whoever asked about the child and has not gone yet. One query."""
    rows = Share.objects.visible_to(person).filter(
        child=asked.child_id,
        to=asked.ask.organisation_id,
        sent_at=None,
        left=None,
        episode__voided_at=None,
    )
    return list(rows.select_related("begun_by").order_by("begun_at", "pk"))


@transaction.atomic
def tell_nothing(asked: AskedOf, because: str, *, by: Person, at: datetime) -> NothingToTell:
    """Say that there is nothing to share. The one who asked reads one sentence, whatever there is.

    Raises AnsweredAlready, WhyNothingMissing.
    """
    asked = AskedOf.objects.select_for_update(no_key=True, of=("self",)).get(pk=asked.pk)
    is_answered = not AskedOf.objects.unanswered().filter(pk=asked.pk).exists()
    knowing.check_can_tell_nothing(is_answered=is_answered, because=because)
    told = NothingToTell.objects.create(asked=asked, because=because.strip(), at=at, by=by)
    journal.write("tell nothing", told, by=by, at=at)
    return told
