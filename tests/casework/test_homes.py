"""What a home reports and is told: its own children alone, once, added to and never lost."""

from datetime import timedelta
from threading import Thread
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from returnhome.casework import (
    acting,
    care,
    episodes,
    homes,
    interviews,
    restrictions,
    staff,
)
from returnhome.casework.care import Where
from returnhome.casework.homes import NotHere
from returnhome.casework.models import (
    Child,
    Delivery,
    Episode,
    FromHome,
    JournalEntry,
    Notification,
    Placement,
)
from returnhome.rules import homing
from returnhome.rules.caring import NothingNew, NotPlaced
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import EpisodeKind
from returnhome.rules.homing import HomeSays, Known
from tests import at_home
from tests.casework.ledger import refused_by
from tests.cast import NOW, Cast, accepted, exactly, hours, lives_at, missing, returned

DAY = timedelta(days=1)
KEY = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture
def robin(cast: Cast) -> Child:
    """Robin lives at Larchwood House, where Lara works."""
    return lives_at(cast.robin, cast.larchwood, by=cast.sol)


def gone(hours_ago: float = 1, **more) -> homes.Missing:
    told = {
        "last_seen": exactly(NOW - hours(hours_ago)),
        "kind": EpisodeKind.MISSING,
        "police_told": Known.YES,
        "police_reference": "NP 77",
        "words": {"Where": "By the gate", "Worry": "No coat"},
    }
    return homes.Missing(**(told | more))


def back(hours_ago: float = 0.5, **more) -> homes.Returned:
    told = {
        "returned": exactly(NOW - hours(hours_ago)),
        "needs_doctor": Known.NO,
        "police_spoke": Known.NOT_KNOWN,
        "words": {"From": "A friend’s"},
    }
    return homes.Returned(**(told | more))


def report(child: Child, cast: Cast, told=None, *, key: UUID | None = None, by=None, at=NOW):
    return homes.report_missing(
        child.pk, told or gone(), key=key or uuid4(), by=by or cast.lara, at=at
    )


def report_back(child: Child, cast: Cast, told=None, *, key: UUID | None = None, at=NOW):
    return homes.report_returned(child.pk, told or back(), key=key or uuid4(), by=cast.lara, at=at)


def add(made: FromHome, cast: Cast, says: HomeSays, more: str = "The log says so", **rest):
    return homes.add(made, says, more, key=uuid4(), by=cast.lara, at=NOW, **rest)


def names(cast: Cast, who: str = "lara", at=NOW) -> list[str]:
    return [one.child.forename for one in homes.who_live_with(getattr(cast, who), at)]


# Who lives here.


def test_a_home_sees_the_children_placed_there_and_nobody_else(cast: Cast, robin: Child) -> None:
    lives_at(cast.sky, cast.aalto, by=cast.sol)

    assert names(cast) == ["Robin"]
    assert names(cast, "ferry") == ["Sky"]
    assert names(cast, "amina") == []


def test_a_child_who_moved_away_yesterday_is_gone_from_the_list_and_the_report_stays(
    cast: Cast, robin: Child
) -> None:
    made = report(robin, cast)
    there = Where(authority=cast.northshire, home=cast.aalto)
    care.place(robin, there, since=NOW.date() - DAY, by=cast.sol, at=NOW)

    assert names(cast) == []
    assert names(cast, "ferry") == ["Robin"]
    with pytest.raises(NotHere):
        homes.sent(cast.lara, made.pk, NOW)
    with pytest.raises(NotHere):
        add(made, cast, HomeSays.ADDED)
    assert list(FromHome.objects.visible_to(cast.amina)) == [made]


def test_on_the_last_day_of_a_placement_the_child_is_still_there(cast: Cast, robin: Child) -> None:
    # The second lock reads the database's own clock.
    today = timezone.now()
    care.end_placement(robin, until=today.astimezone(LONDON).date(), by=cast.sol, at=today)

    assert names(cast, at=today) == ["Robin"]
    assert names(cast, at=today + DAY) == []


def test_somebody_who_left_the_home_sees_nobody(cast: Cast, robin: Child) -> None:
    staff.end_post(cast.lara.posts.get(), on=NOW.date(), by=cast.adi, at=NOW)

    assert names(cast) == []
    with pytest.raises(NotHere):
        report(robin, cast)


def test_a_record_that_only_a_few_may_see_does_not_hide_the_child_from_the_home(
    cast: Cast, robin: Child
) -> None:
    restrictions.restrict(robin, "Her aunt works here", to=[cast.amina], by=cast.mara, at=NOW)

    assert names(cast) == ["Robin"]


def test_somebody_of_the_home_who_is_kept_out_by_name_sees_neither_child_nor_form(
    cast: Cast, robin: Child
) -> None:
    restrictions.keep_out(robin, cast.lara, "His stepmother", by=cast.mara, at=NOW)

    assert names(cast) == []
    with pytest.raises(NotHere):
        report(robin, cast)


def test_a_home_is_named_for_a_placement_that_there_is(cast: Cast) -> None:
    with pytest.raises(NotPlaced):
        care.name_home(cast.kit, cast.larchwood, by=cast.sol, at=NOW)
    care.name_home(cast.robin, cast.larchwood, by=cast.sol, at=NOW)
    with pytest.raises(NothingNew):
        care.name_home(cast.robin, cast.larchwood, by=cast.sol, at=NOW)
    care.name_home(cast.robin, None, by=cast.sol, at=NOW)

    assert Placement.objects.get(child=cast.robin).home is None
    entry = JournalEntry.objects.newest_first()[0]
    assert (entry.verb, entry.child_id) == ("name home of placement", cast.robin.pk)


# Reporting missing.


def test_a_home_reports_a_child_missing_and_the_episode_is_the_councils(
    cast: Cast, robin: Child
) -> None:
    made = report(robin, cast)

    episode = Episode.objects.get()
    assert (episode.child, episode.kind) == (robin, EpisodeKind.MISSING)
    assert episode.responsible_authority == cast.northshire
    assert episode.last_seen_source == episode.reported_source == "Larchwood House"
    assert episode.moment("last_seen") == exactly(NOW - hours(1))
    assert episode.reported_at == NOW
    assert (made.police_told, made.police_reference) == (Known.YES, "NP 77")
    assert Episode.objects.visible_to(cast.amina).get() == episode


def test_the_report_is_a_notification_as_it_came_from_its_sender(cast: Cast, robin: Child) -> None:
    made = report(robin, cast)

    kept = Notification.objects.visible_to(cast.amina).get()
    assert (kept.sender, kept.child, kept.result) == (cast.larchwood, robin, "opened")
    assert made.words == {"Where": "By the gate", "Worry": "No coat"}
    assert kept.joined_because == homes.BECAUSE
    assert kept.opened_under is None
    delivery = Delivery.objects.get()
    assert delivery.received_for == cast.northshire_council
    assert (delivery.opened, delivery.read, delivery.content) == (1, 1, None)


def test_what_a_home_does_is_written_down_by_number(cast: Cast, robin: Child) -> None:
    made = report(robin, cast)

    entry = JournalEntry.objects.filter(kind="fromhome").get()
    assert (entry.verb, entry.object_id) == ("home: missing", made.pk)
    assert (entry.by_id, entry.child_id) == (cast.lara.pk, robin.pk)


def test_a_report_that_is_sent_twice_is_one(cast: Cast, robin: Child) -> None:
    first = report(robin, cast, key=KEY)
    again = report(robin, cast, key=KEY)

    assert again == first
    assert (Episode.objects.count(), Notification.objects.count()) == (1, 1)


def test_a_colleague_who_reports_the_same_child_is_told_that_it_was_reported(
    cast: Cast, robin: Child
) -> None:
    report(robin, cast)

    with pytest.raises(homing.ReportedAlready):
        report(robin, cast)
    assert Episode.objects.count() == 1


@pytest.mark.check
def test_two_taps_at_one_moment_make_one_episode(apart: Cast) -> None:
    with acting.as_system(acting.OPERATOR):
        robin, lara = apart.robin, apart.lara
        care.name_home(robin, apart.larchwood, by=apart.sol, at=NOW)
    made: list[FromHome] = []

    def tap() -> None:
        made.append(homes.report_missing(robin.pk, gone(), key=KEY, by=lara, at=NOW))
        connection.close()

    taps = [Thread(target=tap) for _ in range(4)]
    for each in taps:
        each.start()
    for each in taps:
        each.join()

    assert len({each.pk for each in made}) == 1
    with acting.as_system(acting.OPERATOR):
        assert (Episode.objects.count(), FromHome.objects.count()) == (1, 1)


def test_a_child_away_whose_whereabouts_are_known_is_away(cast: Cast, robin: Child) -> None:
    report(robin, cast, gone(kind=EpisodeKind.AWAY))

    assert Episode.objects.get().kind == EpisodeKind.AWAY


def test_a_report_of_what_the_police_have_told_is_the_same_episode(
    cast: Cast, robin: Child
) -> None:
    theirs = missing(robin, last_seen=NOW - hours(2))

    made = report(robin, cast)

    assert made.episode == theirs
    theirs.refresh_from_db()
    # What the police said stands; what nobody had said is filled in.
    assert (theirs.last_seen_at, theirs.last_seen_source) == (NOW - hours(2), "Northshire Police")
    assert (theirs.reported_at, theirs.reported_source) == (NOW, "Larchwood House")
    assert made.notification.result == "updated"


def test_a_police_row_of_the_same_time_does_not_open_a_second_episode(
    cast: Cast, robin: Child
) -> None:
    report(robin, cast)

    with pytest.raises(episodes.Overlaps):
        missing(robin, last_seen=NOW - hours(2))


def test_a_child_found_and_gone_again_before_coming_back_is_missing_anew(
    cast: Cast, robin: Child
) -> None:
    first = missing(robin, last_seen=NOW - hours(20), found=NOW - hours(5))

    made = report(robin, cast)

    assert made.episode != first
    assert Episode.objects.count() == 2


def test_a_time_before_the_last_return_is_refused_in_words(cast: Cast, robin: Child) -> None:
    returned(robin, hours_ago=2)

    with pytest.raises(homing.BackThen) as refused:
        report(robin, cast, gone(3))
    assert refused.value.field == "ago"


def test_nobody_reports_a_child_of_another_home(cast: Cast, robin: Child) -> None:
    for stranger in ("ferry", "amina", "owen", "adi"):
        with pytest.raises(NotHere):
            report(robin, cast, by=getattr(cast, stranger))
    with pytest.raises(NotHere):
        report(cast.kit, cast)
    assert Episode.objects.count() == 0


# Reporting returned.


def test_a_home_reports_a_child_back_and_the_clock_starts(cast: Cast, robin: Child) -> None:
    report(robin, cast)

    made = report_back(robin, cast, back(needs_doctor=Known.YES))

    episode = Episode.objects.get()
    assert episode.returned_source == "Larchwood House"
    assert episode.due_at == NOW - hours(0.5) + hours(72)
    assert (made.needs_doctor, made.police_spoke) == (Known.YES, Known.NOT_KNOWN)
    assert made.needs_somebody


def test_a_return_sent_twice_is_one_and_a_second_one_says_that_nobody_is_missing(
    cast: Cast, robin: Child
) -> None:
    report(robin, cast)

    first = report_back(robin, cast, key=KEY)

    assert report_back(robin, cast, key=KEY) == first
    with pytest.raises(homing.NotMissing):
        report_back(robin, cast)


def test_a_return_before_the_child_was_seen_last_is_refused(cast: Cast, robin: Child) -> None:
    report(robin, cast)

    with pytest.raises(episodes.OutOfOrder):
        report_back(robin, cast, back(3))


def test_a_home_reports_back_whom_only_the_police_had_reported(cast: Cast, robin: Child) -> None:
    theirs = missing(robin, last_seen=NOW - hours(9), found=NOW - hours(2))

    made = report_back(robin, cast)

    assert made.episode == theirs
    assert made.episode.found_at == NOW - hours(2)
    assert Episode.objects.get().returned_at == NOW - hours(0.5)


# Added, corrected, taken back.


def test_what_is_added_stands_beside_what_was_said_first(cast: Cast, robin: Child) -> None:
    made = report(robin, cast)

    more = add(made, cast, HomeSays.ADDED, "She has rung: she is in Westborough")

    assert more.words == {"Something more": "She has rung: she is in Westborough"}
    assert [each.says for each in FromHome.objects.in_order()] == ["missing", "added"]


def test_a_home_puts_its_own_time_right_and_the_old_one_is_kept(cast: Cast, robin: Child) -> None:
    made, right = report(robin, cast), exactly(NOW - hours(2))

    add(made, cast, HomeSays.CORRECTED, instant="last_seen", moment=right)

    episode = Episode.objects.get()
    assert episode.moment("last_seen") == right
    kept = episode.corrections.get()
    assert (kept.was_at, kept.because) == (NOW - hours(1), "The log says so")


def test_a_time_that_the_council_has_put_right_is_not_for_the_home_to_change(
    cast: Cast, robin: Child
) -> None:
    made = report(robin, cast)
    ours = exactly(NOW - hours(3))
    episodes.correct(made.episode, "last_seen", ours, because="His teacher", by=cast.amina, at=NOW)

    with pytest.raises(homing.NotItsOwn):
        add(made, cast, HomeSays.CORRECTED, instant="last_seen", moment=exactly(NOW - hours(2)))
    assert Episode.objects.get().moment("last_seen") == ours


def test_a_report_that_is_taken_back_stands_until_the_council_decides(
    cast: Cast, robin: Child
) -> None:
    made = report(robin, cast)

    taken = add(made, cast, HomeSays.TAKEN_BACK, "He was in the garden")

    episode = Episode.objects.get()
    assert not episode.is_voided
    assert taken.needs_somebody
    assert homes.resident(cast.lara, robin.pk, NOW).is_taken_back
    with pytest.raises(homing.TakenBackAlready):
        add(made, cast, HomeSays.TAKEN_BACK)


def test_what_the_council_has_seen_to_is_written_once(cast: Cast, robin: Child) -> None:
    report(robin, cast)
    made = report_back(robin, cast, back(needs_doctor=Known.YES))
    assert list(FromHome.objects.to_see()) == [made]

    seen = homes.see(made, by=cast.amina, at=NOW)

    assert (seen.seen_by, seen.needs_somebody) == (cast.amina, False)
    assert not FromHome.objects.to_see().exists()
    with pytest.raises(homes.SeenAlready):
        homes.see(made, by=cast.ines, at=NOW)


# What a home is told.


def test_a_home_is_told_that_an_interview_is_due_and_offered(cast: Cast, robin: Child) -> None:
    report(robin, cast)
    report_back(robin, cast)
    assert not homes.resident(cast.lara, robin.pk, NOW).interview.is_offered

    accepted(Episode.objects.get(), by=cast.amina)

    known = homes.resident(cast.lara, robin.pk, NOW).interview
    assert (known.is_offered, known.is_booked) == (True, False)


@pytest.mark.parametrize(("place", "is_told"), [("placement", True), ("youth_centre", False)])
def test_a_home_is_told_when_the_interview_is_only_where_it_is_held_there(
    cast: Cast, robin: Child, place: str, is_told: bool
) -> None:
    episode = accepted(returned(robin), by=cast.amina).episode
    interviews.book(
        [episode],
        interviewer=cast.pat,
        booked_for=NOW + hours(4),
        place=place,
        mode="in_person",
        by=cast.amina,
        at=NOW,
    )

    known = homes.resident(cast.lara, robin.pk, NOW).interview

    assert known.is_booked
    assert (known.booked_for == NOW + hours(4)) is is_told


def test_a_home_reads_its_list_in_four_queries_however_many_live_there(
    cast: Cast, robin: Child
) -> None:
    report(robin, cast)
    lara = cast.lara
    assert lara.listings == []  # read before
    with CaptureQueriesContext(connection) as one:
        homes.who_live_with(lara, NOW)
    lives_at(cast.sky, cast.larchwood, by=cast.sol)
    report(cast.sky, cast)
    with CaptureQueriesContext(connection) as two:
        assert len(homes.who_live_with(lara, NOW)) == 2

    reading = [each["sql"] for each in two if each["sql"].startswith("SELECT")]
    assert len(reading) == 4
    assert len(one) == len(two)


# The second lock.


def as_home(cast: Cast, statement: str, who: str = "lara"):
    with acting.for_home(getattr(cast, who)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_the_database_opens_to_a_home_the_names_of_who_lives_there_today(
    cast: Cast, robin: Child
) -> None:
    lives_at(cast.sky, cast.aalto, by=cast.sol)

    names = "select forename from casework_child"
    assert as_home(cast, names) == [("Robin",)]
    assert as_home(cast, names, "ferry") == [("Sky",)]
    assert as_home(cast, names, "amina") == []


def test_the_database_opens_nothing_to_whoever_has_to_do_with_the_home_and_is_not_of_it(
    cast: Cast,
) -> None:
    assert at_home.wrong(cast) == []


def test_the_database_closes_a_child_who_has_moved_away(cast: Cast, robin: Child) -> None:
    report(robin, cast)
    Placement.objects.filter(child=robin).update(until=NOW.date() - DAY)

    for table in ("child", "episode", "fromhome", "notification"):
        assert as_home(cast, f"select id from casework_{table}") == []


def test_the_database_closes_a_child_to_whom_a_list_keeps_out(cast: Cast, robin: Child) -> None:
    restrictions.keep_out(robin, cast.lara, "His stepmother", by=cast.mara, at=NOW)

    assert as_home(cast, "select id from casework_child") == []


@pytest.mark.parametrize(
    "what",
    [
        "born_on from casework_child",
        "reasons from casework_episode",
        "risk from casework_episode",
        "last_seen_source from casework_episode",
        "answer from casework_episode",
        "address from casework_placement",
        "postcode from casework_placement",
        "line from casework_address",
        "interviewer_id from casework_interview",
        "place_note from casework_interview",
        "words from casework_entry",
        "note from casework_offer",
        "id from casework_careperiod",
        "id from casework_disclosure",
        "id from casework_telling",
        "id from casework_journalentry",
    ],
)
def test_the_database_refuses_a_home_all_else(cast: Cast, robin: Child, what: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"):
        as_home(cast, f"select {what}")


@pytest.mark.parametrize(
    "statement",
    [
        "update casework_episode set kind = 'away'",
        "insert into casework_fromhome default values",
        "delete from casework_placement",
    ],
)
def test_the_database_lets_a_home_write_nothing_where_it_reads(
    cast: Cast, robin: Child, statement: str
) -> None:
    with pytest.raises(DatabaseError, match="permission denied"):
        as_home(cast, statement)


def test_a_home_on_any_other_page_is_somebody_to_whom_no_row_is_open(
    cast: Cast, robin: Child
) -> None:
    report(robin, cast)

    with acting.on_behalf_of(cast.lara), transaction.atomic():
        for model in (Child, Episode, FromHome, Notification, Placement):
            assert not model.objects.exists()


def test_a_report_is_never_changed_and_never_erased(cast: Cast, robin: Child) -> None:
    made = report(robin, cast)

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        FromHome.objects.filter(pk=made.pk).update(police_told="no")
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        FromHome.objects.filter(pk=made.pk).delete()
    homes.see(made, by=cast.amina, at=NOW)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        FromHome.objects.filter(pk=made.pk).update(seen_at=NOW + DAY)


def test_the_database_refuses_what_no_home_says(cast: Cast, robin: Child) -> None:
    made = report(robin, cast)
    draft = Notification.objects.get(pk=made.notification_id)
    draft.pk, draft.digest = None, "another"
    draft.save()
    row = {
        "notification": draft,
        "episode": made.episode,
        "home": cast.larchwood,
        "says": "missing",
        "told_at": NOW,
        "told_by": cast.lara,
    }
    for wrong, constraint in (
        ({"says": "nothing"}, "a_home_says_one_of_a_few_things"),
        ({"seen_at": NOW}, "a_report_seen_to_has_time_and_person"),
        (
            {"police_told": "no", "police_reference": "NP 1"},
            "a_police_reference_comes_from_telling_them",
        ),
        ({"key": made.key}, "casework_fromhome_key"),
    ):
        with refused_by(constraint):
            FromHome.objects.create(**({"key": uuid4()} | row | wrong))
