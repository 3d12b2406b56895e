"""The forms behind a care link: a published entry with what its author proposes."""

from typing import Any

from kiportal.common.models import ChangeProposal
from kiportal.common.transitions import By
from offers.forms.base import OfferMeta
from offers.forms.details import Access, Partners
from offers.forms.overlay import OverlayForm
from offers.forms.parts import InParts
from offers.forms.pictures import Pictures
from offers.forms.repeats import Repeat
from offers.forms.sections import About, Audience, Contact, Costs, Place, Project, Registration
from offers.forms.times import Closure, Hours, Time
from offers.models import Offer
from offers.permissions import usable_pictures


class CareForm(
    InParts,
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
    """The whole entry but its organisation and its pictures, in parts."""

    class Meta(OfferMeta):
        fields = (
            *(*About.Meta.fields, *Project.Meta.fields, *Audience.Meta.fields, *Costs.Meta.fields),
            *(*Place.Meta.fields, *Time.Meta.fields, *Closure.Meta.fields, *Partners.Meta.fields),
            *Registration.Meta.fields,
        )

    def __init__(self, *args: Any, instance: Offer, proposal: ChangeProposal | None, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, proposal=proposal, **kwargs)
        if not instance.is_project:
            for name in Project.Meta.fields:
                del self.fields[name]


class PicturesForm(OverlayForm, Pictures):
    """Its pictures, on a page of their own."""

    confirms_when_unchanged = False

    class Meta(OfferMeta):
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, instance: Offer, proposal: ChangeProposal | None, by: By, **kwargs: Any) -> None:
        known = usable_pictures(by, instance)
        super().__init__(*args, instance=instance, proposal=proposal, known=known, **kwargs)

    def get_context(self) -> dict[str, Any]:
        return super().get_context() | {"after_fields": [self["message"]]}
