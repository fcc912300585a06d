"""The weather outside: what Zoom or the mail server did to us. Recorded on the row that suffered, judged by
`retry.py`, shown to the organiser. What the house itself refuses to a person is in `refusals.py`."""

from datetime import datetime


class Failure(Exception):
    """Something outside let us down.

    permanent        trying again cannot help (Zoom said no for good, the mailbox does not exist)
    systemic         it concerns every row of this kind, not this one (wrong password, wrong secret)
    outcome_unknown  the write may have happened: look before writing again
    not_before       aware UTC instant before which the other side does not want to hear from us
    status, code     what the other side answered: HTTP or SMTP status, and Zoom's own code
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        systemic: bool = False,
        outcome_unknown: bool = False,
        not_before: datetime | None = None,
        status: int | None = None,
        code: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.systemic = systemic
        self.outcome_unknown = outcome_unknown
        self.not_before = not_before
        self.status = status
        self.code = code
