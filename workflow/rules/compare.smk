localrules:
    check,


rule compare:
    """Compare the results with the frozen ones, value by value; a drift is noted, not an error."""
    input:
        **every_table("frozen"),
        expected=expected_files,
    output:
        **tables_of("compare"),
    log:
        "results/{study}/logs/compare.log",
    benchmark:
        "results/{study}/benchmarks/compare.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        code=stage_code("compare"),
        inputs=expected_contents,
    message:
        "Comparing the results of {wildcards.study} with the frozen ones"
    script:
        "../scripts/compare.py"


rule check:
    """Fail when any result of any study has drifted from what was frozen, and say where."""
    input:
        checks=expand("results/{study}/check.csv", study=STUDIES),
    log:
        "results/check.log",
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=200,
        runtime=5,
    params:
        studies=STUDIES,
        alpha=settings.alpha,
    message:
        "Checking that the results are still the frozen ones"
    script:
        "../scripts/check.py"
