"""Answers to freedom of information requests: counted, protected, and put in the order they ask.

Reads no name: the role of the database that counts has none. Of an interview it reads the codes of
the questions on exploitation, and of help and shares that there are any. The number of queries is
the same for every pack and however many years it asks for.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Min, Q, QuerySet

from returnhome.casework import acting
from returnhome.casework.children import CarePeriod
from returnhome.casework.episodes import Basis, Episode, EpisodeQuerySet
from returnhome.casework.interviews import Coverage, Entry, Interview
from returnhome.casework.needs import HelpOffered
from returnhome.casework.shares import Share
from returnhome.casework.staff import Organisation
from returnhome.reporting import facts
from returnhome.reporting.figures import Scope
from returnhome.rules import clock, publishing, suppression
from returnhome.rules.codes import EpisodeKind, NotHeldReason, OfferKind
from returnhome.rules.measures import ADDED, ALL, NOT_KNOWN
from returnhome.rules.publishing import CHILDREN, DAY, DECLINED, GROUPS, Cell, Period
from returnhome.rules.sharing import Recipient
from returnhome.rules.statutory import foi
from returnhome.rules.statutory.foi import Line, Pack, Question
from returnhome.rules.suppression import Release, Rule

# Counting.


@dataclass(frozen=True)
class Ledger:
    """What a council's record holds of some periods: (group, what) → how many, by period.

    `begins_on`: the day of the first episode on record; `since`: of what is not written down with
    every episode, the first day on which there was any. None where there is none.
    """

    counted: Mapping[Period, Mapping[tuple[str, str], int]]
    begins_on: date | None
    since: Mapping[str, date | None]

    def holds(self, what: str, period: Period) -> bool:
        """Whether a zero would be none: before anybody wrote it down there is nothing, not zero."""
        begins = self.since.get(what, self.begins_on)
        return begins is not None and begins <= period.last


def count(scope: Scope, periods: Sequence[Period]) -> Ledger:
    """All that is ever published of these periods. A fixed number of queries."""
    # Outside of the role that counts: it reads no organisation, as that would be a name.
    bodies = {
        pk: (kind, authority)
        for pk, kind, authority in Organisation.objects.values_list("pk", "kind", "authority_id")
    }
    with acting.as_system(acting.REPORTING):
        return _Counting(scope, periods, bodies).ledger()


class _Counting:
    """Episodes of the periods, each with all that it counts as."""

    def __init__(
        self,
        scope: Scope,
        periods: Sequence[Period],
        bodies: Mapping[int, tuple[str, int | None]],
    ) -> None:
        self.scope, self.bodies = scope, bodies
        self.police = [pk for pk, (kind, _) in bodies.items() if kind == Organisation.POLICE]
        self.has_care = False
        self.periods = sorted(set(periods))
        self.first = min(each.first for each in self.periods)
        self.last = max(each.last for each in self.periods)
        self.numbers: dict[Period, Counter[tuple[str, str]]] = {
            each: Counter() for each in self.periods
        }
        self.children: dict[tuple[Period, str, str], set[int]] = defaultdict(set)

    def ledger(self) -> Ledger:
        begins_at = self._ours().aggregate(begins=Min("started_at"))["begins"]
        self._ended()
        self._started()
        self._looked_after()
        for (period, group, what), those in self.children.items():
            self.numbers[period][group, what] = len(those)
        begins_on = _uk_day(begins_at) if begins_at else None
        return Ledger(self.numbers, begins_on, self._since(begins_on))

    def _since(self, begins_on: date | None) -> dict[str, date | None]:
        ours = self._ours()
        signed = Interview.objects.filter(
            episodes__in=ours,
            entries__question__in=publishing.EXPLOITATION,
            signed_at__isnull=False,
        )
        signs = _first(signed, "signed_at")
        police = Q(notification__sender_id__in=self.police)
        helped = HelpOffered.objects.filter(need__interview__episodes__in=ours)
        offered_on = helped.aggregate(first=Min("offered_on"))["first"]
        told = Share.objects.filter(episode__in=ours, recipient=Recipient.POLICE)
        return {
            **dict.fromkeys(publishing.SIGNS, signs),
            **dict.fromkeys(("help_offered", "help_taken_up"), offered_on),
            "shared_with_police": _first(told, "sent_at"),
            "police_notifications": _first(
                Basis.objects.filter(police, episode__in=ours), "notification__received_at"
            ),
            # A care period that began long ago does not say who else was looked after then.
            "looked_after_on_record": begins_on if self.has_care else None,
        }

    def _ours(self) -> EpisodeQuerySet:
        return Episode.objects.counted().filter(counted_under_id__in=self.scope.authorities)

    def _those_that_ended(self) -> EpisodeQuerySet:
        """Under the duty to offer, as the figures have it."""
        return (
            self._ours()
            .filter(
                cohort__in=ADDED,
                offer_kind=OfferKind.STATUTORY,
                ended_on__gte=self.first,
                ended_on__lte=self.last,
            )
            .exclude(not_held=NotHeldReason.RECORDED_IN_ERROR)
        )

    def _those_that_started(self) -> EpisodeQuerySet:
        return (
            self._ours()
            .filter(
                cohort__in=ADDED,
                kind=EpisodeKind.MISSING,
                started_at__gte=clock.midnight(self.first),
                started_at__lt=clock.midnight(self.last + DAY),
            )
            .exclude(not_held=NotHeldReason.RECORDED_IN_ERROR)
        )

    def _ended(self) -> None:
        after = self._after_interviews()
        for pk, child, cohort, day, parts in facts.parts_of_each(self._those_that_ended()):
            counts_as = set(parts)
            if parts.intersection(DECLINED):
                counts_as.add("declined")
            if "held" in parts:
                counts_as |= after.get(pk) or {"held_by_not_known"}
            self._note(child, cohort, day, counts_as)

    def _started(self) -> None:
        rows = self._those_that_started().values_list("child_id", "cohort", "started_at")
        for child, cohort, at in rows.order_by():
            self._note(child, cohort, _uk_day(at), {"started"})
        told = Basis.objects.filter(
            episode__in=self._those_that_started(), notification__sender_id__in=self.police
        )
        for at in told.order_by().values_list("episode__started_at", flat=True):
            for period in self._of(_uk_day(at)):
                self.numbers[period][ALL, "police_notifications"] += 1

    def _looked_after(self) -> None:
        rows = CarePeriod.objects.filter(
            Q(since__isnull=True) | Q(since__lte=self.last),
            Q(until__isnull=True) | Q(until__gte=self.first),
            authority_id__in=self.scope.authorities,
            child__joined_to__isnull=True,
        )
        for child, since, until in rows.order_by().values_list("child_id", "since", "until"):
            self.has_care = True
            for period in self.periods:
                begun = since is None or since <= period.last
                if begun and (until is None or until >= period.first):
                    self.children[period, ALL, "looked_after_on_record"].add(child)

    def _after_interviews(self) -> dict[int, set[str]]:
        """Episode → by whom it was held, what was recorded, and what followed."""
        held = Coverage.objects.filter(
            episode__in=self._those_that_ended(), interview__held_at__isnull=False
        )
        rows = held.order_by("interview__held_noted_at", "interview_id").values_list(
            *("episode_id", "interview_id", "interview__organisation_id"),
            *("interview__signed_at", "interview__held_by_organisation"),
        )
        found: dict[int, set[str]] = {}
        by_interview: dict[int, list[int]] = defaultdict(list)
        signed: set[int] = set()
        for episode, interview, body, signed_at, other_body in rows:
            # The last one noted is the one that answers for it.
            found[episode] = {self._by_whom(body, bool(other_body))}
            by_interview[interview].append(episode)
            if signed_at:
                signed.add(interview)
        for interview, what in self._recorded(held, signed):
            for episode in by_interview[interview]:
                found[episode].add(what)
        told = Share.objects.filter(
            episode__in=held.values("episode"), recipient=Recipient.POLICE, recalled_at=None
        )
        sent = told.filter(sent_at__isnull=False).order_by()
        for episode in sent.values_list("episode_id", flat=True):
            found[episode].add("shared_with_police")
        return found

    def _recorded(self, held: QuerySet[Coverage], signed: set[int]) -> Iterator[tuple[int, str]]:
        interviews = held.values("interview")
        entries = Entry.objects.filter(
            interview__in=interviews, question__in=publishing.EXPLOITATION, replaced_at=None
        )
        for interview, question, codes in entries.order_by().values_list(
            "interview_id", "question", "codes"
        ):
            if interview in signed:
                for what in publishing.signs(question, codes):
                    yield interview, what
        offered = HelpOffered.objects.filter(need__interview__in=interviews)
        for interview, is_taken_up in offered.order_by().values_list(
            "need__interview_id", "is_taken_up"
        ):
            yield interview, "help_offered"
            if is_taken_up:
                yield interview, "help_taken_up"

    def _by_whom(self, body: int | None, is_written_by_hand: bool) -> str:
        kind, authority = self.bodies.get(body, ("", None)) if body else ("", None)
        if is_written_by_hand or not kind:
            return "held_by_not_known"
        if kind == Organisation.COUNCIL:
            own = authority in self.scope.authorities
            return "held_by_council" if own else "held_by_other_council"
        return "held_by_provider"

    def _of(self, day: date) -> Iterator[Period]:
        return (each for each in self.periods if each.has(day))

    def _note(self, child: int, cohort: str, day: date, counts_as: set[str]) -> None:
        groups = [group for group, cohorts in GROUPS.items() if cohort in cohorts]
        for period in self._of(day):
            numbers = self.numbers[period]
            for group in groups:
                for what in counts_as:
                    numbers[group, what] += 1
                for what, of in CHILDREN.items():
                    if of in counts_as:
                        self.children[period, group, what].add(child)


def _uk_day(at: datetime) -> date:
    return at.astimezone(clock.LONDON).date()


def _first(rows: QuerySet[Any], moment: str) -> date | None:
    at = rows.aggregate(first=Min(moment))["first"]
    return _uk_day(at) if at else None


# Protecting.


def releases(ledger: Ledger, periods: Sequence[Period], rule: Rule) -> dict[Period, Release]:
    """Each period's table as answers take from it: of a year, the one that is published."""
    return {each: publishing.by_itself(each, ledger.counted[each], rule) for each in periods}


def whole(ledger: Ledger, periods: Sequence[Period], rule: Rule) -> dict[Period, Release]:
    """Each period's table with nothing hidden or rounded: not for publication."""
    exact = suppression.whole(rule)
    return {
        each: Release(publishing.year_table(each, ledger.counted[each]), exact, frozenset())
        for each in periods
    }


# Answering.

NOT_HELD = "not held"


@dataclass(frozen=True, slots=True)
class Row:
    """One number of an answer over the periods, as it is written; `counts` says what it counts."""

    line: Line
    label: str
    cells: tuple[str, ...]
    counts: str

    @property
    def is_hidden(self) -> bool:
        return any(not cell[:1].isdigit() and cell != NOT_HELD for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its numbers, what was typed, or why there is nothing."""

    question: Question
    rows: tuple[Row, ...]
    typed: str = ""
    not_held: str = ""


@dataclass(frozen=True)
class Reply:
    """The answers to one pack, in the order of its questions."""

    pack: Pack
    scope: Scope
    periods: tuple[Period, ...]
    answers: tuple[Answered, ...]
    rule: Rule
    now: datetime
    about: tuple[str, ...]
    is_protected: bool = True
    reference: str = ""
    contact: str = ""

    @property
    def hides(self) -> bool:
        return any(row.is_hidden for each in self.answers for row in each.rows)

    @property
    def counts(self) -> tuple[tuple[str, str], ...]:
        """What each number counts that stands in the answers."""
        return tuple(foi.COUNTS[what] for what in self.pack.whats)

    @property
    def days(self) -> str:
        """1 April 2023 to 31 March 2026, by financial year."""
        said = f"{in_words(self.periods[0].first)} to {in_words(self.periods[-1].last)}"
        return f"{said}, by financial year" if len(self.periods) > 1 else said


def reply(
    pack: Pack,
    scope: Scope,
    periods: Sequence[Period],
    *,
    rule: Rule = suppression.FEWER_THAN_5,
    typed: Mapping[str, str] | None = None,
    now: datetime,
    is_protected: bool = True,
) -> Reply:
    """The answers of a council to a pack. Small numbers are hidden unless `is_protected` is off."""
    ledger = count(scope, periods)
    made = releases if is_protected else whole
    tables = made(ledger, periods, rule)
    said = {key: text.strip() for key, text in (typed or {}).items()}
    return Reply(
        pack=pack,
        scope=scope,
        periods=tuple(periods),
        answers=tuple(_answer(each, tables, ledger, said) for each in pack.questions),
        rule=rule,
        now=now,
        about=tuple(_about(pack, ledger, tables, now)),
        is_protected=is_protected,
        reference=said.get(foi.REFERENCE.key, ""),
        contact=said.get(foi.CONTACT.key, ""),
    )


def _answer(
    question: Question,
    tables: Mapping[Period, Release],
    ledger: Ledger,
    typed: Mapping[str, str],
) -> Answered:
    asked = question.typed
    text = (typed.get(asked.key, "") or asked.nothing) if asked else ""
    why = asked.not_held if asked and not text else ""
    rows = []
    for line in question.lines:
        label, counts = foi.COUNTS[line.what]
        cells = tuple(_cell(line, period, tables[period], ledger) for period in tables)
        rows.append(Row(line, line.label or label, cells, counts))
    return Answered(question, tuple(rows), text, why)


def _cell(line: Line, period: Period, table: Release, ledger: Ledger) -> str:
    if not ledger.holds(line.what, period):
        return NOT_HELD
    return table.says(Cell(period, line.group, line.what))


def _about(
    pack: Pack, ledger: Ledger, tables: Mapping[Period, Release], now: datetime
) -> Iterator[str]:
    """What whoever reads the numbers has to know of them."""
    begins, periods = ledger.begins_on, list(tables)
    if begins is None:
        yield (
            "There is no missing episode on this record, so that nothing is held about them. This "
            "does not say that no child went missing."
        )
    elif any(period.first < begins for period in periods):
        yield (
            f"The record begins on {in_words(begins)}. For what lies before, nothing is held here, "
            "which is not the same as none; a period that had begun by then is counted in part."
        )
    yield from _since(pack, ledger, periods)
    today = _uk_day(now)
    for period in periods:
        if period.last >= today:
            yield f"The period {period.label} is not over: its numbers will still change."
        if not period.is_year:
            yield (
                f"The period {period.label} is no financial year. Its small numbers are protected "
                "by themselves: do not publish it beside a period that it overlaps."
            )
    counted = [ledger.counted[period] for period in periods]
    if any(each.get((ALL, part)) for each in counted for part in NOT_KNOWN):
        yield (
            "For some episodes the earlier records of the council do not say whether an interview "
            "was offered, answered or held. These are not counted as offered, declined or "
            "completed, so that the true numbers can be higher."
        )
    if any(table.exposed for table in tables.values()):
        yield "Some numbers can be worked out from tables that were published before."


def _since(pack: Pack, ledger: Ledger, periods: Sequence[Period]) -> Iterator[str]:
    """Of what is written down later than the record begins, since when."""
    alike: dict[date | None, list[str]] = defaultdict(list)
    for what in pack.whats:
        if what in ledger.since:
            alike[ledger.since[what]].append(foi.COUNTS[what][0])
    for since, labels in alike.items():
        called = "; ".join(labels)
        if since is None or since > max(period.last for period in periods):
            yield f"{called}: nothing of this is on record for the period, so it is not held."
        elif any(period.first < since for period in periods):
            yield (
                f"{called}: on record since {in_words(since)}. For what lies before it is not "
                "held, so that a period that had begun by then is counted in part."
            )


def in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
