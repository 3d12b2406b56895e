"""Pictures of the demo concept as PNG: bars from numbers of the registry, and two diagrams."""

from collections.abc import Sequence
from io import BytesIO
from math import atan2, cos, pi, sin

from PIL import Image, ImageDraw, ImageFont

from kiportal.common.pdf.resources import read

WIDTH = 1600
INK, ACCENT, SHADE, LINE, PAPER = "#1d2733", "#1f6a73", "#dcecee", "#5b6b78", "#ffffff"
FONT = "static:vendor/fonts/fira-sans-latin-{}-normal.woff2"

type Point = tuple[float, float]


class _Sheet:
    """A white sheet of the width of the text; all lengths in pixels."""

    def __init__(self, height: int) -> None:
        self.image = Image.new("RGB", (WIDTH, height), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.fonts = {
            weight: ImageFont.truetype(BytesIO(read(FONT.format(weight)).content), 34) for weight in (400, 600)
        }

    def text(self, at: Point, text: str, *, anchor: str = "mm", weight: int = 400, fill: str = INK) -> None:
        self.draw.text(at, text, font=self.fonts[weight], anchor=anchor, fill=fill)

    def box(self, centre: Point, size: Point, title: str, *lines: str, strong: bool = False) -> None:
        (x, y), (width, height) = centre, size
        corners = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        self.draw.rounded_rectangle(corners, 18, fill=ACCENT if strong else SHADE, outline=ACCENT, width=3)
        top = y - len(lines) * 24
        for number, line in enumerate((title, *lines)):
            place = x, top + number * 48
            self.text(place, line, weight=400 if number else 600, fill=PAPER if strong else INK)

    def arrow(self, start: Point, end: Point) -> None:
        self.draw.line([start, end], fill=LINE, width=6)
        direction = atan2(end[1] - start[1], end[0] - start[0])
        wings = [(end[0] - 30 * cos(direction + turn), end[1] - 30 * sin(direction + turn)) for turn in (-0.45, 0.45)]
        self.draw.polygon([end, *wings], fill=LINE)

    def png(self) -> bytes:
        stream = BytesIO()
        self.image.save(stream, "PNG", optimize=True)
        return stream.getvalue()


def bars(rows: Sequence[tuple[str, int]]) -> bytes:
    """Horizontal bars with their numbers, in the order given."""
    sheet = _Sheet(64 * len(rows) + 40)
    labels = max(sheet.fonts[400].getlength(label) for label, _ in rows) + 30
    scale = (WIDTH - labels - 100) / max(number for _, number in rows)
    for place, (label, number) in enumerate(rows):
        y = 52 + 64 * place
        sheet.text((labels - 20, y), label, anchor="rm")
        sheet.draw.rectangle((labels, y - 20, labels + number * scale, y + 20), fill=ACCENT)
        sheet.text((labels + number * scale + 14, y), str(number), anchor="lm", weight=600)
    sheet.draw.line([(labels, 20), (labels, 64 * len(rows) + 20)], fill=LINE, width=3)
    return sheet.png()


def structure() -> bytes:
    """Who decides, who coordinates, who acts: four levels, from the Kreistag to the networks."""
    levels = [
        ("Kreistag und Fachausschuss", "Beschluss, Haushalt, Kontrolle"),
        ("Steuerungsgruppe", "Kreis, Kommunen, Schulaufsicht, Verbände, Integrationsräte"),
        ("Kommunales Integrationszentrum", "Koordination, Beratung, Bericht"),
        ("Netzwerke der Handlungsfelder", "Träger, Vereine, Schulen, Ämter und Ehrenamt vor Ort"),
    ]
    sheet = _Sheet(230 * len(levels) - 40)
    for place, (title, line) in enumerate(levels):
        y = 90 + 230 * place
        sheet.box((WIDTH / 2, y), (1180, 140), title, line, strong=place == 2)
        if place:
            sheet.arrow((WIDTH / 2 - 90, y - 156), (WIDTH / 2 - 90, y - 76))
            sheet.arrow((WIDTH / 2 + 90, y - 74), (WIDTH / 2 + 90, y - 154))
    sheet.text((WIDTH / 2 - 120, 205), "Auftrag", anchor="rm", fill=LINE)
    sheet.text((WIDTH / 2 + 120, 205), "Bericht", anchor="lm", fill=LINE)
    return sheet.png()


def cycle() -> bytes:
    """The two years of a focus period as a circle of four steps."""
    steps = [
        ("1  Bestand aufnehmen", "Was gibt es, was fehlt?"),
        ("2  Schwerpunkte wählen", "Was hat Vorrang?"),
        ("3  Umsetzen", "Wer macht was bis wann?"),
        ("4  Auswerten", "Was hat es bewirkt?"),
    ]
    sheet = _Sheet(760)
    middle, radius = (WIDTH / 2, 380.0), (500.0, 280.0)

    def on_circle(turn: float) -> Point:
        return middle[0] + radius[0] * cos(turn), middle[1] + radius[1] * sin(turn)

    for place in range(len(steps)):
        turn = place * pi / 2 - pi / 2
        sheet.arrow(on_circle(turn + 0.62), on_circle(turn + 0.98))
    for place, (title, line) in enumerate(steps):
        sheet.box(on_circle(place * pi / 2 - pi / 2), (520, 150), title, line)
    sheet.text(middle, "zwei Jahre", weight=600, fill=ACCENT)
    return sheet.png()
