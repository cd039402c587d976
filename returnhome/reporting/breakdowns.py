"""The same figures told apart: by age, sex, ethnicity, risk, who interviews, and more.

Counted from the episodes themselves, so that each number leads to them. The groups add up to what
the figures of the period say.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from returnhome.casework import acting
from returnhome.casework.children import Child
from returnhome.casework.communications import Communication
from returnhome.casework.concerns import NotedConcern
from returnhome.casework.episodes import Episode
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation
from returnhome.reporting import characteristics, facts
from returnhome.reporting.figures import Scope
from returnhome.rules import clock, grouping, measures
from returnhome.rules.characteristics import group_of
from returnhome.rules.codes import Concern, Sex
from returnhome.rules.grouping import By, CameAlone
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
    cohort: str
    kind: str
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
    columns = ("pk", "started_at", "kind", "risk", "provider_id", "host_authority_id")
    beside: dict[int, Any] = {row[0]: row[1:] for row in theirs.values_list(*columns)}
    found = []
    for pk, child, cohort, _, parts in facts.parts_of_each(theirs):
        if "ended" in parts:
            started_at, kind, risk, provider, host = beside[pk]
            started_on = started_at.astimezone(clock.LONDON).date()
            found.append(_Ended(pk, child, started_on, cohort, kind, risk, provider, host, parts))
    return found


def _keys(by: By, ended: Sequence[_Ended]) -> Callable[[_Ended], str]:
    """Which group each falls into."""
    of_episode = OF_EPISODE.get(by)
    if of_episode:
        return of_episode
    if by is By.TIMES:
        often = Counter(each.child for each in ended)
        return lambda each: str(grouping.times_of(often[each.child]))
    return OF_CHILD[by]({each.child for each in ended})


OF_EPISODE: Mapping[By, Callable[[_Ended], str]] = {
    By.RISK: lambda each: each.risk or grouping.UNKNOWN,
    By.INTERVIEWER: lambda each: str(each.provider or NOBODY),
    By.PLACED_IN: lambda each: str(each.host or NOBODY),
    By.COHORT: lambda each: each.cohort,
    By.KIND: lambda each: each.kind,
}


def _by_age(ids: Collection[int]) -> Callable[[_Ended], str]:
    born = dict(Child.objects.filter(pk__in=ids).values_list("pk", "born_on"))
    return lambda each: str(grouping.band_of(born[each.child], each.started_on))


def _by_sex(ids: Collection[int]) -> Callable[[_Ended], str]:
    known = dict(Child.objects.filter(pk__in=ids).values_list("pk", "sex"))
    return lambda each: known[each.child] or str(Sex.UNKNOWN)


def _by_ethnicity(ids: Collection[int]) -> Callable[[_Ended], str]:
    known, nothing = characteristics.of_children(ids), characteristics.Known()
    return lambda each: str(group_of(known.get(each.child, nothing).ethnicity))


def _by_disability(ids: Collection[int]) -> Callable[[_Ended], str]:
    known, nothing = characteristics.of_children(ids), characteristics.Known()
    return lambda each: grouping.disability_of(known.get(each.child, nothing).disability)


def _by_interpreter(ids: Collection[int]) -> Callable[[_Ended], str]:
    """By what stands noted of how to talk with the child."""
    rows = Communication.objects.filter(child__in=ids).order_by("child", "-noted_at", "-pk")
    needs = dict(rows.distinct("child").values_list("child_id", "needs_interpreter"))
    return lambda each: str(grouping.interpreter_of(needs.get(each.child)))


def _by_coming_alone(ids: Collection[int]) -> Callable[[_Ended], str]:
    """By a concern that stands: who has been given leave, or was noted in error, is no more."""
    rows = NotedConcern.objects.standing().filter(child__in=ids, concern=Concern.UNACCOMPANIED)
    alone = set(rows.values_list("child_id", flat=True))
    return lambda each: str(CameAlone.NOTED if each.child in alone else CameAlone.NOT_NOTED)


OF_CHILD: Mapping[By, Callable[[Collection[int]], Callable[[_Ended], str]]] = {
    By.AGE: _by_age,
    By.SEX: _by_sex,
    By.ETHNICITY: _by_ethnicity,
    By.DISABILITY: _by_disability,
    By.INTERPRETER: _by_interpreter,
    By.UNACCOMPANIED: _by_coming_alone,
}


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
