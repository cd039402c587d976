"""What was shared with somebody who has no account: a link that opens once, and its code."""

from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from secrets import randbelow, token_urlsafe

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.crypto import salted_hmac

from returnhome.casework import acting, episodes, journal, messages, receiving, shares, staff
from returnhome.casework.children import Child
from returnhome.casework.messages import Letter, Message
from returnhome.casework.sealing import SealedText
from returnhome.casework.shares import Opening, Share, SharedLine, theirs
from returnhome.casework.staff import Organisation, Person, council_of
from returnhome.casework.ways_in import digest
from returnhome.rules import Blocked, clock, one_time_links, ways_in
from returnhome.rules.codes import NotSent, Rung
from returnhome.rules.one_time_links import CodeWay

ABOUT = "onetimelink"
MAIL = """\
{council} has shared something with you that you need to read. It is not in this message.

Open this link and enter the code, which you are given another way:

{link}

It opens once, on one device, until {until}. Open it where nobody else can read it.

If you do not know what this is about, delete this message and tell {who}: {mail}
"""


class OneTimeLinkQuerySet(models.QuerySet["OneTimeLink"]):
    def visible_to(self, person: Person) -> "OneTimeLinkQuerySet":
        """As the share to which it leads."""
        return self.filter(theirs(person, self.model.OF))

    def newest_first(self) -> "OneTimeLinkQuerySet":
        return self.order_by("-made_at", "-pk")

    def came_to_nothing(self, at: datetime) -> "OneTimeLinkQuerySet":
        """The newest of a share that stands, which nobody opened and nobody can, or whose e-mail
        came back.
        """
        others = OneTimeLink.objects.filter(share=OuterRef("share"))
        newer, was_opened = others.filter(pk__gt=OuterRef("pk")), others.exclude(opened_at=None)
        refused = Message.objects.filter(
            about_kind=ABOUT, about_id=OuterRef("pk"), failure=NotSent.ADDRESS, sent_at=None
        )
        return self.filter(
            Q(until__lte=at) | Q(ended_at__isnull=False) | Exists(refused),
            ~Exists(newer),
            ~Exists(was_opened),
            share__recalled_at=None,
            share__until__gt=at,
            share__episode__voided_at=None,
        )


class OneTimeLink(models.Model):
    """One link to what was shared. It opens once, with its code, and is never reopened.

    Of the secret in its address, of the code, and of the pass that a browser is given for both,
    only digests are kept.
    """

    OF = "share__"

    sealed_under = "share"

    share = models.ForeignKey(Share, models.PROTECT, related_name="links")
    # Whose record says that it was tried: the share itself is not open to whoever tries.
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    # Empty: whoever made it sends it themselves.
    address = SealedText()
    code_way = models.CharField(max_length=20)
    # As the page before the code says from whom it is.
    council = models.CharField(max_length=120)
    secret = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    until = models.DateTimeField()

    wrong = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    # As whoever opened it says.
    opened_by_name = SealedText()
    pass_digest = models.CharField(max_length=64, unique=True, null=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Nobody: whoever opened it left, or too many codes were wrong.
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    objects = OneTimeLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=models.F("made_at")), name="a_one_time_link_lasts"
            ),
            models.CheckConstraint(
                condition=Q(wrong__lte=one_time_links.MOST_WRONG), name="wrong_codes_are_few"
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None, pass_digest=None, seen_at=None)
                | Q(opened_at__isnull=False, pass_digest__isnull=False, seen_at__isnull=False),
                name="an_opened_one_time_link_has_its_pass",
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False),
                name="a_one_time_link_ended_by_somebody_is_ended",
            ),
        ]

    @property
    def facts(self) -> ways_in.WayIn:
        return ways_in.WayIn(
            until=self.until,
            opened_at=self.opened_at,
            seen_at=self.seen_at,
            ended_at=self.ended_at,
        )

    @property
    def is_shut_by_codes(self) -> bool:
        return self.wrong >= one_time_links.MOST_WRONG

    def is_standing(self, now: datetime) -> bool:
        return ways_in.is_standing(self.facts, now=now)


@dataclass(frozen=True)
class Made:
    """A link as it is given, once: neither the secret nor the code can be found again."""

    link: OneTimeLink
    href: str
    code: str


@transaction.atomic
def make(share: Share, *, address: str, code_way: CodeWay, by: Person, at: datetime) -> Made:
    """Make a link to what was shared, and send it to the address where there is one.

    An earlier link is ended: one at a time is easy to think of. Raises HasAccount, NothingToOpen.
    """
    share = _share(share.pk)
    one_time_links.check_can_make(has_account=share.to_id is not None, is_open=share.is_open(at))
    for earlier in _held().filter(share=share, ended_at=None):
        if earlier.is_standing(at):
            _end(earlier, by=by, at=at)
    secret, code = token_urlsafe(24), _new_code()
    council = council_of(share.episode.responsible_authority)
    assert share.until
    link = OneTimeLink.objects.create(
        share=share,
        child_id=share.child_id,
        address=address,
        code_way=code_way,
        council=council.name if council else share.episode.responsible_authority.name,
        secret=digest(secret),
        code=_of_code(secret, code),
        made_at=at,
        made_by=by,
        until=one_time_links.lasts_until(at, share_until=share.until),
    )
    journal.write("make one-time link", link, by=by, at=at)
    href = f"{settings.PUBLIC_URL}/one-time/{secret}"
    organisation = by.organisation or council
    if address and organisation:
        letter = _letter(link, href, organisation, by)
        messages.queue(letter, addresses=[address], by=by, at=at)
    return Made(link, href, one_time_links.written(code))


def _new_code() -> str:
    return f"{randbelow(10**one_time_links.DIGITS):0{one_time_links.DIGITS}}"


def _of_code(secret: str, code: str) -> str:
    """What is kept of a code: no use to whoever has the database and the link, not the key."""
    return salted_hmac("returnhome.one-time-link", secret + code, algorithm="sha256").hexdigest()


def _share(pk: int) -> Share:
    found = Share.objects.select_related("episode__responsible_authority")
    episodes.lock(found.get(pk=pk).episode_id)
    return found.select_for_update(no_key=True, of=("self",)).get(pk=pk)


def _letter(link: OneTimeLink, href: str, organisation: Organisation, by: Person) -> Letter:
    return Letter(
        key=f"one-time link {link.pk}",
        waiting_for=ABOUT,
        about=(ABOUT, link.pk),
        organisation_id=organisation.pk,
        rung=Rung.RECIPIENT,
        subject=f"{link.council} has shared something with you",
        text=MAIL.format(
            council=link.council,
            link=href,
            until=clock.day_and_time(link.until),
            who=by.name,
            mail=by.email,
        ),
    )


@transaction.atomic
def end(link: OneTimeLink, *, by: Person, at: datetime) -> OneTimeLink:
    """End it, opened or not: it came back, or went to the wrong person. Raises OverAlready."""
    link = _held().get(pk=link.pk)
    if not link.is_standing(at):
        raise one_time_links.OverAlready
    return _end(link, by=by, at=at)


def _end(link: OneTimeLink, *, by: Person | None, at: datetime) -> OneTimeLink:
    link.ended_at, link.ended_by = at, by
    link.save(update_fields=["ended_at", "ended_by"])
    journal.write("end one-time link", link, by=by or staff.by_one_time_link(), at=at)
    if by:
        for letter in Message.objects.about(ABOUT, [link.pk]).waiting():
            # One that leaves at this moment has left.
            with suppress(messages.DoneWith):
                messages.mark_overtaken(letter, by=by, at=at)
    return link


def _held() -> models.QuerySet[OneTimeLink]:
    return OneTimeLink.objects.select_for_update(no_key=True, of=("self",))


@dataclass(frozen=True)
class Sent:
    """A link, and how its e-mail does; None where whoever made it sends it themselves."""

    link: OneTimeLink
    mail: Message | None

    @property
    def failure(self) -> str:
        """Why its e-mail does not get through, in words; empty: it left, or is about to."""
        return NotSent(self.mail.failure).label if self.mail and self.mail.failure else ""


def of_share(share: Share, person: Person) -> list[Sent]:
    """The links to a share, the newest first. Two queries."""
    links = list(
        OneTimeLink.objects.visible_to(person)
        .filter(share=share)
        .select_related("made_by", "ended_by")
        .newest_first()
    )
    about = Message.objects.about(ABOUT, [link.pk for link in links])
    mails = {mail.about_id: mail for mail in about} if links else {}
    return [Sent(link, mails.get(link.pk)) for link in links]


def came_to_nothing(person: Person, at: datetime) -> list[OneTimeLink]:
    """What the person gave by a link that nobody opened, the oldest first. One query."""
    rows = OneTimeLink.objects.visible_to(person).came_to_nothing(at).filter(made_by=person)
    return list(rows.select_related("share__episode__child").order_by("made_at")[: shares.MOST])


# What whoever holds a link does: `acting.by_share_link` opens nothing else to them. That a code was
# wrong is written down and then raised, outside of what a refusal takes back.


def by_secret(secret: str, *, at: datetime) -> OneTimeLink:
    """The link of this secret, if it can be opened now. Raises a ShutReason."""
    found = OneTimeLink.objects.filter(secret=digest(secret)).first()
    ways_in.check_can_open(found.facts if found else None, now=at)
    if found is None:
        raise ways_in.NeverMade
    return found


def open_link(secret: str, code: str, name: str, *, by: Person, at: datetime) -> str:
    """Open a link with its code, once; gives the pass for the one browser that opened it.

    `by` is `staff.by_one_time_link()`. Raises a ShutReason, NotTheCode.
    """
    refusal: Blocked = one_time_links.NotTheCode()
    with transaction.atomic():
        # Of two who open it at once the second waits here, and finds it used.
        link = _held().filter(secret=digest(secret)).first()
        ways_in.check_can_open(link.facts if link else None, now=at)
        assert link
        if not one_time_links.is_whole(code):
            raise refusal
        if compare_digest(link.code, _of_code(secret, one_time_links.bare(code))):
            its_pass = token_urlsafe(24)
            link.opened_at, link.seen_at, link.pass_digest = at, at, digest(its_pass)
            link.opened_by_name = name
            link.save(update_fields=["opened_at", "seen_at", "pass_digest", "opened_by_name"])
            journal.write("open one-time link", link, by=by, at=at)
            return its_pass
        link.wrong += 1
        if link.is_shut_by_codes:
            link.ended_at = at
            refusal = ways_in.Ended()
        link.save(update_fields=["wrong", "ended_at"])
        journal.write("wrong code of one-time link", link, by=by, at=at)
    raise refusal


@dataclass(frozen=True)
class Shown:
    """What whoever opened a link reads. No lines: it was recalled since, or its time is over."""

    link: OneTimeLink
    share: Share
    lines: list[SharedLine]


def by_pass(its_pass: str, *, by: Person, at: datetime) -> Shown:
    """What the opened link of this browser leads to; the first look is a row. Raises a ShutReason.

    `by` is `staff.by_one_time_link()`. Four queries, and what is written.
    """
    with transaction.atomic():
        link = OneTimeLink.objects.filter(pass_digest=digest(its_pass)).first()
        ways_in.check_is_open(link.facts if link else None, now=at)
        assert link
        share = Share.objects.only(*receiving.OF_SHARE).get(pk=link.share_id)
        if not share.is_open(at):
            return Shown(link, share, [])
        if link.seen_at == link.opened_at:
            Opening.objects.create(share=share, at=at, by=by)
        link.seen_at = at
        link.save(update_fields=["seen_at"])
        journal.write("open share", share, by=by, at=at)
        lines = SharedLine.objects.filter(share=share).in_order().only(*receiving.OF_LINE)
        return Shown(link, share, list(lines))


@transaction.atomic
def leave(its_pass: str, *, by: Person, at: datetime) -> None:
    """Whoever opened it closes it in this browser. A second press does no harm."""
    link = _held().filter(pass_digest=digest(its_pass), ended_at=None).first()
    if link:
        link.ended_at = at
        link.save(update_fields=["ended_at"])
        journal.write("end one-time link", link, by=by, at=at)


def scope(secret_or_pass: str) -> AbstractContextManager[None]:
    """For whom the block acts: whoever holds this secret or pass."""
    return acting.by_share_link(digest(secret_or_pass))
