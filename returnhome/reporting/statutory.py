"""The statutory returns of a council: from the ledger to what the rules of each return read.

It reads no name: who makes a return works with numbers, birth dates and days.
"""

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from django.db.models import Q, QuerySet

from returnhome.casework import acting, places, registers
from returnhome.casework.children import Address, CarePeriod, Child, Identifier, Placement
from returnhome.casework.episodes import Episode
from returnhome.casework.places import Authority
from returnhome.reporting import characteristics
from returnhome.reporting.exports import csv_bytes
from returnhome.rules import clock
from returnhome.rules.codes import (
    BirthDatePrecision,
    Cohort,
    Earlier,
    EpisodeKind,
    NotHeldReason,
    OfferKind,
    Sex,
)
from returnhome.rules.facts import EpisodeFacts
from returnhome.rules.naming import written_postcode
from returnhome.rules.statutory import annex_a, ssd, ssda903, ssda903_tables
from returnhome.rules.statutory.looked_after import Absence, Care, LookedAfterChild, Placed
from returnhome.rules.statutory.ssd import Missed
from returnhome.rules.statutory.ssda903 import Finding
from returnhome.rules.statutory.ssda903_tables import Note, Tables

LOOKED_AFTER = (Cohort.LOOKED_AFTER_IN_AREA, Cohort.LOOKED_AFTER_OUT_OF_AREA)
Dated = TypeVar("Dated", CarePeriod, Placement, Address, Identifier, Episode)


@dataclass(frozen=True)
class Councils:
    """Whose return it is: the council, with those that it took over from."""

    authority: Authority
    ids: frozenset[int]
    issuers: frozenset[str]


def of_authority(authority: Authority) -> Councils:
    ids = places.lineage(authority)
    theirs = Authority.objects.filter(pk__in=ids)
    return Councils(authority, ids, frozenset(map(registers.issuer, theirs)))


def ssda903_of(authority: Authority, year: int) -> Tables:
    """The SSDA903 Missing return of the collection year that ends in `year`."""
    its, before = ssda903.year_of(year), ssda903.year_of(year - 1)
    councils = of_authority(authority)
    with acting.as_system(acting.STATUTORY):
        read = looked_after(councils, before.first, its.last)
    tables = ssda903_tables.of(read.children, its)
    wanted = {row[0] for row in tables.header}
    notes = [*(note for note in read.notes if note.number in wanted), *tables.notes]
    return replace(tables, notes=notes)


def faults_of(episode: Episode) -> list[Finding]:
    """What the rules find in this one episode, as soon as it is on record.

    Of what whoever asks may see of the child's care, whichever council's; nothing of an episode
    outside of care. Three queries.
    """
    if episode.is_voided or Cohort(episode.cohort) not in LOOKED_AFTER:
        return []
    child = _alone(episode.child)
    ended = absence_of(episode).ended_on or episode.started_on
    numbers = range(_year_of(episode.started_on), _year_of(ended) + 1)
    found: dict[str, Finding] = {}
    for number in numbers:
        for told in ssda903_tables.of([child], ssda903.year_of(number)).told:
            if told.episode == episode.pk:
                found.setdefault(told.finding.code, told.finding)
    return list(found.values())


def _year_of(day: date) -> int:
    """The collection year that the day is in, by the year of the calendar in which it ends."""
    return day.year + (day >= date(day.year, 4, 1))


def annex_a_of(authority: Authority, on: date) -> list[LookedAfterChild]:
    """The children for List 8 as on that day."""
    councils = of_authority(authority)
    with acting.as_system(acting.STATUTORY):
        return looked_after(councils, on, on).children


def ssd_of(authority: Authority, first: date, last: date) -> list[Missed]:
    """Every episode of the council's children that touches the period, of all cohorts."""
    councils = of_authority(authority)
    with acting.as_system(acting.STATUTORY):
        rows = list(_touching(councils, first, last).order_by("started_at", "pk"))
        numbers = _by_child(Identifier.objects.all(), {each.child_id for each in rows})
    codes = {each.pk: registers.issuer(each) for each in Authority.objects.all()}
    return [
        _missed(each, _number(each.child_id, numbers[each.child_id], councils)[0], codes)
        for each in rows
    ]


@dataclass(frozen=True)
class Read:
    """The children of a return, and what is to be said of their numbers."""

    children: list[LookedAfterChild]
    notes: list[Note]


def looked_after(of: Councils, first: date, last: date) -> Read:
    """Whom the council looked after between the days, or who counts so by an episode. No names."""
    periods = CarePeriod.objects.filter(
        Q(since__isnull=True) | Q(since__lte=last),
        Q(until__isnull=True) | Q(until__gte=first),
        authority__in=of.ids,
    )
    known = Child.objects.filter(confirmed_at__isnull=False, joined_to__isnull=True)
    counted = _touching(of, first, last).filter(cohort__in=LOOKED_AFTER)
    ids = {*periods.values_list("child_id", flat=True), *counted.values_list("child_id", flat=True)}
    rows = known.filter(pk__in=ids).only("pk", "born_on", "born_precision", "sex")
    theirs = _Rows(of, ids)
    read = Read([], [])
    for child in rows:
        read.children.append(_of_rows(child, theirs))
        number, is_own = theirs.number_of(child.pk)
        if not is_own:
            said = f"The council’s number of the child is not on record: {number} stands for it."
            read.notes.append(Note(child.pk, number, said))
    return read


class _Rows:
    """Care, placements, homes, episodes and numbers of these children, read once for all."""

    def __init__(self, of: Councils, ids: set[int]) -> None:
        days = ("child_id", "postcode", "since", "until")
        self.of = of
        self.care = _by_child(CarePeriod.objects.filter(authority__in=of.ids), ids)
        self.placed = _by_child(Placement.objects.only(*days, "is_protected"), ids)
        self.homes = _by_child(Address.objects.only(*days), ids)
        self.episodes = _by_child(_counted(of), ids)
        self.numbers = _by_child(Identifier.objects.all(), ids)
        self.known = characteristics.of_children(ids)

    def number_of(self, child: int) -> tuple[str, bool]:
        return _number(child, self.numbers[child], self.of)


def _of_rows(child: Child, rows: _Rows) -> LookedAfterChild:
    pk = child.pk
    spells = [Care(each.since, each.until) for each in rows.care[pk]]
    return LookedAfterChild(
        child=pk,
        number=rows.number_of(pk)[0],
        sex=Sex(child.sex or Sex.UNKNOWN),
        born_on=child.born_on,
        has_exact_birth_date=child.born_precision == BirthDatePrecision.KNOWN,
        upn=_value(rows.numbers[pk], Identifier.UPN),
        ethnicity=rows.known.get(pk, characteristics.Known()).ethnicity,
        home_postcode=_home(rows.homes[pk], spells),
        care=spells,
        placements=[
            Placed(each.since, each.until, written_postcode(each.postcode), each.is_protected)
            for each in rows.placed[pk]
        ],
        absences=[
            absence_of(each)
            for each in rows.episodes[pk]
            if each.cohort in LOOKED_AFTER or any(spell.has(each.started_on) for spell in spells)
        ],
    )


def _alone(child: Child) -> LookedAfterChild:
    """One child with what the rules ask of it, and neither number nor home."""
    counted = Episode.objects.counted().exclude(not_held=NotHeldReason.RECORDED_IN_ERROR)
    return LookedAfterChild(
        child=child.pk,
        number="",
        sex=Sex(child.sex or Sex.UNKNOWN),
        born_on=child.born_on,
        care=[Care(each.since, each.until) for each in child.care_periods.all()],
        placements=[Placed(each.since, each.until) for each in child.placements.defer("address")],
        absences=[absence_of(each) for each in counted.filter(child=child).order_by("pk")],
    )


def _counted(of: Councils) -> QuerySet[Episode]:
    """Not what was voided, and not what was recorded in error."""
    those = Episode.objects.counted().filter(counted_under__in=of.ids)
    return those.exclude(not_held=NotHeldReason.RECORDED_IN_ERROR)


def _touching(of: Councils, first: date, last: date) -> QuerySet[Episode]:
    return _counted(of).filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=first),
        started_at__lt=clock.midnight(last + ssda903_tables.DAY),
    )


def _by_child(rows: QuerySet[Dated], ids: Iterable[int]) -> defaultdict[int, list[Dated]]:
    found: defaultdict[int, list[Dated]] = defaultdict(list)
    for row in rows.filter(child_id__in=ids).order_by("pk"):
        found[row.child_id].append(row)
    return found


def _number(child: int, rows: Sequence[Identifier], of: Councils) -> tuple[str, bool]:
    """The council's own number of the child; where there is none, one that cannot be taken for it.

    The return has room for ten letters and figures.
    """
    for kind in (Identifier.COUNCIL, Identifier.REGISTER):
        theirs = [each for each in rows if each.kind == kind and len(each.value) <= 10]
        for each in reversed(theirs):
            if each.issuer in of.issuers:
                return each.value, True
        for each in reversed(theirs):
            if not each.issuer:
                return each.value, True
    return f"RH{child}", False


def _value(rows: Iterable[Identifier], kind: str) -> str:
    return next((each.value for each in rows if each.kind == kind), "")


def _home(addresses: Sequence[Address], care: Sequence[Care]) -> str:
    """Where home was when care began: the last address before it."""
    began = min((each.since for each in care if each.since), default=None)
    before = [
        each for each in addresses if began is None or each.since is None or each.since <= began
    ]
    last = max(before, key=lambda each: (each.until or date.max, each.pk), default=None)
    return written_postcode(last.postcode) if last else ""


def absence_of(episode: Episode) -> Absence:
    kind = EpisodeKind(episode.kind)
    found, returned = episode.found, episode.returned
    end = (returned or found) if kind is EpisodeKind.AWAY else (found or returned)
    facts = episode.facts
    return Absence(
        episode=episode.pk,
        kind=kind,
        started_at=episode.started_at,
        started_on=episode.started_on,
        found_on=found.day if found else None,
        returned_on=returned.day if returned else None,
        over_at=end.at if end else None,
        is_statutory=facts.offer_kind is OfferKind.STATUTORY,
        offered=_offered(facts),
        accepted=_accepted(facts),
    )


def _offered(facts: EpisodeFacts) -> bool | None:
    return True if facts.is_offered else None if facts.earlier is Earlier.NOT_KNOWN else False


def _accepted(facts: EpisodeFacts) -> bool | None:
    """None while nobody has answered, too: only a no is a no."""
    if facts.is_accepted:
        return True
    return False if facts.whose_no else None


def _missed(episode: Episode, number: str, codes: Mapping[int, str]) -> Missed:
    facts = episode.facts
    absence = absence_of(episode)
    return Missed(
        episode=episode.pk,
        child=episode.child_id,
        person=number,
        kind=absence.kind,
        started_on=absence.started_on,
        ended_on=absence.ended_on,
        is_statutory=absence.is_statutory,
        offered=absence.offered,
        accepted=absence.accepted,
        cohort=str(facts.cohort),
        responsible=codes[episode.counted_under_id],
        host=codes[episode.host_authority_id] if episode.host_authority_id else "",
        returned_at=_exact(episode.returned_at, episode.returned_precision),
        offered_at=episode.offered_at,
        decided_at=episode.answered_at,
        outcome="held" if facts.is_answered_for else str(facts.answer or ""),
        held_at=_exact(episode.held_at, episode.held_precision),
        timeliness=str(facts.standing or ""),
        is_covered=facts.is_covered,
        not_held=str(facts.not_held or ""),
    )


def _exact(at: datetime | None, precision: str) -> datetime | None:
    """Of a moment known by its day alone no hours are made."""
    return at if precision == str(clock.EXACT) else None


# As files.


def files_of_ssda903(tables: Tables) -> dict[str, bytes]:
    """File name → what is in it. Whole, so that a validator can read them as they stand."""
    its = (
        ("missing.csv", ssda903_tables.MISSING, tables.missing),
        ("header.csv", ssda903_tables.HEADER, tables.header),
        ("episodes.csv", ssda903_tables.EPISODES, tables.episodes),
        ("missing_last.csv", ssda903_tables.MISSING, tables.missing_last),
    )
    files = {name: csv_bytes(header, rows) for name, header, rows in its}
    return files | {"ssda903.xml": ssda903_tables.xml(tables)}


def files_of_annex_a(children: Iterable[LookedAfterChild], on: date) -> dict[str, bytes]:
    return {"annex-a-list-8.csv": csv_bytes(annex_a.HEADER, annex_a.rows(children, on))}


def files_of_ssd(episodes: Sequence[Missed]) -> dict[str, bytes]:
    return {
        "ssd_missing.csv": csv_bytes(ssd.MISSING, ssd.missing_rows(episodes)),
        "returnhome_interviews.csv": csv_bytes(ssd.INTERVIEWS, ssd.interview_rows(episodes)),
    }


def zipped(files: Mapping[str, bytes], at: datetime) -> bytes:
    """The files in one, each dated as at the moment they were made."""
    made = io.BytesIO()
    local = at.astimezone(clock.LONDON)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, local.timetuple()[:6]), content)
    return made.getvalue()
