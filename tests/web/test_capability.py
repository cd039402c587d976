"""Could we answer, if somebody asked?"""

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from returnhome.casework import found_places
from returnhome.casework.found_places import Where
from returnhome.casework.models import Postcode
from returnhome.rules.found_places import SaidBy
from tests.cast import Cast, returned
from tests.web.asking import words_of

As = Callable[[str], Client]


def test_a_council_with_nothing_left_out_can_answer_all_there_is_to_count(
    as_: As, cast: Cast, now
) -> None:
    Postcode.objects.update(easting=0, northing=0)
    where = Where(postcode="NS1 1AA")
    how = {"said_by": SaidBy.POLICE, "by": cast.amina, "at": now}
    found_places.say(returned(cast.kit, at=now), where, **how)

    page = words_of(as_("ana").get("/figures/could-we-answer?period=year"))

    assert "Nothing: of every episode in these days the record has what the figures need." in page
    assert "not at all" in page


def test_the_same_as_a_file(as_: As, cast: Cast, now) -> None:
    returned(cast.kit, at=now)

    answer = as_("amina").get("/figures/could-we-answer.csv?period=year")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {"all", "home", "unknown"} <= {row["cohort"] for row in rows}
    (offered,) = (row for row in rows if (row["cohort"], row["measure"]) == ("home", "offered"))
    assert (offered["could_answer"], offered["episodes"]) == ("yes", "1")


@pytest.mark.parametrize("address", ["/figures/could-we-answer", "/figures/could-we-answer.csv"])
@pytest.mark.parametrize("who", ["ines", "sol", "adi", "pat", "lara"])
def test_whoever_sees_no_figures_cannot_tell_that_the_page_is_there(
    as_: As, who: str, address: str
) -> None:
    assert as_(who).get(address).status_code == 404
