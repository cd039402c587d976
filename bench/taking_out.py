"""Each check of access in the code, and the same function with that one check made to pass.

A check is a call or an attribute that narrows rows to somebody's, or says yes or no. It is taken
out in this process alone, by the code of its function rewritten: no file is changed.
"""

import ast
import builtins
import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from django.db import connection

HOUSE = Path(__file__).resolve().parents[1]
ROOMS = ("web", "casework", "reporting")

EVERY_ROW = "__import__('django.db.models', fromlist=['Q']).Q(pk__isnull=False)"
# Call → what stands for it where nobody asks. `{of}` is what it is a method of.
INSTEAD = {
    **dict.fromkeys(
        (
            *("visible_to", "account_visible_to", "known_now_to", "told_to"),
            *("answered_for_by", "asked_of"),
        ),
        "{of}.all()",
    ),
    "to_review": "{of}.all()",
    **dict.fromkeys(("whose", "not_closed", "_not_closed", "own"), EVERY_ROW),
    **dict.fromkeys(
        (
            *("may", "may_about", "might_about", "allows", "is_asked_of", "account_is_visible_to"),
            *("may_record", "may_note", "may_be_recorded_by", "is_own_of", "are_known_to"),
            *("may_manage", "may_reassign", "may_open", "has_council", "has_role"),
            *("works_with_children", "may_be_on_duty", "may_break_glass"),
        ),
        "True",
    ),
    **dict.fromkeys(("is_closed_to", "is_shut_out_of", "is_closed"), "False"),
    "check_works_with": "None",
    "may_for": "(__every__('authority'), __every__('organisation'))",
    "councils_where": "__every__('authority')",
    "where_may": "__every__('organisation')",
    "_posts_that_may": "{of}._posts_at_work",
}
# Attribute of `Person.reach`, or of the person → the same.
OF_REACH = {
    **dict.fromkeys(
        ("organisations", "providers", "intake", "sending"), "__every__('organisation')"
    ),
    **dict.fromkeys(("authorities", "figures", "policies"), "__every__('authority')"),
    "roles": "__every_role__()",
}
OF_A_PERSON = {
    **dict.fromkeys(("closed", "closed_episodes"), "frozenset()"),
    "may_open": "__every__('child')",
}
PEOPLE = ("person", "user", "by", "as_seen_by", "each")

# A function of that name is a condition.
INSTEAD_OF_NAME = {"asked_of": EVERY_ROW}
# Modules whose functions have such names and answer something else: who is alike, whether a page
# may use the microphone, which questions stand, which records wait. What they ask themselves is
# taken out there.
NOT_ROWS = ("likeness", "made", "questions", "reviews")

# Where the check says so already, taking it out changes nothing: nobody can notice there.
PASSES = {"True": "True", "False": "False", "frozenset()": "frozenset()"}

# What is left out, and why. A module, or a function of it, or that and how the check begins.
OFFERED = "what a menu or a list of first steps offers: each page asks for itself"
BEFOREHAND = (
    "what is ticked or open beforehand, or which page comes next: that page asks for itself"
)
# A page loads through `visible_to` and then asks the row found for a narrower verb. The second of
# these is taken out, and is what nobody gets past; without the first nothing is different.
NARROWED = "the row found is asked for a narrower verb next"
# Rows of a record, or of an organisation, that the page has asked about before.
ASKED_BEFORE = "what the rows are of has been asked about before, for the same verb or a narrower"
# Those to whom the page is open may all do this, as the table of access stands.
WHOEVER_COMES = "whoever the page is open to may do this too, as the table of access stands"
NO_CHECK = {
    "web.pages": OFFERED,
    "web.set_up": OFFERED,
    "web.shared_with_us.index: request.user.may_for": OFFERED,
    "casework.row_security": "draws the policies: `policies` takes each of them out",
    "casework.places.PlacesQuerySet.visible_to": "places are public",
    "web.booking.book: request.user.has_role": BEFOREHAND,
    "web.booking.hold_unbooked: request.user.has_role": BEFOREHAND,
    "web.booking.hold_unbooked: interview.may_be_recorded_by": BEFOREHAND,
    "web.booking.hold: interview.may_be_recorded_by": BEFOREHAND,
    "web.check_ins._next_page": BEFOREHAND,
    "web.worklist.worklist: person.has_role": BEFOREHAND,
    "web.worklist.worklist: person.may(Verb.OFFER)": BEFOREHAND,
    "web.agreements._agreement: Agreement.objects.visible_to": NARROWED,
    "web.offers._may_book": BEFOREHAND,
    # To tell of harm reaches further than to read the account or to book, in every role.
    "web.owed.of_interview: allows": WHOEVER_COMES,
    # The page asks for the account or for booking, and who may book may offer.
    "web.tellings.prevention_of: may_note": WHOEVER_COMES,
    "web.disputes.dispute: request.user.may_about": "which sentence stands above the form",
    "web.booking._others: Episode.objects.visible_to": NARROWED,
    "web.asked.episode_for: Episode.objects.visible_to": NARROWED,
    "web.asked.interview_for: Interview.objects.visible_to": NARROWED,
    "web.communications.note: Child.objects.visible_to": NARROWED,
    "web.characteristics.note: Child.objects.visible_to": NARROWED,
    "web.harm.tell: Child.objects.visible_to": NARROWED,
    "web.concerns.note: Child.objects.visible_to": NARROWED,
    "web.concerns.end: NotedConcern.objects.visible_to": NARROWED,
    "web.disputes.settle: Dispute.objects.visible_to": NARROWED,
    "web.duty.take_off: Duty.objects.visible_to": NARROWED,
    "web.elsewhere._done_for_us: HandOver.objects.visible_to": NARROWED,
    "web.letters._asked_by_us: HandOver.objects.visible_to": NARROWED,
    "web.meetings.child_for: Child.objects.visible_to": NARROWED,
    "web.meetings.void: Meeting.objects.visible_to": NARROWED,
    "web.matching.unmatch: Episode.objects.visible_to": NARROWED,
    "web.offers._offer: Offer.objects.visible_to": NARROWED,
    "web.recording._own: Interview.objects.visible_to": NARROWED,
    "web.recording.show: Interview.objects.visible_to": NARROWED,
    "web.restrictions._child: Child.objects.visible_to": NARROWED,
    "web.support._action: Action.objects.visible_to": NARROWED,
    "web.adult_pathway._proposals": ASKED_BEFORE,
    "web.care.show": ASKED_BEFORE,
    "web.care._fact": ASKED_BEFORE,
    "web.declines.of_episode: rows.visible_to": ASKED_BEFORE,
    "web.duty.index: Duty.objects.visible_to": ASKED_BEFORE,
    "web.policies.index: LocalPolicy.objects.visible_to": ASKED_BEFORE,
    "web.protocols._rows: LocalProtocol.objects.visible_to": ASKED_BEFORE,
    "web.restrictions.show": ASKED_BEFORE,
    "web.rotas.index": ASKED_BEFORE,
    "web.rotas.name: Mailbox.objects.visible_to": ASKED_BEFORE,
    "web.rotas.end_absence: Absence.objects.visible_to": ASKED_BEFORE,
    "web.rotas.set_out_of_hours: OutOfHours.objects.visible_to": ASKED_BEFORE,
    "web.rotas.sent: Message.objects.visible_to": ASKED_BEFORE,
    "web.rotas.try_again: Message.objects.visible_to": ASKED_BEFORE,
    "web.staff.end_post: Post.objects.visible_to": ASKED_BEFORE,
    # The same rows are asked for the same once more, a line up or down.
    "web.establish.for_episode: Doubt.objects.visible_to": ASKED_BEFORE,
    "web.homes.see: FromHome.objects.visible_to": NARROWED,
    "web.homes.of_episode: FromHome.objects.visible_to": ASKED_BEFORE,
    "web.homes.badges: FromHome.objects.visible_to": ASKED_BEFORE,
    "web.intake.deliveries: Delivery.objects.visible_to": NARROWED,
    # A row that is refused is of no child, and the file has been asked about.
    "web.intake.refused: Notification.objects.visible_to": ASKED_BEFORE,
    "web.known.as_signed: SignedFacts.objects.visible_to": ASKED_BEFORE,
    "web.known._told_of: Mention.objects.visible_to": ASKED_BEFORE,
    "web.meetings.index: Child.objects.known_now_to": NARROWED,
    "web.mentions.of_interview: Mention.objects.visible_to": ASKED_BEFORE,
    "web.mentions._mention: Mention.objects.visible_to": NARROWED,
    "web.needs.of_interview: Need.objects.visible_to": ASKED_BEFORE,
    "web.needs.of_last_time: Need.objects.visible_to": ASKED_BEFORE,
    "web.needs._need: Need.objects.visible_to": NARROWED,
    "web.needs.follow_help: HelpOffered.objects.visible_to": NARROWED,
    "web.needs.follow_passed: PassedOn.objects.visible_to": NARROWED,
    "web.asks.show_asked: NothingToTell.objects.visible_to": ASKED_BEFORE,
    "web.own_questions.index: OwnQuestion.objects.visible_to": ASKED_BEFORE,
    "web.own_questions.end: OwnQuestion.objects.visible_to": ASKED_BEFORE,
    "web.prepare.prepare: Interview.objects.visible_to": NARROWED,
    "web.recording._readable: Interview.objects.account_visible_to": NARROWED,
    "web.releases.index: Release.objects.visible_to": ASKED_BEFORE,
    "web.releases.index: SaidBack.objects.visible_to": ASKED_BEFORE,
    "web.reviews._of: Review.objects.visible_to": ASKED_BEFORE,
    "web.services._standing: Service.objects.visible_to": ASKED_BEFORE,
    "web.services._service: Service.objects.visible_to": ASKED_BEFORE,
    "web.staff._colleagues: Person.objects.visible_to": NARROWED,
    "web.support._page: Action.objects.visible_to": ASKED_BEFORE,
    "web.tokens._tokens: Token.objects.visible_to": ASKED_BEFORE,
    "web.webhooks._standing: Webhook.objects.visible_to": ASKED_BEFORE,
    "web.webhooks.index": ASKED_BEFORE,
    "web.worklist._waiting: person.may(Verb.MATCH)": NARROWED,
    "web.worklist._waiting: Child.objects.known_now_to": NARROWED,
}


def is_left_out(module: str, function: str, check: str) -> bool:
    name = f"{module.removeprefix('returnhome.')}.{function}"
    return any(
        f"{name}: {check}".startswith(each) if ": " in each else f"{name}.".startswith(f"{each}.")
        for each in NO_CHECK
    )


@dataclass(frozen=True)
class Mutant:
    """One check of one function made to pass; number -1: the whole of a `visible_to`."""

    module: str
    function: str
    number: int
    line: int
    check: str

    def __str__(self) -> str:
        return (
            f"{self.module.removeprefix('returnhome.')}:{self.line} {self.function}: {self.check}"
        )

    @property
    def key(self) -> str:
        return f"{self.module}|{self.function}|{self.number}"


def _instead(node: ast.AST) -> str:
    """What stands for this check where it is taken out; nothing where it is none."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            of = ast.unparse(node.func.value)
            if of in NOT_ROWS:
                return ""
            if ast.unparse(node.func) == "handovers.asked_of":
                return INSTEAD_OF_NAME["asked_of"]
            return INSTEAD.get(node.func.attr, "").format(of=of)
        if isinstance(node.func, ast.Name):
            found = {**INSTEAD, **INSTEAD_OF_NAME}.get(node.func.id, "")
            return "" if "{of}" in found else found
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        of = ast.unparse(node.value).split(".")[-1]
        if of == "reach":
            return OF_REACH.get(node.attr, "")
        if of in PEOPLE:
            return OF_A_PERSON.get(node.attr, "")
    return ""


class Rewrite(ast.NodeTransformer):
    """Makes the check of this number pass; or, for all of them, `say` when it is come to."""

    def __init__(self, number: int | None = None, *, say: str = "") -> None:
        self.number, self.say = number, say
        self.found: list[ast.expr] = []

    def visit(self, node: ast.AST) -> ast.AST:
        called = node.func if isinstance(node, ast.Call) else None
        instead = _instead(node)
        # `person.may_open(…)` is a call, and no attribute besides.
        if isinstance(called, ast.Attribute):
            called.value = self.visit(called.value)  # type: ignore[assignment]
            assert isinstance(node, ast.Call)
            node.args = [self.visit(each) for each in node.args]  # type: ignore[misc]
            node.keywords = [self.visit(each) for each in node.keywords]  # type: ignore[misc]
        else:
            self.generic_visit(node)
        if not instead:
            return node
        assert isinstance(node, ast.expr)
        self.found.append(node)
        number = len(self.found) - 1
        if self.say:
            key, passes = self.say + str(number), PASSES.get(instead, "'always'")
            told = ast.parse(f"__told__({key!r}, {passes}, 0)", mode="eval").body
            assert isinstance(told, ast.Call)
            if instead == "None":  # it raises, and would say nothing afterwards
                both = ast.Tuple([told, node], ast.Load())
                return ast.Subscript(both, ast.Constant(1), ast.Load())
            told.args[2] = node
            return told
        if number == self.number:
            return ast.parse(instead, mode="eval").body
        return node


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, ast.FunctionDef):
                    yield f"{node.name}.{each.name}", each


def mutants() -> Iterator[Mutant]:
    for room in ROOMS:
        for path in sorted((HOUSE / "returnhome" / room).glob("*.py")):
            module = f"returnhome.{room}.{path.stem}"
            for name, node in _functions(ast.parse(path.read_text())):
                counting = Rewrite()
                counting.visit(node)
                found = [
                    Mutant(module, name, number, check.lineno, ast.unparse(check)[:80])
                    for number, check in enumerate(counting.found)
                ]
                if not found and name.endswith("QuerySet.visible_to"):
                    found = [Mutant(module, name, -1, node.lineno, "all of it")]
                yield from (each for each in found if not is_left_out(module, name, each.check))


@cache
def _read(path: str) -> dict[str, ast.FunctionDef]:
    return dict(_functions(ast.parse(Path(path).read_text())))


def _function(module: str, name: str) -> tuple[FunctionType, ast.FunctionDef, str]:
    house = importlib.import_module(module)
    path = inspect.getsourcefile(house) or ""
    node = deepcopy(_read(path)[name])
    thing: Any = house
    for part in name.split("."):
        thing = inspect.getattr_static(thing, part)
    if isinstance(thing, property):
        thing = thing.fget
    function = inspect.unwrap(getattr(thing, "func", thing))
    assert isinstance(function, FunctionType), (module, name)
    return function, node, path


def _compiled(node: ast.FunctionDef, path: str, free: tuple[str, ...]) -> CodeType:
    """Its code. What is `free` in it (`super()` makes it so) is named by a function around it."""
    node.name, node.decorator_list, node.returns = "_made", [], None
    for each in (*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs):
        each.annotation = None
    node.args.defaults = [ast.Constant(None) for _ in node.args.defaults]
    node.args.kw_defaults = [each and ast.Constant(None) for each in node.args.kw_defaults]
    around = ast.parse(f"def around({', '.join(free)}): return 0").body[0]
    assert isinstance(around, ast.FunctionDef)
    around.body.insert(0, node)
    code = compile(ast.fix_missing_locations(ast.Module([around], [])), path, "exec")
    for _ in range(2):
        (code,) = (each for each in code.co_consts if isinstance(each, CodeType))
    return code


def _every(table: str) -> frozenset[int]:
    """All of a table by number; not by Django's cursor, so that no test counts it as a query."""
    connection.ensure_connection()
    rows = connection.connection.execute(f"select id from casework_{table}")
    return frozenset(row[0] for row in rows.fetchall())


def _every_role() -> frozenset[str]:
    from returnhome.rules.codes import Role  # noqa: PLC0415

    return frozenset(Role)


builtins.__every__, builtins.__every_role__ = _every, _every_role  # type: ignore[attr-defined]


@contextmanager
def alive(mutant: Mutant) -> Iterator[None]:
    """In the block nobody asks this one thing."""
    function, node, path = _function(mutant.module, mutant.function)
    if mutant.number < 0:
        node.body = ast.parse("return self.all()").body
    else:
        Rewrite(mutant.number).visit(node)
    before, function.__code__ = (
        function.__code__,
        _compiled(node, path, function.__code__.co_freevars),
    )
    try:
        yield
    finally:
        function.__code__ = before


@contextmanager
def told(reached: Callable[[str], None]) -> Iterator[None]:
    """In the block each check says by its key when it keeps something from somebody.

    One that narrows rows says so whenever it is come to: whether it left any out, nobody knows.
    """

    def told(key: str, passes: object, value: Any) -> Any:
        if passes == "always" or value != passes:
            reached(key)
        return value

    builtins.__told__ = told  # type: ignore[attr-defined]
    before = []
    try:
        for module, name, whole in {(m.module, m.function, m.number < 0) for m in mutants()}:
            function, node, path = _function(module, name)
            key = f"{module}|{name}|"
            if whole:
                node.body.insert(0, ast.parse(f"__told__({key + '-1'!r}, 'always', 0)").body[0])
            else:
                Rewrite(say=key).visit(node)
            before.append((function, function.__code__))
            function.__code__ = _compiled(node, path, function.__code__.co_freevars)
        yield
    finally:
        for function, code in before:
            function.__code__ = code
