"""Input validation: every problem of a study folder at once, each with its place and its remedy."""

from retrial.validation.check import check_study, check_texts, found_sound, summarize
from retrial.validation.problem import Problem, format_problems

__all__ = ["Problem", "check_study", "check_texts", "format_problems", "found_sound", "summarize"]
