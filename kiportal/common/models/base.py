"""Abstract models that several rooms share."""

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kiportal.common.text import sort_key


class Timestamped(models.Model):
    created_at = models.DateTimeField(_("angelegt am"), auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(_("geändert am"), auto_now=True, editable=False)

    class Meta:
        abstract = True


class Locked(models.Model):
    """A record whose edit forms carry `lock_version`, so that nobody overwrites somebody else's words.

    `common.forms.LockedModelForm` compares and raises it.
    """

    lock_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class Stateful(models.Model):
    """A record with a `status`, which only `transitions.apply()` writes.

    `save()` of a stored record leaves the column alone, so that what was read before a step cannot take it back.
    """

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        if not self._state.adding and kwargs.get("update_fields") is None:
            kept_out = {"status", *self.get_deferred_fields()}
            kwargs["update_fields"] = {
                field.name
                for field in self._meta.concrete_fields
                if not (field.primary_key or field.generated or field.attname in kept_out)
            }
        super().save(**kwargs)


class TranslatedName(models.Model):
    """A row of reference data: German name, other languages in `translations` as {"en": {"name": "..."}}."""

    name = models.CharField(_("Bezeichnung"), max_length=160)
    slug = models.SlugField(_("Kürzel"), max_length=80, unique=True)
    translations = models.JSONField(_("Übersetzungen"), default=dict, blank=True)
    sort_order = models.PositiveIntegerField(_("Reihenfolge"), default=0)

    class Meta:
        abstract = True
        ordering = ["sort_order", "slug"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the page, German where there is no translation."""
        return self.translated("name")

    def translated(self, field: str) -> str:
        entries: dict[str, Any] = self.translations.get((get_language() or "de").partition("-")[0], {})
        return str(entries.get(field) or getattr(self, field))


class SortedByName(models.Model):
    """A record with a stored key for German sorting, kept by `save()`; bulk writers fill it themselves."""

    sort_key = models.CharField(max_length=255, editable=False, db_index=True)

    class Meta:
        abstract = True

    def sort_name(self) -> str:
        return str(getattr(self, "name"))  # noqa: B009  (declared by the concrete models)

    def save(self, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.sort_name())
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "sort_key"}
        super().save(**kwargs)
