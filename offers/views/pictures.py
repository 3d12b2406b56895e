"""/angebote/bilder/<uuid>/<gross|klein>.webp: a picture of an entry, for those who may see it."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from kiportal.common import pictures
from offers.models import OfferImage
from offers.permissions import can_see_picture


@require_safe
@login_not_required
def offer_image(request: HttpRequest, uuid: UUID, size: str) -> FileResponse:
    """Public with its entry. What waits, or belongs to an entry that is not public, is seen by staff, by the accounts
    of the organisation, and from the pages that the author's link opens.
    """
    image = get_object_or_404(OfferImage, uuid=uuid)
    if size not in {"gross", "klein"}:
        raise Http404
    is_public = OfferImage.objects.visible_to_public(timezone.localdate()).filter(pk=image.pk).exists()
    if not is_public:
        is_on_page = pictures.is_signed(uuid, request.GET.get("zugang", ""))
        if not is_on_page and not can_see_picture(request.user, image):
            raise Http404
    return pictures.download(image.file if size == "gross" else image.small, uuid, is_public=is_public)
