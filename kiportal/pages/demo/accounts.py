"""The accounts of the demo: one of every role, with verified addresses and one password."""

import secrets

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from kiportal import env
from kiportal.common.models import User
from kiportal.pages import data


def create() -> tuple[list[str], str]:
    """Create the accounts that are missing; returns their names and the password they got."""
    password = env.text("KIPORTAL_DEMO_PASSWORD", "") or secrets.token_urlsafe(12)
    hashed = make_password(password)  # once for all, it takes a third of a second
    created = []
    for row in data.read("demo/accounts"):
        if User.objects.filter(username=row["username"]).exists():
            continue
        user = User.objects.create(
            username=row["username"],
            email=f"{row['username']}@example.org",
            password=hashed,
            first_name=row["first_name"],
            last_name=row["last_name"],
        )
        user.groups.add(Group.objects.get(name=row["role"]))
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        created.append(user.username)
    return created, password
