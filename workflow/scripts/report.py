"""Render a study's report: run the notebook on the results and convert it to one HTML file."""

from retrial.report.render import render
from retrial.run.log import job_log

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    render(
        notebook=snakemake.input.notebook,
        template=snakemake.input.template,
        html=snakemake.output.html,
        executed=snakemake.output.notebook,
        parameters={"study_id": snakemake.wildcards.study, **snakemake.params.shown},
    )
