"""Summaries of groups (n, mean and standard deviation): the functions that outside code imports."""

from retrial.stats.summaries import (
    add_members,
    change_sd,
    combine_groups,
    remove_members,
    sd_from_error,
)

__all__ = ["add_members", "change_sd", "combine_groups", "remove_members", "sd_from_error"]
