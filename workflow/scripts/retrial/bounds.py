"""Limits of a standard deviation (SD): the functions that outside code imports."""

from retrial.stats.bounds import max_sd

__all__ = ["max_sd"]
