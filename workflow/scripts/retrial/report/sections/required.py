"""What is pending, and what must be true for the paper's claims to hold."""
from retrial.report.load import Results

def pending(results: Results) -> str:
    return ""
