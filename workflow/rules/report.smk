rule report:
    """Render the report: one HTML file that needs no network, and the notebook behind it."""
    input:
        **every_table("shown"),
        validated=validated_for("report"),
        study=study_file("study.yaml"),
        typed_claims=study_file("claims.yaml"),
        study_figures=study_file("figures/figures.yaml"),
        figures="results/{study}/figures",
        provenance="results/{study}/provenance.json",
        notebook=project_file("workflow/notebooks/report.py"),
        template=project_file("workflow/report/template/index.html.j2"),
        style=project_file("workflow/report/template/style.css"),
    output:
        html=report(
            "results/{study}/report.html",
            caption="../report/report.rst",
            category="Report",
            subcategory="{study}",
            labels={"table": "Report"},
        ),
        notebook="results/{study}/report.ipynb",
    log:
        "results/{study}/logs/report.log",
    benchmark:
        "results/{study}/benchmarks/report.tsv"
    conda:
        "../../envs/retrial.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        **made_from(
            "report",
            page=stage_code(
                "report",
                "workflow/notebooks/report.py",
                "workflow/report/template/index.html.j2",
                "workflow/report/template/style.css",
            ),
            inputs=contents("study.yaml", "claims.yaml", "figures/figures.yaml"),
            # The parameters of the notebook.
            shown=lambda wildcards: {
                "results_folder": f"results/{wildcards.study}",
                "study_folder": f"{settings.studies_folder}/{wildcards.study}",
                "alpha": settings.alpha,
                "title": settings.report.title,
                "sections": settings.report.sections,
            },
        ),
    message:
        "Rendering the report of {wildcards.study}"
    script:
        "../scripts/report.py"
