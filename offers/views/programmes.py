"""/programme/: state and federal programmes that are carried out here."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import DetailView, ListView

from offers.models import Offer, Programme
from offers.querysets import counting_offers


@method_decorator(login_not_required, name="dispatch")
class ProgrammeList(ListView):
    """Running ones before finished ones, by strand."""

    template_name = "offers/programme_list.html"
    context_object_name = "programmes"

    def get_queryset(self) -> QuerySet[Programme]:
        programmes = counting_offers(Programme.objects.all(), timezone.localdate())
        return programmes.order_by("strand", "-state", "sort_order", "slug")


@method_decorator(login_not_required, name="dispatch")
class ProgrammeDetail(DetailView):
    template_name = "offers/programme_detail.html"
    context_object_name = "programme"
    model = Programme

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        offers = Offer.objects.visible_to_public(timezone.localdate()).filter(programme=self.object)
        return super().get_context_data(**kwargs) | {"offers": offers.for_cards().order_by("sort_key", "pk")}
