"""Digitizers' project files: the functions that outside code imports."""

from retrial.figures.formats import DigitizeError, read_project

__all__ = ["DigitizeError", "read_project"]
