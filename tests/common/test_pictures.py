"""Pictures that people upload: told by their content, refused before they are unpacked, stored anew and upright."""

from io import BytesIO
from struct import pack
from uuid import uuid4
from zlib import compress, crc32

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kiportal.common import pictures

ORIENTATION, GPS = 0x0112, 0x8825
UNREADABLE = "Diese Datei ist kein Bild, das wir öffnen können."


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def photo(width: int = 40, height: int = 20) -> bytes:
    """As a telephone takes it: lying on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    exif[0x010F] = "Geheimkamera"
    return encoded(Image.new("RGB", (width, height), "green"), exif=exif)


def noise(width: int, height: int) -> Image.Image:
    """What compresses badly."""
    return Image.effect_noise((width, height), 120).convert("RGB")


def bomb(side: int) -> bytes:
    """A PNG that says it is huge, in a hundred bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return pack(">I", len(content)) + kind + content + pack(">I", crc32(kind + content))

    size = chunk(b"IHDR", pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + size + chunk(b"IDAT", compress(b"0")) + chunk(b"IEND", b"")


def upload(content: bytes, name: str = "haus.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def refusal(content: bytes, name: str = "haus.jpg") -> str:
    with pytest.raises(ValidationError) as refused:
        pictures.read(upload(content, name))
    return str(refused.value.messages[0])


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
def test_what_is_no_picture_of_ours_is_refused_by_its_content(content: bytes) -> None:
    assert refusal(content).startswith(UNREADABLE)


@pytest.mark.parametrize("side", [7_000, 10_000, 60_000])
def test_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(side: int) -> None:
    content = bomb(side)
    assert len(content) < 200
    assert refusal(content).startswith("Das Bild hat mehr als 40 Millionen Bildpunkte.")


def test_file_that_is_too_big_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAXIMUM_BYTES", 100)
    assert refusal(photo()) == "Das Bild ist größer als 10 MB. Bitte wählen Sie ein kleineres."


def test_picture_for_pages_is_upright_and_says_nothing_of_the_camera() -> None:
    made = pictures.for_pages(pictures.read(upload(photo())), 1280, 120_000)
    stored = Image.open(BytesIO(made.content))
    assert (made.extension, made.width, made.height) == ("webp", 20, 40)
    assert (stored.format, stored.size, dict(stored.getexif())) == ("WEBP", (20, 40), {})
    assert b"Geheimkamera" not in made.content


def test_picture_for_pages_is_white_where_it_was_transparent() -> None:
    content = encoded(Image.new("RGBA", (8, 8), (255, 0, 0, 0)), "PNG")
    made = pictures.for_pages(pictures.read(upload(content)), 1280, 120_000)
    assert min(Image.open(BytesIO(made.content)).convert("RGB").getpixel((4, 4))) > 250  # type: ignore[arg-type, type-var]


def test_picture_for_pages_keeps_to_its_bytes_whatever_it_shows() -> None:
    made = pictures.for_pages(pictures.read(upload(encoded(noise(1600, 1200)))), 1280, 120_000)
    assert len(made.content) <= 120_000
    assert made.width <= 1280
    assert abs(made.width / made.height - 4 / 3) < 0.01


def test_small_picture_is_not_blown_up() -> None:
    made = pictures.for_pages(pictures.read(upload(encoded(Image.new("RGB", (300, 200))))), 1280, 120_000)
    assert (made.width, made.height) == (300, 200)


def test_signature_opens_one_picture_for_two_hours() -> None:
    one, other = uuid4(), uuid4()
    with time_machine.travel("2027-03-01 12:00", tick=False):
        text = pictures.signature(one)
        assert pictures.is_signed(one, text)
        assert not pictures.is_signed(other, text)
        assert not pictures.is_signed(one, "")
    with time_machine.travel("2027-03-01 14:01", tick=False):
        assert not pictures.is_signed(one, text)
