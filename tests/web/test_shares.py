"""Telling those who can act, on the pages: put together, looked at, opened, answered."""

from typing import Any

import pytest
from django.test import Client

from returnhome.casework import interviews, receiving, restrictions, shares
from returnhome.casework.interviews import Said as Words
from returnhome.casework.models import JournalEntry, Share
from returnhome.rules.intelligence import PoliceAnswer
from returnhome.rules.sharing import Purpose, Recipient, ShareItem
from tests import sharing as made
from tests.cast import Cast, everything_said, held, hours, returned, sign
from tests.sharing import begun, sent, told_of_a_car, written_to_a_parent
from tests.web.asking import words_of

pytestmark = pytest.mark.check


@pytest.fixture
def episode(cast: Cast, now):
    return told_of_a_car(cast, now)


@pytest.fixture
def officer(cast: Cast):
    return made.officer(cast)


@pytest.fixture
def unit(officer) -> Client:
    client = Client()
    client.force_login(officer)
    return client


def typed(share: Share, **more: str) -> dict[str, str]:
    """What Ines types: every line ticked, every marked place taken out."""
    said = {
        "name": "The missing-person unit",
        "because": "A man drives children about",
        "openness": "agrees",
    }
    for line in share.lines.all():
        said[f"in_{line.pk}"] = "on"
        for n in range(len(line.decided)):
            said[f"do_{line.pk}_{n}"] = "take_out"
        if line.grading:
            said |= {
                f"source_{line.pk}": "2",
                f"assessment_{line.pk}": "A",
                f"handling_{line.pk}": "P",
                f"conditions_{line.pk}": "",
            }
    return said | more


def test_ines_puts_it_together_decides_and_sends_it_and_the_unit_has_it(
    as_, cast: Cast, episode, unit
):
    ines = as_("ines")
    assert "Shared, and not shared" in words_of(ines.get(f"/episodes/{episode.pk}"))
    to = {"recipient": "police", "to_police": cast.northshire_police.pk, "for_police": "stop_harm"}

    response = ines.post(f"/episodes/{episode.pk}/share", to, follow=True)
    draft = Share.objects.get()
    assert "Vehicle: silver Ford, AB12CDE" in words_of(response)
    assert "2C C Source 2: untested" in words_of(response)
    response = ines.post(f"/shares/{draft.pk}/write", typed(draft), follow=True)

    assert "Sent to Northshire Police" in words_of(response)
    assert "Nobody has opened it yet" in words_of(response)
    listed = words_of(unit.get("/", follow=True))
    assert "Sky Marlowe" in listed
    assert "Say that you have it" in listed
    seen = words_of(unit.get(f"/shared-with-us/{draft.pk}"))
    assert "2A P" in seen
    assert "Ines Okafor, Northshire" in seen


def with_her_mind(cast: Cast, now: Any, words: str = "") -> Share:
    """To Sky's social worker, of a talk in which her mind was spoken of: two labels, and words."""
    episode = returned(cast.sky, at=now)
    talk = held(episode, interviewer=cast.ines, by=cast.amina, at=now)
    said = {"health_kinds": Words(codes=["mental_health", "self_harm"], words=words)}
    interviews.record(talk, everything_said(talk) | said, by=cast.ines, at=now)
    sign(talk, by=cast.ines, at=now)
    return begun(cast, episode, Recipient.SOCIAL_WORKER, Purpose.PLAN, now)


def test_a_label_of_the_standard_is_nobodys_name(cast: Cast, now):
    line = with_her_mind(cast, now).lines.get(question="health_kinds")

    assert line.original == "Mental health; Self-harm or thoughts of suicide"
    assert line.decided == []


def test_what_was_written_after_a_label_is_asked_of_as_before(cast: Cast, now):
    line = with_her_mind(cast, now, "I told Jordan of it").lines.get(question="health_kinds")

    said = [line.original[each.mark.start : each.mark.end] for each in shares.decided_of(line)]
    assert said == ["Jordan"]


def test_nothing_typed_is_lost_where_something_is_missing(as_, cast: Cast, episode, now):
    draft = begun(cast, episode, at=now)

    response = as_("ines").post(f"/shares/{draft.pk}/write", typed(draft, openness=""))

    assert "Say whether the child knows of it." in words_of(response)
    again = words_of(as_("ines").get(f"/shares/{draft.pk}/write"))
    assert "A man drives children about" in again


def test_a_draft_that_is_seen_as_they_will_is_sent_from_there(as_, cast: Cast, episode, now):
    ines, draft = as_("ines"), begun(cast, episode, at=now)
    page = ines.post(f"/shares/{draft.pk}/write", typed(draft) | {"see": "1"}, follow=True)
    assert "What they would be told" in words_of(page)
    assert "for Northshire Police" in words_of(page)
    assert "Send it" in words_of(page)

    sent_now = ines.post(f"/shares/{draft.pk}/hand-on", follow=True)

    assert "Sent to Northshire Police" in words_of(sent_now)
    assert "What they were told" in words_of(sent_now)


def test_what_lacks_something_does_not_go_from_there_and_says_what(as_, cast: Cast, episode, now):
    ines, draft = as_("ines"), begun(cast, episode, at=now)

    page = ines.post(f"/shares/{draft.pk}/hand-on", follow=True)

    assert "It has not gone. Say who it goes to, by name." in words_of(page)
    assert page.redirect_chain == [(f"/shares/{draft.pk}/write", 302)]
    draft.refresh_from_db()
    assert draft.sent_at is None


def test_a_second_person_sees_it_as_they_will_and_lets_it_go(as_, cast: Cast, now):
    share = written_to_a_parent(cast, now)
    listed = words_of(as_("amina").get("/"))
    assert "cannot go before a second person has looked" in listed
    assert "waits for you" not in words_of(as_("ines").get("/"))

    page = words_of(as_("amina").get(f"/shares/{share.pk}/look"))
    assert "As they will see it" in page
    response = as_("amina").post(f"/shares/{share.pk}/look", {"verdict": "good"}, follow=True)

    assert "It can be handed on now" in words_of(response)
    share.refresh_from_db()
    assert share.sent_by == cast.amina


def test_what_is_sent_back_says_what_has_to_change(as_, cast: Cast, now):
    share = written_to_a_parent(cast, now)

    as_("amina").post(f"/shares/{share.pk}/look", {"verdict": "change", "words": "Shorter"})

    assert "was sent back to you" in words_of(as_("ines").get("/"))
    assert "Shorter" in words_of(as_("ines").get(f"/shares/{share.pk}/write"))


def test_its_author_cannot_be_the_second(as_, cast: Cast, now):
    share = written_to_a_parent(cast, now)
    Share.objects.filter(pk=share.pk).update(begun_by=cast.amina)

    response = as_("amina").post(f"/shares/{share.pk}/look", {"verdict": "good"})

    assert "Whoever wrote it does not approve it" in words_of(response)


def test_the_unit_acknowledges_and_answers_and_ines_and_the_child_can_hear_of_it(
    as_, cast: Cast, unit, now
):
    share = sent(cast, now)
    car = share.lines.get(item=ShareItem.VEHICLE)
    address = f"/shared-with-us/{share.pk}"
    assert "We have it" in words_of(unit.get(address))

    unit.post(f"{address}/have-it")
    form = f"{address}/lines/{car.pk}/answer"
    assert "silver Ford" in words_of(unit.get(form))
    silent = unit.post(form, {"given": "acted_on", "because": " "})
    assert "Say what was done, or why nothing is done." in words_of(silent)
    unit.post(form, {"given": "acted_on", "because": "It was stopped"})

    page = words_of(as_("ines").get(f"/shares/{share.pk}"))
    assert "They have it : pia" in page
    assert "It was acted on : It was stopped" in page
    could = words_of(as_("ines").get(f"/episodes/{share.episode_id}/releases"))
    assert "They say: It was acted on: It was stopped" in could


def test_what_is_recalled_says_so_and_no_more(as_, cast: Cast, unit, now):
    share = sent(cast, now)

    as_("amina").post(f"/shares/{share.pk}/recall", {"because": "The wrong unit"})

    page = words_of(unit.get(f"/shared-with-us/{share.pk}"))
    assert "recalled by the council that sent it" in page
    assert "silver Ford" not in page
    assert "The wrong unit" not in page
    car = share.lines.get(item=ShareItem.VEHICLE)
    assert unit.get(f"/shared-with-us/{share.pk}/lines/{car.pk}/answer").status_code == 404


def test_an_unapproved_recipient_finds_nothing(as_, cast: Cast, episode, now):
    """Another unit; the right one before it goes; whoever has nothing to do with the child."""
    draft = begun(cast, episode, at=now)
    other, right = Client(), Client()
    other.force_login(made.officer(cast, "quin", cast.westborough_council))
    right.force_login(made.officer(cast))

    for client in (other, right, as_("wes"), as_("owen"), as_("lara")):
        assert client.get(f"/shared-with-us/{draft.pk}").status_code == 404
        assert client.post(f"/shared-with-us/{draft.pk}/have-it").status_code == 404
    assert "Nothing has been shared with you" in words_of(right.get("/shared-with-us"))


@pytest.mark.parametrize("name", ["wes", "owen", "pat", "lara", "ana", "adi"])
def test_strangers_hosts_and_homes_find_none_of_the_senders_pages(
    as_, cast: Cast, episode, now, name: str
):
    draft = begun(cast, episode, at=now)

    for address in (
        *(f"/episodes/{episode.pk}/{page}" for page in ("shares", "share", "not-share")),
        f"/shares/{draft.pk}",
        *(f"/shares/{draft.pk}/{page}" for page in ("write", "add", "look", "recall", "put-away")),
    ):
        assert as_(name).get(address).status_code == 404, address
        assert as_(name).post(address, {}).status_code == 404, address


def test_somebody_kept_out_of_the_record_finds_no_share_of_it(as_, cast: Cast, episode, now):
    draft = begun(cast, episode, at=now)
    restrictions.keep_out(cast.sky, cast.amina, "Her aunt", by=cast.mara, at=now)

    assert as_("amina").get(f"/shares/{draft.pk}").status_code == 404
    assert as_("mara").get(f"/shares/{draft.pk}").status_code == 200


def test_more_is_added_with_a_reason_and_a_draft_is_put_away(as_, cast: Cast, episode, now):
    draft = begun(cast, episode, at=now)
    ines = as_("ines")
    assert "When the child was missing" not in words_of(ines.get(f"/shares/{draft.pk}/add"))

    ines.post(f"/shares/{draft.pk}/add", {"chosen": ["1"]})
    draft = Share.objects.get(pk=draft.pk)
    response = ines.post(f"/shares/{draft.pk}/write", typed(draft))
    assert "Say why they need more than serves this purpose." in words_of(response)
    ines.post(f"/shares/{draft.pk}/put-away", {"because": "She asked us to wait"})

    page = words_of(ines.get(f"/episodes/{episode.pk}/shares"))
    assert "She asked us to wait" in page
    assert "Being written" not in page


def test_it_is_decided_not_to_share_with_a_reason(as_, episode):
    address = f"/episodes/{episode.pk}/not-share"

    silent = as_("ines").post(address, {"recipient": "school", "because": " "})
    response = as_("ines").post(address, {"recipient": "school", "because": "No need"}, follow=True)

    assert "Say why it is not shared." in words_of(silent)
    assert "No need" in words_of(response)


def test_a_unit_that_is_late_to_acknowledge_is_on_the_work_list(as_, cast: Cast, now):
    share = sent(cast, now - hours(24 * 9))

    page = words_of(as_("amina").get("/"))

    assert f"S-{share.pk} Northshire Police has not said that it has it" in page


def test_every_opening_is_seen_by_whoever_sent_it_and_is_in_the_journal(
    as_, cast: Cast, unit, officer, now
):
    share = sent(cast, now)

    unit.get(f"/shared-with-us/{share.pk}")

    assert "Opened by pia" in words_of(as_("ines").get(f"/shares/{share.pk}"))
    assert JournalEntry.objects.filter(verb="open share", by_id=officer.pk).exists()


def test_answers_cannot_be_given_for_a_line_of_another_share(cast: Cast, unit, now, officer):
    one = sent(cast, now)
    line = one.lines.get(item=ShareItem.VEHICLE)

    response = unit.post(
        f"/shared-with-us/999999/lines/{line.pk}/answer", {"given": PoliceAnswer.KNOWN}
    )

    assert response.status_code == 404
    assert not receiving.received_one(officer, one.pk, now).answers[line.pk]


def test_the_pages_ask_little(as_, cast: Cast, unit, now, django_assert_max_num_queries):
    share = sent(cast, now)
    draft = begun(cast, share.episode, at=now)
    ines = as_("ines")

    for address, most in (
        (f"/episodes/{share.episode_id}/shares", 14),
        (f"/shares/{share.pk}", 22),
        (f"/shares/{draft.pk}/write", 20),
    ):
        with django_assert_max_num_queries(most):
            assert ines.get(address).status_code == 200
    with django_assert_max_num_queries(24):
        unit.get(f"/shared-with-us/{share.pk}")
