"""The people of an organisation on the pages, an absent worker's work, and who is on duty."""

from datetime import date, timedelta

import pytest

from returnhome.casework import rotas, staff, support
from returnhome.casework.models import (
    Action,
    Credential,
    Duty,
    Episode,
    Interview,
    Person,
    Post,
    Team,
)
from returnhome.rules.codes import ActionKind, CredentialKind
from tests.cast import Cast, booked, hours, offered, returned, signed
from tests.web.asking import typed_at, words_of

pytestmark = pytest.mark.check


def on(name: str, day: date) -> dict[str, str]:
    parts = {"day": day.day, "month": day.month, "year": day.year}
    return {f"{name}-{part}": str(value) for part, value in parts.items()}


def check(person: Person, by: Person, now, *, due: date | None) -> None:
    staff.note_credential(
        person, CredentialKind.DBS, done_on=date(2024, 3, 1), next_due_on=due, by=by, at=now
    )


# People.


def test_overdue_checks_are_said_in_words(as_, cast: Cast, now):
    check(cast.ines, cast.mara, now, due=now.date() - timedelta(days=2))

    words = words_of(as_("amina").get("/people"))

    assert "Overdue Enhanced DBS check: done 1 Mar 2024, overdue since" in words
    assert "Mara Whitfield" in words
    for stranger in ("Pat Lindqvist", "Wes Carter", "Owen Price"):
        assert stranger not in words


def test_amina_sees_what_a_colleague_has_in_hand(as_, cast: Cast, now):
    offered(returned(cast.kit, at=now), by=cast.ines, at=now)
    booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)

    words = words_of(as_("amina").get(f"/people/{cast.ines.pk}"))

    assert "1 open episode, 1 booking and 0 outstanding actions" in words


def test_adi_the_administrator_never_sees_a_child(as_, cast: Cast, now):
    offered(returned(cast.sky, at=now), by=cast.ines, at=now)
    adi = as_("adi")

    pages = [adi.get(page) for page in ("/people", f"/people/{cast.ines.pk}", "/duty")]

    assert [page.status_code for page in pages] == [200] * 3
    assert "open episode" not in words_of(pages[1])
    assert adi.get(f"/people/{cast.ines.pk}/reassign").status_code == 404


def test_adi_adds_a_person_who_then_sets_a_password(as_, cast: Cast, client, mailoutbox):
    form = {"name": "Ida Novak", "email": "Ida@example.invalid", "role": "interviewer"}

    response = as_("adi").post("/people/add", form, follow=True)
    client.post("/accounts/password/reset/", {"email": "ida@example.invalid"})

    ida = Person.objects.get(email="ida@example.invalid")
    assert "Ida Novak has an account." in words_of(response)
    assert not ida.has_usable_password()
    assert ida.current_posts[0].organisation == cast.northshire_council
    assert [letter.subject for letter in mailoutbox] == ["Set a new password for Returnhome"]


def test_an_address_that_has_an_account_is_refused(as_, cast: Cast):
    form = {"name": "Another Ines", "email": "INES@example.invalid", "role": "interviewer"}

    response = as_("adi").post("/people/add", form)

    assert "Somebody with this email address already has an account." in words_of(response)
    assert "Another Ines" in response.content.decode()


def test_adi_gives_and_ends_a_role(as_, cast: Cast, now):
    adi, page = as_("adi"), f"/people/{cast.ines.pk}"

    adi.post(f"{page}/appoint", {"role": "coordinator", **on("since", now.date())})
    given = {post.role for post in cast.ines.current_posts}
    post = Post.objects.current().get(person=cast.ines, role="interviewer")
    adi.post(f"/posts/{post.pk}/end")

    assert given == {"interviewer", "coordinator"}
    assert {post.role for post in cast.ines.current_posts} == {"coordinator"}


def test_adi_puts_a_colleague_into_a_team_and_the_work_list_filters_by_it(as_, cast: Cast, now):
    for colleague in (cast.sol, cast.amina):
        typed = {"role": "manager", "team": " North  team", **on("since", now.date())}
        response = as_("adi").post(f"/people/{colleague.pk}/appoint", typed, follow=True)

    assert "Northshire Council, North team" in words_of(response)
    assert Team.objects.count() == 1
    assert "North team" in words_of(as_("amina").get("/"))


def test_nobody_gives_or_ends_their_own_roles(as_, cast: Cast, now):
    adi = as_("adi")
    own = Post.objects.get(person=cast.adi)

    given = adi.post(
        f"/people/{cast.adi.pk}/appoint", {"role": "manager", **on("since", now.date())}
    )
    ended = adi.post(f"/posts/{own.pk}/end")

    assert given.status_code == 404
    assert ended.status_code == 409
    assert [post.role for post in cast.adi.current_posts] == ["administrator"]


def test_a_check_is_noted_with_the_next_one_due(as_, cast: Cast, now):
    form = {"kind": "dbs", **on("done_on", now.date()), **on("next_due_on", date(2031, 1, 1))}

    as_("mara").post(f"/people/{cast.ines.pk}/note-credential", form)

    noted = Credential.objects.get()
    assert (noted.person, noted.next_due_on) == (cast.ines, date(2031, 1, 1))
    assert noted.noted_by == cast.mara


@pytest.mark.parametrize(
    ("done", "due", "sentence"),
    [
        (1, None, "must be in the past"),
        (-5, -9, "must be due after this one was done"),
    ],
)
def test_a_check_of_tomorrow_or_due_before_it_was_done_is_refused(
    as_, cast: Cast, now, done, due, sentence
):
    form = {"kind": "dbs", **on("done_on", now.date() + timedelta(days=done))}
    if due is not None:
        form |= on("next_due_on", now.date() + timedelta(days=due))

    response = as_("mara").post(f"/people/{cast.ines.pk}/note-credential", form)

    assert sentence in words_of(response)
    assert not Credential.objects.exists()


@pytest.mark.parametrize("name", ["owen", "wes", "pat"])
def test_people_of_another_organisation_are_not_there(as_, cast: Cast, name):
    pages = (
        f"/people/{cast.ines.pk}",
        f"/people/{cast.ines.pk}/note-credential",
        f"/people/{cast.ines.pk}/reassign",
        f"/people/{cast.ines.pk}/appoint",
    )

    assert [as_(name).get(page).status_code for page in pages] == [404] * 4


@pytest.mark.parametrize("name", ["ines", "sol", "ana"])
def test_whoever_manages_nobody_finds_no_list_of_people(as_, cast: Cast, name):
    assert as_(name).get("/people").status_code == 404
    assert as_(name).get("/people/add").status_code == 404


@pytest.mark.check
def test_fifty_people_take_no_more_queries_than_one(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    for number in range(50):
        person = staff.add_person(
            f"p{number}@example.invalid", f"P {number}", password=None, by=cast.adi, at=now
        )
        staff.appoint(
            person, "interviewer", cast.northshire_council, since=now.date(), by=cast.adi, at=now
        )
        check(person, cast.mara, now, due=None)
    amina = as_("amina")

    with django_assert_max_num_queries(9):
        response = amina.get("/people")

    assert "P 49" in words_of(response)


# An absent worker.


def test_all_of_an_absent_workers_work_moves_at_once(as_, cast: Cast, now):
    before = now - hours(12)
    signed_episode = returned(cast.robin, at=before)
    interview = signed(signed_episode, interviewer=cast.pat, by=cast.amina, at=before)
    support.add(
        signed_episode,
        ActionKind.OTHER,
        "Ring the school",
        owner=cast.mara,
        due_on=now.date(),
        interview=interview,
        by=cast.mara,
        at=now,
    )
    offered(returned(cast.kit, at=now), by=cast.mara, at=now)
    amina, page = as_("amina"), f"/people/{cast.mara.pk}/reassign"

    asked = words_of(amina.get(page))
    form = {"episodes": str(cast.amina.pk), "actions": str(cast.sol.pk)}
    response = amina.post(page, form, follow=True)

    assert "1 open episode, 0 bookings and 1 outstanding action" in asked
    assert "1 episode and 1 action reassigned from Mara Whitfield." in words_of(response)
    assert Episode.objects.get(child=cast.kit).owner == cast.amina
    assert Action.objects.get().owner == cast.sol


def test_bookings_go_to_another_interviewer(as_, cast: Cast, now):
    ida = staff.add_person("ida@example.invalid", "Ida", password=None, by=cast.adi, at=now)
    staff.appoint(
        ida, "interviewer", cast.northshire_council, since=now.date(), by=cast.adi, at=now
    )
    booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)

    page = f"/people/{cast.ines.pk}/reassign"
    as_("amina").post(page, {"interviewer": str(ida.pk)})

    assert Interview.objects.get().interviewer == ida


def test_episodes_can_go_back_to_whoever_is_on_duty(as_, cast: Cast, now):
    offered(returned(cast.kit, at=now), by=cast.mara, at=now)

    as_("amina").post(f"/people/{cast.mara.pk}/reassign", {"episodes": "nobody"})

    assert Episode.objects.get().owner is None


def test_reassigning_asks_who_takes_over(as_, cast: Cast, now):
    offered(returned(cast.kit, at=now), by=cast.mara, at=now)

    response = as_("amina").post(f"/people/{cast.mara.pk}/reassign", {"episodes": ""})

    assert "Select who takes the episodes" in words_of(response)


def test_somebody_with_nothing_in_hand_has_nothing_to_reassign(as_, cast: Cast):
    words = words_of(as_("amina").get(f"/people/{cast.sol.pk}/reassign"))

    assert "Sol Bennett has nothing in hand." in words


# Duty.


def test_amina_puts_mara_on_duty_and_takes_her_off_again(as_, cast: Cast, now):
    amina = as_("amina")
    form = {
        "person": str(cast.mara.pk),
        **typed_at("starts_at", now - hours(1)),
        **typed_at("ends_at", now + hours(8)),
    }

    put = amina.post("/duty", form, follow=True)
    taken = amina.post(f"/duty/{Duty.objects.get().pk}/take-off", follow=True)

    assert "Now Who From Until Take off Mara Whitfield" in words_of(put).replace("On duty now ", "")
    assert "Nobody is on duty now." in words_of(taken)


def test_a_duty_that_ends_before_it_starts_is_refused(as_, cast: Cast, now):
    form = {
        "person": str(cast.mara.pk),
        **typed_at("starts_at", now + hours(8)),
        **typed_at("ends_at", now + hours(1)),
    }

    response = as_("amina").post("/duty", form)

    assert "The duty must end after it starts." in words_of(response)
    assert not Duty.objects.exists()


def test_only_those_are_offered_for_duty_who_may_take_children_on(as_, cast: Cast, now):
    form = {
        "person": str(cast.sol.pk),
        **typed_at("starts_at", now + hours(1)),
        **typed_at("ends_at", now + hours(8)),
    }
    amina = as_("amina")

    words = words_of(amina.get("/duty"))

    assert "Ines Okafor" in words
    assert "Mara Whitfield" in words
    assert "Sol Bennett" not in words
    assert "Put somebody on duty" in words_of(amina.post("/duty", form))
    assert not Duty.objects.exists()


def test_somebody_whose_role_has_changed_stays_on_the_page_and_is_marked(as_, cast: Cast, now):
    staff.put_on_duty(
        cast.ines,
        cast.northshire_council,
        starts_at=now,
        ends_at=now + hours(8),
        by=cast.mara,
        at=now,
    )
    staff.end_post(cast.ines.posts.get(), on=now.date(), by=cast.adi, at=now)

    assert "Ines Okafor May not take children on" in words_of(as_("amina").get("/duty"))


def test_somebody_absent_in_their_duty_is_marked_and_cannot_be_put_on_it(as_, cast: Cast, now):
    for person in (cast.mara, cast.ines):
        staff.put_on_duty(
            person,
            cast.northshire_council,
            starts_at=now,
            ends_at=now + hours(8),
            by=cast.amina,
            at=now,
        )
    rotas.note_absence(cast.mara, starts_at=now, by=cast.mara, at=now)
    form = {
        "person": str(cast.mara.pk),
        **typed_at("starts_at", now + hours(9)),
        **typed_at("ends_at", now + hours(18)),
    }
    amina = as_("amina")

    words = words_of(amina.get("/duty"))
    refused = words_of(amina.post("/duty", form))

    assert "Mara Whitfield Absent then" in words
    assert "Ines Okafor Absent then" not in words
    assert "Mara Whitfield is absent until further notice." in refused
    assert Duty.objects.count() == 2


def test_giving_all_of_somebodys_work_away_says_who_is_absent(as_, cast: Cast, now):
    offered(returned(cast.kit, at=now), by=cast.mara, at=now)
    rotas.note_absence(cast.ines, starts_at=now, by=cast.mara, at=now)

    words = words_of(as_("amina").get(f"/people/{cast.mara.pk}/reassign"))

    assert "Ines Okafor (absent until further notice)" in words


def test_an_interviewer_sees_who_is_on_duty_and_sets_nobody(as_, cast: Cast, now):
    ines = as_("ines")

    assert "Put somebody on duty" not in words_of(ines.get("/duty"))
    assert ines.post("/duty", {}).status_code == 404


def test_duties_of_another_council_are_not_there(as_, cast: Cast, now):
    duty = staff.put_on_duty(
        cast.mara,
        cast.northshire_council,
        starts_at=now,
        ends_at=now + hours(8),
        by=cast.amina,
        at=now,
    )

    assert "Mara" not in words_of(as_("owen").get("/duty"))
    assert as_("owen").post(f"/duty/{duty.pk}/take-off").status_code == 404
    assert as_("ana").get("/duty").status_code == 404


def test_the_duty_page_asks_a_fixed_number_of_times(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    for number in range(20):
        staff.put_on_duty(
            cast.mara,
            cast.northshire_council,
            starts_at=now + hours(number),
            ends_at=now + hours(number + 1),
            by=cast.amina,
            at=now,
        )
    amina = as_("amina")

    with django_assert_max_num_queries(10):
        assert amina.get("/duty").status_code == 200
