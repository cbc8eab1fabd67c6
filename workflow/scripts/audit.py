"""Find what cannot be right as printed."""

from retrial.run.log import job_log
from retrial.stages.audit import audit, printed_p_tests
from retrial.study.claims import load_claims
from retrial.study.constraints import load_constraints
from retrial.study.figures import load_figures
from retrial.study.models import load_study
from retrial.tables import read_table, write_table
from retrial.validation.usage import usage

with job_log(snakemake.log[0], snakemake.output, snakemake.input):
    study, reported = load_study(snakemake.input.study), read_table(snakemake.input.reported)
    claims = load_claims(snakemake.input.claims)
    findings = audit(
        study,
        claims,
        load_constraints(snakemake.input.constraints),
        load_figures(snakemake.input.figures),
        reported,
        read_table(snakemake.input.digitized),
        read_table(snakemake.input.agreement),
        alpha=snakemake.params.alpha,
    )
    write_table(findings, snakemake.output.audit)
    tried = printed_p_tests(study, reported, alpha=snakemake.params.alpha)
    write_table(tried, snakemake.output.printed_p)
    used = usage(study, claims, reported, read_table(snakemake.output.audit))
    write_table(used, snakemake.output.usage)
