"""How far the answers depend on what the paper leaves unsaid: one plot and one sentence each."""
from retrial.report.load import Results

def analyses(results: Results) -> str:
    return ""
