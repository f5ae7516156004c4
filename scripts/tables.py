"""Compares the tables that LibreOffice read with the report as JSON.

Usage: tables.py IN CSV ; IN holds NAME.xlsx, NAME-findings.csv and NAME.json, CSV what LibreOffice made of them.
"""
import csv
import json
import pathlib
import sys

SHEETS = {
    "Findings": lambda report: len(report["safety"]) + len(report["findings"]),
    "Actions": lambda report: len(report["actions"]),
    "Nodes compared": lambda report: sum(len(group["rows"]) for group in report["matrix"]["groups"]),
    "Patterns": lambda report: len(report["errors"]["patterns"]),
}


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def main():
    given, made = map(pathlib.Path, sys.argv[1:3])
    faults, count = [], 0

    def check(path, want, width=None):
        nonlocal count
        count += 1
        table = rows(path)
        if len(table) - 1 != want:
            faults.append(f"{path.name}: {len(table) - 1} rows, the report has {want}")
        if any(len(row) != len(table[0]) for row in table):
            faults.append(f"{path.name}: rows of different widths")
        for row in table:
            # A formula would show as its result, or with its sign; ours begin with an apostrophe.
            wrong = [cell for cell in row if cell.lstrip().startswith(("=", "+", "@")) or cell.startswith(("#NAME", "Err:", "#REF"))]
            faults.extend(f"{path.name}: a formula: {cell[:60]!r}" for cell in wrong)

    for report in sorted(given.glob("*.json")):
        data = json.loads(report.read_text(encoding="utf-8"))
        for sheet, size in SHEETS.items():
            check(made / f"{report.stem}-{sheet}.csv", size(data))
        check(made / f"{report.stem}-findings.csv", SHEETS["Findings"](data))
    if count < 20:
        faults.append(f"only {count} tables were compared")
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


main()
