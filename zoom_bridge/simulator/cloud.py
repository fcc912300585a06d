"""Recordings in Zoom's cloud: made when a sitting ends whose webinar records there, told of when they are ready."""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from zoom_bridge.simulator import announcements, objections
from zoom_bridge.simulator.faults import Kind
from zoom_bridge.simulator.records import Json, Recording, Sitting, Webinar

if TYPE_CHECKING:
    from zoom_bridge.simulator.world import World

DOWNLOAD_TOKEN_LIVES = timedelta(hours=24)
# Zoom's kind of file, its ending, what it shows, and its bytes per second of the sitting.
_FILES = (
    ("MP4", "MP4", "shared_screen_with_speaker_view", 80_000),
    ("M4A", "M4A", "audio_only", 12_000),
)


def record(world: "World", webinar: Webinar, sitting: Sitting, now: datetime) -> None:
    if sitting.practice or webinar.settings["auto_recording"] != "cloud":
        return
    slow = world.faults.meets(Kind.SLOW_RECORDINGS)
    ready_at = now + timedelta(seconds=slow.seconds if slow else 0)
    sitting.recording = Recording(id=secrets.token_hex(16), passcode=secrets.token_urlsafe(6), ready_at=ready_at)
    thing = _announced(world, webinar, sitting)
    message = announcements.envelope("recording.completed", ready_at, world.settings.account_id, thing, None)
    message = {"event": message.pop("event"), "event_ts": message.pop("event_ts"), **message}
    world.enqueue(
        "recording.completed", webinar.id, message | {"download_token": new_token(world)}, not_before=ready_at
    )


def recording_of(world: "World", webinar: Webinar, uuid: str) -> Sitting:
    """Of the sitting with that uuid, or the latest one that has a recording."""
    for sitting in reversed(webinar.held):
        ready = sitting.recording is not None and sitting.recording.ready_at <= world.now()
        if ready and uuid in ("", sitting.uuid):
            return sitting
    raise objections.no_recording()


def find(world: "World", recording_id: str) -> tuple[Webinar, Sitting] | None:
    for webinar in world.webinars.values():
        for sitting in webinar.held:
            if sitting.recording and sitting.recording.id == recording_id:
                return webinar, sitting
    return None


def answer(world: "World", webinar: Webinar, sitting: Sitting) -> Json:
    return _what_it_is(world, webinar, sitting) | {
        "account_id": world.settings.account_id,
        "type": str(webinar.type),
        "auto_delete": False,
        "password": _recording(sitting).passcode,
        "recording_play_passcode": _recording(sitting).passcode,
        "recording_files": _files(world, sitting),
    }


def new_token(world: "World", lives: timedelta = DOWNLOAD_TOKEN_LIVES) -> str:
    token = f"eyJhbGciOiJIUzUxMiJ9.{secrets.token_urlsafe(48)}.{secrets.token_urlsafe(32)}"
    world.download_tokens[token] = world.now() + lives
    return token


def _announced(world: "World", webinar: Webinar, sitting: Sitting) -> Json:
    return _what_it_is(world, webinar, sitting) | {
        "account_id": world.settings.account_id,
        "type": webinar.type,
        "timezone": webinar.timezone,
        "host_email": world.users[webinar.host_id].email,
        "password": _recording(sitting).passcode,
        "recording_play_passcode": _recording(sitting).passcode,
        "share_url": f"{world.settings.public_url}/rec/share/{_recording(sitting).id}",
        "recording_files": _files(world, sitting),
    }


def _what_it_is(world: "World", webinar: Webinar, sitting: Sitting) -> Json:
    files = _files(world, sitting)
    return {
        "uuid": sitting.uuid,
        "id": webinar.id,
        "host_id": webinar.host_id,
        "topic": webinar.topic,
        "start_time": announcements.instant(sitting.started_at),
        "duration": _seconds(sitting) // 60,
        "total_size": sum(file["file_size"] for file in files),
        "recording_count": len(files),
    }


def _files(world: "World", sitting: Sitting) -> list[Json]:
    recording, address = _recording(sitting), world.settings.public_url
    return [
        {
            "id": f"{recording.id[:24]}{number:08}",
            "meeting_id": sitting.uuid,
            "recording_start": announcements.instant(sitting.started_at),
            "recording_end": announcements.instant(sitting.ended_at),
            "file_type": kind,
            "file_extension": extension,
            "file_size": _seconds(sitting) * rate,
            "play_url": f"{address}/rec/play/{recording.id}",
            "download_url": f"{address}/rec/download/{recording.id}/{extension.lower()}",
            "status": "completed",
            "recording_type": shows,
        }
        for number, (kind, extension, shows, rate) in enumerate(_FILES)
    ]


def _seconds(sitting: Sitting) -> int:
    return int((sitting.ended_at - sitting.started_at).total_seconds()) if sitting.ended_at else 0


def _recording(sitting: Sitting) -> Recording:
    assert sitting.recording is not None
    return sitting.recording
