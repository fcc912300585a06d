"""Pictures for the trial, drawn here with nothing but the standard library, so that none has to be looked for and
licensed: a street for the trailer, a water tower for a logo."""

import struct
import zlib

Colour = tuple[int, int, int]

_PAPER, _AIR, _GROUND, _BRIDGE, _LIGHT = (255, 255, 255), (233, 241, 242), (201, 216, 219), (4, 87, 102), (250, 240, 214)  # fmt: skip
_HOUSES = ((178, 79, 52), (222, 166, 74), (62, 110, 98), (134, 142, 66), (72, 92, 132))


class Canvas:
    """Pixels in rows. Coordinates run to the right and down."""

    def __init__(self, width: int, height: int, colour: Colour) -> None:
        self.width, self.height = width, height
        self._rows = [bytearray(bytes(colour) * width) for _ in range(height)]

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        for y in range(max(0, round(top)), min(self.height, round(bottom))):
            self._line(y, left, right, colour)

    def roof(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """A triangle with its point up."""
        middle = (left + right) / 2
        for y in range(round(top), round(bottom)):
            half = (right - left) / 2 * (y - top) / (bottom - top)
            self._line(y, middle - half, middle + half, colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        for row in range(round(y - radius), round(y + radius) + 1):
            inside = radius**2 - (row - y) ** 2
            if inside > 0 and 0 <= row < self.height:
                self._line(row, x - inside**0.5, x + inside**0.5, colour)

    def png(self) -> bytes:
        pixels = b"".join(b"\0" + row for row in self._rows)
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)

    def _line(self, y: int, left: float, right: float, colour: Colour) -> None:
        first, last = max(0, round(left)), min(self.width, round(right))
        if first < last:
            self._rows[y][3 * first : 3 * last] = bytes(colour) * (last - first)


def street() -> Canvas:
    """Five houses, and a line that joins them."""
    canvas = Canvas(1280, 720, _AIR)
    canvas.box(0, 590, 1280, 720, _GROUND)
    doors = []
    for n, (colour, top) in enumerate(zip(_HOUSES, (300, 380, 250, 350, 290), strict=True)):
        left, right = 80 + 228 * n, 80 + 228 * n + 196
        canvas.roof(left - 18, top - 96, right + 18, top, colour)
        canvas.box(left, top, right, 600, colour)
        for y in range(top + 36, 440, 84):
            for x in (left + 32, left + 112):
                canvas.box(x, y, x + 52, y + 52, _LIGHT)
        canvas.box(left + 72, 500, left + 124, 600, _LIGHT)
        doors.append(left + 98)
    canvas.box(doors[0], 636, doors[-1], 646, _BRIDGE)
    for x in doors:
        canvas.disc(x, 641, 20, _BRIDGE)
    return canvas


def water_tower() -> Canvas:
    """For a meeting place beside one."""
    canvas = Canvas(320, 320, _PAPER)
    canvas.roof(70, 20, 250, 90, _HOUSES[0])
    canvas.box(84, 90, 236, 180, _HOUSES[0])
    canvas.box(112, 180, 208, 290, _HOUSES[4])
    canvas.box(140, 230, 180, 290, _LIGHT)
    for x in (106, 145, 184):
        canvas.box(x, 116, x + 30, 152, _LIGHT)
    canvas.box(20, 290, 300, 300, _BRIDGE)
    for x in (20, 300):
        canvas.disc(x, 295, 14, _BRIDGE)
    return canvas


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
