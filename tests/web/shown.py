"""What pages show to one and keep from another, written by hand: words, links and buttons.

Beside `tests/web/routes.py`, which says whose each page is: these are parts of a page that is open
to both. The people and the records are those of the access matrix.
"""

from dataclasses import dataclass

from tests.standings import OWN_INTERVIEW

# Role and standing.
Who = tuple[str, str]
COORDINATOR: Who = ("coordinator", "works for northshire")
INTERVIEWER: Who = ("interviewer", "works for northshire")
SOCIAL_WORKER: Who = ("social_worker", "works for northshire")
MANAGER: Who = ("manager", "works for northshire")
HOST: Who = ("coordinator", "works for westborough")
HOSTS_SOCIAL_WORKER: Who = ("social_worker", "works for westborough")
PROVIDERS: Who = ("coordinator", "works for open path")
PROVIDERS_MANAGER: Who = ("manager", "works for open path")
PROVIDERS_INTERVIEWER: Who = ("interviewer", "works for open path")
ELSEWHERE: Who = ("coordinator", "works for eastmoor")
ELSEWHERES_SOCIAL_WORKER: Who = ("social_worker", "works for eastmoor")
HOLDS_IT: Who = ("interviewer", "named, at northshire")
HOLDS_IT_NO_MORE: Who = ("interviewer", "named, at far path")
NOBODY_ELSE: Who | None = None


@dataclass(frozen=True)
class Part:
    """Words of a page about a record in this state: shown to the one, kept from the other.

    `{child}`, `{episode}` and the like are the record's numbers. On a list whose first page may
    not have room for all, `to` is nobody.
    """

    page: str
    state: str
    words: tuple[str, ...]
    to: Who | None
    kept_from: Who | None


EPISODE, CHILD, INTERVIEW = "show-episode", "show-child", "show-interview"
PARTS = (
    # An episode.
    Part(
        EPISODE,
        "attempted",
        ("The child’s own pages", "ofattempt", "oftelling", "#told", "/tell/"),
        COORDINATOR,
        HOST,
    ),
    Part(EPISODE, "attempted", ("/prevention-interview",), COORDINATOR, HOST),
    Part(EPISODE, "returned", ("Who has looked at this page",), COORDINATOR, INTERVIEWER),
    Part(
        EPISODE,
        "overridden",
        ("Settle the dispute", "Let the rules decide again"),
        MANAGER,
        COORDINATOR,
    ),
    Part(EPISODE, "still missing", ("/record-meeting",), COORDINATOR, PROVIDERS_MANAGER),
    Part(EPISODE, "not yet named", ("Say who the child is",), COORDINATOR, INTERVIEWER),
    Part(EPISODE, "still missing", ("Record the return",), COORDINATOR, SOCIAL_WORKER),
    Part(EPISODE, OWN_INTERVIEW, ("Take the record over",), COORDINATOR, SOCIAL_WORKER),
    Part(EPISODE, "offered", ("Nothing needs to follow", "ofaction"), COORDINATOR, INTERVIEWER),
    Part(EPISODE, "duty asked", ("/hand-overs/{handover}",), COORDINATOR, HOSTS_SOCIAL_WORKER),
    Part(EPISODE, "moved away since", ("Exploitation is feared",), None, INTERVIEWER),
    Part(EPISODE, "duty asked", ("A parent may be the risk",), COORDINATOR, HOST),
    # Of an episode that a colleague has in hand the next step is that colleague's.
    Part(EPISODE, "accepted", ("must book the interview",), PROVIDERS_INTERVIEWER, COORDINATOR),
    # A child.
    Part(
        CHILD,
        "accepted",
        (
            *("Record added to", "Action: Health", "Nothing needs to follow", "Need named"),
            *("Help offered", "Nothing follows from a need", "Need passed on", "/disclosures/"),
            *("ofmeeting", "ofvoidedmeeting", "/record-meeting", "/looked-at", "/care"),
            "/restriction",
        ),
        MANAGER,
        INTERVIEWER,
    ),
    Part(CHILD, "held", ("/note-concern",), COORDINATOR, PROVIDERS),
    Part(CHILD, "joined to another", ("/concerns/",), NOBODY_ELSE, ELSEWHERE),
    Part(CHILD, "joined to another", ("/meetings/",), NOBODY_ELSE, ELSEWHERE),
    Part(CHILD, "joined to another", ("/waiting",), ELSEWHERE, ELSEWHERES_SOCIAL_WORKER),
    Part(CHILD, "attempted", ("ofparentalrisk",), COORDINATOR, PROVIDERS_INTERVIEWER),
    Part(
        CHILD,
        "moved away since",
        (
            *("Responsible", "Looked after by", "Placed in", "Lives in", "Northshire Police"),
            "/tell-of-harm",
        ),
        ELSEWHERES_SOCIAL_WORKER,
        SOCIAL_WORKER,
    ),
    Part(
        CHILD,
        "signed",
        ("In the child’s own words", "ofaction"),
        COORDINATOR,
        HOST,
    ),
    Part(CHILD, "signed", ("Nothing needed to follow",), NOBODY_ELSE, HOST),
    # An interview.
    Part(INTERVIEW, "acted on", ("Add to the record", "Add an action"), MANAGER, PROVIDERS_MANAGER),
    Part(
        INTERVIEW,
        "booked",
        ("Record that it took place", "Change the booking"),
        COORDINATOR,
        SOCIAL_WORKER,
    ),
    Part(INTERVIEW, "held", ("What the child said",), COORDINATOR, INTERVIEWER),
    Part(INTERVIEW, "accepted", ("/disclosures/",), COORDINATOR, INTERVIEWER),
    Part(INTERVIEW, OWN_INTERVIEW, ("Record the interview",), HOLDS_IT, COORDINATOR),
    Part("prepare-interview", "booked", ("Record the interview",), NOBODY_ELSE, SOCIAL_WORKER),
    Part("prepare-interview", "booked", ("Change the note",), COORDINATOR, PROVIDERS_MANAGER),
    Part(
        "needs-of-interview",
        OWN_INTERVIEW,
        ("/follow",),
        HOLDS_IT,
        ("manager", "named, at open path"),
    ),
    Part(
        "needs-of-interview",
        OWN_INTERVIEW,
        ("Complete the action",),
        COORDINATOR,
        ("manager", "named, at open path"),
    ),
    Part("mentions-of-interview", "provider accepted", ("/correct",), COORDINATOR, PROVIDERS),
    Part(
        "json-interview",
        OWN_INTERVIEW,
        ("Offered to the child", "reached nobody"),
        COORDINATOR,
        HOLDS_IT_NO_MORE,
    ),
    Part("book-interview", "still missing", ("ofcheckinwords",), COORDINATOR, INTERVIEWER),
    Part("own-pages-episode", "still missing", ("Let the child in",), COORDINATOR, SOCIAL_WORKER),
    Part("own-pages-episode", OWN_INTERVIEW, ("Page not found",), HOLDS_IT_NO_MORE, HOLDS_IT),
    # What a child told of harm.
    Part("show-disclosure", "still missing", ("Go on with the",), NOBODY_ELSE, COORDINATOR),
    Part("show-disclosure", OWN_INTERVIEW, ("/children/",), COORDINATOR, HOLDS_IT_NO_MORE),
    # A request.
    Part("show-handover", "duty taken over", ("Initials",), ELSEWHERE, SOCIAL_WORKER),
    Part(
        "show-handover",
        "host asked",
        ("What was promised and is not done",),
        COORDINATOR,
        INTERVIEWER,
    ),
    # Whom a form offers.
    Part("assign-episode", "still missing", ("Owen Price", "Wes Carter"), None, COORDINATOR),
    Part("list-person-child", "still missing", ("Analyst",), NOBODY_ELSE, MANAGER),
    # Lists.
    Part("actions", "duty taken over", ('/episodes/{episode}"',), ELSEWHERE, COORDINATOR),
    Part("handovers", "duty asked", ('/hand-overs/{handover}"',), COORDINATOR, HOST),
    Part("handovers", "", ("Nobody has asked us",), COORDINATOR, HOST),
    Part("handovers", "", ('"/agreements"',), MANAGER, COORDINATOR),
    Part("intake", "", ("not matched yet",), COORDINATOR, HOST),
    Part("waiting", "not yet named", ("/children/{child}/",), COORDINATOR, HOST),
    Part("meetings", "still missing", ("/children/{child}",), COORDINATOR, HOST),
    Part("own-questions", "", ("Add a question",), MANAGER, COORDINATOR),
    Part("record-quality", "", ('href="/samples"',), MANAGER, COORDINATOR),
    Part("record-quality", "", ("records scored, of",), COORDINATOR, HOST),
    Part("figures", "", ("episodes ended.",), COORDINATOR, ELSEWHERE),
    Part("figures", "", ('"/figures/statutory"',), MANAGER, COORDINATOR),
    Part("services", "", ("Add a service",), MANAGER, COORDINATOR),
    Part("set-up", "", ('"/services"',), COORDINATOR, PROVIDERS),
    Part("set-up", "", ('"/people"',), COORDINATOR, SOCIAL_WORKER),
    Part("people", "", ('"/agreements"',), MANAGER, COORDINATOR),
    Part("people", "", ('"/people/add"',), NOBODY_ELSE, COORDINATOR),
    Part("people", "", ("Pat Lindqvist", "Coordinator and Analyst"), None, COORDINATOR),
    Part("people", "", ("Adi Rao",), COORDINATOR, ("coordinator", "also counts for northshire")),
    Part(
        "add-person",
        "",
        ("Northshire Council",),
        ("coordinator", "also manages people of northshire"),
        NOBODY_ELSE,
    ),
    Part(
        "add-service",
        "",
        ("Northshire",),
        ("social_worker", "also manages people of northshire"),
        NOBODY_ELSE,
    ),
    # The work list.
    Part("worklist", "", ("can no longer write the record",), INTERVIEWER, HOST),
    Part("worklist", "", ("have written: read it now",), COORDINATOR, HOSTS_SOCIAL_WORKER),
    Part("worklist", "", ("Westborough asked, answer due",), COORDINATOR, None),
    Part("worklist", "", ("Owen Price",), ELSEWHERE, COORDINATOR),
    Part("worklist", "", ("Records to finish",), HOLDS_IT, ("coordinator", "named, at northshire")),
    Part(
        "worklist",
        "",
        ("Your role has no work list here",),
        ("coordinator", "left northshire"),
        COORDINATOR,
    ),
)
