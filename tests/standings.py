"""Everybody who could ask and everything they could ask about: the two sides of the access matrix.

Northshire answers for these children, Westborough hosts them, Open Path interviews them, and
Eastmoor and Far Path have nothing to do with any. Newshire took over from Oldshire, which is no
more. How each stands to a record in each of its states is written here by hand, and read nowhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.who_may import Rule, may

N, W, E, OP, F, NEW = "northshire", "westborough", "eastmoor", "open path", "far path", "newshire"
POLICE, HOME = "police", "home"
BODIES = (N, W, E, OP, F, NEW, POLICE, HOME)


# Who asks.


@dataclass(frozen=True)
class Standing:
    """Where somebody works, and how that has gone. `posts`: (role, or theirs, and body).

    `lists`: what the lists of restricted records say of them, and whether they broke glass.
    """

    name: str
    posts: tuple[tuple[str, str], ...]
    is_ended: bool = False
    is_closed: bool = False
    is_named: bool = False
    lists: frozenset[str] = frozenset()


def _listed(name: str, body: str, *lists: str, **more: bool) -> Standing:
    return Standing(f"{name}, at {body}", ((THEIRS, body),), lists=frozenset(lists), **more)


MAY_SEE, MAY_NOT, OPENED, RUN_OUT = "may see", "may not see", "opened", "opened, and run out"
THEIRS = "their role"
STANDINGS: tuple[Standing, ...] = (
    *(Standing(f"works for {body}", ((THEIRS, body),)) for body in BODIES),
    Standing("left northshire", ((THEIRS, N),), is_ended=True),
    Standing("left open path", ((THEIRS, OP),), is_ended=True),
    Standing("account closed", ((THEIRS, N),), is_closed=True),
    Standing("account closed, at open path", ((THEIRS, OP),), is_closed=True),
    # What one council allows is not taken along to another.
    Standing("also counts for northshire", ((THEIRS, E), ("analyst", N))),
    Standing("also manages people of northshire", ((THEIRS, E), ("administrator", N))),
    Standing("also works for westborough", ((THEIRS, N), (THEIRS, W))),
    Standing("counts there, works here", (("analyst", W), (THEIRS, OP))),
    Standing("named, at northshire", ((THEIRS, N),), is_named=True),
    Standing("named, at open path", ((THEIRS, OP),), is_named=True),
    # Asked once, and not any more: nothing but the interview is theirs.
    Standing("named, at far path", ((THEIRS, F),), is_named=True),
    Standing("named, and left for eastmoor", ((THEIRS, E),), is_named=True),
    Standing("named, and left for the host", ((THEIRS, W),), is_named=True),
    Standing("named, and left", ((THEIRS, N),), is_ended=True, is_named=True),
    Standing("named, and account closed", ((THEIRS, N),), is_closed=True, is_named=True),
    # On the lists of restricted records. Whoever works there and is on none stands above.
    *(_listed("may see", body, MAY_SEE) for body in (N, W, OP)),
    *(_listed("may not see", body, MAY_NOT) for body in (N, W, OP)),
    *(_listed("opened", body, OPENED) for body in (N, OP)),
    _listed("opened, and run out", N, RUN_OUT),
    _listed("may see and may not", N, MAY_SEE, MAY_NOT),
    _listed("opened before they were told of", N, OPENED, MAY_NOT),
    # A list lets nobody in.
    _listed("may see", E, MAY_SEE),
    _listed("named, and may not see", N, MAY_NOT, is_named=True),
)


@dataclass(frozen=True)
class Somebody:
    """One person of the matrix: a role in a standing."""

    role: str
    standing: Standing
    pk: int

    @property
    def posts(self) -> tuple[tuple[str, str], ...]:
        if self.standing.is_ended or self.standing.is_closed:
            return ()
        return tuple(
            (self.role if role == THEIRS else role, body) for role, body in self.standing.posts
        )


# What they ask about.


@dataclass
class State:
    """One child's record, how far it has come, and how each body stands to it.

    `child`, `episode`: body → relations to the child now and to the episode. `same`: to the child
    whom this record was joined to. `asked`: whom a hand-over asked. `named`: who holds the
    interview, and for which body. `rows`: table → the numbers of the state's rows.
    `is_restricted`: only those named may see it. `is_listed`: it has lists at all.
    `openings`: who broke its glass → the number of that row.
    """

    name: str
    child: Mapping[str, str]
    episode: Mapping[str, str]
    asked: tuple[str, ...] = ()
    same: Mapping[str, str] = field(default_factory=dict)
    named: tuple[int, str] | None = None
    rows: dict[str, set[int]] = field(default_factory=dict)
    is_restricted: bool = False
    is_listed: bool = False
    openings: dict[int, int] = field(default_factory=dict)

    def own(self, table: str, who: Somebody) -> set[int]:
        """Rows that are theirs whatever else is so: whoever broke glass knows that they did."""
        if table != "breakglass" or who.pk not in self.openings:
            return set()
        return {self.openings[who.pk]}

    def one(self, table: str) -> int:
        return min(self.rows[table])


PLACED = {N: "r", W: "h", OP: "p"}
UNCOMMISSIONED = {N: "r", W: "h"}
AT_HOME = {N: "r"}
TAKEN_OVER = {E: "r", W: "h"}
NOBODY: Mapping[str, str] = {}


def states() -> list[State]:
    """Every state, with no row yet."""
    placed = (
        *("still missing", "returned", "away without authorisation", "attempted", "offered"),
        *("accepted", "declined", "booked", "held", "signed", "acted on", "not held"),
        *("recorded in error", "disputed"),
    )
    uncommissioned = (
        *("host asked", "host asked too long ago", "host refused", "request withdrawn"),
        *("accepted and withdrawn", "handed back"),
    )
    return [
        *(State(name, PLACED, PLACED) for name in placed),
        *(State(name, AT_HOME, AT_HOME) for name in ("at home", "overridden", "not yet named")),
        *(State(name, UNCOMMISSIONED, UNCOMMISSIONED, (W,)) for name in uncommissioned),
        State("host accepted", UNCOMMISSIONED, {N: "r", W: "h p"}, (W,)),
        State("provider asked", AT_HOME, AT_HOME, (OP,)),
        State("provider accepted", AT_HOME, {N: "r", OP: "p"}, (OP,)),
        State("duty asked", UNCOMMISSIONED, UNCOMMISSIONED, (E,)),
        State("duty refused", UNCOMMISSIONED, UNCOMMISSIONED, (E,)),
        State("duty taken over", TAKEN_OVER, {**TAKEN_OVER, N: "c"}, (E,)),
        State("moved away since", {E: "r"}, AT_HOME),
        State("of a council that is no more", {NEW: "r"}, {NEW: "r"}),
        State("joined to another", {E: "r"}, NOBODY, same=AT_HOME),
        State(RESTRICTED, PLACED, PLACED, is_restricted=True, is_listed=True),
        State(CLOSED_TO_SOME, PLACED, PLACED, is_listed=True),
        # A request is a host's by being asked, and not by the episode: the lists close it too.
        State(
            *(RESTRICTED_AND_ASKED, UNCOMMISSIONED, UNCOMMISSIONED, (W,)),
            is_restricted=True,
            is_listed=True,
        ),
    ]


OWN_INTERVIEW = "an interview of their own"
RESTRICTED, CLOSED_TO_SOME = "restricted", "closed to whoever knows the family"
RESTRICTED_AND_ASKED = "restricted, and the host asked"


def named_for(somebody: Somebody) -> State:
    """A record whose interview this person holds, for where they worked when it was booked."""
    works_for = somebody.standing.posts[0][1]
    body = works_for if works_for in (OP, F) else N
    is_listed = bool(somebody.standing.lists)
    return State(OWN_INTERVIEW, PLACED, PLACED, named=(somebody.pk, body), is_listed=is_listed)


# What is expected.


def stands(state: State, who: Somebody, body: str, of: str) -> set[str]:
    """How this body of theirs stands to what the rule looks at."""
    # A pack is made by the council that answers for the child.
    if of in ("child", "row", "pack"):
        return set(state.child.get(body, "").split())
    if of == "whole":
        return set((state.same or state.child).get(body, "").split())
    if of == "same":
        return set(state.same.get(body, "").split())
    own = {"o"} if state.named == (who.pk, body) else set()
    if of == "episode":
        return own | set(state.episode.get(body, "").split())
    if of == "interview":
        return own
    if of == "handover":
        return ({"a"} if body in state.asked else set()) | ({"r"} if body == N else set())
    if of == "notice":
        return {"+"} if body == W else set()
    if of in ("file", "delivery"):
        return {"+"} if body == N else set()
    raise KeyError(of)


def allowed(who: Somebody, state: State, rules: Iterable[Rule]) -> bool:
    """Whether a role of theirs allows it, where it is held: no council lends to another.

    And no list of the record keeps them out of it.
    """
    if is_closed(state, who):
        # A pack stays where one of its children is closed to somebody, without that child.
        rules = [rule for rule in rules if rule[1] in ("delivery", "pack")]
    return any(_allowed(who, state, rule, role, body) for rule in rules for role, body in who.posts)


def is_closed(state: State, who: Somebody) -> bool:
    """Who is on the list of those who may not see it never does. Of a restricted record, nobody
    else does but who is on the other list, has it open, or manages the council that answers."""
    lists = who.standing.lists
    if state.is_listed and MAY_NOT in lists:
        return True
    if not state.is_restricted or MAY_SEE in lists or OPENED in lists:
        return False
    return not any(
        role == "manager" and "r" in state.child.get(body, "").split() for role, body in who.posts
    )


def _allowed(who: Somebody, state: State, rule: Rule, role: str, body: str) -> bool:
    verb, of, wanted = rule
    if verb == "sends":
        return role in ("police", "home") and body == POLICE
    return may(role, verb, stands(state, who, body, of) & set(wanted.split()))
