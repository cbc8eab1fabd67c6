"""Digitized figures: project files, curves and their errors, and tracing."""
