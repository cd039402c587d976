"""Every table, in the order of the story; the one place where names are given on."""

from returnhome.casework.accounts import DirectoryIdentity
from returnhome.casework.agreements import Agreement
from returnhome.casework.asks import Ask, AskedOf, NothingToTell
from returnhome.casework.care import FormerFact, PlacementNotice
from returnhome.casework.characteristics import Characteristics
from returnhome.casework.check_ins import CheckIn, CheckInWords
from returnhome.casework.children import (
    Address,
    Alias,
    CarePeriod,
    Child,
    Doubt,
    Identifier,
    Placement,
)
from returnhome.casework.childs_part import Choice, Made, OwnWords
from returnhome.casework.communications import Communication
from returnhome.casework.concerns import NotedConcern
from returnhome.casework.declines import CarersAsked, ChildSpokenTo, Understanding
from returnhome.casework.disputes import Dispute, Override
from returnhome.casework.episodes import Basis, Classification, Correction, Episode
from returnhome.casework.found_places import FoundPlace
from returnhome.casework.handovers import HandOver
from returnhome.casework.harm import Disclosure, HarmCall, HarmDecision, HarmTaking
from returnhome.casework.history import Bringing, BringingFile, BroughtChild, EarlierRecord
from returnhome.casework.homes import FromHome
from returnhome.casework.how_it_was import HowItWas
from returnhome.casework.interviews import (
    Addendum,
    Coverage,
    Entry,
    Interview,
    NotHeld,
    SignedFacts,
)
from returnhome.casework.journal import JournalEntry
from returnhome.casework.layouts import TaughtHeading, TaughtLayout
from returnhome.casework.meetings import Meeting, VoidedMeeting
from returnhome.casework.mentions import Mention
from returnhome.casework.messages import Message
from returnhome.casework.named_for import NamedFor
from returnhome.casework.needs import ActionForNeed, HelpOffered, Need, NoHelp, PassedOn
from returnhome.casework.notifications import Delivery, Notification, ToldNumber
from returnhome.casework.offers import Attempt, Offer, Reply
from returnhome.casework.one_time_links import OneTimeLink
from returnhome.casework.packs import Pack, PackChild
from returnhome.casework.places import Authority, Force, Postcode, ReferenceLoad, Succession
from returnhome.casework.policies import LocalPolicy, TalkName
from returnhome.casework.protocols import LocalProtocol
from returnhome.casework.questions import OwnQuestion
from returnhome.casework.record_requests import (
    GatheredLine,
    GatheredRecord,
    RecordRequest,
    RequestStep,
)
from returnhome.casework.releases import AnswerToChild, Release, SaidBack
from returnhome.casework.restrictions import BreakGlass, Listed, Restriction
from returnhome.casework.retention import Erasure, Hold, PutForward, RetentionReview
from returnhome.casework.reviews import Review, Sample, Sampled, Score, Scoring
from returnhome.casework.rotas import Absence, Mailbox, OutOfHours, Pace, Seat
from returnhome.casework.sames import SameThing
from returnhome.casework.services import Service
from returnhome.casework.shares import (
    Acknowledgement,
    LineAnswer,
    NotShared,
    Opening,
    SecondLook,
    Share,
    SharedLine,
)
from returnhome.casework.staff import Credential, Duty, Organisation, Person, Post, Team
from returnhome.casework.support import Action, NothingNeeded
from returnhome.casework.tallies import Tally
from returnhome.casework.tellings import ParentalRisk, PreventionInterview, Telling
from returnhome.casework.together import WentTogether
from returnhome.casework.tokens import KeptAnswer, Token
from returnhome.casework.ways_in import WayIn
from returnhome.casework.webhooks import Call, CallTry, Webhook

__all__ = [
    "Absence",
    "Acknowledgement",
    "Action",
    "ActionForNeed",
    "Addendum",
    "Address",
    "Agreement",
    "Alias",
    "AnswerToChild",
    "Ask",
    "AskedOf",
    "Attempt",
    "Authority",
    "Basis",
    "BreakGlass",
    "Bringing",
    "BringingFile",
    "BroughtChild",
    "Call",
    "CallTry",
    "CarePeriod",
    "CarersAsked",
    "Characteristics",
    "CheckIn",
    "CheckInWords",
    "Child",
    "ChildSpokenTo",
    "Choice",
    "Classification",
    "Communication",
    "Correction",
    "Coverage",
    "Credential",
    "Delivery",
    "DirectoryIdentity",
    "Disclosure",
    "Dispute",
    "Doubt",
    "Duty",
    "EarlierRecord",
    "Entry",
    "Episode",
    "Erasure",
    "Force",
    "FormerFact",
    "FoundPlace",
    "FromHome",
    "GatheredLine",
    "GatheredRecord",
    "HandOver",
    "HarmCall",
    "HarmDecision",
    "HarmTaking",
    "HelpOffered",
    "Hold",
    "HowItWas",
    "Identifier",
    "Interview",
    "JournalEntry",
    "KeptAnswer",
    "LineAnswer",
    "Listed",
    "LocalPolicy",
    "LocalProtocol",
    "Made",
    "Mailbox",
    "Meeting",
    "Mention",
    "Message",
    "NamedFor",
    "Need",
    "NoHelp",
    "NotHeld",
    "NotShared",
    "NotedConcern",
    "NothingNeeded",
    "NothingToTell",
    "Notification",
    "Offer",
    "OneTimeLink",
    "Opening",
    "Organisation",
    "OutOfHours",
    "Override",
    "OwnQuestion",
    "OwnWords",
    "Pace",
    "Pack",
    "PackChild",
    "ParentalRisk",
    "PassedOn",
    "Person",
    "Placement",
    "PlacementNotice",
    "Post",
    "Postcode",
    "PreventionInterview",
    "PutForward",
    "RecordRequest",
    "ReferenceLoad",
    "Release",
    "Reply",
    "RequestStep",
    "Restriction",
    "RetentionReview",
    "Review",
    "SaidBack",
    "SameThing",
    "Sample",
    "Sampled",
    "Score",
    "Scoring",
    "Seat",
    "SecondLook",
    "Service",
    "Share",
    "SharedLine",
    "SignedFacts",
    "Succession",
    "TalkName",
    "Tally",
    "TaughtHeading",
    "TaughtLayout",
    "Team",
    "Telling",
    "Token",
    "ToldNumber",
    "Understanding",
    "VoidedMeeting",
    "WayIn",
    "Webhook",
    "WentTogether",
]
