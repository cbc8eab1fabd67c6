"""Re-run a published trial's statistics from what the paper prints."""

__version__ = "0.1.0"
