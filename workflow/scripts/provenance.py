"""Note what a study's results are made from."""

import json

from retrial.files import write_text
from retrial.run.log import job_log
from retrial.run.provenance import provenance

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    made_from = provenance(
        snakemake.params.study_folder,
        snakemake.input.folder,
        snakemake.input.evidence,
        snakemake.input.lock,
        dict(snakemake.params.settings),
    )
    text = json.dumps(made_from, indent=2, ensure_ascii=False) + "\n"
    write_text(snakemake.output.provenance, text)
