rule plot:
    """Draw the report's figures, each as SVG and PNG with a text for who cannot see it."""
    input:
        **every_table("shown"),
        validated=validated_for("plot"),
        study=study_file("study.yaml"),
        typed_claims=study_file("claims.yaml"),
        figures=study_file("figures/figures.yaml"),
        digitizations=figure_files,
    output:
        figures=report(
            directory("results/{study}/figures"),
            patterns=["{name}.svg"],
            caption="../report/figure.rst",
            category="Figures",
            subcategory="{study}",
            labels={"figure": "{name}"},
        ),
    log:
        "results/{study}/logs/plot.log",
    benchmark:
        "results/{study}/benchmarks/plot.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 2
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **made_from(
            "plot",
            inputs=contents("study.yaml", "claims.yaml", "figures/figures.yaml", figures=True),
            alpha=settings.alpha,
        ),
    message:
        "Drawing the figures of {wildcards.study}"
    script:
        "../scripts/plot.py"
