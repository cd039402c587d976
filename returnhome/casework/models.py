"""Every table, in the order of the story; the one place where names are given on."""

from returnhome.casework.agreements import Agreement
from returnhome.casework.care import FormerFact, PlacementNotice
from returnhome.casework.children import (
    Address,
    Alias,
    CarePeriod,
    Child,
    Doubt,
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
from returnhome.casework.staff import Credential, Duty, Organisation, Person, Post, Team
from returnhome.casework.support import Action, NothingNeeded
from returnhome.casework.tallies import Tally

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
    "Doubt",
    "Duty",
    "Entry",
    "Episode",
    "Force",
    "FormerFact",
    "HandOver",
    "Identifier",
    "Interview",
    "JournalEntry",
    "NotHeld",
    "NothingNeeded",
    "Notification",
    "Offer",
    "Organisation",
    "Override",
    "Person",
    "Placement",
    "PlacementNotice",
    "Post",
    "Postcode",
    "ReferenceLoad",
    "Reply",
    "Succession",
    "Tally",
    "Team",
]
