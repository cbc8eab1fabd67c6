"""Warn of readings without a reason, and of tables labelled otherwise than the paper states."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from retrial.comparisons.selection import AS_LABELLED
from retrial.stages.audit.joint import scopes_of
from retrial.stages.audit.label_fit import reasons
from retrial.stages.audit.spread import means_with_error
from retrial.study.claims import Claim
from retrial.study.models import Study


def beyond_the_label(
    study: Study, claims: list[Claim], reported: pd.DataFrame, audit: pd.DataFrame
) -> Iterator[str]:
    """Yield one warning for each claim and reading that no printed number gives a reason for.

    A claim whose numbers are not typed (they are in a figure) gives none: nothing is known of them.
    """
    means = means_with_error(reported)
    means = means.assign(scope=means["row_id"].map(scopes_of(means)))
    why = reasons(reported, audit.to_dict("records"))
    for claim in claims:
        chosen = claim.defensible.readings if claim.defensible else []
        rows = _rows(study, claim, means)
        for reading in chosen if len(rows) else ():
            pairs = zip(rows["scope"], rows["error_label"], strict=True)
            fine = any(reading == label or (scope, reading) in why for scope, label in pairs)
            if reading != AS_LABELLED and not fine:
                labels = " and ".join(sorted({label.upper() for label in rows["error_label"]}))
                yield (
                    f"Warning: claims.yaml, {claim.id}, defensible.readings: {reading} is not the "
                    f"stated label ({labels}), and nothing printed gives a reason to doubt that; "
                    f"it will not count. Write [{AS_LABELLED}] alone, or leave readings out."
                )


def other_than_stated(study: Study, reported: pd.DataFrame) -> Iterator[str]:
    """Yield one warning for each table whose typed label is not the one of study.yaml."""
    means = means_with_error(reported)
    stated = study.error_label.label
    for scope, rows in means.groupby("label_scope", sort=False):
        label = rows["error_label"].iloc[0]
        if label != stated:
            yield (
                f"Warning: reported.csv, label_scope {scope}: {len(rows)} error terms are typed as "
                f"{label.upper()}, and study.yaml (error_label) says {stated.upper()}. Leave them "
                f"if {rows['source'].iloc[0]} itself says so."
            )


def _rows(study: Study, claim: Claim, means: pd.DataFrame) -> pd.DataFrame:
    """Return the printed means with an error term that a claim compares."""
    first = [claim.from_visit] if claim.form == "change" else []
    wanted = [
        (means["outcome"] == target.outcome) & means["visit"].isin([*target.visits, *first])
        for target in claim.targets
        if study.outcome(target.outcome).kind == "continuous"
    ]
    chosen = pd.concat(wanted, axis=1).any(axis=1) if wanted else pd.Series(False, means.index)
    return means[chosen]
