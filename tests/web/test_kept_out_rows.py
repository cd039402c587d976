"""What is kept from somebody who works with the child: rows of a page, and what others hold."""

from datetime import date, datetime

import pytest
from django.test import Client

from returnhome.casework import (
    children,
    episodes,
    interviews,
    meetings,
    needs,
    restrictions,
    reviews,
    staff,
    support,
)
from returnhome.casework.models import (
    Action,
    BreakGlass,
    Child,
    Choice,
    Communication,
    Coverage,
    Duty,
    Entry,
    Episode,
    Interview,
    Listed,
    Meeting,
    NotedConcern,
    NothingNeeded,
    OutOfHours,
    Person,
    PreventionInterview,
    Sample,
    WayIn,
)
from returnhome.casework.models import Organisation as Body
from returnhome.intake import loading
from returnhome.rules.codes import ActionKind, MeetingKind, Role
from returnhome.rules.helping import NeedKind, NoHelpReason
from returnhome.rules.reviewing import ReviewResult
from returnhome.rules.standard.parts import SaidBy
from tests.casework.ledger import fresh
from tests.casework.test_children import stranger
from tests.casework.test_matching import join, separate, told_of
from tests.cast import (
    Cast,
    booked,
    everything_said,
    held,
    hours,
    offered,
    returned,
    sign,
    signed,
    wrote,
)
from tests.web.asking import words_of
from tests.web.test_elsewhere import taken_on
from tests.web.test_intake import kits, received, rows
from tests.web.test_kept_out import browser_of, employed
from tests.web.test_matching import told
from tests.web.test_meetings import three_times

pytestmark = pytest.mark.check

AUNT = "Her aunt"


@pytest.fixture
def ivo(cast: Cast, now: datetime) -> Person:
    """Another interviewer of Northshire’s."""
    return employed("ivo", Role.INTERVIEWER, cast.northshire_council, now)


@pytest.fixture
def petra(cast: Cast, now: datetime) -> Person:
    """A coordinator of Open Path’s, which interviews Robin."""
    return employed("petra", Role.COORDINATOR, cast.open_path, now)


@pytest.fixture
def eastmoor(cast: Cast) -> Body:
    return Body.objects.get(name="Eastmoor Council")


def page(person: Person, address: str) -> str:
    return browser_of(person).get(address).content.decode()


# Whole pages.

CLOSED = (
    ("ana", "/actions"),
    ("ana", "/services"),
    ("ana", "/restricted/open"),
    ("ines", "/meetings"),
    ("ines", "/waiting"),
    ("sol", "/waiting"),
    ("petra", "/meetings"),
)


def test_whoever_has_no_use_for_a_list_has_no_page_of_it(as_, petra: Person):
    for name, address in CLOSED:
        client = browser_of(petra) if name == "petra" else as_(name)
        assert client.get(address).status_code == 404, (name, address)


def test_a_provider_answers_no_need_and_decides_nothing(cast: Cast, now: datetime, petra: Person):
    then = now - hours(12)
    talk = signed(returned(cast.robin, at=then), interviewer=cast.pat, by=cast.amina, at=then)
    need = needs.name(
        *(talk, NeedKind.FEELING, "A lock on my door"), said_by=SaidBy.CHILD, by=cast.pat, at=now
    )
    hers = browser_of(petra)
    of_need = f"/interviews/{talk.pk}/needs"
    assert "A lock on my door" in words_of(hers.get(of_need))

    for step in ("find-help", "offer-help", "act", "leave"):
        assert hers.get(f"/needs/{need.pk}/{step}").status_code == 404, step
    needs.leave(need, NoHelpReason.NO_LONGER, by=cast.mara, at=now)
    assert "still to be decided" in page(cast.mara, of_need)
    assert "still to be decided" not in page(petra, of_need)


def test_a_host_answers_no_offer_and_ends_no_look_of_anothers(as_, cast: Cast, now: datetime):
    offer = offered(returned(cast.sky, at=now), by=cast.amina, at=now)
    opened = BreakGlass.objects.create(
        child=cast.kit, person=cast.owen, opened_at=now, until=now + hours(1)
    )

    assert as_("wes").get(f"/offers/{offer.pk}/answer").status_code == 404
    assert as_("wes").post(f"/restricted/{opened.pk}/close").status_code == 404


# The interviewer alone, to whom neither the child nor the episode is open.


def test_an_interviewer_from_elsewhere_prepares_with_their_own_talk_alone(
    as_, cast: Cast, now: datetime
):
    then = now - hours(300)
    before = signed(returned(cast.kit, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    episode = returned(cast.kit, at=now)
    PreventionInterview.objects.create(
        episode=episode,
        held_at=now - hours(5),
        held_precision="exact",
        recorded_at=now,
        recorded_by=cast.sol,
        learnt="Police were told",
    )
    wrote(episode, by=cast.amina, at=now)
    Choice.objects.create(
        episode=episode, way_in=WayIn.objects.get(), chosen={"who": ["new"]}, at=now, words="By bus"
    )
    talk = booked(episode, interviewer=cast.ines, by=cast.amina, at=now)
    ours = page(cast.ines, f"/interviews/{talk.pk}/prepare")
    Interview.objects.filter(pk=talk.pk).update(interviewer=cast.pat, organisation=cast.open_path)

    theirs = page(cast.pat, f"/interviews/{talk.pk}/prepare")

    assert "O’Dell" in theirs
    shown = (f"/children/{cast.kit.pk}", "By bus", "Ines Okafor", f"/interviews/{before.pk}")
    for words in (*shown, "Sol Bennett"):
        assert words in ours, words
        assert words not in theirs, words


def test_a_colleague_who_holds_another_talk_reads_no_words_before_theirs(
    cast: Cast, now: datetime, ivo: Person
):
    episode = returned(cast.kit, at=now)
    wrote(episode, by=cast.amina, at=now)
    way_in = WayIn.objects.get()
    Choice.objects.create(episode=episode, way_in=way_in, chosen={"who": ["new"]}, at=now)
    talk = booked(episode, interviewer=cast.ines, by=cast.amina, at=now)

    for address in (f"/interviews/{talk.pk}/prepare", f"/episodes/{episode.pk}/own-pages"):
        assert "I was cold" in page(cast.ines, address), address
        assert "I was cold" not in page(ivo, address), address


def test_a_provider_is_offered_no_note_of_the_police_interview(cast: Cast, now: datetime):
    talk = booked(returned(cast.robin, at=now), interviewer=cast.pat, by=cast.amina, at=now)

    assert "prevention-interview" in page(cast.amina, f"/interviews/{talk.pk}/prepare")
    assert "prevention-interview" not in page(cast.pat, f"/interviews/{talk.pk}/prepare")


def finished(talk: Interview, now: datetime) -> Interview:
    """Written by its interviewer, and signed off."""
    interviews.record(talk, everything_said(talk), by=talk.interviewer, at=now)
    return sign(talk, by=talk.interviewer, at=now)


def test_a_record_is_released_from_by_whoever_may_read_that_record(
    cast: Cast, now: datetime, ivo: Person
):
    then = now - hours(12)
    mine = signed(returned(cast.sky, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    episode = mine.episodes.get()
    other = held(
        returned(cast.sky, hours_ago=200, at=then), interviewer=ivo, by=cast.amina, at=then
    )
    Coverage.objects.create(interview=other, episode=episode)
    finished(other, now)
    needs.name(*(other, NeedKind.FEELING, "A dog of her own"), said_by=SaidBy.CHILD, by=ivo, at=now)
    Action.objects.create(
        episode=episode,
        interview=other,
        kind="health",
        what="Ask about the dog",
        owner=cast.sol,
        due_on=date(2030, 1, 1),
        added_at=now,
        added_by=cast.mara,
    )
    entries = {
        f"from=entry-{pk}"
        for pk in Entry.objects.filter(interview=other).values_list("pk", flat=True)
    }

    address = f"/episodes/{episode.pk}/releases"

    for words in ("A dog of her own", "Ask about the dog"):
        assert words in page(cast.mara, address), words
    assert any(each in page(cast.mara, address) for each in entries)
    assert "A dog of her own" not in page(cast.ines, address)
    assert not any(each in page(cast.ines, address) for each in entries)
    assert "Ask about the dog" not in page(cast.ines, address)


# A talk that answers for two episodes, the later of them another council's.


def answering_for_both(cast: Cast, now: datetime, **since_then: object) -> Interview:
    """Held by Ines for Northshire, and a draft."""
    then = now - hours(90)
    talk = held(returned(cast.kit, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    since = returned(cast.kit, at=now)
    first = Episode.objects.get(interviews=talk)
    theirs = {"responsible_authority": cast.eastmoor, "counted_under": cast.eastmoor, **since_then}
    same = ("offered_at", "held_at", "held_precision")
    Episode.objects.filter(pk=since.pk).update(
        **theirs, **{name: getattr(first, name) for name in same}
    )
    Coverage.objects.create(interview=talk, episode=since)
    return talk


def asked_the_gp(talk: Interview, cast: Cast, now: datetime) -> None:
    """Eastmoor’s own action, of its own episode."""
    Action.objects.create(
        episode=Episode.objects.latest("pk"),
        interview=talk,
        kind="health",
        what="Ask the GP in Eastmoor",
        owner=cast.owen,
        due_on=now.date(),
        added_at=now,
        added_by=cast.owen,
    )


@pytest.fixture
def of_both(cast: Cast, now: datetime) -> Interview:
    talk = finished(answering_for_both(cast, now), now - hours(1))
    asked_the_gp(talk, cast, now)
    NothingNeeded.objects.create(
        episode=Episode.objects.latest("pk"),
        interview=talk,
        reason="Eastmoor has decided",
        at=now,
        by=cast.owen,
    )
    return talk


def test_what_another_council_decided_of_the_same_talk_is_theirs(cast: Cast, of_both: Interview):
    address = f"/interviews/{of_both.pk}"

    for words in ("Eastmoor has decided", "GP in Eastmoor"):
        assert words in page(cast.owen, address)
        assert words not in page(cast.amina, address)
    assert "O’Dell" in page(cast.amina, address)
    assert "GP in Eastmoor" not in page(cast.amina, f"{address}/record.json")


def test_of_a_draft_too_what_another_council_decided_is_theirs(cast: Cast, now: datetime):
    talk = answering_for_both(cast, now)
    asked_the_gp(talk, cast, now)

    address = f"/interviews/{talk.pk}/record.json"

    assert "GP in Eastmoor" in page(cast.owen, address)
    assert "Missing from" in page(cast.amina, address)
    assert "GP in Eastmoor" not in page(cast.amina, address)


def test_a_record_that_nobody_writes_is_no_work_of_ours_for_an_episode_we_only_host(
    cast: Cast, now: datetime
):
    answering_for_both(cast, now, host_authority=cast.northshire)
    ours, theirs = Episode.objects.order_by("pk")
    episodes.assign(theirs, cast.owen, by=cast.owen, at=now)
    staff.end_post(cast.ines.posts.get(), on=now.date(), by=cast.adi, at=now)

    to_take_over = page(cast.amina, "/?group=next")
    waits = page(cast.amina, "/?group=others")

    assert f'/episodes/{ours.pk}"' in to_take_over
    assert "Take the record over" in to_take_over
    assert f'/episodes/{theirs.pk}"' in waits
    assert f'/episodes/{theirs.pk}"' not in to_take_over


def test_whoever_keeps_the_lists_now_is_told_nothing_of_what_was_in_hand_before(
    cast: Cast, now: datetime, eastmoor: Body
):
    booked(returned(cast.kit, hours_ago=90, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    support.add(
        Episode.objects.get(),
        ActionKind.HEALTH,
        "See the GP",
        owner=cast.sol,
        due_on=date(2030, 1, 1),
        interview=None,
        by=cast.mara,
        at=now,
    )
    restrict = f"/children/{cast.kit.pk}/restrict"
    ours = words_of(browser_of(cast.mara).get(restrict))
    for words in ("taken the child on", "is to hold an interview", "an action to complete"):
        assert words in ours, words

    children.pass_to(cast.kit, cast.eastmoor, by=cast.amina, at=now)

    theirs = words_of(browser_of(employed("ema", Role.MANAGER, eastmoor, now)).get(restrict))
    assert "In hand" not in theirs


# The lists of restricted records.


def test_a_file_says_nothing_of_a_child_who_is_closed_to_whoever_reads_it(
    as_, cast: Cast, now: datetime
):
    amina: Client = as_("amina")
    delivery = received(amina, rows(kits(found="02/02/2026 09:00")))
    restrictions.keep_out(cast.kit, cast.amina, AUNT, by=cast.mara, at=now)
    confirm = f"/deliveries/{delivery.pk}/confirm"

    said = words_of(amina.post(confirm, follow=True))

    assert "0 opened, 0 updated, 0 unchanged, 1 waiting, 0 refused" in said
    assert "A1" not in said
    assert "A1" in words_of(as_("mara").get(f"/deliveries/{delivery.pk}"))
    counts = {name: words_of(as_(name).get(f"/deliveries/{delivery.pk}")) for name in ("mara",)}
    assert "Joined to the child" in counts["mara"]
    assert "Joined to the child" not in said
    assert "Somebody must say who the child is" in said
    assert delivery.pk in loading.Delivery.objects.values_list("pk", flat=True)


def test_whoever_is_kept_out_of_a_likely_child_matches_nobody_with_them(
    as_, cast: Cast, now: datetime
):
    unnamed = told(cast, now)
    assert as_("amina").get(f"/children/{unnamed.pk}/match").status_code == 200

    restrictions.keep_out(cast.kit, cast.amina, AUNT, by=cast.mara, at=now)

    assert as_("amina").get(f"/children/{unnamed.pk}/match").status_code == 404


def test_whom_nobody_has_named_waits_for_somebody_who_may_see_whom_it_may_be(
    as_, cast: Cast, now: datetime
):
    """The record under no name is open to Amina again by a slip; that of the child is not."""
    unnamed = told(cast, now)
    restrictions.keep_out(cast.kit, cast.amina, AUNT, by=cast.mara, at=now)
    carried_over = Listed.objects.get(child=unnamed)
    restrictions.end_listing(carried_over, "Not her aunt", by=cast.mara, at=now)

    assert as_("amina").get(f"/children/{unnamed.pk}").status_code == 200
    assert as_("amina").get(f"/children/{unnamed.pk}/match").status_code == 404
    assert as_("mara").get(f"/children/{unnamed.pk}/match").status_code == 200


def test_a_name_that_is_looked_for_finds_our_children_alone(as_, cast: Cast, now: datetime):
    unnamed = told(cast, now)
    children.pass_to(cast.robin, cast.eastmoor, by=cast.amina, at=now)
    Child.objects.filter(pk=cast.robin.pk).update(host_authority=None)

    found = words_of(as_("amina").get(f"/children/{unnamed.pk}/match?q=ashdown"))

    assert "Who is this child?" in found
    assert "Eastmoor" not in found


def test_a_join_is_taken_back_by_whoever_may_see_both(as_, cast: Cast, now: datetime):
    child = stranger(cast)
    told_of(cast, child)
    join(cast, fresh(child), cast.kit)
    address = f"/children/{child.pk}/separate"
    assert as_("amina").get(address).status_code == 200
    assert as_("owen").get(address).status_code == 404

    # Of another council’s child by now the page says no more than that it is one.
    children.pass_to(cast.kit, cast.eastmoor, by=cast.amina, at=now)
    ours = as_("amina").get(address).content.decode()
    assert f"/children/{cast.kit.pk}" not in ours
    assert f"/children/{cast.kit.pk}" in as_("owen").get(address).content.decode()


def test_who_it_was_once_said_to_be_is_not_named_once_that_is_another_councils_child(
    as_, cast: Cast, now: datetime
):
    child = told(cast, now)
    join(cast, fresh(child), cast.kit)
    separate(cast, fresh(child))
    page_of = f"/children/{child.pk}/match"
    assert "said that this is Kit O’Dell" in words_of(as_("amina").get(page_of))

    children.pass_to(cast.kit, cast.eastmoor, by=cast.amina, at=now)

    said = words_of(as_("amina").get(page_of))
    assert "said that this is a child known to another council" in said
    assert "Kit O’Dell" not in said


def test_what_is_restricted_stays_so_under_another_name(as_, cast: Cast, now: datetime):
    child = stranger(cast)
    told_of(cast, child)
    restrictions.restrict(child, AUNT, to=[cast.sol], by=cast.mara, at=now)
    join(cast, fresh(child), cast.kit)
    children.pass_to(cast.kit, cast.eastmoor, by=cast.mara, at=now)

    assert as_("owen").get(f"/children/{cast.kit.pk}").status_code == 200
    assert as_("owen").get(f"/children/{child.pk}/separate").status_code == 404


def test_whoever_has_the_other_name_alone_goes_on_to_the_child_they_have(
    as_, cast: Cast, now: datetime
):
    child = told(cast, now)
    join(cast, fresh(child), cast.kit)
    children.pass_to(cast.kit, cast.eastmoor, by=cast.amina, at=now)

    got = as_("owen").post(f"/children/{child.pk}/separate")

    assert got.headers["Location"] == f"/children/{cast.kit.pk}"


def test_a_meeting_is_void_by_whoever_has_the_child_whom_it_was_about(
    as_, cast: Cast, now: datetime
):
    child = stranger(cast)
    told_of(cast, child)
    join(cast, fresh(child), cast.kit)
    Child.objects.filter(pk=child.pk).update(responsible_authority=cast.eastmoor)
    Meeting.objects.create(
        child=child, kind="review", held_at=now, recorded_at=now, recorded_by=cast.owen
    )

    theirs = as_("owen").get(f"/children/{child.pk}").content.decode()

    assert "Owen Price" in theirs
    assert "/void" not in theirs
    assert "/void" in as_("mara").get(f"/children/{cast.kit.pk}").content.decode()


def test_a_meeting_under_another_name_is_closed_to_those_whom_its_lists_keep_out(
    as_, cast: Cast, now: datetime
):
    child = stranger(cast)
    told_of(cast, child)
    three_times(cast.kit, now)
    meetings.record(
        child,
        kind=MeetingKind.STRATEGY_MEETING,
        held_at=now - hours(3),
        attended=("Mara Whitfield", "DS Cole"),
        decided="Police to visit the flat",
        by=cast.mara,
        at=now,
    )
    restrictions.restrict(child, AUNT, to=[cast.sol], by=cast.mara, at=now)
    join(cast, fresh(child), cast.kit)

    ours, sols = (words_of(as_(name).get("/meetings")) for name in ("amina", "sol"))

    assert "Closed in the last 14 days" in sols
    assert "Closed in the last 14 days" not in ours


def test_the_note_on_talking_with_them_is_for_whoever_works_with_the_child(
    cast: Cast, now: datetime
):
    Communication.objects.create(
        child=cast.sky, noted_at=now, noted_by=cast.ines, not_safe="Ring no number of his"
    )
    episode = returned(cast.sky, at=now)

    assert "Ring no number of his" in page(cast.amina, f"/children/{cast.sky.pk}")
    assert "Ring no number of his" not in page(cast.wes, f"/children/{episode.child_id}")


# What is one's organisation's.


def test_what_is_eastmoors_stands_on_no_list_of_northshires(
    as_, cast: Cast, now: datetime, eastmoor: Body
):
    children.pass_to(cast.kit, cast.eastmoor, by=cast.amina, at=now)
    BreakGlass.objects.create(
        child=cast.kit, person=cast.owen, opened_at=now, until=now + hours(1), because="A bus"
    )
    OutOfHours.objects.create(
        organisation=eastmoor,
        name="Eastmoor by night",
        email="night@example.invalid",
        telephone="01632 960 111",
        starts="17:00",
        ends="09:00",
        set_by=cast.owen,
        set_at=now,
    )
    Sample.objects.create(
        organisation=eastmoor,
        first=now.date(),
        last=now.date(),
        size=1,
        seed="Eastmoors seed",
        drawn_from=1,
        drawn_at=now,
        drawn_by=cast.owen,
    )
    Duty.objects.create(
        organisation=eastmoor,
        person=cast.owen,
        starts_at=now - hours(1),
        ends_at=now + hours(9),
        set_at=now,
        set_by=cast.owen,
    )
    mara: Client = as_("mara")

    assert "Owen Price" not in words_of(mara.get("/restricted"))
    assert "Eastmoor by night" not in words_of(mara.get("/restricted/open"))
    assert "Eastmoor by night" in words_of(as_("owen").get("/restricted/open"))
    assert "Eastmoors seed" not in words_of(mara.get("/samples"))
    assert mara.get(f"/samples/{Sample.objects.get().pk}").status_code == 404
    assert "Owen Price" not in words_of(mara.get("/"))
    assert "Owen Price" in words_of(as_("owen").get("/"))


def test_of_a_colleague_with_two_posts_each_council_sees_its_own(
    as_, cast: Cast, now: datetime, eastmoor: Body
):
    two = employed("two", Role.COORDINATOR, cast.northshire_council, now)
    from_there = employed("ema", Role.MANAGER, eastmoor, now)

    staff.appoint(two, Role.MANAGER, eastmoor, since=date(2024, 1, 1), by=cast.adi, at=now)
    children.pass_to(cast.kit, cast.eastmoor, by=cast.amina, at=now)
    episode = returned(cast.kit, at=now)
    Episode.objects.filter(pk=episode.pk).update(
        responsible_authority=cast.eastmoor, counted_under=cast.eastmoor
    )
    episodes.assign(fresh(episode), two, by=two, at=now)
    Action.objects.create(
        episode=episode,
        kind="health",
        owner=two,
        due_on=now.date(),
        added_at=now,
        added_by=two,
    )

    ours = words_of(as_("amina").get(f"/people/{two.pk}"))
    theirs = words_of(browser_of(from_there).get(f"/people/{two.pk}"))

    assert "Northshire Council" in ours
    assert "Eastmoor" not in ours
    assert "1 open episode, 0 bookings and 1 outstanding action" in theirs
    assert "1 open episode" not in ours
    assert "1 outstanding action" not in ours
    assert "Give a role" not in ours
    of_adi = words_of(as_("adi").get(f"/people/{two.pk}"))
    assert "Give a role" in of_adi
    assert "in hand" not in of_adi.lower()


def test_all_of_their_work_goes_to_colleagues_alone(as_, cast: Cast, now: datetime):
    booked(returned(cast.kit, at=now), interviewer=cast.ines, by=cast.amina, at=now)

    form = words_of(as_("mara").get(f"/people/{cast.ines.pk}/reassign"))

    assert "Who takes the 1 booking?" in form
    assert "Owen Price" not in form
    assert "Pat Lindqvist" not in form


def test_an_author_who_is_kept_out_since_is_asked_to_add_nothing(as_, cast: Cast, now: datetime):

    then = now - hours(12)
    talk = signed(returned(cast.sky, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    reviews.review(talk, ReviewResult.TO_ADD, "Who was there?", by=cast.mara, at=now)
    assert "1 record to add to" in words_of(as_("ines").get("/"))

    restrictions.keep_out(cast.sky, cast.ines, AUNT, by=cast.mara, at=now)

    assert "record to add to" not in words_of(as_("ines").get("/"))


def test_one_council_lends_another_no_children_to_name(cast: Cast, now: datetime, eastmoor: Body):

    told(cast, now)
    two = employed("two", Role.SOCIAL_WORKER, cast.northshire_council, now)
    staff.appoint(two, Role.COORDINATOR, eastmoor, since=date(2024, 1, 1), by=cast.adi, at=now)

    assert "not matched yet" in page(cast.amina, "/")
    assert "not matched yet" not in page(two, "/")


def test_whoever_is_kept_out_has_nothing_of_their_own_there(as_, cast: Cast, now: datetime):
    booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    support.add(
        Episode.objects.get(),
        ActionKind.HEALTH,
        "See the GP",
        owner=cast.sol,
        due_on=now.date(),
        interview=None,
        by=cast.mara,
        at=now,
    )
    for name in ("ines", "sol"):
        assert "Marlowe" in words_of(as_(name).get("/")), name

        restrictions.keep_out(cast.sky, getattr(cast, name), AUNT, by=cast.mara, at=now)

        assert "Marlowe" not in words_of(as_(name).get("/")), name


def test_whoever_goes_to_another_council_takes_no_booking_along(cast: Cast, now: datetime):
    booked(returned(cast.kit, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    assert "O’Dell" in page(cast.ines, "/")
    staff.end_post(cast.ines.posts.get(), on=now.date(), by=cast.adi, at=now)
    there = cast.westborough_council
    staff.appoint(cast.ines, Role.INTERVIEWER, there, since=now.date(), by=cast.adi, at=now)

    hers = page(cast.ines, "/")

    assert "Work list" in hers
    assert "O’Dell" not in hers


def test_whom_amina_is_to_telephone_is_no_work_of_sols(as_, cast: Cast, now: datetime):
    row = taken_on(cast, now)
    episodes.assign(row.episode, cast.amina, by=cast.amina, at=now)
    listed = f'/episodes/{row.episode_id}"'

    assert listed in page(cast.sol, "/?group=others")
    assert listed not in page(cast.amina, "/?group=others")


def test_whoever_only_holds_talks_is_told_that_the_council_decides(as_, cast: Cast, now):

    then = now - hours(12)
    talk = held(returned(cast.sky, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    interviews.record(talk, everything_said(talk), by=cast.ines, at=then + hours(6))

    said = words_of(as_("ines").post(f"/interviews/{talk.pk}/sign", follow=True))

    assert "The record is signed off. What follows is decided by the council" in said


def test_a_host_who_holds_the_talk_reads_the_words_and_no_more_of_their_pages(
    cast: Cast, now: datetime
):
    episode = returned(cast.sky, at=now)
    wrote(episode, by=cast.amina, at=now)
    Choice.objects.create(
        episode=episode, way_in=WayIn.objects.get(), chosen={"who": ["new"]}, at=now, words="By bus"
    )
    talk = booked(episode, interviewer=cast.ines, by=cast.amina, at=now)
    Interview.objects.filter(pk=talk.pk).update(
        interviewer=cast.wes, organisation=cast.westborough_council
    )
    address = f"/episodes/{episode.pk}/own-pages"

    ours, theirs = page(cast.amina, address), page(cast.wes, address)

    assert "I was cold" in theirs
    for words in ("By bus", "made by Amina Yusuf"):
        assert words in ours, words
        assert words not in theirs, words


def test_a_host_of_one_record_reads_no_concern_there_that_is_theirs_under_another(
    cast: Cast, now: datetime
):
    child = stranger(cast)
    told_of(cast, child)
    join(cast, fresh(child), cast.kit)
    councils = {"responsible_authority": cast.eastmoor, "host_authority": cast.northshire}
    Child.objects.filter(pk=child.pk).update(**councils)
    NotedConcern.objects.create(
        child=child, noted_at=now, noted_by=cast.owen, concern="exploitation", source="The panel"
    )

    assert "The panel" in page(cast.amina, f"/children/{cast.kit.pk}")
    assert "Odell" in page(cast.amina, f"/children/{child.pk}")
    assert "The panel" not in page(cast.amina, f"/children/{child.pk}")
