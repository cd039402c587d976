"""How hard a text is to read: the Flesch-Kincaid grade, and what it is reckoned from.

The grade is the published formula (Kincaid and others, 1975): 0.39 words a sentence + 11.8
syllables a word - 15.59. Syllables are counted by rule, with the words that the rule gets wrong
listed. Every word of the child's own pages was held against the CMU Pronouncing Dictionary when it
was written.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+(?:[’'.][^\W_]+)*")
# A sentence ends with its mark and a space: 999bsl.co.uk is one word.
END = re.compile(r"(?<=[.?!…])\s+")

# What the rule gets wrong.
SYLLABLES = {
    "anything": 3,
    "bsl": 3,
    "business": 2,
    "café": 2,
    "childline": 2,
    "easier": 3,
    "evening": 2,
    "every": 2,
    "everything": 3,
    "february": 4,
    "idea": 3,
    "january": 4,
    "people": 2,
    "quiet": 2,
    "somebody": 3,
    "someone": 2,
    "something": 2,
    "sometimes": 2,
    "somewhere": 2,
    "tired": 2,
    "wednesday": 2,
}
# A number is read out: 999 is three words of one syllable, and is reckoned as one word of three.
DIGITS = dict.fromkeys("012345689", 1) | {"7": 2}
SILENT = re.compile(r"(?:[^laeiouycgsxz]es|[^aeiouytd]ed|[^l]e|[aeiouy]le)$")
HISSED = re.compile(r"(?:ch|sh)es$")


def syllables(word: str) -> int:
    """How many syllables a word of the pages has, read aloud."""
    word = word.lower().replace("'", "’").split("’")[0]
    if "." in word:
        return sum(syllables(part) for part in word.split("."))
    if word in SYLLABLES:
        return SYLLABLES[word]
    digits = sum(DIGITS.get(letter, 0) for letter in word)
    letters = re.sub(r"\d", "", word)
    if letters in SYLLABLES:
        return digits + SYLLABLES[letters]
    count = len(re.findall(r"[aeiouy]+", letters))
    if count > 1 and SILENT.search(letters) and not HISSED.search(letters):
        count -= 1
    if re.search(r"[aeiouy]ing$", letters):
        count += 1
    return digits + max(count, 1 if letters else 0)


def words(text: str) -> list[str]:
    return WORD.findall(text)


def sentences(text: str) -> list[str]:
    return [part for part in END.split(text.strip()) if words(part)]


@dataclass(frozen=True)
class Reading:
    """What a page's texts add up to."""

    sentences: int
    words: int
    syllables: int

    @property
    def grade(self) -> float:
        """The school year, in American grades, that can read it: 4 is a child of nine or ten."""
        a_sentence, a_word = self.words / self.sentences, self.syllables / self.words
        return 0.39 * a_sentence + 11.8 * a_word - 15.59


def read(texts: Iterable[str]) -> Reading:
    every = [sentence for text in texts for sentence in sentences(text)]
    said = [word for sentence in every for word in words(sentence)]
    return Reading(len(every), len(said), sum(map(syllables, said)))
