"""The trial's events beside natural history, and outcomes derived from others, in sentences."""

from __future__ import annotations

import pandas as pd

from retrial.report.html import escape
from retrial.report.load import Results
from retrial.report.phrases import event_name, evidence_label
from retrial.report.words import capital, count_of, listing, number, p_phrase, percent


def say_natural_remission(results: Results, rows: pd.DataFrame) -> str:
    """Say how the treated events compare with the control and with outside rates."""
    told = []
    if (rows["scenario"] == "concurrent_control").any():
        told.append(
            "Randomization gives both arms the same natural remission, so the trial's own control "
            "comes first; rates from outside the trial follow (one-sided tests)."
        )
    for event, group in rows[rows["category"].notna()].groupby("category", sort=False):
        told.append(_beside(results, event, group))
    window = rows[rows["scenario"].str.startswith("window_") & rows["threshold"].notna()]
    settings = results.study.natural_remission
    if len(window) and settings is not None:
        first = window.iloc[0]
        named = f" (the {escape(settings.called)})" if settings.called else ""
        told.append(
            f"By the paper's window of {settings.window_months:g} months since diagnosis{named}, "
            f"only visits from month {first['threshold']:g} on are certainly after the window."
        )
    changes = rows[rows["scenario"].str.startswith("natural_change:")]
    if len(changes):
        told.append(
            "Natural changes of means are taken over months since diagnosis at which the trial's "
            "patients can have been."
        )
    return " ".join(told)


def _beside(results: Results, event: str, rows: pd.DataFrame) -> str:
    """Return one event's comparison with the trial's control, and with outside rates of it."""
    name = escape(capital(event_name(results, event)))
    parts = []
    control = rows[rows["scenario"] == "concurrent_control"]
    if len(control):
        shown = list(dict.fromkeys(p_phrase(p, results.alpha) for p in control["p"]))
        parts.append(f"{listing(shown, 'or')} against the trial's own control")
    near = rows[rows["comparable"].fillna(False).astype(bool) & rows["p"].notna()]
    near = near[~near["scenario"].str.contains("beta_binomial")]
    if len(near):
        # The same counts in two versions of the paper are one comparison.
        near = near.drop_duplicates(["scenario", "estimate", "p"])
        below = int((near["p"] < results.alpha).sum())
        sources = near["scenario"].str.split(":").str[0].nunique()
        parts.append(
            f"beside the {'' if sources == 1 else f'{sources} '}nearest outside "
            f"rate{'' if sources == 1 else 's'}, {below} of "
            f"{count_of(len(near), 'comparison')} {'falls' if below == 1 else 'fall'} below "
            f"{number(results.alpha, 2)} ({_differing(near)})"
        )
        limits = list(dict.fromkeys(percent(v, 1) for v in near["threshold"].dropna()))
        if limits:
            parts.append(
                f"significance is lost once the natural rate exceeds {listing(limits, 'or')}"
            )
    else:
        parts.append("no outside rate is near it")
    return f"<b>{name}</b>: {'; '.join(parts)}."


def _differing(near: pd.DataFrame) -> str:
    """Say how many of the nearest rates count the same event, and whom the differences flatter."""
    rates = near.assign(evidence=near["scenario"].str.split(":").str[0])
    rates = rates.drop_duplicates("evidence")["differences"]
    same = int(rates.isna().sum())
    told = [
        f"{same} of them {'counts' if same == 1 else 'count'} exactly the same event"
        if same
        else "none of them counts exactly the same event"
    ]
    for favours, side in (("trial", "the trial"), ("comparison", "the comparison")):
        if parts := _parts(rates, favours):
            told.append(f"differences that flatter {side}: {', '.join(parts)}")
    return "; ".join(told)


def _parts(rates: pd.Series, favours: str) -> list[str]:
    """Return the parts of the estimand in which a difference favours one side, each once."""
    found = (one.partition(":") for codes in rates.dropna() for one in codes.split(";"))
    return list(dict.fromkeys(part for part, _, side in found if side == favours))


def say_derived(results: Results, rows: pd.DataFrame) -> str:
    """Say what is derived, and where it is inside its limit."""
    told = []
    for one in results.study.derived:
        mine = rows[rows["scenario"].str.startswith(f"{one.id}:")]
        if mine.empty:
            continue
        known = mine[mine["estimate"].notna()]
        pending = len(mine) - len(known)
        words = [f"all parts are printed for {count_of(len(known), 'mean')}"] if len(known) else []
        if pending:
            words.append(
                f"for {count_of(pending, 'printed mean')} the other part is not printed, and the "
                "table says at which value of it the limit is reached"
            )
        told.append(f"{escape(one.label)}, {escape(one.equals)}: {'; '.join(words)}.")
    return " ".join(told)


def say_control(results: Results, rows: pd.DataFrame) -> str:
    """Say for each event which outside rates the control arm lies below."""
    told = []
    for event, group in rows.groupby("category", sort=False):
        group = group.drop_duplicates(["scenario", "p"])
        below = group[group["p"] < results.alpha]
        words = f"below {len(below)} of {count_of(len(group), 'outside rate')} (one-sided)"
        if len(below):
            least = below.sort_values("p", kind="stable").iloc[0]
            words += (
                f", the furthest {evidence_label(results, least['scenario'])} "
                f"({p_phrase(least['p'], results.alpha)})"
            )
        name = escape(capital(event_name(results, event)))
        told.append(f"<b>{name}</b>, control arm: significantly {words}.")
    return (
        "A control arm with fewer remissions than untreated patients have elsewhere makes a "
        f"difference that the treatment need not explain. {' '.join(told)}"
    )
