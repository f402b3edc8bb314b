"""Files to upload: good ones, and those that attackers make."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

from tests.conftest import Person


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 600), **options: Any) -> bytes:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, *chunks: bytes, pixels: bytes = b"\0" * 1000) -> bytes:
    """A PNG that claims this size, whatever its pixels are."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + data + chunk(b"IEND", b"")


def post(who: Person, content: bytes, name: str = "plan.png", field: str = "file") -> Any:
    """Upload a file over REST."""
    return who.client.post(
        "/api/attachments/",
        data={field: (BytesIO(content), name)},
        headers={"Authorization": f"Bearer {who.token}"},
    )


def uploaded(who: Person, content: bytes = b"", name: str = "plan.png") -> dict[str, Any]:
    """The same for a file that is taken."""
    answer = post(who, content or picture(), name)
    assert answer.status_code == 201, answer.json
    return dict(answer.json)
