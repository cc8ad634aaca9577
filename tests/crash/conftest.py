"""A line for each kind of work after the run: how many kills hit it, and when."""

from collections import Counter


def pytest_terminal_summary(terminalreporter):
    kills: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        kills.update(dict(report.user_properties).get("kills", {}))
    if kills:
        terminalreporter.section(f"{kills.total()} kills, nothing lost")
    for kind, count in sorted(kills.items()):
        terminalreporter.line(f"{count:4} {kind}")
