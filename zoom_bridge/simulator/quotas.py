"""Zoom's rate limits: labels per second and day for the account, and the daily ones per host and registrant.
Counted by the world's clock; days end at 00:00 UTC."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from zoom_bridge.simulator import objections
from zoom_bridge.simulator.unconfirmed import Unconfirmed

CHANGES_PER_HOST = 100
REGISTRATIONS_PER_REGISTRANT = 3
STATUS_CHANGES_PER_REGISTRANT = 10


class Label(StrEnum):
    LIGHT = "Light"
    MEDIUM = "Medium"
    HEAVY = "Heavy"
    INTENSIVE = "Resource-intensive"


# plan → label → (calls per window, per day); 0 means no limit. A window is a second, for the intensive ones a minute.
PLANS: dict[str, dict[Label, tuple[int, int]]] = {
    "free": {
        Label.LIGHT: (4, 6000),
        Label.MEDIUM: (2, 2000),
        Label.HEAVY: (1, 1000),
        Label.INTENSIVE: (10, 30_000),
    },
    "pro": {
        Label.LIGHT: (30, 0),
        Label.MEDIUM: (20, 0),
        Label.HEAVY: (10, 30_000),
        Label.INTENSIVE: (10, 30_000),
    },
    "business": {
        Label.LIGHT: (80, 0),
        Label.MEDIUM: (60, 0),
        Label.HEAVY: (40, 60_000),
        Label.INTENSIVE: (20, 60_000),
    },
    "unlimited": {},
}
# In these plans Heavy and Resource-intensive draw on one daily pool.
SHARE_A_POOL = ("pro", "business")


class Quotas:
    """Spending raises an Objection when nothing is left. Refused requests are not counted."""

    def __init__(self, plan: str, now: Callable[[], datetime], unconfirmed: Unconfirmed | None = None) -> None:
        self.plan = plan
        self._now = now
        self._unconfirmed = unconfirmed or Unconfirmed()
        self._day: datetime | None = None
        self._windows: dict[Label, tuple[datetime, int]] = {}
        self._today: Counter[tuple[str, ...]] = Counter()

    def spend_label(self, label: Label) -> dict[str, str]:
        """The headers that a good answer carries."""
        limit, per_day = PLANS[self.plan].get(label, (0, 0))
        if not limit:
            return {}
        window = self._now().replace(microsecond=0)
        if label is Label.INTENSIVE:
            window = window.replace(second=0)
        began, spent = self._windows.get(label, (window, 0))
        spent = spent if began == window else 0
        if spent >= limit:
            raise objections.too_fast(label, limit, retry_after=self._unconfirmed.retry_after_per_second)
        if per_day:
            pooled = label in (Label.HEAVY, Label.INTENSIVE) and self.plan in SHARE_A_POOL
            self._spend_today([("label", "pool" if pooled else label)], per_day, label)
        self._windows[label] = window, spent + 1
        return {
            "X-RateLimit-Category": label,
            "X-RateLimit-Type": "QPS",
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - spent - 1),
        }

    def spend_change(self, host_id: str) -> None:
        """Creating and updating count together, for the host's whole day."""
        text = (
            f"You have exceeded the daily rate limit ({CHANGES_PER_HOST}) of Meeting Create/Update API requests "
            "permitted for this particular user. You may resume these requests at GMT 00:00:00."
        )
        self._spend_today([("change", host_id)], CHANGES_PER_HOST, Label.LIGHT, text)

    def spend_registrations(self, webinar_id: int, emails: Iterable[str]) -> None:
        """All or none: a batch fails as a whole."""
        place = "all" if self._unconfirmed.three_adds_over_all_webinars else str(webinar_id)
        keys = {("registration", place, email.strip().lower()): email for email in emails}
        spent = [email for key, email in keys.items() if self.spent_today(*key) >= REGISTRATIONS_PER_REGISTRANT]
        text = (
            f"You have exceeded the daily rate limit of ({REGISTRATIONS_PER_REGISTRANT}) for Add a webinar registrant "
            f"API requests for the registrant ({', '.join(spent)}). You can resume these API requests at GMT 00:00:00."
        )
        self._spend_today(keys, REGISTRATIONS_PER_REGISTRANT, Label.LIGHT, text)

    def spend_status_changes(self, webinar_id: int, registrant_ids: Iterable[str]) -> None:
        whose = ["all"] if self._unconfirmed.status_limit_shared else list(registrant_ids)
        keys = {("status", str(webinar_id), registrant_id) for registrant_id in whose}
        self._spend_today(keys, STATUS_CHANGES_PER_REGISTRANT, Label.MEDIUM)

    def spent_today(self, *key: str) -> int:
        self._turn_the_page()
        return self._today[key]

    def _spend_today(self, keys: Iterable[tuple[str, ...]], limit: int, label: Label, text: str = "") -> None:
        keys = list(keys)
        if any(self.spent_today(*key) >= limit for key in keys):
            tomorrow = self._now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            raise objections.too_many_today(label, limit, tomorrow, text)
        self._today.update(keys)

    def _turn_the_page(self) -> None:
        day = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        if day != self._day:
            self._day = day
            self._today.clear()
