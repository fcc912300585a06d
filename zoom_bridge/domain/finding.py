"""A finding: one line of what the doctor says of the service, good or bad, with what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:  # noqa: N802
    """Marks a text for the catalogues; whoever shows it puts it into the reader's language."""
    return text


@dataclass(frozen=True, kw_only=True)
class Finding:
    """id       what was looked at, for programs: "webhook.delivery"
    good     None: it was not asked, and `says` tells why
    says, do what is the matter and what to do about it: English texts with %(name)s for `values`
    error    what went wrong in the words of a Failure, said after `says`
    """

    id: str
    good: bool | None
    says: str
    do: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    error: str = ""
