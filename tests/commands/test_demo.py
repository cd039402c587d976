"""What the demonstration promises to show, and that what it wrote set-wise is what verbs write."""

import re
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from returnhome.casework import places, reviews, rotas, tellings
from returnhome.casework.models import (
    Action,
    BreakGlass,
    Child,
    Delivery,
    Disclosure,
    Episode,
    FromHome,
    HandOver,
    Interview,
    JournalEntry,
    LocalPolicy,
    Mention,
    Message,
    Notification,
    Organisation,
    OutOfHours,
    OwnQuestion,
    PackChild,
    Person,
    Placement,
    PlacementNotice,
    Sample,
    Scoring,
    Share,
    Telling,
)
from returnhome.intake import loading
from returnhome.intake.outcome import Result
from returnhome.management.demonstration import building, colleagues, councils
from returnhome.reporting import escalations
from returnhome.rules import reviewing
from returnhome.rules.clock import LONDON, Standing
from returnhome.rules.codes import Cohort, Harm, Indicator, OfferKind, Role, Rung
from returnhome.rules.measures import count, within
from returnhome.rules.progress import Step
from returnhome.rules.telling import Need, to_tell
from returnhome.web import example
from returnhome.web.sign_in import DEMONSTRATION_PASSWORD
from tests.casework.ledger import counted_figures, stored_figures
from tests.cast import NOW

# All in a transaction, so that nothing else is asked in between and it is made once.
pytestmark = [pytest.mark.check, pytest.mark.django_db, pytest.mark.xdist_group("demonstration")]


@pytest.fixture(scope="module", autouse=True)
def _demonstration(empty_database: None) -> None:
    """The demonstration of Monday 2 March 2026."""
    building.build(NOW)


def child(name: str) -> Child:
    forename, surname = name.split()
    return Child.objects.get(forename=forename, surname=surname, confirmed_at__isnull=False)


def last_episode(name: str) -> Episode:
    return child(name).episodes.newest_first()[0]


def person(key: str) -> Person:
    return Person.objects.get(email__startswith=f"{key}@")


def steps() -> Counter[Step]:
    return Counter(episode.next_step for episode in Episode.objects.unsettled())


# Its size, and the years.


def test_it_holds_three_full_collection_years_of_both_councils() -> None:
    for name in ("Northshire", "Westborough"):
        ended = Episode.objects.filter(responsible_authority__name=name).counted()
        for year in (2022, 2023, 2024):
            of_the_year = ended.filter(
                ended_on__gte=date(year, 4, 1), ended_on__lte=date(year + 1, 3, 31)
            )
            assert of_the_year.count() > 60, (name, year)

    assert 900 <= Episode.objects.count() <= 1500


def test_both_councils_have_learnt_to_reach_more_children() -> None:
    for name in ("Northshire", "Westborough"):
        episodes = Episode.objects.filter(responsible_authority__name=name).counted()
        facts = [episode.facts for episode in episodes]
        rates = [
            count(within(facts, date(year, 4, 1), date(year + 1, 3, 31)))["all", "held_of_ended"]
            for year in (2022, 2023, 2024)
        ]

        values = [rate.value or 0 for rate in rates]
        assert values == sorted(values)
        assert values[-1] - values[0] > 8


def test_summer_has_more_than_winter() -> None:
    months = Counter(Episode.objects.values_list("started_at__month", flat=True))

    assert months[5] + months[6] + months[7] > 1.2 * (months[11] + months[12] + months[1])


# That what was written set-wise is right.


def test_reckoning_every_episode_again_changes_nothing() -> None:
    for episode in Episode.objects.all():
        before = dict(vars(episode))

        episode.reckon(NOW)

        assert {name: vars(episode)[name] for name in before} == before, episode.pk


def test_the_figures_counted_again_are_those_on_record() -> None:
    assert counted_figures()
    assert stored_figures() == counted_figures()


def test_every_moment_of_an_episode_is_that_of_its_rows() -> None:
    related = ("offers__replies", "attempts", "interviews", "not_held_rows")
    for episode in Episode.objects.prefetch_related(*related):
        offers = list(episode.offers.all())
        held = [each for each in episode.interviews.all() if each.held_at]
        tried = [attempt.made_at for attempt in episode.attempts.all()]
        replies = [reply for offer in offers for reply in offer.replies.all()]
        last = max(replies, key=lambda reply: (reply.given_at, reply.pk), default=None)
        assert episode.offered_at == min((offer.made_at for offer in offers), default=None)
        assert episode.attempted_at == min(tried, default=None)
        assert episode.answer in ("", last.answer if last else "")
        assert episode.held_at == (held[-1].held_at if held else None)
        assert episode.signed_at == (held[-1].signed_at if held else None)
        assert not episode.not_held or episode.not_held_rows.all()


def test_nothing_is_done_before_it_can_be_or_after_now() -> None:
    for episode in Episode.objects.all():
        end = episode.found_at or episode.returned_at
        moments = [episode.opened_at, end, episode.offered_at, episode.answered_at]
        moments += [episode.held_at, episode.signed_at, episode.acted_at]
        assert all(moment <= NOW for moment in moments if moment), episode.pk
        assert not end or not episode.offered_at or end <= episode.offered_at
        assert not episode.held_at or not episode.signed_at or episode.held_at < episode.signed_at
    assert not JournalEntry.objects.filter(at__gt=NOW).exists()


def test_every_act_is_in_the_journal() -> None:
    verbs = Counter(JournalEntry.objects.values_list("verb", flat=True))

    assert verbs["open episode"] == Episode.objects.count()
    assert verbs["sign interview"] == Interview.objects.filter(signed_at__isnull=False).count()
    assert verbs["complete action"] == Action.objects.filter(done_at__isnull=False).count()
    assert verbs["open child"] == Child.objects.count()


# The stories.


def test_every_step_is_waiting_for_somebody() -> None:
    waiting = steps()

    for step in set(Step) - {Step.NOTHING}:
        assert waiting[step] >= 2, step


def test_some_are_overdue_and_some_run_out_today() -> None:
    northshire = Episode.objects.unsettled().filter(responsible_authority__name="Northshire")
    unheld = northshire.filter(held_at=None, due_at__isnull=False)
    midnight = (NOW.astimezone(LONDON) + timedelta(days=1)).replace(hour=0, minute=0)

    assert unheld.filter(due_at__lte=NOW).count() >= 3
    assert unheld.filter(due_at__gt=NOW, due_at__lt=midnight).count() >= 3
    assert unheld.filter(due_at__gt=midnight).count() >= 8
    assert unheld.filter(owner=None).count() >= 2


def test_some_children_are_missing_now_and_one_of_them_at_high_risk() -> None:
    missing = [e for e in Episode.objects.unsettled().select_related("child") if e.is_open]

    assert last_episode("Kian Doherty").risk == "high"
    assert any(NOW - episode.started_at > timedelta(hours=72) for episode in missing)
    assert {episode.responsible_authority.name for episode in missing} == set(councils.AREAS)
    assert any(episode.kind == "away" for episode in missing)


def test_kian_went_missing_nine_times_in_a_year() -> None:
    episodes = child("Kian Doherty").episodes.filter(started_at__gt=NOW - timedelta(days=365))

    assert episodes.count() == 9


def test_kian_is_missing_again_before_his_interview() -> None:
    now, before = child("Kian Doherty").episodes.newest_first()[:2]

    assert now.is_open
    assert before.next_step is Step.HOLD


def test_one_interview_answers_for_two_of_hopes_episodes() -> None:
    interview = child("Hope Mutasa").interviews.get(booked_at__gt=NOW - timedelta(days=5))

    assert interview.episodes.count() == 2
    assert Counter(e.is_covered for e in interview.episodes.all()) == {True: 1, False: 1}


def test_children_are_placed_out_of_area_both_ways() -> None:
    away = Episode.objects.filter(cohort=Cohort.LOOKED_AFTER_OUT_OF_AREA)
    pairs = set(away.values_list("responsible_authority__name", "host_authority__name"))

    assert {("Northshire", "Westborough"), ("Westborough", "Northshire")} <= pairs


@pytest.mark.parametrize(
    ("name", "answer", "whose"),
    [
        ("Caitlin Oakes", "declined", "child"),
        ("Sanjit Rai", "not_now", ""),
        ("Jakub Wrona", "not_now", ""),
    ],
)
def test_children_and_parents_have_answered(name: str, answer: str, whose: str) -> None:
    episode = last_episode(name)

    assert (episode.answer, episode.declined_by) == (answer, whose)


def test_sanjits_father_declined_and_another_way_was_tried() -> None:
    first, second = last_episode("Sanjit Rai").offers.order_by("made_at")

    assert first.latest_reply.declined_by == "parent_or_carer"
    assert second.means == "through_professional"


def test_a_child_could_not_be_reached_after_attempts() -> None:
    episode = last_episode("Femi Ogundipe")

    assert episode.not_held == "not_contactable"
    assert episode.attempts.count() == 3


def test_returns_are_unknown_known_by_the_day_and_estimated() -> None:
    noah, reece = last_episode("Noah Lightfoot"), last_episode("Reece Halloran")
    amelie = last_episode("Amelie Fortune")

    assert noah.is_provisional
    assert reece.returned_precision == "date"
    assert amelie.returned_precision.startswith("estimated")
    assert {reece.timeliness, amelie.timeliness} == {Standing.INDETERMINATE}


def test_a_return_was_corrected_and_an_episode_voided() -> None:
    corrected = child("DeShawn Pryce").episodes.filter(corrections__isnull=False)
    voided = child("Ruby Tattersall").episodes.get(voided_at__isnull=False)

    assert corrected.count() == 1
    assert voided.voided_because


def test_jade_turned_eighteen_and_samuels_birth_date_is_not_known() -> None:
    assert last_episode("Jade Ollerton").offer_kind == OfferKind.ADULT_PATHWAY
    assert child("Samuel Tekle").born_on is None
    assert last_episode("Samuel Tekle").booked_for


def test_jade_is_still_offered_a_talk_and_not_all_that_is_owed_is_decided() -> None:
    jade = last_episode("Jade Ollerton")

    assert jade.is_offered_by_policy is True
    assert jade.next_step is Step.ACT
    assert jade.actions.get().kind == "adult_pathway"


def test_everybody_was_told_of_sky_and_the_police_held_their_own_interview() -> None:
    sky = last_episode("Sky Marlowe")
    about = tellings.about(sky, is_parent_the_risk=False)
    must = {each.whom for each in to_tell(about) if each.need is Need.MUST}

    assert must <= set(sky.tellings.values_list("whom", flat=True))
    assert sky.prevention_interviews.get().held
    assert not Telling.objects.filter(told_at__gt=NOW).exists()


def test_sanjits_father_is_not_to_be_told() -> None:
    risk = tellings.standing_risk(child("Sanjit Rai"))
    told = last_episode("Sanjit Rai").tellings.get(whom="parent")

    assert risk is not None
    assert told.despite


def test_northshire_has_said_what_its_policy_is_and_once_changed_it() -> None:
    answers = LocalPolicy.objects.values_list("key", "says_yes")

    assert Counter(key for key, _ in answers) == {"away_talk": 2, "adult_talk": 1}
    assert last_episode("Tegan Prowse").is_offered_by_policy is False


def test_nobody_may_read_where_reece_is_placed() -> None:
    placement = child("Reece Halloran").placements.get()

    assert placement.is_protected
    assert placement.postcode == ""


def test_a_restricted_record_was_opened_and_one_opening_waits_for_review() -> None:
    first, last = BreakGlass.objects.order_by("opened_at")

    assert (first.is_justified, last.is_justified) == (True, None)
    for opened in (first, last):
        looks = JournalEntry.objects.about_child(opened.child_id).filter(
            by_id=opened.person_id, verb="read"
        )
        assert looks.filter(at__range=(opened.opened_at, opened.until)).exists()


def test_records_wait_for_mara_one_for_ines_and_two_samples_are_scored() -> None:
    mara, ines = person("mara"), person("ines")

    assert 3 < len(reviews.waiting_for(mara)) < 40
    assert any(each.found == "to_add" for each in reviews.waiting(mara))  # type: ignore[attr-defined]
    assert len(reviews.asked_of(ines)) == len(reviews.asked(mara)) == 1
    for record in Interview.objects.filter(signed_at__isnull=False):
        last, is_added = reviews._last(record)
        waits = reviewing.waits_for(last, is_added_since=is_added)
        assert {each.record_waits_for for each in record.episodes.all()} == {waits}, record.pk
    assert sorted(each.records.count() for each in Sample.objects.all()) == [10, 10]
    assert Scoring.objects.count() == 17


def test_northshire_asks_a_question_of_its_own_and_asked_another_before() -> None:
    ended, asked = OwnQuestion.objects.order_by("number")

    assert (ended.until is None, asked.until) == (False, None)
    assert Interview.objects.filter(own_questions=[asked.pk]).exists()


def test_rows_wait_for_a_person_some_of_them_near_to_a_child_we_know() -> None:
    waiting = Child.objects.waiting()
    reasons = " ".join(Notification.objects.values_list("reason", flat=True))

    assert waiting.count() == 5
    assert "already has an episode over that time" in reasons
    assert Notification.objects.refused().count() == 3
    assert Delivery.objects.filter(confirmed_at__isnull=False).exclude(layout="home").count() == 2


def test_every_interviewer_has_somebody_to_see_today_or_tomorrow() -> None:
    soon = Interview.objects.open().filter(
        booked_for__gt=NOW, booked_for__lt=NOW + timedelta(hours=39)
    )
    booked = set(soon.values_list("interviewer__email", flat=True))

    for one in colleagues.COLLEAGUES:
        if one.role == Role.INTERVIEWER and not one.has_left:
            assert one.email in booked


def test_actions_are_late_running_and_done() -> None:
    outstanding = Action.objects.outstanding()

    assert any(action.is_late(NOW.date()) for action in outstanding)
    assert not all(action.is_late(NOW.date()) for action in outstanding)
    assert Action.objects.filter(done_at__isnull=False).count() > 200


def test_training_is_in_date_soon_due_and_overdue() -> None:
    due = {
        key: person(key).credentials.get(kind="interviewing").next_due_on - NOW.date()
        for key in ("ines", "joe", "pat")
    }

    assert due["ines"].days > 90
    assert 0 < due["joe"].days < 30
    assert due["pat"].days < 0


def test_somebody_is_on_duty_at_every_hour_of_the_week() -> None:
    northshire = Organisation.objects.get(name="Northshire Council")

    for hours in range(7 * 24):
        at = NOW + timedelta(hours=hours)
        assert northshire.duties.during(at).count() == 1, at


def test_one_on_leave_has_work_that_waits_for_another() -> None:
    waiting = Episode.objects.unsettled().filter(owner=person("bryn"))

    assert waiting.count() >= 3


def test_two_children_are_brought_to_a_panel_and_of_one_it_is_told_already() -> None:
    brought = PackChild.objects.filter(pack__meets_on__gt=NOW.date())

    assert sorted(row.child.surname for row in brought) == ["Doherty", "Pryce"]
    told = Share.objects.sent().filter(recipient="panel")
    assert [share.child.surname for share in told] == ["Doherty"]
    assert told[0].is_open(NOW)


@pytest.mark.parametrize("recipient", ["police", "home", "school", "panel"])
def test_what_was_told_of_kian_can_still_be_opened(recipient: str) -> None:
    theirs = Share.objects.sent().filter(child=child("Kian Doherty"), recipient=recipient)

    assert [share.is_open(NOW) for share in theirs] == [True]


def test_kians_last_record_knows_of_the_man_whom_he_told_of() -> None:
    phone = Mention.objects.get(relationship="Gave him the phone")

    theirs = phone.interview.entries.filter(replaced_at__isnull=True)
    assert Harm.CRIMINAL_EXPLOITATION in theirs.get(question="harm_kinds").codes
    # Asked since a later version of the standard.
    for sign in theirs.filter(question="criminal_exploitation"):
        assert sign.codes[0] == Indicator.POSSIBLE


def test_an_outsider_sees_none_of_northshires_children() -> None:
    seen = set(Child.objects.visible_to(person("owen")).values_list("surname", flat=True))

    assert {"Holm", "Dunstan"} <= seen
    assert not seen & {"Doherty", "Vaughan", "O’Dell"}


def test_children_speak_in_their_own_words() -> None:
    for interview in Interview.objects.filter(signed_at__gt=NOW - timedelta(days=36)):
        entries = {entry.question: entry for entry in interview.entries.current()}
        assert entries["why_words"].words
        assert "{" not in "".join(entry.words for entry in entries.values())


def test_silences_of_the_last_hours_have_climbed_and_can_be_read() -> None:
    told = Message.objects.filter(organisation__name="Northshire Council")
    words = " ".join(told.values_list("text", flat=True))

    assert {"on_duty", "team", "manager", "head_of_service"} <= set(
        told.values_list("rung", flat=True)
    )
    assert all(message.sent_at and message.sent_at <= NOW for message in told)
    assert not [name for name in Child.objects.values_list("surname", flat=True) if name in words]


def test_one_on_leave_is_passed_over_and_a_team_is_named_for_the_night() -> None:
    rota = rotas.of(Organisation.objects.get(name="Northshire Council"), NOW)

    assert {each.name for each in rota.there(Rung.TEAM).people} == {"Amina Yusuf"}
    assert OutOfHours.objects.get().telephone


# The way in.


def test_the_sign_in_page_says_who_to_be_and_that_it_is_all_invented(
    settings: Any, client: Client
) -> None:
    settings.DEMONSTRATION = True

    page = client.get("/accounts/login/").content.decode()

    assert "is invented. Do not enter real information" in page
    assert DEMONSTRATION_PASSWORD in page
    assert "amina@northshire.example" in page


@pytest.mark.parametrize(
    "key", [one.key for one in colleagues.COLLEAGUES if not one.has_left], ids=str
)
def test_everybody_who_can_sign_in_finds_a_first_page(key: str, client: Client) -> None:
    client.force_login(person(key), backend="allauth.account.auth_backends.AuthenticationBackend")

    assert client.get("/", follow=True).status_code == 200


@pytest.mark.parametrize("key", ["amina", "adi", "wes", "pat"])
def test_the_code_of_the_moment_stands_beside_the_account_and_on_the_next_page(
    key: str, settings: Any, client: Client
) -> None:
    settings.DEMONSTRATION = True
    typed = {"login": person(key).email, "password": DEMONSTRATION_PASSWORD}

    led_on = client.post("/accounts/login/", typed).headers["Location"]
    page = client.get(led_on).content.decode()
    [code] = re.findall(r'id="demonstration-code">(\d{6})<', page)
    let_in = client.post(led_on, {"code": code})

    assert let_in.headers["Location"] == "/"
    assert client.get("/", follow=True).status_code == 200


def test_one_password_opens_every_account_but_that_of_who_has_left() -> None:
    passwords = set(Person.objects.filter(is_active=True).values_list("password", flat=True))

    assert len(passwords) == 1
    assert person("amina").check_password(DEMONSTRATION_PASSWORD)
    assert not person("greta").is_active


def test_a_meeting_is_called_for_by_each_of_the_protocols_and_some_are_closed() -> None:
    theirs = Child.objects.filter(responsible_authority__name="Northshire")
    found = escalations.of_council(theirs, now=NOW)
    fresh = [each for _, each in found if each.due_at > NOW - timedelta(days=30)]

    assert {each.rule.key for each in fresh if each.is_open} >= {
        *("3-in-30", "3-in-90-exploitation", "24-hours", "48-hours", "72-hours", "own")
    }
    assert any(each.met for each in fresh)
    assert any(each.lapsed_at for each in fresh)
    # The past has its meetings, nearly all of it.
    old = [each for _, each in found if each.due_at < NOW - timedelta(days=30)]
    assert 0 < sum(each.is_open for each in old) < 20


def test_a_child_told_of_harm_and_waits_for_a_manager_and_another_ones_telling_is_closed(
    client: Client,
) -> None:
    waiting, closed = Disclosure.objects.newest_first()
    client.force_login(person("nell"))

    assert (waiting.facts.is_telephoned, waiting.facts.is_held) == (True, False)
    assert closed.facts.is_closed
    assert "Told of harm:</strong>" in client.get("/").content.decode()


def test_a_manager_finds_the_meetings_and_a_host_none_of_another_councils(client: Client) -> None:
    client.force_login(person("mara"))
    meetings = client.get("/meetings").content.decode()
    client.force_login(person("wes"))
    hosted = client.get(f"/children/{child('DeShawn Pryce').pk}").content.decode()

    assert "Kian Doherty" in meetings
    assert "trategy meeting" not in hosted


def test_the_file_that_lies_ready_shows_all_that_the_intake_can_do() -> None:
    amina = person("amina")
    delivery = loading.receive(
        example.place(),
        example.NAME,
        sender=Organisation.objects.get(name=councils.FORCE),
        received_for=Organisation.objects.get(name="Northshire Council"),
        by=amina,
        at=NOW,
    )

    outcome = loading.preview(delivery, by=amina, at=NOW)

    assert outcome.counts == {
        Result.OPENED: 3,
        Result.UPDATED: 1,
        Result.UNCHANGED: 1,
        Result.WAITING: 3,
        Result.REFUSED: 4,
    }


def test_a_coordinator_fetches_that_file_from_the_intake_page(
    settings: Any, client: Client
) -> None:
    settings.DEMONSTRATION = True
    client.force_login(person("amina"))

    page = client.get("/intake").content.decode()
    file = client.get("/intake/example")

    assert 'href="/intake/example"' in page
    assert b"".join(file.streaming_content).startswith(b"\xef\xbb\xbfMisper Ref,")


def test_nobody_fetches_it_who_takes_no_file_in_or_outside_the_demonstration(
    settings: Any, client: Client
) -> None:
    settings.DEMONSTRATION = True
    client.force_login(person("ines"))
    assert client.get("/intake/example").status_code == 404

    settings.DEMONSTRATION = False
    client.force_login(person("amina"))
    assert client.get("/intake/example").status_code == 404


# Where it may not be, and when.


def test_it_refuses_a_database_that_somebody_named(settings: Any) -> None:
    settings.DEMONSTRATION = False

    with pytest.raises(CommandError, match="unset DATABASE_URL") as refused:
        call_command("demo", load_only=True)

    assert refused.value.returncode == 2


# Care and home, and children out of area.


def test_a_child_newly_looked_after_by_another_council_waits_for_its_answer() -> None:
    (asked,) = HandOver.objects.filter(episode__child=child("Nell Farraday")).unanswered()

    assert asked.to_authority
    assert asked.to_authority.name == "Westborough"
    nell = last_episode("Nell Farraday")
    assert nell.responsible_authority.name == "Northshire"
    assert (nell.cohort, nell.flags) == (Cohort.HOME, [])


def test_a_notice_of_placement_is_unseen_and_another_is_to_be_told_by_hand() -> None:
    new = PlacementNotice.objects.told_to(person("wes")).unseen()
    unsent = PlacementNotice.objects.visible_to(person("amina")).unsent()

    assert [notice.child.name for notice in new] == ["Callum Reyes"]
    assert [notice.to_authority.name for notice in unsent] == ["Farmere"]


def test_a_child_is_placed_80_km_from_home() -> None:
    jonah = child("Jonah Whitlock")
    home, placement = jonah.addresses.get(), jonah.placements.get(until=None)

    assert round(places.distance_km(home.postcode, placement.postcode) or 0) == 80


def test_a_doubt_and_a_placement_nobody_knows_are_to_be_established() -> None:
    assert list(last_episode("Esme Radcliffe").flags) == ["facts_in_conflict"]
    assert list(last_episode("Ibrahim Sesay").flags) == ["placement_unknown"]


def test_a_home_has_reported_one_child_missing_and_one_back_and_hurt() -> None:
    reports = FromHome.objects.order_by("told_at").select_related("home")

    assert {each.home.name for each in reports} == {"Larchwood House"}
    assert sorted(each.says for each in reports) == ["missing", "missing", "returned"]
    assert FromHome.objects.to_see().get().episode.child.forename == "Mabel"
    assert Placement.objects.filter(home__name="Ferry and Ruth Aalto").count() == 2
