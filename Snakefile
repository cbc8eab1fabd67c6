# Re-run published trials' statistics from what the papers print: the whole dataflow.
#
#   validate -> collect -> audit -> reconstruct -> retest -> sensitivity -> multiverse -> judge
#            -> plot -> report
#                    \-> compare -> check
#
# After `retest`, `truth` holds digitized numbers against the truth, for a study that knows it.
# After `reconstruct`, `effects` gives what a meta-analysis would take; the target `meta` pools it.
# Every rule stands in the file of its stage, and runs the script of its name in workflow/scripts.

from snakemake.utils import min_version

min_version("9.10")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/validate.smk"
include: "workflow/rules/collect.smk"
include: "workflow/rules/audit.smk"
include: "workflow/rules/reconstruct.smk"
include: "workflow/rules/retest.smk"
include: "workflow/rules/truth.smk"
include: "workflow/rules/effects.smk"
include: "workflow/rules/sensitivity.smk"
include: "workflow/rules/multiverse.smk"
include: "workflow/rules/judge.smk"
include: "workflow/rules/plot.smk"
include: "workflow/rules/provenance.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/compare.smk"
include: "workflow/rules/meta.smk"


localrules:
    all,


rule all:
    """Every study's report, and every table behind it."""
    default_target: True
    input:
        [result for study in STUDIES for result in results_of(study)],


onsuccess:
    record_run()
