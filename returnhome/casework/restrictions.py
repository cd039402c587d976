"""Restricted records: who may see one, who may not, and who opened one by break-glass.

The lists only keep people out of what the table of access would open to them. Rows are ended and
never erased; a break-glass ends by itself once its time has run out.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from returnhome.casework import (
    acting,
    children,
    episodes,
    interviews,
    journal,
    likeness,
    messages,
    places,
)
from returnhome.casework.children import Alias, Child, Identifier
from returnhome.casework.episodes import Episode
from returnhome.casework.handovers import HandOver
from returnhome.casework.interviews import Interview
from returnhome.casework.messages import Letter
from returnhome.casework.places import Authority
from returnhome.casework.rotas import Absence
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import (
    EPISODE_RELATIONS,
    Organisation,
    Person,
    PersonQuerySet,
    Post,
    council_of,
)
from returnhome.casework.support import Action
from returnhome.rules import Blocked, access, restricting
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Role, Rung
from returnhome.rules.naming import folded

# What an opened record is called in messages, and what they are about.
BREAK_GLASS = "breakglass"


class RestrictedAlready(Blocked):
    sentence = "This record is restricted already."


class ListedAlready(Blocked):
    sentence = "They are on this list already."
    field = "person"


class EndedAlready(Blocked):
    sentence = "This has been ended already."


class NotConcerned(Blocked):
    sentence = "They do not work for a council or provider that has to do with this child."
    field = "person"


class JoinedMeanwhile(Blocked):
    sentence = "Somebody has said who this child is. Look again under that child."


class NotFound(Blocked):
    """The same for a record that is not there, not restricted, or not theirs to open."""

    sentence = (
        "There is no restricted record that you can open by this. Check what you entered. "
        "If a child is at risk now, telephone the council's manager or its out-of-hours team."
    )


class KeptQuerySet(models.QuerySet):
    def visible_to(self, person: Person) -> "KeptQuerySet":
        """Whoever may restrict the record: the lists tell who is near to a family."""
        return self.filter(
            person.whose(Verb.RESTRICT, Relation.RESPONSIBLE, of="child__", child="child")
        )

    def standing(self) -> "KeptQuerySet":
        return self.filter(ended_at__isnull=True)


def _ended(since: str) -> Q:
    """Ended by somebody, not before it began; or not ended."""
    return Q(ended_at__isnull=True, ended_by__isnull=True) | Q(
        ended_at__isnull=False, ended_by__isnull=False, ended_at__gte=F(since)
    )


class Restriction(models.Model):
    """That only those named may see a record, and whoever keeps its lists."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="restrictions")
    because = SealedText()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_because = SealedText()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = KeptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_ended("made_at"), name="an_ended_restriction_has_time_and_person"
            ),
            models.UniqueConstraint(
                fields=["child"],
                condition=Q(ended_at__isnull=True),
                name="a_record_is_restricted_once",
            ),
        ]


class Listed(models.Model):
    """Somebody who may see a record although it is restricted, or may not whatever else is so."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="listed")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    may_see = models.BooleanField()
    because = SealedText()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_because = SealedText()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = KeptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_ended("made_at"), name="an_ended_listing_has_time_and_person"
            ),
            models.UniqueConstraint(
                fields=["child", "person", "may_see"],
                condition=Q(ended_at__isnull=True),
                name="a_person_is_on_a_list_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"],
                condition=Q(ended_at__isnull=True, may_see=False),
                name="listed_may_not",
            ),
        ]


class BreakGlassQuerySet(models.QuerySet["BreakGlass"]):
    def visible_to(self, person: Person) -> "BreakGlassQuerySet":
        """Of records whose lists the person keeps; and what the person opened."""
        kept = person.whose(Verb.RESTRICT, Relation.RESPONSIBLE, of="child__", child="child")
        return self.filter(kept | Q(person=person))

    def to_review(self, person: Person) -> "BreakGlassQuerySet":
        """Those that this person may review, reviewed or not."""
        kept = person.whose(Verb.RESTRICT, Relation.RESPONSIBLE, of="child__", child="child")
        return self.filter(kept).exclude(person=person)

    def running(self, at: datetime) -> "BreakGlassQuerySet":
        return self.filter(ended_at__isnull=True, until__gt=at)

    def unreviewed(self) -> "BreakGlassQuerySet":
        return self.filter(reviewed_at__isnull=True)

    def newest_first(self) -> "BreakGlassQuerySet":
        return self.order_by("-opened_at", "-pk")


class BreakGlass(models.Model):
    """That somebody on no list opened a restricted record: why and until when; and its review."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="break_glasses")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    because = SealedText()
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    is_justified = models.BooleanField(null=True)
    finding = SealedText()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = BreakGlassQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("opened_at"))
                & Q(until__lte=F("opened_at") + restricting.LONGEST),
                name="a_record_is_opened_for_a_day_at_most",
            ),
            models.CheckConstraint(
                condition=_ended("opened_at"), name="an_ended_break_glass_has_time_and_person"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, is_justified=None)
                | Q(
                    reviewed_at__isnull=False, reviewed_by__isnull=False, is_justified__isnull=False
                ),
                name="a_review_has_time_person_and_finding",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("person")),
                name="nobody_reviews_their_own_break_glass",
            ),
        ]
        indexes = [
            models.Index(
                fields=["child"],
                condition=Q(reviewed_at__isnull=True),
                name="break_glass_unreviewed",
            ),
        ]

    def is_open(self, at: datetime) -> bool:
        return self.ended_at is None and self.until > at

    @property
    def closes_at(self) -> datetime:
        """When it closed, or will by itself."""
        return min(self.ended_at or self.until, self.until)

    def is_overdue(self, at: datetime) -> bool:
        """Whether nobody has reviewed it in the time that there is for it."""
        return self.reviewed_at is None and self.opened_at + restricting.REVIEW_WITHIN < at


# The lists.


@transaction.atomic
def restrict(
    child: Child, because: str, *, to: Iterable[Person] = (), by: Person, at: datetime
) -> Restriction:
    """Only these people may see the record from now on, and whoever keeps its lists.

    What those who are kept out had in hand waits for somebody else. Raises RestrictedAlready,
    ReasonMissing, NotConcerned, NobodyLeft, JoinedMeanwhile.
    """
    child = _held(child)
    restricting.check_reason(because)
    if child.restrictions.filter(ended_at__isnull=True).exists():
        raise RestrictedAlready
    made = Restriction.objects.create(child=child, because=because, made_at=at, made_by=by)
    journal.write("restrict record", made, by=by, at=at)
    for person in to:
        if not child.listed.filter(person=person, may_see=True, ended_at=None).exists():
            _list(child, person, because, may_see=True, by=by, at=at)
    _carry_to_waiting(child, by=by, at=at)
    _settle(child, by=by, at=at)
    return made


@transaction.atomic
def lift(restriction: Restriction, because: str, *, by: Person, at: datetime) -> Restriction:
    """Whoever the table of access lets may see the record again, but those who may not.

    Raises ReasonMissing, EndedAlready.
    """
    _held(restriction.child)
    restriction = Restriction.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=restriction.pk
    )
    _end(restriction, because, by=by, at=at)
    journal.write("lift restriction", restriction, by=by, at=at)
    return restriction


@transaction.atomic
def let_see(child: Child, person: Person, because: str, *, by: Person, at: datetime) -> Listed:
    """Name somebody who may see the record while it is restricted.

    Raises ListedAlready, NotConcerned, ReasonMissing, JoinedMeanwhile.
    """
    return _list(_held(child), person, because, may_see=True, by=by, at=at)


@transaction.atomic
def keep_out(child: Child, person: Person, because: str, *, by: Person, at: datetime) -> Listed:
    """Somebody may not see the record, whatever else is so: they know the family.

    What they had in hand waits for somebody else. Raises ListedAlready, NotConcerned,
    ReasonMissing, NobodyLeft, JoinedMeanwhile.
    """
    child = _held(child)
    listed = _list(child, person, because, may_see=False, by=by, at=at)
    _carry_to_waiting(child, by=by, at=at)
    _settle(child, by=by, at=at)
    return listed


@transaction.atomic
def end_listing(listed: Listed, because: str, *, by: Person, at: datetime) -> Listed:
    """Take somebody off a list. Raises ReasonMissing, EndedAlready, NobodyLeft."""
    child = _held(listed.child)
    listed = Listed.objects.select_for_update(no_key=True, of=("self",)).get(pk=listed.pk)
    _end(listed, because, by=by, at=at)
    journal.write("end listing", listed, by=by, at=at)
    if listed.may_see:
        _settle(child, by=by, at=at)
    return listed


MAY_BE = "This may be about a child whose record is closed to some. Somebody must say who it is."


@transaction.atomic
def carry_over(
    likely: Iterable[tuple[Child, Collection[int]]], *, by: Person, at: datetime
) -> list[Child]:
    """Close records of children not yet named as the records are closed that they may be about.

    Else whoever is kept from a child would read of the return under another record, and could open
    a second one for them. Gives those that are closed now.
    """
    likely = list(likely)
    ids = {pk for _, candidates in likely for pk in candidates}
    restricted = set(
        Restriction.objects.standing().filter(child__in=ids).values_list("child", flat=True)
    )
    listed = list(Listed.objects.standing().filter(child__in=ids).order_by("pk"))
    closed = []
    for stranger, candidates in likely:
        theirs = [row for row in listed if row.child_id in candidates]
        is_restricted = not restricted.isdisjoint(candidates)
        if not is_restricted and all(row.may_see for row in theirs):
            continue
        made: dict[str, Any] = {"because": MAY_BE, "made_at": at, "made_by": by}
        if is_restricted and not stranger.restrictions.filter(ended_at=None).exists():
            row = Restriction.objects.create(child=stranger, **made)
            journal.write("restrict record", row, by=by, at=at)
        there = set(stranger.listed.filter(ended_at=None).values_list("person", "may_see"))
        new = {(each.person_id, each.may_see) for each in theirs} - there
        rows = [
            Listed(child=stranger, person_id=person, may_see=may_see, **made)
            for person, may_see in sorted(new)
        ]
        journal.write_all("list: carried over", Listed.objects.bulk_create(rows), by=by, at=at)
        closed.append(stranger)
    return closed


def _carry_to_waiting(child: Child, *, by: Person, at: datetime) -> None:
    """To those of the same council whom nobody has named yet, and who may be this child."""
    theirs = Child.objects.waiting().filter(responsible_authority=child.responsible_authority_id)
    strangers = list(theirs.order_by("pk"))
    named = [likeness.Person(each.forename, each.surname, each.born_on, "") for each in strangers]
    near = likeness.resembling_each(named, by_letters=True)
    alike = [
        each
        for each, found in zip(strangers, near, strict=True)
        if child.pk in {one.child_id for one in found}
    ]
    carry_over([(each, [child.pk]) for each in alike], by=by, at=at)


def _held(child: Child) -> Child:
    child = children.lock(child.pk)[child.pk]
    if child.joined_to_id:
        raise JoinedMeanwhile
    return child


def _list(
    child: Child, person: Person, because: str, *, may_see: bool, by: Person, at: datetime
) -> Listed:
    restricting.check_reason(because)
    if child.listed.filter(person=person, may_see=may_see, ended_at=None).exists():
        raise ListedAlready
    there = concerned(child) if may_see else concerned(child) | of_the_home(child, at)
    if not there.filter(pk=person.pk).exists():
        raise NotConcerned
    listed = Listed.objects.create(
        child=child, person=person, may_see=may_see, because=because, made_at=at, made_by=by
    )
    journal.write("list: may see" if may_see else "list: may not see", listed, by=by, at=at)
    return listed


def _end(row: Restriction | Listed, because: str, *, by: Person, at: datetime) -> None:
    restricting.check_reason(because)
    if row.ended_at is not None:
        raise EndedAlready
    row.ended_because, row.ended_at, row.ended_by = because, at, by
    row.save(update_fields=["ended_because", "ended_at", "ended_by"])


def concerned(child: Child) -> PersonQuerySet:
    """Whoever works with children for a body that stands to this one, in whatever relation."""
    theirs = Episode.objects.filter(child=child)
    areas = {child.responsible_authority_id, child.host_authority_id}
    bodies: set[int | None] = {child.provider_id}
    for responsible, host, counted, provider in theirs.values_list(
        "responsible_authority", "host_authority", "counted_under", "provider"
    ):
        areas |= {responsible, host, counted}
        bodies.add(provider)
    bodies.update(Interview.objects.filter(child=child).values_list("organisation", flat=True))
    # Whoever is asked has nothing else to do with the child until they have said yes.
    for council, provider in HandOver.objects.filter(episode__child=child).values_list(
        "to_authority", "to_provider"
    ):
        areas.add(council)
        bodies.add(provider)
    known = Authority.objects.filter(pk__in=[pk for pk in areas if pk is not None])
    heirs = frozenset().union(*(places.heirs(each) for each in known))
    at_work = Post.objects.current().filter(
        Q(organisation__kind=Organisation.COUNCIL, organisation__authority__in=heirs)
        | Q(organisation__in=[pk for pk in bodies if pk is not None]),
        role__in=[role for role in Role if access.works_with_children(role)],
    )
    found: PersonQuerySet = Person.objects.at_work().filter(pk__in=at_work.values("person"))
    return found


def of_the_home(child: Child, at: datetime) -> PersonQuerySet:
    """Whoever works for the home where the child is placed: they see a name there, and no record.

    Of these a list can only keep somebody out.
    """
    placed = child.placements.on(at.astimezone(LONDON).date()).values("home")
    roles = [
        role for role in Role if access.may(role, Verb.SEE_WHO_LIVES_HERE, Relation.LIVES_THERE)
    ]
    at_work = Post.objects.current().filter(organisation__in=placed, role__in=roles)
    found: PersonQuerySet = Person.objects.at_work().filter(pk__in=at_work.values("person"))
    return found


# Whoever can act.


def able(child: Child) -> list[Person]:
    """Those of the child's own council who can offer an interview and see the record.

    Whoever opened it by break-glass is not among them: that ends.
    """
    colleagues = _of_councils([child.responsible_authority], Verb.OFFER)
    return [person for person in colleagues if _is_able(person, child)]


def _is_able(person: Person, child: Child) -> bool:
    may_offer = person.might_about(child, Verb.OFFER, Relation.RESPONSIBLE)
    return may_offer and not person.is_shut_out_of(child.pk)


def _of_councils(authorities: Iterable[Authority], verb: Verb) -> PersonQuerySet:
    """Who holds a role, in the councils that answer there, which allows the verb."""
    heirs = frozenset().union(*(places.heirs(each) for each in authorities))
    at_work = Post.objects.current().filter(
        organisation__kind=Organisation.COUNCIL,
        organisation__authority__in=heirs,
        role__in=[role for role in Role if access.may(role, verb, Relation.RESPONSIBLE)],
    )
    people: PersonQuerySet = Person.objects.at_work().filter(pk__in=at_work.values("person"))
    return people.with_posts().by_name()


def _present(people: Iterable[Person], at: datetime) -> list[Person]:
    """Those of them who are not absent then."""
    known = list(people)
    away = Absence.objects.during(at).filter(person__in=known)
    absent = set(away.values_list("person_id", flat=True))
    return [person for person in known if person.pk not in absent]


@acting.as_system(acting.PASSING_ON)
def _settle(child: Child, *, by: Person, at: datetime) -> None:
    """What must be so once a list has changed: somebody can act, and nobody kept out has to.

    Raises NobodyLeft.
    """
    restricting.check_somebody_left([person.pk for person in able(child)])
    theirs = Episode.objects.counted().filter(child=child).select_related("owner").order_by("pk")
    for episode in theirs.unsettled():
        if episode.owner and _fresh(episode.owner).is_shut_out_of(child.pk):
            episodes.assign(episode, None, by=by, at=at)
    for booked in Interview.objects.booked().filter(child=child).order_by("pk"):
        if _fresh(booked.interviewer).is_shut_out_of(child.pk):
            interviews.give_up(booked, by=by, at=at)


def _fresh(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def still_in_hand(child: Child) -> tuple[list[Action], list[Interview]]:
    """What those kept out have to finish, which no list can give to somebody else by itself.

    Outstanding actions, and interviews that were held and are not signed off.
    """
    actions = (
        Action.objects.outstanding()
        .filter(episode__child=child)
        .select_related("owner")
        .defer("what", "outcome")
        .by_due_day()
    )
    unsigned = (
        Interview.objects.unsigned()
        .filter(child=child)
        .select_related("interviewer")
        .defer("place_note", "wishes", "independence_note")
    )
    rows, talks = list(actions), list(unsigned.order_by("held_at", "pk"))
    whose = {row.owner_id for row in rows} | {talk.interviewer_id for talk in talks}
    out = shut_out([child.pk], whose)[child.pk] if whose else frozenset()
    return (
        [row for row in rows if row.owner_id in out],
        [talk for talk in talks if talk.interviewer_id in out],
    )


@acting.as_system(acting.CLOCKWORK)
def unattended(authorities: Iterable[int], *, at: datetime) -> list[int]:
    """Children of these authorities with a list, for whom nobody who is there can act now.

    Found by asking, each time: a role ends, somebody falls ill. Five queries at the most.
    """
    listed = Q(restrictions__ended_at=None, restrictions__isnull=False) | Q(
        listed__may_see=False, listed__ended_at=None, listed__isnull=False
    )
    kept = Child.objects.filter(
        listed, responsible_authority__in=list(authorities), joined_to__isnull=True
    )
    theirs = list(kept.select_related("responsible_authority").distinct().order_by("pk"))
    if not theirs:
        return []
    answering = {child.responsible_authority for child in theirs}
    there = _present(_of_councils(answering, Verb.OFFER), at)
    return [child.pk for child in theirs if not any(_is_able(person, child) for person in there)]


def listed() -> set[int]:
    """Every child whose record has a list that keeps somebody out. One query."""
    restricted = Restriction.objects.standing().values_list("child", flat=True)
    barred = Listed.objects.standing().filter(may_see=False).values_list("child", flat=True)
    return set(restricted.union(barred))


def shut_out(theirs: Iterable[int], people: Iterable[int]) -> dict[int, frozenset[int]]:
    """Child → those of these people whom the lists of the record keep out, for good."""
    known = list(Person.objects.filter(pk__in=list(people)).with_posts())
    return {
        child: frozenset(each.pk for each in known if each.is_shut_out_of(child))
        for child in theirs
    }


# Break-glass.

REFERENCE = re.compile(r"(?:^E-|/episodes/)(\d{1,18})\b", re.IGNORECASE)
RECORD = re.compile(r"/children/(\d{1,18})\b", re.IGNORECASE)


@acting.as_system(acting.PASSING_ON)
def sought(said: str, born_on: date | None) -> set[int]:
    """Numbers of the children who may be meant, across councils: nobody is told of them.

    By an episode's reference, the address of a page, a number of the child's, or name and birth
    date together.
    """
    said = said.strip()
    if episode := REFERENCE.search(said):
        theirs = Episode.objects.filter(pk=int(episode[1]))
        return set(theirs.values_list("child", flat=True))
    if record := RECORD.search(said):
        return {int(record[1])}
    found = set(Identifier.objects.filter(value=said).values_list("child", flat=True))
    if born_on:
        name = folded(said)
        called = Alias.objects.filter(folded_name=name).values("child")
        born = Child.objects.filter(born_on=born_on)
        named = born.filter(Q(folded_name=name) | Q(pk__in=called))
        found.update(named.values_list("pk", flat=True))
    return found


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def break_glass(
    found: Iterable[int], because: str, *, hours: int, by: Person, at: datetime
) -> BreakGlass:
    """Open the one restricted record among these for a time; whoever keeps its lists is told.

    Only for somebody to whom the table of access would open it, and who is on no list. Raises
    NotFound, ReasonMissing, TooLong.
    """
    until = restricting.open_until(at, hours)
    restricting.check_reason(because)
    by = _fresh(by)
    might = Child.objects.filter(pk__in=by.may_open.intersection(found), joined_to__isnull=True)
    theirs = [child for child in might if _would_see(by, child)]
    if len(theirs) != 1:
        raise NotFound
    (child,) = children.lock(theirs[0].pk).values()
    opened = BreakGlass.objects.create(
        child=child, person=by, because=because, opened_at=at, until=until
    )
    journal.write("break glass", opened, by=by, at=at)
    _tell(opened, by=by, at=at)
    return opened


def _would_see(person: Person, child: Child) -> bool:
    """Whether the table of access would let the person see the child, or an episode of theirs."""
    if person.might_about(child, Verb.SEE_EPISODE):
        return True
    theirs = Episode.objects.filter(child=child)
    return any(
        person.might_about(each, Verb.SEE_EPISODE, *EPISODE_RELATIONS) for each in theirs
    ) or (
        Interview.objects.filter(
            child=child, interviewer=person, organisation__in=person.reach.organisations
        ).exists()
    )


SUBJECT = "Returnhome: a restricted record has been opened (reference B-{number})"
TOLD = """\
A restricted record of your council has been opened by break-glass, by somebody who is on no list.
Reference: B-{number}

Look at who it was and why, and end it if it is not right:
{link}

You need to sign in. This message names no child, on purpose: please keep it so when you reply
or pass it on. It is to be reviewed within {days} days.
"""
# To people who never see a child: what they can do is to find somebody who may look.
NOBODY_TOLD = """\
A restricted record of your council has been opened by break-glass, by somebody who is on no list.
No manager is there who may look at who it was and why: each is absent, or may not see the record,
or there is none.
Reference: B-{number}

Find one today: give a manager who does not know the family a role here, or end an absence that is
over. It then stands on their first screen.
{link}

You need to sign in. This message names no child, on purpose: please keep it so when you reply
or pass it on. It is to be reviewed within {days} days.
"""


def keepers(child: Child) -> list[Person]:
    """Whoever keeps the lists of this child's record, and may see it."""
    people = _of_councils([child.responsible_authority], Verb.RESTRICT)
    return [person for person in people if _keeps(person, child)]


def _keeps(person: Person, child: Child) -> bool:
    return person.may_about(child, Verb.RESTRICT, Relation.RESPONSIBLE)


def _tell(opened: BreakGlass, *, by: Person, at: datetime) -> None:
    """Put the notice to the record's owner into the outbox, in the same transaction.

    Where no manager is there to read it, those who can give somebody a role are told as well.
    """
    authority = opened.child.responsible_authority
    council = council_of(authority)
    if council is None:
        return
    others = [person for person in keepers(opened.child) if person.pk != by.pk]
    letters = [(Rung.MANAGER, TOLD, f"/restricted/{opened.pk}", others)]
    if not _present(others, at):
        managing = [p for p in _of_councils([authority], Verb.MANAGE_PEOPLE) if p.pk != by.pk]
        letters.append((Rung.ADMINISTRATORS, NOBODY_TOLD, "/set-up", managing))
    for rung, text, page, people in letters:
        letter = Letter(
            key=f"break glass {opened.pk} {rung}",
            waiting_for="break_glass",
            about=(BREAK_GLASS, opened.pk),
            organisation_id=council.pk,
            rung=rung,
            subject=SUBJECT.format(number=opened.pk),
            text=text.format(
                number=opened.pk,
                link=settings.PUBLIC_URL + page,
                days=restricting.REVIEW_WITHIN.days,
            ),
        )
        messages.queue(letter, people=people, by=by, at=at)


@acting.as_system(acting.CLOCKWORK)
def without_reviewer(authorities: Collection[int], *, at: datetime) -> list[int]:
    """Openings of these authorities' records that nobody who is there now may review.

    Five queries at the most.
    """
    waiting = BreakGlass.objects.unreviewed().filter(
        child__responsible_authority__in=list(authorities)
    )
    rows = list(
        waiting.select_related("child__responsible_authority")
        .defer("because", "finding")
        .order_by("pk")
    )
    if not rows:
        return []
    answering = {row.child.responsible_authority for row in rows}
    there = _present(_of_councils(answering, Verb.RESTRICT), at)
    return [
        row.pk
        for row in rows
        if not any(each.pk != row.person_id and _keeps(each, row.child) for each in there)
    ]


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def close(opened: BreakGlass, *, by: Person, at: datetime) -> BreakGlass:
    """End a break-glass before its time: whoever opened it, or who keeps the lists.

    Raises EndedAlready.
    """
    opened = _opened(opened)
    if not opened.is_open(at):
        raise EndedAlready
    opened.ended_at, opened.ended_by = at, by
    opened.save(update_fields=["ended_at", "ended_by"])
    journal.write("end break glass", opened, by=by, at=at)
    return opened


@transaction.atomic
def review(
    opened: BreakGlass, *, is_justified: bool, finding: str, by: Person, at: datetime
) -> BreakGlass:
    """Say whether it was right to open the record.

    Raises OwnOpening, StillOpen, ReviewedAlready, ReasonMissing.
    """
    opened = _opened(opened)
    restricting.check_can_review(
        opened_by=opened.person_id,
        by=by.pk,
        is_open=opened.is_open(at),
        is_reviewed=opened.reviewed_at is not None,
    )
    if not is_justified and not finding.strip():
        raise restricting.ReasonMissing(restricting.ReasonMissing.sentence, field="finding")
    opened.is_justified, opened.finding = is_justified, finding
    opened.reviewed_at, opened.reviewed_by = at, by
    opened.save(update_fields=["is_justified", "finding", "reviewed_at", "reviewed_by"])
    words = "justified" if is_justified else "not justified"
    journal.write(f"review break glass: {words}", opened, by=by, at=at)
    return opened


def _opened(opened: BreakGlass) -> BreakGlass:
    return BreakGlass.objects.select_for_update(no_key=True, of=("self",)).get(pk=opened.pk)
