"""Make an account with one role and send its owner the link to choose a password; the way to the first account."""

from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from kiportal.common.invitations import invite, keep_address
from kiportal.common.models import User
from kiportal.common.roles import ROLE_PERMISSIONS


class Command(BaseCommand):
    help = "Make an account and send its owner the link to choose a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("email")
        parser.add_argument("--role", choices=list(ROLE_PERMISSIONS), default="admin")

    @transaction.atomic
    def handle(self, *args: Any, username: str, email: str, role: str, **options: Any) -> None:
        user = User(username=username, email=email)
        user.set_unusable_password()
        try:
            user.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.save()
        user.groups.add(Group.objects.get(name=role))
        keep_address(user)
        invite(user)
        self.stdout.write(f"{username} ({role}): the link goes to {email}.")
