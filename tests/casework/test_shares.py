"""What is told to whom: put together, decided on, looked at, sent, recalled, answered."""

import pytest
from django.db import transaction

from returnhome.casework import acting, mentions, shares, staff
from returnhome.casework.mentions import Told
from returnhome.casework.models import Share, SharedLine
from returnhome.casework.shares import LineDecided, Said
from returnhome.rules import sharing
from returnhome.rules.codes import Role
from returnhome.rules.intelligence import PoliceAnswer
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.sharing import MarkDecision, Openness, Purpose, Recipient
from tests.casework.ledger import refused_by
from tests.cast import NOW, Cast, hours, returned, signed

LATER = NOW + hours(1)
CAR = Told(registration="AB12 CDE", make="Ford", colour="silver")
SAID = Said(
    name="The missing-person unit",
    because="A man drives children about in it",
    openness=Openness.AGREES,
)


@pytest.fixture
def episode(cast: Cast):
    """Sky's, with an interview signed off by Ines, in which a car was told of."""
    theirs = returned(cast.sky)
    talk = signed(theirs, interviewer=cast.ines, by=cast.amina)
    mentions.note(talk, MentionKind.VEHICLE, CAR, by=cast.ines, at=NOW)
    return theirs


@pytest.fixture
def draft(cast: Cast, episode) -> Share:
    return begun(cast, episode)


def begun(cast: Cast, episode, recipient=Recipient.POLICE, purpose=Purpose.STOP_HARM) -> Share:
    to = cast.northshire_police if recipient is Recipient.POLICE else None
    return shares.begin(episode, recipient, purpose, to=to, by=cast.ines, at=NOW)


def kept(cast: Cast, share: Share, said: Said = SAID) -> Share:
    decided = {
        line.pk: LineDecided(True, [(MarkDecision.TAKE_OUT, "") for _ in line.decided])
        for line in share.lines.all()
    }
    return shares.keep(share, said, decided, by=cast.ines, at=NOW)


def test_the_police_are_told_the_car_and_not_what_the_child_said(cast: Cast, draft: Share):
    lines = [(line.item, line.text, line.grading) for line in draft.lines.order_by("place")]

    assert ("vehicle", "Vehicle: silver Ford, AB12CDE", "2C C") in lines
    assert not {"why", "happened", "wishes"} & {item for item, _, _ in lines}


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


def test_what_was_sent_never_changes_and_is_recalled_once(cast: Cast, draft: Share):
    sent = shares.write(kept(cast, draft), by=cast.ines, at=LATER)

    with refused_by("only a recall is written"):
        Share.objects.filter(pk=sent.pk).update(because="x")
    with refused_by("never changes"):
        SharedLine.objects.filter(share=sent).update(is_in=False)
    shares.recall(sent, "To the wrong unit", by=cast.amina, at=LATER)
    with pytest.raises(sharing.RecalledAlready):
        shares.recall(sent, "Again", by=cast.amina, at=LATER)


@pytest.fixture
def officer(cast: Cast):
    """Of the unit with which it is shared."""
    return employed(cast, "pia", cast.northshire_police)


def employed(cast: Cast, name: str, organisation):
    person = staff.add_person(f"{name}@police.example", name, password=None, by=cast.adi, at=NOW)
    staff.appoint(person, Role.POLICE, organisation, since=NOW.date(), by=cast.adi, at=NOW)
    return person


def test_the_unit_opens_it_says_that_it_has_it_and_what_it_did(cast: Cast, draft, officer):
    sent = shares.write(kept(cast, draft), by=cast.ines, at=LATER)

    opened = shares.open_share(sent.pk, by=officer, at=LATER)
    car = next(line for line in opened.lines if line.item == "vehicle")
    shares.acknowledge(sent.pk, by=officer, at=LATER)
    shares.answer(sent.pk, car.pk, PoliceAnswer.ACTED_ON, "It was stopped", by=officer, at=LATER)

    found = shares.received_one(officer, sent.pk, LATER)
    assert "Sky" in found.share.about
    assert found.acknowledged_at == LATER
    assert [each.because for each in found.answers[car.pk]] == ["It was stopped"]


def test_a_draft_and_what_was_sent_to_others_is_not_there_for_a_unit(cast: Cast, draft, officer):
    assert shares.received(officer, LATER) == []

    sent = shares.write(kept(cast, draft), by=cast.ines, at=LATER)
    elsewhere = employed(cast, "quin", cast.northshire_council)
    assert shares.received(elsewhere, LATER) == []
    with pytest.raises(shares.NotForThem):
        shares.open_share(sent.pk, by=elsewhere, at=LATER)


def test_of_what_was_recalled_the_unit_sees_that_and_not_a_line(cast: Cast, draft, officer):
    sent = shares.write(kept(cast, draft), by=cast.ines, at=LATER)
    shares.recall(sent, "To the wrong unit", by=cast.amina, at=LATER)

    assert not shares.received_one(officer, sent.pk, LATER).is_open
    with pytest.raises(sharing.OpenNoMore):
        shares.acknowledge(sent.pk, by=officer, at=LATER)


def test_whoever_interviews_for_another_council_finds_nothing(cast: Cast, draft: Share):
    with acting.on_behalf_of(cast.owen), transaction.atomic():
        assert not Share.objects.visible_to(cast.owen).exists()
        assert not Share.objects.exists()
        assert not SharedLine.objects.exists()
