"""Notifications from a program: opened, updated, found, returned; and no other child's data."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from returnhome.casework import acting, episodes
from returnhome.casework.models import (
    Child,
    Delivery,
    Episode,
    JournalEntry,
    Notification,
    Organisation,
)
from returnhome.intake import sent, told
from returnhome.rules.clock import Moment, estimated
from returnhome.rules.codes import EpisodeKind, RiskGrade, TokenScope
from tests.api.programs import NOTIFICATIONS, Program
from tests.api.test_who_interviews import is_problem
from tests.cast import Cast, hours
from tests.web.asking import words_of

pytestmark = pytest.mark.check

NOW = timezone.now().replace(microsecond=0)


def iso(hours_ago: float) -> str:
    return (NOW - hours(hours_ago)).isoformat()


def at(hours_ago: float, **more: Any) -> dict[str, Any]:
    return {"at": iso(hours_ago), **more}


def about(child: Child, reference: str = "NSP/26/0001", **said: Any) -> dict[str, Any]:
    """What the police know of a child who is missing."""
    postcodes = {"Sky": "WB1 1AA", "Kit": "NS1 1AA", "Robin": "NS1 1AA"}
    return {
        "reference": reference,
        "forename": child.forename,
        "surname": child.surname,
        "born": child.born_on.isoformat() if child.born_on else None,
        "postcode": postcodes[child.forename],
        "last_seen": at(40),
        "reported": at(38),
    } | said


@pytest.fixture
def police(cast: Cast) -> Program:
    return Program(cast.northshire_police)


# Sent.


def test_a_child_whose_name_birth_date_and_postcode_agree_has_an_episode(
    police: Program, cast: Cast
) -> None:
    assert police.results(about(cast.kit, risk="high")) == [("opened", "")]

    episode = Episode.objects.get()
    assert episode.child == cast.kit
    assert episode.risk == RiskGrade.HIGH
    assert episode.last_seen_at == NOW - hours(40)
    assert episode.last_seen_source == "Northshire Police"
    assert episode.opened_by == police.token.account  # type: ignore[union-attr]


def test_what_is_told_is_taken_as_it_was_meant(police: Program, cast: Cast) -> None:
    day = (NOW - timedelta(days=3)).date().isoformat()
    answer = police.results(
        about(
            cast.robin,
            sex="M",
            address="1 Elm Road",
            last_seen=at(40, give_or_take=30),
            reported={"on": day} if hours(40) > timedelta(days=3) else None,
            kind="away",
            looked_after=True,
            placing_authority="Northshire",
            comment="Took his bag.",
        )
    )

    assert answer == [("opened", "")]
    episode = Episode.objects.get()
    assert episode.moment("last_seen") == Moment(NOW - hours(40), estimated(30))
    assert episode.kind == EpisodeKind.AWAY
    assert episode.offer_kind


def test_a_day_alone_is_known_as_a_day(police: Program, cast: Cast) -> None:
    day = (NOW - timedelta(days=5)).date()
    police.results(about(cast.kit, last_seen={"on": day.isoformat()}))

    assert Episode.objects.get().moment("last_seen") == Moment.on(day)


def test_the_same_reference_updates_and_the_same_words_change_nothing(
    police: Program, cast: Cast
) -> None:
    first = about(cast.kit)

    answers = [
        police.results(each)[0][0]
        for each in (first, first, first | {"found": at(3)}, first | {"risk": "high"})
    ]

    assert answers == ["opened", "unchanged", "updated", "updated"]
    episode = Episode.objects.get()
    assert episode.found_at == NOW - hours(3)
    assert episode.risk == RiskGrade.HIGH


def test_a_child_nobody_knows_waits_and_the_clock_runs(police: Program, cast: Cast) -> None:
    stranger = about(cast.kit, forename="Alex", surname="Nobody", returned=at(5))

    assert police.results(stranger) == [
        ("waiting", "A person at the council says who the child is.")
    ]

    episode = Episode.objects.get()
    assert not episode.child.is_confirmed
    assert episode.due_at == NOW - hours(5) + hours(72)


def test_why_a_row_waits_tells_nothing_of_who_is_on_record(police: Program, cast: Cast) -> None:
    """A sender is not told how many there are of a name, nor that a child has an episode."""
    police.results(about(cast.kit))
    same_time = about(cast.kit, reference="NSP/26/0002")

    assert police.results(same_time) == [
        ("waiting", "A person at the council says who the child is.")
    ]


def test_what_cannot_be_so_is_refused_with_its_reason_and_holds_up_nobody(
    police: Program, cast: Cast
) -> None:
    wrong = about(cast.sky, reference="NSP/26/0002", returned=at(50))

    results = police.results(about(cast.kit), wrong)

    assert [result for result, _ in results] == ["opened", "refused"]
    assert "is before last seen" in results[1][1]
    assert Notification.objects.get(reference="NSP/26/0002").result == "refused"


def test_a_return_can_be_put_right_after_a_row_was_refused(police: Program, cast: Cast) -> None:
    police.results(about(cast.kit, returned=at(50)))

    assert police.results(about(cast.kit, returned=at(5))) == [("opened", "")]


def test_counts_add_up(police: Program, cast: Cast) -> None:
    rows = [about(cast.kit), about(cast.kit), about(cast.sky, "S", returned=at(99))]

    answered = police.send(*rows).json()

    assert answered["counts"] == {
        "opened": 1,
        "updated": 0,
        "unchanged": 1,
        "waiting": 0,
        "refused": 1,
    }
    assert [each["reference"] for each in answered["results"]] == [
        "NSP/26/0001",
        "NSP/26/0001",
        "S",
    ]


def test_no_answer_names_a_child_or_gives_a_number_of_one(police: Program, cast: Cast) -> None:
    rows = [about(cast.kit), about(cast.sky, "S"), about(cast.kit, "W", forename="Kitt")]

    said = police.send(*rows).content.decode() + police.ask("W").content.decode()

    assert not any(word in said for word in ("Kit", "Sky", "O’Dell", "Marlowe", "child_id"))
    assert set(json.loads(police.send(*rows).content)["results"][0]) == {
        "reference",
        "result",
        "reason",
    }


def test_it_is_kept_as_a_file_is_and_nothing_of_the_body_is_left_beside(
    police: Program, cast: Cast
) -> None:
    police.results(about(cast.kit), about(cast.sky, "S"))

    delivery = Delivery.objects.get()
    assert (delivery.layout, delivery.opened, delivery.read) == ("api", 2, 2)
    assert delivery.content is None
    assert delivery.sender == cast.northshire_police
    assert delivery.received_by == police.token.account  # type: ignore[union-attr]


def test_the_journal_names_the_programs_account(police: Program, cast: Cast) -> None:
    police.results(about(cast.kit))

    account = police.token.account  # type: ignore[union-attr]
    verbs = set(JournalEntry.objects.filter(by_id=account.pk).values_list("verb", flat=True))
    assert {"receive delivery", "open episode", "receive notification: opened"} <= verbs


def test_a_row_is_read_again_just_as_it_came(police: Program, cast: Cast) -> None:
    police.results(
        about(
            cast.kit,
            last_seen=at(40, give_or_take=45),
            reported={"on": (NOW - timedelta(days=1)).date().isoformat()},
            looked_after=False,
            risk="very_low",
            sex="M",
            comment="=1+1\nTwo lines.",
        )
    )
    row = told.as_received(Notification.objects.get())

    assert row.last_seen == Moment(NOW - hours(40), estimated(45))
    assert row.risk == RiskGrade.VERY_LOW
    assert row.looked_after is False
    assert row.comment == "=1+1\nTwo lines."
    assert sent.row(sent.as_sent(row), number=1, today=NOW.date()).digest == row.digest


def test_a_council_of_its_own_sends_to_itself(cast: Cast) -> None:
    program = Program(cast.northshire_council)
    unknown = about(cast.kit, forename="Alex", surname="Nobody", postcode="")

    program.results(unknown)

    assert Delivery.objects.get().received_for == cast.northshire_council
    assert Episode.objects.get().responsible_authority == cast.northshire


# Found and returned.


def test_a_return_needs_no_more_than_its_time(police: Program, cast: Cast) -> None:
    police.results(about(cast.kit))

    answered = police.post(f"{NOTIFICATIONS}/NSP/26/0001/return", at(2))

    assert answered.json() == {"reference": "NSP/26/0001", "result": "updated", "reason": ""}
    assert Episode.objects.get().returned_at == NOW - hours(2)


def test_found_starts_the_clock_and_the_return_moves_it(police: Program, cast: Cast) -> None:
    police.results(about(cast.kit))

    police.post(f"{NOTIFICATIONS}/NSP/26/0001/found", at(4, give_or_take=30))
    police.post(f"{NOTIFICATIONS}/NSP/26/0001/return", at(2))

    episode = Episode.objects.get()
    assert episode.moment("found") == Moment(NOW - hours(4), estimated(30))
    assert episode.due_at == NOW - hours(2) + hours(72)


def test_a_return_before_the_child_was_last_seen_is_refused(police: Program, cast: Cast) -> None:
    police.results(about(cast.kit))

    said = police.post(f"{NOTIFICATIONS}/NSP/26/0001/return", at(60)).json()

    assert said["result"] == "refused"
    assert "is before last seen" in said["reason"]
    assert Episode.objects.get().returned_at is None


def test_what_a_person_put_right_is_not_undone_by_a_return(police: Program, cast: Cast) -> None:
    police.results(about(cast.kit, risk="low"))
    episodes.update(
        Episode.objects.get(),
        risk=RiskGrade.HIGH,
        moments={},
        source="Amina",
        by=cast.amina,
        at=NOW,
    )

    police.post(f"{NOTIFICATIONS}/NSP/26/0001/return", at(2))

    assert Episode.objects.get().risk == RiskGrade.HIGH


@pytest.mark.parametrize("verb", ["found", "return"])
def test_of_what_was_never_sent_nothing_is_found(police: Program, verb: str) -> None:
    said = is_problem(police.post(f"{NOTIFICATIONS}/NSP/26/0001/{verb}", at(2)), 404)

    assert said["detail"] == "Nothing has been taken in under this reference."


# Read back.


def test_the_sender_reads_what_became_of_it(police: Program, cast: Cast) -> None:
    police.results(about(cast.kit), about(cast.kit, "W", forename="Alex", surname="Nobody"))

    known, waiting = police.ask("NSP/26/0001").json(), police.ask("W").json()

    assert {k: known[k] for k in ("result", "reason", "is_joined", "is_open")} == {
        "result": "opened",
        "reason": "",
        "is_joined": True,
        "is_open": True,
    }
    assert (waiting["is_joined"], waiting["is_open"]) == (False, True)
    assert waiting["reason"] == "A person at the council says who the child is."


def test_an_episode_recorded_in_error_is_not_open(police: Program, cast: Cast) -> None:
    police.results(about(cast.kit))
    episodes.void(Episode.objects.get(), because="A twin", by=cast.amina, at=NOW)

    assert police.ask("NSP/26/0001").json()["is_open"] is False


def test_of_a_refused_one_there_is_no_episode_and_what_stood_before_stands(
    police: Program, cast: Cast
) -> None:
    police.results(about(cast.sky, "S", returned=at(99)))
    police.results(about(cast.kit))
    police.results(about(cast.kit, returned=at(99)))

    assert police.ask("S").json()["is_open"] is None
    again = police.ask("NSP/26/0001").json()
    assert (again["result"], again["is_joined"], again["is_open"]) == ("refused", True, True)


def test_that_it_was_asked_is_in_the_journal(police: Program, cast: Cast) -> None:
    police.results(about(cast.kit))
    police.ask("NSP/26/0001")

    line = JournalEntry.objects.get(verb="read outcome")
    assert line.by_id == police.token.account_id  # type: ignore[union-attr]
    assert line.object_id == Notification.objects.get().pk


def test_nobody_reads_what_another_organisation_sent(police: Program, cast: Cast) -> None:
    police.results(about(cast.kit))
    others = Program(cast.northshire_council), Program(cast.westborough_council)

    for other in others:
        is_problem(other.ask("NSP/26/0001"), 404)
        is_problem(other.post(f"{NOTIFICATIONS}/NSP/26/0001/return", at(2)), 404)
    assert Episode.objects.get().returned_at is None


def test_the_same_reference_of_two_organisations_is_two_things(police: Program, cast: Cast) -> None:
    council = Program(cast.northshire_council)
    police.results(about(cast.kit))

    assert council.results(about(cast.robin, returned=at(1))) == [("opened", "")]
    assert Episode.objects.count() == 2


def test_the_second_lock_gives_a_program_its_own_alone_and_no_name(
    police: Program, cast: Cast
) -> None:
    """Whatever the program asks of the database, only what its organisation sent is there."""
    police.results(about(cast.kit))
    Program(cast.northshire_council).results(about(cast.robin, "R"))
    token = police.token
    assert token

    with acting.by_token(token.digest):
        assert list(Notification.objects.values_list("reference", flat=True)) == ["NSP/26/0001"]
        assert list(Episode.objects.values_list("pk", "voided_at")) == [
            (Episode.objects.values_list("pk", flat=True).get(), None)
        ]


@pytest.mark.parametrize(
    "asked",
    [
        "select id from casework_child",
        "select child_id from casework_notification",
        "select as_received from casework_notification",
        "select returned_at from casework_episode",
        "select digest from casework_token",
        "select id from casework_person",
        "update casework_notification set result = 'opened'",
        "delete from casework_journalentry",
    ],
)
def test_the_second_lock_lets_a_program_read_no_more_than_what_became_of_it(
    police: Program, asked: str
) -> None:
    assert police.token

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        acting.by_token(police.token.digest),
        connection.cursor() as cursor,
    ):
        cursor.execute(asked)


def test_the_second_lock_is_shut_to_a_token_that_may_only_send(police: Program, cast: Cast) -> None:
    police.results(about(cast.kit))
    only_sends = Program(cast.northshire_police, TokenScope.SEND).token
    assert only_sends

    with acting.by_token(only_sends.digest):
        assert not Notification.objects.values_list("pk").exists()
        assert not Episode.objects.values_list("pk").exists()


# When the answer is no.


def test_500_go_at_once_and_501_do_not(police: Program, cast: Cast) -> None:
    row = about(cast.kit)

    said = is_problem(police.send(*[row] * 501), 422)

    assert said["errors"] == [{"pointer": "#/notifications", "detail": "At most 500 at once."}]
    assert not Notification.objects.exists()
    assert len(police.results(*[row] * 500)) == 500


@pytest.mark.parametrize(
    ("wrong", "pointer", "sentence"),
    [
        ({"reference": ""}, "reference", "This is needed."),
        ({"reference": "x" * 41}, "reference", "At most 40 characters."),
        ({"reference": 7}, "reference", "This is a text."),
        ({"shoe": 3}, "shoe", "There is no such field."),
        ({"born": "03/01/2012"}, "born", "This is a day, such as 2026-01-03."),
        ({"born": "2012-W01-1"}, "born", "This is a day, such as 2026-01-03."),
        ({"born": 1700000000}, "born", "This is a day, such as 2026-01-03."),
        ({"born": "2012-13-01"}, "born", "This is no day of any year."),
        ({"looked_after": "yes"}, "looked_after", "This is true or false."),
        ({"sex": "woman"}, "sex", "This is one of 'F', 'M' or 'U'."),
        ({"kind": "absent"}, "kind", "This is one of 'missing' or 'away'."),
        ({"last_seen": {}}, "last_seen", "Give either “at” or “on”."),
        (
            {"last_seen": {"at": "2026-01-03T07:40:00"}},
            "last_seen/at",
            "This needs its offset from UTC, such as Z at its end.",
        ),
        (
            {"last_seen": {"at": "1700000000"}},
            "last_seen/at",
            "This is a time with its offset, such as 2026-01-03T07:40:00Z.",
        ),
        (
            {"last_seen": {"on": "2026-01-03", "give_or_take": 5}},
            "last_seen",
            "“give_or_take” goes with “at”.",
        ),
        (
            {"last_seen": {"at": "0001-01-01T00:00:00+14:00"}},
            "last_seen",
            "This is too far from today to be right.",
        ),
        (
            {"last_seen": {"at": "2026-01-03T07:40:00Z", "give_or_take": 0}},
            "last_seen/give_or_take",
            "This is 1 or more.",
        ),
    ],
)
def test_what_is_not_understood_is_pointed_to_and_a_bad_body_loses_nothing(
    police: Program, cast: Cast, wrong: Any, pointer: str, sentence: str
) -> None:
    """The good one beside it goes in once the body is mended."""
    good, bad = about(cast.sky, "S"), about(cast.kit)

    said = is_problem(police.send(good, bad | wrong, key="K"), 422)

    assert {"pointer": f"#/notifications/1/{pointer}", "detail": sentence} in said["errors"]
    assert not Delivery.objects.exists()
    mended = police.send(good, bad, key="K").json()
    assert mended["counts"]["opened"] == 2


@pytest.mark.parametrize("body", ["not json", b"\xff", "[" * 9000, '{"notifications": NaN}'])
def test_what_is_no_json_is_not_read(police: Program, body: Any) -> None:
    is_problem(police.post(NOTIFICATIONS, body), 400)


@pytest.mark.parametrize("reference", ["x" * 41, "%00", "%0A", "a%00b"])
def test_a_reference_that_cannot_be_is_not_there(police: Program, reference: str) -> None:
    is_problem(police.ask(reference), 404)
    is_problem(police.post(f"{NOTIFICATIONS}/{reference}/return", at(1)), 404)


def test_words_of_every_sort_are_kept_as_they_are(police: Program, cast: Cast) -> None:
    said = about(cast.kit, forename="Zoë\u0000", comment="نعم 🏠 \u202e\u0007")

    assert police.results(said)[0][0] == "waiting"
    assert Notification.objects.get().forename == "Zoë"


def test_the_sender_is_the_tokens_organisation_whatever_is_said(cast: Cast) -> None:
    Program(cast.westborough_council).results(about(cast.kit))

    assert Notification.objects.get().sender == cast.westborough_council
    assert Organisation.objects.filter(deliveries__isnull=False).get() == cast.westborough_council


# And then by a person.


def test_amina_says_who_it_is_from_what_the_program_sent(
    police: Program, cast: Cast, client: Client
) -> None:
    police.results(about(cast.kit, forename="Christopher", returned=at(5, give_or_take=20)))
    (stranger,) = Child.objects.waiting()
    address = f"/children/{stranger.pk}/match"
    client.force_login(cast.amina)

    words = words_of(client.get(address))
    assert "Row 1 of Sent by a program" in words
    assert "give or take 20 minutes" in words
    assert "Surname O’Dell O’Dell Same" in words
    client.post(address, {"who": str(cast.kit.pk)})

    assert Episode.objects.get().child == cast.kit
    became = police.ask("NSP/26/0001").json()
    assert (became["result"], became["is_joined"], became["is_open"]) == ("waiting", True, True)
    assert police.results(about(cast.kit, forename="Christopher", risk="high")) == [("updated", "")]


def test_the_council_of_the_child_sees_what_the_police_sent(
    police: Program, cast: Cast, client: Client
) -> None:
    police.results(about(cast.kit, returned=at(5)))
    client.force_login(cast.amina)

    page = client.get(f"/episodes/{Episode.objects.get().pk}")

    assert page.status_code == 200
    assert "Northshire Police" in words_of(page)
