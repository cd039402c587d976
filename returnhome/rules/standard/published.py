"""A version of the recording standard as others read it: as data, and as a schema for records.

Source: JSON Schema, draft 2020-12, for the shape; the version itself for all else.
"""

from typing import Any

from returnhome.rules.mentioning import Expectation, MentionKind, Reliability
from returnhome.rules.standard.own import PREFIX
from returnhome.rules.standard.parts import (
    Fact,
    Kind,
    Question,
    Section,
    Standard,
    Unanswered,
)

Json = dict[str, Any]
OWN = f"^{PREFIX}[a-z0-9]+_[0-9]+$"
CODES: Json = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}


def document(standard: Standard) -> Json:
    """The whole version: sections, questions with their lists, and what the ledger holds."""
    return {
        "standard": standard.version,
        "title": standard.title,
        "since": standard.since.isoformat(),
        "draft": standard.is_draft,
        "reviewed_by": standard.reviewed_by,
        "unanswered": _listed(tuple(Unanswered.choices())),
        "sections": [_section(each) for each in standard.sections],
    }


def _section(section: Section) -> Json:
    return {
        "key": section.key,
        "title": section.title,
        "questions": [_question(each) for each in section.questions],
        "facts": [_fact(each) for each in section.facts],
    }


def _question(question: Question) -> Json:
    return {
        "key": question.key,
        "text": question.text,
        "hint": question.hint,
        "type": question.kind.value,
        "said_by": question.said_by.value,
        "core": question.core,
        "options": _listed(question.options),
        "evidence": _listed(question.evidence),
        "assessment_factors": dict(question.factors),
        "judges": question.beside,
        "row": question.row,
        "why": question.why,
        "source": question.source,
    }


def _fact(fact: Fact) -> Json:
    return {
        "key": fact.key,
        "text": fact.text,
        "type": fact.held_as.value,
        "row": fact.row,
        "why": fact.why,
        "source": fact.source,
    }


def _listed(pairs: tuple[tuple[str, str], ...]) -> list[Json]:
    return [{"code": code, "label": label} for code, label in pairs]


def schema(standard: Standard) -> Json:
    """What a record under this version looks like, for whoever sends or receives one.

    The answers that a signed record cannot be without are `required`.
    """
    core = [each.key for each in standard.questions if each.core]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Record of a return home interview, version {standard.version}",
        "type": "object",
        "required": ["standard", "answers", "signed_off", "added"],
        "properties": {
            "standard": {"const": standard.version},
            "facts": {
                "type": "object",
                "properties": {each.key: _fact_schema(each) for each in standard.facts},
            },
            "answers": {
                "type": "object",
                "required": core,
                "additionalProperties": False,
                "properties": {each.key: _answer_schema(each) for each in standard.questions},
                # A council's own questions, whose words stand in a document of its own.
                "patternProperties": {OWN: _shape({"type": "string"}, CODES)},
            },
            "told_of": {
                "title": "People, places, vehicles, telephones and online names told of",
                "type": "array",
                "items": _told_of_schema(),
            },
            "signed_off": {
                "title": "When it was signed off and by whom; null for a draft",
                "oneOf": [{"type": "null"}, _by_whom()],
            },
            "added": {
                "title": "What was added after it was signed off, in its order",
                "type": "array",
                "items": _by_whom(words={"type": "string", "pattern": "\\S"}),
            },
        },
    }


def _told_of_schema() -> Json:
    """One thing that was told of; what is known of it stands beside these as words."""
    listed = {"kind": MentionKind, "reliability": Reliability, "expectation": Expectation}
    return {
        "type": "object",
        "required": list(listed),
        "additionalProperties": {"type": "string"},
        "properties": {name: {"enum": [each.value for each in of]} for name, of in listed.items()},
    }


def _by_whom(**more: Json) -> Json:
    """What somebody did at an instant, which is in UTC."""
    said: Json = {"at": {"type": "string", "format": "date-time"}, "by": {"type": "string"}} | more
    return {
        "type": "object",
        "required": list(said),
        "additionalProperties": False,
        "properties": said,
    }


def _fact_schema(fact: Fact) -> Json:
    return {"title": fact.text, "type": "array", "items": {"type": "string"}}


def _answer_schema(question: Question) -> Json:
    words: Json = {"type": "string"}
    if question.kind is Kind.NUMBER:
        words["pattern"] = "^[0-9]{0,6}$"
    said = {"title": question.text, "description": question.why}
    return said | _shape(words, _codes_schema(question))


def _shape(words: Json, codes: Json) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "words": words,
            "codes": codes,
            "unanswered": {"enum": [each.value for each in Unanswered]},
        },
        # An answer, or why there is none: not both and not neither.
        "oneOf": [
            {"required": ["unanswered"]},
            {"required": ["codes"], "properties": {"codes": {"minItems": 1}}},
            {
                "required": ["words"],
                "properties": {"codes": {"maxItems": 0}, "words": {"pattern": "\\S"}},
            },
        ],
    }


def _codes_schema(question: Question) -> Json:
    if not question.codes:
        return {"type": "array", "maxItems": 0}
    enum = [code for code, _ in (*question.options, *question.evidence)]
    found: Json = {"type": "array", "items": {"enum": enum}, "uniqueItems": True}
    if question.is_one_only and not question.evidence:
        found["maxItems"] = 1
    if question.evidence:
        options = [code for code, _ in question.options]
        found |= {"contains": {"enum": options}, "maxContains": 1, "minContains": 0}
    return found
