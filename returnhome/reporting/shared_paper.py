"""What was sent to somebody who has no account here, as a tagged PDF (PDF/UA-1) set by typst.

It says what the recipient would read on a page, and nothing else. The file's name and all that it
says of itself name nobody and no place: they stay in lists of downloads and in mail boxes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from returnhome.casework.shares import Share, SharedLine
from returnhome.casework.staff import Person
from returnhome.reporting import setting
from returnhome.rules import Blocked, intelligence, sharing
from returnhome.rules.clock import LONDON
from returnhome.rules.intelligence import Grading
from returnhome.rules.sharing import Purpose, Recipient

SETTING = (Path(__file__).parent / "shared.typ").read_bytes()
TITLE = "Information shared to keep a child safe"
FOR_YOU = (
    "It is for you, for what is said below and for nothing else. Do not pass it on without asking, "
    "and keep it where nobody else can read it.",
    "Words in square brackets stand for something that was left out on purpose.",
)


class OnPaperNoMore(Blocked):
    sentence = "This was recalled, or its time is over, so it is not put on paper any more."


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing as the recipient reads it. `graded`: pairs of what and its grading, in words."""

    heading: str
    words: str
    graded: Sequence[tuple[str, str]] = ()
    conditions: str = ""


@dataclass(frozen=True)
class Part:
    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What stands on the paper, in its order. Of these only `title` and `number` name the file.

    `first` are pairs of when and what to do before reading on; `closing`, of a heading and its
    paragraphs.
    """

    title: str
    number: str
    about: str
    first: Sequence[tuple[str, str]] = ()
    opening: Sequence[str]
    facts: Sequence[tuple[str, str]]
    parts: Sequence[Part]
    closing: Sequence[tuple[str, Sequence[str]]]
    footer: str


def number_of(share: Share) -> str:
    return f"S-{share.pk}"


def check_can_print(share: Share, *, at: datetime) -> None:
    """Whether it can still be given out on paper. Raises OnPaperNoMore."""
    if not share.is_open(at):
        raise OnPaperNoMore


def lines_of(share: Share, person: Person) -> list[SharedLine]:
    """What was told, in its order: the lines that were ticked, with no word that was taken out."""
    told = SharedLine.objects.visible_to(person).filter(share=share, is_in=True)
    return list(told.in_order().defer("original", "decided"))


def paper(share: Share, lines: Iterable[SharedLine], mail: str) -> Paper:
    """A share as its recipient reads it on paper; `mail` is the address of whom to ask."""
    found = [line_of(each, is_for_police=share.is_for_police) for each in lines]
    return Paper(
        title=TITLE,
        number=number_of(share),
        about=f"About {share.about}",
        opening=FOR_YOU,
        facts=facts_of(share),
        parts=[Part("What you are told", found)],
        closing=[("How to answer", [*_answers(share), ask(share, mail)])],
        footer="Keep this safe. Destroy it when its time is over.",
    )


def line_of(line: SharedLine, *, is_for_police: bool = False) -> Line:
    if not line.grading:
        return Line(heading=line.heading, words=line.text)
    grading = Grading.read(line.grading, line.conditions)
    return Line(
        heading=line.heading,
        words=line.text,
        graded=grading.parts(is_for_police=is_for_police),
        conditions=grading.conditions,
    )


def facts_of(share: Share) -> list[tuple[str, str]]:
    purpose = Purpose(share.purpose)
    fit = sharing.fit(Recipient(share.recipient), purpose)
    basis = "; ".join(str(each) for each in fit.basis) if fit else ""
    return [
        ("From", share.sent_from),
        ("To", to_whom(share)),
        ("What for", purpose.label),
        *([("It rests on", basis)] if basis else []),
        ("Sent", moment(share.sent_at)),
        ("Good until", day(share.until)),
    ]


def to_whom(share: Share) -> str:
    if share.to:
        return f"{share.name}, {share.to.name}"
    label = Recipient(share.recipient).label
    return f"{share.name} ({label[:1].lower()}{label[1:]})"


def ask(share: Share, mail: str) -> str:
    """Whom to ask, and by which number."""
    return (
        "To answer, or if something is not clear, wrong or not for you: "
        f"{share.sent_from} ({mail}). Say that it is about {number_of(share)}."
    )


def mail_of(share: Share) -> str:
    """The address of whoever sent it."""
    assert share.sent_by
    return share.sent_by.email


def _answers(share: Share) -> list[str]:
    if share.recipient != Recipient.POLICE or share.sent_at is None:
        return ["Say that you have it, and what you did with it."]
    by = moment(intelligence.acknowledged_by(share.sent_at))
    return [
        f"Say by {by} that you have it.",
        "Then say of each piece that it was acted on, that you knew it already, or that nothing is "
        "done with it and why.",
    ]


def moment(at: datetime | None) -> str:
    return f"{day(at)} at {at.astimezone(LONDON):%H:%M}" if at else ""


def day(at: datetime | None) -> str:
    if at is None:
        return ""
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


def pdf(paper: Paper) -> bytes:
    """A4. The same share gives the same bytes, whenever and wherever it is set."""
    return setting.pdf(SETTING, "paper", asdict(paper))
