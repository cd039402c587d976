"""What each address asks of whoever opens it, written by hand: the access table of the routes.

A new route stands here, with the verb it asks and the row its number is of, or with why it asks
none. `tests/web/test_access_matrix.py` opens each of them as everybody and compares.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.standings import (
    CLOSED_TO_SOME,
    NEW,
    OP,
    RESTRICTED,
    RESTRICTED_AND_ASKED,
    E,
    F,
    N,
    W,
)
from tests.who_may import HARM, MAY, SAID, SCORED, Rule


def named(patterns: Iterable[Any] | None = None) -> Iterator[tuple[str, URLPattern]]:
    """Every address of the product, by name; one without a name by its pattern."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            yield from named(each.url_patterns)
        elif isinstance(each, URLPattern):
            yield each.name or str(each.pattern), each


@dataclass(frozen=True)
class Asks:
    """An address about a record: any of the rules is enough. `of`: the table its number is of."""

    of: str
    rules: tuple[Rule, ...]
    more: tuple[str, ...] = ()
    only_post: bool = False
    # Where the page is there for whoever may, in these states alone; or not in those; or in those
    # not to look at, and still to send.
    only_in: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    not_shown_in: tuple[str, ...] = ()

    def is_there_in(self, state: str, method: str) -> bool:
        if self.only_in and state not in self.only_in:
            return False
        return state not in self.not_in and (method == "POST" or state not in self.not_shown_in)


def of_episode(verb: str, relations: str = "r h p c", **more: Any) -> Asks:
    return Asks("episode", ((verb, "episode", relations),), **more)


def of_child(verb: str, *, of: str = "child", **more: Any) -> Asks:
    return Asks(of, ((verb, "child", "r"),), **more)


def of_interview(verb: str, **more: Any) -> Asks:
    rules = ((verb, "episode", "r p"), (verb, "interview", "o"))
    return Asks("interview", rules, **more)


NOTED: tuple[Rule, ...] = (("act", "child", "r"), ("offer", "child", "r"))
# Of a record that was joined to another, whoever has that other.
NOTED_OF_EITHER: tuple[Rule, ...] = (("act", "whole", "r"), ("offer", "whole", "r"))
DECIDES_NEEDS: tuple[Rule, ...] = (("act", "episode", "r"),)
NAMES_NEEDS: tuple[Rule, ...] = (*DECIDES_NEEDS, ("record", "interview", "o"))
SEES_PATTERNS: tuple[Rule, ...] = (("see_patterns", "episode", "r"),)
ERROR = ("recorded in error",)
KNOWN = ("not yet named", "joined to another")
ASKED_OF: tuple[Rule, ...] = (("answer", "handover", "a"),)
WE_ASK: tuple[Rule, ...] = (("ask", "episode", "r"),)
SEES_REQUEST: tuple[Rule, ...] = (
    *ASKED_OF,
    ("ask", "handover", "r"),
    ("see_episode", "episode", "r c"),
)

# Said or decided for a council, and never for a provider.
COUNCILS_HARM: tuple[Rule, ...] = (
    ("see_harm", "row", "r h"),
    ("see_harm", "child", "r"),
    ("see_harm", "same", "r"),
)
DECIDE: tuple[Rule, ...] = tuple(("decide_on_harm", of, whose) for _, of, whose in COUNCILS_HARM)

SHARES: tuple[Rule, ...] = (("share", "episode", "r p"), ("share", "interview", "o"))

# Of one record of a child's.
ABOUT_A_CHILD: dict[str, Asks] = {
    "show-episode": of_episode("see_episode"),
    "take-on-episode": of_episode("offer", only_post=True),
    "assign-episode": of_episode("reassign", not_shown_in=ERROR),
    "record-return-episode": of_episode("offer", not_shown_in=ERROR),
    # Of a child still missing it leads to the return.
    "say-where-found-episode": of_episode("offer", "r p", not_shown_in=ERROR),
    "classify-episode": of_episode("offer", not_shown_in=ERROR),
    "correct-episode": of_episode("offer", not_shown_in=ERROR),
    "void-episode": of_episode("match", not_shown_in=ERROR),
    "link-episode": of_episode("act", "r", not_shown_in=ERROR),
    "ask-handover": of_episode("ask", not_shown_in=ERROR),
    "decline-handover": of_episode("answer", not_shown_in=ERROR),
    "dispute-episode": of_episode("dispute", not_shown_in=ERROR),
    "override-episode": of_episode("override", not_shown_in=ERROR),
    "follow-the-rules-episode": of_episode("override", not_shown_in=ERROR),
    "record-telling": of_episode("tell", more=("parent",), not_shown_in=ERROR),
    "note-prevention-interview": of_episode("tell", not_shown_in=ERROR),
    "note-parental-risk": of_episode("tell", not_shown_in=ERROR),
    "end-parental-risk": of_episode("tell", not_shown_in=ERROR),
    "make-offer": of_episode("offer", not_shown_in=ERROR),
    "make-attempt": of_episode("offer", not_shown_in=ERROR),
    "reach-child": of_episode("offer", not_shown_in=ERROR),
    # Shown only after a no or a reason for no interview; else it leads back.
    "take-up-offer": of_episode("offer", not_shown_in=ERROR),
    "say-spoken-to": of_episode("offer", not_shown_in=ERROR),
    "judge-understanding": of_episode("offer", not_shown_in=ERROR),
    "ask-carers": of_episode("offer", not_shown_in=ERROR),
    "check-in": of_episode("book", not_shown_in=ERROR),
    "own-pages-episode": Asks("episode", (("offer", "episode", "r p"), *SAID)),
    "let-child-in": of_episode("offer", not_shown_in=ERROR),
    "end-links-episode": of_episode("offer", only_post=True),
    "read-own-words": Asks("episode", SAID, only_post=True),
    "releases-of-episode": Asks("episode", SAID, not_shown_in=ERROR),
    "release-line": Asks("episode", SAID, not_shown_in=ERROR),
    "shares-of-episode": Asks("episode", SHARES, not_shown_in=ERROR),
    "begin-share": Asks("episode", SHARES, not_shown_in=ERROR),
    "not-share": Asks("episode", SHARES, not_shown_in=ERROR),
    **dict.fromkeys(
        (
            *("show-share", "write-share", "add-to-share", "recall-share", "put-away-share"),
            "make-one-time-link",
        ),
        Asks("share", SHARES),
    ),
    "hand-on-share": Asks("share", SHARES, only_post=True),
    "look-at-share": Asks("share", (("look_at_share", "episode", "r"),)),
    **dict.fromkeys(
        ("show-asked-about", "tell-nothing"), Asks("askedof", (("share", "child", "r"),))
    ),
    "take-back-release": Asks("release", SAID, only_post=True),
    "show-made": Asks("made", SAID),
    "answer-said-back": Asks("saidback", SAID),
    "book-interview": of_episode("book", not_shown_in=ERROR),
    "hold-unbooked-interview": of_episode("book", not_shown_in=ERROR),
    "not-hold-interview": of_episode("book", not_shown_in=ERROR),
    "add-action": of_episode("act", not_shown_in=ERROR),
    "decide-nothing-needed": of_episode("act", not_shown_in=ERROR),
    "adult-pathway": of_episode("act", only_in=("nobody of these has turned 18",)),
    "add-owed": of_episode("act", more=("adult_pathway",), only_in=("nobody",)),
    "leave-out": of_episode("act", more=("adult_pathway",), only_in=("nobody",)),
    "settle-dispute": Asks("dispute", (("override", "episode", "r"),)),
    "answer-offer": Asks("offer", (("offer", "episode", "r p"),), not_shown_in=ERROR),
    "complete-action": Asks("action", (("act", "episode", "r"),)),
    "show-interview": Asks(
        "interview",
        (
            ("see_account", "episode", "r p"),
            ("see_account", "interview", "o"),
            ("book", "episode", "r p"),
            ("book", "interview", "o"),
        ),
    ),
    "prepare-interview": Asks(
        "interview",
        (
            ("see_account", "episode", "r p"),
            ("see_account", "interview", "o"),
            ("book", "episode", "r p"),
            ("book", "interview", "o"),
        ),
    ),
    "needs-of-interview": Asks("interview", SAID),
    "mentions-of-interview": Asks("interview", SAID),
    "note-mention": Asks("interview", NAMES_NEEDS, more=("person",)),
    "correct-mention": Asks("mention", NAMES_NEEDS),
    "show-pattern": Asks("mention", SEES_PATTERNS, not_in=ERROR),
    "say-same": Asks("mention", SEES_PATTERNS, not_in=ERROR),
    "bring-pattern": Asks("mention", SEES_PATTERNS, not_in=ERROR),
    "take-apart": Asks("samething", SEES_PATTERNS),
    "name-need": Asks("interview", NAMES_NEEDS),
    "pass-on-needs": Asks("interview", NAMES_NEEDS),
    "find-help": Asks("need", NAMES_NEEDS),
    "offer-help": Asks("need", NAMES_NEEDS),
    "act-on-need": Asks("need", DECIDES_NEEDS),
    "leave-need": Asks("need", DECIDES_NEEDS),
    "follow-help": Asks("helpoffered", NAMES_NEEDS),
    "follow-passed-on": Asks("passedon", NAMES_NEEDS),
    "move-interview": of_interview("book"),
    "hold-interview": of_interview("book"),
    "record-interview": Asks("interview", (("record", "interview", "o"),)),
    "record-section-interview": Asks(
        "interview", (("record", "interview", "o"),), more=("before",)
    ),
    "save-answer-interview": Asks(
        "interview", (("record", "interview", "o"),), more=("why_words",), only_post=True
    ),
    "sign-interview": Asks("interview", (("sign", "interview", "o"),)),
    "pdf-interview": Asks(
        "interview", (("see_account", "episode", "r p"), ("see_account", "interview", "o"))
    ),
    "json-interview": Asks(
        "interview", (("see_account", "episode", "r p"), ("see_account", "interview", "o"))
    ),
    "take-over-record-interview": Asks("interview", (("reassign", "episode", "r p"),)),
    "review-interview": Asks("interview", SCORED, only_in=("signed", "acted on")),
    "score-record": Asks("sampled", SCORED, only_in=("signed", "acted on")),
    "add-interview": Asks("interview", (("act", "episode", "r"),), only_in=("signed", "acted on")),
    "show-child": Asks(
        "child", (("see_episode", "child", "r h p"), ("see_episode", "episode", "r h p"))
    ),
    "looked-at-child": of_child("see_journal"),
    "plain-looked-at-child": of_child("see_journal"),
    "pdf-looked-at-child": of_child("see_journal"),
    "care-of-child": of_child("place", not_in=KNOWN),
    "look-after-child": of_child("place", not_in=KNOWN),
    "end-care-child": of_child("place", not_in=KNOWN),
    "place-child": of_child("place", not_in=KNOWN),
    "name-home-child": of_child("place", not_in=KNOWN),
    "end-placement-child": of_child("place", not_in=KNOWN),
    "live-at-child": of_child("place", not_in=KNOWN),
    "set-birth-date-child": of_child("place", not_in=KNOWN),
    "doubt-child": of_child("place", not_in=KNOWN),
    "pass-on-child": of_child("place", not_in=KNOWN),
    "settle-doubt": of_child("place", of="doubt"),
    **dict.fromkeys(
        ("show-pack", "pdf-pack", "find-for-pack"), Asks("pack", (("share", "pack", "r"),))
    ),
    "record-requests-of-child": of_child("note_record_request", not_in=("joined to another",)),
    "note-record-request": of_child("note_record_request", not_in=("joined to another",)),
    "show-record-request": of_child("note_record_request", of="recordrequest"),
    "end-record-request": of_child("note_record_request", of="recordrequest"),
    "step-record-request": of_child(
        "note_record_request", of="recordrequest", more=("identity_seen",)
    ),
    **dict.fromkeys(
        (
            *("gather-record", "record-words", "record-lines", "mark-in-record", "give-record"),
            *("pdf-working-record", "pdf-record-copy", "pdf-record-letter"),
        ),
        of_child("give_record", of="recordrequest"),
    ),
    "decide-record-line": of_child("give_record", of="gatheredline"),
    "bring-child": of_child("share", not_in=("joined to another",)),
    "take-off-panel": of_child("share", of="packchild"),
    **dict.fromkeys(("put-pack-right", "take-pack-away"), Asks("pack", (("share", "pack", "r"),))),
    "note-communication": Asks("child", NOTED),
    "note-characteristics": Asks("child", NOTED),
    "note-concern": Asks("child", NOTED),
    "record-meeting": of_child("meet"),
    "undo-went-together": Asks("wenttogether", (("act", "episode", "r"),)),
    "end-concern": Asks("notedconcern", NOTED_OF_EITHER),
    "void-meeting": Asks("meeting", (("meet", "whole", "r"),)),
    "tell-of-harm-child": Asks("child", (("tell_of_harm", "child", "r h p"),)),
    "tell-of-harm-interview": Asks(
        "interview",
        (("tell_of_harm", "episode", "r h p"), ("tell_of_harm", "interview", "o")),
    ),
    "show-disclosure": Asks("disclosure", HARM),
    "call-disclosure": Asks("disclosure", HARM),
    "have-disclosure": Asks("disclosure", COUNCILS_HARM, only_post=True),
    "decide-disclosure": Asks("disclosure", DECIDE),
    "pass-on-harm-decision": Asks("harmdecision", DECIDE),
    "finish-harm-decision": Asks("harmdecision", DECIDE),
    "match-child": of_child("match"),
    "show-restriction": of_child("restrict"),
    "restrict-child": of_child("restrict"),
    "list-person-child": of_child("restrict"),
    # A list that is over is not ended again.
    "end-listing": of_child(
        "restrict", of="listed", only_in=(RESTRICTED, RESTRICTED_AND_ASKED, CLOSED_TO_SOME)
    ),
    "lift-restriction": of_child(
        "restrict", of="restriction", only_in=(RESTRICTED, RESTRICTED_AND_ASKED)
    ),
    **dict.fromkeys(
        ("retention-child", "review-retention-child", "hold-child"),
        of_child("retain", not_in=("joined to another",)),
    ),
    "show-opening": of_child("restrict", of="breakglass"),
    "close-opening": of_child("restrict", of="breakglass", only_post=True),
    "show-handover": Asks("handover", SEES_REQUEST),
    "answer-handover": Asks("handover", ASKED_OF),
    "withdraw-handover": Asks("handover", WE_ASK),
    "hand-back-handover": Asks("handover", ASKED_OF),
    "tell-handover": Asks("handover", WE_ASK, only_post=True),
    "report-handover": Asks("handover", WE_ASK, only_post=True),
    "letter-handover": Asks("handover", WE_ASK),
    "see-placement-notice": Asks(
        "placementnotice", (("see_placed_here", "notice", "+"),), only_post=True
    ),
    "send-placement-notice": of_child("place", of="placementnotice", only_post=True),
    "show-delivery": Asks("delivery", (("confirm_intake", "delivery", "+"),)),
    "confirm-delivery": Asks("delivery", (("confirm_intake", "delivery", "+"),), only_post=True),
    "stop-delivery": Asks("delivery", (("confirm_intake", "delivery", "+"),), only_post=True),
    "leave-delivery": Asks("delivery", (("confirm_intake", "delivery", "+"),), only_post=True),
    "discard-delivery": Asks("delivery", (("confirm_intake", "delivery", "+"),), only_post=True),
}

# Of a record, and asked in a way that the matrix does not go: the test that does is named.
BESIDE = {
    # Of a hold that stands, of a review that waits, and of no record that is there any more.
    **dict.fromkeys(
        ("end-hold", "answer-retention-review", "show-erasure"), "tests/web/test_retention.py"
    ),
    "note-held-handover": "tests/web/test_elsewhere.py",
    "correct-fact": "tests/web/test_care.py",
    "show-address": "tests/web/test_care.py",
    **dict.fromkeys(("name-for-address", "end-named-for"), "tests/web/test_addresses.py"),
    **dict.fromkeys(("separate-child", "unmatch-episode"), "tests/web/test_matching.py"),
    "calendar": "the feed, below",
    "answer-letter": "tests/web/test_letters.py",
    "children": "the search, below",
    # Of a file before it is confirmed, and of one with rows that were refused.
    **dict.fromkeys(("teach-delivery", "refused-delivery"), "tests/web/test_layouts.py"),
    # Behind a link of their own, and for nobody who is signed in.
    **dict.fromkeys(
        (
            *("own-door", "own-first", "own-home", "own-choose", "own-choose-one", "own-chosen"),
            *("own-say", "own-say-one", "own-yours", "own-sent", "own-before"),
            *("own-help", "own-ask", "own-leaving", "own-leave"),
        ),
        "tests/web/test_own_pages.py",
    ),
    "own-made": "tests/web/test_own_made.py",
    **dict.fromkeys(
        (
            *("end-one-time-link", "one-time-door", "one-time-opened", "one-time-paper"),
            *("one-time-leave", "made-one-time-link"),
        ),
        "tests/web/test_one_time_links.py",
    ),
    # A home has doors of its own, and there the database opens who lives in it alone.
    **dict.fromkeys(
        ("report-missing", "report-returned", "show-home-report", "add-home-report"),
        "tests/web/test_homes.py",
    ),
    "see-home-report": "tests/web/test_homes.py",
    # And so has whoever something was shared with: that alone is open there.
    **dict.fromkeys(
        ("show-shared-with-us", "acknowledge-share", "answer-shared-line"),
        "tests/web/test_shares.py",
    ),
    "show-ask": "tests/web/test_asks.py",
    **dict.fromkeys(
        (
            *("pdf-share", "pdf-philomena", "json-philomena", "pdf-shared-with-us"),
            *("pdf-received-philomena", "json-received-philomena"),
        ),
        "tests/web/test_shares_on_paper.py",
    ),
    **dict.fromkeys(
        ("own-see", "own-heard", "own-meant", "own-talk"), "tests/web/test_own_hearing.py"
    ),
}

# Of an organisation: the verb, of which one role in it is enough; "works with children" is a role
# that sees any record at all.
COUNCIL, INTERVIEWS, ANY_BODY = "a council", "a council or provider", "any body"
# A provider is no recipient of shares, so it does not ask either.
RECIPIENT = "a council, a police unit or a home"
OF_AN_ORGANISATION: dict[str, tuple[tuple[str, str], ...]] = {
    "actions": (("see_episode", ANY_BODY),),
    "handovers": (("ask", COUNCIL), ("answer", INTERVIEWS)),
    "meetings": (("meet", COUNCIL),),
    "out-of-area": (("see_placed_here", COUNCIL),),
    "csv-out-of-area": (("see_placed_here", COUNCIL),),
    "placed-here": (("see_placed_here", COUNCIL),),
    "shared-with-us": (("receive", ANY_BODY),),
    "asks": (("ask_about", RECIPIENT),),
    "ask-about": (("ask_about", RECIPIENT),),
    "waiting": (("match", ANY_BODY),),
    "intake": (("confirm_intake", ANY_BODY),),
    "history": (("confirm_intake", COUNCIL),),
    "figures": (("see_figures", COUNCIL),),
    "how-it-was": (("see_figures", COUNCIL),),
    **dict.fromkeys(("figures-by", "csv-figures-by"), (("see_figures", COUNCIL),)),
    **dict.fromkeys(("after-the-talk", "csv-after-the-talk"), (("see_figures", COUNCIL),)),
    "could-we-answer": (("see_figures", COUNCIL),),
    "csv-could-we-answer": (("see_figures", COUNCIL),),
    "statutory": (("make_return", COUNCIL),),
    "foi": (("see_figures", COUNCIL),),
    "answers-foi": (("see_figures", COUNCIL),),
    **dict.fromkeys(("partnership", "show-partnership"), (("see_figures", INTERVIEWS),)),
    "policies": (("set_policy", COUNCIL),),
    "protocols": (("set_protocol", COUNCIL), ("meet", COUNCIL), ("manage_people", COUNCIL)),
    "mentions": (("see_account", ANY_BODY),),
    **dict.fromkeys(
        ("patterns", "patterns-links", "patterns-again", "patterns-times"),
        (("see_patterns", COUNCIL),),
    ),
    # Whoever looks at shares for a council prepares its panel.
    **dict.fromkeys(("packs", "make-pack"), (("look_at_share", COUNCIL),)),
    "record-requests": (("note_record_request", COUNCIL),),
    "services": (("see_episode", COUNCIL), ("keep_services", COUNCIL)),
    "export-services": (("see_episode", COUNCIL), ("keep_services", COUNCIL)),
    "add-service": (("keep_services", COUNCIL),),
    "import-services": (("keep_services", COUNCIL),),
    "people": (("manage_people", ANY_BODY), ("reassign", ANY_BODY)),
    "add-person": (("manage_people", ANY_BODY),),
    "duty": (("see_episode", ANY_BODY), ("manage_people", ANY_BODY)),
    "agreements": (("see_episode", INTERVIEWS),),
    "add-agreement": (("agree", COUNCIL),),
    "rota": (("keep_rota", ANY_BODY),),
    "messages": (("keep_rota", ANY_BODY),),
    "note-absence": (("keep_rota", ANY_BODY),),
    "set-out-of-hours": (("keep_rota", ANY_BODY),),
    "own-questions": (("see_episode", COUNCIL), ("set_questions", COUNCIL)),
    "form-own-questions": (("see_episode", COUNCIL), ("set_questions", COUNCIL)),
    "json-own-questions": (("see_episode", COUNCIL), ("set_questions", COUNCIL)),
    "schema-own-questions": (("see_episode", COUNCIL), ("set_questions", COUNCIL)),
    "add-own-question": (("set_questions", COUNCIL),),
    "reviews": (("review", INTERVIEWS),),
    "samples": (("draw_sample", INTERVIEWS),),
    "draw-sample": (("draw_sample", INTERVIEWS),),
    "record-quality": (("draw_sample", INTERVIEWS), ("see_figures", INTERVIEWS)),
    "restricted-reviews": (("restrict", COUNCIL),),
    "retention": (("retain", COUNCIL),),
    "open-restricted": (("see_episode", ANY_BODY),),
    "tokens": (("keep_tokens", ANY_BODY),),
    "make-token": (("keep_tokens", ANY_BODY),),
    "webhooks": (("keep_tokens", INTERVIEWS),),
    "set-up-webhook": (("keep_tokens", INTERVIEWS),),
    "set-up": (("see_episode", ANY_BODY), ("manage_people", ANY_BODY)),
}
# Of an organisation, with a number or a word in the address, or only by POST: tests that open them.
OF_AN_ORGANISATION_BESIDE = {
    "chart-figures": "tests/web/test_figures.py",
    "csv-figures": "tests/web/test_figures.py",
    "behind-figures": "tests/web/test_breakdowns.py",
    "return-figures": "tests/web/test_figures.py",
    "ssda903-statutory": "tests/web/test_statutory.py",
    "ssd-statutory": "tests/web/test_statutory.py",
    "annex-a-statutory": "tests/web/test_statutory.py",
    "csv-published-figures": "tests/web/test_foi.py",
    "pdf-partnership": "tests/web/test_partnership.py",
    "csv-partnership": "tests/web/test_partnership.py",
    "set-policy": "tests/web/test_policies.py",
    "name-talk": "tests/web/test_policies.py",
    "end-token": "tests/web/test_tokens.py",
    "test-webhook": "tests/web/test_webhooks.py",
    "renew-secret-webhook": "tests/web/test_webhooks.py",
    "end-webhook": "tests/web/test_webhooks.py",
    "end-own-question": "tests/web/test_own_questions.py",
    "show-sample": "tests/web/test_samples.py",
    "chart-record-quality": "tests/web/test_samples.py",
    "csv-record-quality": "tests/web/test_samples.py",
    "change-service": "tests/web/test_services.py",
    "end-service": "tests/web/test_services.py",
    "new-protocol": "tests/web/test_protocols.py",
    "follow-protocol": "tests/web/test_protocols.py",
    "end-protocol": "tests/web/test_protocols.py",
    "own-protocol": "tests/web/test_protocols.py",
    "show-person": "tests/web/test_two_organisations.py",
    "appoint-person": "tests/web/test_two_organisations.py",
    "close-account": "tests/web/test_two_organisations.py",
    "reopen-account": "tests/web/test_two_organisations.py",
    "reset-second-factor": "tests/web/test_two_organisations.py",
    "note-credential": "tests/web/test_staff.py",
    "reassign-person": "tests/web/test_two_organisations.py",
    "end-post": "tests/web/test_two_organisations.py",
    "accept-agreement": "tests/web/test_agreements.py",
    "end-agreement": "tests/web/test_agreements.py",
    "take-off-duty": "tests/web/test_staff.py",
    "name-rota": "tests/web/test_rotas.py",
    "pace-rota": "tests/web/test_rotas.py",
    "end-absence": "tests/web/test_absences.py",
    "take-away-out-of-hours": "tests/web/test_rotas.py",
    "try-message-again": "tests/web/test_rotas.py",
    "fetch-example": "tests/web/test_intake.py",
    **dict.fromkeys(
        (
            *("show-history", "bring-history", "discard-history", "take-back-history"),
            *("refused-history", "lost-history", "columns-of-history"),
        ),
        "tests/web/test_history.py",
    ),
    "lives-here": "tests/web/test_homes.py",
    # For whoever may share as the council that answers for a child, and not of an own talk.
    "asked-about": "tests/web/test_asks.py",
}

# Everybody's own, once signed in.
OWN = {
    *("account", "new-calendar", "my-looks", "worklist"),
    *("signed-in", "still-here", "sign-out-everywhere", "sign-out-there"),
    *("set-up-second-factor", "account_change_password", "account_reauthenticate"),
    *("mfa_activate_totp", "mfa_add_webauthn", "mfa_edit_webauthn", "mfa_index"),
    *("mfa_generate_recovery_codes", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    *("mfa_remove_webauthn", "mfa_view_recovery_codes"),
}
# Open to whoever comes, and about no record.
OPEN = {
    *("account_signup", "account_login", "account_logout", "mfa_authenticate"),
    *("account_reset_password", "account_reset_password_done", "mfa_login_webauthn"),
    *("account_reset_password_from_key", "account_reset_password_from_key_done"),
    *("openid_connect_callback", "sign-in-by-directory"),
    *("standard", "show-standard", "json-standard", "schema-standard", "form-standard", "guide"),
    *("who-interviews", "api", "api-root", "openapi-json", "ask", "ask_all"),
    # By a token of an organisation, and for nobody who is signed in: tests/api.
    *("send", "say_found", "say_returned", "what_became"),
}


def may_there(role: str, body: str, rules: Iterable[tuple[str, str]]) -> bool:
    """Whether a role in this body allows one of these."""
    return any(_may_there(role, body, verb, where) for verb, where in rules)


def _may_there(role: str, body: str, verb: str, where: str) -> bool:
    is_council = body in (N, W, E, NEW)
    is_provider = body in (OP, F)
    is_there = {
        ANY_BODY: True,
        COUNCIL: is_council,
        INTERVIEWS: is_council or is_provider,
        RECIPIENT: not is_provider,
    }
    if verb == "keep_rota":
        return role in ("coordinator", "manager", "administrator") and is_there[where]
    return bool(MAY[verb].get(role)) and is_there[where]
