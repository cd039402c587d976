"""Which words of a text are marked before it goes: names, addresses, numbers, however written."""

import pytest

from returnhome.rules.marking import Known, Mark, Marking, MarkKind, is_a_slip

HIDDEN = Known("14 Rowan Close, Elmbridge, NS4 7QT", MarkKind.PROTECTED, "where she is safe")
FRIEND = Known("Christopher O'Dell", MarkKind.OTHER_CHILD, "went missing with her", is_name=True)
DEALER = Known("Big Tee", MarkKind.PERSON, "was told of", is_name=True)


def marked(text: str, *known: Known, own: tuple[str, ...] = ("Sky Marlow",)) -> dict[str, MarkKind]:
    marks = Marking(known or (HIDDEN, FRIEND, DEALER), own=own).marks(text)
    return {text[mark.start : mark.end]: mark.kind for mark in marks}


@pytest.mark.parametrize(
    "written",
    [
        *("14 Rowan Close", "rowan close", "ROWAN CLOSE", "Rowan Cl", "Rowan Cl.", "rowan-close"),
        *("NS4 7QT", "ns47qt", "NS47QT", "N S 4 7QT", "ns4-7qt", "NS4\u00a07QT", "ns4\n7qt"),
        *("Elmbridge", "elmbridge", "Elmbrdige", "Elmbrige", "Elmbridge's", "ELM\u00adBRIDGE"),
        *("Rowan\u200b Close", "Rówan Close", "Rowen Close", "RowanClose"),
    ],
)
def test_a_protected_address_is_found_however_it_is_written(written: str) -> None:
    text = f"She is at {written} since then"

    found = marked(text, HIDDEN)

    assert MarkKind.PROTECTED in found.values()


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("I was with Christopher all night", "Christopher"),
        ("I was with chris all night", "chris"),
        ("odell came later", "odell"),
        ("O’Dell came later", "O’Dell"),
        ("Cristopher came", "Cristopher"),
        ("CHRISTOPHER O'DELL came", "CHRISTOPHER O'DELL"),
    ],
)
def test_a_friend_is_found_by_each_name_another_form_and_a_slip(text: str, who: str) -> None:
    assert marked(text)[who] is MarkKind.OTHER_CHILD


@pytest.mark.parametrize(
    ("text", "what", "kind"),
    [
        ("Ring 07700 900123 then", "07700 900123", MarkKind.NUMBER),
        ("Ring +44 (0)7700 900 123 then", "+44 (0)7700 900 123", MarkKind.NUMBER),
        ("He has ab12cde", "ab12cde", MarkKind.NUMBER),
        ("He is @zed.05 there", "@zed.05", MarkKind.NUMBER),
        ("He is zed_05x there", "zed_05x", MarkKind.NUMBER),
        ("write to zed@post.example", "zed@post.example", MarkKind.NUMBER),
        ("at 3 Station Road then", "3 Station Road", MarkKind.PLACE),
        ("at flat 2, 31b Mill Lane then", "flat 2, 31b Mill Lane", MarkKind.PLACE),
        ("behind Mill Lane then", "Mill Lane", MarkKind.PLACE),
        ("at ZZ9 9ZZ then", "ZZ9 9ZZ", MarkKind.PLACE),
        ("my brother came", "brother", MarkKind.RELATION),
        ("we met Dez there", "Dez", MarkKind.LIKELY),
        ("Dez met us there", "Dez", MarkKind.LIKELY),
        ("it was Anna-Maria Kowalska", "Anna-Maria Kowalska", MarkKind.LIKELY),
    ],
)
def test_what_has_the_shape_of_one_is_marked_though_nobody_knows_it(
    text: str, what: str, kind: MarkKind
) -> None:
    assert marked(text).get(what) is kind


@pytest.mark.parametrize(
    "text",
    [
        "We hope that she will be safe on Monday. The police were told in March.",
        "Sky said that she was hungry. Sky went to the park with her mum.",
        "She slept on a bench and walked home at 3.30 in the morning, 12 miles.",
        "Nobody asked. Sometimes they shout; then she goes.",
    ],
)
def test_of_everyday_words_and_the_childs_own_name_nothing_is_asked(text: str) -> None:
    assert marked(text) == {}


def test_a_name_that_is_a_word_needs_its_capital() -> None:
    known = Known("Hope Will", MarkKind.OTHER_CHILD, "a friend", is_name=True)

    assert marked("we hope he will", known) == {}
    assert set(marked("it was Hope, not Will", known)) == {"Hope", "Will"}


def test_of_two_that_overlap_the_graver_is_asked_of_and_covers_both() -> None:
    text = "It was at flat 3, 14 Rowan Close and Elmbridge Park Road."

    found = marked(text, HIDDEN)

    assert found == {
        "flat 3, 14 Rowan Close": MarkKind.PROTECTED,
        "Elmbridge Park Road": MarkKind.PROTECTED,
    }


def test_no_text_at_all_has_no_marks() -> None:
    assert Marking([HIDDEN]).marks("") == []
    assert Marking([]).marks("...") == []
    assert Marking([Known(" ", MarkKind.PERSON, "nobody")]).marks("She went.") == []


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("elmbridge", "elmbridge", True),
        ("elmbrige", "elmbridge", True),
        ("elmbrridge", "elmbridge", True),
        ("elmbradge", "elmbridge", True),
        ("elmbirdge", "elmbridge", True),
        ("elmbirgde", "elmbridge", False),
        ("elmb", "elmbridge", False),
    ],
)
def test_a_slip_is_one_letter_more_less_other_or_two_changed_round(
    one: str, other: str, is_one: bool
) -> None:
    assert is_a_slip(one, other) is is_one
    assert is_a_slip(other, one) is is_one


def test_a_mark_says_why() -> None:
    (mark,) = Marking([FRIEND]).marks("with chris")

    assert mark == Mark(
        5, 10, MarkKind.OTHER_CHILD, "went missing with her, by another form of the name"
    )
