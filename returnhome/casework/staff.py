"""Organisations and teams, the people in them, the roles they hold, and who is on duty."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from returnhome.casework import journal
from returnhome.casework.places import Authority, Force, heirs, lineage
from returnhome.rules import Blocked, access, restricting
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Role
from returnhome.rules.restricting import Listing


class NotTheirChild(Blocked):
    """Somebody is to have a part who does not work with this child."""


class NotAllowed(Blocked):
    """The person's roles do not include this."""


class EmailTaken(Blocked):
    sentence = "Somebody with this email address already has an account."
    field = "email"


class RoleHeldAlready(Blocked):
    sentence = "They hold this role already."
    field = "role"


class DayToCome(Blocked):
    sentence = "A role begins and ends at once: give today, or a day that has passed."


class EndedAlready(Blocked):
    sentence = "This role has ended already."


class EndsFirst(Blocked):
    sentence = "This is before the role began."
    field = "on"


class NextDueFirst(Blocked):
    sentence = "The next one is due after this one was done."
    field = "next_due_on"


class NotAColleague(Blocked):
    """Somebody who holds no role in the organisation."""

    field = "person"


class NotForDuty(Blocked):
    """Somebody is to be told of children whom their role does not let them take on."""

    field = "person"


class AbsentThen(Blocked):
    """Somebody is to be on duty while they are away."""

    field = "person"


class OwnRoles(Blocked):
    sentence = "Your own roles are given and ended by somebody else."


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, person: "Person") -> "OrganisationQuerySet":
        """Every organisation on the system is known by name to everybody who signs in."""
        return self.all() if person.is_active else self.none()

    def councils(self) -> "OrganisationQuerySet":
        return self.filter(kind=Organisation.COUNCIL)

    def homes(self) -> "OrganisationQuerySet":
        """Children's homes and foster carers, by name."""
        return self.filter(kind=Organisation.HOME).order_by("name", "pk")

    def that_may(self, verb: str, relation: str) -> "OrganisationQuerySet":
        """Those in which somebody at work holds a role that allows the verb."""
        roles = [role for role in Role if access.may(role, verb, relation)]
        at_work = Post.objects.current().filter(role__in=roles, person__is_active=True)
        return self.filter(pk__in=at_work.values("organisation"))


class Organisation(models.Model):
    """A council, a provider of interviews, a police force; a children's home or foster carers."""

    COUNCIL, PROVIDER, POLICE, HOME, SYSTEM = "council", "provider", "police", "home", "system"

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=120, unique=True)
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    force = models.ForeignKey(Force, models.PROTECT, null=True, related_name="+")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="council") | Q(authority__isnull=False),
                name="a_council_has_its_authority",
            ),
        ]


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, person: "Person") -> "TeamQuerySet":
        return self.filter(organisation_id__in=person.reach.organisations)


class Team(models.Model):
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="teams", db_index=False
    )
    name = models.CharField(max_length=120)

    objects = TeamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="one_team_of_a_name")
        ]


ANSWERING = (Relation.RESPONSIBLE, Relation.PROVIDER)
RELATIONS = (*ANSWERING, Relation.HOST)
# An episode also stays in sight of the council in whose figures it counts.
EPISODE_RELATIONS = (*RELATIONS, Relation.COUNTED)


class Placed(Protocol):
    """A child or an episode: whose it is, where it is hosted, who interviews."""

    responsible_authority_id: Any
    host_authority_id: Any
    provider_id: Any


@dataclass(frozen=True)
class Reach:
    """How far a person's roles reach: whose children, by which relation.

    `authorities` are those whose children the person works with (a council keeps what its
    predecessors left), `providers` the organisations that interview on a council's behalf,
    `intake` those whose files the person takes in, `sending` those for which the person sends,
    `policies` the authorities whose own policy the person may note.
    """

    organisations: frozenset[int]
    authorities: frozenset[int]
    providers: frozenset[int]
    figures: frozenset[int]
    intake: frozenset[int]
    sending: frozenset[int]
    policies: frozenset[int]
    roles: frozenset[str]


def not_among(way: str, ids: Collection[int]) -> Q:
    """Rows where what this way leads to is none of these, or is not there.

    One parameter however many there are: an `in` of hundreds, in each part of a query, would be
    most of a page's time.
    """
    if not ids:
        return Q()
    among = models.Value(sorted(ids), ArrayField(models.BigIntegerField()))
    return Q(
        models.Func(
            F(way),
            among,
            template="(%(expressions)s)) is not true",
            arg_joiner=" = any(",
            output_field=models.BooleanField(),
        )
    )


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, person: "Person") -> "PersonQuerySet":
        """Colleagues, and those who interview the children of the person's council."""
        return self.filter(pk__in=_known_posts(person).values("person"))

    def holding(self, *roles: Role) -> "PersonQuerySet":
        return self.filter(posts__role__in=roles, posts__until__isnull=True).distinct()

    def interviewing_for(self, organisations: Iterable[int | None]) -> "PersonQuerySet":
        """Interviewers of these organisations, a council's and its provider's."""
        return self.filter(
            posts__role=Role.INTERVIEWER,
            posts__until__isnull=True,
            posts__organisation_id__in={pk for pk in organisations if pk is not None},
        ).distinct()

    def at_work(self) -> "PersonQuerySet":
        return self.filter(is_active=True)

    def with_a_role(self) -> "PersonQuerySet":
        return self.filter(pk__in=Post.objects.current().values("person"))

    def in_organisation(self, organisation_id: int) -> "PersonQuerySet":
        return self.filter(
            posts__organisation_id=organisation_id, posts__until__isnull=True
        ).distinct()

    def for_duty(self, organisation_id: int) -> "PersonQuerySet":
        """Those of an organisation whose role lets them take children on."""
        return self.filter(
            posts__organisation_id=organisation_id,
            posts__until__isnull=True,
            posts__role__in=FOR_DUTY,
        ).distinct()

    def with_posts(self) -> "PersonQuerySet":
        """With what `current_posts` asks for, read for all at once.

        It can be filled beforehand because it is Django's own kind of cached property.
        """
        posts = (
            Post.objects.current()
            .with_lists()
            .select_related("organisation__authority", "team")
            .order_by("pk")
        )
        return self.prefetch_related(models.Prefetch("posts", posts, to_attr="current_posts"))

    def by_name(self) -> "PersonQuerySet":
        return self.order_by("name", "pk")


class People(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, email: str | None) -> "Person":
        return self.get(email=(email or "").lower())


class Person(AbstractBaseUser):
    """Somebody who signs in; or the operator at the command line, or whoever answers by letter."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    # The address of the person's own calendar feed: a secret, replaced on request.
    calendar_key = models.UUIDField(default=uuid4, unique=True)
    # A part of what every session of the person is checked against: a new one ends them all.
    session_key = models.UUIDField(default=uuid4)

    objects = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="email_is_kept_in_lower_case"
            ),
        ]

    def clean(self) -> None:
        self.email = self.email.lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django asks for this at every page, and again with each key that was replaced.
        kept = f"{self.password}:{self.session_key}"
        return salted_hmac(
            "returnhome.session", kept, secret=secret, algorithm="sha256"
        ).hexdigest()

    def end_sessions(self) -> None:
        """End every session of the person's."""
        self.session_key = uuid4()
        self.save(update_fields=["session_key"])

    def end_access(self) -> None:
        """End every session, and the address of the calendar feed."""
        self.calendar_key = uuid4()
        self.save(update_fields=["calendar_key"])
        self.end_sessions()

    @cached_property
    def current_posts(self) -> list["Post"]:
        posts = (
            Post.objects.current()
            .filter(person=self)
            .with_lists()
            .select_related("organisation__authority", "team")
        )
        return sorted(posts, key=lambda post: post.pk)

    @cached_property
    def reach(self) -> Reach:
        posts = self._posts_at_work
        working = [p for p in posts if access.works_with_children(Role(p.role))]
        return Reach(
            organisations=frozenset(p.organisation_id for p in posts),
            authorities=self._areas_of(working),
            providers=_providers(working),
            figures=self._areas_of(self._posts_that_may(Verb.SEE_FIGURES)),
            intake=frozenset(p.organisation_id for p in self._posts_that_may(Verb.CONFIRM_INTAKE)),
            sending=frozenset(
                p.organisation_id for p in posts if p.role in (Role.POLICE, Role.HOME)
            ),
            policies=self._areas_of(self._posts_that_may(Verb.SET_POLICY)),
            roles=frozenset(p.role for p in posts),
        )

    @cached_property
    def _posts_at_work(self) -> list["Post"]:
        return self.current_posts if self.is_active else []

    @cached_property
    def _areas(self) -> dict[int, frozenset[int]]:
        """Council → the authority it is, and those that it took over from."""
        return {
            p.organisation_id: lineage(p.organisation.authority)
            for p in self._posts_at_work
            if p.organisation.kind == Organisation.COUNCIL and p.organisation.authority
        }

    @cached_property
    def listings(self) -> list[tuple[int, Listing]]:
        """What the lists of restricted records say of the person, by child. Hardly ever anything.

        With a record, those that were said to be the same child.
        """
        keeping = self._areas_of(self._posts_that_may(Verb.RESTRICT, Relation.RESPONSIBLE))
        # The same stands beside each post.
        rows = self._posts_at_work[0].lists if self._posts_at_work else []  # type: ignore[attr-defined]
        return [
            (
                child,
                Listing(
                    is_restricted=is_restricted,
                    may_see=may_see,
                    may_not_see=may_not_see,
                    keeps=authority in keeping,
                    has_opened=has_opened,
                ),
            )
            for child, authority, is_restricted, may_see, may_not_see, has_opened in rows
        ]

    @cached_property
    def closed(self) -> frozenset[int]:
        """Children whose record is closed to the person, whatever the person's roles allow."""
        return frozenset(
            child for child, listing in self.listings if restricting.is_closed(listing)
        )

    @cached_property
    def may_open(self) -> frozenset[int]:
        """Of those the ones that the person may open by break-glass, as far as the lists go."""
        barred = {child for child, listing in self.listings if listing.may_not_see}
        opening = {child for child, each in self.listings if restricting.may_break_glass(each)}
        return frozenset(opening - barred)

    def is_restricted(self, child: int) -> bool:
        """Whether only those named may see this record, as far as the person is concerned."""
        return any(pk == child and listing.is_restricted for pk, listing in self.listings)

    def is_shut_out_of(self, child: int) -> bool:
        """Whether the lists keep the person out for good: break-glass, which ends, left aside."""
        return any(
            pk == child and restricting.is_closed(replace(listing, has_opened=False))
            for pk, listing in self.listings
        )

    @cached_property
    def closed_episodes(self) -> frozenset[int]:
        """The episodes of those children: for what names an episode that may not be looked at."""
        with connection.cursor() as cursor:
            cursor.execute("select public.returnhome_episodes_of(%s)", [sorted(self.closed)])
            return frozenset(cursor.fetchone()[0])

    def _areas_of(self, posts: Iterable["Post"]) -> frozenset[int]:
        return frozenset(pk for p in posts for pk in self._areas.get(p.organisation_id, ()))

    def _posts_that_may(self, verb: str, relation: str = Relation.NONE) -> list["Post"]:
        return [p for p in self._posts_at_work if access.may(Role(p.role), verb, relation)]

    def whose(self, verb: str, *relations: str, child: str, of: str = "") -> Q:
        """Children or episodes on which a post of this person allows the verb.

        In any of these relations, or in all: responsible, host, provider. Each post counts for its
        own organisation alone: what one council allows is not taken along to another. `of` is the
        way to the child or episode from what is filtered, `child` the way to the child itself
        (“pk” of children): records that are closed to the person are left out by it.
        """
        theirs = Q(pk__in=[])
        for relation in relations or RELATIONS:
            column, ids = self._reached(verb, relation)
            if ids:
                theirs |= Q(**{f"{of}{column}__in": ids})
        return theirs & self.not_closed(child)

    def not_closed(self, child: str) -> Q:
        """Rows whose child, by this way, is not closed to the person; also rows without a child."""
        return not_among(child, self.closed)

    def is_closed_to(self, thing: "Placed") -> bool:
        """Whether the lists of a child, or of an episode's child, keep the person out."""
        return getattr(thing, "child_id", None) in self.closed or (
            not hasattr(thing, "child_id") and thing.pk in self.closed  # type: ignore[attr-defined]
        )

    def may_about(self, thing: "Placed", verb: str, *relations: str) -> bool:
        """The same question of one child or episode."""
        return not self.is_closed_to(thing) and self.might_about(thing, verb, *relations)

    def might_about(self, thing: "Placed", verb: str, *relations: str) -> bool:
        """The same, whatever the lists of restricted records say."""
        reached = (self._reached(verb, relation) for relation in relations or RELATIONS)
        return any(getattr(thing, column) in ids for column, ids in reached)

    def organisation_for(self, thing: "Placed") -> Organisation | None:
        """The organisation for which the person works with this child; else the first of theirs."""
        for post in self._posts_at_work:
            area = self._areas.get(post.organisation_id, ())
            if post.organisation_id == thing.provider_id or thing.responsible_authority_id in area:
                return post.organisation
        return self.organisation

    def _reached(self, verb: str, relation: str) -> tuple[str, frozenset[int]]:
        posts = self._posts_that_may(verb, relation)
        if relation == Relation.PROVIDER:
            return "provider_id", _providers(posts)
        return COLUMNS[Relation(relation)], self._areas_of(posts)

    def homes_where(self, verb: str) -> frozenset[int]:
        """The homes where a post of the person's allows the verb on a child who lives there."""
        posts = self._posts_that_may(verb, Relation.LIVES_THERE)
        return frozenset(
            p.organisation_id for p in posts if p.organisation.kind == Organisation.HOME
        )

    def organisations_where(self, verb: str) -> frozenset[int]:
        """The organisations whose own matters the person's posts allow the verb on."""
        return frozenset(p.organisation_id for p in self._posts_that_may(verb))

    def councils_where(self, verb: str) -> frozenset[int]:
        """The authorities whose council's own matters the person's posts allow the verb on."""
        return self._areas_of(self._posts_that_may(verb))

    def may_for(self, verb: str, relation: str = Relation.NONE) -> tuple[frozenset[int], ...]:
        """For which authorities and which organisations the person's posts allow the verb."""
        posts = self._posts_that_may(verb, relation)
        return self._areas_of(posts), _providers(posts)

    @property
    def organisation(self) -> Organisation | None:
        return self.current_posts[0].organisation if self.current_posts else None

    def has_role(self, *roles: Role) -> bool:
        return bool(self.reach.roles & set(roles))

    def relation_to(self, thing: "Placed") -> str:
        """How the person stands to a child or episode: the nearest of the relations, or none."""
        if thing.responsible_authority_id in self.reach.authorities:
            return "responsible"
        if thing.provider_id in self.reach.providers:
            return "provider"
        if thing.host_authority_id in self.reach.authorities:
            return "host"
        counted = getattr(thing, "counted_under_id", None)
        return "counted" if counted in self.reach.authorities else "none"

    def may(self, verb: str, relation: str = "responsible") -> bool:
        """Does any role of this person allow `verb` on a child it stands in `relation` to?"""
        return any(access.may(Role(role), verb, relation) for role in self.reach.roles)


# The column of a child or episode that tells of each relation to an authority.
COLUMNS = {
    Relation.RESPONSIBLE: "responsible_authority_id",
    Relation.HOST: "host_authority_id",
    Relation.COUNTED: "counted_under_id",
}


def _providers(posts: Iterable["Post"]) -> frozenset[int]:
    """Whoever may interview on a council's behalf: a provider, or another council."""
    interviewing = (Organisation.PROVIDER, Organisation.COUNCIL)
    return frozenset(p.organisation_id for p in posts if p.organisation.kind in interviewing)


def council_of(authority: Authority) -> Organisation | None:
    """The council of this authority on the system, one that took over from it included."""
    return Organisation.objects.councils().filter(authority__in=heirs(authority)).first()


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, person: Person) -> "PostQuerySet":
        return self.filter(organisation_id__in=person.reach.organisations)

    def current(self) -> "PostQuerySet":
        return self.filter(until__isnull=True)

    def with_lists(self) -> "PostQuerySet":
        """Each with what the lists of restricted records say of whoever holds it.

        By a function of the owner's: a record is restricted to people who may not know that.
        """
        said = models.Func(
            F("person"), function="returnhome_lists", output_field=models.JSONField()
        )
        return self.annotate(lists=said)


# Roles that let somebody take on the children that a rota tells of.
FOR_DUTY = [role for role in Role if access.may_be_on_duty(role)]


class Post(models.Model):
    """A role that a person holds in an organisation, from one day to another."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="posts")
    role = models.CharField(max_length=20)
    since = models.DateField()
    until = models.DateField(null=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="a_post_ends_after_it_began",
            ),
            models.UniqueConstraint(
                fields=["person", "organisation", "role"],
                condition=Q(until__isnull=True),
                name="a_role_is_held_once_at_a_time",
            ),
        ]


def _known_posts(person: Person) -> "PostQuerySet":
    """Posts beside the person's own, and those with providers that interview for the council.

    A provider is known by the children it interviews.
    """
    reach = person.reach
    theirs = Organisation.objects.filter(
        kind=Organisation.PROVIDER,
        interviewed_children__responsible_authority_id__in=reach.authorities,
    )
    beside = Q(organisation_id__in=reach.organisations)
    return Post.objects.filter(beside | Q(organisation__in=theirs.values("pk"), until=None))


class CredentialQuerySet(models.QuerySet["Credential"]):
    def visible_to(self, person: Person) -> "CredentialQuerySet":
        """The person's own, and those of everybody whom the person knows."""
        return self.filter(Q(person=person) | Q(person__in=Person.objects.visible_to(person)))

    def newest_first(self) -> "CredentialQuerySet":
        return self.order_by("kind", "-done_on", "-pk")

    def newest_of_each_kind(self) -> "CredentialQuerySet":
        """The last of each kind a person has: what counts today."""
        return self.order_by("person", "kind", "-done_on", "-pk").distinct("person", "kind")


class Credential(models.Model):
    """An interviewer's training or check: when it was done and when the next one is due."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=30)
    done_on = models.DateField()
    next_due_on = models.DateField(null=True)
    noted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    objects = CredentialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(next_due_on__isnull=True) | Q(next_due_on__gt=F("done_on")),
                name="the_next_check_comes_after_the_last",
            ),
        ]

    def is_out_of_date(self, today: date) -> bool:
        return self.next_due_on is not None and self.next_due_on < today


class DutyQuerySet(models.QuerySet["Duty"]):
    def visible_to(self, person: Person) -> "DutyQuerySet":
        return self.filter(organisation_id__in=person.reach.organisations)

    def during(self, at: datetime) -> "DutyQuerySet":
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def from_now_on(self, at: datetime) -> "DutyQuerySet":
        return self.filter(ends_at__gt=at).order_by("starts_at", "pk")


class Duty(models.Model):
    """Who answers for the organisation's returned children between two moments."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="duties")
    person = models.ForeignKey(Person, models.PROTECT, related_name="duties")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    set_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = DutyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_duty_ends_after_it_began"
            ),
        ]


class DutyEndsFirst(Blocked):
    """A duty that ends before it starts."""


@transaction.atomic
def add_organisation(
    name: str,
    *,
    kind: str,
    authority: Authority | None = None,
    force: Force | None = None,
    by: Person,
    at: datetime,
) -> Organisation:
    organisation = Organisation.objects.create(
        name=name, kind=kind, authority=authority, force=force
    )
    journal.write("add organisation", organisation, by=by, at=at)
    return organisation


@transaction.atomic
def add_person(email: str, name: str, *, password: str | None, by: Person, at: datetime) -> Person:
    """Open an account; without a password it cannot sign in until one is set.

    Raises EmailTaken.
    """
    if Person.objects.filter(email=email.lower()).exists():
        raise EmailTaken
    person = Person(email=email.lower(), name=name)
    person.set_password(password)
    person.save()
    journal.write("add person", person, by=by, at=at)
    return person


@transaction.atomic
def team_called(name: str, organisation: Organisation, *, by: Person, at: datetime) -> Team | None:
    """The organisation's team of that name, formed where there is none yet; no name, no team."""
    name = " ".join(name.split())
    if not name:
        return None
    known = Team.objects.filter(organisation=organisation, name__iexact=name).first()
    if known:
        return known
    team = Team.objects.create(organisation=organisation, name=name)
    journal.write("form team", team, by=by, at=at)
    return team


@transaction.atomic
def appoint(
    person: Person,
    role: Role,
    organisation: Organisation,
    *,
    since: date,
    team: Team | None = None,
    by: Person,
    at: datetime,
) -> Post:
    """Give `person` a role in `organisation` from the day `since`.

    Raises RoleHeldAlready, DayToCome, and OwnRoles: nobody lets themselves in.
    """
    if person.pk == by.pk:
        raise OwnRoles
    if since > at.astimezone(LONDON).date():
        raise DayToCome(field="since")
    if person.posts.filter(role=role, organisation=organisation).filter(until=None).exists():
        raise RoleHeldAlready
    post = Post.objects.create(
        person=person, role=role, organisation=organisation, team=team, since=since
    )
    journal.write(f"appoint {role}", post, by=by, at=at)
    return post


@transaction.atomic
def end_post(post: Post, *, on: date, by: Person, at: datetime) -> Post:
    """End a role, today or since a day that has passed: from now on it opens nothing.

    With the last role the person's sessions end too, and the address of their calendar. Raises
    EndedAlready, EndsFirst, DayToCome, and OwnRoles: so an organisation keeps its administrator.
    """
    if post.person_id == by.pk:
        raise OwnRoles
    post = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    if post.until is not None:
        raise EndedAlready
    if on > at.astimezone(LONDON).date():
        raise DayToCome(field="on")
    if on < post.since:
        raise EndsFirst
    post.until = on
    post.save(update_fields=["until"])
    journal.write("end post", post, by=by, at=at)
    person = Person.objects.select_for_update(no_key=True).get(pk=post.person_id)
    if not person.posts.filter(until=None).exists():
        person.end_access()
    return post


@transaction.atomic
def note_credential(
    person: Person, kind: str, *, done_on: date, next_due_on: date | None, by: Person, at: datetime
) -> Credential:
    """Note a training or check that somebody has had. Raises NextDueFirst."""
    if next_due_on is not None and next_due_on <= done_on:
        raise NextDueFirst
    credential = Credential.objects.create(
        person=person,
        kind=kind,
        done_on=done_on,
        next_due_on=next_due_on,
        noted_by=by,
        noted_at=at,
    )
    journal.write("note credential", credential, by=by, at=at)
    return credential


@transaction.atomic
def put_on_duty(
    person: Person,
    organisation: Organisation,
    *,
    starts_at: datetime,
    ends_at: datetime,
    by: Person,
    at: datetime,
) -> Duty:
    """Say who answers for an organisation's children from one moment to another.

    Raises DutyEndsFirst, NotAColleague, NotForDuty, AbsentThen.
    """
    if ends_at <= starts_at:
        raise DutyEndsFirst("The duty must end after it starts.", field="ends_at")
    if ends_at <= at:
        raise DutyEndsFirst("This duty would be over already.", field="ends_at")
    if not person.is_active or not person.posts.filter(organisation=organisation, until=None):
        raise NotAColleague(f"{person.name} does not work for {organisation.name}.")
    check_for_duty(person, organisation)
    _check_there(person, starts_at, ends_at)
    duty = Duty.objects.create(
        organisation=organisation,
        person=person,
        starts_at=starts_at,
        ends_at=ends_at,
        set_by=by,
        set_at=at,
    )
    journal.write("put on duty", duty, by=by, at=at)
    return duty


def check_for_duty(person: Person, organisation: Organisation) -> None:
    """Whether a rota can tell somebody of children: they must be able to act on it.

    Raises NotForDuty.
    """
    if not Person.objects.for_duty(organisation.pk).filter(pk=person.pk).exists():
        raise NotForDuty(
            f"{person.name} may not take children on in their role: "
            "name a coordinator, an interviewer or a manager."
        )


def _check_there(person: Person, starts_at: datetime, ends_at: datetime) -> None:
    """Raises AbsentThen."""
    absence = person.absences.within(starts_at, ends_at).order_by("starts_at", "pk").first()
    if absence is None:
        return
    words = _day(absence.ends_at) if absence.ends_at else "further notice"
    since = f"from {_day(absence.starts_at)} " if absence.starts_at > starts_at else ""
    raise AbsentThen(
        f"{person.name} is absent {since}until {words}. "
        "Choose another time or somebody else, or end the absence on the rota first."
    )


def _day(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


@transaction.atomic
def take_off_duty(duty: Duty, *, by: Person, at: datetime) -> None:
    duty = Duty.objects.select_for_update().get(pk=duty.pk)
    journal.write("take off duty", duty, by=by, at=at)
    duty.delete()


@transaction.atomic
def new_calendar_key(person: Person, *, by: Person, at: datetime) -> Person:
    """Replace the secret of the calendar feed: the old address stops working."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    person.calendar_key = uuid4()
    person.save(update_fields=["calendar_key"])
    journal.write("new calendar key", person, by=by, at=at)
    return person


def check_works_with(person: Person, things: Iterable[Placed], *relations: str, field: str) -> None:
    """Whether somebody can have a part: nobody is given what they cannot see.

    In one of these relations to each child or episode, or in any. Raises NotTheirChild.
    """
    if not all(person.may_about(thing, Verb.SEE_EPISODE, *relations) for thing in things):
        raise NotTheirChild(f"{person.name} does not work with this child.", field=field)


OPERATOR_EMAIL = "operator@returnhome.invalid"
BY_LETTER_EMAIL = "by-letter@returnhome.invalid"
BY_ONE_TIME_LINK_EMAIL = "by-one-time-link@returnhome.invalid"


def councils_of(authorities: Iterable[int]) -> dict[int, int]:
    """By authority: the organisation that answers there now, a successor for what it took over.

    An authority whose council does not work with the system is left out.
    """
    councils = list(Organisation.objects.councils().select_related("authority").order_by("pk"))
    answering = {each.authority_id: each.pk for each in councils}
    wanted = set(authorities)
    if wanted - answering.keys():
        for council in councils:
            for earlier in lineage(council.authority) if council.authority else ():
                answering.setdefault(earlier, council.pk)
    return {pk: answering[pk] for pk in wanted & answering.keys() if pk is not None}


THE_CHILD_EMAIL = "the-child@returnhome.invalid"
DIRECTORY_EMAIL = "directory@returnhome.invalid"
CLOCKWORK_EMAIL = "clockwork@returnhome.invalid"


def operator() -> Person:
    """Whoever works at the command line: an account that can never sign in."""
    return _without_sign_in(OPERATOR_EMAIL, "Operator")


def clockwork() -> Person:
    """What happens by itself acts as this: no role, so no child is open to it, and no sign-in."""
    return _without_sign_in(CLOCKWORK_EMAIL, "Returnhome by itself")


def directory() -> Person:
    """A council's own directory, whose groups give and end roles at each sign-in."""
    return _without_sign_in(DIRECTORY_EMAIL, "The council’s directory")


def by_letter() -> Person:
    """Whoever reads and answers a request by the link of its letter: their name is with that."""
    return _without_sign_in(BY_LETTER_EMAIL, "By letter")


def by_one_time_link() -> Person:
    """Whoever opens what was shared by a link that opens once: their name is with the link."""
    return _without_sign_in(BY_ONE_TIME_LINK_EMAIL, "One-time link")


def the_child() -> Person:
    """A child on pages of their own: which child is with what they did. No role, no sign-in."""
    return _without_sign_in(THE_CHILD_EMAIL, "The child")


def _without_sign_in(email: str, name: str) -> Person:
    unusable = {"name": name, "is_active": False, "password": "!"}
    return Person.objects.get_or_create(email=email, defaults=unusable)[0]
