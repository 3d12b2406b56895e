"""The forms behind a care link: a published entry with what its author proposes."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from kiportal.common.models import ChangeProposal
from kiportal.common.transitions import By
from offers import changes
from offers.forms.base import Fieldset, OfferForm, OfferMeta
from offers.forms.details import Access, Partners
from offers.forms.pictures import Pictures
from offers.forms.sections import About, Audience, Contact, Costs, Place, Project, Registration
from offers.forms.times import Closure, Hours, Repeat, Time
from offers.models import Offer
from offers.permissions import usable_pictures


class Overlay(OfferForm):
    """A form over a published entry with the open proposal laid over it; `read` says which of both it showed.

    It is never saved: `changes.between` reads what differs.
    """

    # Whether sending it without a change says that all is as it should be.
    confirms_when_unchanged = True

    read = forms.CharField(widget=forms.HiddenInput)
    message = forms.CharField(
        label=_("Mitteilung an uns"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
        help_text=_("Bitte keine Angaben zu Ratsuchenden. Wird nicht veröffentlicht."),
    )

    class Meta(OfferMeta):
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, instance: Offer, proposal: ChangeProposal | None, **kwargs: Any) -> None:
        overlay = changes.values(proposal.changes) if proposal else {}
        super().__init__(*args, instance=instance, initial=overlay, **kwargs)
        del self.fields["lock_version"]  # part of `read`
        self.fields["read"].initial = self.state_shown = _state(instance, proposal)

    @property
    def is_stale(self) -> bool:
        """Whether entry or proposal changed after this form was opened."""
        return bool(self.cleaned_data["read"] != self.state_shown)


class CareForm(
    Overlay,
    About,
    Project,
    Audience,
    Costs,
    Place,
    Time,
    Repeat,
    Hours,
    Closure,
    Access,
    Partners,
    Contact,
    Registration,
):
    """The whole entry but its organisation and its pictures."""

    fieldsets: ClassVar[list[Fieldset]] = [
        *About.fieldsets,
        *Project.fieldsets,
        *Audience.fieldsets,
        *Costs.fieldsets,
        *Place.fieldsets,
        *Time.fieldsets,
        *Hours.fieldsets,
        *Repeat.fieldsets,
        *Time.date_rows,
        *Closure.fieldsets,
        *Access.fieldsets,
        *Partners.fieldsets,
        *Contact.fieldsets,
        *Registration.fieldsets,
        ("", ["message"]),
    ]

    class Meta(OfferMeta):
        fields = (
            *(*About.Meta.fields, *Project.Meta.fields, *Audience.Meta.fields, *Costs.Meta.fields),
            *(*Place.Meta.fields, *Time.Meta.fields, *Closure.Meta.fields, *Registration.Meta.fields),
        )

    def __init__(self, *args: Any, instance: Offer, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        if not instance.is_project:
            for name in Project.Meta.fields:
                del self.fields[name]


class PicturesForm(Overlay, Pictures):
    """Its pictures, on a page of their own."""

    confirms_when_unchanged = False

    def __init__(self, *args: Any, instance: Offer, proposal: ChangeProposal | None, by: By, **kwargs: Any) -> None:
        known = usable_pictures(by, instance)
        super().__init__(*args, instance=instance, proposal=proposal, known=known, **kwargs)

    def get_context(self) -> dict[str, Any]:
        return super().get_context() | {"after_fields": [self["message"]]}


def _state(offer: Offer, proposal: ChangeProposal | None) -> str:
    laid_over = f"{proposal.pk}-{proposal.updated_at.isoformat()}" if proposal else ""
    return f"{offer.lock_version}/{laid_over}"
