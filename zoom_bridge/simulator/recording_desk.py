"""The API's call about recordings in Zoom's cloud, and where their links lead."""

from datetime import timedelta

from flask import Blueprint, Response, abort, render_template, request

from zoom_bridge.simulator import cloud, objections, tongue
from zoom_bridge.simulator.desks import Route, webinar_by_key
from zoom_bridge.simulator.quotas import Label
from zoom_bridge.simulator.records import Json
from zoom_bridge.simulator.world import World

LONGEST_TTL = 604_800


def get_recordings(world: World, key: str) -> tuple[int, Json]:
    """By number or uuid, under `meetings` as with Zoom. The download token is there for those who ask."""
    webinar, uuid = webinar_by_key(world, key)
    answer = cloud.answer(world, webinar, cloud.recording_of(world, webinar, uuid))
    if request.args.get("include_fields") == "download_access_token":
        seconds = request.args.get("ttl", "86400")
        if not seconds.isascii() or not seconds.isdigit() or int(seconds) > LONGEST_TTL:
            raise objections.invalid([("ttl", "Invalid field.")])
        answer["download_access_token"] = cloud.new_token(world, timedelta(seconds=int(seconds)))
    return 200, answer


ROUTES = (
    Route(
        "GET",
        "/meetings/<path:key>/recordings",
        Label.LIGHT,
        "cloud_recording:read:list_recording_files",
        get_recordings,
    ),
)


def pages(world: World) -> Blueprint:
    blueprint = Blueprint("recordings", __name__)
    tongue.dress(blueprint)
    blueprint.add_url_rule(
        "/rec/<any(play, share):_>/<recording>", "play", lambda _, recording: _shown(world, recording)
    )
    blueprint.add_url_rule(
        "/rec/download/<recording>/<ending>",
        "download",
        lambda recording, ending: _downloaded(world, recording, ending),
    )
    return blueprint


def _shown(world: World, recording: str) -> str:
    with world.lock:
        webinar, sitting = cloud.find(world, recording) or abort(404)
        return render_template("recording.html", webinar=webinar, sitting=sitting)


def _downloaded(world: World, recording: str, ending: str) -> Response:
    """Nothing was filmed: the file is one line of text. Only its token opens it, in the address or as bearer."""
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    token = bearer if kind.lower() == "bearer" else request.args.get("access_token", "")
    with world.lock:
        webinar, _ = cloud.find(world, recording) or abort(404)
        until = world.download_tokens.get(token)
        if (until is None or until <= world.now()) and not world.knows_token(token):
            return Response("Invalid access token.\n", 401, mimetype="text/plain")
        text = f"Pretend recording of {webinar.topic}\n"
    answer = Response(text, mimetype="audio/mp4" if ending == "m4a" else "video/mp4")
    answer.headers["Content-Disposition"] = f'attachment; filename="recording.{ending[:4]}"'
    return answer
