"""/konzepte/: the concepts of the Kreis, and the permanent address of each."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from django.views.generic import ListView

from concepts.models import Concept
from concepts.views.reading import Family, versions_for
from concepts.views.versions import show_version


@method_decorator(login_not_required, name="dispatch")
class ConceptList(ListView):
    template_name = "concepts/concept_list.html"
    context_object_name = "concepts"

    def get_queryset(self) -> QuerySet[Concept]:
        return Concept.objects.with_versions(versions_for(self.request)).main_first()


@require_safe
@login_not_required
def concept_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The version in force, or the newest one that may be read; the address stays when a new version comes."""
    family = Family.of(request, slug)
    return show_version(request, "concepts/concept_detail.html", family, family.current)
