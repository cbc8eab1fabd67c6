rule sensitivity:
    """Run the sensitivity analyses: one assumption after the other is changed."""
    input:
        validated=validated_for("sensitivity"),
        study=study_file("study.yaml"),
        claims=study_file("claims.yaml"),
        constraints=study_file("constraints.yaml"),
        figures=study_file("figures/figures.yaml"),
        evidence=ancient(settings.evidence),
        reported="results/{study}/reported.csv",
        summaries="results/{study}/summaries.csv",
        digitization="results/{study}/digitization.parquet",
    output:
        **tables_of("sensitivity"),
    log:
        "results/{study}/logs/sensitivity.log",
    benchmark:
        "results/{study}/benchmarks/sensitivity.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        **made_from(
            "sensitivity",
            inputs=contents(
                "study.yaml",
                "claims.yaml",
                "constraints.yaml",
                "figures/figures.yaml",
                evidence=True,
                without=("statement", "note"),
            ),
            alpha=settings.alpha,
            readings=settings.readings,
            rho=settings.rho.values(),
        ),
    message:
        "Running the sensitivity analyses of {wildcards.study}"
    script:
        "../scripts/sensitivity.py"
