"""Pool each outcome over the studies, and draw a forest plot of each."""

import pandas as pd
from retrial.report.plots.forest import draw_forests
from retrial.run.log import job_log
from retrial.stages.meta.across import meta_analysis
from retrial.study.models import load_study
from retrial.tables import read_table, write_table

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    studies = [load_study(path) for path in snakemake.input.studies]
    analysis = meta_analysis(
        studies,
        pd.concat([read_table(path) for path in snakemake.input.effects]),
        alpha=snakemake.params.alpha,
    )
    write_table(analysis.pooled, snakemake.output.meta)
    write_table(analysis.weights, snakemake.output.weights)
    draw_forests(analysis, studies, snakemake.output.figures, alpha=snakemake.params.alpha)
