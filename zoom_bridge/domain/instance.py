"""The instance: the body that runs this service, how it looks, and whom its people ring."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Instance:
    """`logo` is a picture's digest; `accent` a colour as #rrggbb, or empty for ours. The help line is what a new
    event begins with."""

    name: str = ""
    url: str = ""
    logo: str = ""
    accent: str = ""
    help_name: str = ""
    help_phone: str = ""
    help_hours: str = ""
    help_email: str = ""
