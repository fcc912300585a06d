"""Uploaded files become pictures of ours: looked at by their content, drawn anew, without anything else that the file
held, no larger than our pages show them. What cannot be read safely is refused with a sentence for the field."""

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from PIL import Image, ImageOps

from zoom_bridge.domain.picture import Picture
from zoom_bridge.web.fields import N_

LARGEST_FILE = 8 * 1024 * 1024
#: Width times height. A small file can unfold to more than a machine's memory.
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
#: What the browser's file dialogue offers.
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif"

# Pillow looks at it before it unpacks anything, and refuses twice as many; `_opened` refuses the rest.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


@dataclass(frozen=True)
class Shape:
    """How large a kind of picture is kept, in pixels. `square`: its middle is cut out. `drawn`: sharp edges and see-through
    parts are worth more than bytes."""

    width: int
    height: int
    square: bool = False
    drawn: bool = False


LOGO = Shape(640, 640, drawn=True)
PORTRAIT = Shape(384, 384, square=True)
STILL = Shape(1280, 1280)


class Slip(StrEnum):
    """Why a file gave no picture."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    TOO_MANY_PIXELS = "too-many-pixels"
    UNREADABLE = "unreadable"
    GONE = "gone"
    AGAIN = "again"


SENTENCES = {
    Slip.EMPTY: N_("This file is empty. Please choose another one."),
    Slip.TOO_LARGE: N_("This file is larger than 8 MB. Please choose a smaller one."),
    Slip.TOO_MANY_PIXELS: N_("This picture has more than 40 million pixels. Please choose a smaller one."),
    Slip.UNREADABLE: N_("We cannot read this file as a picture. Please choose a JPEG, PNG, WebP or GIF."),
    Slip.GONE: N_("This picture is no longer there. Please choose it once more."),
    Slip.AGAIN: N_("Please choose this picture once more."),
}


class NoPicture(Exception):
    def __init__(self, slip: Slip) -> None:
        super().__init__(slip)
        self.slip = slip


def picture_of(data: bytes, shape: Shape, now: datetime) -> Picture:
    """The picture in a file's bytes, of which at most LARGEST_FILE + 1 have to be read."""
    if not data:
        raise NoPicture(Slip.EMPTY)
    if len(data) > LARGEST_FILE:
        raise NoPicture(Slip.TOO_LARGE)
    try:
        image = _drawn_anew(data, shape)
        media_type, encoded = _encoded(image, shape)
    except NoPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise NoPicture(Slip.TOO_MANY_PIXELS) from bomb
    except Exception as unreadable:
        # Broken files break decoders in every way there is.
        raise NoPicture(Slip.UNREADABLE) from unreadable
    digest = hashlib.sha256(encoded).hexdigest()
    return Picture(digest, media_type, image.width, image.height, encoded, now)


def _drawn_anew(data: bytes, shape: Shape) -> Image.Image:
    """The first frame's pixels, upright and in size. Nothing else of the file comes along."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise NoPicture(Slip.TOO_MANY_PIXELS)
        # A JPEG need not be unpacked in full to be shown small.
        opened.draft("RGB", (2 * shape.width, 2 * shape.height))
        opened.load()
        turned = ImageOps.exif_transpose(opened)
        see_through = turned.has_transparency_data
        plain = turned.convert("RGBA" if see_through else "RGB")
    if shape.square:
        side = min(plain.width, plain.height, shape.width)
        fitted = ImageOps.fit(plain, (side, side), Image.Resampling.LANCZOS)
    else:
        plain.thumbnail((shape.width, shape.height), Image.Resampling.LANCZOS)
        fitted = plain
    image = Image.new(fitted.mode, fitted.size)
    image.paste(fitted)
    return image if shape.drawn else _on_white(image)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _encoded(image: Image.Image, shape: Shape) -> tuple[str, bytes]:
    """Photographs as JPEG; what is see-through or drawn as PNG, unless that is much larger."""
    jpeg = _saved(image, "JPEG", quality=85, optimize=True, progressive=True) if image.mode == "RGB" else b""
    png = _saved(image, "PNG", optimize=True) if shape.drawn else b""
    if png and not (jpeg and 2 * len(jpeg) < len(png)):
        return "image/png", png
    return "image/jpeg", jpeg


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
