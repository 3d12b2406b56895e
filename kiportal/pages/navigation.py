"""The workspace's navigation: what each role may open, and how much waits for a decision."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kiportal.common.views.once import once_a_request
from offers.review import queue


@dataclass(frozen=True)
class Item:
    name: str
    label: Promise
    icon: str
    permissions: tuple[str, ...]
    # Who has this one, too, has an entry of the same name that leads further.
    unless: str = ""


ITEMS = (
    Item("offers:review_list", _("Prüfung"), "inbox", ("offers.review_offer",)),
    Item("offers:follow_up_list", _("Wiedervorlagen"), "calendar", ("offers.review_offer",)),
    Item("offers:freshness_board", _("Aktualität"), "clock", ("offers.review_offer",)),
    Item("offers:survey_list", _("Bestandsaufnahmen"), "chart", ("offers.run_offersurvey",)),
    Item("offers:coverage_table", _("Weiße Flecken"), "table", ("offers.view_coveragesnapshot",)),
    Item("offers:feedback_list", _("Rückmeldungen"), "flag", ("offers.answer_hint",)),
    Item("offers:local_home", _("Ihre Kommune"), "location", ("offers.view_local_offer",)),
    Item("offers:vain_list", _("Suchworte"), "search", ("offers.answer_need",)),
    Item("offers:staff_offer_list", _("Angebote"), "list", ("offers.view_offer",)),
    Item("offers:staff_organisation_list", _("Organisationen"), "organisation", ("actors.change_organisation",)),
    Item("offers:data_list", _("Daten"), "download", ("offers.run_dataimport",)),
    Item("concepts:staff_concept_list", _("Konzepte"), "document", ("concepts.change_concept",)),
    Item(
        "concepts:concept_list",
        _("Konzepte"),
        "document",
        ("concepts.read_conceptversion_in_committee",),
        unless="concepts.change_concept",
    ),
    Item("concepts:measure_list", _("Maßnahmen"), "target", ("concepts.change_measure",)),
    Item("concepts:period_list", _("Schwerpunkte"), "flag", ("concepts.change_measure",)),
    Item("funding:sheet", _("Stellen und Förderung"), "euro", ("funding.view_position",)),
    Item("pages:barrier_list", _("Barrieren"), "accessibility", ("pages.answer_barrierreport",)),
    Item("common:job_list", _("Aufträge"), "job", ("common.view_job",)),
    Item("admin:index", _("Verwaltung"), "settings", ("common.use_admin",)),
)
MAILBOX = Item("pages:mailbox_list", _("Postfach"), "mail", ("common.view_job", "common.use_admin"))


@once_a_request
def waiting(request: HttpRequest) -> int:
    """How many entries wait for a decision."""
    return queue.length()


def workspace_navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return {label, url, icon, current, count} for every page the person may open."""
    user = request.user
    if not user.has_perm("common.use_workspace"):
        return []
    home = reverse("pages:workspace_home")
    entries = [{"label": _("Übersicht"), "url": home, "icon": "home", "current": request.path == home, "count": 0}]
    for item in (*ITEMS, MAILBOX) if settings.KIPORTAL_DEMO else ITEMS:
        if item.unless and user.has_perm(item.unless):
            continue
        if any(user.has_perm(permission) for permission in item.permissions):
            url = reverse(item.name)
            count = waiting(request) if item.name == "offers:review_list" else 0
            current = request.path.startswith(url)
            entries.append({"label": item.label, "url": url, "icon": item.icon, "current": current, "count": count})
    return entries
