"""Which browser somebody uses, as far as it says so, and what to expect of Zoom in it. Nothing of it is kept."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Outlook(StrEnum):
    """What joining in this browser will be like."""

    GOOD = "good"
    APP_IS_BETTER = "app_is_better"
    OLD = "old"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Device:
    """The browser's name and version are empty when it does not say them in a way that we know."""

    browser: str
    version: str
    outlook: Outlook


#: How browsers name themselves, whoever imitates others first; and the version from which on we count on them: all of
#: these are several years old.
_BROWSERS = (
    ("Internet Explorer", re.compile(r"(?:MSIE |Trident/.*rv:)(\d{1,4})"), 1000),
    ("Edge", re.compile(r"Edg(?:A|iOS)?/(\d{1,4})"), 100),
    ("Opera", re.compile(r"OPR/(\d{1,4})"), 86),
    ("Samsung Internet", re.compile(r"SamsungBrowser/(\d{1,4})"), 18),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/(\d{1,4})"), 100),
    ("Chrome", re.compile(r"(?:Chrome|CriOS)/(\d{1,4})"), 100),
    ("Safari", re.compile(r"Version/(\d{1,4})[\d.]* (?:Mobile/\w+ )?Safari/"), 15),
)
_HANDHELD = re.compile(r"iPhone|iPad|iPod|Android|Mobile")


def recognise(user_agent: str) -> Device:
    for name, pattern, enough in _BROWSERS:
        if found := pattern.search(user_agent):
            old = int(found[1]) < enough
            better = Outlook.APP_IS_BETTER if _HANDHELD.search(user_agent) else Outlook.GOOD
            return Device(name, found[1], Outlook.OLD if old else better)
    return Device("", "", Outlook.UNKNOWN)
