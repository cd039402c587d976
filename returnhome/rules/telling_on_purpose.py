"""Who is told on purpose of what came of a talk: those who plan for the child, and the school.

Source: South Gloucestershire, Missing children, part 4 (the reviewing officer); else our own rule,
for a practice lead to confirm. Nothing goes by itself: each is a share that somebody puts together,
or a decision not to share it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from returnhome.rules.schooling import Missed
from returnhome.rules.sharing import Purpose, Recipient


@dataclass(frozen=True, slots=True)
class ToTell:
    """Somebody who is to be told, what for, and why they are named."""

    recipient: Recipient
    purpose: Purpose
    why: str


def to_tell(
    *, is_looked_after: bool, has_protection_plan: bool, missed: Missed | None
) -> list[ToTell]:
    """Those who are told of this episode's talk, in the order in which they act."""
    has_plan = is_looked_after or has_protection_plan
    found = [
        ToTell(
            Recipient.SOCIAL_WORKER,
            Purpose.PLAN,
            "plans with the child" if has_plan else "if the child has one",
        )
    ]
    if is_looked_after:
        found.append(
            ToTell(
                Recipient.REVIEWING_OFFICER,
                Purpose.PLAN,
                "the child is looked after, and it belongs to the next review",
            )
        )
    if has_protection_plan:
        found.append(
            ToTell(
                Recipient.CONFERENCE_CHAIR,
                Purpose.PLAN,
                "the child is on a child protection plan",
            )
        )
    if missed:
        found.append(
            ToTell(
                Recipient.SCHOOL,
                Purpose.SAFE_WHERE_THEY_ARE,
                f"{missed.number} missed, and the child comes back to it",
            )
        )
    return found


def not_yet_told(
    those: Collection[ToTell], *, told: Collection[str], left: Collection[str]
) -> list[ToTell]:
    """Those of them of whom there is neither a share that stands nor a decision against one."""
    return [each for each in those if each.recipient not in {*told, *left}]
