"""Layouts as somebody taught them: remembered for a sender, replaced and never changed."""

from returnhome.casework import layouts
from returnhome.casework.layouts import TaughtHeading, TaughtLayout
from tests.casework.ledger import refused_by
from tests.cast import NOW, Cast

DEFINITION = {"columns": {"Log": "reference", "Child": "name"}, "order": "day_first"}


def taught(cast: Cast, **changes: object) -> TaughtLayout:
    return layouts.teach(
        cast.northshire_police,
        DEFINITION | changes,
        taught_for=cast.northshire_council,
        by=cast.amina,
        at=NOW,
    )


def test_the_same_teaching_again_is_the_one_that_stands(cast: Cast) -> None:
    assert taught(cast) == taught(cast)


def test_another_teaching_of_the_same_headings_takes_its_place(cast: Cast) -> None:
    former = taught(cast)

    standing = taught(cast, order="month_first")

    former.refresh_from_db()
    assert (former.ended_at, former.ended_by) == (NOW, cast.amina)
    found = layouts.of(cast.northshire_police, cast.northshire_council)
    assert list(found) == [standing]
    # A row that was read by it is read by it again.
    assert layouts.named(former.name) == former


def test_other_headings_of_the_same_sender_are_another_layout(cast: Cast) -> None:
    one = taught(cast)
    other = taught(cast, columns={"Ref": "reference"})

    assert list(layouts.of(cast.northshire_police, cast.northshire_council)) == [other, one]


def test_a_name_that_nobody_gave_is_nobodys_layout() -> None:
    assert layouts.named("police-a") is None
    assert layouts.named("taught-x") is None


def test_what_one_council_was_taught_another_does_not_see(cast: Cast) -> None:
    taught(cast)

    assert TaughtLayout.objects.visible_to(cast.amina).exists()
    for stranger in (cast.wes, cast.owen, cast.ines, cast.adi):
        assert not TaughtLayout.objects.visible_to(stranger).exists()
    assert not layouts.of(cast.northshire_police, cast.westborough_council).exists()


def test_the_database_refuses_an_end_by_nobody(cast: Cast) -> None:
    made = taught(cast)

    with refused_by("an_ended_layout_has_time_and_person"):
        TaughtLayout.objects.filter(pk=made.pk).update(ended_at=NOW)


def test_what_a_heading_means_is_each_councils_own_and_said_anew_holds(cast: Cast) -> None:
    layouts.teach_headings(cast.northshire_council, {"gone": "found"}, by=cast.amina, at=NOW)
    layouts.teach_headings(
        cast.northshire_council, {"gone": "started", "moon": ""}, by=cast.amina, at=NOW
    )

    assert layouts.headings_of(cast.northshire_council) == {"gone": "started", "moon": ""}
    assert layouts.headings_of(cast.westborough_council) == {}
    assert TaughtHeading.objects.visible_to(cast.amina).count() == 2
    assert not TaughtHeading.objects.visible_to(cast.wes).exists()


def test_the_database_refuses_a_heading_twice_and_one_of_nothing(cast: Cast) -> None:
    layouts.teach_headings(cast.northshire_council, {"gone": "started"}, by=cast.amina, at=NOW)
    made = TaughtHeading.objects.get()

    with refused_by("a_taught_heading_says_something"):
        TaughtHeading.objects.filter(pk=made.pk).update(heading="")
    made.pk = None
    with refused_by("a_heading_means_one_thing_to_a_council"):
        made.save(force_insert=True)
