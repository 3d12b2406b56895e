"""Pictures of a concept: the list with its form, and the same upload for the editor's dialog."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from concepts.forms.images import ImageForm
from concepts.models import Concept, ConceptImage
from concepts.views.staff_concepts import ConceptEditorMixin
from concepts.views.staff_sections import wants_json


class StaffImageList(ConceptEditorMixin, View):
    http_method_names = ["get"]

    def get(self, request: HttpRequest, concept_pk: int) -> HttpResponse:
        concept = get_object_or_404(Concept, pk=concept_pk)
        return _list_page(request, concept, ImageForm(concept=concept))


class StaffImageAdd(ConceptEditorMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, concept_pk: int) -> HttpResponse:
        concept = get_object_or_404(Concept, pk=concept_pk)
        prefix = "bild" if wants_json(request) else None
        form = ImageForm(request.POST, request.FILES, concept=concept, prefix=prefix)
        if not form.is_valid():
            if wants_json(request):
                errors = {form.add_prefix(name): messages for name, messages in form.errors.items()}
                return JsonResponse({"errors": errors}, status=400)
            return _list_page(request, concept, form)
        image = form.save()
        if wants_json(request):
            return JsonResponse(as_choice(image), status=201)
        if image is form.instance:
            messages.success(request, "Das Bild ist gespeichert. Im Editor können Sie es in den Text einfügen.")
        else:
            messages.info(request, f"Dieses Bild gibt es schon: „{image}“. Es wurde nicht noch einmal gespeichert.")
        return redirect("concepts:staff_image_list", concept.pk)


def as_choice(image: ConceptImage) -> dict[str, Any]:
    return {
        "src": image.get_absolute_url(),
        "alternative": image.alternative,
        "width": image.width,
        "height": image.height,
    }


def _list_page(request: HttpRequest, concept: Concept, form: ImageForm) -> HttpResponse:
    context = {"concept": concept, "images": concept.images.all(), "form": form}
    return render(request, "concepts/staff_image_list.html", context)
