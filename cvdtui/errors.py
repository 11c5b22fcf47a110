"""Every error cvdtui raises on purpose, and the exit code each one ends a command with.

CvdtuiError
├── UsageError        64  the command line is wrong
├── NoDataError       65  a file was read, and no row of it could be used
├── UnreadableError   66  a file cannot be opened, or stops in the middle
├── UnreachableError  69  no configured market could be reached
├── AlertError        69  a channel did not take an alert
├── ConfigError       78  a config key is unknown or has the wrong type or value
├── WireError          -  a venue sent something its grammar does not know (counted as rejected)
└── VenueError         -  a venue refused or could not be reached (shown on the link, retried)
"""


class CvdtuiError(Exception):
    """Root of every error raised on purpose; its text says what was wrong, where, and what was expected."""

    exit_code = 70


class UsageError(CvdtuiError):
    """The command line names what does not exist or does not go together (exit 64)."""

    exit_code = 64


class NoDataError(CvdtuiError):
    """A file was read to its end and held no usable trade (exit 65)."""

    exit_code = 65


class UnreadableError(CvdtuiError):
    """A file is missing, not readable, not of the format its name promises, or cut off (exit 66)."""

    exit_code = 66


class UnreachableError(CvdtuiError):
    """No venue of any configured market could be reached (exit 69)."""

    exit_code = 69


class AlertError(CvdtuiError):
    """A channel did not take an alert (exit 69).

    `again` is whether another try may help, `retry_after` the seconds to wait, where the service named them.
    """

    exit_code = 69

    def __init__(self, text: str, *, again: bool = False, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.again = again
        self.retry_after = retry_after


class ConfigError(CvdtuiError):
    """The configuration names an unknown key or gives a value of the wrong kind (exit 78)."""

    exit_code = 78


class WireError(CvdtuiError):
    """One frame or row does not follow its venue's grammar; the caller counts it as rejected.

    `market` is the full name of its market, where the frame shows it.
    """

    def __init__(self, text: str, *, market: str | None = None) -> None:
        super().__init__(text)
        self.market = market


class VenueError(CvdtuiError):
    """A venue refused a request or could not be reached.

    `status` is the HTTP status (0 when there was no answer), `retry_after` the seconds to wait, where the
    venue named them.
    """

    def __init__(self, text: str, *, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.retry_after = retry_after
