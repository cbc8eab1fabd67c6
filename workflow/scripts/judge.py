"""Judge every claim by fixed rules."""

import pandas as pd
from retrial.figures import load_figures
from retrial.joblog import job_log
from retrial.judge import judge
from retrial.risk_of_bias import risk_of_bias
from retrial.study import load_claims, load_study
from retrial.tables import CLAIMS, RISK_OF_BIAS, read_table, write_table

with job_log(snakemake.log[0], snakemake.output, snakemake.input):
    study = load_study(snakemake.input.study)
    verdicts = judge(
        study,
        load_claims(snakemake.input.claims),
        load_figures(snakemake.input.figures),
        read_table(snakemake.input.audit),
        read_table(snakemake.input.tests),
        read_table(snakemake.input.sensitivity),
        pd.read_parquet(snakemake.input.multiverse),
        read_table(snakemake.input.evidence, "evidence"),
        alpha=snakemake.params.alpha,
    )
    write_table(verdicts, snakemake.output.claims, CLAIMS)
    write_table(risk_of_bias(study), snakemake.output.risk_of_bias, RISK_OF_BIAS)
