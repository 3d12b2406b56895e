"""What people answer before a table is imported: which records its rows mean, and which rows stay away."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from actors.models import Organisation
from kiportal.common.transitions import SomebodyWasFaster, TransitionError
from kiportal.common.views.acting import acting_user
from offers import lifecycle
from offers.forms.data import decisions
from offers.forms.data_names import NamesForm
from offers.forms.data_terms import TermsForm
from offers.lifecycle.import_answers import Answer, decide_rows
from offers.models import DataImport, DataImportRow
from offers.resources import RESOURCES, naming, preview, terms
from offers.resources.lookups import LEFT_OUT
from offers.views.data import OPEN, PERMISSION, ROWS_PER_PAGE

_O = DataImportRow.Outcome
_M = DataImportRow.Match

_required = permission_required(PERMISSION, raise_exception=True)


@require_POST
@_required
def data_match(request: HttpRequest, pk: int) -> HttpResponse:
    """The answers of one page; or one for all rows of a kind: those that are the same, those with errors."""
    data_import = get_object_or_404(DataImport, pk=pk)
    resource = RESOURCES[data_import.kind]()
    verb = request.POST.get("verb", "")
    if verb == "gleiche":
        same = data_import.rows.undecided().filter(is_exact=True)
        answers = dict.fromkeys(same.values_list("number", flat=True), Answer(_M.FILLED))
    elif verb == "auslassen":
        wrong = data_import.rows.filter(outcome=_O.ERROR)
        answers = dict.fromkeys(wrong.values_list("number", flat=True), Answer(is_left_out=True))
    else:
        numbers = [int(text) for text in request.POST.getlist("zeile") if text.isdecimal()][:ROWS_PER_PAGE]
        rows = list(data_import.rows.filter(number__in=[one for one in numbers if one < 2**31]))
        records = preview.candidate_records(data_import, resource, [row for row in rows if row.match])
        candidates = {number: [record.pk for record in several] for number, several in records.items()}
        answers = decisions(request.POST, rows, candidates)
    try:
        left = decide_rows(data_import, answers, lambda rows: preview.judge_again(resource, data_import, rows))
    except SomebodyWasFaster as error:
        messages.error(request, str(error))
        return redirect(data_import)
    done = f"{len(answers)} {'Zeile ist' if len(answers) == 1 else 'Zeilen sind'} entschieden."
    messages.success(request, f"{done} {f'Es fehlen noch {left}.' if left else 'Jetzt ist nichts mehr offen.'}")
    return redirect(f"{data_import.get_absolute_url()}{f'?zeilen={OPEN}' if left else ''}")


@_required
def data_terms(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file means by words for topics, languages and so on. Afterwards its rows are read again with that."""
    data_import = get_object_or_404(DataImport, pk=pk)
    is_ready = data_import.status == DataImport.Status.READY
    entries = terms.unknown(data_import, RESOURCES[data_import.kind]()) if is_ready else []
    if not entries:
        messages.info(request, "In diesem Import ist gerade kein Begriff zu klären.")
        return redirect(data_import)
    form = TermsForm(request.POST if request.method == "POST" else None, entries=entries, left_out=LEFT_OUT)
    if form.is_bound and form.is_valid():
        try:
            said = form.answers(data_import.answers.get("terms", {}))
            lifecycle.explain_terms(data_import, said, by=acting_user(request))
        except TransitionError as error:
            messages.error(request, str(error))
        return redirect(data_import)
    context = {"form": form, "data_import": data_import, "left": len(entries) - len(form.entries)}
    return render(request, "offers/data_terms.html", context)


@_required
def data_names(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom the file means by names that nobody here has. Afterwards its rows are read again with that."""
    data_import = get_object_or_404(DataImport, pk=pk)
    resource = RESOURCES[data_import.kind]()
    is_ready = data_import.status == DataImport.Status.READY
    entries = naming.unclear(data_import, resource) if is_ready else []
    if not entries:
        messages.info(request, "In diesem Import ist gerade kein Name zu klären.")
        return redirect(data_import)
    names = resource.lookups.names(Organisation)
    form = NamesForm(request.POST if request.method == "POST" else None, entries=entries, names=names)
    if form.is_bound and form.is_valid():
        try:
            said = form.answers(data_import.answers.get("names", {}))
            lifecycle.name_organisations(data_import, said, by=acting_user(request))
        except TransitionError as error:
            messages.error(request, str(error))
        return redirect(data_import)
    context = {
        "form": form,
        "data_import": data_import,
        "names": names.choices(),
        "left": len(entries) - len(form.entries),
    }
    return render(request, "offers/data_names.html", context)
