"""Collect the numbers of a study folder into one table."""

from retrial.collect import collect, read_printed
from retrial.joblog import job_log
from retrial.study import load_study
from retrial.tables import REPORTED, write_table

with job_log(snakemake.log[0]):
    numbers = collect(
        load_study(snakemake.input.study),
        read_printed(snakemake.input.reported),
        read_printed(snakemake.input.counts),
    )
    write_table(numbers, snakemake.output.reported, REPORTED)
