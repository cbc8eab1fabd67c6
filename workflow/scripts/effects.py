"""Give each outcome's effect and weight as a meta-analysis would take them."""

from retrial.run.log import job_log
from retrial.stages.meta.effects import effects_of
from retrial.study.models import load_study
from retrial.tables import read_table, write_table

with job_log(snakemake.log[0], snakemake.output, snakemake.input):
    effects = effects_of(
        load_study(snakemake.input.study),
        read_table(snakemake.input.reported),
        read_table(snakemake.input.summaries),
        readings=snakemake.params.readings,
        alpha=snakemake.params.alpha,
    )
    write_table(effects, snakemake.output.effects)
