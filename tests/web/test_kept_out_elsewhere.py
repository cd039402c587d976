"""What was another council's stays theirs: on the pages of a child who has come to us since."""

from datetime import datetime

import pytest

from returnhome.casework import children, needs, restrictions
from returnhome.casework.models import (
    Communication,
    Disclosure,
    Episode,
    Meeting,
    NotedConcern,
    PlacementNotice,
)
from returnhome.rules.helping import NeedKind
from returnhome.rules.standard.parts import SaidBy
from tests.casework.ledger import fresh
from tests.casework.test_children import stranger
from tests.casework.test_matching import join, told_of
from tests.cast import Cast, booked, hours, returned, signed
from tests.web.asking import typed_at, words_of

pytestmark = pytest.mark.check


@pytest.fixture
def before(cast: Cast, now: datetime) -> Episode:
    """Kit came back while Northshire answered for him; since then Eastmoor does."""
    episode = returned(cast.kit, hours_ago=90, at=now)
    children.pass_to(cast.kit, cast.eastmoor, by=cast.amina, at=now - hours(50))
    return episode


def since_then(cast: Cast, now: datetime) -> Episode:
    """He was missing again, and Eastmoor must act."""
    episode = returned(cast.kit, at=now)
    theirs = {"responsible_authority": cast.eastmoor, "counted_under": cast.eastmoor}
    Episode.objects.filter(pk=episode.pk).update(**theirs)
    return Episode.objects.get(pk=episode.pk)


def test_an_episode_of_before_is_on_no_page_of_the_new_council(as_, cast: Cast, now, before):
    found = words_of(as_("owen").post("/children", {"q": "O’Dell"}))
    assert "O’Dell" in found
    assert "never" in found.lower()

    since = since_then(cast, now)
    page = as_("owen").get(f"/episodes/{since.pk}").content.decode()

    assert f"/episodes/{since.pk}" in page
    assert f'"/episodes/{before.pk}"' not in page


def test_a_meeting_is_not_put_down_to_an_episode_of_before(as_, cast: Cast, now, before):
    since = since_then(cast, now)
    for episode, ago in ((before, 3), (since, 2)):
        as_("owen").post(
            f"/children/{cast.kit.pk}/record-meeting?episode={episode.pk}",
            {
                "kind": "strategy_meeting",
                **typed_at("held_at", now - hours(ago)),
                "attended": "Owen Price\r\nDS Cole",
                "decided": "To see him on Monday",
            },
        )

    met = list(Meeting.objects.order_by("pk").values_list("episode", flat=True))

    assert met == [None, since.pk]


def test_what_he_tells_of_harm_now_is_of_no_episode_of_before(as_, cast: Cast, now, before):
    typed = {"words": "He hit me", **typed_at("told_at", now), "where": str(cast.eastmoor.pk)}
    as_("owen").post(f"/children/{cast.kit.pk}/tell-of-harm", typed)

    assert Disclosure.objects.get().episode is None


def test_what_was_said_before_is_not_read_before_the_next_talk(as_, cast: Cast, now, before):
    talk = signed(before, interviewer=cast.ines, by=cast.amina, at=now - hours(80))
    needs.name(
        *(talk, NeedKind.FEELING, "A lock on my door"),
        said_by=SaidBy.CHILD,
        by=cast.ines,
        at=now - hours(70),
    )
    again = booked(since_then(cast, now), interviewer=cast.owen, by=cast.owen, at=now)

    words = words_of(as_("owen").get(f"/interviews/{again.pk}/prepare"))

    assert "Kit O’Dell" in words
    assert "A lock on my door" not in words
    assert "Ines Okafor" not in words


# Children of ours elsewhere, and of others here.


def test_the_list_of_ours_elsewhere_counts_no_episode_of_anothers(as_, cast: Cast, now):
    returned(cast.sky, at=now)
    assert "Not offered yet" in words_of(as_("amina").get("/out-of-area"))

    Episode.objects.update(responsible_authority=cast.eastmoor, counted_under=cast.eastmoor)

    words = words_of(as_("amina").get("/out-of-area"))
    assert "Marlowe" in words
    assert "Not offered yet" not in words


def test_the_list_of_those_placed_here_counts_what_happened_here(as_, cast: Cast, now):
    returned(cast.sky, at=now)
    assert "Not offered yet" in words_of(as_("wes").get("/out-of-area/here"))

    # An episode in which she lived elsewhere; and Westborough’s people hold the talk.
    Episode.objects.update(host_authority=cast.eastmoor, provider=cast.westborough_council)

    words = words_of(as_("wes").get("/out-of-area/here"))
    assert "Marlowe" in words
    assert "Not offered yet" not in words


def test_a_notice_that_another_council_has_still_to_send_is_not_on_our_list(
    as_, cast: Cast, now, before
):
    PlacementNotice.objects.create(
        child=cast.kit,
        kind="begins",
        placed_by=cast.eastmoor,
        to_authority=cast.westborough,
        made_at=now,
        made_by=cast.owen,
    )

    assert "O’Dell" in words_of(as_("owen").get("/out-of-area"))
    assert "O’Dell" not in words_of(as_("amina").get("/out-of-area"))


# A child nobody had named was restricted, and turned out to be Kit, who is not.


def test_what_came_with_a_restricted_record_is_on_no_page_of_the_open_one(as_, cast: Cast, now):
    child = stranger(cast)
    told_of(cast, child)
    by = cast.ines
    NotedConcern.objects.create(
        child=child, noted_at=now, noted_by=by, concern="exploitation", source="The closed panel"
    )
    Communication.objects.create(child=child, noted_at=now, noted_by=by, helps="The closed helps")
    Meeting.objects.create(
        child=child,
        kind="strategy_meeting",
        held_at=now,
        recorded_at=now,
        recorded_by=by,
        decided="The closed meeting",
    )
    restrictions.restrict(child, "His aunt", to=[cast.sol], by=cast.mara, at=now)
    join(cast, fresh(child), cast.kit)

    pages = {name: words_of(as_(name).get(f"/children/{cast.kit.pk}")) for name in ("amina", "sol")}

    for words in ("The closed panel", "The closed helps", "The closed meeting"):
        assert words in pages["sol"]
        assert words not in pages["amina"]
