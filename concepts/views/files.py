"""The stored files of a version and the pictures in its chapters, each for those who may read the version."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from concepts.models import ChapterPDF, ConceptImage, ConceptVersion, Section, Synopsis, VersionPDF, VersionWord
from concepts.permissions import can_edit_concepts
from concepts.views.reading import versions_for
from kiportal.common import pictures
from kiportal.common.text import slugify

_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@require_safe
@login_not_required
def version_pdf(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    found = VersionPDF.objects.select_related("version__concept").filter(version__in=versions_for(request))
    pdf = get_object_or_404(found, version__concept__slug=slug, version__number=number)
    return stored_file(request, pdf, _name(pdf.version), [pdf.version])


@require_safe
@login_not_required
def version_word(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    found = VersionWord.objects.select_related("version__concept").filter(version__in=versions_for(request))
    word = get_object_or_404(found, version__concept__slug=slug, version__number=number)
    return stored_file(request, word, _name(word.version), [word.version])


@require_safe
@login_not_required
def chapter_pdf(request: HttpRequest, slug: str, number: int, uuid: UUID) -> HttpResponseBase:
    found = ChapterPDF.objects.select_related("version__concept").filter(version__in=versions_for(request))
    pdf = get_object_or_404(found, version__concept__slug=slug, version__number=number, chapter=uuid)
    title = slugify(pdf.version.sections.get(uuid=uuid).title, 60)
    return stored_file(request, pdf, f"{title}-{_name(pdf.version)}", [pdf.version])


def stored_file(
    request: HttpRequest,
    stored: VersionPDF | VersionWord | ChapterPDF | Synopsis,
    name: str,
    versions: Sequence[ConceptVersion],
) -> HttpResponseBase:
    """The file as it was stored, never rendered anew, for whoever may read these versions; public where they all are.

    `name` is its name without extension. Caches ask each time, which costs one short answer (304): what was withdrawn
    is gone at once.
    """
    extension = str(stored.file).rpartition(".")[2]
    etag = quote_etag(stored.sha256)
    answer = get_conditional_response(request, etag=etag) or FileResponse(
        stored.file.open("rb"),
        content_type=_TYPES[extension],
        filename=f"{name}.{extension}",
        as_attachment=extension == "docx",
    )
    answer.headers["ETag"] = etag
    if all(_is_public(version) for version in versions):
        patch_cache_control(answer, public=True, no_cache=True)
    else:
        patch_cache_control(answer, private=True, no_cache=True)
        answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _name(version: ConceptVersion) -> str:
    return f"{version.concept.slug}-fassung-{version.number}-stand-{version.as_of:%Y-%m-%d}"


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
