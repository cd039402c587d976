"""What a child can choose, say and ask for on pages of their own, and by when it is answered.

Source: NYAS and Leeds, what they tell young people: who, where, when and with whom are theirs to
choose, and they can say no and come back. Complaints: Children Act 1989 Representations Procedure
(England) Regulations 2006, regulation 14: an answer within 10 working days. Correction: UK GDPR,
articles 12 and 16: within one month. Advocacy: Children Act 1989, section 26A.
"""

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


def check_choice(chosen: dict[str, list[str]], words: str) -> dict[str, list[str]]:
    """What of it the lists know, a list each; one, or more than one. Raises NothingChosen."""
    known: dict[str, list[str]] = {}
    for key, codes in CHOICES.items():
        found = [code for code in chosen.get(key, ()) if code in set(codes)]
        known[key] = found if key in MORE_THAN_ONE else found[:1]
    if not any(known.values()) and not words.strip():
        raise NothingChosen
    return known
