"""The council's local protocols on the pages: looked at, followed, ended, made one's own."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from returnhome.casework import protocols
from returnhome.casework.models import LocalProtocol
from tests.cast import Cast
from tests.web.asking import words_of

pytestmark = pytest.mark.check

A_DAY = timedelta(days=1)


def day(name: str, on: date) -> dict[str, str]:
    parts = {"day": on.day, "month": on.month, "year": on.year}
    return {f"{name}-{part}": str(value) for part, value in parts.items()}


def tomorrow(now: datetime) -> date:
    return protocols.earliest_start(now)


def typed(now: datetime, **changes: str) -> dict[str, str]:
    """The form of a protocol with one rule that counts times."""
    return {
        "name": "Twice in 28 days",
        "document": "Northshire procedure",
        "part": "Section 6",
        **day("agreed_on", date(2026, 1, 5)),
        **day("since", tomorrow(now)),
        "times-0": "2",
        "days-0": "28",
        "action-0": "strategy_meeting",
        "owner-0": "manager",
        "within-0": "48",
    } | changes


def page(client: Client) -> str:
    return words_of(client.get("/protocols"))


def test_a_manager_sees_what_is_in_force_with_its_source(as_, cast: Cast):
    words = page(as_("mara"))

    assert "Local protocols of Northshire" in words
    assert words.count("version 1, as your council has said nothing else") == 3
    assert "3 times in 30 days: strategy meeting or discussion within 72 hours" in words
    assert "(to be confirmed by a practice lead)" in words
    assert words.count("Set your own numbers") == 3


def test_those_who_act_and_administrators_look_and_change_nothing(as_, cast: Cast, now):
    for name in ("amina", "sol", "adi"):
        words = page(as_(name))
        assert "In force" in words, name
        assert "Set your own numbers" not in words, name
        for address in ("three-in-30/own", "three-in-30/end", "three-in-30/follow", "new/times"):
            assert as_(name).get(f"/protocols/{address}").status_code == 404, (name, address)
            assert as_(name).post(f"/protocols/{address}", typed(now)).status_code == 404
    assert not LocalProtocol.objects.exists()
    assert 'href="/protocols"' in as_("adi").get("/people").content.decode()
    assert 'href="/protocols"' in as_("mara").get("/meetings").content.decode()


def test_whoever_has_no_use_for_them_and_a_provider_find_no_page(as_, cast: Cast):
    for name in ("ines", "ana", "pat"):
        assert as_(name).get("/protocols").status_code == 404, name


def test_owen_sees_his_own_councils_and_not_northshires(as_, cast: Cast, now):
    as_("mara").post("/protocols/three-in-30/own", typed(now))

    words = page(as_("owen"))

    assert "Local protocols of Eastmoor" in words
    assert "Twice in 28 days" not in words


def test_a_councils_own_numbers_are_in_force_from_their_day(as_, cast: Cast, now):
    first = as_("mara").get("/protocols/three-in-30/own").content.decode()
    assert 'name="times-0"' in first
    assert 'value="30"' in first

    response = as_("mara").post("/protocols/three-in-30/own", typed(now), follow=True)

    row = LocalProtocol.objects.get(until=None)
    assert (row.key, row.version, row.since) == ("three-in-30", "own 1", tomorrow(now))
    assert row.protocol
    (rule,) = row.protocol.rules
    assert (rule.times, rule.days, rule.within) == (2, 28, timedelta(hours=48))
    assert rule.key == "3-in-30"
    words = words_of(response)
    assert "Your own version is in force from" in words
    assert "To come own version 1, from" in words
    assert "2 times in 28 days: strategy meeting or discussion within 48 hours" in words


def test_a_rule_can_be_for_some_children_only(as_, cast: Cast, now):
    some = {"age_under-0": "13", "risk_from-0": "medium", "looked_after-0": "on"}
    form = typed(now, **some) | {"concerns-0": ["exploitation", "unaccompanied"]}

    as_("mara").post("/protocols/three-in-30/own", form)

    row = LocalProtocol.objects.get(until=None)
    assert row.written["rules"][0]["only"] == {
        "concerns": ["exploitation", "unaccompanied"],
        "age_under": 13,
        "risk_from": "medium",
        "looked_after": True,
    }


def test_of_hours_missing_a_rule_can_be_left_out_and_the_week_be_shorter(as_, cast: Cast, now):
    form = {name: value for name, value in typed(now).items() if not name.endswith("-0")}
    for number, hours in enumerate((24, 48, 72)):
        form |= {
            f"hours-{number}": str(hours),
            f"action-{number}": "missing_meeting",
            f"owner-{number}": "manager",
            f"within-{number}": "12",
        }
    form |= {"left_out-1": "on", "every-2": "3"}

    as_("mara").post("/protocols/long-missing/own", form)

    row = LocalProtocol.objects.get(until=None)
    assert row.protocol
    assert [(rule.key, rule.hours) for rule in row.protocol.rules] == [
        ("24-hours", 24),
        ("72-hours", 72),
    ]
    assert [rule.every for rule in row.protocol.rules] == [None, 3 * A_DAY]
    assert [rule.early for rule in row.protocol.rules] == [timedelta(0), A_DAY]


def test_nonsense_is_refused_with_a_sentence_and_comes_back(as_, cast: Cast, now):
    wrong = {"times-0": "0", "days-0": "many", "within-0": "9999999", "document": ""}
    form = typed(now, **wrong) | day("since", now.date() - A_DAY)

    response = as_("mara").post("/protocols/three-in-30/own", form)

    words = words_of(response)
    assert "Enter a whole number from 1 to 100" in words
    assert "Enter a whole number from 1 to 3660" in words
    assert "Enter the document" in words
    assert "The day must be" in words
    assert 'value="many"' in response.content.decode()
    assert not LocalProtocol.objects.exists()


def test_a_protocol_with_every_rule_left_out_is_none_and_one_a_day_is_possible(
    as_, cast: Cast, now
):
    form = {name: value for name, value in typed(now).items() if not name.endswith("-0")}
    for number in range(3):
        form |= {
            f"hours-{number}": "24",
            f"action-{number}": "review",
            f"owner-{number}": "manager",
            f"within-{number}": "12",
        }
    nothing = form | {f"left_out-{number}": "on" for number in range(3)}

    assert "A protocol has rules" in words_of(
        as_("mara").post("/protocols/long-missing/own", nothing)
    )
    as_("mara").post("/protocols/long-missing/own", form | {"every-2": "1"})
    row = LocalProtocol.objects.get(until=None)
    assert row.protocol
    assert row.protocol.rules[2].every == A_DAY


def test_a_protocol_is_ended_and_followed_again(as_, cast: Cast, now):
    ending = as_("mara").get("/protocols/long-missing/end")
    assert "What it called for until then stays called for." in words_of(ending)

    on = tomorrow(now)
    response = as_("mara").post("/protocols/long-missing/end", day("day", on), follow=True)

    assert "followed no more from" in words_of(response)
    assert "and no more from" in words_of(response)
    again = as_("mara").post("/protocols/long-missing/follow", day("day", on + A_DAY), follow=True)
    assert "version 1 is in force from" in words_of(again)


def test_what_is_to_come_is_taken_back(as_, cast: Cast, now):
    as_("mara").post("/protocols/three-in-30/own", typed(now))
    first = words_of(as_("mara").get("/protocols/three-in-30/end"))
    assert "Take back what is to come" in first

    response = as_("mara").post(
        "/protocols/three-in-30/end", day("day", tomorrow(now)), follow=True
    )

    assert "taken back, ended by Mara Whitfield" in words_of(response)
    assert LocalProtocol.objects.get(version="own 1").never_started


def test_what_is_in_force_already_or_starts_today_is_refused(as_, cast: Cast, now):
    same = as_("mara").post("/protocols/long-missing/follow", day("day", tomorrow(now)))
    today = as_("mara").post("/protocols/long-missing/end", day("day", now.date() - A_DAY))

    assert "This version is in force already." in words_of(same)
    assert "or later" in words_of(today)


def test_a_protocol_of_the_councils_own_has_its_own_place(as_, cast: Cast, now):
    assert as_("mara").get("/protocols/new/times").status_code == 200
    assert as_("mara").get("/protocols/new/hours").status_code == 200
    assert as_("mara").get("/protocols/new/nothing").status_code == 404

    as_("mara").post("/protocols/new/times", typed(now, **{"age_under-0": "13"}))
    as_("mara").post("/protocols/new/times", typed(now, name="Another"))

    rows = LocalProtocol.objects.order_by("key")
    assert [(row.key, row.version) for row in rows] == [("own-1", "own 1"), ("own-2", "own 1")]
    words = page(as_("mara"))
    assert "Twice in 28 days" in words
    assert "Another" in words
    assert as_("mara").get("/protocols/own-1/own").status_code == 200
    # There is none of that name that comes along.
    assert as_("mara").get("/protocols/own-1/follow").status_code == 404
    assert as_("mara").get("/protocols/nothing/end").status_code == 404


def test_the_page_asks_as_often_for_many_versions(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    mara = as_("mara")
    for number in range(2, 6):
        mara.post("/protocols/new/times", typed(now, **{"times-0": str(number)}))

    with django_assert_max_num_queries(7):
        mara.get("/protocols")
