rule retest:
    """Run the paper's significance tests again, and the tests that it could have run."""
    input:
        validated=validated_for("retest"),
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
        **made_from(
            "retest",
            inputs=contents("study.yaml", "claims.yaml", without=WORDS),
            rank_draws=settings.rank_draws,
            seed=seed_if(lambda study: settings.rank_draws),
            alpha=settings.alpha,
            power=settings.power,
            readings=settings.readings,
            rho=settings.rho.values(),
        ),
    message:
        "Running the tests of {wildcards.study} again"
    script:
        "../scripts/retest.py"
