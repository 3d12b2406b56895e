"""What the forms of this room share: numbers as Germans write them, and one record of a form that is sent twice."""

import re
import uuid
from decimal import Decimal
from typing import Any

from django import forms

from funding.calculation import words
from kiportal.common.forms import LockedModelForm
from offers.forms.staff import name_empty_choices

_WITH_POINTS = re.compile(r"\d{1,3}(\.\d{3})+(,\d{1,2})?")
_PLAIN = re.compile(r"\d+([,.]\d{1,2})?")


class GermanDecimalField(forms.DecimalField):
    """ "50.000,00", "50000" and "0,5" mean what they seem to; what could mean two things is asked back."""

    widget = forms.TextInput
    example = "0,5"
    default_error_messages = {"invalid": "Bitte schreiben Sie eine Zahl, zum Beispiel %(example)s."}

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values or isinstance(value, Decimal):
            return super().to_python(value)
        text = re.sub(r"[\s€]", "", str(value))
        if _WITH_POINTS.fullmatch(text):
            text = text.replace(".", "")
        elif not _PLAIN.fullmatch(text):
            raise forms.ValidationError(self.error_messages["invalid"] % {"example": self.example}, code="invalid")
        number = super().to_python(text.replace(",", "."))
        return None if number is None else number.quantize(Decimal("0.01"))

    def prepare_value(self, value: Any) -> Any:
        return self.written(value) if isinstance(value, Decimal) else value

    def written(self, value: Decimal) -> str:
        return words.fte(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}


class MoneyField(GermanDecimalField):
    example = "50.000,00"

    def written(self, value: Decimal) -> str:
        return words.money(value).removesuffix(" €")


class RecordForm(LockedModelForm):
    """Of a new record the hidden `key` is its identity: who sends the form twice has made one record."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name_empty_choices(self)
        if self.instance.pk is None:
            self.fields["key"].initial = uuid.uuid4()
        else:
            del self.fields["key"]

    def save(self, commit: bool = True) -> Any:
        if key := self.cleaned_data.get("key"):
            self.instance.key = key
        return super().save(commit)
