"""Invented shares with names, addresses, numbers and placements planted in them, and what is not.

A text is what somebody might write of a talk. Of each planted thing it is known where it stands and
of what kind it is; each is written in one of the ways in which people write. Nothing here was used
to set the lists of `rules.everyday`.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from returnhome.rules.marking import Known, Mark, MarkKind

FORENAMES = (
    *("Abena", "Bartek", "Callum", "Danuta", "Eoin", "Farah", "Gethin", "Habiba", "Ioana"),
    *("Jarek", "Keira", "Lorcan", "Mehmet", "Niamh", "Oisin", "Priya", "Rhodri", "Saoirse"),
    *("Tariq", "Ugne", "Vaida", "Wiktor", "Xanthe", "Yusra", "Zosia", "Marcel", "Elodie"),
)
SURNAMES = (
    *("Abernathy", "Brzezina", "Clutterbuck", "Dymond", "Eccleshare", "Fairclough", "Gryffin"),
    *("Hathersage", "Inchbald", "Jaskolski", "Kettlewell", "Lamptey", "Mbanefo", "Nethercott"),
    *("Oyelaran", "Pemberley", "Quayle", "Rakowski", "Shuttleworth", "Thistlewood", "Umaru"),
)
STREETS = (
    *("Larkhill", "Tannery", "Beckside", "Orchard", "Windmill", "Priory", "Copperfield"),
    *("Saltergate", "Hollin", "Mayfield", "Old Chapel", "Kingfisher", "Quarry", "Birchwood"),
)
KINDS_OF_STREET = {
    "Road": ("Road", "Rd", "rd.", "road"),
    "Close": ("Close", "Cl", "close"),
    "Avenue": ("Avenue", "Ave", "ave"),
    "Drive": ("Drive", "Dr", "drive"),
    "Crescent": ("Crescent", "Cres", "crescent"),
    "Lane": ("Lane", "Ln", "lane"),
}
# No place has these names.
TOWNS = ("Ambleford", "Brackenthorpe", "Castlemere", "Dunwick", "Eskbridge", "Farrowby", "Glenholt")
# No postcode of the country has these letters.
AREAS = ("ZQ", "QX", "XJ", "VV")

# What is said around it: {} is where something is planted.
AROUND = (
    "she said that she had been at {} since the Friday",
    "They went to {} after school and stayed there.",
    "The man told him to come to {} and bring the phone.",
    "he was picked up near {} at about 2 in the morning",
    "Mum does not know about {} and must not be told.",
    "It was {} who gave her the money, she thinks.",
    "I was with {} and we slept in the car.",
    "{} messaged him twice that night.",
    "Her things are still at {}, and she wants them back.",
    "the carer heard him talk to {} on the landing",
    "When she got off the bus {} was waiting.",
    "He thinks that {} would know more.",
)
# Nothing in these is about anybody but the child.
HARMLESS = (
    "She was hungry and tired, and asked for a hot drink.",
    "He walked for two hours because there was no bus.",
    "The talk took 40 minutes, at the youth club, as she had wished.",
    "It started with an argument about the phone.",
    "She feels safe at home and is looking forward to school.",
    "He says that nobody listens when he is upset.",
    "The police brought him back at 4.15 on Sunday morning.",
    "She wants to see her social worker more often.",
    "He would like to go back to football on Tuesdays.",
    "They agreed that staff will ring if he is late.",
    "She slept badly and has a headache.",
    "Nothing was taken from her and nobody hurt her.",
    "He did not want to say where he had been.",
    "Next time she will send a message first.",
    "The worker read the notes back, and she changed two words.",
    "He has missed three days of school this term.",
    "She said the food is better at her mum's.",
    "We talked about staying safe online.",
    "He was cold. He had no coat and his shoes were wet.",
    "In the end she rang the home herself.",
)


@dataclass(frozen=True)
class Planted:
    """One thing in a text: from where to where it stands, of what kind, and whether it is known."""

    start: int
    end: int
    kind: MarkKind
    is_known: bool


@dataclass
class Share:
    """A share: its texts, what is planted in each, what is known, and the child's own names."""

    texts: list[str] = field(default_factory=list)
    planted: list[list[Planted]] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    own: str = ""


def caught(marks: Sequence[Mark], planted: Sequence[Planted]) -> tuple[list[bool], int]:
    """Of each thing planted whether it is marked, and how many marks stand on nothing.

    A protected address has to be marked as one; of the others any mark lets a person see it.
    """
    found = []
    for each in planted:
        over = [mark for mark in marks if _overlap(mark, each)]
        is_grave = each.kind is MarkKind.PROTECTED
        found.append(any(not is_grave or mark.kind is each.kind for mark in over))
    return found, sum(not any(_overlap(mark, each) for each in planted) for mark in marks)


def _overlap(mark: Mark, planted: Planted) -> bool:
    return mark.start < planted.end and mark.end > planted.start


def shares(number: int, seed: int) -> Iterator[Share]:
    """So many of them, the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(number):
        yield _share(chance)


def _share(chance: random.Random) -> Share:
    # Of four families: the child's own surname is no secret, though a sister has it too.
    names = zip(chance.sample(FORENAMES, 4), chance.sample(SURNAMES, 4), strict=True)
    own, friend, adult, stranger = (" ".join(each) for each in names)
    hidden, plain = _Address(chance), _Address(chance)
    share = Share(own=own)
    share.known = [
        Known(hidden.whole, MarkKind.PROTECTED, "where the child is safe"),
        Known(friend, MarkKind.OTHER_CHILD, "went missing too", is_name=True),
        Known(adult, MarkKind.PERSON, "was told of", is_name=True),
        Known(plain.whole, MarkKind.PLACE, "was told of"),
    ]
    ways: tuple[tuple[MarkKind, bool, Callable[[], str]], ...] = (
        (MarkKind.PROTECTED, True, lambda: hidden.written(chance)),
        (MarkKind.OTHER_CHILD, True, lambda: _name(friend, chance)),
        (MarkKind.PERSON, True, lambda: _name(adult, chance)),
        (MarkKind.PLACE, True, lambda: plain.written(chance)),
        (MarkKind.LIKELY, False, lambda: stranger.split()[0]),
        (MarkKind.NUMBER, False, lambda: _telephone(chance)),
        (MarkKind.PLACE, False, lambda: _Address(chance).with_number(chance)),
    )
    for kind, is_known, write in ways:
        before, after = chance.choice(HARMLESS), chance.choice(HARMLESS)
        around, what = chance.choice(AROUND), write()
        head, tail = around.split("{}")
        start = len(f"{before} {head}")
        share.texts.append(f"{before} {head}{what}{tail} {after}")
        share.planted.append([Planted(start, start + len(what), kind, is_known)])
    share.texts.append(
        " ".join(chance.sample(HARMLESS, 4)).replace("She ", f"{own.split()[0]} ", 1)
    )
    share.planted.append([])
    return share


class _Address:
    def __init__(self, chance: random.Random) -> None:
        self.number = chance.randrange(1, 200)
        self.street = chance.choice(STREETS)
        self.kind = chance.choice(list(KINDS_OF_STREET))
        self.town = chance.choice(TOWNS)
        area, letters = chance.choice(AREAS), "ABDEFGHJLNPQRSTUWXYZ"
        self.outward = f"{area}{chance.randrange(1, 30)}"
        self.inward = f"{chance.randrange(1, 10)}{''.join(chance.choices(letters, k=2))}"
        self.whole = (
            f"{self.number} {self.street} {self.kind}, {self.town}, {self.outward} {self.inward}"
        )

    def with_number(self, chance: random.Random) -> str:
        return f"{self.number} {self.street} {chance.choice(KINDS_OF_STREET[self.kind])}"

    def written(self, chance: random.Random) -> str:
        """One of the ways in which people write it, or a part of it."""
        street = f"{self.street} {chance.choice(KINDS_OF_STREET[self.kind])}"
        between = chance.choice((" ", "", "  ", "-", "\u00a0"))
        postcode = f"{self.outward}{between}{self.inward}"
        said = chance.choice(
            (
                *(self.whole, street, self.town, postcode, f"{self.number} {street}"),
                *(f"{street}, {self.town}", f"a house in {self.town}", f"{street} {postcode}"),
            )
        )
        return _as_people_write(said, chance)


def _name(name: str, chance: random.Random) -> str:
    forename, surname = name.split(" ", 1)
    said = chance.choice((name, forename, surname, f"{forename}'s mum", f"{surname} {forename}"))
    return _as_people_write(said, chance)


def _as_people_write(said: str, chance: random.Random) -> str:
    """In capitals, without any, or with a slip in a longer word."""
    how = chance.randrange(6)
    if how == 0:
        return said.upper()
    if how == 1:
        return said.lower()
    if how == 2:
        return _slip(said, chance)
    return said


def _slip(said: str, chance: random.Random) -> str:
    words = said.split(" ")
    long = [n for n, word in enumerate(words) if word.isalpha() and len(word) > 5]
    if not long:
        return said
    place = chance.choice(long)
    word = words[place]
    at = chance.randrange(1, len(word) - 1)
    words[place] = chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
            word[:at] + chance.choice("aeiou") + word[at + 1 :],
        )
    )
    return " ".join(words)


def _telephone(chance: random.Random) -> str:
    # Numbers that the regulator keeps for invented people.
    tail = f"{chance.randrange(1000):03}"
    return chance.choice((f"07700 900{tail}", f"07700900{tail}", f"+44 7700 900 {tail}"))
