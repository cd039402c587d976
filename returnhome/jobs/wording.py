"""What messages say: what must be done, by when, and where. Never a name, never a story.

A message lies in mailboxes for years and is read over shoulders, so it gives a reference and a link
behind the sign-in, and nothing by which a child could be known.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from returnhome.casework.messages import Letter
from returnhome.casework.rotas import Told
from returnhome.reporting.silences import DISCLOSURE, EPISODE, HANDOVER, Silence
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Rung, Waiting


@dataclass(frozen=True)
class Words:
    """`subject` is what has happened, `must` what must be done, `by` says until when."""

    subject: str
    must: str
    by: str = ""


@dataclass(frozen=True)
class Matter:
    """What messages can be about: its letter in references, and the page where it is seen to."""

    letter: str
    page: str


MATTERS = {
    EPISODE: Matter("E", "show-episode"),
    HANDOVER: Matter("H", "show-handover"),
    DISCLOSURE: Matter("D", "show-disclosure"),
}

WORDS = {
    (Waiting.REQUEST, EPISODE): Words(
        "a child has come back and nobody has accepted",
        "Somebody must take this child on and offer a return home interview.",
        "The 72 hours end on {by}.",
    ),
    (Waiting.REQUEST, HANDOVER): Words(
        "a request between councils that nobody has answered",
        "Somebody must answer the request, or, where its time has run out, arrange it otherwise.",
        "The answer is due by {by}.",
    ),
    (Waiting.HIGH_RISK, EPISODE): Words(
        "a high-risk episode that nobody has acknowledged",
        "Somebody must take this episode on: the police grade the risk as high.",
        "The 72 hours end on {by}.",
    ),
    (Waiting.RUNNING_OUT, EPISODE): Words(
        "72 hours end soon and no interview is booked",
        "An interview must be offered and booked, or it must be said why there is none.",
        "The 72 hours end on {by}.",
    ),
    (Waiting.RUN_OUT, EPISODE): Words(
        "72 hours have ended without an interview",
        "The child is still owed an interview: offer and book it, or say why there is none.",
        "The 72 hours ended on {by}.",
    ),
    (Waiting.HARM, DISCLOSURE): Words(
        "urgent: no council has said “we have it”",
        "Open it now, say “we have it”, and have a manager decide.",
        "A manager must decide by {by}.",
    ),
    (Waiting.HARM_UNDECIDED, DISCLOSURE): Words(
        "urgent: a manager must decide on harm",
        "A manager must decide what is done, and pass it on.",
        "The decision was due by {by}.",
    ),
    (Waiting.HARM_NOT_PASSED_ON, DISCLOSURE): Words(
        "urgent: a decision on harm is not passed on",
        "Pass the decision on to whoever carries it out, and note who has it.",
        "It was due by {by}.",
    ),
    (Waiting.WORDS, EPISODE): Words(
        "a child has written on their own pages",
        "Read what the child has written: it may be urgent.",
        "The child was told that somebody will have read it by {by}.",
    ),
    (Waiting.WORDS_LATE, EPISODE): Words(
        "urgent: nobody has read what a child has written",
        "Read what the child has written now, and let the child know.",
        "The child was told that somebody would have read it by {by}.",
    ),
    (Waiting.FROM_HOME, EPISODE): Words(
        "urgent: a home says something that somebody must look at",
        "Open it now and see to it: the home says that the child may need a doctor, or takes its "
        "report back. Then say that you have seen to it.",
    ),
}

# Why it has come to this person.
BECAUSE = {
    Rung.OWNER: "You have taken this on.",
    Rung.ON_DUTY: "You are on duty.",
    Rung.TEAM: "It has been told to whoever is on duty, or nobody is: now the whole team is told.",
    Rung.MANAGER: "Nobody has answered yet: now the manager is told.",
    Rung.HEAD_OF_SERVICE: "Nobody has answered yet: now the head of service is told.",
    Rung.ADMINISTRATORS: (
        "Nobody is there on any level of your organisation's rota: pass this on at once, "
        "and put somebody on the rota."
    ),
}

TEXT = """\
{must}
{by}
Reference: {reference}
It has waited since {since}.
{because}

{link}

You need to sign in. This message names no child, on purpose: please keep it so when you reply
or pass it on. Nights, weekends and bank holidays do not stop the 72 hours.
"""


def letter_about(silence: Silence, told: Told) -> Letter:
    """What to write of this silence to this level."""
    kind, number = silence.about
    words, matter = WORDS[silence.waiting, kind], MATTERS[kind]
    reference = f"{matter.letter}-{number}"
    by = words.by.format(by=in_words(silence.by)) + "\n" if words.by and silence.by else ""
    text = TEXT.format(
        must=words.must,
        by=by,
        reference=reference,
        since=in_words(silence.since),
        because=BECAUSE[told.rung],
        link=settings.PUBLIC_URL + reverse(matter.page, args=[number]),
    )
    return Letter(
        key=silence.key(told.rung),
        waiting_for=silence.waiting,
        about=silence.about,
        organisation_id=silence.organisation_id,
        rung=told.rung,
        subject=f"Returnhome: {words.subject} (reference {reference})",
        text=text,
    )


def in_words(at: datetime) -> str:
    """Saturday 3 January, 07:40: in UK time."""
    local = at.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"
