"""Staff write down offers for organisations: the quick form, what waits for a confirmation, and what becomes of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import ListView

from kiportal.common.forms import StaleSave
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import Difference, conflict
from offers import lifecycle
from offers.completeness import missing
from offers.forms.recording import Finish, RecordingForm
from offers.models import Offer
from offers.upkeep import recordings

_for_recorders = permission_required("offers.add_offer", raise_exception=True)
LIST = "offers:recording_list"


class _RecordingPage(PermissionRequiredMixin, View):
    permission_required = "offers.add_offer"
    raise_exception = True

    def form(self, request: HttpRequest, offer: Offer) -> RecordingForm:
        """The form as it was sent; whoever presses Enter in a field only saves."""
        verb = request.POST.get("verb", "")
        return RecordingForm(request.POST, instance=offer, finish=verb if verb in Finish.values else Finish.KEEP)

    def page(self, request: HttpRequest, form: RecordingForm, *, status: int = 200) -> HttpResponse:
        context: dict[str, Any] = {"form": form, "finish": Finish}
        if form.instance.pk:
            offer = waiting_or_404(form.instance.pk)
            context |= {"offer": offer, "row": recordings.with_links([offer])[0], "gaps": missing(offer)}
        return render(request, "offers/recording_form.html", context, status=status)

    def save(self, request: HttpRequest, form: RecordingForm) -> HttpResponse:
        """Write over the draft as it stands now. The same form sent twice is answered as it was the first time."""
        user, pk = acting_user(request), form.instance.pk
        try:
            with transaction.atomic():
                lifecycle.hold_recorded(pk)
                # The form has put what was typed into its instance: what happens to the row starts from the row.
                provider = form.provider()
                form.save()
                lifecycle.revise_recorded(
                    Offer.objects.select_related("provider").get(pk=pk), by=user, provider=provider
                )
                return self.finish(request, form, pk)
        except StaleSave as stale:
            return self._stale(request, form, stale)
        except TransitionError as error:
            if not Offer.objects.recorded().filter(pk=pk).exists():
                messages.error(request, str(error))
                return redirect(_after(pk))
            form.add_error(None, str(error))
            return self.page(request, form, status=error.status)

    def _stale(self, request: HttpRequest, form: RecordingForm, stale: StaleSave) -> HttpResponse:
        pk = stale.theirs.pk
        data = request.POST.copy()
        data["lock_version"] = str(waiting_or_404(pk).lock_version)
        again = RecordingForm(data, instance=waiting_or_404(pk), finish=form.finish)
        if again.is_valid() and not again.is_changed:
            return self.finish(request, again, pk, again=False)
        url, theirs = reverse("offers:recording_edit", args=[pk]), again.instance.provider.name
        typed = form.provider().name
        return conflict(
            request,
            form,
            stale,
            back_url=url,
            rebuild=lambda *_arguments: again,
            differences=[Difference("Organisation", theirs, typed)] if typed != theirs else [],
            context={"action_url": url},
        )

    def finish(self, request: HttpRequest, form: RecordingForm, pk: int, *, again: bool = True) -> HttpResponse:
        """What the button said beside saving."""
        offer, user = Offer.objects.select_related("provider").get(pk=pk), acting_user(request)
        match form.finish:
            case Finish.LINK:
                lifecycle.send_recorded_link(offer, by=user, again=again)
                messages.success(request, f"„{offer}“ ist gespeichert. Der Link geht an {offer.submitter_email}.")
            case Finish.REVIEW:
                _submit(request, offer)
                return redirect("offers:staff_offer_detail", pk=pk)
            case _:
                messages.success(request, f"„{offer}“ ist gespeichert und wartet auf den Verein.")
        return redirect(LIST)


class RecordingAdd(_RecordingPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, RecordingForm(instance=Offer()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request, Offer())
        if not form.is_valid():
            return self.page(request, form)
        key = form.cleaned_data["key"]
        try:
            with transaction.atomic():
                provider, how = form.provider(), form.how_it_came()
                offer = lifecycle.record(form.instance, provider, by=acting_user(request), key=key, how=how)
                if offer is not None:
                    form.save()
                    return self.finish(request, form, offer.pk)
        except TransitionError as error:
            fresh = self.form(request, Offer())  # nothing is stored, so the form begins again with all that was typed
            fresh.is_valid()
            fresh.add_error(None, str(error))
            return self.page(request, fresh, status=error.status)
        return self._repeat(request, get_object_or_404(Offer.objects.select_related("provider"), submission_key=key))

    def _repeat(self, request: HttpRequest, made: Offer) -> HttpResponse:
        """The form was stored before: a second click, or the way back in the browser."""
        if made.status != Offer.Status.DRAFT:
            return redirect(_after(made.pk))
        form = self.form(request, made)
        return self.save(request, form) if form.is_valid() else self.page(request, form)


class RecordingEdit(_RecordingPage):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        offer = _known_or_404(pk)
        if offer.status != Offer.Status.DRAFT:
            return redirect(_after(pk))
        return self.page(request, RecordingForm(instance=offer))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        offer = _known_or_404(pk)
        if offer.status != Offer.Status.DRAFT:
            messages.error(request, "Der Entwurf ist inzwischen abgesendet. Bitte ändern Sie den Eintrag hier.")
            return redirect(_after(pk))
        form = self.form(request, offer)
        return self.save(request, form) if form.is_valid() else self.page(request, form)


class RecordingList(PermissionRequiredMixin, ListView):
    permission_required = "offers.add_offer"
    raise_exception = True
    template_name = "offers/recording_list.html"
    paginate_by = 30
    page_kwarg = "seite"

    def get_queryset(self) -> Any:
        return recordings.waiting()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(tabs=list_tabs(recorded=True), **kwargs)
        context["rows"] = recordings.with_links(context["object_list"])
        return context


@require_safe
@_for_recorders
def recording_organisation(request: HttpRequest) -> HttpResponse:
    """While somebody types the name of an organisation: which one it may be. The form asks the same when it is sent."""
    name = request.GET.get("provider_name", "")[:160]
    form = RecordingForm(instance=Offer(), initial={"provider_name": name})
    return render(request, "offers/_recording_organisation.html", {"form": form, "typed": bool(name.strip())})


@require_POST
@_for_recorders
def recording_link(request: HttpRequest, pk: int) -> HttpResponse:
    offer = _known_or_404(pk)
    try:
        lifecycle.send_recorded_link(offer, by=acting_user(request))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Der Link geht an {offer.submitter_email}.")
    return redirect(LIST)


@require_POST
@_for_recorders
def recording_submit(request: HttpRequest, pk: int) -> HttpResponse:
    """The organisation has said yes on the phone."""
    try:
        _submit(request, _known_or_404(pk))
    except TransitionError as error:
        messages.error(request, str(error))
        return redirect(_after(pk))
    return redirect(LIST)


@require_POST
@_for_recorders
def recording_discard(request: HttpRequest, pk: int) -> HttpResponse:
    offer = _known_or_404(pk)
    try:
        lifecycle.discard_recorded(offer, by=acting_user(request))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Der Entwurf „{offer}“ ist gelöscht.")
    return redirect(LIST)


def list_tabs(*, recorded: bool) -> list[dict[str, Any]]:
    """The two lists of offers in the workspace."""
    return [
        {"label": "Gemeldet und veröffentlicht", "url": reverse("offers:staff_offer_list"), "current": not recorded},
        {
            "label": "Für Vereine erfasst",
            "url": reverse(LIST),
            "current": recorded,
            "count": Offer.objects.recorded().count(),
        },
    ]


def waiting_or_404(pk: int) -> Offer:
    return get_object_or_404(recordings.waiting().select_related("contact__consent", "offer_type"), pk=pk)


def _known_or_404(pk: int) -> Offer:
    """A recorded entry, whatever became of it meanwhile."""
    recorded = Offer.objects.editable_by_staff().filter(recorded_by__isnull=False)
    return get_object_or_404(recorded.select_related("provider", "contact__consent", "offer_type"), pk=pk)


def _submit(request: HttpRequest, offer: Offer) -> None:
    lifecycle.submit(offer, by=acting_user(request), reason="Vom Verein am Telefon oder im Gespräch bestätigt.")
    messages.success(request, f"„{offer}“ steht in der Prüfung. Jemand anderes gibt den Eintrag frei.")


def _after(pk: int) -> str:
    """Where an entry is found now."""
    offer = Offer.objects.editable_by_staff().filter(pk=pk).first()
    if offer is None:
        return reverse(LIST)
    name = "recording_edit" if offer.status == Offer.Status.DRAFT else "staff_offer_detail"
    return reverse(f"offers:{name}", args=[pk])
