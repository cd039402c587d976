"""What is counted: the parts of the funnel from a return to an interview, and the rates of them.

Source: domain section 4 (benchmarks B01 to B15): offered, declined, completed and timely each have
their own denominator, and one label never stands for two.
"""

from returnhome.rules.clock import Standing
from returnhome.rules.codes import Answer, DeclinedBy, NotHeldReason
from returnhome.rules.facts import EpisodeFacts


def parts(facts: EpisodeFacts) -> frozenset[str]:
    """The parts of the funnel an ended episode counts in."""
    counted = {"ended", "offered" if facts.offered else "not_offered"}
    if facts.offered:
        counted.add(_answer(facts))
    if facts.held:
        counted |= {"held", str(facts.standing or Standing.INDETERMINATE)}
    elif facts.not_held is NotHeldReason.NOT_CONTACTABLE:
        counted.add("no_contact")
    return frozenset(counted)


def _answer(facts: EpisodeFacts) -> str:
    if facts.answer is Answer.DECLINED:
        by_child = facts.declined_by is DeclinedBy.CHILD
        return "declined_by_child" if by_child else "declined_by_parent"
    if facts.answer is Answer.ACCEPTED:
        return "accepted"
    return "not_answered"
