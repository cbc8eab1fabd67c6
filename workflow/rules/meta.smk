rule meta:
    """Pool each outcome over all studies with patients in them; simulated ones are left out."""
    input:
        studies=expand(f"{settings.studies_folder}/{{study}}/study.yaml", study=STUDIES),
        effects=expand("results/{study}/effects.csv", study=STUDIES),
    output:
        **tables_of("meta"),
        figures=report(
            directory("results/meta/figures"),
            patterns=["{name}.svg"],
            caption="../report/forest.rst",
            category="Across studies",
            labels={"figure": "{name}"},
        ),
    log:
        "results/meta/logs/meta.log",
    benchmark:
        "results/meta/benchmarks/meta.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=stage_code("meta"),
        inputs=[file_digest(f"{settings.studies_folder}/{s}/study.yaml")[:16] for s in STUDIES],
        alpha=settings.alpha,
    message:
        "Pooling the effects of the studies"
    script:
        "../scripts/meta.py"
