"""The report's sections: each function takes the results and returns HTML, empty for nothing."""
