"""The first page of the report for a board: five sentences with the numbers that matter."""

from returnhome.reporting.partnership import Report
from returnhome.reporting.partnership_reading import (
    Line,
    Reading,
    as_number,
    many,
    none_or,
    rate,
    told,
)
from returnhome.reporting.partnership_words import DRAWN, FUNNEL, NOT_SAFE, RECORD, SIGNED
from returnhome.rules import partnership
from returnhome.rules.partnership import ReportKind, Topic
from returnhome.rules.suppression import WITHHELD


def summary(report: Report) -> tuple[str, ...]:
    """Five sentences with the numbers that matter."""
    reading = Reading(report)
    if not report.counts.holds(report.counts.period):
        return (_nothing_ended(report),)
    if report.counts.number("ended") == 0:
        return (_nothing_ended(report), _uncounted(reading))
    return tuple(
        line
        for line in (
            _howmany(reading),
            _offered_and_held(reading),
            _lost(reading),
            _better_or_worse(reading),
            _uncounted(reading),
        )
        if line
    )


def _nothing_ended(report: Report) -> str:
    counts = report.counts
    return (
        f"In {partnership.in_words(counts.period)} no missing episode of {_whose(report)} ended, "
        "as far as is on record."
    )


def _whose(report: Report) -> str:
    counts = report.counts
    if counts.provider:
        return f"those that {counts.provider.name} interviews for {counts.scope.name}"
    if counts.kind is ReportKind.CORPORATE_PARENTING:
        return f"children whom {counts.scope.name} looks after"
    return f"{counts.scope.name}’s children"


def _howmany(reading: Reading) -> str:
    report = reading.report
    counts = report.counts
    ended, children = (reading.value(Topic.FUNNEL, line, counts.group) for line in FUNNEL[:2])
    before = reading.value(Topic.FUNNEL, FUNNEL[0], counts.group, is_now=False)
    period = partnership.in_words(counts.period)
    said = (
        f"In {period}, {many(ended, 'missing episode')} ended, of {many(children, 'child')} "
        f"{_of_whom(report)}"
    )
    if not (ended.is_number and before.is_number):
        return f"{said}."
    days, days_before = (
        (each.last - each.first).days + 1 for each in (counts.period, counts.before)
    )
    more = partnership.are_more(as_number(ended), as_number(before), days, days_before)
    earlier = partnership.before_in_words(counts.period)
    if more is None:
        return f"{said}; {earlier} had {before.number}, a difference that chance alone can make."
    return f"{said}; {earlier} had {before.number}, which is {'fewer' if more else 'more'}."


def _of_whom(report: Report) -> str:
    counts = report.counts
    if counts.provider:
        return f"whom {counts.provider.name} interviews for {counts.scope.name}"
    if counts.kind is ReportKind.CORPORATE_PARENTING:
        return f"whom {counts.scope.name} looks after, wherever they were placed"
    return f"for whom {counts.scope.name} answers"


def _offered_and_held(reading: Reading) -> str:
    offered, held, in_time = (
        reading.value(Topic.FUNNEL, line, reading.report.counts.group) for line in DRAWN
    )
    return (
        f"An interview was offered after {rate(offered)} of these episodes, was held after "
        f"{rate(held)}, and was held within 72 hours of the return after {rate(in_time)}."
    )


def _lost(reading: Reading) -> str:
    nothing, child, parent = (
        reading.value(Topic.FUNNEL, Line(what, "", of), reading.report.counts.group)
        for what, of in (
            ("not_offered", "ended"),
            ("declined_by_child", "offered"),
            ("declined_by_parent", "offered"),
        )
    )
    if WITHHELD == nothing.number == child.number == parent.number:
        return (
            "How often nothing was offered, and how often the child or a parent said no, cannot be "
            "told safely."
        )
    first = "Something was offered after every one of them"
    if not nothing.is_nothing:
        first = f"Nothing was offered after {rate(nothing)}"
    return (
        f"{first}; the child said no after {none_or(child)}, a parent or carer after "
        f"{none_or(parent)}."
    )


CHIEF = {
    "offered": ("were offered an interview", "ended"),
    "held": ("had one held", "ended"),
    "in_time": ("had it within 72 hours, of those held", "held"),
}


def _better_or_worse(reading: Reading) -> str:
    counts = reading.report.counts
    before = partnership.before_in_words(counts.period)
    found = [
        (words, reading.figure(Topic.FUNNEL, Line(what, "", of), counts.group))
        for what, (words, of) in CHIEF.items()
    ]
    compared = [(words, each) for words, each in found if each.change]
    if not compared:
        return f"There is too little to say whether anything got better or worse since {before}."
    better, worse = (
        [
            f"{'more' if is_better else 'fewer'} {words} ({each.shares})"
            for words, each in compared
            if each.change and each.has_changed and (each.change.points > 0) is is_better
        ]
        for is_better in (True, False)
    )
    if not better and not worse:
        return f"Since {before} none of these shares has moved by more than chance alone can make."
    told = [
        f"{word}: {' and '.join(those)}"
        for word, those in (("better", better), ("worse", worse))
        if those
    ]
    return f"Since {before} this got {'; and this got '.join(told)}."


def _uncounted(reading: Reading) -> str:
    counts = reading.report.counts
    if reading.is_left_out(Topic.FUNNEL):
        return f"{NOT_SAFE} of so few episodes."
    lacking = [
        f"{each.line.label[0].lower()}{each.line.label[1:]} ({told(each.now)}"
        f"{f' of {each.now.of}' if each.now.of else ''})"
        for each in reading.figures(Topic.FUNNEL, RECORD)
        if not each.now.is_nothing
    ]
    signed = reading.value(Topic.RECORD, SIGNED, counts.group)
    if signed.count and signed.count.denominator:
        without = signed.count.denominator - signed.count.numerator
        if without:
            lacking.append(
                "why the child went and what happened, where no record is signed off "
                f"({without:,} of {signed.count.denominator:,})"
            )
    if not lacking:
        return "Nothing that this report asks for is missing in the record."
    return f"Nobody could count: {'; '.join(lacking)}."
