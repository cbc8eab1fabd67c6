"""Run the sensitivity analyses."""

from retrial.claim import load_claims
from retrial.constraints import load_constraints
from retrial.figures import load_figures
from retrial.joblog import job_log
from retrial.sensitivity import analyse
from retrial.study import load_study
from retrial.tables import read_table, write_table
from retrial.typed import read_evidence

with job_log(snakemake.log[0], snakemake.output, snakemake.input):
    scenarios = analyse(
        load_study(snakemake.input.study),
        load_claims(snakemake.input.claims),
        load_constraints(snakemake.input.constraints),
        load_figures(snakemake.input.figures),
        read_evidence(snakemake.input.evidence),
        read_table(snakemake.input.reported),
        read_table(snakemake.input.summaries),
        read_table(snakemake.input.digitization),
        alpha=snakemake.params.alpha,
        readings=snakemake.params.readings,
        rho=snakemake.params.rho,
    )
    write_table(scenarios, snakemake.output.sensitivity)
