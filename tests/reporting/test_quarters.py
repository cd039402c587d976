"""Quarter by quarter, fresh from the episodes: the same as the figures of the period."""

from datetime import date, timedelta

from returnhome.casework import episodes
from returnhome.reporting import figures, quarters
from returnhome.rules.clock import DATE_ONLY, Moment
from returnhome.rules.measures import STEPS
from tests.cast import NOW, Cast, accepted, exactly, held, hours, missing, returned

YEAR = (date(2025, 4, 1), date(2026, 3, 31))


def test_each_quarter_says_what_the_figures_of_its_days_say(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    accepted(returned(cast.kit, hours_ago=30), by=cast.amina)
    long_ago = missing(cast.robin, last_seen=NOW - timedelta(days=100))
    back = exactly(NOW - timedelta(days=99))
    episodes.record_return(long_ago, returned=back, by=cast.amina, at=NOW)
    scope = figures.of_authority(cast.northshire)

    found = quarters.counted(scope, *YEAR)

    assert {each.quarter for each in found} == {date(2025, 10, 1), date(2026, 1, 1)}
    for quarter in {each.quarter for each in found}:
        last = figures.quarter_after(quarter) - timedelta(days=1)
        whole = figures.uptake(scope, quarter, last, now=NOW + hours(200))
        summed = {
            step: sum(getattr(each, step) for each in found if each.quarter == quarter)
            for step in STEPS
        }
        assert summed == {step: count.numerator for step, count in whole.steps.items()}


def test_the_median_is_of_hours_that_are_known_closer_than_a_day(cast: Cast) -> None:
    for child, hours_ago in ((cast.sky, 20), (cast.kit, 40), (cast.robin, 60)):
        held(returned(child, hours_ago=hours_ago), interviewer=cast.ines, by=cast.amina)
    of_a_day = Moment(NOW - hours(60), DATE_ONLY)
    robins = cast.robin.episodes.get()
    episodes.correct(robins, "returned", of_a_day, because="Log", by=cast.amina, at=NOW)

    medians = {each.cohort: each.hours_median for each in quarters.counted(None, *YEAR)}

    assert medians["looked_after_out_of_area"] == 24
    assert 44 in medians.values()
    assert 64 not in medians.values()


def test_what_counts_in_no_rate_is_in_no_quarter(cast: Cast) -> None:
    episode = returned(cast.kit)
    missing(cast.robin)

    episodes.void(episode, because="Another child", by=cast.amina, at=NOW)

    assert quarters.counted(None, *YEAR) == []
