"""Serve the product with demonstration data."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from returnhome.management import serving
from returnhome.management.demonstration import building, colleagues, own
from returnhome.web import example
from returnhome.web.sign_in import DEMONSTRATION_PASSWORD, demonstration_people

ELSEWHERE = (
    "The demonstration works in a database of its own, and DATABASE_URL names another: unset "
    "DATABASE_URL. Nothing has been changed."
)


class Command(BaseCommand):
    help = (
        "Serves the product with invented councils, children and stories, made anew each day. "
        "Never on a database that DATABASE_URL names."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--load-only", action="store_true", help="make the data, and do not serve"
        )
        serving.add_arguments(parser)

    def handle(
        self, *args: Any, host: str, port: int, load_only: bool = False, **options: Any
    ) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError(ELSEWHERE, returncode=2)
        serving.end_politely()
        if not load_only:
            serving.check_free(host, port)
        self.build()
        if not load_only:
            with serving.with_worker(port):
                serving.serve(host, port, when_ready=lambda: self.welcome(host, port))

    def build(self) -> None:
        now = timezone.now()
        if building.is_built(now):
            return
        if building.was_built():
            self.stderr.write("A new day: making the demonstration anew, as of today.")
        else:
            self.stderr.write("Making the demonstration.")
        self.stderr.write(f"It tells of {building.build(now):,} missing episodes.")

    def welcome(self, host: str, port: int) -> None:
        """Where to go, and as whom to sign in: one of each role, then the other sides."""
        shown = "localhost" if host in serving.EVERYWHERE else host
        lines = [
            "",
            f"Returnhome is at http://{shown}:{port}",
            f"Everybody's password is {DEMONSTRATION_PASSWORD}",
            "The code that is asked for after it stands on the sign-in pages.",
            "",
        ]
        people = [(one.role, one.email, one.organisation) for one in demonstration_people()]
        people += [
            (one.role.label, one.email, f"{one.works_for}, to see it from the other side")
            for one in colleagues.COLLEAGUES
            if one.key in colleagues.OTHER_SIDES
        ]
        lines += [f"  {role:<15} {email:<26} {where}" for role, email, where in people]
        if secret := own.link(timezone.now()):
            page = f"http://{shown}:{port}/m/{secret}"
            lines += ["", f"A child’s own pages, by a link that opens once: {page}"]
        lines += ["", f"A police file to try the intake with: {example.place()}"]
        lines += ["Ctrl-C ends it.", ""]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()
