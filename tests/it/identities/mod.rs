//! Level `identities` from a node to the report: no names, and the report still has its findings.

mod collected;
mod scrubbed;
mod searched;

use chrono::TimeDelta;
use clusterbrief::bundle::Bundle;
use clusterbrief::collect::{Options, Silent, run};
use clusterbrief::demo::NodeFolder;
use clusterbrief::redact::{CaseKey, Level};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every name on the three nodes, in lower case: none may appear in a bundle, in any letter case.
const NAMED: &[&str] = &[
    "ssweb01",
    "ssweb02",
    "ssweb03",
    "corp.example",
    "contoso",
    "jane.doe",
    "jdoe",
    "svc-vault",
    "10.20.30.",
    "2001:db8:",
    "00:15:5d",
    "00-15-5d",
    "s-1-5-21-",
    "sql07",
    "vaultdb",
    "fs03",
    "deployx",
    "a909502dd82ae414",
    "3f2504e0-4f89",
    "mail-07",
    "jane doe",
];

/// Lines with names, in every form in which the product logs them; `@` is replaced by the number of the node.
const LINES: &[&str] = &[
    "Thycotic.Web - login of CONTOSO\\jdoe from 10.20.30.4@:55123 failed",
    "Thycotic.Web - {\"user\":\"contoso\\\\jdoe\",\"machineName\":\"SSWEB0@\"}",
    "Thycotic.Web - session of jdoe on ssweb0@ ended, cookie dropped",
    "Thycotic.Web - mail to Jane.Doe@corp.example over mail-07.corp.example",
    "Thycotic.Web - GET https://ssweb0@.corp.example/SecretServer/Login.aspx?x=1",
    "Thycotic.Data - Server=tcp:sql07.corp.example,1433;Database=VaultDb;Encrypt=true",
    "Thycotic.Data - Data Source=SQL07\\VaultDb;Initial Catalog=VaultDb",
    "Thycotic.Web - peer 2001:db8:0:0::@ and fe80::1c2d:3e4f:5a6b:7c8d%12 at 00:15:5d:01:02:0@, 00-15-5D-01-02-0@",
    "Thycotic.Web - token of S-1-5-21-1004336348-1177238915-682003330-110@ with thumbprint a909502dd82ae41433e6f83886b00d4277a32a7b",
    "Thycotic.Web - copy \\\\fs03.corp.example\\deployx$\\a to C:\\Users\\jane.doe\\AppData\\Local",
    "Thycotic.Web - Event: [Secret] Action: [View] By User: Jane.Doe Item Name: x",
    "Thycotic.Web - dhost=ssweb0@ shost=fs03 suser=Jane Doe src=10.20.30.4@",
    "Thycotic.Web - pool IIS APPPOOL\\ContosoVault runs as contoso\\svc-vault, request 3f2504e0-4f89-11d3-9a0c-0305e82c330@",
    "Thycotic.Web - CN=Jane Doe,OU=Contoso,DC=corp and the node SSWEB03.corp.example",
];

fn node(number: u32) -> NodeFolder {
    let clock = "2026-09-14T08:30:00+02:00".parse().unwrap();
    let mut node = NodeFolder::new(&format!("SSWEB0{number}"), "11.7.000049", clock);
    for line in LINES {
        let line = line
            .replace('@', "\u{1}")
            .replacen("Doe\u{1}corp", "Doe@corp", 1)
            .replace('\u{1}', &number.to_string());
        node.log_line("log/SS.log", TimeDelta::minutes(2), "INFO ", &line);
    }
    node.put(&format!("Scripts/SSWEB0{number}.js"), "x");
    node.put("customresources/Users/jane.doe.xml", "<a/>");
    node.put(
        &format!("web-ssweb0{number}.config"),
        "<a b=\"https://ssweb01.corp.example/\" loginUrl=\"https://vault.contoso.com/x\"/>",
    );
    node
}

/// Three bundles of level `identities` in a folder, and what was written beside them.
fn collected(dir: &Path, key: Option<&CaseKey>) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut bundles, mut keep) = (Vec::new(), Vec::new());
    for number in 1..=3 {
        let node = node(number);
        let home = dir.join(format!("node{number}"));
        fs::create_dir_all(&home).unwrap();
        let app = node.write(&home).unwrap();
        let options = Options {
            iis_config: Some(home.join("applicationHost.config")),
            level: Level::Identities,
            case_key: key.cloned(),
            ..Options::new(app, dir.join("out"))
        };
        let taken = run(&options, &node.host(), &mut Silent).unwrap();
        assert!(taken.notes.is_empty(), "{:?}", taken.notes);
        bundles.push(taken.path);
        keep.extend(taken.keep);
    }
    (bundles, keep)
}

/// Every byte of a bundle, members inflated, names too, in lower case.
fn everything(path: &Path) -> String {
    let bundle = Bundle::open(path).unwrap();
    assert_eq!(bundle.problems(), []);
    let mut all = fs::read(path).unwrap();
    all.extend(path.file_name().unwrap().to_string_lossy().bytes());
    all.extend(bundle.manifest().to_json().unwrap());
    for member in bundle.members().filter(|member| member.content().is_some()) {
        all.extend(bundle.bytes(member.path.as_str(), u64::MAX).unwrap());
    }
    String::from_utf8_lossy(&all).to_lowercase()
}

fn assert_no_names(what: &str, text: &str) {
    let found: Vec<&str> = NAMED
        .iter()
        .flat_map(|name| text.match_indices(name).take(1))
        .map(|(at, _)| text.get(at.saturating_sub(60)..at + 60).unwrap_or("…"))
        .collect();
    assert!(found.is_empty(), "{what}: {found:#?}");
}

fn clusterbrief(dir: &Path, args: &[&str]) -> (i32, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_clusterbrief")).args(args).current_dir(dir).output().unwrap();
    let text = [&output.stdout[..], &output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&text).into_owned())
}

fn report(dir: &Path, inputs: &[&str]) -> (serde_json::Value, String) {
    let args =
        ["--as-of", "2026-09-14T12:00:00Z", "-o", "report.json", "-o", "report.html", "-o", "report.md"];
    let (code, said) = clusterbrief(dir, &[&["report"][..], inputs, &args].concat());
    assert!(code == 0 || code == 3, "{code}: {said}");
    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
    let json = read("report.json");
    (
        serde_json::from_str(&json).unwrap(),
        [json, read("report.html"), read("report.md"), said].concat().to_lowercase(),
    )
}
