"""Field changes of a record as JSON: what a ChangeProposal holds, how it is shown, how it is written.

A relation's value is its primary key, a many-to-many's the sorted list of keys, a date its ISO text, a Decimal its
text. The room that owns a record names its fields in a `Proposable` and says what is more than a column.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db import models
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from kiportal.common.models import ChangeProposal
from kiportal.common.richtext import RichTextField, to_text

type Changes = Mapping[str, Mapping[str, Any]]


def encode(value: Any) -> Any:
    """JSON for a cleaned form value or a model value."""
    match value:
        case [list(), *_rest]:
            return value
        case models.QuerySet() | list() | tuple():
            return sorted(item.pk if isinstance(item, models.Model) else item for item in value)
        case models.Model():
            return value.pk
        case Decimal():
            return f"{value:.2f}"
        case date():
            return value.isoformat()
        case _:
            return value


class Proposable[Record: models.Model]:
    """The fields of a model that may be proposed, in the order of its form."""

    def __init__(self, model: type[Record], names: Sequence[str]) -> None:
        self.model, self.names = model, tuple(names)

    def field(self, name: str) -> models.Field:
        """The model field behind a name."""
        if name not in self.names:
            raise ValueError(f"{name} is no field that can be proposed")
        return cast("models.Field", self.model._meta.get_field(name))

    def label(self, name: str) -> str:
        return str(self.field(name).verbose_name)

    def is_rich(self, name: str) -> bool:
        """Whether `shown` gives HTML."""
        return isinstance(self.field(name), RichTextField)

    # Reading

    def current(self, record: Record, name: str) -> Any:
        """The field's value as JSON."""
        definition = self.field(name)
        if isinstance(definition, models.ManyToManyField):
            return sorted(getattr(record, name).values_list("pk", flat=True))
        return self.encode(getattr(record, definition.attname))

    def encode(self, value: Any) -> Any:
        return encode(value)

    def between(
        self, record: Record, cleaned: Mapping[str, Any], overlay: Changes | None = None
    ) -> dict[str, dict[str, Any]]:
        """Return {"field": {"old": ..., "new": ...}} for every field of a form that differs from what it showed.

        It showed the record, or the record with an open proposal over it: then a field that went back to what is
        published comes with old and new the same, and `proposals.lay_over` takes it out of the proposal.
        """
        result = {}
        for name in self.names:
            if name in cleaned:
                old, new = self.current(record, name), self.encode(cleaned[name])
                before = overlay[name]["new"] if overlay and name in overlay else old
                if new != before:
                    result[name] = {"old": old, "new": new}
        return result

    # Showing

    def values(self, proposed: Changes) -> dict[str, Any]:
        """The proposed values as forms take them for `initial`."""
        return {name: self.decoded(name, change["new"]) for name, change in proposed.items()}

    def decoded(self, name: str, value: Any) -> Any:
        definition = self.field(name)
        return value if isinstance(definition, models.ManyToManyField) else definition.to_python(value)

    def shown(self, name: str, value: Any) -> str:
        """The value as people read it; rich text stays HTML."""
        if value in (None, "", []):
            return ""
        definition = self.field(name)
        if isinstance(definition, models.ManyToManyField):
            chosen = definition.related_model._default_manager.filter(pk__in=value)
            return ", ".join(str(row) for row in chosen)
        if isinstance(definition, models.ForeignKey):
            row = definition.related_model._default_manager.filter(pk=value).first()
            return str(row or "")
        if isinstance(definition, models.BooleanField):
            return _("ja") if value else _("nein")
        if definition.choices:
            return str(dict(definition.flatchoices).get(value, value))
        if isinstance(definition, models.DateField):
            return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
        if isinstance(definition, models.DecimalField):
            return number_format(Decimal(value), decimal_pos=2, force_grouping=True)
        return str(value)

    def plain(self, name: str, value: Any) -> str:
        """The value as text: markup of a proposal is shown as words and never rendered."""
        text = self.shown(name, value)
        return to_text(text) if self.is_rich(name) else text

    def in_words(self, proposal: ChangeProposal | None) -> list[tuple[str, str]]:
        """What a proposal asks for, as (label, new value), in the order of the form."""
        proposed: Changes = proposal.changes if proposal else {}
        return [
            (self.label(name), self.plain(name, proposed[name]["new"]) or _("(leer)"))
            for name in self.names
            if name in proposed
        ]

    # Writing

    def write(self, record: Record, new: Mapping[str, Any]) -> None:
        """Set the JSON values, check the whole record, and store what hangs on it; the caller saves the record."""
        many = {}
        for name, value in new.items():
            definition = self.field(name)
            if isinstance(definition, models.ManyToManyField):
                many[name] = value
            else:
                setattr(record, definition.attname, definition.to_python(value))
        record.full_clean()
        for name, keys in many.items():
            getattr(record, name).set(keys)
