"""History brought in from a council's earlier records: seen first, then for good, then taken back.

The files are invented, and so are the children in them.
"""

from collections import Counter
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.db import connection
from django.test.utils import CaptureQueriesContext

from returnhome.casework import episodes, history, offers, tallies
from returnhome.casework.history import Bringing, EarlierRecord
from returnhome.casework.models import (
    BroughtChild,
    Child,
    Doubt,
    Episode,
    Identifier,
    Interview,
    JournalEntry,
    Offer,
    Tally,
)
from returnhome.intake import bringing
from returnhome.intake.reading import Unreadable
from returnhome.reporting import escalations, facts
from returnhome.rules import measures
from returnhome.rules.codes import Earlier, Means, Reached
from tests.casework.ledger import nothing_else_to_reckon, refused_by, who_sees
from tests.cast import NOW, Cast, returned

EARLIER = Path(__file__).parent.parent / "intake" / "earlier"
LIST = "episodes.csv"


def received(cast: Cast, *names: str, **more: Any) -> Bringing:
    files = bringing.of_paths(EARLIER / name for name in names)
    return bringing.receive(
        files, brought_for=cast.northshire_council, by=cast.amina, at=NOW, **more
    )


def brought(cast: Cast, *names: str, **more: Any) -> tuple[Bringing, dict[str, Any]]:
    taken = received(cast, *names, **more)
    said = bringing.bring(taken, by=cast.amina, at=NOW)
    return Bringing.objects.get(pk=taken.pk), said


def stored() -> dict[tuple[str, str], int]:
    return {key: number for key, number in tallies.totals(Tally.objects.all()).items() if number}


def counted_again() -> dict[tuple[str, str], int]:
    theirs = list(facts.of(Episode.objects.counted(), now=NOW))
    moment = measures.OF_THE_MOMENT
    return {key: n for key, n in measures.totals(theirs).items() if key[1] not in moment}


def counted_by_sort() -> dict[tuple[str, str], int]:
    """As the figures of a moment are counted: episodes alike as one, and how many."""
    found: Counter[tuple[str, str]] = Counter()
    for sort, number in facts.sorts(Episode.objects.counted(), now=NOW):
        for part in measures.parts(sort) - measures.OF_THE_MOMENT:
            found[sort.cohort, part] += number
    return dict(found)


def parts_of(child: Child, start: date) -> set[str]:
    (episode,) = (each for each in child.episodes.all() if each.started_on == start)
    return set(measures.parts(episode.facts)) - measures.OF_THE_MOMENT


def test_a_dry_run_says_what_would_come_and_writes_nothing(cast: Cast) -> None:
    taken = received(cast, "register.csv", LIST)

    said = bringing.preview(taken, by=cast.amina, at=NOW)

    assert said["counts"] == {
        "children": 1,
        "episodes": 8,
        "offers": 6,
        "interviews": 2,
        "unchanged": 1,
        "refused": 3,
        "live": 1,
        "settled": 7,
    }
    assert not Episode.objects.exists()
    assert not EarlierRecord.objects.exists()
    assert not Identifier.objects.filter(value="wren").exists()
    assert not Bringing.objects.get(pk=taken.pk).is_brought


def test_what_would_be_lost_is_named_by_column_word_and_precision(cast: Cast) -> None:
    lost = bringing.preview(received(cast, LIST), by=cast.amina, at=NOW)["lost"]

    assert lost["columns"] == [{"file": LIST, "heading": "Police log", "filled": 3}]
    assert lost["words"] == [
        {"file": LIST, "heading": "Reason not completed", "word": "Moon was full", "rows": 1}
    ]
    left_out = {each["what"]: each["number"] for each in lost["precision"]}
    assert left_out["start_without_time"] == 2
    assert left_out["held_without_time"] == 1
    assert left_out["whose_no_not_known"] == 1
    assert left_out["offer_not_known"] == 1


def test_a_row_of_nobody_and_one_over_another_are_refused_with_their_reasons(cast: Cast) -> None:
    said = bringing.preview(received(cast, LIST), by=cast.amina, at=NOW)

    assert {each["row"]: each["reason"] for each in said["refused"]} == {
        9: "No child of this council has the number wren",
        10: "No child of this council has the number nobody",
        11: f"It overlaps with row 2 of {LIST}, and a child is missing once at a time",
    }


def test_for_good_each_episode_stands_as_the_records_left_it(cast: Cast) -> None:
    made, _ = brought(cast, "register.csv", LIST)

    kit = {each.started_on: each for each in cast.kit.episodes.all()}
    assert [each.earlier for _, each in sorted(kit.items())] == [
        Earlier.HELD,
        Earlier.DECLINED_BY_CHILD,
        Earlier.DECLINED,
        Earlier.NOT_KNOWN,
    ]
    record = kit[date(2025, 11, 1)].earlier_record
    assert (record.interviewer, record.body) == ("J. Moss", "Open Path")
    assert record.notes == "He said the house was loud."
    assert "NSP-1" in record.as_received
    assert all(each.is_settled for each in kit.values())
    assert all(nothing_else_to_reckon(each, NOW) for each in Episode.objects.all())
    assert not Offer.objects.exists()
    assert not Interview.objects.exists()
    assert (made.children, made.episodes, made.refused) == (1, 8, 3)


def test_what_nobody_wrote_down_is_not_known_and_never_not_offered(cast: Cast) -> None:
    brought(cast, "register.csv", LIST)

    assert parts_of(cast.kit, date(2025, 11, 15)) == {"ended", "offer_not_known"}
    assert parts_of(cast.kit, date(2025, 11, 10)) == {"ended", "offered", "whose_no_not_known"}
    assert parts_of(cast.robin, date(2025, 12, 8)) == {
        "ended",
        "offered",
        "accepted",
        "held_not_known",
    }
    held = {"ended", "offered", "accepted", "held"}
    assert parts_of(cast.kit, date(2025, 11, 1)) == {*held, "in_time"}


def test_who_came_back_of_late_is_work_as_any_other(cast: Cast) -> None:
    brought(cast, LIST)

    (live,) = Episode.objects.unsettled()
    assert live.started_on == date(2026, 2, 26)
    assert (live.earlier, live.next_step) == ("", "take-on")
    assert live.earlier_record.said is Earlier.ACCEPTED


def test_from_which_day_on_it_is_work_is_for_the_person_to_say(cast: Cast) -> None:
    brought(cast, LIST, live_since=date(2026, 3, 1))

    assert not Episode.objects.unsettled().exists()


def test_figures_are_right_before_after_and_when_it_was_taken_back(cast: Cast) -> None:
    before = stored()
    every = ("register.csv", LIST, "missing.csv", "ssd_missing.csv", "ssd_person.csv")
    made, _ = brought(cast, *every)

    assert stored() == counted_again() == counted_by_sort()
    assert stored() != before
    history.take_back(made, because="The wrong year", by=cast.amina, at=NOW)
    assert stored() == counted_again() == before


@pytest.mark.check
def test_the_same_files_again_change_nothing(cast: Cast) -> None:
    brought(cast, "register.csv", LIST, "missing.csv")
    before = set(Episode.objects.values_list("pk", "settled_at"))

    _, said = brought(cast, "register.csv", LIST, "missing.csv")

    assert said["counts"]["episodes"] == said["counts"]["children"] == 0
    assert set(Episode.objects.values_list("pk", "settled_at")) == before


def test_an_extract_of_the_903_has_days_alone_and_ends_a_missing_one_on_being_found(
    cast: Cast,
) -> None:
    _, said = brought(cast, "missing.csv", "header.csv")

    missing, away = cast.sky.episodes.order_by("started_at")
    assert (missing.kind, away.kind) == ("missing", "away")
    assert (str(missing.found.precision), missing.returned) == ("date", None)
    assert (away.found, str(away.returned.precision)) == (None, "date")
    (refused,) = said["refused"]
    assert "two birth dates" in refused["reason"]
    assert said["counts"]["episodes"] == 3


@pytest.mark.check
def test_the_safeguarding_data_set_says_who_somebody_is_in_another_file(cast: Cast) -> None:
    _, said = brought(cast, "ssd_missing.csv", "ssd_person.csv")

    assert [each.earlier for each in cast.kit.episodes.order_by("started_at")] == [
        Earlier.ACCEPTED,
        Earlier.DECLINED,
    ]
    assert [each.earlier for each in cast.sky.episodes.order_by("started_at")] == [
        Earlier.NOT_OFFERED,
        Earlier.NOT_KNOWN,
    ]
    assert [each["reason"] for each in said["refused"]] == ["No file says who the person p-9 is"]


@pytest.mark.check
def test_two_files_that_tell_of_one_episode_tell_of_it_once(cast: Cast) -> None:
    _, said = brought(cast, LIST, "missing.csv")

    assert cast.robin.episodes.filter(started_at__date=date(2025, 12, 1)).count() == 1
    assert said["counts"]["unchanged"] == 1


@pytest.mark.check
def test_a_child_of_another_council_is_nobody_here(cast: Cast) -> None:
    taken = bringing.receive(
        bringing.of_paths([EARLIER / LIST]),
        brought_for=cast.westborough_council,
        by=cast.wes,
        at=NOW,
    )

    said = bringing.preview(taken, by=cast.wes, at=NOW)

    assert said["counts"]["episodes"] == 0
    assert {each["reason"].split(" has ")[0] for each in said["refused"]} == {
        "No child of this council"
    }


def test_what_was_brought_in_can_be_taken_back_as_one(cast: Cast) -> None:
    made, _ = brought(cast, "register.csv", LIST)

    undone = history.take_back(made, because="The wrong year", by=cast.mara, at=NOW)

    assert (len(undone.episodes), len(undone.children), undone.kept) == (8, 1, ())
    assert not Episode.objects.exists()
    assert not Identifier.objects.filter(value="wren").exists()
    assert cast.kit.is_confirmed
    made = Bringing.objects.get(pk=made.pk)
    assert (made.taken_back_by, made.taken_back_because) == (cast.mara, "The wrong year")
    assert made.report is None
    verbs = JournalEntry.objects.filter(by_id=cast.mara.pk).values_list("verb", flat=True)
    assert list(verbs).count("take back episode") == 8
    assert "take back history" in verbs


def test_a_register_that_contradicts_the_record_is_listed_and_leaves_no_doubt(cast: Cast) -> None:
    heading = "child_id,forename,surname,sex,date_of_birth,home_postcode,authority,looked_after_by"
    rows = ("sky,Sky,Marlowe,F,2011-05-04,EM1 1AA,Eastmoor,Northshire", "kit,Kit,Doe,M,,,Eastmoor,")
    taken = bringing.receive(
        [("register.csv", "\n".join((heading, *rows)).encode())],
        brought_for=cast.northshire_council,
        by=cast.amina,
        at=NOW,
    )

    said = bringing.bring(taken, by=cast.amina, at=NOW)

    (differs,) = said["same"]
    assert "placed in Eastmoor" in differs["differs"][0]
    assert [each["reason"] for each in said["refused"]] == ["The row is of a child of Eastmoor"]
    assert not Doubt.objects.exists()


def test_a_number_of_another_councils_register_is_another_child(cast: Cast) -> None:
    kit = cast.kit
    heading = "child_id,forename,surname,sex,date_of_birth,home_postcode,authority,looked_after_by"
    row = "kit,Somebody,Else,M,2012-01-01,WB1 1AA,Westborough,"
    taken = bringing.receive(
        [("register.csv", f"{heading}\n{row}".encode())],
        brought_for=cast.westborough_council,
        by=cast.wes,
        at=NOW,
    )

    said = bringing.bring(taken, by=cast.wes, at=NOW)

    assert said["counts"]["children"] == 1
    assert not said["refused"]
    theirs = history.by_number(cast.westborough, ["kit"])
    ours = history.by_number(cast.northshire, ["kit"])
    assert ours == {"kit": {kit.pk}}
    assert theirs["kit"].isdisjoint(ours["kit"])
    assert BroughtChild.objects.get().child_id in theirs["kit"]


@pytest.mark.check
def test_what_was_taken_back_can_be_brought_in_again(cast: Cast) -> None:
    made, _ = brought(cast, LIST)
    history.take_back(made, because="Try again", by=cast.amina, at=NOW)

    _, said = brought(cast, LIST)

    assert said["counts"]["episodes"] == 7


def test_what_somebody_has_worked_on_is_named_and_stays_if_that_is_said(cast: Cast) -> None:
    made, _ = brought(cast, "register.csv", LIST)
    (live,) = Episode.objects.unsettled()
    episodes.assign(live, cast.ines, by=cast.amina, at=NOW)

    with pytest.raises(history.WorkedOn, match=f"worked since on episode {live.pk}: it stays"):
        history.take_back(made, because="Wrong", by=cast.amina, at=NOW)
    assert Episode.objects.count() == 8

    history.take_back(made, because="Wrong", leave=True, by=cast.amina, at=NOW)
    assert list(Episode.objects.all()) == [live]
    assert stored() == counted_again()


def test_an_offer_made_now_for_a_past_episode_counts_and_is_work_again(cast: Cast) -> None:
    brought(cast, LIST)
    past = cast.kit.episodes.get(earlier=Earlier.NOT_KNOWN)

    offers.make(
        past, means=Means.TELEPHONE, reached=Reached.CHILD, made_at=NOW, by=cast.amina, at=NOW
    )

    past.refresh_from_db()
    assert (past.earlier, past.is_settled) == ("", False)
    assert "offered" in measures.parts(past.facts)
    assert stored() == counted_again()


def test_notes_of_earlier_records_are_read_by_those_who_may_read_an_account(cast: Cast) -> None:
    brought(cast, "missing.csv")
    record = EarlierRecord.objects.filter(episode__child=cast.sky).first()

    assert record is not None
    assert who_sees(record) == {"amina", "mara", "sol"}


def test_a_bringing_is_seen_by_those_who_take_files_in(cast: Cast) -> None:
    assert who_sees(received(cast, LIST)) == {"amina", "mara"}


def test_a_file_of_something_else_is_refused_in_a_sentence(cast: Cast) -> None:
    with pytest.raises(Unreadable, match="by them it is none of these"):
        bringing.receive(
            [("list.csv", b"Fruit,Colour\nPear,Green\n")],
            brought_for=cast.northshire_council,
            by=cast.amina,
            at=NOW,
        )


def test_the_database_itself_keeps_a_row_once_and_a_reason_for_taking_back(cast: Cast) -> None:
    made, _ = brought(cast, LIST)
    first, second = EarlierRecord.objects.all()[:2]

    with refused_by("the_same_past_row_is_kept_once"):
        EarlierRecord.objects.filter(pk=first.pk).update(digest=second.digest)
    with refused_by("an_earlier_record_says_something"):
        EarlierRecord.objects.filter(pk=first.pk).update(says="")
    with refused_by("an_earlier_interview_has_a_precision"):
        EarlierRecord.objects.filter(pk=first.pk).update(held_at=NOW, held_precision="")
    with refused_by("history_is_brought_by_somebody"):
        Bringing.objects.filter(pk=made.pk).update(brought_by=None)
    with refused_by("history_is_taken_back_by_somebody_and_why"):
        Bringing.objects.filter(pk=made.pk).update(taken_back_at=NOW, taken_back_by=cast.amina)


@pytest.mark.check
def test_many_rows_do_not_ask_the_database_for_each(cast: Cast) -> None:
    taken = received(cast, LIST)
    many = "Child ID,Start date,End date,RHI offered\n" + "".join(
        f"kit,{date(2020, 1, 1).replace(month=m, day=d):%d/%m/%Y},"
        f"{date(2020, 1, 1).replace(month=m, day=d):%d/%m/%Y},Yes\n"
        for m in range(1, 11)
        for d in range(1, 21)
    )
    lots = bringing.receive(
        [("many.csv", many.encode())], brought_for=cast.northshire_council, by=cast.amina, at=NOW
    )

    with CaptureQueriesContext(connection) as few:
        bringing.preview(taken, by=cast.amina, at=NOW)
    with CaptureQueriesContext(connection) as asked:
        assert bringing.preview(lots, by=cast.amina, at=NOW)["counts"]["episodes"] == 200

    assert len(asked) <= len(few) + 5


@pytest.mark.check
def test_history_is_counted_by_a_protocol_and_calls_for_no_meeting_by_itself(cast: Cast) -> None:
    nights = "".join(f"kit,{day}/02/2026,{day + 1}/02/2026\n" for day in (10, 16, 20))
    taken = bringing.receive(
        [("nights.csv", f"Child ID,Start date,End date\n{nights}".encode())],
        brought_for=cast.northshire_council,
        live_since=date(2026, 3, 1),
        by=cast.amina,
        at=NOW,
    )
    assert bringing.bring(taken, by=cast.amina, at=NOW)["counts"]["settled"] == 3
    kit = cast.kit
    assert escalations.called_for([kit], now=NOW)[kit.pk] == ()

    live = returned(kit, hours_ago=10)

    assert {each.episode for each in escalations.called_for([kit], now=NOW)[kit.pk]} == {live.pk}


def test_a_workbook_with_a_sheet_for_each_year_is_read_whole(cast: Cast) -> None:
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for year in (2024, 2025):
            sheet = book.add_worksheet(str(year))
            # Each year has other columns.
            headings = ["Child ID", "Date missing", "Date returned"]
            more = ["RHI offered"] if year == 2025 else []
            sheet.write_row(0, 0, [*headings, *more])
            sheet.write_row(1, 0, ["kit", f"01/11/{year}", f"02/11/{year}", *("Yes" for _ in more)])
            sheet.write_row(2, 0, ["nobody", f"03/11/{year}", f"04/11/{year}"])
        book.add_worksheet("Who to ring").write_row(0, 0, ["Desk", "Extension"])
        book.add_worksheet("Blank")

    taken = bringing.receive(
        [("list.xlsx", content.getvalue())],
        brought_for=cast.northshire_council,
        by=cast.amina,
        at=NOW,
    )
    said = bringing.bring(taken, by=cast.amina, at=NOW)

    assert said["read"] == 4
    assert [each["name"] for each in said["files"]] == ["list.xlsx, 2024", "list.xlsx, 2025"]
    assert said["aside"] == ["list.xlsx, Who to ring"]
    assert {(row["file"], row["row"]) for row in said["refused"]} == {
        ("list.xlsx, 2024", 3),
        ("list.xlsx, 2025", 3),
    }
    assert Episode.objects.filter(child=cast.kit).count() == 2
