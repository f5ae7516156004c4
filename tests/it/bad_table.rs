//! Every wrong, cut, huge or unknown table through the program itself: a sentence that names the input, and a report
//! of the rest. Tables are given together with one real bundle.

use rust_xlsxwriter::{Formula, Workbook, Worksheet};
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::process::Command;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What the program made of tables.
struct Said {
    code: Option<i32>,
    stderr: String,
    report: Value,
}

/// Reports on one bundle and these tables; `arguments` follow them.
fn report(tables: &[(&str, &[u8])], arguments: &[&str]) -> Said {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out/report.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_clusterbrief"));
    command
        .arg("report")
        .arg(crate::support::samples::sample("healthy-3-node/WEB01"))
        .args(["--as-of", "2026-11-20", "-o"])
        .arg(&out);
    for (name, content) in tables {
        fs::write(folder.path().join(name), content).unwrap();
        command.arg(folder.path().join(name));
    }
    let output = command.args(arguments).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!stderr.contains("panicked"), "{stderr}");
    let report: Value = serde_json::from_str(&fs::read_to_string(&out).unwrap()).unwrap();
    let is_read = |one: &Value| one["name"] == "WEB01" && one["status"] == "read";
    assert!(report["inputs"].as_array().unwrap().iter().any(is_read), "{}", report["inputs"]);
    Said { code: output.status.code(), stderr, report }
}

/// Reports on one table.
fn of(name: &str, content: &[u8]) -> Said {
    report(&[(name, content)], &[])
}

impl Said {
    fn input(&self, name: &str) -> &Value {
        self.report["inputs"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()
    }

    /// The input counts as `status` says, and a sentence of `list` (problems or notes) says why.
    fn expect(&self, name: &str, status: &str, list: &str, says: &str) -> &Self {
        let input = self.input(name);
        assert_eq!(input["status"], status, "{input}");
        let sentences = input[list].as_array().unwrap().iter();
        let mut texts = sentences.map(|one| one.as_str().or_else(|| one["text"].as_str()).unwrap());
        assert!(texts.any(|text| text.contains(says)), "\"{says}\" in {input}");
        self
    }

    /// The input is refused with one sentence, which names it and is printed too.
    fn refused(&self, name: &str, says: &str) -> &Self {
        self.expect(name, "refused", "problems", says);
        assert_eq!(self.input(name)["problems"].as_array().unwrap().len(), 1, "{}", self.input(name));
        let is_said = |line: &str| line.contains(name) && line.contains(says);
        assert!(self.stderr.lines().any(is_said), "\"{says}\" of {name} in\n{}", self.stderr);
        self
    }
}

/// Writes a sheet.
type Write = fn(&mut Worksheet);

/// A workbook of named sheets.
fn workbook(sheets: &[(&str, Write)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for (name, write) in sheets {
        write(workbook.add_worksheet().set_name(*name).unwrap());
    }
    workbook.save_to_buffer().unwrap()
}

fn rows(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (row, cells) in (0..).zip(rows) {
        sheet.write_row(row, 0, cells.iter().copied()).unwrap();
    }
}

fn nodes(sheet: &mut Worksheet) {
    rows(sheet, &[&["Machine Name", "Version"], &["WEB01", "11.7.000049"]]);
}

/// A zip of these parts, deflated.
fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        let method =
            if *name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_file_that_is_no_table_is_refused_with_a_reason_of_its_own() {
    let whole = workbook(&[("nodes", nodes)]);
    let twisted =
        zipped(&[("xl/workbook.xml", b"<workbook><sheets>"), ("xl/worksheets/sheet1.xml", b"<row")]);
    let compound = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 2_000]].concat();
    let document = zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", b"<office:document-content/>"),
    ]);
    let letter =
        zipped(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<x/>")]);
    let binary = workbook(&[("nodes", nodes)]).iter().rev().copied().collect::<Vec<u8>>();
    let said = report(
        &[
            ("cut.xlsx", whole.get(..whole.len() / 2).unwrap()),
            ("twisted.xlsx", &twisted),
            ("protected.xlsx", &compound),
            ("old.xls", compound.get(..1_000).unwrap()),
            ("nodes.ods", &document),
            ("letter.odt", &letter),
            ("other.zip", &zipped(&[("readme.txt", b"hello")])),
            ("binary.csv", &binary),
            ("other.xlsx", &workbook(&[("Read me", |sheet| rows(sheet, &[&["made", "for the ticket"]]))])),
            ("other.csv", b"Name,Amount\nA,1\n"),
        ],
        &[],
    );
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    said.refused("cut.xlsx", "was cut off")
        .refused("twisted.xlsx", "the workbook is damaged")
        .refused("old.xls", "in the old XLS form")
        .refused("protected.xlsx", "protected by a password")
        .refused("nodes.ods", "the workbook is damaged")
        .expect("letter.odt", "passed-over", "problems", "is a document of Writer (ODT)")
        .refused("other.zip/readme.txt", "is of no kind that this program knows")
        .refused("binary.csv", "is of no kind that this program knows")
        .refused("other.xlsx", "is not a file that this program knows")
        .refused("other.csv", "is not a file that this program knows");
}

#[test]
fn tables_beyond_the_limits_are_refused() {
    let bomb = zipped(&[
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/worksheets/sheet1.xml", "<row/>".repeat((257 << 20) / 6).as_bytes()),
    ]);
    assert!(bomb.len() < 2 << 20, "{}", bomb.len());
    let texts = zipped(&[
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/sharedStrings.xml", "<si><t>text</t></si>".repeat((33 << 20) / 20).as_bytes()),
    ]);
    let long = format!("Machine Name,Version\n{}", "WEB01,11.7.000049\n".repeat(250_001));
    let cells = format!(
        "VersionNumber,Upgraded{}\n{}",
        ",".repeat(62),
        format!("{}\n", "1,".repeat(63)).repeat(80_000)
    );
    report(
        &[
            ("bomb.xlsx", &bomb),
            ("texts.xlsx", &texts),
            ("long.csv", long.as_bytes()),
            ("cells.csv", cells.as_bytes()),
            ("large.csv", &vec![b'a'; (48 << 20) + 1]),
        ],
        &[],
    )
    .refused("bomb.xlsx", "is larger than 256 MiB when unpacked")
    .refused("texts.xlsx", "more than 32 MiB of texts")
    .refused("long.csv", "has more than 250000 rows")
    .refused("cells.csv", "has more than 5000000 cells")
    .refused("large.csv", "larger than the 48 MiB");
}

#[test]
fn columns_beyond_the_limit_are_ignored_and_reported() {
    let wide = format!(
        "Machine Name,Version{},In Cluster\nWEB01,11.7.000049,{}no\n",
        ",x".repeat(62),
        ",".repeat(62)
    );
    let said = of("wide.csv", wide.as_bytes());
    said.expect("wide.csv", "read", "notes", "more than 64 columns");
    let far = workbook(&[("nodes", |sheet| {
        nodes(sheet);
        sheet.write(1, 64, "no").unwrap();
    })]);
    of("wide.xlsx", &far).expect("wide.xlsx", "read", "notes", "more than 64 columns");
}

#[test]
fn binary_below_a_header_is_no_row() {
    let bytes = [b"Machine Name,Version\nWEB01,11.7.000049\n".as_slice(), &[0, 1, 2, 255, b',', 0, 7, b'\n']]
        .concat();
    let said = of("cut.csv", &bytes);
    said.expect("cut.csv", "partly", "problems", "cut.csv row 3");
    assert!(!said.report.to_string().contains('\u{1}'), "control characters are never shown");
}

const DATABASE: &str = "clusterbrief:database:1,,asked at,2026-11-20 10:00:00\nclusterbrief:database:1,,sees tbVersion,yes\n\
    clusterbrief:database:1,,compatibility level,130\n";

#[test]
fn results_that_are_cut_unknown_or_of_another_database_do_not_count() {
    let other_database = DATABASE.replace("tbVersion,yes", "tbVersion,no");
    of("q.csv", other_database.as_bytes()).expect(
        "q.csv",
        "partly",
        "problems",
        "from a database without tbVersion",
    );
    let cut = "clusterbrief:jobs:1,,asked at,2026-11-20 10:00:00\nclusterbrief:jobs:1,,items,3\nclusterbrief:jobs:1,A #1,state,WAITING\n";
    of("q.csv", cut.as_bytes()).expect("q.csv", "partly", "problems", "has 1 of the 3 items");
    let strange = format!("{DATABASE}clusterbrief:moon:9,,phase,full\n");
    of("q.csv", strange.as_bytes()).expect(
        "q.csv",
        "partly",
        "problems",
        "a query that this program does not know",
    );
}

#[test]
fn an_inventory_is_checked_and_the_command_line_counts_before_it() {
    let unknown = of("inventory.csv", b"Node,Role\nWEB01,boss\n");
    unknown.expect(
        "inventory.csv",
        "partly",
        "problems",
        "a role other than serving, dr, standby and mirror",
    );
    let conflict = report(&[("inventory.csv", b"Node,Role\nWEB01,dr\n")], &["--role", "WEB01=standby"]);
    let says = "inventory.csv says that WEB01 is dr, --role says standby; --role counts.";
    assert!(conflict.stderr.contains(says), "{}", conflict.stderr);
    assert_eq!(conflict.report["nodes"][0]["role"], "standby", "{}", conflict.report["nodes"]);
}

#[test]
fn formulas_count_by_their_last_value_and_every_sheet_is_reported() {
    let book = workbook(&[
        ("Read me", |sheet| rows(sheet, &[&["made", "for the ticket"]])),
        ("nodes", |sheet| {
            rows(sheet, &[&["Machine Name", "Version"], &["WEB01"]]);
            sheet.write_formula(1, 1, Formula::new("=A9&\"x\"").set_result("11.7.000049")).unwrap();
            sheet.set_hidden(true);
        }),
    ]);
    let said = of("book.xlsx", &book);
    said.expect("book.xlsx", "read", "notes", "Hidden sheets that were read all the same: \"nodes\"").expect(
        "book.xlsx",
        "read",
        "notes",
        "Sheets that this program does not know: \"Read me\"",
    );
    assert!(said.report["nodes"][0].to_string().contains("11.7.000049"), "{}", said.report["nodes"]);
}

#[test]
fn the_newer_of_two_results_of_one_query_counts_and_the_other_gets_a_note() {
    let newer = DATABASE.replace("2026-11-20 10", "2026-11-20 11").replace("level,130", "level,150");
    // Whichever comes first by name.
    for (old, new) in [("a.csv", "b.csv"), ("b.csv", "a.csv")] {
        let said = report(&[(old, DATABASE.as_bytes()), (new, newer.as_bytes())], &[]);
        said.expect(old, "read", "notes", &format!("{new} has a result of the query database that is newer"));
        assert_eq!(said.input(new)["notes"], serde_json::json!([]), "{}", said.input(new));
        let shown = said.report.to_string();
        assert!(!shown.contains("\"130\""), "what the older says is nowhere");
    }
}

#[test]
fn objects_saved_as_a_table_are_reported_and_a_header_alone_is_not() {
    let saved = of("saved.csv", b"EngineId,ConnectionStatus,Owner\n1,Offline,me\n");
    saved.expect("saved.csv", "read", "notes", "left out: \"Owner\"");
    assert_eq!(saved.input("saved.csv")["holds"], serde_json::json!(["the distributed engines"]));
    of("saved.csv", b"EngineId,ConnectionStatus\n").expect(
        "saved.csv",
        "partly",
        "problems",
        "no row below it",
    );
}
