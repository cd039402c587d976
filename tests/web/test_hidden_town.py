"""Sky is placed at a hidden address and told Ines of its town: the town leaves in no way."""

from io import BytesIO

import pytest
from django.test import Client
from icalendar import Calendar
from pypdf import PdfReader

from returnhome.casework import mentions, one_time_links, shares
from returnhome.casework.mentions import Told
from returnhome.casework.models import Episode, Message, Placement, Share
from returnhome.rules.marking import MarkKind
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.one_time_links import CodeWay
from returnhome.rules.sharing import MarkDecision, Purpose, Recipient
from tests.cast import Cast, booked, returned
from tests.sharing import begun, kept, officer, told_of_a_car
from tests.web.asking import words_of

pytestmark = pytest.mark.check

TOWN, ADDRESS = "Millbrook", "Rowan Lodge, 3 Quarry Bank, Millbrook"


@pytest.fixture
def hidden(cast: Cast) -> None:
    there = Placement.objects.filter(child=cast.sky).latest("pk")
    there.is_protected, there.postcode, there.address = True, "", ADDRESS
    there.save()


@pytest.fixture
def episode(cast: Cast, hidden: None, now) -> Episode:
    episode = told_of_a_car(cast, now)
    place = Told(name="The station at Millbrook", address=f"Station Road, {TOWN}")
    mentions.note(episode.interviews.get(), MentionKind.PLACE, place, by=cast.ines, at=now)
    return episode


def sent(cast: Cast, episode: Episode, now, recipient=Recipient.POLICE) -> Share:
    to = {Recipient.HOME: Purpose.FIND_SOONER}.get(recipient, Purpose.STOP_HARM)
    share = begun(cast, episode, recipient, to, at=now)
    return shares.write(kept(cast, share, at=now), by=cast.ines, at=now)


def test_the_town_in_a_mention_is_marked_as_hidden_and_cannot_be_kept(
    as_, cast: Cast, episode, now
):
    share = begun(cast, episode, at=now)
    [line] = share.lines.filter(item="place")

    marks = [each for each in shares.decided_of(line) if each.mark.kind is MarkKind.PROTECTED]
    said = {line.original[each.mark.start : each.mark.end] for each in marks}

    assert marks
    assert all(TOWN in each for each in said)
    page = as_("ines").get(f"/shares/{share.pk}/write").content.decode()
    number = [each.mark for each in shares.decided_of(line)].index(marks[0].mark)
    offered = page.split(f'name="do_{line.pk}_{number}"')[1:]
    assert not any(f'value="{MarkDecision.KEEP}"' in each.split(">")[0] for each in offered)


def test_neither_the_unit_nor_its_paper_nor_their_names_have_the_town(
    as_, cast: Cast, episode, now
):
    share = sent(cast, episode, now)
    unit = Client()
    unit.force_login(officer(cast))

    page = unit.get(f"/shared-with-us/{share.pk}")
    paper = as_("ines").get(f"/shares/{share.pk}.pdf")

    assert "[address taken out]" in words_of(page)
    read = PdfReader(BytesIO(paper.content))
    told = " ".join(sheet.extract_text() for sheet in read.pages)
    for said in (words_of(page), told, str(read.metadata), paper["Content-Disposition"]):
        assert TOWN.lower() not in said.lower()
    assert TOWN.encode() not in paper.content


def test_neither_the_link_that_opens_once_nor_its_message_has_the_town(cast: Cast, episode, now):
    share = begun(cast, episode, Recipient.PANEL, Purpose.STOP_HARM, at=now)
    shares.write(kept(cast, share, at=now), by=cast.ines, at=now)
    made = one_time_links.make(
        share, address="chair@panel.example", code_way=CodeWay.TEXT, by=cast.ines, at=now
    )
    chair = Client()
    path = "/one-time/" + made.href.rsplit("/", 1)[1]

    page = chair.post(path, {"name": "Chair", "code": made.code}, follow=True)
    paper = chair.get(f"/one-time/opened/{made.link.pk}/paper.pdf")

    mail = Message.objects.get(address="chair@panel.example")
    told = " ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(paper.content)).pages)
    assert "[address taken out]" in words_of(page)
    for said in (words_of(page), told, mail.subject, mail.text, paper["Content-Disposition"]):
        assert TOWN.lower() not in said.lower()


def test_the_update_for_the_carers_sheet_does_not_have_the_town(as_, cast: Cast, episode, now):
    share = sent(cast, episode, now, Recipient.HOME)

    for name in ("philomena.json", "philomena.pdf"):
        file = as_("ines").get(f"/shares/{share.pk}/{name}")
        assert file.status_code == 200
        assert TOWN.lower() not in file["Content-Disposition"].lower()
        text = file.content.decode("utf-8", "ignore")
        assert TOWN.lower() not in text.lower()


def test_a_booking_in_the_calendar_does_not_have_the_town(cast: Cast, hidden, now):
    booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)

    feed = Client().get(f"/calendar/{cast.ines.calendar_key}.ics").content

    assert Calendar.from_ical(feed).walk("VEVENT")
    assert TOWN.lower() not in feed.decode().lower()
