"""p values as papers print them, and whether a recomputed one agrees.

"decision_error" is statcheck's word (Nuijten et al. 2016, doi 10.3758/s13428-015-0664-2).
"""

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from retrial.stats.bounds import decimals_of, rounding_interval
from retrial.stats.student import check_alpha

_COMPARATORS = {
    **{"<": "<", ">": ">", "<=": "<=", "≤": "<=", "⩽": "<=", ">=": ">=", "≥": ">=", "⩾": ">="},
    **dict.fromkeys(("=", "", ":", "≈", "~", "∼"), "="),
}
# After the number: marks of footnotes, and that the test has two sides (one side is another p).
_STATEMENT = re.compile(
    r"(?:p(?:[\s-]*values?)?)?\s*:?\s*(<=|>=|≤|⩽|≥|⩾|<|>|=|:|≈|~|∼|)\s*"
    r"(\d*[.,·]\d+|\d+)(e-?\d+)?"
    r"\s*[*†‡§¶#]*\s*(?:[(,]?\s*(?:two|2)[\s-]*(?:tailed|sided)\s*(?:test)?\s*\)?)?\s*[*†‡§¶#]*",
    re.IGNORECASE,
)
_NOT_SIGNIFICANT = re.compile(
    r"(?:p(?:[\s-]*values?)?\s*[=:]?\s*)?(?:n\.?\s?s\.?|not significant|non-?\s?significant)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PublishedP:
    """What a paper says about a p value.

    Attributes:
        comparator: "<", "<=", "=", ">=", ">" or "ns" (not significant, without a number).
        value: The number printed; None for "ns".
        decimals: Decimals printed; None takes those of `value` as Python writes it.
    """

    comparator: str
    value: float | None
    decimals: int | None = None

    def __post_init__(self) -> None:
        """Refuse a statement that nobody can print."""
        if self.comparator == "ns":
            if self.value is not None:
                raise ValueError(f"'ns' carries no number, found {self.value!r}.")
        elif self.comparator not in _COMPARATORS.values():
            raise ValueError(f"A p value's comparator cannot be {self.comparator!r}.")
        elif self.value is None or not 0 <= self.value <= 1:
            raise ValueError(f"A p value must lie between 0 and 1, found {self.value!r}.")
        elif (self.comparator, self.value) in (("<", 0), (">", 1)):
            raise ValueError(f"No p value is {self.comparator} {self.value:g}.")


def parse_p(text: str | None) -> PublishedP | None:
    """Read a printed p value.

    Args:
        text: "p<0.05", "P < 0.001", "p = .03", "0·03", "P-value: 0.2", "p=.05*", "p = 0.03
            (two-tailed)", "p≈0.05", "ns", "n.s." and the like; None, NaN or blank where the paper
            prints none.

    Returns:
        The statement, or None where there is none.

    Raises:
        ValueError: If the text is no statement about a p value, or the value exceeds 1.
    """
    if text is None or (isinstance(text, float) and math.isnan(text)):
        return None
    if not isinstance(text, str):
        raise ValueError(f"Expected a printed p value as text, such as 'p<0.05', found {text!r}.")
    stripped = text.strip()
    if not stripped:
        return None
    if _NOT_SIGNIFICANT.fullmatch(stripped):
        return PublishedP("ns", None)
    match = _STATEMENT.fullmatch(stripped)
    if match is None:
        raise ValueError(
            f"Expected a printed p value such as 'p<0.05', 'p=0.03' or 'ns', found {text!r}."
        )
    comparator, number, exponent = match.groups()
    printed = re.sub("[,·]", ".", number) + (exponent or "")
    return PublishedP(_COMPARATORS[comparator], float(Decimal(printed)), decimals_of(printed))


def implied_interval(published: PublishedP, alpha: float = 0.05) -> tuple[float, float]:
    """Return the interval of p that a printed statement allows.

    Args:
        published: The statement; "=" 0.03 allows [0.025, 0.035], "<" v [0, v), ">" v (v, 1].
        alpha: Significance level that "ns" refers to: [alpha, 1].

    Returns:
        (low, high); the end v of "<" and ">" does not belong to the interval.

    Raises:
        ValueError: If alpha is not between 0 and 1.
    """
    check_alpha(alpha)
    if published.comparator == "ns":
        return alpha, 1.0
    value = float(published.value)
    if published.comparator in ("<", "<="):
        return 0.0, value
    if published.comparator in (">", ">="):
        return value, 1.0
    decimals = published.decimals
    if decimals is None:
        decimals = decimals_of(repr(value))
    low, high = rounding_interval(f"{Decimal(repr(value)):.{decimals}f}")
    return max(low, 0.0), min(high, 1.0)


def _verdicts(low: float, high: float, alpha: float, high_open: bool = False) -> set[bool]:
    """Return which answers to "significant?" an interval of p allows."""
    verdicts = set()
    if low < alpha:
        verdicts.add(True)
    if high > alpha or (high == alpha and not high_open):
        verdicts.add(False)
    return verdicts


def agreement(
    p: float, p_low: float, p_high: float, published: PublishedP | None, alpha: float = 0.05
) -> str:
    """Say whether a recomputed p agrees with the printed one.

    Args:
        p: Recomputed p.
        p_low: Least p that the printed numbers allow; NaN for p itself.
        p_high: Greatest p that they allow; NaN for p itself.
        published: What the paper says, or None.
        alpha: Significance level; significant is p < alpha.

    Returns:
        "not_published"; "consistent" if any p in [p_low, p_high] satisfies the printed statement;
        else "decision_error" if no p in that interval leads to the verdict at alpha that the
        printed statement leads to; else "inconsistent". A statement that leaves the verdict open
        (such as "p < 0.10" at .05) cannot be a decision error.

    Raises:
        ValueError: If there is a printed statement and p is not between 0 and 1, or p_low exceeds
            p_high.
    """
    check_alpha(alpha)
    if published is None:
        return "not_published"
    if not 0 <= p <= 1:
        raise ValueError(f"The recomputed p must lie between 0 and 1, found {p!r}.")
    if p_low > p_high:
        raise ValueError(f"p_low must not exceed p_high, found {p_low!r} and {p_high!r}.")
    # p belongs to its own range, even if that was found to fewer digits.
    low = p if math.isnan(p_low) else min(p, p_low)
    high = p if math.isnan(p_high) else max(p, p_high)
    allowed_low, allowed_high = implied_interval(published, alpha)
    if published.comparator == "<":
        consistent = low < allowed_high
    elif published.comparator == ">":
        consistent = high > allowed_low
    else:
        consistent = low <= allowed_high and high >= allowed_low
    if consistent:
        return "consistent"
    printed = _verdicts(allowed_low, allowed_high, alpha, high_open=published.comparator == "<")
    return "decision_error" if printed.isdisjoint(_verdicts(low, high, alpha)) else "inconsistent"
