"""The words in which earlier records say what became of an interview, as data.

A word that stands in none of these lists is never guessed at: it is kept as received and counted
among what could not be placed.
"""

from itertools import product

from returnhome.intake.cells import NOT_KNOWN
from returnhome.rules.codes import Answer, DeclinedBy, NotHeldReason, plain

YES = {"y", "yes", "true", "1", "done", "complete", "completed", "held", "offered", "took place"}
NO = {"n", "no", "false", "0", "not done", "not completed", "not held", "not offered", "incomplete"}
# Said of an offer or a talk, and of neither yes nor no.
SILENT = NOT_KNOWN | {"not applicable", "n a", "not recorded", "unsure", "awaiting", "pending", "-"}

_CHILD = ("child", "the child", "young person", "yp", "cyp", "the young person", "child yp")
_PARENT = (
    *("parent", "parents", "carer", "parent or carer", "parent/carer", "parent carer", "mother"),
    *("father", "mum", "dad", "foster carer", "guardian", "a parent or carer", "family"),
)
_NO = ("declined", "refused", "declined by", "refused by", "rhi declined by", "rhi refused by")

WHOSE = {
    **dict.fromkeys(_CHILD, DeclinedBy.CHILD),
    **dict.fromkeys(_PARENT, DeclinedBy.PARENT_OR_CARER),
}


def _said_no(who: tuple[str, ...]) -> set[str]:
    return {
        phrase
        for name, verb in product(who, _NO)
        for phrase in (f"{name} {verb}", f"{verb} {name}", f"{verb}: {name}", f"{verb} ({name})")
    }


ANSWERS: dict[str, tuple[Answer, DeclinedBy | None]] = {
    **dict.fromkeys(
        ("accepted", "agreed", "consented", "yes", "y", "true", "1", "taken up", "accept"),
        (Answer.ACCEPTED, None),
    ),
    **dict.fromkeys(
        ("declined", "refused", "no", "n", "false", "0", "not accepted", "decline"),
        (Answer.DECLINED, None),
    ),
    **dict.fromkeys(_said_no(_CHILD), (Answer.DECLINED, DeclinedBy.CHILD)),
    **dict.fromkeys(_said_no(_PARENT), (Answer.DECLINED, DeclinedBy.PARENT_OR_CARER)),
    **dict.fromkeys(("not now", "later", "ask again", "to be asked again"), (Answer.NOT_NOW, None)),
}

REASONS: dict[str, NotHeldReason] = {
    **{plain(reason.label): reason for reason in NotHeldReason},
    **dict.fromkeys(_said_no(_CHILD), NotHeldReason.DECLINED_BY_CHILD),
    **dict.fromkeys(_said_no(_PARENT), NotHeldReason.DECLINED_BY_PARENT),
    **dict.fromkeys(
        (
            *("no contact", "unable to contact", "not contactable", "could not contact"),
            *("uncontactable", "no response", "no reply", "unable to reach", "did not answer"),
            *("failed contact", "unable to make contact", "could not be reached", "not reached"),
        ),
        NotHeldReason.NOT_CONTACTABLE,
    ),
    **dict.fromkeys(
        ("missing again", "went missing again", "further missing episode", "missing"),
        NotHeldReason.MISSING_AGAIN,
    ),
    **dict.fromkeys(("still missing", "not returned", "not found"), NotHeldReason.STILL_MISSING),
    **dict.fromkeys(("turned 18", "now 18", "over 18", "adult", "18"), NotHeldReason.TURNED_18),
    **dict.fromkeys(("not offered", "no offer", "no rhi offered"), NotHeldReason.NOT_OFFERED),
    **dict.fromkeys(
        (
            *(
                "in custody",
                "custody",
                "detained",
                "in hospital",
                "hospital",
                "remanded",
                "arrested",
            ),
            *("admitted to hospital", "secure"),
        ),
        NotHeldReason.DETAINED_OR_HOSPITAL,
    ),
    **dict.fromkeys(
        ("moved", "moved away", "moved out of area", "moved placement"), NotHeldReason.MOVED_AWAY
    ),
    **dict.fromkeys(
        ("not appropriate", "not in child s interests", "not in interests", "unsafe"),
        NotHeldReason.NOT_IN_INTERESTS_NOW,
    ),
    **dict.fromkeys(
        (
            *("covered by another rhi", "covered by another interview", "combined", "combined rhi"),
            *("covered in another rhi", "joint rhi", "covered by previous rhi", "covered"),
        ),
        NotHeldReason.COVERED_BY_ANOTHER,
    ),
    **dict.fromkeys(
        ("error", "recorded in error", "not missing", "created in error", "reported in error"),
        NotHeldReason.RECORDED_IN_ERROR,
    ),
}
# In a column of reasons these say that there is none to give.
NO_REASON = {"completed", "complete", "held", "done", "yes", "rhi completed", "accepted"}
