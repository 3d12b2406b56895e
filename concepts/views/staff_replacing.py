"""Search and replace in a draft: GET searches, POST replaces what is chosen; the page then offers the way back."""

from collections.abc import Collection, Sequence
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from concepts.forms.replacing import ReplaceForm, SearchForm
from concepts.models import ConceptVersion
from concepts.replacing import Found, Replacement, SectionsChanged, replace, search
from concepts.views.staff_concepts import ConceptEditorMixin
from concepts.views.staff_versions import VERSIONS, detail_url, version_is_closed
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import Difference

# Hits on one page: a form of Django takes 1000 fields.
MOST = 500


class StaffReplace(ConceptEditorMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        if not version.is_draft:
            return version_is_closed(request, version)
        form = SearchForm(request.GET if "wort" in request.GET else None)
        return _page(request, version, form, ReplaceForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        form, new = SearchForm(request.POST), ReplaceForm(request.POST)
        if not version.is_draft:
            return version_is_closed(request, version, _typed(form, new))
        if not (form.is_valid() and new.is_valid()):
            return _page(request, version, form, new)
        try:
            key = replace(version, form.pattern, new.cleaned_data["neu"], new.chosen, by=acting_user(request))
        except SomebodyWasFaster:
            return version_is_closed(request, version, _typed(form, new))
        except TransitionError as error:
            changed = error.pks if isinstance(error, SectionsChanged) else set()
            return _page(request, version, form, new, problem=str(error), changed=changed, status=error.status)
        return redirect(f"{_url(version)}?{urlencode({'ersetzt': key})}")


class StaffReplaceUndo(ConceptEditorMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, key: UUID) -> HttpResponse:
        version = get_object_or_404(VERSIONS, pk=pk)
        replacement = Replacement.of(version, key)
        if replacement is None:
            raise Http404
        if not version.is_draft:
            return version_is_closed(request, version)
        try:
            replacement.undo(version, by=acting_user(request))
        except SomebodyWasFaster as error:
            return _page(request, version, SearchForm(), ReplaceForm(), problem=str(error), status=error.status)
        messages.success(request, "Das Ersetzen ist rückgängig gemacht. Der Text ist wieder wie zuvor.")
        return redirect(_url(version))


def _page(
    request: HttpRequest,
    version: ConceptVersion,
    form: SearchForm,
    new: ReplaceForm,
    *,
    problem: str = "",
    changed: Collection[int] = (),
    status: int = 200,
) -> HttpResponse:
    """Hits are checked, but those that somebody has unchecked in a section that is still as it was."""
    found = search(version, form.pattern) if form.is_valid() else []
    number = sum(len(each.hits) for each in found)
    shown = []
    room = MOST
    for each in found:
        shown.append(each.first(room))
        room -= len(each.hits)
    replacement = _replacement(request, version)
    context = {
        "version": version,
        "form": form,
        "new": new,
        "found": [(each.node, _boxes(each, new, changed)) for each in shown if each.hits],
        "number": number,
        "most": MOST,
        "problem": problem,
        "replacement": replacement,
        "can_be_undone": replacement is not None and replacement.can_be_undone(),
        "back_url": detail_url(version),
    }
    return render(request, "concepts/staff_replace.html", context, status=status)


def _boxes(found: Found, new: ReplaceForm, changed: Collection[int]) -> list[tuple[str, bool, object]]:
    section = found.node.section
    values = [(f"{section.pk}.{section.lock_version}.{hit.number}", hit) for hit in found.hits]
    all_checked = not new.is_bound or section.pk in changed
    return [(value, all_checked or value in new.places, hit) for value, hit in values]


def _replacement(request: HttpRequest, version: ConceptVersion) -> Replacement | None:
    try:
        key = UUID(request.GET.get("ersetzt", ""))
    except ValueError:
        return None
    return Replacement.of(version, key)


def _typed(form: SearchForm, new: ReplaceForm) -> Sequence[Difference]:
    fields = (form["wort"], new["neu"])
    return [Difference(str(field.label), "", str(field.value() or "")) for field in fields]


def _url(version: ConceptVersion) -> str:
    return reverse("concepts:staff_replace", args=[version.pk])
