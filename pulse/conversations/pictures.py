"""What uploaded files are, by their bytes, and small pictures of those that are pictures."""

from io import BytesIO
from typing import NamedTuple

import filetype
from PIL import ExifTags, Image, ImageOps

from pulse.core.errors import InvalidInput

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
MOST_PIXELS = 50_000_000
SIDE = 640  # pixels of a thumbnail at most
PLAIN, UNKNOWN = "text/plain", "application/octet-stream"

_LIES_ON_ITS_SIDE = range(5, 9)  # values of EXIF's orientation


class Look(NamedTuple):
    """What a file is. Only what we can make a thumbnail of has a size, in pixels, as people see it."""

    media_type: str
    width: int | None = None
    height: int | None = None


def look_at(content: bytes) -> Look:
    """What a file is, without decoding it. Raises InvalidInput (too_many_pixels)."""
    media_type = filetype.guess_mime(content)
    if media_type in FORMATS.values():
        return _picture(content) or Look(UNKNOWN)
    return Look(media_type or (PLAIN if _is_text(content) else UNKNOWN))


def thumbnail(content: bytes) -> bytes:
    """A small WebP picture, upright, without metadata. Raises ValueError if the picture is broken."""
    try:
        picture = Image.open(BytesIO(content), formats=[*FORMATS])
        _check_pixels(picture)
        picture.thumbnail((2 * SIDE, 2 * SIDE))  # first, so that all else is quick; a JPEG is decoded small
        upright = ImageOps.exif_transpose(picture)
        upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        upright.thumbnail((SIDE, SIDE))
        bare = Image.new(upright.mode, upright.size)
        bare.paste(upright)
        out = BytesIO()
        bare.save(out, "WEBP", quality=80)
    except Exception as error:  # Pillow's readers raise whatever a broken file makes them stumble over
        raise ValueError("broken picture") from error
    return out.getvalue()


def _picture(content: bytes) -> Look | None:
    try:
        picture = Image.open(BytesIO(content), formats=[*FORMATS])  # reads no pixels yet
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except Exception:
        return None
    _check_pixels(picture)
    width, height = picture.size
    if _orientation(picture) in _LIES_ON_ITS_SIDE:
        width, height = height, width
    return Look(FORMATS[picture.format or ""], width, height)


def _check_pixels(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_many_pixels()


def _orientation(picture: Image.Image) -> int:
    if "exif" not in picture.info:
        return 0
    try:
        found = picture.getexif().get(ExifTags.Base.Orientation, 0)
    except Exception:  # broken metadata
        return 0
    return found if isinstance(found, int) else 0


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False


def _too_many_pixels() -> InvalidInput:
    reason = "It has more than 50 million pixels."
    return InvalidInput(reason, code="too_many_pixels", errors={"file": [reason]})
