"""Zoom's rate limits: labels per second and day for the account, and the daily ones per host and registrant.
Counted by the world's clock; days end at 00:00 UTC."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from zoom_bridge.simulator import objections

CHANGES_PER_HOST = 100
REGISTRATIONS_PER_REGISTRANT = 3
STATUS_CHANGES_PER_REGISTRANT = 10


class Label(StrEnum):
    LIGHT = "Light"
    MEDIUM = "Medium"
    HEAVY = "Heavy"
    NONE = ""


# plan → label → (per second, per day); 0 means no limit. Pro and above share one daily pool for Heavy.
PLANS: dict[str, dict[Label, tuple[int, int]]] = {
    "free": {Label.LIGHT: (4, 6000), Label.MEDIUM: (2, 2000), Label.HEAVY: (1, 1000)},
    "pro": {Label.LIGHT: (30, 0), Label.MEDIUM: (20, 0), Label.HEAVY: (10, 30_000)},
    "business": {Label.LIGHT: (80, 0), Label.MEDIUM: (60, 0), Label.HEAVY: (40, 60_000)},
    "unlimited": {},
}


class Quotas:
    """Spending raises an Objection when nothing is left. Refused requests are not counted."""

    def __init__(self, plan: str, now: Callable[[], datetime]) -> None:
        self.plan = plan
        self._now = now
        self._second: datetime | None = None
        self._day: datetime | None = None
        self._this_second: Counter[Label] = Counter()
        self._today: Counter[tuple[str, ...]] = Counter()

    def spend_label(self, label: Label) -> dict[str, str]:
        """The headers that a good answer carries."""
        per_second, per_day = PLANS[self.plan].get(label, (0, 0))
        self._turn_the_page()
        if per_second and self._this_second[label] >= per_second:
            raise objections.too_fast(label, per_second)
        if per_day:
            self._spend_today([("label", label)], per_day, label)
        self._this_second[label] += 1
        if not per_second:
            return {}
        return {
            "X-RateLimit-Category": label,
            "X-RateLimit-Type": "QPS",
            "X-RateLimit-Limit": str(per_second),
            "X-RateLimit-Remaining": str(per_second - self._this_second[label]),
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
        keys = {("registration", str(webinar_id), email.lower()): email for email in emails}
        spent = [email for key, email in keys.items() if self.spent_today(*key) >= REGISTRATIONS_PER_REGISTRANT]
        text = (
            f"You have exceeded the daily rate limit of ({REGISTRATIONS_PER_REGISTRANT}) for Add a webinar registrant "
            f"API requests for the registrant ({', '.join(spent)}). You can resume these API requests at GMT 00:00:00."
        )
        self._spend_today(keys, REGISTRATIONS_PER_REGISTRANT, Label.LIGHT, text)

    def spend_status_changes(self, webinar_id: int, registrant_ids: Iterable[str]) -> None:
        keys = [("status", str(webinar_id), registrant_id) for registrant_id in registrant_ids]
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
        now = self._now()
        second, day = now.replace(microsecond=0), now.replace(hour=0, minute=0, second=0, microsecond=0)
        if second != self._second:
            self._second = second
            self._this_second.clear()
        if day != self._day:
            self._day = day
            self._today.clear()
