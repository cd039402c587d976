"""A council's earlier records into the ledger: all files as one, first only to see what would come.

The dry run does everything and takes it back, so that it says what would happen just now.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction

from returnhome.casework import acting, children, episodes, history
from returnhome.casework import layouts as layouts_taught
from returnhome.casework.episodes import Episode
from returnhome.casework.history import Bringing, Past
from returnhome.casework.staff import Organisation, Person
from returnhome.intake import reading, registering
from returnhome.intake.cells import NOT_KNOWN
from returnhome.intake.history import files as history_files
from returnhome.intake.history import rows as past_rows
from returnhome.intake.history.columns import EPISODES, PEOPLE, Column, said_plainly
from returnhome.intake.history.files import Asked, File, Taught
from returnhome.intake.history.report import Report
from returnhome.intake.history.rows import PastRow
from returnhome.intake.layouts import Layout, listed
from returnhome.intake.outcome import WHY
from returnhome.intake.parsing import Skipped, why_skipped
from returnhome.intake.register import REGISTER
from returnhome.rules import Blocked
from returnhome.rules.ages import ADULT, age_on
from returnhome.rules.clock import LONDON, Standing, timeliness
from returnhome.rules.codes import Earlier, EpisodeKind, plain

# Those who came back in the last fortnight are work as any other, unless somebody says otherwise.
LIVE_DAYS = 14

Progress = Callable[[int, int], None]


class NothingToBring(Blocked):
    sentence = "Choose the files."
    field = "file"


class NoCouncil(Blocked):
    field = "council"


def silent(done: int, of: int) -> None:
    """Nobody watches."""


def live_from(at: datetime) -> date:
    """From which day on an episode that ended is live work, where nobody says."""
    return at.astimezone(LONDON).date() - timedelta(days=LIVE_DAYS)


@acting.as_system(acting.INTAKE)
def council_named(name: str) -> Organisation:
    """Raises NoCouncil."""
    councils = Organisation.objects.councils().select_related("authority")
    found = councils.filter(name__iexact=name.strip()).first()
    found = found or councils.filter(authority__name__iexact=name.strip()).first()
    if found is None:
        raise NoCouncil(f"There is no council “{name}”: give its full name.")
    return found


def receive(
    files: Sequence[tuple[str, bytes]],
    *,
    brought_for: Organisation,
    live_since: date | None = None,
    most: int | None = None,
    by: Person,
    at: datetime,
) -> Bringing:
    """Keep files to be looked at. Raises reading.Unreadable for one that tells of no history.

    Raises TooMuch for more than `most` rows in all of them.
    """
    if not files:
        raise NothingToBring
    taught = taught_by(brought_for)
    found = [history_files.opened(name, content, taught) for name, content in files]
    rows = sum(file.table.length for one in found for file in one.files)
    if most is not None and rows > most:
        raise TooMuch(rows, most)
    since = live_since or live_from(at)
    return history.receive(files, brought_for=brought_for, live_since=since, by=by, at=at)


def preview(
    bringing: Bringing, *, by: Person, at: datetime, progress: Progress = silent
) -> dict[str, Any]:
    """What bringing it in would come to; nothing of it is written.

    Raises BroughtAlready, and Untaught for a list whose columns nobody has said the meaning of.
    """
    return _bring(bringing, by=by, at=at, is_dry=True, progress=progress)


def bring(
    bringing: Bringing, *, by: Person, at: datetime, progress: Progress = silent
) -> dict[str, Any]:
    """Bring it in, in one transaction; gives the report. Raises BroughtAlready, Untaught."""
    return _bring(bringing, by=by, at=at, is_dry=False, progress=progress)


@transaction.atomic
@acting.as_system(acting.INTAKE)
def at_once(
    files: Sequence[tuple[str, bytes]],
    *,
    brought_for: Organisation,
    live_since: date | None = None,
    meant: Mapping[str, Column | None] | None = None,
    for_good: bool,
    by: Person,
    at: datetime,
    progress: Progress = silent,
) -> tuple[dict[str, Any], int | None]:
    """Receive files and bring them in; without `for_good` not a trace of it stays.

    `meant`: what headings mean, as said beside them; it is remembered. Gives the report, and the
    number of the bringing where it was for good.
    """
    # First: of a list in words of its own nothing is known but by these.
    plainly = {said_plainly(heading): column for heading, column in (meant or {}).items()}
    _remember(brought_for, plainly, by=by, at=at)
    received = receive(files, brought_for=brought_for, live_since=live_since, by=by, at=at)
    if for_good:
        return bring(received, by=by, at=at, progress=progress), received.pk
    said = preview(received, by=by, at=at, progress=progress)
    transaction.set_rollback(True)
    return said, None


def of_paths(paths: Iterable[Path]) -> list[tuple[str, bytes]]:
    """Names and contents of files on disk. Raises reading.Unreadable."""
    found = []
    for path in paths:
        # Asked first: it says in a sentence what cannot be opened, or is too large.
        reading.sheets(path, path.name)
        found.append((path.name, reading.whole(path)))
    return found


class TooMuch(Blocked):
    """More rows than whoever waits for the page can wait for."""

    field = "file"

    def __init__(self, rows: int, most: int) -> None:
        super().__init__(
            f"The files have {rows:,} rows, and at most {most:,} are brought in from a page at "
            "once: send fewer years together, or have whoever looks after Returnhome bring them "
            "in by the command “returnhome history”."
        )


# What their columns mean.


class Untaught(Blocked):
    """A list of episodes of which nobody has said yet who it is about, or since when."""

    field = "column"

    def __init__(self, files: Iterable[File]) -> None:
        names = listed([file.name for file in files])
        super().__init__(
            f"Say what the columns of {names} mean: one has the child's number, or some the name "
            "and the date of birth, and one when the episode began."
        )


def taught_by(council: Organisation) -> Taught:
    """What the council's people have said of headings, those of which nothing is read too."""
    found = layouts_taught.headings_of(council)
    return {heading: Column(code) if code else None for heading, code in found.items()}


class Asking(NamedTuple):
    """The headings that somebody can say the meaning of, and what must be said before all else."""

    headings: list[Asked]
    first: str


@acting.as_system(acting.INTAKE)
def asked(bringing: Bringing) -> Asking:
    """What is asked of its files."""
    files, _ = _files(bringing)
    try:
        _check(files)
    except Untaught as untaught:
        return Asking(history_files.asked(files), untaught.sentence)
    return Asking(history_files.asked(files), "")


@transaction.atomic
@acting.as_system(acting.INTAKE)
def teach(
    bringing: Bringing, meant: Mapping[str, Column | None], *, by: Person, at: datetime
) -> None:
    """Remember for the council what headings mean, each as it is compared.

    Raises Untaught where a file cannot be read by it yet: then nothing is remembered.
    """
    _remember(bringing.brought_for, meant, by=by, at=at)
    _check(_files(bringing)[0])


def _remember(
    council: Organisation, meant: Mapping[str, Column | None], *, by: Person, at: datetime
) -> None:
    said = {heading: str(column) if column else "" for heading, column in meant.items()}
    layouts_taught.teach_headings(council, said, by=by, at=at)


def _files(bringing: Bringing) -> tuple[list[File], list[str]]:
    """Its files as they can be read now, and the sheets that are left aside."""
    taught = taught_by(bringing.brought_for)
    found = [
        history_files.opened(each.filename, bytes(each.content or b""), taught)
        for each in bringing.files.order_by("pk")
    ]
    return [file for one in found for file in one.files], [
        each for one in found for each in one.aside
    ]


def _check(files: Iterable[File]) -> None:
    if untaught := [file for file in files if file.is_untaught]:
        raise Untaught(untaught)


# All of them.


@transaction.atomic
@acting.as_system(acting.INTAKE)
def _bring(
    bringing: Bringing, *, by: Person, at: datetime, is_dry: bool, progress: Progress
) -> dict[str, Any]:
    held = history.take_up(bringing)
    report = Report()
    files, report.aside = _files(held)
    _check(files)
    _Bringing(held, report, by=by, at=at, progress=progress).take(files)
    said = report.as_json()
    if is_dry:
        transaction.set_rollback(True)
    else:
        history.close(held, said, by=by, at=at)
    return said


@dataclass
class _Bringing:
    """One bringing under way."""

    bringing: Bringing
    report: Report
    by: Person
    at: datetime
    progress: Progress = silent
    people: dict[str, PastRow] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.at.astimezone(LONDON).date()

    @property
    def council(self) -> Organisation:
        return self.bringing.brought_for

    def take(self, files: Sequence[File]) -> None:
        """Registers first, then who people are, then episodes in the order of the files."""
        for each in files:
            if each.kind is None:
                self._register(each)
        for each in files:
            if each.kind and each.kind.holds == PEOPLE:
                self._people(each)
        told: list[PastRow] = []
        for each in files:
            if each.kind and each.kind.holds == EPISODES:
                told += self._episodes(each)
        self._write(self._new(self._of_children(told)))

    # Registers.

    def _register(self, file: File) -> None:
        kept: dict[int, dict[str, str]] = {}
        records = _keeping(file.table.records, file.layout, kept)
        registered = registering.load_table(
            replace(file.table, records=records),
            file.name,
            of=self.council.authority,
            by=self.by,
            at=self.at,
        )
        self._note_file(file, len(registered.rows), registered.skipped)
        opened = [row.child_id for row in registered.rows if row.result == "opened"]
        self.report.counts["children"] += history.note_opened(self.bringing, opened)
        for number, _, result, reason, _ in registered.rows:
            if result == "refused":
                self.report.refuse(file.name, number, reason, kept[number])
            elif result == "unchanged":
                self.report.is_same(file.name, number, [reason] if reason else [])

    def _note_file(self, file: File, number: int, skipped: Iterable[Skipped]) -> None:
        title = file.kind.title if file.kind else REGISTER.title
        self.report.files.append({"name": file.name, "is": title, "rows": number})
        for each in skipped:
            self.report.skipped[each.why] += 1

    # Who people are.

    def _people(self, file: File) -> None:
        assert file.kind
        layout = file.layout
        number = 0
        for record in file.table.records:
            if why_skipped(record, layout):
                continue
            number += 1
            row = past_rows.who(record, layout, source=file.name, today=self.today)
            for key in filter(None, (row.person, row.child_number)):
                self.people.setdefault(key, row)
            self._note_columns(file.name, row, layout)
        self._note_file(file, number, ())

    # Episodes.

    def _episodes(self, file: File) -> list[PastRow]:
        assert file.kind
        found: list[PastRow] = []
        skipped: list[Skipped] = []
        layout = file.layout
        for each in past_rows.outcomes(file.table, file.kind, layout, today=self.today):
            if isinstance(each, Skipped):
                skipped.append(each)
                continue
            # The name that the file was sent under.
            row = replace(each, source=file.name)
            self._note_columns(file.name, row, layout)
            for heading, word in row.unplaced:
                self.report.words[file.name, heading, word] += 1
            found.append(row)
        self._note_file(file, len(found), skipped)
        return found

    def _note_columns(self, file: str, row: PastRow, layout: Layout) -> None:
        for heading, meaning in zip(layout.own, layout.meanings, strict=True):
            # The reasons of a file that was refused and mended are no column of the council's.
            has_no_home = meaning is None and heading != WHY
            if has_no_home and plain(row.as_received.get(heading, "")) not in NOT_KNOWN:
                self.report.columns[file, heading] += 1

    def _refuse(self, row: PastRow, reason: str) -> None:
        self.report.refuse(row.source, row.number, reason, row.as_received)

    # Whose they are.

    def _of_children(self, told: Sequence[PastRow]) -> list[tuple[int, PastRow]]:
        """Each row with the child it is of; what matches nobody, or two, is refused."""
        sound = []
        for row in map(self._introduced, told):
            if row.faults:
                self._refuse(row, row.refusal)
            else:
                sound.append(row)
        authority = self.council.authority
        assert authority
        numbers = history.by_number(authority, {r.child_number for r in sound if r.child_number})
        names = history.by_name(
            authority,
            {(history.named(r.forename, r.surname), r.born) for r in sound if r.surname and r.born},
        )
        # Whose record is closed to the person is nobody here: somebody else brings their history.
        closed = self.by.closed
        for known in (*numbers.values(), *names.values()):
            known -= closed
        born = history.births(pk for known in numbers.values() for pk in known)
        found: list[tuple[int, PastRow]] = []
        for row in sound:
            pk, reason = _whose(row, numbers, names, born)
            if pk is None:
                self._refuse(row, reason)
            else:
                found.append((pk, row))
        return found

    def _introduced(self, row: PastRow) -> PastRow:
        """The row, with what a file of people says of whom it names."""
        who = self.people.get(row.person or row.child_number)
        if who is None:
            return row
        faults = row.faults
        if row.born and who.born and row.born != who.born:
            differs = f"{row.source} and {who.source} give this child two birth dates"
            faults = (*faults, past_rows.Fault("born", differs))
        return replace(
            row,
            child_number=row.child_number or who.child_number or who.person,
            forename=row.forename or who.forename,
            surname=row.surname or who.surname,
            born=row.born or who.born,
            faults=faults,
        )

    # What is new.

    def _new(self, told: Sequence[tuple[int, PastRow]]) -> list[tuple[int, PastRow]]:
        """Those that are not there yet; two files that tell of the same episode tell of one."""
        known = history.known_episodes({pk for pk, _ in told})
        before = history.known_rows(self.council, {row.digest for _, row in told})
        new: dict[tuple[int, Any, str], list[PastRow]] = defaultdict(list)
        spans: dict[int, list[tuple[episodes.Span, str]]] = {}
        paired: set[int] = set()
        order: list[tuple[int, list[PastRow], int]] = []
        for pk, row in told:
            if row.digest in before:
                self.report.is_same(row.source, row.number, [])
                continue
            there = _same(row, [e for e in known.get(pk, ()) if e.pk not in paired])
            if there:
                paired.add(there.pk)
                self.report.is_same(row.source, row.number, _differs(row, there))
                continue
            key = (pk, row.days, "")
            earlier = next(
                (n for n, each in enumerate(new[key]) if row.source != each.source), None
            )
            if earlier is not None:
                # Another file told of it first, and this one fills in what that left out.
                new[key][earlier] = new[key][earlier].filled_from(row)
                self.report.is_same(row.source, row.number, [])
                continue
            if any(each.digest == row.digest for each in new[key]):
                self.report.is_same(row.source, row.number, ["the same row stands there twice"])
                continue
            span = episodes.span(row.moments)
            taken = spans.setdefault(
                pk, [(e.span, f"the episode from {_day(e.started_on)}") for e in known.get(pk, ())]
            )
            clash = next((said for its, said in taken if episodes.do_overlap(span, its)), None)
            if clash:
                self._refuse(
                    row, f"It overlaps with {clash}, and a child is missing once at a time"
                )
                continue
            taken.append((span, f"row {row.number} of {row.source}"))
            new[key].append(row)
            order.append((pk, new[key], len(new[key]) - 1))
        return [(pk, rows[n]) for pk, rows, n in order]

    # Writing.

    def _write(self, new: Sequence[tuple[int, PastRow]]) -> None:
        pasts = [self._past(pk, row) for pk, row in new]
        total = len(pasts)
        for first in range(0, total, history.TOGETHER):
            some = pasts[first : first + history.TOGETHER]
            history.open_past(self.bringing, some, by=self.by, at=self.at)
            self.progress(first + len(some), total)
        self._note_care(new)

    def _past(self, pk: int, row: PastRow) -> Past:
        says = row.says
        is_live = self._is_live(row, says)
        self._count(row, says, is_live)
        return Past(
            child=pk,
            kind=row.kind or EpisodeKind.MISSING,
            risk=row.risk,
            moments=row.moments,
            says=says,
            is_counted=not is_live,
            offered=row.offered,
            offered_on=row.offered_on,
            answer=row.answer,
            declined_by=row.declined_by,
            held=row.held,
            not_held=row.reason,
            interviewer=row.interviewer,
            body=row.body,
            notes=row.notes,
            source=row.source,
            row=row.number,
            digest=row.digest,
            as_received=row.as_received,
        )

    def _is_live(self, row: PastRow, says: Earlier) -> bool:
        """Whether it is work as any other: still missing, or ended of late with no talk held."""
        if row.end is None:
            return True
        is_answered = says in (Earlier.HELD, Earlier.COVERED, Earlier.DECLINED_BY_CHILD)
        return row.end.day >= self.bringing.live_since and not is_answered

    def _count(self, row: PastRow, says: Earlier, is_live: bool) -> None:
        report, left_out = self.report, self.report.imprecise
        report.counts["episodes"] += 1
        report.counts["live" if is_live else "settled"] += 1
        is_offered = says not in (Earlier.NOT_KNOWN, Earlier.NOT_OFFERED, Earlier.NOT_REACHED)
        is_held = says is Earlier.HELD
        report.counts["offers"] += is_offered
        report.counts["interviews"] += is_held
        start, end = row.start, row.end
        found, returned = row.moments.get("found"), row.moments.get("returned")
        without_time = {
            "start_without_time": start is not None and start.is_open_ended,
            "end_without_time": end is not None and end.is_open_ended,
            "end_without_word": row.ended_without_word,
            "found_alone": found is not None and returned is None and not row.ended_without_word,
            "held_without_time": row.held is not None and row.held.is_open_ended,
            "held_without_day": is_held and row.held is None,
            "hours_not_known": is_held and not _is_told(row),
            "offer_without_day": is_offered and row.offered_on is None,
            "offer_not_known": says is Earlier.NOT_KNOWN,
            "answer_not_known": says is Earlier.OFFERED,
            "whose_no_not_known": says is Earlier.DECLINED,
            "held_not_known": says is Earlier.ACCEPTED,
            "kind_not_known": row.kind is None,
            "still_missing": end is None,
            "to_be_recorded_again": is_live and is_offered and end is not None,
        }
        left_out.update(what for what, is_so in without_time.items() if is_so)

    def _note_care(self, new: Sequence[tuple[int, PastRow]]) -> None:
        of_care = [(pk, row) for pk, row in new if row.is_of_looked_after]
        known = children.with_care({pk for pk, _ in of_care})
        for pk, row in of_care:
            if row.start and not children.circumstances(known[pk], row.start.day).looked_after_by:
                self.report.imprecise["not_looked_after"] += 1


def _keeping(
    records: Iterator[reading.Record], layout: Layout, kept: dict[int, dict[str, str]]
) -> Iterator[reading.Record]:
    """The records as they come, each kept whole by its number."""
    for record in records:
        kept[record.number] = dict(zip(layout.own, record.cells, strict=False))
        yield record


def _is_told(row: PastRow) -> bool:
    if row.held is None:
        return False
    reading_of = timeliness(
        found=row.moments.get("found"),
        returned=row.moments.get("returned"),
        held=row.held,
        now=None,
    )
    return reading_of.standing in (Standing.IN_TIME, Standing.LATE)


def _whose(
    row: PastRow,
    numbers: dict[str, set[int]],
    names: dict[tuple[str, date], set[int]],
    born: dict[int, date | None],
) -> tuple[int | None, str]:
    """The one child whom the row names, or why it is nobody's."""
    if row.child_number and (found := numbers.get(row.child_number)):
        if len(found) > 1:
            return None, f"Two children of this council have the number {row.child_number}"
        (pk,) = found
        if row.born and born.get(pk) and born[pk] != row.born:
            return None, (
                f"The child with the number {row.child_number} was born on another day: nobody is "
                "taken for another child"
            )
        return _of_age(row, born.get(pk) or row.born, pk)
    if row.surname and row.born:
        same = names.get((history.named(row.forename, row.surname), row.born), set())
        if len(same) > 1:
            return None, "Two children of this council have this name and birth date"
        if same:
            return _of_age(row, row.born, next(iter(same)))
        return None, "No child of this council has this name and birth date"
    if row.child_number:
        return None, f"No child of this council has the number {row.child_number}"
    if row.person:
        return None, f"No file says who the person {row.person} is"
    return None, "The row has a name and no birth date, and by a name alone nobody is known"


def _of_age(row: PastRow, born: date | None, pk: int) -> tuple[int | None, str]:
    start = row.start
    if born and start:
        if start.day < born:
            return None, "The episode begins before the child was born"
        if age_on(born, start.day) >= ADULT:
            return None, "The child was 18 or older when the episode began"
    return pk, ""


def _same(row: PastRow, known: Iterable[Episode]) -> Episode | None:
    """An episode on the same days; an end that only one of them knows is no other episode."""
    for episode in known:
        if episode.started_on != row.days[0]:
            continue
        if episode.ended_on == row.days[1]:
            return episode
        if row.days[1] is None or episode.ended_on is None:
            return episode
    return None


def _differs(row: PastRow, episode: Episode) -> list[str]:
    """What the file says otherwise, or beside it: the record stands as it is."""
    said = []
    if row.kind and row.kind != episode.kind:
        is_here = EpisodeKind(episode.kind).label.lower()
        said.append(f"{row.kind.label.lower()}, and here {is_here}")
    if row.risk and row.risk != episode.risk:
        said.append(f"risk {row.risk.label.lower()}, and here {episode.risk or 'none'}")
    for name in ("last_seen", "found", "returned"):
        theirs, ours = row.moments.get(name), episode.moment(name)
        if theirs and ours is None:
            said.append(f"{name.replace('_', ' ')} on {_day(theirs.day)}, and here not known")
        elif theirs and ours and not theirs.is_open_ended and theirs.at != ours.at:
            said.append(f"another time for {name.replace('_', ' ')}")
    if row.end is None and episode.ended_on:
        said.append(f"no end, and here {_day(episode.ended_on)}")
    says = row.says
    was_held = episode.facts.is_answered_for
    if (says is Earlier.HELD) != was_held and says is not Earlier.NOT_KNOWN:
        said.append(f"{says.label.lower()}, and here {'held' if was_held else 'not held'}")
    elif says is not Earlier.NOT_KNOWN and says is not Earlier.HELD:
        is_offered = says not in (Earlier.NOT_OFFERED, Earlier.NOT_REACHED)
        if is_offered and not episode.facts.is_offered:
            said.append(f"{says.label.lower()}, and here no offer")
    return said


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
