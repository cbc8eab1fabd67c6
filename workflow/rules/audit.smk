rule audit:
    """Find what cannot be right as printed: impossible readings, tallies, repeats, sentences."""
    input:
        validated=validated_for("audit"),
        study=study_file("study.yaml"),
        claims=study_file("claims.yaml"),
        constraints=study_file("constraints.yaml"),
        figures=study_file("figures/figures.yaml"),
        reported="results/{study}/reported.csv",
        digitized="results/{study}/digitized.csv",
        agreement="results/{study}/agreement.csv",
    output:
        **tables_of("audit"),
    log:
        "results/{study}/logs/audit.log",
    benchmark:
        "results/{study}/benchmarks/audit.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        **made_from(
            "audit",
            inputs=contents(
                "study.yaml",
                "claims.yaml",
                "constraints.yaml",
                "figures/figures.yaml",
                without=("statement", "note"),
            ),
            alpha=settings.alpha,
        ),
    message:
        "Auditing the printed numbers of {wildcards.study}"
    script:
        "../scripts/audit.py"
