"""`load_demo [--offers N]`: believable content and one account of every role, in demo mode only."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kiportal.pages import demo
from kiportal.pages.demo import concepts


class Command(BaseCommand):
    help = "Load demo content. Run again, it adds nothing but the synthetic offers asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--offers", type=int, default=0, metavar="N", help="add N synthetic offers")

    def handle(self, *args: Any, offers: int, **options: Any) -> None:
        if offers < 0:
            raise CommandError("--offers must not be negative.")
        try:
            loaded = demo.load(offers)
        except demo.DemoRefusedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Demo content: {loaded.organisations} organisations, {loaded.offers} offers added.")
        if loaded.accounts:
            self.stdout.write(f"Accounts: {', '.join(loaded.accounts)}; password of all: {loaded.password}")
        # After the commit, and not by the worker: the PDFs are there when the first reader is.
        for problem in dict.fromkeys(concepts.make_documents()):
            self.stderr.write(f"The PDFs of the concepts are not made yet: {problem}")
