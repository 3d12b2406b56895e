"""Two versions of a concept compared: on a page with an address of its own, and as a stored synopsis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views import View
from django.views.decorators.http import require_safe

from concepts import lifecycle, synopsis
from concepts.comparison import Change, Comparison, compare
from concepts.comparison.showing import Shown
from concepts.forms.comparing import CompareForm
from concepts.models import Concept, ConceptVersion
from concepts.views.files import stored_file
from concepts.views.reading import Family
from concepts.views.staff_concepts import ConceptEditorMixin
from kiportal.common.views.acting import acting_user


@dataclass(frozen=True)
class Entry:
    """A change with its texts as HTML, and where the changes before and after it stand."""

    change: Change
    heading: SafeString
    html: SafeString
    before: Change | None
    after: Change | None


@require_safe
@login_not_required
def version_compare(request: HttpRequest, slug: str) -> HttpResponse:
    """What one may read can be compared; the rest is not there."""
    family = Family.of(request, slug)
    context = _compared(request.GET, family.versions) | {"concept": family.current.concept}
    return render(request, "concepts/version_compare.html", context)


@require_safe
@login_not_required
def synopsis_file(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponseBase:
    """The stored file; 404 until there is one. Public where both versions are."""
    family = Family.of(request, slug)
    return _stored(request, family.numbered(old), family.numbered(new))


class StaffVersionCompare(ConceptEditorMixin, View):
    """The same with the draft; a POST has the synopsis made."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        concept = get_object_or_404(Concept, pk=pk)
        context = _compared(request.GET, _all_versions(concept)) | {"concept": concept}
        if "comparison" in context:
            pair = context["form"].pair
            context["job"] = None if context["synopsis"] else lifecycle.synopsis_jobs(*pair).first()
            context["has_preview"] = synopsis.has_preview(*pair)
        return render(request, "concepts/staff_version_compare.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        concept = get_object_or_404(Concept, pk=pk)
        address = reverse("concepts:staff_version_compare", args=[pk])
        form = CompareForm(request.POST, _all_versions(concept))
        if not form.is_valid():
            return redirect(address)
        old, new = form.pair
        if lifecycle.order_synopsis(old, new, by=acting_user(request)):
            messages.success(request, "Die Synopse wird erstellt. Das dauert meist weniger als eine Minute.")
        return redirect(f"{address}?{urlencode({'alt': old.number, 'neu': new.number})}#synopse")


@require_safe
@permission_required("concepts.change_concept", raise_exception=True)
def staff_synopsis_file(request: HttpRequest, pk: int, old: int, new: int) -> HttpResponseBase:
    """That with a draft, as it was when it was made; of finished versions the stored one."""
    versions = ConceptVersion.objects.select_related("concept").filter(concept=pk)
    pair = get_object_or_404(versions, number=old), get_object_or_404(versions, number=new)
    if not synopsis.has_preview(*pair):
        return _stored(request, *pair)
    content = default_storage.open(synopsis.preview_name(*pair))
    answer = FileResponse(content, content_type="application/pdf", filename=synopsis.file_name(*pair))
    patch_cache_control(answer, private=True, no_store=True)
    return answer


def _all_versions(concept: Concept) -> list[ConceptVersion]:
    return list(concept.versions.select_related("concept"))


def _stored(request: HttpRequest, old: ConceptVersion, new: ConceptVersion) -> HttpResponseBase:
    found = synopsis.stored(old, new)
    if found is None:
        raise Http404
    return stored_file(request, found, synopsis.file_name(old, new).removesuffix(".pdf"), [old, new])


def _compared(query: Mapping[str, Any], versions: Sequence[ConceptVersion]) -> dict[str, Any]:
    """What both pages show; without a comparison where there is nothing to compare, or the choice makes no sense."""
    if len(versions) < 2:
        return {}
    form = CompareForm(query, versions)
    if not form.is_valid():
        return {"form": form}
    comparison = compare(*form.pair)
    return {
        "form": form,
        "old": comparison.old,
        "new": comparison.new,
        "comparison": comparison,
        "counts": comparison.counts,
        "changes": comparison.changes,
        "groups": _shown(comparison),
        "synopsis": synopsis.stored(*form.pair),
    }


def _shown(comparison: Comparison) -> list[dict[str, Any]]:
    shown, changes = Shown(comparison), comparison.changes
    places = {change.anchor: place for place, change in enumerate(changes)}
    groups: list[dict[str, Any]] = []
    for group in comparison.groups():
        if not isinstance(group, Change):
            groups.append({"fold": group})
            continue
        place = places[group.anchor]
        before = changes[place - 1] if place else None
        after = changes[place + 1] if place + 1 < len(changes) else None
        groups.append({"entry": Entry(group, shown.heading(group), shown.change(group), before, after)})
    return groups
