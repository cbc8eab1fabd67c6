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
# Shows what the stages computed; computes no statistic of its own. Each output below is one section
# of the page: its parts are functions that read the result tables and return HTML
# (`retrial.report.contents` lists them).

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

results = load(results_folder, study_folder, study_id=study_id, alpha=alpha)
page = Page(results, sections, title)
page.opening()

# %% id="sections"
for section in page.sections:
    page.show(section)
