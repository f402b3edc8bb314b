"""Pictures of people."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from pulse.accounts.service.profile import avatars
from tests.conftest import Person


def picture(kind: str, size: tuple[int, int] = (600, 300), **options: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **options)
    return out.getvalue()


def huge_png(side: int) -> bytes:
    """A few bytes that claim to be a very large picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def whole_but_huge() -> bytes:
    out = BytesIO()
    Image.new("1", (5001, 5000)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def ann(person: Callable[..., Person]) -> Person:
    return person("ann")


@pytest.fixture
def files(app) -> Callable[[], list[Path]]:
    for path in avatars().glob("*"):
        path.unlink()
    return lambda: list(avatars().glob("*"))


def put(who: Person, content: bytes, name: str = "me.png", field: str = "file"):
    return who.client.put(
        "/api/profile/avatar/",
        data={field: (BytesIO(content), name)},
        headers={"Authorization": f"Bearer {who.token}"},
    )


def test_every_kind_becomes_a_small_square(ann, client, files) -> None:
    seen = set()
    for kind in ("PNG", "JPEG", "WEBP", "GIF"):
        answer = put(ann, picture(kind), "picture.exe")
        assert answer.status_code == 200, kind
        seen.add(answer.json["avatar_url"])
        shown = client.get(answer.json["avatar_url"])
        assert (shown.status_code, shown.content_type) == (200, "image/webp")
        assert Image.open(BytesIO(shown.data)).size == (256, 256)
        assert len(files()) == 1  # the old one is gone
    assert len(seen) == 4


def test_it_is_served_to_last_and_as_what_it_is(ann, client, files) -> None:
    answer = client.get(put(ann, picture("PNG")).json["avatar_url"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_metadata_is_dropped_and_orientation_kept(ann, client, files) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "secret place"
    answer = client.get(put(ann, picture("JPEG", exif=exif)).json["avatar_url"])
    assert b"secret place" not in answer.data


def test_removing(ann, client, files) -> None:
    url = put(ann, picture("PNG")).json["avatar_url"]
    for _ in range(2):
        answer = ann.call("DELETE", "/api/profile/avatar/")
        assert (answer.status_code, answer.json["avatar_url"]) == (200, None)
    assert (client.get(url).status_code, files()) == (404, [])


def test_what_is_no_picture(ann, files) -> None:
    whole = picture("PNG")
    for content in (
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"<html><script>alert(1)</script></html>",
        picture("BMP"),
        picture("TIFF"),
        whole[: len(whole) // 2],
        whole[:40] + b"\xff" * 50,
        whole_but_huge(),
        huge_png(60000),
        b"\0" * 10_000,
    ):
        answer = put(ann, content)
        assert (answer.status_code, answer.json["code"]) == (422, "invalid_picture"), content[:40]
    assert files() == []


def test_no_file_and_too_much(ann) -> None:
    assert put(ann, picture("PNG"), field="other").status_code == 422
    assert ann.put("/api/profile/avatar/", {"file": "x"}).status_code == 422
    answer = put(ann, b"x" * (11 * 1024 * 1024))
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_no_other_file_can_be_had(client, ann) -> None:
    for name in ("x", "..%2f..%2fsecrets.json", "%2e%2e/%2e%2e/secrets.json", "a%00b.webp", "😀", "x" * 300):
        answer = client.get(f"/api/avatars/{name}")
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json"), name
