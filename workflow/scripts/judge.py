"""Judge every claim by fixed rules."""

from retrial.report.risk_of_bias import risk_of_bias
from retrial.run.log import job_log
from retrial.stages.judge import judge
from retrial.tables import write_table
from retrial.trial import Trial

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    trial = Trial.of_job(snakemake.input, snakemake.params)
    write_table(judge(trial), snakemake.output.claims)
    write_table(risk_of_bias(trial.study), snakemake.output.risk_of_bias)
