"""Every table, in the order of the story; the one place where names are given on."""

from returnhome.casework.agreements import Agreement
from returnhome.casework.children import (
    Address,
    Alias,
    CarePeriod,
    Child,
    Identifier,
    Placement,
)
from returnhome.casework.disputes import Dispute, Override
from returnhome.casework.episodes import Basis, Classification, Correction, Episode
from returnhome.casework.handovers import HandOver
from returnhome.casework.interviews import Addendum, Coverage, Entry, Interview, NotHeld
from returnhome.casework.journal import JournalEntry
from returnhome.casework.notifications import Delivery, Notification
from returnhome.casework.offers import Attempt, Offer, Reply
from returnhome.casework.places import Authority, Force, Postcode, ReferenceLoad, Succession
from returnhome.casework.policies import LocalPolicy
from returnhome.casework.staff import Credential, Duty, Organisation, Person, Post, Team
from returnhome.casework.support import Action, NothingNeeded
from returnhome.casework.tallies import Tally
from returnhome.casework.tellings import ParentalRisk, PreventionInterview, Telling

__all__ = [
    "Action",
    "Addendum",
    "Address",
    "Agreement",
    "Alias",
    "Attempt",
    "Authority",
    "Basis",
    "CarePeriod",
    "Child",
    "Classification",
    "Correction",
    "Coverage",
    "Credential",
    "Delivery",
    "Dispute",
    "Duty",
    "Entry",
    "Episode",
    "Force",
    "HandOver",
    "Identifier",
    "Interview",
    "JournalEntry",
    "LocalPolicy",
    "NotHeld",
    "NothingNeeded",
    "Notification",
    "Offer",
    "Organisation",
    "Override",
    "ParentalRisk",
    "Person",
    "Placement",
    "Post",
    "Postcode",
    "PreventionInterview",
    "ReferenceLoad",
    "Reply",
    "Succession",
    "Tally",
    "Team",
    "Telling",
]
