"""One authority asks another, or a provider, to interview; or to take the duty over."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from secrets import token_urlsafe

from django.db import models, transaction
from django.db.models import (
    Case,
    Exists,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    When,
    prefetch_related_objects,
)

from returnhome.casework import (
    acting,
    agreements,
    children,
    episodes,
    interviews,
    journal,
    matching,
    owners,
    staff,
)
from returnhome.casework.children import Child, circumstances, rows_of
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Coverage, Interview
from returnhome.casework.journal import JournalEntry
from returnhome.casework.offers import Offer
from returnhome.casework.places import Authority
from returnhome.casework.sealing import SealedText
from returnhome.casework.staff import ANSWERING, Organisation, Person, council_of
from returnhome.rules import Blocked, handover, naming
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import LONDON, Moment
from returnhome.rules.codes import (
    DutyGround,
    EpisodeKind,
    HandBackReason,
    HandOverKind,
    RefusalReason,
    WithdrawalReason,
)
from returnhome.rules.handover import Part, Step
from returnhome.rules.responsibility import Reply

MOST_AT_ONCE = 100
WRITE_LETTER = "write letter"


class NobodyNamed(Blocked):
    sentence = "Say who is asked."
    field = "to"


class LetterReplaced(Blocked):
    sentence = "A newer letter has taken the place of the one with this link."


class LetterMade(Blocked):
    sentence = (
        "A letter has been made since this page was opened, and its link works. "
        "Another one would stop that link."
    )


class AnswersHere(Blocked):
    sentence = "They answer requests on the system, so they need no letter."


class NobodyToTelephone(Blocked):
    sentence = "Nobody waits for a call about this request: they have been told, or it is over."


class NameMissing(Blocked):
    sentence = "Enter your name, so that we know who answered."
    field = "name"


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def visible_to(self, person: Person) -> "HandOverQuerySet":
        """Those that their council or provider was asked, and those about episodes of theirs.

        What each may see of the child is in `rules.handover.SEES`, not here.
        """
        # Not by a join, which would leave out whatever the second lock closes to the one asked.
        theirs = Exists(
            Episode.objects.filter(
                person.whose(
                    Verb.SEE_EPISODE, Relation.RESPONSIBLE, Relation.COUNTED, child="child"
                ),
                pk=OuterRef("episode"),
            )
        )
        authorities, _ = person.may_for(Verb.ASK, Relation.RESPONSIBLE)
        return self.filter(
            _not_closed(person), theirs | asked_of(person) | Q(asked_by_authority__in=authorities)
        )

    def asked_of(self, person: Person) -> "HandOverQuerySet":
        return self.filter(asked_of(person))

    def unanswered(self) -> "HandOverQuerySet":
        """Nobody has said yes or no, and nobody has taken the question back."""
        return self.filter(
            answered_at__isnull=True, withdrawn_at__isnull=True, overtaken_at__isnull=True
        )

    def accepted(self) -> "HandOverQuerySet":
        """Taken on, and neither handed back nor withdrawn."""
        return self.filter(
            answer=Reply.ACCEPTED, withdrawn_at__isnull=True, handed_back_at__isnull=True
        )

    def of_the_duty(self) -> "HandOverQuerySet":
        return self.filter(kind=HandOverKind.DUTY)

    def in_order(self) -> "HandOverQuerySet":
        return self.order_by("asked_at", "pk")

    def waiting_first(self) -> "HandOverQuerySet":
        """Those nobody has answered, the soonest due first; then the newest."""
        is_waiting = Q(answered_at=None, withdrawn_at=None, overtaken_at=None)
        due = Case(When(is_waiting, then=F("answer_due_at")), default=None)
        return self.order_by(due.asc(nulls_last=True), "-asked_at", "-pk")

    def newest_first(self) -> "HandOverQuerySet":
        return self.order_by("-asked_at", "-pk")


def asked_of(person: Person) -> Q:
    """Hand-overs that the person may answer for their council or provider."""
    authorities, organisations = person.may_for(Verb.ANSWER, Relation.ASKED)
    asked = Q(to_authority__in=authorities) | Q(to_provider__in=organisations)
    return asked & _not_closed(person)


def _not_closed(person: Person) -> Q:
    return staff.not_among("episode", person.closed_episodes) if person.closed else Q()


def paired(name: str, *also: str) -> Q:
    """A time and whatever belongs to it: all there, or none."""
    nothing = {f"{name}_at__isnull": True, f"{name}_by__isnull": True}
    there = {f"{name}_at__isnull": False, f"{name}_by__isnull": False}
    empty = Q(**nothing) & Q(**dict.fromkeys(also, ""))
    full = Q(**there)
    for column in also:
        full &= ~Q(**{column: ""})
    return empty | full


class HandOver(models.Model):
    """One request, as it has gone so far: what happened, never a status.

    Of an interview: who holds it, while the duty stays. Of the duty: it passes on acceptance alone.
    """

    sealed_under = "episode"

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="handovers", db_index=False)
    kind = models.CharField(max_length=20)
    ground = models.CharField(max_length=20, default="")
    asked_by_authority = models.ForeignKey(Authority, models.PROTECT, related_name="+")
    to_authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    to_provider = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    # Whose people would interview; none where the other council is not on the system.
    to_organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    looked_after_since = models.DateField(null=True)
    # Whose child the unnamed one may be: named only once that child's own council has said so.
    proposed_child = models.ForeignKey(Child, models.PROTECT, null=True, related_name="+")
    terms = SealedText()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    answer_due_at = models.DateTimeField()
    report_due_at = models.DateTimeField(null=True)

    answer = models.CharField(max_length=10, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # Who answered by the link of a letter: nobody who signs in here.
    answered_by_name = models.CharField(max_length=120, default="")
    answered_by_contact = models.CharField(max_length=120, default="")
    refusal_reason = models.CharField(max_length=30, default="")
    answer_note = SealedText()

    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawal_reason = models.CharField(max_length=30, default="")
    withdrawal_note = SealedText()

    handed_back_at = models.DateTimeField(null=True)
    handed_back_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    hand_back_reason = models.CharField(max_length=30, default="")
    hand_back_note = SealedText()

    # Where the report came by post or e-mail; a record signed off here is its own report.
    reported_at = models.DateTimeField(null=True)
    reported_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    # Whoever accepted by letter was told by telephone who the child is: no letter says that.
    told_at = models.DateTimeField(null=True)
    told_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    # Nobody answered in time, and the council has asked anew.
    overtaken_at = models.DateTimeField(null=True)
    reply_digest = models.CharField(max_length=64, null=True, unique=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="provider", to_authority=None, to_provider__isnull=False)
                | Q(kind__in=["host_interviews", "duty"], to_authority__isnull=False)
                & Q(to_provider=None),
                name="a_request_goes_to_one_body",
            ),
            models.CheckConstraint(
                condition=(Q(kind="duty") & ~Q(ground="")) | (~Q(kind="duty") & Q(ground="")),
                name="a_duty_passes_on_a_ground",
            ),
            models.CheckConstraint(
                condition=Q(proposed_child=None) | Q(kind="duty"),
                name="only_with_the_duty_a_child_is_named",
            ),
            models.CheckConstraint(
                condition=~Q(to_authority=F("asked_by_authority")),
                name="nothing_is_handed_over_to_oneself",
            ),
            models.CheckConstraint(
                condition=Q(answer_due_at__gt=F("asked_at")), name="an_answer_is_due_afterwards"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                & Q(answered_by_name="", answered_by_contact="")
                | (
                    Q(answer__in=["accepted", "refused"], answered_at__isnull=False)
                    & (Q(answered_by__isnull=False) | ~Q(answered_by_name=""))
                ),
                name="a_requests_answer_has_time_and_person",
            ),
            models.CheckConstraint(
                condition=(Q(answer="refused") & ~Q(refusal_reason=""))
                | (~Q(answer="refused") & Q(refusal_reason="")),
                name="a_refusal_has_a_reason",
            ),
            models.CheckConstraint(
                condition=paired("withdrawn", "withdrawal_reason"),
                name="a_withdrawal_has_time_person_and_reason",
            ),
            models.CheckConstraint(
                condition=paired("handed_back", "hand_back_reason"),
                name="a_hand_back_has_time_person_and_reason",
            ),
            models.CheckConstraint(
                condition=paired("reported"), name="a_report_has_time_and_person"
            ),
            models.CheckConstraint(
                condition=paired("told") & (Q(told_at=None) | Q(answer="accepted")),
                name="who_is_told_by_telephone_has_accepted",
            ),
            models.CheckConstraint(
                condition=Q(handed_back_at=None, reported_at=None) | Q(answer="accepted"),
                name="only_what_was_accepted_comes_back",
            ),
            models.UniqueConstraint(
                fields=["episode"],
                condition=Q(kind="duty", answered_at=None, withdrawn_at=None, overtaken_at=None),
                name="the_duty_is_offered_to_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["episode"],
                condition=~Q(kind="duty")
                & (Q(answer="") | Q(answer="accepted"))
                & Q(withdrawn_at=None, handed_back_at=None, overtaken_at=None),
                name="one_body_at_a_time_is_asked_to_interview",
            ),
        ]
        indexes = [
            models.Index(
                fields=["to_authority", "answer_due_at"],
                condition=Q(answered_at=None, withdrawn_at=None, overtaken_at=None),
                name="handover_asked_authority",
            ),
            models.Index(
                fields=["to_provider", "answer_due_at"],
                condition=Q(answered_at=None, withdrawn_at=None, overtaken_at=None),
                name="handover_asked_provider",
            ),
            models.Index(fields=["episode", "asked_at"], name="handover_episode"),
        ]

    @property
    def child_id(self) -> int:
        return self.episode.child_id

    @property
    def to(self) -> Authority | Organisation:
        body = self.to_authority or self.to_provider
        assert body  # the database holds it so
        return body

    @property
    def is_of_the_duty(self) -> bool:
        return self.kind == HandOverKind.DUTY

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    @property
    def is_by_letter(self) -> bool:
        """The body asked is not on the system."""
        return self.to_organisation_id is None

    @property
    def letter_mark(self) -> str:
        """Tells the last letter from others, and nothing of its link; empty: there was none."""
        return (self.reply_digest or "")[:8]

    def is_asked_of(self, person: Person) -> bool:
        authorities, organisations = person.may_for(Verb.ANSWER, Relation.ASKED)
        is_theirs = self.to_authority_id in authorities or self.to_provider_id in organisations
        if not (is_theirs and person.closed):
            return is_theirs
        return self.episode_id not in person.closed_episodes

    def as_rule(self, signed_at: datetime | None = None) -> handover.HandOver:
        """As the rules read it; `signed_at`: when the body asked signed off the record here."""
        reported_at = self.reported_at or signed_at
        return handover.HandOver(
            key=self.pk,
            asked=handover.Asked(
                kind=HandOverKind(self.kind),
                by=self.asked_by_authority,
                to=self.to,
                at=self.asked_at,
                answer_due_at=self.answer_due_at,
                report_due_at=self.report_due_at,
                is_authority=self.to_authority_id is not None,
                looked_after_since=self.looked_after_since,
                ground=DutyGround(self.ground) if self.ground else DutyGround.LOOKED_AFTER_SINCE,
            ),
            answered=handover.Answered(
                by=self.to,
                at=self.answered_at,
                answer=Reply(self.answer),
                reason=RefusalReason(self.refusal_reason) if self.refusal_reason else None,
            )
            if self.answered_at
            else None,
            withdrawn=handover.Withdrawn(
                by=self.asked_by_authority,
                at=self.withdrawn_at,
                reason=WithdrawalReason(self.withdrawal_reason),
            )
            if self.withdrawn_at
            else None,
            handed_back=handover.HandedBack(
                by=self.to, at=self.handed_back_at, reason=HandBackReason(self.hand_back_reason)
            )
            if self.handed_back_at
            else None,
            reported=handover.Reported(by=self.to, at=reported_at) if reported_at else None,
        )


# Questions.


class Story:
    """All hand-overs of one episode, and what the rules say of them."""

    @acting.as_system(acting.PASSING_ON)
    def __init__(self, episode: Episode) -> None:
        self.episode = episode
        self.rows = list(
            HandOver.objects.filter(episode=episode)
            .select_related("asked_by_authority", "to_authority", "to_provider")
            .in_order()
        )
        signed = _signed(episode) if self.rows else {}
        self.rules = tuple(row.as_rule(_signed_since(row, signed)) for row in self.rows)

    @property
    def first(self) -> Authority:
        """Who owned it before any of them."""
        for row in self.rows:
            if row.is_of_the_duty and row.answer == Reply.ACCEPTED:
                return row.asked_by_authority
        return self.episode.responsible_authority

    @property
    def owner(self) -> Authority:
        owner = handover.owner_of(self.rules, self.first)
        assert isinstance(owner, Authority)
        return owner

    def of(self, row: "HandOver") -> handover.HandOver:
        return next(rule for rule in self.rules if rule.key == row.pk)

    def step(self, row: "HandOver", now: datetime) -> Step:
        return handover.step_of(self.of(row), now)

    def standing(self, matter: handover.Matter, now: datetime) -> "HandOver | None":
        """The one that waits for an answer or a report."""
        for row, rule in zip(self.rows, self.rules, strict=True):
            if rule.matter is matter and handover.stands(rule, now) and not row.overtaken_at:
                return row
        return None

    def parts(self, who: Authority | Organisation, now: datetime) -> frozenset[Part]:
        """What that body may see of the child by these hand-overs."""
        return handover.sees(self.rules, self.first, who=who, now=now)


def _signed(episode: Episode) -> dict[int, datetime | None]:
    """Organisation → when it last signed off a record that answers for the episode."""
    rows = episode.interviews.filter(signed_at__isnull=False, organisation__isnull=False)
    return dict(rows.order_by("signed_at").values_list("organisation_id", "signed_at"))


def _signed_since(row: HandOver, signed: Mapping[int, datetime | None]) -> datetime | None:
    at = signed.get(row.to_organisation_id or 0)
    is_theirs = at and row.answer == Reply.ACCEPTED and row.answered_at and at >= row.answered_at
    return at if is_theirs and not row.is_of_the_duty else None


@acting.as_system(acting.PASSING_ON)
def bring_episodes(rows: Iterable[HandOver]) -> None:
    """Put the episode and its child to each of these, which the person sees: two queries.

    The one asked does not see the episode itself, and `rules.handover.SEES` says what of it.
    """
    ahead = Episode.objects.select_related(
        "child", "responsible_authority", "host_authority", "counted_under", "provider", "owner"
    )
    prefetch_related_objects(
        list(rows),
        Prefetch("episode", ahead),
        Prefetch("proposed_child", Child.objects.select_related("responsible_authority")),
    )


@acting.as_system(acting.PASSING_ON)
def signed_for(rows: Iterable[HandOver]) -> dict[int, datetime]:
    """Hand-over → when the body asked signed its record off here, for a list: one query."""
    rows = list(rows)
    signed: dict[tuple[int, int], datetime] = {}
    coverages = Coverage.objects.filter(
        episode__in=[row.episode_id for row in rows], interview__signed_at__isnull=False
    )
    columns = ("episode_id", "interview__organisation_id", "interview__signed_at")
    for episode_id, organisation_id, at in coverages.values_list(*columns).order_by(columns[-1]):
        signed[episode_id, organisation_id] = at
    found = {}
    for row in rows:
        at = _signed_since(row, {row.to_organisation_id or 0: signed.get(_key(row))})
        if at:
            found[row.pk] = at
    return found


def _key(row: HandOver) -> tuple[int, int]:
    return row.episode_id, row.to_organisation_id or 0


# Verbs.


def _held_still(episode: Episode, *also: Child | None) -> tuple[Episode, Story]:
    """The child, the episode and what hangs below, locked in the order of `children.lock`."""
    children.lock(episode.child_id, *(child.pk for child in also if child))
    (held,) = episodes.lock(episode.pk)
    list(HandOver.objects.filter(episode=held).order_by("pk").select_for_update(of=("self",)))
    return held, Story(held)


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def ask(
    episode: Episode,
    kind: HandOverKind,
    *,
    to: Authority | Organisation,
    ground: DutyGround | None = None,
    looked_after_since: date | None = None,
    proposed_child: Child | None = None,
    terms: str = "",
    report_due_at: datetime | None = None,
    by: Person,
    at: datetime,
) -> HandOver:
    """Ask another body to interview, or to take the duty over. Who must act stays who it is.

    `proposed_child`: of the council asked, and maybe the child whom nobody has named yet. Raises
    what `handover.check_can_ask` blocks: NotTheOwner, AskedOfItself, NotAnAuthority,
    NotLookedAfterThere, StandsAlready, EpisodeVoided.
    """
    episode, story = _held_still(episode)
    is_authority = isinstance(to, Authority)
    if kind is HandOverKind.DUTY and ground is None:
        ground = DutyGround.LOOKED_AFTER_SINCE
    asked = handover.Asked(
        kind=kind,
        by=episode.responsible_authority,
        to=to,
        at=at,
        answer_due_at=handover.answer_due(at, episode.due_at),
        report_due_at=report_due_at,
        is_authority=is_authority,
        looked_after_since=looked_after_since,
        ground=ground or DutyGround.LOOKED_AFTER_SINCE,
    )
    handover.check_can_ask(
        asked=asked,
        handovers=story.rules,
        first=story.first,
        now=at,
        is_voided=episode.is_voided,
        names_the_child=naming.says(terms, episode.child.forename, episode.child.surname),
        report_due_at=report_due_at,
    )
    _overtake(story, handover.matter_of(kind), at)
    row = HandOver.objects.create(
        episode=episode,
        kind=kind,
        ground=ground or "",
        asked_by_authority=episode.responsible_authority,
        to_authority=to if isinstance(to, Authority) else None,
        to_provider=to if isinstance(to, Organisation) else None,
        to_organisation=council_of(to) if isinstance(to, Authority) else to,
        looked_after_since=looked_after_since,
        proposed_child=proposed_child,
        terms=terms,
        asked_at=at,
        asked_by=by,
        answer_due_at=asked.answer_due_at,
        report_due_at=report_due_at,
    )
    journal.write(f"ask: {kind}", row, by=by, at=at)
    return row


def _overtake(story: Story, matter: handover.Matter, at: datetime) -> None:
    """What nobody answered in time, and what was reported, gives way to a new question."""
    for row, rule in zip(story.rows, story.rules, strict=True):
        if rule.matter is matter and not handover.stands(rule, at) and not row.overtaken_at:
            row.overtaken_at = at
            row.save(update_fields=["overtaken_at"])


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def answer(
    row: HandOver,
    given: Reply,
    *,
    reason: RefusalReason | None = None,
    note: str = "",
    name: str = "",
    contact: str = "",
    by: Person | None,
    at: datetime,
) -> HandOver:
    """Accept or refuse what was asked.

    `name` and `contact`: who answered by the link of a letter and how to reach them (`by` None).
    Accepting takes effect at once: the interview is theirs to hold, or the duty is theirs. Raises
    what `handover.check_can_answer` blocks: NotTheOneAsked, AlreadyAnswered, AnswerTooLate,
    Overtaken, ReasonMissing, NoteMissing; also AlreadyVoided, and by letter NameMissing,
    LetterReplaced.
    """
    episode, story = _held_still(row.episode, row.proposed_child)
    link, row = row.reply_digest, _fresh(row, story)
    if by is None and not name.strip():
        raise NameMissing
    if by is None and link != row.reply_digest:
        raise LetterReplaced
    episodes.check_stands(episode)
    party = row.to if by is None or row.is_asked_of(by) else by
    given_now = handover.Answered(by=party, at=at, answer=given, reason=reason, note=note)
    handover.check_can_answer(
        handover=story.of(row),
        answered=given_now,
        now=at,
        is_overtaken=row.overtaken_at is not None,
    )
    row.answer, row.answered_at, row.answered_by = given, at, by
    row.answered_by_name, row.answered_by_contact = name.strip(), contact.strip()
    row.refusal_reason, row.answer_note = reason or "", note
    # What is sealed would be sealed anew, and what was asked is never changed: name the columns.
    row.save(
        update_fields=[
            *("answer", "answered_at", "answered_by", "answered_by_name"),
            *("answered_by_contact", "refusal_reason", "answer_note"),
        ]
    )
    actor = by or staff.by_letter()
    if given is Reply.ACCEPTED:
        _take_effect(row, episode, taker=by, by=actor, at=at)
    elif not row.is_of_the_duty:
        _interviews_again(Story(episode), by=actor, at=at)
    journal.write(f"answer request: {given}", row, by=actor, at=at)
    return row


def _fresh(row: HandOver, story: Story) -> HandOver:
    return next(each for each in story.rows if each.pk == row.pk)


def _take_effect(
    row: HandOver, episode: Episode, *, taker: Person | None, by: Person, at: datetime
) -> None:
    if not row.is_of_the_duty:
        _interviews_again(Story(episode), taker=taker, by=by, at=at)
        return
    assert row.to_authority
    if row.proposed_child and episode.child.is_waiting:
        episode = _named(episode, row.proposed_child, by=by, at=at)
    was_theirs = row.ground != DutyGround.LOOKED_AFTER_SINCE
    moved = {"responsible_authority": row.to_authority}
    if was_theirs:
        # Both agree that it was another's from the start, so it counts there too.
        moved["counted_under"] = row.to_authority
    episodes.hand_to(
        episode,
        **moved,
        owner=taker,
        owned_since=at if taker else None,
        host_authority=None
        if episode.host_authority_id == row.to_authority_id
        else episode.host_authority,
        at=at,
    )
    children.pass_to(episode.child, row.to_authority, by=by, at=at)


def _named(episode: Episode, child: Child, *, by: Person, at: datetime) -> Episode:
    """The council asked has said that the unnamed child is its own: join the two."""
    stranger = episode.child
    decided = {
        each.pk: owners.of_child(
            child,
            kind=EpisodeKind(each.kind),
            started_on=each.started_on,
            ended_on=each.ended_on,
        )
        for each in stranger.episodes.all()
    }
    because = f"said by {child.responsible_authority.name}, when it took the duty over"
    matching.join(stranger, child, owners=decided, because=because[:200], by=by, at=at)
    return Episode.objects.get(pk=episode.pk)


def _interviews_again(
    story: Story, *, taker: Person | None = None, by: Person, at: datetime
) -> None:
    """Bring the episode to whoever interviews now; what others had booked ends.

    Nothing that hangs below is asked about: people, bookings and drafts may be gone or changed.
    """
    episode = story.episode
    before = episode.provider
    after = _interviewing(story)
    if before and before != after:
        interviews.release(episode, before, by=by, at=at)
        episode.refresh_from_db()
    episode.provider = after
    owner = taker or episode.owner
    if owner and not owner.may_about(episode, Verb.SEE_EPISODE, *ANSWERING):
        owner = None
    is_new = owner is not None and owner.pk != episode.owner_id
    episodes.hand_to(
        episode,
        provider=after,
        owner=owner,
        owned_since=at if is_new else episode.owned_since if owner else None,
        at=at,
    )


def _interviewing(story: Story) -> Organisation | None:
    """The organisation beside the responsible council whose people hold the interview."""
    agreed = interviews_by_arrangement(story.episode)
    asked = [row for row in story.rows if not row.is_of_the_duty]
    if asked:
        last = asked[-1]
        if last.answer == Reply.ACCEPTED and not (last.withdrawn_at or last.handed_back_at):
            return last.to_organisation
        given_up = [row for row in asked if row.to_organisation_id == (agreed and agreed.pk)]
        if given_up and story.of(given_up[-1]).is_given_up:
            return None
    return agreed


def interviews_by_arrangement(episode: Episode) -> Organisation | None:
    """With whom the council has a standing arrangement for this child."""
    child = episode.child
    if child.provider and child.responsible_authority_id == episode.responsible_authority_id:
        return child.provider
    there = circumstances(child, episode.started_on)
    agreement = owners.agreed_for(there, episode.started_on)
    if agreement is None or agreement.authority_id != episode.responsible_authority_id:
        return None
    host = agreement.to_authority
    return agreement.to_provider or (council_of(host) if host else None)


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def withdraw(
    row: HandOver, reason: WithdrawalReason, *, note: str = "", by: Person, at: datetime
) -> HandOver:
    """Take the request back: the interview is the council's own again. Raises what
    `handover.check_can_withdraw` blocks.
    """
    episode, story = _held_still(row.episode)
    row = _fresh(row, story)
    handover.check_can_withdraw(
        handover=story.of(row),
        withdrawn=handover.Withdrawn(
            by=episode.responsible_authority, at=at, reason=reason, note=note
        ),
        owner=story.owner,
        now=at,
    )
    row.withdrawn_at, row.withdrawn_by = at, by
    row.withdrawal_reason, row.withdrawal_note = reason, note
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason", "withdrawal_note"])
    if not row.is_of_the_duty:
        _interviews_again(Story(episode), by=by, at=at)
    journal.write("withdraw request", row, by=by, at=at)
    return row


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def hand_back(
    row: HandOver, reason: HandBackReason, *, note: str = "", by: Person, at: datetime
) -> HandOver:
    """Give the interview back to the council that asked. Raises what
    `handover.check_can_hand_back` blocks.
    """
    episode, story = _held_still(row.episode)
    row = _fresh(row, story)
    party = row.to if row.is_asked_of(by) or needs_letter(row) else by
    handover.check_can_hand_back(
        handover=story.of(row),
        handed_back=handover.HandedBack(by=party, at=at, reason=reason, note=note),
        now=at,
        is_held=episode.held_at is not None,
    )
    row.handed_back_at, row.handed_back_by = at, by
    row.hand_back_reason, row.hand_back_note = reason, note
    row.save(
        update_fields=["handed_back_at", "handed_back_by", "hand_back_reason", "hand_back_note"]
    )
    _interviews_again(Story(episode), by=by, at=at)
    journal.write("hand back", row, by=by, at=at)
    return row


@transaction.atomic
def report(row: HandOver, *, by: Person, at: datetime) -> HandOver:
    """Record that the report came back another way, by post or e-mail. Raises what
    `handover.check_can_report` blocks.
    """
    _, story = _held_still(row.episode)
    row = _fresh(row, story)
    handover.check_can_report(
        handover=story.of(row), reported=handover.Reported(by=row.to, at=at), now=at
    )
    row.reported_at, row.reported_by = at, by
    row.save(update_fields=["reported_at", "reported_by"])
    journal.write("report returned", row, by=by, at=at)
    return row


@transaction.atomic
def note_held(
    row: HandOver,
    held: Moment,
    *,
    name: str,
    role: str,
    place: str,
    mode: str,
    is_independent: bool,
    independence_note: str = "",
    by: Person,
    at: datetime,
) -> Interview:
    """Note that somebody of a body that is not on the system held the interview, and when.

    Its record is then written here, by whoever notes it. Raises what
    `handover.check_can_note_held` and `interviews.hold_elsewhere` block.
    """
    episode, story = _held_still(row.episode)
    row = _fresh(row, story)
    handover.check_can_note_held(handover=story.of(row), held=held)
    return interviews.hold_elsewhere(
        episode,
        held,
        name=name,
        role=role,
        organisation=row.to.name,
        place=place,
        mode=mode,
        is_independent=is_independent,
        independence_note=independence_note,
        by=by,
        at=at,
    )


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def decline_agreed(
    episode: Episode, reason: RefusalReason, *, note: str = "", by: Person, at: datetime
) -> HandOver:
    """Say no to this one child, though a standing arrangement stands: the council's own again.

    Raises NotTheOneAsked where the person's organisation has no such arrangement for it.
    """
    episode, story = _held_still(episode)
    agreed = interviews_by_arrangement(episode)
    _, organisations = by.may_for(Verb.ANSWER, Relation.PROVIDER)
    if agreed is None or agreed.pk not in organisations or episode.provider_id != agreed.pk:
        raise handover.NotTheOneAsked
    handover.check_reason(reason, note)
    _overtake(story, handover.Matter.INTERVIEW, at)
    is_council = agreed.authority is not None
    row = HandOver.objects.create(
        episode=episode,
        kind=HandOverKind.HOST_INTERVIEWS if is_council else HandOverKind.PROVIDER,
        asked_by_authority=episode.responsible_authority,
        to_authority=agreed.authority,
        to_provider=None if is_council else agreed,
        to_organisation=agreed,
        asked_at=min(episode.opened_at, at),
        asked_by=episode.opened_by,
        answer_due_at=handover.answer_due(at, episode.due_at),
        answer=Reply.REFUSED,
        answered_at=at,
        answered_by=by,
        refusal_reason=reason,
        answer_note=note,
    )
    _interviews_again(Story(episode), by=by, at=at)
    journal.write("answer request: refused", row, by=by, at=at)
    return row


# A letter to a council that is not on the system, and the link in it.


def needs_letter(row: HandOver) -> bool:
    """Whether nobody of the body asked can answer on the system."""
    asked = row.to_organisation_id
    return asked is None or not agreements.answering().filter(pk=asked).exists()


@transaction.atomic
def new_reply_key(row: HandOver, *, instead_of: str = "", by: Person, at: datetime) -> str:
    """A secret for the one link of a new letter; that of an earlier letter stops working.

    `instead_of`: the mark of the letter that whoever asks knows of, so that nobody stops a link
    unawares. Only the digest is kept. It goes on leading to what became of the request. Raises
    LetterMade, AnswersHere, and AlreadyAnswered and its kin where there is nothing to answer.
    """
    _, story = _held_still(row.episode)
    row = _fresh(row, story)
    check_is_open(story, row, at)
    if not needs_letter(row):
        raise AnswersHere
    if instead_of != row.letter_mark:
        raise LetterMade
    key = token_urlsafe(24)
    row.reply_digest = _digest(key)
    row.save(update_fields=["reply_digest"])
    journal.write(WRITE_LETTER, row, by=by, at=at)
    return key


@acting.as_system(acting.PASSING_ON)
def by_reply_key(key: str) -> HandOver | None:
    """The request that this link answers."""
    known = HandOver.objects.select_related(
        "episode__child", "asked_by_authority", "to_authority", "to_provider", "asked_by"
    )
    return known.filter(reply_digest=_digest(key)).first()


def check_is_open(story: Story, row: HandOver, at: datetime) -> None:
    """Whether the request still waits for an answer. Raises AlreadyAnswered, AlreadyEnded."""
    if row.is_answered:
        raise handover.AlreadyAnswered
    if row.overtaken_at or story.episode.is_voided or story.step(row, at) is not Step.ASKED:
        raise handover.AlreadyEnded


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


# The duty follows the care of the child, once the other authority takes it.


@transaction.atomic
@acting.as_system(acting.PASSING_ON)
def reconsider(child: Child, *, by: Person, at: datetime) -> list[HandOver]:
    """Decide again for the child's episodes by what is known of care and home now.

    What another authority owes by that is asked of it, by itself; until it accepts, whoever has
    the duty keeps it. Gives what was asked.
    """
    child = children.with_care([children.lock(child.pk)[child.pk].pk])[child.pk]
    asked = []
    for episode in episodes.lock(*child.episodes.counted().values_list("pk", flat=True)):
        if child.is_confirmed and not episode.is_overridden:
            decided = owners.of_child(
                child,
                kind=EpisodeKind(episode.kind),
                started_on=episode.started_on,
                ended_on=episode.ended_on,
                received_by=episode.responsible_authority,
            )
            episodes.decide_again(episode, decided, by=by, at=at)
            episode.refresh_from_db()
        request = None if episode.is_settled else _ask_for_the_duty(episode, child, by=by, at=at)
        if request:
            asked.append(request)
    return asked


@transaction.atomic
def ask_what_is_owed(*, by: Person, at: datetime) -> list[HandOver]:
    """Ask for the duty wherever by the facts it is another's and nobody has been asked yet.

    For what a file or a corrected day brings about, where no person is there who would ask.
    """
    before = HandOver.objects.of_the_duty().filter(episode=OuterRef("pk"))
    owed = (
        Episode.objects.counted()
        .unsettled()
        .exclude(responsible_authority=F("counted_under"))
        .exclude(Exists(before))
    )
    theirs = Child.objects.filter(pk__in=owed.values("child")).order_by("pk")[:MOST_AT_ONCE]
    return [row for child in theirs for row in reconsider(child, by=by, at=at)]


def _ask_for_the_duty(
    episode: Episode, child: Child, *, by: Person, at: datetime
) -> HandOver | None:
    whose, ground, since = duty_of(episode, child, at.astimezone(LONDON).date())
    if whose.pk == episode.responsible_authority_id:
        return None
    earlier = HandOver.objects.filter(episode=episode, to_authority=whose).of_the_duty()
    if earlier.filter(Q(answer=Reply.REFUSED) | Q(withdrawn_at__isnull=False)).exists():
        # Whoever has said no is asked again by a person, not by itself.
        return None
    if Story(episode).standing(handover.Matter.DUTY, at):
        return None
    return ask(
        episode,
        HandOverKind.DUTY,
        to=whose,
        ground=ground,
        looked_after_since=since,
        by=by,
        at=at,
    )


def duty_of(
    episode: Episode, child: Child, today: date
) -> tuple[Authority, DutyGround, date | None]:
    """Whose the duty is by the facts, on which ground, and since when it looks after the child."""
    then, now = circumstances(child, episode.started_on), circumstances(child, today)
    carer = now.looked_after_by
    if carer and carer != then.looked_after_by:
        began = [
            period.since
            for period in rows_of(child, "care_periods")
            if period.authority_id == carer.pk and period.since and period.since <= today
        ]
        since = max(began, default=today)
        return carer, DutyGround.LOOKED_AFTER_SINCE, since
    return episode.counted_under, DutyGround.BY_THE_FACTS, None


def standing_of(requests: Iterable[HandOver]) -> dict[int, HandOver]:
    """Episode → its latest request that is not over, of those that `requests_of` gave."""
    return {row.episode_id: row for row in requests if _is_standing(row)}


def requests_of(episodes_: Iterable[Episode]) -> list[HandOver]:
    """Every request about these episodes, the oldest first: one query."""
    return list(
        HandOver.objects.filter(episode__in=[episode.pk for episode in episodes_])
        .select_related("to_authority", "to_provider")
        .defer("terms", "answer_note", "withdrawal_note", "hand_back_note")
        .in_order()
    )


def _is_standing(row: HandOver) -> bool:
    is_over = row.overtaken_at or row.withdrawn_at or row.handed_back_at
    has_passed = row.is_of_the_duty and row.answer == Reply.ACCEPTED
    return not is_over and row.answer != Reply.REFUSED and not has_passed


def _by_episode(rows: Iterable[HandOver]) -> dict[int, list[HandOver]]:
    found: dict[int, list[HandOver]] = {}
    for row in rows:
        found.setdefault(row.episode_id, []).append(row)
    return found


# By which a request was taken back because something else is arranged already.
ARRANGED = (WithdrawalReason.ARRANGED_OTHERWISE, WithdrawalReason.NOT_NEEDED)


def to_arrange_again(
    episodes_: Iterable[Episode], requests: Iterable[HandOver] | None = None
) -> dict[int, HandOver]:
    """Episode → the request to interview that came to nothing, while nobody has arranged otherwise.

    Refused, handed back, not answered in time, or taken back. What is asked since, is booked, or
    was offered afterwards, settles it; a later request that was taken back does not. `requests` are
    those of `requests_of` where they are known. One more query at the most.
    """
    waiting = {
        each.pk: each
        for each in episodes_
        if not (each.held_at or each.booked_for or each.is_settled or each.is_voided)
    }
    rows = requests_of(waiting.values()) if requests is None else requests
    found = {
        pk: row
        for pk, theirs in _by_episode(
            each for each in rows if each.episode_id in waiting and not each.is_of_the_duty
        ).items()
        if (row := _came_to_nothing(theirs))
    }
    if not found:
        return {}
    offered = dict(
        Offer.objects.filter(episode__in=found)
        .values_list("episode")
        .annotate(Max("made_at"))
        .order_by()
    )
    return {
        pk: row for pk, row in found.items() if pk not in offered or offered[pk] < _ended_at(row)
    }


def _came_to_nothing(rows: Sequence[HandOver]) -> HandOver | None:
    """The last no; else the last that was taken back."""
    if any(_is_standing(row) for row in rows):
        return None
    ended = sorted(rows, key=_ended_at)
    settled = [place for place, row in enumerate(ended, 1) if row.withdrawal_reason in ARRANGED]
    ended = ended[max(settled, default=0) :]
    return ([None, *ended] + [row for row in ended if not row.withdrawn_at])[-1]


def _ended_at(row: HandOver) -> datetime:
    return row.handed_back_at or row.withdrawn_at or row.answered_at or row.answer_due_at


# Whoever accepted by the link of a letter is told by telephone who the child is.


def is_to_telephone(row: HandOver, episode: Episode) -> bool:
    """Whether they have accepted by letter, and nobody has told them yet whom to interview."""
    is_theirs = row.answer == Reply.ACCEPTED and row.answered_by_id is None
    is_over = row.withdrawn_at or row.handed_back_at or row.reported_at or row.told_at
    return bool(is_theirs and not is_over and not episode.held_at and not episode.is_voided)


def are_to_telephone() -> HandOverQuerySet:
    """The same of many, for the database: of episodes that are neither held nor voided."""
    return HandOver.objects.filter(
        answer=Reply.ACCEPTED,
        answered_by=None,
        withdrawn_at=None,
        handed_back_at=None,
        reported_at=None,
        told_at=None,
    )


@transaction.atomic
def note_told(row: HandOver, *, by: Person, at: datetime) -> HandOver:
    """Note that they were told by telephone who the child is. Raises NobodyToTelephone."""
    episode, story = _held_still(row.episode)
    row = _fresh(row, story)
    if not is_to_telephone(row, episode):
        raise NobodyToTelephone
    row.told_at, row.told_by = at, by
    row.save(update_fields=["told_at", "told_by"])
    journal.write("tell by telephone", row, by=by, at=at)
    return row


def letters_of(row: HandOver) -> list[tuple[datetime, str]]:
    """When a letter was made of the request, and by whom: the journal alone remembers each."""
    made = JournalEntry.objects.filter(kind="handover", object_id=row.pk, verb=WRITE_LETTER)
    by = dict(Person.objects.filter(pk__in=made.values("by_id")).values_list("pk", "name"))
    return [(each.at, by[each.by_id]) for each in made.order_by("at", "pk")]
