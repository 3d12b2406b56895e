"""Where allauth's views need a nudge."""

from typing import Any

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse


class PasswordReset(account.PasswordResetView):
    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        if form.too_many:
            response.status_code = 429
        return response


# Somebody between password and second factor is not signed in yet and may still turn back.
logout = login_not_required(account.logout)
