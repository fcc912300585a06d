"""A picture that an organiser uploaded: a logo, a portrait, the still of a trailer."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Picture:
    """Re-encoded by us, without the metadata it came with. `digest` is of the bytes, so one picture is kept once and
    its address can be cached for good; width and height are in pixels."""

    digest: str
    media_type: str
    width: int
    height: int
    data: bytes
    created_at: datetime
