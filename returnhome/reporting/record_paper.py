"""A child's record on paper: the working copy, the copy that is given, and its covering letter.

Tagged PDFs (PDF/UA-1) set by typst. In the copy that is given, words that are withheld are not
there at all: a ground stands in their place, and the rest is set anew from what is left. The files
name nobody in their name or in what they say of themselves.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from returnhome.casework import record_requests as requests
from returnhome.casework.childs_part import Made
from returnhome.casework.record_requests import GatheredLine, GatheredRecord, RecordRequest
from returnhome.casework.staff import Person
from returnhome.reporting import setting
from returnhome.reporting.whole_record import day, moment
from returnhome.rules import subject_access
from returnhome.rules.clock import LONDON
from returnhome.rules.subject_access import Asker, Ground, RequestKind

SETTING = (Path(__file__).parent / "given.typ").read_bytes()
TITLE = {
    RequestKind.SAR: "The record that the council holds",
    RequestKind.FOI: "Answer to a request for recorded information",
}
WORKING = "Working copy: not to be given"
DRAFT = "As it would be given: not given yet"


@dataclass(frozen=True)
class Piece:
    words: str
    is_marked: bool = False


@dataclass(frozen=True, kw_only=True)
class PaperLine:
    heading: str
    rows: Sequence[Sequence[Piece]]
    notes: Sequence[str] = ()
    # The bytes of a drawing, each as a number.
    picture: Sequence[int] | None = None
    format: str = "png"
    alt: str = ""


@dataclass(frozen=True)
class Part:
    title: str
    lines: Sequence[PaperLine]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What stands on it, in its order. Of these only `title` and `number` name the file."""

    title: str
    number: str
    about: str = ""
    opening: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    parts: Sequence[Part] = ()
    closing: Sequence[tuple[str, Sequence[str]]] = ()
    footer: str


def number_of(request: RecordRequest) -> str:
    return f"R-{request.pk}"


def pdf(paper: Paper) -> bytes:
    """A4. The same record gives the same bytes, whenever and wherever it is set."""
    return setting.pdf(SETTING, "paper", asdict(paper))


def lines_of(record: GatheredRecord, person: Person) -> list[GatheredLine]:
    return list(GatheredLine.objects.visible_to(person).filter(record=record).in_order())


# The copy that is given.


def to_give(record: GatheredRecord, person: Person, *, is_draft: bool = False) -> Paper:
    """As it goes out: not one word of what is withheld, or not decided yet, is in it."""
    request = record.request
    kind, lines = RequestKind(request.kind), lines_of(record, person)
    if kind is RequestKind.FOI:
        # That there is a line of some kind would say something by itself.
        lines = [line for line in lines if not line.ground]
    pictures = _pictures(lines, person)
    return Paper(
        title=TITLE[kind],
        number=number_of(request),
        about=record.child.name if kind is RequestKind.SAR else "",
        opening=[
            f"This is what the council’s record of missing children and return home interviews "
            f"held on {moment(record.gathered_at)}."
            if lines
            else "Nothing is given: the letter that comes with this says why.",
            "Words in square brackets stand where something is withheld, and say on which ground. "
            "The letter that comes with this says what each means.",
        ],
        parts=_parts(lines, lambda line: _given(line, pictures)),
        footer=DRAFT if is_draft else "Keep this safe." if kind is RequestKind.SAR else "",
    )


def _given(line: GatheredLine, pictures: Mapping[int, Made]) -> PaperLine:
    rows = [[Piece(row)] for row in requests.as_given(line).split("\n") if row.strip()]
    made = None if line.ground else pictures.get(line.made_id or 0)
    if made is None:
        return PaperLine(heading=line.heading, rows=rows)
    if not made.is_drawing:
        return PaperLine(
            heading=line.heading, rows=rows, notes=["The recording itself is given beside this."]
        )
    return PaperLine(
        heading=line.heading,
        rows=rows,
        picture=list(made.content),
        format="jpg" if made.kind == "image/jpeg" else "png",
        alt="A drawing that the child made",
    )


def _pictures(lines: Iterable[GatheredLine], person: Person) -> dict[int, Made]:
    """What the child made, as far as it is not withheld; none is read that is."""
    wanted = [line.made_id for line in lines if line.made_id and not line.ground]
    return Made.objects.visible_to(person).in_bulk(wanted) if wanted else {}


def _parts(lines: Iterable[GatheredLine], put: Callable[[GatheredLine], PaperLine]) -> list[Part]:
    return [
        Part(title, [put(line) for line in those])
        for title, those in groupby(lines, key=lambda line: line.part)
    ]


# The working copy.


def working(record: GatheredRecord, person: Person) -> Paper:
    """All of it, what is marked in a frame, with what was decided of each."""
    return Paper(
        title=WORKING,
        number=number_of(record.request),
        about=record.child.name,
        opening=[
            "Every word is in this. It is for whoever decides what is given, and for nobody else. "
            "What is marked has a frame and is in bold; below it stands what was decided.",
        ],
        parts=_parts(lines_of(record, person), _worked_on),
        footer=WORKING,
    )


def _worked_on(line: GatheredLine) -> PaperLine:
    marked = requests.marked_in(line)
    rows: list[list[Piece]] = [[]]
    before = 0
    for each in marked:
        _add(rows, line.text[before : each.mark.start], is_marked=False)
        _add(rows, line.text[each.mark.start : each.mark.end], is_marked=True)
        before = each.mark.end
    _add(rows, line.text[before:], is_marked=False)
    notes = [f"The whole line is withheld: {Ground(line.ground).label}."] if line.ground else []
    for each in marked:
        said = each.decision.label if each.decision else "Not decided"
        why = f" ({each.ground.label})" if each.ground else ""
        notes.append(f"“{requests.words_of(line, each.mark)}”: {said}{why}. {each.mark.why}.")
    return PaperLine(heading=line.heading, rows=rows, notes=notes)


def _add(rows: list[list[Piece]], words: str, *, is_marked: bool) -> None:
    first, *others = words.split("\n")
    if first:
        rows[-1].append(Piece(first, is_marked))
    for each in others:
        rows.append([Piece(each, is_marked)] if each else [])


# The letter.


def letter(record: GatheredRecord, person: Person, now: datetime) -> Paper:
    """What is given, what is withheld and why in general words, and how to complain."""
    request = record.request
    kind, asker = RequestKind(request.kind), Asker(request.asker)
    lines = lines_of(record, person)
    council = record.child.responsible_authority
    return Paper(
        title="About the record that you asked for",
        number=number_of(request),
        opening=[
            f"Dear {request.name}," if request.name else "Dear Sir or Madam,",
            _what_came(kind, asker, request, record),
        ],
        facts=[
            ("From", council.name if council else ""),
            ("Asked on", day(request.received_on)),
            ("Answered on", day(now.astimezone(LONDON).date())),
        ],
        closing=[
            *_withheld(kind, lines),
            *([("About what is held", WHAT_IS_HELD)] if kind is RequestKind.SAR else []),
            ("If you are not content", COMPLAIN[kind]),
        ],
        footer="",
    )


def _what_came(
    kind: RequestKind, asker: Asker, request: RecordRequest, record: GatheredRecord
) -> str:
    if kind is RequestKind.FOI:
        return (
            "You asked under the Freedom of Information Act 2000 for recorded information. Below "
            "stands what can be given to the public, and why the rest cannot."
        )
    whose = "about you" if asker is Asker.SELF else f"about {record.child.name}"
    return (
        f"You asked for what the council holds {whose} in its record of missing children and "
        f"return home interviews. A copy, as the record stood on {moment(record.gathered_at)}, "
        "comes with this letter. We searched the whole of that record."
    )


def grounds_used(lines: Iterable[GatheredLine]) -> Counter[Ground]:
    """How often each ground stands in the copy."""
    used: Counter[Ground] = Counter()
    for line in lines:
        if line.ground:
            used[Ground(line.ground)] += 1
            continue
        used.update(
            each.ground for each in requests.marked_in(line) if each.is_withheld and each.ground
        )
    return used


NEITHER = (
    "The council neither confirms nor denies that it holds what you asked for (Freedom of "
    "Information Act 2000, section 40(5B)(a)(i)). To say which of the two it is would tell the "
    "public something about a person, and would contravene the data protection principles."
)


def _withheld(kind: RequestKind, lines: Sequence[GatheredLine]) -> list[tuple[str, Sequence[str]]]:
    used = grounds_used(lines)
    if kind is RequestKind.FOI and all(line.ground for line in lines):
        return [("Why nothing is given", [NEITHER])]
    if not used:
        return [("Nothing is withheld", ["All that the record holds is in the copy."])]
    said = [
        f"{ground.label}: {ground.sentence} ({ground.law}; {_places(number)})"
        for ground, number in sorted(used.items(), key=lambda each: list(Ground).index(each[0]))
    ]
    return [("What is withheld, and why", said)]


def _places(number: int) -> str:
    return "in 1 place" if number == 1 else f"in {number} places"


WHAT_IS_HELD = (
    "The record is held so that a child who was missing is offered a return home interview and is "
    "kept safe. It comes from the child, from those who cared for the child, from the police and "
    "from the people who worked with the child. To whom something of it was given stands in the "
    "copy, under “What was shared, and with whom”. How long it is kept, the council can tell you.",
    "You can ask that what is wrong is put right, that something is erased or used less, and you "
    "can object to how it is used.",
)
COMPLAIN = {
    RequestKind.SAR: (
        "You can complain to the council. It has to say within 30 days that it has your complaint, "
        "and then look into it.",
        "You can complain to the Information Commissioner (ico.org.uk/make-a-complaint, "
        "0303 123 1113), and you can ask a court to have the council comply.",
    ),
    RequestKind.FOI: (
        "You can ask the council for an internal review within 40 working days. If you are not "
        "content with its outcome, you can complain to the Information Commissioner "
        "(ico.org.uk/make-a-complaint).",
    ),
}


@dataclass(frozen=True)
class Given:
    """The two files as they go out."""

    copy: bytes
    letter: bytes


def given(record: GatheredRecord, person: Person, now: datetime) -> Given:
    """Raises StillUndecided where something is not decided yet."""
    if requests.numbers(record)["undecided"]:
        raise subject_access.StillUndecided
    return Given(pdf(to_give(record, person)), pdf(letter(record, person, now)))
