"""The form with which the reception adds somebody who rings: a name is enough. The same fields as on the registration
page, in words for a third person, and without its traps."""

from dataclasses import replace
from typing import Any

from zoom_bridge.domain.question import Answer
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.web.fields import N_, Choice, Line, Passage
from zoom_bridge.web.registration_form import LONGEST_WISH, NameLine, OwnAddress, PersonForm


class CallerForm(PersonForm):
    first_name = NameLine(N_("First name"), missing=N_("Please enter the first name."))
    last_name = NameLine(N_("Last name"), missing=N_("Please enter the last name."))
    email = OwnAddress(N_("E‑mail address"))
    language = Choice(N_("Language of our letters"))
    needs = Passage(N_("What do they need to take part well?"), longest=LONGEST_WISH)
    asks = Passage(N_("What would they like to ask the panel?"), longest=LONGEST_WISH)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.language.offers = [("de", "Deutsch"), ("en", "English")]

    def lines(self) -> tuple[Line, ...]:
        return (*super().lines(), self.email, self.language)

    def read(self, answers: tuple[Answer, ...]) -> Attendee | None:
        caller = super().read(answers)
        return replace(caller, email=self.email.value, language=self.language.value) if caller else None
