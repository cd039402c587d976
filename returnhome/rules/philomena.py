"""The carers' sheet for a child who may go missing, and where what the child told belongs on it.

Source: Philomena Protocol, begun by Durham Constabulary and kept by carers in many areas. Its
groups as Thames Valley Police names them (personal details, vulnerabilities, associates, addresses,
places frequented, medical, financial, social media, telephone, transport); what else it asks
(description, friends, photograph, earlier times missing; a second part only once the child is
missing) and what carers do first, as Greater Manchester Police and the Police Service of Northern
Ireland describe it. The form itself was not read, forces word it differently, and which answer
belongs where is our own table: for a practice lead to confirm.
"""

from collections.abc import Mapping

from returnhome.rules.codes import Code
from returnhome.rules.sharing import Purpose, Recipient, ShareItem

# Of the data that is given out: raised where a name or a meaning in it changes.
VERSION = 1


class SheetPart(Code):
    """The parts of the carers' sheet that a talk can tell of, as whoever looks at night needs them.

    The groups of the Philomena Protocol's form, as police forces describe them, in our own order.
    """

    PEOPLE = "people", "People they may be with"
    PLACES = "places", "Places to look"
    TRAVEL = "travel", "How they travel, and vehicles"
    PHONES = "phones", "Telephone numbers"
    ONLINE = "online", "Names they are known by online"
    MONEY = "money", "Money and food"
    RISKS = "risks", "What puts them at risk"
    HEALTH = "health", "Health"
    HELPS = "helps", "What helps them"
    NEXT_TIME = "next_time", "Another time, and what was agreed"
    BEFORE = "before", "When they were missing before"
    OTHER = "other", "What else you were told"


# Parts of the sheet of which a talk is not asked: they stay as the carers have them.
STAYS = (
    *("name and description", "a recent photograph", "whom to ring, with numbers"),
    *("medicines", "bank card and travel card", "what they wore, once they are missing"),
)
# What carers do first, whoever the child is: when, and what.
FIRST = (
    (
        "Missing now",
        "Ring their telephone and the people they may be with. Look where it is safe.",
    ),
    ("In danger now", "Ring 999."),
    ("You cannot find them", "Ring 101, and say that you have a Philomena sheet."),
)

OF_ITEM: Mapping[ShareItem, SheetPart] = {
    ShareItem.EPISODE: SheetPart.BEFORE,
    ShareItem.TALK: SheetPart.OTHER,
    ShareItem.WHY: SheetPart.RISKS,
    ShareItem.WHERE: SheetPart.PLACES,
    ShareItem.HAPPENED: SheetPart.RISKS,
    ShareItem.HARM: SheetPart.RISKS,
    ShareItem.EXPLOITATION: SheetPart.RISKS,
    ShareItem.NOW: SheetPart.HEALTH,
    ShareItem.WISHES: SheetPart.HELPS,
    ShareItem.NEXT_TIME: SheetPart.HELPS,
    ShareItem.ACTIONS: SheetPart.NEXT_TIME,
    ShareItem.PERSON: SheetPart.PEOPLE,
    ShareItem.PLACE: SheetPart.PLACES,
    ShareItem.VEHICLE: SheetPart.TRAVEL,
    ShareItem.PHONE: SheetPart.PHONES,
    ShareItem.HANDLE: SheetPart.ONLINE,
    ShareItem.SCHOOL_DAYS: SheetPart.OTHER,
}
# Questions of the record that belong somewhere else than the section they stand in.
OF_QUESTION: Mapping[str, SheetPart] = {
    "with_words": SheetPart.PEOPLE,
    "with_kinds": SheetPart.PEOPLE,
    "slept": SheetPart.PLACES,
    "travel": SheetPart.TRAVEL,
    "travel_paid": SheetPart.TRAVEL,
    "came_back": SheetPart.TRAVEL,
    "fed": SheetPart.MONEY,
}


def part_of(item: ShareItem, question: str = "") -> SheetPart:
    """The part of the sheet where a line of a share belongs; `question`: of the record's answer."""
    return OF_QUESTION.get(question) or OF_ITEM[item]


def is_update(recipient: Recipient, purpose: Purpose) -> bool:
    """Whether a share is one for the carers' sheet: with carers, to find the child sooner."""
    return recipient is Recipient.HOME and purpose is Purpose.FIND_SOONER
