"""When a child tells of harm: the words, whom somebody telephoned, who has it, what was decided.

The words are kept as they were said and never changed. The council where the child is now acts, the
one that answers for the child is told, and a manager of either decides and closes it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, prefetch_related_objects

from returnhome.casework import acting, children, journal, rotas
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode, NamedMeanwhile
from returnhome.casework.interviews import Interview, own
from returnhome.casework.places import Authority
from returnhome.casework.rotas import OutOfHours
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import Organisation, Person, council_of
from returnhome.rules import Blocked, harming
from returnhome.rules.access import Relation, Verb
from returnhome.rules.codes import HarmCallee, HarmDecisionKind, Rung

RESPONSIBLE, HOST, PROVIDER = Relation.RESPONSIBLE, Relation.HOST, Relation.PROVIDER
# A telephone that lost its signal sends a page again: within this the same words are the same.
SENT_AGAIN = timedelta(minutes=30)


class NotOfThisChild(Blocked):
    sentence = "This interview or episode is another child’s."


class SavedAlready(Blocked):
    sentence = "These words are saved already. Add the telephone call to them on their own page."
    field = "words"


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    def visible_to(self, person: Person) -> "DisclosureQuerySet":
        """To the two councils, to whoever interviews, and to whoever wrote it down.

        The council where the child is now sees it without seeing the child's record.
        """
        theirs = (
            for_councils(person, Verb.SEE_HARM)
            | person.whose(Verb.SEE_HARM, PROVIDER, of="episode__", child="child")
            | own(person, Verb.SEE_HARM, of="interview__")
            | written_by(person)
        )
        return self.filter(person.not_closed("child"), theirs)

    def for_councils_of(self, person: Person, verb: Verb) -> "DisclosureQuerySet":
        """Those on which the person may do this for one of the councils whose it is."""
        return self.filter(person.not_closed("child"), for_councils(person, verb))

    def about(self, *child_ids: int) -> "DisclosureQuerySet":
        """Of these children, with what was told under records that are joined to them."""
        return self.filter(Q(child__in=child_ids) | Q(child__joined_to__in=child_ids))

    def unfinished(self) -> "DisclosureQuerySet":
        """Not decided on yet, or what came of a decision is not known."""
        decided = HarmDecision.objects.filter(disclosure=OuterRef("pk"))
        return self.filter(~Exists(decided) | Exists(decided.open()))

    def with_what_followed(self) -> "DisclosureQuerySet":
        """With calls, councils and decisions, read for all at once."""
        return self.select_related(
            "made_by", "danger_noted_by", "organisation", "responsible_authority", "host_authority"
        ).prefetch_related(
            models.Prefetch("calls", HarmCall.objects.in_order()),
            models.Prefetch("takings", HarmTaking.objects.in_order()),
            models.Prefetch("decisions", HarmDecision.objects.in_order()),
        )

    def oldest_first(self) -> "DisclosureQuerySet":
        return self.order_by("told_at", "pk")

    def newest_first(self) -> "DisclosureQuerySet":
        return self.order_by("-told_at", "-pk")


def for_councils(person: Person, verb: Verb) -> Q:
    """Of the two councils as they stood then, or of the one that answers for the child by now."""
    # Not by a join: the child's own record may be closed to the council where the child stays.
    theirs = Child.objects.filter(
        person.whose(verb, RESPONSIBLE, child="pk")
        | person.whose(verb, RESPONSIBLE, of="joined_to__", child="joined_to")
    )
    return person.whose(verb, RESPONSIBLE, HOST, child="child") | Q(child__in=theirs)


def written_by(person: Person) -> Q:
    """What this person wrote down, for as long as they work where they did."""
    _, organisations = person.may_for(Verb.TELL_OF_HARM, RESPONSIBLE)
    return Q(made_by=person, organisation_id__in=organisations)


class Disclosure(models.Model):
    """What a child told of harm, in the child's words. The database refuses to change it."""

    sealed_under = "child"

    child = models.ForeignKey(Child, models.PROTECT, related_name="disclosures", db_index=False)
    # None of what was told outside an interview.
    interview = models.ForeignKey(Interview, models.PROTECT, null=True, related_name="disclosures")
    episode = models.ForeignKey(Episode, models.PROTECT, null=True, related_name="disclosures")
    words = SealedText()
    told_at = models.DateTimeField()
    # As on that day: who answers for the child, and where the child is now if that is elsewhere.
    responsible_authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    host_authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    where_now = SealedText()
    is_in_danger = models.BooleanField(null=True)
    danger_noted_at = models.DateTimeField(null=True)
    danger_noted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    is_in_danger__isnull=True,
                    danger_noted_at__isnull=True,
                    danger_noted_by__isnull=True,
                )
                | Q(
                    is_in_danger__isnull=False,
                    danger_noted_at__isnull=False,
                    danger_noted_by__isnull=False,
                ),
                name="danger_is_said_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(made_at__gte=models.F("told_at")),
                name="what_a_child_told_is_written_down_afterwards",
            ),
            models.CheckConstraint(
                condition=~Q(host_authority=models.F("responsible_authority")),
                name="where_the_child_is_now_is_elsewhere",
            ),
        ]
        indexes = [models.Index(fields=["child", "told_at"], name="disclosure_child")]

    @property
    def acting_authority(self) -> Authority:
        """The council where the child is now: it acts."""
        return self.host_authority or self.responsible_authority

    @property
    def councils(self) -> list[Authority]:
        """Whoever acts first, then whoever is told."""
        return [each for each in (self.host_authority, self.responsible_authority) if each]

    @property
    def facts(self) -> harming.Told:
        """What the rules read of it; without a query where `with_what_followed` has read it."""
        return harming.Told(
            told_at=self.told_at,
            is_in_danger=self.is_in_danger,
            called=frozenset(call.whom for call in self.calls.all()),
            is_held=bool(self.takings.all()),
            decisions=[each.facts for each in self.decisions.all()],
        )

    def is_for(self, person: Person, verb: Verb) -> bool:
        """Whether the person may do this for one of the councils whose it is."""
        theirs = Disclosure.objects.for_councils_of(person, verb)
        return theirs.filter(pk=self.pk).exists()


class OfDisclosure(models.QuerySet):
    def visible_to(self, person: Person) -> "OfDisclosure":
        return self.filter(disclosure__in=Disclosure.objects.visible_to(person))


class HarmCallQuerySet(OfDisclosure):
    def in_order(self) -> "HarmCallQuerySet":
        return self.select_related("made_by").order_by("called_at", "pk")


class HarmCall(models.Model):
    """Somebody telephoned: 999, the duty manager, by night the emergency duty team."""

    disclosure = models.ForeignKey(Disclosure, models.PROTECT, related_name="calls")
    whom = models.CharField(max_length=20)
    # Who answered, and the number that they gave it.
    name = models.CharField(max_length=120, default="")
    reference = models.CharField(max_length=60, default="")
    called_at = models.DateTimeField()
    # Who called, where that was not whoever wrote this down.
    called_by = models.CharField(max_length=120, default="")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = HarmCallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(whom=HarmCallee.EMERGENCY.value) | ~Q(name=""),
                name="who_was_telephoned_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(made_at__gte=models.F("called_at")),
                name="a_call_is_noted_once_it_was_made",
            ),
        ]

    @property
    def child_id(self) -> int:
        return self.disclosure.child_id

    @property
    def label(self) -> str:
        return HarmCallee(self.whom).label

    @property
    def caller(self) -> str:
        return self.called_by or self.made_by.name


class HarmTakingQuerySet(OfDisclosure):
    def in_order(self) -> "HarmTakingQuerySet":
        return self.select_related("council", "by").order_by("at", "pk")


class HarmTaking(models.Model):
    """A council has said “we have it”."""

    disclosure = models.ForeignKey(
        Disclosure, models.PROTECT, related_name="takings", db_index=False
    )
    council = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    objects = HarmTakingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["disclosure", "council"], name="a_council_says_once_that_it_has_it"
            ),
        ]


class HarmDecisionQuerySet(OfDisclosure):
    def open(self) -> "HarmDecisionQuerySet":
        """Something is to be done, and what came of it is not known."""
        return self.filter(done_at__isnull=True).exclude(kind=HarmDecisionKind.NONE)

    def in_order(self) -> "HarmDecisionQuerySet":
        people = self.select_related("council", "decided_by", "passed_by", "done_by")
        return people.order_by("decided_at", "pk")


class HarmDecision(models.Model):
    """What a manager decided: by when, who it was passed to, and what came of it.

    Never changed: only who it was passed to, and what came of it, are written, once each.
    """

    sealed_under = "disclosure.child"

    disclosure = models.ForeignKey(Disclosure, models.PROTECT, related_name="decisions")
    council = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    because = SealedText()
    due_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    passed_to = SealedText()
    passed_at = models.DateTimeField(null=True)
    passed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    outcome = SealedText()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = HarmDecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(passed_at__isnull=True, passed_by__isnull=True)
                | Q(passed_at__isnull=False, passed_by__isnull=False),
                name="a_decision_is_passed_on_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="what_came_of_a_decision_is_noted_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind=HarmDecisionKind.NONE.value)
                | Q(due_at__isnull=True, passed_at__isnull=True, done_at__isnull=True),
                name="where_nothing_is_needed_nothing_is_done",
            ),
            models.UniqueConstraint(
                fields=["disclosure", "kind"],
                condition=Q(done_at__isnull=True) & ~Q(kind=HarmDecisionKind.NONE.value),
                name="a_decision_stands_once",
            ),
        ]

    @property
    def child_id(self) -> int:
        return self.disclosure.child_id

    @property
    def label(self) -> str:
        return HarmDecisionKind(self.kind).label

    @property
    def facts(self) -> harming.Decided:
        return harming.Decided(
            key=self.pk,
            kind=HarmDecisionKind(self.kind),
            due_at=self.due_at,
            is_passed_on=self.passed_at is not None,
            is_finished=self.done_at is not None,
        )


# Who is there.


@dataclass(frozen=True)
class ToTelephone:
    """Whom to telephone now at the council where the child is: by name, by night with a number."""

    council: str
    is_on_the_system: bool
    on_duty: Sequence[str] = ()
    managers: Sequence[str] = ()
    team: OutOfHours | None = None

    @property
    def whom(self) -> HarmCallee:
        return HarmCallee.OUT_OF_HOURS if self.team else HarmCallee.DUTY_MANAGER


def to_telephone(authority: Authority, at: datetime) -> ToTelephone:
    """Who is on at this hour. Eight queries or so: for the page on which somebody telephones."""
    council = council_of(authority)
    if council is None:
        return ToTelephone(authority.name, is_on_the_system=False)
    there = rotas.of(council, at)
    team = OutOfHours.objects.filter(organisation=council).first()
    return ToTelephone(
        council.name,
        is_on_the_system=True,
        on_duty=[each.name for each in there.there(Rung.ON_DUTY).people],
        managers=[each.name for each in there.there(Rung.MANAGER).people],
        team=team if team and team.is_on(at) else None,
    )


@acting.as_system(acting.PASSING_ON)
def bring_children(rows: Sequence[Disclosure]) -> None:
    """Put to each of these, which the person sees, whom it is about.

    The council where the child happens to stay has no other part in the child's record.
    """
    prefetch_related_objects(rows, "child")


# The verbs.


@transaction.atomic
def tell(
    child: Child,
    words: str,
    *,
    told_at: datetime,
    is_in_danger: bool | None = None,
    stays_in: Authority | None = None,
    where_now: str = "",
    interview: Interview | None = None,
    episode: Episode | None = None,
    by: Person,
    at: datetime,
) -> Disclosure:
    """Write down what a child told of harm. `stays_in`: where the child is now, if not as placed.

    Raises WordsMissing, InTheFuture, SavedAlready, NotOfThisChild, NamedMeanwhile.
    """
    child = children.lock(child.pk)[child.pk]
    if child.joined_to_id:
        raise NamedMeanwhile
    harming.check_can_tell(words=words, told_at=told_at, now=at)
    if any(each and each.child_id != child.pk for each in (interview, episode)):
        raise NotOfThisChild
    lately = Disclosure.objects.filter(child=child, made_by=by, made_at__gt=at - SENT_AGAIN)
    if any(earlier.words == words for earlier in lately):
        raise SavedAlready
    now_in = stays_in.pk if stays_in else child.host_authority_id
    disclosure = Disclosure.objects.create(
        child=child,
        interview=interview,
        episode=episode,
        words=words,
        told_at=told_at,
        responsible_authority_id=child.responsible_authority_id,
        host_authority_id=now_in if now_in != child.responsible_authority_id else None,
        where_now=where_now.strip(),
        is_in_danger=is_in_danger,
        danger_noted_at=None if is_in_danger is None else at,
        danger_noted_by=None if is_in_danger is None else by,
        organisation=by.organisation_for(child),
        made_at=at,
        made_by=by,
    )
    journal.write("tell of harm", disclosure, by=by, at=at)
    return disclosure


@transaction.atomic
def say_danger(
    disclosure: Disclosure, *, is_in_danger: bool, by: Person, at: datetime
) -> Disclosure:
    """Say whether the child is in danger now. Raises DangerSaidAlready."""
    disclosure = _locked(disclosure)
    harming.check_can_say_danger(is_said=disclosure.is_in_danger is not None)
    disclosure.is_in_danger = is_in_danger
    disclosure.danger_noted_at, disclosure.danger_noted_by = at, by
    disclosure.save(update_fields=["is_in_danger", "danger_noted_at", "danger_noted_by"])
    journal.write("say danger", disclosure, by=by, at=at)
    return disclosure


@transaction.atomic
def note_call(
    disclosure: Disclosure,
    whom: HarmCallee,
    *,
    name: str = "",
    reference: str = "",
    called_at: datetime,
    called_by: str = "",
    by: Person,
    at: datetime,
) -> HarmCall:
    """Note whom somebody telephoned, and when. Raises NameMissing, InTheFuture."""
    disclosure = _locked(disclosure)
    harming.check_can_note_call(whom=whom, name=name, called_at=called_at, now=at)
    call = HarmCall.objects.create(
        disclosure=disclosure,
        whom=whom,
        name=" ".join(name.split()),
        reference=" ".join(reference.split()),
        called_at=called_at,
        called_by=" ".join(called_by.split()),
        made_at=at,
        made_by=by,
    )
    journal.write(f"note call: {whom}", call, by=by, at=at)
    return call


@transaction.atomic
def have(disclosure: Disclosure, *, by: Person, at: datetime) -> HarmTaking:
    """Say “we have it” for one's council. Raises NotTheirs, HeldAlready."""
    disclosure = _locked(disclosure)
    council = council_for(disclosure, by, Verb.SEE_HARM)
    held = disclosure.takings.filter(council=council).exists()
    harming.check_can_have(is_theirs=council is not None, has_it=held)
    assert council is not None  # or it was blocked
    return _have(disclosure, council, by=by, at=at)


def _have(disclosure: Disclosure, council: int, *, by: Person, at: datetime) -> HarmTaking:
    taking = HarmTaking.objects.create(disclosure=disclosure, council_id=council, at=at, by=by)
    journal.write("have harm", taking, by=by, at=at, child_id=disclosure.child_id)
    return taking


def council_for(disclosure: Disclosure, person: Person, verb: Verb) -> int | None:
    """The authority for which the person may do this: where the child is now comes first."""
    if disclosure.child_id in person.closed:
        return None
    hosting, _ = person.may_for(verb, HOST)
    answering, _ = person.may_for(verb, RESPONSIBLE)
    if disclosure.host_authority_id in hosting:
        return disclosure.host_authority_id
    if disclosure.responsible_authority_id in answering:
        return disclosure.responsible_authority_id
    # Whoever answers for the child by now, where that has changed since.
    now = Child.objects.filter(
        Q(pk=disclosure.child_id) | Q(joined__pk=disclosure.child_id),
        responsible_authority__in=answering,
    )
    return now.values_list("responsible_authority_id", flat=True).first()


@transaction.atomic
def decide(
    disclosure: Disclosure,
    kinds: Collection[HarmDecisionKind],
    *,
    because: str = "",
    passed_to: Mapping[HarmDecisionKind, str] | None = None,
    times: Iterable[harming.Time] = harming.TIMES,
    by: Person,
    at: datetime,
) -> list[HarmDecision]:
    """Decide what is to be done, each with its due time; and so say “we have it”.

    `passed_to` is who already has each. `times` are those of the council's protocol, where it has
    its own. Raises NotTheirs, NothingDecided, NoneAndMore, ReasonMissing, DecidedAlready,
    DecisionsStand.
    """
    disclosure = _locked(disclosure)
    council = council_for(disclosure, by, Verb.DECIDE_ON_HARM)
    standing = [HarmDecisionKind(each.kind) for each in disclosure.decisions.open()]
    harming.check_can_decide(
        may_decide=council is not None, kinds=kinds, because=because, standing=standing
    )
    assert council is not None  # or it was blocked
    if not disclosure.takings.filter(council=council).exists():
        _have(disclosure, council, by=by, at=at)
    made = []
    for kind in dict.fromkeys(kinds):
        due_at = harming.due_at(kind, told_at=disclosure.told_at, decided_at=at, times=times)
        to = (passed_to or {}).get(kind, "").strip()
        decision = HarmDecision.objects.create(
            disclosure=disclosure,
            council_id=council,
            kind=kind,
            because=because,
            due_at=due_at,
            decided_at=at,
            decided_by=by,
            passed_to=to,
            passed_at=at if to else None,
            passed_by=by if to else None,
        )
        journal.write(f"decide on harm: {kind}", decision, by=by, at=at)
        made.append(decision)
    return made


@transaction.atomic
def pass_on(decision: HarmDecision, to: str, *, by: Person, at: datetime) -> HarmDecision:
    """Say who has been given a decision to carry out.

    Raises NotTheirs, NothingToPassOn, PassedOnAlready, FinishedAlready, RecipientMissing.
    """
    decision, may_decide = _held_still(decision, by)
    harming.check_can_pass_on(
        may_decide=may_decide,
        kind=HarmDecisionKind(decision.kind),
        is_passed_on=decision.passed_at is not None,
        is_finished=decision.done_at is not None,
        to=to,
    )
    decision.passed_to, decision.passed_at, decision.passed_by = to.strip(), at, by
    decision.save(update_fields=["passed_to", "passed_at", "passed_by"])
    journal.write("pass decision on", decision, by=by, at=at)
    return decision


@transaction.atomic
def finish(decision: HarmDecision, outcome: str, *, by: Person, at: datetime) -> HarmDecision:
    """Note what came of a decision: that closes it. Raises NotTheirs, FinishedAlready,
    OutcomeMissing.
    """
    decision, may_decide = _held_still(decision, by)
    harming.check_can_finish(
        may_decide=may_decide,
        kind=HarmDecisionKind(decision.kind),
        is_finished=decision.done_at is not None,
        outcome=outcome,
    )
    decision.outcome, decision.done_at, decision.done_by = outcome, at, by
    decision.save(update_fields=["outcome", "done_at", "done_by"])
    journal.write("finish decision", decision, by=by, at=at)
    return decision


def _held_still(decision: HarmDecision, by: Person) -> tuple[HarmDecision, bool]:
    """The decision, with its disclosure locked, and whether the person decides on it."""
    disclosure = _locked(decision.disclosure)
    decision = disclosure.decisions.get(pk=decision.pk)
    return decision, council_for(disclosure, by, Verb.DECIDE_ON_HARM) is not None


def _locked(disclosure: Disclosure) -> Disclosure:
    """Held still by its own row: the council where the child stays may not see the child's."""
    return Disclosure.objects.select_for_update(no_key=True, of=("self",)).get(pk=disclosure.pk)
