rule provenance:
    """Note what the results were made from: digests of every input, versions, settings."""
    input:
        validated=validated_for("provenance"),
        folder=study_folder,
        evidence=ancient(settings.evidence),
        lock=project_file("envs/requirements.lock"),
    output:
        provenance="results/{study}/provenance.json",
    log:
        "results/{study}/logs/provenance.log",
    benchmark:
        "results/{study}/benchmarks/provenance.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=200,
        runtime=5,
    params:
        **made_from(
            "provenance",
            inputs=folder_contents,
            settings=settings.analysis(),
            study_folder=lambda wildcards: f"{settings.studies_folder}/{wildcards.study}",
        ),
    message:
        "Noting what the results of {wildcards.study} are made from"
    script:
        "../scripts/provenance.py"
