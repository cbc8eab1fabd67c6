"""Run the sensitivity analyses."""

from retrial.run.log import job_log
from retrial.stages.sensitivity import analyse
from retrial.study.claims import load_claims
from retrial.study.constraints import load_constraints
from retrial.study.figures import load_figures
from retrial.study.models import load_study
from retrial.study.typed import read_evidence
from retrial.tables import read_table, write_table

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
