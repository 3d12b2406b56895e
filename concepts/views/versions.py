"""/konzepte/<slug>/fassungen/<n>/: one version, for good."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from concepts import implementation
from concepts.areas import Areas
from concepts.models import ConceptVersion
from concepts.outline import Outline
from concepts.progress import HOW
from concepts.querysets import counting_offers
from concepts.views.reading import Family
from kiportal.common.templatetags.ui import german


@require_safe
@login_not_required
def version_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    family = Family.of(request, slug)
    return show_version(request, "concepts/version_detail.html", family, family.numbered(number))


def show_version(request: HttpRequest, template: str, family: Family, version: ConceptVersion) -> HttpResponse:
    """Cover facts, contents, Handlungsfelder and the other versions; of the one in force how far it is carried out."""
    today = timezone.localdate()
    progress = implementation.by_area(today, Areas.of(version)) if version == family.current else []
    outline = Outline.of(version)
    context = {
        "concept": version.concept,
        "version": version,
        "family": family,
        "replaced_by": family.replaced_by(version),
        "former": family.former(version),
        "coming": family.coming_after(version),
        "others": [each for each in family.versions if each != version],
        "outline": outline,
        "sources": outline.bibliography.cited,
        "areas": counting_offers(version.action_areas.all(), today),
        "progress": [(german(title), each.share) for title, each in progress],
        "how": HOW,
    }
    return render(request, template, context)
