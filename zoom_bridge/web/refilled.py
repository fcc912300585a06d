"""Event forms that are not empty: of an event that there is, of one that is to be copied, and a new one with what the
house knows already. Each is the fields as they would have to be submitted."""

from dataclasses import asdict
from typing import Any

from werkzeug.datastructures import MultiDict

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.instance import Instance
from zoom_bridge.domain.poll import Poll
from zoom_bridge.domain.question import Question
from zoom_bridge.domain.reminder_rule import DEFAULT_RULES, ReminderRule
from zoom_bridge.web.form_moments import MOMENTS, moment_fields
from zoom_bridge.web.form_rows import row_of

Fields = MultiDict[str, str]
Rows = dict[str, list[dict[str, Any]]]

_HELP = ("help_name", "help_phone", "help_hours", "help_email")
_HOST = ("hosted_by", "hosted_by_url", "hosted_by_logo")
#: Of an evening that was, and not of the next one.
_OF_THAT_DAY = (
    "starts_day", "starts_which", "ends_day", "ends_which", "recording_url",
    *(f"{moment}_{part}" for moment in ("opens", "closes") for part in ("day", "clock", "which")),
)  # fmt: skip


def fields_of(event: Event) -> Fields:
    """This event."""
    fields: Fields = MultiDict()
    for name, value in asdict(event).items():
        if isinstance(value, str):
            fields[name] = value
        elif isinstance(value, bool) and value:
            fields[name] = "y"
    fields.update({f"follow_up_{name}": "y" for name in event.follow_ups})
    fields["capacity"] = str(event.capacity or "")
    for moment in MOMENTS:
        if instant := getattr(event, f"{moment}_at"):
            fields.update(moment_fields(moment, instant, event.timezone))
    if fields["ends_day"] == fields["starts_day"]:
        del fields["ends_day"]
    rows: Rows = {
        "partners": [asdict(partner) for partner in event.partners],
        "panelists": [asdict(panelist) for panelist in event.panelists],
        "questions": [_question(question) for question in event.questions],
        "polls": [_poll(poll) for poll in event.polls],
        "reminders": [_reminder(rule) for rule in event.reminders],
    }
    fields.update(_in_rows(rows))
    return fields


def fields_of_copy(event: Event) -> Fields:
    """The same at another time. Which event it is a copy of rides in the form: its letters' own words come along."""
    fields = fields_of(event)
    fields["copied"] = str(event.id)
    for name in _OF_THAT_DAY:
        fields.poplist(name)
    return fields


def fields_to_begin_with(instance: Instance, latest: Event | None, zoom_host: str) -> Fields:
    """A new event. Who invites and whom to ring comes from the settings, or else from the latest event."""
    fields: Fields = MultiDict(
        {
            "timezone": latest.timezone if latest else "Europe/Berlin",
            "zoom_host": zoom_host or (latest.zoom_host if latest else ""),
            "waiting_list": "y",
            "double_opt_in": "y",
            "practice_session": "y",
            "welcome_zoom": "y",
            **_in_rows({"reminders": [_reminder(rule) for rule in DEFAULT_RULES]}),
        }
    )
    of_house = {name: getattr(instance, name) for name in _HELP}
    fields.update(of_house if any(of_house.values()) or latest is None else _of(latest, _HELP))
    host = {"hosted_by": instance.name, "hosted_by_url": instance.url}
    fields.update(host if instance.name or latest is None else _of(latest, _HOST))
    return fields


def _of(event: Event, names: tuple[str, ...]) -> dict[str, str]:
    return {name: getattr(event, name) for name in names}


def _in_rows(rows: Rows) -> dict[str, Any]:
    return {
        row_of(kind, number) + part: text
        for kind, parts in rows.items()
        for number, row in enumerate(parts)
        for part, text in row.items()
    }


def _reminder(rule: ReminderRule) -> dict[str, str]:
    return {"amount": str(rule.amount), "unit": str(rule.unit)}


def _poll(poll: Poll) -> dict[str, str]:
    row = {
        "key": poll.key,
        "question": poll.question,
        "kind": str(poll.kind),
        "choices": "\n".join(poll.choices),
    }
    return row | ({"anonymous": "y"} if poll.anonymous else {})


def _question(question: Question) -> dict[str, str]:
    row = {
        "key": question.key,
        "kind": str(question.kind),
        "labelde": question.label_de,
        "labelen": question.label_en,
        "choicesde": "\n".join(question.choices_de),
        "choicesen": "\n".join(question.choices_en),
    }
    return row | ({"required": "y"} if question.required else {})
