"""Samples of signed records on the pages: drawn, scored, and reported without a name."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from returnhome.casework import restrictions, reviews
from returnhome.casework.models import Interview, Sample, Sampled, Scoring
from returnhome.rules.reviewing import Criterion, Mark, Theme
from tests.cast import Cast, hours, returned, signed
from tests.web.asking import words_of

pytestmark = pytest.mark.check


@pytest.fixture
def records(cast: Cast, now: datetime) -> list[Interview]:
    """Three signed records of some days ago, one of Sky, two of Kit."""
    made = []
    for child, days in ((cast.kit, 12), (cast.sky, 10), (cast.kit, 8)):
        at = now - timedelta(days=days)
        made.append(signed(returned(child, at=at), interviewer=cast.ines, by=cast.amina, at=at))
    return made


def typed_days(now: datetime, first: int = 20, last: int = 2) -> dict[str, str]:
    boxes = {}
    for name, ago in (("first", first), ("last", last)):
        day = (now - timedelta(days=ago)).date()
        boxes |= {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}
    return {name: str(value) for name, value in boxes.items()}


def drawn(cast: Cast, now: datetime, **so: Any) -> Sample:
    so = {"size": 3, "seed": "spring"} | so
    first, last = ((now - timedelta(days=ago)).date() for ago in (20, 2))
    return reviews.draw(cast.northshire_council, first, last, **so, by=cast.mara, at=now)


def all_met(**changes: str) -> dict[str, Any]:
    return {f"{each}-mark": "met" for each in Criterion} | changes


def test_mara_draws_a_sample_and_is_shown_seed_and_how_many_it_was_drawn_from(
    as_, cast: Cast, records, now
):
    mara = as_("mara")

    got = mara.post("/samples/draw", typed_days(now) | {"size": "2", "seed": " spring  26 "})

    sample = Sample.objects.get()
    assert got.headers["Location"] == f"/samples/{sample.pk}"
    page = words_of(mara.get(f"/samples/{sample.pk}"))
    assert "Seed spring 26" in page
    assert "Drawn from 3 records" in page
    assert "Drawn again now The same records" in page
    assert "0 of 2 scored" in page
    assert "0 of 2" in words_of(mara.get("/samples"))


@pytest.mark.parametrize(
    ("so", "sentence"),
    [
        ({"seed": ""}, "Enter a seed"),
        ({"seed": "x" * 61}, "60 characters or fewer"),
        ({"size": "0"}, "Draw from 1 to 200 records."),
        ({"size": "many"}, "Enter a whole number"),
        ({"size": "99999999999"}, "Draw from 1 to 200 records."),
        ({"last-day": "32"}, "last day"),
        ({"ago": (20, 0)}, "Choose days that are over"),
        ({"ago": (2, 20)}, "must not be before the first day"),
        ({"ago": (5, 3)}, "No record that you may read"),
    ],
)
def test_a_draw_that_makes_no_sense_is_refused_and_comes_back(
    as_, records, now, so: dict, sentence: str
):
    so = dict(so)
    days = typed_days(now, *so.pop("ago", (20, 2)))
    typed = days | {"size": "2", "seed": "spring"} | so

    got = as_("mara").post("/samples/draw", typed)

    assert got.status_code == 200
    assert sentence in words_of(got)
    assert not Sample.objects.exists()


def test_the_same_draw_a_second_time_says_that_it_is_on_the_list(as_, cast: Cast, records, now):
    drawn(cast, now)

    got = as_("mara").post("/samples/draw", typed_days(now) | {"size": "3", "seed": "spring"})

    assert "This sample was drawn already" in words_of(got)


def test_mara_scores_a_record_and_its_score_is_shown_afterwards(as_, cast: Cast, records, now):
    sampled = drawn(cast, now).records.in_order()[0]
    mara, address = as_("mara"), f"/sampled/{sampled.pk}/score"
    before = Interview.objects.filter(pk=sampled.interview_id).values().get()
    assert "I wanted to see my nan." in words_of(mara.get(address))

    got = mara.post(
        address,
        all_met(**{"harm-mark": "partly", "harm-comment": "<late> 🙂", "themes": ["harm_late"]}),
    )

    assert got.headers["Location"] == f"/samples/{sampled.sample_id}"
    page = words_of(mara.get(address))
    assert "Partly met <late> 🙂" in page
    assert "Harm was acted on late" in page
    assert "1 of 3 scored" in words_of(mara.get(f"/samples/{sampled.sample_id}"))
    assert Interview.objects.filter(pk=sampled.interview_id).values().get() == before


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Score “Harm that was told of was acted on in both steps”"),
        ({"harm-mark": "excellent"}, "Score “Harm that was told of"),
        ({"harm-mark": "not_met", "harm-comment": " "}, "Say what is missing"),
        ({"harm-mark": "met", "themes": ["sunshine"]}, "themes"),
    ],
)
def test_a_score_without_a_mark_or_a_reason_is_refused(
    as_, cast: Cast, records, now, typed: dict, sentence: str
):
    sampled = drawn(cast, now).records.in_order()[0]
    said = all_met()
    said.pop("harm-mark")

    got = as_("mara").post(f"/sampled/{sampled.pk}/score", said | typed)

    assert sentence in words_of(got)
    assert not Scoring.objects.exists()


def test_a_record_that_is_closed_to_somebody_is_neither_shown_nor_scored(
    as_, cast: Cast, records, now
):
    sample = drawn(cast, now)
    skys = sample.records.get(interview__child=cast.sky)
    restrictions.keep_out(cast.sky, cast.mara, "Her aunt", by=cast.mara, at=now)
    mara = as_("mara")

    page = words_of(mara.get(f"/samples/{sample.pk}"))

    assert "Sky" not in page
    assert "1 record of this sample you may not score" in page
    assert "From other records than then" in page
    assert mara.get(f"/sampled/{skys.pk}/score").status_code == 404
    assert mara.post(f"/sampled/{skys.pk}/score", all_met()).status_code == 404


@pytest.mark.parametrize("name", ["amina", "ines", "sol", "wes", "owen", "pat", "ana", "adi"])
def test_nobody_else_draws_sees_or_scores(as_, cast: Cast, records, now, name):
    sample = drawn(cast, now)
    client = as_(name)

    for address in (
        *("/samples", "/samples/draw", f"/samples/{sample.pk}"),
        f"/sampled/{Sampled.objects.all()[0].pk}/score",
    ):
        assert client.get(address).status_code == 404, address
        assert client.post(address, {}).status_code == 404, address


# The report.


def scored(cast: Cast, now: datetime) -> Sample:
    sample = drawn(cast, now)
    for each in sample.records.in_order()[:2]:
        reviews.score(
            each,
            dict.fromkeys(Criterion, Mark.MET) | {Criterion.HARM: Mark.NOT_APPLICABLE},
            comments={},
            themes=[Theme.HEARD],
            by=cast.mara,
            at=now,
        )
    return sample


@pytest.mark.parametrize("name", ["mara", "ana", "amina"])
def test_the_report_gives_shares_with_both_numbers_and_no_name(as_, cast: Cast, records, now, name):
    scored(cast, now)
    day = (now - timedelta(days=2)).date()

    page = words_of(
        as_(name).get(
            "/figures/records",
            {"period": "dates"}
            | {f"{box}-day": day.day for box in ("first", "last")}
            | {f"{box}-month": day.month for box in ("first", "last")}
            | {f"{box}-year": day.year for box in ("first", "last")},
        )
    )

    assert "2 records scored, of 3 drawn by lot in 1 sample" in page
    assert "The child’s own words stand as the child said them 100.0% 2 of 2 it applied to" in page
    assert "The child was heard well 100.0% 2 of 2 scored" in page
    for named in ("Sky", "Kit", "Marlowe", "Ines"):
        assert named not in page


def test_the_file_and_the_chart_say_the_same_as_the_page(as_, cast: Cast, records, now):
    scored(cast, now)
    ana = as_("ana")
    asked = {"first": str((now - timedelta(days=30)).date()), "last": str(now.date())}

    rows = list(csv.reader(io.StringIO(ana.get("/figures/records.csv", asked).content.decode())))
    found = {(kind, code): rest for kind, code, *rest in rows}
    wide = ana.get("/figures/records.svg", asked).content.decode()
    narrow = ana.get("/figures/records.svg", asked | {"shape": "narrow"}).content.decode()

    assert rows[0] == ["kind", "code", "numerator", "denominator", "value"]
    assert found["records", "drawn"] == ["3", "", "3"]
    assert found["criterion", "own_words"] == ["2", "2", "100.0"]
    assert found["criterion", "harm"] == ["0", "0", ""]
    assert found["theme", "heard"] == ["2", "2", "100.0"]
    for svg in (wide, narrow):
        assert "100.0%" in svg
        assert "not scored" in svg
        assert 'role="img"' in svg


def test_with_nothing_scored_the_report_says_so(as_, cast: Cast, records, now):
    assert "No record of these samples has been scored" in words_of(
        as_("ana").get("/figures/records")
    )
    drawn(cast, now)
    assert as_("ana").get("/figures/records", {"period": "last-year"}).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/figures/records.csv",
        "/figures/records.csv?first=x&last=y",
        "/figures/records.svg?first=2026-13-01&last=2026-01-01",
    ],
)
def test_days_that_are_none_give_no_file(as_, address):
    assert as_("ana").get(address).status_code == 404


@pytest.mark.parametrize("name", ["ines", "sol", "pat", "adi"])
def test_whoever_sees_no_figures_sees_no_report(as_, records, name):
    assert as_(name).get("/figures/records").status_code == 404


def test_a_sample_takes_no_query_for_each_record(
    as_, cast: Cast, records, now, django_assert_max_num_queries
):
    sample, mara = scored(cast, now), as_("mara")

    with django_assert_max_num_queries(16):
        mara.get(f"/samples/{sample.pk}")
    with django_assert_max_num_queries(14):
        mara.get("/samples")


def test_a_record_signed_long_before_is_asked_for_by_its_own_days(as_, cast: Cast, now):
    at = now - hours(24 * 400)
    signed(returned(cast.sky, at=at), interviewer=cast.ines, by=cast.amina, at=at)

    as_("mara").post("/samples/draw", typed_days(now, 410, 390) | {"size": "2", "seed": "x"})

    assert Sample.objects.get().drawn_from == 1
