rule reconstruct:
    """Rebuild each group's n, mean and SD under each reading of its error term."""
    input:
        reported="results/{study}/reported.csv",
        audit="results/{study}/audit.csv",
    output:
        **tables_of("reconstruct"),
    log:
        "results/{study}/logs/reconstruct.log",
    benchmark:
        "results/{study}/benchmarks/reconstruct.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=stage_code("reconstruct"),
        readings=settings.readings,
    message:
        "Rebuilding the groups of {wildcards.study}"
    script:
        "../scripts/reconstruct.py"
