"""Find what cannot be right as printed."""

from retrial.audit import audit
from retrial.constraints import load_constraints
from retrial.figures import load_figures
from retrial.joblog import job_log
from retrial.study import load_claims, load_study
from retrial.tables import AUDIT, read_table, write_table

with job_log(snakemake.log[0], snakemake.output):
    findings = audit(
        load_study(snakemake.input.study),
        load_claims(snakemake.input.claims),
        load_constraints(snakemake.input.constraints),
        load_figures(snakemake.input.figures),
        read_table(snakemake.input.reported),
        read_table(snakemake.input.digitized),
        read_table(snakemake.input.agreement),
        alpha=snakemake.params.alpha,
    )
    write_table(findings, snakemake.output.audit, AUDIT)
