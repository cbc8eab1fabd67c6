# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] id="about"
# # Report of one study
#
# Shows what the stages computed; computes no statistic of its own. Each cell below is one section
# of the page: its parts are functions that read the result tables and return HTML.

# %% tags=["parameters"] id="parameters"
study_id = ""  # checked against the study folder when given
results_folder = "results/hu2013"
study_folder = "resources/studies/hu2013"
alpha = 0.05
sections = None  # a list of section names; None shows all
title = ""  # the study's own title when empty

# %% id="load"
from retrial.report.load import load
from retrial.report.page import Page
from retrial.report.sections import (
    all_tests,
    context,
    digitized,
    findings,
    impossible,
    measured,
    meta,
    multiverse,
    printed,
    printed_p,
    readings,
    repeated,
    required,
    retests,
    sensitivity,
    truth,
    verdicts,
)

results = load(results_folder, study_folder, study_id=study_id, alpha=alpha)
page = Page(results, sections, title)
page.opening()

# %% id="verdicts"
page.show(
    "verdicts",
    printed_p.foremost,
    findings.opening,
    verdicts.legend,
    verdicts.trial_claims,
    verdicts.in_full,
    verdicts.sales_claims,
)

# %% id="printed"
page.show(
    "printed",
    printed.introduction,
    printed.means,
    printed.counts,
    printed.contradictions,
    measured.announced,
    printed_p.table,
    printed.unused,
    printed.quotes,
    measured.design,
)

# %% id="digitized"
page.show("digitized", digitized.introduction, digitized.figures)

# %% id="truth"
page.show("truth", truth.introduction, truth.picture_of, truth.numbers)

# %% id="impossible"
page.show(
    "impossible",
    readings.labels_first,
    impossible.introduction,
    impossible.bounds_plot,
    impossible.findings,
    impossible.skew,
    impossible.passes,
)

# %% id="retests"
page.show(
    "retests",
    retests.introduction,
    retests.means,
    retests.counts,
    retests.ordered,
    retests.changes,
    repeated.visits,
    repeated.ranks,
    retests.no_events,
    all_tests.every_test,
)

# %% id="sensitivity"
page.show("sensitivity", sensitivity.introduction, sensitivity.analyses)

# %% id="required"
page.show("required", required.pending, required.must_be_true)

# %% id="multiverse"
page.show("multiverse", multiverse.introduction, multiverse.claims)

# %% id="meta"
page.show("meta", meta.introduction, meta.effects)

# %% id="risk-of-bias"
page.show("risk_of_bias", context.risk_of_bias)

# %% id="limits"
page.show("limits", context.limits)

# %% id="methods"
page.show("methods", context.methods)

# %% id="provenance"
page.show("provenance", context.provenance)
