"""An allowance: how often something may be asked for under one name."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Allowance:
    """`limit` times in each window of `per`. The name says what is asked for and by whom, and names nobody."""

    name: str
    limit: int
    per: timedelta
