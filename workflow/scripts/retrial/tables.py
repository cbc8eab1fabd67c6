"""The tables that a run reads and writes: their columns, and one way to read and to write them.

Results are CSV in UTF-8 with full float precision, a fixed column order and rows in a fixed order,
so that equal inputs give equal bytes.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from retrial.axes import OWN_AXES

REPORTED_INPUT = (
    "row_id outcome arm visit statistic comparator value error error_low error_high error_label "
    "label_scope n unit source quote alternative_of version note"
).split()

COUNTS_INPUT = (
    "row_id outcome category arm visit count total remaining tally exhaustive total_row inferred "
    "source quote alternative_of version cumulative note"
).split()

EVIDENCE = (
    "id quantity population time_months window value value_type spread spread_low spread_high "
    "spread_type n events doi citation caution"
).split()

TRUTH_INPUT = "quantity outcome arm visit claim_id method value".split()

REPORTED = (
    "row_id outcome category arm visit statistic comparator value error error_low error_high "
    "error_label label_scope n total remaining tally exhaustive total_row inferred unit "
    "value_decimals error_decimals source quote alternative_of version cumulative digitized "
    "value_sigma error_sigma note"
).split()

DIGITIZED = (
    "row_id figure panel outcome arm visit label x off_visit mean upper lower error "
    "difference_of_bars difference_sigma mean_sigma mean_sigma_pixels error_sigma "
    "error_sigma_pixels sigma_from stale px py second_mean second_error held"
).split()

DRAWS = "draw row_id value error".split()

AGREEMENT = "figure panel what n bias low high sigma icc icc_low icc_high".split()

AUDIT = "check target outcome arm visit reading verdict value bound detail source".split()

SUMMARIES = (
    "row_id outcome arm visit reading admissible n mean sd sem ci_low ci_high label_scope version "
    "source"
).split()

TESTS = (
    "test_id claim_id outcome category contrast visit reading version population method statistic "
    "df1 df2 estimate ci_low ci_high effect_size effect_size_type effect_size_low effect_size_high "
    "p p_low p_high share_significant p_holm p_bh bf10 rho structure effect shape "
    "admissible defensible paper_analysis "
    "n_1 n_2 value_1 value_2 fragility detectable assumptions published_p agreement"
).split()

SENSITIVITY = (
    "analysis scenario claim_id outcome category visit reading version rho admissible comparable "
    "estimate ci_low ci_high p p_low p_high share_significant threshold detail source"
).split()

# The axes of the multiverse: with the claim, they tell its specifications apart.
AXES = (
    "outcome",
    "category",
    "visit",
    "reading",
    "version",
    "population",
    "comparator",
    "method",
    "effect",
    "shape",
    "rho",
    "structure",
    "multiplicity",
    *(axis.name for axis in OWN_AXES),
)

MULTIVERSE = (
    "claim_id outcome category visit reading version population comparator method effect shape rho "
    "structure multiplicity"
).split()
MULTIVERSE += [axis.name for axis in OWN_AXES]
MULTIVERSE += "admissible defensible estimate ci_low ci_high p supports".split()

CLAIMS = (
    "claim_id kind level derived statement rests_on quote source published_p verdict defensible_n "
    "defensible_supporting specifications share_supporting flips_on detail"
).split()

RISK_OF_BIAS = "domain stated not_stated source quote".split()

TRUTH = (
    "quantity outcome arm visit claim_id method reading row_id truth value difference "
    "relative_difference low high inside"
).split()

# One outcome of one study under one reading, as a meta-analysis would take it; a column `..._ratio`
# is that of the row to the reading as SD.
EFFECTS = (
    "study outcome unit visit version reading admissible labelled reading_1 reading_2 n_1 n_2 "
    "mean_1 sd_1 mean_2 sd_2 md md_variance md_se md_low md_high weight_md weight_md_ratio smd "
    "smd_variance smd_se smd_low smd_high smd_ratio weight_smd weight_smd_ratio"
).split()

META = (
    "outcome unit reading scale admissible k estimate se low high p hk_low hk_high hk_p pi_low "
    "pi_high tau2 tau2_pm tau2_dl i2 q q_df q_p studies detail"
).split()

META_WEIGHTS = (
    "outcome unit reading scale study visit version used_reading admissible estimate variance low "
    "high weight share pooled detail"
).split()

CHECK = "file key column expected actual tolerance verdict".split()

TEXT_COLUMNS = frozenset(
    "row_id outcome category arm statistic comparator error_label label_scope tally exhaustive "
    "total_row inferred unit source quote alternative_of version note check target reading verdict "
    "detail test_id claim_id contrast population method effect_size_type assumptions published_p "
    "agreement analysis scenario kind level statement rests_on flips_on domain stated not_stated "
    "file key column expected actual id quantity window value_type spread_type doi citation "
    "caution figure panel label sigma_from what effect structure shape multiplicity study "
    "reading_1 reading_2 scale studies used_reading".split()
) | {axis.name for axis in OWN_AXES}
FLAG_COLUMNS = frozenset(
    "admissible comparable defensible paper_analysis digitized supports exhaustive inferred "
    "cumulative derived stale inside labelled pooled held".split()
)


def read_table(path: Path | str) -> pd.DataFrame:
    """Read a results table: text as `string`, yes/no columns as `boolean`, the rest as floats."""
    frame = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""])
    for column in frame.columns:
        if column in FLAG_COLUMNS:
            frame[column] = frame[column].map({"True": True, "False": False}).astype("boolean")
        elif column not in TEXT_COLUMNS:
            frame[column] = frame[column].astype("float64")
    return frame


def write_table(frame: pd.DataFrame, path: Path | str, columns: list[str]) -> None:
    """Write `frame` with exactly `columns`, in that order; KeyError when one is missing."""
    missing = [c for c in columns if c not in frame.columns]
    extra = [c for c in frame.columns if c not in columns]
    if missing or extra:
        raise KeyError(f"{Path(path).name}: columns missing {missing}, columns unknown {extra}")
    frame[columns].to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def table(rows: list[dict], columns: list[str]) -> pd.DataFrame:
    """Return rows as a frame with exactly `columns`; absent cells are missing values."""
    unknown = sorted({key for row in rows for key in row} - set(columns))
    if unknown:
        raise KeyError(f"unknown columns {unknown}")
    return pd.DataFrame(rows, columns=columns)
