rule collect:
    """Collect the numbers that the paper prints, in text, tables and figures, each with its place."""
    input:
        validated=validated_for("collect"),
        study=study_file("study.yaml"),
        reported=study_file("reported.csv"),
        counts=study_file("counts.csv"),
        figures=study_file("figures/figures.yaml"),
        digitizations=figure_files,
    output:
        **tables_of("collect"),
    log:
        "results/{study}/logs/collect.log",
    benchmark:
        "results/{study}/benchmarks/collect.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        **made_from(
            "collect",
            inputs=contents(
                "study.yaml",
                "reported.csv",
                "counts.csv",
                "figures/figures.yaml",
                figures=True,
                without=WORDS,
            ),
            draws=settings.draws,
            seed=seed_if(has_digitizations),
        ),
    message:
        "Collecting the printed numbers of {wildcards.study}"
    script:
        "../scripts/collect.py"
