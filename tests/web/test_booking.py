"""Booking on the pages: who, when and where; moved, held, or not held and why."""

from datetime import date, timedelta

import pytest

from returnhome.casework import handovers, interviews, offers, staff
from returnhome.casework.models import Episode, Interview, NotHeld, Organisation, Post
from returnhome.rules.codes import Answer, CredentialKind, HandOverKind, NotHeldReason, Role
from returnhome.rules.responsibility import Reply
from tests.cast import Cast, accepted, booked, held, hours, offered, returned
from tests.web.asking import typed_at, words_of


def trained(cast: Cast, person, now, **due: date) -> None:
    for kind in (CredentialKind.INTERVIEWING, CredentialKind.DBS):
        staff.note_credential(
            person,
            kind,
            done_on=now.date() - timedelta(days=30),
            next_due_on=due.get(kind, now.date() + timedelta(days=300)),
            by=cast.mara,
            at=now,
        )


def typed(cast: Cast, at, **changes) -> dict:
    return {
        "interviewer": str(cast.ines.pk),
        "place": "youth_centre",
        "mode": "in_person",
        "place_note": "Back room",
        "wishes": "Alone",
        "warned": "",
        **typed_at("booked_for", at),
        **changes,
    }


def test_amina_books_ines(as_, cast: Cast, now):
    trained(cast, cast.ines, now)
    episode = returned(cast.sky, at=now)
    accepted(episode, by=cast.amina, at=now)

    response = as_("amina").post(
        f"/episodes/{episode.pk}/book", typed(cast, now + hours(20)), follow=True
    )

    interview = Interview.objects.get()
    assert "The interview is booked for" in words_of(response)
    assert (interview.interviewer, interview.place_note) == (cast.ines, "Back room")
    assert Episode.objects.get(pk=episode.pk).booked_for == interview.booked_for


def test_training_and_checks_stand_beside_who_can_be_booked(as_, cast: Cast, now):
    trained(cast, cast.ines, now, dbs=now.date() - timedelta(days=3))
    episode = returned(cast.sky, at=now)
    accepted(episode, by=cast.amina, at=now)

    words = words_of(as_("amina").get(f"/episodes/{episode.pk}/book"))

    assert "Ines Okafor, Northshire Council" in words
    assert "Return home interview training: done" in words
    assert "overdue since" in words
    # Neither the council nor its provider for this child.
    assert "Pat Lindqvist" not in words


def test_a_providers_interviewers_can_be_booked_for_its_children(as_, cast: Cast, now):
    episode = returned(cast.robin, at=now)
    accepted(episode, by=cast.amina, at=now)

    words = words_of(as_("amina").get(f"/episodes/{episode.pk}/book"))

    assert "Pat Lindqvist, Open Path" in words


def test_a_council_without_interviewers_is_told_what_to_do(as_, cast: Cast, now):
    post = Post.objects.get(person=cast.ines)
    staff.end_post(post, on=now.date(), by=cast.adi, at=now)
    episode = returned(cast.sky, at=now)
    accepted(episode, by=cast.amina, at=now)

    words = words_of(as_("amina").get(f"/episodes/{episode.pk}/book"))

    assert "Nobody holds the role of interviewer here." in words


def test_what_speaks_against_a_booking_is_shown_and_does_not_block_it(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    accepted(episode, by=cast.amina, at=now)
    amina, page = as_("amina"), f"/episodes/{episode.pk}/book"

    warned = amina.post(page, typed(cast, now + hours(90)))
    seal = _warned(warned)
    again = amina.post(page, typed(cast, now + hours(90), warned=seal))

    words = words_of(warned)
    assert "By then the time allowed may have run out." in words
    assert "No date is recorded for this interviewer's training." in words
    assert "Book all the same" in words
    assert "Back room" in warned.content.decode()
    assert again.status_code == 302
    assert Interview.objects.count() == 1


def _warned(response) -> str:
    return response.content.decode().split('name="warned" value="')[1].split('"')[0]


def test_a_new_drawback_is_shown_again_before_anything_is_booked(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    accepted(episode, by=cast.amina, at=now)
    amina, page = as_("amina"), f"/episodes/{episode.pk}/book"
    seal = _warned(amina.post(page, typed(cast, now + hours(20))))

    later = amina.post(page, typed(cast, now + hours(90), warned=seal))

    assert "By then the time allowed may have run out." in words_of(later)
    assert not Interview.objects.exists()


def test_one_interview_can_answer_for_an_earlier_episode_too(as_, cast: Cast, now):
    trained(cast, cast.ines, now)
    earlier = returned(cast.sky, hours_ago=60, at=now)
    episode = returned(cast.sky, hours_ago=10, at=now)
    accepted(episode, by=cast.amina, at=now)
    amina, page = as_("amina"), f"/episodes/{episode.pk}/book"

    asked = words_of(amina.get(page))
    # The earlier one's clock runs out first, which is worth a warning.
    form = typed(cast, now + hours(5), also=[str(earlier.pk)])
    amina.post(page, form)

    assert "This interview answers for these too" in asked
    assert set(Interview.objects.get().episodes.all()) == {earlier, episode}


def test_a_booking_that_would_be_replaced_is_named_first(as_, cast: Cast, now):
    trained(cast, cast.ines, now)
    episode = returned(cast.sky, at=now)
    booked(episode, interviewer=cast.ines, by=cast.amina, at=now)

    response = as_("amina").post(f"/episodes/{episode.pk}/book", typed(cast, now + hours(20)))

    assert "this one takes its place" in words_of(response)
    assert Interview.objects.count() == 1


def test_an_interviewer_in_two_places_at_once_is_asked_about(as_, cast: Cast, now):
    trained(cast, cast.ines, now)
    booked(returned(cast.kit, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    episode = returned(cast.sky, at=now)
    accepted(episode, by=cast.amina, at=now)

    response = as_("amina").post(
        f"/episodes/{episode.pk}/book", typed(cast, now + hours(4) + timedelta(minutes=15))
    )

    assert "another interview booked at about that time" in words_of(response)


def test_nothing_can_be_booked_before_the_child_accepts(as_, cast: Cast, now):
    trained(cast, cast.ines, now)
    episode = returned(cast.sky, at=now)

    seen = as_("amina").get(f"/episodes/{episode.pk}/book")
    sent = as_("amina").post(f"/episodes/{episode.pk}/book", typed(cast, now + hours(20)))

    assert "No accepted offer is recorded" in words_of(seen)
    assert "The child has not accepted an offer yet" in words_of(sent)
    assert "Back room" in sent.content.decode()


def test_a_booking_moves_to_another_time_and_person(as_, cast: Cast, now):
    trained(cast, cast.ines, now)
    trained(cast, cast.pat, now)
    interview = booked(returned(cast.robin, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    form = typed(cast, now + hours(30), interviewer=str(cast.pat.pk), place="school")

    response = as_("amina").post(f"/interviews/{interview.pk}/move", form, follow=True)

    interview.refresh_from_db()
    assert "The booking is changed" in words_of(response)
    assert (interview.interviewer, interview.place) == (cast.pat, "school")
    assert interview.organisation == cast.open_path


def test_the_page_that_moves_a_booking_begins_with_what_was_agreed(as_, cast: Cast, now):
    interview = booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)

    page = as_("ines").get(f"/interviews/{interview.pk}/move").content.decode()

    assert f'value="{cast.ines.pk}" checked' in page
    assert 'value="youth_centre" checked' in page


def test_each_reason_for_no_interview_says_what_it_leads_to(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)

    words = words_of(as_("amina").get(f"/episodes/{episode.pk}/not-hold"))

    for reason in NotHeldReason:
        assert reason.label in words
    assert "A parent or carer declined This is not the child’s no. The offer stays open" in words


def test_a_parents_no_never_ends_the_work(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    form = {"reason": "declined_by_parent", "note": "", "covered_by": ""}

    as_("amina").post(f"/episodes/{episode.pk}/not-hold", form)

    assert NotHeld.objects.get().reason == "declined_by_parent"
    assert not Episode.objects.get(pk=episode.pk).is_settled


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("not_offered", "Explain this reason"),
        ("not_contactable", "No attempt is recorded."),
        ("covered_by_another", "Answer “Which interview covers this episode?”"),
        ("", "Answer “Why was there no interview?”"),
    ],
)
def test_a_reason_that_needs_more_says_what(as_, cast: Cast, now, reason, sentence):
    episode = returned(cast.sky, at=now)
    form = {"reason": reason, "note": "", "covered_by": ""}

    response = as_("amina").post(f"/episodes/{episode.pk}/not-hold", form)

    assert sentence in words_of(response)
    assert not NotHeld.objects.exists()


def test_ines_records_that_it_took_place_roughly_at_four(as_, cast: Cast, now):
    before = now - hours(5)
    interview = booked(
        returned(cast.sky, at=before), interviewer=cast.ines, by=cast.amina, at=before
    )
    form = {
        **typed_at("held_at", now - hours(1)),
        "held_at-precision": "estimated",
        "held_at-minutes": "20",
        "is_independent": "no",
        "independence_note": "Sky asked for her own worker.",
    }

    response = as_("ines").post(f"/interviews/{interview.pk}/hold", form)

    interview.refresh_from_db()
    assert response.headers["Location"] == f"/interviews/{interview.pk}/record"
    assert interview.held_precision == "estimated:20"
    assert (interview.is_independent, interview.independence_note) == (
        False,
        "Sky asked for her own worker.",
    )


def test_an_interview_cannot_have_been_held_tomorrow(as_, cast: Cast, now):
    interview = booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    form = {**typed_at("held_at", now + hours(24)), "is_independent": "yes"}

    response = as_("ines").post(f"/interviews/{interview.pk}/hold", form)

    assert "This time has not come yet." in words_of(response)
    assert Interview.objects.get().held_at is None


def test_somebody_not_independent_needs_a_reason(as_, cast: Cast, now):
    interview = booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    form = {**typed_at("held_at", now), "is_independent": "no", "independence_note": ""}

    response = as_("ines").post(f"/interviews/{interview.pk}/hold", form)

    assert "Say why the interviewer was not independent" in words_of(response)


def test_owen_cannot_tell_that_the_interview_is_booked(as_, cast: Cast, now):
    interview = booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    episode = interview.episodes.get()
    pages = (
        f"/episodes/{episode.pk}/book",
        f"/episodes/{episode.pk}/not-hold",
        f"/interviews/{interview.pk}/move",
        f"/interviews/{interview.pk}/hold",
    )

    for name in ("owen", "wes", "sol", "adi", "pat"):
        assert [as_(name).get(page).status_code for page in pages] == [404] * 4
        assert [as_(name).post(page, {}).status_code for page in pages] == [404] * 4


def test_a_held_interview_is_no_longer_moved(as_, cast: Cast, now):
    before = now - hours(10)
    interview = held(returned(cast.sky, at=before), interviewer=cast.ines, by=cast.amina, at=before)

    response = as_("amina").get(f"/interviews/{interview.pk}/move")

    assert response.headers["Location"] == f"/interviews/{interview.pk}"


def test_the_booking_page_asks_a_fixed_number_of_times_for_any_number_of_interviewers(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    episode = returned(cast.sky, at=now)
    accepted(episode, by=cast.amina, at=now)
    for number in range(20):
        person = staff.add_person(
            f"i{number}@example.invalid", f"I {number}", password=None, by=cast.adi, at=now
        )
        staff.appoint(
            person, "interviewer", cast.northshire_council, since=now.date(), by=cast.adi, at=now
        )
        trained(cast, person, now)
    amina = as_("amina")

    with django_assert_max_num_queries(26):
        response = amina.get(f"/episodes/{episode.pk}/book")

    assert "I 19, Northshire Council" in words_of(response)


def test_a_colleague_can_see_and_move_a_booking_but_not_read_the_account(as_, cast: Cast, now):
    ida = staff.add_person("ida@example.invalid", "Ida", password=None, by=cast.adi, at=now)
    staff.appoint(
        ida, "interviewer", cast.northshire_council, since=now.date(), by=cast.adi, at=now
    )
    interview = booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    said = {"why_words": interviews.Said(words="I wanted to see my nan.")}
    interviews.record(interview, said, by=cast.ines, at=now)
    client = as_("ines")
    client.force_login(ida)

    response = client.get(f"/interviews/{interview.pk}")

    assert response.status_code == 200
    assert "Change the booking" in words_of(response)
    assert "my nan" not in words_of(response)


# What the council that was asked sees; what took place unbooked.


def test_the_council_that_was_asked_books_its_own_people_and_reads_what_the_child_said(
    as_, cast: Cast, now
):
    episode = returned(cast.sky, at=now)
    offers.answer(
        offered(episode, by=cast.amina, at=now),
        Answer.ACCEPTED,
        reason="With the lady from the youth club",
        by=cast.amina,
        at=now,
    )
    row = handovers.ask(
        episode, HandOverKind.HOST_INTERVIEWS, to=cast.westborough, by=cast.amina, at=now
    )
    handovers.answer(row, Reply.ACCEPTED, by=cast.wes, at=now)
    westborough = Organisation.objects.get(name="Westborough Council")
    staff.appoint(
        cast.wes, Role.INTERVIEWER, westborough, since=now.date(), by=staff.operator(), at=now
    )

    words = words_of(as_("wes").get(f"/episodes/{episode.pk}/book"))

    assert "What the child said when it was offered With the lady from the youth club" in words
    assert "Wes Carter, Westborough Council" in words
    assert "Ines Okafor" not in words


def test_a_council_that_was_asked_for_one_episode_covers_no_other_with_it(as_, cast: Cast, now):
    earlier = returned(cast.sky, hours_ago=50, at=now)
    accepted(earlier, by=cast.amina, at=now)
    episode = returned(cast.sky, at=now)
    accepted(episode, by=cast.amina, at=now)
    kind = HandOverKind.HOST_INTERVIEWS
    row = handovers.ask(episode, kind, to=cast.westborough, by=cast.amina, at=now)
    handovers.answer(row, Reply.ACCEPTED, by=cast.wes, at=now)
    page = f"/episodes/{episode.pk}/book"

    assert 'name="also"' not in as_("wes").get(page).content.decode()
    assert 'name="also"' in as_("amina").get(f"/episodes/{earlier.pk}/book").content.decode()


def test_an_interview_that_nobody_booked_is_recorded_as_held(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)
    accepted(episode, by=cast.amina, at=now - hours(3))
    form = {
        "interviewer": str(cast.ines.pk),
        **typed_at("held_at", now - hours(1)),
        "held_at-precision": "exact",
        "place": "school",
        "mode": "in_person",
        "is_independent": "yes",
    }
    amina, page = as_("amina"), f"/episodes/{episode.pk}/hold"

    assert page in amina.get(f"/episodes/{episode.pk}/book").content.decode()
    words = words_of(amina.post(page, form, follow=True))

    assert "Recorded that the interview took place." in words
    interview = Interview.objects.get()
    assert (interview.interviewer, interview.is_held) == (cast.ines, True)
    assert Episode.objects.get().held_at == interview.held_at


def test_what_is_booked_is_recorded_as_held_there_and_no_yes_means_no_interview(
    as_, cast: Cast, now
):
    form = {
        "interviewer": str(cast.ines.pk),
        **typed_at("held_at", now - hours(1)),
        "held_at-precision": "exact",
        "place": "school",
        "mode": "in_person",
        "is_independent": "yes",
    }
    kit, robin = returned(cast.kit, at=now), returned(cast.robin, at=now)
    booked(kit, interviewer=cast.ines, by=cast.amina, at=now)
    amina = as_("amina")

    stands = words_of(amina.post(f"/episodes/{kit.pk}/hold", form))
    no_yes = words_of(amina.post(f"/episodes/{robin.pk}/hold", form))

    assert "An interview is booked for this episode" in stands
    assert "There is a problem" in no_yes
    assert as_("owen").get(f"/episodes/{kit.pk}/hold").status_code == 404
    assert not Interview.objects.filter(held_at__isnull=False).exists()
