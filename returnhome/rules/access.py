"""Who may see and do what: role by verb by relation to the child.

Source: the product's own design; the host's view follows DfE statutory guidance, January 2014,
“Out of area placements”: a host knows of the child and the clock, not of the account. Of harm that
the child told of it reads those words alone: where the child is now is where help must come from.
"""

from returnhome.rules.codes import Code, Role


class Relation(Code):
    """How a person's organisation stands to the child; `own` is the interviewer named for it."""

    RESPONSIBLE = "responsible", "The council that answers for the child"
    HOST = "host", "The council in whose area another council's looked-after child is placed"
    PROVIDER = "provider", "The organisation that interviews: commissioned, or asked and willing"
    OWN = "own", "The interviewer named, while they work where they were named"
    COUNTED = "counted", "Was responsible at the start, and another has the duty now"
    ASKED = "asked", "Asked by a hand-over that stands"
    LIVES_THERE = "lives_there", "The home in which the child is placed today"
    NONE = "none", "No relation"


class Verb(Code):
    SEE_EPISODE = "see_episode", "See the child, the episode and its clock"
    SEE_ACCOUNT = "see_account", "Read what the child said"
    OFFER = "offer", "Offer an interview and record the answer"
    BOOK = "book", "Book an interview"
    RECORD = "record", "Record an interview"
    SIGN = "sign", "Sign a record off"
    ACT = "act", "Decide what follows"
    MEET = "meet", "Record a meeting"
    REASSIGN = "reassign", "Give the work to somebody else"
    TELL = "tell", "Record who was told"
    SEE_FIGURES = "see_figures", "See figures"
    MAKE_RETURN = "make_return", "Make the statutory returns: a child by number, never by name"
    CONFIRM_INTAKE = "confirm_intake", "Confirm a file"
    MATCH = "match", "Join a notification to a child"
    MANAGE_PEOPLE = "manage_people", "Manage people and their roles"
    ASK = "ask", "Ask another body to interview or to take the duty over"
    ANSWER = "answer", "Answer such a request, and hand it back"
    DISPUTE = "dispute", "Dispute who must act"
    OVERRIDE = "override", "Override what the rules decided, and settle a dispute"
    PLACE = "place", "Record care, placements and homes"
    SEE_JOURNAL = "see_journal", "See who has looked at the child's record"
    SEE_PLACED_HERE = "see_placed_here", "See the list of other councils' children placed here"
    AGREE = "agree", "Keep standing arrangements with other councils and providers"
    SET_POLICY = "set_policy", "Note what local policy says"
    SET_PROTOCOL = "set_protocol", "Set the local protocols"
    SEE_HARM = "see_harm", "Read what the child told of harm, and what was done"
    TELL_OF_HARM = "tell_of_harm", "Write down that the child has told of harm"
    DECIDE_ON_HARM = "decide_on_harm", "Decide on harm, and close it"
    KEEP_SERVICES = "keep_services", "Keep the council's list of services"
    RESTRICT = "restrict", "Restrict a record, and review who opened it by break-glass"
    RETAIN = (
        "retain",
        "Review a record whose time is over, put it on hold, and have it erased",
    )
    REVIEW = "review", "Review somebody else’s signed record, and score it"
    DRAW_SAMPLE = "draw_sample", "Draw a sample of signed records"
    SET_QUESTIONS = "set_questions", "Add the council's own questions to the recording standard"
    KEEP_TOKENS = "keep_tokens", "Make and end tokens and webhooks for the organisation's programs"
    SEE_WHO_LIVES_HERE = (
        "see_who_lives_here",
        "See who lives in the home, who is missing, and that an interview is due",
    )
    SEE_PATTERNS = (
        "see_patterns",
        "See who and where several children told of, and say which of them are the same",
    )
    REPORT = "report", "Report a child who lives in the home missing or returned"
    SHARE = "share", "Share with those who can act what the child told"
    LOOK_AT_SHARE = "look_at_share", "Look at a share as the second person, before it goes or after"
    RECEIVE = "receive", "Open what was shared with the organisation, and say what came of it"
    ASK_ABOUT = "ask_about", "Ask, with a reason, which council holds something about a child"
    NOTE_RECORD_REQUEST = (
        "note_record_request",
        "Note that somebody asks for a child’s record, and see when it is due",
    )
    GIVE_RECORD = "give_record", "Gather a child’s whole record, decide what is withheld, give it"


RESPONSIBLE, HOST, PROVIDER = Relation.RESPONSIBLE, Relation.HOST, Relation.PROVIDER
OWN, COUNTED, ASKED = Relation.OWN, Relation.COUNTED, Relation.ASKED
LIVES_THERE = Relation.LIVES_THERE

# About one's own organisation and no child in particular, so no relation to a child is asked for.
OF_THE_ORGANISATION = frozenset(
    {
        Verb.SEE_FIGURES,
        Verb.MAKE_RETURN,
        Verb.CONFIRM_INTAKE,
        Verb.MANAGE_PEOPLE,
        Verb.SEE_PLACED_HERE,
        Verb.AGREE,
        Verb.SET_POLICY,
        Verb.SET_PROTOCOL,
        Verb.KEEP_SERVICES,
        Verb.DRAW_SAMPLE,
        Verb.SET_QUESTIONS,
        Verb.KEEP_TOKENS,
        Verb.RECEIVE,
        Verb.ASK_ABOUT,
    }
)
NO_CHILD: frozenset[Relation] = frozenset()

# A verb that is not named is not allowed. Where a host's own people interview, its relation is
# `provider`: being the host alone never opens the account.
MAY: dict[Role, dict[Verb, frozenset[Relation]]] = {
    Role.COORDINATOR: {
        Verb.SEE_EPISODE: frozenset({RESPONSIBLE, HOST, PROVIDER, OWN, COUNTED}),
        Verb.SEE_ACCOUNT: frozenset({RESPONSIBLE, PROVIDER, OWN}),
        Verb.SEE_PATTERNS: frozenset({RESPONSIBLE}),
        Verb.OFFER: frozenset({RESPONSIBLE, PROVIDER}),
        Verb.BOOK: frozenset({RESPONSIBLE, PROVIDER}),
        Verb.ACT: frozenset({RESPONSIBLE}),
        Verb.MEET: frozenset({RESPONSIBLE}),
        Verb.REASSIGN: frozenset({RESPONSIBLE, PROVIDER}),
        Verb.TELL: frozenset({RESPONSIBLE, PROVIDER}),
        Verb.SEE_HARM: frozenset({RESPONSIBLE, HOST, PROVIDER, OWN}),
        Verb.TELL_OF_HARM: frozenset({RESPONSIBLE, HOST, PROVIDER, OWN}),
        Verb.MATCH: frozenset({RESPONSIBLE}),
        Verb.ASK: frozenset({RESPONSIBLE}),
        Verb.ANSWER: frozenset({ASKED, PROVIDER}),
        Verb.DISPUTE: frozenset({RESPONSIBLE, HOST, COUNTED}),
        Verb.PLACE: frozenset({RESPONSIBLE}),
        Verb.SEE_JOURNAL: frozenset({RESPONSIBLE}),
        Verb.SEE_PLACED_HERE: NO_CHILD,
        Verb.SEE_FIGURES: NO_CHILD,
        Verb.CONFIRM_INTAKE: NO_CHILD,
        Verb.SHARE: frozenset({RESPONSIBLE, PROVIDER, OWN}),
        Verb.LOOK_AT_SHARE: frozenset({RESPONSIBLE}),
        Verb.RECEIVE: NO_CHILD,
        Verb.ASK_ABOUT: NO_CHILD,
        Verb.NOTE_RECORD_REQUEST: frozenset({RESPONSIBLE}),
    },
    Role.INTERVIEWER: {
        # A team's interviewers share its list and offer for each other; an account is one's own.
        Verb.SEE_EPISODE: frozenset({RESPONSIBLE, PROVIDER, OWN}),
        Verb.SEE_ACCOUNT: frozenset({OWN}),
        Verb.OFFER: frozenset({RESPONSIBLE, PROVIDER, OWN}),
        Verb.BOOK: frozenset({RESPONSIBLE, PROVIDER, OWN}),
        Verb.RECORD: frozenset({OWN}),
        Verb.SIGN: frozenset({OWN}),
        Verb.TELL: frozenset({RESPONSIBLE}),
        Verb.SEE_HARM: frozenset({OWN}),
        Verb.TELL_OF_HARM: frozenset({RESPONSIBLE, PROVIDER, OWN}),
        Verb.SHARE: frozenset({OWN}),
    },
    Role.SOCIAL_WORKER: {
        Verb.SEE_EPISODE: frozenset({RESPONSIBLE, HOST, COUNTED}),
        Verb.SEE_ACCOUNT: frozenset({RESPONSIBLE}),
        Verb.SEE_PATTERNS: frozenset({RESPONSIBLE}),
        Verb.ACT: frozenset({RESPONSIBLE}),
        Verb.PLACE: frozenset({RESPONSIBLE}),
        Verb.SEE_JOURNAL: frozenset({RESPONSIBLE}),
        Verb.TELL: frozenset({RESPONSIBLE}),
        Verb.SEE_HARM: frozenset({RESPONSIBLE, HOST}),
        Verb.TELL_OF_HARM: frozenset({RESPONSIBLE, HOST}),
        Verb.MEET: frozenset({RESPONSIBLE}),
        Verb.SHARE: frozenset({RESPONSIBLE}),
        Verb.LOOK_AT_SHARE: frozenset({RESPONSIBLE}),
        Verb.RECEIVE: NO_CHILD,
        Verb.ASK_ABOUT: NO_CHILD,
    },
    Role.MANAGER: {
        Verb.SEE_EPISODE: frozenset({RESPONSIBLE, HOST, PROVIDER, COUNTED}),
        Verb.SEE_ACCOUNT: frozenset({RESPONSIBLE, PROVIDER}),
        Verb.SEE_PATTERNS: frozenset({RESPONSIBLE}),
        Verb.OFFER: frozenset({RESPONSIBLE, PROVIDER}),
        Verb.BOOK: frozenset({RESPONSIBLE, PROVIDER}),
        Verb.ACT: frozenset({RESPONSIBLE}),
        Verb.MEET: frozenset({RESPONSIBLE}),
        Verb.REASSIGN: frozenset({RESPONSIBLE, PROVIDER}),
        Verb.TELL: frozenset({RESPONSIBLE}),
        Verb.SEE_HARM: frozenset({RESPONSIBLE, HOST, PROVIDER}),
        Verb.TELL_OF_HARM: frozenset({RESPONSIBLE, HOST, PROVIDER}),
        # A provider never closes it: deciding is the councils', where the child is now and whose.
        Verb.DECIDE_ON_HARM: frozenset({RESPONSIBLE, HOST}),
        Verb.MATCH: frozenset({RESPONSIBLE}),
        Verb.ASK: frozenset({RESPONSIBLE}),
        Verb.ANSWER: frozenset({ASKED, PROVIDER}),
        Verb.DISPUTE: frozenset({RESPONSIBLE, HOST, COUNTED}),
        Verb.OVERRIDE: frozenset({RESPONSIBLE}),
        Verb.PLACE: frozenset({RESPONSIBLE}),
        Verb.SEE_JOURNAL: frozenset({RESPONSIBLE}),
        Verb.RESTRICT: frozenset({RESPONSIBLE}),
        Verb.RETAIN: frozenset({RESPONSIBLE}),
        # A provider looks after the quality of its own people's records, and so do those it is for.
        Verb.REVIEW: frozenset({RESPONSIBLE, PROVIDER}),
        Verb.DRAW_SAMPLE: NO_CHILD,
        Verb.SET_QUESTIONS: NO_CHILD,
        Verb.SEE_PLACED_HERE: NO_CHILD,
        Verb.AGREE: NO_CHILD,
        Verb.SEE_FIGURES: NO_CHILD,
        Verb.MAKE_RETURN: NO_CHILD,
        Verb.CONFIRM_INTAKE: NO_CHILD,
        Verb.SET_POLICY: NO_CHILD,
        Verb.SET_PROTOCOL: NO_CHILD,
        Verb.KEEP_SERVICES: NO_CHILD,
        Verb.SHARE: frozenset({RESPONSIBLE, PROVIDER}),
        Verb.LOOK_AT_SHARE: frozenset({RESPONSIBLE}),
        Verb.RECEIVE: NO_CHILD,
        Verb.ASK_ABOUT: NO_CHILD,
        Verb.NOTE_RECORD_REQUEST: frozenset({RESPONSIBLE}),
        # In it is all that the council holds, who opened a restricted record too.
        Verb.GIVE_RECORD: frozenset({RESPONSIBLE}),
    },
    Role.ANALYST: {Verb.SEE_FIGURES: NO_CHILD, Verb.MAKE_RETURN: NO_CHILD},
    Role.ADMINISTRATOR: {
        Verb.MANAGE_PEOPLE: NO_CHILD,
        Verb.KEEP_SERVICES: NO_CHILD,
        Verb.SET_QUESTIONS: NO_CHILD,
        Verb.KEEP_TOKENS: NO_CHILD,
    },
    # The name and that an interview is due; never the episode with its reasons, nor the account.
    Role.HOME: {
        Verb.SEE_WHO_LIVES_HERE: frozenset({LIVES_THERE}),
        Verb.REPORT: frozenset({LIVES_THERE}),
        Verb.RECEIVE: NO_CHILD,
        Verb.ASK_ABOUT: NO_CHILD,
    },
    # Of a child no more than what was shared with their unit; and that somebody holds something.
    Role.POLICE: {Verb.RECEIVE: NO_CHILD, Verb.ASK_ABOUT: NO_CHILD},
    # Researchers have their own door, which comes with the study.
    Role.RESEARCHER: {},
}


def may(role: Role, verb: str, relation: str = Relation.NONE) -> bool:
    """Whether the role allows the verb on a child in this relation.

    Raises ValueError for a verb or relation that no rule names: a slip, never a silent no.
    """
    verb, relation = Verb(verb), Relation(relation)
    relations = MAY[role].get(verb)
    if relations is None:
        return False
    return verb in OF_THE_ORGANISATION or relation in relations


def may_be_on_duty(role: Role) -> bool:
    """Whether whoever holds the role can take on the children that a rota tells of."""
    return may(role, Verb.OFFER, Relation.RESPONSIBLE)


def works_with_children(role: Role) -> bool:
    """Whether the role ever sees a child's record, in whatever relation."""
    return Verb.SEE_EPISODE in MAY[role]
