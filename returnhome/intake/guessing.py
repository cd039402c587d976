"""What the columns of a file never seen before mean: proposed from their headings and their values.

Both have to agree for a column to be sure. What the rows of a sender hang on, and is not sure, is
asked: no date is read one way when it may be meant another.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta
from enum import StrEnum
from itertools import chain, islice

from returnhome.intake import cells as cells_of
from returnhome.intake import instants, layouts, parsing, together
from returnhome.intake.instants import Order
from returnhome.intake.layouts import JOINED, MOMENTS, NUMBERS, Layout, Meaning, numbered
from returnhome.intake.reading import Record, Sheet, Table
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import (
    KIND_WORDS,
    RISK_LETTERS,
    SEX_WORDS,
    EpisodeKind,
    plain,
    risk_grade,
)
from returnhome.rules.naming import bare, folded, written_postcode
from returnhome.rules.nicknames import NAMES

# So many rows are looked at, and so many examples shown.
LOOKED_AT, EXAMPLES = 1000, 3
# A list of episodes has a reference, a name and a time, at the least.
FEWEST = 3
# Of a column's cells so many have to be what it is taken for; one slip is always allowed.
MOST = 0.9
OLDEST_CHILD = 25


class Sort(StrEnum):
    """What a column's values are, whatever its heading says."""

    DAY = "day"
    INSTANT = "instant"
    TIME = "time"
    AGE = "age"
    POSTCODE = "postcode"
    SEX = "sex"
    YES_NO = "yes_no"
    GRADE = "grade"
    GRADING = "grading"
    KIND = "kind"
    CODE = "code"
    WORDS = "words"
    BLANK = "blank"


WHENS = frozenset({Sort.DAY, Sort.INSTANT, Sort.TIME})
SAID = frozenset({Sort.WORDS, Sort.BLANK})
TEXT = SAID | {Sort.CODE}
# A number of a sender's can look like a day of Excel's, or like a time.
NUMBER = frozenset({Sort.CODE, Sort.AGE, Sort.TIME, Sort.DAY})
DATES = frozenset({Sort.DAY, Sort.INSTANT})
NUMBERED = r"(?:id|no|nr|num|number)"
OF_FINDING = r"(?:found|located|traced|recovered)"
FORENAMES, SURNAMES = r"(?:fore|first|given) ?names?", r"(?:sur|last|family) ?names?"

# What a heading may mean: how sure that is, what its values may then be, and the pattern.
HEADINGS: tuple[tuple[Meaning, int, frozenset[Sort], re.Pattern[str]], ...] = tuple(
    (meaning, weight, sorts, re.compile(rf"\b(?:{pattern})\b"))
    for meaning, weight, sorts, pattern in (
        (Meaning.BORN, 3, DATES, r"d ?o(?:f )? ?b|date of birth|birth ?date|born|birthday|birth"),
        (Meaning.AGE, 2, frozenset({Sort.AGE}), r"age|years old"),
        # As a word, or as the 1 and 2 of ISO/IEC 5218.
        (Meaning.SEX, 2, frozenset({Sort.SEX, Sort.AGE}), r"sex|gender|m f"),
        (
            *(Meaning.FOUND_POSTCODE, 5, frozenset({Sort.POSTCODE})),
            rf"{OF_FINDING}(?: \w+)* post ?code|post ?code(?: \w+)* {OF_FINDING}",
        ),
        (
            *(Meaning.POSTCODE, 4, frozenset({Sort.POSTCODE})),
            r"(?:missing|from|seen)(?: \w+)* post ?code|post ?code(?: \w+)* (?:missing|from|seen)",
        ),
        (Meaning.POSTCODE, 3, frozenset({Sort.POSTCODE}), r"post ?codes?|p ?code|zip|pc"),
        (
            *(Meaning.NAME, 4, SAID),
            rf"{FORENAMES}(?: and| or)? {SURNAMES}|{SURNAMES}(?: and| or)? {FORENAMES}",
        ),
        (Meaning.FORENAME, 3, SAID, rf"{FORENAMES}|(?:christian|middle) ?names?"),
        (Meaning.SURNAME, 3, SAID, rf"{SURNAMES}|second ?name"),
        (
            *(Meaning.NAME, 2, SAID),
            r"(?:full |whole |child(?:ren)?s? |persons? |misper |missing person |yp )?names?"
            r"|nominal",
        ),
        (
            *(Meaning.NAME, 1, SAID),
            r"child|young person|yp|misper|subject|missing person|person|individual|who",
        ),
        (Meaning.FOUND, 3, WHENS, OF_FINDING),
        (Meaning.RETURNED, 3, WHENS, r"returned|returns?|came back|back"),
        (
            *(Meaning.RETURNED, 1, WHENS),
            r"end(?:ed|s)?|finish(?:ed)?|concluded|(?:date|time) (?:to|until)"
            r"|(?:to|until) (?:date|time)",
        ),
        (Meaning.REPORTED, 3, WHENS, r"reported|notified|informed|told|police called"),
        (Meaning.REPORTED, 2, WHENS, r"report(?:ing)?|notification|received|call(?:ed)?"),
        (Meaning.REPORTED, 1, WHENS, r"created|logged|raised|opened"),
        (
            *(Meaning.LAST_SEEN, 3, WHENS),
            r"last (?:seen|known)|went missing|missing (?:since|from|date|time|at|start|on)"
            r"|(?:date|time|when|start)(?: of)?(?: time)? missing|disappear(?:ed|ance)",
        ),
        (Meaning.LAST_SEEN, 2, WHENS, r"missing|missed|seen|absent|left|absconded|away"),
        (
            *(Meaning.LAST_SEEN, 1, WHENS),
            r"start(?:ed|s)?|began|begins?|since|(?:date|time) from|from (?:date|time)"
            r"|(?:episode|incident|absence|occurrence) date|date of (?:episode|incident|absence)",
        ),
        (
            *(Meaning.RISK, 4, frozenset({Sort.GRADE, Sort.GRADING})),
            r"(?:current|latest|final|last)(?: \w+)* (?:risk|grad(?:e|ing))",
        ),
        (Meaning.RISK, 3, frozenset({Sort.GRADE, Sort.GRADING}), r"risk|grad(?:e|ing|ed)"),
        (
            # “Absent” and “no apparent risk” are grades, and stand among classifications.
            *(Meaning.KIND, 3, frozenset({Sort.KIND, Sort.GRADE, Sort.GRADING})),
            r"classification|category|kind|type|class|missing (?:or )?(?:absent|away)",
        ),
        (Meaning.KIND, 1, frozenset({Sort.KIND}), r"missing|absent|away|status|episode"),
        (
            *(Meaning.LOOKED_AFTER, 3, frozenset({Sort.YES_NO})),
            r"lac|cla|cic|looked after|in care|child(?:ren)? in care|care",
        ),
        (
            *(Meaning.PLACING_AUTHORITY, 3, SAID),
            r"placing|in (?:the )?care of|responsible|owning|corporate parent",
        ),
        (Meaning.PLACING_AUTHORITY, 1, SAID, r"(?:home |local )?authority|council|la"),
        (Meaning.NHS_NUMBER, 5, NUMBER, rf"nhs(?: {NUMBERED})?"),
        (Meaning.UPN, 5, NUMBER, rf"upn|(?:unique )?pupil {NUMBERED}"),
        (
            *(Meaning.POLICE_NUMBER, 5, NUMBER),
            rf"pnc ?id|(?:pnc|nominal|person)(?: record)? (?:{NUMBERED}|urn|ref(?:erence)?)",
        ),
        (
            *(Meaning.REFERENCE, 3, NUMBER),
            r"ref(?:erence)?s?|urn|occurrence|occ|incident|unique(?: ?id)?",
        ),
        (
            *(Meaning.REFERENCE, 2, NUMBER),
            r"(?:case|event|misper|record|report|log|crime|missing|episode|serial|police|storm"
            r"|niche) ?(?:id|ids|no|nr|num|number|ref)|id",
        ),
        (
            *(Meaning.REFERENCE, 1, frozenset({Sort.CODE})),
            r"number|no|nr|log|case|event|record|report|crime|key",
        ),
        (Meaning.ADDRESS, 2, TEXT, r"address|street|road|town|city|addr"),
        (Meaning.ADDRESS, 1, TEXT, r"location|place|(?:missing )?from|home|placement|line"),
        (
            *(Meaning.COMMENT, 1, TEXT),
            r"comments?|notes?|remarks?|details?|narrative|circumstances|summary|free text|how"
            r"|where|outcome|reason|info(?:rmation)?",
        ),
    )
)
# Headings that speak of something beside the episode, or of somebody beside the child.
BESIDE = re.compile(
    r"\b(?:updated?|modified|closed?|due|review(?:ed)?|interview(?:ed)?|rhi|export(?:ed)?|printed"
    r"|entered|entry|input|offered|sent|checked|prevention|debrief|strategy|meeting|extract(?:ed)?"
    r"|hours|mins|minutes|duration|length|total|count)\b"
)
OF_OTHERS = re.compile(
    r"\b(?:worker|officer|reporter|by|contact|carers?|foster|parents?|mothers?|fathers?|home|unit"
    r"|placement|school|provider|force|station|agency|team|district|area|council|authority|owner"
    r"|allocated|associates?|friends?|phone|telephone|manager|user|gp)\b"
)
OF_THE_END = re.compile(r"\b(?:found|located|returned|to)\b")
NO_ADDRESS = re.compile(r"\b(?:la|authority|council|worker|officer|manager|phone|telephone|type)\b")
CODE = re.compile(r"(?=.*\d)[\w/.\-: #]{1,40}")
IS_UTC = re.compile(r"\b(?:utc|gmt|zulu)\b")
SURNAME_FIRST = re.compile(rf"\b{SURNAMES}\b.*\b{FORENAMES}")
# Where the classification stands by its heading, whatever words the sender has for it.
IS_KIND = re.compile(
    r"(?:classification|category|kind|type|(?:missing|episode) (?:type|category|classification)"
    r"|type of (?:missing|episode|absence))"
)
IS_RISK = re.compile(r"\b(?:risk|grad(?:e|ing|ed))\b")
FEW_WORDS = 8


def _is_out(meaning: Meaning, said: str) -> bool:
    """Whether a heading that has the word for it nevertheless speaks of something else."""
    if meaning in MOMENTS:
        return bool(BESIDE.search(said))
    if meaning in (Meaning.NAME, Meaning.BORN, Meaning.AGE, Meaning.SEX, *NUMBERS):
        return bool(OF_OTHERS.search(said))
    if meaning is Meaning.SEX and re.search(r"\bage\b", said):
        return True
    if meaning is Meaning.ADDRESS and NO_ADDRESS.search(said):
        return True
    if meaning in (Meaning.POSTCODE, Meaning.ADDRESS):
        return bool(OF_THE_END.search(said))
    return False


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, some of its values, and what it is taken for."""

    number: int
    heading: str
    sort: Sort
    examples: tuple[str, ...]
    meaning: Meaning | None = None
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """What a person has to say: of a heading, a meaning, the order of dates; or of a word."""

    about: str
    sentence: str
    is_word: bool = False


ORDER = "order"


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a file would be read. With questions it is not certain."""

    table: Table
    columns: tuple[Column, ...]
    order: Order = Order.DAY_FIRST
    is_utc: bool = False
    is_surname_first: bool = False
    # The sender's words for the two kinds that nobody knows yet, and what each is taken for.
    kinds: dict[str, EpisodeKind] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()

    @property
    def is_certain(self) -> bool:
        return not self.questions

    def layout(self, name: str, title: str) -> Layout:
        """The layout it comes to, for this file's headings."""
        meant = {column.heading: column.meaning for column in self.columns}
        return Layout(
            name=name,
            title=title,
            columns=meant,
            required=layouts.needed(meant),
            zone=UTC if self.is_utc else LONDON,
            order=self.order,
            is_surname_first=self.is_surname_first,
            kinds=self.kinds,
            header=tuple(self.table.header),
        )


def propose(
    sheets: Sequence[Sheet],
    *,
    today: date,
    meant: dict[str, Meaning | None] | None = None,
    order: Order | None = None,
    kinds: dict[str, EpisodeKind] | None = None,
) -> Proposal | None:
    """How the likeliest sheet would be read; None where nothing in it looks like such a list.

    `meant`, `order` and `kinds` are what somebody has said already, by headings and words.
    """
    found = _headings(sheets)
    if found is None:
        return None
    _, _, header = found
    table = together.table(sheets, *found)
    # To be gone through twice: a table is read once only.
    rows = _rows(together.table(sheets, *found))
    columns = _columns(header, rows, order)
    columns = _said(_assigned(columns), meant or {})
    proposal = Proposal(
        table=table,
        columns=tuple(columns),
        is_utc=any(IS_UTC.search(spoken(column.heading)) for column in columns),
        is_surname_first=_is_surname_first(columns, rows),
        kinds=kinds or {},
    )
    asked = [
        *_asked_of_columns(proposal, meant or {}),
        *_asked_of_words(proposal, rows),
    ]
    order, question = _order(proposal, rows, today, order)
    if question:
        asked.append(question)
    return replace(proposal, order=order, questions=tuple(asked))


def spoken(heading: str) -> str:
    """The words of a heading: “dateLast_Seen(UTC)” is “date last seen utc”."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    return " ".join(
        re.sub(r"[^a-z0-9]+", " ", apart.lower().replace("’", "").replace("'", "")).split()
    )


# Where the headings are.


def _headings(sheets: Sequence[Sheet]) -> tuple[Sheet, Record, list[str]] | None:
    """Sheet and row whose cells say the most; of sheets that say as much, the longest."""
    best: list[tuple[int, Sheet, Record, list[str]]] = []
    for sheet in sheets:
        found = [
            (_known(header), sum(map(bool, header)), -number, record, header)
            for number, record in enumerate(sheet.head)
            if record.number < sheet.length
            for header in sheet.headings(record)
        ]
        if found:
            known, _, _, record, header = max(found, key=lambda each: each[:3])
            if len([heading for heading in header if heading]) >= FEWEST:
                best.append((known, sheet, record, header))
    if not best:
        return None
    _, sheet, record, header = max(best, key=lambda each: (each[0], each[1].length))
    return sheet, record, header


def _known(header: Sequence[str]) -> int:
    """How many different things a row's cells are headings of; a row of values has none.

    Where no row has any, the widest may be the headings.
    """
    if any(_is_value(cell) for cell in header):
        return -1
    return len(
        {
            meaning
            for cell in header
            if len(cell) <= 60
            for meaning, _, _, pattern in HEADINGS
            if pattern.search(spoken(cell))
        }
    )


def _is_value(cell: str) -> bool:
    read = instants.read(cell.strip())
    return (read is not None and read.day is not None) or bool(re.fullmatch(r"\d+", cell.strip()))


def _rows(table: Table) -> list[list[str]]:
    """The cells of the first rows that are about a child, each as long as the headings."""
    own = [*map(folded, numbered(table.header))]
    return list(islice(chain.from_iterable(_rows_of(part, own) for part in table.parts), LOOKED_AT))


def _rows_of(part: Table, own: Sequence[str]) -> Iterator[list[str]]:
    """The cells of one sheet's rows, in the order of the first sheet's headings."""
    bare = Layout("", "", dict.fromkeys(numbered(part.header)), frozenset())
    place = {folded(heading): number for number, heading in enumerate(bare.own)}
    for record in part.records:
        if parsing.why_skipped(record, bare) is None:
            cells = [*map(str.strip, record.cells)]
            yield [
                cells[place[heading]] if place.get(heading, len(cells)) < len(cells) else ""
                for heading in own
            ]


# What each column is.


def _columns(header: Sequence[str], rows: list[list[str]], order: Order | None) -> list[Column]:
    columns = []
    for number, heading in enumerate(numbered(header)):
        values = [row[number] for row in rows if plain(row[number]) not in cells_of.NOT_KNOWN]
        shown = tuple(dict.fromkeys(values))[:EXAMPLES]
        sort = _sort(values, order)
        if sort in TEXT and IS_KIND.fullmatch(spoken(heading)):
            sort = Sort.KIND if 0 < len(set(map(plain, values))) <= FEW_WORDS else sort
        if (
            IS_RISK.search(spoken(heading))
            and values
            and set(map(plain, values)) <= {*RISK_LETTERS}
        ):
            sort = Sort.GRADE
        columns.append(Column(number + 1, heading, sort, shown))
    return columns


def _sort(values: list[str], order: Order | None) -> Sort:
    """What most of the values are. The narrower is asked first: “12” is an age before a code."""
    if not values:
        return Sort.BLANK
    tests: tuple[tuple[Sort, Callable[[str], object]], ...] = (
        (Sort.POSTCODE, written_postcode),
        (Sort.YES_NO, lambda text: cells_of.yes_or_no(text) is not None),
        (Sort.SEX, lambda text: plain(text) in SEX_WORDS),
        (Sort.GRADE, _is_grade),
        (Sort.KIND, _is_kind),
        (Sort.AGE, _is_age),
        (Sort.TIME, lambda text: (read := _when(text, order)) and read.day is None),
        (Sort.INSTANT, lambda text: (read := _when(text, order)) and read.day and read.at),
        (Sort.DAY, lambda text: (read := _when(text, order)) and read.day),
    )
    hits = {sort: sum(bool(is_one(text)) for text in values) for sort, is_one in tests}
    for enough in (MOST * len(values), min(MOST * len(values), max(len(values) - 1, 1))):
        for sort, number in hits.items():
            if number >= enough:
                return Sort.GRADING if sort is Sort.GRADE and any(map(_is_both, values)) else sort
    # A column of days some of which have no time.
    dated = sum(_when(text, order) is not None for text in values)
    if dated >= MOST * len(values):
        return Sort.INSTANT
    coded = sum(bool(CODE.fullmatch(text)) for text in values)
    return Sort.CODE if coded >= MOST * len(values) else Sort.WORDS


def _when(text: str, order: Order | None) -> instants.Written | None:
    """Read the one way or the other: which it is comes later."""
    return instants.read(text, order or Order.DAY_FIRST) or instants.read(text, Order.MONTH_FIRST)


def _is_grade(text: str) -> bool:
    return any(map(risk_grade, parsing.words(text)))


def _is_both(text: str) -> bool:
    said = parsing.words(text)
    return len(said) > 1 and any(word in KIND_WORDS for word in said)


def _is_kind(text: str) -> bool:
    return any(word in KIND_WORDS for word in parsing.words(text))


def _is_age(text: str) -> bool:
    found = re.fullmatch(r"(\d{1,2})(?:\.0+)?(?: ?y(?:ea)?rs?(?: old)?)?", plain(text))
    return bool(found and int(found[1]) <= OLDEST_CHILD)


def _assigned(columns: list[Column]) -> list[Column]:
    """Each column with what it means: the surest headings first, no meaning twice but in parts."""
    offers = sorted(
        (
            (-weight, column.number, meaning)
            for column in columns
            for meaning, weight, sorts, pattern in HEADINGS
            if column.sort in sorts | {Sort.BLANK}
            and pattern.search(spoken(column.heading))
            and not _is_out(meaning, spoken(column.heading))
        ),
        key=lambda offer: offer[:2],
    )
    cares = any(meaning is Meaning.LOOKED_AFTER for _, _, meaning in offers)
    has = {meaning for _, _, meaning in offers}
    useless = set()
    if (-4, Meaning.NAME) in {(weight, meaning) for weight, _, meaning in offers}:
        useless |= {Meaning.FORENAME, Meaning.SURNAME}
    elif {Meaning.FORENAME, Meaning.SURNAME} <= has:
        useless.add(Meaning.NAME)
    taken: dict[int, Meaning] = {}
    by_number = {column.number: column for column in columns}
    for weight, number, meaning in offers:
        if number in taken or meaning in useless:
            continue
        if meaning is Meaning.PLACING_AUTHORITY and weight == -1 and not cares:
            # “Local authority” may be the one where the child was missing from.
            continue
        others = [by_number[n] for n, other in taken.items() if other is meaning]
        if all(_goes_beside(meaning, by_number[number], other) for other in others):
            taken[number] = meaning
    return [
        replace(column, meaning=_with_words(column, taken.get(column.number))) for column in columns
    ]


def _goes_beside(meaning: Meaning, column: Column, other: Column) -> bool:
    """Whether two columns can say one thing together: a day and its time, lines of an address."""
    if meaning in MOMENTS:
        sorts = {column.sort, other.sort}
        return sorts == {Sort.DAY, Sort.TIME} or (
            sorts == {Sort.INSTANT} and _is_pair(column, other)
        )
    if meaning is Meaning.FORENAME:
        said = [spoken(each.heading) for each in (column, other)]
        # “Forename 1” and “Forename 2”.
        is_numbered = len({re.sub(r" ?\d+$", "", each) for each in said}) == 1
        return is_numbered or any("middle" in each for each in said)
    return meaning in JOINED


def _is_pair(column: Column, other: Column) -> bool:
    """“Missing Date” and “Missing Time”, where a program put the whole of it in both."""
    words = [spoken(each.heading).split() for each in (column, other)]
    bare = [[word for word in said if word not in ("date", "time")] for said in words]
    return bare[0] == bare[1] and words[0] != words[1]


def clashes(
    columns: Sequence[Column], meant: Mapping[str, Meaning | None]
) -> list[tuple[Column, Column]]:
    """Columns that say what another says already; those that are read together do not."""
    found: list[tuple[Column, Column]] = []
    taken: dict[Meaning, list[Column]] = {}
    for column in columns:
        if meaning := meant.get(column.heading):
            others = taken.setdefault(meaning, [])
            if any(not _goes_beside(meaning, column, other) for other in others):
                found.append((column, others[0]))
            others.append(column)
    return found


def _with_words(column: Column, meaning: Meaning | None) -> Meaning | None:
    """A grade beside which the classification stands: “Low (Absent)”."""
    is_both = meaning is Meaning.RISK and column.sort is Sort.GRADING
    return Meaning.GRADING if is_both else meaning


def _said(columns: list[Column], meant: dict[str, Meaning | None]) -> list[Column]:
    """The columns with what a person has said of them."""
    return [
        replace(column, meaning=meant[column.heading]) if column.heading in meant else column
        for column in columns
    ]


def _is_surname_first(columns: Iterable[Column], rows: list[list[str]]) -> bool:
    """Of names without comma and capitals: what the heading says, else where forenames stand."""
    column = next((each for each in columns if each.meaning is Meaning.NAME), None)
    if column is None:
        return False
    if SURNAME_FIRST.search(spoken(column.heading)):
        return True
    first = last = 0
    for row in rows:
        words = row[column.number - 1].split()
        if len(words) > 1 and "," not in words[0] and not any(map(str.isupper, words)):
            first += _is_forename(words[0])
            last += _is_forename(words[-1])
    return last > 2 * first


def _is_forename(word: str) -> bool:
    return bare(word) in NAMES


# What has to be asked.


def _asked_of_columns(proposal: Proposal, meant: dict[str, Meaning | None]) -> list[Question]:
    has = {column.meaning for column in proposal.columns}
    asked = []
    for is_there, about, sentence in (
        (
            Meaning.REFERENCE in has,
            Meaning.REFERENCE,
            "Which column is the sender's reference of the episode?",
        ),
        (
            Meaning.NAME in has or {Meaning.FORENAME, Meaning.SURNAME} <= has,
            Meaning.NAME,
            "Which column, or which two, hold the child's name?",
        ),
        (
            Meaning.LAST_SEEN in has or Meaning.REPORTED in has,
            Meaning.LAST_SEEN,
            "Which column says when the child was last seen, or reported missing?",
        ),
    ):
        if not is_there:
            asked.append(Question(str(about), sentence))
    if unread := _birth_dates_unread(proposal, has, meant):
        asked.append(_asked_what(unread))
    for column in proposal.columns:
        is_moment = column.sort in (Sort.DAY, Sort.INSTANT)
        is_known = column.meaning or column.heading in meant
        said = spoken(column.heading)
        is_beside = BESIDE.search(said) or OF_OTHERS.search(said)
        if is_moment and not is_known and not is_beside:
            asked.append(_asked_what(column))
    for meaning in MOMENTS:
        own = [column for column in proposal.columns if column.meaning is meaning]
        if own and all(column.sort is Sort.TIME for column in own):
            asked.append(
                Question(
                    own[0].heading, f"On which day is the time of the column “{own[0].heading}”?"
                )
            )
    return asked


def _birth_dates_unread(
    proposal: Proposal, has: set[Meaning | None], meant: dict[str, Meaning | None]
) -> Column | None:
    """A column that by its heading has them, while what stands there is read as no date."""
    if Meaning.BORN in has:
        return None
    return next(
        (
            column
            for column in proposal.columns
            if column.sort not in (Sort.BLANK, Sort.AGE)
            and column.heading not in meant
            and column.meaning is None
            and BORN.search(said := spoken(column.heading))
            and not _is_out(Meaning.BORN, said)
        ),
        None,
    )


BORN = next(pattern for meaning, _, _, pattern in HEADINGS if meaning is Meaning.BORN)


def _asked_what(column: Column) -> Question:
    example = column.examples[0] if column.examples else ""
    sentence = f"What does the column “{column.heading}” say, as in “{example}”?"
    return Question(column.heading, sentence)


def _asked_of_words(proposal: Proposal, rows: list[list[str]]) -> list[Question]:
    """Words of the classification that nobody knows."""
    column = next((each for each in proposal.columns if each.meaning is Meaning.KIND), None)
    if column is None:
        return []
    unknown = {
        plain(text): text
        for row in rows
        if (text := row[column.number - 1])
        and not _is_kind(text)
        and not _is_grade(text)
        and plain(text) not in proposal.kinds
    }
    return [
        Question(word, f"Does “{text}” mean missing, or away from placement?", is_word=True)
        for word, text in sorted(unknown.items())
    ]


def _order(
    proposal: Proposal, rows: list[list[str]], today: date, said: Order | None
) -> tuple[Order, Question | None]:
    """Whether the day or the month stands first: from dates that can be read one way only."""
    if said:
        return said, None
    dated = [
        column
        for column in proposal.columns
        if column.meaning in (*MOMENTS, Meaning.BORN) and column.sort in (Sort.DAY, Sort.INSTANT)
    ]
    only: Counter[Order] = Counter()
    either: list[str] = []
    unlikely: Counter[Order] = Counter()
    for row in rows:
        for column in dated:
            text = row[column.number - 1]
            read = {order: instants.read(text, order) for order in Order}
            days = {order: each.day for order, each in read.items() if each and each.day}
            if len(days) == 1:
                only[next(iter(days))] += 1
            elif len(set(days.values())) == 2:
                either.append(text)
                for order, day in days.items():
                    unlikely[order] += day > today + timedelta(days=1)
    if not only and either:
        likely = [order for order in Order if not unlikely[order]]
        if len(likely) == 1:
            return likely[0], None
        return Order.DAY_FIRST, Question(ORDER, f"Is “{either[0]}” {_both_ways(either[0])}?")
    if only[Order.DAY_FIRST] and only[Order.MONTH_FIRST] > MOST_WRONG * sum(only.values()):
        most = only.most_common(1)[0][0]
        return most, Question(
            ORDER, "Some dates have the day first and others the month: which is it?"
        )
    return (only.most_common(1)[0][0] if only else Order.DAY_FIRST), None


# Among so many dates, one that can be read the other way alone is a slip of the sender's.
MOST_WRONG = 0.02


def _both_ways(text: str) -> str:
    ways = [instants.read(text, order) for order in Order]
    said = [f"{each.day.day} {each.day:%B}" for each in ways if each and each.day]
    return " or ".join(said)
