"""Whatever page shows anything of a child writes down who looked, and a refusal is written too."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from returnhome.casework import (
    asks,
    care,
    childs_part,
    concerns,
    disputes,
    handovers,
    harm,
    homes,
    meetings,
    mentions,
    named_for,
    needs,
    offers,
    packs,
    releases,
    restrictions,
    retention,
    reviews,
    sames,
    shares,
    support,
    tellings,
    together,
)
from returnhome.casework.children import Child
from returnhome.casework.journal import JournalEntry
from returnhome.casework.models import Placement, RetentionReview
from returnhome.rules.caring import About
from returnhome.rules.codes import (
    ActionKind,
    Answer,
    Cohort,
    Concern,
    DeclinedBy,
    HandOverKind,
    HarmDecisionKind,
    Means,
    MeetingKind,
    OfferKind,
)
from returnhome.rules.helping import NeedKind, PassedTo
from returnhome.rules.homing import Known
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.responsibility import Reply
from returnhome.rules.retention import HoldFor
from returnhome.rules.sharing import Purpose, Recipient
from returnhome.rules.standard.parts import SaidBy
from tests.casework.test_made import draws
from tests.casework.test_own_pages import as_child, opened
from tests.casework.test_releases import released
from tests.cast import (
    Cast,
    accepted,
    booked,
    exactly,
    held,
    hours,
    lives_at,
    missing,
    offered,
    returned,
    signed,
)
from tests.recording import gathered, noted, secret_talk
from tests.sharing import begun, kept, officer, sent
from tests.web.test_elsewhere import taken_on
from tests.web.test_intake import received
from tests.web.test_letters import ask as ask_by_letter
from tests.web.test_letters import link
from tests.web.test_matching import came, told
from tests.web.test_shares_on_paper import sent_to_carers

# Routes that show nothing of any child, each with why. A new route stands here, or below.
NO_CHILD = {
    "show-erasure": "numbers of a record that is not there any more",
    "account": "the person's own",
    "new-calendar": "a change of the person's own",
    "packs": "meetings by name and day, and no child",
    "make-pack": "a meeting by name and day, and no child",
    "put-pack-right": "a meeting by name and day, and no child",
    "take-pack-away": "a meeting by name and day, and no child",
    "find-for-pack": "a search, written down as one once somebody has asked",
    "account_signup": "signing in",
    "account_login": "signing in",
    "account_logout": "signing in",
    "account_change_password": "signing in",
    "account_reset_password": "signing in",
    "account_reset_password_done": "signing in",
    "account_reset_password_from_key": "signing in",
    "account_reset_password_from_key_done": "signing in",
    "account_reauthenticate": "signing in",
    "mfa_activate_totp": "signing in",
    "mfa_add_webauthn": "signing in",
    "mfa_authenticate": "signing in",
    "mfa_edit_webauthn": "signing in",
    "mfa_generate_recovery_codes": "signing in",
    "mfa_index": "signing in",
    "mfa_login_webauthn": "signing in",
    "mfa_reauthenticate": "signing in",
    "mfa_reauthenticate_webauthn": "signing in",
    "mfa_remove_webauthn": "signing in",
    "mfa_view_recovery_codes": "signing in",
    "openid_connect_callback": "signing in",
    "set-up-second-factor": "signing in",
    "sign-in-by-directory": "signing in",
    "sign-out-everywhere": "signing in",
    "sign-out-there": "signing in",
    "signed-in": "signing in",
    "still-here": "signing in",
    "close-account": "colleagues",
    "reopen-account": "colleagues",
    "reset-second-factor": "colleagues",
    "agreements": "what bodies agree in general",
    "add-agreement": "what bodies agree in general",
    "accept-agreement": "what bodies agree in general",
    "end-agreement": "what bodies agree in general",
    "patterns-times": "counts by hour, and by postcode: a child’s words for it are written down",
    "samples": "when samples were drawn, and from how many",
    "draw-sample": "which days to draw from",
    "record-quality": "counts only",
    "chart-record-quality": "counts only",
    "csv-record-quality": "counts only",
    "figures": "counts only",
    "how-it-was": "counts only",
    "chart-figures": "counts only",
    "csv-figures": "counts only",
    "return-figures": "counts only",
    "could-we-answer": "counts only",
    "figures-by": "counts only",
    "csv-figures-by": "counts only",
    "after-the-talk": "counts only",
    "csv-after-the-talk": "counts only",
    "csv-could-we-answer": "counts only",
    "csv-published-figures": "counts only",
    "partnership": "which report to make",
    "show-partnership": "counts only",
    "pdf-partnership": "counts only",
    "csv-partnership": "counts only",
    "foi": "which request to answer",
    "answers-foi": "counts only",
    "duty": "who is on duty",
    "take-off-duty": "who is on duty",
    "rota": "whom to tell",
    "name-rota": "whom to tell",
    "pace-rota": "whom to tell",
    "note-absence": "absences of staff",
    "end-absence": "absences of staff",
    "set-out-of-hours": "whom to tell",
    "take-away-out-of-hours": "whom to tell",
    "messages": "messages, which name no child on purpose",
    "try-message-again": "a message, which names no child",
    "policies": "what local policy says",
    "name-talk": "what local policy says",
    "set-policy": "what local policy says",
    "protocols": "the local protocols",
    "new-protocol": "the local protocols",
    "follow-protocol": "the local protocols",
    "end-protocol": "the local protocols",
    "own-protocol": "the local protocols",
    "one-time-door": "from whom something is; that it was opened, or tried in vain, is written",
    "own-door": "whoever holds a link: that it was opened, or tried in vain, is written",
    "own-first": "what stays private, in general",
    "own-home": "the child’s own, and no name",
    "own-choose": "the child’s own, and no name",
    "own-choose-one": "the child’s own, and no name",
    "own-chosen": "the child’s own, and no name",
    "own-say": "the child’s own, and no name",
    "own-say-one": "the child’s own, and no name",
    "own-made": "the child’s own, and not sent",
    "own-yours": "the child’s own, and no name",
    "own-sent": "the child’s own, and no name",
    "own-before": "that something was not sent, and no word of it",
    "own-help": "whom to ring",
    "own-ask": "the child’s own, and no name",
    "own-leaving": "the child’s own, and no name",
    "own-leave": "the child’s own, and no name",
    "own-see": "the child’s own, and no name",
    "own-heard": "the child’s own, and no name",
    "own-meant": "the child’s own, and no name",
    "own-talk": "three questions, and no name",
    "own-questions": "what is asked of everybody",
    "add-own-question": "what is asked of everybody",
    "end-own-question": "what is asked of everybody",
    "form-own-questions": "what is asked of everybody",
    "json-own-questions": "what is asked of everybody",
    "schema-own-questions": "what is asked of everybody",
    "services": "what help there is",
    "add-service": "what help there is",
    "import-services": "what help there is",
    "export-services": "what help there is",
    "change-service": "what help there is",
    "end-service": "what help there is",
    "people": "colleagues",
    "add-person": "colleagues",
    "show-person": "colleagues",
    "appoint-person": "colleagues",
    "note-credential": "colleagues",
    "reassign-person": "colleagues, and how much they have in hand",
    "end-post": "colleagues",
    "intake": "which files have come, by name of the file",
    "history": "which files have come, by when and by whom",
    **dict.fromkeys(
        (
            *("show-history", "take-back-history", "refused-history", "lost-history"),
            "columns-of-history",
        ),
        "rows of the file that was sent, and of the record numbers alone; each look is written",
    ),
    "fetch-example": "an invented file, in the demonstration only",
    "set-up": "where to set what up",
    "open-restricted": "asks for what is not shown: the verb writes, and a refusal is written",
    **dict.fromkeys(
        ("standard", "show-standard", "json-standard", "schema-standard", "form-standard"),
        "what is asked of everybody",
    ),
    "guide": "good practice, about nobody",
    "who-interviews": "nothing is kept of what is asked",
    "api": "leads nowhere",
    "api-root": "leads nowhere",
    "openapi-json": "the description of the API",
    "ask": "nothing is kept of what is asked",
    "ask_all": "nothing is kept of what is asked",
    "ask-about": "nothing is looked up before it is sent, and then another page tells",
    "tokens": "an administrator's, about no child",
    "make-token": "an administrator's, about no child",
    "end-token": "an administrator's, about no child",
    "webhooks": "an administrator's, by number alone",
    "set-up-webhook": "an administrator's, about no child",
    "renew-secret-webhook": "an administrator's, about no child",
    "end-webhook": "an administrator's, about no child",
    "send": "for a program, which is told of no child: tests/api",
    "say_found": "for a program, which is told of no child: tests/api",
    "say_returned": "for a program, which is told of no child: tests/api",
    "what_became": "names nobody, and writes down that it was asked: tests/api",
}
# They change something, show nothing, and their verb writes.
VERBS_ONLY = {
    "acknowledge-share",
    "hand-on-share",
    "end-one-time-link",
    "one-time-leave",
    "see-home-report",
    "save-answer-interview",
    "take-on-episode",
    "report-handover",
    "tell-handover",
    "see-placement-notice",
    "send-placement-notice",
    "close-opening",
    "have-disclosure",
    "end-links-episode",
    "read-own-words",
    "take-back-release",
    "confirm-delivery",
    "discard-delivery",
    "leave-delivery",
    "stop-delivery",
    "bring-history",
    "discard-history",
    "test-webhook",
}


def routes() -> set[str]:
    """Every address of the product, by name; one without a name by its pattern."""

    def walk(patterns: Iterable[Any]) -> Iterator[str]:
        for each in patterns:
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns)
            elif isinstance(each, URLPattern):
                yield each.name or str(each.pattern)

    return set(walk(get_resolver().url_patterns))


# Who opens which page, with what stands behind its number; about which child.
Shown = tuple[str, str, list[Any]]
World = Callable[[Cast, Any], tuple[Child, list[Shown]]]


def a_child_just_back(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    one = returned(cast.sky, at=now)
    forms = ["assign", "correct", "classify", "void", "dispute", "override", "say-where-found"]
    names = [f"{name}-episode" for name in forms] + ["ask-handover", "make-offer", "make-attempt"]
    names += ["not-hold-interview", "note-prevention-interview", "note-parental-risk"]
    names += ["own-pages-episode", "let-child-in", "releases-of-episode", "release-line"]
    names += ["check-in", "reach-child", "say-spoken-to", "judge-understanding", "ask-carers"]
    way_in = opened(one, cast, at=now)
    line = released(one, cast, at=now)
    with as_child(way_in):
        said = releases.say_back(way_in, line, "Not so", at=now)
        drawn = draws(way_in, at=now)
        childs_part.send(way_in, at=now)
    return cast.sky, [
        ("sol", "show-made", [drawn.pk]),
        ("sol", "answer-said-back", [said.pk]),
        ("sol", "show-episode", [one.pk]),
        *(("mara", name, [one.pk]) for name in names),
        ("mara", "record-telling", [one.pk, "parent"]),
        ("wes", "show-episode", [one.pk]),
        ("mara", "show-child", [cast.sky.pk]),
        ("mara", "looked-at-child", [cast.sky.pk]),
        ("mara", "plain-looked-at-child", [cast.sky.pk]),
        ("mara", "pdf-looked-at-child", [cast.sky.pk]),
        ("mara", "my-looks", []),
        ("amina", "worklist", []),
        ("wes", "worklist", []),
        ("amina", "out-of-area", []),
        ("amina", "csv-out-of-area", []),
        ("wes", "placed-here", []),
        ("ana", "statutory", []),
        ("ana", "ssda903-statutory", [now.year + (now.month > 3)]),
        ("ana", "ssd-statutory", [now.year + (now.month > 3)]),
        ("ana", "annex-a-statutory", [f"{now:%Y-%m-%d}"]),
        ("sol", "note-concern", [cast.sky.pk]),
        ("sol", "note-communication", [cast.sky.pk]),
        ("sol", "note-characteristics", [cast.sky.pk]),
        ("sol", "record-meeting", [cast.sky.pk]),
    ]


def a_child_still_missing(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    one = missing(cast.kit, last_seen=now - hours(80), at=now)
    meeting = meetings.record(
        cast.kit,
        kind=MeetingKind.REVIEW,
        held_at=now - hours(1),
        attended=["Mara"],
        decided="Look",
        by=cast.mara,
        at=now,
    )
    noted = concerns.note(cast.kit, Concern.EXPLOITATION, "Panel", by=cast.mara, at=now)
    tellings.note_parental_risk(cast.kit, "He is afraid", by=cast.mara, at=now)
    disputes.dispute(one, because="Not ours", by=cast.mara, at=now)
    return cast.kit, [
        ("amina", "record-return-episode", [one.pk]),
        ("mara", "meetings", []),
        ("mara", "void-meeting", [meeting.pk]),
        ("mara", "end-concern", [noted.pk]),
        ("mara", "end-parental-risk", [one.pk]),
        ("mara", "settle-dispute", [one.disputes.get().pk]),
    ]


def _duty(cast: Cast, now: Any) -> Any:
    """Westborough interviews Sky for Northshire: it may still decline."""
    row = handovers.ask(
        returned(cast.sky, at=now),
        HandOverKind.HOST_INTERVIEWS,
        to=cast.westborough,
        by=cast.amina,
        at=now,
    )
    return handovers.answer(row, Reply.ACCEPTED, by=cast.wes, at=now)


def children_who_went_together(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    one, other = returned(cast.kit, at=now), returned(cast.sky, at=now)
    row = together.link(one, other, by=cast.mara, at=now)
    return cast.kit, [
        ("sol", "link-episode", [one.pk]),
        ("sol", "undo-went-together", [row.pk]),
    ]


def something_shared(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    row = sent(cast, now)
    draft = begun(cast, row.episode, at=now)
    officer(cast)
    line = row.lines.get(item="vehicle")
    return cast.sky, [
        *(
            ("ines", name, [row.episode_id])
            for name in ("shares-of-episode", "begin-share", "not-share")
        ),
        ("ines", "show-share", [row.pk]),
        ("ines", "recall-share", [row.pk]),
        ("ines", "make-one-time-link", [row.pk]),
        ("amina", "look-at-share", [row.pk]),
        *(("ines", name, [draft.pk]) for name in ("write-share", "add-to-share", "put-away-share")),
        ("pia", "shared-with-us", []),
        ("pia", "show-shared-with-us", [row.pk]),
        ("pia", "answer-shared-line", [row.pk, line.pk]),
    ]


def somebody_who_said_no(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    offer = offered(returned(cast.kit, at=now), by=cast.amina, at=now)
    no = {"declined_by": DeclinedBy.CHILD, "reason": "Not today"}
    offers.answer(offer, Answer.DECLINED, **no, by=cast.amina, at=now)
    return cast.kit, [("ines", "take-up-offer", [offer.episode_id])]


def a_decision_overridden(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    one = returned(cast.kit, at=now)
    disputes.override(
        one,
        cohort=Cohort.HOME,
        offer_kind=OfferKind.LOCAL_POLICY,
        host=None,
        because="A person knows better",
        by=cast.mara,
        at=now,
    )
    return cast.kit, [("mara", "follow-the-rules-episode", [one.pk])]


def care_of_a_child(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    sky = cast.sky
    forms = ["care-of", "look-after", "end-care", "place", "end-placement", "live-at"]
    forms += ["set-birth-date", "doubt", "name-home"]
    fact = ["placement", Placement.objects.get(child=sky).pk]
    Placement.objects.filter(child=sky).update(is_protected=True, postcode="")
    doubt = care.doubt(sky, About.HOME, said="Lives elsewhere", by=cast.sol, at=now)
    why = "They watch the house"
    named = named_for.name(sky, "Here", cast.northshire_police, why, by=cast.sol, at=now)
    return sky, [
        *(("sol", f"{name}-child", [sky.pk]) for name in forms),
        ("sol", "correct-fact", [sky.pk, *fact]),
        ("sol", "show-address", [sky.pk, *fact]),
        ("sol", "name-for-address", [sky.pk, *fact]),
        ("sol", "end-named-for", [named.pk]),
        ("sol", "settle-doubt", [doubt.pk]),
    ]


def a_child_in_a_home(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    sky = lives_at(cast.sky, cast.larchwood, by=cast.sol, at=now)
    # Before anybody has reported it: after that its page leads to what was reported.
    one = missing(sky, last_seen=now - hours(3), at=now)
    told = homes.Returned(
        returned=exactly(now), needs_doctor=Known.NO, police_spoke=Known.NO, words={"From": "Town"}
    )
    made = homes.report_returned(sky.pk, told, key=uuid4(), by=cast.lara, at=now)
    missing(sky, last_seen=now, at=now)
    return sky, [
        ("lara", "lives-here", []),
        ("lara", "report-missing", [sky.pk]),
        ("lara", "report-returned", [sky.pk]),
        ("lara", "show-home-report", [made.pk]),
        ("lara", "add-home-report", [made.pk]),
        ("sol", "show-episode", [one.pk]),
    ]


def a_child_not_ours_any_more(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    kit = cast.kit
    kit.addresses.update(authority=cast.eastmoor)
    return kit, [("sol", "pass-on-child", [kit.pk])]


def talks(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    sky, by = cast.sky, cast.amina
    one = accepted(returned(sky, hours_ago=300, at=now), by=by, at=now)
    offer = offered(returned(sky, hours_ago=200, at=now), by=by, at=now)
    first = booked(returned(sky, at=now), interviewer=cast.ines, by=by, at=now)
    return sky, [
        ("amina", "answer-offer", [offer.pk]),
        ("amina", "book-interview", [one.episode_id]),
        ("amina", "move-interview", [first.pk]),
        ("ines", "hold-interview", [first.pk]),
        ("amina", "hold-unbooked-interview", [one.episode_id]),
        ("amina", "show-interview", [first.pk]),
        ("ines", "prepare-interview", [first.pk]),
    ]


def a_record_being_written(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    talk = held(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    section = talk.standard.sections[0].key
    return cast.sky, [
        ("ines", "record-interview", [talk.pk]),
        ("ines", "record-section-interview", [talk.pk, section]),
        ("ines", "sign-interview", [talk.pk]),
    ]


def a_record_that_nobody_can_write(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    talk = held(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    restrictions.keep_out(cast.sky, cast.ines, "Her aunt", by=cast.mara, at=now)
    return cast.sky, [("amina", "take-over-record-interview", [talk.pk])]


def what_follows(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    talk = signed(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    one = talk.episodes.get()
    action = support.add(
        one,
        ActionKind.HEALTH,
        "See the GP",
        owner=cast.sol,
        due_on=now.date() + timedelta(days=3),
        interview=talk,
        by=cast.mara,
        at=now,
    )
    return cast.sky, [
        ("sol", "actions", []),
        ("sol", "complete-action", [action.pk]),
        ("sol", "add-action", [one.pk]),
        ("sol", "decide-nothing-needed", [one.pk]),
        ("ines", "add-interview", [talk.pk]),
        ("sol", "show-interview", [talk.pk]),
        ("sol", "pdf-interview", [talk.pk]),
        ("sol", "json-interview", [talk.pk]),
        ("mara", "reviews", []),
        ("mara", "review-interview", [talk.pk]),
    ]


def a_sample_of_records(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    before = now - timedelta(days=9)
    signed(returned(cast.sky, at=before), interviewer=cast.ines, by=cast.amina, at=before)
    sample = reviews.draw(
        cast.northshire_council,
        before.date() - timedelta(days=1),
        before.date() + timedelta(days=2),
        size=1,
        seed="first",
        by=cast.mara,
        at=now,
    )
    return cast.sky, [
        ("mara", "show-sample", [sample.pk]),
        ("mara", "score-record", [sample.records.get().pk]),
    ]


def needs_and_help(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    before = now - hours(12)
    talk = signed(returned(cast.sky, at=before), interviewer=cast.ines, by=cast.amina, at=before)
    need = needs.name(
        talk, NeedKind.SCHOOL, "Another school", said_by=SaidBy.CHILD, by=cast.ines, at=now
    )
    day = now.date()
    given = needs.offer_help(
        need, what="A visit", means=Means.IN_PERSON, offered_on=day, by=cast.sol, at=now
    )
    told_of = mentions.note(
        talk, MentionKind.PERSON, mentions.Told(name="Big Sam"), by=cast.ines, at=now
    )
    (passed,) = needs.pass_on([need], PassedTo.REVIEW, "Irma", passed_on=day, by=cast.sol, at=now)
    return cast.sky, [
        *(("sol", name, [talk.pk]) for name in ("needs-of-interview", "name-need")),
        ("ines", "pass-on-needs", [talk.pk]),
        *(("ines", name, [need.pk]) for name in ("find-help", "offer-help")),
        *(("sol", name, [need.pk]) for name in ("act-on-need", "leave-need")),
        ("sol", "mentions-of-interview", [talk.pk]),
        ("sol", "note-mention", [talk.pk, "person"]),
        ("sol", "correct-mention", [told_of.pk]),
        ("sol", "follow-help", [given.pk]),
        ("sol", "follow-passed-on", [passed.pk]),
    ]


def what_several_children_told_of(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    before = now - hours(12)
    said = []
    for child, nickname in ((cast.sky, "Daz"), (cast.kit, "Darren")):
        back = returned(child, at=before)
        talk = signed(back, interviewer=cast.ines, by=cast.amina, at=before)
        car = mentions.Told(registration="AB12 CDE")
        mentions.note(talk, MentionKind.VEHICLE, car, by=cast.ines, at=now)
        whom = mentions.Told(nickname=nickname)
        said.append(mentions.note(talk, MentionKind.PERSON, whom, by=cast.ines, at=now))
    for ago in (900, 700, 500):
        returned(cast.kit, hours_ago=ago, at=now)
    told_of = cast.kit.interviews.get().mentions.get(kind="vehicle")
    how = {"authority": cast.northshire, "by": cast.mara, "at": now}
    same = sames.say_same(*said, "One photograph", **how)
    packs.make(name="Panel", meets_on=now.date() + timedelta(days=6), **how)
    return cast.kit, [
        *(("sol", name, []) for name in ("patterns", "patterns-links", "patterns-again")),
        ("sol", "show-pattern", [told_of.pk]),
        ("amina", "say-same", [told_of.pk]),
        ("sol", "bring-pattern", [told_of.pk]),
        ("mara", "take-apart", [same.pk]),
    ]


def a_child_brought_to_a_panel(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    day = now.date() + timedelta(days=6)
    pack = packs.make(cast.northshire, name="Panel", meets_on=day, by=cast.amina, at=now)
    row = packs.bring(pack, cast.sky, "A car", by=cast.amina, at=now)
    back = returned(cast.sky, at=now - hours(12))
    signed(back, interviewer=cast.ines, by=cast.amina, at=now - hours(12))
    draft = begun(cast, back, Recipient.PANEL, Purpose.STOP_HARM, now)
    shares.write(kept(cast, draft, at=now), by=cast.ines, at=now)
    return cast.sky, [
        *(("sol", name, [pack.pk]) for name in ("show-pack", "pdf-pack")),
        ("mara", "bring-child", [cast.sky.pk]),
        ("amina", "take-off-panel", [row.pk]),
    ]


def a_record_that_is_asked_for(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    secret_talk(cast, at=now - hours(40))
    row = noted(cast, at=now)
    record = gathered(cast, row, at=now)
    names = ("show-record-request", "end-record-request", "gather-record", "record-words")
    more = ("record-lines", "mark-in-record", "give-record", "pdf-working-record")
    papers = ("pdf-record-copy", "pdf-record-letter")
    return cast.sky, [
        ("amina", "record-requests", []),
        ("amina", "record-requests-of-child", [cast.sky.pk]),
        ("amina", "note-record-request", [cast.sky.pk]),
        ("amina", "step-record-request", [row.pk, "identity_seen"]),
        *(("mara", name, [row.pk]) for name in (*names, *more, *papers)),
        ("mara", "decide-record-line", [record.lines.in_order()[0].pk]),
    ]


def somebody_who_turned_18(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    Child.objects.filter(pk=cast.robin.pk).update(born_on=date(2005, 1, 1))
    one = returned(cast.robin, at=now)
    return cast.robin, [
        ("mara", "adult-pathway", [one.pk]),
        ("mara", "add-owed", [one.pk, "adult_pathway"]),
        ("mara", "leave-out", [one.pk, "adult_pathway"]),
    ]


def requests_between_councils(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    asked = handovers.ask(
        returned(cast.sky, at=now),
        HandOverKind.HOST_INTERVIEWS,
        to=cast.westborough,
        by=cast.amina,
        at=now,
    )
    return cast.sky, [
        ("wes", "handovers", []),
        ("amina", "handovers", []),
        ("wes", "show-handover", [asked.pk]),
        ("wes", "answer-handover", [asked.pk]),
        ("amina", "withdraw-handover", [asked.pk]),
    ]


def a_request_accepted(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    row = _duty(cast, now)
    return cast.sky, [
        ("wes", "hand-back-handover", [row.pk]),
        ("wes", "decline-handover", [row.episode_id]),
    ]


def a_request_by_letter(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    row = ask_by_letter(cast, now)
    address = link(row, cast, now)
    theirs = taken_on(cast, now)
    return cast.sky, [
        ("amina", "letter-handover", [row.pk]),
        ("", "answer-letter", [address.split("/")[-1]]),
        ("amina", "note-held-handover", [theirs.pk]),
    ]


def a_child_who_told_of_harm(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    talk = held(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now - hours(8))
    told = {"told_at": now, "by": cast.ines, "at": now}
    disclosure = harm.tell(cast.sky, "He hits me", interview=talk, **told)
    (decision,) = harm.decide(disclosure, [HarmDecisionKind.SECTION_47], by=cast.mara, at=now)
    return cast.sky, [
        ("ines", "tell-of-harm-interview", [talk.pk]),
        ("amina", "tell-of-harm-child", [cast.sky.pk]),
        ("wes", "show-disclosure", [disclosure.pk]),
        ("ines", "call-disclosure", [disclosure.pk]),
        ("mara", "decide-disclosure", [disclosure.pk]),
        ("mara", "pass-on-harm-decision", [decision.pk]),
        ("mara", "finish-harm-decision", [decision.pk]),
    ]


def a_record_that_is_restricted(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    sky = cast.sky
    made = restrictions.restrict(sky, "Her aunt", to=[cast.amina], by=cast.mara, at=now)
    opened = restrictions.break_glass([sky.pk], "Night", hours=1, by=cast.ines, at=now)
    forms = ["list-person", "restrict"]
    return sky, [
        *(("mara", f"{name}-child", [sky.pk]) for name in forms),
        ("mara", "show-restriction", [sky.pk]),
        ("mara", "end-listing", [sky.listed.get().pk]),
        ("mara", "lift-restriction", [made.pk]),
        ("mara", "restricted-reviews", []),
        ("mara", "show-opening", [opened.pk]),
        ("ines", "show-opening", [opened.pk]),
    ]


def a_record_whose_time_is_over(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    sky = cast.sky
    held = retention.hold(sky, HoldFor.INQUIRY, "A letter", by=cast.mara, at=now)
    said = RetentionReview.objects.create(
        child=sky, outcome="erase", because="x", at=now, by=cast.mara
    )
    return sky, [
        ("mara", "retention", []),
        ("mara", "hold-child", [sky.pk]),
        ("mara", "review-retention-child", [sky.pk]),
        ("mara", "retention-child", [sky.pk]),
        ("mara", "end-hold", [held.pk]),
        ("mara", "answer-retention-review", [said.pk]),
    ]


def a_calendar(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    return cast.sky, [("", "calendar", [cast.ines.calendar_key])]


def somebody_not_named_yet(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    child = told(cast, now)
    delivery = child.notifications.get().delivery
    return child, [
        ("amina", "waiting", []),
        ("amina", "match-child", [child.pk]),
        ("amina", "show-delivery", [delivery.pk]),
    ]


def somebody_joined_by_a_rule(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    came(cast, now, forename=cast.kit.forename, surname=cast.kit.surname)
    return cast.kit, [("amina", "unmatch-episode", [cast.kit.episodes.get().pk])]


def a_share_on_paper(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    update = sent_to_carers(cast, now, to=cast.larchwood)
    ours = ("pdf-share", "pdf-philomena", "json-philomena")
    theirs = ("pdf-shared-with-us", "pdf-received-philomena", "json-received-philomena")
    return cast.sky, [
        *(("ines", name, [update.pk]) for name in ours),
        *(("lara", name, [update.pk]) for name in theirs),
    ]


def somebody_asked_about(cast: Cast, now: Any) -> tuple[Child, list[Shown]]:
    returned(cast.sky, at=now)
    about = asks.Sought("Sky", "Marlowe", cast.sky.born_on)
    why = "Seen tonight in a car that we stopped"
    to = {"organisation": cast.northshire_police, "by": officer(cast), "at": now}
    one = asks.ask(about, Purpose.STOP_HARM, why, **to).asked.get()
    return cast.sky, [
        ("pia", "asks", []),
        ("pia", "show-ask", [one.ask_id]),
        ("amina", "asked-about", []),
        ("amina", "show-asked-about", [one.pk]),
        ("amina", "tell-nothing", [one.pk]),
    ]


WORLDS: tuple[World, ...] = (
    *(a_child_just_back, a_child_still_missing, a_decision_overridden, care_of_a_child),
    *(a_child_in_a_home, a_child_not_ours_any_more, somebody_who_said_no),
    *(children_who_went_together, something_shared),
    *(talks, a_record_being_written, a_record_that_nobody_can_write),
    *(what_follows, a_sample_of_records, needs_and_help, somebody_who_turned_18),
    what_several_children_told_of,
    *(requests_between_councils, a_request_accepted, a_request_by_letter, a_calendar),
    *(somebody_not_named_yet, somebody_joined_by_a_rule),
    a_record_that_is_restricted,
    a_record_whose_time_is_over,
    a_child_who_told_of_harm,
    a_share_on_paper,
    somebody_asked_about,
    a_child_brought_to_a_panel,
    a_record_that_is_asked_for,
)
# Reached otherwise than by a plain GET: each has a test of its own below.
BESIDE = {
    *("children", "mentions", "separate-child", "teach-delivery", "refused-delivery"),
    *("one-time-opened", "one-time-paper", "made-one-time-link", "behind-figures"),
}


@pytest.mark.check
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.__name__)
def test_every_page_that_shows_a_child_writes_down_who_looked(
    cast: Cast, as_, now, world: World
) -> None:
    child, shown = world(cast, now)
    silent = []
    for who, name, args in shown:
        client = as_(who) if who else Client()
        before = newest()

        response = client.get(reverse(name, args=args))

        assert response.status_code == 200, (who, name, response.status_code)
        wrote = JournalEntry.objects.about_child(child.pk).filter(pk__gt=before)
        is_by = not who or wrote.filter(by_id=getattr(cast, who).pk).exists()
        if not (wrote.exists() and is_by):
            silent.append((who, name))

    assert silent == []


def test_no_page_is_left_out_of_the_crawl(cast: Cast, now) -> None:
    """A new page stands under NO_CHILD with its reason, or in one of the worlds."""
    crawled: set[str] = set()
    for world in WORLDS:
        crawled |= names_in(world)

    left_out = routes() - crawled - NO_CHILD.keys() - VERBS_ONLY - BESIDE
    gone = (crawled | NO_CHILD.keys() | VERBS_ONLY | BESIDE) - routes()

    assert (left_out, gone) == (set(), set())


def names_in(world: World) -> set[str]:
    """The addresses that a world names, as they stand in its words."""
    source = inspect.getsource(world)
    every = routes()
    found = {name for name in every if f'"{name}"' in source}
    for prefix in re.findall(r"(?:forms|forms \+|forms \+=|forms =) .*", source):
        words = re.findall(r"[a-z-]+", prefix)
        found |= {f"{word}-{kind}" for word in words for kind in ("child", "episode")} & every
    return found


def newest() -> int:
    return JournalEntry.objects.order_by("-pk").values_list("pk", flat=True)[0]


# By POST.


def test_a_search_writes_down_who_came_up_and_not_for_whom(cast: Cast, as_) -> None:
    as_("amina").post("/children", {"q": "marlowe"})

    entry = JournalEntry.objects.newest_first()[0]
    assert (entry.verb, entry.by_id, entry.shown) == ("find child", cast.amina.pk, [cast.sky.pk])


def test_a_search_for_a_plate_writes_down_whose_account_came_up(cast: Cast, as_, now) -> None:
    before = now - hours(12)
    talk = signed(returned(cast.sky, at=before), interviewer=cast.ines, by=cast.amina, at=before)
    car = mentions.Told(registration="AB12 CDE")
    mentions.note(talk, MentionKind.VEHICLE, car, by=cast.ines, at=now)

    assert as_("sol").post("/mentions", {"q": "ab12cde"}).status_code == 200

    entry = JournalEntry.objects.newest_first()[0]
    assert (entry.verb, entry.by_id, entry.shown) == ("find mention", cast.sol.pk, [cast.sky.pk])


def test_the_page_of_a_join_to_be_taken_back_is_written_down(cast: Cast, as_, now) -> None:
    stranger = told(cast, now)
    as_("amina").post(f"/children/{stranger.pk}/match", {"who": str(cast.kit.pk)})
    before = newest()

    assert as_("amina").get(f"/children/{stranger.pk}/separate").status_code == 200

    assert JournalEntry.objects.about_child(stranger.pk).filter(pk__gt=before).exists()


def test_what_a_file_would_do_is_written_down_with_the_children_it_may_be_about(
    cast: Cast, as_, now
) -> None:
    amina = as_("amina")
    delivery = received(amina)

    amina.get(f"/deliveries/{delivery.pk}")

    entry = JournalEntry.objects.newest_first()[0]
    assert (entry.verb, entry.kind, entry.object_id) == ("read", "delivery", delivery.pk)


def test_a_form_that_comes_back_is_another_look_and_one_that_is_taken_is_none(
    cast: Cast, as_, now
) -> None:
    one = returned(cast.sky, at=now)
    amina, before = as_("amina"), newest()

    assert amina.post(f"/episodes/{one.pk}/correct", {}).status_code == 200
    (look,) = JournalEntry.objects.filter(pk__gt=before)
    before = newest()
    assert amina.post(f"/episodes/{one.pk}/take-on").status_code == 302

    assert (look.verb, look.kind, look.object_id) == ("read", "episode", one.pk)
    assert [each.verb for each in JournalEntry.objects.filter(pk__gt=before)] == ["assign episode"]


# Refused.


def refusals(cast: Cast) -> list[tuple[str, int | None, int]]:
    rows = JournalEntry.objects.filter(verb="refused").order_by("pk")
    return [(row.kind, row.object_id, row.by_id) for row in rows]


@pytest.mark.parametrize("page", ["", "/offer", "/book", "/void"])
def test_a_stranger_who_asks_for_an_episode_is_written_down(cast: Cast, as_, now, page) -> None:
    one = returned(cast.kit, at=now)

    assert as_("owen").get(f"/episodes/{one.pk}{page}").status_code == 404
    assert as_("owen").post(f"/episodes/{one.pk}{page}", {}).status_code == 404

    assert refusals(cast) == [("episode", one.pk, cast.owen.pk)] * 2


def test_an_episode_that_is_not_there_is_refused_with_just_the_same_work(
    cast: Cast, as_, now
) -> None:
    """The same page, the same queries: neither tells whether there is such an episode."""
    one, owen = returned(cast.kit, at=now), as_("owen")
    owen.get(f"/episodes/{one.pk}")

    with CaptureQueriesContext(connection) as there:
        hidden = owen.get(f"/episodes/{one.pk}")
    with CaptureQueriesContext(connection) as nowhere:
        none = owen.get("/episodes/987654321")

    assert without_secrets(hidden) == without_secrets(none)
    assert [shape(each) for each in there] == [shape(each) for each in nowhere]
    assert refusals(cast)[-2:] == [
        ("episode", one.pk, cast.owen.pk),
        ("episode", 987654321, cast.owen.pk),
    ]


def without_secrets(response: Any) -> str:
    return re.sub(r'nonce="[^"]*"|value="\w{64}"', "", response.content.decode())


def shape(query: dict[str, str]) -> str:
    return re.sub(r"'[^']*'|\d+", "?", query["sql"])


def test_a_number_beyond_all_numbers_is_refused_too(cast: Cast, as_) -> None:
    assert as_("owen").get(f"/children/{10**30}").status_code == 404

    assert refusals(cast) == [("child", None, cast.owen.pk)]


def test_a_page_that_is_not_for_the_role_is_written_down(cast: Cast, as_) -> None:
    assert as_("ana").get("/hand-overs").status_code == 404

    assert refusals(cast) == [("handover", None, cast.ana.pk)]


def test_whoever_is_not_signed_in_leaves_no_line(cast: Cast, now) -> None:
    one = returned(cast.kit, at=now)

    Client().get(f"/episodes/{one.pk}")

    assert refusals(cast) == []
