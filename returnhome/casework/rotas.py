"""Who stands on which level of an organisation's rota, how fast a silence climbs, who is absent."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from django.db import models, transaction
from django.db.models import F, Q

from returnhome.casework import journal, staff
from returnhome.casework.staff import FOR_DUTY, Duty, NotAColleague, Organisation, Person, Post
from returnhome.rules import Blocked, access, rota
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import LONDON, NO_TIME
from returnhome.rules.codes import Role, Rung, Waiting
from returnhome.rules.rota import Ladder

# Who is on duty is put there hour by hour (staff.Duty), and who owns an episode takes it on.
NAMED = (Rung.TEAM, Rung.MANAGER, Rung.HEAD_OF_SERVICE)
# Who stands there while nobody is named.
DERIVED = {
    Rung.TEAM: Role.COORDINATOR,
    Rung.MANAGER: Role.MANAGER,
    Rung.HEAD_OF_SERVICE: Role.MANAGER,
    Rung.ADMINISTRATORS: Role.ADMINISTRATOR,
}


class NotALevel(Blocked):
    sentence = (
        "Nobody is named for this level: whoever is on duty, or owns the episode, stands there."
    )


class AbsenceEndsFirst(Blocked):
    sentence = "The absence must end after it starts."
    field = "ends_at"


class AbsenceIsOver(Blocked):
    sentence = "This absence is over already."


class DayPast(Blocked):
    sentence = "The day must be today or later: what has climbed has climbed."
    field = "since"


class NoLength(Blocked):
    sentence = "The hours must end at another time than they start."
    field = "ends"


class NothingSet(Blocked):
    sentence = "There is no out-of-hours team to take away."


class OfOrganisation(models.QuerySet):
    """Rows of an organisation, for its own people."""

    def visible_to(self, person: Person) -> "OfOrganisation":
        return self.filter(organisation_id__in=person.reach.organisations)


class Seat(models.Model):
    """Somebody named for a level of the organisation's rota."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="seats", db_index=False
    )
    rung = models.CharField(max_length=20)
    person = models.ForeignKey(Person, models.PROTECT, related_name="seats")
    named_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    objects = OfOrganisation.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "rung", "person"], name="named_once_for_a_level"
            ),
            models.CheckConstraint(
                condition=Q(rung__in=NAMED), name="somebody_is_named_for_a_level_that_has_names"
            ),
        ]


class Mailbox(models.Model):
    """An address that a whole team reads, told beside the people of its level."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="mailboxes", db_index=False
    )
    rung = models.CharField(max_length=20)
    email = models.EmailField()
    set_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = OfOrganisation.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "rung"], name="one_mailbox_of_a_level"),
            models.CheckConstraint(
                condition=Q(rung__in=NAMED), name="a_mailbox_is_of_a_level_that_has_names"
            ),
        ]


class Pace(models.Model):
    """How fast a silence climbs in this organisation, from a day on. The newest row counts."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="paces")
    of = models.CharField(max_length=20)
    since = models.DateField()
    team_after = models.DurationField()
    manager_after = models.DurationField()
    head_after = models.DurationField()
    set_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = OfOrganisation.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    team_after__gt=NO_TIME,
                    manager_after__gt=F("team_after"),
                    head_after__gt=F("manager_after"),
                ),
                name="each_level_is_told_later_than_the_one_before",
            ),
        ]

    @property
    def ladder(self) -> Ladder:
        times = (self.team_after, self.manager_after, self.head_after)
        return rota.climbing_in(Waiting(self.of), self.since, *times)


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def visible_to(self, person: Person) -> "AbsenceQuerySet":
        """Of everybody who holds a role where the person does."""
        beside = Post.objects.current().filter(organisation_id__in=person.reach.organisations)
        return self.filter(person__in=beside.values("person"))

    def during(self, at: datetime) -> "AbsenceQuerySet":
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at)

    def within(self, starts_at: datetime, ends_at: datetime) -> "AbsenceQuerySet":
        """Those that share any moment with this time."""
        return self.filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=starts_at), starts_at__lt=ends_at
        )

    def from_now_on(self, at: datetime) -> "AbsenceQuerySet":
        theirs = self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))
        return theirs.order_by("starts_at", "pk")


class Absence(models.Model):
    """Somebody is passed over from one moment to another. Why is nobody's business here."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="an_absence_ends_after_it_began",
            ),
        ]

    def meets(self, starts_at: datetime, ends_at: datetime) -> bool:
        """As `within` asks the database."""
        return self.starts_at < ends_at and (self.ends_at is None or self.ends_at > starts_at)


class OutOfHours(models.Model):
    """An organisation's emergency duty team: on between two times of a weekday, and all weekend."""

    organisation = models.OneToOneField(Organisation, models.CASCADE, related_name="out_of_hours")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    telephone = models.CharField(max_length=40)
    starts = models.TimeField()
    ends = models.TimeField()
    set_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = OfOrganisation.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(starts=F("ends")), name="an_emergency_duty_team_has_hours"
            ),
        ]

    def is_on(self, at: datetime) -> bool:
        return rota.is_out_of_hours(at, self.starts, self.ends)


# Who is told.


@dataclass(frozen=True)
class Told:
    """Who is told of a silence, and as what: people, and addresses that several people read."""

    rung: Rung
    people: tuple[Person, ...] = ()
    addresses: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.people or self.addresses)


@dataclass
class Rota:
    """The rota of one organisation as it stands at one moment.

    `people` are those of each level, absent ones too; `is_named` are levels for which somebody was
    named who still works here.
    """

    organisation_id: int
    at: datetime
    people: dict[Rung, list[Person]] = field(default_factory=lambda: defaultdict(list))
    addresses: dict[Rung, list[str]] = field(default_factory=lambda: defaultdict(list))
    is_named: set[Rung] = field(default_factory=set)
    absent: frozenset[int] = frozenset()
    # Who may answer what another council asks.
    answering: set[int] = field(default_factory=set)
    own: list[Ladder] = field(default_factory=list)

    def ladder(self, of: Waiting, asked_at: datetime) -> Ladder:
        """The organisation's own, as on the day when it was asked, else everybody's."""
        day = asked_at.astimezone(LONDON).date()
        own = [each for each in self.own if each.of is of and each.since <= day]
        return rota.ladder_on(of, day, own or rota.LADDERS)

    def there(
        self,
        rung: Rung,
        owner: Person | None = None,
        *,
        must_answer: bool = False,
        shut_out: Collection[int] = (),
    ) -> Told:
        """Who of this level is there now: nobody who is absent, or who could do nothing."""
        people = [owner] if owner and rung is Rung.OWNER else self.people[rung]
        if must_answer:
            people = [each for each in people if each.pk in self.answering]
        passed_over = {*self.absent, *shut_out}
        present = (each for each in people if each.is_active and each.pk not in passed_over)
        return Told(rung, tuple(present), tuple(self.addresses[rung]))

    def told(
        self,
        of: Waiting,
        asked_at: datetime,
        owner: Person | None = None,
        *,
        must_answer: bool = False,
        shut_out: Collection[int] = (),
    ) -> Told:
        """Whom to tell now of what nobody has answered since `asked_at`; one level, never several.

        `must_answer`: it is a request of another council, which not every role may answer.
        `shut_out`: whom the lists of a restricted record keep from it.
        Where nobody of any level is there it is the administrators, absent or not. It is empty only
        for an organisation that has not even those.
        """

        def there(who: object) -> Told:
            rung = Rung(str(who))
            return self.there(rung, owner, must_answer=must_answer, shut_out=shut_out)

        levels = [
            replace(level, is_there=bool(there(level.who)))
            for level in self.ladder(of, asked_at).levels
        ]
        level = rota.climb(levels, asked_at, self.at)
        if level.is_there:
            return there(level.who)
        rung = Rung.ADMINISTRATORS
        return self.there(rung) or Told(rung, tuple(self.people[rung]))

    @property
    def is_bare(self) -> bool:
        """Nobody is there on any level, so that only the administrators would be told."""
        return not any(self.there(rung) for rung in rota.RUNGS)


def of(organisation: Organisation, at: datetime) -> Rota:
    return of_all([organisation.pk], at)[organisation.pk]


def of_all(organisation_ids: Iterable[int], at: datetime) -> dict[int, Rota]:
    """The rotas of these organisations as they stand now; seven queries for any number."""
    ids = set(organisation_ids)
    rotas = {pk: Rota(pk, at) for pk in ids}
    there, acting = _put_in_place(rotas, ids)
    absent = Absence.objects.during(at).filter(person__in=there)
    theirs = frozenset(absent.values_list("person_id", flat=True))
    for each in rotas.values():
        each.absent = theirs
    for duty in Duty.objects.during(at).filter(organisation__in=ids).select_related("person"):
        if (duty.organisation_id, duty.person_id) in acting:
            _add(rotas[duty.organisation_id].people[Rung.ON_DUTY], duty.person)
    for team in OutOfHours.objects.filter(organisation__in=ids):
        if team.is_on(at):
            rotas[team.organisation_id].addresses[Rung.ON_DUTY].append(team.email)
    for box in Mailbox.objects.filter(organisation__in=ids):
        rotas[box.organisation_id].addresses[Rung(box.rung)].append(box.email)
    for pace in Pace.objects.filter(organisation__in=ids).order_by("since", "pk"):
        rotas[pace.organisation_id].own.append(pace.ladder)
    return rotas


def _put_in_place(rotas: dict[int, Rota], ids: set[int]) -> tuple[set[int], set[tuple[int, int]]]:
    """Who is named for each level, else who holds its role.

    Gives who works there, and who of them may act on what they are told of: somebody on duty or
    named whose role has changed since is passed over.
    """
    posts = Post.objects.current().filter(organisation__in=ids, person__is_active=True)
    there, acting = set(), set()
    holding: dict[tuple[int, str], list[Person]] = defaultdict(list)
    for post in posts.select_related("person").order_by("person__name", "pk"):
        there.add(post.person_id)
        if post.role in FOR_DUTY:
            acting.add((post.organisation_id, post.person_id))
        if access.may(Role(post.role), Verb.ANSWER, Relation.ASKED):
            rotas[post.organisation_id].answering.add(post.person_id)
        _add(holding[post.organisation_id, post.role], post.person)
    seats = Seat.objects.filter(organisation__in=ids).select_related("person")
    for seat in seats.order_by("person__name", "pk"):
        if (seat.organisation_id, seat.person_id) in acting:
            ours = rotas[seat.organisation_id]
            ours.people[Rung(seat.rung)].append(seat.person)
            ours.is_named.add(Rung(seat.rung))
    for pk, ours in rotas.items():
        for rung, role in DERIVED.items():
            if rung not in ours.is_named:
                ours.people[rung] = holding[pk, role]
    return there, acting


def _add(people: list[Person], person: Person) -> None:
    if person not in people:
        people.append(person)


# The verbs.


@transaction.atomic
def name(
    organisation: Organisation,
    rung: Rung,
    people: Sequence[Person],
    *,
    mailbox: str = "",
    by: Person,
    at: datetime,
) -> Organisation:
    """Say who stands on a level from now on, and which mailbox is told beside them.

    With nobody named those who hold its role stand there.
    Raises NotALevel, NotAColleague, NotForDuty.
    """
    organisation = _locked(organisation)
    if rung not in NAMED:
        raise NotALevel
    working = Person.objects.in_organisation(organisation.pk).at_work()
    if strangers := set(people) - set(working):
        stranger = min(strangers, key=lambda each: each.name)
        raise NotAColleague(f"{stranger.name} does not work for {organisation.name}.")
    for each in people:
        staff.check_for_duty(each, organisation)
    organisation.seats.filter(rung=rung).delete()
    Seat.objects.bulk_create(
        [
            Seat(organisation=organisation, rung=rung, person=each, named_by=by, named_at=at)
            for each in dict.fromkeys(people)
        ]
    )
    organisation.mailboxes.filter(rung=rung).delete()
    if mailbox:
        Mailbox.objects.create(
            organisation=organisation, rung=rung, email=mailbox, set_by=by, set_at=at
        )
    journal.write(f"name for rota: {rung}", organisation, by=by, at=at)
    return organisation


@transaction.atomic
def set_pace(
    organisation: Organisation,
    of: Waiting,
    *,
    team: timedelta,
    manager: timedelta,
    head: timedelta,
    since: date,
    by: Person,
    at: datetime,
) -> Pace:
    """Set how long after the first message each level is told, for what is asked from a day on.

    Raises TimesNotRising, DayPast.
    """
    organisation = _locked(organisation)
    rota.climbing_in(of, since, team, manager, head)
    if since < at.astimezone(LONDON).date():
        raise DayPast
    pace = Pace.objects.create(
        organisation=organisation,
        of=of,
        since=since,
        team_after=team,
        manager_after=manager,
        head_after=head,
        set_by=by,
        set_at=at,
    )
    journal.write("set pace of rota", pace, by=by, at=at)
    return pace


@transaction.atomic
def note_absence(
    person: Person,
    *,
    starts_at: datetime,
    ends_at: datetime | None = None,
    by: Person,
    at: datetime,
) -> Absence:
    """Pass somebody over for a time, or until further notice. Raises AbsenceEndsFirst."""
    if ends_at is not None and ends_at <= starts_at:
        raise AbsenceEndsFirst
    if ends_at is not None and ends_at <= at:
        raise AbsenceEndsFirst("This absence would be over already.")
    absence = Absence.objects.create(
        person=person, starts_at=starts_at, ends_at=ends_at, noted_by=by, noted_at=at
    )
    journal.write("note absence", absence, by=by, at=at)
    return absence


@transaction.atomic
def end_absence(absence: Absence, *, by: Person, at: datetime) -> None:
    """The person is back, or does not go: one that has not begun is taken away.

    Raises AbsenceIsOver.
    """
    absence = Absence.objects.select_for_update(no_key=True).get(pk=absence.pk)
    if absence.ends_at is not None and absence.ends_at <= at:
        raise AbsenceIsOver
    journal.write("end absence", absence, by=by, at=at)
    if absence.starts_at >= at:
        absence.delete()
        return
    absence.ends_at = at
    absence.save(update_fields=["ends_at"])


@transaction.atomic
def set_out_of_hours(
    organisation: Organisation,
    *,
    name: str,
    email: str,
    telephone: str,
    starts: time,
    ends: time,
    by: Person,
    at: datetime,
) -> OutOfHours:
    """Say which team is on by night and at weekends. Raises NoLength."""
    organisation = _locked(organisation)
    if starts == ends:
        raise NoLength
    told = {"name": name, "email": email, "telephone": telephone, "starts": starts, "ends": ends}
    team, _ = OutOfHours.objects.update_or_create(
        organisation=organisation, defaults=told | {"set_by": by, "set_at": at}
    )
    journal.write("set out-of-hours team", team, by=by, at=at)
    return team


@transaction.atomic
def take_away_out_of_hours(organisation: Organisation, *, by: Person, at: datetime) -> None:
    """From now on no team is told by night. Raises NothingSet."""
    organisation = _locked(organisation)
    team = OutOfHours.objects.filter(organisation=organisation).first()
    if team is None:
        raise NothingSet
    journal.write("take away out-of-hours team", team, by=by, at=at)
    team.delete()


def _locked(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
