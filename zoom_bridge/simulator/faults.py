"""Zoom's moods, as switches that read like a story: `faults.lose_answer("POST", "/webinars")`, `faults.down()`,
`faults.clear()`. What they do to a request is in `weather.py`; those that concern a single rule are asked for there."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from threading import Lock


class Kind(StrEnum):
    """The first group happens on the line (weather.py), the second inside Zoom."""

    STATUS = "status"
    BAD_GATEWAY_PAGE = "bad_gateway_page"
    OK_PAGE = "ok_page"
    TOO_MANY = "too_many"
    AT_THE_SAME_TIME = "at_the_same_time"
    UNAUTHORISED = "unauthorised"
    REDIRECT = "redirect"
    DOWN = "down"
    CUT_OFF = "cut_off"
    REQUEST_LOST = "request_lost"
    ANSWER_LOST = "answer_lost"
    TWICE = "twice"
    SLOW = "slow"
    DRIP = "drip"
    BROKEN_JSON = "broken_json"
    TRUNCATED = "truncated"
    STRANGE_FIELDS = "strange_fields"
    TEXT_IDS = "text_ids"

    NO_LICENCE = "no_licence"
    FULL = "full"
    STALE_LISTS = "stale_lists"
    LOST_PAGE = "lost_page"
    THIN_REPORT = "thin_report"
    LATE_REPORT = "late_report"
    SLOW_RECORDINGS = "slow_recordings"
    UNKNOWN_CLIENT = "unknown_client"


INSIDE_ZOOM = (
    Kind.NO_LICENCE,
    Kind.FULL,
    Kind.STALE_LISTS,
    Kind.LOST_PAGE,
    Kind.THIN_REPORT,
    Kind.LATE_REPORT,
    Kind.SLOW_RECORDINGS,
    Kind.UNKNOWN_CLIENT,
)


class RetryAfter(StrEnum):
    """The ways in which a 429 says (or does not say) when to come back."""

    NOTHING = "nothing"
    SECONDS = "seconds"
    ISO = "iso"
    HTTP_DATE = "http_date"
    DAILY = "daily"
    NONSENSE = "nonsense"


class Webhooks(StrEnum):
    """Moods of the webhook sender; several can hold at once.

    doubled   a second delivery of the same, with another id
    replayed  the same delivery a second time, to the byte
    reworded  a second delivery that says the same in another order
    foreign   and a copy of it from an account nobody knows
    unsigned, forged, stale   no signature, one of another secret, one of three hours ago
    """

    DOUBLED = "doubled"
    SHUFFLED = "shuffled"
    LATE = "late"
    HELD = "held"
    DROPPED = "dropped"
    REPLAYED = "replayed"
    REWORDED = "reworded"
    FOREIGN = "foreign"
    UNSIGNED = "unsigned"
    FORGED = "forged"
    STALE = "stale"


class Next(StrEnum):
    """What can befall a single webhook, the next one of its name."""

    LOST = "lost"
    HELD = "held"


@dataclass(kw_only=True)
class Fault:
    """method, path  which requests it strikes: `*` any; the path is a pattern that the end of the address must match
    times         how many it still strikes; None: until cleared
    """

    kind: Kind
    method: str = "*"
    path: str = "*"
    times: int | None = None
    status: int = 500
    seconds: float = 0.0
    retry_after: RetryAfter = RetryAfter.NOTHING

    def strikes(self, method: str, path: str) -> bool:
        return self.method in ("*", method) and fnmatchcase(path, "*" + self.path)


class Faults:
    """Every method that switches something on returns the Fault, so that a story can look how often it still strikes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []
        self._moods: set[Webhooks] = set()
        self.late_by = timedelta(minutes=1)
        self.clock_off = timedelta(0)
        self.lost_events: set[str] = set()
        self._next: list[tuple[Next, str]] = []
        self.missing_scopes: set[str] = set()
        self.changed_settings: dict[str, object] = {}
        self.token_generation = 0

    # On the line

    def fail(self, status: int = 500, method: str = "*", path: str = "*", times: int | None = 1) -> Fault:
        """A server error as JSON."""
        return self.add(Fault(kind=Kind.STATUS, status=status, method=method, path=path, times=times))

    def answer_with_a_page(
        self, status: int = 502, method: str = "*", path: str = "*", times: int | None = 1
    ) -> Fault:
        """HTML where JSON should be; with 200 the request was never carried out either."""
        kind = Kind.OK_PAGE if status == 200 else Kind.BAD_GATEWAY_PAGE
        return self.add(Fault(kind=kind, status=status, method=method, path=path, times=times))

    def too_many(
        self,
        retry_after: RetryAfter = RetryAfter.NOTHING,
        seconds: float = 30,
        method: str = "*",
        path: str = "*",
        times: int | None = 1,
    ) -> Fault:
        fault = Fault(kind=Kind.TOO_MANY, method=method, path=path, times=times)
        fault.retry_after, fault.seconds = retry_after, seconds
        return self.add(fault)

    def at_the_same_time(self, method: str = "*", path: str = "/v2/*", times: int | None = 1) -> Fault:
        """429: something else is being done to the same thing just now."""
        return self.add(Fault(kind=Kind.AT_THE_SAME_TIME, method=method, path=path, times=times))

    def refuse_token(self, method: str = "*", path: str = "*", times: int | None = 1) -> Fault:
        """401 code 124, though the token is good."""
        return self.add(
            Fault(kind=Kind.UNAUTHORISED, method=method, path="/v2/*" if path == "*" else path, times=times)
        )

    def redirect(self, method: str = "*", path: str = "*", times: int | None = 1) -> Fault:
        """To another host, which must never see the token."""
        return self.add(Fault(kind=Kind.REDIRECT, method=method, path=path, times=times))

    def down(self, cut: bool = False) -> Fault:
        """Nothing works until cleared: 503, or no answer at all."""
        return self.add(Fault(kind=Kind.CUT_OFF if cut else Kind.DOWN))

    def lose_answer(self, method: str = "*", path: str = "*", times: int | None = 1) -> Fault:
        """It is done, and then the line is cut."""
        return self.add(Fault(kind=Kind.ANSWER_LOST, method=method, path=path, times=times))

    def lose_request(self, method: str = "*", path: str = "*", times: int | None = 1) -> Fault:
        """The line is cut, and nothing was done."""
        return self.add(Fault(kind=Kind.REQUEST_LOST, method=method, path=path, times=times))

    def do_twice(self, method: str = "POST", path: str = "*", times: int | None = 1) -> Fault:
        """Something on the way sends the request a second time; the second answer comes back."""
        return self.add(Fault(kind=Kind.TWICE, method=method, path=path, times=times))

    def slow(self, seconds: float, method: str = "*", path: str = "*", times: int | None = None) -> Fault:
        """Waits before it answers. Only of use where Zoom is a process of its own."""
        return self.add(Fault(kind=Kind.SLOW, seconds=seconds, method=method, path=path, times=times))

    def drip(self, seconds: float = 1.0, method: str = "*", path: str = "*", times: int | None = 1) -> Fault:
        """The body comes a byte at a time."""
        return self.add(Fault(kind=Kind.DRIP, seconds=seconds, method=method, path=path, times=times))

    def break_json(self, method: str = "*", path: str = "*", times: int | None = 1) -> Fault:
        """Done, but the answer is no JSON."""
        return self.add(Fault(kind=Kind.BROKEN_JSON, method=method, path=path, times=times))

    def truncate(self, method: str = "*", path: str = "*", times: int | None = 1) -> Fault:
        """Done, but the answer ends in its middle."""
        return self.add(Fault(kind=Kind.TRUNCATED, method=method, path=path, times=times))

    def strange_fields(self) -> Fault:
        """Every answer has fields nobody knows, and nulls."""
        return self.add(Fault(kind=Kind.STRANGE_FIELDS))

    def text_ids(self) -> Fault:
        """Every id is text."""
        return self.add(Fault(kind=Kind.TEXT_IDS))

    # Inside Zoom

    def revoke_tokens(self) -> None:
        """All tokens given out so far are dead; a new one can be had."""
        with self._lock:
            self.token_generation += 1

    def take_scope(self, scope: str) -> None:
        """A granular name without `:admin`, for example `webinar:write:webinar`."""
        with self._lock:
            self.missing_scopes.add(scope)

    def change_setting(self, name: str, value: object) -> None:
        """Somebody changed a setting of the users, for example `recording.cloud_recording`."""
        with self._lock:
            self.changed_settings[name] = value

    def wrong_secret(self) -> Fault:
        """Somebody made a new client secret in the Marketplace; ours is not good any more."""
        return self.add(Fault(kind=Kind.UNKNOWN_CLIENT))

    def wrong_clock(self, by: timedelta) -> None:
        """The caller's clock is wrong, seen from here: our answers and webhooks are dated so much later."""
        with self._lock:
            self.clock_off = by

    def no_licence(self) -> Fault:
        return self.add(Fault(kind=Kind.NO_LICENCE))

    def full(self) -> Fault:
        """No webinar takes another registrant."""
        return self.add(Fault(kind=Kind.FULL))

    def stale_lists(self, seconds: float = 60, times: int | None = None) -> Fault:
        """Lists do not show what was made less than so many seconds ago."""
        return self.add(Fault(kind=Kind.STALE_LISTS, seconds=seconds, times=times))

    def lose_page(self, times: int | None = 1) -> Fault:
        """A next_page_token is refused as expired."""
        return self.add(Fault(kind=Kind.LOST_PAGE, times=times))

    def thin_report(self, times: int | None = 1) -> Fault:
        """The participant report has only half of its rows yet, without durations."""
        return self.add(Fault(kind=Kind.THIN_REPORT, times=times))

    def late_report(self, seconds: float = 600, times: int | None = None) -> Fault:
        """There is no participant report until so long after the end."""
        return self.add(Fault(kind=Kind.LATE_REPORT, seconds=seconds, times=times))

    def slow_recordings(self, seconds: float = 3600, times: int | None = 1) -> Fault:
        """The recording of the next webinar that ends is ready only then; recording.completed comes as late."""
        return self.add(Fault(kind=Kind.SLOW_RECORDINGS, seconds=seconds, times=times))

    # Webhooks

    def webhooks(self, *moods: Webhooks) -> None:
        """These moods from now on and no others; what is already on its way keeps its own."""
        with self._lock:
            self._moods = set(moods)

    def lose_events(self, *events: str) -> None:
        """Webhooks of these names never come, for example `webinar.participant_left`."""
        with self._lock:
            self.lost_events = set(events)

    def next_webhook(self, what: Next, event: str = "") -> None:
        """Of this name, or whatever comes next. Said twice, it befalls two."""
        with self._lock:
            self._next.append((what, event))

    def befalls(self, event: str) -> Next | None:
        """What was wished for the next webhook of this name; it counts."""
        with self._lock:
            for wish in self._next:
                if wish[1] in ("", event):
                    self._next.remove(wish)
                    return wish[0]
        return None

    @property
    def expecting(self) -> list[tuple[Next, str]]:
        with self._lock:
            return list(self._next)

    @property
    def moods(self) -> frozenset[Webhooks]:
        with self._lock:
            return frozenset(self._moods)

    # All of them

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._faults.append(fault)
        return fault

    def remove(self, number: int) -> None:
        with self._lock:
            if 0 <= number < len(self._faults):
                del self._faults[number]

    def clear(self) -> None:
        """Fair weather. Held webhooks go out, revoked tokens stay dead."""
        with self._lock:
            self._faults.clear()
            self._moods.clear()
            self.missing_scopes.clear()
            self.changed_settings.clear()
            self.lost_events.clear()
            self._next.clear()
            self.clock_off = timedelta(0)

    def holding(self) -> list[Fault]:
        with self._lock:
            return [fault for fault in self._faults if fault.times != 0]

    def strike(self, method: str, path: str) -> Fault | None:
        """The first fault of the line that this request meets; it counts."""
        with self._lock:
            for fault in self._faults:
                if fault.kind not in INSIDE_ZOOM and fault.strikes(method, path) and self._spend(fault):
                    return fault
        return None

    def meets(self, kind: Kind) -> Fault | None:
        """One of Zoom's inside, if it is switched on; it counts."""
        with self._lock:
            for fault in self._faults:
                if fault.kind is kind and self._spend(fault):
                    return fault
        return None

    @staticmethod
    def _spend(fault: Fault) -> bool:
        if fault.times is None:
            return True
        if fault.times == 0:
            return False
        fault.times -= 1
        return True
