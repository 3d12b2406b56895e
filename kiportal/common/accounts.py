"""Accounts come by invitation: django-allauth's adapter with sign-up closed."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from kiportal.common.mail import sender
from kiportal.common.models import Centre


class InvitationOnlyAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_from_email(self) -> str:
        return sender(Centre.objects.current())
