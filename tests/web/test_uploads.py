"""Uploaded files: what becomes a picture of ours, and what is refused with which sentence. Needs no database."""

import contextlib
import hashlib
import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from tests.clock import NOW
from zoom_bridge.web import uploads
from zoom_bridge.web.uploads import LOGO, PORTRAIT, STILL, NoPicture, Slip, picture_of

SCRIPT = b"<script>alert('Mallory')</script>"


def image(size=(800, 600), mode="RGB", colour="teal"):
    made = Image.new(mode, size, colour)
    ImageDraw.Draw(made).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="white")
    return made


def file_of(made, kind="PNG", **options):
    file = io.BytesIO()
    made.save(file, kind, **options)
    return file.getvalue()


def opened(picture):
    return Image.open(io.BytesIO(picture.data))


def slip_of(data, shape=LOGO):
    with pytest.raises(NoPicture) as refused:
        picture_of(data, shape, NOW)
    return refused.value.slip


def png_that_claims(width, height, body=b""):
    """A PNG whose header says more than its body holds."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_four_kinds_of_pictures_are_taken_and_drawn_anew(kind):
    data = file_of(image(), kind)

    picture = picture_of(data, LOGO, NOW)

    assert (picture.width, picture.height) == (640, 480)
    assert opened(picture).size == (640, 480)
    assert picture.data != data
    assert picture.digest == hashlib.sha256(picture.data).hexdigest()
    assert picture.created_at == NOW


@pytest.mark.parametrize(
    ("shape", "size", "expected"),
    [
        (LOGO, (2000, 500), (640, 160)),
        (LOGO, (300, 100), (300, 100)),
        (LOGO, (100, 3000), (21, 640)),
        (PORTRAIT, (1200, 900), (384, 384)),
        (PORTRAIT, (200, 300), (200, 200)),
        (STILL, (1920, 1080), (1280, 720)),
        (STILL, (1, 1), (1, 1)),
    ],
)
def test_pictures_are_bounded_and_never_blown_up(shape, size, expected):
    assert opened(picture_of(file_of(image(size)), shape, NOW)).size == expected


def test_a_portrait_is_cut_from_the_middle():
    made = Image.new("RGB", (900, 300), "white")
    ImageDraw.Draw(made).rectangle((300, 0, 599, 299), fill="red")

    portrait = opened(picture_of(file_of(made), PORTRAIT, NOW))

    assert portrait.size == (300, 300)
    assert all(portrait.getpixel(corner)[1] < 40 for corner in [(5, 5), (294, 294)])


def test_a_logo_stays_see_through():
    made = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    ImageDraw.Draw(made).ellipse((0, 0, 99, 99), fill="teal")

    picture = picture_of(file_of(made), LOGO, NOW)

    assert picture.media_type == "image/png"
    assert opened(picture).convert("RGBA").getpixel((199, 50))[3] == 0
    assert opened(picture).convert("RGBA").getpixel((50, 50))[3] == 255


def test_a_photograph_with_see_through_parts_stands_on_white():
    made = Image.new("RGBA", (200, 200), (0, 0, 0, 0))

    picture = picture_of(file_of(made), PORTRAIT, NOW)

    assert picture.media_type == "image/jpeg"
    assert opened(picture).getpixel((100, 100)) == (255, 255, 255)


def test_a_logo_that_is_a_photograph_does_not_become_a_huge_png():
    noise = Image.effect_noise((640, 640), 80).convert("RGB")

    picture = picture_of(file_of(noise, "JPEG", quality=95), LOGO, NOW)

    assert picture.media_type == "image/jpeg"


def test_a_photograph_that_lies_on_its_side_is_put_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right
    made = image((400, 200))

    picture = picture_of(file_of(made, "JPEG", exif=exif.tobytes()), STILL, NOW)

    assert (picture.width, picture.height) == (200, 400)
    assert min(opened(picture).getpixel((195, 5))) > 240


@pytest.mark.parametrize("shape", [LOGO, PORTRAIT, STILL])
def test_nothing_but_the_pixels_is_kept(shape):
    exif = Image.Exif()
    exif[0x010F] = "Camera of Olga Osterkamp"
    exif.get_ifd(0x8825)[2] = (52.0, 22.0, 0.0)
    info = PngInfo()
    info.add_text("Comment", "secret place")
    files = [
        file_of(image(), "JPEG", exif=exif.tobytes(), comment=b"secret place", icc_profile=b"profile"),
        file_of(image(), "PNG", pnginfo=info, exif=exif.tobytes()),
        file_of(image(), "WEBP", exif=exif.tobytes(), xmp=b"secret place"),
        file_of(image(mode="P", colour=3), "GIF", comment=b"secret place"),
    ]

    for data in files:
        picture = picture_of(data, shape, NOW)

        assert b"secret" not in picture.data
        assert b"Olga" not in picture.data
        assert not opened(picture).getexif()
        assert set(opened(picture).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}  # fmt: skip


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_moving_pictures_the_first_one_is_kept(kind):
    frames = [Image.new("RGB", (60, 60), colour) for colour in ("red", "green", "blue")]
    data = file_of(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)

    picture = opened(picture_of(data, LOGO, NOW))

    assert not getattr(picture, "is_animated", False)
    assert picture.convert("RGB").getpixel((30, 30))[0] > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pictures_of_all_colour_models_are_taken(mode):
    kind = "TIFF" if mode == "CMYK" else "PNG"
    made = Image.new(mode, (50, 50))
    data = file_of(made, "JPEG") if kind == "TIFF" else file_of(made, kind)

    assert opened(picture_of(data, PORTRAIT, NOW)).mode == "RGB"


def test_the_content_counts_and_not_the_name():
    """A PNG called photo.jpg is a PNG; nobody is asked for the name."""
    assert picture_of(file_of(image(), "PNG"), PORTRAIT, NOW).media_type == "image/jpeg"


def test_what_hides_behind_a_picture_is_left_behind():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("mallory.html", SCRIPT)
    hidden = [SCRIPT, archive.getvalue()]
    comment = [file_of(image(), "GIF", comment=SCRIPT), file_of(image(), "JPEG", comment=SCRIPT)]

    for data in [*(file_of(image(), kind) + tail for kind in ("JPEG", "PNG", "GIF") for tail in hidden), *comment]:
        picture = picture_of(data, LOGO, NOW)

        assert SCRIPT not in picture.data
        assert b"PK" not in picture.data[-200:]
        assert picture.data.startswith((b"\x89PNG", b"\xff\xd8\xff"))


def test_every_slip_is_told_with_a_sentence():
    assert set(uploads.SENTENCES) == set(Slip)


def test_an_empty_file_is_refused():
    assert slip_of(b"") is Slip.EMPTY


def test_a_file_that_is_too_large_is_refused_before_it_is_looked_at():
    assert slip_of(b"x" * (uploads.LARGEST_FILE + 1)) is Slip.TOO_LARGE


@pytest.mark.parametrize("size", [(8000, 5001), (10_000, 10_000), (65_000, 65_000), (1_000_000, 1_000_000)])
def test_a_picture_that_would_unfold_to_too_much_is_refused_before_it_is_unpacked(size):
    assert slip_of(png_that_claims(*size)) is Slip.TOO_MANY_PIXELS


def test_a_gif_that_claims_to_be_huge_is_refused():
    header = b"GIF89a" + struct.pack("<HH", 65_000, 65_000) + b"\x80\x00\x00" + b"\x00\x00\x00\xff\xff\xff"
    frame = b"\x21\xf9\x04\x08\x00\x00\x00\x00" + b"\x2c" + struct.pack("<HHHH", 0, 0, 65_000, 65_000) + b"\x00"

    assert slip_of(header + frame + b"\x02\x02\x44\x01\x00\x3b") is Slip.TOO_MANY_PIXELS


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.9])
def test_a_file_that_was_cut_off_is_refused(kind, part):
    noise = Image.effect_noise((300, 300), 80).convert("RGB")
    data = file_of(noise, kind)

    assert slip_of(data[: int(len(data) * part)]) is Slip.UNREADABLE


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"not a picture",
        b"\x00" * 1000,
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF89a",
        b"RIFF\x00\x00\x00\x00WEBP",
        png_that_claims(0, 0),
        png_that_claims(100, 100, b"short"),
        file_of(image((50, 50)), "BMP"),
        file_of(image((50, 50)), "TIFF"),
        file_of(image((50, 50)), "ICO"),
        file_of(image((50, 50)), "PDF"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n(mallory) run\n",
    ],
)
def test_everything_else_is_refused(data):
    assert slip_of(data) is Slip.UNREADABLE


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), st.data())
def test_whatever_is_broken_in_a_file_there_is_a_picture_or_a_sentence(kind, drawn):
    data = bytearray(file_of(image((40, 30)), kind))
    for _ in range(drawn.draw(st.integers(1, 8))):
        data[drawn.draw(st.integers(0, len(data) - 1))] = drawn.draw(st.integers(0, 255))

    with contextlib.suppress(NoPicture):
        picture = picture_of(bytes(data), LOGO, NOW)
        assert max(picture.width, picture.height) <= 640
