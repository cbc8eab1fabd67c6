"""Hu 2013: error bars, correlation, and what must be true where a number is not printed."""

import numpy as np
import pandas as pd
import pytest
from retrial.registry import columns_of
from retrial.stages.sensitivity import analyse
from retrial.tables import read_table, write_table
from scipy import stats
from sensitivity_rows import RHO, analysed, one, pick


@pytest.fixture
def rows(sensitivity_rows):
    return sensitivity_rows


def test_every_row_has_a_name_of_its_own_and_a_sentence(rows):
    keys = "analysis scenario claim_id outcome category visit reading version rho".split()
    assert not rows.duplicated(keys).any()
    assert rows["detail"].str.endswith(".").all()
    assert rows["source"].notna().all()
    assert list(rows.columns) == columns_of("sensitivity")
    assert list(rows["analysis"].unique()) == [
        "error_bars",
        "nonresponders",
        "dropouts",
        "natural_remission",
        "control_history",
        "derived",
        "correlation",
        "required_effect",
        "partial_identification",
    ]


def test_the_details_accuse_nobody(rows):
    words = " ".join(rows["detail"]).lower()
    assert not any(word in words for word in ("fraud", "fabricat", "wrong", "false", "suspicious"))


def test_tables_read_from_disk_give_the_same_rows(hu2013, rows, tmp_path):
    for name in ("reported", "summaries"):
        frame = getattr(hu2013, name)
        write_table(frame, tmp_path / f"{name}.csv")
    again = analysed(
        hu2013,
        reported=read_table(tmp_path / "reported.csv"),
        summaries=read_table(tmp_path / "summaries.csv"),
    )
    written = []
    for frame in (rows, again):
        write_table(frame, tmp_path / "sensitivity.csv")
        written.append((tmp_path / "sensitivity.csv").read_bytes())
    assert written[0] == written[1]


def test_baseline_fpg_under_each_reading_equals_scipy(rows):
    for reading, factors in {
        "sd": (1, 1),
        "sem": (np.sqrt(15), np.sqrt(14)),
        "ci95": (np.sqrt(15) / stats.t.ppf(0.975, 14), np.sqrt(14) / stats.t.ppf(0.975, 13)),
    }.items():
        row = one(rows, analysis="error_bars", outcome="fpg", reading=reading)
        test = stats.ttest_ind_from_stats(102.6, 30.8 * factors[0], 15, 97.2, 29.6 * factors[1], 14)
        assert row["p"] == pytest.approx(test.pvalue, rel=1e-12)
        assert row["estimate"] == pytest.approx(5.4)
        assert ("inadmissible" in row["detail"]) == (reading != "sd")
        at_alpha = stats.ttest_ind_from_stats(
            102.6,
            30.8 * factors[0] * row["threshold"],
            15,
            97.2,
            29.6 * factors[1] * row["threshold"],
            14,
        )
        assert at_alpha.pvalue == pytest.approx(0.05, rel=1e-9)


def test_hba1c_change_never_flips_as_sd_and_flips_at_53_as_sem(rows):
    changes = pick(rows, analysis="correlation", claim_id="hba1c_better_than_before")
    as_sd = pick(changes, reading="sd")
    assert len(as_sd) == 2 * len(RHO)
    assert as_sd["threshold"].isna().all() and (as_sd["p"] < 0.05).all()
    assert as_sd["detail"].str.contains("never flips").all()
    as_sem = pick(changes, reading="sem", version="hba1c_baseline:text")
    assert as_sem["threshold"].round(2).eq(0.53).all()
    assert list(as_sem["p"] < 0.05) == [r > 0.53 for r in RHO]


def test_a_paired_p_equals_one_on_patients_with_these_moments(rows):
    row = one(
        rows,
        analysis="correlation",
        reading="sem",
        version="hba1c_baseline:text",
        rho=0.3,
    )
    s0, s1 = 0.57 * np.sqrt(15), 0.67 * np.sqrt(15)
    noise = np.random.default_rng(1).normal(size=(15, 2))
    white = np.linalg.qr(noise - noise.mean(axis=0))[0] * np.sqrt(14)
    covariance = np.array([[s0**2, 0.3 * s0 * s1], [0.3 * s0 * s1, s1**2]])
    patients = white @ np.linalg.cholesky(covariance).T + [6.8, 5.5]
    assert row["p"] == pytest.approx(stats.ttest_rel(*patients.T).pvalue, rel=1e-9)


@pytest.mark.parametrize(
    ("scenario", "reading", "mean", "holds"),
    [
        ("equal_bars", "sem", 7.45, False),
        ("equal_bars", "sd", 6.01, True),
        ("any_other_sd", "sem", 6.92, False),
        ("any_other_sd", "sd", 5.87, True),
    ],
)
def test_control_mean_that_hba1c_needs(rows, scenario, reading, mean, holds):
    row = one(rows, analysis="required_effect", scenario=scenario, reading=reading)
    assert row["claim_id"] == "hba1c_lower" and row["visit"] == 6
    assert row["threshold"] == pytest.approx(mean, abs=0.006)
    assert ("do not go together" in row["detail"]) == (not holds)
    assert "Figure 3 would settle it" in row["detail"]
    sd = 0.67 * (np.sqrt(15) if reading == "sem" else 1)
    other = 0.67 * (np.sqrt(14) if reading == "sem" else 1) * (scenario == "equal_bars")
    test = stats.ttest_ind_from_stats(5.5, sd, 15, row["threshold"], other, 14)
    assert test.pvalue == pytest.approx(0.05, rel=1e-9)


def test_nothing_printed_gives_the_difference_in_sds(rows):
    cpgr = pick(rows, analysis="required_effect", outcome="cpgr", scenario="sd_units", visit=6)
    assert cpgr["threshold"].round(2).tolist() == [0.76]
    assert "Figure 4" in cpgr["detail"].iloc[0]


def test_a_claim_of_no_difference_says_what_it_cannot_exclude(rows):
    row = one(rows, analysis="required_effect", outcome="fpg", scenario="baseline_sd", visit=6)
    test = stats.ttest_ind_from_stats(row["threshold"], 30.8, 15, 0, 29.6, 14)
    assert test.pvalue == pytest.approx(0.05, rel=1e-9)
    assert "would still be 'not significant'" in row["detail"]


def test_only_admissible_readings_of_table_1_are_used(rows):
    found = pick(rows, analysis="required_effect", outcome="c_peptide")
    assert set(found["reading"]) == {"sd"}


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_repeated_measures_group_effect_equals_an_anova_of_patients(rows, rho):
    import pingouin

    row = one(
        rows,
        analysis="required_effect",
        scenario="repeated_measures_sd_units",
        claim_id="ppg_lower",
        rho=rho,
    )
    k, generator, frames = 11, np.random.default_rng(3), []
    root = np.linalg.cholesky(np.full((k, k), rho) + (1 - rho) * np.eye(k))
    for arm, n, shift in (("treated", 15, row["estimate"]), ("control", 13, 0.0)):
        noise = generator.normal(size=(n, k))
        white = np.linalg.qr(noise - noise.mean(axis=0))[0] * np.sqrt(n - 1)
        values = white @ root.T + shift
        frames.append(
            pd.DataFrame(
                {
                    "arm": arm,
                    "patient": [f"{arm}{i}" for i in range(n) for _ in range(k)],
                    "visit": list(range(k)) * n,
                    "value": values.ravel(),
                }
            )
        )
    anova = pingouin.mixed_anova(
        data=pd.concat(frames), dv="value", within="visit", between="arm", subject="patient"
    )
    assert row["estimate"] < 0
    assert anova.loc[0, "Source"] == "arm"
    assert anova.loc[0, "p_unc"] == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_the_required_change_has_p_equal_to_alpha_in_patients_with_these_moments(hu2013, rho):
    """C-peptide of group I at month 12: build 15 patients who changed by just that much."""
    rows = analyse(hu2013.but(settings={"readings": ["sd", "sem"], "rho": [rho]}))
    row = rows[(rows["scenario"] == "change_at_baseline_sd") & (rows["visit"] == 12)]
    assert row["reading"].tolist() == ["sd"]  # Table 1 cannot be SEM
    noise = np.random.default_rng(5).normal(size=(15, 2))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise.T)).T)
    pairs = white @ np.linalg.cholesky([[1, rho], [rho, 1]]).T * 0.47
    before, after = 0.85 + pairs[:, 0], row["threshold"].item() + pairs[:, 1]
    assert stats.ttest_rel(after, before).pvalue == pytest.approx(0.05)
