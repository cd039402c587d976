"""The records of the access matrix: a child in each state, with a row in every table about them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import models

from returnhome.casework import (
    children,
    disputes,
    episodes,
    handovers,
    interviews,
    offers,
    registers,
    row_security,
    staff,
    support,
)
from returnhome.casework.models import (
    Acknowledgement,
    Action,
    ActionForNeed,
    Addendum,
    Address,
    Alias,
    AnswerToChild,
    Ask,
    AskedOf,
    Attempt,
    Authority,
    Basis,
    BreakGlass,
    Bringing,
    BringingFile,
    BroughtChild,
    CarePeriod,
    CarersAsked,
    Characteristics,
    CheckIn,
    CheckInWords,
    Child,
    ChildSpokenTo,
    Choice,
    Classification,
    Communication,
    Correction,
    Coverage,
    Delivery,
    Disclosure,
    Dispute,
    Doubt,
    EarlierRecord,
    Entry,
    Episode,
    FormerFact,
    FoundPlace,
    FromHome,
    GatheredLine,
    GatheredRecord,
    HandOver,
    HarmCall,
    HarmDecision,
    HarmTaking,
    HelpOffered,
    Hold,
    Identifier,
    Interview,
    LineAnswer,
    Listed,
    Made,
    Meeting,
    Mention,
    NamedFor,
    Need,
    NoHelp,
    NotedConcern,
    NotHeld,
    NothingNeeded,
    NothingToTell,
    Notification,
    NotShared,
    Offer,
    OneTimeLink,
    Opening,
    Organisation,
    Override,
    OwnWords,
    Pack,
    PackChild,
    ParentalRisk,
    PassedOn,
    Person,
    Placement,
    PlacementNotice,
    Post,
    PreventionInterview,
    PutForward,
    RecordRequest,
    Release,
    Reply,
    RequestStep,
    Restriction,
    RetentionReview,
    Review,
    SaidBack,
    SameThing,
    Sample,
    Sampled,
    Score,
    Scoring,
    SecondLook,
    Share,
    SharedLine,
    SignedFacts,
    Telling,
    ToldNumber,
    Understanding,
    VoidedMeeting,
    WayIn,
    WentTogether,
)
from returnhome.casework.places import Succession
from returnhome.casework.sealing import SealedText
from returnhome.rules import standard
from returnhome.rules.codes import (
    ActionKind,
    Answer,
    Cohort,
    DeclinedBy,
    EpisodeKind,
    HandBackReason,
    HandOverKind,
    NotHeldReason,
    OfferKind,
    RefusalReason,
    WithdrawalReason,
)
from returnhome.rules.responsibility import Reply as Said
from tests import cast as the_cast
from tests.cast import Cast, hours
from tests.standings import (
    HOME,
    MAY_NOT,
    MAY_SEE,
    NEW,
    OP,
    OPENED,
    OWN_INTERVIEW,
    POLICE,
    RESTRICTED_AND_ASKED,
    RUN_OUT,
    STANDINGS,
    THEIRS,
    E,
    F,
    N,
    Somebody,
    State,
    W,
    named_for,
    states,
)
from tests.who_may import ROLES

# A row has these or others, and not both.
NOT_BOTH = (
    *("settled_because", "ended_because", "despite", "not_told_because", "not_held_because"),
    *("why_not", "outcome", "heard", "finding"),
)
Build = Callable[[Cast, Episode, datetime], Any]
SURNAME = "Ledger"
LONG_AGO, SINCE = date(2015, 1, 1), date(2024, 1, 1)


# The bodies and the people.


def bodies(cast: Cast, now: datetime) -> dict[str, Organisation]:
    """Those of the cast, and some that have nothing to do with anybody."""
    operator = staff.operator()

    def body(name: str, kind: str, **more: Any) -> Organisation:
        return staff.add_organisation(name, kind=kind, by=operator, at=now, **more)

    older = Authority.objects.create(name="Oldshire", nation="England", until=date(2025, 3, 31))
    newer = Authority.objects.create(name="Newshire", nation="England", since=date(2025, 4, 1))
    Succession.objects.create(predecessor=older, successor=newer)
    return {
        N: cast.northshire_council,
        W: cast.westborough_council,
        E: Organisation.objects.get(name="Eastmoor Council"),
        OP: cast.open_path,
        F: body("Far Path", Organisation.PROVIDER),
        NEW: body("Newshire Council", Organisation.COUNCIL, authority=newer),
        POLICE: cast.northshire_police,
        HOME: body("Hill House", Organisation.HOME),
    }


def everybody(where: Mapping[str, Organisation], roles: Iterable[str] = ROLES) -> list[Somebody]:
    """Somebody in every standing with every role."""
    pairs = [(role, standing) for standing in STANDINGS for role in roles]
    people = Person.objects.bulk_create(
        Person(
            email=f"{number}@matrix.invalid",
            name=f"{role}, {standing.name}",
            password="!",
            is_active=not standing.is_closed,
        )
        for number, (role, standing) in enumerate(pairs)
    )
    found = [
        Somebody(role, standing, person.pk)
        for (role, standing), person in zip(pairs, people, strict=True)
    ]
    Post.objects.bulk_create(
        Post(
            person_id=each.pk,
            organisation=where[body],
            role=each.role if role == THEIRS else role,
            since=SINCE,
            until=SINCE + timedelta(days=400) if each.standing.is_ended else None,
        )
        for each in found
        for role, body in each.standing.posts
    )
    return found


# What happened to each child.


def _answered(cast: Cast, episode: Episode, now: datetime, answer: Answer, **more: Any) -> None:
    offer = the_cast.offered(episode, by=cast.amina, at=now)
    offers.answer(offer, answer, by=cast.amina, at=now, **more)


def _ask_host(cast: Cast, episode: Episode, now: datetime) -> HandOver:
    kind = HandOverKind.HOST_INTERVIEWS
    return handovers.ask(episode, kind, to=cast.westborough, by=cast.amina, at=now)


def _host_takes(cast: Cast, episode: Episode, now: datetime) -> HandOver:
    row = _ask_host(cast, episode, now)
    return handovers.answer(row, Said.ACCEPTED, by=cast.wes, at=now)


def _host_refuses(cast: Cast, episode: Episode, now: datetime) -> None:
    row = _ask_host(cast, episode, now)
    reason = RefusalReason.NOBODY_IN_TIME
    handovers.answer(row, Said.REFUSED, reason=reason, by=cast.wes, at=now)


def _withdraw(cast: Cast, row: HandOver, now: datetime) -> None:
    handovers.withdraw(row, WithdrawalReason.NOT_NEEDED, by=cast.amina, at=now)


def _ask_provider(cast: Cast, episode: Episode, now: datetime) -> HandOver:
    kind = HandOverKind.PROVIDER
    return handovers.ask(episode, kind, to=cast.open_path, by=cast.amina, at=now)


def _ask_duty(cast: Cast, episode: Episode, now: datetime) -> HandOver:
    return handovers.ask(
        episode,
        HandOverKind.DUTY,
        to=cast.eastmoor,
        looked_after_since=date(2026, 3, 1),
        by=cast.amina,
        at=now,
    )


def _refuse_duty(cast: Cast, episode: Episode, now: datetime) -> None:
    reason = RefusalReason.NOT_LOOKED_AFTER_BY_US
    row = _ask_duty(cast, episode, now)
    handovers.answer(row, Said.REFUSED, reason=reason, by=cast.owen, at=now)


def _follow_up(cast: Cast, episode: Episode, now: datetime) -> None:
    talk = the_cast.signed(episode, interviewer=cast.ines, by=cast.amina, at=now - hours(8))
    support.add(
        episode,
        ActionKind.HEALTH,
        "See the GP",
        owner=cast.sol,
        due_on=now.date(),
        interview=talk,
        by=cast.mara,
        at=now,
    )


def _override(cast: Cast, episode: Episode, now: datetime) -> None:
    disputes.override(
        episode,
        cohort=Cohort.LOOKED_AFTER_IN_AREA,
        offer_kind=OfferKind.LOCAL_POLICY,
        host=None,
        because="A person knows better",
        by=cast.mara,
        at=now,
    )


def _booked(cast: Cast, episode: Episode, now: datetime) -> Interview:
    return the_cast.booked(episode, interviewer=cast.ines, by=cast.amina, at=now)


def _held(cast: Cast, episode: Episode, now: datetime) -> Interview:
    return the_cast.held(episode, interviewer=cast.ines, by=cast.amina, at=now - hours(8))


HAPPENED: dict[str, Build] = {
    "attempted": lambda cast, one, now: offers.attempt(
        one, means="telephone", made_at=now, by=cast.amina, at=now
    ),
    "offered": lambda cast, one, now: the_cast.offered(one, by=cast.amina, at=now),
    "accepted": lambda cast, one, now: _answered(cast, one, now, Answer.ACCEPTED),
    "declined": lambda cast, one, now: _answered(
        cast, one, now, Answer.DECLINED, declined_by=DeclinedBy.CHILD, reason="Busy"
    ),
    "booked": _booked,
    "held": _held,
    "signed": lambda cast, one, now: the_cast.signed(
        one, interviewer=cast.ines, by=cast.amina, at=now - hours(8)
    ),
    "acted on": _follow_up,
    "not held": lambda cast, one, now: interviews.not_hold(
        one, NotHeldReason.DETAINED_OR_HOSPITAL, note="Rang", by=cast.amina, at=now
    ),
    "recorded in error": lambda cast, one, now: episodes.void(
        one, because="Not missing", by=cast.mara, at=now
    ),
    "disputed": lambda cast, one, now: disputes.dispute(
        one, because="Not ours", by=cast.amina, at=now
    ),
    "overridden": _override,
    "host asked": _ask_host,
    RESTRICTED_AND_ASKED: _ask_host,
    "host asked too long ago": lambda cast, one, now: _ask_host(cast, one, now - hours(9)),
    "host refused": _host_refuses,
    "request withdrawn": lambda cast, one, now: _withdraw(cast, _ask_host(cast, one, now), now),
    "host accepted": _host_takes,
    "accepted and withdrawn": lambda cast, one, now: _withdraw(
        cast, _host_takes(cast, one, now), now
    ),
    "handed back": lambda cast, one, now: handovers.hand_back(
        _host_takes(cast, one, now), HandBackReason.NOBODY_IN_TIME, by=cast.wes, at=now
    ),
    "provider asked": _ask_provider,
    "provider accepted": lambda cast, one, now: handovers.answer(
        _ask_provider(cast, one, now), Said.ACCEPTED, by=_somebody_of(cast.open_path), at=now
    ),
    "duty asked": _ask_duty,
    "duty refused": _refuse_duty,
    "duty taken over": lambda cast, one, now: handovers.answer(
        _ask_duty(cast, one, now), Said.ACCEPTED, by=cast.owen, at=now
    ),
    "moved away since": lambda cast, one, now: children.pass_to(
        one.child, cast.eastmoor, by=cast.amina, at=now
    ),
    OWN_INTERVIEW: _held,
}


def _somebody_of(provider: Organisation) -> Person:
    found = Person.objects.filter(posts__organisation=provider, posts__role="coordinator")
    return found.filter(is_active=True, posts__until=None).order_by("pk")[0]


# Putting them on record.


def _child(number: int, state: State, cast: Cast, now: datetime) -> Child:
    is_placed = W in state.child
    known = {
        "register_id": f"matrix-{number}",
        "forename": f"Matrix{number}",
        "surname": "Interviewed" if state.named else SURNAME,
        "born_on": date(2012, 1, 1) + timedelta(days=number),
        "sex": "F",
        "by": staff.operator(),
        "at": now,
    }
    if state.name == "not yet named":
        register_id = known.pop("register_id")
        child = children.open_record(
            **known,  # type: ignore[arg-type]
            responsible_authority=cast.northshire,
            is_confirmed=False,
        )
        Identifier.objects.create(child=child, kind=Identifier.POLICE, value=str(register_id))
        return child
    if state.name == "of a council that is no more":
        lives_in = Authority.objects.get(name="Oldshire")
    elif state.name == "joined to another":
        lives_in = cast.eastmoor
    else:
        lives_in = cast.westborough if is_placed else cast.northshire
    return registers.enter(
        **known,  # type: ignore[arg-type]
        postcode="",
        lives_in=lives_in,
        looked_after_by=cast.northshire if is_placed else None,
        provider=cast.open_path if OP in state.child else None,
    )[0]


def _episode(child: Child, state: State, now: datetime) -> Episode:
    is_away = state.name.startswith("away")
    kind = EpisodeKind.AWAY if is_away else EpisodeKind.MISSING
    if state.name == "still missing":
        return the_cast.missing(child, last_seen=now - hours(30), at=now)
    back = now - hours(20)
    return the_cast.missing(
        child, last_seen=back - hours(20), found=back, returned=back, kind=kind, at=back
    )


def put_on_record(
    cast: Cast,
    people: Iterable[Somebody],
    where: Mapping[str, Organisation],
    now: datetime,
    only: Iterable[str] = (),
) -> list[State]:
    """Every state with its child and a row in every table, and the interviews people hold."""
    people, wanted = list(people), frozenset(only)
    every = [state for state in states() if not wanted or state.name in wanted]
    every += [named_for(each) for each in people if each.standing.is_named]
    fill = Filling(cast, where, now)
    for number, state in enumerate(every):
        child = _child(number, state, cast, now)
        state.rows["child"] = {child.pk}
        if not state.episode:
            fill.joined(child)
            fill.child(child)
            continue
        episode = _episode(child, state, now)
        state.rows["episode"] = {episode.pk}
        done = HAPPENED.get(state.name, lambda *_: None)(cast, episode, now)
        if state.named:
            person, body = state.named
            Interview.objects.filter(pk=done.pk).update(
                interviewer=person, organisation=where[body]
            )
        if state.is_listed:
            fill.lists(child, people, is_restricted=state.is_restricted)
        fill.child(child, is_listed=state.is_listed)
        fill.episode(Episode.objects.get(pk=episode.pk))
    fill.save()
    _gather(every)
    return every


class Filling:
    """A row in each table for each child and episode, where what happened left none."""

    def __init__(self, cast: Cast, where: Mapping[str, Organisation], now: datetime) -> None:
        self.cast, self.where, self.now = cast, where, now
        self.by = cast.ines
        self.made: list[models.Model] = []
        # Episode → the child of whom it is in the end.
        self.beside: dict[int, int] = {}
        self.numbers = count(1)
        # The first has no row, so that a page can throw it away.
        _, self.delivery = (
            Delivery.objects.create(
                sender=where[POLICE],
                received_for=where[N],
                filename="list.csv",
                digest=digest * 64,
                layout="list",
                received_at=now,
                received_by=self.by,
            )
            for digest in "ed"
        )
        self.bringing = Bringing.objects.create(
            brought_for=where[N], live_since=now.date(), received_at=now, received_by=self.by
        )
        BringingFile.objects.create(bringing=self.bringing, filename="list.csv", digest="f" * 64)
        self.sample = Sample.objects.create(
            organisation=where[N],
            first=now.date(),
            last=now.date(),
            size=1,
            seed="x",
            drawn_from=1,
            drawn_at=now,
            drawn_by=self.by,
        )
        self.home = registers.enter(
            register_id="matrix-home",
            forename="Known",
            surname="Already",
            born_on=date(2011, 1, 1),
            sex="M",
            postcode="",
            lives_in=cast.northshire,
            looked_after_by=None,
            by=staff.operator(),
            at=now,
        )[0]

    def joined(self, child: Child) -> None:
        Child.objects.filter(pk=child.pk).update(
            joined_to=self.home,
            joined_at=self.now,
            joined_by=self.by,
            confirmed_at=None,
            confirmed_by=None,
        )

    def child(self, child: Child, *, is_listed: bool = False) -> None:
        now, by, cast = self.now, self.by, self.cast
        past = {"since": LONG_AGO, "until": LONG_AGO + timedelta(days=90)}
        meeting = Meeting(child=child, kind="review", held_at=now, recorded_at=now, recorded_by=by)
        pack = Pack(
            # Whose the child is in the end: a duty may have been taken over.
            authority_id=Child.objects.get(pk=child.pk).responsible_authority_id,
            name="Panel",
            meets_on=now.date(),
            made_at=now,
            made_by=by,
        )
        self.made += [
            Alias(child=child, forename="Al", surname="Ias", folded_name="al ias"),
            BroughtChild(bringing=self.bringing, child=child),
            Address(child=child, authority=cast.northshire, **past),
            NamedFor(child=child, to=self.where[POLICE], named_at=now, named_by=by),
            Doubt(child=child, about="home", raised_at=now, raised_by=by),
            FormerFact(child=child, about="home", replaced_at=now, replaced_by=by),
            PlacementNotice(
                child=child,
                kind="begins",
                placed_by=cast.northshire,
                to_authority=cast.westborough,
                made_at=now,
                made_by=by,
                sent_at=now,
                sent_by=by,
            ),
            NotedConcern(child=child, concern="exploitation", noted_at=now, noted_by=by),
            Communication(child=child, noted_at=now, noted_by=by),
            Characteristics(child=child, said_by="records", noted_at=now, noted_by=by),
            meeting,
            VoidedMeeting(meeting=meeting, at=now, by=by),
            ParentalRisk(child=child, noted_at=now, noted_by=by),
            pack,
            PackChild(pack=pack, child=child, brought_at=now, brought_by=by),
            PutForward(
                child=child,
                standing="due",
                status="neither",
                period="x",
                source="x",
                due_since=now.date(),
                at=now,
                by=by,
            ),
            # Over, so that it keeps nothing.
            Hold(child=child, held_for="claim", made_at=now, made_by=by, ended_at=now, ended_by=by),
            RetentionReview(child=child, outcome="nothing_more", at=now, by=by),
        ]
        asked = RecordRequest(
            child=child,
            kind="sar",
            asker="self",
            received_on=now.date(),
            noted_at=now,
            noted_by=by,
        )
        record = GatheredRecord(request=asked, child=child, gathered_at=now, gathered_by=by)
        self.made += [
            asked,
            RequestStep(request=asked, kind="clarity_asked", on=now.date(), at=now, by=by),
            record,
            GatheredLine(record=record, place=0, table="Child", part="x", heading="x", marks=[]),
        ]
        if not is_listed:
            # Over, so that they keep nobody out.
            ended = {"made_at": now, "made_by": by, "ended_at": now, "ended_by": by}
            self.made += [
                Restriction(child=child, **ended),
                Listed(child=child, person=by, may_see=False, **ended),
                BreakGlass(
                    child=child,
                    person=by,
                    opened_at=now,
                    until=now + hours(1),
                    ended_at=now,
                    ended_by=by,
                ),
            ]
        if not child.care_periods.exists():
            self.made += [
                CarePeriod(child=child, authority=cast.northshire, **past),
                Placement(child=child, authority=cast.northshire, **past),
            ]

    def lists(self, child: Child, people: Iterable[Somebody], *, is_restricted: bool) -> None:
        """The lists of this child's record, and who broke its glass."""
        now, by = self.now, self.by
        made = {"child": child, "made_at": now, "made_by": by}
        if is_restricted:
            Restriction.objects.create(**made)
        for who in people:
            lists = who.standing.lists
            self.made += [
                Listed(**made, person_id=who.pk, may_see=name == MAY_SEE)
                for name in (MAY_SEE, MAY_NOT)
                if name in lists
            ]
            if is_restricted and lists & {OPENED, RUN_OUT}:
                began = now if OPENED in lists else now - hours(30)
                self.made.append(
                    BreakGlass(
                        child=child, person_id=who.pk, opened_at=began, until=began + hours(24)
                    )
                )

    def episode(self, episode: Episode) -> None:
        now, by = self.now, self.by
        told = Notification(
            delivery=self.delivery,
            sender=self.where[POLICE],
            row_number=episode.pk,
            reference=str(episode.pk),
            digest=str(episode.pk),
            result="opened",
            received_at=now,
            responsible_authority_id=episode.child.responsible_authority_id,
            host_authority_id=episode.child.host_authority_id,
            provider_id=episode.child.provider_id,
            child_id=episode.child_id,
        )
        offer = Offer(episode=episode, means="telephone", reached="child", made_at=now, made_by=by)
        link = WayIn(
            episode=episode,
            device="own",
            language="en",
            secret=f"{episode.pk:064}",
            made_at=now,
            made_by=by,
            until=now + timedelta(hours=72),
        )
        line = Release(
            episode=episode,
            kind="words",
            text="x",
            named_on=now.date(),
            released_at=now,
            released_by=by,
        )
        share = Share(
            episode=episode,
            child_id=episode.child_id,
            about="x",
            recipient="police",
            purpose="stop_harm",
            begun_at=now,
            begun_by=by,
        )
        shared = SharedLine(share=share, place=0, item="vehicle", heading="x")
        self.made += [
            *(share, shared, NotShared(episode=episode, recipient="school", at=now, by=by)),
            FoundPlace(
                episode=episode,
                found_in="abroad",
                said_by="other",
                source="x",
                noted_at=now,
                noted_by=by,
            ),
            SecondLook(share=share, is_good=False, at=now, by=by),
            *(Opening(share=share, at=now, by=by), Acknowledgement(share=share, at=now, by=by)),
            LineAnswer(line=shared, answer="known", at=now, by=by),
            OneTimeLink(
                share=share,
                child_id=episode.child_id,
                code_way="telephone",
                council="x",
                secret=f"{episode.pk:064}",
                code="x",
                made_at=now,
                made_by=by,
                until=now + timedelta(hours=72),
            ),
        ]
        ask = Ask(
            organisation=self.where[POLICE],
            born_on=now.date(),
            purpose="stop_harm",
            signed_in_by="passkey",
            asked_at=now,
            asked_by=by,
        )
        asked = AskedOf(
            ask=ask,
            child_id=episode.child_id,
            authority_id=episode.child.responsible_authority_id,
            is_hidden=False,
            due_at=now,
        )
        self.made += [ask, asked, NothingToTell(asked=asked, at=now, by=by)]
        said = SaidBack(release=line, way_in=link, words="x", at=now)
        answer = OwnWords(
            episode=episode, way_in=link, question="now", language="en", words="x", saved_at=now
        )
        checked = CheckIn(
            episode=episode,
            held_at=now,
            minutes=5,
            mode="telephone",
            held_by=by,
            noted_at=now,
            noted_by=by,
        )
        self.made += [
            told,
            Basis(episode=episode, notification=told),
            ToldNumber(notification=told, kind="nhs", value=f"{episode.pk:010}"),
            FromHome(
                notification=told,
                episode=episode,
                home=self.cast.larchwood,
                says="added",
                key=uuid4(),
                told_at=now,
                told_by=by,
            ),
            EarlierRecord(
                bringing=self.bringing,
                brought_for=self.where[N],
                episode=episode,
                source="list.csv",
                row_number=episode.pk,
                digest=str(episode.pk),
                says="not_known",
                is_counted=False,
            ),
            Correction(
                episode=episode,
                instant="found",
                was_at=now,
                was_precision="exact",
                was_source="x",
                replaced_at=now,
                replaced_by=by,
            ),
            Classification(
                episode=episode,
                axis="risk",
                code="high",
                source="x",
                recorded_at=now,
                recorded_by=by,
            ),
            offer,
            Reply(offer=offer, answer="accepted", given_at=now, recorded_at=now, recorded_by=by),
            Attempt(episode=episode, means="telephone", made_at=now, made_by=by),
            checked,
            CheckInWords(check_in=checked, is_urgent=False, any_harm="no"),
            ChildSpokenTo(episode=episode, means="telephone", noted_at=now, noted_by=by),
            Understanding(episode=episode, judged="able", noted_at=now, noted_by=by),
            CarersAsked(episode=episode, why_not="markofcarersasked", noted_at=now, noted_by=by),
            link,
            Choice(episode=episode, way_in=link, chosen={"who": ["new"]}, at=now),
            answer,
            Made(own_words=answer, what="drawing", kind="image/png", content=b"x", size=1, at=now),
            line,
            said,
            AnswerToChild(said_back=said, release=line, words="x", at=now, by=by),
            NotHeld(episode=episode, reason="detained_or_hospital", at=now, by=by),
            Telling(
                episode=episode,
                whom="parent",
                occasion="missing",
                means="telephone",
                told_at=now,
                told_by=by,
                recorded_at=now,
                recorded_by=by,
            ),
            Telling(
                episode=episode,
                whom="host_authority",
                occasion="missing",
                means="telephone",
                told_at=now,
                told_by=by,
                recorded_at=now,
                recorded_by=by,
            ),
            PreventionInterview(
                episode=episode,
                held_at=now,
                held_precision="exact",
                recorded_at=now,
                recorded_by=by,
            ),
            Override(
                episode=episode,
                was_cohort=episode.cohort,
                was_offer_kind=episode.offer_kind,
                cohort=episode.cohort,
                offer_kind=episode.offer_kind,
                at=now,
                by=by,
            ),
        ]
        # Beside one that stands as this does to everybody, but in no count, so that it may overlap.
        beside = Episode.objects.get(pk=episode.pk)
        beside.pk, beside.voided_at, beside.voided_by = None, now, by
        beside.voided_because, beside.owner, beside.owned_since = "x", None, None
        beside.steps = None
        beside.settled_at, beside.unanswered_since = now, None
        beside.record_waits_for = ""
        # A pair is linked as of two children, and found to be of one afterwards.
        beside.child = Child.objects.exclude(pk=episode.child_id).earliest("pk")
        beside.save(force_insert=True)
        self.beside[beside.pk] = episode.child_id
        self.made.append(WentTogether(episode=episode, other=beside, linked_at=now, linked_by=by))
        if not episode.disputes.exists():
            self.made.append(Dispute(episode=episode, raised_at=now, raised_by=by))
        talk = episode.interviews.first()
        if talk is None:
            talk = Interview(
                child_id=episode.child_id,
                interviewer=by,
                organisation=self.where[N],
                standard_version=standard.VERSIONS[0].version,
                booked_at=now,
                booked_by=by,
                booked_for=now,
                place="youth_centre",
                mode="in_person",
                not_held_at=now,
                not_held_by=by,
            )
            self.made += [talk, Coverage(interview=talk, episode=episode)]
        if not talk.is_signed:
            self.made += [
                Entry(interview=talk, question="matrix", written_at=now, written_by=by),
                SignedFacts(interview=talk, known={}, signed_by_name="x"),
            ]
        self.made += [
            Addendum(interview=talk, written_at=now, written_by=by),
            Action(
                episode=episode,
                interview=talk,
                kind="health",
                owner=by,
                due_on=now.date(),
                added_at=now,
                added_by=by,
            ),
            NothingNeeded(episode=episode, interview=talk, at=now, by=by),
        ]
        self.harm(episode, talk)
        self.needs(episode, talk)
        if talk.is_signed:
            self.reviewed(talk)

    def harm(self, episode: Episode, talk: Interview) -> None:
        """What the child told of harm, who was telephoned, who has it, what was decided."""
        now, by = self.now, self.by
        told = Disclosure(
            child_id=episode.child_id,
            episode=episode,
            interview=talk,
            told_at=now,
            responsible_authority_id=episode.child.responsible_authority_id,
            host_authority_id=episode.child.host_authority_id,
            made_at=now,
            made_by=by,
        )
        below = {"disclosure": told, "council_id": told.responsible_authority_id}
        self.made += [
            told,
            HarmCall(disclosure=told, whom="emergency", called_at=now, made_at=now, made_by=by),
            HarmTaking(**below, at=now, by=by),
            HarmDecision(**below, kind="section_47", decided_at=now, decided_by=by),
        ]

    def reviewed(self, talk: Interview) -> None:
        """What somebody else found in it, and how it was scored."""
        now, by = self.now, self.cast.mara
        sampled = Sampled(sample=self.sample, interview=talk, place=talk.pk)
        scoring = Scoring(sampled=sampled, at=now, by=by)
        self.made += [
            Review(interview=talk, result="to_add", comment="x", at=now, by=by),
            sampled,
            scoring,
            Score(scoring=scoring, criterion="harm", mark="met"),
        ]

    def needs(self, whose: Episode, talk: Interview) -> None:
        """A need that was named, and one of each that can be done about it."""
        now, by = self.now, self.by
        need = Need(
            interview=talk, kind="school", said_by="child", words="x", named_at=now, named_by=by
        )
        action = next(each for each in reversed(self.made) if isinstance(each, Action))
        day = {"noted_at": now, "offered_on": now.date()}
        how = {"reliability": "told", "expectation": "not_asked"}
        told_of = [
            Mention(interview=talk, kind="person", name=name, noted_at=now, noted_by=by, **how)
            for name in "xy"
        ]
        self.made += [
            need,
            *told_of,
            SameThing(
                authority_id=whose.responsible_authority_id,
                one=told_of[0],
                other=told_of[1],
                said_at=now,
                said_by=by,
            ),
            ActionForNeed(need=need, action=action),
            HelpOffered(need=need, what="x", means="in_person", offered_by=by, **day),
            NoHelp(need=need, reason="no_longer", at=now, by=by),
            PassedOn(
                need=need,
                to="review",
                who="x",
                passed_on=now.date(),
                passed_by=by,
                noted_at=now,
            ),
        ]

    def save(self) -> None:
        """Table by table, those that others point to first."""
        by_table: dict[type[models.Model], list[models.Model]] = {}
        for row in self.made:
            by_table.setdefault(type(row), []).append(row)
        late = (
            *(
                CheckInWords,
                Reply,
                Basis,
                FromHome,
                VoidedMeeting,
                PackChild,
                RequestStep,
                GatheredRecord,
                GatheredLine,
                Coverage,
                Entry,
                SignedFacts,
                Addendum,
                Action,
                NothingNeeded,
            ),
            *(SaidBack, AnswerToChild, Made),
            *(SharedLine, SecondLook, Opening, Acknowledgement, LineAnswer, OneTimeLink),
            *(AskedOf, NothingToTell),
            *(Disclosure, HarmCall, HarmTaking, HarmDecision),
            *(Mention, SameThing, Need, ActionForNeed, HelpOffered, NoHelp, PassedOn),
            *(Review, Sampled, Scoring, Score),
        )
        for row in self.made:
            for field in row._meta.fields:
                if isinstance(field, SealedText) and field.attname not in NOT_BOTH:
                    setattr(row, field.attname, f"mark{next(self.numbers)}of{row._meta.model_name}")
        for model in sorted(by_table, key=lambda each: late.index(each) if each in late else -1):
            model._default_manager.bulk_create(by_table[model])
        for pk, child in self.beside.items():
            Episode.objects.filter(pk=pk).update(child=child)
        # What was made is kept while they are a draft, and seen once they are sent.
        OwnWords.objects.filter(sent_at=None).update(sent_at=self.now)


# Which rows are whose.


CLOSED = {
    model._meta.db_table.removeprefix("casework_"): model
    for model in apps.get_models()
    if model._meta.db_table in row_security.policies()
}
# Received by a council, and of no one child.
OF_A_COUNCIL = ("delivery", "bringing", "bringingfile")
WAYS = {
    "coverage": "episode_id",
    "interview": "episodes",
    "voidedmeeting": "meeting__child_id",
    "pack": "brought__child_id",
    "requeststep": "request__child_id",
    "gatheredline": "record__child_id",
    "harmcall": "disclosure__episode_id",
    "harmtaking": "disclosure__episode_id",
    "harmdecision": "disclosure__episode_id",
    "basis": "episode_id",
    "action": "episode_id",
    "checkinwords": "check_in__episode_id",
    "nothingneeded": "episode_id",
    "actionforneed": "need__interview__episodes",
    "helpoffered": "need__interview__episodes",
    "nohelp": "need__interview__episodes",
    "passedon": "need__interview__episodes",
    "share": "episode_id",
    **dict.fromkeys(
        ("sharedline", "secondlook", "opening", "acknowledgement", "onetimelink"),
        "share__episode_id",
    ),
    "lineanswer": "line__share__episode_id",
    "ask": "asked__child_id",
    "nothingtotell": "asked__child_id",
    "saidback": "release__episode_id",
    "answertochild": "release__episode_id",
    "made": "own_words__episode_id",
    "samething": "one__interview__episodes",
    "scoring": "sampled__interview__episodes",
    "score": "scoring__sampled__interview__episodes",
    "notification": "basis__episode_id",
    "toldnumber": "notification__basis__episode_id",
    "child": "pk",
    "episode": "pk",
}


def _gather(every: Iterable[State]) -> None:
    """Write into each state the numbers of its rows, table by table."""
    by_child = {state.one("child"): state for state in every}
    by_episode = {state.one("episode"): state for state in every if state.episode}
    for table, model in CLOSED.items():
        if table in OF_A_COUNCIL:
            continue
        way, of = _way(table, model)
        found = by_child if of == "child" else by_episode
        for pk, whose in model._default_manager.filter(**{f"{way}__in": list(found)}).values_list(
            "pk", way
        ):
            found[whose].rows.setdefault(table, set()).add(pk)
    for state in every:
        to_host = Telling.objects.filter(
            pk__in=state.rows.get("telling", ()), whom="host_authority"
        )
        if numbers := set(to_host.values_list("pk", flat=True)):
            state.rows["telling to the host"] = numbers
            state.rows["telling"] -= numbers
        opened = BreakGlass.objects.filter(pk__in=state.rows.get("breakglass", ()))
        state.openings = dict(opened.values_list("person", "pk"))
        for table in OF_A_COUNCIL:
            numbers = CLOSED[table]._default_manager.values_list("pk", flat=True)
            state.rows[table] = set(numbers)


def _way(table: str, model: Any) -> tuple[str, str]:
    """How to get from a row to its child or episode."""
    names = {field.attname for field in model._meta.fields}
    if table in WAYS:
        way = WAYS[table]
    elif "episode_id" in names and table != "meeting":
        way = "episode_id"
    elif "interview_id" in names:
        way = "interview__episodes"
    elif "offer_id" in names:
        way = "offer__episode_id"
    else:
        way = "child_id"
    of_child = way.endswith("child_id") or table == "child"
    return way, "child" if of_child else "episode"
