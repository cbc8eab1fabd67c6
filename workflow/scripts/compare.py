"""Compare a study's results with its frozen ones."""

from retrial.run.compare import compare_results
from retrial.run.log import job_log
from retrial.tables import write_table

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    frozen = set(snakemake.input.expected)
    results = [path for path in snakemake.input if path not in frozen]
    write_table(compare_results(sorted(frozen), results), snakemake.output.check)
