"""The field's code lists: the words a record is kept in, each list with its published source.

A code is what the table stores, a label what people read. Codes are never reused or renamed;
a label may be mended.
"""

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """A code that knows its human words."""

    label: str

    # A label is always written; without the default a type checker refuses `Answer("accepted")`.
    def __new__(cls, code: str, label: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Codes with their labels, in the order of the list, for a form or a column."""
        return [(member.value, member.label) for member in cls]


class EpisodeKind(Code):
    """SSDA903 “Missing” module, column MISSING: M missing, A away without authorisation.

    “Absent” is a police risk grade of its era and never a kind.
    """

    code_903: str

    MISSING = "missing", "Missing"
    AWAY = "away", "Away from placement without authorisation"


EpisodeKind.MISSING.code_903 = "M"
EpisodeKind.AWAY.code_903 = "A"

# As forces and the 903 write them. “Absent” by itself is a risk grade of its era: a missing child.
KIND_WORDS = {
    "m": EpisodeKind.MISSING,
    "missing": EpisodeKind.MISSING,
    "missing child": EpisodeKind.MISSING,
    "missing episode": EpisodeKind.MISSING,
    "missing from care": EpisodeKind.MISSING,
    "missing from home": EpisodeKind.MISSING,
    "missing from placement": EpisodeKind.MISSING,
    "missing person": EpisodeKind.MISSING,
    "absent": EpisodeKind.MISSING,
    "absence": EpisodeKind.MISSING,
    "a": EpisodeKind.AWAY,
    "away": EpisodeKind.AWAY,
    "away from placement": EpisodeKind.AWAY,
    "away from placement without authorisation": EpisodeKind.AWAY,
    "away without authorisation": EpisodeKind.AWAY,
    "absent without authorisation": EpisodeKind.AWAY,
    "unauthorised absence": EpisodeKind.AWAY,
    "unauthorised absence from placement": EpisodeKind.AWAY,
}


class RiskGrade(Code):
    """College of Policing, Missing Persons APP: very low, low, medium, high."""

    VERY_LOW = "very_low", "Very low"
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


# “Absent” (APP 2013) and “no apparent risk” (2017) are earlier eras of “very low”.
RISK_WORDS = {
    "absent": RiskGrade.VERY_LOW,
    "no apparent": RiskGrade.VERY_LOW,
    "no apparent risk": RiskGrade.VERY_LOW,
    "nar": RiskGrade.VERY_LOW,
    "very low": RiskGrade.VERY_LOW,
    "low": RiskGrade.LOW,
    "medium": RiskGrade.MEDIUM,
    "med": RiskGrade.MEDIUM,
    "high": RiskGrade.HIGH,
}


# Where it is known that a grade stands there: elsewhere “M” is missing, or male.
RISK_LETTERS = {"l": RiskGrade.LOW, "m": RiskGrade.MEDIUM, "h": RiskGrade.HIGH}


def plain(word: str | None) -> str:
    return " ".join((word or "").replace("_", " ").replace("-", " ").casefold().split())


def risk_grade(word: str | None) -> RiskGrade | None:
    """The grade behind a force's word of any era; None for a word that is no grade."""
    said = plain(word)
    return RISK_WORDS.get(said) or RISK_WORDS.get(said.removesuffix(" risk"))


class Sex(Code):
    """DfE common basic data set, as in the children in need census and SSDA903."""

    FEMALE = "F", "Female"
    MALE = "M", "Male"
    UNKNOWN = "U", "Not known"


SEX_WORDS = {
    "f": Sex.FEMALE,
    "female": Sex.FEMALE,
    "girl": Sex.FEMALE,
    "m": Sex.MALE,
    "male": Sex.MALE,
    "boy": Sex.MALE,
}


# ISO/IEC 5218, as SSDA903 has it too. A figure by itself is no word for a sex.
SEX_CODES = {"1": Sex.MALE, "2": Sex.FEMALE}


def sex(word: str | None) -> Sex:
    """What a sender's word or code says; anything else is not known rather than guessed."""
    said = plain(word)
    return SEX_WORDS.get(said) or SEX_CODES.get(said, Sex.UNKNOWN)


class BirthDatePrecision(Code):
    """How sure the birth date is; disputed where an age is being assessed (Merton-compliant)."""

    KNOWN = "known", "Known"
    ESTIMATED = "estimated", "Estimated"
    DISPUTED = "disputed", "Disputed"
    UNKNOWN = "unknown", "Not known"


class Nation(Code):
    """Whose law applies: the duty to offer an interview is England's alone."""

    ENGLAND = "England", "England"
    WALES = "Wales", "Wales"
    SCOTLAND = "Scotland", "Scotland"
    NORTHERN_IRELAND = "Northern Ireland", "Northern Ireland"


class Cohort(Code):
    """The First Step (The Children's Society, 2019): fixed at the start of the episode."""

    HOME = "home", "Missing from home"
    LOOKED_AFTER_IN_AREA = "looked_after_in_area", "Looked after, placed in our area"
    LOOKED_AFTER_OUT_OF_AREA = "looked_after_out_of_area", "Looked after, placed out of area"
    PLACED_HERE_BY_OTHER = (
        "placed_here_by_other",
        "Looked after by an authority outside England",
    )
    UNKNOWN = "unknown", "Not known"


class OfferKind(Code):
    """DfE statutory guidance 2014: which duty, if any, stands behind the offer."""

    STATUTORY = "statutory", "Statutory: must be offered"
    LOCAL_POLICY = "local_policy", "Away without authorisation: local policy decides"
    NOT_STATUTORY_HERE = "not_statutory_here", "Outside England: not a statutory duty"
    ADULT_PATHWAY = "adult_pathway", "Turned 18: adult pathway"


class Means(Code):
    """How an offer or an attempt was made; our list, from the forms seen in 2016 to 2024."""

    IN_PERSON = "in_person", "In person"
    TELEPHONE = "telephone", "Telephone"
    VIDEO = "video", "Video call"
    TEXT = "text", "Text message"
    LETTER = "letter", "Letter"
    EMAIL = "email", "E-mail"
    ONLINE = "online", "Online"
    THROUGH_CARER = "through_carer", "Through the carer or parent"
    THROUGH_PROFESSIONAL = "through_professional", "Through another professional"


class Device(Code):
    """Where a child's own pages are opened."""

    OWN = "own", "On their own telephone or computer"
    WORKERS = "workers", "On this device, which I hand to them"


class Reached(Code):
    """Whom it reached: a carer is told apart from the child; nobody makes it an attempt."""

    CHILD = "child", "The child"
    CARER = "carer", "A carer or parent, on the child's behalf"
    NOBODY = "nobody", "Nobody"


class Answer(Code):
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    NOT_NOW = "not_now", "Not now, ask again"


class DeclinedBy(Code):
    """2023 FOI questions ask for the two apart; a parent's no is not the child's."""

    CHILD = "child", "The child"
    PARENT_OR_CARER = "parent_or_carer", "A parent or carer"


class Understood(Code):
    """Under 16: whether the child was judged able to decide what they declined (Gillick, 1986)."""

    ABLE = "able", "Yes: they were able to decide this for themselves"
    NOT_ABLE = "not_able", "No: they were not able to decide this for themselves"
    NOT_JUDGED = "not_judged", "It was not judged"


class NoOwes(Code):
    """What a no leaves to ask, in the order in which it is asked; our own list."""

    SPOKEN_TO = "spoken_to", "Was the child spoken to?"
    UNDERSTANDING = "understanding", "Did the child understand what they declined?"
    CARERS = "carers", "What do the carers know?"


class WayToChild(Code):
    """By whom a child is reached whom a parent's no, or silence, keeps from answering; our own."""

    DIRECTLY = "directly", "Directly: their own telephone, or going there"
    SCHOOL = "school", "Through their school or college"
    SOCIAL_WORKER = "social_worker", "Through their social worker"
    TRUSTED_ADULT = "trusted_adult", "Through another adult whom they trust"


class NotHeldReason(Code):
    """Why an interview did not take place. No national list exists: observed reasons and our own.

    `closes`: it ends the duty for now. What does not close stays on the work list.
    `declined_by`: whose no it was. `needs_note`: a reason that must be explained on file.
    """

    closes: bool
    declined_by: DeclinedBy | None
    needs_note: bool

    def __new__(
        cls,
        code: str,
        label: str = "",
        closes: bool = False,
        declined_by: DeclinedBy | None = None,
        needs_note: bool = False,
    ) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.closes = closes
        member.declined_by = declined_by
        member.needs_note = needs_note
        return member

    # A child may come back to it later: closed for now only.
    DECLINED_BY_CHILD = "declined_by_child", "The child declined", True, DeclinedBy.CHILD
    DECLINED_BY_PARENT = (
        "declined_by_parent",
        "A parent or carer declined",
        False,
        DeclinedBy.PARENT_OR_CARER,
    )
    NOT_CONTACTABLE = "not_contactable", "The child could not be reached after attempts", True
    MISSING_AGAIN = "missing_again", "The child went missing again first", False
    STILL_MISSING = "still_missing", "The child is still missing", False
    TURNED_18 = "turned_18", "The young person has turned 18: adult pathway", True
    NOT_OFFERED = "not_offered", "No interview was offered", True, None, True
    NOT_TAKEN_ON = (
        "not_taken_on",
        "The authority that was asked did not accept",
        False,
    )
    DETAINED_OR_HOSPITAL = "detained_or_hospital", "Detained or in hospital", False
    MOVED_AWAY = "moved_away", "The child has moved away", False
    NOT_IN_INTERESTS_NOW = (
        "not_in_interests_now",
        "Not in the child's interests now",
        False,
        None,
        True,
    )
    COVERED_BY_ANOTHER = "covered_by_another", "Covered by another interview", True
    RECORDED_IN_ERROR = "recorded_in_error", "Recorded as missing in error", True, None, True


class Earlier(Code):
    """What a council's earlier records say of an interview, brought in with a past episode; ours.

    What nobody wrote down then is not known, which is not the same as not done.
    """

    NOT_KNOWN = "not_known", "Whether an interview was offered is not known"
    NOT_OFFERED = "not_offered", "Not offered"
    NOT_REACHED = "not_reached", "Not offered: attempts reached nobody"
    OFFERED = "offered", "Offered; what was answered is not known"
    DECLINED = "declined", "Offered and declined; by whom is not known"
    DECLINED_BY_CHILD = "declined_by_child", "Offered, and the child declined"
    DECLINED_BY_PARENT = "declined_by_parent", "Offered, and a parent or carer declined"
    ACCEPTED = "accepted", "Offered and accepted; whether it was held is not known"
    NOT_HELD = "not_held", "Offered and accepted, and not held"
    HELD = "held", "Held"
    COVERED = "covered", "Covered by another interview"


class Push(Code):
    """What the child went from. Croydon's list, extended; Catch22, Push and pull factors."""

    CONFLICT = "conflict", "Argument or conflict"
    BOUNDARIES = "boundaries", "Rules and boundaries"
    ABUSE_OR_NEGLECT = "abuse_or_neglect", "Abuse or neglect"
    DOMESTIC_ABUSE = "domestic_abuse", "Domestic abuse"
    PARENTAL_ILL_HEALTH = "parental_ill_health", "A parent's ill health"
    PARENTAL_SUBSTANCE_USE = "parental_substance_use", "A parent's alcohol or drug use"
    UNHAPPY_WITH_PLACEMENT = "unhappy_with_placement", "Unhappy with placement, staff or peers"
    PLACEMENT_MOVE = "placement_move", "A placement move, feared or made"
    BULLYING = "bullying", "Bullying"
    SCHOOL = "school", "School"
    FEELING_LOW = "feeling_low", "Feeling low"
    SELF_HARM = "self_harm", "Self-harm or thoughts of it"
    NOT_LISTENED_TO = "not_listened_to", "Not being listened to"
    RESTRICTED_CONTACT = "restricted_contact", "Contact with family restricted"
    OVERWHELMED = "overwhelmed", "Overcrowding or too much noise, light or people"
    OTHER = "other", "Something else"


class Pull(Code):
    """What drew the child. Croydon's list, extended; Catch22, Push and pull factors."""

    FAMILY = "family", "To see family"
    FRIENDS = "friends", "To see friends"
    PARTNER = "partner", "Boyfriend, girlfriend or partner"
    PARTY = "party", "Party or event"
    SUBSTANCES = "substances", "Alcohol or drugs"
    BELONGING = "belonging", "Belonging somewhere"
    MONEY_OR_GIFTS = "money_or_gifts", "Money or gifts"
    DEBT = "debt", "A debt to repay"
    ONLINE_CONTACT = "online_contact", "Somebody met online"
    EXPLOITER = "exploiter", "Somebody who exploits the child"
    OLD_NEIGHBOURHOOD = "old_neighbourhood", "An old neighbourhood"
    WORK = "work", "Work"
    OTHER = "other", "Something else"


class Harm(Code):
    """Harm and risk while away; `cin_factor` is the DfE children in need assessment factor."""

    cin_factor: str | None

    def __new__(cls, code: str, label: str = "", cin_factor: str | None = None) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.cin_factor = cin_factor
        return member

    SEXUAL_EXPLOITATION = "sexual_exploitation", "Sexual exploitation", "11A"
    CRIMINAL_EXPLOITATION = "criminal_exploitation", "Criminal exploitation", "24A"
    GANGS = "gangs", "Gangs", "13A"
    TRAFFICKING = "trafficking", "Trafficking or modern slavery", "12A"
    SEXUAL_ASSAULT = "sexual_assault", "Sexual assault"
    PHYSICAL_ASSAULT = "physical_assault", "Hurt or assaulted"
    THREATS = "threats", "Threats, or fear of somebody"
    ALCOHOL = "alcohol", "Alcohol", "1A"
    DRUGS = "drugs", "Drugs", "2A"
    SELF_HARM = "self_harm", "Self-harm", "15A"
    MENTAL_HEALTH = "mental_health", "Mental health", "4A"
    SLEPT_ROUGH = "slept_rough", "Slept rough or with strangers"
    CRIME = "crime", "Crime by the child, or made to commit one"
    ONLINE = "online", "Harm online"
    INJURY_OR_ILLNESS = "injury_or_illness", "Injury or illness"
    OTHER = "other", "Something else"


class Indicator(Code):
    """How a prompt about harm is answered: never a score (Plymouth, Dudley, Surrey tools)."""

    YES = "yes", "Yes"
    NO = "no", "No"
    POSSIBLE = "possible", "Possible"
    NOT_ASKED = "not_asked", "Not asked"


class Place(Code):
    """Where an interview is held: somewhere neutral where the child feels safe (Missing People)."""

    FAMILY_HOME = "family_home", "Family home"
    PLACEMENT = "placement", "Placement"
    SCHOOL = "school", "School or college"
    YOUTH_CENTRE = "youth_centre", "Youth centre"
    PUBLIC_PLACE = "public_place", "Café or other public place"
    OUTDOORS = "outdoors", "Outdoors"
    CAR = "car", "In a car"
    OFFICE = "office", "Council or provider's office"
    POLICE_STATION = "police_station", "Police station"
    HOSPITAL = "hospital", "Hospital"
    SECURE = "secure", "Secure home or custody"
    NOT_IN_PERSON = "not_in_person", "Not in person"
    OTHER = "other", "Somewhere else"


class Mode(Code):
    IN_PERSON = "in_person", "In person"
    VIDEO = "video", "Video call"
    TELEPHONE = "telephone", "Telephone"
    WRITTEN = "written", "In writing"


class InterviewerKind(Code):
    """Missing People FOI request 2024, question 9."""

    SOCIAL_WORKER = "social_worker", "Social worker"
    DEDICATED_TEAM = "dedicated_team", "Local authority dedicated team"
    YOUTH_WORKER = "youth_worker", "Youth worker"
    COMMISSIONED_SERVICE = "commissioned_service", "Commissioned service"
    OTHER = "other", "Other"


class CredentialKind(Code):
    """An interviewer's training and checks; ours, from what contracts ask for.

    `is_check`: a check on the person rather than something learnt.
    """

    is_check: bool

    def __new__(cls, code: str, label: str = "", is_check: bool = False) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.is_check = is_check
        return member

    INTERVIEWING = "interviewing", "Return home interview training"
    SAFEGUARDING = "safeguarding", "Safeguarding training"
    EXPLOITATION = "exploitation", "Child exploitation training"
    DBS = "dbs", "Enhanced DBS check", True


class ActionKind(Code):
    """What may follow an interview; from the forms seen (Derbyshire, Croydon, Knowsley)."""

    REFERRAL_MASH = "referral_mash", "Referral to children's social care (MASH)"
    SECTION_47 = "section_47", "Strategy discussion or section 47 enquiry"
    CAMHS = "camhs", "Referral to CAMHS"
    NRM = "nrm", "National Referral Mechanism"
    EARLY_HELP = "early_help", "Early help"
    SAFETY_PLAN = "safety_plan", "Safety plan"
    EXPLOITATION_TOOL = "exploitation_tool", "Exploitation screening or assessment"
    POLICE_INTELLIGENCE = "police_intelligence", "Information to police"
    HEALTH = "health", "Health"
    SUBSTANCE_USE = "substance_use", "Alcohol and drugs service"
    EDUCATION = "education", "Education"
    PLACEMENT_REVIEW = "placement_review", "Placement or care plan review"
    FAMILY_SUPPORT = "family_support", "Support to the family"
    ADVOCACY = "advocacy", "Advocacy or independent visitor"
    COMPLAINT = "complaint", "A complaint of the child"
    CORRECTION = "correction", "Something written about the child is said to be wrong"
    ADULT_PATHWAY = "adult_pathway", "Adult pathway"
    ADULT_SAFEGUARDING = "adult_safeguarding", "Adult safeguarding"
    OTHER = "other", "Other"


class HandOverKind(Code):
    """What one authority asks of another body; the first two as in `responsibility.json`.

    Only the last moves the duty itself, and only once the authority asked accepts it.
    """

    HOST_INTERVIEWS = "host_interviews", "Another authority interviews"
    PROVIDER = "provider", "A commissioned provider interviews"
    DUTY = "duty", "The duty passes to the authority that now looks after the child"


class DutyGround(Code):
    """Why the duty is another authority's. Only the first leaves the count where it started."""

    LOOKED_AFTER_SINCE = "looked_after_since", "It looks after the child since the episode began"
    BY_THE_FACTS = "by_the_facts", "By what is known now the child was its own from the start"
    DISPUTED = "disputed", "The council that acts holds that the child is not its own"


class SettledHow(Code):
    """How a dispute over who must act came to its end; our own list."""

    STAYS = "stays", "Whoever acts goes on acting"
    TAKEN_OVER = "taken_over", "The other council has taken it over"
    PUT_RIGHT = "put_right", "The facts were put right"


class RefusalReason(Code):
    """Why a body that was asked refused. No national list exists: our own, from hosts' replies."""

    NOBODY_IN_TIME = "nobody_in_time", "No interviewer is free in time"
    NOT_IN_OUR_AREA = "not_in_our_area", "The child is not placed in our area"
    NOT_LOOKED_AFTER_BY_US = "not_looked_after_by_us", "We do not look after this child"
    NOT_OURS = "not_ours", "The child does not live in our area either"
    NOT_INDEPENDENT = "not_independent", "Nobody here would be independent of the child's care"
    NO_AGREEMENT = "no_agreement", "No agreement on terms or cost"
    TOO_LITTLE_KNOWN = "too_little_known", "Too little is known to decide"
    OTHER = "other", "Another reason: say which"


class HandBackReason(Code):
    """Why an interview that was taken on is given back to the council that asked; our own list."""

    CHILD_ASKED_FOR_ANOTHER = "child_asked_for_another", "The child asked for somebody else"
    CHILD_MOVED = "child_moved", "The child has moved"
    NOBODY_IN_TIME = "nobody_in_time", "No interviewer is free in time any more"
    NOT_INDEPENDENT = "not_independent", "The interviewer would not be independent"
    TAKEN_ON_IN_ERROR = "taken_on_in_error", "Taken on in error"
    OTHER = "other", "Another reason: say which"


class WithdrawalReason(Code):
    """Why the council that asked took its request back; our own list."""

    CHILD_ASKED_FOR_ANOTHER = "child_asked_for_another", "The child asked for somebody else"
    ARRANGED_OTHERWISE = "arranged_otherwise", "Arranged otherwise"
    MISSING_AGAIN = "missing_again", "The child went missing again"
    NOT_NEEDED = "not_needed", "No interview is needed any more"
    ASKED_IN_ERROR = "asked_in_error", "Asked in error"
    OTHER = "other", "Another reason: say which"


class HarmDecisionKind(Code):
    """What a social-work manager decides on harm that a child told of.

    Working Together to Safeguard Children (2023), chapters 3 and 4; Modern Slavery Act 2015.
    """

    STRATEGY_DISCUSSION = "strategy_discussion", "Strategy discussion"
    SECTION_47 = "section_47", "Section 47 enquiry"
    DESIGNATED_OFFICER = (
        "designated_officer",
        "Allegation against somebody who works with children: to the designated officer",
    )
    NRM = "nrm", "National Referral Mechanism"
    CRIME_TO_POLICE = "crime_to_police", "Crime, to the police"
    URGENT_HEALTH = "urgent_health", "Urgent health"
    NONE = "none", "None of these, and why"


class HarmCallee(Code):
    """Whom the person told of harm telephones; our own."""

    EMERGENCY = "emergency", "999"
    DUTY_MANAGER = "duty_manager", "The duty manager"
    OUT_OF_HOURS = "out_of_hours", "The emergency duty team"


class HarmStep(Code):
    """What is still owed after a child told of harm, in the order in which it presses; our own."""

    SAY_DANGER = "say_danger", "Say whether the child is in danger now"
    CALL_999 = "call_999", "Call 999"
    TELEPHONE = "telephone", "Telephone the duty manager"
    HAVE = "have", "Say “we have it”"
    DECIDE = "decide", "Decide"
    PASS_ON = "pass_on", "Pass the decision on"
    OUTCOME = "outcome", "Note what came of it"


class Concern(Code):
    """What makes going missing graver, as local protocols name it (Liverpool, Essex, Torbay)."""

    EXPLOITATION = "exploitation", "Exploitation known or suspected"
    UNACCOMPANIED = "unaccompanied", "Unaccompanied asylum-seeking child"
    CHILD_PROTECTION_PLAN = "child_protection_plan", "Child protection plan"


class MeetingKind(Code):
    """Who meets about a child who goes missing, from the lightest to the gravest.

    Torbay, Missing persons strategy meetings; Derbyshire, Return interviews.
    """

    REVIEW = "review", "Review by a manager"
    MISSING_MEETING = "missing_meeting", "Missing meeting"
    STRATEGY_MEETING = "strategy_meeting", "Strategy meeting or discussion"


class Rung(Code):
    """Up whom a request climbs that nobody has answered; our own, out-of-hours teams beside it."""

    ON_DUTY = "on_duty", "Whoever is on duty"
    TEAM = "team", "The whole team"
    MANAGER = "manager", "A manager"
    HEAD_OF_SERVICE = "head_of_service", "The head of service"
    OWNER = "owner", "Whoever has taken it on"
    ADMINISTRATORS = "administrators", "The administrators, where nobody else is there"
    RECIPIENT = "recipient", "Somebody outside, with whom something is shared"


class Waiting(Code):
    """What climbs while nobody answers; our own."""

    REQUEST = "request", "A request that nobody has answered"
    HIGH_RISK = "high_risk", "A new high-risk episode that nobody has acknowledged"
    RUNNING_OUT = "running_out", "72 hours that soon run out, with no interview booked"
    RUN_OUT = "run_out", "72 hours that have run out, with no interview held or booked"
    HARM = "harm", "A child who told of harm, and no council has said “we have it”"
    HARM_UNDECIDED = (
        "harm_undecided",
        "A child who told of harm, and no manager has decided in time",
    )
    HARM_NOT_PASSED_ON = (
        "harm_not_passed_on",
        "A decision on harm that nobody has passed on in time",
    )
    WORDS = "words", "A child who wrote on their own pages, and nobody has read it yet"
    WORDS_LATE = (
        "words_late",
        "A child who wrote on their own pages, unread when the child was told it would be",
    )
    FROM_HOME = (
        "from_home",
        "A home that says a child may need a doctor, or that takes a report back, unseen",
    )


class NotSent(Code):
    """Why a message did not get through; our own."""

    NO_SERVER = "no_server", "The mail service could not be reached"
    ADDRESS = "address", "The mail service does not take this address"
    REFUSED = "refused", "The mail service refused the message"


class TokenScope(Code):
    """What a program may do with a token of its organisation; our own."""

    SEND = "send_notifications", "Send notifications"
    READ = "read_outcomes", "Read what became of its own notifications"


class WebhookEvent(Code):
    """What an organisation's own program is told of; our own."""

    UNMATCHED = "episode.unmatched", "An episode opened and nobody has said who the child is"
    UNANSWERED = (
        "episode.unanswered",
        "Nobody has taken an episode on: the child is back, or the risk is high",
    )
    RETURNED = "episode.returned", "A return was recorded"
    OVERDUE = "episode.overdue", "72 hours have run out with no interview held or booked"
    TEST = "test", "A try, sent by an administrator"


class NotCalled(Code):
    """Why a webhook did not get through; our own."""

    NO_SUCH_HOST = "no_such_host", "There is no computer of this name"
    NOT_ALLOWED = "not_allowed", "The name leads into a network that is not called"
    NO_ANSWER = "no_answer", "Nobody answered in time"
    NOT_SECURE = "not_secure", "No secure connection could be made"
    REDIRECTED = "redirected", "It answered with another address, which is not followed"
    ANSWERED_NO = "answered_no", "It answered that it did not take the message"


class Role(Code):
    """Who works with the record: the people of the product, one role a membership."""

    COORDINATOR = "coordinator", "Coordinator"
    INTERVIEWER = "interviewer", "Interviewer"
    SOCIAL_WORKER = "social_worker", "Social worker"
    MANAGER = "manager", "Manager"
    ANALYST = "analyst", "Analyst"
    POLICE = "police", "Police missing-person unit"
    HOME = "home", "Children's home or foster carer"
    ADMINISTRATOR = "administrator", "Administrator"
    RESEARCHER = "researcher", "National researcher"
