"""Import in the workspace: the file, its columns, the preview, the import itself and its undoing.

Every page is made from rows of the database, so that people may leave it, and two may look at the same import.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers
from django.views.generic import ListView

from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user
from offers import lifecycle
from offers.forms.data import MappingForm, UploadForm
from offers.models import ColumnMapping, DataImport, DataImportRow
from offers.models.imports import Table
from offers.resources import RESOURCES, TableResource, files, mapping, naming, preview, terms
from offers.resources.parsing import KEY
from offers.resources.raw import FileRefused

PERMISSION = "offers.run_dataimport"
ROWS_PER_PAGE = 30
_S = DataImport.Status
_O = DataImportRow.Outcome
OPEN = "offen"

_required = permission_required(PERMISSION, raise_exception=True)


class DataImportList(PermissionRequiredMixin, ListView):
    """Where tables come in and go out: the form for a file, templates, what was imported before."""

    permission_required = PERMISSION
    raise_exception = True
    template_name = "offers/data_list.html"
    paginate_by = 20
    page_kwarg = "seite"
    queryset = DataImport.objects.select_related("created_by").order_by("-created_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", UploadForm(initial={"kind": self._kind()}))
        return super().get_context_data(tables=Table.choices, last=DataImport.objects.last_done(), **kwargs)

    def _kind(self) -> str:
        asked = self.request.GET.get("art", "")
        return asked if asked in Table.values else ""

    def post(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                files.check(file, file.size)
            except FileRefused as refusal:
                form.add_error("file", str(refusal))
            else:
                file.seek(0)
                return redirect(lifecycle.start_import(form.save(), by=acting_user(request)))
        self.object_list = self.get_queryset()
        return self.render_to_response(self.get_context_data(form=form))


@require_GET
@_required
@vary_on_headers("HX-Request")
def data_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be done with it now. While a job works htmx asks for its state, and loads the page when it is done."""
    data_import = _found(pk)
    if request.headers.get("HX-Request"):
        answer = render(request, "offers/_data_state.html", {"data_import": data_import, "job": data_import.job})
        if not data_import.is_at_work:
            answer["HX-Refresh"] = "true"
        return answer
    if data_import.status == _S.MAPPING:
        return redirect("offers:data_columns", pk=pk)
    context: dict[str, Any] = {"data_import": data_import, "job": data_import.job, "counts": _counts(data_import)}
    if data_import.status == _S.READY:
        return render(request, "offers/data_preview.html", context | _preview(request, data_import))
    if data_import.status in {_S.IMPORTED, _S.UNDONE}:
        rows = data_import.rows.exclude(outcome=_O.UNCHANGED).select_related("organisation", "offer")
        page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("seite", "1"))
        is_last = DataImport.objects.last_done() == data_import
        context |= {"page_obj": page, "rows": page.object_list, "is_last": is_last}
    return render(request, "offers/data_detail.html", context)


def _preview(request: HttpRequest, data_import: DataImport) -> dict[str, Any]:
    resource = RESOURCES[data_import.kind]()
    chosen = request.GET.get("zeilen", "")
    rows: QuerySet[DataImportRow] = data_import.rows.select_related("organisation__municipality", "offer__provider")
    undecided = data_import.rows.undecided().count()
    if chosen == OPEN:
        rows = rows.undecided()  # type: ignore[attr-defined]
    elif chosen in _O.values:
        rows = rows.filter(outcome=chosen)
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("seite", "1"))
    counts = _counts(data_import)
    return {
        "page_obj": page,
        "rows": list(preview.shown(data_import, resource, list(page.object_list))),
        "tabs": _tabs(counts, chosen, undecided),
        "undecided": undecided,
        "open_names": naming.open_names(data_import, resource) if counts[_O.ERROR] else 0,
        "open_terms": terms.open_terms(data_import, resource) if counts[_O.ERROR] else 0,
        "exact": data_import.rows.undecided().filter(is_exact=True).count(),
        "has_answers": any(
            (row.match and row.outcome != _O.DOUBLE) or row.outcome in {_O.ERROR, _O.LEFT_OUT}
            for row in page.object_list
        ),
        "is_nothing_new": not (counts[_O.NEW] + counts[_O.CHANGED] + counts[_O.ERROR] + undecided),
        "can_import": not undecided and not counts[_O.ERROR] and bool(counts[_O.NEW] + counts[_O.CHANGED]),
    }


def _counts(data_import: DataImport) -> dict[str, int]:
    """Of each outcome; what was imported keeps its numbers when its rows are gone."""
    found = data_import.counts if data_import.status in {_S.IMPORTED, _S.UNDONE} else preview.counts(data_import)
    return {outcome: found.get(outcome, 0) for outcome in _O.values}


def _tabs(counts: dict[str, int], chosen: str, undecided: int) -> list[dict[str, Any]]:
    entries = [("", "Alle", sum(counts.values())), *((one.value, one.label, counts[one.value]) for one in _O)]
    if undecided or chosen == OPEN:
        entries.append((OPEN, "Bitte entscheiden", undecided))
    return [
        {"label": label, "url": f"?zeilen={value}" if value else "?", "current": chosen == value, "count": number}
        for value, label, number in entries
        if number or value in {"", chosen}
    ]


class DataColumns:
    """The pieces of the mapping form that come from the table."""

    def __init__(self, data_import: DataImport) -> None:
        self.data_import = data_import
        self.resource: TableResource = RESOURCES[data_import.kind]()

    def form(self, data: Any = None) -> MappingForm:
        columns = self.resource.targets()
        headers = self.data_import.headers
        stored = self.data_import.columns
        guesses = stored if any(stored) and len(stored) == len(headers) else mapping.guesses(self.resource, headers)
        return MappingForm(
            data,
            data_import=self.data_import,
            columns=columns,
            guesses=guesses,
            needed={name: columns[name] for name in (self.resource.REQUIRED[0], KEY)},
            defaults={
                name: (columns[name], self.resource.fields[name].widget.allowed())
                for name in self.resource.WITH_DEFAULT
            },
        )


@_required
def data_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What the columns of the file mean. It is kept, so that next month's file needs no answer."""
    data_import = _found(pk)
    if data_import.status not in {_S.MAPPING, _S.READY, _S.FAILED} or not data_import.headers:
        messages.info(request, "Die Spalten dieses Imports lassen sich gerade nicht zuordnen.")
        return redirect(data_import)
    if request.method == "POST" and request.POST.get("verb") == "ueberschriften":
        return _choose_heading(request, data_import)
    form = DataColumns(data_import).form(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            lifecycle.map_columns(data_import, form.columns, form.defaults, by=acting_user(request))
        except TransitionError as error:
            messages.error(request, str(error))
        else:
            ColumnMapping.objects.keep(
                data_import.kind, data_import.headers, columns=form.columns, defaults=form.defaults
            )
        return redirect(data_import)
    return render(request, "offers/data_columns.html", {"form": form, "data_import": data_import})


def _choose_heading(request: HttpRequest, data_import: DataImport) -> HttpResponse:
    offered = [number for number, _text in data_import.answers.get("top", [])]
    chosen = request.POST.get("zeile", "")
    if not chosen.isdecimal() or int(chosen) not in offered:
        messages.error(request, "Bitte wählen Sie eine der ersten Zeilen.")
        return redirect("offers:data_columns", pk=data_import.pk)
    try:
        lifecycle.choose_heading(data_import, int(chosen), by=acting_user(request))
    except TransitionError as error:
        messages.error(request, str(error))
    return redirect(data_import)


def _act(verb: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """A view that takes one step of an import."""

    @require_POST
    @_required
    def act(request: HttpRequest, pk: int) -> HttpResponse:
        data_import = _found(pk)
        try:
            verb(data_import, by=acting_user(request))
        except TransitionError as error:
            messages.error(request, str(error))
        return redirect(data_import)

    return act


data_run = _act(lifecycle.order_import)
data_undo = _act(lifecycle.order_undo)


@require_POST
@_required
def data_discard(request: HttpRequest, pk: int) -> HttpResponse:
    data_import = _found(pk)
    try:
        lifecycle.discard_import(data_import, by=acting_user(request))
    except SomebodyWasFaster as error:
        messages.error(request, str(error))
        return redirect(data_import)
    messages.success(request, f"„{data_import.file_name}“ ist verworfen. Nichts wurde importiert.")
    return redirect("offers:data_list")


def _found(pk: int) -> DataImport:
    return get_object_or_404(DataImport.objects.select_related("job", "created_by"), pk=pk)
