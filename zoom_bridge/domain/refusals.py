"""The house says no to a person. A refusal is an answer, not an error: the doors give it a status and a page.

Refusal
├── NotFound                   no such event, registration, letter, or not for you
├── LinkExpired                a link that was good once
├── RegistrationRefused
│   ├── RegistrationNotOpen    not yet
│   ├── RegistrationClosed     no longer
│   ├── EventFull
│   ├── EventCancelled
│   └── EventOver
├── TooManyRequests            slow down
├── ChangedMeanwhile           somebody else changed it since it was looked at
├── NotPublishable             imprint or privacy notice missing, host missing
├── WallTimeRefused
│   ├── WallTimeMissing        02:30 on the night the clocks go forward
│   └── WallTimeDoubled        02:30 on the night the clocks go back: which one?
└── NotAllowed                 signed in, but without the right
"""


class Refusal(Exception):
    """The house says no to a person."""


class NotFound(Refusal): ...


class LinkExpired(Refusal): ...


class RegistrationRefused(Refusal): ...


class RegistrationNotOpen(RegistrationRefused): ...


class RegistrationClosed(RegistrationRefused): ...


class EventFull(RegistrationRefused): ...


class EventCancelled(RegistrationRefused): ...


class EventOver(RegistrationRefused): ...


class TooManyRequests(Refusal): ...


class ChangedMeanwhile(Refusal): ...


class NotPublishable(Refusal):
    """`missing` names what has to be filled in first: "imprint", "privacy"."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class WallTimeRefused(Refusal): ...


class WallTimeMissing(WallTimeRefused): ...


class WallTimeDoubled(WallTimeRefused): ...


class NotAllowed(Refusal): ...
