"""Draw every plot that the results allow, with its alt text."""

from pathlib import Path

from retrial.report.load import load
from retrial.report.plots import draw_all
from retrial.run.log import job_log

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    results = load(
        Path(snakemake.input.reported).parent,
        Path(snakemake.input.study).parent,
        alpha=snakemake.params.alpha,
    )
    draw_all(results, snakemake.output.figures, processes=snakemake.threads)
