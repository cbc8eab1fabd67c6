"""Give each outcome's effect and weight as a meta-analysis would take them."""

from retrial.run.log import job_log
from retrial.stages.meta.effects import effects_of
from retrial.tables import write_table
from retrial.trial import Trial

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    trial = Trial.of_job(snakemake.input, snakemake.params)
    write_table(effects_of(trial), snakemake.output.effects)
