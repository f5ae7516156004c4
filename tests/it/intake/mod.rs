//! From the given files to one case: real bundles and exports through the public API of `intake`.

mod case;
mod nodes;
mod problems;
mod shapes;

use chrono::{DateTime, Utc};
use clusterbrief::analysis::open;
use clusterbrief::bundle::manifest::FingerprintKey;
use clusterbrief::bundle::{
    BundleWriter, Collection, Form, FormatVersion, Manifest, MemberName, MemberRecord, NewMember,
    NodeIdentity,
};
use clusterbrief::intake::answers::Question;
use clusterbrief::intake::cluster::{Case, Options, assemble};
use clusterbrief::intake::read::{Tools, read_all};
use clusterbrief::knowledge::Knowledge;
use clusterbrief::logs::Scanner;
use clusterbrief::model::facts::{Binary, ConfigState, NodeFacts};
use clusterbrief::model::{Input, Location, Node, Observed};
use clusterbrief::redact::Sanitizer;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A bundle to be written.
struct Bundle {
    node: &'static str,
    started: &'static str,
    facts: NodeFacts,
    config: String,
    log: String,
    inventory: String,
    extra: Vec<MemberRecord>,
}

impl Bundle {
    fn of(node: &'static str) -> Self {
        let mut facts =
            NodeFacts { log_folder: Observed::known(true, Location::file("log")), ..NodeFacts::default() };
        let taken = ConfigState::Taken { member: "config/web.config".into() };
        facts.configs.insert("web.config".into(), Observed::known(taken, Location::file("web.config")));
        facts.configs.insert("web-auth.config".into(), Observed::absent(Location::file("web-auth.config")));
        facts.host.machine_id =
            Observed::known(format!("case:k1:{}", hex(node)).try_into().unwrap(), Location::file("host"));
        let mut bundle = Self {
            node,
            started: "2026-11-20T10:00:00Z",
            facts,
            config: "<configuration>\n  <system.web>\n    <httpRuntime enableVersionHeader=\"false\" />\n  </system.web>\n</configuration>\n".into(),
            log: "2026-11-20 09:00:00,000 [1] INFO  Thycotic.Start - started\n".into(),
            inventory: "{\"path\":\"bin/a.dll\",\"size\":3}\n".into(),
            extra: Vec::new(),
        };
        bundle.dll("11.7.000049");
        bundle
    }

    fn dll(&mut self, product: &str) {
        let binary = Binary { product_version: Some(product.into()), ..Binary::default() };
        let place = Location::file("bin/Thycotic.ihawu.Business.dll");
        let dlls =
            BTreeMap::from([("Thycotic.ihawu.Business.dll".to_owned(), Observed::known(binary, place))]);
        self.facts.binaries = Observed::known(dlls, Location::file("bin"));
    }

    fn write(&self, folder: &Path, name: &str, form: Form) -> PathBuf {
        let mut writer = BundleWriter::create(folder, name, form).unwrap();
        let facts = serde_json::to_vec(&self.facts).unwrap();
        for (path, origin, bytes) in [
            ("config/web.config", "web.config", self.config.as_bytes()),
            ("facts.json", "", facts.as_slice()),
            ("inventory.jsonl", "", self.inventory.as_bytes()),
            ("logs/SS.log", "log/SS.log", self.log.as_bytes()),
        ] {
            let new = NewMember {
                name: MemberName::parse(path).unwrap(),
                origin: origin.into(),
                size: bytes.len() as u64,
                modified: None,
            };
            writer.add(new, &mut &*bytes).unwrap();
        }
        for record in &self.extra {
            writer.note(record.clone()).unwrap();
        }
        let started: DateTime<Utc> = self.started.parse().unwrap();
        let manifest = Manifest {
            format: FormatVersion::CURRENT,
            tool: "clusterbrief 0.1.0".into(),
            node: NodeIdentity { name: self.node.into(), copied: false },
            collection: Collection {
                started,
                ended: started + chrono::TimeDelta::seconds(5),
                utc_offset_minutes: Observed::known(60, Location::file("host")),
                zone: Observed::known("Europe/Berlin".into(), Location::file("host")),
                reference_time: None,
                clock_set_ms: None,
            },
            elevated: Observed::known(true, Location::file("host")),
            options: BTreeMap::new(),
            looked_at: Vec::new(),
            never_taken: Vec::new(),
            fingerprint: Observed::known(
                FingerprintKey { scheme: "case".into(), key_id: "k1".into() },
                Location::file("host"),
            ),
            scrubbed_from: Vec::new(),
            members: Vec::new(),
        };
        writer.finish(manifest).unwrap().commit().unwrap()
    }
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn options() -> Options {
    Options::at("2026-11-22T00:00:00Z".parse().unwrap())
}

fn case_with(paths: &[&Path], options: &Options) -> Case {
    let knowledge = Knowledge::builtin().unwrap();
    let scanner = Scanner::new(&knowledge, &Sanitizer).unwrap();
    let questions = [Question {
        id: "LBL-001".into(),
        values: vec!["sticky".into(), "not-sticky".into()],
        per_node: true,
    }];
    let given = open(paths);
    let tools = Tools {
        scanner: &scanner,
        sanitizer: &Sanitizer,
        questions: &questions,
        knowledge: &knowledge,
        loose: &options.loose,
    };
    assemble(read_all(given, tools).0, options)
}

fn case(folder: &TempDir) -> Case {
    case_with(&[folder.path()], &options())
}

fn node<'c>(case: &'c Case, name: &str) -> &'c Node {
    case.cluster.nodes.iter().find(|node| node.name == name).unwrap_or_else(|| panic!("no node {name}"))
}

fn input<'c>(case: &'c Case, name: &str) -> &'c Input {
    case.cluster.inputs.iter().find(|input| input.name == name).unwrap_or_else(|| panic!("no input {name}"))
}

fn texts(input: &Input) -> Vec<&str> {
    input.problems.iter().map(|problem| problem.text.as_str()).collect()
}

fn nodes_json(rows: &[(&str, &str)]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|(name, version)| {
            serde_json::json!({"machineName": name, "binaryVersion": version, "inCluster": true, "lastConnected": "2026-11-20T10:30:00"})
        })
        .collect();
    serde_json::to_string(&rows).unwrap()
}
