"""Errors of running the product, each one sentence that says what to do."""


class FrontdeskError(Exception):
    """Shown on stderr as it is; the command ends with a non-zero status."""


class Misconfigured(FrontdeskError):
    pass


class SchemaMismatch(FrontdeskError):
    pass
