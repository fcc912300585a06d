"""Zoom's JSON ⇄ Panelist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zoom_bridge.zoom import payloads, raw_json


@dataclass(frozen=True, kw_only=True)
class Panelist:
    """Somebody on a webinar's panel. `id` and `join_url` are empty until Zoom told them: they stand only in its list."""

    email: str = field(repr=False)
    name: str = field(repr=False)
    id: str = ""
    join_url: str = field(default="", repr=False)

    def to_wire(self) -> dict[str, str]:
        return {"name": name_at_zoom(self.name), "email": self.email}


def name_at_zoom(name: str) -> str:
    return payloads.clean(name)[: payloads.LONGEST_NAME]


def read_panelist(fields: Mapping[str, Any]) -> Panelist:
    if not (panelist_id := raw_json.ident(fields, "id")):
        raise raw_json.Malformed("a panelist without an id")
    return Panelist(
        id=panelist_id,
        email=raw_json.text(fields, "email"),
        name=raw_json.text(fields, "name"),
        join_url=raw_json.text(fields, "join_url"),
    )
