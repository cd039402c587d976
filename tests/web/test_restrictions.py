"""Restricted records on pages: whoever is kept out finds nothing, break-glass is seen at once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from returnhome.casework import handovers, restrictions, staff, support
from returnhome.casework.models import (
    BreakGlass,
    Child,
    JournalEntry,
    Listed,
    Message,
    Restriction,
)
from returnhome.jobs import rounds
from returnhome.rules.codes import ActionKind, HandOverKind, Role
from tests.cast import NOW, Cast, accepted, booked, held, hours, returned, signed
from tests.web.asking import words_of
from tests.web.test_intake import received
from tests.web.test_matching import told
from tests.web.test_second_lock import LISTS, names_in, pages_of

pytestmark = pytest.mark.check

WHY = "Her aunt works in the contact centre"
NOT_THERE = "There is no restricted record that you can open by this."


def restricted(cast: Cast, *names: str, child: Child | None = None) -> Restriction:
    to = [getattr(cast, name) for name in names]
    return restrictions.restrict(child or cast.sky, WHY, to=to, by=cast.mara, at=NOW)


def kept_out(cast: Cast, name: str, child: Child | None = None) -> Listed:
    return restrictions.keep_out(child or cast.sky, getattr(cast, name), WHY, by=cast.mara, at=NOW)


def opened_by(cast: Cast, name: str, at: Any = None) -> BreakGlass:
    return restrictions.break_glass(
        [cast.sky.pk],
        "She rings from a bus",
        hours=1,
        by=getattr(cast, name),
        at=at or timezone.now(),
    )


def fields(said: str, **also: Any) -> dict[str, Any]:
    return {"said": said, "because": "She rings from a bus", "hours": "1"} | also


# The lists.


def test_mara_restricts_a_record_and_names_who_may_see_it(as_, cast: Cast, now) -> None:
    returned(cast.sky, at=now)
    mara: Client = as_("mara")
    assert "Who may see this record?" in words_of(mara.get(f"/children/{cast.sky.pk}"))

    form = mara.get(f"/children/{cast.sky.pk}/restrict")
    got = mara.post(
        f"/children/{cast.sky.pk}/restrict", {"because": WHY, "to": [str(cast.amina.pk)]}
    )

    assert "Wes Carter (Coordinator, Westborough Council)" in words_of(form)
    assert "Owen Price" not in words_of(form)
    assert got.url == f"/children/{cast.sky.pk}/restriction"
    words = words_of(mara.get(got.url))
    assert "Restricted Only those named below and the managers who may restrict it." in words
    assert WHY in words
    assert "In any case: Mara Whitfield" in words
    assert "Marlowe" in words_of(as_("amina").get("/"))
    assert "Only those named may see this record" in words_of(
        as_("amina").get(f"/children/{cast.sky.pk}")
    )
    for name in ("ines", "sol", "wes"):
        assert as_(name).get(f"/children/{cast.sky.pk}").status_code == 404
        assert "Marlowe" not in words_of(as_(name).get("/"))


def test_beside_each_name_stands_what_they_would_lose(as_, cast: Cast, now) -> None:
    booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)

    words = words_of(as_("mara").get(f"/children/{cast.sky.pk}/restrict"))

    assert "Amina Yusuf (Coordinator, Northshire Council) In hand: has taken the child on." in words
    assert "In hand: is to hold an interview. Sol Bennett" in words


def test_somebody_who_knows_the_family_is_kept_out_and_let_in_again(as_, cast: Cast) -> None:
    mara, page = as_("mara"), f"/children/{cast.sky.pk}"

    mara.post(f"{page}/list-person", {"may_see": "no", "person": str(cast.sol.pk), "because": WHY})
    assert as_("sol").get(page).status_code == 404
    assert "Sol Bennett" in words_of(mara.get(f"{page}/restriction"))

    row = Listed.objects.get()
    mara.post(f"/listed/{row.pk}/end", {"because": "They have moved away"})
    assert as_("sol").get(page).status_code == 200
    assert "Ended by Mara Whitfield: They have moved away" in words_of(
        mara.get(f"{page}/restriction")
    )


def test_a_restriction_is_lifted_with_a_reason(as_, cast: Cast) -> None:
    row, mara = restricted(cast, "amina"), as_("mara")

    assert "Say why" in words_of(mara.post(f"/restrictions/{row.pk}/lift", {"because": ""}))
    mara.post(f"/restrictions/{row.pk}/lift", {"because": "The aunt has left"})

    assert as_("sol").get(f"/children/{cast.sky.pk}").status_code == 200


def test_a_list_that_would_leave_nobody_is_refused_in_one_sentence(as_, cast: Cast) -> None:
    kept_out(cast, "amina")
    kept_out(cast, "ines")

    got = as_("mara").post(
        f"/children/{cast.sky.pk}/list-person",
        {"may_see": "no", "person": str(cast.mara.pk), "because": WHY},
    )

    assert "Nobody who can act for this child would be left to see the record." in words_of(got)


@pytest.mark.parametrize("name", ["amina", "ines", "sol", "wes", "owen", "ana", "adi", "pat"])
def test_only_a_manager_of_the_council_that_answers_sees_the_lists(as_, cast: Cast, name) -> None:
    row, listed = restricted(cast, "amina", "ines", "sol", "wes"), Listed.objects.first()
    assert listed
    addresses = [
        *(f"/children/{cast.sky.pk}/{page}" for page in ("restriction", "restrict", "list-person")),
        f"/listed/{listed.pk}/end",
        f"/restrictions/{row.pk}/lift",
        "/restricted",
    ]

    client: Client = as_(name)

    assert {client.get(address).status_code for address in addresses} == {404}
    assert {client.post(address, {}).status_code for address in addresses} == {404}


# Whoever is kept out.


@pytest.mark.parametrize("way", ["named", "kept_out"])
@pytest.mark.parametrize("name", ["ines", "sol", "wes", "amina"])
def test_no_page_and_no_list_tells_whoever_is_kept_out_of_the_child(
    as_, cast: Cast, now, name: str, way: str
) -> None:
    interview = signed(returned(cast.sky, hours_ago=90), interviewer=cast.ines, by=cast.amina)
    one = returned(cast.sky, at=now)
    handovers.ask(one, HandOverKind.HOST_INTERVIEWS, to=cast.westborough, by=cast.amina, at=now)
    if way == "named":
        restricted(cast)
    else:
        kept_out(cast, name)
    client: Client = as_(name)

    for address in LISTS:
        got = client.get(address)
        page = got.content.replace(b"Marlowe", b"") if "?q=" in address else got.content
        assert not names_in(page) & {"Sky", "Marlowe"}, address
    opened = []
    for address in pages_of(interview):
        got = client.get(address)
        if got.status_code == 200 and names_in(got.content) & {"Sky", "Marlowe"}:
            opened.append(address)
    assert opened == []
    assert not names_in(client.post("/children", {"q": "mar"}).content)
    calendar = Client().get(f"/calendar/{getattr(cast, name).calendar_key}.ics")
    assert b"VEVENT" not in calendar.content


def test_a_closed_record_answers_like_one_that_is_not_there(as_, cast: Cast, now) -> None:
    one = returned(cast.sky, at=now)
    kept_out(cast, "sol")

    there, nowhere = (as_("sol").get(f"/episodes/{pk}") for pk in (one.pk, 987654321))

    assert (there.status_code, words_of(there)) == (nowhere.status_code, words_of(nowhere))


def test_counts_go_on_counting_a_restricted_child(as_, cast: Cast, now) -> None:
    returned(cast.sky, at=now)
    before = words_of(as_("ana").get("/figures"))

    restricted(cast)

    assert words_of(as_("ana").get("/figures")) == before


def test_the_first_lock_alone_and_the_second_alone_keep_somebody_out(
    as_, cast: Cast, now, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned(cast.sky, at=now)
    kept_out(cast, "sol")
    page = f"/children/{cast.sky.pk}"

    monkeypatch.setattr(staff.Person, "closed", frozenset())
    assert as_("sol").get(page).status_code == 404


def test_whoever_is_kept_out_is_not_offered_as_an_interviewer(as_, cast: Cast, now) -> None:
    one = returned(cast.kit, at=now)
    accepted(one, by=cast.amina, at=now)
    page = f"/episodes/{one.pk}/book"
    assert "Ines Okafor" in words_of(as_("amina").get(page))

    kept_out(cast, "ines", cast.kit)

    assert "Ines Okafor" not in words_of(as_("amina").get(page))


def test_a_booking_of_somebody_kept_out_is_missing_next(as_, cast: Cast, now) -> None:
    one = returned(cast.sky, at=now)
    booked(one, interviewer=cast.ines, by=cast.amina, at=now)

    kept_out(cast, "ines")

    assert "Book the interview" in words_of(as_("amina").get(f"/episodes/{one.pk}"))
    assert "Marlowe" not in words_of(as_("ines").get("/"))


# Break-glass.


def test_ines_opens_a_record_that_cannot_wait_and_mara_sees_it_at_once(
    as_, cast: Cast, now
) -> None:
    one = returned(cast.sky, at=now)
    restricted(cast, "amina")
    ines, mara = as_("ines"), as_("mara")

    got = ines.post("/restricted/open", fields(f"E-{one.pk}"))

    assert got.url == f"/children/{cast.sky.pk}"
    words = words_of(ines.get(got.url))
    assert re.search(r"by break-glass\. It closes to you (today|tomorrow) at \d", words)
    assert "What you look at is written down." in words
    first = words_of(mara.get("/"))
    assert "A restricted record was opened by break-glass: Ines Okafor" in first
    message = Message.objects.get()
    assert (message.person, message.about_kind) == (cast.mara, "breakglass")


@pytest.mark.parametrize("way", ["episode", "address", "child", "number", "name"])
def test_a_record_is_found_by_what_somebody_has_in_hand(as_, cast: Cast, now, way: str) -> None:
    one = returned(cast.sky, at=now)
    restricted(cast, "amina")
    born = {"born_on-day": "4", "born_on-month": "5", "born_on-year": "2011"}
    said = {
        "episode": fields(f"e-{one.pk}"),
        "address": fields(f"https://returnhome.example/episodes/{one.pk}"),
        "child": fields(f"https://returnhome.example/children/{cast.sky.pk}"),
        "number": fields("sky"),
        "name": fields("sky MARLOWE", **born),
    }[way]

    assert as_("sol").post("/restricted/open", said).url == f"/children/{cast.sky.pk}"


def test_what_cannot_be_opened_answers_alike_and_is_written_down(as_, cast: Cast, now) -> None:
    one, two = returned(cast.sky, at=now), returned(cast.kit, at=now)
    restricted(cast, "amina")
    kept_out(cast, "sol")
    asked = [
        ("sol", f"E-{one.pk}"),  # may not see it
        ("owen", f"E-{one.pk}"),  # a stranger
        ("ines", f"E-{two.pk}"),  # not restricted
        ("ines", "E-987654321"),  # not there
    ]

    answers = {
        words_of(as_(name).post("/restricted/open", fields(said))).partition("Whose record")[0]
        for name, said in asked
        if name in ("sol", "ines")
    }
    stranger = words_of(as_("owen").post("/restricted/open", fields(f"E-{one.pk}")))

    assert all(NOT_THERE in answer for answer in (*answers, stranger))
    assert not BreakGlass.objects.exists()
    assert JournalEntry.objects.filter(verb="refused", kind="breakglass").count() == len(asked)


def test_whoever_gives_a_name_alone_is_asked_for_the_birth_date_and_told_nothing(
    as_, cast: Cast
) -> None:
    restricted(cast, "amina")

    for said in ("Sky Marlowe", "Nobody at All"):
        words = words_of(as_("ines").post("/restricted/open", fields(said)))
        assert "Enter the date of birth too: a name alone opens nothing" in words
    assert not BreakGlass.objects.exists()


def test_a_record_is_opened_with_a_reason_and_for_a_time(as_, cast: Cast, now) -> None:
    one = returned(cast.sky, at=now)
    restricted(cast, "amina")

    none = as_("ines").post("/restricted/open", fields(f"E-{one.pk}", because=""))
    long = as_("ines").post("/restricted/open", fields(f"E-{one.pk}", hours="48"))

    assert "Say why" in words_of(none)
    assert "Select for how long" in words_of(long)
    assert not BreakGlass.objects.exists()


def test_whoever_works_with_no_child_has_no_such_page(as_) -> None:
    assert as_("ana").get("/restricted/open").status_code == 404
    assert as_("adi").get("/restricted/open").status_code == 404
    assert "Open a restricted record" in words_of(as_("wes").get("/set-up"))


def test_ines_closes_it_herself_and_then_it_is_closed(as_, cast: Cast) -> None:
    restricted(cast, "amina")
    opened, ines = opened_by(cast, "ines"), as_("ines")
    assert ines.get(f"/children/{cast.sky.pk}").status_code == 200

    assert ines.post(f"/restricted/{opened.pk}/close").url == "/"

    assert ines.get(f"/children/{cast.sky.pk}").status_code == 404


def test_it_closes_by_itself(as_, cast: Cast) -> None:
    restricted(cast, "amina")
    opened_by(cast, "ines", at=timezone.now() - timedelta(minutes=61))

    assert as_("ines").get(f"/children/{cast.sky.pk}").status_code == 404


# The review.


def test_mara_reads_who_opened_it_and_what_they_did_and_reviews_it(as_, cast: Cast, now) -> None:
    one = returned(cast.sky, at=now)
    restricted(cast, "amina")
    opened, ines, mara = opened_by(cast, "ines"), as_("ines"), as_("mara")
    ines.get(f"/episodes/{one.pk}")
    page = f"/restricted/{opened.pk}"

    words = words_of(mara.get(page))
    assert "She rings from a bus" in words
    assert "Looked at a missing episode" in words
    assert "You can review it once it is closed." in words
    mara.post(f"{page}/close")
    missing = mara.post(page, {"is_justified": "no", "finding": ""})
    assert "Say why" in words_of(missing)
    mara.post(page, {"is_justified": "no", "finding": "Sol was there"})

    assert "Not justified Mara Whitfield" in words_of(mara.get("/restricted"))
    assert "by break-glass" not in words_of(mara.get("/"))
    assert "Reviewed whether it was right to open the record" in words_of(
        mara.get(f"/children/{cast.sky.pk}/looked-at")
    )


def test_what_nobody_reviewed_in_a_week_stands_on_the_first_screen(as_, cast: Cast, now) -> None:
    restricted(cast, "amina")
    opened_by(cast, "ines", at=now - timedelta(days=8))

    assert "1 opening to review , 1 for more than a week" in words_of(as_("mara").get("/"))


def test_ines_sees_her_own_opening_and_no_finding_and_others_see_none(as_, cast: Cast) -> None:
    restricted(cast, "amina")
    opened = opened_by(cast, "ines", at=timezone.now() - hours(3))
    assert "Nobody has reviewed it yet." in words_of(as_("ines").get(f"/restricted/{opened.pk}"))
    restrictions.review(
        opened, is_justified=False, finding="Not so", by=cast.mara, at=timezone.now()
    )
    page = f"/restricted/{opened.pk}"

    words = words_of(as_("ines").get(page))

    assert "Not justified" in words
    assert "Not so" not in words
    assert "Marlowe" not in words
    assert {as_(name).get(page).status_code for name in ("amina", "sol", "wes", "owen")} == {404}
    assert as_("ines").post(page, {"is_justified": "yes"}).status_code == 200
    assert BreakGlass.objects.get().is_justified is False


def test_that_nobody_can_act_is_said_without_a_name(as_, cast: Cast) -> None:
    restricted(cast, "amina")
    kept_out(cast, "mara")
    words = "A restricted record has nobody who can act."
    assert words not in words_of(as_("mara").get("/"))

    for post in cast.amina.posts.all():
        staff.end_post(post, on=NOW.date(), by=cast.adi, at=NOW)

    for name, address in (("mara", "/"), ("adi", "/set-up"), ("mara", "/set-up")):
        said = words_of(as_(name).get(address))
        assert words in said
        assert "Sky" not in said
    assert words not in words_of(as_("ines").get("/"))
    another = staff.add_person("new@example.invalid", "New", password=None, by=cast.adi, at=NOW)
    staff.appoint(
        another, Role.MANAGER, cast.northshire_council, since=NOW.date(), by=cast.adi, at=NOW
    )
    assert words not in words_of(as_("mara").get("/"))


def test_that_nobody_can_review_an_opening_is_said_to_administrators(as_, cast: Cast) -> None:
    restricted(cast, "amina")
    kept_out(cast, "mara")
    opened_by(cast, "ines")
    words = "was opened by break-glass, and no manager is there who may review it."

    for name, address in (("adi", "/people"), ("adi", "/set-up")):
        said = words_of(as_(name).get(address))
        assert words in said, address
        assert not {"Sky", "Marlowe"} & set(said.split())
    for address in ("/", "/set-up", "/people"):
        assert words not in words_of(as_("mara").get(address))
    staff.appoint(
        cast.amina, Role.MANAGER, cast.northshire_council, since=NOW.date(), by=cast.adi, at=NOW
    )
    assert words not in words_of(as_("adi").get("/set-up"))
    assert "1 opening to review" in words_of(as_("amina").get("/"))


def test_the_pages_ask_a_fixed_number_of_times(
    as_, cast: Cast, now, django_assert_max_num_queries
) -> None:
    restricted(cast, "amina", "ines", "sol")
    opened = opened_by(cast, "wes")
    mara = as_("mara")
    for address, most in (
        (f"/children/{cast.sky.pk}/restriction", 20),
        (f"/children/{cast.sky.pk}/restrict", 22),
        ("/restricted", 8),
        (f"/restricted/{opened.pk}", 14),
        ("/restricted/open", 7),
    ):
        with django_assert_max_num_queries(most):
            assert mara.get(address).status_code == 200


# What comes in.


def test_a_row_that_may_be_about_a_closed_child_waits_for_somebody_who_may(
    as_, cast: Cast, now
) -> None:
    """Kit in another way: the row is kept, its clock runs, and Amina learns nothing."""
    kept_out(cast, "amina", cast.kit)

    stranger = told(cast, now)

    assert stranger.episodes.get().due_at
    amina, mara = as_("amina"), as_("mara")
    for address in ("/", "/waiting", f"/children/{stranger.pk}", f"/children/{stranger.pk}/match"):
        words = words_of(amina.get(address))
        assert stranger.surname not in words, address
    assert amina.get(f"/children/{stranger.pk}/match").status_code == 404
    assert "Kit" in words_of(mara.get(f"/children/{stranger.pk}/match"))
    mara.post(f"/children/{stranger.pk}/match", {"who": str(cast.kit.pk)})
    assert cast.kit.episodes.count() == 1
    assert amina.get(f"/children/{cast.kit.pk}").status_code == 404


def test_what_waits_already_is_closed_with_the_child_whom_it_may_be_about(
    as_, cast: Cast, now
) -> None:
    stranger = told(cast, now)
    assert as_("amina").get(f"/children/{stranger.pk}/match").status_code == 200

    restricted(cast, "ines", child=cast.kit)

    assert as_("amina").get(f"/children/{stranger.pk}/match").status_code == 404
    assert as_("ines").get(f"/children/{stranger.pk}").status_code == 200


def test_a_file_shows_a_row_about_a_closed_child_as_one_that_nobody_matches(
    as_, cast: Cast, now
) -> None:
    """In its first and its second look alike: what it would do, and what it did."""
    amina = as_("amina")
    kept_out(cast, "amina", cast.kit)
    delivery = received(amina)

    before = words_of(amina.get(f"/deliveries/{delivery.pk}"))
    amina.post(f"/deliveries/{delivery.pk}/confirm")
    after = words_of(amina.get(f"/deliveries/{delivery.pk}"))
    truly = words_of(as_("mara").get(f"/deliveries/{delivery.pk}"))

    assert "0 opened" in before
    assert "0 opened" in after
    assert "1 opened" in truly
    entry = JournalEntry.objects.filter(kind="delivery", verb="read").newest_first()
    assert not any(cast.kit.pk in (each.shown or ()) for each in entry.filter(by_id=cast.amina.pk))


def test_whoever_is_kept_out_is_not_told_that_a_child_is_back(cast: Cast, now) -> None:
    one = returned(cast.sky, at=now - hours(2), hours_ago=1)
    staff.put_on_duty(
        cast.ines,
        cast.northshire_council,
        starts_at=now - hours(9),
        ends_at=now + hours(9),
        by=cast.mara,
        at=now - hours(10),
    )
    kept_out(cast, "ines")

    rounds.look_round(by=staff.clockwork(), at=now)

    people = set(Message.objects.filter(about_id=one.pk).values_list("person", flat=True))
    assert people
    assert cast.ines.pk not in people


def test_mara_sees_what_somebody_kept_out_still_has_to_finish(as_, cast: Cast, now) -> None:
    talk = signed(returned(cast.sky, hours_ago=90), interviewer=cast.ines, by=cast.amina)
    one = talk.episodes.get()
    support.add(
        one,
        ActionKind.HEALTH,
        "See the GP",
        owner=cast.sol,
        due_on=now.date() + timedelta(days=3),
        interview=talk,
        by=cast.mara,
        at=now,
    )
    held(returned(cast.sky, hours_ago=30), interviewer=cast.ines, by=cast.amina)

    kept_out(cast, "sol")
    kept_out(cast, "ines")

    words = words_of(as_("mara").get(f"/children/{cast.sky.pk}/restriction"))
    assert "Sol Bennett has an action to complete by" in words
    assert "Ines Okafor held an interview on" in words
    assert "Marlowe" not in words_of(as_("sol").get("/actions"))


def test_a_record_that_nobody_can_write_is_a_task_of_those_who_may_finish_it(
    as_, cast: Cast, now
) -> None:
    one = returned(cast.sky, at=now - hours(20))
    talk = held(one, interviewer=cast.ines, by=cast.amina, at=now - hours(9))
    page, words = f"/interviews/{talk.pk}/take-over-record", "can no longer write the record"
    amina: Client = as_("amina")
    assert words not in words_of(amina.get("/"))
    assert amina.get(page).url == f"/interviews/{talk.pk}"

    kept_out(cast, "ines")

    for name in ("amina", "mara"):
        listed = as_(name).get("/?group=next")
        assert f"Ines Okafor {words}" in words_of(listed)
        assert page in listed.content.decode()
    assert f"Ines Okafor {words}: somebody else must" in words_of(as_("sol").get("/"))
    assert as_("sol").get(page).status_code == as_("ines").get(page).status_code == 404
    assert (
        f'<a class="govuk-link" href="{page}">'
        in amina.get(f"/interviews/{talk.pk}").content.decode()
    )
    assert "Tell them nothing that is in the record" in words_of(amina.get(page))
    assert amina.post(page).url == f"/interviews/{talk.pk}/record"
    assert "1 record to finish" in words_of(amina.get("/"))
    shown = words_of(amina.get(f"/interviews/{talk.pk}"))
    assert "Interviewer Ines Okafor, Interviewer, Northshire Council" in shown
    assert "Written down by Amina Yusuf" in shown
    story = words_of(amina.get(f"/children/{cast.sky.pk}"))
    assert "Interview booked with Ines Okafor" in story
    # A colleague was quicker.
    assert "can still write it" in words_of(as_("mara").post(page))
