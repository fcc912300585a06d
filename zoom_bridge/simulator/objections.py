"""Zoom says no: every error answer of the API, with Zoom's own status, code and words."""

from collections.abc import Sequence
from datetime import datetime

from zoom_bridge.simulator.records import Json


class Objection(Exception):
    """Becomes `{"code": …, "message": …}`; problems are pairs of field and message."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        problems: Sequence[tuple[str, str]] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.problems = tuple(problems)
        self.headers = headers or {}

    def body(self) -> Json:
        body: Json = {"code": self.code, "message": self.message}
        if self.problems:
            body["errors"] = [{"field": name, "message": text} for name, text in self.problems]
        return body


def invalid(problems: Sequence[tuple[str, str]]) -> Objection:
    return Objection(400, 300, "Validation Failed.", problems)


def bad_request(message: str) -> Objection:
    return Objection(400, 300, message)


def bad_token(expired: bool = False) -> Objection:
    return Objection(401, 124, "Access token is expired." if expired else "Invalid access token.")


def scope_missing(scopes: Sequence[str]) -> Objection:
    return Objection(400, 4711, f"Invalid access token, does not contain scopes:[{', '.join(scopes)}].")


def no_licence() -> Objection:
    return Objection(
        400,
        200,
        "Webinar plan is missing. You must subscribe to the webinar plan and enable webinars for this user in "
        "order to perform this action.",
    )


def no_such_user(user: str) -> Objection:
    return Objection(404, 1001, f"User does not exist: {user}.")


def no_such_webinar(webinar: object) -> Objection:
    return Objection(404, 3001, f"Webinar does not exist: {webinar}.")


def not_ended() -> Objection:
    return Objection(404, 3001, "Webinar ID is invalid or not end.")


def registration_is_off(code: int = 3000) -> Objection:
    return Objection(400, code, "Registration has not been enabled for this webinar.")


def webinar_is_over() -> Objection:
    return Objection(400, 3038, "Webinar is over, you cannot register now.")


def hosts_cannot_register() -> Objection:
    return Objection(400, 3027, "Host cannot register.")


def panelists_cannot_register() -> Objection:
    return Objection(400, 3000, "You have been invited as a panelist and cannot register.")


def was_denied() -> Objection:
    # The exact answer is not documented; the fact that a denied address cannot come back by itself is.
    return Objection(400, 3000, "Your registration for this webinar has been denied.")


FULL_ON_ADD, FULL_ON_STATUS, FULL_ON_BATCH = 3000, 3035, 3043


def full(code: int) -> Objection:
    texts = {
        FULL_ON_ADD: "You have reached the limit for the number of attendees for this account.",
        FULL_ON_STATUS: "Webinar capacity has been reached.",
        FULL_ON_BATCH: "Webinar has reached maximum attendee capacity.",
    }
    return Objection(400, code, texts[code])


def no_such_registrant(code: int = 3079) -> Objection:
    return Objection(400, code, "This registrant does not exist.")


def too_many_panelists(most: int) -> Objection:
    return Objection(400, 3000, f"A maximum of {most} panelists are allowed in this webinar.")


def no_such_occurrence(occurrence: str) -> Objection:
    return Objection(400, 3000, f"Webinar occurrence does not exist: {occurrence}.")


def no_such_poll(poll: str) -> Objection:
    return Objection(404, 3001, f"Poll does not exist: {poll}.")


def polls_are_off() -> Objection:
    return Objection(400, 4400, "Webinar polls disabled.")


def poll_has_begun() -> Objection:
    return Objection(400, 3000, "This poll has been started already and cannot be changed.")


def no_recording() -> Objection:
    return Objection(404, 3301, "This recording does not exist.")


def too_old() -> Objection:
    return Objection(400, 12702, "Reports are only available for webinars of the last year.")


def no_questions() -> Objection:
    return Objection(400, 3000, "Questions are not allowed in this webinar.")


def no_survey() -> Objection:
    return Objection(400, 3000, "Survey is disabled.")


def not_running() -> Objection:
    return Objection(400, 3000, "The webinar has not started.")


def large_page() -> Objection:
    return bad_request("The page size must not be larger than 300.")


def stale_page() -> Objection:
    return bad_request("The next page token is invalid or expired.")


def too_fast(label: str, limit: int, retry_after: bool = False) -> Objection:
    headers = _rate_headers(label, "QPS", limit) | ({"Retry-After": "1"} if retry_after else {})
    return Objection(
        429, 429, "You have reached the maximum per-second rate limit for this API. Try again later.", (), headers
    )


def too_many_today(label: str, limit: int, resumes: datetime, message: str = "") -> Objection:
    """Retry-After of the daily limits is an ISO date-time, neither seconds nor an HTTP date."""
    headers = _rate_headers(label, "Daily-limit", limit) | {"Retry-After": resumes.strftime("%Y-%m-%dT%H:%M:%SZ")}
    text = message or (
        "You have reached the maximum daily rate limit for this API. Refer to the response header for details on "
        "when you can make another request."
    )
    return Objection(429, 429, text, (), headers)


def _rate_headers(label: str, kind: str, limit: int) -> dict[str, str]:
    return {
        "X-RateLimit-Category": label,
        "X-RateLimit-Type": kind,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": "0",
    }
