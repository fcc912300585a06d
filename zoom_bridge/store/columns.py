"""Kinds of columns: instants, wall times, small lists kept with their row, and what a row that needs work carries."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
    false,
    text,
    true,
)

from zoom_bridge.domain.poll import Poll, PollKind
from zoom_bridge.domain.question import Answer, Question, QuestionKind
from zoom_bridge.domain.reminder_rule import ReminderRule, Unit


class Instant(TypeDecorator[datetime]):
    """Aware UTC instants. Naive values are rejected; SQLite, which keeps no zone, gets them as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WallTime(TypeDecorator[datetime]):
    """Naive wall times, to be read together with a time zone."""

    impl = String(19)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is not None and value.tzinfo is not None:
            raise ValueError(f"a wall time has no zone: {value!r}")
        return value.isoformat(timespec="seconds") if value is not None else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return datetime.fromisoformat(value) if value is not None else None


class Parts(TypeDecorator[tuple[Any, ...]]):
    """A few small dataclasses that are only ever read and written with their row, as JSON. Empty text: none."""

    impl = Text
    cache_ok = True

    def __init__(self, read: Callable[..., Any]) -> None:
        super().__init__()
        self.read = read

    def process_bind_param(self, value: tuple[Any, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return json.dumps([asdict(part) for part in value], ensure_ascii=False) if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Any, ...]:  # noqa: ARG002
        return tuple(self.read(**part) for part in json.loads(value)) if value else ()


class Names(TypeDecorator[tuple[str, ...]]):
    """A few names from a list of ours, with commas between. Empty text: none."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return ",".join(value or ())

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(value.split(",")) if value else ()


def question(kind: str, choices_de: list[str], choices_en: list[str], **rest: Any) -> Question:
    return Question(kind=QuestionKind(kind), choices_de=tuple(choices_de), choices_en=tuple(choices_en), **rest)


def poll(kind: str, choices: list[str], **rest: Any) -> Poll:
    return Poll(kind=PollKind(kind), choices=tuple(choices), **rest)


def reminder_rule(amount: int, unit: str) -> ReminderRule:
    return ReminderRule(amount, Unit(unit))


def answer(texts: list[str], **rest: Any) -> Answer:
    return Answer(texts=tuple(texts), **rest)


def words(name: str, length: int | None = None) -> Column[str]:
    """Text that is empty rather than missing."""
    return Column(name, String(length) if length else Text, nullable=False, server_default=text("''"))


def switch(name: str, *, on: bool = False) -> Column[bool]:
    """Off, unless somebody switched it on; with `on` the other way round."""
    return Column(name, Boolean, nullable=False, server_default=true() if on else false())


def work() -> tuple[Column[Any], ...]:
    """What a row that needs work carries. `due_at` empty: nothing to do."""
    return (
        Column("due_at", Instant),
        Column("claim", String(64)),
        Column("claimed_until", Instant),
        Column("attempts", Integer, nullable=False, server_default=text("0")),
        Column("last_error", Text),
        Column("gave_up_at", Instant),
    )


def due_index(name: str, *columns: str) -> Index:
    """Finds due rows among millions that are done: only rows with work are in it."""
    return Index(
        f"ix_{name}_due", "due_at", *columns, sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    )  # fmt: skip
