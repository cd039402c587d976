"""Care, placements and ethnicity from a council's own SSDA903 files, of children known here.

Nothing on record is overwritten: what it leaves open is filled, what is missing is added, and what
it contradicts is told, for a person to find out which is right.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path

from django.db import transaction

from returnhome.casework import acting, care, characteristics, places, registers
from returnhome.casework.care import Where
from returnhome.casework.characteristics import Characteristics
from returnhome.casework.children import CarePeriod, Child, Identifier, Placement
from returnhome.casework.places import Authority
from returnhome.casework.staff import Person
from returnhome.rules import Blocked
from returnhome.rules.characteristics import ETHNICITIES, SaidBy
from returnhome.rules.naming import folded_postcode
from returnhome.rules.statutory import ssda903, ssda903_care
from returnhome.rules.statutory.ssda903_care import CareOnFile, Spell, Stay

BECAUSE = "From the council’s SSDA903 return"


class Unreadable(Blocked):
    """A folder that is no return; its one sentence."""


@dataclass(frozen=True)
class Outcome:
    """What became of one child of the file: recorded, unchanged, differs, not known or refused."""

    number: str
    result: str
    said: tuple[str, ...] = ()


@dataclass
class Brought:
    outcomes: list[Outcome] = field(default_factory=list)

    def number(self, result: str) -> int:
        return sum(each.result == result for each in self.outcomes)


RESULTS = ("recorded", "unchanged", "differs", "not_known")


def read(folder: Path) -> Sequence[CareOnFile]:
    """Every child of the folder's Episodes table. Raises Unreadable."""
    try:
        return list(ssda903_care.by_child(ssda903_care.read(folder)).values())
    except ssda903.Fault as fault:
        raise Unreadable(str(fault)) from None


@transaction.atomic
@acting.as_system(acting.INTAKE)
def bring(
    folder: Path, council: Authority, *, by: Person, at: datetime, is_rehearsal: bool = False
) -> Brought:
    """Bring the care of the council's children onto the record; a rehearsal leaves no trace.

    Raises Unreadable.
    """
    brought, told = Brought(), read(folder)
    ethnicities = ssda903_care.ethnicities(folder)
    with transaction.atomic():
        known = _known(council, [each.child for each in told])
        for each in told:
            child = known.get(each.child)
            brought.outcomes.append(
                _Bringing(child, council, by=by, at=at).of(each, ethnicities.get(each.child, ""))
                if child
                else Outcome(each.child, "not_known", ("No child of this number is known here.",))
            )
        transaction.set_rollback(is_rehearsal)
    return brought


def _known(council: Authority, numbers: Iterable[str]) -> dict[str, Child]:
    issuers = {
        registers.issuer(each) for each in Authority.objects.filter(pk__in=places.lineage(council))
    }
    rows = Identifier.objects.filter(
        kind__in=(Identifier.REGISTER, Identifier.COUNCIL),
        issuer__in={*issuers, ""},
        value__in=set(numbers),
        child__confirmed_at__isnull=False,
    )
    return {row.value: row.child for row in rows.select_related("child").order_by("issuer", "pk")}


class _Bringing:
    """One child: the latest first, so that what goes on today is known before what went before."""

    def __init__(self, child: Child, council: Authority, *, by: Person, at: datetime) -> None:
        self.child, self.council, self.by, self.at = child, council, by, at
        self.theirs = places.lineage(council)
        self.done = 0
        self.said: list[str] = []

    def of(self, told: CareOnFile, ethnicity: str) -> Outcome:
        self.said += told.faults
        if ethnicity:
            self._try(partial(self._ethnicity, ethnicity))
        for spell in reversed(told.care):
            self._try(partial(self._care, spell))
        for stay in reversed(told.stays):
            self._try(partial(self._stay, stay))
        result = "differs" if self.said else "recorded" if self.done else "unchanged"
        return Outcome(told.child, result, tuple(dict.fromkeys(self.said)))

    def _try(self, verb: Callable[[], bool]) -> None:
        try:
            with transaction.atomic():
                self.done += verb()
        except Blocked as blocked:
            self.said.append(blocked.sentence)

    def _ethnicity(self, told: str) -> bool:
        """Where nothing is noted: what somebody said of it is not put right by a file."""
        noted = Characteristics.objects.about(self.child).newest_first().first()
        if noted and noted.ethnicity:
            if noted.ethnicity != told:
                self.said.append(
                    f"On record: {ETHNICITIES[noted.ethnicity]}. The file has {ETHNICITIES[told]}."
                )
            return False
        characteristics.note(
            self.child,
            ethnicity=told,
            disability=noted.disability if noted else "",
            said_by=SaidBy.RECORDS,
            by=self.by,
            at=self.at,
        )
        return True

    def _care(self, spell: Spell) -> bool:
        rows = self.child.care_periods.select_related("authority").order_by("pk")
        beside = [row for row in rows if row.authority_id in self.theirs and _overlap(row, spell)]
        if not beside:
            care.look_after(
                self.child,
                self.council,
                since=spell.since,
                until=spell.until,
                by=self.by,
                at=self.at,
            )
            return True
        return self._filled(beside, spell)

    def _stay(self, stay: Stay) -> bool:
        rows = self.child.placements.select_related("authority").order_by("pk")
        beside = [row for row in rows if _overlap(row, stay)]
        # Where a protected address is nobody learns from a file, nor is it overwritten by one.
        if any(row.is_protected for row in beside):
            return False
        postcode = folded_postcode(stay.postcode)
        same = [row for row in beside if row.postcode == postcode]
        if same:
            return self._filled(same, stay)
        if beside:
            self.said.append(
                f"On record: {care.days_of(beside[0]).in_words}. The file has {stay.postcode} "
                f"{_days(stay)}."
            )
            return False
        care.place(
            self.child,
            Where(postcode=stay.postcode),
            since=stay.since,
            until=stay.until,
            by=self.by,
            at=self.at,
            # Nobody is told today of what was over long ago.
            is_told=stay.until is None,
        )
        return True

    def _filled(
        self, beside: Sequence[CarePeriod] | Sequence[Placement], told: Spell | Stay
    ) -> bool:
        """Fill what the record leaves open; say what it contradicts."""
        row = beside[0]
        since = row.since or told.since
        until = row.until or told.until
        if (since, until) != (told.since, told.until):
            self.said.append(
                f"On record: {care.days_of(row).in_words}. The file has it {_days(told)}."
            )
            return False
        if (since, until) == (row.since, row.until):
            return False
        care.correct(row, since=since, until=until, because=BECAUSE, by=self.by, at=self.at)
        return True


def _overlap(row: CarePeriod | Placement, told: Spell | Stay) -> bool:
    return (row.since or date.min) <= (told.until or date.max) and told.since <= (
        row.until or date.max
    )


def _days(told: Spell | Stay) -> str:
    until = f" until {told.until:%d/%m/%Y}" if told.until else ""
    return f"since {told.since:%d/%m/%Y}{until}"


def lines(brought: Brought) -> Iterator[str]:
    for each in brought.outcomes:
        for sentence in each.said:
            yield f"{each.number}: {sentence}"
