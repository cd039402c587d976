"""The same figures told apart: by age, sex, risk, how often, who interviews, where placed.

Counted from the episodes themselves, so that each number leads to them. The groups add up to what
the figures of the period say.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from returnhome.casework import acting
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation
from returnhome.reporting import facts
from returnhome.reporting.figures import Scope
from returnhome.rules import clock, grouping, measures
from returnhome.rules.codes import Sex
from returnhome.rules.grouping import By
from returnhome.rules.measures import ADDED, Count

NOBODY = ""


@dataclass(frozen=True)
class Group:
    """One group: its episodes by number, and each measure of them."""

    key: str
    label: str
    episodes: tuple[int, ...]
    counts: Mapping[str, Count]

    def count(self, measure: str) -> Count:
        return self.counts[measure]


@dataclass(frozen=True)
class Breakdown:
    by: By
    groups: Sequence[Group]
    total: Group

    def of(self, key: str) -> Group | None:
        return next((group for group in (*self.groups, self.total) if group.key == key), None)


@dataclass(frozen=True, slots=True)
class _Ended:
    pk: int
    child: int
    started_on: date
    risk: str
    provider: int | None
    host: int | None
    parts: frozenset[str]


def broken_down(scope: Scope, first: date, last: date, by: By) -> Breakdown:
    """The episodes ended in the period, under the duty, of every cohort that adds up to all."""
    with acting.as_system(acting.REPORTING):
        ended = _ended(scope, first, last)
        key_of = _keys(by, ended)
    labels = _labels(by, {key_of(each) for each in ended})
    found: defaultdict[str, list[_Ended]] = defaultdict(list)
    for each in ended:
        found[key_of(each)].append(each)
    groups = [_group(key, label, found[key]) for key, label in labels.items() if found[key]]
    return Breakdown(by, groups, _group(measures.ALL, "All", ended))


def _ended(scope: Scope, first: date, last: date) -> list[_Ended]:
    theirs = Episode.objects.counted().filter(
        counted_under_id__in=scope.authorities,
        cohort__in=ADDED,
        ended_on__gte=first,
        ended_on__lte=last,
    )
    columns = ("pk", "started_at", "risk", "provider_id", "host_authority_id")
    beside: dict[int, Any] = {row[0]: row[1:] for row in theirs.values_list(*columns)}
    found = []
    for pk, child, _, _, parts in facts.parts_of_each(theirs):
        if "ended" in parts:
            started_at, risk, provider, host = beside[pk]
            started_on = started_at.astimezone(clock.LONDON).date()
            found.append(_Ended(pk, child, started_on, risk, provider, host, parts))
    return found


def _keys(by: By, ended: Sequence[_Ended]) -> Callable[[_Ended], str]:
    """Which group each falls into."""
    if by is By.RISK:
        return lambda each: each.risk or grouping.UNKNOWN
    if by is By.INTERVIEWER:
        return lambda each: str(each.provider or NOBODY)
    if by is By.PLACED_IN:
        return lambda each: str(each.host or NOBODY)
    if by is By.TIMES:
        often = Counter(each.child for each in ended)
        return lambda each: str(grouping.times_of(often[each.child]))
    children = Child.objects.filter(pk__in={each.child for each in ended})
    known = {pk: (born, sex) for pk, born, sex in children.values_list("pk", "born_on", "sex")}
    if by is By.SEX:
        return lambda each: known[each.child][1] or str(Sex.UNKNOWN)
    return lambda each: str(grouping.band_of(known[each.child][0], each.started_on))


def _labels(by: By, keys: set[str]) -> Mapping[str, str]:
    """The groups in their order, with their words."""
    if by in grouping.LABELS:
        return grouping.LABELS[by]
    of, nobody = (
        (Organisation, "The council’s own people")
        if by is By.INTERVIEWER
        else (Authority, "At home, or placed in our area")
    )
    rows = of._default_manager.filter(pk__in=[key for key in keys if key]).order_by("name")
    return {NOBODY: nobody, **{str(pk): name for pk, name in rows.values_list("pk", "name")}}


def _group(key: str, label: str, ended: Sequence[_Ended]) -> Group:
    counted = Counter(part for each in ended for part in each.parts)
    counted["children"] = len({each.child for each in ended})
    return Group(key, label, tuple(each.pk for each in ended), measures.measured(counted))
