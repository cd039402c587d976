"""Questions of the standard as fields: what is typed and ticked becomes what was said."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from returnhome.casework.interviews import Said
from returnhome.rules.standard import AFFIRMED, NUMBER, NotANumber
from returnhome.rules.standard.parts import Kind, Question, Unanswered
from returnhome.web import gds, pages
from returnhome.web.written import Line

# Set apart from a question's own codes, which a standard may name as it likes.
NONE = "no:"
SAVE_AGAIN = (
    "Save again to replace it with what stands below; both are kept in the record’s history."
)
FIGURES = RegexValidator(rf"^{NUMBER.pattern}\Z", NotANumber.sentence)
NO_ANSWER = [(f"{NONE}{kind.value}", kind.label) for kind in Unanswered]


class QuestionsForm(gds.Form):
    """Some questions with what stands written to them. None is required: a talk has its own course.

    `KEY-seen` is the entry that the page was drawn from, so that words written meanwhile on
    another device are not overwritten unseen: where they would be, the line is `overtaken`.
    """

    def __init__(self, *args: Any, lines: Iterable[Line], **options: Any) -> None:
        self.lines = list(lines)
        self.overtaken: list[Line] = []
        super().__init__(*args, **({"initial": _initial(self.lines)} | options))
        for line in self.lines:
            self.fields.update(_fields(line.question))

    @property
    def questions(self) -> list[tuple[Question, list[str]]]:
        """Each question with the names of its fields, as they stand on the page."""
        return [(line.question, list(_fields(line.question))) for line in self.lines]

    @property
    def said(self) -> dict[str, Said]:
        """What was typed and ticked, by question."""
        return {line.question.key: self._said(line.question) for line in self.lines}

    def _said(self, question: Question) -> Said:
        ticked = self.cleaned_data.get(f"{question.key}-codes") or []
        ticked = [ticked] if isinstance(ticked, str) else ticked
        codes = [code for code in ticked if not code.startswith(NONE)]
        if AFFIRMED.intersection(codes):
            codes += self.cleaned_data.get(f"{question.key}-evidence") or []
        words = self.cleaned_data[f"{question.key}-words"]
        words = words if words.strip() else ""
        none = [code.removeprefix(NONE) for code in ticked if code.startswith(NONE)]
        # Mid-conversation nobody is told off: an answer stands above a tick that there is none,
        # and of two such ticks the one that says the child was asked.
        return Said(codes, words, "" if codes or words else (none[-1] if none else ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        for line in self.lines:
            if line.entry and line.entry.pk > self._seen(line) and self._differs(line):
                self.overtaken.append(line)
                seen = f"{line.question.key}-seen"
                self.data = self.data.copy()  # type: ignore[attr-defined]
                self.data[seen] = str(line.entry.pk)  # type: ignore[index]
                sentence = f"{written_meanwhile(line)} {SAVE_AGAIN}"
                self.add_error(f"{line.question.key}-words", ValidationError(sentence))
        return cleaned

    def _seen(self, line: Line) -> int:
        seen = str(self.cleaned_data.get(f"{line.question.key}-seen") or "")
        return int(seen) if seen.isdecimal() and len(seen) < 19 else 0

    def _differs(self, line: Line) -> bool:
        entry, said = line.entry, self.said[line.question.key]
        return entry is not None and said != Said(entry.codes, entry.words, entry.unanswered)


def written_meanwhile(line: Line) -> str:
    """What stands there now, and since when."""
    assert line.entry is not None
    at = pages.clock_time(line.entry.written_at)
    return f"Since this page was opened something else was saved here at {at}: “{_stands(line)}”."


def _stands(line: Line) -> str:
    """What is written to a question, in a line."""
    return "; ".join(part for part in (*line.chosen, line.words, line.unanswered) if part)


def _initial(lines: Iterable[Line]) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for line in lines:
        key, entry = line.question.key, line.entry
        initial[f"{key}-seen"] = entry.pk if entry else 0
        if entry is None:
            continue
        evidence = {code for code, _ in line.question.evidence}
        codes = [code for code in entry.codes if code not in evidence]
        if entry.unanswered:
            codes.append(f"{NONE}{entry.unanswered}")
        is_single = line.question.is_one_only and bool(line.question.options)
        initial[f"{key}-codes"] = next(iter(codes), "") if is_single else codes
        initial[f"{key}-evidence"] = [code for code in entry.codes if code in evidence]
        initial[f"{key}-words"] = entry.words
    return initial


def _fields(question: Question) -> dict[str, gds.Component]:
    """A question by its kind: its own field, and beside it that there is no answer."""
    key = question.key
    fields: dict[str, gds.Component] = {f"{key}-seen": gds.Hidden(required=False)}
    if not question.options:
        fields[f"{key}-words"] = _own_words(question)
        fields[f"{key}-codes"] = gds.Checkboxes(
            f"No answer to “{question.text}”",
            choices=NO_ANSWER,
            required=False,
            classes="govuk-checkboxes--small rh-inline",
            size="s govuk-visually-hidden",
        )
        return fields
    shape = gds.Radios if question.is_one_only else gds.Checkboxes
    is_prompt = question.kind is Kind.PROMPT
    fields[f"{key}-codes"] = shape(
        question.text,
        hint=question.hint,
        choices=[*question.options, *NO_ANSWER],
        or_before="" if is_prompt else NO_ANSWER[0][0],
        required=False,
        size="s" if is_prompt else "m",
        classes=_classes(question),
    )
    if is_prompt:
        fields[f"{key}-evidence"] = gds.Checkboxes(
            "How is it known?",
            choices=question.evidence,
            required=False,
            classes="govuk-checkboxes--small rh-inline",
            size="s rh-plain",
        )
    fields[f"{key}-words"] = gds.Textarea(
        "In words (optional)", rows=2, required=False, strip=False, size="s"
    )
    return fields


def _own_words(question: Question) -> gds.Component:
    if question.kind is Kind.NUMBER:
        return gds.Text(
            question.text,
            hint=question.hint,
            required=False,
            size="m",
            width=5,
            validators=[FIGURES],
        )
    return gds.Textarea(
        question.text, hint=question.hint, rows=8, required=False, size="m", strip=False
    )


def _classes(question: Question) -> str:
    if question.kind is Kind.PROMPT:
        return "govuk-radios--small rh-inline"
    return "rh-columns" if len(question.options) > 6 else ""
