"""The API's calls about the users of the account: who there is, what they may, and the host's key."""

from flask import request

from zoom_bridge.simulator import objections, shapes
from zoom_bridge.simulator.desks import Route, page_of
from zoom_bridge.simulator.quotas import Label
from zoom_bridge.simulator.records import Json
from zoom_bridge.simulator.world import World


def list_users(world: World) -> tuple[int, Json]:
    status = request.args.get("status", "active")
    if status not in ("active", "inactive", "pending"):
        raise objections.invalid([("status", "Invalid field.")])
    users = [user for user in world.users.values() if not user.removed] if status == "active" else []
    return page_of(world, "users", users, shapes.user_row, of=f"users {status}")


def get_user(world: World, user: str) -> tuple[int, Json]:
    return 200, shapes.user_answer(world.user(user), world.settings.account_id)


def get_user_settings(world: World, user: str) -> tuple[int, Json]:
    found, changed = world.user(user), world.faults.changed_settings
    match request.args.get("option", ""):
        case "":
            return 200, shapes.user_settings_answer(found, changed)
        case "meeting_security":
            return 200, shapes.user_security_answer(changed)
        case "meeting_authentication":
            return 200, shapes.user_authentication_answer(changed)
        case "recording_authentication":
            return 200, {"recording_authentication": False, "authentication_options": []}
        case _:
            raise objections.invalid([("option", "Invalid field.")])


def get_user_token(world: World, user: str) -> tuple[int, Json]:
    if request.args.get("type", "token") not in ("token", "zak", "onbehalf"):
        raise objections.invalid([("type", "Invalid field.")])
    return 200, {"token": world.new_zak(world.user(user).id)}


ROUTES = (
    Route("GET", "/users", Label.MEDIUM, "user:read:list_users", list_users),
    Route("GET", "/users/<user>", Label.LIGHT, "user:read:user", get_user),
    Route("GET", "/users/<user>/settings", Label.MEDIUM, "user:read:settings", get_user_settings),
    Route("GET", "/users/<user>/token", Label.LIGHT, "user:read:token", get_user_token),
)
