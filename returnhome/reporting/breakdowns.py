"""The same figures told apart: by age, sex, ethnicity, risk, who interviews, and more.

Counted from the episodes themselves, in the database, so that each number leads to them. The groups
add up to what the figures of the period say.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Func,
    Model,
    OuterRef,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf, TruncDate

from returnhome.casework import acting
from returnhome.casework.communications import Communication
from returnhome.casework.concerns import NotedConcern
from returnhome.casework.episodes import Episode, EpisodeQuerySet
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation, Post, Team
from returnhome.reporting import characteristics
from returnhome.reporting.characteristics import Children, Known
from returnhome.reporting.figures import Scope
from returnhome.reporting.quarters import TAKEN
from returnhome.rules import clock, grouping, measures
from returnhome.rules.characteristics import group_of
from returnhome.rules.codes import Concern, Sex
from returnhome.rules.grouping import OLDEST_IN, Band, By, CameAlone
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
        found = _found(ended, by)
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


def group(scope: Scope, first: date, last: date, by: By, key: str) -> Group | None:
    """One of the groups, counted by itself, or all; None where no episode is in it."""
    if key == measures.ALL:
        return total(scope, first, last)
    if by not in KEYS:
        return broken_down(scope, first, last, by).of(key)
    with acting.as_system(acting.REPORTING):
        those = _ended(scope, first, last).annotate(group=KEYS[by]).filter(group=key)
        counted = those.aggregate(**TAKEN, children=EACH_CHILD)
    return _group(key, _labels(by, {key})[key], counted) if counted["ended"] else None


def _found(ended: EpisodeQuerySet, by: By) -> dict[str, Counter[str]]:
    if by in KEYS:
        return _by_key(ended, by)
    if by is By.TIMES:
        return _by_child(ended, lambda _, times: str(grouping.times_of(times)))
    group = OF_CHILD[by](ended.order_by().values("child"))
    return _by_child(ended, lambda child, _: group(child))


def behind(scope: Scope, first: date, last: date, by: By, key: str) -> EpisodeQuerySet:
    """The episodes of one group, or of all of them."""
    ended = _ended(scope, first, last)
    if key == measures.ALL:
        return ended
    if by in OF_CHILD:
        with acting.as_system(acting.REPORTING):
            children = set(ended.values_list("child", flat=True))
            group = OF_CHILD[by](ended.order_by().values("child"))
        return ended.filter(child__in=[child for child in children if group(child) == key])
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
# Of whoever has the episode, or had it last: the post they hold now, else the latest they held.
TEAM = Subquery(
    Post.objects.filter(person=OuterRef("owner"), team__isnull=False)
    .order_by(F("until").desc(nulls_first=True), "-since", "-pk")
    .values("team")[:1]
)
# Which group an episode falls into.
KEYS = {
    By.AGE: Case(
        When(child__born_on__lte=STARTED_ON, then=AgeBand(STARTED_ON, "child__born_on")),
        default=Value(Band.UNKNOWN),
    ),
    By.SEX: Coalesce(NullIf("child__sex", Value("")), Value(str(Sex.UNKNOWN))),
    By.COHORT: F("cohort"),
    By.KIND: F("kind"),
    By.RISK: Coalesce(NullIf("risk", Value("")), Value(grouping.UNKNOWN)),
    By.TEAM: Coalesce(Cast(TEAM, CharField()), Value(NOBODY)),
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


def _by_child(
    ended: EpisodeQuerySet, group_of_child: Callable[[int, int], str]
) -> dict[str, Counter[str]]:
    """Told apart by the child: `group_of_child` is asked of each, and of how many episodes."""
    found: dict[str, list[int]] = {}
    for child, *taken in ended.values_list("child").annotate(**TAKEN).order_by():
        summed = found.setdefault(group_of_child(child, taken[0]), [0] * (len(STEPS) + 1))
        for place, number in enumerate((*taken, 1)):
            summed[place] += number
    return {
        key: Counter(dict(zip((*STEPS, "children"), summed, strict=True)))
        for key, summed in found.items()
    }


def _by_ethnicity(ids: Children) -> Callable[[int], str]:
    known = characteristics.of_children(ids)
    return lambda child: str(group_of(known.get(child, Known()).ethnicity))


def _by_disability(ids: Children) -> Callable[[int], str]:
    known = characteristics.of_children(ids)
    return lambda child: grouping.disability_of(known.get(child, Known()).disability)


def _by_interpreter(ids: Children) -> Callable[[int], str]:
    """By what stands noted of how to talk with the child."""
    noted = characteristics.newest_of(Communication.objects.all(), ids, "needs_interpreter")
    needs = {child: needed for child, (needed,) in noted.items()}
    return lambda child: str(grouping.interpreter_of(needs.get(child)))


def _by_coming_alone(ids: Children) -> Callable[[int], str]:
    """By a concern that stands: who has been given leave, or was noted in error, is no more."""
    standing = NotedConcern.objects.standing().filter(concern=Concern.UNACCOMPANIED)
    alone = {
        child
        for whose in ("child", "child__joined_to")
        for child in standing.filter(**{f"{whose}__in": ids}).values_list(f"{whose}_id", flat=True)
    }
    return lambda child: str(CameAlone.NOTED if child in alone else CameAlone.NOT_NOTED)


# What is read of the children, and gives the group of each.
OF_CHILD: Mapping[By, Callable[[Children], Callable[[int], str]]] = {
    By.ETHNICITY: _by_ethnicity,
    By.DISABILITY: _by_disability,
    By.INTERPRETER: _by_interpreter,
    By.UNACCOMPANIED: _by_coming_alone,
}


# Of what these are the numbers, and what it is called where there is none.
NAMED: Mapping[By, tuple[type[Model], str]] = {
    By.TEAM: (Team, "Nobody has it, or their team is not on record"),
    By.INTERVIEWER: (Organisation, "The council’s own people"),
    By.PLACED_IN: (Authority, "At home, or placed in our area"),
}


def _labels(by: By, keys: set[str]) -> Mapping[str, str]:
    """The groups in their order, with their words."""
    if by in grouping.LABELS:
        return grouping.LABELS[by]
    of, nobody = NAMED[by]
    rows = of._default_manager.filter(pk__in=[key for key in keys if key]).order_by("name")
    return {NOBODY: nobody, **{str(pk): name for pk, name in rows.values_list("pk", "name")}}


def _group(key: str, label: str, counted: Mapping[str, int]) -> Group:
    found = measures.measured(counted)
    return Group(key, label, {measure: found[measure] for measure in TOLD})
