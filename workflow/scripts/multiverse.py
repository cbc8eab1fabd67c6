"""Lay out every specification of every claim, and whether it agrees."""

from retrial.run.log import job_log
from retrial.stages.multiverse import specifications, write_specifications
from retrial.study.claims import load_claims
from retrial.study.models import load_study
from retrial.study.typed import read_evidence
from retrial.tables import read_table

with job_log(snakemake.log[0], snakemake.output, snakemake.input):
    chunks = specifications(
        load_study(snakemake.input.study),
        load_claims(snakemake.input.claims),
        read_evidence(snakemake.input.evidence),
        read_table(snakemake.input.reported),
        read_table(snakemake.input.summaries),
        read_table(snakemake.input.tests),
        readings=tuple(snakemake.params.readings),
        alpha=snakemake.params.alpha,
    )
    write_specifications(chunks, snakemake.output.multiverse)
