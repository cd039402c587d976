"""Every table, in the order of the story; the one place where names are given on."""

from returnhome.casework.children import (
    Address,
    Alias,
    CarePeriod,
    Child,
    Identifier,
    Placement,
)
from returnhome.casework.episodes import Basis, Classification, Correction, Episode
from returnhome.casework.interviews import Addendum, Coverage, Entry, Interview, NotHeld
from returnhome.casework.journal import JournalEntry
from returnhome.casework.messages import Message
from returnhome.casework.notifications import Delivery, Notification
from returnhome.casework.offers import Attempt, Offer, Reply
from returnhome.casework.places import Authority, Force, Postcode, ReferenceLoad, Succession
from returnhome.casework.rotas import Absence, Mailbox, OutOfHours, Pace, Seat
from returnhome.casework.staff import Credential, Duty, Organisation, Person, Post, Team
from returnhome.casework.support import Action, NothingNeeded
from returnhome.casework.tallies import Tally

__all__ = [
    "Absence",
    "Action",
    "Addendum",
    "Address",
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
    "Duty",
    "Entry",
    "Episode",
    "Force",
    "Identifier",
    "Interview",
    "JournalEntry",
    "Mailbox",
    "Message",
    "NotHeld",
    "NothingNeeded",
    "Notification",
    "Offer",
    "Organisation",
    "OutOfHours",
    "Pace",
    "Person",
    "Placement",
    "Post",
    "Postcode",
    "ReferenceLoad",
    "Reply",
    "Seat",
    "Succession",
    "Tally",
    "Team",
]
