//! The dependency rules between modules, checked over every `crate::` path of the sources, and the proof that the program is
//! offline: no network type in our code, no network crate among the dependencies of any target.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The modules that each module may use. A module that is missing here was added without a decision.
fn allowed() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("model", &[][..]),
        ("text", &[]),
        ("finding", &["model"]),
        ("redact", &["model", "text"]),
        ("parsers", &["model", "redact", "text"]),
        ("probes", &["model", "redact", "parsers"]),
        ("bundle", &["model", "text"]),
        ("knowledge", &["model", "finding", "text"]),
        ("logs", &["model", "redact", "knowledge", "text"]),
        ("intake", &["model", "bundle", "redact", "logs", "knowledge", "parsers", "probes", "text"]),
        ("collect", &["model", "bundle", "redact", "parsers", "probes", "text"]),
        ("rules", &["model", "finding", "knowledge"]),
        ("plan", &["model", "finding", "knowledge", "text"]),
        ("kit", &["model", "knowledge", "plan", "text"]),
        ("compare", &["model", "finding", "text"]),
        ("decisions", &["model", "finding", "text"]),
        ("report", &["model", "finding", "knowledge", "plan", "compare", "decisions", "kit", "text"]),
        ("demo", &["model", "bundle", "collect", "redact", "text"]),
        (
            "cli",
            &[
                "analysis",
                "bundle",
                "collect",
                "compare",
                "decisions",
                "demo",
                "finding",
                "intake",
                "kit",
                "knowledge",
                "logs",
                "model",
                "parsers",
                "plan",
                "probes",
                "redact",
                "report",
                "rules",
                "text",
            ],
        ),
    ])
}

/// Modules that may open files.
const IO: &[&str] = &["cli", "collect", "bundle", "demo"];

fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push(path);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&src, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| {
            let module = path.strip_prefix(&src).unwrap().components().next().unwrap();
            let module = module.as_os_str().to_str().unwrap().to_owned();
            path.parent()
                .is_some_and(|folder| folder != src)
                .then(|| (module, path.clone(), fs::read_to_string(&path).unwrap()))
        })
        .collect()
}

/// Every module named in a `crate::module` or `crate::{module, …}` path of a line of code.
fn modules_named(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let mut modules = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or_default().to_owned(),
            None => rest.to_owned(),
        };
        for name in names.split(',') {
            let module: String =
                name.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if !module.is_empty() {
                modules.push(module);
            }
            if !rest.starts_with('{') {
                break;
            }
        }
    }
    modules
}

/// The lines that ship: everything before a file's test module.
fn shipped(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| {
            !["#[cfg(test)]", "#[cfg(all(test, "].iter().any(|test| line.trim().starts_with(test))
        })
        .map(|(at, line)| (at + 1, line))
}

#[test]
fn modules_use_only_what_is_allowed() {
    let allowed = allowed();
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        let may =
            allowed.get(module.as_str()).unwrap_or_else(|| panic!("module {module} has no row in this test"));
        for (number, line) in shipped(&text) {
            for named in modules_named(line) {
                if named != module && !may.contains(&named.as_str()) {
                    wrong.push(format!("{}:{number}: {module} must not use {named}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_check_finds_paths() {
    assert_eq!(modules_named("use crate::rules::engine;"), ["rules"]);
    assert_eq!(modules_named("use crate::{model, report::html};"), ["model", "report"]);
    assert_eq!(modules_named("let x: crate::bundle::Bundle = crate::intake::y();"), ["bundle", "intake"]);
    assert!(modules_named("/// see [`crate::rules`]").is_empty());
}

#[test]
fn files_clock_and_environment_are_used_only_where_allowed() {
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        for (number, line) in shipped(&text) {
            let code = line.split("//").next().unwrap_or_default();
            let mut forbid = |what: &str, why: &str| {
                if code.contains(what) {
                    wrong.push(format!("{}:{number}: {what} in {module}: {why}", path.display()));
                }
            };
            forbid("std::net", "the program is offline");
            if !IO.contains(&module.as_str()) {
                forbid("std::fs", "only cli, collect, bundle and demo do I/O");
                forbid("std::env", "only cli, collect, bundle and demo do I/O");
                forbid("File::open", "only cli, collect, bundle and demo do I/O");
                forbid("std::process::Command", "only the collector runs commands");
            }
            if !["cli", "collect"].contains(&module.as_str()) {
                forbid("Utc::now", "the clock is read in cli and by the collector's host");
                forbid("Local::now", "the clock is read in cli and by the collector's host");
                forbid("SystemTime::now", "the clock is read in cli and by the collector's host");
            }
            if module != "cli" {
                for printing in ["println!", "eprintln!", "print!", "eprint!"] {
                    forbid(printing, "only cli prints");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_dependency_of_any_target_speaks_to_a_network() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: BTreeSet<&str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    assert!(names.contains("zip"), "the list of packages is not what this test expects");
    let network = [
        "async-std",
        "curl",
        "curl-sys",
        "h2",
        "hyper",
        "isahc",
        "mio",
        "native-tls",
        "openssl",
        "quinn",
        "reqwest",
        "rustls",
        "schannel",
        "smol",
        "socket2",
        "surf",
        "tokio",
        "trust-dns-resolver",
        "tungstenite",
        "ureq",
    ];
    let found: Vec<&&str> = network.iter().filter(|name| names.contains(**name)).collect();
    assert!(found.is_empty(), "network crates among the dependencies: {found:?}");
}
