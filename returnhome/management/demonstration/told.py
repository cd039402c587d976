"""Who was told in the demonstration, who must not be, the police's interviews, local policy."""

from datetime import date, datetime, timedelta

from returnhome.casework import episodes, tellings
from returnhome.casework.models import Episode
from returnhome.management.demonstration.councils import FORCE
from returnhome.management.demonstration.telling import HOUR, Teller, to_minute
from returnhome.rules.clock import LONDON, Moment, estimated
from returnhome.rules.codes import Means
from returnhome.rules.policies import PolicyKey
from returnhome.rules.telling import Occasion, Whom

MISSING, RETURNED, AFTERWARDS = Occasion.MISSING, Occasion.RETURNED, Occasion.AFTERWARDS


def tell(teller: Teller) -> None:
    note_local_policy(teller)
    everybody_was_told_of_sky(teller)
    the_police_spoke_with_zuzanna(teller)
    sanjits_father_is_not_to_be_told(teller)
    jades_adviser_was_told(teller)
    tegans_home_waits(teller)


def note_local_policy(teller: Teller) -> None:
    """Northshire offers no talk after one night away, and still offers one at 18."""
    northshire = teller.places.authorities["Northshire"]
    today = teller.now.astimezone(LONDON).date()
    for key, says_yes, since, days_ago in (
        (PolicyKey.AWAY_TALK, True, date(today.year - 3, 4, 1), 300),
        (PolicyKey.AWAY_TALK, False, date(today.year - 1, 4, 1), 280),
        (PolicyKey.ADULT_TALK, True, today - timedelta(days=200), 190),
    ):
        episodes.set_policy(
            northshire,
            key,
            says_yes=says_yes,
            since=since,
            by=teller.people["mara"],
            at=teller.now - timedelta(days=days_ago),
        )


def last(teller: Teller, child: str) -> Episode:
    return teller.children[child].episodes.counted().newest_first()[0]


class Telling:
    """What was said of one episode, each some hours after it began or after the return."""

    def __init__(self, teller: Teller, child: str, by: str = "amina") -> None:
        self.teller, self.episode = teller, last(teller, child)
        self.by = teller.people[by]

    def _at(self, hours: float, *, since_return: bool) -> datetime:
        began = self.episode.started_at
        if since_return:
            began = self.episode.returned_at or self.episode.found_at or began
        return to_minute(min(began + hours * HOUR, self.teller.now))

    def told(
        self,
        whom: Whom,
        occasion: Occasion,
        hours: float,
        *,
        name: str = "",
        means: Means = Means.TELEPHONE,
        by: str = "",
        other: str = "",
        despite: str = "",
    ) -> "Telling":
        at = self._at(hours, since_return=occasion is not MISSING)
        tellings.tell(
            self.episode,
            whom,
            occasion,
            means=means,
            told_at=at,
            name=name,
            told_by=self.teller.people[by] if by else None,
            told_by_other=other,
            despite=despite,
            by=self.by,
            at=max(at, min(at + HOUR / 4, self.teller.now)),
        )
        return self

    def untold(self, whom: Whom, because: str, hours: float) -> "Telling":
        at = self._at(hours, since_return=True)
        tellings.leave_untold(self.episode, whom, because, by=self.by, at=at)
        return self

    def police(
        self, hours: float, by_whom: str, learnt: str, *, minutes: int = 0, why_not: str = ""
    ) -> "Telling":
        at = self._at(hours, since_return=True)
        held = Moment(at, estimated(minutes)) if minutes else Moment(at)
        tellings.note_prevention_interview(
            self.episode,
            held=None if why_not else held,
            by_whom=by_whom,
            learnt=learnt,
            why_not=why_not,
            by=self.by,
            at=max(at, min(at + 2 * HOUR, self.teller.now)),
        )
        return self


def everybody_was_told_of_sky(teller: Teller) -> None:
    one = Telling(teller, "sky")
    one.told(Whom.PARENT, MISSING, 4, name="Mum, who has parental responsibility")
    one.told(Whom.SOCIAL_WORKER, MISSING, 4.2, name="Sol Bennett", means=Means.IN_PERSON)
    one.told(
        Whom.HOST_AUTHORITY,
        MISSING,
        4.5,
        name="Westborough front door",
        means=Means.EMAIL,
    )
    one.told(Whom.POLICE, RETURNED, 0.5, other="Night staff of the home")
    one.told(Whom.PARENT, RETURNED, 1, name="Mum", by="sol")
    one.told(Whom.SOCIAL_WORKER, RETURNED, 1, name="Sol Bennett", means=Means.IN_PERSON)
    one.told(Whom.HOST_AUTHORITY, RETURNED, 2, means=Means.EMAIL)
    one.told(Whom.REVIEWING_OFFICER, RETURNED, 3, name="Her reviewing officer", by="sol")
    one.untold(Whom.OFSTED, "The home weighed it and does not consider it serious.", 4)
    one.police(
        2,
        f"{FORCE}, response officer",
        "Unhurt and tired. Had been at her nan’s. Did not want to say more to the police.",
        minutes=30,
    )


def the_police_spoke_with_zuzanna(teller: Teller) -> None:
    one = Telling(teller, "zuzanna")
    one.told(Whom.PARENT, MISSING, 3, name="Her mother, through an interpreter")
    one.told(Whom.SOCIAL_WORKER, RETURNED, 2, name="Nadia Farouk", means=Means.IN_PERSON)
    one.police(3, f"{FORCE}, missing-person unit", "Gave the first name of a friend in town.")


def sanjits_father_is_not_to_be_told(teller: Teller) -> None:
    one = Telling(teller, "sanjit")
    began = one.episode.returned_at or teller.now
    tellings.note_parental_risk(
        teller.children["sanjit"],
        "His father: Sanjit told his head of year that he is afraid of going home after rows. "
        "His aunt is safe to tell, and has asked to be.",
        by=teller.people["mara"],
        at=to_minute(min(began + 26 * HOUR, teller.now)),
    )
    one.told(
        Whom.PARENT,
        RETURNED,
        28,
        name="His aunt",
        despite="His aunt, who has parental responsibility too and whom he trusts",
    )
    one.told(Whom.SCHOOL, RETURNED, 23, name="Head of year")
    one.police(2, "", "", why_not="The family said he was asleep. The police will not come again.")


def jades_adviser_was_told(teller: Teller) -> None:
    Telling(teller, "jade").told(
        Whom.PERSONAL_ADVISER, RETURNED, 5, name="Her adviser in the leaving care team"
    ).told(Whom.POLICE, RETURNED, 1, other="Supported lodgings")


def tegans_home_waits(teller: Teller) -> None:
    Telling(teller, "tegan").told(
        Whom.SOCIAL_WORKER, MISSING, 5, name="Sol Bennett", other="Keyworker, Larchwood House"
    )
