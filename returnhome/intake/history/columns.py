"""What the columns of a council's earlier records mean, and in which words their headings say so.

A layout is data: a heading is compared without its case and its punctuation. SSDA903 “Missing”
module and the Standard Safeguarding Dataset as published; the other wordings are those that
councils' own lists use.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from returnhome.intake.layouts import Layout, Meaning, numbered
from returnhome.rules.codes import Code


class Column(Code):
    """What a column tells. Codes that `intake.layouts.Meaning` has too mean the same there."""

    NUMBER = "number", "the child's number"
    PERSON = "person", "the person's number in this data set"
    NAME = "name", "whole name"
    FORENAME = "forename", "forename"
    SURNAME = "surname", "surname"
    BORN = "born", "date of birth"
    SEX = "sex", "sex"
    KIND = "kind", "missing or away"
    RISK = "risk", "risk"
    LAST_SEEN = "last_seen", "last seen"
    STARTED = "started", "start"
    REPORTED = "reported", "reported"
    FOUND = "found", "found"
    RETURNED = "returned", "returned"
    ENDED = "ended", "end"
    OFFERED = "offered", "interview offered"
    OFFERED_ON = "offered_on", "day of the offer"
    ANSWER = "answer", "answer to the offer"
    DECLINED_BY = "declined_by", "who declined"
    HELD = "held", "interview held"
    HELD_AT = "held_at", "when the interview was held"
    INTERVIEWER = "interviewer", "who held the interview"
    BODY = "body", "for whom it was held"
    WHY_NOT = "why_not", "why no interview was held"
    NOTES = "notes", "notes"
    # Known and of no use by itself: the number of the row in the system that it comes from.
    ROW = "row", "number of the row"


EPISODES, PEOPLE, REGISTER = "episodes", "people", "register"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: its headings by what they mean, and what it cannot do without.

    `needs`: any one of these sets of columns. `marks`: a heading that only this kind has.
    `is_of_looked_after`: all children of it are looked after. `taught`: headings, said plainly,
    that somebody of the council has said the meaning of.
    """

    name: str
    title: str
    holds: str
    words: Mapping[Column, Sequence[str]]
    needs: Sequence[frozenset[Column]]
    marks: str = ""
    is_of_looked_after: bool = False
    taught: Mapping[str, Column | None] = field(default_factory=dict)

    def column(self, heading: str) -> Column | None:
        said = said_plainly(heading)
        if said in self.taught:
            return self.taught[said]
        # Headings that somebody has published are those and no others.
        ways = (said,) if self.marks else (said, without_fillers(said))
        return next(
            (column for way in ways for column, words in self.words.items() if way in words), None
        )

    def fits(self, header: Sequence[str]) -> bool:
        said = {said_plainly(heading) for heading in header}
        if self.marks and self.marks not in said:
            return False
        here = {column for heading in header if (column := self.column(heading))}
        return any(need <= here for need in self.needs)

    def met(self, header: Sequence[str]) -> int:
        return sum(self.column(heading) is not None for heading in header)

    def layout(self, header: Sequence[str]) -> Layout:
        """As `intake.cells` reads it: its meanings are these columns."""
        own = numbered(header)
        columns = {heading: self.column(heading) for heading in own}
        return Layout(
            name=self.name,
            title=self.title,
            # The codes are words, and where both lists have one it is the same word.
            columns=cast("Mapping[str, Meaning | None]", columns),
            required=frozenset(),
            header=tuple(header),
        )


# Longer headings are compared by their beginning.
MOST_OF_A_HEADING = 200


def said_plainly(heading: str) -> str:
    """Letters and figures alone: “R.H.I. Offered?” is “rhi offered”."""
    words = (
        heading[:MOST_OF_A_HEADING].casefold().replace("'", "").replace("’", "").replace(".", "")
    )
    return " ".join(re.sub(r"[^a-z0-9]+", " ", words).split())


# What a heading is longer by and means no other for: “Date the young person returned”.
_FILLERS = re.compile(
    r"\b(?:the|a|an|of|was|were|is|did|has|have|been|young persons?|yp|childs?|childrens?)\b"
)


def without_fillers(said: str) -> str:
    """The words of a heading, said plainly, that tell what it means; all where none is left."""
    return " ".join(_FILLERS.sub(" ", said).split()) or said


# An interview by each of its names, before what is said of it.
TALK = (
    *("rhi", "rhis", "return home interview", "return interview", "return home conversation"),
    *("return conversation", "rhc", "ri", "interview", "independent return interview", "iri"),
    *("return to home interview", "missing return interview", "debrief"),
)


def of_talk(*said: str) -> tuple[str, ...]:
    """These words of an interview under each of its names, before or after the name."""
    return tuple(
        phrase
        for talk in TALK
        for word in said
        for phrase in (f"{talk} {word}", f"{word} {talk}", f"{talk} was {word}")
    )


def why_not(*said: str) -> tuple[str, ...]:
    """Why an interview under each of its names was not this: “Reason RHI not completed”."""
    return tuple(
        f"{why} {talk} {was}not {word}"
        for talk in TALK
        for word in said
        for why in ("reason", "reason for", "reason why", "why")
        for was in ("", "was ")
    )


def at_once(*said: str) -> tuple[str, ...]:
    """The day and the time of these words in one column: “Date & time returned”."""
    return tuple(
        phrase
        for word in said
        for what in ("date time", "date and time")
        for phrase in (f"{what} {word}", f"{word} {what}", f"{what} of {word}")
    )


def dated(*said: str) -> tuple[str, ...]:
    """The day or the time of these words of an interview: “Date RHI offered”."""
    return tuple(
        phrase
        for talk in TALK
        for word in said
        for what in ("date", "time", "date of", "date and time")
        for phrase in (f"{what} {talk} {word}", f"{talk} {word} {what}", f"{what} {word} {talk}")
    )


WHO: dict[Column, Sequence[str]] = {
    Column.NUMBER: (
        *("child", "child id", "child number", "childid", "child ref", "child reference"),
        *("id", "person id", "personid", "client id", "client number", "case number", "case id"),
        *("ics number", "ics id", "lcs id", "lcs number", "mosaic id", "mosaic number"),
        *("la child id", "unique child id", "system id", "service user id", "social care id"),
        *("liquidlogic id", "liquid logic id", "capita id", "azeus id", "register number"),
        *("lcs no", "ics no", "mosaic no", "child no", "case no", "person number", "person no"),
        *("swift id", "frameworki id", "eclipse id", "child identifier", "la number"),
    ),
    Column.NAME: (
        *("name", "child name", "childs name", "name of child", "full name", "young person"),
        *("young persons name", "name of young person", "yp name", "child s name"),
    ),
    Column.FORENAME: ("forename", "forenames", "first name", "first names", "given name"),
    Column.SURNAME: ("surname", "last name", "family name"),
    Column.BORN: ("dob", "date of birth", "d o b", "birth date", "born", "childs dob"),
    Column.SEX: ("sex", "gender"),
}
SPREADSHEET = Kind(
    name="episodes",
    title="A council's own list of past episodes",
    holds=EPISODES,
    words={
        **WHO,
        Column.KIND: (
            *("type", "category", "classification", "missing away", "missing or away"),
            *("missing or absent", "missing absent", "episode type", "type of episode"),
            *("missing type", "missing category", "kind"),
        ),
        Column.RISK: ("risk", "risk level", "risk grade", "police risk", "risk grading", "grading"),
        Column.LAST_SEEN: (
            *("last seen", "date last seen", "time last seen", "last seen date", "last seen time"),
            *("last seen at", "when last seen", *at_once("last seen")),
        ),
        Column.STARTED: (
            *("start", "start date", "start time", "missing from date", "missing start"),
            *("date missing", "time missing", "missing date", "missing time", "went missing"),
            *("missing since", "date went missing", "date of missing", "episode start"),
            *("missing start date", "missing start time", "date started", "missing from"),
            *("start date of missing episode", "date of missing episode", "episode start date"),
            *("from", "date from", "missing episode start", "missing episode start date"),
            *("missing from time", "time went missing", "start missing", "time missing from"),
            *at_once("missing", "went missing", "missing from", "start"),
        ),
        Column.REPORTED: (
            *("reported", "date reported", "time reported", "reported date", "reported to police"),
            *("date reported missing", "reported missing", "date of report", "reported at"),
            *("reported time", *at_once("reported", "report", "reported missing")),
        ),
        Column.FOUND: (
            *("found", "date found", "time found", "found date", "found time", "found at"),
            *("located", "date located", "time located", "when found"),
            *at_once("found", "located"),
        ),
        Column.RETURNED: (
            *("returned", "date returned", "time returned", "return date", "return time"),
            *("date of return", "time of return", "returned date", "returned home", "returned at"),
            *("date returned home", "returned to placement", "when returned", "time returned home"),
            *at_once("returned", "return", "returned home"),
        ),
        Column.ENDED: (
            *("end", "end date", "end time", "ended", "missing end", "missing end date"),
            *("episode end", "episode end date", "date ended", "to", "date to", "missing to"),
            *("end date of missing episode", "missing episode end", "missing episode end date"),
            *("end missing", *at_once("end", "ended")),
        ),
        Column.OFFERED: (*of_talk("offered", "offer", "offered y n", "offered yes no"),),
        Column.OFFERED_ON: (
            *of_talk("date offered", "offered on"),
            *dated("offered", "offer"),
            *("date offered", "date of offer", "offer date"),
        ),
        Column.ANSWER: (
            *of_talk("accepted", "accepted declined", "response", "answer", "accepted or declined"),
            *of_talk("offer accepted", "taken up", "accepted y n", "consented", "agreed"),
            *("accepted", "accepted declined", "response", "accepted or declined", "take up"),
            *("outcome of offer", "response to offer", "offer outcome", "accepted refused"),
        ),
        Column.DECLINED_BY: (
            *("declined by", "refused by", "who declined", "who refused", "declined by whom"),
            *("if declined who by", "if declined by whom", "if declined by who"),
            *("if refused who by", "if refused by whom", "if refused by who"),
        ),
        Column.HELD: (
            *of_talk("held", "completed", "done", "took place", "undertaken", "conducted"),
            *of_talk("complete", "carried out", "completed y n", "held y n"),
        ),
        Column.HELD_AT: (
            *of_talk("date", "time", "date held", "held on", "date completed", "completion date"),
            *of_talk("date and time", "held at", "date of", "completed on", "time held", "time of"),
            *dated("held", "completed", "took place", "undertaken", "conducted", "done"),
        ),
        Column.INTERVIEWER: (
            *of_talk("by", "worker", "held by", "completed by", "undertaken by", "conducted by"),
            *("interviewer", "interviewed by", "worker", "completed by", "name of interviewer"),
            *("rhi officer", "held by", "by whom", "interviewer name", "worker name"),
            *(f"who {did} {talk}" for talk in TALK for did in ("completed", "held", "did")),
        ),
        Column.BODY: (
            *("provider", "organisation", "service", "interviewing service", "agency"),
            *("provider name", "commissioned provider", *of_talk("provider", "service", "agency")),
        ),
        Column.WHY_NOT: (
            *of_talk("not held reason", "reason not held", "not completed reason"),
            *of_talk("reason not completed", "reason for not", "reason not offered", "outcome"),
            *of_talk("not held", "reason", "declined reason", "reason declined", "not done reason"),
            *("reason not held", "reason not completed", "why not held", "why not", "reason if no"),
            *("reason for non completion", "reason no interview", "if not why not", "reason"),
            *why_not("completed", "held", "done", "undertaken", "conducted", "accepted", "offered"),
            *why_not("take place", "carried out"),
            *of_talk("status"),
        ),
        Column.NOTES: (
            *("notes", "note", "comments", "comment", "summary", "details", "remarks"),
            *of_talk("notes", "summary", "comments", "details"),
        ),
    },
    needs=[
        frozenset({who, start}) if who is Column.NUMBER else frozenset({who, Column.BORN, start})
        for start in (Column.STARTED, Column.LAST_SEEN, Column.REPORTED)
        for who in (Column.NUMBER, Column.NAME, Column.SURNAME)
    ],
)
MISSING_903 = Kind(
    name="ssda903-missing",
    title="SSDA903: missing.csv",
    holds=EPISODES,
    words={
        Column.NUMBER: ("child", "childid"),
        Column.BORN: ("dob",),
        Column.KIND: ("missing",),
        Column.STARTED: ("mis start",),
        Column.ENDED: ("mis end",),
    },
    needs=[frozenset({Column.NUMBER, Column.STARTED, Column.KIND})],
    marks="mis start",
    is_of_looked_after=True,
)
HEADER_903 = Kind(
    name="ssda903-header",
    title="SSDA903: header.csv",
    holds=PEOPLE,
    words={
        Column.NUMBER: ("child", "childid"),
        Column.SEX: ("sex",),
        Column.BORN: ("dob",),
    },
    needs=[frozenset({Column.NUMBER, Column.BORN})],
    marks="sex",
)
MISSING_SSD = Kind(
    name="ssd-missing",
    title="Standard Safeguarding Dataset: ssd_missing",
    holds=EPISODES,
    words={
        Column.ROW: ("miss table id", "miss missing episode id", "miss id"),
        Column.PERSON: ("miss person id",),
        Column.STARTED: ("miss missing episode start date", "miss missing episode start"),
        Column.KIND: ("miss missing episode type",),
        Column.ENDED: ("miss missing episode end date", "miss missing episode end"),
        Column.OFFERED: ("miss missing rhi offered",),
        Column.ANSWER: ("miss missing rhi accepted",),
    },
    needs=[frozenset({Column.PERSON, Column.STARTED})],
    marks="miss person id",
)
PERSON_SSD = Kind(
    name="ssd-person",
    title="Standard Safeguarding Dataset: ssd_person",
    holds=PEOPLE,
    words={
        Column.PERSON: ("pers person id",),
        Column.NUMBER: ("pers legacy id",),
        Column.FORENAME: ("pers forename",),
        Column.SURNAME: ("pers surname",),
        Column.BORN: ("pers dob",),
        Column.SEX: ("pers sex", "pers gender"),
    },
    needs=[frozenset({Column.PERSON})],
    marks="pers person id",
)
# What a person can say that a heading of a list of episodes means.
SAYABLE = tuple(SPREADSHEET.words)
KINDS = (MISSING_903, MISSING_SSD, PERSON_SSD, HEADER_903, SPREADSHEET)
