"""What can be wrong with a council's return to the national study, and what follows from it.

Source: our own list, from what arrives when spreadsheets are asked for (docs/practice/study.md).

Nothing is guessed: what cannot be read as it stands counts nowhere and is named by file and row.
One bad return never stops a study.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from returnhome.rules.codes import Code


class Effect(Code):
    """What follows from a fault in a return; our own list."""

    FILE = "file_set_aside", "The whole file counts nowhere"
    ROW = "row_refused", "The row counts nowhere"
    ANSWERS = "answers_set_aside", "None of the answers concerned counts"
    APART = "shown_apart", "Shown, and in no national figure"
    NONE = "counted", "Counted all the same, and said here"


class Fault(Code):
    """What can be wrong with a return to the national study; our own list."""

    effect: Effect

    NOT_READABLE = "not_readable", "The file cannot be opened as what its name says"
    EMPTY = "empty", "There is nothing in the file"
    NOT_FILLED_IN = "not_filled_in", "No row has a value or a state"
    NOT_A_RETURN = "not_a_return", "The file is something else"
    WRONG_HEADINGS = "wrong_headings", "A heading is missing, or is one too many"
    SEVERAL_IN_ONE = "several_in_one", "The rows name several councils, periods or standards"
    UNKNOWN_COUNCIL = "unknown_council", "The code is that of no English council"
    COUNCIL_HAD_ENDED = "council_had_ended", "The council was not there in the period"
    UNKNOWN_PERIOD = "unknown_period", "The period cannot be read"
    TWO_VERSIONS = "two_versions", "Two files of one council for one period differ"

    WRONG_LENGTH = "wrong_length", "The row has too many or too few cells"
    UNKNOWN_COHORT = "unknown_cohort", "There is no such cohort"
    UNKNOWN_MEASURE = "unknown_measure", "There is no such measure"
    A_RATE = "a_rate", "A rate was sent where counts are asked for"
    UNKNOWN_STATE = "unknown_state", "There is no such state, or none"
    NO_VALUE = "no_value", "Given, and no number beside it"
    VALUE_AND_NO_STATE = "value_and_no_state", "A number beside a state that has none"
    PERCENTAGE = "percentage", "A percentage for a count"
    DECIMAL = "decimal", "A decimal for a count"
    NEGATIVE = "negative", "A number below nought"
    TOO_LARGE = "too_large", "A number larger than can be"
    LOOKS_SUPPRESSED = "looks_suppressed", "A sign for a small number where a number belongs"
    FORMULA = "formula", "A formula, and no value"
    NOT_A_NUMBER = "not_a_number", "Text where a number belongs"

    SAID_TWICE = "said_twice", "Two rows answer the same and differ"
    OVER_THE_WHOLE = "over_the_whole", "A part is larger than what it is a part of"
    DOES_NOT_ADD_UP = "does_not_add_up", "The parts do not add up to the whole"
    COHORTS_OVER_ALL = "cohorts_over_all", "The cohorts do not add up to all"

    SAID_TWICE_ALIKE = "said_twice_alike", "Two rows say the same"
    TWO_FILES_ALIKE = "two_files_alike", "Two files of one council say the same"
    OTHER_ENCODING = "other_encoding", "The file is not in UTF-8"
    FORMULA_VALUE = "formula_value", "A formula, counted with the value that was saved"
    OTHER_PERIOD = "other_period", "The return is for another period than the study’s"
    OTHER_STANDARD = "other_standard", "The return follows another version of the standard"
    PART_OF_THE_PERIOD = "part_of_the_period", "The council was there for part of the period"


_OF_FILES = (
    *(Fault.NOT_READABLE, Fault.EMPTY, Fault.NOT_FILLED_IN, Fault.NOT_A_RETURN),
    *(Fault.WRONG_HEADINGS, Fault.SEVERAL_IN_ONE, Fault.UNKNOWN_COUNCIL),
    *(Fault.COUNCIL_HAD_ENDED, Fault.UNKNOWN_PERIOD, Fault.TWO_VERSIONS),
)
_OF_ANSWERS = (
    *(Fault.SAID_TWICE, Fault.OVER_THE_WHOLE, Fault.DOES_NOT_ADD_UP, Fault.COHORTS_OVER_ALL),
)
_HARMLESS = (
    *(Fault.SAID_TWICE_ALIKE, Fault.TWO_FILES_ALIKE, Fault.OTHER_ENCODING, Fault.FORMULA_VALUE),
)
_OF_ANOTHER_KIND = (Fault.OTHER_PERIOD, Fault.OTHER_STANDARD, Fault.PART_OF_THE_PERIOD)
LEAVES_OUT = frozenset({Effect.FILE, Effect.ROW, Effect.ANSWERS})
for _fault in Fault:
    _fault.effect = Effect.ROW
for _fault in _OF_FILES:
    _fault.effect = Effect.FILE
for _fault in _OF_ANSWERS:
    _fault.effect = Effect.ANSWERS
for _fault in _OF_ANOTHER_KIND:
    _fault.effect = Effect.APART
for _fault in _HARMLESS:
    _fault.effect = Effect.NONE


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault, by file and rows (none: the whole file), in one sentence."""

    file: str
    rows: tuple[int, ...]
    fault: Fault
    sentence: str

    @property
    def effect(self) -> Effect:
        return self.fault.effect

    @property
    def where(self) -> str:
        """hartlepool.csv, rows 12 and 15."""
        return f"{self.file}, {rows_in_words(self.rows)}" if self.rows else self.file


def rows_in_words(rows: Iterable[int]) -> str:
    """row 12; rows 12, 15 and 20."""
    numbers = [str(row) for row in rows]
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    return f"rows {', '.join(numbers[:-1])} and {numbers[-1]}"
