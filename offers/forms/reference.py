"""What editors keep up themselves: school holidays, and ready-made reasons for decisions."""

from typing import Any, ClassVar

from django import forms

from kiportal.common.forms import LockedModelForm
from kiportal.common.widgets import DateInput
from offers.models import ReasonTemplate, SchoolHoliday


class SchoolHolidayForm(LockedModelForm):
    """`twin` is what the form stored the first time, when it is sent twice."""

    mark_optional = False
    twin: SchoolHoliday | None = None

    class Meta:
        model = SchoolHoliday
        fields = ["name", "first_day", "last_day"]
        widgets: ClassVar = {"first_day": DateInput, "last_day": DateInput}

    fieldsets: ClassVar = [("", ["name", ("first_day", "last_day")])]

    def clean(self) -> dict[str, Any]:
        """The database refuses both as well; here the sentence stands at its field."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if not first or not last:
            return cleaned
        if last < first:
            self.add_error("last_day", "Der letzte Ferientag liegt vor dem ersten.")
            return cleaned
        others = SchoolHoliday.objects.exclude(pk=self.instance.pk).filter(first_day__lte=last, last_day__gte=first)
        typed = (cleaned.get("name"), first, last)
        if other := others.first():
            if self.instance.pk is None and (other.name, other.first_day, other.last_day) == typed:
                self.twin = other
                return cleaned
            self.add_error(
                "first_day",
                f"In dieser Zeit stehen schon „{other}“, vom {other.first_day:%d.%m.%Y} bis {other.last_day:%d.%m.%Y}.",
            )
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        """What `clean` has said needs no second sentence from the database's constraints."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        days = {"first_day", "last_day"}
        return excluded | (days if self.twin or days & self.errors.keys() else set())


class ReasonTemplateForm(LockedModelForm):
    """`twin` is what the form stored the first time, when it is sent twice."""

    mark_optional = False
    twin: ReasonTemplate | None = None

    class Meta:
        model = ReasonTemplate
        fields = ["verb", "label", "text"]
        widgets: ClassVar = {"text": forms.Textarea(attrs={"rows": 6, "maxlength": 2000})}
        labels: ClassVar = {"verb": "Für welche Entscheidung?"}
        help_texts: ClassVar = {
            "label": "So heißt er in der Auswahl. Zum Beispiel: Angaben fehlen",
            "text": "Steht in der E-Mail an die meldende Stelle. Vor dem Absenden lässt er sich noch ändern.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        same = {name: cleaned.get(name) for name in self.Meta.fields}
        if self.instance.pk is None and all(same.values()):
            self.twin = ReasonTemplate.objects.filter(**same).first()
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | ({"label"} if self.twin else set())
