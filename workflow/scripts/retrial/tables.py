"""The tables that a run reads and writes: their columns, and one way to read and to write them.

Each table declares its columns once: name, order, kind and key. A kind belongs to a table's column,
not to a name: `statistic` is a word in reported.csv and a number in tests.csv. Results are CSV in
UTF-8 with full float precision, a fixed column order and rows in a fixed order.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from retrial.axes import OWN_AXES
from retrial.files import whole
from retrial.table_types import Column, Table

# Typed files, read as text: the printed decimals count.
REPORTED_INPUT = (
    "row_id outcome category arm visit statistic comparator value error error_low error_high "
    "error_label label_scope n unit source quote alternative_of version note"
).split()

COUNTS_INPUT = (
    "row_id outcome category arm visit count total remaining tally exhaustive total_row inferred "
    "source quote alternative_of version cumulative population note"
).split()

# Columns that a typed file may leave out of its header.
OPTIONAL_INPUT = {"reported.csv": ("category",), "counts.csv": ("population",)}

TRUTH_INPUT = "quantity outcome arm visit claim_id method value".split()

TABLES: dict[str, Table] = {}


def _declare(name: str, columns: str) -> list[str]:
    """Declare a table, a line for neighbouring columns of a kind; a `*` marks a key."""
    found = []
    for line in columns.split("\n"):
        kind, _, names = line.strip().partition(": ")
        for word in names.split():
            found.append(Column(word.removesuffix("*"), kind, key=word.endswith("*")))
    TABLES[name] = Table(name, tuple(found))
    return TABLES[name].names


EVIDENCE = _declare(
    "evidence",
    """
    text: id quantity population
    number: time_months
    text: window clock occurrence event selection group
    number: value
    text: value_type
    number: spread spread_low spread_high
    text: spread_type
    whole: n
    number: events
    text: doi citation caution
    """,
)

REPORTED = _declare(
    "reported",
    """
    text: row_id* outcome category arm
    whole: visit
    text: statistic comparator
    number: value error error_low error_high
    text: interval_scale error_label label_scope
    whole: n total remaining
    text: tally
    flag: exhaustive
    text: total_row
    flag: inferred
    text: unit
    whole: value_decimals error_decimals
    text: source quote alternative_of version
    flag: cumulative
    text: population
    flag: digitized
    number: value_sigma error_sigma
    text: note
    """,
)

DIGITIZED = _declare(
    "digitized",
    """
    text: row_id* figure panel outcome arm
    whole: visit
    text: label
    number: x off_visit mean upper lower error difference_of_bars difference_sigma mean_sigma
    number: mean_sigma_pixels error_sigma error_sigma_pixels
    text: sigma_from
    flag: stale
    number: px py second_mean second_error
    flag: held
    whole: left_out
    """,
)

DRAWS = _declare(
    "digitization",
    """
    whole: draw
    text: row_id
    number: value error
    """,
)

AGREEMENT = _declare(
    "agreement",
    """
    text: figure* panel* what*
    whole: n
    number: bias low high sigma icc icc_low icc_high
    """,
)

AUDIT = _declare(
    "audit",
    """
    text: check* target* outcome* arm*
    whole: visit*
    text: reading* verdict
    number: value bound
    p: p_low p_high
    text: fits claims detail source
    """,
)

# What each typed row is used for; where by nothing, the reason.
USAGE = _declare(
    "usage",
    """
    text: row_id* file used_by because
    """,
)

# One test of the numbers behind a printed p, with the range of p that it can give.
PRINTED_P = _declare(
    "printed_p",
    """
    text: row_id* outcome category arm
    whole: visit*
    text: version* contrast* reading* test*
    whole: n_1 n_2
    p: p_low p_high
    number: rho_low rho_high
    flag: fits
    """,
)

SUMMARIES = _declare(
    "summaries",
    """
    text: row_id* outcome arm
    whole: visit
    text: reading*
    flag: admissible labelled open
    text: because
    whole: n
    number: mean sd sem ci_low ci_high
    text: label_scope version source
    """,
)

TESTS = _declare(
    "tests",
    """
    text: test_id* claim_id outcome category contrast
    whole: visit
    text: reading version population method
    number: statistic df1 df2 estimate ci_low ci_high effect_size
    text: effect_size_type
    number: effect_size_low effect_size_high
    p: p p_low p_high
    number: share_significant
    p: p_holm p_bh
    number: bf10 rho
    text: structure effect shape
    flag: admissible defensible paper_analysis labelled
    text: calculation
    whole: n_1 n_2
    number: value_1 value_2
    whole: fragility
    number: detectable
    text: assumptions published_p agreement
    """,
)

SENSITIVITY = _declare(
    "sensitivity",
    """
    text: analysis* scenario* claim_id* outcome* category*
    whole: visit*
    text: reading* version*
    number: rho*
    text: method*
    flag: admissible comparable
    text: differences
    number: estimate ci_low ci_high physiological_low physiological_high
    p: p p_low p_high
    number: share_significant threshold
    text: holds detail source
    """,
)

# The axes of the multiverse are its keys: with the claim, they tell its specifications apart.
MULTIVERSE = _declare(
    "multiverse",
    """
    text: claim_id* outcome* category*
    whole: visit*
    text: reading* version* population* comparator* method* effect* shape*
    number: rho*
    text: structure* multiplicity*
    """
    + "".join(f"\n    text: {axis.name}*" for axis in OWN_AXES)
    + """
    text: calculation
    flag: admissible defensible
    number: estimate ci_low ci_high
    p: p
    flag: supports opposes
    """,
)

CLAIMS = _declare(
    "claims",
    """
    text: claim_id* kind level basis verdict statement expect combine rests_on needs_all needs_any
    text: contradicted_by quote source published_p
    number: decided_at
    text: decided_by compared
    whole: defensible_n defensible_supporting defensible_partly specifications parts_missing
    p: p_least p_greatest
    text: flips_on flips_at condition_reading
    whole: condition_visit
    number: condition_low condition_high rate_high
    text: impossible_p evidence_beyond
    number: evidence_high
    text: detail
    """,
)

RISK_OF_BIAS = _declare(
    "risk_of_bias",
    """
    text: domain* stated not_stated unreported source quote
    """,
)

TRUTH = _declare(
    "truth",
    """
    text: quantity* outcome* arm*
    whole: visit*
    text: claim_id* method* reading* row_id
    number: truth value difference relative_difference low high
    flag: inside
    """,
)

# One outcome of one study under one reading, as a meta-analysis would take it; a column `..._ratio`
# is that of the row to the reading as SD.
EFFECTS = _declare(
    "effects",
    """
    text: study outcome* category* unit
    whole: visit*
    text: version* reading*
    flag: admissible labelled
    text: reading_1 reading_2
    whole: n_1 n_2
    number: mean_1 sd_1 mean_2 sd_2 md md_variance md_se md_low md_high weight_md
    number: weight_md_ratio smd smd_variance smd_se smd_low smd_high smd_ratio weight_smd
    number: weight_smd_ratio
    whole: events_1 events_2
    number: log_rr log_rr_variance log_rr_se log_rr_low log_rr_high weight_log_rr
    number: log_or log_or_variance log_or_se log_or_low log_or_high weight_log_or
    """,
)

META = _declare(
    "meta",
    """
    text: outcome category unit reading scale
    flag: admissible
    number: k estimate se low high
    p: p
    number: hk_low hk_high hk_p pi_low pi_high tau2 tau2_pm tau2_dl i2 q q_df q_p
    text: studies detail
    """,
)

META_WEIGHTS = _declare(
    "weights",
    """
    text: outcome category unit reading scale study
    whole: visit
    text: version used_reading
    flag: admissible
    number: estimate variance low high weight share
    flag: pooled
    text: detail
    """,
)

CHECK = _declare(
    "check",
    """
    text: file key column expected actual tolerance verdict
    """,
)

AXES = tuple(key for key in TABLES["multiverse"].keys if key != "claim_id")


def table_named(path: Path | str) -> Table:
    """Return the table whose name a file has; KeyError when none is declared."""
    name = Path(path).stem
    if name not in TABLES:
        raise KeyError(f"{Path(path).name}: no table of this name is declared in retrial.tables")
    return TABLES[name]


def read_table(path: Path | str, name: str | None = None) -> pd.DataFrame:
    """Read a table: text as `string`, yes/no columns as `boolean`, the rest as floats.

    Args:
        path: A CSV file, named as its table unless `name` says which it is.
        name: The table's name, for a file of another name.
    """
    frame = pd.read_csv(path, dtype="string", keep_default_na=False, na_values=[""])
    return (TABLES[name] if name else table_named(path)).typed(frame)


def write_table(frame: pd.DataFrame, path: Path | str, columns: list[str]) -> None:
    """Write `frame` with exactly `columns`, in that order; KeyError when one is missing."""
    missing = [c for c in columns if c not in frame.columns]
    extra = [c for c in frame.columns if c not in columns]
    if missing or extra:
        raise KeyError(f"{Path(path).name}: columns missing {missing}, columns unknown {extra}")
    with whole(path) as part:
        frame[columns].to_csv(part, index=False, lineterminator="\n", encoding="utf-8")


def table(rows: list[dict], columns: list[str]) -> pd.DataFrame:
    """Return rows as a frame with exactly `columns`; absent cells are missing values."""
    unknown = sorted({key for row in rows for key in row} - set(columns))
    if unknown:
        raise KeyError(f"unknown columns {unknown}")
    return pd.DataFrame(rows, columns=columns)
