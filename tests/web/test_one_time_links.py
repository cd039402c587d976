"""A link that opens once, on the pages: made, fetched by a scanner, opened, closed."""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from returnhome.casework import mentions, messages, shares, staff
from returnhome.casework.mentions import Told
from returnhome.casework.models import JournalEntry, Message, OneTimeLink, Opening, Share
from returnhome.jobs import delivery, sending
from returnhome.rules.codes import NotSent
from returnhome.rules.mentioning import Expectation, MentionKind
from returnhome.rules.sharing import Purpose, Recipient, ShareItem
from tests.cast import Cast, hours
from tests.sharing import SAID, begun, kept, sent, told_of_a_car
from tests.web.asking import words_of

pytestmark = pytest.mark.check

MAIL = "head@school.example"


@pytest.fixture(autouse=True)
def _nobody_guessed_before(db: None) -> None:
    cache.clear()


@pytest.fixture
def share(cast: Cast, now) -> Share:
    return sent(cast, now, recipient=Recipient.SCHOOL, purpose=Purpose.SAFE_WHERE_THEY_ARE)


def made(ines: Client, share: Share, address: str = "") -> tuple[str, str]:
    """The path of a link that Ines makes on the page, and its code."""
    said = {"address": address, "code_way": "telephone"}
    page = ines.post(f"/shares/{share.pk}/link", said, follow=True)
    text = words_of(page)
    code = re.search(r"\d{4} \d{4}", text)
    assert code, text
    link = re.search(r"/one-time/[\w-]+", page.content.decode())
    if link is None:
        link = re.search(r"/one-time/[\w-]+", Message.objects.get(address=address).text)
    assert link
    return link[0], code[0]


def at(name: str) -> str:
    """The address of a page behind the newest link."""
    return reverse(name, args=[OneTimeLink.objects.latest("pk").pk])


def test_ines_makes_a_link_tells_the_code_and_the_school_reads_it(as_, cast: Cast, share: Share):
    ines, school = as_("ines"), Client()
    assert "Make a link that opens once" in words_of(ines.get(f"/shares/{share.pk}"))
    path, code = made(ines, share, MAIL)

    door = words_of(school.get(path))
    assert "Something was shared with you" in door
    assert "Northshire" in door
    assert "Sky" not in door
    page = school.post(path, {"name": "Hal Head", "code": code}, follow=True)

    assert "Sky" in words_of(page)
    assert "Keep it on paper" in words_of(page)
    seen = words_of(ines.get(f"/shares/{share.pk}"))
    assert "Opened by Hal Head" in seen
    assert Opening.objects.count() == 1


def test_the_code_is_shown_once_and_loading_its_page_again_makes_no_second_link(
    as_, cast: Cast, share: Share
):
    ines, said = as_("ines"), {"address": "", "code_way": "telephone"}
    page = ines.post(f"/shares/{share.pk}/link", said)
    assert page.status_code == 302
    kept_between = str(dict(ines.session))

    first, again = words_of(ines.get(page.url)), ines.get(page.url, follow=True)

    code = re.search(r"\d{4} \d{4}", first)
    assert code
    assert code[0] not in kept_between
    assert "/one-time/" not in kept_between
    assert code[0] not in words_of(again)
    assert "make a new link" in words_of(again)
    assert OneTimeLink.objects.count() == 1
    assert code[0] not in str(dict(ines.session))
    looks = JournalEntry.objects.filter(verb="read", kind="share", object_id=share.pk)
    assert looks.filter(by_id=cast.ines.pk).exists()


def test_a_colleague_who_follows_the_address_reads_no_code(as_, share: Share):
    page = as_("ines").post(f"/shares/{share.pk}/link", {"address": "", "code_way": "telephone"})

    theirs = as_("amina").get(page.url, follow=True)

    assert re.search(r"\d{4} \d{4}", words_of(theirs)) is None
    assert "/one-time/" not in theirs.content.decode()
    assert as_("owen").get(page.url).status_code == 404


def test_a_scanner_that_fetches_the_link_and_presses_its_button_opens_nothing(
    as_, cast: Cast, share: Share
):
    path, code = made(as_("ines"), share, MAIL)
    scanner = Client()

    for _ in range(10):
        assert scanner.get(path).status_code == 200
        assert scanner.head(path).status_code == 200
        assert scanner.post(path, {}).status_code == 200

    link = OneTimeLink.objects.get()
    assert (link.opened_at, link.wrong) == (None, 0)
    opened = Client().post(path, {"name": "Hal Head", "code": code}, follow=True)
    assert "Sky" in words_of(opened)


def test_a_wrong_code_gives_one_sentence_keeps_the_name_and_the_fifth_closes(
    as_, cast: Cast, share: Share
):
    path, code = made(as_("ines"), share)
    wrong = f"{(int(code.replace(' ', '')) + 1) % 10**8:08}"
    school = Client()

    page = school.post(path, {"name": "Hal Head", "code": wrong})
    assert "This is not the code" in words_of(page)
    assert 'value="Hal Head"' in page.content.decode()
    for _ in range(3):
        school.post(path, {"name": "Hal Head", "code": wrong})
    last = school.post(path, {"name": "Hal Head", "code": wrong})

    assert last.status_code == 404
    assert "cannot be opened" in words_of(last)
    assert school.post(path, {"name": "Hal Head", "code": code}).status_code == 404
    assert "Closed by wrong codes" in words_of(as_("ines").get(f"/shares/{share.pk}"))


def test_used_ended_over_and_never_made_are_all_the_same_page(as_, cast: Cast, share: Share):
    ines = as_("ines")
    used, code = made(ines, share)
    Client().post(used, {"name": "Hal", "code": code})
    ended, _ = made(ines, share)
    link = OneTimeLink.objects.latest("pk")
    assert ines.post(f"/one-time-links/{link.pk}/end").status_code == 302

    pages = [Client().get(path) for path in (used, ended, "/one-time/never", at("one-time-opened"))]

    assert {page.status_code for page in pages} == {404}
    assert len({words_of(page) for page in pages}) == 1


def test_another_browser_has_no_pass_to_what_was_opened(as_, cast: Cast, share: Share):
    path, code = made(as_("ines"), share)
    school = Client()
    school.post(path, {"name": "Hal", "code": code})

    assert school.get(at("one-time-opened")).status_code == 200
    assert Client().get(at("one-time-opened")).status_code == 404
    assert Client().get(at("one-time-paper")).status_code == 404


def test_the_paper_can_be_kept_and_names_nobody_in_its_file(as_, cast: Cast, share: Share):
    path, code = made(as_("ines"), share)
    school = Client()
    school.post(path, {"name": "Hal", "code": code})

    paper = school.get(at("one-time-paper"))

    assert f'filename="shared-S-{share.pk}.pdf"' in paper["Content-Disposition"]
    read = PdfReader(BytesIO(paper.content))
    assert "Sky" in read.pages[0].extract_text()
    assert "Sky" not in str(read.metadata)
    assert "ines@" in " ".join(read.pages[0].extract_text().split())


def test_wherever_it_is_read_what_binds_the_school_is_said_in_the_same_words(as_, cast: Cast, now):
    episode, ines, school = told_of_a_car(cast, now), as_("ines"), Client()
    not_from_me = Told(name="Big Sam", expectation=Expectation.NOT_THAT_I_SAID_IT)
    mentions.note(episode.interviews.get(), MentionKind.PERSON, not_from_me, by=cast.ines, at=now)
    draft = begun(cast, episode, Recipient.SCHOOL, Purpose.SAFE_WHERE_THEY_ARE, now)
    sam = [piece for piece in shares.more(draft, cast.ines) if piece.item is ShareItem.PERSON]
    shares.add(draft, sam, by=cast.ines, at=now)

    composed = words_of(ines.get(f"/shares/{draft.pk}/write"))
    kept(cast, draft, replace(SAID, because_more="He waits at their gate"), now)
    before = words_of(ines.get(f"/shares/{draft.pk}"))
    share = shares.write(draft, by=cast.ines, at=now)
    path, code = made(ines, share)
    opened = words_of(school.post(path, {"name": "Hal Head", "code": code}, follow=True))
    paper = PdfReader(BytesIO(school.get(at("one-time-paper")).content)).pages
    on_paper = " ".join(" ".join(page.extract_text() for page in paper).split())

    for page in (composed, before, opened, on_paper):
        assert "Do not pass this on, and let nobody learn that the child said it." in page
        assert "Nobody has checked it." in page
        assert "outside the police" not in page


def test_each_look_at_it_and_at_its_paper_stands_in_the_record_of_the_child(
    as_, cast: Cast, share: Share
):
    path, code = made(as_("ines"), share)
    school = Client()
    school.post(path, {"name": "Hal", "code": code})

    for page in (at("one-time-opened"), at("one-time-paper")):
        school.get(page)

    opened = JournalEntry.objects.about_child(share.child_id).filter(verb="open share")
    assert opened.filter(by_id=staff.by_one_time_link().pk).count() == 2


def test_once_closed_it_is_gone_from_the_browser(as_, cast: Cast, share: Share):
    path, code = made(as_("ines"), share)
    school = Client()
    school.post(path, {"name": "Hal", "code": code})

    assert "Closed" in words_of(school.post(at("one-time-leave")))
    assert school.get(at("one-time-opened")).status_code == 404


def test_what_was_recalled_is_said_to_be_recalled_and_is_not_on_paper(
    as_, cast: Cast, share: Share, now
):
    path, code = made(as_("ines"), share)
    school = Client()
    school.post(path, {"name": "Hal", "code": code})
    shares.recall(share, "Wrong school", by=cast.ines, at=now)

    page = words_of(school.get(at("one-time-opened")))
    assert "recalled by the council" in page
    assert "Wrong school" not in page
    assert school.get(at("one-time-paper")).status_code == 409


def test_an_e_mail_that_does_not_get_through_is_said_on_the_share_and_on_the_work_list(
    as_, cast: Cast, share: Share, now
):
    ines = as_("ines")
    made(ines, share, MAIL)
    mail = Message.objects.get(address=MAIL)
    messages.mark_failed(mail, NotSent.ADDRESS, by=staff.clockwork(), at=now)

    page = words_of(ines.get(f"/shares/{share.pk}"))
    assert "The e-mail does not get through" in page
    assert "does not take this address" in page
    assert "nobody could open the link to it" in words_of(ines.get("/"))


def test_the_message_of_a_link_that_was_ended_is_not_sent(as_, cast: Cast, share: Share, now):
    made(as_("ines"), share, MAIL)
    later = now + hours(80)

    left = delivery.deliver(sending.Shown(), by=staff.clockwork(), clock=lambda: later)

    assert left == 0
    assert Message.objects.get(address=MAIL).overtaken_at == later


def test_without_a_code_way_and_with_a_wrong_address_one_sentence_each(as_, share: Share):
    page = words_of(as_("ines").post(f"/shares/{share.pk}/link", {"address": "not an address"}))

    assert "Select how you give them the code" in page
    assert "Enter an email address in the right form" in page


def test_to_a_stranger_there_is_nothing_to_give(as_, cast: Cast, share: Share):
    made(as_("ines"), share)
    link = OneTimeLink.objects.get()

    assert as_("owen").get(f"/shares/{share.pk}/link").status_code == 404
    assert as_("owen").post(f"/one-time-links/{link.pk}/end").status_code == 404
    assert OneTimeLink.objects.get().ended_at is None
