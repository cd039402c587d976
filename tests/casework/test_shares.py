"""What is told to whom: put together, decided on, looked at, sent, recalled, answered."""

import pytest
from django.db import transaction

from returnhome.casework import acting, mentions, shares
from returnhome.casework.mentions import Told
from returnhome.casework.models import Share, SharedLine
from returnhome.casework.shares import LineDecided, Said
from returnhome.rules import sharing
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


def test_a_line_is_answered_with_what_was_done(cast: Cast, draft: Share):
    sent = shares.write(kept(cast, draft), by=cast.ines, at=LATER)
    line = sent.lines.get(item="vehicle")

    said = shares.answer(line, PoliceAnswer.ACTED_ON, "It was stopped", by=cast.amina, at=LATER)

    assert said.because == "It was stopped"


def test_whoever_interviews_for_another_council_finds_nothing(cast: Cast, draft: Share):
    with acting.on_behalf_of(cast.owen), transaction.atomic():
        assert not Share.objects.visible_to(cast.owen).exists()
        assert not Share.objects.exists()
        assert not SharedLine.objects.exists()
