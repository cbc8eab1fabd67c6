"""Hu 2013: what the printed numbers say about everything the paper leaves unsaid."""

import numpy as np
import pandas as pd
import pytest
from retrial.sensitivity import analyse
from retrial.tables import SENSITIVITY, read_table, write_table
from scipy import stats

READINGS = ["sd", "sem", "ci95"]
RHO = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


def analysed(hu2013, **changed):
    parts = {
        name: getattr(hu2013, name)
        for name in ("study", "claims", "constraints", "figures", "evidence", "reported")
    }
    parts |= {"summaries": hu2013.summaries, "draws": hu2013.digitized.draws} | changed
    return analyse(*parts.values(), alpha=0.05, readings=READINGS, rho=RHO)


@pytest.fixture(scope="module")
def rows(hu2013):
    return analysed(hu2013)


def pick(rows, **wanted):
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return rows


def one(rows, **wanted):
    found = pick(rows, **wanted)
    assert len(found) == 1, f"{len(found)} rows for {wanted}"
    return found.iloc[0]


def test_every_row_has_a_name_of_its_own_and_a_sentence(rows):
    keys = "analysis scenario claim_id outcome category visit reading version rho".split()
    assert not rows.duplicated(keys).any()
    assert rows["detail"].str.endswith(".").all()
    assert rows["source"].notna().all()
    assert list(rows.columns) == SENSITIVITY
    assert list(rows["analysis"].unique()) == [
        "error_bars",
        "nonresponders",
        "dropouts",
        "honeymoon",
        "control_history",
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
        write_table(frame, tmp_path / f"{name}.csv", list(frame.columns))
    again = analysed(
        hu2013,
        reported=read_table(tmp_path / "reported.csv"),
        summaries=read_table(tmp_path / "summaries.csv"),
    )
    write_table(rows, tmp_path / "a.csv", SENSITIVITY)
    write_table(again, tmp_path / "b.csv", SENSITIVITY)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


# ---- error bars and correlation --------------------------------------------------------------


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


# ---- non-responders --------------------------------------------------------------------------


def test_two_unchanged_nonresponders_would_deepen_the_fall_of_hba1c(rows):
    row = one(
        rows,
        analysis="nonresponders",
        scenario="unchanged",
        claim_id="hba1c_better_than_before",
        reading="sd",
        version="hba1c_baseline:table",
    )
    # 15 patients with mean 5.5, two of them at 6.85: the others have (82.5 - 13.7) / 13.
    assert row["estimate"] == pytest.approx((15 * 5.5 - 2 * 6.85) / 13 - 6.85)


def test_the_known_c_peptide_is_swept_over_the_other_value(rows):
    found = pick(rows, analysis="nonresponders", outcome="c_peptide")
    known, worst = (one(found, scenario=s) for s in ("known_values", "worst_feasible"))
    assert "0.38" in known["detail"]
    ps = []
    for other in np.linspace(0.3, 3, 271):
        mean = (15 * 0.85 - 0.38 - other) / 13
        ss = 14 * 0.47**2 + 15 * 0.85**2 - 0.38**2 - other**2 - 13 * mean**2
        if ss >= 0 and mean >= 0.3:
            test = stats.ttest_ind_from_stats(mean, np.sqrt(ss / 12), 13, 0.89, 0.39, 14)
            ps.append(test.pvalue)
    assert known["p_low"] == pytest.approx(min(ps), rel=0.02)
    assert known["p_high"] == pytest.approx(1, abs=1e-9)
    assert worst["p_low"] <= known["p_low"]


def test_worst_and_best_bracket_every_other_scenario(rows):
    means = pick(rows, analysis="nonresponders")
    means = means[means["reading"].notna()]
    keys = ["claim_id", "outcome", "visit", "reading", "version"]
    for _, group in means.groupby(keys, dropna=False):
        worst = one(group, scenario="worst_feasible")
        inside = group[group["scenario"].isin(["unchanged", "at_control_mean", "known_values"])]
        for column in ("p", "p_low", "p_high"):
            values = inside[column].dropna()
            assert (values >= worst["p_low"] - 1e-12).all()
            assert (values <= worst["p_high"] + 1e-12).all()


@pytest.mark.parametrize(
    ("choice", "events", "p"), [("results", 3, 0.0978), ("discussion", 4, 0.0407)]
)
def test_nonresponders_out_of_the_denominator(rows, choice, events, p):
    row = one(
        rows,
        analysis="nonresponders",
        scenario="removed_as_non_events",
        claim_id="insulin_stopped",
        version=f"insulin_categories:{choice}",
    )
    expected = stats.fisher_exact([[events, 13 - events], [0, 14]]).pvalue
    assert row["p"] == pytest.approx(expected, rel=1e-9) == pytest.approx(p, abs=1e-4)
    assert f"{events}/13 v. 0/14" in row["detail"] and "biased by construction" in row["detail"]


def test_infeasible_scenarios_are_rows_that_say_so(rows):
    found = pick(rows, analysis="nonresponders", claim_id="insulin_stopped")
    excluded = pick(found, scenario="already_excluded")
    assert len(excluded) == 2 and excluded["p"].isna().all()
    assert excluded["detail"].str.contains("Infeasible").all()
    # Two more than 11 of group I cannot have been positive at entry: 11 of 15 are printed.
    gada = pick(rows, analysis="nonresponders", scenario="already_excluded", outcome="gada_change")
    assert len(gada) == 4 and gada["p"].isna().all()
    assert gada["detail"].str.contains("11 patients are printed").all()


def test_nonresponders_may_or_may_not_be_among_the_gada_positive(rows):
    found = pick(rows, analysis="nonresponders", claim_id="gada_no_difference")
    row = one(found, scenario="removed_as_non_events", version="gada_denominator:ten")
    ps = [stats.fisher_exact([[6, 5 - k], [3, 7]]).pvalue for k in (0, 1, 2)]
    assert row["p"] == pytest.approx(ps[2], rel=1e-9)
    assert row["p_low"] == pytest.approx(min(ps), rel=1e-9)
    assert row["p_high"] == pytest.approx(max(ps), rel=1e-9)


def test_every_scenario_stands_beside_the_printed_answer_of_its_version_and_method(rows):
    found = pick(rows, analysis="nonresponders")
    keys = ["claim_id", "outcome", "category", "visit", "reading", "version"]
    for _, group in found.groupby(keys, dropna=False):
        printed = group["scenario"].str.startswith("as_printed")
        assert printed.sum() == 1 and group["method"].nunique() == 1
        assert group.loc[printed, "p"].notna().all()
    version = "insulin_categories:discussion"
    stopped = pick(found, claim_id="insulin_stopped", version=version).set_index("scenario")
    before = stats.fisher_exact([[4, 11], [0, 14]]).pvalue
    after = stats.fisher_exact([[4, 9], [0, 14]]).pvalue
    assert stopped.loc["as_printed", "p"] == pytest.approx(before, rel=1e-9)
    assert stopped.loc["removed_as_non_events", "p"] == pytest.approx(after, rel=1e-9)
    assert (round(before, 4), round(after, 4)) == (0.0996, 0.0407)
    assert set(stopped["method"]) == {"fisher"}


def test_extremes_leave_no_patients_who_are_all_alike(rows):
    found = pick(rows, analysis="nonresponders", scenario="worst_feasible")
    found = found[found["p"].notna()]
    assert found["detail"].str.contains("SD is taken to be at least").all()
    hba1c = found[(found["outcome"] == "hba1c") & (found["visit"] == 6)]
    table = hba1c[hba1c["version"] == "hba1c_baseline:table"]["detail"]
    assert table.str.contains(
        "at least 0.01 (one unit", regex=False
    ).all()  # 6.85, and 5.5 at month 6
    assert table.str.contains("0.1 (one unit", regex=False).all()


# ---- drop-outs -------------------------------------------------------------------------------


def test_the_lost_control_patient_in_every_way(rows):
    found = pick(
        rows,
        analysis="dropouts",
        claim_id="insulin_stopped",
        version="insulin_categories:discussion",
    ).set_index("scenario")
    for scenario, (events, n) in {
        "as_printed": (0, 14),
        "completers": (0, 13),
        "worst_case": (1, 14),
    }.items():
        expected = stats.fisher_exact([[4, 11], [events, n - events]]).pvalue
        assert found.loc[scenario, "p"] == pytest.approx(expected, rel=1e-9), scenario
    # The 15th treated patient, in no printed category, may have been one more who stopped.
    best = stats.fisher_exact([[5, 10], [0, 14]]).pvalue
    assert found.loc["best_case", "p"] == pytest.approx(best, rel=1e-9)
    assert np.isnan(found.loc["completers_event_lost", "p"])
    assert "Infeasible" in found.loc["completers_event_lost", "detail"]


@pytest.mark.parametrize("choice", ["results", "discussion"])
def test_the_treated_patient_in_no_printed_category_counts_either_way(rows, choice):
    """Results: 3 + 8 + 1 + 2 = 14 of 15. Discussion: 4 + 7, and the 1 + 2 of the Results."""
    found = pick(
        rows,
        analysis="dropouts",
        claim_id="insulin_cut_by_half",
        version=f"insulin_categories:{choice}",
    ).set_index("scenario")["p"]
    as_event = stats.fisher_exact([[12, 3], [0, 14]]).pvalue
    left_out = stats.fisher_exact([[11, 3], [0, 14]]).pvalue
    assert found["unclassified_event"] == pytest.approx(as_event, rel=1e-9)
    assert found["unclassified_left_out"] == pytest.approx(left_out, rel=1e-9)


def test_the_lost_patient_may_have_been_among_the_gada_positive(rows):
    found = pick(rows, analysis="dropouts", claim_id="gada_no_difference")
    ten = pick(found, version="gada_denominator:ten").set_index("scenario")["p"]
    for scenario, (events, n) in {
        "as_printed": (3, 10),
        "completers": (3, 9),
        "completers_event_lost": (2, 9),
        "worst_case": (2, 10),  # 'no difference' is worst where the arms differ most
        "best_case": (4, 10),
    }.items():
        expected = stats.fisher_exact([[6, 5], [events, n - events]]).pvalue
        assert ten[scenario] == pytest.approx(expected, rel=1e-9), scenario
    # Three of ten and seven of eleven: one of the eleven is in neither category.
    eleven = pick(found, version="gada_denominator:eleven").set_index("scenario")["p"]
    expected = stats.fisher_exact([[6, 5], [4, 7]]).pvalue
    assert eleven["unclassified_event"] == pytest.approx(expected, rel=1e-9)
    assert found["p"].dropna().gt(0.05).all()


def test_events_over_the_whole_follow_up_lose_no_denominator(rows):
    assert pick(rows, analysis="dropouts", claim_id="ketoacidosis_fewer").empty


def test_worst_and_best_case_bracket_the_other_scenarios(rows):
    found = pick(rows, analysis="dropouts", claim_id="insulin_stopped")
    for _, version in found.groupby("version"):
        by = version.set_index("scenario")["estimate"]
        assert by.min() == by["worst_case"]
        assert by.max() == by["best_case"]


def test_the_event_the_authors_argue_from_exceeds_partial_remission_outside(rows):
    row = one(
        rows,
        scenario="steno1987_partial:fisher",
        version="insulin_categories:results",
        category="stopped+cut_over_50",
    )
    exact = stats.fisher_exact([[11, 4], [49, 219]], "greater").pvalue
    assert row["p"] == pytest.approx(exact, rel=1e-9)
    assert row["comparable"]


def test_baseline_counts_lost_nobody(rows):
    assert (pick(rows, analysis="dropouts")["visit"] == 24).all()


# ---- honeymoon -------------------------------------------------------------------------------


def test_first_visit_surely_after_the_window(rows):
    found = pick(rows, analysis="honeymoon").set_index("scenario")["threshold"]
    assert found["window_18_months"] == 21
    assert found["window_12_months"] == 15
    assert np.isnan(found["window_24_months"])


def test_visits_that_may_lie_after_the_window(rows):
    row = one(rows, scenario="window_18_months")
    assert "21, 24; perhaps: 15, 18" in row["detail"]
    assert "hba1c_lower (21, 24)" in row["detail"]
    assert "hba1c_better_than_before" not in row["detail"]


@pytest.mark.parametrize(
    ("choice", "events", "p", "tipping"),
    [("results", 3, 0.294, 0.057), ("discussion", 4, 0.117, 0.097)],
)
def test_steno_and_the_tipping_prevalence(rows, choice, events, p, tipping):
    version = f"insulin_categories:{choice}"
    for method in ("fisher", "beta_binomial"):
        row = one(rows, scenario=f"steno1987_total:{method}", version=version, category="stopped")
        assert row["p"] == pytest.approx(p, abs=5e-4)
        assert row["threshold"] == pytest.approx(tipping, abs=5e-4)
        assert row["claim_id"] == "not_honeymoon_stopped"
        assert "Counts the same event" in row["detail"] and "upper bound" in row["detail"]
        assert stats.binom.sf(events - 1, 15, row["threshold"]) == pytest.approx(0.05)
    exact = stats.fisher_exact([[events, 15 - events], [33, 235]], "greater").pvalue
    fisher = one(rows, scenario="steno1987_total:fisher", version=version, category="stopped")
    assert fisher["p"] == pytest.approx(exact, rel=1e-9)


def test_every_outside_proportion_is_shown_and_only_some_are_like_with_like(hu2013, rows):
    proportions = hu2013.evidence[hu2013.evidence["value_type"] == "proportion"]
    found = pick(
        rows, analysis="honeymoon", version="insulin_categories:results", category="stopped"
    )
    for _, outside in proportions.iterrows():
        shown = found[found["scenario"].str.startswith(f"{outside['id']}:")]
        own_n = pd.notna(outside["n"]) and pd.notna(outside["events"])
        assert len(shown) == (2 if own_n else 1), outside["id"]
        like = outside["id"] in hu2013.study.honeymoon.events[1].comparable
        assert shown["comparable"].all() == like
    fixed = one(found, scenario="trialnet2012_nofall:binomial")
    assert fixed["p"] == pytest.approx(stats.binom.sf(2, 15, 0.11))


def test_the_concurrent_control_is_primary(rows):
    found = pick(rows, scenario="concurrent_control", category="stopped")
    assert list(found["p"].round(4)) == [0.2241, 0.0996]
    assert found["detail"].str.startswith("Primary").all()
    assert found["detail"].str.contains("inferred").all()


def test_natural_change_of_hba1c_stands_beside_the_change_within_the_arm(rows):
    natural = rows[rows["scenario"].str.startswith("natural_change:")]
    assert set(natural["version"]) == {"hba1c_baseline:table", "hba1c_baseline:text"}
    assert natural["estimate"].to_numpy() == pytest.approx(-4.1)
    half = stats.t.ppf(0.975, 856) * np.sqrt((2.3**2 + 1.3**2) / 857)
    assert natural["ci_low"].to_numpy() == pytest.approx(-4.1 - half)
    assert natural["threshold"].to_numpy() == pytest.approx([-1.35, -1.3])
    assert natural["detail"].str.contains("beside it, not against it").all()


def test_effect_that_would_leave_nothing_significant_is_the_end_of_the_interval(rows):
    found = pick(rows, analysis="honeymoon", scenario="left_not_significant")
    for _, row in found.iterrows():
        inside = row["ci_low"] <= 0 <= row["ci_high"]
        assert row["threshold"] == pytest.approx(0 if inside else row["ci_high"])


def test_dose_at_which_the_printed_hba1c_would_be_a_remission(rows):
    row = one(rows, scenario="idaa1c:hba1c_treated_m6")
    assert row["threshold"] == pytest.approx(0.875)
    assert np.isnan(row["estimate"]) and row["detail"].startswith("Pending")


# ---- what must be true -----------------------------------------------------------------------


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
    rows = analyse(
        hu2013.study,
        hu2013.claims,
        hu2013.constraints,
        hu2013.figures,
        hu2013.evidence,
        hu2013.reported,
        hu2013.summaries,
        hu2013.digitized.draws,
        alpha=0.05,
        readings=["sd", "sem"],
        rho=[rho],
    )
    row = rows[(rows["scenario"] == "change_at_baseline_sd") & (rows["visit"] == 12)]
    assert row["reading"].tolist() == ["sd"]  # Table 1 cannot be SEM
    noise = np.random.default_rng(5).normal(size=(15, 2))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise.T)).T)
    pairs = white @ np.linalg.cholesky([[1, rho], [rho, 1]]).T * 0.47
    before, after = 0.85 + pairs[:, 0], row["threshold"].item() + pairs[:, 1]
    assert stats.ttest_rel(after, before).pvalue == pytest.approx(0.05)


BY_HALF = "stopped+cut_over_50"

# ---- the control arm -------------------------------------------------------------------------


def test_no_control_improving_is_itself_unlikely_under_steno(rows):
    """0 of 14 where 82 of 268 improve: by scipy's binomial and hypergeometric distributions."""
    row = one(rows, analysis="control_history", scenario="steno1987_any", category=BY_HALF)
    fixed = stats.binom.pmf(0, 14, 0.306)
    fisher = stats.hypergeom(282, 82, 14).pmf(0)
    assert row["p"] == pytest.approx(fisher)
    assert row["p_low"] == pytest.approx(fixed) == pytest.approx(0.006, abs=5e-4)
    assert row["p_low"] <= row["p"] <= row["p_high"] < 0.01
    assert row["estimate"] == pytest.approx(-82 / 268)
    assert "0/14" in row["detail"] and "one-sided" in row["detail"]


def test_controls_predictive_is_the_beta_binomial_by_simulation(rows):
    """With the prior Beta(1, 1) on the rate of 82 of 268, by draws of the rate."""
    draws = np.random.default_rng(7).beta(83, 187, 400_000)
    row = one(rows, analysis="control_history", scenario="steno1987_any", category=BY_HALF)
    assert row["p_low"] < ((1 - draws) ** 14).mean() < row["p_high"] * 1.02
