"""German and English: texts, dates and numbers in the reader's language. Needs no request.

The code is written in English; `locales/de/*.po`, one catalogue for each room, holds the German. A missing
translation fails the tests. Times are said in the zone that belongs to the event, with its name."""

import gettext as gettext_module
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_location, get_timezone_name
from babel.numbers import format_decimal

LANGUAGES = ("de", "en")
LOCALES = {"de": "de_DE", "en": "en_GB"}
NBSP = "\N{NO-BREAK SPACE}"


@cache
def translations(language: str) -> gettext_module.NullTranslations:
    """All catalogues of a language, laid over one another. English needs none: the code is its catalogue."""
    merged: gettext_module.NullTranslations = gettext_module.NullTranslations()
    for path in sorted(Path(__file__).with_name("locales").glob(f"{language}/*.mo")):
        with path.open("rb") as file:
            catalogue = gettext_module.GNUTranslations(file)
        catalogue.add_fallback(merged)
        merged = catalogue
    return merged


@dataclass(frozen=True)
class Speech:
    """One reader's language: `say` a text, or a date, or a time, in it."""

    language: str

    @property
    def locale(self) -> str:
        return LOCALES[self.language]

    def say(self, message: str, **values: object) -> str:
        """The text in this language. Values stand in it as %(name)s and are put in as they are: escape later."""
        text = translations(self.language).gettext(message)
        return text % values if values else text

    def say_n(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The same for numbers; %(n)s is the number as it is written in this language."""
        text = translations(self.language).ngettext(singular, plural, n)
        return text % {"n": self.number(n), **values}

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self.locale))

    def date(self, instant: datetime, zone: str) -> str:
        """ "Montag, 7. September 2020" / "Monday 7 September 2020"."""
        text = format_date(instant.astimezone(ZoneInfo(zone)), "full", locale=self.locale)
        return text.replace(". ", f".{NBSP}") if self.language == "de" else text

    def weekday(self, instant: datetime, zone: str) -> str:
        """ "Montag" / "Monday"."""
        return format_date(instant.astimezone(ZoneInfo(zone)), "EEEE", locale=self.locale)

    def day(self, instant: datetime, zone: str) -> str:
        """ "7. September 2020" / "7 September 2020": the date without its weekday."""
        text = format_date(instant.astimezone(ZoneInfo(zone)), "long", locale=self.locale)
        return text.replace(". ", f".{NBSP}") if self.language == "de" else text

    def country(self, code: str) -> str:
        """ "Deutschland" / "Germany", by ISO 3166 code; the code itself when nobody knows it."""
        return str(Locale.parse(self.locale).territories.get(code, code))

    def month(self, instant: datetime, zone: str) -> str:
        """ "September 2020"."""
        return format_date(instant.astimezone(ZoneInfo(zone)), "MMMM yyyy", locale=self.locale)

    def short_date(self, instant: datetime, zone: str) -> str:
        """ "07.09.2020" / "07/09/2020"."""
        local = instant.astimezone(ZoneInfo(zone))
        return local.strftime("%d.%m.%Y" if self.language == "de" else "%d/%m/%Y")

    def clock(self, instant: datetime, zone: str) -> str:
        """ "9.45" / "09:45", without the word Uhr."""
        pattern = "H.mm" if self.language == "de" else "HH:mm"
        return format_datetime(instant.astimezone(ZoneInfo(zone)), pattern, locale=self.locale)

    def time(self, instant: datetime, zone: str) -> str:
        """ "9.45 Uhr" / "09:45"."""
        clock = self.clock(instant, zone)
        return f"{clock}{NBSP}Uhr" if self.language == "de" else clock

    def span(self, starts_at: datetime, ends_at: datetime, zone: str) -> str:
        """ "10.00 bis 11.30 Uhr" / "10:00–11:30 (CEST)"; another end date is said as well."""
        same_day = starts_at.astimezone(ZoneInfo(zone)).date() == ends_at.astimezone(ZoneInfo(zone)).date()
        end = self.time(ends_at, zone) if same_day else f"{self.date(ends_at, zone)}, {self.time(ends_at, zone)}"
        if self.language == "de":
            return f"{self.clock(starts_at, zone)} bis {end}"
        return f"{self.clock(starts_at, zone)}–{end} ({self.zone_short(starts_at, zone)})"

    def moment(self, instant: datetime, zone: str) -> str:
        """ "07.09.2020, 14.02 Uhr" / "07/09/2020, 14:02": for tables and states."""
        return f"{self.short_date(instant, zone)}, {self.time(instant, zone)}"

    def zone_short(self, instant: datetime, zone: str) -> str:
        """ "MESZ" / "CEST"."""
        return get_timezone_name(instant.astimezone(ZoneInfo(zone)), "short", locale=self.locale)

    def zone_place(self, zone: str) -> str:
        """ "Berlin": for "Ortszeit Berlin"."""
        return get_timezone_location(ZoneInfo(zone), locale=self.locale, return_city=True)


@cache
def speech(language: str) -> Speech:
    return Speech(language if language in LANGUAGES else LANGUAGES[0])


def choose_language(accepts: Callable[[tuple[str, ...]], str | None], asked: str | None) -> str:
    """The language asked for, else the best the browser accepts, else German."""
    return asked if asked in LANGUAGES else accepts(LANGUAGES) or LANGUAGES[0]
