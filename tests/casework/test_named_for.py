"""Who may be told a protected address: named one by one, and nobody else is told it."""

import pytest

from returnhome.casework import named_for, shares
from returnhome.casework.models import NamedFor, Placement
from returnhome.rules import sharing
from returnhome.rules.marking import MarkKind
from returnhome.rules.sharing import MarkDecision
from tests import sharing as made
from tests.casework.ledger import fresh, last_act, refused_by, rewrite, who_sees
from tests.cast import NOW, Cast
from tests.sharing import SAID, begun

ADDRESS = "Rowan Lodge, 3 Quarry Bank, Millbrook"


@pytest.fixture(autouse=True)
def hidden(cast: Cast) -> None:
    there = Placement.objects.filter(child=cast.sky).latest("pk")
    there.is_protected, there.postcode, there.address = True, "", ADDRESS
    there.save()


def named(cast: Cast) -> NamedFor:
    return named_for.name(
        cast.sky,
        ADDRESS,
        cast.northshire_police,
        "They watch the house",
        by=cast.amina,
        at=NOW,
    )


def with_the_address_kept(cast: Cast, words: str = ""):
    """A draft to the police that says the address; `words`: typed in place of every mark."""
    episode = made.told_of_a_car(cast)
    share = begun(cast, episode)
    line = share.lines.order_by("place")[0]
    type(line).objects.filter(pk=line.pk).delete()
    line.pk, line.original = None, f"Sky went from {ADDRESS} at night"
    marking = shares.composing.marking(episode, cast.ines)
    line.decided = [
        [mark.start, mark.end, str(mark.kind), mark.why, "", ""]
        for mark in marking.marks(line.original)
    ]
    line.save()
    decided = {
        each.pk: shares.LineDecided(
            True,
            [
                (MarkDecision.SAY_INSTEAD, words) if words else (MarkDecision.KEEP, "")
                for _ in each.decided
            ],
        )
        for each in share.lines.all()
    }
    return shares.keep(share, SAID, decided, by=cast.ines, at=NOW)


def test_the_one_who_is_named_may_be_told_it_and_the_words_arrive(cast: Cast):
    named(cast)
    share = shares.write(with_the_address_kept(cast), by=cast.ines, at=NOW)

    assert share.sent_at
    assert any(ADDRESS in line.text for line in share.lines.all())


def test_without_a_naming_it_does_not_go(cast: Cast):
    with pytest.raises(sharing.ProtectedAddress):
        shares.write(with_the_address_kept(cast), by=cast.ines, at=NOW)


def test_a_naming_of_somebody_else_or_of_another_address_is_none(cast: Cast):
    why, act = "They watch the house", {"by": cast.amina, "at": NOW}
    named_for.name(cast.sky, ADDRESS, cast.westborough_council, why, **act)
    named_for.name(cast.sky, "1 Old Road, Millbrook", cast.northshire_police, why, **act)

    with pytest.raises(sharing.ProtectedAddress):
        shares.write(with_the_address_kept(cast), by=cast.ines, at=NOW)


def test_once_it_is_ended_they_are_not_told_any_more(cast: Cast):
    named_for.end(named(cast), by=cast.amina, at=NOW)

    with pytest.raises(sharing.ProtectedAddress):
        shares.write(with_the_address_kept(cast), by=cast.ines, at=NOW)


def test_an_address_typed_as_other_words_does_not_go_either(cast: Cast):
    draft = with_the_address_kept(cast, words="the lodge at 3 Quarry Bank")

    with pytest.raises(sharing.ProtectedAddress):
        shares.write(draft, by=cast.ines, at=NOW)


def test_another_childs_hidden_address_is_not_covered(cast: Cast):
    named(cast)
    other = Placement.objects.exclude(child=cast.sky).filter(child__in=[cast.kit]).first()
    other = other or Placement(child=cast.kit, authority=cast.northshire)
    other.is_protected, other.postcode, other.address = True, "", "8 Quarry Bank, Millbrook"
    other.save()

    with pytest.raises(sharing.ProtectedAddress):
        shares.write(with_the_address_kept(cast), by=cast.ines, at=NOW)


def test_a_naming_needs_a_reason_stands_once_and_is_ended_once(cast: Cast):
    with pytest.raises(sharing.WhyNamedMissing):
        named_for.name(cast.sky, ADDRESS, cast.northshire_police, "x", by=cast.amina, at=NOW)
    one = named(cast)
    with pytest.raises(sharing.NamedAlready):
        named(cast)
    named_for.end(one, by=cast.amina, at=NOW)
    assert last_act()[:1] == ("end naming for address",)
    with pytest.raises(sharing.NamedNoMore):
        named_for.end(one, by=cast.amina, at=NOW)
    assert named(cast).ended_at is None


def test_it_is_seen_by_those_who_know_where_the_child_lives(cast: Cast):
    seen = who_sees(named(cast))

    assert {"amina", "sol"} <= seen
    assert not {"owen", "pia", "adi"} & seen


def test_the_database_only_ends_a_naming(cast: Cast):
    row = NamedFor.objects.filter(pk=named(cast).pk)

    for change in ({"because": "x"}, {"to": cast.westborough_council}, {"child": cast.kit}):
        with refused_by("only the end is written"):
            rewrite(row, **change)
    with refused_by("only the end is written"):
        row.delete()
    with refused_by("a_naming_is_ended_by_somebody"):
        row.update(ended_at=NOW)


def test_a_mark_of_it_is_offered_to_be_kept_for_the_one_who_is_named_alone(cast: Cast):
    share = with_the_address_kept(cast)
    assert {m.kind for m in shares.hidden_from(share, cast.ines).marks(ADDRESS)} >= {
        MarkKind.PROTECTED
    }

    named(cast)
    assert MarkKind.PROTECTED not in {
        mark.kind for mark in shares.hidden_from(fresh(share), cast.ines).marks(ADDRESS)
    }
