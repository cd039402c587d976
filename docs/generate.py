"""Draws the parts of these pages that the rules know better, so that words and code cannot part.

`./run docs` writes them; `python -m docs.generate --check` says which page is out of date, exit 1.
A page marks such a part with `<!-- drawn: NAME -->` and `<!-- end -->`; the rest is by hand.
"""

import csv
import importlib
import json
import pkgutil
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from returnhome import api, database, rules
from returnhome.api.problems import KINDS
from returnhome.casework import reference
from returnhome.intake.history.columns import KINDS as HISTORY_KINDS
from returnhome.intake.layouts import LAYOUTS, Layout
from returnhome.intake.register import REGISTER
from returnhome.rules import (
    access,
    adult_pathway,
    after_the_talk,
    clock,
    handover,
    measures,
    philomena,
    protocols,
    responsibility,
    standard,
)
from returnhome.rules.codes import (
    Answer,
    Code,
    DeclinedBy,
    MeetingKind,
    NoOwes,
    NotHeldReason,
    OfferKind,
    Role,
)
from returnhome.rules.progress import Progress, Step, is_settled, next_step
from returnhome.rules.sources import Source
from returnhome.rules.study.asked import COHORT_WORDS, MEASURES, RATES
from returnhome.rules.study.faults import Fault
from returnhome.rules.study.published import FACTS
from returnhome.rules.telling import About, Need, to_tell

DOCS = Path(__file__).resolve().parent
CASES = DOCS.parent / "tests" / "rules" / "acceptance"
PART = re.compile(r"(<!-- drawn: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)

Cell = object


# Markdown.


def table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    lines = [line(header), line(["---"] * len(header)), *map(line, rows)]
    return "\n".join(lines)


def line(cells: Sequence[Cell]) -> str:
    return f"| {' | '.join(in_cell(cell) for cell in cells)} |"


def in_cell(value: Cell) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    return " ".join(str(value).split()).replace("|", "\\|")


def code(value: object) -> str:
    return f"`{value}`"


def listed(words: Iterable[object], empty: str = "") -> str:
    return ", ".join(str(word) for word in words) or empty


# The national study.


def study_measures() -> str:
    return table(
        ["measure", "in short", "what belongs in it", "part of"],
        (
            [code(each.key), each.label, each.means, code(each.part_of) if each.part_of else ""]
            for each in MEASURES
        ),
    )


def study_rates() -> str:
    return table(
        ["rate", "label", "worked out as"],
        ([code(each.key), each.label, each.words] for each in RATES),
    )


def study_cohorts() -> str:
    return table(
        ["cohort", "which children"],
        ([code(cohort), words] for cohort, words in COHORT_WORDS.items()),
    )


def study_faults() -> str:
    return table(
        ["fault", "what is wrong", "what follows"],
        ([code(each), each.label, each.effect.label] for each in Fault),
    )


def study_facts() -> str:
    return table(
        ["id", "found", "value", "study", "read in"],
        (
            [
                each.id,
                each.words,
                each.value,
                f"{each.study}, {each.period}" if each.period else each.study,
                each.source,
            ]
            for each in FACTS
        ),
    )


# Code lists.


def code_lists() -> list[type[Code]]:
    """Every code list of the rules, those of rules/codes.py first, in the order of the file."""
    for module in pkgutil.walk_packages(rules.__path__, "returnhome.rules."):
        importlib.import_module(module.name)
    ours = [
        kind for kind in Code.__subclasses__() if kind.__module__.startswith("returnhome.rules")
    ]
    # By module, as the order in which modules were loaded is not always the same.
    return sorted(
        ours, key=lambda kind: (kind.__module__ != "returnhome.rules.codes", kind.__module__)
    )


def codes() -> str:
    return "\n\n".join(f"{heading(kind)}\n\n{code_table(kind)}" for kind in code_lists())


def heading(kind: type[Code]) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).capitalize()
    said = kind.__doc__ or "Our own list; no published one was found."
    place = f"{kind.__module__.removeprefix('returnhome.').replace('.', '/')}.py"
    return f"## {words}\n\n{paragraphs(said)}\n\nIn code: `{kind.__name__}` of `{place}`."


def paragraphs(docstring: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in docstring.strip().split("\n\n"))


def code_table(kind: type[Code]) -> str:
    more = [name for name in kind.__annotations__ if name != "label"]
    names = [name.replace("_", " ") for name in more]
    return table(
        ["code", "label", *names],
        ([code(each.value), each.label, *(getattr(each, name) for name in more)] for each in kind),
    )


# Measures.


def measure_table() -> str:
    return table_of(measures.UPTAKE)


def measures_after() -> str:
    """By section, each with what it leaves out."""
    return "\n\n".join(
        f"### {section.title}\n\n{section.leaves_out}\n\n{table_of(section)}"
        for section in after_the_talk.SECTIONS
    )


def table_of(those: Iterable[measures.Measure]) -> str:
    return table(
        ["measure", "label", "counted", "of", "in the period"],
        (
            [
                code(each.key),
                each.label,
                each.numerator,
                each.denominator or "nothing: a count",
                each.basis,
            ]
            for each in those
        ),
    )


# The recording standard.


def standards() -> str:
    return "\n\n".join(map(one_standard, reversed(standard.VERSIONS)))


def one_standard(version: standard.Standard) -> str:
    parts = [
        f"## Version {version.version}: {version.title}",
        f"In force for interviews booked from {in_words(version.since)} on.",
    ]
    for section in version.sections:
        parts.append(f"### {section.title}")
        parts += [one_question(question) for question in section.questions]
    return "\n\n".join(parts)


def one_question(question: standard.Question) -> str:
    must = "needed for sign-off" if question.core else "may be left"
    facts = [
        code(question.key),
        question.kind.label.lower(),
        f"said by: {question.said_by.label.lower()}",
        must,
    ]
    lines = [f"**{question.text}** ({listed(facts)})  "]
    if question.hint:
        lines.append(f"Hint: {question.hint}  ")
    lines.append(f"Why it is asked: {question.why}  ")
    if question.options:
        shown = listed(f"{label} ({code(key)})" for key, label in question.options)
        lines.append(f"Answers: {shown}.  ")
    lines.append(f"Source: {question.source}.")
    return "\n".join(lines)


def in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


# Who may see and do what.


def access_table() -> str:
    return table(
        ["", *(role.label for role in Role)],
        ([verb.label, *(relations(role, verb) for role in Role)] for verb in access.Verb),
    )


def relation_list() -> str:
    return "\n".join(
        f"- **{each.value}**: {each.label[:1].lower()}{each.label[1:]}."
        for each in access.Relation
        if each is not access.Relation.NONE
    )


def relations(role: Role, verb: access.Verb) -> str:
    if verb not in access.MAY[role]:
        return "–"
    if verb in access.OF_THE_ORGANISATION:
        return "own organisation"
    named = access.MAY[role][verb]
    return listed(each.value for each in access.Relation if each in named)


# What the database itself refuses.

# How a column that a policy compares with what is looked up is called.
STANDING = {
    "responsible_authority_id": "responsible",
    "host_authority_id": "host",
    "provider_id": "provider",
    "counted_under_id": "counted",
    "organisation_id": "own",
    "to_authority_id": "addressed to",
    "to_provider_id": "addressed to",
    "asked_by_authority_id": "asking",
    "received_for_id": "received for",
    "sender_id": "sent by",
}
LOOKED_UP = re.compile(r"\w+\.(\w+) = any\(\(select public\.returnhome_(\w+)\(('[^)]*')\)\)")
IS_THE_PERSON = re.compile(r"\.(\w+)_id = \(select nullif\(current_setting\('app\.person'")
IS_THERE = re.compile(r"(?:from|join) casework_(\w+)")


def second_lock() -> ModuleType:
    """The policies are made of tables, which are there once Django is ready."""
    return importlib.import_module("returnhome.casework.row_security")


def second_lock_tables() -> str:
    """Tables whose policies ask the same stand in one line."""
    lock = second_lock()
    closing = lock.closing()
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, condition in lock.policies().items():
        alike.setdefault(asked(name, condition, name in closing), []).append(name)
    return table(
        ["tables", "what must be there", "roles that are looked up", "the person is", "lists"],
        ([listed(code(short(name)) for name in names), *asks] for asks, names in alike.items()),
    )


def short(table_name: str) -> str:
    return table_name.removeprefix("casework_")


def asked(name: str, condition: str, is_closed_by_lists: bool) -> tuple[str, ...]:
    there = [each for each in IS_THERE.findall(condition) if each != short(name)]
    standing = {
        (STANDING.get(column) or function.replace("_", " "), roles_in_words(roles))
        for column, function, roles in LOOKED_UP.findall(condition)
    }
    people = dict.fromkeys(each.replace("_", " ") for each in IS_THE_PERSON.findall(condition))
    below = "with what must be there" if there else "–"
    return (
        listed(map(code, dict.fromkeys(there)), "–"),
        "; ".join(f"{each}: {roles}" for each, roles in sorted(standing)) or "–",
        listed(people, "–"),
        "close it" if is_closed_by_lists else below,
    )


def roles_in_words(roles: str) -> str:
    every = dict.fromkeys(re.findall(r"\w+", roles))
    return listed(each.replace("_", " ") for each in every)


def second_lock_functions() -> str:
    lock = second_lock()
    return table(
        ["function", "gives", "kept while the same person acts"],
        (
            [code(name), words, name in lock.FUNCTIONS and name not in lock.ASKED_ANEW]
            for name, words in lock.GIVES.items()
        ),
    )


def system_roles() -> str:
    lock = second_lock()
    acting = importlib.import_module("returnhome.casework.acting")
    return table(
        ["role", "is for", "reads of them", "writes of them", "what children said"],
        (
            [
                code(database.SYSTEM_ROLES[name]),
                words,
                *opened(lock, lock.opened()[name]),
            ]
            for name, words in acting.FOR.items()
        ),
    )


def opened(lock: ModuleType, its: Any) -> list[str]:
    """Which of the closed tables a system role reads and writes, and whether accounts are there."""
    closed = lock.policies().keys()
    return [
        in_words_of(its.reads - its.writes, closed, its.columns),
        in_words_of(its.writes, closed, {}),
        of_accounts(its),
    ]


def of_accounts(its: Any) -> str:
    """Whether a role reads what children said: all of it, or the codes of a few questions."""
    if "casework_entry" not in its.reads | its.writes:
        return "no"
    if "words" in its.columns.get("casework_entry", ("words",)):
        return "yes"
    questions = re.findall(r"'(\w+)'", its.within["casework_entry"])
    return f"no: codes alone, and only of the questions {' '.join(f'`{key}`' for key in questions)}"


def in_words_of(
    tables: Collection[str], closed: Collection[str], columns: Mapping[str, Sequence[str]]
) -> str:
    if set(tables) == set(closed):
        return "all"
    return listed(
        (
            code(short(name)) + (f" ({listed(columns[name])} only)" if name in columns else "")
            for name in sorted(tables)
            if name in closed
        ),
        "–",
    )


# The way from missing to helped.

THEN = datetime(2026, 1, 2, tzinfo=UTC)
LATER = datetime(2026, 1, 3, tzinfo=UTC)

STEPS = {
    Step.RECORD_RETURN: "Record when the child came back",
    Step.TAKE_ON: "Somebody takes the child on",
    Step.OFFER: "Offer an interview",
    Step.ANSWER: "Record the answer",
    Step.REACH: "Reach the child another way than through whoever said no",
    Step.FOLLOW_UP_NO: "Ask what the no leaves to ask: the child, their understanding, the carers",
    Step.BOOK: "Book the interview",
    Step.HOLD: "Hold it, and record when",
    Step.SIGN: "Write the record and sign it off",
    Step.ANSWER_NEEDS: "Answer the needs that were named: an action, help, or a reason for none",
    Step.ACT: "Decide what follows, or why nothing does",
    Step.DO_ACTIONS: "Complete the actions",
    Step.NOTHING: "Nothing is owed for now",
}

BACK = Progress(found_at=THEN, returned_at=THEN, is_taken_on=True)
OFFERED = replace(BACK, offered_at=THEN)
DECLINED = replace(OFFERED, answer=Answer.DECLINED)
ACCEPTED = replace(OFFERED, answer=Answer.ACCEPTED)
HELD = replace(ACCEPTED, held_at=THEN)
SIGNED = replace(HELD, signed_at=THEN)
WITH_ACTIONS = replace(SIGNED, has_actions=True)
ADULT = replace(BACK, offer_kind=OfferKind.ADULT_PATHWAY)
WALKED = replace(ADULT, is_pathway_decided=True, acted_at=LATER)
AWAY = replace(BACK, offer_kind=OfferKind.LOCAL_POLICY)

STORIES: tuple[tuple[str, Progress], ...] = (
    ("Still missing", Progress()),
    ("Found, the return not known, nobody has taken the child on", Progress(found_at=THEN)),
    ("Returned, nobody has taken the child on", Progress(returned_at=THEN)),
    ("Returned and taken on", BACK),
    ("Offered, no answer yet", OFFERED),
    ("The child said: not now", replace(OFFERED, answer=Answer.NOT_NOW)),
    ("A parent or carer declined", replace(DECLINED, declined_by=DeclinedBy.PARENT_OR_CARER)),
    (
        "The child declined",
        replace(DECLINED, declined_by=DeclinedBy.CHILD, no_owes=frozenset({NoOwes.SPOKEN_TO})),
    ),
    (
        "The same, and all that the no leaves to ask is asked",
        replace(DECLINED, declined_by=DeclinedBy.CHILD),
    ),
    ("Accepted", ACCEPTED),
    ("Booked", replace(ACCEPTED, booked_for=LATER)),
    ("Held", HELD),
    ("Signed off", SIGNED),
    ("Signed off, actions outstanding", WITH_ACTIONS),
    ("Signed off, every action completed", replace(WITH_ACTIONS, acted_at=LATER)),
    ("Signed off, and decided that nothing needs to follow", replace(SIGNED, acted_at=LATER)),
    (
        "The same, and a need that was named has nothing",
        replace(SIGNED, acted_at=LATER, has_open_need=True),
    ),
    (
        "An action completed before there was any interview",
        replace(BACK, has_actions=True, acted_at=THEN),
    ),
    ("Turned 18 by the return: adult pathway", ADULT),
    (
        "Turned 18, an action added, and not all that is owed decided",
        replace(ADULT, has_actions=True),
    ),
    ("Turned 18, all that is owed decided and done", WALKED),
    (
        "Turned 18, the same, and local policy still offers the talk",
        replace(WALKED, is_offered_by_policy=True),
    ),
    (
        "Turned 18 before an interview could be held",
        replace(OFFERED, not_held=NotHeldReason.TURNED_18),
    ),
    ("Away from placement, and nobody has said what local policy is", AWAY),
    (
        "Away from placement, and local policy offers no talk",
        replace(AWAY, is_offered_by_policy=False),
    ),
    ("Recorded in error and taken out", Progress(voided_at=THEN)),
)


def steps() -> str:
    return table(
        ["what has happened", "what is missing next", "settled"],
        ([words, STEPS[next_step(story)], is_settled(story)] for words, story in STORIES),
    )


def reasons() -> str:
    return table(
        ["reason", "settles it for now", "must be explained"],
        ([each.label, closes(each), each.needs_note] for each in NotHeldReason),
    )


def closes(reason: NotHeldReason) -> bool:
    return is_settled(replace(OFFERED, not_held=reason))


def hand_over_steps() -> str:
    """What the side that is asked sees; the side that asks and keeps the duty sees everything."""
    asked = [key for key in handover.SEES if key[2] is handover.Side.ASKED]
    return table(
        ["what is handed over", "step", "the side that is asked sees"],
        (
            [matter.label, step.label, seen_in_words(handover.SEES[matter, step, side])]
            for matter, step, side in asked
        ),
    )


def seen_in_words(parts: frozenset[handover.Part]) -> str:
    if parts == handover.EVERYTHING:
        return "everything"
    return "; ".join(part.label for part in handover.Part if part in parts)


# Cases.


def clock_cases() -> str:
    with open(CASES / "clock.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return table(
        ["case", "found", "returned", "held", "asked", "answer", "hours", "why"],
        (clock_case(row, number) for number, row in enumerate(rows, start=2)),
    )


def clock_case(row: dict[str, str], number: int) -> list[str]:
    answered = clock.timeliness_row(row, number=number)
    return [
        row["case"],
        written(row["found_at"]),
        written(row["returned_at"], row["returned_precision"]),
        written(row["held_at"], row["held_precision"]),
        written(row["asked_at"]),
        clock.Standing(answered["result"]).label,
        answered["hours"],
        row["why"],
    ]


def written(when: str, precision: str = "") -> str:
    known = clock.Precision.parse(precision) if precision else clock.EXACT
    doubt = {"date": " (day only)", "estimated": f" (± {known.minutes} minutes)"}
    return when.replace("T", " ") + doubt.get(known.kind, "")


def who_must_act_cases() -> str:
    cases = json.loads((CASES / "responsibility.json").read_text(encoding="utf-8"))
    return table(
        ["case", "what is known", "must act", "host", "duty", "interviews", "told", "marked"],
        (who_must_act_case(case) for case in cases),
    )


def who_must_act_case(case: dict) -> list[Cell]:
    given = responsibility.given_from(case["given"])
    decision = responsibility.decide(given, known=reference.places())
    return [
        case["case"],
        case["text"],
        decision.responsible,
        decision.host,
        decision.offer.label,
        decision.interviewing or "nobody",
        listed(decision.tell),
        listed(flag.label for flag in decision.flags),
    ]


# Who is told, and what is owed at 18.

TOLD: tuple[tuple[str, About], ...] = (
    ("Lives at home", About()),
    ("Lives at home, with a child protection plan", About(has_protection_plan=True)),
    ("A parent may be the risk", About(is_parent_the_risk=True)),
    (
        "Looked after, placed in our area with a foster carer",
        About(is_looked_after=True, is_in_childrens_home=False),
    ),
    (
        "Looked after, placed out of area in a children’s home",
        About(is_looked_after=True, has_host=True, is_in_childrens_home=True),
    ),
    ("Looked after, aged 16", About(is_looked_after=True, age=16)),
    ("The police found the child themselves", About(is_found_by_police=True)),
    ("Went missing in another council’s area", About(others=("Leeds",))),
    ("Looked after outside England", About(is_responsible_elsewhere=True, is_looked_after=True)),
    (
        "Turned 18, was looked after",
        About(offer_kind=OfferKind.ADULT_PATHWAY, is_looked_after=True),
    ),
    ("Turned 18, lived at home", About(offer_kind=OfferKind.ADULT_PATHWAY)),
)


def who_is_told() -> str:
    return table(
        ["what is known", *(need.label.lower() for need in Need)],
        ([words, *(told_so_far(about, need) for need in Need)] for words, about in TOLD),
    )


def told_so_far(about: About, need: Need) -> str:
    return "; ".join(each.whom.label for each in to_tell(about) if each.need is need)


def why_told() -> str:
    """Each reason once, by whom it is about."""
    every = {(each.whom, each.need, each.why): each for _, about in TOLD for each in to_tell(about)}
    return table(
        ["whom", "need", "why", "source"],
        (
            [each.whom.label, each.need.label, each.why, each.source]
            for each in sorted(
                every.values(), key=lambda each: list(type(each.whom)).index(each.whom)
            )
        ),
    )


def owed_at_18() -> str:
    return table(
        ["what", "for whom", "due within", "why", "source"],
        (
            [
                each.title,
                "everybody"
                if each in adult_pathway.owed(is_looked_after=False)
                else "whoever was looked after at the start",
                f"{each.within.days} day{'' if each.within.days == 1 else 's'}",
                each.why,
                each.source,
            ]
            for each in adult_pathway.owed(is_looked_after=True)
        ),
    )


def sources() -> str:
    from_rules = importlib.import_module("returnhome.rules.sources")
    named = [value for value in vars(from_rules).values() if isinstance(value, Source)]
    return table(
        ["document", "part", "checked against the document"],
        ([each.document, each.part, "yes" if each.is_confirmed else "not yet"] for each in named),
    )


# What machines say.


def endpoints() -> str:
    return table(
        ["endpoint", "what it does"],
        (
            [code(f"{method.upper()} {address}"), each["summary"]]
            for address, methods in api.described()["paths"].items()
            for method, each in methods.items()
        ),
    )


def api_problems() -> str:
    return table(
        ["code", "`type` ends with", "means", "what to do"],
        ([kind.code, code(name), kind.title, kind.means] for name, kind in KINDS.items()),
    )


# When a meeting is called for.


def protocol_rules() -> str:
    return table(
        ["protocol", "version", "what it calls for", "document", "checked against the document"],
        (
            [
                protocol.name,
                protocol.version,
                protocols.rule_in_words(rule),
                document(rule.source or protocol.source),
                "yes" if (rule.source or protocol.source).is_confirmed else "not yet",
            ]
            for protocol in protocols.PROTOCOLS
            for rule in protocol.rules
        ),
    )


def document(source: Source) -> str:
    return listed(part for part in (source.document, source.part) if part)


def meeting_kinds() -> str:
    grave = list(MeetingKind)
    return table(
        ["meeting", "does for"],
        (
            [each.label, listed(lighter.label for lighter in grave[: number + 1])]
            for number, each in enumerate(grave)
        ),
    )


# Files and places.


def layouts() -> str:
    return "\n\n".join(map(one_layout, LAYOUTS))


def register_layout() -> str:
    return one_layout(REGISTER)


# Of the headings by which a column is known a page shows so many.
SOME = 6


def history_layouts() -> str:
    """What each kind of file of earlier records may tell, and by which headings."""
    rows = (
        [
            kind.title,
            column.label,
            ", ".join(map(code, headings[:SOME])) + (", …" if len(headings) > SOME else ""),
        ]
        for kind in HISTORY_KINDS
        for column, headings in kind.words.items()
    )
    return table(["file", "what it tells", "headings"], rows)


def one_layout(layout: Layout) -> str:
    return f"Layout `{layout.name}`: {layout.title}.\n\n" + table(
        ["heading", "what it is", "needed"],
        (
            [code(heading), meaning.label, meaning in layout.required]
            for heading, meaning in layout.columns.items()
        ),
    )


def place_counts() -> str:
    elsewhere = reference.read("elsewhere")
    nations = [row["nation"] for row in elsewhere]
    return table(
        ["list", "entries"],
        [
            ["English authorities for children's services", len(reference.read("authorities"))],
            *((f"Authorities of {each}", nations.count(each)) for each in dict.fromkeys(nations)),
            ["Districts and the county of each", len(reference.read("districts"))],
            ["Police forces that may send", len(reference.read("forces"))],
        ],
    )


def predecessors() -> str:
    names = {row["gss_code"]: row["name"] for row in reference.read("authorities")}
    return table(
        ["authority that ended", "last day", "whose records are now with", "source"],
        (
            [
                f"{row['name']} ({row['gss_code']})",
                in_words(date.fromisoformat(row["until"])),
                f"{names[row['successor_gss_code']]} ({row['successor_gss_code']})",
                row["source"],
            ]
            for row in reference.read("predecessors")
        ),
    )


def philomena_parts() -> str:
    """Each part of the carers' sheet, with the things and the answers that go into it."""
    asked = {
        question.key: question.text
        for question in standard.VERSIONS[-1].questions
        if question.key in philomena.OF_QUESTION
    }
    rows = (
        [
            code(part),
            part.label,
            "; ".join(item.label for item, its in philomena.OF_ITEM.items() if its is part),
            "; ".join(
                f"“{asked[key]}”" for key, its in philomena.OF_QUESTION.items() if its is part
            ),
        ]
        for part in philomena.SheetPart
    )
    return table(["code", "part", "what was told", "and the answers to"], rows)


def faults() -> str:
    safety = importlib.import_module("returnhome.safety")
    rows = (
        [code(f"returnhome.{number}"), its.what, its.do] for number, its in safety.FAULTS.items()
    )
    return table(["id", "what is wrong", "what to do"], rows)


DRAWN: dict[str, Callable[[], str]] = {
    "faults": faults,
    "codes": codes,
    "measures": measure_table,
    "measures-after-the-talk": measures_after,
    "standard": standards,
    "access": access_table,
    "access-relations": relation_list,
    "second-lock-tables": second_lock_tables,
    "second-lock-functions": second_lock_functions,
    "system-roles": system_roles,
    "steps": steps,
    "reasons": reasons,
    "hand-over-steps": hand_over_steps,
    "clock-cases": clock_cases,
    "who-must-act-cases": who_must_act_cases,
    "sources": sources,
    "endpoints": endpoints,
    "api-problems": api_problems,
    "who-is-told": who_is_told,
    "why-told": why_told,
    "owed-at-eighteen": owed_at_18,
    "protocols": protocol_rules,
    "philomena-parts": philomena_parts,
    "meeting-kinds": meeting_kinds,
    "layouts": layouts,
    "register-layout": register_layout,
    "history-layouts": history_layouts,
    "study-measures": study_measures,
    "study-rates": study_rates,
    "study-cohorts": study_cohorts,
    "study-faults": study_faults,
    "study-facts": study_facts,
    "place-counts": place_counts,
    "predecessors": predecessors,
}


# Writing.


def drawn(text: str) -> str:
    """The page with every drawn part as the code has it now. Raises KeyError for no such part."""
    return PART.sub(lambda part: f"{part[1]}{DRAWN[part[2]]()}\n{part[3]}", text)


def pages() -> Iterator[Path]:
    return (path for path in sorted(DOCS.rglob("*.md")) if PART.search(path.read_text("utf-8")))


def out_of_date() -> list[Path]:
    """The pages whose drawn parts differ from what the code would draw."""
    return [path for path in pages() if drawn(path.read_text("utf-8")) != path.read_text("utf-8")]


def main(arguments: Sequence[str]) -> int:
    stale = out_of_date()
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(DOCS.parent)} is out of date: ./run docs", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(drawn(path.read_text("utf-8")), "utf-8")
        print(f"Written: {path.relative_to(DOCS.parent)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
