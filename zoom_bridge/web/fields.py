"""Kinds of form fields: what somebody typed, cleaned, and what it means. Each refuses with a sentence that says what
to do. What belongs together across fields is decided in `forms.py`."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, time
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from wtforms import BooleanField, Form, StringField
from wtforms.validators import StopValidation

from zoom_bridge.i18n import Speech

# C0 and C1 controls, separators, byte order mark, lone surrogates, and the characters that turn the order of what
# follows: invisible in a form, dangerous in a subject line, and PostgreSQL keeps no NUL.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BREAK = re.compile("\r\n?|[\u0085\u2028\u2029]")
_DAYS = (
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})"),
    re.compile(r"(?P<d>[0-9]{1,2})\. ?(?P<m>[0-9]{1,2})\. ?(?P<y>[0-9]{4})"),
)
_CLOCK = re.compile(r"(?P<h>[0-9]{1,2})(?:[.:](?P<m>[0-9]{2})(?:[.:]00)?)?(?: ?Uhr)?", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_HOSTNAME = re.compile(r"[^\s.@:]+(?:\.[^\s.@:]+)+")
_PHONE = re.compile(r"\+?[0-9 ()/.\-\N{NO-BREAK SPACE}]{3,}")
_COUNT = re.compile(r"[0-9]{1,9}|[0-9]{1,3}(?:[. \N{NO-BREAK SPACE}][0-9]{3}){1,2}")
#: Years outside are slips of the finger.
YEARS = range(2000, 2101)

#: Marks a text for translation where no reader is known yet.
N_ = str
CHOOSE = N_("Please choose one of the answers.")


def cleaned_line(text: str) -> str:
    """One line without characters that cannot be seen, in Unicode's composed form."""
    return " ".join(cleaned_passage(text).split())


def cleaned_passage(text: str) -> str:
    """The same for several lines."""
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _BREAK.sub("\n", text))).strip()


class Texts:
    """What WTForms calls translations: the reader's speech."""

    def __init__(self, speech: Speech) -> None:
        self.speech = speech

    def gettext(self, message: str) -> str:
        return self.speech.say(message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.speech.say_n(singular, plural, n)


class SpokenForm(Form):  # type: ignore[misc]
    """Its fields complain in the reader's language: SpokenForm(fields, meta={"texts": Texts(speech)})."""

    class Meta:
        texts: Texts

        def get_translations(self, form: Form) -> Texts:  # noqa: ARG002
            return self.texts


class Line(StringField):  # type: ignore[misc]
    """One line of text. `value` is what it means once it was validated; `missing` is said when it is empty."""

    def __init__(self, label: str = "", *, longest: int = 200, missing: str = "", **options: Any) -> None:
        super().__init__(label, **options)
        self.longest = longest
        self.missing = missing
        self.value: Any = None
        self.errors: Sequence[str] = ()

    def process_formdata(self, valuelist: Iterable[str]) -> None:
        self.data = self.clean(next(iter(valuelist), ""))

    def clean(self, text: str) -> str:
        return cleaned_line(text)

    def pre_validate(self, form: object) -> None:  # noqa: ARG002 (the name is WTForms' own)
        self.value = None
        text = self.data or ""
        if not text and self.missing:
            self.refuse(self.gettext(self.missing))
        self.check_length(text)
        self.value = self.read(text) if text else self.nothing()

    def nothing(self) -> Any:
        return ""

    def read(self, text: str) -> Any:
        return text

    def refuse(self, sentence: str) -> None:
        raise StopValidation(sentence)

    def check_length(self, text: str) -> None:
        if len(text) > self.longest:
            sentence = self.gettext("Please shorten this to %(longest)s characters; at present it has %(length)s.")
            self.refuse(sentence % {"longest": self.number(self.longest), "length": self.number(len(text))})

    def number(self, number: int) -> str:
        """As the reader's language writes it."""
        return str(self.meta.texts.speech.number(number))

    def complain(self, sentence: str) -> None:
        """Refuse after the fact: what was typed is well formed, but does not fit the rest."""
        self.errors = [*self.errors, sentence]


class Passage(Line):
    """Several lines of text."""

    def clean(self, text: str) -> str:
        return cleaned_passage(text)


class Day(Line):
    """A date, as browsers send it or as Germans write it."""

    def nothing(self) -> date | None:
        return None

    def read(self, text: str) -> date:
        day = day_of(text)
        if day is None:
            self.refuse(self.gettext("Please write the date with day, month and year, for example 7.12.2026."))
        assert day is not None
        if day.year not in YEARS:
            self.refuse(self.gettext("Please check the year."))
        return day

    @property
    def meant(self) -> date | None:
        day = day_of(self.data or "")
        return day if day and day.year in YEARS else None

    @property
    def shown(self) -> str:
        """As a date input wants it; what cannot be read stays as it was typed."""
        day = day_of(self.data or "")
        return day.isoformat() if day else self.data or ""

    @property
    def readable(self) -> bool:
        return not self.data or day_of(self.data) is not None


class Clock(Line):
    """A time of day: "10:00", "10.00", "10 Uhr"."""

    def nothing(self) -> time | None:
        return None

    def read(self, text: str) -> time:
        clock = clock_of(text)
        if clock is None:
            self.refuse(self.gettext("Please write the time with hours and minutes, for example 10.00."))
        assert clock is not None
        return clock

    @property
    def meant(self) -> time | None:
        return clock_of(self.data or "")

    @property
    def shown(self) -> str:
        return self.meant.isoformat("minutes") if self.meant else self.data or ""

    @property
    def readable(self) -> bool:
        return not self.data or clock_of(self.data) is not None


class MailAddress(Line):
    def __init__(self, label: str = "", **options: Any) -> None:
        super().__init__(label, longest=254, **options)

    def read(self, text: str) -> str:
        if "@" not in text:
            self.refuse(self.gettext("The @ is missing in this e-mail address."))
        if text.endswith("@"):
            self.refuse(self.gettext("The provider's name is missing after the @."))
        try:
            return str(validate_email(text, check_deliverability=False, allow_smtputf8=False).normalized)
        except EmailNotValidError as refused:
            sentence = self.gettext("Please check this e-mail address. It looks like this: olga@example.org.")
            raise StopValidation(sentence) from refused


class MailAddresses(Passage):
    """E-mail addresses, one per line."""

    def read(self, text: str) -> str:
        return "\n".join(dict.fromkeys(map(self._address, filter(None, map(cleaned_line, text.splitlines())))))

    def _address(self, line: str) -> str:
        try:
            return str(validate_email(line, check_deliverability=False, allow_smtputf8=False).normalized)
        except EmailNotValidError as refused:
            sentence = self.gettext("Please check “%(line)s”. Write one e-mail address on each line.")
            raise StopValidation(sentence % {"line": line}) from refused


class WebAddress(Line):
    def __init__(self, label: str = "", **options: Any) -> None:
        super().__init__(label, longest=500, **options)

    def read(self, text: str) -> str:
        if not _SCHEME.match(text):
            text = f"https://{text}"
            self.check_length(text)
        if not _leads_to_the_web(text):
            self.refuse(self.gettext("Please enter a web address that begins with https://."))
        return text


class SafeAddress(WebAddress):
    """For what our pages offer to play or to open: only over a protected line."""

    def read(self, text: str) -> str:
        address = super().read(text)
        if not address.startswith("https:"):
            self.refuse(self.gettext("Please enter a web address that begins with https://."))
        return address


class Phone(Line):
    def __init__(self, label: str = "", **options: Any) -> None:
        super().__init__(label, longest=40, **options)

    def read(self, text: str) -> str:
        if not _PHONE.fullmatch(text) or not any(character.isdigit() for character in text):
            self.refuse(self.gettext("Please enter the number with digits only, for example 0511 701 07 09."))
        return text


class Count(Line):
    """A whole number of at least one; empty means no limit."""

    def __init__(self, label: str = "", *, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self.most = most

    def nothing(self) -> int | None:
        return None

    def read(self, text: str) -> int:
        number = int(re.sub("[^0-9]", "", text)) if _COUNT.fullmatch(text) else 0
        if not 1 <= number <= self.most:
            sentence = self.gettext("Please enter a whole number from 1 to %(most)s, or nothing.")
            self.refuse(sentence % {"most": self.number(self.most)})
        return number


class Choice(Line):
    """One of several; what was never offered is refused. `offers` are (value, words)."""

    def __init__(self, label: str = "", **options: Any) -> None:
        super().__init__(label, missing=CHOOSE, **options)
        self.offers: list[tuple[str, str]] = []

    def read(self, text: str) -> str:
        if text not in dict(self.offers):
            self.refuse(self.gettext(CHOOSE))
        return text


class Which(Line):
    """Which of the two passings of a doubled hour is meant; empty while nobody asked."""

    @property
    def second(self) -> bool | None:
        return {"first": False, "second": True}.get(self.data)


class Items(Passage):
    """A list, typed one item per line."""

    def nothing(self) -> tuple[str, ...]:
        return ()

    def read(self, text: str) -> tuple[str, ...]:
        return tuple(filter(None, map(cleaned_line, text.splitlines())))


class Tick(BooleanField):  # type: ignore[misc]
    """A box to tick."""


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_exists(zone: str | None) -> bool:
    # Looked up in a list, because ZoneInfo() opens files by this name.
    return zone in _zone_names()


def day_of(text: str) -> date | None:
    for pattern in _DAYS:
        if found := pattern.fullmatch(text):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
    return None


def clock_of(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour, minute = int(found["h"]), int(found["m"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _leads_to_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        hostname, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = not re.search(r"[\s<>\"'\\^`{|}]", address) and parts.username is None
    return plain and parts.scheme in {"http", "https"} and bool(_HOSTNAME.fullmatch(hostname))
