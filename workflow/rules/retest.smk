rule retest:
    """Run the paper's significance tests again, and the tests that it could have run."""
    input:
        validated=ancient("results/{study}/validated.txt"),
        study=study_file("study.yaml"),
        claims=study_file("claims.yaml"),
        reported="results/{study}/reported.csv",
        summaries="results/{study}/summaries.csv",
        audit="results/{study}/audit.csv",
    output:
        **tables_of("retest"),
    log:
        "results/{study}/logs/retest.log",
    benchmark:
        "results/{study}/benchmarks/retest.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=10,
    params:
        code=stage_code("retest"),
        inputs=contents("study.yaml", "claims.yaml"),
        rank_draws=settings.rank_draws,
        seed=settings.seed,
        alpha=settings.alpha,
        power=settings.power,
        readings=settings.readings,
        rho=settings.rho.values(),
    message:
        "Running the tests of {wildcards.study} again"
    script:
        "../scripts/retest.py"
