"""Fail when any study's results have drifted from what was frozen, and say where."""

from retrial.errors import UserError
from retrial.run.compare import describe_drift, read_check
from retrial.run.log import job_log

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    studies = zip(snakemake.params.studies, snakemake.input.checks, strict=True)
    alpha = snakemake.params.alpha
    drifts = [describe_drift(study, read_check(check), alpha) for study, check in studies]
    if any(drifts):
        raise UserError("\n\n".join(filter(None, drifts)))
