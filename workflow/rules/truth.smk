rule truth:
    """Hold what a digitized figure gave against the truth, for a study whose truth is known."""
    input:
        validated=validated_for("truth"),
        study=study_file("study.yaml"),
        claims=study_file("claims.yaml"),
        known_truth=study_file("truth.csv"),
        reported="results/{study}/reported.csv",
        summaries="results/{study}/summaries.csv",
        tests="results/{study}/tests.csv",
        digitization="results/{study}/digitization.parquet",
    output:
        **tables_of("truth"),
    log:
        "results/{study}/logs/truth.log",
    benchmark:
        "results/{study}/benchmarks/truth.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        **made_from(
            "truth",
            inputs=contents("study.yaml", "claims.yaml", "truth.csv", without=WORDS),
            seed=settings.seed,
        ),
    message:
        "Holding the digitized numbers of {wildcards.study} against the truth"
    script:
        "../scripts/truth.py"
