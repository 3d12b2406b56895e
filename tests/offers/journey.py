"""Submitting an entry in tests as a browser does: the forms as they are shown, with some fields filled in."""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from actors.models import Language, Municipality
from kiportal.common import links
from kiportal.common.forms import MINIMUM_SECONDS
from kiportal.common.models import AccessLink
from offers.models import Offer, OfferType, TargetGroup, Topic
from tests import factories

START = "/angebote/melden/"
EMAIL = "verein@example.org"


def shown(form: Any) -> dict[str, Any]:
    """What a browser sends back for a form as it is shown."""
    data: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if isinstance(value, list | tuple):
            data[field.html_name] = [getattr(row, "pk", row) for row in value]
        elif value is True:
            data[field.html_name] = "on"
        elif value not in (None, False):
            data[field.html_name] = str(value)
    return data


def start(client: Client, **fields: Any) -> HttpResponse:
    """Send the first form, opened long enough ago."""
    form = client.get(START).context["form"]
    data = shown(form) | {"name": "Sprachtreff Lindenhof e. V.", "kind": "verein", "submitter_email": EMAIL}
    return client.post(START, data | {"opened": long_ago()} | fields)


def long_ago(seconds: int = MINIMUM_SECONDS + 1) -> str:
    """A form's time stamp that lies in the past."""
    import time

    return signing.dumps(int(time.time()) - seconds, salt="form-opened")


@dataclass
class Draft:
    """A draft and its address, for a client that knows nothing else."""

    client: Client
    token: str

    @property
    def offer(self) -> Offer:
        return Offer.objects.get(pk=links.find(AccessLink.Purpose.DRAFT, self.token).target_id)

    def url(self, step: str) -> str:
        return reverse("offers:submission_step", kwargs={"token": self.token, "step": step})

    def get(self, step: str) -> Any:
        return self.client.get(self.url(step))

    def send(self, step: str, *, verb: str = "weiter", without: tuple[str, ...] = (), **fields: Any) -> Any:
        """Fill in a step over what it shows; `without` are fields that the browser leaves out."""
        data = shown(self.get(step).context["form"]) | fields | {"verb": verb}
        return self.client.post(self.url(step), {name: data[name] for name in data if name not in without})


def begin(client: Client, **fields: Any) -> Draft:
    response = start(client, **fields)
    assert response.status_code == 302, response.context["form"].errors
    return Draft(client, response["Location"].split("/")[-3])


def complete(client: Client, **fields: Any) -> Draft:
    """A draft with everything that is needed."""
    draft = begin(client, **fields)
    topic, audience = factories.make_topic(), factories.make_target_group()
    language, place, kind = factories.make_language(), factories.make_municipality(), factories.make_offer_type()
    fill(draft, kind=kind, topics=[topic], target_groups=[audience], languages=[language], places=[place])
    return draft


def fill(
    draft: Draft,
    *,
    kind: OfferType,
    topics: list[Topic],
    target_groups: list[TargetGroup],
    languages: list[Language],
    places: list[Municipality],
) -> None:
    keys = [[row.pk for row in rows] for rows in (topics, target_groups, languages, places)]
    answers = {
        "angebot": {
            "title": "Deutsch am Abend",
            "summary": "Gemeinsam Deutsch üben.",
            "description": "Jeden Dienstag.\n\n- kostenlos\n- mit Tee",
            "offer_type": kind.pk,
            "topics": keys[0],
        },
        "zielgruppe": {"target_groups": keys[1], "languages": keys[2], "cost_kind": "kostenfrei"},
        "ort-und-zeit": {"municipalities": keys[3], "city": "Musterstadt"},
        "kontakt": {"contact_function": "Kursbüro", "contact_email": "buero@example.org", "registration": "keine"},
    }
    for step, values in answers.items():
        response = draft.send(step, **values)
        assert response.status_code == 302, response.context["form"].errors
