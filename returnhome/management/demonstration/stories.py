"""The stories of the demonstration that are still going on: each shows one thing that happens."""

from returnhome.casework import communications, episodes, tellings, together
from returnhome.casework.interviews import Said
from returnhome.casework.models import Episode
from returnhome.management.demonstration.telling import MINUTE, Teller, by_day
from returnhome.rules.clock import DATE_ONLY, Moment, estimated
from returnhome.rules.codes import (
    ActionKind,
    DeclinedBy,
    EpisodeKind,
    Harm,
    Indicator,
    Means,
    Mode,
    NotHeldReason,
    Place,
    Reached,
    RiskGrade,
    Understood,
    WayToChild,
)
from returnhome.rules.standard.parts import Evidence

HOME_SAYS = "Larchwood House"


def tell(teller: Teller) -> None:
    """Every story, the oldest first."""
    for story in STORIES:
        story(teller)


# Kian: nine times in twelve months, and what was learnt on the way.

KIAN = (
    # Days ago, hours missing, theme, and what he said of why and of what would help.
    (338.3, 9, "friends", "It was hot and they were all at the canal.", "A later time in summer."),
    (296.6, 14, "placement", "New staff, new rules. Nobody asked us.", "Ask us first."),
    (251.2, 7, "friends", "My cousin was over from Ireland. I wasn’t going to sit in.", "A lift."),
    (
        207.4,
        26,
        "family",
        "It was my mum’s anniversary. I go to the grave.",
        "Come with me next time.",
    ),
    (
        154.7,
        11,
        "worry",
        "A lad gave me a phone. Then he wanted it paid for.",
        "Take the phone off me.",
    ),
    (
        112.1,
        31,
        "worry",
        "They came to the gate. It was easier to go.",
        "A different gate. A new number.",
    ),
    (71.5, 8, "low", "I couldn’t be in my head in that room.", "To box again. I was good at it."),
)


# In the last of them, of which he told whose the phone was.
STILL_RINGS = {
    "harm_kinds": Said(codes=(Harm.MENTAL_HEALTH, Harm.CRIMINAL_EXPLOITATION)),
    "criminal_exploitation": Said(
        codes=(Indicator.POSSIBLE, Evidence.TOLD),
        words="He still rings, the one with the phone. I don’t pick up. I walked so I wouldn’t.",
    ),
}


def kian_keeps_going(teller: Teller) -> None:
    for days, hours, theme, why, helps in KIAN:
        tale = teller.of("kian", by="bryn" if days > 200 else "amina")
        risk = RiskGrade.HIGH if theme == "worry" else RiskGrade.MEDIUM
        tale.missing(hours, back=days * 24, risk=risk)
        tale.offered(3).accepted(0.5).talked("pat", 22, place=Place.OUTDOORS)
        tale.recorded(theme, why_words=why, help_words=helps)
        if theme == "low":
            tale.wrote(STILL_RINGS, after=0.1)
        tale.signed(14)
        if theme == "family":
            tale.act(
                ActionKind.PLACEMENT_REVIEW,
                "Put the anniversary into the care plan: somebody goes with Kian",
                due_in=14 - int(days),
            )
            tale.done("In the plan. He has chosen who comes and what flowers.", 90)
        elif theme == "worry":
            tale.act(
                ActionKind.SECTION_47,
                "Strategy discussion: the phone, the debt, the gate",
                due_in=5 - int(days),
            )
            tale.done("Held within the day. Police have the number; the gate has a camera.", 20)
        elif theme == "low":
            tale.act(
                ActionKind.OTHER,
                "Get Kian back to the boxing club, and pay the subs",
                due_in=21 - int(days),
            )
            tale.done("Trains on Tuesdays and Fridays. Coach rings if he isn’t there.", 200)
        else:
            tale.nothing_needed("In the plan already; talked over with Kian and his keyworker.")


def kian_is_missing_again_before_his_interview(teller: Teller) -> None:
    tale = teller.of("kian").missing(10, back=58, source=HOME_SAYS)
    tale.offered(3, note="He rang us himself.").accepted(0.2)
    tale.booked(
        "pat", teller.today(17), place=Place.OUTDOORS, wishes="Pat, and walking not sitting"
    )
    teller.of("kian").missing(7, risk=RiskGrade.HIGH, source=HOME_SAYS).taken_on(0.5)


# Still missing, and away.


def lena_is_missing_from_a_placement_in_our_area(teller: Teller) -> None:
    teller.of("lena", by="wes").missing(20).taken_on(3)


def petra_is_missing_and_nobody_elses_business(teller: Teller) -> None:
    teller.of("petra", by="owen").missing(15).taken_on(1)


def tegan_is_at_her_aunts(teller: Teller) -> None:
    teller.of("tegan").missing(26, kind=EpisodeKind.AWAY, risk=RiskGrade.LOW, source=HOME_SAYS)


def kian_went_to_find_tegan(teller: Teller) -> None:
    pair = [
        Episode.objects.get(child=teller.children[key], ended_at=None) for key in ("tegan", "kian")
    ]
    together.link(
        *pair,
        because="Larchwood House: he said at the door that he would bring her back.",
        by=teller.people["amina"],
        at=teller.ago(5),
    )


# Nobody has accepted yet.


def aleena_came_home_and_nobody_has_taken_it_on(teller: Teller) -> None:
    teller.of("aleena").missing(11, back=5)


def adaeze_came_home_and_nobody_has_taken_it_on(teller: Teller) -> None:
    teller.of("adaeze", by="wes").missing(6, back=9)


def tomos_is_placed_with_us_by_westborough(teller: Teller) -> None:
    teller.of("tomos", by="wes").missing(13, back=12)


def ollie_has_waited_past_the_72_hours(teller: Teller) -> None:
    teller.of("ollie", by="wes").missing(8, back=77)


# Over 72 hours.


def yusuf_was_offered_and_has_not_answered(teller: Teller) -> None:
    tale = teller.of("yusuf").missing(9, back=80)
    tale.offered(20, means=Means.IN_PERSON, reached=Reached.CARER, note="His sister will ask him")


def harriet_is_on_the_list_of_somebody_on_leave(teller: Teller) -> None:
    tale = teller.of("harriet", by="bryn").missing(12, back=98)
    tale.taken_on(4).tried(Means.TELEPHONE, "Number not in use", 2)


def corey_said_yes_to_somebody_on_leave(teller: Teller) -> None:
    tale = teller.of("corey", by="bryn").missing(15, back=75, risk=RiskGrade.HIGH)
    tale.offered(2, means=Means.IN_PERSON, note="Wants Joe again").accepted(0.1)


def bryony_is_waiting_for_somebody_on_leave(teller: Teller) -> None:
    teller.of("bryony", by="bryn").missing(6, back=64).taken_on(3)


# Runs out today.


def imanis_time_runs_out_today(teller: Teller) -> None:
    tale = teller.of("imani").missing(8, back=teller.before_midnight(0.35))
    tale.offered(6).accepted(18)


def lucas_time_runs_out_today(teller: Teller) -> None:
    tale = teller.of("luca").missing(5, back=teller.before_midnight(0.6))
    tale.offered(24, means=Means.THROUGH_CARER, reached=Reached.CARER)


def priyas_time_runs_out_today(teller: Teller) -> None:
    tale = teller.of("priya").missing(10, back=teller.before_midnight(0.8))
    tale.taken_on(5).tried(Means.TELEPHONE, "At school; the home will ask her to ring", 22)


# Booked: today, tomorrow, and this morning.


def zuzanna_is_booked_today(teller: Teller) -> None:
    tale = teller.of("zuzanna").missing(18, back=44)
    tale.offered(3).accepted(1)
    tale.booked("ines", teller.today(15), place=Place.SCHOOL, wishes="Not in the isolation room")


def jakub_says_not_now(teller: Teller) -> None:
    tale = teller.of("jakub").missing(4, back=30)
    tale.offered(4).not_now("“Ask me after the match on Thursday.”")


def dominic_is_booked_tomorrow(teller: Teller) -> None:
    tale = teller.of("dominic").missing(22, back=33, risk=RiskGrade.HIGH)
    tale.offered(2, note="Remembered Ines from last time").accepted(0.1)
    communications.note(
        tale.child,
        language="",
        needs_interpreter=False,
        helps="Talks side by side, not face to face. Short sentences, and time to answer.",
        not_safe="His brother reads his messages: ring, and say no more than “it’s Ines”.",
        by=tale.by,
        at=tale.at,
    )
    episode = Episode.objects.get(pk=tale.episode.pk)
    tellings.note_prevention_interview(
        episode,
        held=episode.returned or episode.found,
        by_whom="Northshire Police, the officer who brought him home",
        learnt="He owed somebody money, and would not say whom. He was not hurt.",
        by=tale.by,
        at=tale.at,
    )
    tale.checked_in(
        "ines",
        "“I’m fine. I’ve been up two nights. Can I just sleep?”",
        fuller="With Ines, in the car; his brother was in the room",
        fuller_at=teller.on(1, 9, 30),
    )
    tale.booked("ines", teller.on(1, 9, 30), place=Place.CAR, wishes="To drive about, not to sit")


def ruby_was_booked_for_this_morning(teller: Teller) -> None:
    tale = teller.of("ruby").missing(4, back=47)
    tale.offered(2, means=Means.IN_PERSON).accepted(0.3)
    tale.booked("joe", teller.ago(2.5), place=Place.FAMILY_HOME, wishes="Her mum in the next room")


def malik_is_booked_with_the_provider(teller: Teller) -> None:
    tale = teller.of("malik").missing(9, back=40)
    tale.offered(3).accepted(2)
    tale.booked("dele", teller.today(16), place=Place.PLACEMENT)


def robin_is_booked_with_the_provider_tomorrow(teller: Teller) -> None:
    tale = teller.of("robin").missing(5, back=26)
    tale.offered(3).accepted(0.2)
    tale.booked("pat", teller.on(1, 11), place=Place.OUTDOORS, wishes="Pat, and the dog")


def deshawn_is_booked_out_of_area(teller: Teller) -> None:
    tale = teller.of("deshawn").missing(17, back=29)
    tale.offered(4).accepted(1)
    tale.booked(
        "joe", teller.on(1, 13), place=Place.YOUTH_CENTRE, note="The one by the station, room 2"
    )


def samuel_needs_an_interpreter(teller: Teller) -> None:
    tale = teller.of("samuel").missing(40, back=50, risk=RiskGrade.HIGH)
    tale.offered(5, means=Means.IN_PERSON, note="With a Tigrinya interpreter").accepted(0.1)
    tale.act(
        ActionKind.NRM,
        "Think of trafficking: he was met at the station by somebody he will not name",
        owner="nadia",
        due_in=1,
        after=0.2,
    )
    tale.booked(
        "joe",
        teller.on(1, 16),
        place=Place.PLACEMENT,
        wishes="An interpreter who is not from his town",
    )


def mina_is_booked_in_westborough_today(teller: Teller) -> None:
    tale = teller.of("mina", by="wes").missing(6, back=28)
    tale.offered(2).accepted(0.2).booked("freya", teller.today(16), place=Place.SCHOOL)


def gwen_is_booked_in_westborough_tomorrow(teller: Teller) -> None:
    tale = teller.of("gwen", by="wes").missing(3, back=35)
    tale.offered(3, reached=Reached.CARER).accepted(3)
    tale.booked("freya", teller.on(1, 10), place=Place.FAMILY_HOME)


def archie_is_booked_in_eastmoor(teller: Teller) -> None:
    tale = teller.of("archie", by="owen").missing(7, back=20)
    tale.offered(2).accepted(0.2).booked("beth", teller.on(1, 14), place=Place.SCHOOL)


# A return that is not known, not exact, or wrong at first.


def noah_was_found_and_nobody_knows_when_he_got_back(teller: Teller) -> None:
    tale = teller.of("noah").missing(5, found=30)
    tale.taken_on(2).tried(Means.TELEPHONE, "The home’s line was engaged", 1)


def reeces_return_is_known_by_the_day_only(teller: Teller) -> None:
    tale = teller.of("reece").missing(9, back=92, precision=DATE_ONLY)
    tale.offered(3).accepted(1).talked("ines", 50, place=Place.OFFICE)
    tale.recorded(
        "family",
        why_words="To see my brother play. I stood behind the hedge so he wouldn’t get in trouble.",
        with_words="Nobody. I didn’t talk to him. He scored.",
        help_words="You were going to ask if we could meet. Did you ask?",
        wishes="Don’t tell anyone where I live. Tell my brother I saw the goal.",
    ).signed(10)


def amelies_return_is_an_estimate(teller: Teller) -> None:
    tale = teller.of("amelie").missing(28, back=95, precision=estimated(480))
    tale.offered(3).accepted(1)
    # Three days after a return that may have been eight hours earlier or later.
    tale.booked("ines", by_day(teller.ago(95 - 66)), place=Place.PLACEMENT).held()
    tale.recorded(
        "move",
        leaving_out=("wishes", "stay_safe", "present", "present_kinds", "help_words"),
        why_words="I’d heard them say placement and review and end. I heard it through the wall.",
        where_words="On the coach as far as it went. I wanted to see Sue but I fell asleep.",
    )


def deshawn_came_back_earlier_than_was_said(teller: Teller) -> None:
    tale = teller.of("deshawn").missing(9, back=8.2 * 24)
    tale.offered(3).accepted(1)
    episode = Episode.objects.get(pk=tale.episode.pk)
    assert episode.returned_at
    tale.episode = episodes.correct(
        episode,
        "returned",
        Moment(episode.returned_at - 50 * MINUTE),
        because="The home’s night log has the time he rang the bell",
        by=tale.by,
        at=tale.step(2),
    )
    tale.talked("joe", 24, place=Place.PUBLIC_PLACE).recorded("fun").signed(9)
    tale.nothing_needed("He told the home himself where he would be next time.", after=30)


def ruby_was_never_missing(teller: Teller) -> None:
    tale = teller.of("ruby").missing(2, back=11.8 * 24)
    episodes.void(
        tale.episode,
        because="She was at the after-school club all along; the register was wrong",
        by=tale.by,
        at=tale.step(18),
    )


# Declined, and not reached.


def caitlin_declined(teller: Teller) -> None:
    tale = teller.of("caitlin").missing(10, back=46)
    tale.offered(4).declined(
        DeclinedBy.CHILD, "“I was at Nan’s with Rory, ask him, he likes talking.”"
    )
    tale.spoken_to("Ines Okafor")
    tale.understood(
        Understood.ABLE, "Knew what the talk is for, and asked whether she could change her mind."
    )


def ewans_mother_declined_and_he_is_still_to_be_reached(teller: Teller) -> None:
    tale = teller.of("ewan").missing(7, back=31)
    tale.offered(3, reached=Reached.CARER).declined(
        DeclinedBy.PARENT_OR_CARER, "Mother says he has talked enough."
    )
    tale.not_spoken_to("He was asleep, and his mother would not wake him")
    tale.carer_asked("His mother", "“It’s that crowd at the station. Ask them, not him.”", 1)
    tale.reached_nobody(WayToChild.SCHOOL, "Not in today; his form tutor will ask him", 14)


def nells_grandmother_declined_and_nobody_has_asked_nell(teller: Teller) -> None:
    tale = teller.of("nell", by="wes").missing(5, back=20)
    tale.offered(2, reached=Reached.CARER).declined(
        DeclinedBy.PARENT_OR_CARER, "Grandmother says she is settled and should be left."
    )


def rory_went_with_his_sister(teller: Teller) -> None:
    tale = teller.of("rory").missing(10, back=46)
    tale.offered(4, reached=Reached.CARER).accepted(1)
    tale.talked("joe", 18, place=Place.SCHOOL).recorded(
        "argument",
        why_words="They were shouting so Caitlin said get your coat. She always says it.",
        where_words="Nan’s. She made us egg and chips at eleven at night.",
        with_words="Caitlin and Nan. And Biscuit, that’s the dog.",
        help_words="If they could do the shouting when we’re at school.",
        wishes="Caitlin can know. I said I’d talk so she didn’t have to.",
    ).signed(5)


def sanjits_father_declined_and_another_way_was_tried(teller: Teller) -> None:
    tale = teller.of("sanjit").missing(14, back=55)
    tale.offered(3, reached=Reached.CARER).declined(
        DeclinedBy.PARENT_OR_CARER, "Father says it is a family matter."
    )
    tale.offered(20, means=Means.THROUGH_PROFESSIONAL, note="Head of year asked him at school")
    tale.not_now("“Maybe. Not at home, and not on a Friday.”", 0.5)


def femi_could_not_be_reached(teller: Teller) -> None:
    tale = teller.of("femi").missing(6, back=6.8 * 24)
    tale.taken_on(2).tried(Means.TELEPHONE, "Rang out", 3)
    tale.tried(Means.TEXT, "Text with the link", 18)
    tale.tried(Means.IN_PERSON, "Nobody in; card left", 30)
    tale.not_held(NotHeldReason.NOT_CONTACTABLE, after=40)


# One interview for two episodes.


def hope_spoke_once_for_both(teller: Teller) -> None:
    first = teller.of("hope").missing(8, back=6.5 * 24)
    first.offered(4).accepted(1)
    first.booked("joe", first.later(45), place=Place.SCHOOL)
    tale = teller.of("hope").missing(12, back=4.2 * 24)
    first.at = tale.at
    first.not_held(NotHeldReason.MISSING_AGAIN, "Missing again the evening before")
    tale.offered(5).accepted(0.5)
    tale.booked(
        "joe",
        teller.on(-3, 14),
        place=Place.PUBLIC_PLACE,
        covering=(first.episode,),
        wishes="Both times in one go, and a hot chocolate",
    ).held()
    tale.recorded(
        "family",
        why_words="Same reason both times. My sister had her baby and I’m an auntie and nobody "
        "would take me.",
        where_words="The hospital, and then the hospital again because the first time they’d gone.",
        with_words="My sister and the baby. He’s called Tendai and he’s very small.",
        help_words="Sundays. And somebody to show my sister how to do the car seat.",
    ).signed(4)
    tale.act(
        ActionKind.FAMILY_SUPPORT,
        "Sundays with her sister and the baby: agree who drives",
        due_in=2,
        after=8,
    )


# Eighteen since.


def jade_turned_eighteen_while_she_was_away(teller: Teller) -> None:
    tale = teller.of("jade").missing(76, back=22, is_told_at_once=True)
    tale.taken_on(2).act(
        ActionKind.ADULT_PATHWAY,
        "Personal adviser to see Jade this week: somewhere to stay, and someone to talk to",
        due_in=3,
        after=3,
    )


# Written, signed, acted on: or not yet.


def sky_is_owed_an_action(teller: Teller) -> None:
    tale = teller.of("sky").missing(31, back=9.4 * 24)
    tale.offered(3).accepted(1).talked("ines", 26, place=Place.PUBLIC_PLACE)
    tale.recorded(
        "family",
        why_words="You said two Sundays. There was one Sunday. I can count.",
        where_words="Nan’s. I got two buses and a lift from the lady from church, she knows me.",
        with_words="Nan. She said the same as you’re going to say.",
        harm_words="Nothing happened. I’m careful. I sat by the driver.",
        now_words="I’m OK. I’m cross, but OK.",
        help_words="The second Sunday. Then I’ll believe the third one.",
        wishes="Tell Sol I’m not cross with him. I’m cross with the list.",
        why_judged="A promise about family time was half kept. She goes to a safe place by a long "
        "way round.",
    ).signed(6)
    tale.act(
        ActionKind.PLACEMENT_REVIEW,
        "Write down the Sundays with her nan until Easter, and give Sky the paper",
        due_in=-2,
    )
    tale.done("Printed, and stuck in her diary with her.", 60)
    tale.act(
        ActionKind.FAMILY_SUPPORT,
        "Ask nan whether Sky can stay the night once a month, and arrange the checks",
        due_in=-1,
        after=1,
    )
    tale.added("Sky rang: nan’s number has changed. The new one is with the duty desk.")


def kit_is_owed_an_action(teller: Teller) -> None:
    tale = teller.of("kit").missing(5, back=4.9 * 24)
    tale.offered(3).accepted(0.2).talked("ines", 20, place=Place.SCHOOL)
    tale.recorded(
        "argument",
        why_words="It wasn’t a row this time. It was before a row. I went out so there wouldn’t be "
        "one. You said that’s allowed.",
        where_words="Round the block, eleven times. Then the chip shop, for the light.",
        help_words="A note on the fridge that says he is on a walk. I’ll do the drawing.",
    ).signed(8)
    tale.act(
        ActionKind.SAFETY_PLAN,
        "Put “a walk round the block” into the plan with Kit and his mum, and tell police",
        owner="nadia",
        due_in=1,
    )


def malik_has_been_written_down_by_half(teller: Teller) -> None:
    tale = teller.of("malik").missing(8, back=4.4 * 24)
    tale.offered(3).accepted(1).talked("pat", 25, place=Place.CAR)
    tale.recorded("friends", leaving_out=("help_words", "wishes", "present", "present_kinds"))


def leon_was_interviewed_by_telephone(teller: Teller) -> None:
    tale = teller.of("leon", by="wes").missing(11, back=3.8 * 24)
    tale.offered(3).accepted(0.5)
    tale.booked(
        "freya",
        tale.later(20),
        place=Place.NOT_IN_PERSON,
        mode=Mode.TELEPHONE,
        wishes="To talk without being looked at",
    ).held()
    tale.recorded("overwhelmed").signed(6)


def sky_is_back_since_last_night(teller: Teller) -> None:
    tale = teller.of("sky").missing(19, back=14)
    tale.offered(3, note="She asked whether it would be Ines").accepted(0.1)


STORIES = (
    kian_keeps_going,
    ruby_was_never_missing,
    sky_is_owed_an_action,
    deshawn_came_back_earlier_than_was_said,
    femi_could_not_be_reached,
    hope_spoke_once_for_both,
    kit_is_owed_an_action,
    malik_has_been_written_down_by_half,
    harriet_is_on_the_list_of_somebody_on_leave,
    reeces_return_is_known_by_the_day_only,
    amelies_return_is_an_estimate,
    leon_was_interviewed_by_telephone,
    yusuf_was_offered_and_has_not_answered,
    ollie_has_waited_past_the_72_hours,
    corey_said_yes_to_somebody_on_leave,
    imanis_time_runs_out_today,
    lucas_time_runs_out_today,
    priyas_time_runs_out_today,
    bryony_is_waiting_for_somebody_on_leave,
    kian_is_missing_again_before_his_interview,
    sanjits_father_declined_and_another_way_was_tried,
    samuel_needs_an_interpreter,
    ruby_was_booked_for_this_morning,
    caitlin_declined,
    ewans_mother_declined_and_he_is_still_to_be_reached,
    nells_grandmother_declined_and_nobody_has_asked_nell,
    rory_went_with_his_sister,
    zuzanna_is_booked_today,
    malik_is_booked_with_the_provider,
    gwen_is_booked_in_westborough_tomorrow,
    dominic_is_booked_tomorrow,
    jakub_says_not_now,
    noah_was_found_and_nobody_knows_when_he_got_back,
    deshawn_is_booked_out_of_area,
    mina_is_booked_in_westborough_today,
    robin_is_booked_with_the_provider_tomorrow,
    tegan_is_at_her_aunts,
    jade_turned_eighteen_while_she_was_away,
    lena_is_missing_from_a_placement_in_our_area,
    archie_is_booked_in_eastmoor,
    petra_is_missing_and_nobody_elses_business,
    sky_is_back_since_last_night,
    tomos_is_placed_with_us_by_westborough,
    adaeze_came_home_and_nobody_has_taken_it_on,
    aleena_came_home_and_nobody_has_taken_it_on,
    kian_went_to_find_tegan,
)
