"""Find what cannot be right as printed."""

from retrial.run.log import job_log
from retrial.stages.audit import audit, printed_p_tests
from retrial.tables import write_table
from retrial.trial import Trial
from retrial.validation.usage import usage

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    trial = Trial.of_job(snakemake.input, snakemake.params)
    findings = audit(trial)
    write_table(findings, snakemake.output.audit)
    write_table(printed_p_tests(trial), snakemake.output.printed_p)
    used = usage(trial.study, trial.claims, trial.reported, findings)
    write_table(used, snakemake.output.usage)
