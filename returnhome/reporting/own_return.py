"""This council's own return to the national study: the figures of a period, as the study asks."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from returnhome.casework.places import Authority
from returnhome.reporting import figures
from returnhome.reporting.exports import csv_lines
from returnhome.reporting.figures import Hours
from returnhome.rules import clock
from returnhome.rules.study import answering
from returnhome.rules.study.answering import Row
from returnhome.rules.study.asked import HEADER, Period


def rows(authority: Authority, first: date, last: date, *, now: datetime) -> Iterator[Row]:
    """The rows under `rules.study.asked.HEADER`, both days included, as at `now`."""
    counted = figures.uptake(figures.of_authority(authority), first, last, now=now)
    return answering.rows(
        authority=authority.gss_code or authority.name,
        period=Period(first, last),
        number=counted.number,
        hours=_medians(counted.hours),
        is_empty=counted.is_empty,
        counted_on=now.astimezone(clock.LONDON).date(),
    )


def as_csv(authority: Authority, first: date, last: date, *, now: datetime) -> str:
    """The same as the file to send."""
    return "".join(csv_lines(HEADER, rows(authority, first, last, now=now)))


def _medians(hours: Mapping[str, Hours]) -> dict[str, tuple[Decimal, int]]:
    """By cohort, the median hours to the interview and of how many it is; none where none is known.

    An interview held between being found and the return has nought hours, not fewer.
    """
    return {
        str(cohort): (Decimal(str(max(each.quartiles[1], 0.0))), each.known)
        for cohort, each in hours.items()
        if each.quartiles
    }
