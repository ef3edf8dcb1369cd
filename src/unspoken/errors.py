"""Every error Unspoken raises on purpose, drawn once.

::

    UnspokenError
    ├── UsageError          the call or the command line makes no sense (exit code 2)
    ├── InputError          a source cannot be used as asked (exit code 2)
    │   ├── SourceNotFound      nothing readable at that place
    │   ├── NotAVideo           readable, but no decodable video in it
    │   ├── NoFaceFound         decodable, but no face in any frame
    │   └── RolesNeeded         several faces and no word on which is the customer
    ├── OutputError         results cannot be written where asked (exit code 2)
    └── AssetError          something shipped with the package is missing or altered (exit code 1)

A message names the thing, says what was expected and what was found, and what to do about it.
Anything else that escapes is a bug and exits with 1.
"""


class UnspokenError(Exception):
    """Base of all deliberate errors.

    Parameters
    ----------
    message : str
        One or two sentences: the thing, what was expected, what was found.
    hint : str, optional
        What the user can do about it.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(UnspokenError):
    """The call or the command line cannot be carried out as written."""


class InputError(UnspokenError):
    """A source cannot be used as asked."""


class SourceNotFound(InputError):
    """There is nothing readable at the given place."""


class NotAVideo(InputError):
    """The file is readable but holds no decodable video."""


class NoFaceFound(InputError):
    """The video decodes but no face was found in any frame."""


class RolesNeeded(InputError):
    """Several faces were found and nothing says which of them is the customer."""


class OutputError(UnspokenError):
    """Results cannot be written to the given place."""


class AssetError(UnspokenError):
    """A file that ships with the package is missing or is not the one expected."""

    exit_code = 1
