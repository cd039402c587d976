"""What was shared in the demonstration, and what came of it: by the product's own verbs."""

from dataclasses import replace
from datetime import datetime

from returnhome.casework import asks, one_time_links, receiving, shares, staff
from returnhome.casework.asks import Sought
from returnhome.casework.models import Episode, Interview, Organisation, Share
from returnhome.casework.shares import LineDecided, Said
from returnhome.management.demonstration.telling import HOUR, Teller, to_minute
from returnhome.rules.intelligence import PoliceAnswer
from returnhome.rules.knowing import SignedInBy
from returnhome.rules.marking import MarkKind
from returnhome.rules.one_time_links import CodeWay
from returnhome.rules.sharing import MarkDecision, Openness, Purpose, Recipient, ShareItem


def tell(teller: Teller) -> None:
    _the_police_were_told_of_big_sam(teller)
    _the_police_ask_about_sky_and_about_somebody_whom_nobody_knows(teller)
    _the_police_have_not_said_that_they_have_it(teller)
    _the_home_was_told_where_to_look(teller)
    _kits_mother_is_told_once_a_second_person_has_looked(teller)
    _skys_school_is_not_told(teller)
    _kians_school_opened_its_link(teller)


class Telling:
    """One share of a child's last talk that was signed, by whoever held it."""

    def __init__(
        self,
        teller: Teller,
        child: str,
        recipient: Recipient,
        purpose: Purpose,
        *,
        to: Organisation | None = None,
        after: float = 2,
        ago: float = 0,
    ) -> None:
        self.teller = teller
        talk = (
            Interview.objects.filter(child=teller.children[child], signed_at__isnull=False)
            .select_related("interviewer")
            .newest_first()[0]
        )
        assert talk.signed_at
        self.by = talk.interviewer
        self.at = teller.ago(ago) if ago else to_minute(talk.signed_at + after * HOUR)
        self.at = min(self.at, teller.ago(0.2))
        episode = Episode.objects.filter(interviews=talk).newest_first()[0]
        self.share = shares.begin(episode, recipient, purpose, to=to, by=self.by, at=self.at)

    def written(self, said: Said) -> Share:
        """People and places are needed where they are; whatever else is marked is taken out."""
        keeps = {MarkKind.PERSON, MarkKind.PLACE, MarkKind.NUMBER}
        decided = {}
        for line in self.share.lines.all():
            marks = [
                (
                    MarkDecision.KEEP if each.mark.kind in keeps else MarkDecision.TAKE_OUT,
                    "",
                )
                for each in shares.decided_of(line)
            ]
            decided[line.pk] = LineDecided(line.is_in, marks)
        shares.keep(self.share, said, decided, by=self.by, at=self.at)
        return shares.write(self.share, by=self.by, at=self.at)

    def later(self, hours: float) -> datetime:
        return min(to_minute(self.at + hours * HOUR), self.teller.ago(0.1))


KNOWS = Said(
    name="Missing-person unit",
    because="A man in his twenties gives children telephones and then wants them paid for.",
    openness=Openness.AGREES,
    wished="That nobody says it was him who told.",
)


def _the_police_were_told_of_big_sam(teller: Teller) -> None:
    police, pia = teller.places.police, teller.people["pia"]
    # Nothing can be opened for longer than 30 days, and his last talk is older.
    one = Telling(teller, "kian", Recipient.POLICE, Purpose.STOP_HARM, to=police, ago=24 * 5)
    kian = teller.children["kian"]
    _ask(
        teller,
        Sought(kian.forename, kian.surname, kian.born_on),
        "He was in a car that we stopped, with a man we are looking into. Has he told of him?",
        at=one.later(-3),
    )
    sent = one.written(KNOWS)
    receiving.open_share(sent.pk, by=pia, at=one.later(3))
    receiving.acknowledge(sent.pk, by=pia, at=one.later(3))
    for item, given, because in (
        (
            ShareItem.VEHICLE,
            PoliceAnswer.ACTED_ON,
            "The car is known to us now and was stopped. The driver has been spoken to.",
        ),
        (ShareItem.PERSON, PoliceAnswer.KNOWN, ""),
    ):
        line = sent.lines.filter(item=item).first()
        if line:
            receiving.answer(sent.pk, line.pk, given, because, by=pia, at=one.later(50))


def _the_police_ask_about_sky_and_about_somebody_whom_nobody_knows(teller: Teller) -> None:
    sky = teller.children["sky"]
    _ask(
        teller,
        Sought(sky.forename, sky.surname, sky.born_on, number="NSP/2231"),
        "Named by another girl as one who was at the same flat. We want to know who goes there.",
        at=teller.ago(20),
    )
    _ask(
        teller,
        Sought("Rowan", "Hale", sky.born_on),
        "Found at the station at two in the morning, and says that she lives nowhere.",
        at=teller.ago(30),
    )


def _ask(teller: Teller, about: Sought, because: str, *, at: datetime) -> None:
    asks.ask(
        about,
        Purpose.STOP_HARM,
        because,
        organisation=teller.places.police,
        signed_in_by=SignedInBy.PASSWORD,
        by=teller.people["pia"],
        at=at,
    )


def _the_police_have_not_said_that_they_have_it(teller: Teller) -> None:
    police = teller.places.police
    one = Telling(teller, "deshawn", Recipient.POLICE, Purpose.STOP_HARM, to=police, ago=24 * 6)
    one.written(replace(KNOWS, wished="", because="The same man as in another account."))


def _the_home_was_told_where_to_look(teller: Teller) -> None:
    home = teller.places.organisations["Larchwood House"]
    one = Telling(teller, "kian", Recipient.HOME, Purpose.FIND_SOONER, to=home, ago=5)
    one.written(
        Said(
            name="Lara Finch, deputy manager",
            because="So that they look in the right places first.",
            openness=Openness.AGREES,
        )
    )


def _kits_mother_is_told_once_a_second_person_has_looked(teller: Teller) -> None:
    one = Telling(teller, "kit", Recipient.PARENT, Purpose.SAFE_WHERE_THEY_ARE)
    one.written(
        Said(
            name="His mother",
            because="He wants her to ask before she takes his things.",
            openness=Openness.AGREES,
            wished="That we tell her, because he cannot.",
        )
    )


def _skys_school_is_not_told(teller: Teller) -> None:
    one = Telling(teller, "sky", Recipient.SCHOOL, Purpose.HELP)
    shares.put_away(
        one.share,
        "Sky talks with her tutor herself on Monday, and asked us to leave it to her.",
        by=one.by,
        at=one.later(1),
    )


def _kians_school_opened_its_link(teller: Teller) -> None:
    one = Telling(teller, "kian", Recipient.SCHOOL, Purpose.SAFE_WHERE_THEY_ARE, ago=30)
    sent = one.written(
        Said(
            name="Mr Hallam, head of year",
            because="So that somebody is at the gate when school ends.",
            openness=Openness.AGREES,
        )
    )
    made = one_time_links.make(
        sent,
        address="head.of.year@school.example",
        code_way=CodeWay.TELEPHONE,
        by=one.by,
        at=one.at,
    )
    secret, by = made.href.rsplit("/", 1)[1], staff.by_one_time_link()
    opened = one.later(1)
    with one_time_links.scope(secret):
        its_pass = one_time_links.open_link(secret, made.code, "J Hallam", by=by, at=opened)
    with one_time_links.scope(its_pass):
        one_time_links.by_pass(its_pass, by=by, at=opened)
