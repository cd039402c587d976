"""Many rows in one statement are the same rows as one by one."""

import json
from datetime import date
from typing import Any

import pytest
from django.db import models

from returnhome.casework import bulk, children, episodes, notifications
from returnhome.casework.models import Child, Episode, JournalEntry, Notification, Organisation
from returnhome.casework.notifications import Told
from returnhome.rules.clock import Moment
from returnhome.rules.codes import RiskGrade
from tests.cast import NOW, Cast, exactly, hours, missing

ODD = ["O'Dell", 'Said "so"', "Zoë\nÅström", "back\\slash", "{1,2}", "null", "%s %(x)s", "Łucja"]


def held(thing: models.Model) -> dict[str, Any]:
    """Every field that is given to it; facts and reasons as JSON has them."""
    return {
        field.attname: json.loads(json.dumps(value)) if isinstance(value, list) else value
        for field in thing._meta.concrete_fields
        if not field.generated
        for value in (getattr(thing, field.attname),)
    }


def test_children_written_together_are_kept_as_they_were_given(cast: Cast):
    drafts = [
        children.draft(
            forename=name,
            surname="Green" if number % 2 else name,
            born_on=date(2012, 2, 29) if number % 3 else None,
            sex="F",
            responsible_authority=cast.northshire,
            host_authority=cast.westborough if number == 2 else None,
            is_confirmed=bool(number % 2),
            by=cast.amina,
            at=NOW,
        )
        for number, name in enumerate(ODD)
    ]

    children.open_all(drafts, by=cast.amina, at=NOW)

    assert len({child.pk for child in drafts}) == len(ODD)
    for child in drafts:
        assert held(Child.objects.get(pk=child.pk)) == held(child)
    entries = JournalEntry.objects.filter(verb="open child", child_id__in=[c.pk for c in drafts])
    assert [entry.object_id for entry in entries.order_by("pk")] == [c.pk for c in drafts]


def test_rows_as_received_are_sealed_together_as_they_are_one_by_one(cast: Cast):
    delivery = notifications.take_delivery(
        b"file",
        sender=Organisation.objects.get(name="Northshire Police"),
        received_for=None,
        filename="list.csv",
        layout="police-a",
        by=cast.amina,
        at=NOW,
    )
    drafts = [
        notifications.draft(
            Told(row_number=number, reference=f"N{number}", digest=f"{number}", as_received=words),
            delivery=delivery,
            result="refused",
            by=cast.amina,
            at=NOW,
        )
        for number, words in enumerate(ODD)
    ]

    notifications.keep_all(drafts, by=cast.amina, at=NOW)

    kept = Notification.objects.filter(delivery=delivery).order_by("row_number")
    assert [each.as_received for each in kept] == ODD
    assert [held(each) for each in kept] == [held(each) for each in drafts]


def test_lists_and_facts_are_kept_as_lists_and_facts(cast: Cast):
    entries = [
        JournalEntry(at=NOW, by_id=1, verb="read", kind="list", shown=shown)
        for shown in ([3, 5], None, [8])
    ]

    bulk.insert(entries)

    assert [JournalEntry.objects.get(pk=each.pk).shown for each in entries] == [[3, 5], None, [8]]


def test_true_stays_true_beside_a_one(cast: Cast):
    told = [missing(child, last_seen=NOW - hours(200)) for child in (cast.sky, cast.kit)]
    for episode, fact in zip(told, (True, 1), strict=True):
        episode.reasons = [{"fact": fact}]

    bulk.update(told, ["reasons"])

    kept = [Episode.objects.get(pk=each.pk).reasons[0]["fact"] for each in told]
    assert kept[0] is True
    assert kept[1] == 1
    assert kept[1] is not True


def test_what_is_told_of_many_is_all_written(cast: Cast):
    """Whatever `update_all` changes on an episode is among what it writes."""
    told = [missing(child, last_seen=NOW - hours(200)) for child in (cast.sky, cast.kit)]
    news = [
        episodes.News(
            each,
            {
                "last_seen": exactly(each.started_at - hours(30)),
                "found": Moment.on(each.started_on),
                "returned": exactly(each.started_at + hours(20)),
            },
            risk=RiskGrade.HIGH if each.risk != RiskGrade.HIGH else RiskGrade.LOW,
        )
        for each in told
    ]
    changes = []

    class Seen(episodes.Change):
        def settle(self, at):
            super().settle(at)
            changes.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(episodes, "Change", Seen)
        names = episodes.update_all(news, source="Northshire Police", by=cast.amina, at=NOW)

    assert names == [("last_seen", "found", "returned", "risk")] * 2
    for change in changes:
        assert held(Episode.objects.get(pk=change.episode.pk)) == held(change.episode)


def test_what_is_not_there_any_more_is_never_passed_over_in_silence(cast: Cast):
    told = [missing(child, last_seen=NOW - hours(200)) for child in (cast.sky, cast.kit)]
    told[1].pk = 987_654_321

    with pytest.raises(bulk.SomeAreGone):
        bulk.update(told, ["risk"])


def test_however_many_there_are_it_is_one_statement(cast: Cast, django_assert_num_queries: Any):
    entries = [JournalEntry(at=NOW, by_id=1, verb="read", kind="list") for _ in range(500)]

    with django_assert_num_queries(1):
        bulk.insert(entries)
