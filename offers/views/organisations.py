"""/akteure/: who offers something here."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.views.generic import DetailView

from actors.models import ContactPerson, Organisation
from offers.filters import OrganisationFilters
from offers.models import Offer
from offers.querysets import counting_offers
from offers.views.lists import PublicList


class OrganisationList(PublicList):
    template_name = "offers/organisation_list.html"
    context_object_name = "organisations"
    paginate_by = 24

    @cached_property
    def filters(self) -> OrganisationFilters:
        return OrganisationFilters(self.request.GET, Organisation.objects.visible_to_public())

    def get_queryset(self) -> QuerySet[Organisation]:
        return counting_offers(self.filters.qs.select_related("municipality"), self.today).order_by("sort_key", "pk")


@method_decorator(login_not_required, name="dispatch")
class OrganisationDetail(DetailView):
    """The profile, what it offers, and how to reach it: contacts are public with a public offer only."""

    template_name = "offers/organisation_detail.html"
    context_object_name = "organisation"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The address of an organisation that was merged into another leads there."""
        kept = Organisation.objects.visible_to_public().filter(merged__slug=kwargs["slug"]).first()
        return redirect(kept, permanent=True) if kept else super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Organisation]:
        return Organisation.objects.visible_to_public().select_related("municipality")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        public = Offer.objects.visible_to_public(timezone.localdate())
        offers = public.filter(provider=self.object)
        contacts = ContactPerson.objects.filter(offers__in=offers).with_consent().distinct().order_by("function", "pk")
        return super().get_context_data(**kwargs) | {
            "offers": offers.for_cards().order_by("sort_key", "pk"),
            "contacts": contacts,
            "partner_offers": public.with_partner(self.object).for_cards().order_by("sort_key", "pk"),
        }
