"""The analyst asks how we are doing, on a desk and on a phone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from returnhome.casework import interviews, offers
from returnhome.rules.codes import Answer, DeclinedBy, EpisodeKind, NotHeldReason
from tests.cast import Cast, accepted, booked, exactly, held, hours, missing, offered, returned
from tests.journeys.conftest import SignIn, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]

NOW = datetime.now(UTC).replace(microsecond=0)


def two_years_of_work(cast: Cast) -> None:
    """Every four weeks three children come back, and what becomes of it gets better."""
    there: dict[str, Any] = {"by": cast.amina}
    for month in range(24, 0, -1):
        at = NOW - timedelta(days=28 * month)
        talk = {"interviewer": cast.ines, "at": at, **there}
        sky, kit, robin = (returned(child, at=at) for child in (cast.sky, cast.kit, cast.robin))
        if month % 5:
            offer = offered(sky, at=at, **there)
            said = {"declined_by": DeclinedBy.CHILD, "reason": "Did not want to say"}
            answer = Answer.DECLINED if month % 3 == 0 else Answer.NOT_NOW
            offers.answer(offer, answer, **(said if month % 3 == 0 else {}), at=at, **there)
        if month % 4 == 0:
            late = booked(kit, **talk)
            interviews.hold(
                late, exactly(at + hours(80)), is_independent=True, by=cast.ines, at=at + hours(81)
            )
        elif month % 7:
            held(kit, **talk)
        else:
            accepted(kit, at=at, **there)
            interviews.not_hold(kit, NotHeldReason.MISSING_AGAIN, at=at + hours(20), **there)
        if month < 12:
            held(robin, **talk)
    returned(cast.kit, hours_ago=5, at=NOW)
    missing(cast.sky, last_seen=NOW - hours(9), at=NOW)
    back = NOW - hours(30)
    missing(cast.robin, last_seen=back - hours(4), returned=back, kind=EpisodeKind.AWAY, at=NOW)


@pytest.mark.parametrize("narrow", [False, True])
def test_figures_can_be_read_by_everybody(site: str, sign_in: SignIn, narrow: bool) -> None:
    two_years_of_work(Cast())
    page = sign_in("ana", narrow=narrow)

    page.goto("/figures?period=year")

    charts = page.locator("img.rh-chart")
    charts.last.scroll_into_view_if_needed()
    page.wait_for_function("[...document.images].every(each => each.complete)")
    assert charts.evaluate_all("them => them.map(each => each.naturalWidth > 0)") == [True, True]
    assert_accessible(page)
    picture(page, f"figures-{'narrow' if narrow else 'wide'}")
    page.get_by_text("Choose other days").click()
    page.locator("summary", has_text="What each figure means").click()
    assert_accessible(page)
    picture(page, f"figures-open-{'narrow' if narrow else 'wide'}")
