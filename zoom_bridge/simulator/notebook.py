"""The file in which the pretend Zoom keeps its memory between two starts: one JSON document, written anew and put in
place of the old one in one step."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from zoom_bridge.simulator.records import (
    Delivery,
    DeliveryNote,
    Json,
    Panelist,
    Registrant,
    Sitting,
    Stay,
    User,
    Webinar,
)

if TYPE_CHECKING:
    from zoom_bridge.simulator.world import World

FORMAT = 1

T = TypeVar("T")


def write(world: "World", path: Path) -> None:
    text = json.dumps(_document(world), default=_plain, ensure_ascii=False)
    beside = path.with_name(path.name + ".new")
    beside.touch(mode=0o600)
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read(world: "World", path: Path) -> None:
    """Users come from the settings; those that webinars still belong to are kept beside them."""
    document = json.loads(path.read_text(encoding="utf-8"), object_hook=_with_times)
    if document.get("format") != FORMAT:
        raise ValueError(f"{path} was not written by this version of the simulator")
    world.webinars = {webinar["id"]: _webinar(webinar) for webinar in document["webinars"]}
    world.users = {user["id"]: User(**user) for user in document["users"]} | world.users
    world.tokens = {token: (until, generation) for token, until, generation in document["tokens"]}
    world.outgoing = [Delivery(**delivery) for delivery in document["outgoing"]]
    world.log.extend(DeliveryNote(**note) for note in document["log"])
    world.uuids_made = document["uuids_made"]
    world.faults.token_generation = document["token_generation"]


def _document(world: "World") -> Json:
    return {
        "format": FORMAT,
        "users": [asdict(user) for user in world.users.values()],
        "webinars": [asdict(webinar) for webinar in world.webinars.values()],
        "tokens": [[token, until, generation] for token, (until, generation) in world.tokens.items()],
        "outgoing": [asdict(delivery) for delivery in world.outgoing],
        "log": [asdict(note) for note in world.log],
        "uuids_made": world.uuids_made,
        "token_generation": world.faults.token_generation,
    }


def _plain(value: object) -> Json:
    if isinstance(value, datetime):
        return {"__at__": value.isoformat()}
    raise TypeError(f"cannot keep a {type(value).__name__}")


def _with_times(value: Json) -> Any:
    return datetime.fromisoformat(value["__at__"]) if "__at__" in value else value


def _webinar(value: Json) -> Webinar:
    webinar = Webinar(**value)
    webinar.registrants = _records(Registrant, value["registrants"])
    webinar.panelists = _records(Panelist, value["panelists"])
    webinar.sittings = [_sitting(sitting) for sitting in value["sittings"]]
    return webinar


def _sitting(value: Json) -> Sitting:
    sitting = Sitting(**value)
    sitting.stays = [Stay(**stay) for stay in value["stays"]]
    return sitting


def _records(kind: Callable[..., T], values: Json) -> dict[str, T]:
    return {key: kind(**value) for key, value in values.items()}
