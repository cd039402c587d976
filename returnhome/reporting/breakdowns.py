"""The same figures told apart: by age, sex, risk, how often, who interviews, where placed.

Counted from the episodes themselves, in the database, so that each number leads to them. The groups
add up to what the figures of the period say.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, Func, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf, TruncDate

from returnhome.casework import acting
from returnhome.casework.episodes import Episode, EpisodeQuerySet
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation
from returnhome.reporting.figures import Scope
from returnhome.reporting.quarters import TAKEN
from returnhome.rules import clock, grouping, measures
from returnhome.rules.codes import Sex
from returnhome.rules.grouping import OLDEST_IN, Band, By
from returnhome.rules.measures import ADDED, STEPS, UPTAKE

NOBODY = ""


# The measures of which the steps tell.
TOLD = [measure.key for measure in UPTAKE if measure.part in (*STEPS, "children")]


@dataclass(frozen=True)
class Group:
    """One group, and the measures of its episodes that are about the way from ended to in time."""

    key: str
    label: str
    counts: Mapping[str, measures.Count]

    @property
    def episodes(self) -> int:
        return self.counts["ended"].numerator

    def count(self, measure: str) -> measures.Count:
        return self.counts[measure]


@dataclass(frozen=True)
class Breakdown:
    by: By
    groups: Sequence[Group]
    total: Group

    def of(self, key: str) -> Group | None:
        return next((group for group in (*self.groups, self.total) if group.key == key), None)


def broken_down(scope: Scope, first: date, last: date, by: By) -> Breakdown:
    """The episodes ended in the period, under the duty, of every cohort that adds up to all."""
    with acting.as_system(acting.REPORTING):
        ended = _ended(scope, first, last)
        found = _by_times(ended) if by is By.TIMES else _by_key(ended, by)
    groups = [
        _group(key, label, found[key])
        for key, label in _labels(by, set(found)).items()
        if key in found
    ]
    return Breakdown(by, groups, total(scope, first, last))


@acting.as_system(acting.REPORTING)
def total(scope: Scope, first: date, last: date) -> Group:
    """All of them together."""
    counted = _ended(scope, first, last).aggregate(**TAKEN, children=EACH_CHILD)
    return _group(measures.ALL, "All", counted)


def behind(scope: Scope, first: date, last: date, by: By, key: str) -> EpisodeQuerySet:
    """The episodes of one group, or of all of them."""
    ended = _ended(scope, first, last)
    if key == measures.ALL:
        return ended
    if by is By.TIMES:
        return ended.filter(child__in=_missing_so_often(ended, grouping.Times(key)))
    return ended.annotate(group=KEYS[by]).filter(group=key)


def _ended(scope: Scope, first: date, last: date) -> EpisodeQuerySet:
    return Episode.objects.counted().filter(
        counted_under_id__in=scope.authorities,
        cohort__in=ADDED,
        ended_on__gte=first,
        ended_on__lte=last,
        steps__isnull=False,
    )


EACH_CHILD = Count("child", distinct=True)


class AgeBand(Func):
    """The band of the age in whole years; who was born on 29 February is older on 1 March."""

    template = (
        "(%(bands)s)[1 + width_bucket(extract(year from age(%(expressions)s)), %(from_ages)s)]"
    )
    output_field = CharField()

    def __init__(self, *days: Any) -> None:
        bands = ", ".join(f"'{band}'" for band in (*(band for _, band in OLDEST_IN), Band.TO_17))
        ages = ", ".join(str(oldest + 1) for oldest, _ in OLDEST_IN)
        super().__init__(*days, bands=f"array[{bands}]", from_ages=f"array[{ages}]::numeric[]")


STARTED_ON = TruncDate("started_at", tzinfo=clock.LONDON)
# Which group an episode falls into.
KEYS = {
    By.AGE: Case(
        When(child__born_on__lte=STARTED_ON, then=AgeBand(STARTED_ON, "child__born_on")),
        default=Value(Band.UNKNOWN),
    ),
    By.SEX: Coalesce(NullIf("child__sex", Value("")), Value(str(Sex.UNKNOWN))),
    By.RISK: Coalesce(NullIf("risk", Value("")), Value(grouping.UNKNOWN)),
    By.INTERVIEWER: Coalesce(Cast("provider_id", CharField()), Value(NOBODY)),
    By.PLACED_IN: Coalesce(Cast("host_authority_id", CharField()), Value(NOBODY)),
}


@acting.as_system(acting.REPORTING)
def _missing_so_often(ended: EpisodeQuerySet, times: grouping.Times) -> list[int]:
    """As the page counts them, whatever of these episodes the reader may see."""
    often = ended.values_list("child").annotate(Count("child")).order_by()
    return [child for child, number in often if grouping.times_of(number) is times]


def _by_key(ended: EpisodeQuerySet, by: By) -> dict[str, Counter[str]]:
    rows = ended.annotate(group=KEYS[by]).values_list("group")
    counted = rows.annotate(**TAKEN, children=EACH_CHILD).order_by()
    return {
        group: Counter(dict(zip((*STEPS, "children"), numbers, strict=True)))
        for group, *numbers in counted
    }


def _by_times(ended: EpisodeQuerySet) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for _, *taken in ended.values_list("child").annotate(**TAKEN).order_by():
        often = str(grouping.times_of(taken[0]))
        found.setdefault(often, Counter()).update(dict(zip(STEPS, taken, strict=True)), children=1)
    return found


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


def _group(key: str, label: str, counted: Mapping[str, int]) -> Group:
    found = measures.measured(counted)
    return Group(key, label, {measure: found[measure] for measure in TOLD})
