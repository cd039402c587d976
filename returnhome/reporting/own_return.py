"""This council's own return to the national study: the figures of a period, as the study asks."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from statistics import median

from returnhome.casework import acting
from returnhome.casework.episodes import Episode
from returnhome.casework.places import Authority
from returnhome.reporting import figures
from returnhome.reporting.exports import csv_lines
from returnhome.reporting.figures import Scope
from returnhome.rules import clock
from returnhome.rules.codes import NotHeldReason, OfferKind
from returnhome.rules.measures import ADDED, ALL
from returnhome.rules.study import answering
from returnhome.rules.study.answering import Row
from returnhome.rules.study.asked import HEADER, Period

SECONDS = 3600


def rows(authority: Authority, first: date, last: date, *, now: datetime) -> Iterator[Row]:
    """The rows under `rules.study.asked.HEADER`, both days included, as at `now`."""
    scope = figures.of_authority(authority)
    counted = figures.uptake(scope, first, last, now=now)
    return answering.rows(
        authority=authority.gss_code or authority.name,
        period=Period(first, last),
        number=counted.number,
        hours=_hours(scope, first, last),
        is_empty=counted.is_empty,
        counted_on=now.astimezone(clock.LONDON).date(),
    )


def as_csv(authority: Authority, first: date, last: date, *, now: datetime) -> str:
    """The same as the file to send."""
    return "".join(csv_lines(HEADER, rows(authority, first, last, now=now)))


@acting.as_system(acting.REPORTING)
def _hours(scope: Scope, first: date, last: date) -> dict[str, tuple[Decimal, int]]:
    """By cohort, the median hours from return to interview, and of how many they are known.

    Only where both moments are known exactly: an estimate or a day has no hours.
    """
    held = Episode.objects.counted().filter(
        counted_under_id__in=scope.authorities,
        offer_kind=OfferKind.STATUTORY,
        ended_on__gte=first,
        ended_on__lte=last,
        cohort__in=ADDED,
        held_precision="exact",
        returned_precision="exact",
        held_at__isnull=False,
        returned_at__isnull=False,
    )
    told = held.exclude(not_held=NotHeldReason.RECORDED_IN_ERROR).values_list(
        "cohort", "returned_at", "held_at"
    )
    by_cohort: dict[str, list[float]] = {}
    for cohort, returned, talked in told:
        assert returned
        assert talked
        hours = (talked - returned).total_seconds() / SECONDS
        # A talk held between being found and the return: nought hours, as `rules.clock` says.
        for key in (cohort, ALL):
            by_cohort.setdefault(key, []).append(max(hours, 0.0))
    return {
        cohort: (Decimal(str(round(median(those), 1))), len(those))
        for cohort, those in by_cohort.items()
    }
