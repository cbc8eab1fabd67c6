"""Collect the numbers of a study folder into one table, those of its digitized figures included."""

from pathlib import Path

from retrial.figures.digitized import read_figures
from retrial.run.log import job_log
from retrial.stages.collect import collect, printed_numbers
from retrial.study.figures import load_figures
from retrial.study.models import load_study
from retrial.study.typed import read_printed
from retrial.tables import write_table

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    study = load_study(snakemake.input.study)
    typed = read_printed(snakemake.input.reported)
    digitized = read_figures(
        study,
        load_figures(snakemake.input.figures),
        Path(snakemake.input.figures).parent,
        draws=snakemake.params.draws,
        seed=snakemake.params.seed,
        printed=printed_numbers(typed),
    )
    numbers = collect(
        study,
        typed,
        read_printed(snakemake.input.counts),
        digitized.reported,
    )
    write_table(numbers, snakemake.output.reported)
    write_table(digitized.points, snakemake.output.digitized)
    write_table(digitized.agreement, snakemake.output.agreement)
    write_table(digitized.draws, snakemake.output.digitization)
