"""What anybody, or a Kommune, may tell us, and how the centre answers."""

import uuid
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actors.models import Language, Municipality
from kiportal.common.forms import AnonymousForm
from offers.models import Hint, Offer, TargetGroup, Topic

NO_CLIENTS = _("Bitte schreiben Sie nichts über andere Menschen, zum Beispiel keine Namen oder Krankheiten.")
_EMAIL = _("Nur mit einer Adresse können wir Ihnen antworten.")


def _choice(rows: Any, label: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        label=label, queryset=rows, to_field_name="slug", required=False, empty_label=_("egal oder weiß nicht")
    )


class _NeedFields(forms.Form):
    """Only the words are needed."""

    text = forms.CharField(
        label=_("Was fehlt?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5, "maxlength": 2000})
    )
    topic = _choice(Topic.objects.all(), _("Thema"))
    municipality = _choice(Municipality.objects.all(), _("Kommune"))
    target_group = _choice(TargetGroup.objects.all(), _("Für wen?"))
    language = _choice(Language.objects.all(), _("In welcher Sprache?"))


class NeedForm(_NeedFields, AnonymousForm):
    """ "Hier fehlt ein Angebot"."""

    limit_name = "need"

    name = forms.CharField(
        label=_("Ihr Name"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Ihre E-Mail-Adresse"),
        required=False,
        help_text=_EMAIL,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    fieldsets = [
        (_("Das fehlt"), ["text", ("topic", "municipality"), ("target_group", "language")], NO_CLIENTS),
        (
            _("Ihre Angaben"),
            ["name", "email"],
            _("Beides ist freiwillig. Wir löschen es ein halbes Jahr nach unserer Antwort."),
        ),
    ]


class _HintFields(forms.Form):
    kind = forms.ChoiceField(
        label=_("Was stimmt nicht?"),
        choices=Hint.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Bitte wählen Sie etwas aus.")},
    )
    text = forms.CharField(
        label=_("Was haben Sie bemerkt?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 2000}),
        help_text=NO_CLIENTS,
    )


class HintForm(_HintFields, AnonymousForm):
    """ "Stimmt etwas nicht?" at an offer or an organisation."""

    limit_name = "hint"

    email = forms.EmailField(
        label=_("Ihre E-Mail-Adresse"),
        required=False,
        help_text=_("Nur mit einer Adresse können wir Ihnen antworten. Wir löschen sie ein halbes Jahr danach."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class _ByAccount(forms.Form):
    """Of a form whose author is signed in the guard of anonymous forms leaves the idempotency key only."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4()

    def clean_key(self) -> uuid.UUID:
        return self.cleaned_data["key"] or uuid.uuid4()

    def words(self) -> dict[str, Any]:
        """What was filled in, for the record."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class LocalNeedForm(_NeedFields, _ByAccount):
    """What a Kommune misses in its place."""

    municipality = None  # type: ignore[assignment]

    fieldsets = [("Das fehlt", ["text", "topic", ("target_group", "language")], NO_CLIENTS)]


class LocalHintForm(_HintFields, _ByAccount):
    """What a Kommune noticed about an entry of its place."""


class FeedbackAnswerForm(forms.Form):
    """The words that go to the person; which button was pressed says what they are."""

    text = forms.CharField(
        label="Ihre Nachricht",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Anrede und Gruß stehen schon in der E-Mail.",
    )


class NeedAnswerForm(FeedbackAnswerForm):
    """`suggested` are the offers to choose from; any public one is taken, and `q` looks for others."""

    offer = forms.ModelChoiceField(
        label="Passendes Angebot",
        queryset=Offer.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        help_text="Vorgeschlagen ist, was zu Worten, Thema und Ort passt. Der Link steht dann in der E-Mail.",
        error_messages={"invalid_choice": "Dieses Angebot ist nicht mehr öffentlich. Bitte wählen Sie ein anderes."},
    )
    q = forms.CharField(
        label="Ein anderes Angebot suchen",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    template_name = "offers/need_answer_fields.html"

    def __init__(
        self, *args: Any, suggested: Iterable[Offer] = (), searched: str = "", found: int = 0, **kwargs: Any
    ) -> None:
        self.searched, self.found = searched, found
        super().__init__(*args, **kwargs)
        offer = cast("forms.ModelChoiceField", self.fields["offer"])
        public = Offer.objects.visible_to_public(timezone.localdate()).select_related("provider")
        offer.queryset = public
        shown = list(suggested)
        chosen = str(self["offer"].value() or "")
        if chosen.isdecimal() and chosen not in {str(row.pk) for row in shown}:
            shown += public.filter(pk=chosen)
        offer.choices = [("", "keines"), *((row.pk, f"{row}, {row.provider}") for row in shown)]
