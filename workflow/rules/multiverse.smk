rule multiverse:
    """Lay out every specification of every claim, and whether it agrees with the claim."""
    input:
        validated=validated_for("multiverse"),
        study=study_file("study.yaml"),
        claims=study_file("claims.yaml"),
        evidence=ancient(settings.evidence),
        reported="results/{study}/reported.csv",
        summaries="results/{study}/summaries.csv",
        tests="results/{study}/tests.csv",
    output:
        **tables_of("multiverse"),
    log:
        "results/{study}/logs/multiverse.log",
    benchmark:
        "results/{study}/benchmarks/multiverse.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        **made_from(
            "multiverse",
            inputs=contents("study.yaml", "claims.yaml", evidence=True, without=WORDS),
            alpha=settings.alpha,
            readings=settings.readings,
        ),
    message:
        "Laying out every specification of {wildcards.study}"
    script:
        "../scripts/multiverse.py"
