"""Thumbnails: small, upright, without metadata; and pictures that were made to hurt."""

import resource
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from pulse.conversations.models import Attachment
from pulse.conversations.pictures import MOST_PIXELS, SIDE, look_at, thumbnail
from pulse.conversations.service import attachments
from pulse.core.errors import InvalidInput
from pulse.extensions import db
from tests.conversations.conftest import Team, say
from tests.conversations.uploads import chunk, picture, png, post, uploaded

KINDS = ("PNG", "JPEG", "WEBP", "GIF")
ORIENTATION, PLACE, MAKER = 0x0112, 0x8825, 0x010F


@pytest.fixture
def files_left(app):
    folder: Path = attachments.storage().path  # type: ignore[attr-defined]
    for path in folder.glob("*"):
        path.unlink()
    return lambda: list(folder.glob("*"))


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def is_red(image: Image.Image, x: float, y: float) -> bool:
    at = (int(image.width * x), int(image.height * y))
    red, _, blue = image.convert("RGB").getpixel(at)  # type: ignore[misc]
    return red > 150 > blue


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_becomes_a_small_webp(kind: str) -> None:
    made = opened(thumbnail(picture(kind, (1800, 900))))
    assert (made.format, made.size) == ("WEBP", (SIDE, SIDE // 2))
    assert is_red(made, 0.1, 0.5)
    assert not is_red(made, 0.9, 0.5)


def test_small_pictures_stay_small() -> None:
    assert opened(thumbnail(picture(size=(40, 30)))).size == (40, 30)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_mode_of_colours(mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (900, 300)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(thumbnail(out.getvalue())).size == (640, 213)


def test_what_is_transparent_stays_so() -> None:
    out = BytesIO()
    Image.new("RGBA", (900, 900), (255, 0, 0, 0)).save(out, "PNG")
    assert opened(thumbnail(out.getvalue())).convert("RGBA").getpixel((10, 10))[3] == 0


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_upright_and_tell_nothing(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, "Spycam"
    exif.get_ifd(PLACE)[1] = "N"
    content = picture(kind, (400, 200), exif=exif, **({"comment": b"Spycam"} if kind == "JPEG" else {}))
    assert b"Spycam" in content
    lies = orientation > 4
    assert look_at(content)[1:] == ((200, 400) if lies else (400, 200))
    made = thumbnail(content)
    image = opened(made)
    assert b"Spycam" not in made
    assert not image.getexif()
    assert "exif" not in image.info
    assert "icc_profile" not in image.info
    assert image.size == ((200, 400) if lies else (400, 200))
    # where the left half of the stored picture is for whoever looks at it
    place = {1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}
    spot = {"left": (0.1, 0.5), "right": (0.9, 0.5), "top": (0.5, 0.1), "bottom": (0.5, 0.9)}
    assert is_red(image, *spot[place[orientation]])


def test_only_the_first_frame_is_shown() -> None:
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], loop=0)
    made = opened(thumbnail(out.getvalue()))
    assert getattr(made, "n_frames", 1) == 1
    assert is_red(made, 0.5, 0.5)


@pytest.mark.parametrize("side", [30_000, 8000, 2**31 - 1])
def test_pictures_of_too_many_pixels_are_refused_before_they_are_decoded(side: int) -> None:
    content = png(side, side)
    with pytest.raises(InvalidInput) as refusal:
        look_at(content)
    assert refusal.value.code == "too_many_pixels"
    with pytest.raises(ValueError, match="broken"):
        thumbnail(content)


def test_the_limit_of_pixels(team: Team) -> None:
    out = BytesIO()
    Image.new("1", (10_000, MOST_PIXELS // 10_000)).save(out, "PNG")
    assert uploaded(team.ann, out.getvalue())["width"] == 10_000
    out = BytesIO()
    Image.new("1", (10_000, MOST_PIXELS // 10_000 + 1)).save(out, "PNG")
    answer = post(team.ann, out.getvalue())
    assert (answer.status_code, answer.json["code"]) == (422, "too_many_pixels")


def text_chunk(kind: bytes, size: int) -> bytes:
    """Metadata that grows to `size` bytes when unpacked."""
    packed = zlib.compress(b"a" * size, 9)
    head = {b"zTXt": b"k\0\0", b"iTXt": b"k\0\1\0\0\0", b"iCCP": b"k\0\0"}[kind]
    return chunk(kind, head + packed)


BOMBS = {
    "text": png(50, 50, text_chunk(b"zTXt", 200_000_000)),
    "international text": png(50, 50, text_chunk(b"iTXt", 200_000_000)),
    "profile": png(50, 50, text_chunk(b"iCCP", 200_000_000)),
    "pixels": png(50, 50, pixels=b"\0" * 200_000_000),
    "lengths": b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 2**31 - 1) + b"IHDR" + b"\0" * 40,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_cost_no_memory(name: str) -> None:
    content = BOMBS[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    look_at(content)
    try:
        thumbnail(content)
    except ValueError as error:
        assert str(error) == "broken picture"  # noqa: PT017 (whether it is broken depends on the bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


def broken() -> dict[str, bytes]:
    whole = {kind: picture(kind) for kind in KINDS}
    found = {f"half a {kind}": content[: len(content) // 2] for kind, content in whole.items()}
    found |= {f"the head of a {kind}": content[:40] for kind, content in whole.items()}
    found |= {f"noise in a {kind}": content[:60] + b"\xff\0" * 300 for kind, content in whole.items()}
    found["a PNG without pixels"] = png(50, 50, pixels=b"")
    found["a PNG of no size"] = png(0, 0)
    return found


@pytest.mark.parametrize("name", broken())
def test_broken_pictures_are_files_without_a_thumbnail(team: Team, work, name: str) -> None:
    content = broken()[name]
    file = uploaded(team.ann, content)
    work()
    assert team.ann.get(file["url"]).data == content
    if file["thumbnail_url"]:
        answer = team.ann.get(file["thumbnail_url"])
        assert answer.status_code in (200, 404)  # some readers make do with what is there
        message = say(team.ann, team.channel(), attachment_ids=[file["id"]])
        assert bool(message["attachments"][0]["thumbnail_url"]) == (answer.status_code == 200)


def test_until_the_job_has_run_the_thumbnail_is_to_be_asked_for_again(team: Team, work) -> None:
    file = uploaded(team.ann)
    answer = team.ann.get(file["thumbnail_url"])
    assert (answer.status_code, answer.json["code"]) == (409, "thumbnail_pending")
    assert answer.headers["Retry-After"] == "1"
    work()
    assert opened(team.ann.get(file["thumbnail_url"]).data).size == (640, 427)


def test_what_is_no_picture_has_no_thumbnail(team: Team, work) -> None:
    file = uploaded(team.ann, b"text", "a.png")
    assert file["thumbnail_url"] is None
    assert file["width"] is None
    work()
    assert team.ann.get(f"{file['url']}thumbnail/").status_code == 404


def test_the_job_may_run_again_or_late(team: Team, files_left, work) -> None:
    file = uploaded(team.ann)
    work()
    before = team.ann.get(file["thumbnail_url"]).data
    db.session.rollback()
    attachments.make_thumbnail(file["id"])
    assert team.ann.get(file["thumbnail_url"]).data == before
    late = uploaded(team.ann)
    attachments.discard(team.ann.id, late["id"])
    work()
    attachments.clean_up()
    attachments.make_thumbnail(late["id"])
    assert len(files_left()) == 2


def test_a_file_deleted_while_its_thumbnail_is_made_leaves_none(team: Team, files_left, monkeypatch) -> None:
    file = uploaded(team.ann)
    make = attachments.thumbnail

    def slow(content: bytes) -> bytes:
        attachments.discard(team.ann.id, file["id"])
        attachments.clean_up()
        return make(content)

    monkeypatch.setattr(attachments, "thumbnail", slow)
    db.session.rollback()
    attachments.make_thumbnail(file["id"])
    assert files_left() == []
    assert db.session.query(Attachment).count() == 0
