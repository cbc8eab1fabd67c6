"""Lay out every specification of every claim, and whether it agrees."""

from retrial.run.log import job_log
from retrial.stages.multiverse import specifications, write_specifications
from retrial.trial import Trial

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    trial = Trial.of_job(snakemake.input, snakemake.params)
    write_specifications(specifications(trial), snakemake.output.multiverse)
