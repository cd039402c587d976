"""Which words of a text name somebody or somewhere, for a person to decide on before it goes.

Source: UK GDPR, article 5(1)(c): no more than is needed; DfE, Information sharing advice, 2024:
what is shared is necessary and proportionate. What is known is found as it is written and as a slip
of the pen writes it; what has the shape of a name, an address or a number is marked as well. It is
better to ask of a word too many than to let an address out.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from returnhome.rules.codes import Code
from returnhome.rules.everyday import ALSO_WORDS, EVERYDAY, NO_ENDING, NO_NAME, RELATIONS
from returnhome.rules.naming import bare
from returnhome.rules.nicknames import go_together


class MarkKind(Code):
    """What words are about, the gravest first: of two that overlap the graver is asked of."""

    PROTECTED = "protected", "A protected address"
    OTHER_CHILD = "other_child", "Another child"
    PERSON = "person", "Somebody else"
    PLACE = "place", "An address or a place"
    NUMBER = "number", "A telephone number, a plate or an online name"
    RELATION = "relation", "Words that may say who another child is"
    LIKELY = "likely", "Perhaps a name"


# As the label says it in the text, where the words are taken out.
TAKEN_OUT = {
    MarkKind.PROTECTED: "[address taken out]",
    MarkKind.OTHER_CHILD: "[another child]",
    MarkKind.PERSON: "[name taken out]",
    MarkKind.PLACE: "[place taken out]",
    MarkKind.NUMBER: "[number taken out]",
    MarkKind.RELATION: "[somebody]",
    MarkKind.LIKELY: "[taken out]",
}


@dataclass(frozen=True, slots=True)
class Known:
    """Words that are known to name somebody or somewhere, and who or what that is.

    `is_name`: each word of it names them by itself, and so does another form of a forename.
    """

    words: str
    kind: MarkKind
    why: str
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Words from `start` to before `end` of a text, what they are about, and why it is asked."""

    start: int
    end: int
    kind: MarkKind
    why: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, and where it stands."""

    bare: str
    start: int
    end: int
    # As it is written, without what cannot be seen.
    written: str
    opens: bool

    @property
    def has_capital(self) -> bool:
        return self.written[:1].isupper()


class Marking:
    """Marks many texts by the same known words. `own`: the child's names, which are no secret."""

    def __init__(self, known: Iterable[Known], *, own: Iterable[str] = ()) -> None:
        self.own = frozenset(word for name in own for word in bare(name).split())
        self.phrases: dict[str, list[tuple[tuple[str, ...], Known]]] = defaultdict(list)
        # As one word, however it is written apart: “NS4 7QT” as “ns47qt”.
        self.joined: dict[str, Known] = {}
        self.slips: dict[str, set[str]] = defaultdict(set)
        self.forms: dict[str, Known] = {}
        # A record says the same words again and again, and knows the same ones from many places.
        self.learnt: set[tuple[tuple[str, ...], MarkKind, bool]] = set()
        self.alike: dict[str, frozenset[str]] = {}
        self.in_form: dict[str, list[Known]] = {}
        for each in known:
            self._learn(each)

    def _learn(self, known: Known) -> None:
        words = tuple(_said(known.words))
        if not words:
            return
        self._phrase(words, known)
        if known.is_name:
            for word in words:
                if len(word) > 1 and word not in self.own:
                    self._phrase((word,), known)
            self.forms.setdefault(words[0], known)
        if known.kind in (MarkKind.PROTECTED, MarkKind.PLACE):
            for part in _parts_of_address(known.words):
                self._phrase(part, known)

    def _phrase(self, words: tuple[str, ...], known: Known) -> None:
        it = (words, known.kind, known.is_name)
        if it in self.learnt:
            return
        self.learnt.add(it)
        self.phrases[words[0]].append((words, known))
        if len(words) > 1:
            self.joined.setdefault("".join(words), known)
        for word in words:
            for less in _one_less(word):
                self.slips[less].add(word)

    def marks(self, text: str) -> list[Mark]:
        """All of them in their order; none overlaps another."""
        words = list(split(text))
        found = [*self._known(words), *_shaped(text), *self._likely(words)]
        return _apart(found)

    def _known(self, words: Sequence[Word]) -> Iterator[Mark]:
        for place, word in enumerate(words):
            for first in self._alike(word.bare):
                for phrase, known in self.phrases.get(first, ()):
                    end = place + len(phrase)
                    is_name = len(phrase) > 1 or _may_name(word, known)
                    if is_name and self._are(words[place:end], phrase):
                        yield Mark(word.start, words[end - 1].end, known.kind, known.why)
            yield from self._joined(words, place)
            yield from self._in_another_form(word)

    def _are(self, said: Sequence[Word], phrase: tuple[str, ...]) -> bool:
        return len(said) == len(phrase) and all(
            wanted in self._alike(word.bare) for word, wanted in zip(said, phrase, strict=True)
        )

    def _joined(self, words: Sequence[Word], place: int) -> Iterator[Mark]:
        """Known words that are written together here, or apart in other places."""
        run = ""
        for word in words[place : place + MOST_APART]:
            run += word.bare
            if known := self.joined.get(run):
                yield Mark(words[place].start, word.end, known.kind, known.why)

    def _in_another_form(self, word: Word) -> Iterator[Mark]:
        """“Chris”, where Christopher is known."""
        is_word = word.bare in ALSO_WORDS or word.bare in EVERYDAY
        if word.bare in self.own or (is_word and not word.has_capital):
            return
        for known in self._forms_of(word.bare):
            why = f"{known.why}, by another form of the name"
            yield Mark(word.start, word.end, known.kind, why)

    def _forms_of(self, said: str) -> list[Known]:
        if said not in self.in_form:
            self.in_form[said] = [
                known
                for forename, known in self.forms.items()
                if said != forename and go_together(said, forename)
            ]
        return self.in_form[said]

    def _alike(self, said: str) -> frozenset[str]:
        """The known words that this may be: the same, or one slip away where it is long enough."""
        if said not in self.alike:
            self.alike[said] = self._looked_up(said)
        return self.alike[said]

    def _looked_up(self, said: str) -> frozenset[str]:
        found = {said}
        if len(said) >= SURE_FROM:
            for less in _one_less(said):
                found |= {
                    word
                    for word in self.slips.get(less, ())
                    if len(word) >= SURE_FROM and is_a_slip(said, word)
                }
        return frozenset(found)

    def _likely(self, words: Sequence[Word]) -> Iterator[Mark]:
        """Words with a capital where none is called for, and those that only a relation has."""
        run: list[Word] = []
        for word, following in pairwise([*words, None]):
            assert word
            if self._looks_like_a_name(word):
                run.append(word)
                if following and self._looks_like_a_name(following) and not following.opens:
                    continue
            if run:
                yield Mark(run[0].start, run[-1].end, MarkKind.LIKELY, "It may be a name")
                run = []
            if word.bare in RELATIONS:
                why = "It says how another child stands to this one"
                yield Mark(word.start, word.end, MarkKind.RELATION, why)

    def _looks_like_a_name(self, word: Word) -> bool:
        said = word.bare
        if not word.has_capital or said in self.own or said in NO_NAME or not said.isalpha():
            return False
        if word.opens:
            return len(said) > 2 and said not in EVERYDAY and not said.endswith(NO_ENDING)
        # A sentence that nobody ended: “on friday She”.
        return len(said) > 1 and (said not in EVERYDAY or said in ALSO_WORDS)


# Shorter words are too near to others to be taken for a slip of each other.
SURE_FROM = 5
# A postcode or a name that is written apart is in so many pieces at most.
MOST_APART = 4


def split(text: str) -> Iterator[Word]:
    """The words of a text; what cannot be seen, apostrophes and accents set aside."""
    opens = True
    for found in WORD.finditer(text):
        start, end = found.span()
        opens = opens or bool(OPENS.search(text[max(0, start - 3) : start]))
        written = "".join(c for c in found.group() if unicodedata.category(c) not in ("Cf", "Mn"))
        said = bare(POSSESSIVE.sub("", written)).replace(" ", "")
        if said:
            yield Word(said, start, end, written, opens)
            opens = False


# Letters and figures, with what stands inside a word: apostrophes, accents, what cannot be seen.
WORD = re.compile(
    "[^\\W_]+(?:['’‘ʼ`´\u00ad\u200b\u200c\u200d\u2060\u0300-\u036f]+[^\\W_]+)*[\u0300-\u036f]*"
)
# “Eoin’s mum” names Eoin.
POSSESSIVE = re.compile("['’‘ʼ`´][sS]$")
# What a sentence begins after; a dash with a space beside it, not the one of “Mary-Jane”.
OPENS = re.compile(r"[.!?:;\n\r\"“(•]|[-–—]\s")


def _said(words: str) -> Iterator[str]:
    return (word.bare for word in split(words))


def _one_less(word: str) -> Iterator[str]:
    """The word, and the word with each of its letters left out."""
    yield word
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]


def is_a_slip(one: str, other: str) -> bool:
    """Whether one letter more, less, another or two changed round make one of the other."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    place = next(
        (n for n, pair in enumerate(zip(short, long, strict=False)) if len({*pair}) > 1), len(short)
    )
    if len(short) < len(long):
        return short[place:] == long[place + 1 :]
    rest = short[place + 1 :] == long[place + 1 :]
    turned = (
        short[place : place + 2] == long[place : place + 2][::-1]
        and short[place + 2 :] == long[place + 2 :]
    )
    return rest or turned


def _may_name(word: Word, known: Known) -> bool:
    """Whether this one word is the name: “Hope” is and “hope” is not; a figure alone is none."""
    if not known.is_name:
        return True
    return word.has_capital or word.bare not in ALSO_WORDS


def _parts_of_address(address: str) -> Iterator[tuple[str, ...]]:
    """What of an address leads there by itself: the postcode, the street, the house, the town."""
    for line in re.split(r"[,\n;]", address):
        words = list(_said(line))
        if found := POSTCODE.search(line):
            yield tuple(_said(found.group()))
        streets = [word for word in words if not word[0].isdigit() and word not in FLATS]
        if streets:
            yield tuple(streets)
            if streets[-1] in STREETS:
                for other in STREETS[streets[-1]]:
                    yield (*streets[:-1], other)


POSTCODE = re.compile(r"\b[A-Za-z]{1,2}[0-9][A-Za-z0-9]?[\s\-.]{0,3}[0-9][A-Za-z]{2}\b")
FLATS = frozenset({"flat", "room", "unit", "apartment", "floor", "house", "the"})
_ONE_STREET = (
    ("street", "str"), ("road", "rd"), ("lane", "ln"), ("avenue", "ave", "av"), ("close", "cl"),
    ("drive", "dr", "drv"), ("way",), ("court", "ct", "crt"), ("crescent", "cres", "cr"),
    ("gardens", "gdns", "gdn", "garden"), ("place", "pl"), ("terrace", "ter", "terr"),
    ("square", "sq"), ("grove", "grv", "gr"), ("hill",), ("row",), ("walk", "wlk"), ("mews",),
    ("park", "pk"), ("view", "vw"), ("rise",), ("green", "grn"), ("estate", "est"),
    ("parade", "pde"), ("quay",), ("wharf",), ("yard",), ("fold",), ("bank",), ("end",),
)  # fmt: skip
STREETS = {word: tuple(w for w in words if w != word) for words in _ONE_STREET for word in words}
# “St” is a street after a name and a saint before one.
STREETS["street"] = (*STREETS["street"], "st")
STREETS["st"] = ("street", "str")

_STREET = "|".join(sorted({*STREETS, "st"}, key=len, reverse=True))
# What has the shape of an address, a number or an online name.
SHAPES: tuple[tuple[MarkKind, str, re.Pattern[str]], ...] = (
    (MarkKind.PLACE, "It has the shape of a postcode", POSTCODE),
    (
        MarkKind.PLACE,
        "It has the shape of an address",
        re.compile(
            rf"\b(?:(?i:flat|room|unit)\s+\w{{1,4}},?\s+)?(?:\d{{1,4}}[A-Za-z]?,?\s+)"
            rf"(?:[\w'’]+\s+){{1,3}}(?i:{_STREET})\b"
        ),
    ),
    (
        MarkKind.PLACE,
        "It has the shape of a street",
        re.compile(rf"\b(?:[A-Z][\w'’]+\s+){{1,3}}(?i:{_STREET})\b"),
    ),
    (
        MarkKind.NUMBER,
        "It has the shape of a telephone number",
        re.compile(r"(?<!\w)\+?\(?\d(?:[\s().\-]{0,2}\d){8,14}(?!\w)"),
    ),
    (
        MarkKind.NUMBER,
        "It has the shape of an e-mail address",
        re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"),
    ),
    (MarkKind.NUMBER, "It has the shape of an online name", re.compile(r"(?<![\w.])@[\w.]{2,}")),
    (MarkKind.NUMBER, "It is an address on the web", re.compile(r"\b(?:https?://|www\.)\S+")),
    (
        MarkKind.NUMBER,
        "It has the shape of a plate",
        re.compile(r"\b(?i:[A-Z]{2}\d{2}\s?[A-Z]{3}|[A-Z]\d{1,3}\s?[A-Z]{3})\b"),
    ),
    (
        MarkKind.NUMBER,
        "Letters and figures in one, as in an online name",
        re.compile(r"\b(?=\w*[A-Za-z]{2})(?=\w*\d)\w{5,}\b|\b\w+_\w+\b"),
    ),
)


def _shaped(text: str) -> Iterator[Mark]:
    for kind, why, shape in SHAPES:
        for found in shape.finditer(text):
            yield Mark(found.start(), found.end(), kind, why)


def _apart(found: Iterable[Mark]) -> list[Mark]:
    """One of each place: the graver of two that overlap, of two alike the longer; both as one."""
    kept: list[Mark] = []
    for mark in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or mark.start >= kept[-1].end:
            kept.append(mark)
            continue
        last = kept[-1]
        graver = min(last, mark, key=lambda each: (GRAVEST.index(each.kind), each.start - each.end))
        kept[-1] = Mark(last.start, max(last.end, mark.end), graver.kind, graver.why)
    return kept


GRAVEST = tuple(MarkKind)
