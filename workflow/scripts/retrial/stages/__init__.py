"""The stages of a run, in the order of `registry.STAGES`: tables in, tables out."""
