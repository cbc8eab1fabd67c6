"""What the tests would say if patients who had left were not in the printed denominators.

A denominator that is larger than the number still followed hides how the lost patients were
counted. For counts the scenarios leave them out, or assume their outcomes. For means, k of the n
members of a printed summary (mean m, SD s) are taken out, whatever their values were.

With v and SS_k the mean and the sum of squares of those k, d = m' - m the shift of the mean to that
of the n - k who stay, and SS' their sum of squares: (n - k) d + k (v - m) = 0, hence
v - m = -d (n - k) / k, and the sums of squares about m add up to

    (n - 1) s^2 = SS' + (n - k) d^2 + SS_k + k (v - m)^2 = SS' + SS_k + d^2 n (n - k) / k.

No sum of squares is negative, so |d| <= s sqrt((n - 1) k / (n (n - k))), and SS' lies between 0 and
(n - 1) s^2 - d^2 n (n - k) / k (it equals the latter where k = 1, because SS_1 = 0). t depends on d
and SS' together: it is optimized over both, within the outcome's limits and with a least sensible
SD. d = 0 and SS' = (n - k - 1) s^2, the printed moments at n - k, is what is expected when the lost
are a random sample of all (missing completely at random).
"""

from __future__ import annotations

from functools import partial

from retrial.comparisons.populations import populations, possible
from retrial.comparisons.selection import Mean
from retrial.stages.sensitivity.comparisons import (
    CountPair,
    MeanPair,
    counts_compared,
    equal_variances,
    group_of,
    least_sd,
    mean_pairs,
    reading_words,
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
from retrial.study.models import Study
from retrial.trial import Trial
from retrial.vocabulary import SCENARIOS
from retrial.wording import number, p_words, ratio

ANALYSIS = "dropouts"


def dropouts(trial: Trial, *, alpha: float, readings: list[str], rho: list[float]) -> list[dict]:
    """Return the scenarios for every comparison whose printed n is above the number followed.

    Counts: `as_printed` and the handlings of `retrial.comparisons.populations`, those of patients
    in no printed category too. Means: `as_printed`; `completers`, the same mean and SD with the
    least n; `worst_case` and `best_case` for the claim over every set of values that the lost may
    have had, with the range of p in `p_low` and `p_high`.
    """
    rows = []
    for pair in mean_pairs(trial, readings):
        leaving = _leaving(trial.study, pair)
        if any(max(counts) for counts in leaving):
            rows += MeansOfCompleters(trial, pair, leaving, pair.rho(rho), alpha).rows()
    for counts in counts_compared(trial):
        tables = populations(trial.study, counts.claim, counts.first, counts.second, trial.reported)
        if tables:
            rows += _count_rows(tables, counts, alpha)
    return rows


def _leaving(study: Study, pair: MeanPair) -> list[list[int]]:
    """Return for both means the possible numbers of members who were no longer followed.

    A change is one of the same patients: whoever is missing at the later visit leaves both.
    """
    means = (pair.first, pair.second)
    stay = [study.available(mean.arm, mean.visit) for mean in means]
    if pair.within_arm:
        stay = [stay[1], stay[1]]
    return [
        sorted({max(0, mean.n - size) for size in range(least, most + 1)})
        for mean, (least, most) in zip(means, stay, strict=True)
    ]


class MeansOfCompleters:
    """The scenarios for one pair of means of which members may have left."""

    def __init__(
        self, trial: Trial, pair: MeanPair, leaving: list[list[int]], rho: float, alpha: float
    ) -> None:
        self.trial, self.pair, self.rho, self.alpha = trial, pair, rho, alpha
        self.leaving = leaving
        self.means = (pair.first, pair.second)

    def rows(self) -> list[dict]:
        """Return one row a scenario, infeasible ones included."""
        rows = []
        fewest = [m.n - max(k) for m, k in zip(self.means, self.leaving, strict=True)]
        for scenario, sizes in {
            "as_printed": [mean.n for mean in self.means],
            "completers": fewest,
        }.items():
            if min(sizes) < 2:
                detail = f"Infeasible: n of {sizes[0]} and {sizes[1]}."
                rows.append(self._line(scenario, detail))
                continue
            # The SD is that of the n that the error term was printed for.
            a, b = (with_n(m, n, m.sd) for m, n in zip(self.means, sizes, strict=True))
            test = self.pair.compare(self.rho, self.alpha, a, b)
            detail = f"{reading_words(self.pair)}, with n of {a.n} and {b.n}: {p_words(test.p)}."
            rows.append(self._line(scenario, detail, **test.cells()))
        if min(fewest) < 2 or not self.pair.admissible:
            return rows
        return rows + self._extremes()

    def _line(self, scenario: str, detail: str, **cells: object) -> dict:
        return self.pair.line(ANALYSIS, scenario, rho=self.rho, detail=detail, **cells)

    def _extremes(self) -> list[dict]:
        """Return the worst and the best case for the claim over every set of lost patients."""
        expect = self.pair.claim.expect
        steps = [
            (k1, k2)
            for k1 in self.leaving[0]
            for k2 in self.leaving[1]
            if (k1 or k2) and (not self.pair.within_arm or self._same_left(k1, k2))
        ]
        found = [swept for step in steps if (swept := self._sweep(*step)) is not None]
        if not found:
            reason = "Infeasible: no values of the lost fit the printed mean and SD."
            return [self._line(name, reason) for name in ("worst_case", "best_case")]
        every = joined(found)
        low, high = p_range(every, passes_zero=True)
        score = support(expect, every.estimate, every.p)
        rows = []
        for name, at in (("worst_case", int(score.argmin())), ("best_case", int(score.argmax()))):
            detail = (
                f"{reading_words(self.pair)}, the values of the lost those that speak most "
                f"{'against' if name == 'worst_case' else 'for'} the claim: "
                f"{p_words(float(every.p[at]))}; over all values that the printed mean and SD "
                f"allow from {p_words(low)} to {p_words(high)}. {self._floor_words()}"
            )
            cells = {"estimate": every.estimate[at], "p": every.p[at], "p_low": low, "p_high": high}
            rows.append(self._line(name, detail, **{k: float(v) for k, v in cells.items()}))
        return rows

    def _same_left(self, k1: int, k2: int) -> bool:
        return self.means[0].n - k1 == self.means[1].n - k2

    def _sweep(self, k1: int, k2: int) -> Swept | None:
        sides = [
            Leaving(group_of(self.trial.study, self.pair.outcome, mean), (), k, _focus(mean, k))
            for mean, k in zip(self.means, (k1, k2), strict=True)
        ]
        if self.pair.within_arm:
            compare = partial(within, rho=self.rho, alpha=self.alpha)
        else:
            equal = equal_variances(self.pair.claim)
            compare = partial(between, equal_var=equal, alpha=self.alpha)
        return search(*sides, compare, self.pair.claim.expect)

    def _floor_words(self) -> str:
        told = {
            f"{number(value)} ({reason})": None
            for mean, counts in zip(self.means, self.leaving, strict=True)
            if max(counts)
            for value, reason in [least_sd(self.trial.study, self.pair.outcome, mean)]
        }
        return f"The others' SD is taken to be at least {' and '.join(told)}."


def _focus(mean: Mean, k: int) -> tuple[float, ...]:
    """Return the removed mean at which the mean of the others stays what it was."""
    return (mean.mean,) if k else ()


def _count_rows(tables: dict, pair: CountPair, alpha: float) -> list[dict]:
    (first, second) = tables["as_printed"]
    rows = []
    for scenario, table in tables.items():
        phrase = SCENARIOS[scenario].detail
        if not possible(table):
            detail = f"Infeasible: {ratio(*first)} and {ratio(*second)} do not allow it."
            rows.append(pair.line(ANALYSIS, scenario, detail=f"{phrase}. {detail}"))
            continue
        test = pair.compare(*table, alpha)
        detail = f"{phrase}: {ratio(*table[0])} v. {ratio(*table[1])}, {p_words(test.p)}."
        rows.append(pair.line(ANALYSIS, scenario, detail=detail, **test.cells()))
    return rows
