"""Where the place is on a map: staff enter it, from any map that names the numbers."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms

from offers.forms.base import Fieldset, OfferForm, OfferMeta

# "51.461234, 7.004321" as maps show it, or with German commas and a space or semicolon between.
_PAIR = re.compile(r"\s*(\d+[.,]\d+)\s*°?\s*[,;\s]\s*(\d+[.,]\d+)\s*°?\s*")


class DegreesField(forms.DecimalField):
    """A coordinate with a comma or a point; more digits than are kept are rounded."""

    default_error_messages: ClassVar = {"invalid": "Bitte geben Sie eine Zahl ein, zum Beispiel 51,461234."}
    widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "form-short"})

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value.replace(",", ".").removesuffix("°") if isinstance(value, str) else value)
        try:
            return None if number is None else round(number, 6)
        except InvalidOperation as error:  # "1e30", "Infinity"
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value


class Coordinates(OfferForm):
    latitude = DegreesField(label="Breitengrad", required=False, help_text="Zum Beispiel: 51,461234")
    longitude = DegreesField(label="Längengrad", required=False, help_text="Zum Beispiel: 7,004321")

    fieldsets: ClassVar[list[Fieldset]] = [
        (
            "Punkt auf der Karte",
            [("latitude", "longitude")],
            (
                "Für den Link zur Karte. Auf openstreetmap.org mit der rechten Maustaste auf das Haus klicken, dann "
                "„Adresse anzeigen“: Beide Zahlen stehen im Suchfeld und lassen sich zusammen in das erste Feld "
                "einfügen. Bei einem geschützten Ort bleiben die Felder leer."
            ),
        ),
    ]

    class Meta(OfferMeta):
        fields = ("latitude", "longitude")

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_apart(data), *args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, other in (("latitude", "longitude"), ("longitude", "latitude")):
            if cleaned.get(name) is None and cleaned.get(other) is not None and name not in self.errors:
                self.add_error(name, "Bitte geben Sie beide Zahlen an oder keine.")
        return cleaned


def _apart(data: Any) -> Any:
    """What was sent, with a pair that stands in the first field put into both."""
    if data is None or data.get("longitude") or not (pair := _PAIR.fullmatch(data.get("latitude") or "")):
        return data
    data = data.copy()
    data["latitude"], data["longitude"] = pair.groups()
    return data
