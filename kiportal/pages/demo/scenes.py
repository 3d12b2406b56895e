"""Drawn pictures of a few entries of the demo, flat and friendly; nobody in them exists."""

from collections.abc import Callable
from math import cos, pi, sin

from PIL import Image, ImageDraw

from kiportal.common.pictures import Picture, for_pages
from offers.forms.pictures import LARGE, LARGE_BYTES, SMALL, SMALL_BYTES

WIDTH, HEIGHT = 1200, 800
# Drawn larger and made smaller, so that edges are smooth.
FINE = 2

CREAM, SAND, WOOD, BARK = "#f6efe2", "#e4cfa9", "#b98550", "#7d5632"
TEAL, DEEP, SKY, WATER = "#2b8a8f", "#1f5561", "#cfe8ec", "#5fb3c4"
RED, AMBER, PLUM, LEAF, GREEN = "#c8553d", "#e9a93a", "#7b4b83", "#7fae5b", "#4d8a4a"
INK, PAPER, GREY = "#2c3440", "#ffffff", "#8a949e"
SKIN = ("#f1c9a5", "#a86b43", "#d99f6c", "#6f4528", "#e6b48a")
HAIR = ("#3a2a20", "#1d1a18", "#8a5a2b", "#241f1d", "#5c4033")

type Point = tuple[float, float]


class Scene:
    def __init__(self, background: str, ground: str = "", horizon: float = HEIGHT) -> None:
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), background)
        self.draw = ImageDraw.Draw(self.image)
        if ground:
            self.box((0, horizon), (WIDTH, HEIGHT), ground)

    def box(self, start: Point, end: Point, fill: str, radius: float = 0) -> None:
        self.draw.rounded_rectangle(_fine(start, end), radius * FINE, fill=fill)

    def disc(self, centre: Point, radius: float, fill: str) -> None:
        self.oval(centre, radius, radius, fill)

    def oval(self, centre: Point, width: float, height: float, fill: str) -> None:
        x, y = centre
        self.draw.ellipse(_fine((x - width, y - height), (x + width, y + height)), fill=fill)

    def dome(self, centre: Point, radius: float, fill: str) -> None:
        x, y = centre
        self.draw.pieslice(_fine((x - radius, y - radius), (x + radius, y + radius)), 180, 360, fill=fill)

    def ring(self, centre: Point, radius: float, line: str, width: float) -> None:
        x, y = centre
        corners = _fine((x - radius, y - radius), (x + radius, y + radius))
        self.draw.ellipse(corners, outline=line, width=int(width * FINE))

    def line(self, *points: Point, line: str, width: float) -> None:
        self.draw.line(_fine(*points), fill=line, width=int(width * FINE), joint="curve")
        for point in points:
            self.disc(point, width / 2, line)

    def shape(self, *points: Point, fill: str) -> None:
        self.draw.polygon(_fine(*points), fill=fill)

    def person(self, at: Point, number: int, shirt: str, size: float = 1) -> None:
        """Head and shoulders; `at` is the middle of the lower edge."""
        x, y = at
        skin, hair = SKIN[number % len(SKIN)], HAIR[number % len(HAIR)]
        self.box((x - 82 * size, y - 130 * size), (x + 82 * size, y + 90 * size), shirt, 70 * size)
        self.box((x - 20 * size, y - 165 * size), (x + 20 * size, y - 115 * size), skin, 16 * size)
        self.disc((x, y - 218 * size), 66 * size, hair)
        if number % 2:
            self.box((x - 66 * size, y - 222 * size), (x + 66 * size, y - 130 * size), hair, 30 * size)
        self.oval((x, y - 200 * size), 52 * size, 58 * size, skin)

    def cup(self, at: Point, fill: str) -> None:
        x, y = at
        self.ring((x + 30, y - 26), 17, fill, 7)
        self.box((x - 30, y - 50), (x + 30, y), fill, 10)

    def bubble(self, centre: Point, width: float, fill: str) -> None:
        x, y = centre
        self.shape((x - 26, y + 30), (x + 22, y + 30), (x - 30, y + 78), fill=fill)
        self.box((x - width, y - 46), (x + width, y + 46), fill, 40)
        for place in (-0.5, 0, 0.5):
            self.disc((x + place * width, y), 9, PAPER)

    def sizes(self) -> tuple[Picture, Picture]:
        image = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        return for_pages(image, LARGE, LARGE_BYTES), for_pages(image, SMALL, SMALL_BYTES)


def _fine(*points: Point) -> list[Point]:
    return [(x * FINE, y * FINE) for x, y in points]


def cafe() -> Scene:
    scene = Scene(CREAM, SAND, 560)
    for x in (140, 520, 900):
        scene.box((x, 70), (x + 190, 300), SKY, 12)
        scene.box((x + 90, 70), (x + 100, 300), PAPER)
    for number, (x, shirt) in enumerate(((190, TEAL), (440, AMBER), (720, PLUM), (1000, RED))):
        scene.person((x, 560), number, shirt)
    scene.bubble((315, 250), 74, TEAL)
    scene.bubble((860, 250), 74, RED)
    scene.oval((600, 660), 560, 105, WOOD)
    scene.oval((600, 645), 560, 100, "#c99663")
    for x, y, fill in ((260, 640, PAPER), (470, 690, TEAL), (760, 690, PAPER), (950, 640, AMBER)):
        scene.cup((x, y), fill)
    scene.oval((610, 640), 76, 22, PAPER)
    for x in (576, 610, 644):
        scene.disc((x, 628), 20, AMBER)
    return scene


def shelf() -> Scene:
    scene = Scene(SKY, SAND, 720)
    scene.box((110, 60), (1090, 740), WOOD, 14)
    colours = (TEAL, RED, AMBER, PLUM, GREEN, DEEP, PAPER)
    for row, top in enumerate((90, 310, 530)):
        scene.box((140, top), (1060, top + 180), BARK, 6)
        x = 156.0
        for number in range(24):
            width, gap = 22 + (number * 7 + row * 5) % 19, 26 + (number * 13 + row * 29) % 48
            if x + width > 1040 or (row == 1 and 560 < x < 760):
                x += width
                continue
            scene.box((x, top + gap), (x + width, top + 180), colours[(number + row * 3) % len(colours)], 4)
            scene.box((x + 5, top + gap + 22), (x + width - 5, top + gap + 30), CREAM)
            x += width + 4
    scene.disc((665, 425), 62, WATER)
    scene.oval((640, 405), 26, 18, LEAF)
    scene.oval((690, 445), 20, 24, LEAF)
    scene.box((655, 486), (675, 490), INK)
    return scene


def bicycle() -> Scene:
    scene = Scene(CREAM, "#d9d4cb", 620)
    scene.box((60, 70), (420, 250), SAND, 10)
    for number, x in enumerate((110, 180, 250, 320)):
        scene.line((x, 110), (x, 190), line=GREY, width=12 + number * 2)
    back, front, pedal, saddle, head = (390, 560), (850, 560), (580, 560), (530, 350), (780, 340)
    for wheel in (back, front):
        scene.ring(wheel, 160, INK, 16)
        scene.ring(wheel, 140, GREY, 5)
        for spoke in range(12):
            turn = spoke * pi / 6
            scene.line(wheel, (wheel[0] + 138 * cos(turn), wheel[1] + 138 * sin(turn)), line=GREY, width=2)
    for bar in ((back, pedal), (pedal, head), (saddle, head), (saddle, pedal), (saddle, back), (head, front)):
        scene.line(*bar, line=TEAL, width=18)
    scene.line(head, (765, 285), (850, 270), line=INK, width=14)
    scene.box((470, 315), (600, 348), BARK, 16)
    scene.ring(pedal, 40, INK, 12)
    scene.line(pedal, (620, 625), line=INK, width=10)
    scene.person((1010, 700), 1, RED, 1.15)
    scene.line((960, 600), (880, 560), line=SKIN[1], width=34)
    return scene


def football() -> Scene:
    scene = Scene(SKY, LEAF, 420)
    for stripe in range(0, WIDTH, 240):
        scene.box((stripe, 420), (stripe + 120, HEIGHT), GREEN)
    scene.line((390, 430), (390, 190), (810, 190), (810, 430), line=PAPER, width=14)
    for x in range(420, 810, 30):
        scene.line((x, 200), (x, 425), line=PAPER, width=2)
    for y in range(220, 430, 30):
        scene.line((396, y), (804, y), line=PAPER, width=2)
    scene.oval((600, 722), 120, 22, DEEP)
    scene.disc((600, 610), 118, PAPER)
    scene.disc((600, 610), 34, INK)
    for corner in range(5):
        turn = corner * 2 * pi / 5 - pi / 2
        scene.disc((600 + 90 * cos(turn), 610 + 90 * sin(turn)), 22, INK)
    for x, fill in ((170, RED), (250, AMBER), (950, AMBER), (1030, RED)):
        scene.shape((x - 34, 690), (x + 34, 690), (x, 570), fill=fill)
    return scene


def pool() -> Scene:
    scene = Scene("#e9f3f4", WATER, 330)
    for x in range(0, WIDTH, 100):
        scene.box((x, 250), (x + 94, 320), PAPER)
    for row, y in enumerate(range(390, HEIGHT, 70)):
        for x in range(-60 + row % 2 * 60, WIDTH, 160):
            scene.line((x, y), (x + 40, y - 12), (x + 80, y), line="#8fd0dc", width=8)
    for x in range(30, WIDTH, 90):
        scene.disc((x, 560), 18, RED if x // 90 % 2 else PAPER)
    for number, (x, y, cap) in enumerate(((280, 500, AMBER), (640, 480, PLUM), (930, 720, RED))):
        scene.oval((x, y - 44), 50, 58, SKIN[number])
        scene.dome((x, y - 52), 56, cap)
        scene.oval((x, y + 16), 130, 26, WATER)
        scene.line((x - 90, y + 4), (x - 130, y - 30), line=SKIN[number], width=26)
    return scene


def sewing() -> Scene:
    scene = Scene(CREAM, SAND, 600)
    scene.box((300, 520), (900, 620), DEEP, 20)
    scene.box((760, 250), (880, 540), TEAL, 24)
    scene.box((330, 250), (880, 360), TEAL, 40)
    scene.box((330, 300), (430, 430), TEAL, 24)
    scene.line((380, 430), (380, 515), line=GREY, width=8)
    scene.ring((905, 330), 52, INK, 14)
    scene.box((560, 190), (620, 255), RED, 8)
    scene.line((590, 200), (450, 235), (380, 430), line=RED, width=3)
    scene.shape((120, 540), (460, 512), (470, 600), (300, 700), (100, 660), fill=AMBER)
    for x, y in ((180, 580), (260, 630), (340, 560), (240, 560), (330, 630), (170, 640)):
        scene.disc((x, y), 15, PAPER)
    for number, x in enumerate((960, 1040, 1120)):
        scene.box((x - 26, 640), (x + 26, 730), (PLUM, GREEN, RED)[number], 6)
        scene.box((x - 34, 628), (x + 34, 644), BARK, 4)
        scene.box((x - 34, 726), (x + 34, 742), BARK, 4)
    return scene


def playroom() -> Scene:
    scene = Scene(CREAM, SAND, 560)
    scene.box((110, 80), (470, 340), SKY, 12)
    scene.disc((390, 150), 40, AMBER)
    scene.oval((200, 350), 110, 70, LEAF)
    scene.box((110, 340), (470, 420), CREAM)
    scene.oval((600, 690), 480, 90, "#d98d7d")
    blocks = ((430, 620, RED), (550, 620, TEAL), (670, 620, AMBER), (490, 500, GREEN), (610, 500, PLUM))
    for x, y, fill in blocks:
        scene.box((x, y), (x + 112, y + 112), fill, 10)
        scene.disc((x + 56, y + 56), 24, CREAM)
    scene.shape((515, 495), (705, 495), (610, 390), fill=RED)
    scene.disc((880, 680), 62, AMBER)
    scene.line((822, 672), (940, 688), line=PAPER, width=14)
    for x, y in ((940, 300), (1000, 300), (970, 250)):
        scene.disc((x, y), 30, BARK)
    scene.disc((970, 300), 62, WOOD)
    scene.box((905, 350), (1035, 500), WOOD, 60)
    for x in (950, 990):
        scene.disc((x, 290), 8, INK)
    scene.box((880, 500), (1060, 560), BARK, 8)
    return scene


SCENES: dict[str, Callable[[], Scene]] = {
    "cafe": cafe,
    "shelf": shelf,
    "bicycle": bicycle,
    "football": football,
    "pool": pool,
    "sewing": sewing,
    "playroom": playroom,
}
