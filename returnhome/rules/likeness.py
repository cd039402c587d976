"""How alike two descriptions of a child are: each thing compared, in words, with its weight.

Source: the product's own. The weights are base-two logarithms of odds, set by hand after Fellegi
and Sunter, “A Theory for Record Linkage”, 1969: how much oftener two notes of one child agree so
than two children by chance. They say whom to show a person first, and decide nothing. What a rule
joins is decided by what agrees, without a weight: `agrees_by_number`, `comes_near`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from functools import lru_cache
from math import log2
from types import MappingProxyType

from returnhome.rules.codes import Sex
from returnhome.rules.naming import bare
from returnhome.rules.nicknames import go_together

Closeness = Callable[[str, str], float]
"""How near two words are, 0 to 1, as Jaro and Winkler have it; casework takes it from a library."""

NONE_SHARED: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a child; `label` says what it is where it is not the child's name now."""

    forename: str
    surname: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """A child as one note or one record describes them.

    `names`: the name now, then others. `places`: folded postcodes, of home and placements.
    `numbers`: each its kind, issuer and value.
    """

    names: tuple[Name, ...]
    born_on: date | None = None
    sex: Sex = Sex.UNKNOWN
    places: frozenset[str] = frozenset()
    numbers: frozenset[tuple[str, str, str]] = NONE_SHARED
    # Forename and surname of each name, as they are compared.
    spoken: tuple[tuple[str, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        spoken = tuple([(bare(each.forename), bare(each.surname)) for each in self.names])
        object.__setattr__(self, "spoken", spoken)

    def with_these(
        self, places: frozenset[str], numbers: frozenset[tuple[str, str, str]]
    ) -> "Described":
        return replace(self, places=places, numbers=numbers)


@dataclass(frozen=True, slots=True)
class Commonness:
    """How often a forename and a surname, bare, stand in the register: what agreeing by chance is.

    `size`: how many children it holds. A name that is not there is as rare as one child's.
    """

    size: int
    forenames: Mapping[str, int] = field(default_factory=dict)
    surnames: Mapping[str, int] = field(default_factory=dict)

    def bits_of_forename(self, name: str) -> float:
        return self._bits(self.forenames.get(name, 0), COMMONEST_FORENAME)

    def bits_of_surname(self, name: str) -> float:
        return self._bits(self.surnames.get(name, 0), COMMONEST_SURNAME)

    def _bits(self, number: int, least: float) -> float:
        share = max(number, 1) / max(self.size, 1)
        return min(max(-log2(share), least), RAREST)


# A rare name is worth more than a common one, up to a point: the register may hold few of a name
# that is common where the child comes from.
COMMONEST_FORENAME, COMMONEST_SURNAME, RAREST = 4.0, 4.0, 11.0

# Names. What is not the same is worth as much less as it happens the oftener between strangers.
SPELT, SHORT, SLIP, NEAR, PART, INITIAL, ANOTHERS = -0.5, -2.0, -3.0, -5.5, -2.0, -4.5, -0.5
SWAPPED = -3.0
OTHER_FORENAME, OTHER_SURNAME = "other forename", "other surname"
IS_SLIP, IS_NEAR = 0.925, 0.86

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "number": "same {}",
        "other number": "another {}",
        "forename": "same forename",
        "forename spelt": "same forename, written another way",
        "forename short": "a short or other form of the forename",
        "forename slip": "forename a letter or two off",
        "forename near": "forename a little like it",
        "forename initial": "the forename’s first letter alone",
        "other forename": "another forename",
        "no forename": "forename not given",
        "surname": "same surname",
        "surname spelt": "same surname, written another way",
        "surname part": "a part of the same double surname",
        "surname slip": "surname a letter or two off",
        "surname near": "surname a little like it",
        "other surname": "another surname",
        "no surname": "surname not given",
        "swapped": "forename and surname the other way round",
        "by another name": "{}",
        "born": "same birth date",
        "born swapped": "birth date with day and month swapped",
        "born year": "birth date a year off",
        "born digit": "birth date with one figure different",
        "born month": "same month and year of birth, another day",
        "other birth date": "another birth date",
        "no birth date": "birth date not given",
        "sex": "same sex",
        "other sex": "another sex",
        "place": "same postcode",
        "area": "a postcode close by",
        "other place": "another postcode",
        "no place": "postcode not known",
        "family": "may be a brother, a sister or a twin",
        "no name": "neither name the same",
    }
)
NUMBERS: Mapping[str, str] = MappingProxyType(
    {
        "register": "number on the council’s register",
        "council": "number in the council’s system",
        "police": "police number",
        "nhs": "NHS number",
        "upn": "unique pupil number",
    }
)
AGREES = frozenset(
    {"number", "forename", "forename spelt", "surname", "surname spelt", "born"} | {"sex", "place"}
)
UNSAID = frozenset({"no forename", "no surname", "no birth date", "no place"})

# What holds a join by rule back. Names that come near, and birth dates that may be the same.
SAME_NAME = frozenset({"forename", "forename spelt", "surname", "surname spelt"})
GOES_BY = ("forename", "forename spelt", "forename short")
NEAR_FORENAMES = frozenset(
    {"forename", "forename spelt", "forename short", "forename slip", "forename near"}
    | {"forename initial"}
)
NOT_QUITE = NEAR_FORENAMES - SAME_NAME
NEAR_SURNAMES = frozenset(
    {"surname", "surname spelt", "surname part", "surname slip", "surname near"}
)
NEARLY = frozenset(
    {"forename short", "forename slip", "forename near", "forename initial", "surname part"}
    | {"surname slip", "surname near", "born swapped", "born year", "born digit", "born month"}
    | {"area"}
)
MAY_BE_BORN = frozenset({"born", "born swapped", "born year", "born digit", "no birth date"})

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "number": 20.0,
        "other number": -6.0,
        "no forename": 0.0,
        "other forename": -9.0,
        "no surname": 0.0,
        "other surname": -4.0,
        "swapped": SWAPPED,
        "born": 12.0,
        "born swapped": 7.5,
        "born year": 6.0,
        "born digit": 3.0,
        "born month": 1.0,
        "other birth date": -9.0,
        "no birth date": 0.0,
        "sex": 0.9,
        "other sex": -4.0,
        "place": 9.0,
        "area": 3.0,
        "other place": -1.0,
        "no place": 0.0,
        # Who lives together has the surname and the postcode in common, and twins the birth date.
        "family": -8.0,
        # Of all who are born on a day somebody has a name that is a form of any other.
        "no name": -2.0,
    }
)


class Verdict(Enum):
    """How one thing that was compared stands."""

    SAME = "Same"
    NEAR = "Comes near"
    DIFFERS = "Differs"
    UNSAID = "Not known"


class Subject(Enum):
    """What a term is about."""

    NUMBER = "Number"
    FORENAME = "Forename"
    SURNAME = "Surname"
    BORN = "Date of birth"
    SEX = "Sex"
    PLACE = "Postcode"
    OTHER = ""  # of several things at once


ABOUT: Mapping[str, Subject] = MappingProxyType(
    {
        **dict.fromkeys(("number", "other number"), Subject.NUMBER),
        **{key: Subject.FORENAME for key in WORDS if "forename" in key},
        **{key: Subject.SURNAME for key in WORDS if "surname" in key},
        **{key: Subject.BORN for key in WORDS if "born" in key or "birth date" in key},
        **dict.fromkeys(("sex", "other sex"), Subject.SEX),
        **dict.fromkeys(("place", "area", "other place", "no place"), Subject.PLACE),
        **dict.fromkeys(("swapped", "by another name", "family", "no name"), Subject.OTHER),
    }
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that was compared: what a person reads, its weight, and whether it agrees.

    `agrees` is None where one of the two does not say.
    """

    key: str
    weight: float
    said: str = ""

    @property
    def words(self) -> str:
        return WORDS[self.key].format(self.said)

    @property
    def agrees(self) -> bool | None:
        return None if self.key in UNSAID else self.key in AGREES

    @property
    def about(self) -> Subject:
        return ABOUT[self.key]

    @property
    def verdict(self) -> Verdict:
        if self.key in UNSAID:
            return Verdict.UNSAID
        if self.key in AGREES:
            return Verdict.SAME
        return Verdict.NEAR if self.key in NEARLY else Verdict.DIFFERS


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two descriptions have in common and what not."""

    terms: tuple[Term, ...]

    @property
    def weight(self) -> float:
        return sum(term.weight for term in self.terms)

    @property
    def shares_a_number(self) -> bool:
        """However unlike they are otherwise, somebody has to see it: one of them has it wrongly."""
        return any(term.key == "number" for term in self.terms)


class Scorer:
    """Compares: the same two always give the same terms, one by one as by the hundred thousand."""

    def __init__(self, close: Closeness, common: Commonness, *, remembers: int = 200_000) -> None:
        self.close, self.common = close, common
        # The same few names are compared again and again.
        self.forename = lru_cache(remembers)(self._forename)
        self.surname = lru_cache(remembers)(self._surname)

    def compare(self, told: Described, known: Described) -> Comparison:
        names, place = self.names(told, known), _place(told.places, known.places)
        is_family = names[0].key == OTHER_FORENAME and place.key == "place"
        is_no_name = names[0].key in NOT_QUITE and names[1].key == OTHER_SURNAME
        return Comparison(
            (
                *_numbers(told, known),
                *names,
                _birth(told.born_on, known.born_on),
                *_sex(told.sex, known.sex),
                place,
                *((TERMS["family"],) if is_family else ()),
                *((TERMS["no name"],) if is_no_name else ()),
            )
        )

    def is_named_alike(self, told: Described, known: Described) -> bool:
        """Whether a forename or a surname agrees, or comes near: else only a number can tell."""
        other_forename, other_surname = TERMS[OTHER_FORENAME], TERMS[OTHER_SURNAME]
        for forename, surname in told.spoken:
            for their_forename, their_surname in known.spoken:
                if surname == their_surname or forename == their_forename:
                    return True
                if self.forename(forename, their_forename) is not other_forename:
                    return True
                if self.surname(surname, their_surname) is not other_surname:
                    return True
                if self.forename(surname, their_forename) is not other_forename:
                    return True
        return False

    def agrees_by_number(self, told: Described, known: Described) -> bool:
        """Whether a shared number and a name say together that this child is meant.

        Nothing may speak against it: no other number of a kind, no other birth date.
        """
        keys = {term.key for term in _numbers(told, known)}
        if "number" not in keys or "other number" in keys:
            return False
        if _birth(told.born_on, known.born_on).key not in MAY_BE_BORN:
            return False
        return any(
            first.key in SAME_NAME and last.key in SAME_NAME
            for first, last, _ in self._pairs(told, known, turned=False)
        )

    def goes_by(self, told: Described, known: Described) -> int | None:
        """Whether names and birth date say that this child is meant, and no slip is made up for.

        By the very forename, or one they are also known by: 0; by the same, written another way:
        1; by a short or other form of it: 2. None: it is another child.
        """
        if _birth(told.born_on, known.born_on).key != "born":
            return None
        ranks = [
            GOES_BY.index(first.key)
            for first, last, _ in self._pairs(told, known, turned=False)
            if last.key in SAME_NAME and first.key in GOES_BY
        ]
        return min(ranks, default=None)

    def comes_near(self, told: Described, known: Described) -> tuple[Term, ...]:
        """What makes it unsafe to join the note to anybody by rule while there is this other child.

        A number in common; or names that come near, any of theirs and the other way round too, with
        a birth date that agrees, is a slip of the other, or is not known; whatever the postcode.
        Nothing where the child is clearly another: so a twin with a forename of their own.
        """
        shared = tuple(term for term in _numbers(told, known) if term.key == "number")
        if shared:
            return shared
        born = _birth(told.born_on, known.born_on)
        if born.key not in MAY_BE_BORN:
            return ()
        # A record without a forename may be of anybody of that surname born that day.
        forenames = NEAR_FORENAMES | UNSAID if born.key == "born" else NEAR_FORENAMES
        for first, last, turned in self._pairs(told, known, turned=True):
            if first.key in forenames and last.key in NEAR_SURNAMES:
                return (first, last, *turned, born)
        return ()

    def _pairs(
        self, told: Described, known: Described, *, turned: bool
    ) -> Iterable[tuple[Term, Term, tuple[Term, ...]]]:
        """Every name of the one beside every name of the other, and `turned` round as well."""
        for forename, surname in told.spoken:
            for their_forename, their_surname in known.spoken:
                yield (
                    self.forename(forename, their_forename),
                    self.surname(surname, their_surname),
                    (),
                )
                if turned:
                    yield (
                        self.forename(surname, their_forename),
                        self.surname(forename, their_surname),
                        (TERMS["swapped"],),
                    )

    def names(self, told: Described, known: Described) -> tuple[Term, ...]:
        """The names that agree best, of all that each has."""
        best: tuple[Term, ...] = ()
        most = -99.0
        for number, (forename, surname) in enumerate(told.spoken):
            for place, (their_forename, their_surname) in enumerate(known.spoken):
                first = self.forename(forename, their_forename)
                last = self.surname(surname, their_surname)
                found: tuple[Term, ...] = (first, last)
                weight = first.weight + last.weight
                if first.key == "other forename" and last.key == "other surname":
                    first = self.forename(surname, their_forename)
                    last = self.surname(forename, their_surname)
                    if first.weight + last.weight + SWAPPED > weight:
                        weight = first.weight + last.weight + SWAPPED
                        found = (first, last, TERMS["swapped"])
                label = told.names[number].label or known.names[place].label
                if label:
                    weight += ANOTHERS
                    found = (*found, Term("by another name", ANOTHERS, label))
                if weight > most:
                    best, most = found, weight
        return best

    def _forename(self, one: str, other: str) -> Term:
        if not one or not other:
            return TERMS["no forename"]
        bits = self.common.bits_of_forename(other)
        if one == other:
            return Term("forename", bits)
        first, others_first = one.split()[0], other.split()[0]
        if first == others_first or one.replace(" ", "") == other.replace(" ", ""):
            return Term("forename spelt", bits + SPELT)
        if len(first) == 1 or len(others_first) == 1:
            is_initial = first[0] == others_first[0]
            return Term("forename initial", bits + INITIAL) if is_initial else TERMS[OTHER_FORENAME]
        if go_together(first, others_first):
            return Term("forename short", bits + SHORT)
        near = self.close(one, other)
        if near >= IS_SLIP:
            return Term("forename slip", bits + SLIP)
        return Term("forename near", bits + NEAR) if near >= IS_NEAR else TERMS[OTHER_FORENAME]

    def _surname(self, one: str, other: str) -> Term:
        if not one or not other:
            return TERMS["no surname"]
        bits = self.common.bits_of_surname(other)
        if one == other:
            return Term("surname", bits)
        if one.replace(" ", "") == other.replace(" ", ""):
            return Term("surname spelt", bits + SPELT)
        if (" " in one or " " in other) and not set(one.split()).isdisjoint(other.split()):
            return Term("surname part", bits + PART)
        near = self.close(one, other)
        if near >= IS_SLIP:
            return Term("surname slip", bits + SLIP)
        return Term("surname near", bits + NEAR) if near >= IS_NEAR else TERMS[OTHER_SURNAME]


def _numbers(told: Described, known: Described) -> Iterable[Term]:
    if not told.numbers or not known.numbers:
        return
    shared = told.numbers & known.numbers
    for kind, _, _ in sorted(shared):
        yield Term("number", WEIGHTS["number"], NUMBERS.get(kind, "number"))
    issued = {each[:2]: each for each in known.numbers}
    for each in sorted(told.numbers - shared):
        kind = each[0]
        if each[:2] in issued and issued[each[:2]] not in shared:
            yield Term("other number", WEIGHTS["other number"], NUMBERS.get(kind, "number"))


def _birth(one: date | None, other: date | None) -> Term:
    if one is None or other is None:
        return TERMS["no birth date"]
    if one == other:
        return TERMS["born"]
    slip = slip_between(one, other)
    if slip:
        return TERMS[slip]
    is_near = one.year == other.year and one.month == other.month
    return TERMS["born month" if is_near else "other birth date"]


def _sex(one: Sex, other: Sex) -> tuple[Term, ...]:
    if Sex.UNKNOWN in (one, other):
        return ()
    return (TERMS["sex" if one == other else "other sex"],)


def _place(told: frozenset[str], known: frozenset[str]) -> Term:
    if not told or not known:
        return TERMS["no place"]
    if not told.isdisjoint(known):
        return TERMS["place"]
    # But for its last two letters a postcode is a street or two.
    near = {place[:-2] for place in told}
    return TERMS["other place" if near.isdisjoint(place[:-2] for place in known) else "area"]


def days_near(born_on: date) -> tuple[date, ...]:
    """The days that a birth date may stand for besides: day and month swapped, a year out."""
    year, month, day = born_on.year, born_on.month, born_on.day
    meant = ((year, day, month), (year - 1, month, day), (year + 1, month, day))
    found = (_day(*each) for each in dict.fromkeys(meant))
    return tuple(each for each in found if each and each != born_on)


@lru_cache(10_000)
def days_a_slip_away(born_on: date) -> tuple[date, ...]:
    """Every other day of which `slip_between` says that a slip of the pen makes it this one."""
    number = born_on.year * 10_000 + born_on.month * 100 + born_on.day
    found = dict.fromkeys(days_near(born_on))
    for unit in (1, 10, 100, 1_000, 10_000, 100_000):
        rest = number - number // unit % 10 * unit
        for figure in range(10):
            year, below = divmod(rest + figure * unit, 10_000)
            day = _day(year, below // 100, below % 100)
            if day and day != born_on:
                found[day] = None
    return tuple(found)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def slip_between(one: date, other: date) -> str:
    """Which slip of the pen makes one date of the other; empty where none does."""
    if one == other:
        return ""
    if (one.month, one.day) == (other.month, other.day):
        return "born year" if abs(one.year - other.year) == 1 else _figure(one, other)
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return "born swapped"
    return _figure(one, other)


def _figure(one: date, other: date) -> str:
    """One figure of eight is another. The century is not: no child is a hundred years off."""
    first, second = (each.year * 10_000 + each.month * 100 + each.day for each in (one, other))
    between, unit = first - second, 1
    while between % (unit * 10) == 0:
        unit *= 10
    is_one = between == unit * (first // unit % 10 - second // unit % 10)
    return "born digit" if is_one and unit < 1_000_000 else ""


TERMS: Mapping[str, Term] = MappingProxyType(
    {key: Term(key, weight) for key, weight in WEIGHTS.items()}
)


def near_in_words(terms: Iterable[Term]) -> str:
    """What comes near, in a few words: “same name, birth date a year off”."""
    words = [term.words for term in terms]
    if words[:2] == [WORDS["forename"], WORDS["surname"]]:
        words[:2] = ["same name"]
    return ", ".join(words)


# How likely it is.

# Of the children whom a note tells of, how many are on the register already.
MOSTLY_KNOWN = 0.8


def chances(weights: Sequence[float], size: int) -> list[float]:
    """For each of all who come near: how likely it is that just this one is meant, 0 to 1.

    Against each other, and against a child who is not on the register of `size` children. Two who
    come equally near share what there is.
    """
    if not weights:
        return []
    prior = MOSTLY_KNOWN / max(size, 1)
    odds = [prior * 2.0 ** min(weight, 200.0) for weight in weights]
    total = sum(odds) + (1 - MOSTLY_KNOWN)
    return [each / total for each in odds]
