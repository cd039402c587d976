"""What the demonstration's children say in their interviews: invented, by theme, not lurid."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random

from returnhome.casework.interviews import Said
from returnhome.rules.codes import ActionKind, Harm, Indicator, Pull, Push
from returnhome.rules.standard.lists import (
    Agreed,
    AtWhoseWish,
    CameBack,
    Checked,
    Chose,
    Company,
    Competence,
    Feeling,
    NextTime,
    Present,
    Stayed,
    StaySafe,
    ToldOf,
    Travel,
)
from returnhome.rules.standard.parts import Evidence, Standard, YesNo

FRIENDS = ("Tash", "Jay", "Mo", "Kezia", "Big Sam", "Ellis", "Noor", "Dommie", "Reece", "Anya")
RELATIVES = ("nan", "auntie", "grandad", "big sister", "older brother", "mum", "dad", "cousin")
PLACES = (
    "the canal",
    "the bus station",
    "the bandstand",
    "Marsh Green",
    "the retail park",
    "the skate park",
    "Larkfield",
    "the old pier",
    "the supermarket car park",
    "Cobble Lane",
)


@dataclass(frozen=True)
class Theme:
    """One sort of story: the codes it carries and several ways of telling it."""

    why: tuple[str, ...]
    push: tuple[Push, ...]
    pull: tuple[Pull, ...]
    where: tuple[str, ...]
    company: tuple[str, ...]
    helps: tuple[str, ...]
    judged: tuple[str, ...] = ()
    harm: Indicator = Indicator.NO
    harm_kinds: tuple[Harm, ...] = ()
    happened: tuple[str, ...] = (
        "Nothing bad. I was just out.",
        "Nobody did anything to me. I was cold, that’s all.",
        "It was fine. A bit boring by the end.",
    )
    told_police: str = "no"
    follows: tuple[tuple[ActionKind, str, str], ...] = field(default=())


NOW = (
    "I’m all right. Tired.",
    "Good. I’ve slept and I’ve had a bath, which my carer says was overdue.",
    "OK. Could do with some new trainers, mine got soaked.",
    "Better than at the weekend. I don’t need anything today.",
    "Hungry, honestly. Can we get chips after?",
    "I’m fine, I just don’t want everyone asking.",
)
WISHES = (
    "You can tell my social worker. Not my mum’s boyfriend.",
    "I don’t mind who knows, as long as somebody does something about it.",
    "Tell school I was ill. No, all right, tell them the truth, but only Miss Adair.",
    "You can write it down. I want to see what you wrote.",
    "Just don’t make it a big meeting with everyone staring at me.",
    "Tell them I said sorry for worrying them.",
    "I’d like a phone call when something has happened, not a letter.",
)
PRESENT = (
    "Nobody.",
    "Nobody; the door was open and the carer in the kitchen, as agreed.",
    "Her keyworker for the first ten minutes, at her own wish.",
    "The dog, at the child’s wish.",
    "A friend waited outside.",
)

THEMES: Mapping[str, Theme] = {
    "family": Theme(
        why=(
            "I wanted to see my {relative}. Nobody said no, they just kept saying next week.",
            "It was my {relative}’s birthday and I’d made a card. So I took it.",
            "I miss my {relative}. I know I’m meant to ask but asking takes three weeks.",
        ),
        push=(Push.RESTRICTED_CONTACT, Push.NOT_LISTENED_TO),
        pull=(Pull.FAMILY,),
        where=(
            "My {relative}’s. I slept on the settee. I got the 14 bus there and walked back.",
            "I went round to my {relative}’s and then sat by {place} till it got dark.",
        ),
        company=("My {relative}, and the cat.", "Just my {relative}. And {friend} came for tea."),
        helps=(
            "Let me see my {relative} on Sundays. Put it on the wall so I can see it coming.",
            "If somebody could ring my {relative} and sort out actual dates.",
        ),
        judged=("Goes to family when contact slips. Safe there, but nobody is told.",),
        follows=(
            (
                ActionKind.PLACEMENT_REVIEW,
                "Agree a regular family time and put the dates in writing",
                "Every second Sunday agreed; the dates are on the kitchen wall.",
            ),
            (
                ActionKind.FAMILY_SUPPORT,
                "Visit the relative and agree what to do if the child turns up",
                "Visited. They will ring the home at once and keep the child warm.",
            ),
        ),
    ),
    "friends": Theme(
        why=(
            "Everyone was staying out and I was the only one with a half eight curfew.",
            "{friend} was having a bad time and I’m not leaving my mate on her own.",
            "It was warm and nobody wanted to go in. I lost track, then I was already late.",
        ),
        push=(Push.BOUNDARIES,),
        pull=(Pull.FRIENDS,),
        where=(
            "{place}, then {friend}’s. Slept on the floor with all the coats on.",
            "Round {friend}’s till three and then we walked about.",
        ),
        company=(
            "{friend} and some people from school.",
            "{friend}, {friend}’s brother and a lad called Tiny who is not tiny.",
        ),
        helps=(
            "Ten o’clock at weekends and I’ll text. I will actually text.",
            "If I could ring and say I’m staying at {friend}’s without it being the police.",
        ),
        judged=("Ordinary teenage lateness; a curfew that nobody has looked at for a year.",),
        follows=(
            (
                ActionKind.SAFETY_PLAN,
                "Agree times, and whose houses are fine, with the carers",
                "Agreed: ten at weekends, a text at nine. Three addresses on the list.",
            ),
        ),
    ),
    "argument": Theme(
        why=(
            "We had a row about my phone and I said things, and then I couldn’t go back in.",
            "Mum and me were shouting. I went out so it would stop.",
            "He’s not my dad and he doesn’t get to talk to me like that.",
        ),
        push=(Push.CONFLICT,),
        pull=(Pull.FRIENDS, Pull.FAMILY),
        where=(
            "I walked to {place} and back, twice. Then {friend}’s mum let me in.",
            "My {relative}’s garden. They didn’t know I was there till morning.",
        ),
        company=("Nobody. I had my music.", "{friend}. We mostly played computer games."),
        helps=(
            "Somebody for mum to talk to. She’s got nobody.",
            "If we could have a rule that you can walk off and it doesn’t count as running away.",
        ),
        judged=("Both are worn out. Parent asked for help before and was put on a list.",),
        follows=(
            (
                ActionKind.EARLY_HELP,
                "Offer the family a worker to help with arguments at home",
                "Started: six visits agreed, mother says the first two helped.",
            ),
            (
                ActionKind.FAMILY_SUPPORT,
                "Ask the father’s side who could have the child for a night when it boils over",
                "Grandfather says any night, any hour.",
            ),
        ),
    ),
    "placement": Theme(
        why=(
            "I don’t like it here. It’s not the staff, it’s the noise and the locks.",
            "Someone went in my room again and nobody cared.",
            "They changed my keyworker and nobody told me. I found out from the rota.",
        ),
        push=(Push.UNHAPPY_WITH_PLACEMENT, Push.NOT_LISTENED_TO),
        pull=(Pull.OLD_NEIGHBOURHOOD,),
        where=(
            "I went back to where we used to live. Sat on our old wall.",
            "{place}. I like it there. You can hear the trains.",
        ),
        company=("Nobody.", "{friend}, who used to live next door."),
        helps=(
            "A lock for my drawer. And I want to be told things before they happen.",
            "To choose my keyworker. Or at least meet them first.",
        ),
        judged=("Feels that decisions are made over their head. They are right about the rota.",),
        follows=(
            (
                ActionKind.PLACEMENT_REVIEW,
                "Take what was said about the home to the placement review",
                "Raised. A lockable drawer fitted the same week; keyworker chosen by the child.",
            ),
            (
                ActionKind.ADVOCACY,
                "Offer an advocate for the next review",
                "Advocate met before the review and spoke up for the change.",
            ),
        ),
    ),
    "party": Theme(
        why=(
            "It was {friend}’s sixteenth. I wasn’t going to miss it for anyone.",
            "There was a party at {place} and everyone was going.",
        ),
        push=(Push.BOUNDARIES,),
        pull=(Pull.PARTY, Pull.FRIENDS),
        where=(
            "The party, then {friend}’s. I was sick in a plant pot. I’ve said sorry to the plant.",
            "{place}, round a fire, till about four.",
        ),
        company=("{friend}, and about thirty people I half know.",),
        happened=(
            "I drank too much cider. {friend} looked after me.",
            "Some older lads turned up so we left. Nothing happened.",
        ),
        harm=Indicator.POSSIBLE,
        harm_kinds=(Harm.ALCOHOL,),
        helps=(
            "If there was a lift home at midnight no questions asked, I’d take it.",
            "Nothing. It was a party. I’d like to go to the next one and be allowed.",
        ),
        judged=("Looked after by friends. Knows what to do next time and said so unprompted.",),
        follows=(
            (
                ActionKind.SUBSTANCE_USE,
                "A talk about drinking, with somebody the child chooses",
                "Talked with the school nurse. “She was actually funny.”",
            ),
        ),
    ),
    "low": Theme(
        why=(
            "My head was too full. I needed to walk until it was quiet.",
            "It’s a year since my grandad died and nobody remembered but me.",
            "I get this feeling on Sundays. I can’t sit in my room with it.",
        ),
        push=(Push.FEELING_LOW,),
        pull=(Pull.OTHER,),
        where=(
            "I walked along {place} to where it stops and then I walked back.",
            "The churchyard. It’s dry in the porch.",
        ),
        company=("Nobody, on purpose.", "Nobody. A man with a dog asked if I was OK. I was."),
        harm=Indicator.POSSIBLE,
        harm_kinds=(Harm.MENTAL_HEALTH,),
        happened=("Nothing happened. That was the point.", "I cried a bit. It helped, actually."),
        helps=(
            "Somebody to talk to who doesn’t write while I’m talking. You’re all right.",
            "If school could let me out of the form room when it’s too much.",
        ),
        judged=("Grief that nobody has named. Asked directly, safe tonight, and wants help.",),
        follows=(
            (
                ActionKind.CAMHS,
                "Refer to CAMHS, with the child’s own words in the letter",
                "Seen within three weeks and again since. Wants to go on.",
            ),
            (
                ActionKind.EDUCATION,
                "Ask school for a card to leave the room",
                "Card given. Used four times, no questions asked.",
            ),
        ),
    ),
    "partner": Theme(
        why=(
            "I wanted to see my boyfriend. Mum says I’m too young for a boyfriend.",
            "We’d fallen out and I had to see her, it couldn’t wait till Saturday.",
        ),
        push=(Push.BOUNDARIES, Push.CONFLICT),
        pull=(Pull.PARTNER,),
        where=(
            "His mum’s. She made us toast and then she rang my mum.",
            "We sat in {place} and talked until my phone died.",
        ),
        company=("My boyfriend and his little sisters.", "My girlfriend. Nobody else."),
        helps=(
            "If mum met him. He’s nicer than her one.",
            "If we could see each other here sometimes instead of me going.",
        ),
        judged=("A partner of the same age and a family that helped. No worry found.",),
        follows=(
            (
                ActionKind.FAMILY_SUPPORT,
                "Help mother and child agree when and where they can meet",
                "Met over a takeaway. Fridays and Sundays, home by nine.",
            ),
        ),
    ),
    "school": Theme(
        why=(
            "There’s a group who film me. I wasn’t going in and I wasn’t going home to say why.",
            "I’d been put in isolation again for the wrong shoes. So I went.",
            "They put something on the group chat. I couldn’t face the bus.",
        ),
        push=(Push.SCHOOL, Push.BULLYING),
        pull=(Pull.OTHER,),
        where=(
            "The library till it shut, and then {place}.",
            "I went round and round on the 14. The driver gave me half his sandwich.",
        ),
        company=("Nobody.", "{friend}, at lunch. She brought me a sandwich."),
        harm=Indicator.POSSIBLE,
        harm_kinds=(Harm.ONLINE,),
        happened=("Nothing out there. It’s in there that things happen.",),
        helps=(
            "Take the videos down. And move me away from them in maths.",
            "One person at school to tell. Not a form, a person.",
        ),
        judged=("The harm is at school. Had told two adults before, and nothing came of it.",),
        follows=(
            (
                ActionKind.EDUCATION,
                "Meet school about the videos and who will deal with them",
                "Taken down; the head of year has met all four families.",
            ),
        ),
    ),
    "overwhelmed": Theme(
        why=(
            "There were eight people in the house and the telly and the baby. I can’t think.",
            "It was fireworks. I told them I don’t like fireworks.",
            "The lights in the new unit buzz. Everyone says they don’t. They do.",
        ),
        push=(Push.OVERWHELMED,),
        pull=(Pull.OTHER,),
        where=(
            "My place by {place} where nobody goes. I’m not telling you which bit.",
            "In the shed. I was only in the shed.",
        ),
        company=("Nobody. That’s why it’s good.",),
        helps=(
            "Ear defenders that fit. And tell me the day before if people are coming.",
            "A place to go that counts as gone but everyone knows where it is.",
        ),
        judged=("Sensory overload. Not running away from anybody. The shed was never searched.",),
        follows=(
            (
                ActionKind.SAFETY_PLAN,
                "Agree a quiet place that everybody knows of",
                "The shed now has a heater, a lamp and a sign that says Occupied.",
            ),
        ),
    ),
    "worry": Theme(
        why=(
            "They buy you food and that and then you owe them. I had to go and sort it out.",
            "Somebody rang and said come now. You don’t say no to him.",
            "I can’t tell you all of it. I owe someone and I was trying to make it right.",
        ),
        push=(Push.OTHER,),
        pull=(Pull.DEBT, Pull.EXPLOITER),
        where=(
            "A flat. I don’t know the street. We went there in a car and it was dark.",
            "{place} first, then somebody’s car, then a takeaway that was shut.",
        ),
        company=(
            "A lad they call Sonic. He’s about twenty. Two others, I don’t know their names.",
            "An older boy from where we used to live. I’d rather not say.",
        ),
        harm=Indicator.YES,
        harm_kinds=(Harm.CRIMINAL_EXPLOITATION, Harm.THREATS),
        happened=(
            "They didn’t hit me. They said they know where my sister goes to school.",
            "I had to hold a bag. I didn’t look in it. I was scared.",
        ),
        told_police="yes",
        helps=(
            "If they couldn’t find my sister. That’s all I want sorted.",
            "A new number. And somebody to come with me when I tell the police.",
        ),
        judged=("Being drawn in through a debt that was made up. Frightened for a sister.",),
        follows=(
            (
                ActionKind.SECTION_47,
                "Strategy discussion with police about the debt and the threats",
                "Held next morning. Sister’s school told; a disruption plan is under way.",
            ),
            (
                ActionKind.NRM,
                "Refer to the National Referral Mechanism",
                "Referred, with the child’s own words. Reasonable grounds decision received.",
            ),
        ),
    ),
    "online": Theme(
        why=(
            "I’ve been talking to someone for ages and they were in town for one day.",
            "He said he was seventeen. When I saw him I went straight home.",
        ),
        push=(Push.NOT_LISTENED_TO,),
        pull=(Pull.ONLINE_CONTACT,),
        where=(
            "The station. I waited behind the flower stall so I could see first.",
            "{place}. It was busy, I made sure it was busy.",
        ),
        company=("Nobody in the end. {friend} was on the phone to me the whole time.",),
        harm=Indicator.POSSIBLE,
        harm_kinds=(Harm.ONLINE,),
        happened=(
            "He wasn’t seventeen. I turned round and left. I’ve blocked him everywhere.",
            "Nothing. We had a milkshake. But it was weird and I won’t again.",
        ),
        told_police="yes",
        helps=(
            "Not taking my phone off me. If I can’t tell you things I can’t tell you things.",
            "Somebody who knows about apps to look at it with me.",
        ),
        judged=("Had thought hard about being safe, and was. The adult is known to police now.",),
        follows=(
            (
                ActionKind.POLICE_INTELLIGENCE,
                "Give police the user name, with the child’s agreement",
                "Given. Police came back within a week: two other children named him.",
            ),
            (
                ActionKind.EXPLOITATION_TOOL,
                "Go through the exploitation screening together",
                "Done together. Not high, and to be looked at again at the review.",
            ),
        ),
    ),
    "move": Theme(
        why=(
            "They said I might be moving again. I thought if I’m going I’ll go by myself.",
            "It’s my fourth placement. I wanted to see if my old room was still there.",
        ),
        push=(Push.PLACEMENT_MOVE,),
        pull=(Pull.OLD_NEIGHBOURHOOD, Pull.BELONGING),
        where=(
            "Back at Sue’s, who I used to live with. She cried, and I got beans on toast.",
            "My old street, then {place}.",
        ),
        company=("Sue and the dogs.", "{friend}, who I used to share a room with."),
        helps=(
            "Tell me if I’m moving. Even if it’s maybe. I can do maybe.",
            "To see Sue. She isn’t family on paper but she is.",
        ),
        judged=("A former carer matters more than the plan says.",),
        follows=(
            (
                ActionKind.PLACEMENT_REVIEW,
                "Tell the child, in person, whether a move is planned",
                "Told: no move before the summer. Visits to the former carer agreed.",
            ),
        ),
    ),
    "fun": Theme(
        why=(
            "I wanted to see the sea. I’d never seen it. It’s bigger than you think.",
            "It was the away match. Two-nil. I’d do it again, sorry.",
            "I’d been offered work on the market, cash. I thought they’d say no so I didn’t ask.",
        ),
        push=(Push.BOUNDARIES,),
        pull=(Pull.WORK, Pull.OTHER),
        where=(
            "The seaside, on the train. I paid. Then I ran out so I walked a long way back.",
            "On the coach with the supporters’ club. An old lady shared her flask.",
        ),
        company=(
            "{friend}, who was also meant to be in double maths.",
            "Nobody, and it was great.",
        ),
        helps=(
            "Take me to the sea. With a coat.",
            "A Saturday job that’s allowed. I’m good at getting up, whatever they say.",
        ),
        judged=("Curiosity and not being asked what they like. Easily put right.",),
        follows=(
            (
                ActionKind.OTHER,
                "Plan the day out the child asked for",
                "Went in the half term. There is a picture of it on the fridge.",
            ),
        ),
    ),
}


def told(theme: str, rng: Random, *, is_16: bool = False, **own: str) -> dict[str, Said]:
    """A whole record: the theme's codes, and words drawn from it but for those given as `own`."""
    chosen = THEMES[theme]
    names = {
        "friend": rng.choice(FRIENDS),
        "relative": rng.choice(RELATIVES),
        "place": rng.choice(PLACES),
    }

    def words(question: str, pool: tuple[str, ...]) -> Said:
        return Said(words=own.get(question) or rng.choice(pool).format(**names))

    said = {
        "why_words": words("why_words", chosen.why),
        "push": Said(codes=chosen.push),
        "pull": Said(codes=chosen.pull),
        "where_words": words("where_words", chosen.where),
        "with_words": words("with_words", chosen.company),
        "harm": Said(codes=(chosen.harm,)),
        "harm_kinds": Said(codes=chosen.harm_kinds),
        "harm_words": words("harm_words", chosen.happened),
        "told_police": Said(codes=(chosen.told_police,)),
        "now_words": words("now_words", NOW),
        "help_words": words("help_words", chosen.helps),
        "wishes": words("wishes", WISHES),
        "stay_safe": Said(codes=("yes",), words="Childline, Runaway Helpline."),
        "present": words("present", PRESENT),
    }
    if chosen.judged and (rng.random() < 0.6 or "why_judged" in own):
        said["why_judged"] = words("why_judged", chosen.judged)
    if rng.random() < 0.05 and "wishes" not in own:
        said["wishes"] = Said(unanswered="did_not_want_to_say")
    return asked_since(chosen, said, is_16=is_16) | said


AWAY = (
    "We walked about and talked. Then it got dark and I didn’t know how to come back.",
    "Not a lot. I looked at the shops and then I had nowhere to be.",
    "It was all right till about ten. After that I just wanted a bed.",
    "I sat on a wall for ages. Somebody gave me crisps.",
)


def asked_since(chosen: Theme, so_far: dict[str, Said], *, is_16: bool) -> dict[str, Said]:
    """What the standard asks since version 1 beside what it asked before, in the same story."""
    rng = Random(so_far["why_words"].words)  # noqa: S311
    is_harmed = chosen.harm != Indicator.NO
    sexual = Harm.SEXUAL_EXPLOITATION in chosen.harm_kinds or Harm.ONLINE in chosen.harm_kinds
    criminal = Harm.CRIMINAL_EXPLOITATION in chosen.harm_kinds

    def sign(is_there: bool) -> Said:
        return Said(codes=(chosen.harm, Evidence.TOLD)) if is_there else Said(codes=(Indicator.NO,))

    def one_of(*codes: str) -> Said:
        return Said(codes=(rng.choice(codes),))

    said = {
        "agreed": one_of(Agreed.CHILD, Agreed.CHILD, Agreed.CHILD_AND_CARER),
        "competence": Said(codes=(Competence.SIXTEEN if is_16 else Competence.COMPETENT,)),
        "minutes": Said(words=str(rng.randrange(20, 80, 5))),
        "chose": one_of(Chose.CHILD, Chose.TOGETHER, Chose.TOGETHER),
        "present_kinds": one_of(Present.NOBODY, Present.NOBODY, Present.CARER, Present.FRIEND),
        "where_kinds": one_of(Stayed.FRIENDS, Stayed.FAMILY, Stayed.OUTSIDE, Stayed.SHOPS),
        "with_kinds": one_of(Company.FRIENDS, Company.ALONE, Company.FAMILY),
        "happened_words": Said(words=rng.choice(AWAY)),
        "travel": one_of(Travel.WALKED, Travel.BUS, Travel.TRAIN),
        "came_back": one_of(CameBack.SELF, CameBack.SELF, CameBack.CARER, CameBack.POLICE),
        "afraid": Said(codes=(YesNo.YES if chosen.harm == Indicator.YES else YesNo.NO,)),
        "sexual_exploitation": sign(sexual),
        "criminal_exploitation": sign(criminal),
        "health_urgent": Said(codes=(Indicator.NO,)),
        "feeling": one_of(*((Feeling.BAD, Feeling.MIXED) if is_harmed else Feeling)),
        "next_time": one_of(NextTime.SAME, NextTime.SAME, NextTime.NO_MATTER),
        "stay_safe_which": Said(codes=(StaySafe.CHILDLINE, StaySafe.MISSING_PEOPLE)),
        "told_of": Said(codes=(ToldOf.SOCIAL_WORKER, *([ToldOf.POLICE] if is_harmed else []))),
        "checked": one_of(Checked.READ_OUT, Checked.READ, Checked.DECLINED),
    }
    if so_far["with_words"].words.startswith("Nobody"):
        said["with_kinds"] = Said(codes=(Company.ALONE,))
    return {**said, "present_wish": _at_whose_wish(said["present_kinds"])}


def _at_whose_wish(present: Said) -> Said:
    is_alone = Present.NOBODY in present.codes
    return Said(codes=(AtWhoseWish.NOT_APPLICABLE if is_alone else AtWhoseWish.CHILD,))


def asked_by(standard: Standard, said: Mapping[str, Said]) -> dict[str, Said]:
    """What of it this version has a question for."""
    asked = {question.key for question in standard.questions}
    return {key: one for key, one in said.items() if key in asked}


def without(said: dict[str, Said], *questions: str) -> dict[str, Said]:
    """The same record while it is still being written: these questions have no answer yet."""
    return {question: one for question, one in said.items() if question not in questions}


def with_codes(said: dict[str, Said], question: str, *codes: str) -> dict[str, Said]:
    return said | {question: replace(said[question], codes=codes)}
