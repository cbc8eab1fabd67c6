rule validate:
    """Check everything that a person typed about a study, and list all faults at once."""
    input:
        folder=study_folder,
        evidence=settings.evidence,
    output:
        # Kept when the check fails: what was made from a valid folder before stays as it is.
        validated=update("results/{study}/validated.txt"),
    log:
        "results/{study}/logs/validate.log",
    benchmark:
        "results/{study}/benchmarks/validate.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=stage_code("validate"),
        inputs=folder_contents,
        folder=lambda wildcards: f"{settings.studies_folder}/{wildcards.study}",
    message:
        "Checking the study folder of {wildcards.study}"
    script:
        "../scripts/validate.py"
