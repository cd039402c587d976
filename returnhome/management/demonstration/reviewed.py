"""Reviews of the demonstration's records, what is still to be added, and two samples, scored."""

from datetime import timedelta
from random import Random

from returnhome.casework import interviews, journal, reviews
from returnhome.casework.models import Episode, Interview, Review, Sample
from returnhome.management.demonstration.telling import Teller
from returnhome.reporting.figures import quarter_after, quarter_before
from returnhome.rules.clock import LONDON
from returnhome.rules.measures import quarter_of
from returnhome.rules.reviewing import Criterion, Mark, ReviewResult, Theme, WaitsFor

SEED = 73
# What was signed before is read already; what is newer waits.
READ = timedelta(days=12)
MANAGERS = {"Northshire": "mara", "Westborough": "nell"}
COUNCIL = "Northshire"
MARKS = (Mark.MET, Mark.PARTLY, Mark.NOT_MET)
COMMENTS = {
    Criterion.OWN_WORDS: "Half of it is a summary: “he reported feeling low”.",
    Criterion.CORE_TOPICS: "“Not asked” six times in a row, with an hour to talk.",
    Criterion.APART: "The sign of exploitation is given without how it is known.",
    Criterion.HARM: "The telephone call is noted, the decision came a day late.",
    Criterion.NEEDS: "The wish to see his brother has no answer.",
    Criterion.INDEPENDENCE: "It does not say that the child asked for this worker.",
    Criterion.SHARING: "It is not clear what she was told about who reads it.",
    Criterion.PROMISED: "A promise without a day, and nobody’s name.",
}
THEMES_OF = {
    Criterion.OWN_WORDS: Theme.SUMMED_UP,
    Criterion.CORE_TOPICS: Theme.MUCH_NOT_ASKED,
    Criterion.APART: Theme.SIGNS_NOT_FOLLOWED,
    Criterion.HARM: Theme.HARM_LATE,
    Criterion.NEEDS: Theme.NEEDS_LEFT,
    Criterion.PROMISED: Theme.PROMISES_VAGUE,
}


def tell(teller: Teller) -> None:
    _older_records_were_read(teller)
    _something_is_to_be_added(teller)
    _samples_were_drawn(teller)


def _older_records_were_read(teller: Teller) -> None:
    older = Interview.objects.filter(signed_at__lt=teller.now - READ)
    found = []
    for each in older.select_related("child__responsible_authority").order_by("signed_at", "pk"):
        manager = teller.people.get(MANAGERS.get(each.child.responsible_authority.name, ""))
        if manager is None or manager.pk in (each.interviewer_id, each.signed_by_id):
            continue
        assert each.signed_at
        at = each.signed_at + timedelta(days=1 + each.pk % 7, hours=each.pk % 5)
        found.append(Review(interview=each, result=ReviewResult.COMPLETE, at=at, by=manager))
    for manager in {each.by for each in found}:
        theirs = [each for each in found if each.by == manager]
        Review.objects.bulk_create(theirs)
        read = Episode.objects.filter(coverages__interview__in=[each.interview for each in theirs])
        read.update(record_waits_for=WaitsFor.NOBODY)
        journal.write_all("review record: complete", theirs, by=manager, at=theirs[-1].at)


def _something_is_to_be_added(teller: Teller) -> None:
    """Of the two newest records of Ines one waits for her, and to the other she has added."""
    mara, ines = teller.people["mara"], teller.people["ines"]
    newest = reviews.waiting(mara).filter(signed_by=ines).order_by("-signed_at", "-pk")[:2]
    for number, record in enumerate(newest):
        assert record.signed_at
        at = min(record.signed_at + timedelta(hours=3), teller.now)
        comment = (
            "You write “the lady from church gave her a lift”. Does she have a name?",
            "Was she told who reads this? It is not in the record.",
        )[number]
        reviews.review(record, ReviewResult.TO_ADD, comment, by=mara, at=at)
        if number == 1:
            later = min(at + timedelta(hours=2), teller.now)
            words = "Yes: at the start, and again before we finished. She was fine with it."
            interviews.add(record, words, by=ines, at=later)


def _samples_were_drawn(teller: Teller) -> None:
    mara, rng = teller.people["mara"], Random(SEED)  # noqa: S311  the same lot at every start
    quarter = quarter_of(teller.now.astimezone(LONDON).date())
    organisation = teller.places.organisations[COUNCIL]
    for goes_back, scored, good in ((2, 10, 0.62), (1, 7, 0.74)):
        first = quarter
        for _ in range(goes_back):
            first = quarter_before(first)
        last = quarter_after(first) - timedelta(days=1)
        at = teller.now - timedelta(days=20 * goes_back - 10)
        sample = reviews.draw(
            organisation,
            first,
            last,
            size=10,
            seed=f"{first.year} Q{(first.month + 2) // 3}",
            by=mara,
            at=max(at, teller.now - timedelta(days=(teller.now.date() - last).days - 1)),
        )
        _score(teller, sample, rng, scored, good)


def _score(teller: Teller, sample: Sample, rng: Random, most: int, good: float) -> None:
    for sampled in sample.records.in_order()[:most]:
        weights = (good, (1 - good) * 0.7, (1 - good) * 0.3)
        marks = {each: rng.choices(MARKS, weights)[0] for each in Criterion}
        if rng.random() < 0.8:
            marks[Criterion.HARM] = Mark.NOT_APPLICABLE
        if rng.random() < 0.5:
            marks[Criterion.NEEDS] = Mark.NOT_APPLICABLE
        lacking = [each for each in Criterion if marks[each] in (Mark.PARTLY, Mark.NOT_MET)]
        themes = {THEMES_OF[each] for each in lacking if each in THEMES_OF}
        if len(lacking) < 2:
            themes.add(Theme.HEARD)
        reviews.score(
            sampled,
            marks,
            comments={each: COMMENTS[each] for each in lacking},
            themes=themes,
            by=teller.people["mara"],
            at=min(sample.drawn_at + timedelta(days=1), teller.now),
        )
