"""What the doctor found, in the reader's language: as lines for a terminal, and as JSON for programs."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from zoom_bridge.domain.finding import Finding
from zoom_bridge.i18n import Speech
from zoom_bridge.web.backstage import HOUSE_ZONE
from zoom_bridge.web.in_words import failure_in_words

_MARKS = {True: "✓", False: "✗", None: "–"}


def lines(findings: Sequence[Finding], speech: Speech) -> Iterator[str]:
    for finding in findings:
        yield f"{_MARKS[finding.good]} {says(finding, speech)}"
        if finding.do:
            yield f"    → {_filled(finding.do, finding, speech)}"
    bad = sum(finding.good is False for finding in findings)
    yield ""
    yield (
        speech.say_n("One thing is not in order.", "%(n)s things are not in order.", bad)
        if bad
        else speech.say("Everything that was asked is in order.")
    )


def as_json(findings: Sequence[Finding], speech: Speech) -> str:
    checks = [
        {
            "id": finding.id,
            "ok": finding.good,
            "says": says(finding, speech),
            "do": _filled(finding.do, finding, speech) if finding.do else "",
        }
        for finding in findings
    ]
    return json.dumps({"checks": checks}, ensure_ascii=False, indent=2)


def says(finding: Finding, speech: Speech) -> str:
    said = _filled(finding.says, finding, speech)
    return f"{said} {failure_in_words(finding.error, speech)}" if finding.error else said


def _filled(text: str, finding: Finding, speech: Speech) -> str:
    values = {
        name: speech.moment(value, HOUSE_ZONE) if isinstance(value, datetime) else value
        for name, value in finding.values.items()
    }
    # What a permission is for is a text of ours as well.
    if "purpose" in values:
        values["purpose"] = speech.say(str(values["purpose"]))
    return speech.say(text) % values if values else speech.say(text)
