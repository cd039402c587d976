"""A child's record is asked for, gone through and given, on the pages."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from returnhome.casework.models import GatheredLine, GatheredRecord, JournalEntry, RecordRequest
from returnhome.rules.subject_access import Ground
from tests.cast import Cast
from tests.recording import THE_ROAD, noted, secret_talk
from tests.web.asking import words_of

pytestmark = pytest.mark.check


@pytest.fixture
def asked(cast: Cast, now) -> RecordRequest:
    secret_talk(cast, at=now - timedelta(days=2))
    return noted(cast, at=now)


def day_typed(day, name="on"):
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def test_that_somebody_asks_is_noted_from_the_childs_page(as_, cast: Cast, now):
    amina, at = as_("amina"), f"/children/{cast.sky.pk}/record-requests"
    assert "Asked for their record?" in words_of(amina.get(f"/children/{cast.sky.pk}"))

    empty = words_of(amina.post(f"{at}/note", {"name": ""}))
    assert "Select who asks" in empty
    said = {"asker": "self", "name": "Sky Marlowe", **day_typed(now.date(), "received_on")}
    page = words_of(amina.post(f"{at}/note", said, follow=True))

    assert "Request for the record, R-" in page
    assert "A manager gathers the record" in page
    assert "Due by" in page
    assert "Sky Marlowe" in words_of(amina.get("/record-requests"))


def test_the_time_begins_once_it_is_proved_who_asks(as_, asked, now):
    amina, at = as_("amina"), f"/record-requests/{asked.pk}"
    said = {**day_typed(now.date()), "because": "A passport"}

    page = words_of(amina.post(f"{at}/note/identity_asked", said, follow=True))
    assert "The time begins once it is proved who asks" in page
    page = words_of(amina.post(f"{at}/note/identity_seen", said, follow=True))
    assert "Due by" in page
    assert amina.get(f"{at}/note/nonsense").status_code == 404


def test_a_manager_gathers_decides_and_gives(as_, asked, now):
    mara, at = as_("mara"), f"/record-requests/{asked.pk}"
    page = words_of(mara.post(f"{at}/gather", {}, follow=True))
    assert "marked and not decided" in page
    assert "Jayden Price" in words_of(mara.get(f"{at}/words"))
    refused = words_of(mara.post(f"{at}/give", {"sure": "on"}))
    assert "Not everything that is marked has been decided." in refused

    for _ in range(20):
        page = mara.get(f"{at}/words").content.decode()
        names = re.findall(r'<select[^>]* name="(at_[^"]+)"', page)
        if not names:
            break
        mara.post(f"{at}/words", dict.fromkeys(names, "third_party"))
    page = words_of(mara.get(at))
    assert "Nothing is given until it is noted how whoever asks proved who they are." in page
    said = {**day_typed(now.date()), "because": "A passport"}
    mara.post(f"{at}/note/identity_seen", said)
    page = words_of(mara.post(f"{at}/give", {"sure": "on"}, follow=True))

    assert "What was given" in page
    record = GatheredRecord.objects.get()
    file = mara.get(f"{at}/copy.pdf?version={record.pk}")
    assert "Sky" not in file["Content-Disposition"]
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(file.content)).pages)
    assert "Jayden" not in text
    assert file.content == bytes(record.copy)
    letter = mara.get(f"{at}/letter.pdf?version={record.pk}")
    assert letter.content == bytes(record.letter)
    assert JournalEntry.objects.filter(verb="print", kind="recordrequest").count() == 2


def test_a_line_is_read_with_its_marks_and_decided_on(as_, asked):
    mara, at = as_("mara"), f"/record-requests/{asked.pk}"
    mara.post(f"{at}/gather", {})
    line = next(row for row in GatheredLine.objects.in_order() if THE_ROAD in row.text)

    page = mara.get(f"/record-lines/{line.pk}")
    assert "marked: Jayden Price" in words_of(page)
    said = {"at_0": "third_party", "at_1": "give"}
    mara.post(f"/record-lines/{line.pk}", said)
    line.refresh_from_db()
    assert (line.undecided, line.withheld) == (0, 1)
    mara.post(f"/record-lines/{line.pk}", {**said, "whole": Ground.SERIOUS_HARM.value})
    line.refresh_from_db()
    assert line.ground == Ground.SERIOUS_HARM
    # Against the child itself no word of theirs is kept in confidence.
    wrong = mara.post(f"/record-lines/{line.pk}", {**said, "whole": "child_expected"})
    assert wrong.status_code == 200
    listed = words_of(mara.get(f"{at}/lines?only=undecided"))
    assert THE_ROAD not in listed


def test_other_words_are_marked_by_typing_them(as_, asked):
    mara, at = as_("mara"), f"/record-requests/{asked.pk}"
    mara.post(f"{at}/gather", {})

    assert "nowhere in the record" in words_of(mara.post(f"{at}/mark", {"words": "zebra"}))
    page = words_of(mara.post(f"{at}/mark", {"words": "the road"}, follow=True))
    assert "1 place is marked" in page


def test_whoever_may_not_give_the_record_sees_none_of_it(as_, cast: Cast, asked):
    as_("mara").post(f"/record-requests/{asked.pk}/gather", {})
    line = GatheredLine.objects.in_order()[0]

    for name in ("amina", "sol", "ines", "wes", "owen"):
        client = as_(name)
        for page in ("words", "lines", "mark", "give", "working.pdf", "copy.pdf", "letter.pdf"):
            at = f"/record-requests/{asked.pk}/{page}"
            assert client.get(at).status_code == 404, (name, page)
        assert client.get(f"/record-lines/{line.pk}").status_code == 404, name
    for name in ("sol", "ines", "wes", "owen"):
        assert as_(name).get(f"/record-requests/{asked.pk}").status_code == 404, name
        assert as_(name).get("/record-requests").status_code == 404 or name in ("wes", "owen")


def test_what_is_due_soon_stands_on_the_work_list(as_, cast: Cast, now):
    noted(cast, at=now, received_on=now.date() - timedelta(days=60))

    page = words_of(as_("amina").get("/"))

    assert "1 request for a record is due" in page
    assert "overdue" in page
