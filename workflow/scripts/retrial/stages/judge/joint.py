"""A claim's specifications: one choice on each open question, for all that the claim compares.

A claim may compare several things (outcomes, categories, visits): its parts. They are joined within
a specification: with `all` a specification supports the claim when every part does, with `any` when
one does. A part to which a choice does not apply, or for which it is not defensible, takes what is:
its only value, else the first that the claim lists. Specifications that are the same calculation
count once. The correlation of visits is no choice but a continuous assumption: a specification
supports the claim over `all`, `some` or `none` of the interval that the claim declares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd

from retrial.comparisons.calculations import without_rho
from retrial.stats.counts import COUNT_METHODS
from retrial.study.claims import Claim
from retrial.tables import AXES

PARTS = ("outcome", "category", "visit")
CONTINUOUS = "rho"
ALL, SOME, NONE = "all", "some", "none"


@dataclass(frozen=True)
class Branch:
    """One choice on every axis for one part, over the values of the continuous assumption."""

    choices: tuple[object, ...]
    calculation: str
    supports: np.ndarray  # of 0, 1 and NaN (no such value), one for each correlation
    opposes: bool


@dataclass(frozen=True, eq=False)
class Joint:
    """The defensible specifications of a claim.

    `frame` has one row a specification: a column an axis that varies, `calculation`, `state` (over
    which of the correlations it supports the claim: all, some, none) and `opposes` (significant
    against the claim). `support` has a row a specification and a column a correlation of `rhos`.
    """

    frame: pd.DataFrame
    support: np.ndarray
    rhos: tuple[float, ...]
    axes: tuple[str, ...]

    @cached_property
    def distinct(self) -> pd.DataFrame:
        """The distinct calculations; where one has several states (simulated), it is `some`."""
        if self.frame.empty:
            return self.frame
        state = self.frame.groupby("calculation", sort=False)["state"].agg(
            lambda states: states.iloc[0] if states.nunique() == 1 else SOME
        )
        opposes = self.frame.groupby("calculation", sort=False)["opposes"].all()
        return pd.DataFrame({"state": state, "opposes": opposes}).reset_index()

    @property
    def outcome(self) -> str:
        """Return `all`, `some` or `none`: which distinct calculations support the claim."""
        states = set(self.distinct["state"])
        return states.pop() if len(states) == 1 else SOME

    @property
    def expanded(self) -> pd.DataFrame:
        """One row a specification and correlation, with `supports`."""
        parts = [
            self.frame.assign(rho=rho, supports=self.support[:, place])
            for place, rho in enumerate(self.rhos or (np.nan,))
        ]
        rows = pd.concat(parts, ignore_index=True)
        return rows[rows["supports"].notna()].assign(supports=lambda f: f["supports"].eq(1))


def joint_specifications(claim: Claim, specifications: pd.DataFrame) -> Joint:
    """Return the defensible specifications of a claim, its parts joined.

    Args:
        claim: The claim, with `combine` and its defensible set.
        specifications: Its rows of the multiverse; those that are not defensible are left out.
    """
    rows = specifications[specifications["defensible"]]
    rhos = tuple(sorted(rows[CONTINUOUS].dropna().unique()))
    table, axes = _with_choices(claim, rows)
    grouped = table.groupby(list(PARTS), dropna=False, sort=False)
    parts = {
        tuple(None if pd.isna(key) else key for key in keys): _branches(part, axes, rhos)
        for keys, part in grouped
    }
    columns = [axis for axis in axes if table[axis].nunique(dropna=False) > 1]
    made, support = [], []
    for chosen in product(*(_values(claim, table[axis], axis) for axis in axes)):
        if not parts:
            break
        picked = [_pick(claim, branches, axes, chosen) for branches in _routed(parts, axes, chosen)]
        joined = _join(np.array([branch.supports for branch in picked]), claim.joined)
        opposed = [branch.opposes for branch in picked]
        made.append(
            {
                **dict(zip(axes, chosen, strict=True)),
                "calculation": " & ".join(sorted({branch.calculation for branch in picked})),
                "state": _state(joined),
                "opposes": any(opposed) if claim.joined == "all" else all(opposed),
            }
        )
        support.append(joined)
    frame = pd.DataFrame(made, columns=[*axes, "calculation", "state", "opposes"])
    size = max(len(rhos), 1)
    return Joint(frame, np.array(support).reshape(-1, size), rhos, tuple(columns))


def _with_choices(claim: Claim, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows with a column for each choice that varies, and the names of these.

    A version is a choice on each contradiction; tests of counts and of means are chosen apart.
    """
    table = rows.reset_index(drop=True)
    counted = table["method"].isin(COUNT_METHODS)
    if counted.any() and not counted.all():
        table = table.assign(
            method=table["method"].where(~counted), counts_method=table["method"].where(counted)
        )
    names = [axis for axis in AXES if axis not in (*PARTS, CONTINUOUS, "version")]
    names += ["counts_method"] if "counts_method" in table else []
    versions = _contradictions(table["version"])
    table = pd.concat([table, versions], axis=1)
    names = [*versions.columns, *names]
    for name in names:
        table[name] = table[name].astype("object").where(table[name].notna(), None)
    return table, [name for name in names if table[name].notna().any()]


def _contradictions(versions: pd.Series) -> pd.DataFrame:
    """Return a column for each contradiction: `version:weight_baseline` with `table` or `text`."""
    told = [
        dict(part.split(":", 1) for part in str(version).split(";")) if pd.notna(version) else {}
        for version in versions
    ]
    names = dict.fromkeys(name for choices in told for name in choices)
    return pd.DataFrame(
        {f"version:{name}": [choices.get(name) for choices in told] for name in names},
        index=versions.index,
        dtype="object",
    )


def _branches(part: pd.DataFrame, axes: list[str], rhos: tuple[float, ...]) -> list[Branch]:
    names = without_rho(part["calculation"])
    found: dict[tuple, list[int]] = {}
    for place, choices in enumerate(part[axes].itertuples(index=False, name=None)):
        found.setdefault(choices, []).append(place)
    supports, opposes = part["supports"].to_numpy(float), part["opposes"].to_numpy(bool)
    at = {rho: place for place, rho in enumerate(rhos)}
    made = []
    for choices, places in found.items():
        values = np.full(max(len(rhos), 1), np.nan)
        for place in places:
            rho = part[CONTINUOUS].iloc[place]
            if pd.isna(rho):
                values[:] = supports[place]
            else:
                values[at[rho]] = supports[place]
        made.append(Branch(choices, names.iloc[places[0]], values, bool(opposes[places].all())))
    return made


def _values(claim: Claim, column: pd.Series, axis: str) -> list[object]:
    """Return an axis's values, in the order in which the claim lists them, if it does."""
    values = list(dict.fromkeys(value for value in column if value is not None))
    return sorted(values, key=lambda value: _rank(claim, axis, value))


def _rank(claim: Claim, axis: str, value: object) -> int:
    """Return a value's place in the claim's own list; 0 on an axis that has no list."""
    chosen = claim.defensible
    listed = {
        "method": [
            *chosen.means_methods,
            *chosen.counts_methods,
            *chosen.ordered_methods,
        ],
        "counts_method": chosen.counts_methods,
        "reading": chosen.readings,
        "population": chosen.populations,
        "effect": chosen.effects,
        "multiplicity": chosen.multiplicity,
    }.get(axis, [])
    return listed.index(value) if value in listed else len(listed)


def _routed(parts: dict[tuple, list[Branch]], axes: list[str], chosen: tuple) -> list[list[Branch]]:
    """Return the parts that a choice of the test calls for.

    Of an outcome, a test of each visit calls for the visits and a test of all visits together for
    the one part that is all of them. An outcome without the chosen test has all its parts.
    """
    place = axes.index("method")
    found: list[list[Branch]] = []
    for target in dict.fromkeys(part[:2] for part in parts):
        mine = [branches for part, branches in parts.items() if part[:2] == target]
        called = [
            branches
            for branches in mine
            if any(branch.choices[place] == chosen[place] for branch in branches)
        ]
        found += called or mine
    return found


def _pick(claim: Claim, branches: list[Branch], axes: list[str], chosen: tuple) -> Branch:
    """Return the branch of a part that makes these choices, as far as they are there."""
    left = branches
    for place, axis in enumerate(axes):
        same = [branch for branch in left if branch.choices[place] == chosen[place]]
        if not same:
            values = [branch.choices[place] for branch in left]
            least = min(values, key=lambda value, axis=axis: _rank(claim, axis, value))
            same = [branch for branch in left if branch.choices[place] == least]
        left = same
    return left[0]


def _join(supports: np.ndarray, combine: str) -> np.ndarray:
    """Return for each correlation whether all (or any) parts support; NaN where none can be run."""
    missing = np.isnan(supports)
    filled = np.where(missing, 1.0 if combine == "all" else 0.0, supports)
    joined = filled.min(axis=0) if combine == "all" else filled.max(axis=0)
    return np.where(missing.all(axis=0), np.nan, joined)


def _state(joined: np.ndarray) -> str:
    known = joined[~np.isnan(joined)]
    return ALL if known.all() else SOME if known.any() else NONE
