"""A sender's file in the ledger: opened, updated, unchanged, waiting or refused, row by row."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from returnhome.casework import episodes, notifications, owners, registers, staff
from returnhome.casework.models import (
    Child,
    Correction,
    Delivery,
    Episode,
    JournalEntry,
    Notification,
    Organisation,
    Tally,
)
from returnhome.casework.places import authority_named
from returnhome.intake import loading, registering, taking
from returnhome.intake.layouts import POLICE_A
from returnhome.intake.outcome import Outcome, Result
from returnhome.rules.clock import Moment
from returnhome.rules.codes import Cohort, EpisodeKind, RiskGrade
from tests.casework.ledger import counted_figures, stored_figures
from tests.cast import NOW, Cast

SAMPLES = Path(__file__).parent / "samples"
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
SENDER = "West Yorkshire Police"
HEADINGS = list(POLICE_A.columns)
EWA = {
    "Misper Ref": "X1",
    "Surname": "Green",
    "Forename(s)": "Ewa",
    "DOB": "20/06/2013",
    "Sex": "F",
    "Postcode": "WF1 2HQ",
    "Last Seen": "24/06/2026 10:15",
    "Reported": "24/06/2026 17:29",
    "Risk": "Medium",
    "LAC": "N",
    "Classification": "Missing",
}


def told(**changes: str) -> dict[str, str]:
    """Ewa's row with some cells changed; `last_seen` means the column “Last Seen”."""
    names = {heading.lower().replace(" ", "_").replace("(s)", ""): heading for heading in HEADINGS}
    return EWA | {names[name]: text for name, text in changes.items()}


def written(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADINGS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def delivered(*rows: dict[str, str], sender: str = SENDER, received_for=None) -> Delivery:
    by = staff.operator()
    return loading.receive(
        written(*rows),
        "list.csv",
        sender=notifications.sender_named(sender, by=by, at=AT),
        received_for=received_for,
        by=by,
        at=AT,
    )


def loaded(*rows: dict[str, str], **given) -> Outcome:
    return loading.confirm(delivered(*rows, **given), by=staff.operator(), at=AT)


def results(outcome: Outcome) -> list[str]:
    return [str(row.result) for row in outcome.rows]


def everything() -> tuple[int, ...]:
    tables = (Child, Episode, Notification, JournalEntry, Delivery, Organisation)
    return tuple(table.objects.count() for table in tables)


@pytest.fixture
def ewa(cast: Cast) -> Child:
    """Known to Wakefield, where she lives."""
    wakefield = authority_named("Wakefield", AT.date())
    child, _ = registers.enter(
        register_id="CH1",
        forename="Ewa",
        surname="Green",
        born_on=date(2013, 6, 20),
        sex="F",
        postcode="WF1 2HQ",
        lives_in=wakefield,
        looked_after_by=None,
        by=staff.operator(),
        at=NOW,
    )
    return child


# A workbook with a sheet for each month.


def by_month(**months: tuple[dict[str, str], ...]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, rows in months.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(csv.reader(written(*rows).decode().splitlines())):
                sheet.write_row(number, 0, row)
        book.add_worksheet("Summary").write_row(0, 0, ["Month", "Children"])
    return content.getvalue()


def test_a_workbook_with_a_sheet_for_each_month_adds_up_and_each_row_says_where(cast, ewa):
    other = {"forename": "Una", "dob": "01/02/2012", "last_seen": "24/05/2026 10:15"}
    other |= {"reported": "24/05/2026 11:00"}
    year = by_month(
        May=(told(misper_ref="Y1", **other), told(misper_ref="Y2", dob="31/02/2012")),
        Jun=(told(misper_ref="Y3", **other | {"forename": "Ula"}), told()),
    )
    by = staff.operator()
    sender = notifications.sender_named(SENDER, by=by, at=AT)

    delivery = loading.receive(year, "2026.xlsx", sender=sender, received_for=None, by=by, at=AT)
    outcome = loading.confirm(delivery, by=by, at=AT)

    assert [(row.where, str(row.result)) for row in outcome.rows] == [
        ("May row 2", "waiting"),
        ("May row 3", "refused"),
        ("Jun row 2", "waiting"),
        ("Jun row 3", "opened"),
    ]
    assert outcome.read == sum(outcome.counts.values()) == 4
    assert outcome.aside == ["Summary"]
    kept = Notification.objects.in_order().values_list("sheet", "row_number", "reference")
    assert ("Jun", 3, "X1") in kept
    assert [each["sheet"] for each in outcome.as_json({})["rows"]] == ["May"] * 2 + ["Jun"] * 2
    assert outcome.as_json({})["left_aside"] == ["Summary"]
    # Two that wait stand in the same row of their sheets, and are two children.
    waiting = Child.objects.waiting().values_list("forename", flat=True)
    assert sorted(waiting) == ["Ula", "Una"]


def test_the_same_workbook_with_one_month_more_changes_that_month_alone(cast, ewa, tmp_path):
    path = tmp_path / "2026.xlsx"
    then = {"last_seen": "24/05/2026 10:15", "reported": "24/05/2026 11:00"}
    may = (told(misper_ref="Y1", **then, found="25/05/2026 09:00"),)

    def brought() -> list[str]:
        return results(loading.bring(path, sender=SENDER, by=staff.operator(), at=AT))

    path.write_bytes(by_month(May=may))
    assert brought() == ["opened"]
    path.write_bytes(by_month(May=may, Jun=(told(),)))
    assert brought() == ["unchanged", "opened"]


# The whole sample.


@pytest.fixture
def register(cast: Cast) -> registering.Registered:
    return registering.load(SAMPLES / "police-a.register.csv", by=staff.operator(), at=AT)


def intake(capsys, *options: str) -> dict:
    with pytest.raises(SystemExit) as ended:
        call_command(
            "intake",
            str(SAMPLES / "police-a.csv"),
            "--sender",
            SENDER,
            "--json",
            "--at",
            AT.isoformat(),
            *options,
        )
    assert ended.value.code == 1
    return json.loads(capsys.readouterr().out)


def truth() -> dict[int, dict]:
    rows = json.loads((SAMPLES / "police-a.truth.json").read_text(encoding="utf-8"))
    return {row["row"]: row for row in rows}


def test_a_forces_file_goes_in_as_the_truth_says(register, capsys):
    said = intake(capsys)

    found: dict[str, str] = {}
    assert [row["row"] for row in said["rows"]] == sorted(truth())
    for row in said["rows"]:
        true = truth()[row["row"]]
        if true.get("fault"):
            assert (row["result"], row["child"]) == ("refused", None)
            assert row["reason"]
            continue
        for name in ("ref", "kind", "last_seen", "reported"):
            assert row[name] == true[name], row
        found[row["ref"]] = true["found"] or found.get(row["ref"])
        assert row["found"] == found[row["ref"]]
        if set(true["kinds"]) <= {"capitals"}:
            assert row["child"] == true["child"]
            assert row["result"] in {"opened", "updated", "unchanged"}
        else:
            assert row["child"] is None
            assert row["result"] in {"waiting", "unchanged"}
            if row["result"] == "waiting" and true["child"]:
                assert true["child"] in row["candidates"]
    counts = [said[str(result)] for result in Result]
    assert said["read"] == sum(counts) == len(said["rows"]) == 226


@pytest.mark.check
def test_the_same_file_again_changes_nothing(register, capsys):
    first = intake(capsys)
    ledger = list(Episode.objects.order_by("pk").values())
    before = Child.objects.count(), Notification.objects.count(), Tally.objects.count()

    second = intake(capsys)

    assert {row["result"] for row in second["rows"]} == {"unchanged", "refused"}
    assert second["refused"] == first["refused"] == 5
    assert [row["reason"] for row in second["rows"] if row["result"] == "refused"] == [
        row["reason"] for row in first["rows"] if row["result"] == "refused"
    ]
    assert list(Episode.objects.order_by("pk").values()) == ledger
    assert (Child.objects.count(), Notification.objects.count(), Tally.objects.count()) == before


@pytest.mark.check
def test_every_clock_runs_whether_or_not_the_child_is_named(register, capsys):
    intake(capsys)

    theirs = Episode.objects.filter(child__confirmed_at__isnull=True)
    assert theirs.count() == Child.objects.waiting().count() > 20
    assert not theirs.filter(found_at__isnull=False, due_at__isnull=True).exists()


@pytest.mark.check
def test_the_figures_are_those_of_the_episodes(register, capsys):
    intake(capsys)

    assert counted_figures()
    assert stored_figures() == counted_figures()


@pytest.mark.check
def test_a_dry_run_says_the_same_and_leaves_nothing(register, capsys):
    before = everything()

    dry = intake(capsys, "--dry-run")
    after = everything()

    assert after == before
    assert not Organisation.objects.filter(name=SENDER).exists()
    wet = intake(capsys)
    assert [row["result"] for row in dry["rows"]] == [row["result"] for row in wet["rows"]]


@pytest.mark.check
@pytest.mark.parametrize("together", [1, 7])
def test_how_many_rows_are_looked_up_together_makes_no_difference(
    register, capsys, monkeypatch, together: int
):
    usual = intake(capsys, "--dry-run")
    monkeypatch.setattr(loading, "TOGETHER", together)

    assert intake(capsys, "--dry-run") == usual


@pytest.mark.check
def test_a_register_loaded_again_changes_nothing(register):
    before = everything()

    again = registering.load(SAMPLES / "police-a.register.csv", by=staff.operator(), at=AT)

    assert register.counts == {"opened": 61}
    assert again.counts == {"unchanged": 61}
    assert everything() == before


def test_a_register_refuses_a_council_that_is_in_no_list(cast: Cast, tmp_path: Path):
    file = tmp_path / "register.csv"
    file.write_text(
        "child_id,forename,surname,sex,date_of_birth,home_postcode,authority,looked_after_by\n"
        "CH9,Ada,Moss,F,2012-01-01,LS1 1UR,Ankh-Morpork,\n"
    )

    registered = registering.load(file, by=staff.operator(), at=AT)

    assert registered.rows == [
        (2, "CH9", "refused", "“Ankh-Morpork” is in no list of authorities or districts", "")
    ]


# Opening.


def test_a_child_whom_the_rule_finds_is_joined_and_says_why(ewa: Child):
    outcome = loaded(told())

    (row,) = outcome.rows
    assert (row.result, row.child, row.goes_to) == (Result.OPENED, ewa.pk, "Wakefield")
    kept = Notification.objects.get(reference="X1")
    assert kept.joined_because == "name, birth date and postcode all agree"
    assert kept.joined_by == staff.operator()
    assert json.loads(kept.as_received)["Surname"] == "Green"


def test_capitals_apostrophes_and_spaces_make_no_other_child(ewa: Child):
    registers.enter(
        register_id="CH2",
        forename="Niamh",
        surname="O’Brien",
        born_on=date(2010, 4, 16),
        sex="F",
        postcode="BD1 1HY",
        lives_in=authority_named("Bradford", AT.date()),
        looked_after_by=None,
        by=staff.operator(),
        at=NOW,
    )

    outcome = loaded(
        told(surname="GREEN", postcode="wf12hq"),
        told(
            misper_ref="X2",
            surname="O'BRIEN",
            forename="NIAMH ",
            dob="16/04/2010",
            postcode=" BD1  1HY",
        ),
    )

    assert results(outcome) == ["opened", "opened"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"forename": "Eva"}, "No child on record has this name, birth date and postcode"),
        ({"postcode": "LS1 1UR"}, "No child on record has this name, birth date and postcode"),
        (
            {"dob": ""},
            "No child can be joined by rule, because the row has no birth date",
        ),
        (
            {"dob": "UNK", "postcode": "NFA"},
            "No child can be joined by rule, because the row has no birth date and no postcode",
        ),
    ],
)
def test_what_does_not_match_exactly_waits_with_its_reason_and_candidates(
    ewa: Child, changes: dict[str, str], reason: str
):
    outcome = loaded(told(**changes))

    (row,) = outcome.rows
    assert (row.result, row.reason, row.child) == (Result.WAITING, reason, None)
    assert row.candidates == (ewa.pk,)
    stranger = Child.objects.get(notifications__reference="X1")
    assert stranger.is_waiting
    assert stranger.episodes.get().responsible_authority is not None


def test_of_two_children_with_the_same_facts_no_rule_chooses(ewa: Child):
    twin, _ = registers.enter(
        register_id="CH2",
        forename="Ewa",
        surname="Green",
        born_on=ewa.born_on,
        sex="F",
        postcode="WF1 2HQ",
        lives_in=ewa.responsible_authority,
        looked_after_by=None,
        by=staff.operator(),
        at=NOW,
    )

    (row,) = loaded(told()).rows

    assert row.result is Result.WAITING
    assert row.reason == "2 children on record have this name, birth date and postcode"
    assert row.candidates == (ewa.pk, twin.pk)


def test_a_child_whom_police_left_open_waits_and_is_never_refused(ewa: Child):
    outcome = loaded(told(), told(misper_ref="X2", last_seen="01/07/2026 10:00", reported=""))

    assert results(outcome) == ["opened", "waiting"]
    assert outcome.rows[1].candidates == (ewa.pk,)
    assert "already has an episode over that time" in outcome.rows[1].reason
    assert Episode.objects.filter(bases__notification__reference="X2").get().child != ewa


def test_two_rows_of_one_file_that_overlap_are_told_apart_before_the_database_is_asked(
    ewa: Child,
):
    outcome = loaded(
        told(found="25/06/2026 16:55"),
        told(misper_ref="X2", last_seen="25/06/2026 16:00", reported="", found="26/06/2026 10:00"),
        told(misper_ref="X3", last_seen="25/06/2026 16:55", reported="", found="26/06/2026 10:00"),
    )

    assert results(outcome) == ["opened", "waiting", "opened"]
    assert ewa.episodes.count() == 2


def test_a_record_changed_while_a_file_goes_in_stops_the_file_and_nothing_is_written(
    ewa: Child, monkeypatch
):
    delivery = delivered(told(found="25/06/2026 16:55"))
    seen = Moment(datetime(2026, 6, 25, 10, tzinfo=UTC))
    look = episodes.spans

    def looked_and_then_somebody_opened_one(ids, **more):
        before = look(ids, **more)
        mine = {"last_seen": seen}
        episodes.open(
            ewa,
            kind=EpisodeKind.MISSING,
            moments=mine,
            source="Amina",
            owners=told_owners(ewa),
            by=staff.operator(),
            at=AT,
        )
        return before

    monkeypatch.setattr(episodes, "spans", looked_and_then_somebody_opened_one)
    before = everything()

    with pytest.raises(taking.ChangedMeanwhile, match="try again"):
        loading.confirm(delivery, by=staff.operator(), at=AT)

    assert everything() == before


def told_owners(child: Child) -> owners.Owners:
    return owners.of_child(
        child, kind=EpisodeKind.MISSING, started_on=date(2026, 6, 25), ended_on=None
    )


def test_the_row_says_who_must_act_for_a_child_nobody_has_named(cast: Cast):
    loaded(
        told(lac="Y", placing_authority="Lambeth", postcode="BD1 1HY"),
        told(misper_ref="X2", postcode="LS1 1UR", forename="Jo"),
    )

    away, home = (
        Episode.objects.get(bases__notification__reference=reference) for reference in ("X1", "X2")
    )
    assert away.responsible_authority.name == "Lambeth"
    assert away.host_authority.name == "Bradford"
    assert away.cohort == Cohort.LOOKED_AFTER_OUT_OF_AREA
    assert (home.responsible_authority.name, home.cohort) == ("Leeds", Cohort.HOME)


def test_where_nothing_says_where_a_child_belongs_the_council_that_got_the_file_acts(cast: Cast):
    loaded(told(postcode=""), received_for=cast.northshire_council)

    episode = Episode.objects.get(bases__notification__reference="X1")
    assert episode.responsible_authority == cast.northshire
    assert "provisional" in " ".join(episode.flags)


def test_and_without_such_a_council_one_of_the_forces_area(cast: Cast):
    loaded(told(postcode=""))

    episode = Episode.objects.get(bases__notification__reference="X1")
    assert episode.responsible_authority.force.name == SENDER


def test_a_child_placed_by_a_council_in_no_list_is_still_somebodys(cast: Cast):
    loaded(told(lac="Y", placing_authority="Ankh-Morpork"))

    episode = Episode.objects.get(bases__notification__reference="X1")
    assert episode.responsible_authority.name == "Wakefield"
    assert episode.cohort == Cohort.UNKNOWN


def test_a_child_reported_after_being_found_is_taken_in(ewa: Child):
    outcome = loaded(told(last_seen="", found="24/06/2026 15:00"))

    assert results(outcome) == ["opened"]


# Later rows.


def test_a_later_row_of_a_reference_brings_only_its_news(ewa: Child):
    outcome = loaded(
        told(),
        told(found="25/06/2026 16:55"),
        told(found="25/06/2026 16:55", found_comments="At friend's address"),
        told(risk="High"),
        told(risk="High", reported=""),
    )

    assert results(outcome) == ["opened", "updated", "unchanged", "updated", "unchanged"]
    episode = Episode.objects.get(child=ewa)
    assert episode.found_at == datetime(2026, 6, 25, 15, 55, tzinfo=UTC)
    assert episode.risk == RiskGrade.HIGH
    assert episode.bases.count() == 5


def test_a_correction_keeps_the_old_value(ewa: Child):
    loaded(told(found="25/06/2026 16:55"))

    outcome = loaded(told(found="25/06/2026 17:10"))

    assert results(outcome) == ["updated"]
    assert Correction.objects.get().was_at == datetime(2026, 6, 25, 15, 55, tzinfo=UTC)


def test_a_row_that_knows_the_time_less_well_is_no_news(ewa: Child):
    loaded(told(found="25/06/2026 16:55"))

    outcome = loaded(told(found="25/06/2026"))

    assert results(outcome) == ["unchanged"]
    assert Episode.objects.get(child=ewa).found.precision.kind == "exact"


def test_what_a_person_has_put_right_is_not_undone_by_the_police_saying_it_again(
    ewa: Child, cast: Cast
):
    loaded(told(found="25/06/2026 16:55"))
    episode = Episode.objects.get(child=ewa)
    right = Moment(datetime(2026, 6, 25, 12, tzinfo=UTC))
    episodes.update(
        episode,
        moments={"found": right},
        kind=EpisodeKind.AWAY,
        source=cast.amina.name,
        because="The home's log says so",
        by=cast.amina,
        at=AT,
    )

    outcome = loaded(told(found="25/06/2026 16:55", found_comments="Safe and well"))

    assert results(outcome) == ["unchanged"]
    after = Episode.objects.get(child=ewa)
    assert (after.found, after.kind) == (right, EpisodeKind.AWAY)


def test_a_waiting_reference_stays_waiting_on_news_and_is_unchanged_on_none(cast: Cast):
    outcome = loaded(
        told(),
        told(found="25/06/2026 16:55"),
        told(found="25/06/2026 16:55", found_comments="At friend's address"),
    )

    assert results(outcome) == ["waiting", "waiting", "unchanged"]
    assert results(loaded(told(found="25/06/2026 16:55"))) == ["unchanged"]


def test_a_birth_date_that_comes_later_is_learnt_and_still_waits(ewa: Child):
    outcome = loaded(told(dob=""), told())

    assert results(outcome) == ["waiting", "waiting"]
    stranger = Child.objects.waiting().get()
    assert (stranger.born_on, stranger.born_precision) == (date(2013, 6, 20), "known")


def test_a_reference_used_again_for_another_child_waits_as_an_episode_of_its_own(ewa: Child):
    loaded(told())

    outcome = loaded(told(forename="Zac", surname="Begum", dob="12/12/2010"))

    (row,) = outcome.rows
    assert row.result is Result.WAITING
    assert row.reason == "The reference X1 stands for another child here"
    assert Episode.objects.get(child=ewa).bases.count() == 1


def test_a_reference_used_again_a_year_later_leaves_the_first_episode_alone(ewa: Child):
    loaded(told(found="25/06/2026 16:55"))

    later = told(last_seen="20/10/2026 10:00", reported="", found="21/10/2026 10:00")
    outcome = loaded(later, later | {"Found Comments": "Safe"})

    assert results(outcome) == ["waiting", "unchanged"]
    assert outcome.rows[0].reason == "The reference X1 stands for another time here"
    assert outcome.rows[0].candidates == (ewa.pk,)
    assert ewa.episodes.get().ended_on == date(2026, 6, 25)


def test_times_that_would_overlap_the_childs_next_episode_wait_and_spoil_nothing(ewa: Child):
    loaded(
        told(found="25/06/2026 16:55"),
        told(misper_ref="X2", last_seen="28/06/2026 10:00", reported="", found="28/06/2026 20:00"),
    )

    outcome = loaded(told(found="28/06/2026 12:00"))

    (row,) = outcome.rows
    assert (row.result, row.candidates) == (Result.WAITING, (ewa.pk,))
    assert "two episodes at once" in row.reason
    assert ewa.episodes.count() == 2


def test_a_found_before_the_last_seen_we_hold_is_refused_and_the_episode_stays(ewa: Child):
    loaded(told())

    outcome = loaded(told(last_seen="", found="23/06/2026 10:00"))

    (row,) = outcome.rows
    assert row.result is Result.REFUSED
    assert "before being last seen" in row.reason
    assert Episode.objects.get(child=ewa).is_open


# Refused rows.


def test_a_refused_row_is_kept_once_as_received_and_somebody_can_see_it(ewa: Child):
    adult = told(dob="01/01/1980")

    loaded(adult)
    loaded(adult)

    kept = Notification.objects.get(result="refused")
    assert "not a child" in kept.reason
    assert json.loads(kept.as_received)["DOB"] == "01/01/1980"
    assert kept.responsible_authority.name == "Wakefield"
    assert kept.child is None


def test_a_row_refused_for_a_date_ahead_goes_in_once_the_day_has_come(ewa: Child):
    row = told(found="30/11/2026 10:00", last_seen="22/11/2026 10:00", reported="")

    first = loaded(row)
    later = loading.confirm(delivered(row), by=staff.operator(), at=AT + timedelta(days=10))

    assert (results(first), results(later)) == (["refused"], ["opened"])


def test_blank_and_totals_rows_are_listed_apart_and_not_counted(ewa: Child):
    outcome = loaded(told(), {}, {"Misper Ref": "Total", "Last Seen": "1"})

    assert (outcome.read, results(outcome)) == (1, ["opened"])
    assert [(each.number, each.why) for each in outcome.skipped] == [
        (3, "blank row"),
        (4, "totals row"),
    ]


# One file, one transaction.


def test_a_delivery_is_confirmed_once(ewa: Child):
    delivery = delivered(told())
    loading.confirm(delivery, by=staff.operator(), at=AT)

    with pytest.raises(notifications.AlreadyConfirmed):
        loading.confirm(delivery, by=staff.operator(), at=AT)


def test_confirming_keeps_the_counts_and_lets_the_file_go(ewa: Child):
    delivery = delivered(told(), told(misper_ref="X2", dob="01/01/1980"))

    loading.confirm(delivery, by=staff.operator(), at=AT)

    closed = Delivery.objects.get(pk=delivery.pk)
    assert (closed.opened, closed.refused, closed.read) == (1, 1, 2)
    assert closed.content is None


def test_a_preview_leaves_not_even_a_line_in_the_journal(ewa: Child):
    delivery = delivered(told(), told(misper_ref="X2", forename="Jo"))
    before = everything()

    outcome = loading.preview(delivery, by=staff.operator(), at=AT)

    assert results(outcome) == ["opened", "waiting"]
    assert everything() == before


def test_a_fault_of_ours_halfway_leaves_nothing_half_written(ewa: Child):
    delivery = delivered(told())
    before = everything()

    def rows():
        yield from loading.File(delivery, AT).outcomes()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        loading.load(delivery, rows(), by=staff.operator(), at=AT)

    assert everything() == before


# The command.


def test_an_unknown_sender_is_named_with_what_comes_near(cast: Cast):
    with pytest.raises(CommandError, match="did you mean “West Yorkshire Police”") as wrong:
        call_command("intake", str(SAMPLES / "police-a.csv"), "--sender", "West Yorks Police")

    assert wrong.value.returncode == 2


def test_a_file_that_is_not_there_is_one_sentence(cast: Cast):
    with pytest.raises(CommandError, match="cannot be opened") as wrong:
        call_command("intake", "nothing.csv", "--sender", SENDER)

    assert wrong.value.returncode == 2
    assert not Organisation.objects.filter(name=SENDER).exists()


def test_a_time_that_is_none_is_wrong_use(cast: Cast):
    with pytest.raises(CommandError, match="is not a time"):
        call_command("intake", "x.csv", "--sender", SENDER, "--at", "yesterday")
