"""`figures partnership`: the report for a board, written as PDF and CSV."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.reporting import partnership as reports
from returnhome.reporting import partnership_paper
from returnhome.reporting.figures import Scope
from returnhome.reporting.partnership import Provider
from returnhome.rules import partnership, suppression
from returnhome.rules.partnership import NoSuchPeriod, ReportKind
from returnhome.rules.publishing import Period

BY = {
    "quarter": ReportKind.PARTNERSHIP,
    "year": ReportKind.CORPORATE_PARENTING,
    "month": ReportKind.PROVIDER,
}


def add_arguments(parser: CommandParser) -> None:
    group = parser.add_argument_group("partnership alone: instead of --from and --to")
    group.add_argument(
        "--quarter", metavar="MONTH", help="of all children, by the first month: 2026-01"
    )
    group.add_argument(
        "--year",
        metavar="MONTH",
        help="for the corporate parenting board, of the children looked after: 2025-04",
    )
    group.add_argument(
        "--month", metavar="MONTH", help="of one provider, named by --provider: 2026-01"
    )
    group.add_argument("--provider", metavar="NAME", help="whose interviews, with --month")
    group.add_argument("--pdf", type=Path, metavar="FILE", help="the report as this file alone")


def is_asked(options: Mapping[str, Any]) -> bool:
    """Whether a period was named in place of days."""
    return any(options.get(name) for name in BY)


def last_day(options: Mapping[str, Any]) -> date:
    return _asked(options)[1].last


def _asked(options: Mapping[str, Any]) -> tuple[ReportKind, Period]:
    named = [name for name in BY if options.get(name)]
    if len(named) > 1:
        raise CommandError(
            f"Name one period: --{named[0]} and --{named[1]} are two reports.", returncode=2
        )
    kind = BY[named[0]]
    try:
        return kind, partnership.named(kind, options[named[0]])
    except NoSuchPeriod as error:
        raise CommandError(str(error), returncode=2) from error


def report(
    command: BaseCommand,
    scope: Scope,
    first: date | None,
    last: date | None,
    *,
    now: datetime,
    out: Path | None,
    pdf: Path | None,
    provider: str | None,
    rule: str,
    show_small: bool,
    **options: Any,
) -> None:
    """Count, and write partnership.pdf and partnership.csv, or the one PDF."""
    if is_asked(options):
        kind, period = _asked(options)
    else:
        assert first
        assert last
        kind, period = ReportKind.PARTNERSHIP, Period(first, last)
    made = reports.report(
        kind,
        scope,
        period,
        now=now,
        provider=_provider(kind, scope, provider),
        rule=suppression.RULES[rule],
        is_protected=not show_small,
    )
    try:
        if out:
            out.mkdir(parents=True, exist_ok=True)
            (out / "partnership.pdf").write_bytes(partnership_paper.pdf(made))
            (out / "partnership.csv").write_bytes(partnership_paper.csv(made))
            command.stderr.write(f"partnership.pdf and partnership.csv are in {out}.")
        if pdf:
            pdf.write_bytes(partnership_paper.pdf(made))
            command.stderr.write(f"{pdf} is written.")
    except OSError as error:
        raise CommandError(
            f"{pdf or out} cannot be written to: {error.strerror}.", returncode=2
        ) from error
    if show_small:
        command.stderr.write("Small numbers are not hidden: not for publication.")


def _provider(kind: ReportKind, scope: Scope, name: str | None) -> Provider | None:
    if kind is not ReportKind.PROVIDER:
        if name:
            raise CommandError("--provider goes with --month.", returncode=2)
        return None
    known = reports.providers(scope)
    found = [each for each in known if each.name.casefold() == (name or "").casefold()]
    if not found:
        names = ", ".join(each.name for each in known) or "none"
        asked = f"There is no provider “{name}”" if name else "Say which provider: --provider NAME"
        raise CommandError(f"{asked}. Known for {scope.name}: {names}.", returncode=2)
    return found[0]
