"""Who has looked at a child's record and what was done to it: the journal in plain words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db.models import Q

from returnhome.casework.asks import Ask, AskedOf
from returnhome.casework.care import Doubt
from returnhome.casework.children import Child
from returnhome.casework.concerns import NotedConcern
from returnhome.casework.disputes import Dispute
from returnhome.casework.episodes import Episode
from returnhome.casework.handovers import HandOver
from returnhome.casework.harm import Disclosure, HarmDecision
from returnhome.casework.interviews import Interview
from returnhome.casework.journal import REFUSED, JournalEntry, JournalQuerySet
from returnhome.casework.meetings import Meeting
from returnhome.casework.mentions import Mention
from returnhome.casework.needs import HelpOffered, Need, PassedOn
from returnhome.casework.offers import Offer
from returnhome.casework.packs import PackChild
from returnhome.casework.record_requests import GatheredLine, RecordRequest
from returnhome.casework.releases import Release, SaidBack
from returnhome.casework.restrictions import BreakGlass
from returnhome.casework.retention import Hold, RetentionReview
from returnhome.casework.reviews import Sampled
from returnhome.casework.sames import SameThing
from returnhome.casework.shares import NotShared, Share
from returnhome.casework.staff import Person, Post
from returnhome.casework.support import Action
from returnhome.reporting import setting
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Role

SETTING = (Path(__file__).parent / "looked.typ").read_bytes()

THINGS = {
    "child": "the record",
    "episode": "a missing episode",
    "interview": "an interview",
    "handover": "a request between councils",
    "offer": "an offer of an interview",
    "action": "an action",
    "dispute": "a dispute about who must act",
    "doubt": "a doubt about care, home or age",
    "meeting": "the record of a meeting",
    "notedconcern": "a concern",
    "disclosure": "what the child told of harm",
    "harmdecision": "a decision about harm",
    "delivery": "a file of notifications",
    "placementnotice": "a notice of a placement",
    "person": "a colleague’s page",
    "journal": "who has looked",
    "restriction": "who may see the record",
    "listed": "who may see the record",
    "need": "a need that was named",
    "mention": "what the child told of",
    "helpoffered": "help that was offered",
    "passedon": "a need that was passed on",
    "release": "a line that the child can see",
    "saidback": "what the child said to a line",
    "service": "the list of services",
    "sample": "a sample of signed records",
    "sampled": "a record of a sample",
    "breakglass": "that the record was opened by break-glass",
    "wayin": "a link to the child’s own pages",
    "onetimelink": "a link to what was shared",
    "ownwords": "what the child wrote on their own pages",
    "token": "the tokens of programs",
    "webhook": "the webhook",
    "fromhome": "what a home reported",
    "samething": "that two things that children told of are one",
    "pack": "a pack for an exploitation panel",
    "packchild": "that the child is brought to an exploitation panel",
    "recordrequest": "a request for the record",
    "gatheredline": "a line of the record that was asked for",
    "wenttogether": "that children went together",
    "share": "what is shared, and with whom",
    "foundplace": "where the child was found",
    "namedfor": "who is named for a protected address",
    "notshared": "that something is not shared",
    "ask": "what somebody asked about the child",
    "askedof": "what somebody asked about the child",
    "nothingtotell": "that there is nothing to share",
    "made": "a drawing or a recording of the child’s own",
    "hold": "that the record is on hold",
    "retentionreview": "what is to become of the record",
    "erasure": "a certificate of what was erased",
}
LISTS = {
    "worklist": "the work list",
    # The same words for those who may have gone together and for those who did: the line stands in
    # the record of each, also before people who may not know of the other.
    "same-time": "a list of children missing at the same time",
    "patterns": "a list of what several children told of",
    "went-again": "a list of children who went missing again",
    "panel": "a pack for an exploitation panel",
    "record-requests": "the list of requests for records",
    "handovers": "the list of hand-overs",
    "actions": "the list of actions",
    "meetings": "the list of meetings called for",
    "out-of-area": "the list of children placed elsewhere",
    "placed-here": "the list of children placed here",
    "behind-figures": "the episodes behind a figure",
    "statutory": "a statutory return, by number and birth date",
    "lives-here": "the list of who lives in a home",
    "home-reports": "what the home has reported",
    "shared-with-us": "the list of what was shared with an organisation",
    "asks": "the list of what their organisation asked",
    "asked-about": "the list of children who were asked about",
    "waiting": "the list of children not matched yet",
    "candidates": "children whom a notification may be about",
    "joined": "records that were joined, or taken apart again",
    "calendar": "a calendar of bookings, without names",
    "sample": "a sample of signed records",
    "reviews": "the list of records to review",
    "my-looks": "the list of their own looks",
    "restricted": "the list of restricted records that were opened",
    "retention": "the list of records whose time is over",
}
READS = {
    "read": "Looked at {thing}",
    "list": "Saw in {list}",
    "export": "Took out as a file: {list}",
    "compare": "Compared with a notification",
    "find child": "Came up in a search",
    "find mention": "Came up in a search for what children told of",
    "read address": "Looked at the whole address",
    "print": "Printed {thing}",
    REFUSED: "Asked for {thing}, and was not let in",
}
# What stands before a colon in the verb → what was done.
DONE = {
    "break glass": "Opened the restricted record by break-glass",
    "end break glass": "Closed the record again after break-glass",
    "end listing": "Took somebody off a list of who may see the record, or may not",
    "hold record": "Put the record on hold",
    "end hold": "Ended the hold on the record",
    "put record forward": "Put the record forward to be reviewed: its time is over",
    "review retention": "Said what is to become of the record",
    "confirm erasure": "Confirmed that the record is to be erased",
    "refuse erasure": "Refused to have the record erased",
    "erase record": "Erased the record",
    "erase record anew": "Erased the record again, after a restore",
    "lift restriction": "Lifted the restriction of the record",
    "list": "Put somebody on a list of who may see the record, or may not",
    "restrict record": "Restricted the record to people who are named",
    "review break glass": "Reviewed whether it was right to open the record",
    "release line": "Released a line for the child to see",
    "made report": "Had a report for a board made",
    "begin share": "Began to put together what is shared with somebody",
    "keep share": "Wrote at what is to be shared",
    "add to share": "Put more into what is to be shared than serves its purpose",
    "write share": "Finished what is to be shared",
    "send share": "Shared it",
    "look at share": "Looked, as the second person, at what is shared",
    "name for address": "Named who may be told a protected address",
    "end naming for address": "Ended that somebody may be told a protected address",
    "recall share": "Recalled what had been shared",
    "make one-time link": "Made a link that opens once, to what was shared",
    "open one-time link": "Opened what was shared, by its link and code",
    "wrong code of one-time link": "Tried a wrong code at a link to what was shared",
    "end one-time link": "Ended a link to what was shared",
    "leave unshared": "Decided that something is not shared",
    "open share": "Opened what was shared with their organisation",
    "acknowledge share": "Said that they have what was shared",
    "answer share": "Said what came of something that was shared",
    "ask about child": "Asked which council holds something about the child",
    "be asked about": "Somebody’s question about the child was passed on to the council",
    "tell nothing": "Answered that there is nothing to share",
    "take line back": "Took a line back that the child could see",
    "answer child": "Answered what the child said to a line",
    "say back": "Said something to a line that was released",
    "look at what was written": "Saw, on their own pages, what was released of the talk",
    "hear back": "Saw, on their own pages, what came of what they asked for",
    "say how it was": "Said how the talk was: what, is not kept beside it",
    "home": "Reported, for the home, that the child was missing or back, or added to it",
    "see report of home": "Said that what a home reported was seen to",
    "name home of placement": "Said with which home or foster carers the child is placed",
    "act on need": "Decided on an action for a need",
    "add question": "Added a question of the council’s own",
    "end question": "Ended a question of the council’s own",
    "add service": "Put a service on the list",
    "change service": "Changed a service on the list",
    "end service": "Took a service off the list",
    "hear of help": "Noted whether help was taken up",
    "leave need": "Decided that nothing follows from a need",
    "say same thing": "Said that two things that children told of are one",
    "take same thing apart": "Took back that two things are one",
    "note mention": "Noted somebody or something that the child told of",
    "correct mention": "Corrected what was noted of what the child told",
    "take out mention": "Took out what was noted in error",
    "name need": "Named a need",
    "note what came of help": "Noted what came of help",
    "note what came of need": "Noted what came of passing a need on",
    "offer help": "Offered help",
    "pass need on": "Passed a need on",
    "accept agreement": "Accepted an agreement",
    "close account": "Closed a colleague’s account",
    "hold interview unbooked": "Recorded that an interview took place that nobody had booked",
    "know by directory": "Knew a colleague by the council’s directory",
    "reopen account": "Opened a colleague’s account again",
    "reset second factor": "Took a colleague’s second factor away",
    "sign out everywhere else": "Signed out everywhere else",
    "tell by telephone": "Told the other council by telephone who the child is",
    "add action": "Decided that something must follow",
    "add organisation": "Added an organisation",
    "add person": "Added a colleague",
    "add to interview": "Added to a signed interview",
    "answer offer": "Recorded the answer to an offer",
    "make link": "Made a link to the child’s own pages",
    "end link": "Ended a link to the child’s own pages",
    "open link": "Opened the link to their own pages",
    "told what stays private": "Read what stays private, and what cannot",
    "choose": "Chose how they would like the talk",
    "send words": "Sent what they wrote",
    "delete unsent": "Deleted what was written on their own pages and never sent",
    "read words": "Read what the child wrote on their own pages",
    "check in": "Wrote down a short check-in with the child",
    "take up offer": "Recorded that the child would like the talk after all",
    "note spoken to": "Noted whether the child was spoken to about a no",
    "judge understanding": "Noted whether the child understood what they declined",
    "ask carers": "Noted what a carer was asked after a no",
    "leave carers": "Noted why the carers are not asked",
    "answer request": "Answered a request between councils",
    "appoint": "Gave a colleague a role",
    "ask": "Asked another body",
    "assign episode": "Gave an episode to somebody",
    "attempt offer": "Tried to offer an interview",
    "book interview": "Booked an interview",
    "complete action": "Completed an action",
    "confirm child": "Said who the child is",
    "confirm delivery": "Took a file of notifications in",
    "correct birth date": "Corrected the birth date",
    "correct care": "Corrected the care",
    "correct home": "Corrected the home",
    "correct placement": "Corrected the placement",
    "decide on harm": "Decided what is done about harm",
    "finish decision": "Noted what came of a decision about harm",
    "have harm": "Said for a council that it has taken up what the child told",
    "note call": "Noted who was telephoned about what the child told",
    "pass decision on": "Passed a decision about harm on",
    "say danger": "Noted whether the child was in danger",
    "tell of harm": "Wrote down that the child told of harm",
    "decide again": "Who must act was decided again",
    "decide nothing needed": "Decided that nothing needs to follow",
    "discard delivery": "Threw a file away",
    "dispute who must act": "Disputed who must act",
    "doubt": "Noted a doubt about care, home or age",
    "end absence": "Ended an absence",
    "end agreement": "Ended an agreement",
    "end care": "Recorded that care ended",
    "end concern": "Ended a concern",
    "end parental risk": "Ended a risk about telling parents",
    "end placement": "Recorded that a placement ended",
    "end layout": "Replaced the layout of a file",
    "end post": "Ended a role",
    "end protocol": "Ended a local protocol",
    "follow policy": "Local policy was followed",
    "follow protocol": "Followed a local protocol",
    "follow the rules again": "Gave a decision back to the rules",
    "form team": "Formed a team",
    "give back episode": "Gave an episode back",
    "hand back": "Handed an interview back",
    "hold interview": "Recorded that an interview was held",
    "hold interview elsewhere": "Recorded an interview held elsewhere",
    "join child": "Joined a notification to the child",
    "learn of child": "Filled in what was not known",
    "leave out": "Decided that one thing need not follow",
    "leave untold": "Recorded that somebody is not told",
    "make offer": "Offered an interview",
    "message overtaken": "A message was not needed any more",
    "move booking": "Changed a booking",
    "move episode": "Moved an episode to another record",
    "move interview": "Moved an interview to another record",
    "name for rota": "Named somebody for the rota",
    "new calendar key": "Made a new calendar address",
    "not held": "Recorded that there was no interview",
    "note absence": "Noted an absence",
    "note agreement": "Noted an agreement",
    "note communication": "Noted how to talk with the child",
    "say where found": "Said where the child was found",
    "note characteristics": "Noted ethnicity and disability",
    "link episodes": "Noted that children went together",
    "undo link of episodes": "Took back that children went together",
    "note concern": "Noted a concern",
    "note credential": "Noted training or a check",
    "note parental risk": "Noted a risk about telling parents",
    "note policy": "Noted what local policy says",
    "name the talk": "Chose what the talk is called to children",
    "note prevention interview": "Noted the police prevention interview",
    "open child": "Opened the record",
    "open episode": "Opened a missing episode",
    "override decision": "Overrode who must act",
    "pass child on": "Passed the record to another council",
    "put on duty": "Put somebody on duty",
    "queue message": "A message was written, without a name",
    "reassign action": "Gave an action to somebody else",
    "reassign booking": "Gave a booking to somebody else",
    "receive delivery": "Received a file of notifications",
    "read outcome": "Asked what became of a notification",
    "receive notification": "Received a notification",
    "record birth date": "Recorded the birth date",
    "record care": "Recorded who looks after the child",
    "record home": "Recorded where the child lives",
    "record interview": "Wrote in an interview",
    "record meeting": "Recorded a meeting",
    "record placement": "Recorded a placement",
    "release booking": "Gave a booking up",
    "review record": "Reviewed a signed record",
    "draw sample": "Drew a sample of signed records",
    "score record": "Scored a signed record against the standard",
    "report returned": "Returned a report to the council that asked",
    "see placement notice": "Saw a notice of a placement",
    "send message": "A message was sent, without a name",
    "send message failed": "A message did not get through",
    "send placement notice": "Told a council of a placement",
    "separate child": "Took a join back",
    "set out-of-hours team": "Set the out-of-hours team",
    "set layout of delivery": "Said in which layout a file is",
    "count episode as": "Said that two told of one missing episode",
    "let episode stand apart": "Took back that two told of one missing episode",
    "teach heading": "Said what a heading means",
    "teach layout": "Taught the layout of a file",
    "download refused rows": "Downloaded the refused rows of a file",
    "begin delivery": "Let the rows of a file go in",
    "stop delivery": "Stopped a file whose rows were going in",
    "receive history": "Received a council’s earlier records",
    "bring history": "Brought a council’s earlier records in",
    "discard history": "Threw a council’s earlier records away",
    "take back history": "Took a council’s earlier records back",
    "take back child": "Took a record back that was brought in",
    "take back episode": "Took an episode back that was brought in",
    "download what was lost": "Downloaded what earlier records would lose",
    "set pace of rota": "Set the pace of the rota",
    "settle dispute": "Settled a dispute",
    "settle doubt": "Settled a doubt",
    "sign interview": "Signed an interview off",
    "take over record": "Took over the record of an interview, to finish it",
    "take away out-of-hours team": "Took the out-of-hours team away",
    "take out birth date": "Took a birth date out",
    "take out care": "Took a period of care out",
    "take out home": "Took a home out",
    "take out placement": "Took a placement out",
    "take off duty": "Took somebody off duty",
    "take off panel": "Took the child off an exploitation panel",
    "note record request": "Noted that somebody asks for the record",
    "step of record request": "Noted what stops or starts the time to answer for the record",
    "end record request": "Ended a request for the record without an answer",
    "gather record": "Gathered the whole record, to be given to whoever asked",
    "decide on record": "Decided what is given of the record",
    "mark in record": "Marked words in the record that may be about somebody else",
    "give record": "Gave the record to whoever asked for it",
    "make pack": "Made a pack for an exploitation panel",
    "put pack right": "Changed the name or the day of a pack for a panel",
    "take pack away": "Took away a pack for a panel",
    "bring to panel": "Brought the child to an exploitation panel",
    "tell": "Recorded who was told",
    "try message again": "Had a message sent again",
    "update episode": "Filled in what a notification said",
    "void episode": "Took an episode out as recorded in error",
    "void meeting": "Took a meeting out as recorded in error",
    "make token": "Made a token for a program",
    "end token": "Ended the token of a program",
    "set up webhook": "Set up a webhook",
    "renew webhook secret": "Made a new secret for a webhook",
    "end webhook": "Ended a webhook",
    "queue call": "A call to a program was written, without a name",
    "make call": "A program was told, without a name",
    "make call failed": "A program could not be told",
    "withdraw request": "Took a request back",
    "write letter": "Wrote a letter to another body",
}
# What has a number of its own and belongs to the child: a refusal names only that number.
BELONGING = (
    ("episode", Episode, "child"),
    ("interview", Interview, "child"),
    ("handover", HandOver, "episode__child"),
    ("offer", Offer, "episode__child"),
    ("action", Action, "episode__child"),
    ("dispute", Dispute, "episode__child"),
    ("doubt", Doubt, "child"),
    ("meeting", Meeting, "child"),
    ("notedconcern", NotedConcern, "child"),
    ("breakglass", BreakGlass, "child"),
    ("hold", Hold, "child"),
    ("retentionreview", RetentionReview, "child"),
    ("disclosure", Disclosure, "child"),
    ("harmdecision", HarmDecision, "disclosure__child"),
    ("need", Need, "interview__child"),
    ("mention", Mention, "interview__child"),
    ("samething", SameThing, "one__interview__child"),
    ("packchild", PackChild, "child"),
    ("recordrequest", RecordRequest, "child"),
    ("gatheredline", GatheredLine, "record__child"),
    ("helpoffered", HelpOffered, "need__interview__child"),
    ("passedon", PassedOn, "need__interview__child"),
    ("release", Release, "episode__child"),
    ("share", Share, "child"),
    ("notshared", NotShared, "episode__child"),
    ("ask", Ask, "asked__child"),
    ("askedof", AskedOf, "child"),
    ("saidback", SaidBack, "release__episode__child"),
    ("sampled", Sampled, "interview__child"),
)


def about(child: Child) -> JournalQuerySet:
    """All that was done to this child's record and those joined to it, looked at or refused."""
    ids = [child.pk, *child.joined.values_list("pk", flat=True)]
    refused = Q(kind="child", object_id__in=ids)
    for kind, model, way in BELONGING:
        theirs = model._default_manager.filter(**{f"{way}__in": ids}).values_list("pk", flat=True)
        refused |= Q(kind=kind, object_id__in=list(theirs))
    touched = JournalEntry.objects.about_child(*ids)
    return touched | JournalEntry.objects.filter(refused, verb=REFUSED)


def in_words(entry: JournalEntry) -> str:
    """What was done, without a code, a number or a name."""
    said = READS.get(entry.verb)
    if said:
        thing = THINGS.get(entry.kind, "something on the record")
        return said.format(thing=thing, list=LISTS.get(entry.kind, "a list"))
    verb = entry.verb.partition(":")[0]
    words = DONE.get(verb) or DONE.get(verb.partition(" ")[0])
    return words or f"{entry.verb[:1].upper()}{entry.verb[1:]}"


@dataclass(frozen=True)
class Look:
    """One line of the journal: who, by which roles in which organisations then, what, when."""

    entry: JournalEntry
    name: str
    roles: Sequence[str]
    what: str

    @property
    def at(self) -> datetime:
        return self.entry.at

    @property
    def is_refused(self) -> bool:
        return self.entry.verb == REFUSED


def told(entries: Iterable[JournalEntry]) -> list[Look]:
    """These lines with the names and the roles of that day; two queries."""
    entries = list(entries)
    who = {entry.by_id for entry in entries}
    names = dict(Person.objects.filter(pk__in=who).values_list("pk", "name"))
    posts: dict[int, list[Post]] = {}
    for post in Post.objects.filter(person__in=who).select_related("organisation").order_by("pk"):
        posts.setdefault(post.person_id, []).append(post)
    return [
        Look(
            entry,
            names.get(entry.by_id, "Somebody who is no longer on record"),
            _roles_on(posts.get(entry.by_id, ()), entry.at.astimezone(LONDON).date()),
            in_words(entry),
        )
        for entry in entries
    ]


def _roles_on(posts: Iterable[Post], day: date) -> list[str]:
    return [
        f"{Role(post.role).label}, {post.organisation.name}"
        for post in posts
        if post.since <= day and (post.until is None or post.until >= day)
    ]


def who_looked(entries: JournalQuerySet) -> dict[int, str]:
    """Everybody of whom these lines tell, by name; two queries."""
    who = set(entries.order_by().values_list("by_id", flat=True).distinct())
    return dict(Person.objects.filter(pk__in=who).order_by("name").values_list("pk", "name"))


# For the child.


@dataclass(frozen=True)
class Line:
    """What people of one role did on one day, and how often: no name of theirs."""

    day: date
    who: str
    what: str
    times: int


def for_the_child(entries: Iterable[JournalEntry]) -> list[Line]:
    """The same by day and role: the child learns what was done and by whom in which part."""
    counted = Counter(
        (
            look.at.astimezone(LONDON).date(),
            " and ".join(look.roles) or "The system by itself, or those who run it",
            look.what,
        )
        for look in told(entries)
    )
    lines = [Line(day, who, what, times) for (day, who, what), times in counted.items()]
    return sorted(lines, key=lambda line: (-line.day.toordinal(), line.who, line.what))


def pdf(*, title: str, about: str, opening: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """The lines as a tagged PDF on A4; `about` is whose record it is."""
    words = {"title": title, "about": about, "opening": opening, "rows": rows}
    return setting.pdf(SETTING, "looked", words)
