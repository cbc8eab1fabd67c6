"""Settings of the unit tests."""

from hypothesis import settings

# A deadline for one example measures how busy the machine is, not the code.
settings.register_profile("retrial", deadline=None)
settings.load_profile("retrial")


def pytest_make_parametrize_id(val, argname):
    """Name a case of raw bytes by its place: workers must collect the same names, whatever is in them."""
    return argname if isinstance(val, bytes) else None
