"""Hold the digitized numbers and the tests on them against the truth that the study knows."""

from retrial.run.log import job_log
from retrial.stages.truth import compare_with_truth
from retrial.study.claims import load_claims
from retrial.study.models import load_study
from retrial.study.typed import read_truth
from retrial.tables import read_table, write_table

with job_log(snakemake.log[0], snakemake.output, snakemake.input):
    compared = compare_with_truth(
        load_study(snakemake.input.study),
        load_claims(snakemake.input.claims),
        read_truth(snakemake.input.truth),
        read_table(snakemake.input.reported),
        read_table(snakemake.input.summaries),
        read_table(snakemake.input.tests),
        read_table(snakemake.input.digitization),
        seed=snakemake.params.seed,
    )
    write_table(compared, snakemake.output.truth)
