"""What letters are called. Reminders are called by how long before the start they leave, so each of an event's has a
name of its own."""

from collections.abc import Mapping

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind, Message
from zoom_bridge.domain.reminder import planned_reminders
from zoom_bridge.domain.reminder_rule import ReminderRule, Unit
from zoom_bridge.i18n import Speech
from zoom_bridge.web.in_words import LETTERS


def reminder_name(kind: Kind, code: str, speech: Speech) -> str:
    """By the code of its rule; without one, by its kind alone."""
    rule = ReminderRule.read(code)
    if rule is None:
        return speech.say(LETTERS[kind])
    number = speech.number(rule.amount)
    if rule.unit is Unit.DAYS:
        if rule.amount == 1:
            return speech.say("Reminder the day before")
        return speech.say("Reminder %(number)s days before", number=number)
    if rule.unit is Unit.MINUTES:
        return speech.say("Join link %(number)s minutes before", number=number)
    if rule.amount == 1:
        return speech.say("Join link one hour before")
    return speech.say("Join link %(number)s hours before", number=number)


def kind_name(kind: Kind, event: Event, speech: Speech) -> str:
    """As this event knows it: a kind with one reminder is called like that."""
    codes = [reminder.rule for reminder in planned_reminders(event) if reminder.kind is kind]
    return reminder_name(kind, codes[0] if len(codes) == 1 else "", speech)


def letter_name(letter: Message, rules: Mapping[int, str], speech: Speech) -> str:
    """`rules`: the codes of the event's reminders, by their number."""
    return reminder_name(letter.kind, rules.get(letter.reminder_id or 0, ""), speech)
