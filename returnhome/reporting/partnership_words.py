"""What stands in the report for a board, topic by topic: its figures, and what they say."""

from collections.abc import Sequence

from returnhome.reporting.partnership import FEWEST_HOURS, Report
from returnhome.reporting.partnership_reading import (
    Figure,
    Figures,
    Line,
    Reading,
    Section,
    as_number,
    capital,
    many,
)
from returnhome.rules import partnership
from returnhome.rules.clock import counted
from returnhome.rules.partnership import TOPICS, ReportKind, Topic
from returnhome.rules.partnership_tables import (
    HARM_ANSWERS,
    HOSTED,
    QUESTIONS,
    SAMPLED,
    answered,
    hosted_by,
    marked,
    said,
)
from returnhome.rules.publishing import AT_HOME, GROUP_LABELS, IN_AREA, OUT_OF_AREA
from returnhome.rules.reviewing import Criterion, Mark, Theme

EPISODES_ENDED = "episodes that ended"
OFFERED = "episodes with an offer"
ACCEPTED = "episodes with a yes"
HELD = "episodes with an interview held"
RECORDED = "episodes with a signed record"
SCORED = "records scored"


# The lines.

FUNNEL = (
    Line("ended", "Missing episodes that ended"),
    Line("children", "Children"),
    Line("offered", "An interview was offered", "ended", EPISODES_ENDED),
    Line("not_offered", "Nothing was offered", "ended", EPISODES_ENDED),
    Line("declined_by_child", "The child said no", "offered", OFFERED),
    Line("declined_by_parent", "A parent or carer said no", "offered", OFFERED),
    Line("not_answered", "No answer yet, or not now", "offered", OFFERED),
    Line("accepted", "Accepted", "offered", OFFERED),
    Line("not_held", "Accepted, and then not held", "accepted", ACCEPTED),
    Line("still_to_hold", "Accepted, and still to be held", "accepted", ACCEPTED),
    Line("held", "An interview was held", "ended", EPISODES_ENDED),
)
DRAWN = (
    Line("offered", "An interview was offered", "ended", EPISODES_ENDED),
    Line("held", "An interview was held", "ended", EPISODES_ENDED),
    Line("in_time", "Held within 72 hours", "ended", EPISODES_ENDED),
)
TIMELINESS = (
    Line("in_time", "Held within 72 hours", "held", HELD),
    Line("late", "Held after 72 hours", "held", HELD),
    Line("indeterminate", "Cannot be told", "held", HELD),
    Line("in_time", "Held within 72 hours, of all episodes", "ended", EPISODES_ENDED),
)
OF_GROUP = (
    Line("ended", "Missing episodes that ended"),
    Line("children", "Children"),
    Line("offered", "An interview was offered", "ended", EPISODES_ENDED),
    Line("held", "An interview was held", "ended", EPISODES_ENDED),
    Line("in_time", "Held within 72 hours", "held", HELD),
)
AGAIN = (
    Line("missing_once", "Missing once", "children", "children"),
    Line("missing_twice", "Missing twice", "children", "children"),
    Line("missing_more", "Missing three times or more", "children", "children"),
)
ACTIONS = (
    Line("actions", "Actions decided on"),
    Line("actions_done", "Done", "actions", "actions decided on"),
    Line("actions_late", "Overdue", "actions", "actions decided on"),
    Line("actions_open", "Not due yet", "actions", "actions decided on"),
)
NEED = "needs"
NEEDS = (
    Line("needs", "Needs that were named"),
    Line("help_offered_for_need", "Help was offered", "needs", NEED),
    Line("action_alone", "An action, and no help offered", "needs", NEED),
    Line("no_help", "Nothing follows, and it is said why", "needs", NEED),
    Line("nothing_yet", "Nothing yet", "needs", NEED),
    Line("taken_up", "Help was taken up", "help_offered_for_need", "needs with help offered"),
    Line("finished", "It is noted what came of it", "taken_up", "needs with help taken up"),
)
TO_SHARE = "interviews with something to tell on"
TOLD_ON = (
    Line("to_share", "Interviews with something to tell on"),
    Line("shared", "Told to the police, or to others who can act", "to_share", TO_SHARE),
    Line("left_unshared", "Not told, and it is said why", "to_share", TO_SHARE),
    Line("not_shared_yet", "Not told yet", "to_share", TO_SHARE),
    Line("acknowledged", "Whoever was told has said so", "shared", "those told"),
)
ASKED = (
    Line("ended", "Episodes that were theirs to interview"),
    Line("taken_on", "Taken on by one of their people", "ended", EPISODES_ENDED),
    Line("held", "An interview was held", "ended", EPISODES_ENDED),
)
REQUESTS = (
    Line("requests", "Requests made to them, episode by episode"),
    Line("request_accepted", "Accepted", "requests", "requests"),
    Line("request_refused", "Refused", "requests", "requests"),
    Line("request_open", "No answer, or taken back", "requests", "requests"),
    Line("request_handed_back", "Accepted, and then handed back", "request_accepted", "accepted"),
)
RECORD = (
    Line("offer_not_known", "Whether an interview was offered", "ended", EPISODES_ENDED),
    Line("answer_not_known", "What was answered to the offer", "offered", OFFERED),
    Line("whose_no_not_known", "Whether the child or a parent said no", "offered", OFFERED),
    Line("held_not_known", "Whether the interview was held", "accepted", ACCEPTED),
    Line("indeterminate", "Whether it was within 72 hours", "held", HELD),
)
OF_NOW = (
    Line("still_missing", "Children still missing"),
    Line("waiting", "Episodes of a child nobody has named yet"),
    Line("running", "Episodes whose 72 hours are not over", "ended", EPISODES_ENDED),
)
NOT_SAFE = "What the record leaves out cannot be told safely"
SIGNED = Line("recorded", "The record is signed off", "held", HELD)
HELD_AT_ALL = Line("held", "An interview was held", "ended", EPISODES_ENDED)

# What each question is called, above its answers.
CAPTIONS = {
    "push": "What children wanted to get away from",
    "pull": "What children were going to",
    "where_kinds": "The kinds of place where they were",
    "harm_kinds": "Kinds of harm, come to or possible",
}
MISSING_FACT = {
    "push": "what the child wanted to get away from",
    "pull": "what the child was going to",
    "where_kinds": "in what kind of place the child was",
    "harm": "whether there was harm",
    "harm_kinds": "what kind of harm",
}


# Sections.


def sections(report: Report) -> tuple[Section, ...]:
    """The topics of the report, in their order; none of days before the record begins."""
    if not report.counts.holds(report.counts.period):
        return ()
    reading = Reading(report)
    return tuple(SAYS[topic](reading) for topic in TOPICS[report.counts.kind])


def _asked(reading: Reading) -> Section:
    requests = reading.figures(Topic.ASKED, REQUESTS)
    tables = [Figures("What was theirs", reading.figures(Topic.ASKED, ASKED))]
    closing = ["By standing arrangement an episode is theirs without a request."]
    if requests[0].is_nothing:
        closing = ["Nothing was asked of them episode by episode: it is theirs by arrangement."]
    else:
        tables.append(Figures("Requests, by the day on which they were made", requests))
    return _section(reading, Topic.ASKED, tables, closing=closing)


def _funnel(reading: Reading) -> Section:
    found = [each for each in reading.figures(Topic.FUNNEL, FUNNEL) if not each.is_nothing]
    return _section(
        reading,
        Topic.FUNNEL,
        [
            Figures(
                "What became of the episodes",
                tuple(found),
                reading.figures(Topic.FUNNEL, DRAWN),
            )
        ],
        closing=["An episode counts in the period in which the child came back."],
    )


def _timeliness(reading: Reading) -> Section:
    found = reading.figures(Topic.FUNNEL, TIMELINESS)
    return _section(
        reading,
        Topic.TIMELINESS,
        [Figures("How soon the interviews were held", found)],
        opening=[_hours(reading)],
        closing=[
            "Within 72 hours of the return, nights and weekends included. Where the times on "
            "record leave it open, it is not counted as within."
        ],
    )


def _hours(reading: Reading) -> str:
    counts = reading.report.counts
    hours, before = counts.hours[counts.period], counts.hours[counts.before]
    if hours.quartiles is None or hours.known < FEWEST_HOURS:
        return (
            "How many hours passed until the interview is not told: it is known of fewer than "
            f"{FEWEST_HOURS} interviews."
        )
    lower, median, upper = (f"{each:.0f}" for each in hours.quartiles)
    told = (
        f"Half of the interviews were held within {median} hours of the return, a quarter within "
        f"{lower} and three quarters within {upper}."
    )
    if before.quartiles is None or before.known < FEWEST_HOURS:
        return told
    earlier = partnership.before_in_words(counts.period)
    return f"{told} In {earlier} half were held within {before.quartiles[1]:.0f} hours."


def _lived(reading: Reading) -> Section:
    groups = [AT_HOME, IN_AREA]
    if reading.report.counts.kind is ReportKind.CORPORATE_PARENTING:
        groups = [IN_AREA, OUT_OF_AREA]
    if reading.is_left_out(Topic.LIVED):
        return _left_out(Topic.LIVED)
    tables = [_of_group(reading, group) for group in groups]
    closing = ["Where a child lived is where it was when the episode began."]
    return _section(reading, Topic.LIVED, tables, closing=closing)


def _of_group(reading: Reading, group: str) -> Figures:
    return Figures(GROUP_LABELS[group], reading.figures(Topic.LIVED, OF_GROUP, group))


def _out_of_area(reading: Reading) -> Section:
    ours = _of_group(reading, OUT_OF_AREA)
    if reading.report.counts.kind is not ReportKind.PARTNERSHIP:
        return _section(
            reading, Topic.OUT_OF_AREA, [], opening=[_share_out_of_area(reading)], compared=[]
        )
    hosted = reading.figures(Topic.OUT_OF_AREA, OF_GROUP, HOSTED)
    tables, closing = [], []
    if reading.is_left_out(Topic.LIVED):
        closing.append("Our own children placed in another council’s area are left out.")
    else:
        tables.append(Figures("Our children, placed in another council’s area", ours.figures))
    if all(each.is_nothing for each in hosted):
        closing.append("No episode of another council’s child placed in our area is on record.")
    else:
        tables.append(Figures("Other councils’ children, placed in our area", hosted))
        closing.append("Other councils’ children stand beside, and in no other number here.")
    return _section(reading, Topic.OUT_OF_AREA, tables, closing=closing)


def _share_out_of_area(reading: Reading) -> str:
    placed = reading.value(Topic.LIVED, OF_GROUP[0], OUT_OF_AREA)
    of_all = reading.value(Topic.FUNNEL, FUNNEL[0], reading.report.counts.group)
    if not (placed.is_number and of_all.is_number):
        return "How many of the episodes were of children placed out of area cannot be told safely."
    return (
        f"{placed.number} of the {of_all.number} episodes were of children placed in another "
        "council’s area. What became of them stands above, in which areas they were stands below."
    )


def _again(reading: Reading) -> Section:
    if reading.is_left_out(Topic.AGAIN):
        return _left_out(Topic.AGAIN)
    return _section(
        reading,
        Topic.AGAIN,
        [Figures("How often a child was missing", reading.figures(Topic.AGAIN, AGAIN))],
        closing=["By the episodes of a child that ended in the period."],
    )


def _of_codes(reading: Reading, topic: Topic, question: str) -> Figures:
    """The answers that were given, the most frequent first."""
    below = answered(question)
    lines = [Line(said(question, code), code.label, below, SAID_SO) for code in QUESTIONS[question]]
    found = [each for each in reading.figures(topic, lines) if not each.is_nothing]
    shown = [each for each in found if each.now.is_number]
    shown.sort(key=lambda each: -as_number(each.now))
    drawn = tuple(each for each in shown if not each.now.is_nothing)
    hidden = [each.line.label for each in found if not each.now.is_number]
    note = ""
    if hidden and topic is not Topic.PLACES:
        those = "; ".join(f"{label[0].lower()}{label[1:]}" for label in hidden)
        note = f"Also on record, and no number is given: {those}."
    return Figures(CAPTIONS[question], tuple(shown), drawn, note)


SAID_SO = "episodes with a signed record that answers this"


def _missing(reading: Reading, topic: Topic, question: str) -> str:
    """In how many episodes nobody wrote down an answer: never a silent zero."""
    line = Line(answered(question), "", "recorded", RECORDED)
    value = reading.value(topic, line, reading.report.counts.group)
    fact = capital(MISSING_FACT[question])
    if value.of == "0":
        held = reading.value(Topic.FUNNEL, HELD_AT_ALL, reading.report.counts.group)
        if held.is_nothing:
            return "This could not be counted: no interview was held."
        return (
            "This could not be counted, because the signed record is missing in all "
            f"{many(held, 'episode')} with an interview held."
        )
    if value.count is None or value.count.denominator is None:
        return f"{fact}: in how many signed records this is missing cannot be told safely."
    lacking = value.count.denominator - value.count.numerator
    all_of = f"all {value.of} {RECORDED}" if value.of != "1" else "the one with a signed record"
    if value.is_nothing:
        return f"{fact}: this could not be counted, it is missing in {all_of}."
    if not lacking:
        return f"{fact}: on record in {all_of}."
    if question == "harm_kinds":
        # It is asked only where there was some, or may have been.
        return f"{fact}: named in {value.number} of {value.of} {RECORDED}."
    return f"{fact}: missing in {lacking:,} of {value.of} {RECORDED}."


def _reasons(reading: Reading) -> Section:
    return _of_questions(
        reading,
        Topic.REASONS,
        ("push", "pull"),
        closing="These are the child’s own reasons, as the interviewer ticked them; one child can "
        "have several. What the interviewer thinks is not in them.",
    )


def _harm(reading: Reading) -> Section:
    lines = [
        Line(said("harm", code), code.label, answered("harm"), SAID_SO) for code in HARM_ANSWERS
    ]
    found = [each for each in reading.figures(Topic.HARM, lines) if not each.is_nothing]
    first = (
        [Figures("Whether the child came to harm, or was at risk of it", tuple(found))]
        if found
        else []
    )
    return _of_questions(
        reading,
        Topic.HARM,
        ("harm_kinds",),
        before=first,
        closing="As the interviewer answered, where “possible” is an answer. One episode can stand "
        "under several kinds. None of this is a finding, and no child has a score.",
    )


def _of_questions(
    reading: Reading,
    topic: Topic,
    questions: Sequence[str],
    *,
    before: Sequence[Figures] = (),
    closing: str,
) -> Section:
    if reading.is_left_out(topic):
        return _left_out(topic)
    tables = [*before, *(_of_codes(reading, topic, each) for each in questions)]
    asked = (*(["harm"] if topic is Topic.HARM else []), *questions)
    opening = list(dict.fromkeys(_missing(reading, topic, each) for each in asked))
    return _section(reading, topic, tables, opening=opening, closing=[closing])


def _places(reading: Reading) -> Section:
    if reading.is_left_out(Topic.PLACES):
        return _left_out(Topic.PLACES)
    hosts = reading.report.counts.hosts
    lines = [
        Line(hosted_by(key), name, "ended", "episodes of children placed out of area")
        for key, name in hosts.items()
    ]
    found = reading.figures(Topic.PLACES, lines, OUT_OF_AREA)
    named = [each for each in found if each.now.is_number and not each.now.is_nothing]
    named.sort(key=lambda each: -as_number(each.now))
    tables = [_of_codes(reading, Topic.PLACES, "where_kinds")]
    closing = [
        "No street, house or name of a place is in this report. A kind of place or a council is "
        "named only where its number may be told, whoever reads it."
    ]
    if named:
        tables.append(Figures("The councils in whose area they were placed", tuple(named)))
        closing.append("Other councils may have had children of ours too: they are not named.")
    return _section(
        reading,
        Topic.PLACES,
        tables,
        opening=[_missing(reading, Topic.PLACES, "where_kinds")],
        closing=closing,
    )


def _followed(reading: Reading) -> Section:
    if reading.is_left_out(Topic.FOLLOWED):
        return _left_out(Topic.FOLLOWED)
    opening, tables = [], []
    for lines, caption, nothing in (
        (NEEDS, "What children needed", "No need is on record that was named in an interview."),
        (ACTIONS, "Actions decided on", "No action is on record after these interviews."),
        (TOLD_ON, "What was told on", "Nothing to be told on is on record."),
    ):
        found = reading.figures(Topic.FOLLOWED, lines)
        if found[0].now.is_nothing:
            opening.append(nothing)
        if not found[0].is_nothing:
            tables.append(Figures(caption, tuple(each for each in found if not each.is_nothing)))
    return _section(
        reading,
        Topic.FOLLOWED,
        tables,
        opening=[*opening, _days(reading)],
        closing=["As it stands today, after the interviews of episodes that ended in the period."],
    )


def _days(reading: Reading) -> str:
    counts = reading.report.counts
    days = counts.days_to_help.get(counts.period)
    if days is None or days.quartiles is None or days.known < FEWEST_HOURS:
        return ""
    half, all_but = (f"{each:g}" for each in days.quartiles[1:])
    return (
        f"Half of the first help for a need was offered within {half} days of the interview, three "
        f"quarters within {all_but}."
    )


def _record(reading: Reading) -> Section:
    lacking = reading.figures(Topic.FUNNEL, RECORD)
    signed = reading.figure(Topic.RECORD, SIGNED)
    now = [reading.figure(Topic.RECORD, line, is_of_the_moment=True) for line in OF_NOW]
    tables = []
    found = [each for each in lacking if not each.is_nothing]
    if reading.is_left_out(Topic.FUNNEL):
        found = []
    if found:
        tables.append(Figures("What the record does not say", tuple(found)))
    there = [*([] if signed.is_nothing else [signed])]
    if there:
        tables.append(Figures("Whether the record of an interview is there", tuple(there)))
    if not all(each.is_nothing for each in now):
        tables.append(Figures("As it stands now", tuple(now)))
    closing = ["What the record does not say is counted as neither yes nor no."]
    if not found:
        closing.insert(
            0,
            "The record says of every episode whether an interview was offered, held and in time.",
        )
    return _section(reading, Topic.RECORD, tables, closing=closing, compared=[])


def _sampled(reading: Reading) -> Section:
    counts = reading.report.counts
    quality = counts.quality[counts.period]
    if reading.is_left_out(Topic.SAMPLED):
        return _left_out(Topic.SAMPLED)
    if not quality.scored:
        drawn = (
            f"{counted(quality.drawn, 'record')} were drawn in this period, and none is scored yet."
            if quality.drawn
            else "No record was drawn by lot and scored in this period."
        )
        return Section(Topic.SAMPLED, Topic.SAMPLED.label, (drawn,))
    lines = [
        Line(marked(each, Mark.MET), each.label, f"{each} applied", "records to which it applied")
        for each in Criterion
    ]
    criteria = reading.figures(Topic.SAMPLED, lines, SAMPLED)
    themes = [
        reading.figure(Topic.SAMPLED, Line(theme, theme.label, "scored", SCORED), SAMPLED)
        for theme in Theme
    ]
    seen = sorted(
        (each for each in themes if not each.now.is_nothing),
        key=lambda each: -as_number(each.now),
    )
    tables = [Figures("Records that met each criterion", criteria)]
    if seen:
        tables.append(Figures("What came up", tuple(seen)))
    scored = reading.value(Topic.SAMPLED, Line("scored", ""), SAMPLED)
    return _section(
        reading,
        Topic.SAMPLED,
        tables,
        opening=[
            f"A colleague scored {many(scored, 'signed record')}, drawn by lot, against the "
            "recording standard."
        ],
        closing=[DRAWN_FROM[counts.kind]],
    )


DRAWN_FROM = {
    ReportKind.PARTNERSHIP: "Of samples whose last day is in the period.",
    ReportKind.CORPORATE_PARENTING: "Of samples whose last day is in the period, drawn from all "
    "records of the council and not only from those of children it looks after.",
    ReportKind.PROVIDER: "Of the council’s samples whose last day is in the period, the records "
    "that this provider’s people wrote.",
}
SAYS = {
    Topic.ASKED: _asked,
    Topic.FUNNEL: _funnel,
    Topic.TIMELINESS: _timeliness,
    Topic.LIVED: _lived,
    Topic.OUT_OF_AREA: _out_of_area,
    Topic.AGAIN: _again,
    Topic.REASONS: _reasons,
    Topic.HARM: _harm,
    Topic.PLACES: _places,
    Topic.FOLLOWED: _followed,
    Topic.RECORD: _record,
    Topic.SAMPLED: _sampled,
}


def _left_out(topic: Topic) -> Section:
    return Section(
        topic,
        topic.label,
        (
            "This is left out: so few episodes are behind it that any number would tell of a "
            "single child.",
        ),
    )


def _section(
    reading: Reading,
    topic: Topic,
    tables: Sequence[Figures],
    *,
    opening: Sequence[str] = (),
    closing: Sequence[str] = (),
    compared: Sequence[Figure] | None = None,
) -> Section:
    each = [one for table in tables for one in table.figures] if compared is None else compared
    changed = _changed(reading, each) if each else ""
    return Section(
        topic,
        topic.label,
        tuple(line for line in (*opening, changed) if line),
        tuple(table for table in tables if table.figures or table.note),
        tuple(line for line in closing if line),
    )


def _changed(reading: Reading, figures: Sequence[Figure]) -> str:
    """What differs from the period before by more than chance, in one sentence."""
    before = partnership.before_in_words(reading.report.counts.period)
    shares = [each for each in figures if each.line.of]
    compared = [each for each in shares if each.change]
    if not compared:
        return f"There is too little to say what has moved since {before}."
    told = [_of_change(each) for each in compared if each.has_changed]
    if not told:
        what = "Nothing here" if len(compared) == len(shares) else "Nothing that can be compared"
        return f"{what} has moved since {before} by more than chance alone can make."
    return f"Moved since {before} by more than chance alone can make: {'; '.join(told)}."


def _of_change(figure: Figure) -> str:
    label = figure.line.label
    if figure.group != OUT_OF_AREA:
        # There the label can be a council's name.
        label = label[0].lower() + label[1:]
    return f"{label} ({figure.shares})"
