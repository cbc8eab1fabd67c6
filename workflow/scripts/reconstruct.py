"""Rebuild each group's n, mean and SD under each reading of its error term."""

from retrial.run.log import job_log
from retrial.stages.reconstruct import reconstruct
from retrial.tables import read_table, write_table

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    summaries = reconstruct(
        read_table(snakemake.input.reported),
        read_table(snakemake.input.audit),
        readings=snakemake.params.readings,
    )
    write_table(summaries, snakemake.output.summaries)
