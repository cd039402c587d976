"""The layouts in which senders' files arrive, as data."""

import pytest

from returnhome.intake.layouts import (
    LAYOUTS,
    POLICE_A,
    Layout,
    Meaning,
    checked,
    defined,
    fitting,
    named,
    numbered,
    unknown,
)
from returnhome.intake.reading import Unreadable

HEADER = list(POLICE_A.columns)


def chosen(header, name=None):
    """The layout for these headings, or the one asked for by name."""
    if name:
        return checked(named(name).fitted(header))
    layout = fitting(header)
    if layout is None:
        raise unknown(header)
    return layout


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_layout_fits_its_own_headings_and_no_other_layouts(layout):
    assert fitting(list(layout.columns)).name == layout.name
    assert layout.required <= set(layout.columns.values())


def test_headings_are_known_whatever_their_case_spaces_and_order():
    header = [f"  {heading.upper()}\u00a0" for heading in reversed(HEADER)]

    layout = fitting(header)

    assert layout.name == "police-a"
    assert layout.meanings[0] is Meaning.COMMENT
    assert layout.meanings[-1] is Meaning.REFERENCE


def test_a_heading_more_is_kept_and_named_as_unread():
    layout = fitting([*HEADER, "Officer"])

    assert layout.unread == ["Officer"]


def test_headings_that_an_episode_can_do_without_may_be_absent():
    assert fitting([h for h in HEADER if h not in ("Sex", "Found Comments")]).name == "police-a"


def test_headings_that_nobody_knows_are_named_with_what_to_do():
    with pytest.raises(Unreadable) as caught:
        chosen(["Name", "Shoe size"])

    assert str(caught.value).startswith(
        "No layout has the headings “Name”, “Shoe size”: send a file whose first row is “urn”,"
    )
    assert str(caught.value).endswith("or teach this layout on the page Intake.")


def test_a_file_that_lacks_a_heading_is_told_which():
    with pytest.raises(Unreadable) as caught:
        chosen([h for h in HEADER if h not in ("Found", "LAC")])

    assert str(caught.value) == (
        "The file has not the headings “LAC”, “Found” of the layout police-a: "
        "export it again with them."
    )


def test_a_heading_that_comes_twice_is_refused_since_nobody_knows_which_counts():
    assert fitting([*HEADER, "found"]) is None
    with pytest.raises(Unreadable, match="“found” more than once"):
        chosen([*HEADER, "found"])


def test_a_layout_asked_for_by_name_has_to_exist_and_to_fit():
    assert chosen(HEADER, "police-a").name == "police-a"
    with pytest.raises(Unreadable, match="There is no layout “police-z”: choose one of police-a"):
        chosen(HEADER, "police-z")
    with pytest.raises(Unreadable, match="has not the headings “Misper Ref”"):
        chosen(["Name", "Shoe size"], "police-a")


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_layout_that_was_written_down_is_the_same_when_it_is_read_again(layout):
    assert defined(layout.name, layout.title, layout.definition) == layout


def test_headings_that_are_the_same_get_their_columns_number():
    assert numbered(["Date", "Time", "Date", ""]) == (
        *("Date", "Time", "Date (column 3)", "(column 4)"),
    )


def test_a_taught_layout_tells_headings_that_are_the_same_apart():
    columns = {
        "Ref": Meaning.REFERENCE,
        "Date": Meaning.LAST_SEEN,
        "Date (column 3)": Meaning.FOUND,
    }
    layout = Layout("taught-1", "", columns, frozenset(columns.values()))

    assert layout.fitted(["Ref", "Date", "Date"]).fits
    assert layout.fitted(["Ref", "Date", "Date"]).meanings == tuple(columns.values())
    assert layout.fitted(["Ref", "Date"]).missing == ["Date (column 3)"]
