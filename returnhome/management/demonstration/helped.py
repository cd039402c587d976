"""Needs and help in the demonstration: two lists, help that came, and a need with nothing."""

from datetime import datetime, timedelta

from returnhome.casework import mentions, needs, services
from returnhome.casework.mentions import Told
from returnhome.casework.models import HelpOffered, Interview, Need, Service
from returnhome.management.demonstration.known import NORTH, WEST
from returnhome.management.demonstration.telling import Teller, by_day
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Means
from returnhome.rules.helping import NeedKind, NoHelpReason, NotTakenUpReason, PassedTo
from returnhome.rules.mentioning import Expectation, MentionKind, PlaceKind, Reliability
from returnhome.rules.services import Described
from returnhome.rules.standard.parts import SaidBy

# Name, who gives it, what it is, ages, telephone, what it helps with. All invented.
LISTS = {
    NORTH: (
        (
            "Talking Room",
            "Northshire Young Minds",
            "Counselling for young people, by themselves or with somebody they trust. No doctor’s "
            "letter is needed. The wait is about three weeks.",
            (11, 19),
            "01632 960101",
            (NeedKind.FEELING, NeedKind.FRIENDS),
        ),
        (
            "Ringside",
            "Northtown Boxing Club",
            "Boxing and fitness on Tuesdays and Fridays. Kit is there. The coach rings if somebody "
            "who is expected does not come.",
            (9, 18),
            "01632 960102",
            (NeedKind.ACTIVITIES, NeedKind.FEELING),
        ),
        (
            "Lifts to Family",
            "Northshire Volunteer Drivers",
            "Drivers who take children to see parents, brothers, sisters and grandparents.",
            (None, 18),
            "01632 960103",
            (NeedKind.FAMILY,),
        ),
        (
            "Way Out",
            "The Lantern Trust",
            "Workers who stay alongside young people who are being used by others, for as long as "
            "it takes.",
            (10, 25),
            "01632 960104",
            (NeedKind.EXPLOITATION, NeedKind.SAFETY, NeedKind.MONEY),
        ),
        (
            "Heard",
            "Northshire Advocacy",
            "An advocate who helps a child in care to say what they want, and goes to meetings.",
            (None, 25),
            "01632 960105",
            (NeedKind.LISTENED_TO, NeedKind.PLACEMENT, NeedKind.RIGHTS),
        ),
        (
            "At Home Together",
            "Northshire Early Help",
            "A worker who comes when there are rows, and talks with each and with all.",
            (8, 17),
            "01632 960106",
            (NeedKind.HOME,),
        ),
        (
            "Straight Talk",
            "Northshire Public Health",
            "Alcohol and drugs: advice and a worker. Nobody is told behind anybody’s back.",
            (12, 18),
            "01632 960107",
            (NeedKind.SUBSTANCES, NeedKind.HEALTH),
        ),
        (
            "Back to School",
            "Northshire Virtual School",
            "Finds a way back into school, or another school, with the child.",
            (5, 18),
            "01632 960108",
            (NeedKind.SCHOOL,),
        ),
    ),
    WEST: (
        (
            "Westborough Drop-in",
            "Westborough Youth Service",
            "Open every evening. Food, a washing machine, and somebody to talk to.",
            (11, 19),
            "01632 960201",
            (NeedKind.ACTIVITIES, NeedKind.FEELING, NeedKind.FRIENDS),
        ),
        (
            "First Step Legal",
            "Westborough Law Centre",
            "Free advice on status, care and housing for anybody under 25.",
            (None, 25),
            "01632 960202",
            (NeedKind.RIGHTS,),
        ),
    ),
}
KEEPERS = {NORTH: "mara", WEST: "wes"}


def tell(teller: Teller) -> None:
    listed = _lists(teller)
    _kian_boxes_again(teller, listed)
    _sky_is_driven_to_her_nan(teller, listed)
    _kits_mother_said_no_once(teller, listed)
    _nobody_has_seen_to_hopes_sister(teller, listed)
    _leon_was_passed_on(teller)
    _kian_told_of_a_man_and_a_car(teller)
    _sky_told_of_her_nan(teller)


def _lists(teller: Teller) -> dict[str, Service]:
    at = teller.ago(24 * 200)
    return {
        name: services.add(
            teller.places.authorities[council],
            Described(
                name=name,
                organisation=organisation,
                description=description,
                phone=phone,
                url=f"https://www.{name.lower().replace(' ', '-')}.example",
                town="Northtown" if council == NORTH else "Westborough",
                minimum_age=ages[0],
                maximum_age=ages[1],
                helps_with=tuple(kind for kind in NeedKind if kind in helps_with),
            ),
            by=teller.people[KEEPERS[council]],
            at=at,
        )
        for council, rows in LISTS.items()
        for name, organisation, description, ages, phone, helps_with in rows
    }


def _last(teller: Teller, child: str) -> Interview:
    signed = Interview.objects.filter(child=teller.children[child], signed_at__isnull=False)
    return signed.select_related("interviewer").order_by("-held_at")[0]


class Helped:
    """One need from an interview and what was done about it, each step some hours later."""

    def __init__(self, teller: Teller, interview: Interview, by: str) -> None:
        self.teller, self.interview, self.by = teller, interview, teller.people[by]
        assert interview.signed_at
        self.at = interview.signed_at
        self.need: Need
        self.help: HelpOffered

    def _later(self, hours: float) -> datetime:
        self.at = min(max(by_day(self.at + timedelta(hours=hours)), self.at), self.teller.now)
        return self.at

    def named(self, kind: NeedKind, words: str, *, said_by: SaidBy = SaidBy.CHILD) -> "Helped":
        self.need = needs.name(
            self.interview,
            kind,
            words,
            said_by=said_by,
            by=self.interview.interviewer,
            at=self._later(0.2),
        )
        return self

    def offered(self, service: Service, more: str = "", after: float = 4) -> "Helped":
        at = self._later(after)
        self.help = needs.offer_help(
            self.need,
            service=service,
            what=more,
            means=Means.TELEPHONE,
            offered_on=at.astimezone(LONDON).date(),
            by=self.by,
            at=at,
        )
        return self

    def taken_up(self, outcome: str, after: float) -> "Helped":
        needs.note_outcome(self.help, outcome, by=self.by, at=self._later(after))
        return self

    def not_taken_up(self, reason: NotTakenUpReason, words: str, after: float = 20) -> "Helped":
        needs.hear(
            self.help,
            is_taken_up=False,
            reason=reason,
            words=words,
            by=self.by,
            at=self._later(after),
        )
        return self

    def left(self, reason: NoHelpReason, note: str, after: float = 6) -> "Helped":
        needs.leave(self.need, reason, note=note, by=self.by, at=self._later(after))
        return self

    def passed_on(self, to: PassedTo, who: str, after: float = 3) -> "Helped":
        at = self._later(after)
        day = at.astimezone(LONDON).date()
        needs.pass_on([self.need], to, who, passed_on=day, by=self.by, at=at)
        return self


def _kian_boxes_again(teller: Teller, listed: dict[str, Service]) -> None:
    helped = Helped(teller, _last(teller, "kian"), "sol")
    helped.named(NeedKind.ACTIVITIES, "To box again. I was good at it.")
    helped.offered(listed["Ringside"], "The subs are paid until Easter.")
    helped.taken_up("Trains on Tuesdays and Fridays, and has not missed one.", 24 * 20)


def _sky_is_driven_to_her_nan(teller: Teller, listed: dict[str, Service]) -> None:
    helped = Helped(teller, _last(teller, "sky"), "sol")
    helped.named(NeedKind.FAMILY, "The second Sunday. Then I’ll believe the third one.")
    helped.offered(listed["Lifts to Family"], "Both Sundays of this month.")
    helped.taken_up("Driven there and back last Sunday; Nan gave the driver a cake.", 24 * 5)
    asked = Helped(teller, helped.interview, "sol")
    asked.named(NeedKind.LISTENED_TO, "That somebody asks me before they change the list.")
    asked.offered(listed["Heard"], after=7).passed_on(
        PassedTo.REVIEW, "Irma Hale, independent reviewing officer", after=24
    )


def _kits_mother_said_no_once(teller: Teller, listed: dict[str, Service]) -> None:
    helped = Helped(teller, _last(teller, "kit"), "nadia")
    helped.named(NeedKind.HOME, "Somebody to come when it’s about to be a row, not after.")
    helped.offered(listed["At Home Together"])
    helped.not_taken_up(NotTakenUpReason.PARENT_DECLINED, "“We manage.” Asked again on Friday.")
    helped.offered(listed["At Home Together"], "With grandad there, as Kit’s mum asked.", 24)
    coat = Helped(teller, helped.interview, "nadia")
    coat.named(NeedKind.MONEY, "A coat that fits.", said_by=SaidBy.WORKER)
    coat.left(NoHelpReason.HAS_HELP, "Grandad bought him one on Saturday.")


def _nobody_has_seen_to_hopes_sister(teller: Teller, listed: dict[str, Service]) -> None:
    helped = Helped(teller, _last(teller, "hope"), "sol")
    helped.named(NeedKind.FAMILY, "Sundays, with my sister and the baby.")
    helped.offered(listed["Lifts to Family"])
    Helped(teller, helped.interview, "sol").named(
        NeedKind.OTHER, "Somebody to show my sister how to do the car seat."
    )


def _leon_was_passed_on(teller: Teller) -> None:
    helped = Helped(teller, _last(teller, "leon"), "wes")
    helped.named(NeedKind.FEELING, "Somewhere quiet to go when it is too loud.")
    helped.passed_on(PassedTo.EARLY_HELP, "Westborough Early Help, the Tuesday panel")


# What was told of.


def _noted(teller: Teller, child: str, *said: tuple[MentionKind, Told]) -> None:
    talk = _last(teller, child)
    assert talk.signed_at
    for kind, told in said:
        mentions.note(talk, kind, told, by=talk.interviewer, at=talk.signed_at)


def _kian_told_of_a_man_and_a_car(teller: Teller) -> None:
    between_us, not_from_me = Expectation.BETWEEN_US, Expectation.NOT_THAT_I_SAID_IT
    _noted(
        teller,
        "kian",
        (
            MentionKind.PERSON,
            Told(
                nickname="Big Sam",
                relationship="Gave him the phone",
                age="about 25",
                description="Tall, a scar through one eyebrow, always the same green coat",
                reliability=Reliability.SEEN,
                expectation=not_from_me,
            ),
        ),
        (
            MentionKind.VEHICLE,
            Told(
                registration="ZZ99 ZZZ",
                make="Vauxhall Corsa",
                colour="silver",
                reliability=Reliability.SEEN,
                expectation=Expectation.MAY_BE_PASSED_ON,
            ),
        ),
        (
            MentionKind.PHONE,
            Told(number="07700 900461", name="Big Sam", expectation=between_us),
        ),
        (
            MentionKind.PLACE,
            Told(
                name="The flat over the chip shop",
                place_kind=PlaceKind.HOME,
                address="Marsh Green",
                reliability=Reliability.SEEN,
                expectation=not_from_me,
            ),
        ),
    )
    # The same man, in another child's account.
    _noted(
        teller,
        "deshawn",
        (MentionKind.PERSON, Told(nickname="Big Sam", age="20 to 30")),
        (MentionKind.HANDLE, Told(name="@bigsam_mg", platform="Snapchat")),
        (
            MentionKind.PLACE,
            Told(
                name="The flat over the chip shop",
                address="Marsh Green",
                sentence="There’s a flat, over the chip shop. You don’t have to knock.",
                reliability=Reliability.SEEN,
            ),
        ),
    )
    # His car, and a name that is perhaps his: whether it is, a person says.
    car = "A silver Corsa, all Zs. I thought that was funny. He drove me to the retail park."
    _noted(
        teller,
        "kit",
        (MentionKind.PERSON, Told(nickname="Big Sammy", relationship="Gave him a lift")),
        (
            MentionKind.VEHICLE,
            Told(
                registration="ZZ99 ZZZ",
                colour="silver",
                sentence=car,
                reliability=Reliability.SEEN,
                expectation=not_from_me,
            ),
        ),
    )
    # In another council; each is told only whom to ask.
    _noted(teller, "leon", (MentionKind.VEHICLE, Told(registration="ZZ99ZZZ")))


def _sky_told_of_her_nan(teller: Teller) -> None:
    _noted(
        teller,
        "sky",
        (
            MentionKind.PERSON,
            Told(
                name="Nan",
                relationship="Her grandmother",
                sentence="I got two buses and a lift from the lady from church, she knows me.",
                reliability=Reliability.SEEN,
                expectation=Expectation.MAY_BE_PASSED_ON,
            ),
        ),
    )
