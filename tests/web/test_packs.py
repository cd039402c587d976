"""Packs for an exploitation panel, on the pages and on paper."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from returnhome.casework import mentions, needs, packs, restrictions, shares
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.mentions import Told
from returnhome.casework.models import JournalEntry, Mention, Pack, PackChild, Share
from returnhome.casework.shares import LineDecided, Said
from returnhome.rules.helping import NeedKind
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.sharing import MarkDecision, Openness, Purpose, Recipient
from returnhome.rules.standard.parts import SaidBy
from tests.cast import Cast, hours, returned, signed
from tests.web.asking import words_of

pytestmark = pytest.mark.check

PANEL = "Child exploitation panel"
PLATE = Told(registration="AB12 CDE", make="Ford", colour="silver")
SAID = Said(
    name="Chair of the panel",
    because="The same car comes up again",
    openness=Openness.AGREES,
)


def told_of(cast: Cast, child: Child, at: Any, *what: tuple[MentionKind, Told]) -> Episode:
    episode = returned(child, at=at)
    talk = signed(episode, interviewer=cast.ines, by=cast.amina, at=at)
    for kind, told in what or ((MentionKind.VEHICLE, PLATE),):
        mentions.note(talk, kind, told, by=cast.ines, at=at)
    return episode


def told_the_panel(
    cast: Cast, episode: Episode, at: Any, decision: MarkDecision = MarkDecision.KEEP
) -> Share:
    share = shares.begin(episode, Recipient.PANEL, Purpose.STOP_HARM, by=cast.amina, at=at)
    decided = {
        line.pk: LineDecided(True, [(decision, "") for _ in line.decided])
        for line in share.lines.all()
    }
    kept = shares.keep(share, SAID, decided, by=cast.amina, at=at)
    return shares.write(kept, by=cast.amina, at=at)


@pytest.fixture
def pack(cast: Cast, now) -> Pack:
    """Sky and Kit are brought; of Sky something was put together, of Kit nothing yet."""
    made = packs.make(
        cast.northshire,
        name=PANEL,
        meets_on=now.date() + timedelta(days=6),
        by=cast.amina,
        at=now,
    )
    for child, why in ((cast.sky, "Fetched by a car"), (cast.kit, "Went with an older boy")):
        packs.bring(made, child, why, by=cast.amina, at=now)
    return made


@pytest.fixture
def both(cast: Cast, now, pack) -> Pack:
    told_the_panel(cast, told_of(cast, cast.sky, now - hours(12)), now)
    told_of(cast, cast.kit, now - hours(12))
    return pack


def test_a_pack_is_moved_to_another_day_on_its_page_and_taken_away(as_, cast: Cast, now, pack):
    amina, at = as_("amina"), f"/packs/{pack.pk}"
    day = now.date() + timedelta(days=20)
    typed = {"name": PANEL, "meets_on-day": day.day, "meets_on-month": day.month}

    wrong = amina.post(f"{at}/put-right", typed | {"meets_on-year": 2099})
    assert "The panel meets within 400 days: check the year." in words_of(wrong)
    moved = amina.post(f"{at}/put-right", typed | {"meets_on-year": day.year}, follow=True)
    assert f"Meets on {day.day} {day:%B %Y}" in words_of(moved)
    assert "Sky Marlowe" in words_of(moved)
    away = amina.post(f"{at}/take-away", {"because": "Made twice"}, follow=True)

    listed = words_of(away)
    assert listed.index("Taken away") < listed.rindex(PANEL)
    page = words_of(amina.get(at))
    assert "by Amina Yusuf: Made twice" in page
    assert "Bring a child" not in page
    assert amina.get(f"{at}/put-right").status_code == 409


def test_those_who_told_of_one_car_are_brought_from_its_page(as_, cast: Cast, now):
    told_of(cast, cast.sky, now - hours(12))
    told_of(cast, cast.kit, now - hours(12))
    car = Mention.objects.filter(interview__child=cast.sky).get()
    sol, at = as_("sol"), f"/patterns/{car.pk}/bring"
    assert "Bring the children who told of it to a panel" in words_of(
        sol.get(f"/patterns/{car.pk}")
    )
    assert "Make a pack for the next one first" in words_of(sol.get(at, follow=True))
    day = now.date() + timedelta(days=6)
    pack = packs.make(cast.northshire, name=PANEL, meets_on=day, by=cast.sol, at=now)
    packs.bring(pack, cast.kit, "He owes money", by=cast.sol, at=now)
    page = sol.get(at)
    # Both children, and the one panel that is to come.
    assert page.content.decode().count(" checked") == 3
    assert "They told of: AB12CDE" in words_of(page)

    both = {"pack": pack.pk, "children": [cast.sky.pk, cast.kit.pk], "because": "The same car"}
    page = sol.post(at, both, follow=True)

    assert "1 child is brought to the panel" in words_of(page)
    brought = PackChild.objects.standing().in_order()
    assert [row.because for row in brought] == ["He owes money", "The same car"]
    again = words_of(sol.post(at, both))
    assert "This child is brought to that panel already" in again
    nobody = words_of(sol.post(at, both | {"children": []}))
    assert "Select who is brought" in nobody


def test_a_child_of_whom_the_record_is_closed_is_not_brought_from_there(as_, cast: Cast, now, pack):
    told_of(cast, cast.sky, now - hours(12))
    told_of(cast, cast.kit, now - hours(12))
    car = Mention.objects.filter(interview__child=cast.sky).get()
    restrictions.restrict(cast.kit, "In danger", by=cast.mara, at=now)

    page = words_of(as_("sol").get(f"/patterns/{car.pk}/bring"))

    assert "Sky Marlowe" in page
    assert "Kit" not in page
    for who in ("wes", "ines", "pat"):
        assert as_(who).get(f"/patterns/{car.pk}/bring").status_code == 404


def test_how_often_each_was_missing_stands_on_the_paper(as_, both):
    words = paper_of(as_("amina").get(f"/packs/{both.pk}.pdf"))

    assert "How often missing Missing 1 time in the last 12 months" in words


def test_who_was_taken_off_is_still_said_with_the_reason(as_, cast: Cast, now, pack):
    row = PackChild.objects.get(child=cast.kit)
    packs.take_off(row, "He has moved away", by=cast.sol, at=now)

    page = words_of(as_("amina").get(f"/packs/{pack.pk}"))

    assert "Taken off" in page
    assert "He has moved away" in page
    assert "Was brought because: Went with an older boy" in page


def paper_of(response: Any) -> str:
    assert response["Content-Type"] == "application/pdf"
    pages = PdfReader(BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


# Making one.


def test_amina_makes_a_pack_finds_a_child_and_brings_them(as_, cast: Cast, now):
    day = now.date() + timedelta(days=6)
    amina = as_("amina")
    typed = {
        "name": PANEL,
        "meets_on-day": day.day,
        "meets_on-month": day.month,
        "meets_on-year": day.year,
    }

    page = amina.post("/packs/make", typed, follow=True)
    made = Pack.objects.get()
    assert "No child is brought yet" in words_of(page)
    found = amina.post(f"/packs/{made.pk}/find", {"q": "Marl"})
    assert f'href="/children/{cast.sky.pk}/bring?pack={made.pk}"' in found.content.decode()
    page = amina.post(
        f"/children/{cast.sky.pk}/bring",
        {"pack": made.pk, "because": "Fetched by a car"},
        follow=True,
    )

    said = words_of(page)
    assert "Sky Marlowe Nothing yet" in said
    assert "Fetched by a car" in said
    assert "Nothing put together for the panel yet" in said
    assert PANEL in words_of(amina.get("/packs"))


def test_what_is_missing_is_said(as_, cast: Cast, pack, now):
    amina = as_("amina")

    assert "Enter the name of the panel" in words_of(amina.post("/packs/make", {"name": ""}))
    page = amina.post(f"/children/{cast.sky.pk}/bring", {"pack": pack.pk, "because": "Again"})
    assert "This child is brought to that panel already" in words_of(page)
    page = amina.post(f"/children/{cast.robin.pk}/bring", {"pack": pack.pk, "because": ""})
    assert "Say why the child is brought" in words_of(page)


def test_a_child_is_taken_off_and_that_they_were_on_it_is_kept(as_, cast: Cast, pack):
    row = PackChild.objects.get(child=cast.kit)
    amina = as_("amina")

    page = amina.post(f"/brought/{row.pk}/take-off", {"because": "Another panel"}, follow=True)

    brought, off = words_of(page).split("Taken off")[-2:]
    assert "Kit O’Dell" not in brought
    assert "Kit O’Dell : Another panel" in off
    row.refresh_from_db()
    assert (row.ended_because, row.ended_by) == ("Another panel", cast.amina)
    page = amina.get(f"/brought/{row.pk}/take-off", follow=True)
    assert "taken this child off already" in words_of(page)


def test_without_a_panel_to_come_one_is_made_first(as_, cast: Cast):
    page = as_("amina").get(f"/children/{cast.sky.pk}/bring", follow=True)

    assert "Make a pack for the next one first" in words_of(page)


# One pack.


def test_the_page_says_what_the_panel_is_told_and_of_whom_nothing_is(as_, cast: Cast, both):
    page = as_("amina").get(f"/packs/{both.pk}")

    said = words_of(page)
    assert "2 children; for 1 something has been put together" in said
    assert "Sky Marlowe Ready" in said
    assert "Kit O’Dell Nothing yet" in said
    assert "Vehicle: silver Ford, AB12CDE" in said
    assert "Missing 1 time in the last 12 months" in said
    assert "a talk was offered for 1 and held for 1" in said
    latest = Episode.objects.get(child=cast.kit)
    address = f"/episodes/{latest.pk}/share?recipient=panel&amp;purpose=stop_harm"
    assert address in page.content.decode()


def test_what_links_them_opens_to_the_words(as_, cast: Cast, both):
    page = as_("amina").get(f"/packs/{both.pk}")

    said = words_of(page)
    assert "Told of by two or more of these children" in said
    assert "Sky Marlowe, Kit O’Dell" in said
    assert 'href="/patterns/' in page.content.decode()


def test_a_need_that_nothing_answers_stands_in_the_childs_words(as_, cast: Cast, both, now):
    talk = cast.sky.interviews.get()
    needs.name(
        talk,
        NeedKind.SCHOOL,
        "To be moved out of maths",
        said_by=SaidBy.CHILD,
        by=cast.ines,
        at=now,
    )

    said = words_of(as_("amina").get(f"/packs/{both.pk}"))

    assert "Needs and wishes that nothing answers yet" in said
    assert "To be moved out of maths in the child’s words" in said
    assert "maths" not in paper_of(as_("amina").get(f"/packs/{both.pk}.pdf"))


def test_each_line_leads_to_the_talk_it_rests_on(as_, cast: Cast, both):
    talk = cast.sky.interviews.get()

    page = as_("amina").get(f"/packs/{both.pk}").content.decode()

    assert f'<a class="govuk-link" href="/interviews/{talk.pk}">The words it rests on' in page


def test_what_was_recalled_is_not_told_to_the_panel_any_more(as_, cast: Cast, both, now):
    shares.recall(Share.objects.get(), "To the wrong panel", by=cast.amina, at=now)

    said = words_of(as_("amina").get(f"/packs/{both.pk}"))

    assert "Sky Marlowe Nothing yet" in said


# On paper.


def test_on_paper_stands_what_was_sent_and_nothing_of_a_child_of_whom_nothing_was(
    as_, cast: Cast, both
):
    response = as_("amina").get(f"/packs/{both.pk}.pdf")

    said = paper_of(response)
    assert "About 1 child" in said
    assert "Sky Marlowe, born 4 May 2011" in said
    assert "silver Ford, AB12CDE" in said
    assert "2C C" not in said
    assert "Kit" not in said
    # Why somebody is brought is for the council.
    assert "Fetched by a car" not in said


def test_the_file_names_no_child_and_is_tagged(as_, cast: Cast, both):
    response = as_("amina").get(f"/packs/{both.pk}.pdf")

    assert response["Content-Disposition"] == f'attachment; filename="panel-P-{both.pk}.pdf"'
    reader = PdfReader(BytesIO(response.content))
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert "pdfuaid:part" in response.content.decode("latin-1")
    assert f"P-{both.pk}" in str(reader.metadata)
    bookmarks = [each.title for each in reader.outline[0:] if not isinstance(each, list)]
    assert "Sky" not in f"{reader.metadata} {bookmarks} {reader.outline}"


def test_two_parts_that_say_the_same_thing_are_linked_on_paper(as_, cast: Cast, both, now):
    told_the_panel(cast, Episode.objects.get(child=cast.kit), now)

    said = paper_of(as_("amina").get(f"/packs/{both.pk}.pdf"))

    assert "About 2 children" in said
    assert "What links them" in said
    assert "Sky Marlowe, born 4 May 2011; Kit O’Dell, born 30 September 2012" in said


def test_what_was_taken_out_of_one_part_is_not_told_by_another(as_, cast: Cast, now, pack):
    person = (MentionKind.PERSON, Told(name="Jordan Quill"))
    for child in (cast.sky, cast.kit):
        told_the_panel(cast, told_of(cast, child, now - hours(12), person), now)
    line = Share.objects.get(child=cast.kit).lines.get(item="person")
    assert line.text == line.original
    said = paper_of(as_("amina").get(f"/packs/{pack.pk}.pdf"))
    assert "What links them" in said

    # Of another share with the name taken out nothing is linked.
    for share in Share.objects.filter(child=cast.kit):
        shares.recall(share, "Too much", by=cast.amina, at=now)
    episode = Episode.objects.get(child=cast.kit)
    share = shares.begin(episode, Recipient.PANEL, Purpose.STOP_HARM, by=cast.amina, at=now)
    decided = {
        line.pk: LineDecided(
            line.item != "person", [(MarkDecision.TAKE_OUT, "")] * len(line.decided)
        )
        for line in share.lines.all()
    }
    shares.write(shares.keep(share, SAID, decided, by=cast.amina, at=now), by=cast.amina, at=now)

    assert "What links them" not in paper_of(as_("amina").get(f"/packs/{pack.pk}.pdf"))


def test_where_nothing_was_put_together_there_is_nothing_to_print(as_, pack):
    response = as_("amina").get(f"/packs/{pack.pk}.pdf")

    assert response.status_code == 409
    assert "nothing to print yet" in words_of(response)


# Who sees it.


@pytest.mark.parametrize("who", ["owen", "wes", "ines", "pat", "lara", "ana", "adi"])
def test_a_stranger_and_whoever_only_interviews_finds_no_pack(as_, cast: Cast, both, who):
    row = PackChild.objects.get(child=cast.sky)
    client = as_(who)
    lists = ["/packs", "/packs/make"] if who not in ("owen", "wes") else []

    for address in (
        *lists,
        f"/packs/{both.pk}",
        f"/packs/{both.pk}.pdf",
        f"/packs/{both.pk}/find",
        f"/children/{cast.sky.pk}/bring",
        f"/brought/{row.pk}/take-off",
    ):
        assert client.get(address).status_code == 404, address


def test_another_councils_coordinator_has_a_list_of_their_own(as_, both):
    page = words_of(as_("wes").get("/packs"))

    assert "No pack has been made yet" in page
    assert PANEL not in page


def test_of_a_restricted_child_nothing_stands_in_the_pack(as_, cast: Cast, both, now):
    restrictions.restrict(cast.sky, "In danger", by=cast.mara, at=now)

    page = as_("amina").get(f"/packs/{both.pk}")
    said = words_of(page)
    assert "Sky" not in said
    assert "Fetched by a car" not in said
    assert "1 child" in said
    row = PackChild.objects.get(child=cast.sky)
    assert as_("amina").get(f"/brought/{row.pk}/take-off").status_code == 404
    assert as_("amina").get(f"/packs/{both.pk}.pdf").status_code == 409
    assert "Sky Marlowe" in words_of(as_("mara").get(f"/packs/{both.pk}"))


def test_who_read_it_and_took_it_out_is_written_down_for_each_child(as_, cast: Cast, both):
    as_("amina").get(f"/packs/{both.pk}")
    listed = JournalEntry.objects.filter(verb="list", kind="panel").latest("pk")
    assert listed.shown == sorted([cast.sky.pk, cast.kit.pk])

    as_("amina").get(f"/packs/{both.pk}.pdf")
    printed = JournalEntry.objects.filter(verb="print", kind="pack").latest("pk")
    assert (printed.object_id, printed.shown) == (both.pk, [cast.sky.pk])


def test_the_pages_ask_little(as_, cast: Cast, both, django_assert_max_num_queries):
    amina = as_("amina")
    for address, most in (
        ("/packs", 10),
        (f"/packs/{both.pk}", 28),
        (f"/packs/{both.pk}.pdf", 22),
    ):
        with django_assert_max_num_queries(most):
            amina.get(address)
