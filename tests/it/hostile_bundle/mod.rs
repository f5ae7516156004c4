//! Bundles come from outside: one real bundle, one fault each, always beside a healthy one.
//!
//! What is wrong with the container as a whole refuses it; what is wrong with one member leaves the others readable.

mod containers;
mod limits;
mod manifest;
mod names;
mod random;

use clusterbrief::bundle::{
    Bundle, BundleWriter, Collection, Form, FormatVersion, Manifest, MemberName, NewMember, NodeIdentity,
    gather,
};
use clusterbrief::model::Observed;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const LOG: &str = "logs/SS.log";

/// Members of the one real bundle all tests mutate.
fn members() -> Vec<(&'static str, Vec<u8>)> {
    let line = "2026-11-22 09:00:00,000 [1] INFO  Secret Server is running\n";
    vec![
        ("config/web-auth.config", b"<authentication mode=\"Forms\"/>\n".to_vec()),
        ("facts.json", b"{}\n".to_vec()),
        ("inventory.jsonl", Vec::new()),
        (LOG, line.repeat(4000).into_bytes()),
        ("logs/SS.log.1", line.repeat(10).into_bytes()),
    ]
}

fn manifest() -> Manifest {
    Manifest {
        format: FormatVersion::CURRENT,
        tool: "clusterbrief 0.1.0".into(),
        node: NodeIdentity { name: "WEB01".into(), copied: true },
        collection: Collection {
            started: "2026-11-22T09:00:00Z".parse().unwrap(),
            ended: "2026-11-22T09:00:07Z".parse().unwrap(),
            utc_offset_minutes: Observed::not_collected("the folder was copied"),
            zone: Observed::not_collected("the folder was copied"),
            reference_time: None,
            clock_set_ms: None,
        },
        elevated: Observed::not_collected("the folder was copied"),
        options: BTreeMap::new(),
        looked_at: Vec::new(),
        never_taken: Vec::new(),
        fingerprint: Observed::not_collected("there is no key"),
        scrubbed_from: Vec::new(),
        members: Vec::new(),
    }
}

/// A folder with one healthy bundle in it, and space for others.
struct Case {
    folder: TempDir,
}

impl Case {
    fn new() -> Self {
        let case = Self { folder: tempfile::tempdir().unwrap() };
        case.write("healthy", Form::Zip);
        case
    }

    fn write(&self, name: &str, form: Form) -> PathBuf {
        let mut writer = BundleWriter::create(self.folder.path(), name, form).unwrap();
        for (name, bytes) in members() {
            let member = NewMember {
                name: MemberName::parse(name).unwrap(),
                origin: name.to_owned(),
                size: bytes.len() as u64,
                modified: None,
            };
            writer.add(member, &mut bytes.as_slice()).unwrap();
        }
        writer.finish(manifest()).unwrap().commit().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn healthy(&self) -> Vec<u8> {
        fs::read(self.path("healthy.zip")).unwrap()
    }

    /// Every entry of the healthy bundle, the manifest among them.
    fn entries(&self) -> Vec<(String, Vec<u8>)> {
        let mut archive = ZipArchive::new(File::open(self.path("healthy.zip")).unwrap()).unwrap();
        (0..archive.len())
            .map(|index| {
                let mut entry = archive.by_index(index).unwrap();
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).unwrap();
                (entry.name().unwrap().into_owned(), bytes)
            })
            .collect()
    }

    /// The healthy bundle zipped again after `change`.
    fn changed(&self, change: impl FnOnce(&mut Vec<(String, Vec<u8>)>)) -> PathBuf {
        let mut entries = self.entries();
        change(&mut entries);
        let path = self.path("faulty.zip");
        let mut zip = ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in entries {
            if name.ends_with('/') {
                zip.add_directory(name, SimpleFileOptions::default()).unwrap();
            } else {
                zip.start_file(name, SimpleFileOptions::default()).unwrap();
                zip.write_all(&bytes).unwrap();
            }
        }
        zip.finish().unwrap();
        path
    }

    /// The healthy bundle with another manifest text.
    fn with_manifest(&self, change: impl FnOnce(String) -> String) -> PathBuf {
        self.changed(|entries| {
            let (_, json) = entries.iter_mut().find(|(name, _)| name == "manifest.json").unwrap();
            *json = change(String::from_utf8(std::mem::take(json)).unwrap()).into_bytes();
        })
    }

    /// The healthy bundle with its bytes changed.
    fn patched(&self, change: impl FnOnce(&mut Vec<u8>)) -> PathBuf {
        let mut bytes = self.healthy();
        change(&mut bytes);
        let path = self.path("faulty.zip");
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Why `path` is refused, the healthy bundle beside it being read whole.
    fn refusal(&self, path: &Path) -> String {
        self.check_neighbour(path);
        Bundle::open(path).expect_err("this should be refused").problem().text
    }

    /// The bundle at `path`, and what was wrong with it; the healthy bundle beside it is read whole.
    fn problems(&self, path: &Path) -> (Bundle, Vec<String>) {
        self.check_neighbour(path);
        let bundle = Bundle::open(path).unwrap();
        let texts = bundle.problems().iter().map(|problem| problem.text.clone()).collect();
        (bundle, texts)
    }

    fn check_neighbour(&self, path: &Path) {
        let found = gather(&[self.folder.path()]);
        assert!(found.iter().any(|other| other.path == path), "{} is not found", path.display());
        let healthy = Bundle::open(&self.path("healthy.zip")).unwrap();
        assert_eq!(healthy.problems(), []);
        assert_whole(&healthy, &[]);
    }
}

/// Every member but those named reads as it was written.
fn assert_whole(bundle: &Bundle, but: &[&str]) {
    for (name, bytes) in members().into_iter().filter(|(name, _)| !but.contains(name)) {
        assert_eq!(bundle.bytes(name, 1 << 20).as_ref(), Ok(&bytes), "{name}");
    }
}

/// Puts `to` wherever `from` is found; both have the same length.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let hits: Vec<_> = (0..=bytes.len() - from.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
    assert!(!hits.is_empty());
    for at in hits {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
}

/// Offsets of the flag fields of one entry: in its local header and in the central directory.
fn flags_of(bytes: &[u8], name: &[u8]) -> Vec<usize> {
    let field = |start: usize, signature: &[u8], name_at: usize, flags_at: usize| {
        let here = bytes[start..].starts_with(signature) && bytes[start + name_at..].starts_with(name);
        here.then_some(start + flags_at)
    };
    (0..bytes.len() - 46 - name.len())
        .filter_map(|at| field(at, b"PK\x03\x04", 30, 6).or_else(|| field(at, b"PK\x01\x02", 46, 8)))
        .collect()
}
