"""Code lists that only the recording standard uses.

Source: named by each list; those that say “ours” follow the forms named in version 1.
"""

from returnhome.rules.codes import Code


class Ethnicity(Code):
    """DfE children in need census, ethnicity, as in the common basic data set."""

    WBRI = "WBRI", "White British"
    WIRI = "WIRI", "White Irish"
    WIRT = "WIRT", "Traveller of Irish heritage"
    WROM = "WROM", "Gypsy or Roma"
    WOTH = "WOTH", "Any other White background"
    MWBC = "MWBC", "White and Black Caribbean"
    MWBA = "MWBA", "White and Black African"
    MWAS = "MWAS", "White and Asian"
    MOTH = "MOTH", "Any other mixed background"
    AIND = "AIND", "Indian"
    APKN = "APKN", "Pakistani"
    ABAN = "ABAN", "Bangladeshi"
    AOTH = "AOTH", "Any other Asian background"
    BCRB = "BCRB", "Black Caribbean"
    BAFR = "BAFR", "Black African"
    BOTH = "BOTH", "Any other Black background"
    CHNE = "CHNE", "Chinese"
    OOTH = "OOTH", "Any other ethnic group"


class Chose(Code):
    """Who chose where and when to talk; from the forms seen, which ask for it in words."""

    CHILD = "child", "The child"
    TOGETHER = "together", "The child and the interviewer together"
    CARER = "carer", "A parent or carer"
    INTERVIEWER = "interviewer", "The interviewer"


class Present(Code):
    """Who else was there. Missing People's template; Derbyshire; Thurrock and Open Door."""

    NOBODY = "nobody", "Nobody else"
    PARENT = "parent", "A parent"
    CARER = "carer", "A foster carer or residential worker"
    TEACHER = "teacher", "A teacher or school nurse"
    ADVOCATE = "advocate", "An advocate"
    SOCIAL_WORKER = "social_worker", "The social worker"
    INTERPRETER = "interpreter", "An interpreter"
    FRIEND = "friend", "A friend, brother or sister"
    POLICE = "police", "The police"
    OTHER = "other", "Somebody else"


class AtWhoseWish(Code):
    """At whose wish others were there: who listens changes what a child can say."""

    CHILD = "child", "The child’s"
    CARER = "carer", "Their own, or a parent’s or carer’s"
    INTERVIEWER = "interviewer", "The interviewer’s"
    NOT_APPLICABLE = "not_applicable", "Nobody else was there"


class Agreed(Code):
    """Who agreed to the talk. Agreement to talk is no basis for sharing (DfE advice, May 2024)."""

    CHILD = "child", "The child"
    CHILD_AND_CARER = "child_and_carer", "The child, and a parent or carer"
    CARER = "carer", "A parent or carer; the child came along"


class Competence(Code):
    """Under 16: whether the child understood enough to decide about the talk (Gillick)."""

    COMPETENT = "competent", "The child understood and could decide"
    NOT_COMPETENT = "not_competent", "Not enough to decide alone"
    UNSURE = "unsure", "Not sure"
    SIXTEEN = "sixteen", "Does not arise: 16 or older"


class Stayed(Code):
    """Kinds of place, from the groups of the Philomena Protocol and the forms seen."""

    FAMILY = "family", "With family"
    FRIENDS = "friends", "With friends"
    PARTNER = "partner", "With a boyfriend, girlfriend or partner"
    KNOWN_ADULT = "known_adult", "With an adult they knew"
    NEW_ADULT = "new_adult", "With an adult they had just met"
    HOTEL = "hotel", "A hotel, hostel or let room"
    OUTSIDE = "outside", "Outside, in a park or on the street"
    TRANSPORT = "transport", "On or at trains, buses or stations"
    SHOPS = "shops", "Shops, takeaways or a shopping centre"
    EMPTY = "empty", "An empty building, stairwell or car"
    PARTY = "party", "A party or event"
    ANOTHER_TOWN = "another_town", "Another town or city"
    OTHER = "other", "Somewhere else"


class Company(Code):
    """With whom. Catch22 and Derbyshire; an age gap matters more than a name for what it is."""

    ALONE = "alone", "Alone"
    FRIENDS = "friends", "Friends of about the same age"
    ALSO_MISSING = "also_missing", "Others who were missing too"
    SIBLING = "sibling", "A brother or sister"
    FAMILY = "family", "Family"
    PARTNER = "partner", "A boyfriend, girlfriend or partner"
    OLDER = "older", "Older young people"
    KNOWN_ADULT = "known_adult", "An adult they knew"
    UNKNOWN_ADULT = "unknown_adult", "An adult they did not know before"
    ONLINE = "online", "Somebody they knew from online"
    OTHER = "other", "Somebody else"


class Activity(Code):
    """What they did. From the narrative headings of Missing People, Knowsley and NYAS."""

    TIME_WITH_PEOPLE = "time_with_people", "Spent time with people"
    WALKED = "walked", "Walked or rode around"
    PARTY = "party", "Party or event"
    DRANK = "drank", "Drank alcohol"
    DRUGS = "drugs", "Took drugs"
    SEX = "sex", "Sexual contact"
    CARRIED = "carried", "Carried, held or sold something for somebody"
    MONEY = "money", "Earned or was given money"
    STOLE = "stole", "Took something or broke something"
    FOUGHT = "fought", "Fought, or was hurt"
    ONLINE = "online", "Online or on the phone"
    HID = "hid", "Hid from somebody"
    OTHER = "other", "Something else"


class Travel(Code):
    """How they travelled; Derbyshire asks who paid, as a fare tells who wanted the journey."""

    WALKED = "walked", "Walked"
    CYCLE = "cycle", "Bicycle or scooter"
    BUS = "bus", "Bus or tram"
    TRAIN = "train", "Train or underground"
    TAXI = "taxi", "Taxi"
    FAMILY_CAR = "family_car", "Car of family or carer"
    FRIENDS_CAR = "friends_car", "Car of a friend"
    UNKNOWN_CAR = "unknown_car", "Car of an adult they did not know"
    POLICE = "police", "Police car"
    OTHER = "other", "Some other way"


class Paid(Code):
    """Who paid for the journey; ours, from the question Derbyshire asks."""

    NOTHING = "nothing", "It cost nothing"
    SELF = "self", "The child"
    FRIEND = "friend", "A friend"
    FAMILY = "family", "Family or carer"
    KNOWN_ADULT = "known_adult", "An adult they knew"
    UNKNOWN_ADULT = "unknown_adult", "An adult they did not know"
    NOT_PAID = "not_paid", "Nobody: they did not pay the fare"


class Fed(Code):
    """How they ate and had money; no form seen asks for it, though want of food drives exchange."""

    OWN_MONEY = "own_money", "Own money"
    FRIENDS = "friends", "Friends or family gave it"
    ADULT = "adult", "An adult gave it"
    IN_EXCHANGE = "in_exchange", "Given for something in return"
    TOOK = "took", "Took it"
    WENT_WITHOUT = "went_without", "Went without"


class CameBack(Code):
    """How the child came back. Missing People's template; Croydon."""

    SELF = "self", "By themselves"
    FAMILY = "family", "A parent or family found or fetched them"
    CARER = "carer", "A carer or residential worker found or fetched them"
    POLICE = "police", "The police found or brought them"
    FRIEND = "friend", "A friend, or a friend’s family"
    WORKER = "worker", "A social worker or other worker"
    OTHER = "other", "Some other way"


class ByWhom(Code):
    """Who harmed or frightened them; ours, by who they are to the child."""

    FAMILY = "family", "Somebody in the family"
    CARER = "carer", "Somebody who looks after them"
    PARTNER = "partner", "A boyfriend, girlfriend or partner"
    PEER = "peer", "Another child or young person"
    KNOWN_ADULT = "known_adult", "An adult they know"
    UNKNOWN_ADULT = "unknown_adult", "An adult they do not know"
    WORKER = "worker", "Somebody who works with children"
    ONLINE = "online", "Somebody online"
    GROUP = "group", "A group or gang"


class Health(Code):
    """Kinds of need for health care; ours, from what Derbyshire and Croydon ask in words."""

    INJURY = "injury", "An injury"
    SEXUAL_HEALTH = "sexual_health", "Sexual health, pregnancy or emergency contraception"
    SUBSTANCES = "substances", "Alcohol or drugs"
    SELF_HARM = "self_harm", "Self-harm or thoughts of suicide"
    MENTAL_HEALTH = "mental_health", "Mental health"
    MEDICINE = "medicine", "Medicine missed"
    TIRED_OR_HUNGRY = "tired_or_hungry", "Food, sleep or warmth"
    OTHER = "other", "Something else"


class Substances(Code):
    """Alcohol and drugs, offered, taken and passed on told apart (Knowsley and NYAS)."""

    ALCOHOL_OFFERED = "alcohol_offered", "Alcohol was offered"
    ALCOHOL_USED = "alcohol_used", "Drank alcohol"
    DRUGS_OFFERED = "drugs_offered", "Drugs were offered"
    DRUGS_USED = "drugs_used", "Took drugs"
    SUPPLIED = "supplied", "Carried or sold drugs"
    NONE = "none", "None of these"


class Feeling(Code):
    """How the child feels since the return, on a scale of words; Mind Of My Own asks likewise."""

    VERY_BAD = "very_bad", "Very bad"
    BAD = "bad", "Bad"
    MIXED = "mixed", "Up and down"
    GOOD = "good", "Good"
    VERY_GOOD = "very_good", "Very good"


class StaySafe(Code):
    """What can be given. Missing People for professionals; NHS 111; Childline."""

    MISSING_PEOPLE = "missing_people", "Missing People, 116 000"
    CHILDLINE = "childline", "Childline, 0800 1111"
    NHS_111 = "nhs_111", "NHS 111, mental health option"
    POLICE = "police", "When to ring 999 and 101"
    SEXUAL_HEALTH = "sexual_health", "A sexual health service"
    SUBSTANCES = "substances", "Talk to FRANK or a local service"
    ONLINE = "online", "Staying safe online, and how to report"
    WORKER = "worker", "Whom to ring here"
    PLAN = "plan", "A plan for the next time"
    OTHER = "other", "Something else"


class ToldOf(Code):
    """Whom the child was told may hear of it. Croydon, Knowsley and NYAS, Derbyshire."""

    SOCIAL_WORKER = "social_worker", "The social worker"
    POLICE = "police", "The police"
    CARER = "carer", "A carer or the home"
    PARENT = "parent", "A parent"
    SCHOOL = "school", "School"
    IRO = "iro", "The independent reviewing officer"
    HEALTH = "health", "Health services"
    NOBODY = "nobody", "Nobody"


class Checked(Code):
    """Whether the child checked what was written (Leeds, what young people asked for)."""

    READ = "read", "Read it, and it is right"
    READ_OUT = "read_out", "It was read to them, and it is right"
    CHANGED = "changed", "Asked for changes, and they were made"
    DISAGREES = "disagrees", "Does not agree with some of it: see the words"
    DECLINED = "declined", "Did not want to"
    NOT_OFFERED = "not_offered", "Not offered yet"


class NextTime(Code):
    """Whom the child would talk to another time (NYAS; Leeds)."""

    SAME = "same", "The same person"
    DIFFERENT = "different", "Somebody else"
    NO_MATTER = "no_matter", "It does not matter"
