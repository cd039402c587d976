"""What is told to whom: put together, decided on, looked at, sent, recalled, answered."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F

from returnhome.casework import (
    acting,
    composing,
    episodes,
    mentions,
    receiving,
    shares,
)
from returnhome.casework.mentions import Told
from returnhome.casework.models import NotShared, Share, SharedLine
from returnhome.rules import intelligence, sharing
from returnhome.rules.intelligence import Grading, PoliceAnswer
from returnhome.rules.marking import Known, Marking, MarkKind
from returnhome.rules.mentioning import Expectation, MentionKind
from returnhome.rules.sharing import Purpose, Recipient, ShareItem
from tests import leaks
from tests import sharing as made
from tests.casework.ledger import act, last_act, refused_by, rewrite, who_sees, written_again
from tests.cast import NOW, Cast, hours
from tests.sharing import SAID, begun, kept, told_of_a_car

LATER = NOW + hours(1)


@pytest.fixture
def episode(cast: Cast):
    return told_of_a_car(cast)


@pytest.fixture
def draft(cast: Cast, episode) -> Share:
    return begun(cast, episode)


def test_the_police_are_told_the_car_and_not_what_the_child_said(cast: Cast, draft: Share):
    lines = [(line.item, line.text, line.grading) for line in draft.lines.order_by("place")]

    assert ("vehicle", "Vehicle: silver Ford, AB12CDE", "2C C") in lines
    assert not {"why", "happened", "wishes"} & {item for item, _, _ in lines}


@pytest.mark.parametrize(
    ("recipient", "is_in"), [(Recipient.POLICE, True), (Recipient.PANEL, False)]
)
def test_what_the_child_let_go_to_the_police_alone_is_not_ticked_for_a_panel(
    cast: Cast, episode, recipient, is_in
):
    not_from_me = Told(name="Big Sam", expectation=Expectation.NOT_THAT_I_SAID_IT)
    mentions.note(episode.interviews.get(), MentionKind.PERSON, not_from_me, by=cast.ines, at=NOW)

    share = begun(cast, episode, recipient)

    assert share.lines.get(item="person").is_in is is_in
    assert share.lines.get(item="vehicle").is_in


def test_what_somebody_ticks_for_a_school_says_how_the_school_keeps_to_it(cast: Cast, episode):
    not_from_me = Told(name="Big Sam", expectation=Expectation.NOT_THAT_I_SAID_IT)
    mentions.note(episode.interviews.get(), MentionKind.PERSON, not_from_me, by=cast.ines, at=NOW)
    share = begun(cast, episode, Recipient.SCHOOL, Purpose.SAFE_WHERE_THEY_ARE)
    sam = [piece for piece in shares.more(share, cast.ines) if piece.item is ShareItem.PERSON]
    shares.add(share, sam, by=cast.ines, at=NOW)

    line = share.lines.get(item="person")

    assert "police" not in line.conditions
    assert "let nobody learn that the child said it" in line.conditions


def test_conditions_for_the_police_are_not_typed_to_anybody_else(cast: Cast, episode):
    share = begun(cast, episode, Recipient.PANEL)
    line = share.lines.get(item="vehicle")
    typed = replace(Grading.read("2A C"), conditions=intelligence.NOT_FROM_A_CHILD)

    shares.keep(share, SAID, {line.pk: shares.LineDecided(True, [], typed)}, by=cast.ines, at=NOW)

    line.refresh_from_db()
    assert "police" not in line.conditions


def test_a_protected_address_is_asked_of_even_in_a_label():
    hidden = Marking([Known("Mental Lane", MarkKind.PROTECTED, "where she is safe")])
    text = "Lives at Mental Lane"
    piece = composing.Piece(ShareItem.NOW, "How?", text, is_written_from=len(text))

    asked = [mark.kind for mark in hidden.marks(text) if piece.asks_of(mark)]
    assert asked == [MarkKind.PROTECTED]


def test_behind_labels_all_that_is_planted_is_asked_of_and_no_label():
    labels, missed, in_vain = "Mental health; Criminal exploitation", 0, 0
    for share in leaks.shares(200, seed=5):
        marking = Marking(share.known, own=[share.own])
        for text, planted in zip(share.texts, share.planted, strict=True):
            piece = composing.Piece(
                *(ShareItem.NOW, "How?", f"{labels}. {text}"), is_written_from=len(labels)
            )
            at = len(labels) + len(". ")
            moved = [replace(each, start=each.start + at, end=each.end + at) for each in planted]
            asked = [mark for mark in marking.marks(piece.text) if piece.asks_of(mark)]
            found, more = leaks.caught(asked, moved)
            missed, in_vain = missed + found.count(False), in_vain + more

    assert (missed, in_vain) == (0, 0)


def test_a_share_with_the_police_goes_once_it_is_whole(cast: Cast, draft: Share):
    sent = shares.write(kept(cast, draft), by=cast.ines, at=LATER)

    assert (sent.sent_at, sent.sent_by, sent.needs_a_second) == (LATER, cast.ines, False)


def test_what_goes_to_a_parent_waits_for_a_second_person(cast: Cast, episode):
    share = kept(cast, begun(cast, episode, Recipient.PARENT, Purpose.SAFE_WHERE_THEY_ARE))
    written = shares.write(share, by=cast.ines, at=NOW)
    assert written.sent_at is None

    with pytest.raises(sharing.SecondIsTheSame):
        shares.look(written, is_good=True, by=cast.ines, at=LATER)
    assert shares.look(written, is_good=True, by=cast.amina, at=LATER).sent_at == LATER


def test_no_line_is_moved_out_of_what_was_sent_or_into_it(cast: Cast, draft: Share, episode):
    another = begun(cast, episode, Recipient.PANEL)
    sent = shares.write(kept(cast, draft), by=cast.ines, at=LATER)
    line = sent.lines.earliest("place")

    with refused_by("never changes"):
        SharedLine.objects.filter(pk=line.pk).update(share=another, place=900)
    with refused_by("never changes"):
        SharedLine.objects.filter(share=another).update(share=sent, place=F("place") + 900)
    line.pk = None
    line.place = 900
    with refused_by("never changes"):
        line.save()


def test_what_was_sent_never_changes_and_is_recalled_once(cast: Cast, draft: Share):
    sent = shares.write(kept(cast, draft), by=cast.ines, at=LATER)

    with refused_by("only a recall is written"):
        rewrite(Share.objects.filter(pk=sent.pk), because="x")
    with refused_by("never changes"):
        SharedLine.objects.filter(share=sent).update(is_in=False)
    shares.recall(sent, "To the wrong unit", by=cast.amina, at=LATER)
    with pytest.raises(sharing.RecalledAlready):
        shares.recall(sent, "Again", by=cast.amina, at=LATER)


@pytest.fixture
def officer(cast: Cast):
    """Of the unit with which it is shared."""
    return made.officer(cast)


def test_the_unit_opens_it_says_that_it_has_it_and_what_it_did(cast: Cast, draft, officer):
    sent = shares.write(kept(cast, draft), by=cast.ines, at=LATER)

    opened = receiving.open_share(sent.pk, by=officer, at=LATER)
    car = next(line for line in opened.lines if line.item == "vehicle")
    receiving.acknowledge(sent.pk, by=officer, at=LATER)
    receiving.answer(sent.pk, car.pk, PoliceAnswer.ACTED_ON, "It was stopped", by=officer, at=LATER)

    found = receiving.received_one(officer, sent.pk, LATER)
    assert "Sky" in found.share.about
    assert found.acknowledged_at == LATER
    assert [each.because for each in found.answers[car.pk]] == ["It was stopped"]


def test_a_draft_and_what_was_sent_to_others_is_not_there_for_a_unit(cast: Cast, draft, officer):
    assert receiving.received(officer, LATER) == []

    sent = shares.write(kept(cast, draft), by=cast.ines, at=LATER)
    elsewhere = made.officer(cast, "quin", cast.northshire_council)
    assert receiving.received(elsewhere, LATER) == []
    with pytest.raises(receiving.NotForThem):
        receiving.open_share(sent.pk, by=elsewhere, at=LATER)


def test_of_what_was_recalled_the_unit_sees_that_and_not_a_line(cast: Cast, draft, officer):
    sent = shares.write(kept(cast, draft), by=cast.ines, at=LATER)
    shares.recall(sent, "To the wrong unit", by=cast.amina, at=LATER)

    assert not receiving.received_one(officer, sent.pk, LATER).is_open
    with pytest.raises(sharing.OpenNoMore):
        receiving.acknowledge(sent.pk, by=officer, at=LATER)


def test_whoever_interviews_for_another_council_finds_nothing(cast: Cast, draft: Share):
    with acting.on_behalf_of(cast.owen), transaction.atomic():
        assert not Share.objects.visible_to(cast.owen).exists()
        assert not Share.objects.exists()
        assert not SharedLine.objects.exists()


def test_what_is_put_away_stays_with_its_reason_and_goes_nowhere(cast: Cast, draft: Share):
    left = shares.put_away(draft, "She asked us to wait", by=cast.ines, at=LATER)

    assert last_act() == act("leave unshared", left, cast.ines, LATER, cast.sky.pk)
    assert not Share.objects.drafts().exists()
    with pytest.raises(sharing.PutAwayAlready):
        kept(cast, draft)
    with pytest.raises(sharing.PutAwayAlready):
        shares.write(draft, by=cast.ines, at=LATER)
    with refused_by("never changed"):
        rewrite(NotShared.objects.filter(pk=left.pk), because="x")


def test_not_to_share_needs_a_reason(cast: Cast, episode):
    with pytest.raises(sharing.WhyNotMissing):
        shares.leave(episode, Recipient.SCHOOL, " ", by=cast.ines, at=NOW)

    assert shares.leave(episode, Recipient.SCHOOL, "No need", by=cast.ines, at=NOW)


def test_more_than_serves_the_purpose_is_added_and_needs_a_reason(cast: Cast, draft: Share):
    why = [each for each in shares.more(draft, cast.ines) if each.item is ShareItem.WHY]

    shares.add(draft, why[:1], by=cast.ines, at=NOW)

    assert shares.goes_beyond(draft, list(draft.lines.all()))
    with pytest.raises(sharing.BeyondWhatFits):
        shares.write(kept(cast, draft), by=cast.ines, at=LATER)
    assert why[0] not in shares.more(draft, cast.ines)


def test_nothing_goes_of_an_episode_that_was_recorded_in_error(cast: Cast, draft: Share, episode):
    whole = kept(cast, draft)
    episodes.void(episode, because="Another child", by=cast.mara, at=NOW)

    with pytest.raises(episodes.AlreadyVoided):
        shares.write(whole, by=cast.ines, at=LATER)


def in_danger(cast: Cast, episode) -> Share:
    """To a parent, at once: the second person looks afterwards."""
    share = begun(cast, episode, Recipient.PARENT, Purpose.DANGER_NOW)
    return shares.write(kept(cast, share), by=cast.ines, at=NOW)


def test_where_somebody_is_in_danger_it_goes_at_once_and_waits_for_a_second_look(
    cast: Cast, episode
):
    share = in_danger(cast, episode)

    assert share.sent_at == NOW
    assert shares.to_look_at(cast.amina) == [share]
    assert shares.to_look_at(cast.ines) == []
    shares.look(share, is_good=True, by=cast.amina, at=LATER)
    assert shares.to_look_at(cast.amina) == []


def test_a_second_person_who_finds_it_wrong_afterwards_recalls_it(cast: Cast, episode):
    share = shares.look(
        in_danger(cast, episode), is_good=False, words="Not him", by=cast.amina, at=LATER
    )

    assert (share.recalled_at, share.recalled_because) == (LATER, "Not him")
    assert shares.to_look_at(cast.mara) == []


def test_what_a_second_person_sends_back_is_its_authors_again(cast: Cast, episode):
    share = kept(cast, begun(cast, episode, Recipient.PARENT, Purpose.SAFE_WHERE_THEY_ARE))
    shares.write(share, by=cast.ines, at=NOW)

    with pytest.raises(sharing.WhySentBackMissing):
        shares.look(share, is_good=False, by=cast.amina, at=LATER)
    shares.look(share, is_good=False, words="Leave the school out", by=cast.amina, at=LATER)

    assert shares.to_go_on_with(cast.ines) == [share]
    assert shares.write(share, by=cast.ines, at=LATER).sent_at is None
    assert shares.to_go_on_with(cast.ines) == []


def test_a_unit_that_does_not_acknowledge_within_two_weekdays_is_on_the_list(
    cast: Cast, draft: Share, officer
):
    sent = shares.write(kept(cast, draft), by=cast.ines, at=NOW)
    late = NOW + timedelta(days=3)

    # Sent on a Monday at nine.
    assert shares.not_acknowledged(cast.ines, NOW + timedelta(days=1)) == []
    assert shares.not_acknowledged(cast.ines, late) == [sent]
    assert shares.not_acknowledged(cast.amina, late) == [sent]
    receiving.acknowledge(sent.pk, by=officer, at=late)
    assert shares.not_acknowledged(cast.ines, late) == []


def test_what_a_unit_did_is_said_once_more_and_never_changed(cast: Cast, draft, officer):
    sent = shares.write(kept(cast, draft), by=cast.ines, at=NOW)
    car = sent.lines.get(item=ShareItem.VEHICLE)

    first = receiving.answer(sent.pk, car.pk, PoliceAnswer.KNOWN, by=officer, at=NOW)
    receiving.answer(sent.pk, car.pk, PoliceAnswer.ACTED_ON, "Stopped", by=officer, at=LATER)

    found = receiving.received_one(officer, sent.pk, LATER)
    assert [each.answer for each in found.answers[car.pk]] == ["known", "acted_on"]
    assert car not in found.unanswered
    with refused_by("never changed"):
        rewrite(type(first).objects.filter(pk=first.pk), because="x")


def test_a_line_that_is_not_ticked_is_not_there_for_the_unit(cast: Cast, draft: Share, officer):
    car = draft.lines.get(item=ShareItem.VEHICLE)
    kept(cast, draft)
    shares.keep(draft, SAID, {car.pk: shares.LineDecided(False, [])}, by=cast.ines, at=NOW)
    sent = shares.write(draft, by=cast.ines, at=NOW)

    assert car not in receiving.received_one(officer, sent.pk, NOW).lines
    with pytest.raises(receiving.NotForThem):
        receiving.answer(sent.pk, car.pk, PoliceAnswer.KNOWN, by=officer, at=NOW)


def test_the_role_of_a_partner_reads_neither_the_record_nor_why_it_was_shared(
    cast: Cast, draft: Share, officer
):
    shares.write(kept(cast, draft), by=cast.ines, at=NOW)

    for table, column in (
        ("casework_share", "because"),
        ("casework_share", "episode_id"),
        ("casework_sharedline", "original"),
        ("casework_episode", "id"),
        ("casework_child", "surname"),
    ):
        with (
            pytest.raises(Exception, match="permission denied"),
            transaction.atomic(),
            acting.for_partner(officer),
        ):
            list(Share.objects.raw(f"select id, {column} from {table}"))


def test_the_form_of_a_share_is_put_together_in_few_questions(
    cast: Cast, episode, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        composing.pieces(episode, cast.ines)


def test_the_database_itself_refuses_a_share_that_is_half_written_or_half_sent(
    cast: Cast, draft: Share
):
    rows = Share.objects.filter(pk=draft.pk)
    with refused_by("what_was_sent_was_written_and_has_its_end"):
        rows.update(sent_at=NOW, sent_by=cast.ines)
    with refused_by("a_written_share_says_what_the_child_knows"):
        rows.update(written_at=NOW, written_by=cast.ines)
    with refused_by("only_what_was_sent_is_recalled"):
        rows.update(recalled_at=NOW, recalled_by=cast.ines)
    with refused_by("one_line_a_place"):
        written_again(draft.lines.all()[0])


def test_whoever_may_share_may_read_it_in_both_locks(cast: Cast, draft: Share):
    assert who_sees(draft) == who_sees(draft.lines.all()[0]) == {"amina", "ines", "mara", "sol"}
