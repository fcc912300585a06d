"""The colour an instance chooses, and what becomes of it."""

import colorsys
import re
from pathlib import Path

import pytest

import zoom_bridge
from zoom_bridge.domain.colour import READABLE, colour_of, contrast, look_of


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ("#045766", "#045766"),
        (" 0A5 ", "#00aa55"),
        ("FFCC00", "#ffcc00"),
        ("", None),
        ("red", None),
        ("#12345", None),
        ("#1234567", None),
        ("#00000g", None),
        ("#000;}", None),
        ("#٠٠٠", None),
    ],
)
def test_a_colour_is_written_with_six_digits_or_three(written: str, colour: str | None) -> None:
    assert colour_of(written) == colour


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#ffffff", "#000000", 21), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1)],
)
def test_contrast_is_counted_as_wcag_defines_it(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


@pytest.mark.parametrize(
    ("accent", "light", "dark_field", "dark_link"),
    [
        # As Chromium 130 computes them from the stylesheet.
        ("#045766", "#045766", "#00404e", "#89cdde"),
    ],
)
def test_the_colours_are_those_of_the_stylesheet(accent: str, light: str, dark_field: str, dark_link: str) -> None:
    look = look_of(accent)

    assert (look.light.field, look.light.link) == (light, light)
    assert (look.dark.field, look.dark.link) == (dark_field, dark_link)


def test_a_dark_colour_stays_as_it_is_and_a_light_one_is_darkened() -> None:
    dark, light = look_of("#5b2a86"), look_of("#ffcc00")

    assert (dark.darkened, dark.light.field) == (False, "#5b2a86")
    assert light.darkened
    assert contrast("#ffffff", light.accent) < READABLE < contrast("#ffffff", light.light.field)


def test_whatever_somebody_chooses_words_stay_readable() -> None:
    wheel = [
        "#"
        + "".join(f"{round(255 * part):02x}" for part in colorsys.hsv_to_rgb(hue / 36, saturation / 3, value / 4))
        for hue in range(36)
        for saturation in range(4)
        for value in range(5)
    ]

    assert not [colour for colour in wheel if not look_of(colour).readable]


def test_the_stylesheet_clamps_by_the_same_numbers() -> None:
    style = (Path(zoom_bridge.__file__).parent / "web/static/style.css").read_text(encoding="utf-8")
    clamped = re.findall(r"--(field|link): oklch\(from var\(--accent\) (\S+(?: \S+)?) min\(c, (\S+)\) h\)", style)

    assert clamped == [("field", "min(l, .44)", ".15"), ("field", ".34", ".07"), ("link", ".81", ".09")]
