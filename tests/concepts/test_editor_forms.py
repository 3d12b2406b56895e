"""Pictures of a concept: what is taken, what is refused, what is left of a file."""

import warnings
from io import BytesIO
from struct import pack
from zlib import compress, crc32

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageCms, PngImagePlugin
from pytest_django.fixtures import Settings

from concepts.forms.images import LONGEST_SIDE, ImageForm
from concepts.models import Concept, ConceptImage
from kiportal.common import pictures
from kiportal.common.models import User
from tests.concepts.factories import make_concept

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
ORIENTATION, GPS = 0x0112, 0x8825
UNREADABLE = "Diese Datei ist kein Bild, das wir öffnen können."


@pytest.fixture
def concept() -> Concept:
    return make_concept().concept


@pytest.fixture
def staff(client: Client, editor: User, centre: object) -> Client:
    client.force_login(editor)
    return client


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photo() -> bytes:
    """As a telephone takes it: lying on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    exif[0x010F] = "Geheimkamera"
    return encoded(Image.new("RGB", (40, 20), "green"), exif=exif)


def form_for(concept: Concept, content: bytes, name: str = "IMG_2041.jpg") -> ImageForm:
    data = {"alternative": "Ein Haus", "rights": "Kreis, eigenes Bild"}
    return ImageForm(data, {"file": SimpleUploadedFile(name, content)}, concept=concept)


def stored(concept: Concept, content: bytes, name: str = "IMG_2041.jpg") -> ConceptImage:
    form = form_for(concept, content, name)
    assert form.is_valid(), form.errors
    return form.save()


def refusal(concept: Concept, content: bytes, name: str = "IMG_2041.jpg") -> str:
    form = form_for(concept, content, name)
    assert not form.is_valid()
    assert not ConceptImage.objects.exists()
    return form.errors["file"][0]


def test_photo_is_stored_upright_without_what_the_camera_wrote(concept: Concept) -> None:
    image = stored(concept, photo())
    content = image.file.open("rb").read()
    assert (image.width, image.height) == (20, 40)
    assert not Image.open(BytesIO(content)).getexif()
    assert b"Geheimkamera" not in content
    assert b"Exif" not in content


def test_text_in_a_png_is_gone(concept: Concept) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "Rita Beispiel")
    image = stored(concept, encoded(Image.new("RGB", (4, 4)), "PNG", pnginfo=notes), "x.png")
    assert b"Rita" not in image.file.open("rb").read()


def test_file_gets_a_name_of_its_content(concept: Concept) -> None:
    image = stored(concept, photo())
    assert image.file.name == f"concepts/images/{image.sha256[:2]}/{image.sha256}.jpg"


def test_same_picture_twice_is_one_row(concept: Concept) -> None:
    assert stored(concept, photo()) == stored(concept, photo(), "kopie.jpg")
    assert ConceptImage.objects.count() == 1


@pytest.mark.parametrize(
    ("mode", "kind", "extension", "stored_mode"),
    [
        ("RGBA", "PNG", "png", "RGBA"),
        ("P", "PNG", "png", "RGB"),
        ("CMYK", "JPEG", "jpg", "RGB"),
        ("L", "JPEG", "jpg", "RGB"),
    ],
)
def test_picture_is_stored_in_colours_that_pages_and_pdf_show(
    concept: Concept, mode: str, kind: str, extension: str, stored_mode: str
) -> None:
    image = stored(concept, encoded(Image.new(mode, (5, 5)), kind))
    opened = Image.open(image.file.open("rb"))
    assert (image.file.name.rpartition(".")[2], opened.mode) == (extension, stored_mode)


def test_colour_profile_is_worked_into_the_picture(concept: Concept) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = stored(concept, encoded(Image.new("RGB", (5, 5), "red"), "PNG", icc_profile=profile), "x.png")
    assert "icc_profile" not in Image.open(image.file.open("rb")).info


def test_large_picture_is_made_smaller(concept: Concept) -> None:
    image = stored(concept, encoded(Image.new("L", (LONGEST_SIDE + 1000, 40)), "PNG"))
    assert (image.width, image.height) == (LONGEST_SIDE, 30)


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<html><script>alert(1)</script></html>",
        b"%PDF-1.7",
        b"",
        photo()[:200],
        encoded(Image.new("RGB", (4, 4)), "GIF"),
        encoded(Image.new("RGB", (4, 4)), "TIFF"),
    ],
    ids=["svg", "html", "pdf", "empty", "cut off", "gif", "tiff"],
)
def test_what_is_no_picture_of_ours_is_refused_by_its_content(concept: Concept, content: bytes) -> None:
    sentence = refusal(concept, content, "haus.jpg")
    assert sentence.startswith(UNREADABLE) or "leer" in sentence


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge, in a hundred bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return pack(">I", len(content)) + kind + content + pack(">I", crc32(kind + content))

    size = chunk(b"IHDR", pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + size + chunk(b"IDAT", compress(b"0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7_000, 10_000, 60_000])
def test_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(concept: Concept, side: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert refusal(concept, bomb(side, side)).startswith("Das Bild hat mehr als 40 Millionen Bildpunkte.")


def test_file_that_is_too_big_is_refused(concept: Concept, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pictures.MAXIMUM_BYTES == 10 * 1024 * 1024
    monkeypatch.setattr(pictures, "MAXIMUM_BYTES", 100)
    assert refusal(concept, photo()).startswith("Das Bild ist größer als 10 MB.")


@pytest.mark.parametrize("field", ["alternative", "rights"])
def test_picture_needs_alternative_text_and_rights(concept: Concept, field: str) -> None:
    form = form_for(concept, photo())
    form.data = form.data | {field: " "}
    assert list(form.errors) == [field]


# The pages


def test_upload_by_the_page_shows_the_picture(staff: Client, concept: Concept, settings: Settings) -> None:
    data = {"file": SimpleUploadedFile("x.jpg", photo()), "alternative": "Ein Haus", "rights": "Kreis"}
    answer = staff.post(reverse("concepts:staff_image_add", args=[concept.pk]), data, follow=True)
    assert 'alt="Ein Haus"' in answer.text
    again = {"file": SimpleUploadedFile("y.jpg", photo()), "alternative": "Anders", "rights": "Kreis"}
    answer = staff.post(reverse("concepts:staff_image_add", args=[concept.pk]), again, follow=True)
    assert "Dieses Bild gibt es schon: „Ein Haus“." in answer.text


def test_upload_by_the_editor_answers_with_the_picture(staff: Client, concept: Concept) -> None:
    where = reverse("concepts:staff_image_add", args=[concept.pk])
    data = {"bild-file": SimpleUploadedFile("x.jpg", photo()), "bild-alternative": "Haus", "bild-rights": "Kreis"}
    answer = staff.post(where, data, headers=JSON)
    image = ConceptImage.objects.get()
    expected = {"src": f"/konzepte/bilder/{image.uuid}/", "alternative": "Haus", "width": 20, "height": 40}
    assert (answer.status_code, answer.json()) == (201, expected)
    answer = staff.post(where, {"bild-rights": "Kreis"}, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "bild-file": ["Bitte wählen Sie eine Bilddatei aus."],
        "bild-alternative": ["Bitte beschreiben Sie, was das Bild zeigt."],
    }
