"""The child: names, numbers, where they live, who looks after them, and since when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import Exists, F, Func, OuterRef, Prefetch, Q
from django.db.models.functions import Left, Lower

from returnhome.casework import acting, bulk, journal
from returnhome.casework.places import Authority
from returnhome.casework.sealing import HasKeyring, SealedText
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import Blocked
from returnhome.rules.access import Verb
from returnhome.rules.caring import DECIDING
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import BirthDatePrecision
from returnhome.rules.naming import folded, folded_postcode


class DateRange(Func):
    """From a first day (null: always) to a last day (null: still), both of them included."""

    function = "DATERANGE"
    output_field = DateRangeField()


def days_between(since: str, until: str) -> DateRange:
    return DateRange(since, until, RangeBoundary(inclusive_lower=True, inclusive_upper=True))


class NotWaiting(Blocked):
    sentence = "Somebody has already said who this child is."


class ChildQuerySet(models.QuerySet["Child"]):
    def visible_to(self, person: Person) -> "ChildQuerySet":
        """Those whom the person's council answers for or hosts, or whose provider they are.

        And those of whom the person may see an episode: its council of then may be another.
        """
        of_an_episode = Child.objects.filter(
            person.whose(Verb.SEE_EPISODE, of="episodes__", child="pk"), pk=OuterRef("pk")
        )
        return self.filter(person.whose(Verb.SEE_EPISODE, child="pk") | Exists(of_an_episode))

    def known_now_to(self, person: Person) -> "ChildQuerySet":
        """Those with whom the person has to do today: where they live is no business of others."""
        return self.filter(person.whose(Verb.SEE_EPISODE, child="pk"))

    def confirmed(self) -> "ChildQuerySet":
        return self.filter(confirmed_at__isnull=False)

    def waiting(self) -> "ChildQuerySet":
        """Opened from a notification, and nobody has yet said who it is."""
        return self.filter(confirmed_at__isnull=True, joined_to__isnull=True)


class Child(HasKeyring):
    """Anyone under 18 whom the record is about.

    A child who could not be matched stands here unconfirmed, so that no clock waits for a match;
    once somebody has said who it is, `joined_to` names the child, and can be undone.
    """

    forename = models.CharField(max_length=100)
    surname = models.CharField(max_length=100)
    # Letters as compared: case, forms of apostrophe and spaces folded together.
    folded_name = models.CharField(max_length=220)
    born_on = models.DateField(null=True)
    born_precision = models.CharField(max_length=20, default=BirthDatePrecision.KNOWN)
    sex = models.CharField(max_length=10, default="")

    responsible_authority = models.ForeignKey(
        Authority, models.PROTECT, related_name="+", db_index=False
    )
    host_authority = models.ForeignKey(
        Authority, models.PROTECT, null=True, related_name="+", db_index=False
    )
    provider = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="interviewed_children", db_index=False
    )

    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False
    )
    joined_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="joined")
    joined_at = models.DateTimeField(null=True)
    joined_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = ChildQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="a_confirmation_has_time_and_person",
            ),
            models.CheckConstraint(
                condition=Q(joined_to__isnull=True, joined_at__isnull=True, joined_by__isnull=True)
                | Q(joined_to__isnull=False, joined_at__isnull=False, joined_by__isnull=False),
                name="a_joining_has_time_and_person",
            ),
            models.CheckConstraint(
                condition=~Q(joined_to=F("id")), name="a_child_is_not_joined_to_itself"
            ),
            models.CheckConstraint(
                condition=Q(joined_to__isnull=True) | Q(confirmed_at__isnull=True),
                name="a_confirmed_child_is_not_joined",
            ),
            models.CheckConstraint(
                condition=(Q(born_on__isnull=True) & Q(born_precision="unknown"))
                | (Q(born_on__isnull=False) & ~Q(born_precision="unknown")),
                name="an_unknown_birth_date_is_empty",
            ),
        ]
        indexes = [
            models.Index(fields=["born_on", "folded_name"], name="child_born_name"),
            models.Index(fields=["folded_name"], name="child_name"),
            # Who comes near by a birth date that is a slip of the pen away.
            models.Index("born_on", Left("folded_name", 2), name="child_born_first"),
            models.Index("born_on", Left(Lower("surname"), 2), name="child_born_last"),
            models.Index(
                Left(Lower("surname"), 2), Left("folded_name", 2), name="child_first_letters"
            ),
            models.Index(fields=["forename"], name="child_forename"),
            models.Index(fields=["surname"], name="child_surname"),
            GinIndex(fields=["folded_name"], opclasses=["gin_trgm_ops"], name="child_name_letters"),
            models.Index(fields=["responsible_authority", "folded_name"], name="child_responsible"),
            models.Index(fields=["host_authority"], name="child_host"),
            models.Index(fields=["provider"], name="child_provider"),
            models.Index(
                fields=["responsible_authority"],
                condition=Q(confirmed_at__isnull=True, joined_to__isnull=True),
                name="child_waiting",
            ),
        ]

    @property
    def name(self) -> str:
        return f"{self.forename} {self.surname}"

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def is_waiting(self) -> bool:
        return self.confirmed_at is None and self.joined_to_id is None

    @property
    def whole(self) -> "Child | None":
        """The record that this one was joined to, else this one; to be loaded with it.

        None where that other is closed to whoever asks: the second lock gives no row of it.
        """
        return self.joined_to if self.joined_to_id else self

    def allows(self, person: Person, verb: str) -> bool:
        return person.may_about(self, verb)


class AliasQuerySet(models.QuerySet["Alias"]):
    def visible_to(self, person: Person) -> "AliasQuerySet":
        return self.filter(child__in=Child.objects.visible_to(person))


class Alias(models.Model):
    """Another name the child has or had."""

    child = models.ForeignKey(Child, models.CASCADE, related_name="aliases")
    forename = models.CharField(max_length=100)
    surname = models.CharField(max_length=100)
    folded_name = models.CharField(max_length=220, db_index=True)
    until = models.DateField(null=True)

    objects = AliasQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["folded_name"], opclasses=["gin_trgm_ops"], name="alias_name_letters")
        ]


class IdentifierQuerySet(models.QuerySet["Identifier"]):
    def visible_to(self, person: Person) -> "IdentifierQuerySet":
        return self.filter(child__in=Child.objects.visible_to(person))


class Identifier(models.Model):
    """A number by which somebody knows the child: register, council system, police, NHS, UPN."""

    REGISTER, COUNCIL, POLICE, NHS, UPN = "register", "council", "police", "nhs", "upn"

    child = models.ForeignKey(Child, models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=20)
    # Whose numbers they are: two councils may each have a child 1001. Of NHS and UPN there is one.
    issuer = models.CharField(max_length=120, default="")
    value = models.CharField(max_length=40)

    objects = IdentifierQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "issuer", "value"], name="a_number_names_one_child"
            )
        ]


class CarePeriodQuerySet(models.QuerySet["CarePeriod"]):
    def visible_to(self, person: Person) -> "CarePeriodQuerySet":
        return self.filter(child__in=Child.objects.known_now_to(person))

    def on(self, day: date) -> "CarePeriodQuerySet":
        return self.filter(
            Q(since__isnull=True) | Q(since__lte=day), Q(until__isnull=True) | Q(until__gte=day)
        )


class CarePeriod(models.Model):
    """A time in which an authority looks after the child; an open start is long ago."""

    child = models.ForeignKey(Child, models.CASCADE, related_name="care_periods")
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    objects = CarePeriodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="care_ends_after_it_began",
            ),
            ExclusionConstraint(
                name="one_authority_looks_after_at_a_time",
                expressions=[
                    ("child", RangeOperators.EQUAL),
                    (days_between("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class PlacementQuerySet(models.QuerySet["Placement"]):
    def visible_to(self, person: Person) -> "PlacementQuerySet":
        return self.filter(child__in=Child.objects.known_now_to(person))

    def on(self, day: date) -> "PlacementQuerySet":
        return self.filter(
            Q(since__isnull=True) | Q(since__lte=day), Q(until__isnull=True) | Q(until__gte=day)
        )


class Placement(models.Model):
    """Where a looked-after child is placed, and in whose area that is."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.CASCADE, related_name="placements")
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    postcode = models.CharField(max_length=8, default="")
    # A protected address has no postcode in the plain: all of it is sealed.
    address = SealedText()
    is_protected = models.BooleanField(default=False)
    # The home or the foster carers', where they report from here; others have none.
    home = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["postcode"], name="placement_postcode"),
            models.Index(fields=["home"], condition=Q(home__isnull=False), name="placement_home"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="a_placement_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(is_protected=False) | Q(postcode=""),
                name="a_protected_placement_has_no_plain_postcode",
            ),
            ExclusionConstraint(
                name="one_placement_at_a_time",
                expressions=[
                    ("child", RangeOperators.EQUAL),
                    (days_between("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]


class AddressQuerySet(models.QuerySet["Address"]):
    def visible_to(self, person: Person) -> "AddressQuerySet":
        return self.filter(child__in=Child.objects.known_now_to(person))

    def on(self, day: date) -> "AddressQuerySet":
        return self.filter(
            Q(since__isnull=True) | Q(since__lte=day), Q(until__isnull=True) | Q(until__gte=day)
        )


class Address(models.Model):
    """Where a child ordinarily lives who is not looked after."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.CASCADE, related_name="addresses")
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    postcode = models.CharField(max_length=8, default="")
    line = SealedText()
    is_protected = models.BooleanField(default=False)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    objects = AddressQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["postcode"], name="address_postcode")]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_protected=False) | Q(postcode=""),
                name="a_protected_address_has_no_plain_postcode",
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="an_address_ends_after_it_began",
            ),
        ]


class DoubtQuerySet(models.QuerySet["Doubt"]):
    def visible_to(self, person: Person) -> "DoubtQuerySet":
        """Whoever records the child's care: what was said may tell where the child lives."""
        theirs = Child.objects.filter(person.whose(Verb.PLACE, child="pk"))
        return self.filter(child__in=theirs)

    def open(self) -> "DoubtQuerySet":
        return self.filter(settled_at__isnull=True)

    def settled(self) -> "DoubtQuerySet":
        return self.filter(settled_at__isnull=False)

    def oldest_first(self) -> "DoubtQuerySet":
        return self.order_by("raised_at", "pk")


class Doubt(models.Model):
    """What somebody said of the child's care, home or age against the record, until it is settled.

    Its verbs are in `care`; it stands here because who must act is decided for now while it is
    open.
    """

    sealed_under = "child"

    child = models.ForeignKey(Child, models.CASCADE, related_name="doubts")
    about = models.CharField(max_length=20)
    said = SealedText()
    said_by = SealedText()
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    finding = models.CharField(max_length=20, default="")
    settled_because = SealedText()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = DoubtQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(about__in=["care", "placement", "home", "birth_date"]),
                name="a_doubt_is_about_care_home_or_age",
            ),
            models.CheckConstraint(
                condition=Q(finding="", settled_at=None, settled_by=None)
                | (~Q(finding="") & Q(settled_at__isnull=False, settled_by__isnull=False)),
                name="a_settled_doubt_has_time_person_and_finding",
            ),
        ]
        indexes = [
            models.Index(fields=["child"], condition=Q(settled_at=None), name="doubt_open"),
        ]

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None


@dataclass(frozen=True)
class Circumstances:
    """Who looked after the child on a day, where they were placed, where they lived.

    `in_doubt`: somebody says otherwise, and nobody has settled yet who is right.
    """

    looked_after_by: Authority | None
    placed_in: Authority | None
    lives_in: Authority | None
    in_doubt: bool = False


def circumstances(child: Child, on: date) -> Circumstances:
    """The child's care and home as they were on the day `on`."""
    care = standing_on(rows_of(child, "care_periods"), on)
    placement = standing_on(rows_of(child, "placements"), on)
    placed_in = placement.authority if placement else None
    doubts = rows_of(child, "doubts")
    in_doubt = any(doubt.about in DECIDING and not doubt.is_settled for doubt in doubts)
    if care:
        return Circumstances(care.authority, placed_in, None, in_doubt)
    address = standing_on(rows_of(child, "addresses"), on)
    # Placed, and nobody knows by whom: the rules say so.
    return Circumstances(None, placed_in, address.authority if address else None, in_doubt)


def rows_of(child: Child, name: str) -> Any:
    """These rows of the child, as `with_care` has read them, else as they are just now."""
    ahead = child.__dict__.get(f"{name}_ahead")
    return getattr(child, name).all() if ahead is None else ahead


Dated = TypeVar("Dated", CarePeriod, Placement, Address)


def standing_on(rows: Iterable[Dated], day: date) -> Dated | None:
    """The one that stood on that day, the latest where two did. Asked of what may be read ahead."""
    then = [
        row
        for row in rows
        if (row.since is None or row.since <= day) and (row.until is None or row.until >= day)
    ]
    return max(then, key=lambda row: (row.since or date.min, row.pk), default=None)


def with_care(ids: Iterable[int]) -> dict[int, Child]:
    """These children with all that `circumstances` asks for, in six queries however many."""
    # What is sealed stays sealed: nobody asks for a street here.
    kinds = {
        "care_periods": CarePeriod.objects.all(),
        "placements": Placement.objects.defer("address"),
        "addresses": Address.objects.defer("line"),
        "doubts": Doubt.objects.open().defer("said", "said_by", "settled_because"),
    }
    # As lists: Django would make a question of its own for each child and kind of row.
    ahead = (Prefetch(name, rows, to_attr=f"{name}_ahead") for name, rows in kinds.items())
    known = Child.objects.select_related("provider").prefetch_related(*ahead)
    read: dict[int, Child] = dict(known.in_bulk(list(ids)))
    placed = [
        row
        for child in read.values()
        for name in ("care_periods", "placements", "addresses")
        for row in rows_of(child, name)
        if row.authority_id
    ]
    # Each once, and not anew for each child: there are few.
    named = {row.authority_id for row in placed}
    named.update(child.responsible_authority_id for child in read.values())
    authorities = Authority.objects.in_bulk(named)
    for row in placed:
        row.authority = authorities[row.authority_id]
    for child in read.values():
        child.responsible_authority = authorities[child.responsible_authority_id]
    return read


def lock(*ids: int) -> dict[int, Child]:
    """Hold these children still until the transaction ends.

    Every verb that touches more than one row of a child locks in one order, so that no two wait
    for each other: the child, the episodes by number, then what hangs below them.
    """
    held = Child.objects.filter(pk__in=ids).order_by("pk")
    return {child.pk: child for child in held.select_for_update(no_key=True, of=("self",))}


def hold(ids: Iterable[int]) -> set[int]:
    """Hold many children still as `lock` does; gives those that have been joined to another."""
    held = Child.objects.filter(pk__in=list(ids)).order_by("pk")
    rows = held.select_for_update(no_key=True, of=("self",)).values_list("pk", "joined_to_id")
    return {pk for pk, joined_to in rows if joined_to}


@transaction.atomic
def open_record(
    *,
    forename: str,
    surname: str,
    born_on: date | None,
    sex: str,
    responsible_authority: Authority,
    host_authority: Authority | None = None,
    provider: Organisation | None = None,
    is_confirmed: bool,
    by: Person,
    at: datetime,
) -> Child:
    """Open a child's record; unconfirmed while nobody has said who the child is."""
    child = draft(
        forename=forename,
        surname=surname,
        born_on=born_on,
        sex=sex,
        responsible_authority=responsible_authority,
        host_authority=host_authority,
        provider=provider,
        is_confirmed=is_confirmed,
        by=by,
        at=at,
    )
    open_all([child], by=by, at=at)
    return child


def draft(
    *,
    forename: str,
    surname: str,
    born_on: date | None,
    sex: str,
    responsible_authority: Authority,
    host_authority: Authority | None = None,
    provider: Organisation | None = None,
    is_confirmed: bool,
    by: Person,
    at: datetime,
) -> Child:
    """A child's record, to be opened by `open_all`."""
    precision = BirthDatePrecision.KNOWN if born_on else BirthDatePrecision.UNKNOWN
    return Child(
        forename=forename,
        surname=surname,
        folded_name=folded(f"{forename} {surname}"),
        born_on=born_on,
        born_precision=precision,
        sex=sex,
        responsible_authority=responsible_authority,
        host_authority=host_authority,
        provider=provider,
        opened_at=at,
        opened_by=by,
        confirmed_at=at if is_confirmed else None,
        confirmed_by=by if is_confirmed else None,
    )


@transaction.atomic
def open_all(drafts: Sequence[Child], *, by: Person, at: datetime) -> None:
    """Open many children's records at once."""
    bulk.insert(drafts)
    journal.write_all("open child", drafts, by=by, at=at)


def settle_all(settled: Iterable[tuple[Child, Circumstances, str]]) -> None:
    """Note who looks after them and where they live or are placed, since we cannot say when.

    Without it the next notification could not be matched, and nobody would know who must act.
    """
    care, placements, addresses = [], [], []
    for child, there, postcode in settled:
        code = folded_postcode(postcode)[:8]
        if there.looked_after_by:
            care.append(CarePeriod(child=child, authority=there.looked_after_by))
            if there.placed_in or postcode:
                placements.append(Placement(child=child, authority=there.placed_in, postcode=code))
        elif there.lives_in or postcode:
            addresses.append(Address(child=child, authority=there.lives_in, postcode=code))
    for rows in (care, placements, addresses):
        bulk.insert(rows)


@transaction.atomic
def confirm(
    child: Child, *, there: Circumstances, postcode: str = "", by: Person, at: datetime
) -> Child:
    """Say that this child is nobody already known: from now on a record of its own.

    `there` and `postcode` are their care and home, as far as the notification tells. Raises
    NotWaiting when somebody was quicker.
    """
    child = lock(child.pk)[child.pk]
    if not child.is_waiting:
        raise NotWaiting
    child.confirmed_at, child.confirmed_by = at, by
    child.save(update_fields=["confirmed_at", "confirmed_by"])
    settle_all([(child, there, postcode)])
    journal.write("confirm child", child, by=by, at=at)
    return child


def host_of(child: Child, on: date) -> Authority | None:
    """In whose area the child is placed on that day, where that is another council's."""
    there = circumstances(child, on)
    placed_in = there.placed_in if there.looked_after_by else None
    is_elsewhere = placed_in is not None and placed_in.pk != child.responsible_authority_id
    return placed_in if is_elsewhere else None


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def pass_to(child: Child, authority: Authority, *, by: Person, at: datetime) -> Child:
    """Another authority answers for the child from now on: it has taken the duty over."""
    child = lock(child.pk)[child.pk]
    if child.responsible_authority_id == authority.pk:
        return child
    child.responsible_authority = authority
    child.host_authority = host_of(child, at.astimezone(LONDON).date())
    # Whoever was commissioned by the council before is not by this one.
    child.provider = None
    child.save(update_fields=["responsible_authority", "host_authority", "provider"])
    journal.write("pass child on", child, by=by, at=at)
    return child


@transaction.atomic
def learn(
    child: Child, *, forename: str, surname: str, born_on: date | None, by: Person, at: datetime
) -> bool:
    """Fill in of a child not yet named what nobody had said; gives whether there was any."""
    child = lock(child.pk)[child.pk]
    before = (child.forename, child.surname, child.born_on)
    child.forename, child.surname = child.forename or forename, child.surname or surname
    child.born_on = child.born_on or born_on
    if not child.is_waiting or before == (child.forename, child.surname, child.born_on):
        return False
    child.folded_name = folded(child.name)
    if child.born_on and child.born_precision == BirthDatePrecision.UNKNOWN:
        child.born_precision = BirthDatePrecision.KNOWN
    child.save(update_fields=["forename", "surname", "folded_name", "born_on", "born_precision"])
    journal.write("learn of child", child, by=by, at=at)
    return True
