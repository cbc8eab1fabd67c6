"""Re-run the significance tests."""

from retrial.run.log import job_log
from retrial.stages.retest import Settings, retest
from retrial.study.claims import load_claims
from retrial.study.models import load_study
from retrial.tables import read_table, write_table

with job_log(snakemake.log[0], snakemake.output, snakemake.input):
    tests = retest(
        load_study(snakemake.input.study),
        load_claims(snakemake.input.claims),
        read_table(snakemake.input.reported),
        read_table(snakemake.input.summaries),
        read_table(snakemake.input.audit),
        Settings(
            alpha=snakemake.params.alpha,
            power=snakemake.params.power,
            readings=tuple(snakemake.params.readings),
            rho=tuple(snakemake.params.rho),
            seed=snakemake.params.seed,
            rank_draws=snakemake.params.rank_draws,
        ),
    )
    write_table(tests, snakemake.output.tests)
