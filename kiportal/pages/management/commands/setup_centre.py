"""`setup_centre --profile kreis-borken`: the centre of one Kreis, its municipalities, value lists and texts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kiportal.pages import setup
from kiportal.pages.data import profile_slugs


class Command(BaseCommand):
    help = "Set up the centre of one Kreis. Safe to run again: only what is missing is written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--profile", choices=profile_slugs(), default=setup.DEFAULT_PROFILE)
        parser.add_argument("--email", default="", help="address for questions, instead of the profile's placeholder")
        parser.add_argument(
            "--reset-texts", action="store_true", help="replace the texts of the centre's pages by the project's"
        )

    def handle(self, *args: Any, profile: str, email: str, reset_texts: bool, **options: Any) -> None:
        try:
            written = setup.set_up(profile, email=email, reset_texts=reset_texts)
        except setup.OtherCountyError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{profile}: " + ", ".join(f"{name} {number}" for name, number in written.items()))
