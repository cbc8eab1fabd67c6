"""The files of a study folder that a person types."""

FILES = (
    "study.yaml",
    "reported.csv",
    "counts.csv",
    "claims.yaml",
    "constraints.yaml",
    "figures/figures.yaml",
)
