"""Edits of the sound study folder, each with the problem that it must give."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

STUDY = Path(__file__).parents[2] / "resources/studies/hu2013"
CLAIMS = re.findall(r"^  - id: (\w+)", (STUDY / "claims.yaml").read_text(encoding="utf-8"), re.M)
STUDY_YAML = yaml.safe_load((STUDY / "study.yaml").read_text(encoding="utf-8"))
OUTCOMES = [outcome["id"] for outcome in STUDY_YAML["outcomes"]]
FACTS = [fact["id"] for fact in STUDY_YAML["design"]]

AGE = "age_treated,age,treated,0,mean,,17.6,8.7,,,sem,table1,15,years,Table 1,"
MALE = "sex_male_treated,sex,male,treated,0,9,15,,sex_treated,yes,randomized_treated,no,Table 1,"
LOW = "cells_minimum,cells,treated,,minimum,,1.5,"
DROPOUT = "    count: 1\n    last_visit: 9\n    first_missing: 15\n"
INSULIN_TARGET = "{outcome: insulin, categories: [stopped, cut_over_50], visits: [24]}"
CONTRADICTION = "  - id: hba1c_baseline\n"
PPG_LOWEST = "    outcome: ppg\n    arm: treated\n    visits: [12]\n    relation: lowest_at\n"


@dataclass
class Case:
    """One edit of the sound folder and the problem that it must give."""

    name: str
    file: str
    old: str
    new: str
    row: str
    column: str
    value: str
    allowed: str
    marker: str = ""  # text that stands in the line of the problem; else the first edited line


def reported(name, old, new, row, column, value, allowed, marker=""):
    return Case(name, "reported.csv", old, new, row, column, value, allowed, marker or new)


def counts(name, old, new, row, column, value, allowed, marker=""):
    return Case(name, "counts.csv", old, new, row, column, value, allowed, marker or new)


def study(name, old, new, row, column, value, allowed, marker=""):
    return Case(name, "study.yaml", old, new, row, column, value, allowed, marker or new)


def claims(name, old, new, row, column, value, allowed, marker=""):
    """`row` names a claim by its id, `claims[safe].arm`: where it stands may change."""
    for place, claim in enumerate(CLAIMS):
        row = row.replace(f"claims[{claim}]", f"claims[{place}]")
    return Case(name, "claims.yaml", old, new, row, column, value, allowed, marker or new)


def constraints(name, old, new, row, value, allowed, marker):
    """`row` is the path of the problem; its column is the last key of that path."""
    column = re.sub(r"\[\d+\]", "", row.split(".")[-1])
    return Case(name, "constraints.yaml", old, new, row, column, value, allowed, marker)


def age(name, old, new, column, value, allowed):
    """An edit of the first row of reported.csv."""
    edited = AGE.replace(old, new, 1)
    return reported(name, AGE, edited, "age_treated", column, value, allowed)


def male(name, old, new, column, value, allowed):
    """An edit of one row of counts.csv."""
    edited = MALE.replace(old, new, 1)
    return counts(name, MALE, edited, "sex_male_treated", column, value, allowed)
