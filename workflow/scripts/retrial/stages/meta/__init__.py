"""What a meta-analysis would take from a study, and what it would make of several."""
