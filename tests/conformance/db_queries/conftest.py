"""Every test here runs on each backend, with the same models and empty tables."""

from tests.support.library import (  # noqa: F401  fixtures and the hook that runs coroutines
    library,
    library_of_session,
    pytest_pyfunc_call,
)
