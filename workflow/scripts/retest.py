"""Re-run the significance tests."""

from retrial.run.log import job_log
from retrial.stages.retest import retest
from retrial.tables import write_table
from retrial.trial import Trial

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    trial = Trial.of_job(snakemake.input, snakemake.params)
    write_table(retest(trial), snakemake.output.tests)
