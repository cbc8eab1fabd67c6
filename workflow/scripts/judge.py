"""Judge every claim by fixed rules."""

from retrial.report.risk_of_bias import risk_of_bias
from retrial.run.log import job_log
from retrial.stages.judge import judge
from retrial.study.claims import load_claims
from retrial.study.figures import load_figures
from retrial.study.models import load_study
from retrial.tables import read_table, write_table

with job_log(snakemake.log[0], snakemake.output, snakemake.input):
    study = load_study(snakemake.input.study)
    verdicts = judge(
        study,
        load_claims(snakemake.input.claims),
        load_figures(snakemake.input.figures),
        read_table(snakemake.input.audit),
        read_table(snakemake.input.tests),
        read_table(snakemake.input.sensitivity),
        read_table(snakemake.input.multiverse),
        read_table(snakemake.input.evidence, "evidence"),
        alpha=snakemake.params.alpha,
    )
    write_table(verdicts, snakemake.output.claims)
    write_table(risk_of_bias(study), snakemake.output.risk_of_bias)
