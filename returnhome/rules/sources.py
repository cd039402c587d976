"""The documents that the rules rest on, each named once, with its date and how sure we are.

A source that is not confirmed was read in part only, or stands for a reading on which councils
differ: a practice lead checks it against the document and sets `is_confirmed`.
"""

from dataclasses import dataclass
from datetime import date

GUIDANCE = (
    "DfE, Statutory guidance on children who run away or go missing from home or care, January 2014"
)


@dataclass(frozen=True, slots=True)
class Source:
    document: str
    since: date
    part: str = ""
    is_confirmed: bool = False
    # Where it can be read; empty: it has no address that lasts, or nobody was led there yet.
    address: str = ""

    def __str__(self) -> str:
        part = f", {self.part}" if self.part else ""
        doubt = "" if self.is_confirmed else " (to be confirmed by a practice lead)"
        return f"{self.document}{part}{doubt}"


RETURN_INTERVIEWS = Source(GUIDANCE, date(2014, 1, 1), "“Independent return interviews”, page 14")
AWAY_WITHOUT_AUTHORISATION = Source(
    GUIDANCE,
    date(2014, 1, 1),
    "“Looked after children who are away from placement without authorisation”, page 19",
)
OUT_OF_AREA = Source(GUIDANCE, date(2014, 1, 1), "“Out of area placements”, page 20")
TRAFFICKED = Source(
    GUIDANCE,
    date(2014, 1, 1),
    "“Looked after children who may have been trafficked from abroad”, page 24",
)
BEYOND_ENGLAND = Source(
    "IICSA, Child sexual exploitation by organised networks, February 2022",
    date(2022, 2, 1),
    "Part G.5: the duty is England's alone",
)
AGE = Source("Family Law Reform Act 1969", date(1970, 1, 1), "section 9", is_confirmed=True)
WHEN_MISSING = Source(
    GUIDANCE,
    date(2014, 1, 1),
    "“When a looked after child goes missing” and “… is found”, page 22: headings only",
)
REVIEWING_OFFICER = Source(
    "South Gloucestershire, Missing children, part 4",
    date(2014, 1, 1),
    "the reviewing officer is told of every time missing; an undated copy",
)
SERIOUS_EVENT = Source(
    "The Children's Homes (England) Regulations 2015",
    date(2015, 4, 1),
    "regulation 40: the home's registered person tells Ofsted of a serious event",
    is_confirmed=True,
)
PERSONAL_ADVISER = Source(
    "Children Act 1989",
    date(2001, 10, 1),
    "section 23C(1) to (3): a personal adviser for a former relevant child",
    is_confirmed=True,
)
ADVISER_FROM_16 = Source("Children Act 1989", date(2001, 10, 1), "Schedule 2, paragraph 19C")
PARENTAL_RESPONSIBILITY = Source("Children Act 1989", date(1991, 10, 14), "sections 3 and 105(1)")
ADULT_SAFEGUARDING = Source(
    "Care Act 2014",
    date(2015, 4, 1),
    "section 42, as others quote it",
)
SECTION_47 = Source(
    "Children Act 1989",
    date(1991, 10, 14),
    "section 47: the local authority's duty to enquire",
    is_confirmed=True,
)
WORKING_TOGETHER = "HM Government, Working Together to Safeguard Children, December 2023"
STRATEGY_DISCUSSION = Source(
    WORKING_TOGETHER, date(2023, 12, 15), "chapter 3, strategy discussion and section 47 enquiries"
)
NEXT_STEPS = Source(
    WORKING_TOGETHER,
    date(2023, 12, 15),
    "chapter 3: what to do next is decided within one working day; a day of the clock is stricter",
)
DESIGNATED_OFFICER = Source(
    WORKING_TOGETHER,
    date(2023, 12, 15),
    "chapter 4, people in positions of trust: within one working day",
)
MODERN_SLAVERY = Source(
    "Home Office, statutory guidance under section 49 of the Modern Slavery Act 2015",
    date(2020, 3, 24),
    "a child is referred without having to agree; no time is set",
)
SHARING_ADVICE = Source(
    "DfE, Information sharing: advice for practitioners providing safeguarding services",
    date(2024, 5, 1),
    "consent is not needed and is seldom the basis; be open with the child where that is safe; "
    "note why something was shared or was not",
)
PUBLIC_TASK = Source(
    "UK GDPR", date(2021, 1, 1), "articles 6(1)(e) and 9(2)(g): a public task", is_confirmed=True
)
VITAL_INTERESTS = Source(
    "UK GDPR", date(2021, 1, 1), "articles 6(1)(d) and 9(2)(c): vital interests", is_confirmed=True
)
NO_MORE_THAN_NEEDED = Source(
    "UK GDPR", date(2021, 1, 1), "article 5(1)(c): data minimisation", is_confirmed=True
)
SAFEGUARDING_CONDITION = Source(
    "Data Protection Act 2018",
    date(2018, 5, 25),
    "Schedule 1, paragraph 18: safeguarding of children and of individuals at risk",
    is_confirmed=True,
)
CRIME = Source(
    "Data Protection Act 2018",
    date(2018, 5, 25),
    "Schedule 2, paragraph 2: crime and taxation",
    is_confirmed=True,
)
ARRANGEMENTS = Source(
    "Children Act 2004",
    date(2005, 10, 1),
    "sections 10 and 11: bodies co-operate, and safeguard children in what they do",
    is_confirmed=True,
)
CARE_DUTY = Source(
    "Children Act 1989",
    date(1991, 10, 14),
    "section 22(3): a council safeguards a child whom it looks after",
    is_confirmed=True,
)
HELP_FROM_OTHERS = Source(
    "Children Act 1989",
    date(1991, 10, 14),
    "section 27: authorities help each other",
    is_confirmed=True,
)
SCHOOLS = Source(
    "Education Act 2002",
    date(2004, 6, 1),
    "section 175: schools and colleges safeguard their pupils",
    is_confirmed=True,
)
COMPULSORY_SCHOOL_AGE = Source(
    "Education Act 1996",
    date(1998, 8, 1),
    "section 8: from the prescribed day on or after the fifth birthday to the school leaving date",
    is_confirmed=True,
    address="https://www.legislation.gov.uk/ukpga/1996/56/section/8",
)
STAYING_ON = Source(
    "Education and Skills Act 2008",
    date(2013, 6, 28),
    "section 2: education or training until 18",
    address="https://www.legislation.gov.uk/ukpga/2008/25/section/2",
)
ATTENDANCE = Source(
    "DfE, Working together to improve school attendance, statutory since August 2024",
    date(2024, 8, 19),
    "an absence that nobody explains is followed up by the school, and with the council",
    address="https://www.gov.uk/government/publications/"
    "working-together-to-improve-school-attendance",
)
OWN_RULE = Source(
    "Returnhome's own rule, where the guidance is silent", date(2026, 1, 1), is_confirmed=True
)

# A reason carries its source as words: here is the document again that they stand for.
BY_WORDS = {str(each): each for each in tuple(globals().values()) if isinstance(each, Source)}
