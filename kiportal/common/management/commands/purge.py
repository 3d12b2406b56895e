"""Erase personal data whose time is over (daily by beat)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kiportal.common.retention import carry_out


class Command(BaseCommand):
    help = "Erase personal data whose retention time is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count, erase nothing")

    def handle(self, *args: Any, dry_run: bool = False, **options: Any) -> None:
        for rule, count in carry_out(delete=not dry_run):
            self.stdout.write(f"{count:6d}  {rule.title} (nach {rule.days} Tagen)")
        if dry_run:
            self.stdout.write("Nichts gelöscht (--dry-run).")
