"""A colour an instance chooses, and what the stylesheet makes of it: hue kept, lightness clamped, so that words stay
readable in light and in dark. The same numbers stand in section 1 of `web/static/style.css`."""

import math
import re
from dataclasses import dataclass

#: What text needs against its ground (WCAG 1.4.3).
READABLE = 4.5

_WRITTEN = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_PAPER, _WHITE = "#ffffff", "#ffffff"
_DARK_PAPER, _DARK_INK = "#10181b", "#0b1214"


@dataclass(frozen=True)
class Scheme:
    """The colours of one scheme. `field` carries white text, `link` stands on `paper`, `button` carries `on_button`."""

    paper: str
    field: str
    link: str
    button: str
    on_button: str

    @property
    def contrast(self) -> float:
        """The worst of its pairs."""
        return min(
            contrast(_WHITE, self.field), contrast(self.link, self.paper), contrast(self.on_button, self.button)
        )


@dataclass(frozen=True)
class Look:
    """What becomes of an accent. `white` is the contrast of white text on the colour as it was chosen."""

    accent: str
    light: Scheme
    dark: Scheme

    @property
    def white(self) -> float:
        return contrast(_WHITE, self.accent)

    @property
    def darkened(self) -> bool:
        """The colour as chosen is too light for white text, so the pages use a darker tone of it."""
        return self.white < READABLE

    @property
    def readable(self) -> bool:
        return min(self.light.contrast, self.dark.contrast) >= READABLE


def colour_of(written: str) -> str | None:
    """#rrggbb in small letters; None when it is no colour. "#0a5" is short for "#00aa55"."""
    match = _WRITTEN.fullmatch(written.strip())
    if match is None:
        return None
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


def look_of(accent: str) -> Look:
    lightness, chroma, hue = _oklch(accent)
    field = _hex(min(lightness, 0.44), min(chroma, 0.15), hue)
    dark_link = _hex(0.81, min(chroma, 0.09), hue)
    return Look(
        accent,
        light=Scheme(_PAPER, field, field, field, _WHITE),
        dark=Scheme(_DARK_PAPER, _hex(0.34, min(chroma, 0.07), hue), dark_link, dark_link, _DARK_INK),
    )


def contrast(one: str, other: str) -> float:
    """Between 1 and 21, as WCAG defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return _straight(red), _straight(green), _straight(blue)


def _straight(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _curved(channel: float) -> float:
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _oklch(colour: str) -> tuple[float, float, float]:
    """Lightness 0 to 1, chroma, hue in radians. The numbers are those of CSS Color 4."""
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """Back to #rrggbb; what no screen can show is cut off, as browsers do."""
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _curved(min(max(channel, 0.0), 1.0))):02x}" for channel in channels)
