"""A drawing or a recording of the child's: theirs alone until it is sent, and then for good."""

import pytest
from django.db import DatabaseError, connection, transaction

from returnhome.casework import acting, childs_part
from returnhome.casework.models import Episode, Made, OwnWords, WayIn
from returnhome.rules.choosing import Asked
from returnhome.rules.making import Making
from returnhome.rules.ways_in import NotReadFirst
from tests.casework.ledger import refused_by, rewrite
from tests.casework.test_own_pages import as_child, link_for, opened
from tests.cast import NOW, Cast, booked, hours, returned

PICTURE, SOUND = b"a picture of a house", b"a voice"


@pytest.fixture
def way_in(cast: Cast) -> WayIn:
    return opened(returned(cast.sky), cast)


def draws(way_in: WayIn, content: bytes = PICTURE, *, question=Asked.BAD, at=NOW) -> Made:
    return childs_part.keep(
        *(way_in, question, Making.DRAWING, content), kind="image/png", language="en", at=at
    )


def speaks(way_in: WayIn, content: bytes = SOUND, *, question=Asked.BAD, at=NOW) -> Made:
    return childs_part.keep(
        *(way_in, question, Making.RECORDING, content),
        kind="audio/mpeg",
        seconds=12,
        language="en",
        at=at,
    )


def test_a_drawing_without_a_word_is_an_answer(cast: Cast, way_in: WayIn):
    with as_child(way_in):
        draws(way_in)
        (sent,) = childs_part.send(way_in, at=NOW)

    with acting.on_behalf_of(cast.amina), transaction.atomic():
        seen = Made.objects.visible_to(cast.amina).get()
        assert (seen.own_words_id, bytes(seen.content), seen.size) == (sent.pk, PICTURE, 20)


def test_a_voice_alone_is_an_answer_that_somebody_reads(cast: Cast, way_in: WayIn):
    with as_child(way_in):
        speaks(way_in)
        childs_part.send(way_in, at=NOW)

    assert childs_part.read(way_in.episode, by=cast.amina, at=NOW) == 1


def test_there_is_one_of_each_and_the_newest_stands(way_in: WayIn):
    with as_child(way_in):
        draws(way_in)
        speaks(way_in)
        draws(way_in, b"another house")

        assert {each.what: bytes(each.content) for each in Made.objects.all()} == {
            "drawing": b"another house",
            "recording": SOUND,
        }
        assert OwnWords.objects.count() == 1


def test_words_emptied_leave_the_drawing_and_taken_away_it_leaves_nothing(way_in: WayIn):
    with as_child(way_in):
        childs_part.save(way_in, Asked.BAD, "He", language="en", at=NOW)
        draws(way_in)
        childs_part.save(way_in, Asked.BAD, "", language="en", at=NOW)
        assert Made.objects.count() == 1

        childs_part.take_away(way_in, Asked.BAD, Making.DRAWING, at=NOW)

        assert not OwnWords.objects.exists()
        assert not Made.objects.exists()


def test_what_they_wrote_stays_where_the_recording_is_taken_away(way_in: WayIn):
    with as_child(way_in):
        childs_part.save(way_in, Asked.BAD, "He", language="en", at=NOW)
        speaks(way_in)
        childs_part.take_away(way_in, Asked.BAD, Making.RECORDING, at=NOW)
        # A second press does no harm.
        childs_part.take_away(way_in, Asked.BAD, Making.RECORDING, at=NOW)

        assert OwnWords.objects.get().words == "He"


def test_deleted_before_it_is_sent_all_of_it_is_gone(way_in: WayIn):
    with as_child(way_in):
        childs_part.save(way_in, Asked.BAD, "He", language="en", at=NOW)
        draws(way_in)
        speaks(way_in)
        childs_part.delete(way_in, Asked.BAD, at=NOW)

        assert not OwnWords.objects.exists()
        assert not Made.objects.exists()


def test_nothing_is_kept_before_the_child_has_read_what_stays_private(cast: Cast):
    made, _ = link_for(returned(cast.sky), cast)

    with pytest.raises(NotReadFirst):
        draws(made)


def test_nobody_sees_a_drawing_that_the_child_has_not_sent(cast: Cast, way_in: WayIn):
    with as_child(way_in):
        draws(way_in)

    for person in (cast.amina, cast.mara, cast.sol):
        assert not Made.objects.visible_to(person).exists()
        with acting.on_behalf_of(person), transaction.atomic():
            assert not Made.objects.exists()


def test_once_sent_it_is_for_those_who_may_read_the_account(cast: Cast, way_in: WayIn):
    with as_child(way_in):
        draws(way_in)
        childs_part.send(way_in, at=NOW)

    for person in (cast.amina, cast.mara, cast.sol):
        with acting.on_behalf_of(person), transaction.atomic():
            assert bytes(Made.objects.get().content) == PICTURE
    for stranger in (cast.wes, cast.owen, cast.ana, cast.adi, cast.ines):
        assert not Made.objects.visible_to(stranger).exists()
        with acting.on_behalf_of(stranger), transaction.atomic():
            assert not Made.objects.exists()
    booked(Episode.objects.get(pk=way_in.episode_id), interviewer=cast.ines, by=cast.amina)
    with acting.on_behalf_of(cast.ines), transaction.atomic():
        assert bytes(Made.objects.visible_to(cast.ines).get().content) == PICTURE


def test_neither_a_later_link_nor_an_ended_one_finds_it_in_the_database(cast: Cast, way_in: WayIn):
    with as_child(way_in):
        draws(way_in)

    later = opened(Episode.objects.get(pk=way_in.episode_id), cast, at=NOW + hours(0.1))

    for link in (way_in, later):
        with as_child(link), transaction.atomic():
            assert not Made.objects.exists()


def test_what_was_sent_is_never_changed_nor_added_to_nor_taken_away(cast: Cast, way_in: WayIn):
    with as_child(way_in):
        kept = draws(way_in)
        (sent,) = childs_part.send(way_in, at=NOW)
        row = {"own_words": sent, "what": "recording", "kind": "audio/mpeg", "seconds": 1}

        for change in (
            lambda: rewrite(Made.objects.filter(pk=kept.pk), content=b"another"),
            lambda: Made.objects.filter(pk=kept.pk).delete(),
            lambda: Made.objects.create(**row, content=b"x", size=1, at=NOW),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        # What comes later is a new answer to the same question.
        draws(way_in, b"and this")
        assert OwnWords.objects.count() == 2


def test_nobody_of_the_staff_draws_for_the_child(cast: Cast, way_in: WayIn):
    with as_child(way_in):
        draft = draws(way_in).own_words

    with acting.on_behalf_of(cast.mara), pytest.raises(DatabaseError), transaction.atomic():
        Made.objects.create(
            own_words=draft,
            what="recording",
            kind="audio/mpeg",
            seconds=3,
            content=b"x",
            size=1,
            at=NOW,
        )


def test_a_child_adds_nothing_to_what_another_wrote(cast: Cast, way_in: WayIn):
    other = opened(returned(cast.kit), cast)
    with as_child(other):
        theirs = draws(other).own_words

    with as_child(way_in), pytest.raises(DatabaseError), transaction.atomic():
        Made.objects.create(
            own_words=theirs,
            what="recording",
            kind="audio/mpeg",
            seconds=3,
            content=b"x",
            size=1,
            at=NOW,
        )


def test_the_database_holds_what_was_made_to_what_it_is(way_in: WayIn):
    with as_child(way_in):
        answer = draws(way_in).own_words
    row = {"own_words": answer, "content": b"x", "size": 1, "at": NOW}

    with refused_by("one_of_each_an_answer"):
        Made.objects.create(**row, what="drawing", kind="image/png")
    for wrong in (
        {"what": "recording", "kind": "audio/mpeg"},
        {"what": "recording", "kind": "image/png", "seconds": 3},
        {"what": "recording", "kind": "text/html", "seconds": 3},
        {"what": "film", "kind": "image/png"},
    ):
        with refused_by("a_drawing_is_seen_and_a_recording_lasts"):
            Made.objects.create(**row, **wrong)
    with refused_by("what_is_made_is_something"):
        Made.objects.create(**row | {"size": 0}, what="recording", kind="audio/mpeg", seconds=3)


def test_it_is_at_rest_in_cipher(way_in: WayIn):
    with as_child(way_in):
        draws(way_in)

    with connection.cursor() as cursor:
        cursor.execute("select content from casework_made")
        (kept,) = cursor.fetchone()
    assert PICTURE not in bytes(kept)
