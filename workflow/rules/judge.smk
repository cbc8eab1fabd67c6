rule judge:
    """Give each claim its verdict by fixed rules, and say what it depends on."""
    input:
        validated=validated_for("judge"),
        study=study_file("study.yaml"),
        claims=study_file("claims.yaml"),
        figures=study_file("figures/figures.yaml"),
        evidence=ancient(settings.evidence),
        audit="results/{study}/audit.csv",
        tests="results/{study}/tests.csv",
        sensitivity="results/{study}/sensitivity.csv",
        multiverse="results/{study}/multiverse.parquet",
    output:
        **tables_of("judge"),
    log:
        "results/{study}/logs/judge.log",
    benchmark:
        "results/{study}/benchmarks/judge.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        **made_from(
            "judge",
            inputs=contents("study.yaml", "claims.yaml", "figures/figures.yaml", evidence=True),
            alpha=settings.alpha,
        ),
    message:
        "Judging the claims of {wildcards.study}"
    script:
        "../scripts/judge.py"
