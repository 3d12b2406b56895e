"""The pictures of an entry: add, describe, put in order, take out, by buttons that work without scripts.

A picture is stored as soon as it was uploaded (`keep_files`), so that a form which comes back loses nothing. What
belongs to the entry is the list that the form says, as for everything else in rows of its own (`offers.rows`).
"""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.boundfield import BoundField
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from kiportal.common import pictures
from kiportal.common.transitions import By
from offers import lifecycle
from offers.forms.base import OfferForm, OfferMeta, unmarked
from offers.models import OfferImage
from offers.models.images import MAXIMUM
from offers.querysets import OfferImageQuerySet

# What pages show: over the whole text on a screen of twice the density, and in a gallery.
LARGE, LARGE_BYTES = 1280, 120_000
SMALL, SMALL_BYTES = 480, 40_000
# Verbs of buttons; those on a picture go on with its key: "hoch:<key>".
UPLOAD, UP, DOWN, OUT = "bild", "hoch", "runter", "weg"
# The caption says "Foto: ..." already.
_PREFIX = re.compile(r"^\s*(?:foto|bild|photo|©)\s*:?\s+", re.IGNORECASE)
CONFIRMATION = _("Wir dürfen dieses Bild hier zeigen, abgebildete Personen sind einverstanden.")

NO_FILE = _("Bitte wählen Sie eine Bilddatei aus.")
NO_FILE_TO_WORDS = _("Bitte wählen Sie die Bilddatei dazu aus – oder leeren Sie die Felder.")
NO_WORDS = _("Bitte beschreiben Sie, was auf dem Bild zu sehen ist.")
NO_RIGHTS = _("Bitte schreiben Sie, wer das Bild gemacht hat oder wem es gehört.")
NOT_CONFIRMED = _("Bitte bestätigen Sie, dass wir das Bild zeigen dürfen – oder nehmen Sie es heraus.")
TOO_MANY = _("Ein Eintrag zeigt höchstens fünf Bilder. Bitte nehmen Sie erst eines heraus.")


def _alternative(**kwargs: Any) -> forms.CharField:
    field = OfferImage._meta.get_field("alternative")
    widget = forms.Textarea(attrs={"rows": 2, "maxlength": field.max_length})
    return unmarked(
        forms.CharField(
            label=field.verbose_name,
            help_text=field.help_text,
            max_length=field.max_length,
            required=False,
            widget=widget,
            **kwargs,
        )
    )


def _rights(**kwargs: Any) -> forms.CharField:
    field = OfferImage._meta.get_field("rights")
    return unmarked(
        forms.CharField(
            label=field.verbose_name, help_text=field.help_text, max_length=field.max_length, required=False, **kwargs
        )
    )


@dataclass(frozen=True)
class Row:
    """A picture in the form."""

    image: OfferImage
    number: int
    is_last: bool
    fields: list[BoundField]

    @property
    def key(self) -> str:
        return str(self.image.uuid)

    @property
    def is_first(self) -> bool:
        return self.number == 1


class Pictures(OfferForm):
    """`known` are the pictures that may stand in the list; those of the entry unless somebody says otherwise.

    `verb` is the button that was pressed: one on a picture has done its work when the form is shown again.
    """

    template_name = "offers/picture_fields.html"
    has_buttons = True

    # The keys of the pictures in their order.
    images = forms.CharField(widget=forms.HiddenInput, required=False)
    new_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    new_file = unmarked(
        forms.FileField(
            label=_("Bilddatei"),
            help_text=_("JPEG, PNG oder WebP, höchstens 10 MB."),
            required=False,
            allow_empty_file=True,  # our own sentence says more
            widget=forms.FileInput(attrs={"accept": pictures.ACCEPT}),
        )
    )
    new_alternative = _alternative()
    new_rights = _rights()
    new_confirmed = forms.BooleanField(label=CONFIRMATION, required=False)

    class Meta(OfferMeta):
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, known: OfferImageQuerySet | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.verb = self.data.get("verb", "") if self.is_bound else ""
        images = OfferImage.objects.filter(offer=self.instance) if known is None else known
        self.known = {str(image.uuid): image for image in images}
        stored = [row for row in self.stored_rows("images") if row[0] in self.known]
        self.keys = [key for key, _alternative, _rights in stored]
        self.has_just_stored = False
        self.initial["images"] = ",".join(self.keys)
        self.initial["new_key"] = uuid.uuid4()
        if self.is_bound:
            self._read_keys()
            self._take_in_new()
            self._press()
        words = {key: (alternative, rights) for key, alternative, rights in stored}
        for key in self.keys:
            self._add_picture(key, *words.get(key, (self.known[key].alternative, self.known[key].rights)))

    # What was sent

    def _read_keys(self) -> None:
        if "images" in self.data:
            asked = dict.fromkeys(self.data["images"].split(","))
            self.keys = [key for key in asked if key in self.known]

    def _take_in_new(self) -> None:
        """A picture that this form has brought already stands in the list, with the words that came with it."""
        data: Any = self.data
        key, data = data.get("new_key", ""), data.copy()
        if key in self.known and key not in self.keys:
            self.keys.append(key)
            self.has_just_stored = True
            for name in ("alternative", "rights", "confirmed"):
                data[f"{name}_{key}"] = data.get(f"new_{name}", "")
                data[f"new_{name}"] = ""
        if key in self.known:
            data["new_key"] = str(self.initial["new_key"])
        data["images"] = ",".join(self.keys)
        self.data = data

    def _press(self) -> None:
        verb, _colon, key = self.verb.partition(":")
        if key not in self.keys or verb not in {UP, DOWN, OUT}:
            return
        place = self.keys.index(key)
        self.keys.remove(key)
        if verb != OUT:
            self.keys.insert(max(0, place - 1) if verb == UP else place + 1, key)
        data: Any = self.data  # a copy of ours
        data["images"] = ",".join(self.keys)

    def _add_picture(self, key: str, alternative: str, rights: str) -> None:
        self.fields[f"alternative_{key}"] = _alternative(initial=alternative)
        self.fields[f"rights_{key}"] = _rights(initial=rights)
        if self.known[key].rights_confirmed_at is None:
            self.fields[f"confirmed_{key}"] = forms.BooleanField(label=CONFIRMATION, required=False)

    # What is shown

    @property
    def rows(self) -> list[Row]:
        found = []
        for number, key in enumerate(self.keys, start=1):
            names = [f"{part}_{key}" for part in ("alternative", "rights", "confirmed")]
            fields = [self[name] for name in names if name in self.fields]
            found.append(Row(self.known[key], number, number == len(self.keys), fields))
        return found

    @property
    def new_fields(self) -> list[BoundField]:
        return [self[name] for name in ("new_file", "new_alternative", "new_rights", "new_confirmed")]

    def get_context(self) -> dict[str, Any]:
        room = len(self.keys) < MAXIMUM
        return super().get_context() | {"pictures": self.rows, "new_fields": self.new_fields if room else []}

    # What it says

    def clean_new_file(self) -> UploadedFile | None:
        """The file of a form that was sent before stands in the list already."""
        upload: UploadedFile | None = None if self.has_just_stored else self.cleaned_data["new_file"]
        if upload is not None:
            self.sizes  # noqa: B018  (raises ValidationError)
        return upload

    @cached_property
    def sizes(self) -> tuple[pictures.Picture, pictures.Picture]:
        """Large and small. The same upload is asked about twice when a second, lenient form keeps what is right."""
        upload: Any = self.files["new_file"]
        if not hasattr(upload, "sizes"):
            image = pictures.read(upload)
            large = pictures.for_pages(image, LARGE, LARGE_BYTES)
            upload.sizes = large, pictures.for_pages(image, SMALL, SMALL_BYTES)
        found: tuple[pictures.Picture, pictures.Picture] = upload.sizes
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        rows = [[key, *self._words(cleaned, f"_{key}")] for key in self.keys]
        if not self.lenient:
            for key, alternative, rights in rows:
                confirmed = self.known[key].rights_confirmed_at or cleaned.get(f"confirmed_{key}")
                self._check(f"{{}}_{key}", alternative, rights, bool(confirmed))
        alternative, rights = self._words(cleaned, "", "new_")
        if cleaned.get("new_file") is not None:
            if len(rows) >= MAXIMUM:
                self.add_error("new_file", TOO_MANY)
            if not self.lenient:
                self._check("new_{}", alternative, rights, cleaned["new_confirmed"])
            rows.append([str(cleaned.get("new_key") or self.initial["new_key"]), alternative, rights])
        elif not self.lenient and "new_file" not in self.errors and not self.has_just_stored:
            if alternative or rights:
                self.add_error("new_file", NO_FILE_TO_WORDS)
            elif self.verb == UPLOAD:
                self.add_error("new_file", NO_FILE)
        cleaned["images"] = rows
        return cleaned

    def _words(self, cleaned: dict[str, Any], end: str, start: str = "") -> list[str]:
        alternative = " ".join((cleaned.get(f"{start}alternative{end}") or "").split())
        return [alternative, _PREFIX.sub("", cleaned.get(f"{start}rights{end}") or "")]

    def _check(self, name: str, alternative: str, rights: str, confirmed: bool) -> None:
        for part, value, sentence in (
            ("alternative", alternative, NO_WORDS),
            ("rights", rights, NO_RIGHTS),
            ("confirmed", confirmed, NOT_CONFIRMED),
        ):
            field = name.format(part)
            if not value and field not in self.errors:
                self.add_error(field, sentence)

    def keep_files(self, *, by: By) -> None:
        """Store what was uploaded and what was confirmed; the list of the entry's pictures is stored by `save()`."""
        cleaned = self.cleaned_data
        ticked = [key for key in self.keys if cleaned.get(f"confirmed_{key}")]
        lifecycle.confirm_picture_rights(self.instance, ticked, by=by)
        if cleaned.get("new_file") is None:
            return
        row = cleaned["images"][-1]
        image = lifecycle.keep_picture(
            self.instance,
            uuid.UUID(row[0]),
            *self.sizes,
            alternative=row[1],
            rights=row[2],
            confirmed=cleaned["new_confirmed"],
            by=by,
        )
        row[0] = str(image.uuid)

    @property
    def changed_data(self) -> list[str]:
        """The key of a picture that is not there yet says nothing."""
        return [name for name in super().changed_data if name != "new_key"]
