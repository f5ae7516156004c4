//! Every reader of bytes from outside as a plain function, with what must hold whatever the bytes are. The targets of
//! `cargo fuzz` call these, and so does `cargo run --example fuzz`, which needs no other toolchain than the stable one.

use clusterbrief::analysis::{Analyzer, Options, open};
use clusterbrief::bundle::{Bundle, FormatVersion, Limits, Manifest, contents};
use clusterbrief::collect::Silent;
use clusterbrief::collect::scrub::{Scrub, scrub};
use clusterbrief::compare::{self, FileList, Snapshot};
use clusterbrief::decisions::{Decisions, append};
use clusterbrief::intake::answers::{Question, questions};
use clusterbrief::intake::read::{Tools, read_all};
use clusterbrief::kit;
use clusterbrief::knowledge::Knowledge;
use clusterbrief::logs::{FileDigest, Scanner};
use clusterbrief::model::BuildVersion;
use clusterbrief::model::facts::{InventoryEntry, NodeFacts};
use clusterbrief::parsers::{application_host, pe_version, xml_config};
use clusterbrief::probes::reads_certificate;
use clusterbrief::redact::search::Searcher;
use clusterbrief::redact::{
    CaseKey, Fingerprinter, Known, Level, Redactor, Sanitizer, SecretSet, config, leak,
};
use clusterbrief::report::{html, json, markdown, terminal};
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A reader by name, and what it reads: files and folders of the repository, or what [`made`] makes.
pub struct Reader {
    pub name: &'static str,
    pub read: fn(&[u8]),
    pub seeds: &'static [&'static str],
}

const LOGS: &str = "fuzz/seeds/log";
const CONFIGS: &str = "fuzz/seeds/config";
const EXPORTS: &str = "fuzz/seeds/export";
const FACTS: &str = "samples/healthy-3-node/WEB01/facts.json";

/// All of them.
pub const READERS: &[Reader] = &[
    Reader { name: "bundle", read: bundle, seeds: &["made:zip", "made:workbook"] },
    Reader { name: "manifest", read: manifest, seeds: &["fuzz/seeds/bundle"] },
    Reader { name: "facts", read: facts, seeds: &[FACTS] },
    Reader { name: "config", read: config, seeds: &[CONFIGS] },
    Reader { name: "iis", read: iis, seeds: &["src/demo/data/applicationHost.config", CONFIGS] },
    Reader { name: "export", read: export, seeds: &[EXPORTS, "src/demo/data", "made:workbook"] },
    Reader {
        name: "report",
        read: report,
        seeds: &[EXPORTS, "tests/kit/stopped/clusterbrief-answers-WEB01"],
    },
    Reader { name: "kit", read: kit, seeds: &["fuzz/seeds/kit"] },
    Reader { name: "log", read: log, seeds: &[LOGS] },
    Reader { name: "names", read: names, seeds: &[LOGS, CONFIGS] },
    Reader { name: "leaks", read: leaks, seeds: &[LOGS, CONFIGS, EXPORTS] },
    Reader { name: "scrub", read: scrubbed, seeds: &[EXPORTS, LOGS, CONFIGS] },
    Reader { name: "knowledge", read: knowledge, seeds: &["fuzz/seeds/knowledge"] },
    Reader { name: "before", read: before, seeds: &["made:report"] },
    Reader { name: "decisions", read: decisions, seeds: &["fuzz/seeds/decisions", "made:workbook"] },
    Reader { name: "version", read: version, seeds: &["fuzz/seeds/version", "made:dll"] },
    Reader { name: "certificate", read: certificate, seeds: &["src/probes/testdata"] },
    Reader { name: "case-key", read: case_key, seeds: &["fuzz/seeds/case-key"] },
];

/// Seeds that are made: archives and a DLL, which are no texts that a repository should hold.
pub fn made(what: &str, root: &Path) -> Vec<u8> {
    match what {
        "workbook" => clusterbrief::intake::inventory::template().expect("a workbook"),
        "report" => {
            let options = Options::at("2026-11-20T12:00:00Z".parse().expect("a time"));
            let analysis = AUDITOR.analyze(open([root.join("samples/mid-upgrade")]), &options);
            json::render(&analysis.report).expect("JSON").into_bytes()
        }
        "dll" => clusterbrief::demo::Pe::new("11.7.000049", [11, 7, 49, 0]).bytes(),
        _ => {
            let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
            let sample = root.join("samples/healthy-3-node/WEB01");
            for name in ["manifest.json", "facts.json", "inventory.jsonl", "config/web.config"] {
                zip.start_file(name, SimpleFileOptions::default()).expect("an entry");
                zip.write_all(&std::fs::read(sample.join(name)).expect("a sample")).expect("an entry");
            }
            zip.finish().expect("a zip").into_inner()
        }
    }
}

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder can be made"));
static AUDITOR: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().expect("the built-in knowledge loads"));
static QUESTIONS: LazyLock<Vec<Question>> = LazyLock::new(|| questions(AUDITOR.knowledge()));
static SCANNER: LazyLock<Scanner<'static>> =
    LazyLock::new(|| Scanner::new(AUDITOR.knowledge(), &Sanitizer).expect("the signatures compile"));

/// The bytes as a file.
fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = FOLDER.path().join(name);
    std::fs::write(&path, bytes).expect("a file can be written");
    path
}

/// A file opened as a bundle: whatever it holds, every member is read within its limits, and so is everything in it.
pub fn bundle(bytes: &[u8]) {
    let path = file("bundle.zip", bytes);
    let _ = contents::visit(&path, &Limits::default(), &mut |_, source| {
        std::io::copy(source, &mut std::io::sink()).map(drop)
    });
    let Ok(bundle) = Bundle::open(&path) else { return };
    for record in bundle.members() {
        let mut read = 0_u64;
        let result = bundle.read(record.path.as_str(), &mut |piece| read += piece.len() as u64);
        if result.is_ok() {
            assert_eq!(record.content().map(|content| content.size), Some(read));
        }
    }
}

/// A manifest, which reads back as it is written.
pub fn manifest(bytes: &[u8]) {
    let Ok((manifest, unknown)) = Manifest::parse(bytes, &Limits::default()) else { return };
    let written = manifest.to_json().expect("JSON");
    if unknown.is_empty() && manifest.format == FormatVersion::CURRENT {
        let (again, _) = Manifest::parse(&written, &Limits::default()).expect("what is written reads back");
        assert_eq!(again, manifest);
    }
}

/// The facts of a node, and a line of its inventory.
pub fn facts(bytes: &[u8]) {
    let _ = FormatVersion::CURRENT.read::<NodeFacts>(bytes);
    for line in bytes.split(|byte| *byte == b'\n').take(100) {
        let _ = FormatVersion::CURRENT.read::<InventoryEntry>(line);
    }
}

/// A configuration of the node: what is taken of it is well-formed, and redacting it again changes nothing.
pub fn config(bytes: &[u8]) {
    let mut harvest = SecretSet::default();
    harvest.add_config(bytes);
    let redactor = harvest.redactor();
    let printer = Fingerprinter::new(None, None);
    let Ok(redacted) = config::redact(bytes, &redactor, &printer) else { return };
    assert!(config::parse(&redacted.text).is_ok(), "what is taken is well-formed");
    let again = config::redact(redacted.text.as_bytes(), &redactor, &printer).expect("it parses");
    assert_eq!(redacted.text, again.text, "redacting twice changes nothing");
    let _ = leak::Scanner::new(&harvest, &[]).scan(redacted.text.as_bytes());
    let _ = xml_config::settings(&redacted.text, &Sanitizer);
}

/// The configuration of IIS.
pub fn iis(bytes: &[u8]) {
    let Ok(text) = config::decode(bytes) else { return };
    let _ = application_host::applications(&text);
    let _ = application_host::redirection(&text);
}

/// A file that is no bundle: recognised by its content and read.
pub fn export(bytes: &[u8]) {
    let tools = Tools {
        scanner: &SCANNER,
        sanitizer: &Sanitizer,
        questions: &QUESTIONS,
        knowledge: AUDITOR.knowledge(),
        loose: &clusterbrief::intake::loose::LooseOptions::default(),
    };
    let [read] = read_all(open([file("export", bytes)]), tools).0.try_into().expect("one file");
    assert!(read.input.problems.iter().all(|problem| !problem.text.contains("made the reader fail")));
}

/// The same judged, and rendered in every format.
pub fn report(bytes: &[u8]) {
    let as_of = "2026-11-22T12:00:00Z".parse().expect("a time");
    let report = AUDITOR.analyze(open([file("export", bytes)]), &Options::at(as_of)).report;
    html::render(&report).expect("HTML");
    markdown::render(&report).expect("Markdown");
    json::render(&report).expect("JSON");
    let _ = terminal::render(&report, 80, false);
}

/// The report that a kit is made from.
pub fn kit(bytes: &[u8]) {
    if let Ok(earlier) = kit::Earlier::read(bytes) {
        static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::builtin().expect("knowledge"));
        let selection = kit::Selection::of(&earlier, &KNOWLEDGE);
        let list = kit::questions(&selection, kit::Purpose::Health, &KNOWLEDGE);
        let script = kit::rest(&selection);
        let shown = kit::page(&selection, kit::Purpose::Health, earlier.case.as_deref(), true, Vec::new());
        assert!(script.is_ascii() && list.lines.len() <= selection.questions.len() && shown.steps.len() <= 5);
    }
}

fn scanned<'b>(pieces: impl Iterator<Item = &'b [u8]>) -> FileDigest {
    let mut file = SCANNER.file("logs/SS.log", None, false);
    pieces.for_each(|piece| file.push(piece));
    file.finish()
}

/// A log: scanned for signatures whole and in pieces with the same result, and redacting twice is redacting once.
pub fn log(bytes: &[u8]) {
    let whole = scanned(std::iter::once(bytes));
    assert_eq!(format!("{whole:?}"), format!("{:?}", scanned(bytes.chunks(7))));
    let redactor = Redactor::patterns_only();
    let (once, _) = redactor.redact(bytes);
    let (twice, _) = redactor.redact(&once);
    assert_eq!(once, twice, "redacting twice changes nothing");
    let _ = leak::Scanner::shapes_only().scan(&once);
}

/// The names in a text.
pub fn names(bytes: &[u8]) {
    let mut known = Known::default();
    known.learn(bytes);
    known.learn_config(bytes);
    let _ = leak::Scanner::shapes_only().with(&known).scan(bytes);
}

/// A file that is searched for secrets.
pub fn leaks(bytes: &[u8]) {
    let whole = Searcher::default().search(bytes);
    let searcher = Searcher::default();
    let mut search = searcher.start(None);
    bytes.chunks(11).for_each(|piece| search.push(piece));
    assert_eq!(format!("{whole:?}"), format!("{:?}", search.finish()), "pieces do not matter");
}

/// An export that is scrubbed.
pub fn scrubbed(bytes: &[u8]) {
    for level in [Level::Secrets, Level::Identities] {
        let out = tempfile::tempdir_in(FOLDER.path()).expect("a folder can be made");
        let request = Scrub {
            input: file("text", bytes),
            level,
            case_key: None,
            redact_words: None,
            out: out.path().to_owned(),
        };
        let _ = scrub(&request, &mut Silent);
    }
}

/// A support team's own records, and a CVE record.
pub fn knowledge(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for name in ["ours.toml", "CVE-2026-0001.json"] {
        if let Ok(knowledge) = Knowledge::layered(&[(name, text)]) {
            Scanner::new(&knowledge, &Sanitizer).expect("what is accepted can be searched for");
        }
    }
}

/// Versions: of a text, which prints as it was read, and of a DLL.
pub fn version(bytes: &[u8]) {
    let _ = pe_version::read(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(version) = BuildVersion::parse(text) {
        assert_eq!(BuildVersion::parse(&version.to_string()), Ok(version));
    }
}

/// A certificate.
pub fn certificate(bytes: &[u8]) {
    let _ = reads_certificate(bytes);
}

/// The file of a case key, which reads back as it is written.
pub fn case_key(bytes: &[u8]) {
    if let Ok(key) = CaseKey::parse(&String::from_utf8_lossy(bytes)) {
        assert_eq!(CaseKey::parse(&key.to_file_text()).map(|key| key.id()).ok(), Some(key.id()));
    }
}

/// An earlier report, compared with itself, and the finding that somebody wants to decide.
pub fn before(bytes: &[u8]) {
    let read = || Snapshot::read(bytes, FileList::new());
    if let (Ok(before), Ok(after)) = (read(), read())
        && let Ok(since) = compare::since(&before, &after)
    {
        let changed = since.findings.iter().filter(|one| one.change != compare::Change::Still).count();
        assert_eq!(changed, 0, "a report differs from itself");
    }
}

/// A file of decisions; what is read can be written and read again.
pub fn decisions(bytes: &[u8]) {
    if let Ok(read) = Decisions::read("decisions.toml", bytes) {
        let written = append(None, &read.entries).expect("what was read can be written");
        assert_eq!(Decisions::read("x", &written).expect("it is read").entries.len(), read.entries.len());
    }
}
