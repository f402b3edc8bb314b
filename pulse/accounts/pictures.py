"""Pictures from people: decided by their bytes, bounded in size, and never stored as they came."""

from io import BytesIO

from PIL import Image, ImageOps

from pulse.core.errors import InvalidInput

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MOST_PIXELS = 25_000_000
SIDE = 256


def to_avatar(content: bytes) -> bytes:
    """A square WebP picture of 256 pixels without metadata. Raises InvalidInput for anything else."""
    try:
        picture = Image.open(BytesIO(content), formats=FORMATS)  # reads no pixels yet
    except Exception:  # Pillow's readers raise whatever a broken file makes them stumble over
        raise _refusal("It must be a PNG, JPEG, WebP or GIF picture.") from None
    if picture.width * picture.height > MOST_PIXELS:
        raise _refusal("It has more than 25 million pixels.")
    try:
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except Exception:
        raise _refusal("The picture is broken.") from None
    out = BytesIO()
    ImageOps.fit(upright, (SIDE, SIDE)).save(out, "WEBP", quality=85)
    return out.getvalue()


def _refusal(reason: str) -> InvalidInput:
    return InvalidInput(reason, code="invalid_picture", errors={"file": [reason]})
