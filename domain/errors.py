"""What the business refuses, as nouns with a reason.

DomainError
├── NotFound              no such row for this tenant              404
├── Refused               a rule of the business says no           400
│   └── …                 each noun's own errors subclass this
├── Conflict              someone else was faster                  409
└── NotConfigured         a setting is missing or wrong            422
"""


class DomainError(Exception):
    """The message is a sentence for a person: what is wrong and what to do."""


class NotFound(DomainError):
    def __init__(self, noun: str, reference: object) -> None:
        super().__init__(f"There is no {noun} “{reference}”.")


class Refused(DomainError):
    pass


class Conflict(DomainError):
    pass


class NotConfigured(DomainError):
    pass
