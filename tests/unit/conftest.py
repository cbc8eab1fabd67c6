"""Settings of the unit tests."""

from hypothesis import settings

# A deadline for one example measures how busy the machine is, not the code.
settings.register_profile("retrial", deadline=None)
settings.load_profile("retrial")
