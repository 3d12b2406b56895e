"""Bestandsaufnahmen in the workspace: prepare a round, choose whom it asks, follow it, close it, read the numbers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet, TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import ListView

from kiportal.common.forms import StaleSave
from kiportal.common.models import MailAddress
from kiportal.common.transitions import TransitionError
from kiportal.common.views.acting import acting_user
from kiportal.common.views.conflicts import conflict
from kiportal.common.views.steps import Step
from offers import lifecycle
from offers.forms.surveys import InvitationAddressForm, OfferSurveyForm
from offers.models import OfferSurvey, SurveyAnswer, SurveyInvitation
from offers.staff_filters import SurveyCandidateFilters
from offers.surveys import asking, results, workbook
from offers.views.steps import StepView

PERMISSION = "offers.run_offersurvey"
PAGE_LENGTH = 30
Outcome = SurveyAnswer.Outcome


class View(TextChoices):
    """Which organisations of a round are listed; values are those of the parameter `ansicht`."""

    ALL = "alle", "Alle"
    OPEN = "offen", "Offen"
    ANSWERED = "beantwortet", "Vollständig"
    UNREACHED = "nicht-erreicht", "Nicht erreichbar"


class SurveyList(PermissionRequiredMixin, ListView):
    permission_required = PERMISSION
    raise_exception = True
    template_name = "offers/survey_list.html"
    paginate_by = PAGE_LENGTH
    page_kwarg = "seite"

    def get_queryset(self) -> QuerySet[OfferSurvey]:
        return OfferSurvey.objects.annotate(
            asked=Count("invitations"), answered=Count("invitations", filter=Q(invitations__answered_at__isnull=False))
        ).order_by("-created_at", "-pk")


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def survey_add(request: HttpRequest) -> HttpResponse:
    form = OfferSurveyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        form.instance.created_by = acting_user(request)
        try:
            with transaction.atomic():
                survey = form.save()
        except IntegrityError:
            survey = get_object_or_404(OfferSurvey, key=form.cleaned_data["key"])
        return redirect("offers:survey_choose", pk=survey.pk)
    return render(request, "offers/survey_form.html", {"form": form, "back_url": reverse("offers:survey_list")})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def survey_edit(request: HttpRequest, pk: int) -> HttpResponse:
    survey = get_object_or_404(OfferSurvey, pk=pk)
    form = OfferSurveyForm(request.POST if request.method == "POST" else None, instance=survey)
    if form.is_bound and form.is_valid():
        try:
            form.save()
        except StaleSave as stale:
            return conflict(request, form, stale, back_url=survey.get_absolute_url())
        messages.success(request, f"„{survey}“ ist gespeichert.")
        return redirect(survey)
    context = {"form": form, "survey": survey, "back_url": survey.get_absolute_url()}
    return render(request, "offers/survey_form.html", context)


class SurveyDetail(StepView):
    """How the round stands: who was asked, who answered, what is left to do."""

    permission_required = PERMISSION
    template_name = "offers/survey_detail.html"
    context_object_name = "survey"
    transitions = lifecycle.SURVEY
    queryset = OfferSurvey.objects.select_related("created_by")
    steps = (
        Step(
            "open_survey",
            "Starten",
            "send",
            lifecycle.open_survey,
            "Jede Organisation mit E-Mail-Adresse bekommt jetzt ihren Link. Die anderen fragen Sie am Telefon.",
            "„{}“ läuft. Die E-Mails gehen gleich hinaus.",
        ),
        Step(
            "close_survey",
            "Abschließen",
            "check",
            lifecycle.close_survey,
            "Antworten sind dann nicht mehr möglich. Das Ergebnis bleibt, wie es ist.",
            "„{}“ ist abgeschlossen.",
        ),
        Step(
            "reopen_survey",
            "Wieder öffnen",
            "undo",
            lifecycle.reopen_survey,
            "Antworten sind wieder möglich. Niemand bekommt davon eine E-Mail.",
            "„{}“ läuft wieder.",
        ),
    )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        survey, wanted = self.object, self.request.GET.get("ansicht", "")
        view = View(wanted) if wanted in View.values else View.ALL
        lists = _lists(survey)
        page = Paginator(lists[view].select_related("organisation"), PAGE_LENGTH).get_page(
            self.request.GET.get("seite")
        )
        counts = {name: rows.count() for name, rows in lists.items()}
        return super().get_context_data(
            view=view.value,
            tabs=[
                {"label": name.label, "url": f"?ansicht={name.value}", "current": name == view, "count": counts[name]}
                for name in View
            ],
            asked=counts[View.ALL],
            answered=counts[View.ANSWERED],
            unreached=counts[View.UNREACHED],
            share=round(100 * counts[View.ANSWERED] / counts[View.ALL]) if counts[View.ALL] else 0,
            page_obj=page,
            rows=_rows(page.object_list),
            is_late=survey.status == OfferSurvey.Status.OPEN and survey.answer_by < timezone.localdate(),
            **kwargs,
        )


def _lists(survey: OfferSurvey) -> dict[View, QuerySet[SurveyInvitation]]:
    invitations = survey.invitations.all()
    silent = MailAddress.objects.undeliverable().values("email")
    unreached = Q(email="") | Q(email__in=silent)
    return {
        View.ALL: invitations,
        View.OPEN: invitations.unanswered(),
        View.ANSWERED: invitations.complete(),
        View.UNREACHED: invitations.unanswered().filter(unreached),
    }


def _rows(invitations: Any) -> list[dict[str, Any]]:
    """Each organisation of the page with the number of its entries and of those without an answer."""
    invitations = list(invitations)
    counted = (
        SurveyAnswer.objects.filter(invitation__in=invitations)
        .exclude(outcome=Outcome.ADDED)
        .order_by()
        .values("invitation")
        .annotate(entries=Count("pk"), open=Count("pk", filter=Q(outcome__in=[Outcome.OPEN, Outcome.TO_CHANGE])))
    )
    numbers = {row["invitation"]: (row["entries"], row["open"]) for row in counted}
    silent = asking.silent_among(invitation.email for invitation in invitations)
    return [
        {
            "invitation": invitation,
            "entries": numbers.get(invitation.pk, (0, 0))[0],
            "open": numbers.get(invitation.pk, (0, 0))[1],
            "is_silent": invitation.email in silent,
            "is_complete": invitation.answered_at is not None and not numbers.get(invitation.pk, (0, 0))[1],
        }
        for invitation in invitations
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def survey_choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Filter the public organisations and add those that were ticked, or all that were found."""
    survey = get_object_or_404(OfferSurvey, pk=pk)
    if survey.status == OfferSurvey.Status.CLOSED:
        return redirect(survey)
    filters = SurveyCandidateFilters(request.GET or None, asking.candidates(survey).select_related("municipality"))
    found = filters.qs.order_by("sort_key", "pk")
    if request.method == "POST":
        keys = (
            list(found.values_list("pk", flat=True))
            if request.POST.get("verb") == "alle"
            else [int(key) for key in request.POST.getlist("auswahl") if key.isdecimal()]
        )
        if keys:
            try:
                number = lifecycle.invite(survey, keys, by=acting_user(request))
            except TransitionError as error:
                messages.error(request, str(error))
                return redirect(survey)
            messages.success(request, f"{number} Organisationen sind dabei." if number != 1 else "Eine ist dabei.")
            return redirect(survey)
        messages.error(request, "Bitte kreuzen Sie mindestens eine Organisation an.")
    organisations = list(found)
    known = asking.addresses([organisation.pk for organisation in organisations])
    running = SurveyInvitation.objects.open().exclude(survey=survey).select_related("survey")
    elsewhere = {invitation.organisation_id: invitation.survey for invitation in running}
    silent = asking.silent_among(known.values())
    context = {
        "survey": survey,
        "filters": filters,
        "rows": [(row, known.get(row.pk, ""), elsewhere.get(row.pk)) for row in organisations],
        "silent": silent,
        "unreached": sum(not (email := known.get(row.pk, "")) or email in silent for row in organisations),
        "chosen": survey.invitations.count(),
    }
    return render(request, "offers/survey_choose.html", context)


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def survey_result(request: HttpRequest, pk: int) -> HttpResponse:
    """The result sheet, also on paper."""
    survey = get_object_or_404(OfferSurvey.objects.exclude(status=OfferSurvey.Status.DRAFT), pk=pk)
    messages_left = survey.invitations.exclude(message="").select_related("organisation")
    context = {
        "survey": survey,
        "sheet": results.sheet(survey),
        "left_messages": messages_left,
        "today": timezone.localdate(),
    }
    return render(request, "offers/survey_result.html", context)


@require_safe
@permission_required(PERMISSION, raise_exception=True)
def survey_workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The numbers of the result sheet as a spreadsheet."""
    survey = get_object_or_404(OfferSurvey.objects.exclude(status=OfferSurvey.Status.DRAFT), pk=pk)
    today = timezone.localdate()
    answer = HttpResponse(workbook.write(survey, results.sheet(survey), today), content_type=workbook.MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="bestandsaufnahme-{pk}-{today:%Y-%m-%d}.xlsx"'
    patch_cache_control(answer, private=True, no_store=True)
    return answer


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def survey_remind(request: HttpRequest, pk: int) -> HttpResponse:
    survey = get_object_or_404(OfferSurvey, pk=pk)
    try:
        number = lifecycle.remind(survey, by=acting_user(request))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        if number:
            text = "Eine Erinnerung geht" if number == 1 else f"{number} Erinnerungen gehen"
            messages.success(request, f"{text} gleich hinaus.")
        else:
            messages.info(request, "Niemand ist zu erinnern: Alle haben geantwortet oder gerade erst Post bekommen.")
    return redirect(survey)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(PERMISSION, raise_exception=True)
def invitation_address(request: HttpRequest, pk: int) -> HttpResponse:
    """Where to ask an organisation; while the round runs, the link goes there at once."""
    invitation = get_object_or_404(SurveyInvitation.objects.select_related("survey", "organisation"), pk=pk)
    survey = invitation.survey
    form = InvitationAddressForm(
        request.POST if request.method == "POST" else None, initial={"email": invitation.email}
    )
    status = 200
    if form.is_bound and form.is_valid():
        try:
            lifecycle.readdress(invitation, form.cleaned_data["email"], by=acting_user(request))
        except TransitionError as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            messages.success(request, f"Die Adresse für „{invitation.organisation}“ ist gespeichert.")
            return redirect(survey)
    context = {"form": form, "invitation": invitation, "survey": survey, "back_url": survey.get_absolute_url()}
    return render(request, "offers/survey_address.html", context, status=status)


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def invitation_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the link once more."""
    invitation = get_object_or_404(SurveyInvitation.objects.select_related("survey", "organisation"), pk=pk)
    try:
        lifecycle.ask_once_more(invitation, by=acting_user(request))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Der Link geht an {invitation.email}.")
    return redirect(invitation.survey)


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def invitation_remove(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(SurveyInvitation.objects.select_related("survey", "organisation"), pk=pk)
    try:
        lifecycle.uninvite(invitation, by=acting_user(request))
    except TransitionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"„{invitation.organisation}“ wird nicht gefragt.")
    return redirect(invitation.survey)
