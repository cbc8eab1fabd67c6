"""Hold the digitized numbers and the tests on them against the truth that the study knows."""

from retrial.run.log import job_log
from retrial.stages.truth import compare_with_truth
from retrial.tables import write_table
from retrial.trial import Trial

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    trial = Trial.of_job(snakemake.input, snakemake.params)
    write_table(compare_with_truth(trial), snakemake.output.truth)
