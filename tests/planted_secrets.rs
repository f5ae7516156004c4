//! Secrets planted all over a node, in every form, and a bundle in which none of them may be left.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends at the first surprise")]

mod support;

use chrono::TimeDelta;
use clusterbrief::bundle::Bundle;
use clusterbrief::collect::{Options, Silent, run};
use support::forms::forms;
use support::node_folder::NodeFolder;

/// Secrets that stand in configuration files, with the place they stand in.
const CONFIGURED: &[(&str, &str, &str)] = &[
    ("web-appSettings.config", "PlainPassword", "Zq7#wordfish-one"),
    ("web-appSettings.config", "Smtp.Password", "mail&\"box\"<two>77"),
    ("web-appSettings.config", "ApiToken", "tok_4f9A3kQ0pLx8ZsE2"),
    ("web-appSettings.config", "ClientSecret", "s3cr3t/With+Slash=="),
    ("web-appSettings.config", "Proxy.Pwd", "back\\slash\\five-5"),
    ("web-custom.config", "EncryptionPassphrase", "correct horse battery six"),
];

/// Lines of logs that hold a secret which no configuration names: found by their shape.
const SHAPES: &[(&str, &str)] = &[
    ("Connect - Server=db01;Database=SecretServer;User ID=sa;Password=Quartz!77seven", "Quartz!77seven"),
    ("Http - Authorization: Bearer 8f14e45fceea167a5a36dedd4bea2543", "8f14e45fceea167a5a36dedd4bea2543"),
    ("Http - Authorization: Basic c3ZjOk5pbmVOaW5l", "c3ZjOk5pbmVOaW5l"),
    ("Git - clone https://deploy:Tenfold-10@git.corp.example/repo", "Tenfold-10"),
    ("Sso - eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMSJ9.c2lnbmF0dXJlLTEx", "eyJzdWIiOiIxMSJ9.c2lnbmF0dXJlLTEx"),
    ("Json - {\"user\":\"svc\",\"password\":\"Twelve_12!x\"}", "Twelve_12!x"),
    ("Xml - <login user=\"svc\" password=\"Thirteen_13!x\" />", "Thirteen_13!x"),
    ("Query - GET /oauth?client_id=7&client_secret=Fourteen14abc&x=1", "Fourteen14abc"),
];

/// Lines that look like secrets and are none.
const INNOCENT: &[&str] = &[
    "Login - Incorrect password for the account, 3 attempts left",
    "Assembly - System.Web, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a",
    "Token - access token expired after 20 minutes",
    "Crypto - Thycotic.AppCore.Cryptography.MacMismatchException",
    "Secret - 12 secrets need a password change",
    "Request - 3f2504e0-4f89-11d3-9a0c-0305e82c3301 took 120 ms",
];

fn planted() -> NodeFolder {
    let mut node = NodeFolder::new("SSWEB01", "11.7.000049", "2026-09-14T08:30:00+02:00".parse().unwrap());
    let before = TimeDelta::minutes(2);
    for (file, key, secret) in CONFIGURED {
        let escaped = &forms(secret)[1].1;
        let escaped = String::from_utf8(escaped.clone()).unwrap();
        if !node.files.contains_key(*file) {
            node.put(file, "<appSettings>\r\n</appSettings>\r\n");
        }
        let setting = format!("  <add key=\"{key}\" value=\"{escaped}\" />\r\n</appSettings>");
        node.edit(file, "</appSettings>", &setting);
        let mut wide: Vec<u8> = Vec::new();
        for (name, form) in forms(secret) {
            if name == "UTF-16" {
                wide.extend(form.iter().chain(b"\r\0\n\0"));
                continue;
            }
            // Spelled out with neighbours, as the form would stand in a real line.
            node.log_line("log/SS.log", before, "ERROR", "Thycotic.Web - dump: ");
            let log = node.files.get_mut("log/SS.log").unwrap();
            log.truncate(log.len() - 2);
            log.extend(form);
            log.extend(b" end of dump\r\n");
        }
        let log = node.files.entry("log/SS-EWSR.log".into()).or_insert_with(|| b"\xff\xfe".to_vec());
        log.extend(wide);
    }
    node.modified.insert("log/SS-EWSR.log".into(), node.clock.to_utc());
    for line in SHAPES.iter().map(|(line, _)| line).chain(INNOCENT) {
        node.log_line("log/SS-BWSR.log", before, "INFO ", line);
    }
    node
}

#[test]
fn nothing_planted_leaves_the_node_and_innocent_lines_do() {
    let node = planted();
    let secrets: Vec<&str> = CONFIGURED
        .iter()
        .map(|(_, _, secret)| *secret)
        .chain(SHAPES.iter().map(|(_, secret)| *secret))
        .collect();
    let needles: Vec<(&str, &str, Vec<u8>)> = secrets
        .iter()
        .flat_map(|secret| forms(secret).into_iter().map(move |(form, bytes)| (*secret, form, bytes)))
        .collect();
    let planted = CONFIGURED.len() * (forms("x").len() + 1) + SHAPES.len();
    assert!(planted >= 60, "{planted}");

    // What is looked for in the bundle is there in the folder.
    let folder = node.files.values().flatten().copied().collect::<Vec<u8>>();
    let there = |bytes: &[u8]| memchr::memmem::find(&folder, bytes).is_some();
    let configured = needles.iter().filter(|(secret, ..)| CONFIGURED.iter().any(|(.., s)| s == secret));
    assert!(
        configured
            .chain(needles.iter().filter(|(_, form, _)| *form == "raw"))
            .all(|(.., bytes)| there(bytes))
    );

    let dir = tempfile::tempdir().unwrap();
    let app = node.write(dir.path());
    let iis_config = Some(dir.path().join("applicationHost.config"));
    let options = Options { iis_config, ..Options::new(app, dir.path().join("out")) };
    let collected = run(&options, &node.host(), &mut Silent).unwrap();
    // The leak scan had nothing to do: the redactor alone found all of them.
    assert_eq!(collected.notes, [""; 0]);

    let bundle = Bundle::open(&collected.path).unwrap();
    let mut all = std::fs::read(&collected.path).unwrap();
    all.extend(bundle.manifest().to_json().unwrap());
    for member in bundle.members().filter(|member| member.content().is_some()) {
        all.extend(bundle.bytes(member.path.as_str(), u64::MAX).unwrap());
    }
    assert!(bundle.members().all(|member| member.content().is_some()), "something was not taken");
    let left: Vec<(&str, &str)> = needles
        .iter()
        .filter(|(_, _, bytes)| memchr::memmem::find(&all, bytes).is_some())
        .map(|(secret, form, _)| (*secret, *form))
        .collect();
    assert!(left.is_empty(), "left in the bundle: {left:?}");
    let log = String::from_utf8(bundle.bytes("logs/SS-BWSR.log", u64::MAX).unwrap()).unwrap();
    for line in INNOCENT {
        assert!(log.contains(line), "lost: {line}");
    }
}
