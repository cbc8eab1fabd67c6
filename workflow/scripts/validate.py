"""Check a study folder before anything is computed; all problems are told at once."""

from retrial.errors import UserError
from retrial.files import write_text
from retrial.run.log import job_log
from retrial.validation import check_study, format_problems, summarize

with job_log(snakemake.log[0], snakemake.output, snakemake.input, snakemake.params):
    folder, evidence = snakemake.params.folder, snakemake.input.evidence
    problems = check_study(folder, evidence)
    if problems:
        raise UserError(f"{folder}:\n{format_problems(problems)}")
    write_text(snakemake.output[0], summarize(folder, evidence))
