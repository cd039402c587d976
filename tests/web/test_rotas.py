"""The rota and its messages on the pages: who is told, who is absent, who is on by night."""

from datetime import time, timedelta

import pytest

from returnhome.casework import messages, rotas, staff
from returnhome.casework.messages import TRIES
from returnhome.casework.models import Absence, Mailbox, Message, OutOfHours, Pace, Seat
from returnhome.jobs import delivery, rounds
from returnhome.jobs.sending import Shown
from returnhome.rules.codes import NotSent, Rung
from tests.cast import Cast, hours, returned
from tests.web.asking import typed_at, words_of

pytestmark = pytest.mark.check

MINUTE = timedelta(minutes=1)
TEAM = {
    "name": "Emergency duty team",
    "email": "edt@example.invalid",
    "telephone": "01632 960 999",
    "starts": "5pm",
    "ends": "09:00",
}


def told(cast: Cast, now, *, minutes: int = 0) -> Message:
    """Kit came back, and by now that has been told to the level reached."""
    returned(cast.kit, at=now - minutes * MINUTE)
    rounds.look_round(by=staff.clockwork(), at=now)
    return Message.objects.get()


# The rota.


def test_the_rota_says_who_is_told_after_how_long(as_, cast: Cast):
    words = words_of(as_("amina").get("/duty/rota"))

    assert "Whoever is on duty at once at once Nobody now" in words
    assert "The whole team after 1 hour after 15 minutes Amina Yusuf" in words
    assert "The head of service after 3 hours after 1 hour Mara Whitfield" in words
    assert "Nights, weekends and bank holidays do not stop the clock." in words
    assert "the worker of Returnhome does not run" in words


@pytest.mark.parametrize("name", ["mara", "amina", "adi"])
def test_those_who_keep_the_rota_find_it_from_duty(as_, name):
    page = as_(name).get("/duty").content.decode()

    assert 'href="/duty/rota"' in page
    assert as_(name).get("/duty/rota").status_code == 200


def test_amina_names_who_stands_for_the_team_and_its_mailbox(as_, cast: Cast):
    amina = as_("amina")
    form = {
        "people": [str(cast.ines.pk), str(cast.mara.pk)],
        "mailbox": "team@example.invalid",
    }

    words = words_of(amina.post("/duty/rota/team/name", form, follow=True))
    again = amina.get("/duty/rota/team/name").content.decode()

    assert "Ines Okafor Mara Whitfield team@example.invalid" in words
    assert set(Seat.objects.values_list("person", flat=True)) == {cast.ines.pk, cast.mara.pk}
    assert again.count(" checked") == 2
    assert "team@example.invalid" in again

    amina.post("/duty/rota/team/name", {"mailbox": ""}, follow=True)
    assert not Seat.objects.exists()
    assert not Mailbox.objects.exists()


def test_a_mailbox_that_is_none_is_said_and_comes_back(as_):
    response = as_("amina").post("/duty/rota/team/name", {"mailbox": "the team"})

    assert "Enter an email address in the right form" in words_of(response)
    assert 'value="the team"' in response.content.decode()


@pytest.mark.parametrize("page", ["/duty/rota/on_duty/name", "/duty/rota/nonsense/name"])
def test_a_level_that_nobody_is_named_for_has_no_page(as_, page):
    assert as_("amina").get(page).status_code == 404


def times(*minutes: str, now) -> dict[str, str]:
    team, manager, head = minutes
    given = {"team": team, "manager": manager, "head": head, **typed_at("since", now)}
    given.pop("since-time")
    return given


def test_mara_sets_times_of_their_own(as_, cast: Cast, now):
    words = words_of(
        as_("mara").post("/duty/rota/request/pace", times("20", "40", "90", now=now), follow=True)
    )

    assert "The whole team after 20 minutes after 15 minutes" in words
    assert Pace.objects.get().head_after == 90 * MINUTE
    assert 'value="90"' in as_("mara").get("/duty/rota/request/pace").content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("40", "20", "90"), "Each level must be told later than the one before it."),
        (("0", "20", "90"), "Enter how many minutes, from 1 to 9,999, such as 90"),
        (("soon", "20", "90"), "Enter how many minutes, from 1 to 9,999, such as 90"),
        (("", "20", "90"), "Enter after how many minutes the whole team is told"),
    ],
)
def test_times_that_make_no_sense_are_said_and_come_back(as_, now, typed, said):
    response = as_("mara").post("/duty/rota/high_risk/pace", times(*typed, now=now))

    assert said in words_of(response)
    assert 'value="90"' in response.content.decode()
    assert not Pace.objects.exists()


@pytest.mark.parametrize("of", ["run_out", "nonsense"])
def test_what_does_not_climb_has_no_times(as_, of):
    assert as_("mara").get(f"/duty/rota/{of}/pace").status_code == 404


# Absences.


def test_an_absence_is_noted_shown_and_ended(as_, cast: Cast, now):
    amina = as_("amina")
    form = {"person": str(cast.mara.pk), **typed_at("starts_at", now - hours(1))}

    noted = words_of(amina.post("/duty/absences/add", form, follow=True))
    ended = words_of(amina.post(f"/duty/absences/{Absence.objects.get().pk}/end", follow=True))

    assert "Mara Whitfield is passed over while absent." in noted
    assert "Mara Whitfield Absent" in noted
    assert "further notice Amina Yusuf" in noted
    assert "Nobody is absent." in ended


def test_an_absence_that_ends_before_it_starts_is_said(as_, cast: Cast, now):
    form = {
        "person": str(cast.mara.pk),
        **typed_at("starts_at", now),
        **typed_at("ends_at", now - hours(2)),
    }

    response = as_("amina").post("/duty/absences/add", form)

    assert "The absence must end after it starts." in words_of(response)
    assert not Absence.objects.exists()


def test_with_everybody_absent_the_page_warns(as_, cast: Cast, now):
    for person in (cast.amina, cast.mara):
        rotas.note_absence(person, starts_at=now - hours(1), by=cast.mara, at=now)

    assert "Nobody is there on any level now." in words_of(as_("adi").get("/duty/rota"))


# Out of hours.


def test_the_night_team_is_named_changed_and_taken_away(as_, cast: Cast):
    amina = as_("amina")

    named = words_of(amina.post("/duty/out-of-hours", TEAM, follow=True))
    first = amina.get("/duty/out-of-hours").content.decode()
    team = OutOfHours.objects.get()
    gone = words_of(amina.post("/duty/out-of-hours/take-away", follow=True))

    assert "Emergency duty team : on weekdays from 17:00 until 09:00, and all weekend." in named
    assert (team.starts, team.ends) == (time(17), time(9))
    assert 'value="17:00"' in first
    assert "No team is named for nights and weekends." in gone


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"starts": "9"}, "The start must say am or pm"),
        ({"starts": "late"}, "The start must have a time such as 7:40am or 19:40"),
        ({"starts": "09:00"}, "The hours must end at another time than they start."),
        ({"email": "edt"}, "Enter an email address in the right form"),
        ({"telephone": ""}, "Enter telephone number"),
    ],
)
def test_a_night_team_that_is_not_whole_is_said(as_, changed, said):
    response = as_("amina").post("/duty/out-of-hours", TEAM | changed)

    assert said in words_of(response)
    assert "01632 960 999" in response.content.decode() or "telephone" in changed
    assert not OutOfHours.objects.exists()


# Messages.


def test_what_was_sent_is_listed_without_a_word_about_the_child(as_, cast: Cast, now):
    message = told(cast, now)
    delivery.deliver(Shown(), by=staff.clockwork(), clock=lambda: now)

    words = words_of(as_("adi").get("/duty/messages"))

    assert (
        f"A child has come back and nobody has accepted (reference E-{message.about_id})" in words
    )
    assert "Amina Yusuf The whole team Sent" in words
    assert "Kit" not in words
    assert "Somebody must take this child on" not in words


def test_in_the_demonstration_the_letter_can_be_read(as_, cast: Cast, now, settings):
    settings.DEMONSTRATION = True
    told(cast, now)

    words = words_of(as_("mara").get("/duty/messages"))

    assert "Somebody must take this child on and offer a return home interview." in words
    assert "Waits to be sent" in words


def test_one_that_does_not_get_through_is_seen_and_tried_again(as_, cast: Cast, now):
    message = told(cast, now)
    Message.objects.update(
        tries=TRIES, failure=NotSent.ADDRESS, send_after=now + hours(1), created_at=now
    )
    amina = as_("amina")

    words = words_of(amina.get("/duty/messages"))
    amina.post(f"/duty/messages/{message.pk}/try-again")

    assert "1 message does not get through." in words
    assert "The mail service does not take this address. Tried 3 times, again" in words
    assert Message.objects.get().send_after < now + hours(1)


def test_one_sent_meanwhile_is_not_tried_again(as_, cast: Cast, now):
    message = told(cast, now)
    messages.mark_sent(messages.claim(at=now), by=cast.adi, at=now)

    response = as_("amina").post(f"/duty/messages/{message.pk}/try-again")

    assert "This message has been sent" in words_of(response)


# Strangers, and what it costs.

PAGES = (
    "/duty/rota",
    "/duty/rota/team/name",
    "/duty/rota/request/pace",
    "/duty/absences/add",
    "/duty/out-of-hours",
    "/duty/messages",
)


@pytest.mark.parametrize("name", ["ines", "sol", "ana", "pat"])
def test_whoever_does_not_keep_the_rota_finds_no_page(as_, name):
    assert [as_(name).get(page).status_code for page in PAGES] == [404] * len(PAGES)
    assert as_(name).post("/duty/out-of-hours/take-away").status_code == 404


def test_owen_sees_his_own_rota_and_nothing_of_northshires(as_, cast: Cast, now):
    message = told(cast, now)
    absence = rotas.note_absence(cast.mara, starts_at=now + hours(1), by=cast.mara, at=now)
    rotas.name(
        cast.northshire_council,
        Rung.TEAM,
        [],
        mailbox="nightwatch@example.invalid",
        by=cast.adi,
        at=now,
    )
    owen = as_("owen")

    pages = " ".join(words_of(owen.get(page)) for page in PAGES)

    assert "Owen Price" in pages
    assert not [
        word for word in ("Mara", "Amina", "nightwatch", f"E-{message.pk}") if word in pages
    ]
    assert owen.post(f"/duty/absences/{absence.pk}/end").status_code == 404
    assert owen.post(f"/duty/messages/{message.pk}/try-again").status_code == 404


def test_the_pages_ask_a_fixed_number_of_times(as_, cast: Cast, now, django_assert_max_num_queries):
    for minutes in range(20):
        rotas.note_absence(cast.sol, starts_at=now + minutes * MINUTE, by=cast.mara, at=now)
    for child in (cast.kit, cast.sky, cast.robin):
        returned(child, at=now)
    rounds.look_round(by=staff.clockwork(), at=now)
    amina = as_("amina")

    with django_assert_max_num_queries(16):
        assert amina.get("/duty/rota").status_code == 200
    with django_assert_max_num_queries(10):
        assert amina.get("/duty/messages").status_code == 200


# On the work list.


@pytest.mark.parametrize(
    ("minutes", "who"),
    [(0, "the whole team"), (120, "the manager"), (180, "the head of service")],
)
def test_the_work_list_says_how_far_a_silence_has_climbed(as_, cast: Cast, now, minutes, who):
    told(cast, now, minutes=minutes)

    assert f"With {who} since" in words_of(as_("amina").get("/"))


def test_once_somebody_has_taken_it_on_it_is_with_them_and_another_council_never_sees_it(
    as_, cast: Cast, now
):
    returned(cast.sky, at=now - hours(3))
    rounds.look_round(by=staff.clockwork(), at=now)
    assert "With the head of service" in words_of(as_("amina").get("/"))
    assert "With the head of service" not in words_of(as_("wes").get("/"))

    as_("amina").post(f"/episodes/{cast.sky.episodes.get().pk}/take-on")

    assert "With the head of service" not in words_of(as_("amina").get("/"))
