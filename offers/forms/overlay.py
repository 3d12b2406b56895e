"""A form over a published record: what is sent becomes a proposal, and the form shows the open one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kiportal.common.forms import LockedModelForm
from kiportal.common.models import ChangeProposal
from offers import changes


class OverlayForm(LockedModelForm):
    """Shows the record with the open proposal over it; `read` says which of both it showed.

    It is never saved: `Proposable.between` reads what differs.
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

    def __init__(self, *args: Any, instance: Any, proposal: ChangeProposal | None, **kwargs: Any) -> None:
        self.proposal = proposal
        overlay = changes.fields_of(instance).values(proposal.changes) if proposal else {}
        super().__init__(*args, instance=instance, initial=overlay, **kwargs)
        del self.fields["lock_version"]  # part of `read`
        self.fields["read"].initial = self.state_shown = _state(instance, proposal)

    @property
    def is_stale(self) -> bool:
        """Whether record or proposal changed after this form was opened."""
        return bool(self.cleaned_data["read"] != self.state_shown)


def _state(record: Any, proposal: ChangeProposal | None) -> str:
    laid_over = f"{proposal.pk}-{proposal.updated_at.isoformat()}" if proposal else ""
    return f"{record.lock_version}/{laid_over}"
