"""Who may see and do what, written down a second time, by hand: what the access matrix believes.

Nothing of this is read from the product. Whoever changes `returnhome.rules.access` on purpose
changes it here too; whoever changes it by accident is told so by `tests/web/test_access_matrix.py`.
The letters are the relations of an organisation to a child or to one episode:

    r responsible   h host   p provides the interviewer   c counted at the start, and not acting now
    a asked by a hand-over   o the interviewer named   + about no child in particular
    l the home where the child is placed today
"""

from collections.abc import Iterable, Mapping

ROLES = (
    *("coordinator", "interviewer", "social_worker", "manager", "analyst"),
    *("police", "home", "administrator", "researcher"),
)
COUNCIL_ROLES = ("coordinator", "interviewer", "social_worker", "manager")

# Verb → role → the relations in which it may.
MAY: Mapping[str, Mapping[str, str]] = {
    "see_episode": {
        "coordinator": "r h p c o",
        "interviewer": "r p o",
        "social_worker": "r h c",
        "manager": "r h p c",
    },
    "see_account": {
        "coordinator": "r p o",
        "interviewer": "o",
        "social_worker": "r",
        "manager": "r p",
    },
    "offer": {"coordinator": "r p", "interviewer": "r p o", "manager": "r p"},
    "book": {"coordinator": "r p", "interviewer": "r p o", "manager": "r p"},
    "record": {"interviewer": "o"},
    "sign": {"interviewer": "o"},
    "act": {"coordinator": "r", "social_worker": "r", "manager": "r"},
    "meet": {"coordinator": "r", "social_worker": "r", "manager": "r"},
    "reassign": {"coordinator": "r p", "manager": "r p"},
    "tell": {"coordinator": "r p", "interviewer": "r", "social_worker": "r", "manager": "r"},
    "see_harm": {
        "coordinator": "r h p o",
        "interviewer": "o",
        "social_worker": "r h",
        "manager": "r h p",
    },
    "tell_of_harm": {
        "coordinator": "r h p o",
        "interviewer": "r p o",
        "social_worker": "r h",
        "manager": "r h p",
    },
    "decide_on_harm": {"manager": "r h"},
    "match": {"coordinator": "r", "manager": "r"},
    "ask": {"coordinator": "r", "manager": "r"},
    "answer": {"coordinator": "a p", "manager": "a p"},
    "dispute": {"coordinator": "r h c", "manager": "r h c"},
    "override": {"manager": "r"},
    "place": {"coordinator": "r", "social_worker": "r", "manager": "r"},
    "see_journal": {"coordinator": "r", "social_worker": "r", "manager": "r"},
    "restrict": {"manager": "r"},
    "retain": {"manager": "r"},
    "review": {"manager": "r p"},
    "draw_sample": {"manager": "+"},
    "set_questions": {"manager": "+", "administrator": "+"},
    "see_placed_here": {"coordinator": "+", "manager": "+"},
    "see_figures": {"coordinator": "+", "manager": "+", "analyst": "+"},
    "make_return": {"manager": "+", "analyst": "+"},
    "confirm_intake": {"coordinator": "+", "manager": "+"},
    "agree": {"manager": "+"},
    "set_policy": {"manager": "+"},
    "set_protocol": {"manager": "+"},
    "keep_services": {"manager": "+", "administrator": "+"},
    "manage_people": {"administrator": "+"},
    "keep_tokens": {"administrator": "+"},
    "see_patterns": {"coordinator": "r", "social_worker": "r", "manager": "r"},
    "see_who_lives_here": {"home": "l"},
    "report": {"home": "l"},
    "share": {"coordinator": "r p o", "interviewer": "o", "social_worker": "r", "manager": "r p"},
    "look_at_share": {"coordinator": "r", "social_worker": "r", "manager": "r"},
    "receive": {
        **dict.fromkeys(("coordinator", "social_worker", "manager", "police", "home"), "+")
    },
    "ask_about": {
        **dict.fromkeys(("coordinator", "social_worker", "manager", "police", "home"), "+")
    },
    "note_record_request": {"coordinator": "r", "manager": "r"},
    "give_record": {"manager": "r"},
}
OF_THE_ORGANISATION = tuple(verb for verb, by in MAY.items() if "+" in set(by.values()))
OF_A_CHILD = tuple(verb for verb in MAY if verb not in OF_THE_ORGANISATION)


def relations(role: str, verb: str) -> frozenset[str]:
    return frozenset(MAY[verb].get(role, "").split())


def may(role: str, verb: str, standing: Iterable[str]) -> bool:
    """Whether the role may, where its organisation stands so."""
    return bool(relations(role, verb) & frozenset(standing))


# What the second lock opens of each table: any one of these is enough. "see_episode of the episode:
# r h p c" is a role that may see_episode, in one of these relations to the row's episode; "of the
# child" looks at whose the child is now.
Rule = tuple[str, str, str]  # verb, child or episode or itself, relations
SEEN: tuple[Rule, ...] = (("see_episode", "episode", "r h p c o"),)
KNOWN: tuple[Rule, ...] = (
    ("see_episode", "child", "r h p"),
    ("see_episode", "same", "r p"),
    *SEEN,
)
AT_HOME: tuple[Rule, ...] = (("see_episode", "child", "r h p"),)
IN_DOUBT: tuple[Rule, ...] = (("place", "child", "r"),)
SAID: tuple[Rule, ...] = (
    ("see_account", "episode", "r p"),
    ("see_account", "interview", "o"),
)
ANSWERED: tuple[Rule, ...] = (("see_episode", "episode", "r p"),)
TALKED_WITH: tuple[Rule, ...] = (
    ("see_episode", "child", "r p"),
    ("see_episode", "same", "r p"),
    ("see_episode", "episode", "r p"),
)
MET: tuple[Rule, ...] = (("see_episode", "child", "r p"), ("see_episode", "same", "r p"))
CONCERN: tuple[Rule, ...] = tuple(
    (verb, of, whose)
    for of in ("child", "same")
    for verb, whose in (("see_account", "r p"), ("offer", "r p"), ("act", "r"))
)
RISK: tuple[Rule, ...] = tuple(
    (verb, of, "r p") for verb in ("tell", "offer", "act") for of in ("child", "same", "episode")
)
# The two councils as they stood when the child told it, and whose the child is now.
HARM: tuple[Rule, ...] = (
    ("see_harm", "row", "r h"),
    ("see_harm", "child", "r"),
    ("see_harm", "same", "r"),
    ("see_harm", "episode", "p"),
    ("see_harm", "interview", "o"),
)
ASKED_ABOUT: tuple[Rule, ...] = (("share", "child", "r"),)
ASKED: tuple[Rule, ...] = (
    ("answer", "handover", "a"),
    ("ask", "handover", "r"),
    ("see_episode", "episode", "r c"),
)
NOTICE: tuple[Rule, ...] = (*IN_DOUBT, ("see_placed_here", "notice", "+"))
TOLD: tuple[Rule, ...] = (("see_episode", "row", "r h p"), ("confirm_intake", "file", "+"))
RECEIVED: tuple[Rule, ...] = (("confirm_intake", "delivery", "+"), ("sends", "delivery", "+"))
# Received by the same council as the delivery.
TAKEN_IN: tuple[Rule, ...] = (("confirm_intake", "delivery", "+"),)
KEPT: tuple[Rule, ...] = (("restrict", "child", "r"),)
REVIEWED: tuple[Rule, ...] = (("retain", "child", "r"),)
# A record of a sample, and its scores: to whoever may score it.
SCORED: tuple[Rule, ...] = (("review", "episode", "r p"),)

SECOND_LOCK: Mapping[str, tuple[Rule, ...]] = {
    "child": KNOWN,
    "alias": KNOWN,
    "identifier": KNOWN,
    "careperiod": AT_HOME,
    "placement": AT_HOME,
    "address": AT_HOME,
    "namedfor": AT_HOME,
    "doubt": IN_DOUBT,
    "formerfact": IN_DOUBT,
    "episode": SEEN,
    "correction": SEEN,
    "classification": SEEN,
    "basis": SEEN,
    "offer": SEEN,
    "reply": SEEN,
    "attempt": SEEN,
    "notheld": SEEN,
    "coverage": SEEN,
    "dispute": SEEN,
    "override": SEEN,
    "fromhome": SEEN,
    # Both episodes have to be open: by the talk alone one is, and so neither is named.
    "wenttogether": (("see_episode", "episode", "r h p c"),),
    "interview": (*SEEN, ("see_episode", "interview", "o")),
    "checkin": SEEN,
    "checkinwords": SAID,
    "entry": SAID,
    "addendum": SAID,
    "signedfacts": SAID,
    "review": SAID,
    "sampled": SCORED,
    "scoring": SCORED,
    "score": SCORED,
    "preventioninterview": ANSWERED,
    "childspokento": ANSWERED,
    "understanding": ANSWERED,
    "carersasked": ANSWERED,
    "foundplace": ANSWERED,
    "wayin": ANSWERED,
    "choice": ANSWERED,
    "ownwords": SAID,
    "made": SAID,
    "release": SAID,
    **dict.fromkeys(
        (
            *("share", "sharedline", "secondlook", "opening", "acknowledgement"),
            *("lineanswer", "onetimelink"),
        ),
        SAID,
    ),
    "notshared": SAID,
    # By whose the child is now, and to nobody for having interviewed.
    **dict.fromkeys(("ask", "askedof", "nothingtotell"), ASKED_ABOUT),
    "saidback": SAID,
    "answertochild": SAID,
    "telling": ANSWERED,
    "telling to the host": (*ANSWERED, ("see_episode", "episode", "h")),
    "action": SAID,
    "nothingneeded": SAID,
    "disclosure": HARM,
    "harmcall": HARM,
    "harmtaking": HARM,
    "harmdecision": HARM,
    "need": SAID,
    "mention": SAID,
    "samething": (("see_patterns", "episode", "r"),),
    "pack": (("share", "pack", "r"),),
    "packchild": (("share", "child", "r"),),
    **dict.fromkeys(("recordrequest", "requeststep"), (("note_record_request", "child", "r"),)),
    **dict.fromkeys(("gatheredrecord", "gatheredline"), (("give_record", "child", "r"),)),
    "actionforneed": SAID,
    "helpoffered": SAID,
    "nohelp": SAID,
    "passedon": SAID,
    "handover": ASKED,
    "placementnotice": NOTICE,
    "notedconcern": CONCERN,
    "communication": TALKED_WITH,
    "characteristics": MET,
    "meeting": MET,
    "voidedmeeting": MET,
    "parentalrisk": RISK,
    "notification": TOLD,
    "toldnumber": TOLD,
    "delivery": RECEIVED,
    "bringing": TAKEN_IN,
    "bringingfile": TAKEN_IN,
    "earlierrecord": (("see_account", "episode", "r p"),),
    "broughtchild": KNOWN,
    "restriction": KEPT,
    "listed": KEPT,
    "breakglass": KEPT,
    "putforward": REVIEWED,
    "hold": REVIEWED,
    "retentionreview": REVIEWED,
}

# The first lock is narrower here: a council that only counts the episode has its page and not the
# child's, and the interviewer named has the interview's page and not the episode's.
_PAGE: tuple[Rule, ...] = (("see_episode", "episode", "r h p c"),)
_CHILD: tuple[Rule, ...] = (("see_episode", "child", "r h p"), ("see_episode", "episode", "r h p"))
FIRST_LOCK: Mapping[str, tuple[Rule, ...]] = {
    **SECOND_LOCK,
    **{name: _PAGE for name, rule in SECOND_LOCK.items() if rule is SEEN},
    **{name: _CHILD for name, rule in SECOND_LOCK.items() if rule is KNOWN},
    "interview": (("see_episode", "episode", "r h p"), ("see_episode", "interview", "o")),
}
