"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

#: A Tuesday morning, six days before the builders' event.
NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


class Clock:
    """Called like the house's clock, it tells its instant. It also steps by days, hours, minutes and seconds."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        self.now += by if by is not None else timedelta(**parts)
        return self.now

    def set(self, now: datetime) -> datetime:
        assert now.tzinfo is not None, "the clock tells aware instants"
        self.now = now.astimezone(UTC)
        return self.now
