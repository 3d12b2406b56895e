"""Who holds a post at the centre is for its head alone: no file names them, whoever asks for it.

The crawl of `test_canary` looks for the same column on public pages.
"""

from io import BytesIO
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from concepts.models import ConceptVersion
from concepts.pdf import render_version_html
from funding import pdf as funding_pdf
from funding.models import Assignment
from kiportal.common import roles
from offers import brochure
from offers.filters import OfferFilters
from offers.models import Offer
from tests.offers.tables import content_of
from tests.test_canary import text_columns
from tests.world import make_world

EXPORTS = [
    ("offers:offer_feed", {}),
    ("offers:date_calendar", {}),
    ("offers:offer_export", {"extension": "csv"}),
    ("offers:offer_export", {"extension": "xlsx"}),
    *(("offers:data_export", {"kind": kind, "extension": "csv"}) for kind in ("angebote", "organisationen")),
    ("offers:coverage_workbook", {}),
    ("offers:coverage_csv", {}),
    ("funding:public_summary", {}),
    ("funding:sheet_workbook", {}),
    ("funding:figures_csv", {}),
]


def as_text(response: Any) -> str:
    content = content_of(response)
    if "spreadsheetml" not in response["Content-Type"]:
        return content.decode()
    book = load_workbook(BytesIO(content))
    return "\n".join(str(cell.value or "") for sheet in book for row in sheet.iter_rows() for cell in row)


@pytest.mark.django_db
def test_name_of_who_holds_a_post_stands_in_no_file_whoever_asks(client: Client) -> None:
    world = make_world()
    assert "name" in {column.name for column in text_columns(Assignment)}
    Assignment.objects.update(name="Kolkrabe")
    client.force_login(world.users[roles.LEAD])
    assert "Kolkrabe" in client.get(world["position"].get_absolute_url()).text
    today = timezone.localdate()
    texts = {name: as_text(client.get(reverse(name, kwargs=arguments))) for name, arguments in EXPORTS}
    this_year = funding_pdf.time_of(f"{today.year}-01-01", f"{today.year}-12-31")
    texts |= {kind: funding_pdf.render_html(kind, this_year, today) for kind in funding_pdf.Kind}
    texts |= {str(version): render_version_html(version) for version in ConceptVersion.objects.all()}
    filters = OfferFilters(QueryDict(""), Offer.objects.visible_to_public(today))
    texts["brochure"] = brochure.render_brochure_html(filters, "kommune", today)
    assert {name for name, text in texts.items() if "kolkrabe" in text.lower()} == set()
    assert all(texts.values())
