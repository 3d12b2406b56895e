"""The form behind a care link: the whole entry but its organisation, as a proposal."""

from typing import Any, ClassVar

from kiportal.common.models import ChangeProposal
from offers.forms.base import Fieldset, OfferMeta
from offers.forms.details import Access, Partners
from offers.forms.overlay import OverlayForm
from offers.forms.sections import About, Audience, Contact, Costs, Place, Project, Registration
from offers.forms.times import Closure, Hours, Repeat, Time
from offers.models import Offer


class CareForm(
    OverlayForm,
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
    fieldsets: ClassVar[list[Fieldset]] = [
        *About.fieldsets,
        *Project.fieldsets,
        *Audience.fieldsets,
        *Costs.fieldsets,
        *Place.fieldsets,
        *Time.fieldsets,
        *Repeat.fieldsets,
        *Hours.fieldsets,
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

    def __init__(self, *args: Any, instance: Offer, proposal: ChangeProposal | None, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, proposal=proposal, **kwargs)
        if not instance.is_project:
            for name in Project.Meta.fields:
                del self.fields[name]
