"""The file in which the pretend Zoom keeps its memory between two starts: one JSON document, written anew and put in
place of the old one in one step."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from zoom_bridge.simulator.records import (
    Asked,
    Delivery,
    DeliveryNote,
    Json,
    Occurrence,
    Panelist,
    Poll,
    Recording,
    Registrant,
    Sitting,
    Stay,
    User,
    Vote,
    Webinar,
)

if TYPE_CHECKING:
    from zoom_bridge.simulator.memory import Memory

FORMAT = 1

T = TypeVar("T")


def write(memory: "Memory", path: Path) -> None:
    text = json.dumps(_document(memory), default=_plain, ensure_ascii=False)
    beside = path.with_name(path.name + ".new")
    beside.touch(mode=0o600)
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read(memory: "Memory", path: Path) -> None:
    """Users come from the settings; those that webinars still belong to are kept beside them."""
    document = json.loads(path.read_text(encoding="utf-8"), object_hook=_with_times)
    if document.get("format") != FORMAT:
        raise ValueError(f"{path} was not written by this version of the simulator")
    memory.webinars = {webinar["id"]: _webinar(webinar) for webinar in document["webinars"]}
    memory.users = {user["id"]: User(**user) for user in document["users"]} | memory.users
    memory.tokens = {token: (until, generation) for token, until, generation in document["tokens"]}
    memory.outgoing = [Delivery(**delivery) for delivery in document["outgoing"]]
    memory.log.extend(DeliveryNote(**note) for note in document["log"])
    memory.uuids_made = document["uuids_made"]
    memory.ahead = timedelta(seconds=document.get("seconds_ahead", 0))
    memory.subscription_disabled = document.get("subscription_disabled", False)
    memory.faults.token_generation = document["token_generation"]


def _document(memory: "Memory") -> Json:
    return {
        "format": FORMAT,
        "users": [asdict(user) for user in memory.users.values()],
        "webinars": [asdict(webinar) for webinar in memory.webinars.values()],
        "tokens": [[token, until, generation] for token, (until, generation) in memory.tokens.items()],
        "outgoing": [asdict(delivery) for delivery in memory.outgoing],
        "log": [asdict(note) for note in memory.log],
        "uuids_made": memory.uuids_made,
        "seconds_ahead": memory.ahead.total_seconds(),
        "subscription_disabled": memory.subscription_disabled,
        "token_generation": memory.faults.token_generation,
    }


def _plain(value: object) -> Json:
    if isinstance(value, datetime):
        return {"__at__": value.isoformat()}
    raise TypeError(f"cannot keep a {type(value).__name__}")


def _with_times(value: Json) -> Any:
    return datetime.fromisoformat(value["__at__"]) if "__at__" in value else value


def _webinar(value: Json) -> Webinar:
    webinar = Webinar(**{"link_password": value["password"]} | value)
    webinar.registrants = _records(Registrant, value["registrants"])
    webinar.panelists = _records(Panelist, value["panelists"])
    webinar.sittings = [_sitting(sitting) for sitting in value["sittings"]]
    webinar.polls = _records(Poll, value.get("polls", {}))
    webinar.occurrences = [Occurrence(**occurrence) for occurrence in value.get("occurrences", [])]
    return webinar


def _sitting(value: Json) -> Sitting:
    sitting = Sitting(**value)
    sitting.stays = [Stay(**stay) for stay in value["stays"]]
    sitting.votes = [Vote(**vote) for vote in value.get("votes", [])]
    sitting.asked = [Asked(**asked) for asked in value.get("asked", [])]
    sitting.survey = [Vote(**vote) for vote in value.get("survey", [])]
    sitting.recording = Recording(**value["recording"]) if value.get("recording") else None
    return sitting


def _records(kind: Callable[..., T], values: Json) -> dict[str, T]:
    return {key: kind(**value) for key, value in values.items()}
