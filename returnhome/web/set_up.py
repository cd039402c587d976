"""How an organisation is set up: the pages about no child in particular, each with its question."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path

from returnhome.casework.staff import Person
from returnhome.rules import access
from returnhome.rules.codes import Role
from returnhome.web import own_questions, restrictions, retention, rotas, services, tokens, webhooks
from returnhome.web.asked import Request
from returnhome.web.protocols import LOOKING
from returnhome.web.staff import may_manage, may_reassign


@dataclass(frozen=True)
class Entry:
    """A page, by the name of its address, and what it answers."""

    label: str
    page: str
    answers: str


def entries(person: Person) -> list[Entry]:
    """The pages that this person has a use for, what is looked at most first."""
    council = any(post.organisation.kind == "council" for post in person.current_posts)
    sees_children = any(access.works_with_children(Role(each)) for each in person.reach.roles)
    keeps = rotas.may_keep(person)
    known = (
        (
            sees_children or may_manage(person),
            Entry("Duty", "duty", "Who is on duty now, and who is next?"),
        ),
        (
            keeps,
            Entry("Rota", "rota", "Who is told while nobody has answered, after how long?"),
        ),
        (
            keeps,
            Entry("Messages", "messages", "Which messages went out, and did they arrive?"),
        ),
        (
            may_manage(person) or may_reassign(person),
            Entry(
                "People", "people", "Who works here, in which role, with what training and checks?"
            ),
        ),
        (
            bool(person.reach.authorities or person.reach.providers),
            Entry(
                "Standing arrangements",
                "agreements",
                "Which council or provider interviews for which, and since when?",
            ),
        ),
        (
            bool(person.reach.policies),
            Entry(
                "Local policy", "policies", "Is a talk offered where the law does not ask for one?"
            ),
        ),
        (
            services.may_read(person),
            Entry("Services", "services", "What help is there to offer for what a child needs?"),
        ),
        (
            own_questions.may_read(person),
            Entry(
                "Questions of our own",
                "own-questions",
                "What does this council ask in interviews beside the recording standard?",
            ),
        ),
        (
            council and any(person.may(verb, "responsible") for verb in LOOKING),
            Entry(
                "Local protocols",
                "protocols",
                "When does a child’s going missing call for a meeting, and of whom?",
            ),
        ),
    )
    programs = (
        (
            tokens.may_keep(person),
            Entry("Tokens for programs", "tokens", "Which programs send in our name, until when?"),
        ),
        (
            webhooks.may_keep(person),
            Entry("Webhook", "webhooks", "Is our program told when an episode needs somebody?"),
        ),
    )
    restricted = (
        (
            restrictions.keeps_lists(person),
            Entry(
                "Restricted records that were opened",
                "restricted-reviews",
                "Who opened one by break-glass, and was it right?",
            ),
        ),
        (
            retention.reviews(person),
            Entry(
                "Records whose time is over",
                "retention",
                "Which records are to be reviewed, are on hold, or were erased?",
            ),
        ),
        (
            sees_children,
            Entry(
                "Open a restricted record",
                "open-restricted",
                "A child cannot wait, and you are not on the list of those who may see the record?",
            ),
        ),
    )
    return [entry for is_of_use, entry in (*known, *programs, *restricted) if is_of_use]


def index(request: Request) -> HttpResponse:
    found = entries(request.user)
    if not found:
        raise Http404
    return render(
        request,
        "set_up/index.html",
        {"entries": found, "restricted": restrictions.to_know(request.user, request.now)},
    )


urlpatterns = [path("set-up", index, name="set-up")]
