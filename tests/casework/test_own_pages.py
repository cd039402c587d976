"""A child's own pages beneath: a link that opens once, what is theirs alone, what becomes of it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from returnhome.casework import acting, childs_part, episodes, offers, staff, ways_in
from returnhome.casework.models import (
    Action,
    Choice,
    Episode,
    JournalEntry,
    OwnWords,
    Person,
    WayIn,
)
from returnhome.rules.choosing import Ask, Asked, NothingChosen
from returnhome.rules.codes import Answer, DeclinedBy, Device, Means
from returnhome.rules.ways_in import (
    Ended,
    NeverMade,
    NothingWritten,
    NotReadFirst,
    TalkIsSettled,
    TooLate,
    UsedBefore,
)
from tests.casework.ledger import refused_by
from tests.cast import NOW, Cast, booked, hours, offered, returned


def link_for(episode: Episode, cast: Cast, *, at=NOW, device=Device.OWN) -> tuple[WayIn, str]:
    return ways_in.make(episode, device=device, language="en", by=cast.amina, at=at)


def opened(episode: Episode, cast: Cast, *, at=NOW) -> WayIn:
    """A link of the episode's that the child has opened, and read what stays private."""
    _, secret = link_for(episode, cast, at=at)
    with ways_in.scope(secret):
        way_in, _ = ways_in.open_link(secret, at=at)
        return ways_in.told(way_in, language="en", at=at)


def as_child(way_in: WayIn):
    """Whoever holds the link, by what is kept of its pass."""
    return acting.by_link(way_in.pass_digest)


def test_a_link_opens_once(cast: Cast):
    _, secret = link_for(returned(cast.sky), cast)

    with ways_in.scope(secret):
        way_in, its_pass = ways_in.open_link(secret, at=NOW)
        with pytest.raises(UsedBefore):
            ways_in.open_link(secret, at=NOW)

    with ways_in.scope(its_pass):
        assert ways_in.by_pass(its_pass, at=NOW + hours(0.2)).pk == way_in.pk
    refusal = JournalEntry.objects.get(verb="refused", kind="wayin")
    assert refusal.object_id == way_in.pk


def test_of_a_link_that_nobody_made_nothing_is_said_but_that_somebody_tried(cast: Cast):
    with ways_in.scope("guess"), pytest.raises(NeverMade):
        ways_in.open_link("guess", at=NOW)

    assert JournalEntry.objects.get(verb="refused", kind="wayin").object_id is None


def test_a_link_is_open_for_three_days_and_on_the_workers_device_for_a_quarter_of_an_hour(cast):
    episode = returned(cast.sky)
    for device, lasts in ((Device.OWN, hours(72)), (Device.WORKERS, timedelta(minutes=15))):
        _, secret = link_for(episode, cast, device=device)
        with ways_in.scope(secret):
            assert ways_in.by_secret(secret, at=NOW + lasts - hours(0.01))
            with pytest.raises(TooLate):
                ways_in.by_secret(secret, at=NOW + lasts)


def test_the_pages_close_after_twenty_minutes_without_a_touch_and_after_three_hours(cast: Cast):
    _, secret = link_for(returned(cast.sky), cast)
    with ways_in.scope(secret):
        _, its_pass = ways_in.open_link(secret, at=NOW)

    with ways_in.scope(its_pass):
        for minutes in range(15, 180, 15):
            ways_in.by_pass(its_pass, at=NOW + timedelta(minutes=minutes))
        with pytest.raises(TooLate):
            ways_in.by_pass(its_pass, at=NOW + hours(3))

    way_in = opened(returned(cast.kit), cast)
    with as_child(way_in):
        assert not way_in.is_standing(NOW + timedelta(minutes=20))


def test_the_coordinator_ends_every_link_at_once(cast: Cast):
    way_in = opened(returned(cast.sky), cast)

    assert ways_in.end_all(cast.sky.pk, by=cast.amina, at=NOW + hours(0.1)) == 1

    with as_child(way_in):
        assert not OwnWords.objects.exists()
    ended = WayIn.objects.get(pk=way_in.pk)
    assert (ended.ended_by, ended.ended_at) == (cast.amina, NOW + hours(0.1))


def test_a_new_link_ends_the_one_before(cast: Cast):
    episode = returned(cast.sky)
    _, first = link_for(episode, cast)
    link_for(episode, cast, at=NOW + hours(1))

    with ways_in.scope(first), pytest.raises(Ended):
        ways_in.by_secret(first, at=NOW + hours(1))


def test_nothing_is_asked_before_the_child_has_read_what_stays_private(cast: Cast):
    _, secret = link_for(returned(cast.sky), cast)
    with ways_in.scope(secret):
        way_in, _ = ways_in.open_link(secret, at=NOW)
        with pytest.raises(NotReadFirst):
            childs_part.save(way_in, Asked.NOW, "Fine", language="en", at=NOW)
        with pytest.raises(NotReadFirst):
            childs_part.answer(way_in, Answer.ACCEPTED, at=NOW)


# The answer.


def test_a_yes_on_their_pages_is_the_answer_to_the_offer_by_the_child(cast: Cast):
    episode = offered(returned(cast.sky), by=cast.amina).episode
    way_in = opened(episode, cast)

    with as_child(way_in):
        childs_part.answer(way_in, Answer.ACCEPTED, at=NOW)

    episode = Episode.objects.get(pk=episode.pk)
    assert episode.answer == Answer.ACCEPTED
    assert episode.offers.get().latest_reply.recorded_by.name == "The child"


def test_where_nothing_was_offered_the_link_was_the_offer_and_it_reached_the_child(cast: Cast):
    episode = returned(cast.sky)
    way_in = opened(episode, cast)

    with as_child(way_in):
        childs_part.answer(way_in, Answer.DECLINED, at=NOW)

    episode = Episode.objects.get(pk=episode.pk)
    offer = episode.offers.get()
    assert (offer.means, offer.reached, offer.made_at) == (Means.ONLINE, "child", NOW)
    assert (episode.answer, episode.declined_by) == (Answer.DECLINED, DeclinedBy.CHILD)


def test_after_a_no_the_offer_is_taken_up_from_the_same_page(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    with as_child(way_in):
        childs_part.answer(way_in, Answer.DECLINED, at=NOW)
        childs_part.answer(way_in, Answer.DECLINED, at=NOW)
        childs_part.answer(way_in, Answer.NOT_NOW, at=NOW + hours(0.1))
        childs_part.answer(way_in, Answer.ACCEPTED, at=NOW + hours(0.2))

    episode = Episode.objects.get(pk=way_in.episode_id)
    replies = [reply.answer for offer in episode.offers.all() for reply in offer.replies.all()]
    assert episode.answer == Answer.ACCEPTED
    assert replies == ["declined", "not_now", "accepted"]


def test_once_a_talk_is_booked_there_is_no_answer_to_give(cast: Cast):
    episode = returned(cast.sky)
    booked(episode, interviewer=cast.ines, by=cast.amina)
    way_in = opened(episode, cast)

    with as_child(way_in), pytest.raises(TalkIsSettled):
        childs_part.answer(way_in, Answer.DECLINED, at=NOW)


def test_how_they_would_like_the_talk_is_kept_and_the_newest_stands(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    with as_child(way_in):
        childs_part.choose(way_in, {"who": ["man"], "needs": ["breaks", "x"]}, at=NOW)
        childs_part.choose(
            way_in, {"who": ["woman", "man"]}, {"who": "Not my uncle"}, at=NOW + hours(0.1)
        )

    newest = Choice.objects.visible_to(cast.amina).newest_first().first()
    assert newest.chosen["who"] == ["woman"]
    assert newest.words == "With whom: Not my uncle"
    assert not Choice.objects.visible_to(cast.wes).exists()


def test_what_is_chosen_of_one_list_leaves_the_others_as_they_stood(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    steps = (
        ({"who": ["man"]}, {"who": "Not my uncle\nand not Dave"}),
        ({"needs": ["breaks"]}, {"needs": ""}),
        ({"when": ["evening"]}, {"when": "Not on Friday"}),
        ({"when": ["evening"]}, {"when": "Not on Friday"}),
        ({"needs": []}, {"needs": ""}),
    )
    with as_child(way_in):
        for given, notes in steps:
            childs_part.choose(way_in, given, notes, at=NOW)
        stands = childs_part.newest_choice(way_in)

    assert {key: codes for key, codes in stands.chosen.items() if codes} == {
        "who": ["man"],
        "when": ["evening"],
    }
    assert stands.notes == {"who": "Not my uncle\nand not Dave", "when": "Not on Friday"}
    # Each row is a change, and none is changed itself: what was said twice is kept once.
    assert Choice.objects.count() == 4
    assert JournalEntry.objects.filter(verb="choose").count() == 4


def test_a_list_left_empty_is_nothing_to_keep_and_all_can_be_taken_back(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    with as_child(way_in):
        with pytest.raises(NothingChosen):
            childs_part.choose(way_in, {"who": []}, {"who": " "}, at=NOW)
        childs_part.choose(way_in, {"who": ["man"]}, at=NOW)
        childs_part.choose(way_in, {"who": []}, at=NOW)

        assert not any(childs_part.newest_choice(way_in).chosen.values())


# Their words.


def test_nobody_reads_what_the_child_has_not_sent(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    with as_child(way_in):
        childs_part.save(way_in, Asked.BAD, "He said he knows where I", language="en", at=NOW)

    for person in (cast.amina, cast.mara, cast.sol):
        assert not OwnWords.objects.visible_to(person).exists()
        with acting.on_behalf_of(person), transaction.atomic():
            assert not OwnWords.objects.exists()


def test_once_sent_it_is_read_word_for_word_by_those_who_may_read_the_account(cast: Cast):
    words = "He knows where I live 😟 لا تخبر أمي"
    way_in = opened(returned(cast.sky), cast)
    with as_child(way_in):
        childs_part.save(way_in, Asked.BAD, "He", language="en", at=NOW)
        childs_part.save(way_in, Asked.BAD, words, ["worried"], language="en", at=NOW)
        childs_part.send(way_in, at=NOW)

    for person in (cast.amina, cast.mara, cast.sol):
        with acting.on_behalf_of(person), transaction.atomic():
            seen = OwnWords.objects.get()
            assert (seen.words, seen.picked, seen.sent_at) == (words, ["worried"], NOW)
    for stranger in (cast.wes, cast.owen, cast.ana, cast.adi, cast.ines):
        with acting.on_behalf_of(stranger), transaction.atomic():
            assert not OwnWords.objects.exists()
        assert not OwnWords.objects.visible_to(stranger).exists()


def test_what_was_sent_is_never_changed_and_nobody_of_the_staff_writes_it_for_them(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    with as_child(way_in):
        childs_part.save(way_in, Asked.BAD, "Nothing", language="en", at=NOW)
        (sent,) = childs_part.send(way_in, at=NOW)

    sent.words = "Something"
    with pytest.raises(DatabaseError), transaction.atomic():
        sent.save()
    with acting.on_behalf_of(cast.mara), pytest.raises(DatabaseError), transaction.atomic():
        OwnWords.objects.create(
            episode_id=way_in.episode_id,
            way_in_id=way_in.pk,
            question="else",
            language="en",
            words="I made it up",
            saved_at=NOW,
            sent_at=NOW,
        )


def test_there_is_nothing_to_send_where_nothing_is_written(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    with as_child(way_in):
        childs_part.save(way_in, Asked.BAD, "Hm", language="en", at=NOW)
        childs_part.save(way_in, Asked.BAD, " ", language="en", at=NOW)
        with pytest.raises(NothingWritten):
            childs_part.send(way_in, at=NOW)


def test_it_waits_until_somebody_who_may_read_it_has(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    with as_child(way_in):
        childs_part.save(way_in, Asked.BAD, "Nothing", language="en", at=NOW)
        childs_part.send(way_in, at=NOW)
    episode = Episode.objects.get(pk=way_in.episode_id)

    assert childs_part.read(episode, by=cast.wes, at=NOW) == 0
    assert childs_part.read(episode, by=cast.amina, at=NOW) == 1
    assert childs_part.read(episode, by=cast.mara, at=NOW) == 0
    assert OwnWords.objects.get().read_by == cast.amina


# What they ask for.


@pytest.mark.parametrize(
    ("what", "kind", "days"),
    [
        (Ask.ADVOCATE, "advocacy", 3),
        (Ask.COMPLAINT, "complaint", 14),
        (Ask.WRONG, "correction", 28),
    ],
)
def test_an_advocate_a_complaint_a_correction_have_an_owner_and_a_day(cast: Cast, what, kind, days):
    way_in = opened(returned(cast.sky), cast)
    with as_child(way_in):
        childs_part.ask(way_in, what, "Nobody asked me", at=NOW)

    action = Action.objects.get()
    assert (action.kind, action.due_on) == (kind, NOW.date() + timedelta(days=days))
    # A complaint is for somebody who was not part of it.
    assert action.owner == (cast.amina if what is Ask.ADVOCATE else cast.mara)
    assert "Nobody asked me" in action.what


def test_a_complaint_goes_to_a_colleague_where_no_manager_is_apart_from_it(cast: Cast):
    episode = returned(cast.sky)
    episodes.take_on(episode, by=cast.mara, at=NOW)
    way_in = opened(episode, cast)
    with as_child(way_in):
        assert childs_part.ask(way_in, Ask.COMPLAINT, "Late", at=NOW).owner == cast.sol


def test_where_a_council_has_nobody_else_no_child_is_told_that_somebody_new_looks(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    Person.objects.filter(pk__in=[cast.mara.pk, cast.ines.pk, cast.sol.pk]).update(is_active=False)
    with as_child(way_in):
        assert childs_part.somebody_apart(way_in) is None
        assert childs_part.ask(way_in, Ask.COMPLAINT, "Late", at=NOW).owner == cast.amina


# The second lock.


def test_whoever_holds_a_link_finds_that_one_episode_and_nothing_else(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    returned(cast.kit)
    offers.attempt(returned(cast.robin), means=Means.LETTER, made_at=NOW, by=cast.amina, at=NOW)

    with as_child(way_in), transaction.atomic():
        assert [each.pk for each in Episode.objects.all()] == [way_in.episode_id]
        for table in ("entry", "alias", "disclosure", "addendum", "correction"):
            with (
                pytest.raises(DatabaseError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(f"select count(*) from casework_{table}")


def test_an_ended_link_finds_nothing_in_the_database_either(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    with as_child(way_in):
        childs_part.save(way_in, Asked.NOW, "Tired", language="en", at=NOW)
        ways_in.leave(way_in, at=NOW)

    with as_child(way_in), transaction.atomic():
        assert not OwnWords.objects.exists()
        assert not Episode.objects.exists()
        assert Person.objects.exists()


def test_a_later_link_shows_nothing_of_what_was_written_by_way_of_an_earlier_one(cast: Cast):
    episode = returned(cast.sky)
    first = opened(episode, cast)
    with as_child(first):
        childs_part.save(first, Asked.NOW, "Tired", language="en", at=NOW)
        childs_part.choose(first, {"who": ["man"]}, at=NOW)

    second = opened(episode, cast, at=NOW + hours(1))

    with as_child(second), transaction.atomic():
        assert not OwnWords.objects.exists()
        assert not Choice.objects.exists()


def test_no_link_is_made_for_what_was_recorded_in_error(cast: Cast):
    episode = returned(cast.sky)
    episodes.void(episode, because="Twice", by=cast.amina, at=NOW)

    with pytest.raises(episodes.AlreadyVoided):
        link_for(episode, cast)


# What the database itself refuses.


def test_the_database_holds_a_link_to_what_it_is(cast: Cast):
    row = {
        "episode": returned(cast.sky),
        "device": "own",
        "language": "en",
        "made_at": NOW,
        "made_by": cast.amina,
        "until": NOW + hours(1),
    }

    with refused_by("a_link_lasts"):
        WayIn.objects.create(**row | {"until": NOW}, secret="1")
    with refused_by("an_opened_link_has_its_pass"):
        WayIn.objects.create(**row, secret="2", opened_at=NOW)
    with refused_by("told_what_stays_private_in_some_words"):
        WayIn.objects.create(**row, secret="3", told_in="en")
    with refused_by("a_link_ended_by_somebody_is_ended"):
        WayIn.objects.create(**row, secret="4", ended_by=cast.amina)


def test_the_database_never_opens_a_link_again(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    ways_in.end_all(cast.sky.pk, by=cast.amina, at=NOW)

    for change in (
        {"ended_at": None, "ended_by": None},
        {"pass_digest": "x"},
        {"device": "workers"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            WayIn.objects.filter(pk=way_in.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        WayIn.objects.filter(pk=way_in.pk).delete()


def test_the_database_holds_words_to_what_they_are(cast: Cast):
    way_in = opened(returned(cast.sky), cast)
    row = {
        "episode_id": way_in.episode_id,
        "way_in": way_in,
        "question": "now",
        "language": "en",
        "saved_at": NOW,
    }
    OwnWords.objects.create(**row)

    with refused_by("one_draft_a_question"):
        OwnWords.objects.create(**row)
    with refused_by("what_was_sent_is_read_by_somebody"):
        OwnWords.objects.create(**row, sent_at=NOW, read_at=NOW)


# What was not sent, and a later link.


def unsent(episode: Episode, cast: Cast, words: str = "He scares me", *, at=NOW) -> WayIn:
    """A link by way of which the child wrote something, and left without sending it."""
    way_in = opened(episode, cast, at=at)
    with as_child(way_in):
        childs_part.save(way_in, Asked.BAD, words, language="en", at=at)
        ways_in.leave(way_in, at=at)
    return way_in


def test_a_later_link_tells_that_something_was_not_sent_and_opens_no_word_of_it(cast: Cast):
    episode = returned(cast.sky)
    unsent(episode, cast)
    later = opened(episode, cast, at=NOW + hours(1))

    with as_child(later), transaction.atomic():
        assert childs_part.has_unsent_before(later, now=NOW + hours(1))
        assert not OwnWords.objects.exists()


def test_sent_by_a_later_link_it_is_read_word_for_word_as_when_it_was_written(cast: Cast):
    episode = returned(cast.sky)
    unsent(episode, cast)
    unsent(episode, cast, "And his brother", at=NOW + hours(1))
    later = opened(episode, cast, at=NOW + hours(30))

    with as_child(later):
        assert childs_part.send_before(later, at=NOW + hours(30)) == 2
        # It is sent, and stays closed to whoever holds the link.
        assert not OwnWords.objects.exists()
        assert not childs_part.has_unsent_before(later, now=NOW + hours(30))
        with pytest.raises(NothingWritten):
            childs_part.send_before(later, at=NOW + hours(30))

    with acting.on_behalf_of(cast.amina), transaction.atomic():
        first, second = OwnWords.objects.in_order()
        assert (first.words, second.words) == ("He scares me", "And his brother")
        assert (first.saved_at, first.sent_at) == (NOW, NOW + hours(30))
    sent = JournalEntry.objects.filter(verb="send words", child_id=cast.sky.pk)
    assert {each.object_id for each in sent} == {first.pk, second.pk}


def test_deleted_by_a_later_link_it_is_gone_and_that_is_written_down(cast: Cast):
    episode = returned(cast.sky)
    unsent(episode, cast)
    later = opened(episode, cast, at=NOW + hours(1))

    with as_child(later):
        assert childs_part.delete_before(later, at=NOW + hours(1)) == 1
        with pytest.raises(NothingWritten):
            childs_part.delete_before(later, at=NOW + hours(1))

    assert not OwnWords.objects.exists()
    assert JournalEntry.objects.get(verb="delete unsent").child_id == cast.sky.pk


def test_of_another_child_another_episode_and_this_very_link_nothing_is_sent_or_deleted(cast: Cast):
    unsent(returned(cast.kit), cast)
    unsent(returned(cast.sky, at=NOW - hours(900)), cast)
    later = opened(returned(cast.sky), cast, at=NOW + hours(1))
    with as_child(later):
        childs_part.save(later, Asked.NOW, "Tired", language="en", at=NOW + hours(1))

        assert not childs_part.has_unsent_before(later, now=NOW + hours(1))
        for act in (childs_part.send_before, childs_part.delete_before):
            with pytest.raises(NothingWritten):
                act(later, at=NOW + hours(1))

    assert OwnWords.objects.filter(sent_at=None).count() == 3


def test_without_a_link_or_with_one_that_is_over_nothing_is_told_nor_done(cast: Cast):
    episode = returned(cast.sky)
    first = unsent(episode, cast)
    for scope in (acting.by_link("no such link"), as_child(first)):
        with scope, connection.cursor() as cursor, transaction.atomic():
            cursor.execute(
                "select returnhome_unsent_before('-infinity'),"
                " array(select * from returnhome_send_before('-infinity', now())),"
                " array(select * from returnhome_delete_before('-infinity'))"
            )
            assert cursor.fetchone() == (False, [], [])


@pytest.mark.parametrize(
    "call",
    [
        "returnhome_unsent_before(now())",
        "returnhome_send_before(now(), now())",
        "returnhome_delete_before(now())",
        "returnhome_delete_unsent(now())",
    ],
)
def test_nobody_of_the_staff_can_ask_for_send_or_delete_what_was_not_sent(cast: Cast, call: str):
    with (
        acting.on_behalf_of(cast.mara),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"select * from public.{call}")


def test_what_was_never_sent_is_deleted_after_28_days_and_nothing_else(cast: Cast):
    day = timedelta(days=1)
    episode, other = returned(cast.sky), returned(cast.kit)
    old = unsent(episode, cast)
    unsent(episode, cast, at=NOW + day)
    sent = opened(other, cast)
    with as_child(sent):
        childs_part.save(sent, Asked.NOW, "Tired", language="en", at=NOW)
        childs_part.send(sent, at=NOW)
    later = opened(episode, cast, at=NOW + 28 * day)

    with as_child(later):
        # The one that is too old is no more sent than it is kept.
        assert childs_part.send_before(later, at=NOW + 28 * day) == 1
    with acting.as_system(acting.CLOCKWORK):
        clockwork = staff.clockwork()
        assert childs_part.delete_unsent(by=clockwork, at=NOW + 28 * day) == 1
        assert childs_part.delete_unsent(by=clockwork, at=NOW + 28 * day) == 0

    assert old.pk not in OwnWords.objects.values_list("way_in_id", flat=True)
    assert OwnWords.objects.filter(sent_at__isnull=False).count() == 2
    entry = JournalEntry.objects.get(verb="delete unsent")
    assert (entry.by_id, entry.child_id) == (clockwork.pk, cast.sky.pk)


def test_what_was_not_sent_of_an_episode_recorded_in_error_is_deleted_the_next_night(cast: Cast):
    episode = returned(cast.sky)
    unsent(episode, cast)
    episodes.void(episode, because="Twice", by=cast.amina, at=NOW)

    with acting.as_system(acting.CLOCKWORK):
        assert childs_part.delete_unsent(by=staff.clockwork(), at=NOW + hours(12)) == 1
