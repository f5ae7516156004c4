//! Reports as tables: what they hold, no formulas, and the reader of the JSON report that the page shows.

use crate::report_render::{benign, keep};
use crate::support::report::mid_upgrade;
use crate::support::samples::sample;
use clusterbrief::report::{json, table, table_workbook};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What spreadsheet programs take for formulas, links and codes.
fn formula(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("=HYPERLINK(\"https://x.example\",\"{text}\")\r\n+1;\t@x,'\u{202e}")
    }
}

#[test]
fn a_table_has_a_line_for_each_finding_and_no_formula() {
    for report in [benign(), mid_upgrade(&formula)] {
        let bytes = table::render(&report).unwrap();
        assert!(bytes.starts_with(b"\xef\xbb\xbfNo.,Severity,"), "a mark and the heads");
        let mut reader = csv::Reader::from_reader(&bytes[3..]);
        let heads = reader.headers().unwrap().clone();
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), report.safety.len() + report.findings.len());
        assert!(rows[report.safety.len()][4].contains(benign().findings[0].rule.as_str()));
        for row in &rows {
            assert_eq!(row.len(), heads.len());
            for cell in row {
                assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
                assert!(!cell.contains('\u{202e}') && cell.chars().count() <= 2_001, "{cell}");
            }
        }
    }
}

#[test]
fn tables_are_kept_for_a_spreadsheet_program() {
    let report = mid_upgrade(&formula);
    let workbook = table_workbook::write(&report).unwrap();
    assert_eq!(workbook, table_workbook::write(&report).unwrap(), "same report, same bytes");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    fs::write(folder.join("hostile-table.xlsx"), &workbook).unwrap();
    fs::write(folder.join("hostile-table.csv"), table::render(&report).unwrap()).unwrap();
    keep("hostile-table.json", &json::render(&report).unwrap());
}

/// The reader that docs/report-format.md shows reads a report, and refuses another version.
#[test]
fn the_reader_of_the_page_reads_a_report() {
    if Command::new("python3").arg("--version").output().is_err() {
        return;
    }
    let page = include_str!("../../../docs/report-format.md");
    let reader = page.split("```python\n").nth(1).and_then(|tail| tail.split("```").next()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("reader.py"), reader).unwrap();
    let case = sample("mid-upgrade");
    let made = Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
        .args(["report", &case.to_string_lossy(), "--as-of", "2026-11-22", "-q", "-o"])
        .arg(at("report.json"))
        .status()
        .unwrap();
    assert!(made.success());
    let read = |name: &str| Command::new("python3").arg(at("reader.py")).arg(at(name)).output().unwrap();
    let output = read("report.json");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for needle in ["NOT READY - WEB03 runs", "1. Copy the application folder", "   VER-001 WEB01 nodes.json"]
    {
        assert!(text.contains(needle), "{needle} is not in\n{text}");
    }
    let json = fs::read_to_string(at("report.json")).unwrap();
    fs::write(at("later.json"), json.replacen("clusterbrief-report/1.", "clusterbrief-report/2.", 1))
        .unwrap();
    assert_eq!(read("later.json").status.code(), Some(1));
}
