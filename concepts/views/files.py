"""The stored files of a version and the pictures in its chapters, each for those who may read the version."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from concepts.models import ConceptImage, ConceptVersion, Section, VersionPDF, VersionWord
from concepts.permissions import can_edit_concepts
from concepts.views.reading import versions_for
from kiportal.common import pictures

_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@require_safe
@login_not_required
def version_pdf(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    return _stored_file(request, VersionPDF.objects.all(), slug, number)


@require_safe
@login_not_required
def version_word(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    return _stored_file(request, VersionWord.objects.all(), slug, number)


def _stored_file(
    request: HttpRequest, files: "QuerySet[VersionPDF] | QuerySet[VersionWord]", slug: str, number: int
) -> HttpResponseBase:
    """The file as it was stored, never rendered anew. 404 until there is one.

    Caches ask each time, which costs one short answer (304): what was withdrawn is gone at once.
    """
    found: Any = files.select_related("version__concept").filter(version__in=versions_for(request))
    stored = get_object_or_404(found, version__concept__slug=slug, version__number=number)
    extension = stored.file.name.rpartition(".")[2]
    etag = quote_etag(stored.sha256)
    answer = get_conditional_response(request, etag=etag) or FileResponse(
        stored.file.open("rb"),
        content_type=_TYPES[extension],
        filename=_file_name(stored.version, extension),
        as_attachment=extension == "docx",
    )
    answer.headers["ETag"] = etag
    if _is_public(stored.version):
        patch_cache_control(answer, public=True, no_cache=True)
    else:
        patch_cache_control(answer, private=True, no_cache=True)
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _file_name(version: ConceptVersion, extension: str) -> str:
    return f"{version.concept.slug}-fassung-{version.number}-stand-{version.as_of:%Y-%m-%d}.{extension}"


def _is_public(version: ConceptVersion) -> bool:
    return ConceptVersion.objects.visible_to_public(timezone.localdate()).filter(pk=version.pk).exists()


@require_safe
@login_not_required
def image_file(request: HttpRequest, uuid: UUID) -> HttpResponse | FileResponse:
    """A picture that stands in a version one may read; who writes concepts sees those of drafts, too.

    Under a uuid the content never changes. Opened by itself a picture is a download, never a page of this site.
    """
    image = get_object_or_404(ConceptImage, uuid=uuid)
    shown = Section.objects.showing(uuid)
    is_public = shown.filter(version__in=ConceptVersion.objects.visible_to_public(timezone.localdate())).exists()
    may_read = is_public or can_edit_concepts(request.user) or shown.filter(version__in=versions_for(request)).exists()
    if not may_read:
        raise Http404
    return pictures.download(image.file, uuid, is_public=is_public)
