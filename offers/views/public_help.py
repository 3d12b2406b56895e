""" "Hier fehlt ein Angebot" and "Stimmt etwas nicht?": forms for everybody."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django.views.generic import FormView

from actors.models import Organisation
from kiportal.common.forms import AnonymousForm
from offers import lifecycle
from offers.forms.feedback import HintForm, NeedForm
from offers.models import Hint, Need, Offer

# What the list calls its filters, and where their values go in the form.
_FROM_LIST = {"thema": "topic", "kommune": "municipality", "zielgruppe": "target_group", "sprache": "language"}


class _Anybody(FormView):
    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_invalid(self, form: AnonymousForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=429 if form.too_many else 200)


def _said(form: AnonymousForm) -> dict[str, Any]:
    """What the person filled in, for the record; the rest of the form guards it."""
    guards = AnonymousForm.base_fields
    words = {name: value for name, value in form.cleaned_data.items() if name not in guards}
    return words | {"form_language": get_language() or "de"}


@method_decorator(login_not_required, name="dispatch")
class NeedCreate(_Anybody):
    """Comes filled in with what was searched for in vain."""

    template_name = "offers/need_form.html"
    form_class = NeedForm

    def get_initial(self) -> dict[str, Any]:
        chosen = {field: self.request.GET.get(name, "") for name, field in _FROM_LIST.items()}
        return chosen | {"text": self.request.GET.get("q", "")[:200]}

    def form_valid(self, form: NeedForm) -> HttpResponse:
        need = lifecycle.receive_need(form.cleaned_data["key"], **_said(form))
        return redirect("offers:need_thanks", key=need.key)


@method_decorator(login_not_required, name="dispatch")
class HintCreate(_Anybody):
    """`field` says whether it is about an offer or about an organisation; the record must have a public page."""

    template_name = "offers/hint_form.html"
    form_class = HintForm
    field = "offer"

    def dispatch(self, request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> Any:
        public: dict[str, QuerySet[Any]] = {
            "offer": Offer.objects.visible_to_public(timezone.localdate()),
            "organisation": Organisation.objects.visible_to_public(),
        }
        self.target = get_object_or_404(public[self.field], slug=slug)
        return super().dispatch(request, *args, slug=slug, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(target=self.target, **kwargs)

    def form_valid(self, form: HintForm) -> HttpResponse:
        hint = lifecycle.receive_hint(form.cleaned_data["key"], **_said(form), **{self.field: self.target})
        return redirect("offers:hint_thanks", key=hint.key)


@require_safe
@login_not_required
def need_thanks(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _thanks(request, get_object_or_404(Need, key=key))


@require_safe
@login_not_required
def hint_thanks(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    return _thanks(request, get_object_or_404(Hint, key=key))


def _thanks(request: HttpRequest, message: Need | Hint) -> HttpResponse:
    """Says nothing of what was written: the address may be seen by others."""
    context = {"number": message.number, "will_answer": bool(message.email), "is_need": isinstance(message, Need)}
    return render(request, "offers/feedback_thanks.html", context)
