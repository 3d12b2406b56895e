"""What forms of several rooms share: the guard of anonymous forms, reasons, edit forms that lose nobody's words."""

import time
import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.core import signing
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kiportal.common import limits
from kiportal.common.models import Timestamped

MINIMUM_SECONDS = 3
MAXIMUM_SECONDS = 24 * 3600


class AnonymousForm(forms.Form):
    """Guard of a form that anybody may send: honeypot, minimum time, idempotency key, limit per address.

    Pass `request`; `self.cleaned_data["key"]` is the idempotency key. `too_many` says that a limit was exceeded: the
    view answers 429 with the form and all input. Who sends again what came back with a sentence succeeds: a time stamp
    that is too old, missing or not ours is replaced.
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
        initial = {"opened": _stamp(), "key": uuid.uuid4()}
        kwargs["initial"] = initial | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.request = request
        self.too_many = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("website_url"):
            self.add_error(None, _("Bitte lassen Sie das Feld „Bitte leer lassen“ frei und senden Sie noch einmal."))
        if not cleaned.get("key"):
            cleaned["key"] = uuid.uuid4()
        seconds = self._seconds_open()
        if seconds is None:
            self._renew(cleaned["key"])
            self.add_error(
                None, _("Diese Seite war sehr lange offen. Bitte prüfen Sie Ihre Angaben und senden Sie noch einmal.")
            )
        elif seconds < MINIMUM_SECONDS:
            self.add_error(None, _("Das ging sehr schnell. Bitte prüfen Sie Ihre Angaben und senden Sie noch einmal."))
        if not self.errors and limits.exceeded(
            self.limit_name, limits.address(self.request), limit=self.limit_per_address, window=timedelta(hours=1)
        ):
            self.too_many = True
            self.add_error(
                None,
                _(
                    "Von Ihrem Anschluss kamen gerade sehr viele Meldungen. "
                    "Bitte versuchen Sie es in einer Stunde noch einmal."
                ),
            )
        return cleaned

    def _seconds_open(self) -> float | None:
        """How long the form was open; None when its time stamp is too old, missing or not ours."""
        stamp = self.data.get(self.add_prefix("opened"), "")
        try:
            return time.time() - signing.loads(stamp, salt="form-opened", max_age=MAXIMUM_SECONDS)
        except signing.BadSignature:
            return None

    def _renew(self, key: uuid.UUID) -> None:
        """Put a new time stamp into the form that goes back to the person."""
        data: Any = self.data
        data = data.copy()
        data[self.add_prefix("opened")] = _stamp()
        data[self.add_prefix("key")] = str(key)
        self.data = data


def _stamp() -> str:
    return signing.dumps(time.time(), salt="form-opened")


class ReasonForm(forms.Form):
    """The reason for one step, as it stands in the Verlauf; a step that asks for more adds fields of its own."""

    reason = forms.CharField(label="Begründung", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)

    def __init__(self, *args: Any, required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = required


class StaleSave(Exception):
    """Somebody saved the record after this form was opened. `theirs` is the record as it is now."""

    def __init__(self, theirs: models.Model) -> None:
        super().__init__("stale")
        self.theirs = theirs


class LockedModelForm(forms.ModelForm):
    """Edit form of a `Locked` model: `save()` raises StaleSave when `lock_version` has moved on meanwhile.

    The view answers 409 and shows both texts (`common.views.conflicts`); saving that page carries the new version.
    Of an existing record only the form's own columns are written, so that a step taken in between stays as it is.
    """

    lock_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lock_version"].initial = self.instance.lock_version

    def save(self, commit: bool = True) -> Any:
        """Save; `commit=False` is not supported because the lock is taken in the database."""
        if not commit:
            raise TypeError("a locked form saves at once")
        if self.instance.pk is None:
            return super().save()
        with transaction.atomic():
            self._lock()
            own = {field.name for field in self.instance._meta.concrete_fields} & self.cleaned_data.keys()
            dated = {"updated_at"} if isinstance(self.instance, Timestamped) else set()
            super().save(commit=False)
            self.instance.save(update_fields=own | dated | {"lock_version"})
            self.save_m2m()
        return self.instance

    def _lock(self) -> None:
        """Keep others from the row until the transaction ends, and see that nobody has saved it since it was read."""
        read = self.cleaned_data["lock_version"]
        theirs = type(self.instance)._base_manager.select_for_update().get(pk=self.instance.pk)
        if theirs.lock_version != read:
            raise StaleSave(theirs)
        self.instance.lock_version = read + 1
