"""What a child sees again of a talk: what was released alone, and what they say to it."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from returnhome.casework import acting, releases, ways_in
from returnhome.casework.models import AnswerToChild, Episode, HowItWas, Release, SaidBack
from returnhome.rules.releasing import (
    AnsweredAlready,
    AnswerMissing,
    DayMissing,
    Kind,
    NotSafe,
    PromiseMissing,
    StateMissing,
    TakenBackAlready,
    WhomMissing,
    WhyMissing,
)
from returnhome.rules.ways_in import NothingWritten
from tests.casework.ledger import refused_by, rewrite
from tests.casework.test_own_pages import as_child, opened
from tests.cast import NOW, Cast, held, hours, returned

DAY = date(2026, 3, 2)
WORDS = "Does not like the new house."


def released(episode: Episode, cast: Cast, kind: Kind = Kind.WORDS, **changes) -> Release:
    line = {
        Kind.WORDS: {"text": WORDS, "named_on": DAY},
        Kind.SHARE: {
            "text": "That nights are loud",
            "whom": "The home’s manager",
            "because": "So that it gets quieter",
            "state": "still",
        },
        Kind.CAME_OF_IT: {
            "text": "To see my brother",
            "promise": "asked",
            "state": "done",
            "because": "You saw him on Sunday.",
        },
    }[kind]
    by_whom = {"is_safe": True, "by": cast.amina, "at": NOW}
    return releases.release(episode, kind, **(line | by_whom | changes))


def test_the_child_sees_the_lines_of_their_episode_that_were_released(cast: Cast):
    episode = returned(cast.sky)
    released(episode, cast)
    released(episode, cast, Kind.CAME_OF_IT)
    released(returned(cast.kit), cast, text="Of somebody else")
    way_in = opened(episode, cast)

    with as_child(way_in):
        assert [each.text for each in releases.lines(way_in, "see")] == [WORDS]
        assert [each.text for each in releases.lines(way_in, "heard")] == ["To see my brother"]


def test_a_line_of_another_child_taken_back_or_by_an_ended_link_is_not_in_the_database_either(
    cast: Cast,
):
    episode = returned(cast.sky)
    line = released(episode, cast)
    gone = released(episode, cast, text="Taken back")
    other = released(returned(cast.kit), cast)
    releases.take_back(gone, by=cast.amina, at=NOW)
    way_in = opened(episode, cast)

    with as_child(way_in), transaction.atomic():
        assert [each.pk for each in Release.objects.all()] == [line.pk]
        assert releases.line_of(way_in, gone.pk) is None
        assert releases.line_of(way_in, other.pk) is None

    ways_in.end_all(cast.sky.pk, by=cast.amina, at=NOW)
    with as_child(way_in), transaction.atomic():
        assert not Release.objects.exists()
        assert not AnswerToChild.objects.exists()
        assert not SaidBack.objects.exists()


def test_nothing_is_released_that_is_not_safe_to_be_seen_on_this_phone(cast: Cast):
    episode = returned(cast.sky)

    with pytest.raises(NotSafe):
        released(episode, cast, is_safe=False)

    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("kind", "changes", "refusal"),
    [
        (Kind.WORDS, {"named_on": None}, DayMissing),
        (Kind.SHARE, {"whom": " "}, WhomMissing),
        (Kind.SHARE, {"because": ""}, WhyMissing),
        (Kind.SHARE, {"state": "not_done"}, StateMissing),
        (Kind.SHARE, {"state": "done"}, DayMissing),
        (Kind.CAME_OF_IT, {"promise": ""}, PromiseMissing),
        (Kind.CAME_OF_IT, {"state": ""}, StateMissing),
        (Kind.CAME_OF_IT, {"state": "not_done", "because": ""}, WhyMissing),
    ],
)
def test_a_line_says_all_that_it_has_to(cast: Cast, kind, changes, refusal):
    with pytest.raises(refusal):
        released(returned(cast.sky), cast, kind, **changes)


def test_a_line_is_never_changed_and_is_taken_back_once(cast: Cast):
    line = released(returned(cast.sky), cast)

    for change in ({"text": "Other"}, {"kind": "share", "state": "still"}, {"released_at": NOW}):
        change = {"named_on": date(2026, 3, 1)} if change == {"released_at": NOW} else change
        with pytest.raises(DatabaseError), transaction.atomic():
            rewrite(Release.objects.filter(pk=line.pk), **change)
    with pytest.raises(DatabaseError), transaction.atomic():
        line.delete()
    releases.take_back(line, by=cast.mara, at=NOW)
    with pytest.raises(TakenBackAlready):
        releases.take_back(line, by=cast.mara, at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Release.objects.filter(pk=line.pk).update(taken_back_at=None, taken_back_by=None)


def test_whoever_may_read_the_account_sees_the_lines_and_what_the_child_said(cast: Cast):
    episode = returned(cast.sky)
    held(episode, interviewer=cast.ines, by=cast.amina)
    line = released(episode, cast)
    way_in = opened(episode, cast)
    with as_child(way_in):
        said = releases.say_back(way_in, line, "It is the noise at night.", at=NOW)
    releases.answer(said, "Thank you", is_safe=True, by=cast.amina, at=NOW)

    for person in (cast.amina, cast.mara, cast.sol, cast.ines):
        for table in (Release, SaidBack, AnswerToChild):
            assert table.objects.visible_to(person).exists()
            with acting.on_behalf_of(person), transaction.atomic():
                assert table.objects.exists()
        assert releases.episodes_of(person).filter(pk=episode.pk).exists()
    for stranger in (cast.wes, cast.owen, cast.ana, cast.adi, cast.pat):
        for table in (Release, SaidBack, AnswerToChild):
            assert not table.objects.visible_to(stranger).exists()
            with acting.on_behalf_of(stranger), transaction.atomic():
                assert not table.objects.exists()
        assert not releases.episodes_of(stranger).exists()


# What the child says back.


def test_what_the_child_says_to_a_line_waits_until_it_is_answered_once(cast: Cast):
    episode = returned(cast.sky)
    line = released(episode, cast, Kind.SHARE)
    way_in = opened(episode, cast)
    with as_child(way_in):
        said = releases.say_back(way_in, line, "Not her, please.", at=NOW)

    (waiting,) = releases.waiting_for(cast.amina)
    assert (waiting.words, waiting.due_on) == ("Not her, please.", date(2026, 3, 5))
    assert releases.waiting_for(cast.wes) == []
    with pytest.raises(NotSafe):
        releases.answer(said, "We must", is_safe=False, by=cast.amina, at=NOW)
    with pytest.raises(AnswerMissing):
        releases.answer(said, " ", is_safe=True, by=cast.amina, at=NOW)

    releases.answer(said, "We will ask you again.", is_safe=True, by=cast.amina, at=NOW)

    assert releases.waiting_for(cast.amina) == []
    with pytest.raises(AnsweredAlready):
        releases.answer(said, "Again", is_safe=True, by=cast.amina, at=NOW)
    # An objection is no veto: the line stands as it was.
    assert Release.objects.get().is_shown


def test_what_waits_is_found_with_one_query(cast: Cast, django_assert_num_queries):
    episode = returned(cast.sky)
    way_in = opened(episode, cast)
    for _ in range(3):
        line = released(episode, cast)
        with as_child(way_in):
            releases.say_back(way_in, line, "No", at=NOW)
    amina = cast.amina
    releases.waiting_for(amina)

    with django_assert_num_queries(1):
        waiting = releases.waiting_for(amina)
        assert [each.release.episode.child.forename for each in waiting] == ["Sky"] * 3


def test_a_later_link_shows_the_answer_and_not_what_was_typed_by_way_of_an_earlier_one(cast: Cast):
    episode = returned(cast.sky)
    line = released(episode, cast, Kind.SHARE)
    first = opened(episode, cast)
    with as_child(first):
        said = releases.say_back(first, line, "Mum must not know", at=NOW)
    releases.answer(said, "We will not tell her.", is_safe=True, by=cast.amina, at=NOW)

    second = opened(episode, cast, at=NOW + hours(1))

    with as_child(second), transaction.atomic():
        assert not SaidBack.objects.exists()
        (seen,) = releases.lines(second, "see")
        assert [each.words for each in seen.answers.all()] == ["We will not tell her."]


def test_nothing_is_said_back_to_a_line_that_is_not_there_for_the_child(cast: Cast):
    episode = returned(cast.sky)
    other = released(returned(cast.kit), cast)
    way_in = opened(episode, cast)

    with as_child(way_in), pytest.raises(DatabaseError), transaction.atomic():
        SaidBack.objects.create(release=other, way_in=way_in, words="x", at=NOW)
    line = released(episode, cast)
    with as_child(way_in), pytest.raises(NothingWritten):
        releases.say_back(way_in, line, "  ", at=NOW)


def test_nobody_of_the_staff_says_it_for_the_child_and_the_child_releases_nothing(cast: Cast):
    episode = returned(cast.sky)
    line = released(episode, cast)
    way_in = opened(episode, cast)

    with acting.on_behalf_of(cast.mara), pytest.raises(DatabaseError), transaction.atomic():
        SaidBack.objects.create(release=line, way_in_id=way_in.pk, words="Fine", at=NOW)
    for statement in (
        "update casework_release set state = state",
        "insert into casework_answertochild (words) values ('x')",
        "delete from casework_release",
    ):
        with (
            as_child(way_in),
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_line_is_new_until_the_child_has_looked(cast: Cast):
    episode = returned(cast.sky)
    way_in = opened(episode, cast)
    with as_child(way_in):
        assert releases.marks(way_in) == {}
    released(episode, cast)
    with as_child(way_in):
        assert releases.marks(way_in) == {"see": "new"}
        releases.look(way_in, "see", at=NOW + hours(0.1))
        assert releases.marks(way_in) == {"see": ""}
    released(episode, cast, at=NOW + hours(0.2))
    released(episode, cast, Kind.CAME_OF_IT)
    with as_child(way_in):
        assert releases.marks(way_in) == {"see": "new", "heard": "new"}


def test_the_database_holds_a_line_and_an_answer_to_what_they_are(cast: Cast):
    line = released(returned(cast.sky), cast)

    with refused_by("a_line_is_taken_back_by_somebody"):
        Release.objects.filter(pk=line.pk).update(taken_back_at=NOW)
    with refused_by("a_line_is_whole"):
        Release.objects.create(
            episode_id=line.episode_id,
            kind="came_of_it",
            text="x",
            released_at=NOW,
            released_by=cast.amina,
        )
    with refused_by("how_it_was_is_said"):
        HowItWas.objects.create(authority=cast.northshire, quarter_on=NOW.date())
