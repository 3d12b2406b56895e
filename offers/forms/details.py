"""What an entry may have several of: features of accessibility, partners."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actors.models import Organisation
from kiportal.common.fieldsets import Compact
from kiportal.common.text import fold
from kiportal.common.widgets import SuggestInput
from offers.forms.base import Fieldset, OfferForm, OfferMeta, unmarked
from offers.models import AccessFeature, Partner


class Access(OfferForm):
    """One row a feature; what nobody knows is not stored."""

    fieldsets: ClassVar[list[Fieldset]] = [
        Compact(
            _("Barrierefreiheit"),
            [(f"access_{feature}", f"access_{feature}_note") for feature in AccessFeature.Feature.values],
            _("Wie ist es bei Ihnen? In jeder Zeile ist Platz für einen Hinweis, zum Beispiel „Rampe am Hof“."),
        )
    ]

    class Meta(OfferMeta):
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.stored_rows("access_features")
        stored = {feature: (state, note) for feature, state, note in rows}
        for feature, label in AccessFeature.Feature.choices:
            state, note = stored.get(feature, (AccessFeature.State.UNKNOWN, ""))
            self.fields[f"access_{feature}"] = unmarked(
                forms.ChoiceField(label=label, choices=AccessFeature.State, initial=state, required=False)
            )
            aloud = gettext("%(feature)s: Hinweis") % {"feature": label}
            self.fields[f"access_{feature}_note"] = unmarked(
                forms.CharField(
                    label=_("Hinweis"),
                    max_length=160,
                    required=False,
                    initial=note,
                    widget=forms.TextInput(attrs={"aria-label": aloud}),
                )
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        found = []
        for feature in AccessFeature.Feature.values:
            state = cleaned.get(f"access_{feature}") or AccessFeature.State.UNKNOWN.value
            note = cleaned.get(f"access_{feature}_note") or ""
            if state != AccessFeature.State.UNKNOWN or note:
                found.append([feature, state, note])
        cleaned["access_features"] = found
        return cleaned


class Partners(OfferForm):
    """Others who take part, and who pays. A name that stands in the registry becomes a link to it."""

    USUAL_ROWS, MAXIMUM_ROWS = 2, 10
    fieldsets: ClassVar[list[Fieldset]] = [
        Compact(
            _("Partner"),
            [(f"partner_{number}", f"partner_{number}_role") for number in range(1, MAXIMUM_ROWS + 1)],
            _("Wer macht noch mit, oder gibt Geld dazu? Ihre eigene Organisation steht schon im Eintrag."),
        ),
        ("", ["funding_note"]),
    ]

    class Meta(OfferMeta):
        fields: tuple[str, ...] = ("funding_note",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.stored_rows("partners")
        self.known = dict(Organisation.objects.visible_to_public().order_by("sort_key").values_list("pk", "name"))
        # An organisation that is hidden now keeps its place as long as nobody takes it out.
        listed = [row[1] for row in stored if row[1] and row[1] not in self.known]
        self.unlisted = dict(Organisation.objects.filter(pk__in=listed).values_list("pk", "name"))
        posted = sum(name.startswith(f"{self.add_prefix('partner')}_") for name in self.data) // 2
        self.rows_shown = min(self.MAXIMUM_ROWS, posted or len(stored) + self.USUAL_ROWS)
        for number in range(1, self.rows_shown + 1):
            self._add_partner(number, stored[number - 1] if number <= len(stored) else None)

    def _add_partner(self, number: int, row: list[Any] | None) -> None:
        role, organisation, name = row or ("", None, "")
        if organisation:
            name = self.known.get(organisation) or self.unlisted.get(organisation, "")
        widget = SuggestInput("partner-names", self.known.values() if number == 1 else ())
        widget.attrs["aria-label"] = gettext("%(number)s. Partner: Name") % {"number": number}
        self.fields[f"partner_{number}"] = unmarked(
            forms.CharField(label=_("Name"), max_length=160, required=False, initial=name, widget=widget)
        )
        choices = forms.Select(attrs={"aria-label": gettext("%(number)s. Partner: Rolle") % {"number": number}})
        self.fields[f"partner_{number}_role"] = unmarked(
            forms.ChoiceField(
                label=_("Rolle"),
                choices=Partner.Role,
                required=False,
                initial=role or Partner.Role.COOPERATION,
                widget=choices,
            )
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        by_name = {fold(name): pk for pk, name in (self.unlisted | self.known).items()}
        found: list[list[Any]] = []
        for number in range(1, self.rows_shown + 1):
            if name := cleaned.get(f"partner_{number}"):
                organisation = by_name.get(fold(name))
                role = cleaned.get(f"partner_{number}_role") or Partner.Role.COOPERATION.value
                row = [role, organisation, "" if organisation else name]
                if row in found:
                    self.add_error(f"partner_{number}", _("Dieser Partner steht schon in der Liste."))
                elif organisation and organisation == self.instance.provider_id:
                    self.add_error(
                        f"partner_{number}", _("Das ist der Anbieter selbst. Bitte löschen Sie diese Zeile.")
                    )
                else:
                    found.append(row)
        cleaned["partners"] = found
        return cleaned
