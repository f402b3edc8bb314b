"""What must leave the event loop: work that holds the processor for more than a millisecond."""

import warnings
from collections.abc import Callable
from typing import ParamSpec, TypeVar

with warnings.catch_warnings():  # eventlet announces its retirement on every import; we know
    warnings.simplefilter("ignore")
    from eventlet import patcher, tpool

P = ParamSpec("P")
T = TypeVar("T")


def offload(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call `function` in a real thread if this process runs on eventlet, else directly."""
    if patcher.is_monkey_patched("thread"):
        result: T = tpool.execute(function, *args, **kwargs)
        return result
    return function(*args, **kwargs)
