"""Jobs as staff see them: what runs, how far it is, what went wrong, and "Noch einmal"."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.generic import DetailView, ListView

from kiportal.common import jobs
from kiportal.common.models import Job

PERMISSION = "common.view_job"


class JobList(PermissionRequiredMixin, ListView):
    permission_required = PERMISSION
    raise_exception = True
    template_name = "common/job_list.html"
    paginate_by = 30
    page_kwarg = "seite"

    def get_queryset(self) -> QuerySet[Job]:
        found = Job.objects.select_related("created_by")
        return found.filter(state=self.state) if self.state else found

    @property
    def state(self) -> str:
        """The chosen state; an unknown one shows all."""
        chosen = self.request.GET.get("stand", "")
        return chosen if chosen in Job.State.values else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counts = dict(Job.objects.order_by().values_list("state").annotate(Count("pk")))
        url = reverse("common:job_list")
        tabs = [{"label": "Alle", "url": url, "current": not self.state, "count": sum(counts.values())}]
        tabs += [
            {
                "label": state.label,
                "url": f"{url}?stand={state.value}",
                "current": self.state == state.value,
                "count": counts.get(state.value, 0),
            }
            for state in Job.State
        ]
        return super().get_context_data(tabs=tabs, **kwargs)


class JobDetail(PermissionRequiredMixin, DetailView):
    """htmx asks for the state alone every few seconds while the job is unfinished; others reload the page."""

    permission_required = PERMISSION
    raise_exception = True
    queryset = Job.objects.select_related("created_by")

    def get_template_names(self) -> list[str]:
        return ["common/_job_state.html" if self.request.headers.get("HX-Request") else "common/job_detail.html"]


@require_POST
@permission_required(PERMISSION, raise_exception=True)
def job_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    job = get_object_or_404(Job, pk=pk)
    if job.state == Job.State.FAILED:
        jobs.retry(job)
        messages.success(request, "Der Auftrag läuft noch einmal.")
    else:
        messages.info(request, "Der Auftrag ist nicht fehlgeschlagen oder läuft schon wieder.")
    return redirect(job)
