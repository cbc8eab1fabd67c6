"""What a comparison of means would say without the patients called non-responders.

Few of their values are printed, so they are assumed: unchanged from baseline, as known, at the
control's mean, or anything that the printed mean and SD allow
(`retrial.stages.sensitivity.removal`).
"""

from __future__ import annotations

from functools import partial
from math import nan

import numpy as np

from retrial.comparisons.selection import Mean, in_version
from retrial.stages.sensitivity.comparisons import (
    MeanPair,
    Result,
    arms_compared,
    equal_variances,
    group_of,
    least_sd,
    printed_values,
    with_n,
)
from retrial.stages.sensitivity.extremes import (
    Leaving,
    Swept,
    between,
    joined,
    p_range,
    search,
    support,
    within,
)
from retrial.stages.sensitivity.removal import Summary, with_added, without
from retrial.stats.summaries import sd_from_error
from retrial.study.models import NonResponder
from retrial.trial import Trial
from retrial.wording import number, p_words

ANALYSIS = "nonresponders"
CAUTION = "Leaving out patients of one arm by their outcome is biased by construction: stress only."


class MeansWithout:
    """The scenarios for one pair of means, a change being tested at one correlation."""

    def __init__(self, trial: Trial, pair: MeanPair, rho: float, alpha: float) -> None:
        self.trial, self.pair, self.rho, self.alpha = trial, pair, rho, alpha
        self.arm = trial.study.nonresponders.arm
        self.members = trial.study.nonresponders.members
        self.baseline_visit = min(trial.study.visits)
        self.affected = [m for m in (pair.first, pair.second) if m.arm == self.arm]

    def rows(self) -> list[dict]:
        """Return one row a scenario, infeasible ones included."""
        unchanged = [self._values(mean, self._baseline()) for mean in self.affected]
        points = {"unchanged": unchanged}
        at_control = self._control_mean()
        if at_control is not None:
            later = self._values(self.affected[-1], at_control)
            points["at_control_mean"] = [*unchanged[:-1], later]
        rows, tested = [self._printed_row()], []
        for scenario, values in points.items():
            row, result = self._point(scenario, values)
            rows.append(row)
            tested += [(result, values)] if result else []
        known = [self._known(mean) for mean in self.affected]
        swept = self._sweep(known, unchanged)
        if any(known):
            rows.append(self._known_row(swept, known, unchanged))
        rows += self._extremes([swept] if swept is not None else [], tested)
        rows.append(self._already_excluded(unchanged))
        return rows

    def _known(self, mean: Mean) -> list[float]:
        return [v for m in self.members if (v := self._known_value(m, mean.visit)) is not None]

    def _known_value(self, member: NonResponder, visit: float) -> float | None:
        found = (k for k in member.known if (k.outcome, k.visit) == (self.pair.outcome, visit))
        return next((known.value for known in found), None)

    def _baseline(self) -> float | None:
        """Return the arm's printed mean at the first visit; None when there is none."""
        first = self.affected[0]
        if first.visit == self.baseline_visit:
            return first.mean
        return self._printed(self.arm, self.baseline_visit)

    def _printed(self, arm: str, visit: float) -> float | None:
        rows = printed_values(self.trial, self.pair.outcome, arm, visit)
        chosen = in_version(rows, self.pair.version)
        chosen = rows if chosen.empty else chosen
        return None if chosen.empty else float(chosen["value"].iloc[0])

    def _control_mean(self) -> float | None:
        """Return the other arm's mean where the non-responders' arm is compared with it."""
        if not self.pair.within_arm:
            other = self.pair.second if self.pair.first.arm == self.arm else self.pair.first
            return other.mean
        arms = arms_compared(self.trial.study)
        if arms is None or self.arm not in arms:
            return None
        return self._printed(next(a for a in arms if a != self.arm), self.pair.visit)

    def _values(self, mean: Mean, assumed: float | None) -> list[float]:
        """Return each member's value: known at the visit, known at baseline, or as assumed.

        What is known at baseline stands for a later visit only where `assumed` is the baseline.
        """
        values = []
        for member in self.members:
            value = self._known_value(member, mean.visit)
            if value is None and assumed == self._baseline():
                value = self._known_value(member, self.baseline_visit)
            values.append(assumed if value is None else value)
        return [nan if value is None else value for value in values]

    def _group(self, mean: Mean) -> Summary:
        return group_of(self.trial.study, self.pair.outcome, mean)

    def _printed_row(self) -> dict:
        result = self._as_printed()
        detail = f"As printed, every patient in: {p_words(result.p)}."
        return self._line("as_printed", detail, **result.cells())

    def _compare(self, replaced: list[Mean]) -> Result:
        if self.pair.within_arm:
            return self.pair.compare(self.rho, self.alpha, *replaced)
        if self.pair.first.arm == self.arm:
            return self.pair.compare(self.rho, self.alpha, replaced[0], self.pair.second)
        return self.pair.compare(self.rho, self.alpha, self.pair.first, replaced[0])

    def _point(self, scenario: str, values: list[list[float]]) -> tuple[dict, Result | None]:
        if np.isnan(values).any():
            return self._infeasible(scenario, "no baseline mean is printed"), None
        left = []
        for mean, removed in zip(self.affected, values, strict=True):
            try:
                n, centre, sd = without(self._group(mean), removed)
            except ValueError as reason:
                return self._infeasible(scenario, f"at visit {mean.visit:g}, {reason}"), None
            left.append(with_n(mean, n, sd, centre))
        result = self._compare(left)
        detail = (
            f"Without {len(self.members)} patients at {self._words(values)}: {p_words(result.p)} "
            f"({p_words(self._as_printed().p)} as printed). {CAUTION}"
        )
        return self._line(scenario, detail, **result.cells()), result

    def _words(self, values: list[list[float]]) -> str:
        visits = [
            f"{' and '.join(dict.fromkeys(number(v) for v in removed))} at visit {mean.visit:g}"
            for mean, removed in zip(self.affected, values, strict=True)
        ]
        return ", then ".join(visits)

    def _as_printed(self) -> Result:
        return self.pair.compare(self.rho, self.alpha)

    def _line(self, scenario: str, detail: str, **cells: object) -> dict:
        return self.pair.line(ANALYSIS, scenario, rho=self.rho, detail=detail, **cells)

    def _infeasible(self, scenario: str, reason: str) -> dict:
        return self._line(scenario, f"Infeasible: {reason}. {CAUTION}")

    def _sweep(self, known: list[list[float]], focus: list[list[float]]) -> Swept | None:
        """Return every feasible assumption on the members that are not known."""
        sides = []
        for mean, values, points in zip(self.affected, known, focus, strict=True):
            unknown = len(self.members) - len(values)
            marks = [float(np.mean(points))] if not np.isnan(points).any() else []
            if unknown and not self.pair.within_arm:
                k, other = len(self.members), self._control_mean()
                centre = mean.mean + (mean.mean - other) * (mean.n - k) / k
                marks += [(k * centre - sum(values)) / unknown, other]
            sides.append(Leaving(self._group(mean), tuple(values), unknown, tuple(marks)))
        expect = self.pair.claim.expect
        if self.pair.within_arm:
            return search(*sides, partial(within, rho=self.rho, alpha=self.alpha), expect)
        theirs = self.pair.second if self.pair.first.arm == self.arm else self.pair.first
        others = Leaving(self._group(theirs))
        arms = (sides[0], others) if theirs is self.pair.second else (others, sides[0])
        equal = equal_variances(self.pair.claim)
        found = search(*arms, partial(between, equal_var=equal, alpha=self.alpha), expect)
        if found is None:
            return None
        place = 0 if theirs is self.pair.second else 1
        return Swept(found.estimate, found.p, (found.removed[place],))

    def _known_row(self, found: Swept | None, known: list, values: list[list[float]]) -> dict:
        if found is None:
            return self._infeasible("known_values", "no values of the others fit the printed SD")
        row, _ = self._point("known_values", values)
        low, high = p_range(found, self.pair.within_arm)
        facts = [value for at_visit in known for value in at_visit]
        named = ", ".join(number(value) for value in facts)
        others = len(self.members) * len(known) - len(facts)
        row["detail"] = (
            f"With the known {named} and {others} unknown value(s) anywhere they can be: from "
            f"{p_words(low)} to {p_words(high)}. {CAUTION}"
        )
        return row | {"p_low": low, "p_high": high}

    def _extremes(self, swept: list[Swept], tested: list[tuple[Result, list]]) -> list[dict]:
        """Return the feasible assumptions that are worst and best for the claim."""
        names = ("worst_feasible", "best_feasible")
        if not swept:
            reason = "no values of these patients fit the printed mean and SD"
            return [self._infeasible(name, reason) for name in names]
        points = [
            Swept(
                np.array([result.estimate]),
                np.array([result.p]),
                tuple(np.array([np.mean(v)]) for v in values),
            )
            for result, values in tested
        ]
        every = joined([*swept, *points])
        estimate, p, removed = every.estimate, every.p, every.removed
        score = support(self.pair.claim.expect, estimate, p)
        low, high = p_range(every, self.pair.within_arm)
        rows = []
        for name, best in zip(names, (int(np.argmin(score)), int(np.argmax(score))), strict=True):
            where = self._words([[float(column[best])] for column in removed])
            detail = (
                f"Without {len(self.members)} patients with a mean of {where}: "
                f"{p_words(float(p[best]))}; over all feasible values from {p_words(low)} to "
                f"{p_words(high)}. {self._floor_words()} {CAUTION}"
            )
            cells = {"estimate": estimate[best], "p": p[best], "p_low": low, "p_high": high}
            rows.append(self._line(name, detail, **{k: float(v) for k, v in cells.items()}))
        return rows

    def _floor_words(self) -> str:
        """Say which SD those who stay have at least, and why."""
        study, outcome = self.trial.study, self.pair.outcome
        found = [least_sd(study, outcome, mean) for mean in self.affected]
        told = dict.fromkeys(f"{number(value)} ({reason})" for value, reason in found)
        return f"The others' SD is taken to be at least {' and '.join(told)}."

    def _already_excluded(self, values: list[list[float]]) -> dict:
        """Take the printed summary as that of the others, and add the non-responders to it."""
        k, whole = len(self.members), []
        if np.isnan(values).any():
            return self._infeasible("already_excluded", "no baseline mean is printed")
        for mean, added in zip(self.affected, values, strict=True):
            if mean.n - k < 2:
                reason = f"the printed n of {mean.n} leaves fewer than 2 without {k}"
                return self._infeasible("already_excluded", reason)
            sd = sd_from_error(mean.error, mean.n - k, mean.reading)
            try:
                n, centre, spread = with_added(self._group(with_n(mean, mean.n - k, sd)), added)
            except ValueError as reason:
                return self._infeasible("already_excluded", f"at visit {mean.visit:g}, {reason}")
            whole.append(with_n(mean, n, spread, centre))
        result = self._compare(whole)
        detail = (
            f"If the printed summary left {k} patients out, putting them back at "
            f"{self._words(values)} gives {p_words(result.p)} "
            f"({p_words(self._as_printed().p)} as printed). {CAUTION}"
        )
        return self._line("already_excluded", detail, **result.cells())
