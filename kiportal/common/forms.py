"""What forms of several rooms share: the guard of anonymous forms, and edit forms that lose nobody's words."""

import time
import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.core import signing
from django.db import models
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kiportal.common import limits
from kiportal.common.models import Locked

MINIMUM_SECONDS = 3


class AnonymousForm(forms.Form):
    """Guard of a form that anybody may send: honeypot, minimum time, idempotency key, limit per address.

    Pass `request`; `self.cleaned_data["key"]` is the idempotency key. `too_many` says that a limit was exceeded: the
    view answers 429 with the form and all input.
    """

    website_url = forms.CharField(
        label=_("Bitte leer lassen"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1", "data-trap": ""}),
    )
    opened = forms.CharField(widget=forms.HiddenInput, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    # Sends from one address in one hour; a Verein's office may share one.
    limit_per_address = 30
    limit_name = "form"

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        initial = {"opened": signing.dumps(int(time.time()), salt="form-opened"), "key": uuid.uuid4()}
        kwargs["initial"] = initial | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.request = request
        self.too_many = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("website_url"):
            self.add_error(None, _("Bitte lassen Sie das Feld „Bitte leer lassen“ frei und senden Sie noch einmal."))
        if self._seconds_open() < MINIMUM_SECONDS:
            self.add_error(None, _("Das ging sehr schnell. Bitte prüfen Sie Ihre Angaben und senden Sie noch einmal."))
        if not cleaned.get("key"):
            cleaned["key"] = uuid.uuid4()
        if not self.errors and limits.exceeded(
            self.limit_name, limits.address(self.request), limit=self.limit_per_address, window=timedelta(hours=1)
        ):
            self.too_many = True
            self.add_error(
                None,
                _(
                    "Von Ihrem Anschluss kamen gerade sehr viele Meldungen. Bitte versuchen Sie es in einer Stunde noch einmal."
                ),
            )
        return cleaned

    def _seconds_open(self) -> float:
        try:
            opened = signing.loads(self.data.get(self.add_prefix("opened"), ""), salt="form-opened", max_age=24 * 3600)
        except signing.BadSignature:
            return 0
        return time.time() - opened


class StaleSave(Exception):
    """Somebody saved the record after this form was opened. `theirs` is the record as it is now."""

    def __init__(self, theirs: models.Model) -> None:
        super().__init__("stale")
        self.theirs = theirs


class LockedModelForm(forms.ModelForm):
    """Edit form of a `Locked` model: `save()` raises StaleSave when `lock_version` has moved on meanwhile.

    The view answers 409 and shows both texts (`common.views.conflicts`); saving that page carries the new version.
    """

    lock_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lock_version"].initial = self.instance.lock_version

    def save(self, commit: bool = True) -> Any:
        """Save in the caller's transaction; `commit=False` is not supported because the lock is taken in the database."""
        if not commit:
            raise TypeError("a locked form saves at once")
        model: type[Locked] = type(self.instance)
        read = self.cleaned_data["lock_version"]
        if self.instance.pk is not None:
            if not model._base_manager.filter(pk=self.instance.pk, lock_version=read).update(
                lock_version=F("lock_version") + 1
            ):
                raise StaleSave(model._base_manager.get(pk=self.instance.pk))
            self.instance.lock_version = read + 1
        return super().save()
