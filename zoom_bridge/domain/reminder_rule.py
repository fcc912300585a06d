"""A reminder rule: how long before the start everybody registered is written to. Days are counted on the wall clock,
hours and minutes in real time."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"


_CODE = re.compile("([0-9]{1,3})([dhm])")


@dataclass(frozen=True)
class ReminderRule:
    amount: int
    unit: Unit

    @property
    def code(self) -> str:
        """Short and stable: "1d", "2h", "30m". It tells reminders of one event apart."""
        return f"{self.amount}{self.unit[0]}"

    @classmethod
    def read(cls, code: str) -> "ReminderRule | None":
        """The rule with this code; None when there can be none."""
        found = _CODE.fullmatch(code)
        units = {unit[0]: unit for unit in Unit}
        rule = cls(int(found[1]), units[found[2]]) if found else None
        return rule if rule and rule.amount in AMOUNTS[rule.unit] else None

    @property
    def minutes(self) -> int:
        """How long before, as far as the clocks are not changed meanwhile: two rules alike in this are one."""
        return self.amount * _MINUTES[self.unit]


_MINUTES = {Unit.DAYS: 24 * 60, Unit.HOURS: 60, Unit.MINUTES: 1}
#: Earlier nobody makes plans by it, later it arrives when the event has begun.
AMOUNTS = {Unit.DAYS: range(1, 61), Unit.HOURS: range(1, 73), Unit.MINUTES: range(5, 181)}

DEFAULT_RULES = (ReminderRule(1, Unit.DAYS), ReminderRule(1, Unit.HOURS))
#: More than these would be a nuisance.
MOST_RULES = 6
