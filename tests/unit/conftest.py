"""Settings of the unit tests."""

from hypothesis import settings

# A deadline for one example measures how busy the machine is, not the code.
settings.register_profile("retrial", deadline=None)
settings.load_profile("retrial")


def pytest_make_parametrize_id(val, argname):
    """Name a case of raw bytes by its place, so that every worker collects the same names."""
    return argname if isinstance(val, bytes) else None
