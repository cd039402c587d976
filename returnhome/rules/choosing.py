"""What a child can choose, say and ask for on pages of their own, and by when it is answered.

Source: NYAS and Leeds, what they tell young people: who, where, when and with whom are theirs to
choose, and they can say no and come back. Complaints: Children Act 1989 Representations Procedure
(England) Regulations 2006, regulation 14: an answer within 10 working days. Correction: UK GDPR,
articles 12 and 16: within one month. Advocacy: Children Act 1989, section 26A.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from returnhome.rules import Blocked
from returnhome.rules.codes import ActionKind, Code


class NothingChosen(Blocked):
    sentence = "Nothing was chosen."


class Want(Code):
    YES = "yes", "Yes"
    NOT_NOW = "not_now", "Not now"
    NO = "no", "No"


class Who(Code):
    SAME = "same", "The same person as last time"
    NEW = "new", "Somebody new"
    WOMAN = "woman", "A woman"
    MAN = "man", "A man"
    SOCIAL_WORKER = "social_worker", "A social worker they trust"
    ANY = "any", "They do not mind who"


class Where(Code):
    HOME = "home", "Where they live"
    SCHOOL = "school", "At school"
    WALK = "walk", "On a walk"
    CAFE = "cafe", "In a café"
    CAR = "car", "In a car"
    PHONE = "phone", "By telephone or online"
    ELSEWHERE = "elsewhere", "Somewhere else"
    ANY = "any", "They do not mind where"


class When(Code):
    TODAY = "today", "Today"
    TOMORROW = "tomorrow", "Tomorrow"
    THIS_WEEK = "this_week", "This week"
    MORNING = "morning", "In the morning"
    AFTER_SCHOOL = "after_school", "After school"
    EVENING = "evening", "In the evening"
    ANY = "any", "They do not mind when"


class Beside(Code):
    NOBODY = "nobody", "Nobody beside them"
    FRIEND = "friend", "A friend"
    RELATIVE = "relative", "Somebody of the family"
    CARER = "carer", "A carer"
    ADVOCATE = "advocate", "An advocate"
    OTHER = "other", "Somebody else"


class Easier(Code):
    INTERPRETER = "interpreter", "An interpreter"
    QUIET = "quiet", "A quiet place"
    SIGNS = "signs", "Sign language"
    BREAKS = "breaks", "Lots of breaks"
    PICTURES = "pictures", "Pictures"
    TEXT = "text", "To type, not to talk"
    FOOD = "food", "Something to eat or drink"


# What can be chosen, in the order of the pages, each with its list. Whether they want the talk is
# kept here too: where no offer can take the answer any more, it is still what they said.
CHOICES: dict[str, type[Code]] = {
    "want": Want,
    "who": Who,
    "where": Where,
    "when": When,
    "beside": Beside,
    "needs": Easier,
}
MORE_THAN_ONE = ("when", "beside", "needs")
# What a note of the child's is about, for whoever reads it: the line it begins with.
ABOUT = {
    "want": "Would they like the talk?",
    "who": "With whom",
    "where": "Where",
    "when": "When",
    "beside": "Who else is there",
    "needs": "What makes it easier",
}


class Asked(Code):
    """What the child is asked on their own pages, one at a time; each can be skipped."""

    NOW = "now", "How are you right now?"
    BEFORE = "before", "What was going on before you went?"
    WHERE = "where", "Where did you go?"
    WITH = "with", "Who were you with?"
    GOOD = "good", "Did anything good happen?"
    BAD = "bad", "Did anything bad or scary happen?"
    HELP = "help", "What would help you now?"
    NOT = "not", "Is there something you do not want us to do?"
    ELSE = "else", "Is there anything else you want to say?"


class Picked(Code):
    """Pictures a child can pick instead of words, or beside them."""

    HAPPY = "happy", "Happy"
    OKAY = "okay", "Okay"
    SAD = "sad", "Sad"
    WORRIED = "worried", "Worried"
    ANGRY = "angry", "Angry"
    CONFUSED = "confused", "Mixed up"
    TIRED = "tired", "Tired"
    HUNGRY = "hungry", "Hungry"
    HURT = "hurt", "Hurt"
    HOME = "home", "Home"
    SCHOOL = "school", "School"
    FRIENDS = "friends", "Friends"
    FAMILY = "family", "Family"
    SOMEBODY = "somebody", "Someone I know"
    ONLINE = "online", "Phone or online"
    MONEY = "money", "Money"
    NIGHT = "night", "Night"
    OUTSIDE = "outside", "Outside"
    CAR = "car", "A car"
    LOVE = "love", "Love"
    SECRET = "secret", "A secret"
    SAFE = "safe", "Feeling safe"
    QUIET = "quiet", "Time alone"
    TALK = "talk", "Someone to talk to"


class Ask(Code):
    """What a child can ask for at one tap: each becomes an action with an owner and a day."""

    ADVOCATE = "advocate", "An advocate"
    COMPLAINT = "complaint", "A complaint"
    WRONG = "wrong", "Something written about them is wrong"


ACTION = {
    Ask.ADVOCATE: ActionKind.ADVOCACY,
    Ask.COMPLAINT: ActionKind.COMPLAINT,
    Ask.WRONG: ActionKind.CORRECTION,
}
# Working days for a complaint are counted as two weeks; a month for a correction as 28 days.
ANSWERED_IN = {
    Ask.ADVOCATE: timedelta(days=3),
    Ask.COMPLAINT: timedelta(days=14),
    Ask.WRONG: timedelta(days=28),
}


def answered_by(ask: Ask, *, on: date) -> date:
    """The day by which the child hears."""
    return on + ANSWERED_IN[ask]


def chosen_now(
    stood: Mapping[str, Sequence[str]], given: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """What stands once `given` is chosen: a list that is given takes the place of what stood of it.

    Only what the lists know; one of each, or more than one.
    """
    known: dict[str, list[str]] = {}
    for key, codes in CHOICES.items():
        wanted = given[key] if key in given else stood.get(key, ())
        found = [code for code in wanted if code in set(codes)]
        known[key] = found if key in MORE_THAN_ONE else found[:1]
    return known


def as_one(notes: Mapping[str, str]) -> str:
    """The child's notes to the lists as one text, each after what it is about."""
    return "\n".join(f"{ABOUT[key]}: {notes[key]}" for key in ABOUT if notes.get(key, "").strip())


def apart(text: str) -> dict[str, str]:
    """The notes of such a text again, by list; a note may be of several lines."""
    notes: dict[str, list[str]] = {}
    begins = {f"{about}: ": key for key, about in ABOUT.items()}
    key = ""
    for line in text.split("\n"):
        start = next((each for each in begins if line.startswith(each)), "")
        key = begins.get(start, key)
        notes.setdefault(key, []).append(line.removeprefix(start))
    return {key: "\n".join(lines) for key, lines in notes.items() if key}


def check_chosen(
    known: Mapping[str, Sequence[str]], notes: Mapping[str, str], *, stood: bool
) -> None:
    """Whether there is anything to keep, be it that all is taken back. Raises NothingChosen."""
    if not stood and not any(known.values()) and not any(notes.values()):
        raise NothingChosen
