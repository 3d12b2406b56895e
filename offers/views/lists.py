"""What the public lists share: open to everybody, addresses that never lead to an error, notices."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import ListView

from offers.lenient import LenientFilterSet


@method_decorator(login_not_required, name="dispatch")
class PublicList(ListView):
    """A filtered list in pages; a page that does not exist gives the nearest one and a notice."""

    paginate_by = 20
    page_kwarg = "seite"

    @cached_property
    def today(self) -> Any:
        return timezone.localdate()

    @cached_property
    def filters(self) -> LenientFilterSet:
        raise NotImplementedError

    def paginate_queryset(self, queryset: Any, page_size: int) -> tuple[Paginator, Page, Any, bool]:
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get(self.page_kwarg, "1"))
        return paginator, page, page.object_list, page.has_other_pages()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        notices = list(self.filters.notices)
        asked = self.request.GET.get(self.page_kwarg, "1")
        if asked != str(context["page_obj"].number):
            notices.append(_("Die Seite „%(page)s“ gibt es in dieser Liste nicht.") % {"page": asked[:20]})
        return context | {"filters": self.filters, "notices": notices}
