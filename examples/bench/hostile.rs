//! Texts that are made to be slow, and files of other forms: twice the size takes at most 2.4 times as long, no more than
//! ten times as long as an ordinary log of its size, and at most 256 MB.
#![expect(clippy::format_collect, reason = "data that is made once, before anything is measured")]

use crate::log_text::LogWriter;
use crate::process::{self, Run};
use crate::{Scale, table};
use anyhow::{Context, Result};
use chrono::NaiveDateTime;
use clusterbrief::bundle::{BundleWriter, Form, Manifest, MemberName, NewMember};
use clusterbrief::demo::NodeFolder;
use clusterbrief::knowledge::Knowledge;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Sizes of each text, in MB; the larger one is compared with the smaller and with an ordinary log.
const SIZES: [usize; 2] = [2, 4];
/// What takes less is not compared: the clock and other processes decide it.
const QUICK: Duration = Duration::from_millis(150);
/// Limits: growth at twice the size, times an ordinary log, bytes.
const GROWTH: f64 = 2.4;
const TIMES: f64 = 10.0;
const MEMORY: u64 = 256 << 20;

/// Fragments of the grammars that patterns look for, each repeated without end.
const FRAGMENTS: &[&str] = &[
    "password ",
    "password=",
    "password: ",
    "\"password\":",
    "password=\"",
    "password='",
    "password\n",
    "key=",
    "://",
    "u:p@h ",
    "https://u:p@",
    "\"",
    "'",
    "\\",
    "\\\"",
    "&quot;",
    "&amp;",
    "&#65;",
    "%",
    "%25",
    "%2525",
    "%41",
    "\\u0041",
    "\\\\u0041",
    "{",
    "}",
    "[",
    "]",
    "(",
    "<",
    ">",
    "<a ",
    "</a>",
    "<password>",
    "<a b=\"c\"/>",
    "name=\"password\" value=",
    "{\"a\":",
    "{\"password\":{\"value\":",
    "[[",
    "=",
    ";",
    ",",
    "Server=a;Password=",
    "Password=;",
    "Authorization: ",
    "Authorization: Bearer ",
    "Cookie: a=b;",
    "net use ",
    "-p ",
    "--password ",
    "/p:",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n",
    "-----END PRIVATE KEY-----\n",
    "eyJ",
    "eyJhbGciOi",
    "eyJhbGciOi.",
    "ghp_",
    "AKIA",
    "$2a$",
    "[enc:",
    "12345-",
    "ABCDE-",
    "a.",
    "a@",
    "a\\b ",
    "DOMAIN\\",
    "\\\\a",
    "1.1.1.1 ",
    "::",
    "00:",
    "S-1-5-21-",
    "CN=a,",
    "user=",
    "a",
    "0",
    " ",
    "\n",
    "\0",
    "\u{fffd}",
    "é",
    "{redacted}",
    "2026-11-22 12:34:56,789 [1] ERROR ",
    "   at a.b(c)\n",
    "System.Exception: a ",
];

/// Alphabets that are drawn from at random.
const ALPHABETS: &[(&str, &str)] = &[
    ("base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
    ("hexadecimal", "0123456789abcdef"),
    ("quotes", "\"'\\ "),
    ("tags", "<>/=\"' ab"),
    ("JSON", "{}[]:,\"\\a1 "),
    ("connection strings", "=; aA"),
    ("URLs", ":/@%a.?&="),
    ("names", "aA\\@.-_ 1"),
    ("escapes", "%25ab41\\u0x&#;"),
];

/// Makes a text of about so many bytes.
type MakeText = fn(usize) -> String;
/// The same as bytes.
type MakeBytes = Box<dyn Fn(usize) -> Vec<u8>>;

/// Files of other forms than a log, of about so many bytes.
const FILES: &[(&str, MakeText)] = &[
    ("a list of numbers", |bytes| format!("[{}1]", "1,".repeat(bytes / 2))),
    ("an object of many keys", |bytes| {
        format!("{{{}\"z\":1}}", (0..bytes / 14).map(|n| format!("\"k{n:08}\":1,")).collect::<String>())
    }),
    ("a deep list", |bytes| "[".repeat(bytes)),
    ("a deep object", |bytes| "{\"a\":".repeat(bytes / 5)),
    ("lines of JSON", |bytes| "{\"password\":\"a\",\"b\":[1]}\n".repeat(bytes / 25)),
    ("a table", |bytes| "Name,Password\n".to_owned() + &"a,b\n".repeat(bytes / 4)),
    ("a row of commas", |bytes| ",".repeat(bytes)),
    ("a header and a row of commas", |bytes| "Name,Password\n".to_owned() + &",".repeat(bytes)),
    ("an open cell", |bytes| "Name,Password\n\"".to_owned() + &"a,".repeat(bytes / 2)),
    ("elements", |bytes| format!("<a>{}</a>", "<b c=\"d\"/>".repeat(bytes / 10))),
    ("nested elements", |bytes| "<a>".repeat(bytes / 3)),
    ("attributes", |bytes| {
        format!("<a {}/>", (0..bytes / 14).map(|n| format!("a{n:07}=\"b\" ")).collect::<String>())
    }),
    ("tables of TOML", |bytes| "[[answer]]\nquestion=\"X\"\n".repeat(bytes / 24)),
];

/// The job: a verb, whatever its exit code.
pub fn verb() -> Result<()> {
    process::measured(|| {
        clusterbrief::cli::main();
        Ok(())
    })
}

/// So many bytes of a fragment, or drawn from an alphabet.
fn repeated(fragment: &str, bytes: usize) -> Vec<u8> {
    fragment.as_bytes().iter().copied().cycle().take(bytes).collect()
}

fn drawn(alphabet: &str, bytes: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        alphabet.as_bytes()[(state >> 33) as usize % alphabet.len()]
    };
    (0..bytes).map(|_| next()).collect()
}

/// What a verb is started with for a text, which is put where it reads it.
fn arguments(verb: &str, folder: &Path, text: &[u8]) -> Result<Vec<PathBuf>> {
    let out = folder.join("out");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    fs::create_dir(&out)?;
    let file = folder.join("text.log");
    fs::write(&file, text)?;
    let words = |words: &[&str]| -> Vec<PathBuf> { words.iter().map(PathBuf::from).collect() };
    Ok(match verb {
        "leaks" => [words(&["inspect", "--leaks"]), vec![file]].concat(),
        "scrub" => [words(&["scrub", "--level", "secrets"]), vec![file, "-o".into(), out]].concat(),
        "identities" => [words(&["scrub"]), vec![file, "-o".into(), out]].concat(),
        "report file" => [words(&["report"]), vec![file, "-o".into(), out.join("report.html")]].concat(),
        "collect" => {
            let app = folder.join("node/SecretServer");
            fs::write(app.join("log/SS.log"), text)?;
            [words(&["collect", "--node", "WEB01", "--app-dir"]), vec![app, "--out".into(), out]].concat()
        }
        _ => {
            let bundle = bundle(folder, text)?;
            [words(&["report"]), vec![bundle, "-o".into(), out.join("report.html")]].concat()
        }
    })
}

/// A bundle whose only log is this text.
fn bundle(folder: &Path, text: &[u8]) -> Result<PathBuf> {
    let path = folder.join("WEB01.zip");
    let _ = fs::remove_file(&path);
    let manifest: Manifest =
        serde_json::from_str(include_str!("../../samples/healthy-3-node/WEB01/manifest.json"))?;
    let mut writer = BundleWriter::create(folder, "WEB01", Form::Zip)?;
    let name = MemberName::parse("logs/SS.log").ok().context("a name")?;
    writer.add(
        NewMember { name, origin: "log/SS.log".into(), size: text.len() as u64, modified: None },
        &mut &*text,
    )?;
    Ok(writer.finish(manifest)?.commit()?)
}

/// The quickest of two runs, which other work on the machine disturbs least.
fn quickest(verb: &str, folder: &Path, text: &[u8]) -> Result<Run> {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (run, _) = process::run("verb", arguments(verb, folder, text)?)?;
        runs.push(run);
    }
    runs.into_iter().min_by_key(|run| run.wall).context("nothing was measured")
}

/// The worst so far, and what it was.
#[derive(Default)]
struct Worst(f64, String);

impl Worst {
    fn take(&mut self, value: f64, what: &str) {
        if value > self.0 {
            *self = Self(value, what.to_owned());
        }
    }

    fn print(&self, what: &str, limit: f64) {
        let verdict = if self.0 <= limit { "met" } else { "MISSED" };
        println!("{what:<58} {:>10.2} {:>10} {:>7} {limit:>9.1} {verdict}  {}", self.0, "", "", self.1);
    }
}

pub fn run(folder: &Path, scale: Scale) -> Result<()> {
    let mut node = NodeFolder::new("WEB01", "11.7.000049", "2026-11-20T10:00:00+01:00".parse()?);
    node.put("log/SS.log", "x");
    fs::create_dir(folder.join("node"))?;
    node.write(&folder.join("node"))?;
    let sizes = SIZES.map(|size| usize::try_from(scale.of(size as u64 * 1_000_000)).unwrap_or(usize::MAX));
    let log = folder.join("ordinary.log");
    let end = NaiveDateTime::parse_from_str("2026-11-20 09:59:00", "%Y-%m-%d %H:%M:%S")?;
    LogWriter::new(&Knowledge::builtin()?)?.write(&log, sizes[1] as u64, 1, end)?;
    let ordinary = fs::read(&log)?;
    let mut texts: Vec<(String, MakeBytes)> = Vec::new();
    for fragment in FRAGMENTS {
        texts.push((format!("{fragment:?}"), Box::new(|bytes| repeated(fragment, bytes))));
    }
    for (name, alphabet) in ALPHABETS {
        texts.push(((*name).to_owned(), Box::new(|bytes| drawn(alphabet, bytes))));
    }
    let mut files: Vec<(String, MakeBytes)> = Vec::new();
    for (name, make) in FILES {
        files.push(((*name).to_owned(), Box::new(|bytes| make(bytes).into_bytes())));
    }
    for (verb, inputs) in [
        ("report", &texts),
        ("report file", &files),
        ("leaks", &texts),
        ("leaks", &files),
        ("scrub", &texts),
        ("scrub", &files),
        ("identities", &texts),
        ("identities", &files),
        ("collect", &texts),
    ] {
        let start = quickest(verb, folder, b"x")?.wall;
        let beyond = |run: &Run| run.wall.saturating_sub(start).as_secs_f64();
        let ordinary = beyond(&quickest(verb, folder, &ordinary)?);
        let (mut growth, mut times, mut memory) = (Worst::default(), Worst::default(), 0);
        for (name, make) in inputs {
            let [less, more] = sizes.map(|size| quickest(verb, folder, &make(size)));
            let (less, more) = (less?, more?);
            if more.wall > start + QUICK {
                growth.take(beyond(&more) / beyond(&less), name);
                times.take(beyond(&more) / ordinary, name);
            }
            memory = memory.max(more.peak);
        }
        let kind = if std::ptr::eq(inputs, &raw const texts) { "texts" } else { "files" };
        growth.print(&format!("hostile {kind}, {verb}: 4 MB against 2 MB"), GROWTH);
        times.print(&format!("hostile {kind}, {verb}: against an ordinary log"), TIMES);
        table::memory(&format!("hostile {kind}, {verb}: most memory"), memory, None, MEMORY);
    }
    Ok(())
}
