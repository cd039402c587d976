"""Words about a child are sealed before they reach the database."""

from base64 import urlsafe_b64encode
from datetime import date

import pytest
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import connection

from returnhome.casework import interviews, sealing, support
from returnhome.casework.models import Action, Delivery, Entry
from returnhome.casework.sealing import CannotOpen, SealedBytes, open_sealed, seal
from returnhome.rules.codes import ActionKind
from tests.casework.ledger import fresh
from tests.cast import NOW, Cast, hours, returned, signed

ONE, OTHER = (urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def at_rest(table: str, column: str, pk: int) -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from {table} where id = %s", [pk])
        (value,) = cursor.fetchone()
    return None if value is None else bytes(value)


def test_what_a_child_said_cannot_be_read_from_the_table(cast: Cast) -> None:
    signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    entry = Entry.objects.get(question="why_words")

    assert entry.words == "I wanted to see my nan."
    resting = at_rest("casework_entry", "words", entry.pk)
    assert resting is not None
    assert b"nan" not in resting


def test_the_same_words_never_look_the_same_twice(settings) -> None:
    assert seal(b"I wanted to see my nan.") != seal(b"I wanted to see my nan.")


def test_no_words_are_no_words_when_opened_again(cast: Cast) -> None:
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    action = support.add(
        interview.episodes.get(),
        ActionKind.HEALTH,
        "Ask the GP",
        owner=cast.sol,
        due_on=date(2026, 3, 9),
        by=cast.mara,
        at=NOW,
    )

    assert fresh(action).outcome == ""
    assert fresh(action).what == "Ask the GP"


def test_a_file_comes_back_byte_by_byte_and_an_absent_one_as_none(cast: Cast) -> None:
    everything = bytes(range(256))
    delivery = Delivery.objects.create(
        sender=cast.northshire_police,
        filename="a.csv",
        digest="0",
        layout="",
        content=everything,
        received_at=NOW,
        received_by=cast.amina,
    )

    assert fresh(delivery).content == everything

    Delivery.objects.update(content=None)

    assert fresh(delivery).content is None


def test_a_new_first_key_seals_and_the_old_one_still_opens(settings) -> None:
    settings.SEALING_KEYS = [ONE]
    before = seal(b"I wanted to see my nan.")

    settings.SEALING_KEYS = [OTHER, ONE]

    assert open_sealed(before) == b"I wanted to see my nan."
    assert seal(b"").startswith(seal(b"")[:5])
    assert seal(b"")[:5] != before[:5]


def test_without_its_key_nothing_opens(settings) -> None:
    settings.SEALING_KEYS = [ONE]
    before = seal(b"I wanted to see my nan.")

    settings.SEALING_KEYS = [OTHER]

    with pytest.raises(CannotOpen):
        open_sealed(before)


@pytest.mark.parametrize("place", [0, 1, 6, 20, -1])
def test_what_somebody_tampered_with_does_not_open(place: int) -> None:
    sealed = bytearray(seal(b"I wanted to see my nan."))

    sealed[place] ^= 1

    with pytest.raises((CannotOpen, InvalidTag)):
        open_sealed(bytes(sealed))


SEALED = {
    "Bringing.report",
    "BringingFile.content",
    "EarlierRecord.as_received",
    "EarlierRecord.notes",
    "Review.comment",
    "Score.comment",
    "Disclosure.words",
    "Disclosure.where_now",
    "HarmDecision.because",
    "HarmDecision.passed_to",
    "HarmDecision.outcome",
    "Mention.description",
    "Mention.sentence",
    "Need.words",
    "HelpOffered.what",
    "HelpOffered.heard",
    "HelpOffered.outcome",
    "NoHelp.note",
    "PassedOn.outcome",
    "BreakGlass.because",
    "BreakGlass.finding",
    "Hold.because",
    "Hold.ended_because",
    "Listed.because",
    "Listed.ended_because",
    "Restriction.because",
    "Restriction.ended_because",
    "RetentionReview.because",
    "RetentionReview.second_because",
    "Placement.address",
    "Address.line",
    "Doubt.said",
    "Doubt.said_by",
    "Doubt.settled_because",
    "FormerFact.was",
    "FormerFact.because",
    "Delivery.content",
    "Notification.as_received",
    "Offer.note",
    "Reply.reason",
    "ChildSpokenTo.by_whom",
    "ChildSpokenTo.why_not",
    "Understanding.because",
    "CarersAsked.whom",
    "CarersAsked.said",
    "CarersAsked.despite",
    "CarersAsked.why_not",
    "Attempt.note",
    "Interview.place_note",
    "Interview.wishes",
    "Interview.independence_note",
    "Entry.words",
    "CheckInWords.how",
    "CheckInWords.urgent",
    "CheckInWords.fuller",
    "Choice.words",
    "OwnWords.words",
    "Made.content",
    "Release.text",
    "Release.whom",
    "Release.because",
    "SaidBack.words",
    "SameThing.because",
    "SameThing.ended_because",
    "Pack.ended_because",
    "PackChild.because",
    "PackChild.ended_because",
    "RecordRequest.name",
    "RecordRequest.ended_because",
    "RequestStep.because",
    "GatheredRecord.copy",
    "GatheredRecord.letter",
    "GatheredLine.text",
    "GatheredLine.marks",
    "AnswerToChild.words",
    "SignedFacts.known",
    "Addendum.words",
    "NotHeld.note",
    "Action.what",
    "Communication.helps",
    "Communication.not_safe",
    "Action.outcome",
    "NothingNeeded.reason",
    "HandOver.terms",
    "HandOver.answer_note",
    "HandOver.withdrawal_note",
    "HandOver.hand_back_note",
    "Dispute.because",
    "Dispute.settled_because",
    "Override.because",
    "Telling.name",
    "Telling.despite",
    "Telling.not_told_because",
    "PreventionInterview.by_whom",
    "PreventionInterview.learnt",
    "PreventionInterview.not_held_because",
    "ParentalRisk.why",
    "ParentalRisk.ended_because",
    "WentTogether.because",
    *("Share.about", "Share.name", "Share.because", "Share.because_more", "Share.sent_from"),
    *("Share.openness_because", "Share.wished", "Share.despite", "Share.recalled_because"),
    *("SharedLine.original", "SharedLine.decided", "SharedLine.text", "SharedLine.conditions"),
    *("SecondLook.words", "LineAnswer.because", "NotShared.because"),
    *("NamedFor.address", "NamedFor.because"),
    *("OneTimeLink.address", "OneTimeLink.opened_by_name"),
    # An ask may be about a child whom nobody here knows.
    *("Ask.forename", "Ask.surname", "Ask.postcode", "Ask.number", "Ask.because"),
    "NothingToTell.because",
    *("FoundPlace.words", "FoundPlace.sealed_postcode"),
    "WentTogether.ended_because",
    "NotedConcern.source",
    "NotedConcern.ended_because",
    "Meeting.attended",
    "Meeting.decided",
    "VoidedMeeting.because",
    # What a program was answered, and by what it knows that a call is from here.
    *("KeptAnswer.answer", "Webhook.secret", "Webhook.former_secret"),
}
# Short texts that are codes, names or numbers, or that tell of the record and not of the child.
PLAIN = {
    # Titles of tables and questions as they are asked: nobody wrote them of a child.
    "GatheredLine.part",
    "GatheredLine.heading",
    "BringingFile.filename",
    "Bringing.taken_back_because",
    "Delivery.stopped_because",
    "EarlierRecord.source",
    "Correction.because",
    "Episode.voided_because",
    "Notification.reason",
    "Notification.joined_because",
    # A message is written by the product itself, and a test goes over every sort for names.
    "Message.text",
    # Who a member of staff is in a council's directory.
    "DirectoryIdentity.issuer",
    "DirectoryIdentity.subject",
    # Where an organisation's own program listens.
    "Webhook.address",
}


def test_every_free_text_about_a_child_is_sealed() -> None:
    models = list(apps.get_app_config("casework").get_models())

    sealed = {
        f"{model.__name__}.{field.name}"
        for model in models
        for field in model._meta.fields
        if isinstance(field, SealedBytes)
    }
    long = {
        f"{model.__name__}.{field.name}"
        for model in models
        for field in model._meta.fields
        if (getattr(field, "max_length", None) or 0) >= 200
        or field.get_internal_type() == "TextField"
    }

    assert sealed == SEALED
    assert {each for each in long if not each.startswith(("Authority.", "Force."))} <= PLAIN | {
        "Child.folded_name",
        "Alias.folded_name",
        "Delivery.filename",
        # A heading of a council's own lists, and no row of them.
        "TaughtHeading.heading",
        # The words of a question, and none of the answer.
        "SharedLine.heading",
        "Person.email",
        "Mailbox.email",
        "Message.address",
        "OutOfHours.email",
        # What is searched for, as the design has it; and the council's own list of services.
        *(f"Mention.{name}" for name in ("key", "name", "address")),
        *(
            f"Service.{name}"
            for name in ("name", "organisation", "description", "who_for", "url", "email")
        ),
        "Service.address",
        # Which rule a record's time is counted by, and the names of the two who decided.
        *("PutForward.source", "Erasure.source"),
        *("Erasure.proposed_by_name", "Erasure.confirmed_by_name"),
        # What a council asks of everybody, and why.
        *("OwnQuestion.text", "OwnQuestion.why"),
    }


def test_sealed_words_cannot_be_searched_by_accident(cast: Cast) -> None:
    signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    assert not Entry.objects.filter(words="I wanted to see my nan.").exists()
    assert not Action.objects.filter(what="").exists()


def test_the_sealed_form_names_its_version_and_its_key() -> None:
    sealed = seal(b"")

    assert sealed[:1] == sealing.VERSION
    assert len(sealed) == 1 + 4 + 12 + 16


def test_words_with_every_sort_of_letter_come_back_as_they_were(cast: Cast) -> None:
    said = "Zoë sagte „nein“ — نعم 🏠\n\x00"
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    addendum = interviews.add(interview, said, by=cast.ines, at=NOW + hours(7))

    assert fresh(addendum).words == said
