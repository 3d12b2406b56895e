"""Steps of offers and organisations: `common.views.steps` with their Verlauf and their addresses."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from actors.models import Organisation
from kiportal.common.views import steps
from offers.history import timeline
from offers.models import Offer


class StepView(steps.StepView):
    def get_history(self) -> Sequence[Any]:
        return timeline(self.object)


def workspace_url(record: Offer | Organisation) -> str:
    name = "staff_offer_detail" if isinstance(record, Offer) else "staff_organisation_detail"
    return reverse(f"offers:{name}", args=[record.pk])


def somebody_was_faster(
    request: HttpRequest, record: Offer | Organisation, typed: str, *, next_url: str = ""
) -> HttpResponse:
    record.refresh_from_db()
    return steps.faster_page(
        request, record, typed, record_url=workspace_url(record), history=timeline(record), next_url=next_url
    )
