"""The picture that somebody in the demo sends: a chart of response times."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

SENDER = "farid"
NAME = "response-times.png"
SIZE = (960, 540)  # pixels
LEFT, TOP, RIGHT, BOTTOM = 90, 90, 920, 460
HIGHEST = 400  # ms
BEFORE = (182, 190, 201, 188, 240, 310, 365, 342, 290, 236, 205, 190)  # one value for two hours
AFTER = (96, 94, 99, 97, 104, 118, 126, 121, 115, 108, 101, 97)
INK, QUIET, GRID = "#1f2937", "#6b7280", "#e5e7eb"


def draw() -> bytes:
    """The chart as PNG."""
    picture = Image.new("RGB", SIZE, "white")
    pen = ImageDraw.Draw(picture)
    pen.text((LEFT, 26), "Route search, 95th percentile", fill=INK, font=ImageFont.load_default(26))
    for value in range(0, HIGHEST + 1, 100):
        pen.line([(LEFT, _height(value)), (RIGHT, _height(value))], fill=GRID, width=2)
        label = f"{value} ms"
        pen.text((LEFT - 12, _height(value)), label, QUIET, ImageFont.load_default(16), anchor="rm")
    for name, values, colour in (("2.3", BEFORE, "#9ca3af"), ("2.4", AFTER, "#2563eb")):
        points = [(_across(index), _height(value)) for index, value in enumerate(values)]
        pen.line(points, fill=colour, width=5, joint="curve")
        pen.text((RIGHT, points[-1][1] - 24), name, colour, ImageFont.load_default(20), anchor="rm")
    for index in range(0, len(BEFORE), 3):
        hour = f"{2 * index:02}:00"
        pen.text((_across(index), BOTTOM + 22), hour, QUIET, ImageFont.load_default(16), anchor="mm")
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _across(index: int) -> float:
    return LEFT + index * (RIGHT - LEFT) / (len(BEFORE) - 1)


def _height(value: int) -> float:
    return BOTTOM - value * (BOTTOM - TOP) / HIGHEST
