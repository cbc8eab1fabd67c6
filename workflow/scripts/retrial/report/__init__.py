"""The HTML report: what the stages computed, shown; no statistic is computed here."""
