"""What can go wrong with a model, as nouns with a reason and what it cost until then.

ModelFailed
├── Unreachable   no usable service: time-out, refused, 401, 404, 408, 429, 5xx, not HTTP/JSON
└── Unusable      it answered, but not with what was asked for
    └── Ungrounded  well formed, but it says what its sources do not
"""

from bot.model.turns import ModelUse

_OUTAGES = frozenset({401, 402, 403, 404, 408, 409, 425, 429})


class ModelFailed(Exception):
    """`reason` is a short sentence for staff; it never quotes what the provider sent."""

    def __init__(self, reason: str, use: ModelUse | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.use = use or ModelUse()


class Unreachable(ModelFailed):
    pass


class Unusable(ModelFailed):
    pass


class Ungrounded(Unusable):
    pass


def model_failure(error: BaseException, use: ModelUse) -> ModelFailed | None:
    """What an error of the model's client means; None for an error that is not the model's.

    Goes by status code and by where the class comes from, since the providers' packages are
    not imported here.
    """
    if isinstance(error, ModelFailed):
        return error
    if isinstance(error, TimeoutError):
        return Unreachable("no answer in time", use)
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        is_outage = status >= 500 or status in _OUTAGES
        return (Unreachable if is_outage else Unusable)(f"refused with status {status}", use)
    return _by_origin(error, use)


def _by_origin(error: BaseException, use: ModelUse) -> ModelFailed | None:
    origins = {(kind.__module__.partition(".")[0], kind.__name__) for kind in type(error).__mro__}
    names = {name for _, name in origins}
    packages = {package for package, _ in origins}
    if "APITimeoutError" in names:
        return Unreachable("no answer in time", use)
    if packages & {"openai", "anthropic", "httpx", "httpx2", "httpcore", "httpcore2"}:
        return Unreachable(f"no connection or no valid answer ({type(error).__name__})", use)
    if "JSONDecodeError" in names:
        return Unreachable("the answer was not JSON", use)
    if names & {"ModelCallLimitExceededError", "ToolCallLimitExceededError", "GraphRecursionError"}:
        return Unusable("it went on calling tools without an end", use)
    if "ValidationError" in names or packages & {"langchain", "langchain_core"}:
        return Unusable(f"its answer was malformed ({type(error).__name__})", use)
    return None
