//! A node's folder on the disk and what was collected of it, for tests of the collector.

use chrono::{DateTime, FixedOffset};
use clusterbrief::bundle::gather;
use clusterbrief::bundle::{Bundle, FACTS, INVENTORY, Status};
use clusterbrief::collect::inventory_table::Item;
use clusterbrief::collect::{Collected, Options, Silent, run};
use clusterbrief::demo::NodeFolder;
use clusterbrief::intake::facts::Facts;
use clusterbrief::intake::read::{Tools, read_all};
use clusterbrief::knowledge::Knowledge;
use clusterbrief::logs::Scanner;
use clusterbrief::model::facts::{InventoryEntry, NodeFacts};
use clusterbrief::model::node::Snapshot;
use clusterbrief::redact::Sanitizer;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Version of the product in the folder.
pub const VERSION: &str = "11.7.000049";

/// Clock at the start of the collection.
pub fn clock() -> DateTime<FixedOffset> {
    "2026-09-14T08:30:00+02:00".parse().expect("a time")
}

/// Changes of a node's folder that a test makes.
pub trait Change {
    /// Takes a file away.
    fn remove(&mut self, path: &str) -> &mut Self;
    /// Replaces a text in a text file.
    fn edit(&mut self, path: &str, from: &str, to: &str) -> &mut Self;
}

impl Change for NodeFolder {
    fn remove(&mut self, path: &str) -> &mut Self {
        assert!(self.files.remove(path).is_some(), "{path} is not there");
        self
    }

    fn edit(&mut self, path: &str, from: &str, to: &str) -> &mut Self {
        let text = String::from_utf8(self.files[path].clone()).expect("a text file");
        assert!(text.contains(from), "{path} has no {from}");
        self.put(path, text.replace(from, to))
    }
}

/// A node's folder on the disk, with somewhere to put bundles.
pub struct Site {
    pub node: NodeFolder,
    pub dir: tempfile::TempDir,
}

impl Site {
    /// A healthy node, changed.
    pub fn new(change: impl FnOnce(&mut NodeFolder)) -> Self {
        let mut node = NodeFolder::new("SSWEB01", VERSION, clock());
        change(&mut node);
        let dir = tempfile::tempdir().expect("a collected node");
        node.write(dir.path()).expect("a made node");
        Self { node, dir }
    }

    /// The application folder.
    pub fn app(&self) -> PathBuf {
        self.dir.path().join("SecretServer")
    }

    /// Bytes of the configuration files, which come first in every budget.
    pub fn configs(&self) -> u64 {
        let configs = self.node.files.iter().filter(|(path, _)| Item::of(path) == Item::Config);
        configs.map(|(_, content)| content.len() as u64).sum()
    }

    /// The output folder.
    pub fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    pub fn options(&self) -> Options {
        let iis_config = Some(self.dir.path().join("applicationHost.config"));
        Options { iis_config, ..Options::new(self.app(), self.out()) }
    }

    pub fn collect(&self) -> Taken {
        self.collect_with(self.options())
    }

    pub fn collect_with(&self, options: Options) -> Taken {
        let collected = run(&options, &self.node.host(), &mut Silent).expect("a collected node");
        Taken::of(collected)
    }
}

pub struct Taken {
    pub collected: Collected,
    pub bundle: Bundle,
}

impl Taken {
    /// Opens what was collected.
    pub fn of(collected: Collected) -> Self {
        Self { bundle: Bundle::open(&collected.path).expect("a whole bundle"), collected }
    }

    /// What the other half of the program makes of it, and what it finds wrong with it.
    fn read(&self) -> (Box<Snapshot>, Vec<String>) {
        let knowledge = Knowledge::builtin().expect("built-in knowledge");
        let scanner = Scanner::new(&knowledge, &Sanitizer).expect("a scanner");
        let loose = clusterbrief::intake::loose::LooseOptions::default();
        let (sanitizer, questions) = (&Sanitizer, &[][..]);
        let tools = Tools { scanner: &scanner, sanitizer, questions, knowledge: &knowledge, loose: &loose };
        let read = read_all(gather(&[&self.collected.path]), tools).0.remove(0);
        let problems = read.input.problems.iter().map(|problem| problem.text.clone()).collect();
        let snapshot = read.facts.into_iter().find_map(|facts| match facts {
            Facts::Bundle(snapshot) => Some(snapshot),
            _ => None,
        });
        (snapshot.expect("a bundle"), problems)
    }

    /// The node as the report knows it.
    pub fn snapshot(&self) -> Box<Snapshot> {
        self.read().0
    }

    /// What the report says is wrong with the bundle.
    pub fn problems(&self) -> Vec<String> {
        self.read().1
    }

    pub fn member(&self, name: &str) -> Vec<u8> {
        self.bundle.bytes(name, u64::MAX).expect(name)
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.member(name)).expect("a collected node")
    }

    pub fn facts(&self) -> NodeFacts {
        serde_json::from_slice(&self.member(FACTS)).expect("a collected node")
    }

    pub fn inventory(&self) -> BTreeMap<String, InventoryEntry> {
        let entries = self.text(INVENTORY);
        let entries = entries
            .lines()
            .map(|line| serde_json::from_str::<InventoryEntry>(line).expect("a collected node"));
        entries.map(|entry| (entry.path.clone(), entry)).collect()
    }

    pub fn status(&self, name: &str) -> &Status {
        &self
            .bundle
            .manifest()
            .members
            .iter()
            .find(|member| member.path.as_str() == name)
            .expect("a collected node")
            .status
    }

    /// Every byte that leaves the node: the manifest and all members, inflated, and the container itself.
    pub fn everything(&self) -> Vec<u8> {
        let mut all = serde_json::to_vec(self.bundle.manifest()).expect("a collected node");
        for member in self.bundle.manifest().members.iter().filter(|member| member.content().is_some()) {
            all.extend(self.bundle.bytes(member.path.as_str(), u64::MAX).expect("a collected node"));
        }
        if self.collected.path.is_file() {
            all.extend(fs::read(&self.collected.path).expect("a collected node"));
        }
        all
    }
}

/// Everything below a folder.
pub fn tree(root: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("an entry").into_path())
        .collect()
}
