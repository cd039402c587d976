"""What was shared with a school, which has no account: a link that opens once, with its code."""

from datetime import timedelta

import pytest
from django.db import transaction

from returnhome.casework import one_time_links, shares, staff
from returnhome.casework.models import (
    Child,
    JournalEntry,
    Message,
    OneTimeLink,
    Opening,
    Share,
    SharedLine,
)
from returnhome.casework.one_time_links import Made
from returnhome.rules import one_time_links as rules
from returnhome.rules import ways_in
from returnhome.rules.one_time_links import CodeWay
from returnhome.rules.sharing import Purpose, Recipient
from tests import sharing as made_for
from tests.casework.ledger import fresh, refused_by
from tests.cast import NOW, Cast, hours

MAIL = "head@school.example"
SCHOOL = {"recipient": Recipient.SCHOOL, "purpose": Purpose.SAFE_WHERE_THEY_ARE}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def share(cast: Cast) -> Share:
    return made_for.sent(cast, **SCHOOL)


def link_to(share: Share, cast: Cast, at=NOW, address: str = MAIL) -> Made:
    return one_time_links.make(
        share, address=address, code_way=CodeWay.TELEPHONE, by=cast.ines, at=at
    )


def secret_of(made: Made) -> str:
    return made.href.rsplit("/", 1)[1]


def opens(made: Made, code: str = "", at=NOW + MINUTE) -> str:
    secret, by = secret_of(made), staff.by_one_time_link()
    with one_time_links.scope(secret):
        return one_time_links.open_link(secret, code or made.code, "Hal Head", by=by, at=at)


def reads(its_pass: str, at=NOW + MINUTE) -> one_time_links.Shown:
    by = staff.by_one_time_link()
    with one_time_links.scope(its_pass):
        return one_time_links.by_pass(its_pass, by=by, at=at)


def wrong(made: Made) -> str:
    return f"{(int(made.code.replace(' ', '')) + 1) % 10**8:08}"


def test_with_link_and_code_the_school_reads_what_it_was_sent(cast: Cast, share: Share):
    shown = reads(opens(link_to(share, cast)))

    assert [line.text for line in shown.lines] == [
        line.text for line in share.lines.filter(is_in=True).order_by("place")
    ]
    link = OneTimeLink.objects.get()
    assert (link.opened_by_name, Opening.objects.get().share_id) == ("Hal Head", share.pk)


def test_the_message_says_nothing_of_the_child_and_has_no_code(cast: Cast, share: Share):
    made = link_to(share, cast)

    mail = Message.objects.get(about_kind="onetimelink")
    assert mail.address == MAIL
    assert made.href in mail.text
    for said in (made.code, made.code.replace(" ", ""), share.child.forename, share.child.surname):
        assert said not in mail.text + mail.subject


def test_neither_the_secret_nor_the_code_is_kept(cast: Cast, share: Share):
    made = link_to(share, cast, address="")

    kept = [str(value) for value in OneTimeLink.objects.values().get().values()]
    assert not {secret_of(made), made.code, made.code.replace(" ", "")} & set(kept)


def test_a_link_opens_once(cast: Cast, share: Share):
    made = link_to(share, cast)
    opens(made)

    with pytest.raises(ways_in.UsedBefore):
        opens(made)


def test_five_wrong_codes_close_it_and_the_right_one_opens_nothing_then(cast: Cast, share: Share):
    made = link_to(share, cast)

    for _ in range(rules.MOST_WRONG - 1):
        with pytest.raises(rules.NotTheCode):
            opens(made, wrong(made))
    with pytest.raises(ways_in.Ended):
        opens(made, wrong(made))
    with pytest.raises(ways_in.Ended):
        opens(made)
    tried = JournalEntry.objects.filter(verb="wrong code of one-time link")
    assert {row.child_id for row in tried} == {share.child_id}
    assert tried.count() == rules.MOST_WRONG


def test_what_can_be_no_code_costs_no_try(cast: Cast, share: Share):
    made = link_to(share, cast)

    for typed in ("", "hello", "1234", "123456789"):
        with pytest.raises(rules.NotTheCode):
            opens(made, typed or " ")
    assert fresh(made.link).wrong == 0


def test_a_code_may_be_typed_with_spaces_or_without(cast: Cast, share: Share):
    first = link_to(share, cast)
    assert opens(first, first.code.replace(" ", ""))
    second = link_to(share, cast)
    assert opens(second, f" {second.code.replace(' ', '-')} ")


def test_nobody_can_open_it_after_72_hours_nor_once_what_was_shared_is_over(
    cast: Cast, share: Share
):
    made = link_to(share, cast)
    with pytest.raises(ways_in.TooLate):
        opens(made, at=NOW + hours(72))

    assert share.until
    late = link_to(share, cast, at=share.until - hours(2))
    assert late.link.until == share.until


def test_by_the_link_alone_the_database_opens_nothing_of_what_was_shared(cast: Cast, share: Share):
    made = link_to(share, cast)

    with transaction.atomic(), one_time_links.scope(secret_of(made)):
        assert OneTimeLink.objects.count() == 1
        assert Share.objects.only("pk").count() == 0
        assert SharedLine.objects.only("pk").count() == 0


def test_by_its_pass_the_database_opens_that_one_share_and_no_other(cast: Cast, share: Share):
    episode = made_for.told_of_a_car(cast, NOW - hours(200))
    other = made_for.kept(cast, made_for.begun(cast, episode, Recipient.SCHOOL, SCHOOL["purpose"]))
    shares.write(other, by=cast.ines, at=NOW)
    its_pass = opens(link_to(share, cast))

    with transaction.atomic(), one_time_links.scope(its_pass):
        assert list(Share.objects.values_list("pk", flat=True)) == [share.pk]
        assert set(SharedLine.objects.values_list("share", flat=True)) == {share.pk}


def test_a_recall_shows_that_it_was_recalled_and_no_line(cast: Cast, share: Share):
    its_pass = opens(link_to(share, cast))
    shares.recall(share, "Sent to the wrong school", by=cast.ines, at=NOW + MINUTE)

    shown = reads(its_pass, at=NOW + 2 * MINUTE)

    assert shown.share.recalled_at
    assert shown.lines == []


def test_a_new_link_ends_the_one_before_and_its_message(cast: Cast, share: Share):
    first = link_to(share, cast)
    link_to(share, cast, at=NOW + MINUTE)

    with pytest.raises(ways_in.Ended):
        opens(first, at=NOW + 2 * MINUTE)
    mail = Message.objects.get(about_id=first.link.pk)
    assert mail.overtaken_at is not None


def test_there_is_no_link_to_what_is_not_sent_was_recalled_or_is_there_at_sign_in(
    cast: Cast, share: Share
):
    with_account = made_for.sent(cast, NOW + hours(100))
    with pytest.raises(rules.HasAccount):
        link_to(with_account, cast, at=NOW + hours(101))
    parents = made_for.written_to_a_parent(cast, NOW + hours(200))
    with pytest.raises(rules.NothingToOpen):
        link_to(parents, cast, at=NOW + hours(200))
    shares.recall(share, "Wrong", by=cast.ines, at=NOW)
    with pytest.raises(rules.NothingToOpen):
        link_to(share, cast)


def test_whoever_leaves_has_closed_it_and_a_second_press_does_no_harm(cast: Cast, share: Share):
    its_pass = opens(link_to(share, cast))
    by = staff.by_one_time_link()
    for _ in range(2):
        with one_time_links.scope(its_pass):
            one_time_links.leave(its_pass, by=by, at=NOW + 2 * MINUTE)

    with pytest.raises(ways_in.ShutReason):
        reads(its_pass, at=NOW + 3 * MINUTE)


def test_an_open_page_closes_by_itself(cast: Cast, share: Share):
    its_pass = opens(link_to(share, cast))

    with pytest.raises(ways_in.TooLate):
        reads(its_pass, at=NOW + MINUTE + ways_in.IDLE)


def test_ending_one_twice_is_refused(cast: Cast, share: Share):
    made = link_to(share, cast)
    ended = one_time_links.end(made.link, by=cast.ines, at=NOW)
    with pytest.raises(rules.OverAlready):
        one_time_links.end(ended, by=cast.ines, at=NOW)


def test_what_nobody_opened_comes_back_to_whoever_made_it(cast: Cast, share: Share):
    made = link_to(share, cast)
    assert one_time_links.came_to_nothing(cast.ines, NOW) == []

    late = NOW + hours(73)
    assert one_time_links.came_to_nothing(cast.ines, late) == [made.link]
    assert one_time_links.came_to_nothing(cast.amina, late) == []
    second = link_to(share, cast, at=late)
    assert one_time_links.came_to_nothing(cast.ines, late) == []
    opens(second, at=late + MINUTE)
    link_to(share, cast, at=late + hours(1))
    # They have read it once: that a later link ran out is nothing to ring about.
    assert one_time_links.came_to_nothing(cast.ines, late + hours(80)) == []


def test_the_database_opens_a_link_once_and_takes_no_wrong_code_back(cast: Cast, share: Share):
    made = link_to(share, cast)
    with pytest.raises(rules.NotTheCode):
        opens(made, wrong(made))
    row = OneTimeLink.objects.filter(pk=made.link.pk)
    other = Child.objects.exclude(pk=share.child_id).first()

    for change in ({"wrong": 0}, {"child": other}, {"until": NOW + hours(500)}):
        with refused_by("opened once and ended once"):
            row.update(**change)
    with refused_by("opened once and ended once"):
        row.delete()
    one_time_links.end(made.link, by=cast.ines, at=NOW)
    with refused_by("opened once and ended once"):
        row.update(opened_at=NOW, seen_at=NOW, pass_digest="x", ended_at=None, ended_by=None)
    with refused_by("opened once and ended once"):
        row.update(opened_at=NOW, seen_at=NOW, pass_digest="x")


def test_the_database_holds_a_link_to_what_it_is(cast: Cast, share: Share):
    row = {
        "share": share,
        "child": share.child,
        "code_way": CodeWay.TEXT,
        "council": "Northshire",
        "code": "x",
        "made_at": NOW,
        "made_by": cast.ines,
        "until": NOW + hours(1),
    }
    for name, wrong in (
        ("a_one_time_link_lasts", {"until": NOW}),
        ("wrong_codes_are_few", {"wrong": 6}),
        ("an_opened_one_time_link_has_its_pass", {"opened_at": NOW}),
        ("a_one_time_link_ended_by_somebody_is_ended", {"ended_by": cast.ines}),
    ):
        with refused_by(name):
            OneTimeLink.objects.create(**row | wrong, secret="1")
