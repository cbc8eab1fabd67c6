"""Errors that a user can act on."""


class UserError(Exception):
    """A mistake in the input, described so that a user can act on it; shown without a traceback."""
