"""Say which records are due to be reviewed, because the time for which they are kept is over."""

import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.casework import places, retention, staff
from returnhome.casework.models import PutForward
from returnhome.casework.places import Authority
from returnhome.management import moments, upkeep
from returnhome.management.commands.figures import day
from returnhome.reporting import retaining
from returnhome.reporting.retaining import Due, Review
from returnhome.rules.clock import LONDON
from returnhome.rules.retention import Standing


class Command(BaseCommand):
    help = (
        "Says of each council how many children's records are kept, still worked on, or due to be "
        "reviewed, and which by number; with --put-forward it puts these before the managers who "
        "review them. It erases nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--authority", help="a council's name or GSS code; absent: all")
        parser.add_argument("--on", type=day, help="as on this day; absent: today")
        parser.add_argument(
            "--put-forward",
            action="store_true",
            help="put what is due before the managers of the councils, all of them; once a day",
        )
        parser.add_argument("--json", action="store_true", dest="is_json", help="for machines")
        moments.add_argument(parser)

    def handle(
        self,
        *args: Any,
        authority: str | None,
        on: date | None,
        put_forward: bool,
        is_json: bool,
        **options: Any,
    ) -> None:
        at = moments.given_or_now(options["at"])
        on = on or at.astimezone(LONDON).date()
        if put_forward and authority:
            raise CommandError("Put forward what is due of all councils together.", returncode=2)
        one = None
        if authority:
            one = places.authority_named(authority, on)
            if one is None:
                raise CommandError(f"There is no authority “{authority}” on {on}.", returncode=2)
        with upkeep.as_owner_alone():
            found = retaining.review([one] if one else None, on)
            names = dict(Authority.objects.values_list("pk", "name"))
            if put_forward:
                new = retention.put_forward(
                    map(as_put_forward, found.due), by=staff.operator(), at=at
                )
                self.stderr.write(
                    f"Put forward to be reviewed: {len(found.due):,} records, {len(new):,} of them "
                    "new."
                )
        if is_json:
            self.stdout.write(json.dumps(as_told(found, names), indent=2))
        else:
            self.say(found, names)

    def say(self, found: Review, names: dict[int, str]) -> None:
        theirs = sorted({authority for authority, _, _ in found.counts}, key=names.__getitem__)
        for authority in theirs:
            told = ", ".join(
                f"{found.number(standing, authority):,} {standing.label.lower()}"
                for standing in Standing
                if found.number(standing, authority)
            )
            self.stdout.write(f"{names[authority]}: {told}.")
        if found.due:
            self.stdout.write(f"\nTo be reviewed on {found.on:%-d %B %Y}, by the child’s number:")
        for each in found.due:
            self.stdout.write(
                f"  {each.child_id}  {names[each.authority_id]}  {each.status.label.lower()}, kept "
                f"until {each.until:%-d %B %Y} ({each.period.sentence}){_left_open(each)}"
            )
        if not found.due:
            then = f" The next is due on {found.next_on:%-d %B %Y}." if found.next_on else ""
            self.stdout.write(f"Nothing is due on {found.on:%-d %B %Y}.{then}")


def _left_open(each: Due) -> str:
    return ", something was left open" if each.standing is Standing.LEFT_OPEN else ""


def as_put_forward(each: Due) -> PutForward:
    return PutForward(
        child_id=each.child_id,
        standing=each.standing,
        status=each.status,
        period=each.period.sentence,
        source=str(each.period.source),
        due_since=each.until,
    )


def as_told(found: Review, names: dict[int, str]) -> dict[str, Any]:
    return {
        "on": found.on.isoformat(),
        "next_on": found.next_on.isoformat() if found.next_on else None,
        "counts": [
            {
                "authority": names[authority],
                "status": status,
                "standing": standing,
                "records": number,
            }
            for (authority, status, standing), number in sorted(found.counts.items())
        ],
        "due": [
            {
                "child": each.child_id,
                "authority": names[each.authority_id],
                "status": each.status,
                "kept_until": each.until.isoformat(),
                "period": each.period.sentence,
                "standing": each.standing,
            }
            for each in found.due
        ],
    }
