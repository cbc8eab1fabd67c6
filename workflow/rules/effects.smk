rule effects:
    """Give each outcome's effect and weight as a meta-analysis would take them, by reading."""
    input:
        validated=validated_for("effects"),
        study=study_file("study.yaml"),
        reported="results/{study}/reported.csv",
        summaries="results/{study}/summaries.csv",
    output:
        **tables_of("effects"),
    log:
        "results/{study}/logs/effects.log",
    benchmark:
        "results/{study}/benchmarks/effects.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        **made_from(
            "effects",
            inputs=contents("study.yaml", without=WORDS),
            alpha=settings.alpha,
            readings=settings.readings,
        ),
    message:
        "Computing the effects of {wildcards.study} for a meta-analysis"
    script:
        "../scripts/effects.py"
