//! Bundles come from outside: one real bundle, one fault each, always beside a healthy one.
//!
//! What is wrong with the container as a whole refuses it; what is wrong with one member leaves the others readable.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail the test they help"
)]

use clusterbrief::bundle::{
    Bundle, BundleWriter, Collection, Form, FormatVersion, Limits, Manifest, MemberError, MemberName,
    NewMember, NodeIdentity, find_bundles,
};
use clusterbrief::model::Observed;
use clusterbrief::model::input::ProblemKind;
use proptest::prelude::*;
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
        members: Vec::new(),
    }
}

/// A folder with one healthy bundle in it, and room for others.
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
        let found = find_bundles(self.folder.path()).unwrap();
        assert!(
            found.bundles.iter().chain(&found.others).any(|other| other == path),
            "{} is not found",
            path.display()
        );
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

/// Puts `to` wherever `from` stands; both of one length.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let hits: Vec<_> = (0..=bytes.len() - from.len()).filter(|&at| bytes[at..].starts_with(from)).collect();
    assert!(!hits.is_empty());
    for at in hits {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
}

#[test]
fn other_files_are_not_zips() {
    let case = Case::new();
    let path = case.path("faulty.zip");
    for bytes in [&b""[..], b"P", b"hello, I am a log", b"\x1f\x8b\x08\0 gzip"] {
        fs::write(&path, bytes).unwrap();
        assert_eq!(case.refusal(&path), "The input is not a zip archive.");
    }
}

#[test]
fn a_zip_cut_anywhere_is_called_cut_off() {
    let case = Case::new();
    let whole = case.healthy();
    for kept in [4, 100, whole.len() / 2, whole.len() - 30, whole.len() - 1] {
        let path = case.patched(|bytes| bytes.truncate(kept));
        let text = case.refusal(&path);
        assert!(text.starts_with("The input is cut off or damaged"), "{kept}: {text}");
    }
}

#[test]
fn empty_and_foreign_containers_say_so() {
    let case = Case::new();
    let empty = case.path("empty");
    fs::create_dir(&empty).unwrap();
    assert_eq!(case.refusal(&empty), "The input is an empty folder.");
    fs::write(empty.join("a.txt"), "x").unwrap();
    assert_eq!(case.refusal(&empty), "The input holds no manifest.json, so it is not a bundle.");
    let path = case.changed(Vec::clear);
    assert_eq!(case.refusal(&path), "The input holds no manifest.json, so it is not a bundle.");
    let path = case.changed(|entries| entries.retain(|(name, _)| name != "manifest.json"));
    assert_eq!(case.refusal(&path), "The input holds no manifest.json, so it is not a bundle.");
    let missing = Bundle::open(&case.path("nowhere.zip")).unwrap_err();
    assert!(missing.to_string().starts_with("could not be read: "), "{missing}");
}

#[test]
fn odd_names_are_left_out_and_named() {
    let case = Case::new();
    for (name, why) in [
        ("../evil.txt", "climbs out of its folder"),
        ("logs/../../evil.txt", "climbs out of its folder"),
        ("..\\\\evil.txt", "climbs out of its folder"),
        ("/etc/cron.d/evil", "is an absolute path"),
        ("\\\\\\\\server\\\\share\\\\evil", "is an absolute path"),
        ("C:/Windows/evil.dll", "names a drive"),
        ("c:evil.dll", "names a drive"),
        ("NUL", "is the name of a device"),
        ("logs/com1.log", "is the name of a device"),
        ("logs/evil.", "has a segment that begins or ends with a dot"),
        ("logs/SS.log:stream", "holds a character that member names do not have"),
        ("logs/\\u{202e}gol.exe", "holds a character that member names do not have"),
        ("a/b/c/d", "has more than 3 levels"),
    ] {
        let raw = name.replace("\\\\", "\\").replace("\\u{202e}", "\u{202e}");
        let path = case.changed(|entries| entries.push((raw, b"evil".to_vec())));
        let (bundle, problems) = case.problems(&path);
        assert_eq!(problems, [format!("The entry \"{name}\" {why}; it was left out.")]);
        assert_whole(&bundle, &[]);
    }
}

#[test]
fn a_folder_with_an_odd_name_is_a_problem_too() {
    let case = Case::new();
    let path = case.changed(|entries| entries.push(("../up/".into(), Vec::new())));
    let (bundle, problems) = case.problems(&path);
    assert_eq!(problems, ["The entry \"../up\" climbs out of its folder; it was left out."]);
    assert_whole(&bundle, &[]);
}

#[test]
fn an_odd_name_in_the_manifest_refuses_it() {
    let case = Case::new();
    let path =
        case.with_manifest(|json| json.replace("\"path\": \"logs/SS.log\"", "\"path\": \"../SS.log\""));
    let text = case.refusal(&path);
    let expected = "the member name \"../SS.log\" climbs out of its folder (at members[3].path).";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn backslashes_come_with_advice() {
    let case = Case::new();
    let path = case.changed(|entries| {
        for (name, _) in entries {
            *name = name.replace('/', "\\");
        }
    });
    let (bundle, problems) = case.problems(&path);
    assert!(problems.iter().any(|text| text.contains("zip it again with another program")), "{problems:?}");
    assert_eq!(bundle.bytes("facts.json", 100).unwrap(), b"{}\n");
    assert_eq!(bundle.bytes(LOG, 1 << 20), Err(MemberError::Gone));
}

#[test]
fn links_in_a_zip_are_not_followed() {
    let case = Case::new();
    let path = case.path("faulty.zip");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    for (name, bytes) in case.entries() {
        if name == LOG {
            zip.add_symlink(name, "/etc/passwd", SimpleFileOptions::default()).unwrap();
        } else {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
    }
    zip.finish().unwrap();
    let (bundle, problems) = case.problems(&path);
    assert_eq!(
        problems,
        ["\"logs/SS.log\" is a link or another special file, and those are never followed."]
    );
    assert_eq!(bundle.bytes(LOG, 1 << 20), Err(MemberError::Link));
    assert_whole(&bundle, &[LOG]);
}

#[cfg(unix)]
#[test]
fn links_and_sockets_in_a_folder_are_not_followed() {
    let case = Case::new();
    let path = case.write("faulty", Form::Folder);
    let log = path.join(LOG);
    // The target holds the very bytes the manifest asks for, so only the link itself can be the fault.
    fs::rename(&log, case.path("outside.log")).unwrap();
    std::os::unix::fs::symlink(case.path("outside.log"), &log).unwrap();
    let (bundle, problems) = case.problems(&path);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(bundle.bytes(LOG, 1 << 20), Err(MemberError::Link));
    assert_whole(&bundle, &[LOG]);

    fs::remove_file(&log).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(&log).unwrap();
    assert_eq!(case.problems(&path).0.bytes(LOG, 1 << 20), Err(MemberError::Link));
    drop(socket);

    // A linked folder leads out as well.
    fs::rename(path.join("logs"), case.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(case.path("elsewhere"), path.join("logs")).unwrap();
    let (bundle, _) = case.problems(&path);
    assert_eq!(bundle.bytes("logs/SS.log.1", 1 << 20), Err(MemberError::Gone));
    assert_whole(&bundle, &[LOG, "logs/SS.log.1"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_becomes_a_link_after_opening_is_not_followed() {
    let case = Case::new();
    let path = case.write("faulty", Form::Folder);
    let bundle = Bundle::open(&path).unwrap();
    fs::rename(path.join(LOG), case.path("outside.log")).unwrap();
    std::os::unix::fs::symlink(case.path("outside.log"), path.join(LOG)).unwrap();
    assert_eq!(bundle.bytes(LOG, 1 << 20), Err(MemberError::Link));
    assert_whole(&bundle, &[LOG]);
}

#[test]
fn two_entries_of_one_name_refuse_the_bundle() {
    let case = Case::new();
    let path = case.changed(|entries| entries.push(("logs/SS.loG".into(), b"other".to_vec())));
    let differing_in_case = case.refusal(&path);
    assert!(differing_in_case.contains("two entries named \"logs/SS.loG\""), "{differing_in_case}");

    let mut bytes = fs::read(&path).unwrap();
    replace(&mut bytes, b"logs/SS.loG", b"logs/SS.log");
    fs::write(&path, bytes).unwrap();
    let equal = case.refusal(&path);
    assert!(equal.contains("two entries named \"logs/SS.log\""), "{equal}");
}

#[test]
fn overlapping_entries_refuse_the_bundle() {
    let case = Case::new();
    let path = case.path("faulty.zip");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    for (name, bytes) in case.entries() {
        if name == "logs/SS.log.1" {
            zip.shallow_copy_file(LOG, &name).unwrap();
        } else {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
    }
    zip.finish().unwrap();
    assert_eq!(case.refusal(&path), "The input has entries that overlap, as zip bombs do.");
}

#[test]
fn a_local_header_that_disagrees_refuses_the_bundle() {
    let case = Case::new();
    // The first hit of a name is its local header; the directory at the end keeps the true one.
    let path = case.patched(|bytes| {
        let at = (0..bytes.len()).find(|&at| bytes[at..].starts_with(b"facts.json")).unwrap();
        bytes[at] = b'F';
    });
    let text = case.refusal(&path);
    assert!(text.starts_with("The input says different things about its entries"), "{text}");
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

#[test]
fn an_encrypted_entry_is_unreadable_and_the_others_count() {
    let case = Case::new();
    let path = case.patched(|bytes| {
        let flags = flags_of(bytes, b"facts.json");
        assert_eq!(flags.len(), 2);
        for at in flags {
            bytes[at] |= 1;
        }
    });
    let (bundle, problems) = case.problems(&path);
    assert_eq!(problems, ["\"facts.json\" is encrypted: zip it without a password."]);
    assert_eq!(bundle.bytes("facts.json", 100), Err(MemberError::Encrypted));
    assert_whole(&bundle, &["facts.json"]);
}

#[test]
fn an_encrypted_manifest_refuses_the_bundle() {
    let case = Case::new();
    let path = case.patched(|bytes| {
        for at in flags_of(bytes, b"manifest.json") {
            bytes[at] |= 1;
        }
    });
    assert_eq!(
        case.refusal(&path),
        "The input has a manifest.json that is encrypted: zip it without a password."
    );
}

#[test]
fn a_manifest_that_is_none_is_refused() {
    let case = Case::new();
    for (json, why) in [
        ("", "is not well-formed JSON at line 1, column 0."),
        ("{\n  \"format\": ", "is not well-formed JSON at line 2, column 12."),
        ("[]", "has no format version: it was not written by this tool."),
        ("{\"name\": \"a web app\"}", "has no format version: it was not written by this tool."),
        ("{\"format\": \"one\"}", "has no format version: it was not written by this tool."),
        ("{\"format\": \"1.0\"}", "is not what its format says: missing field `tool` (at the top)."),
    ] {
        let path = case.with_manifest(|_| json.to_owned());
        assert_eq!(case.refusal(&path), format!("The input has a manifest.json that {why}"));
    }
    for open in ["[", "{\"format\": \"1.0\", \"deep\": "] {
        let nested = format!("{open}{}{}", "[".repeat(1 << 20), "]".repeat(1 << 20));
        let text = case.refusal(&case.with_manifest(|_| nested));
        assert!(text.starts_with("The input has a manifest.json that "), "{text}");
    }
}

#[test]
fn a_manifest_that_lists_a_member_twice_or_itself_is_refused() {
    let case = Case::new();
    let path = case.with_manifest(|json| json.replace("logs/SS.log.1\"", "LOGS/ss.log\""));
    assert!(case.refusal(&path).ends_with("lists \"LOGS/ss.log\" twice."), "{}", case.refusal(&path));
    let path = case.with_manifest(|json| json.replace("logs/SS.log.1\"", "Manifest.json\""));
    assert!(case.refusal(&path).ends_with("lists itself."), "{}", case.refusal(&path));
}

#[test]
fn other_bytes_than_the_manifest_says_do_not_count() {
    let case = Case::new();
    let path = case.changed(|entries| {
        let (_, log) = entries.iter_mut().find(|(name, _)| name == LOG).unwrap();
        log[100] ^= 1;
    });
    // Only a pass over the member can tell.
    let (bundle, problems) = case.problems(&path);
    assert_eq!(problems, [""; 0]);
    let error = bundle.bytes(LOG, 1 << 20).unwrap_err();
    assert!(matches!(error, MemberError::Hash { .. }), "{error:?}");
    assert_eq!(error.problem(LOG).kind, ProblemKind::Tampered);
    assert_whole(&bundle, &[LOG]);
}

#[test]
fn another_size_than_the_manifest_says_does_not_count() {
    let case = Case::new();
    let path = case.changed(|entries| {
        let (_, log) = entries.iter_mut().find(|(name, _)| name == LOG).unwrap();
        log.push(b'x');
    });
    let (bundle, problems) = case.problems(&path);
    let size = members()[3].1.len();
    assert_eq!(problems, [format!("\"{LOG}\" holds {} bytes where the manifest says {size}.", size + 1)]);
    assert!(matches!(bundle.bytes(LOG, 1 << 20), Err(MemberError::Size { .. })));
    assert_whole(&bundle, &[LOG]);
}

#[test]
fn members_and_entries_without_each_other_are_named() {
    let case = Case::new();
    let path = case.changed(|entries| {
        let (name, _) = entries.iter_mut().find(|(name, _)| name == LOG).unwrap();
        *name = "logs/other.log".into();
    });
    let (bundle, problems) = case.problems(&path);
    assert_eq!(
        problems,
        [
            "The entry \"logs/other.log\" is not listed in the manifest; it was left out.",
            "\"logs/SS.log\" is listed in the manifest and missing from the bundle.",
        ]
    );
    assert!(bundle.problems().iter().all(|problem| problem.kind == ProblemKind::Tampered));
    assert_eq!(bundle.bytes("logs/other.log", 100), Err(MemberError::Unknown));
    assert_whole(&bundle, &[LOG]);
}

#[test]
fn damaged_compressed_bytes_spoil_one_member() {
    let case = Case::new();
    let path = case.patched(|bytes| {
        let name = (0..bytes.len()).find(|&at| bytes[at..].starts_with(LOG.as_bytes())).unwrap();
        let data = name + LOG.len() + 40;
        bytes[data..data + 40].fill(0xff);
    });
    let (bundle, _) = case.problems(&path);
    let error = bundle.bytes(LOG, 1 << 20).unwrap_err();
    assert!(matches!(error, MemberError::Damaged(_) | MemberError::Hash { .. }), "{error:?}");
    assert_whole(&bundle, &[LOG]);
}

#[test]
fn a_bomb_costs_what_its_manifest_declares() {
    let case = Case::new();
    let zeros = vec![0; 50 << 20];
    // Honest: too large for the limits, and said so.
    let honest = case.changed(|entries| {
        let digest = clusterbrief::bundle::Sha256::of(&zeros);
        let old = clusterbrief::bundle::Sha256::of(&members()[3].1);
        entries.iter_mut().find(|(name, _)| name == LOG).unwrap().1.clone_from(&zeros);
        let (_, json) = entries.iter_mut().find(|(name, _)| name == "manifest.json").unwrap();
        let text = String::from_utf8(json.clone()).unwrap();
        let size = members()[3].1.len();
        *json = text
            .replace(&old.to_string(), &digest.to_string())
            .replace(&format!("\"size\": {size}"), &format!("\"size\": {}", zeros.len()))
            .into_bytes();
    });
    assert!(fs::metadata(&honest).unwrap().len() < 1 << 20);
    let limits = Limits { member_bytes: 20 << 20, ..Limits::default() };
    let bundle = Bundle::open_within(&honest, &limits).unwrap();
    let mut seen = 0;
    let result = bundle.read(LOG, &mut |chunk| seen += chunk.len());
    assert!(matches!(result, Err(MemberError::TooLarge { .. })), "{result:?}");
    assert_eq!(seen, 0);
    assert_whole(&bundle, &[LOG]);
    // A high ratio alone refuses nothing.
    assert_eq!(Bundle::open(&honest).unwrap().read(LOG, &mut |_| ()), Ok(()));

    // Lying: the zip declares few bytes and inflates to many; nothing beyond the declared ones is handed on.
    let path = case.changed(|entries| {
        entries.iter_mut().find(|(name, _)| name == LOG).unwrap().1 = zeros;
    });
    let mut bytes = fs::read(&path).unwrap();
    let declared = u32::try_from(members()[3].1.len()).unwrap().to_le_bytes();
    for at in flags_of(&bytes, b"logs/SS.log") {
        let central = bytes[at - 8..].starts_with(b"PK\x01\x02");
        if central || bytes[at - 6..].starts_with(b"PK\x03\x04") {
            // The uncompressed size stands 16 bytes behind the flags in both headers.
            let size = at + 16;
            if bytes[size..size + 4] == (50_u32 << 20).to_le_bytes() {
                bytes[size..size + 4].copy_from_slice(&declared);
            }
        }
    }
    fs::write(&path, bytes).unwrap();
    let (bundle, problems) = case.problems(&path);
    assert_eq!(problems, [""; 0]);
    let mut seen = 0;
    let result = bundle.read(LOG, &mut |chunk| seen += chunk.len());
    assert!(matches!(result, Err(MemberError::Damaged(_) | MemberError::Size { .. })), "{result:?}");
    assert!(seen <= members()[3].1.len(), "{seen}");
    assert_whole(&bundle, &[LOG]);
}

#[test]
fn a_zipped_folder_is_taken_for_the_bundle_in_it() {
    let case = Case::new();
    let path = case.changed(|entries| {
        for (name, _) in entries.iter_mut() {
            *name = format!("WEB01 (1)/{name}");
        }
        entries.insert(0, ("WEB01 (1)/".into(), Vec::new()));
        entries.push(("WEB01 (1)/logs/".into(), Vec::new()));
        entries.push(("__MACOSX/WEB01 (1)/._facts.json".into(), b"x".to_vec()));
        entries.push(("WEB01 (1)/.DS_Store".into(), b"x".to_vec()));
    });
    let (bundle, problems) = case.problems(&path);
    assert_eq!(problems, [""; 0]);
    assert_whole(&bundle, &[]);
}

#[test]
fn a_zip_of_bundles_is_explained() {
    let case = Case::new();
    let path = case.changed(|entries| {
        let twice: Vec<_> = ["WEB01", "WEB02"]
            .iter()
            .flat_map(|node| {
                entries.iter().map(move |(name, bytes)| (format!("{node}/{name}"), bytes.clone()))
            })
            .collect();
        *entries = twice;
    });
    assert_eq!(case.refusal(&path), "The input holds 2 bundles: unpack it and give the folder.");
    let nested = vec![("a/WEB01.zip".to_owned(), case.healthy()), ("WEB02.ZIP".to_owned(), case.healthy())];
    let path = case.changed(|entries| *entries = nested);
    assert_eq!(case.refusal(&path), "The input holds 2 bundles: unpack it and give the folder.");
}

#[test]
fn a_folder_of_bundles_is_looked_through() {
    let case = Case::new();
    let folder = case.write("b-folder", Form::Folder);
    fs::write(case.path("nodes.json"), "[]").unwrap();
    fs::write(case.path("book.xlsx"), case.healthy()).unwrap();
    fs::write(case.path("renamed"), case.healthy()).unwrap();
    fs::write(case.path("cut.zip.partial"), "PK").unwrap();
    fs::write(case.path("Thumbs.db"), "x").unwrap();
    let found = find_bundles(case.folder.path()).unwrap();
    let expected = ["b-folder", "cut.zip.partial", "healthy.zip", "renamed"].map(|name| case.path(name));
    assert_eq!(found.bundles, expected);
    assert_eq!(found.others, ["book.xlsx", "nodes.json"].map(|name| case.path(name)));
    assert_eq!(find_bundles(&folder).unwrap().bundles, [folder]);
    let unfinished = Bundle::open(&case.path("cut.zip.partial")).unwrap_err();
    assert!(unfinished.to_string().contains("did not finish"), "{unfinished}");
}

#[test]
fn problems_are_bounded() {
    let case = Case::new();
    let path = case.changed(|entries| entries.extend((0..500).map(|n| (format!("../{n}"), Vec::new()))));
    let (bundle, problems) = case.problems(&path);
    assert_eq!(problems.len(), Limits::default().problems + 1);
    assert_eq!(problems.last().unwrap(), "There are 400 more problems of this kind.");
    assert_whole(&bundle, &[]);
}

/// Opens both forms of the healthy bundle within `limits`: what refuses them, or which members do not read.
fn within(limits: &Limits) -> Vec<Result<Vec<String>, String>> {
    let case = Case::new();
    let paths = [case.path("healthy.zip"), case.write("folder", Form::Folder)];
    paths
        .iter()
        .map(|path| {
            let bundle = Bundle::open_within(path, limits).map_err(|error| error.to_string())?;
            let unread =
                bundle.members().filter(|member| bundle.read(member.path.as_str(), &mut |_| ()).is_err());
            Ok(unread.map(|member| member.path.to_string()).collect())
        })
        .collect()
}

#[test]
fn each_limit_holds_at_its_edge_and_breaks_one_beyond() {
    let all = Limits::default();
    let whole = vec![Ok(vec![]); 2];
    let manifest =
        Case::new().entries().into_iter().find(|(name, _)| name == "manifest.json").unwrap().1.len() as u64;
    let log = members()[3].1.len() as u64;
    let total: u64 = members().iter().map(|(_, bytes)| bytes.len() as u64).sum();

    assert_eq!(within(&Limits { manifest_bytes: manifest, ..all }), whole);
    let text = format!("has a manifest.json that is larger than {} bytes", manifest - 1);
    assert_eq!(within(&Limits { manifest_bytes: manifest - 1, ..all }), vec![Err(text); 2]);

    assert_eq!(within(&Limits { member_bytes: log, ..all }), whole);
    assert_eq!(within(&Limits { member_bytes: log - 1, ..all }), vec![Ok(vec![LOG.to_owned()]); 2]);

    assert_eq!(within(&Limits { total_bytes: total, ..all }), whole);
    assert_eq!(
        within(&Limits { total_bytes: total - 1, ..all }),
        vec![Ok(vec!["logs/SS.log.1".to_owned()]); 2]
    );

    // Six files; the folder form has two folders as well.
    assert_eq!(within(&Limits { entries: 8, ..all }), whole);
    let refused = |entries: usize| Err(format!("holds more than {entries} entries"));
    assert_eq!(within(&Limits { entries: 7, ..all }), vec![Ok(vec![]), refused(7)]);
    assert_eq!(within(&Limits { entries: 6, ..all }), vec![Ok(vec![]), refused(6)]);
    assert_eq!(within(&Limits { entries: 5, ..all }), vec![refused(5), refused(5)]);
}

#[test]
fn long_headers_are_not_taken_into_memory() {
    let case = Case::new();
    let listing = |limit| {
        let limits = Limits { directory_bytes: limit, ..Limits::default() };
        let opened = Bundle::open_within(&case.path("healthy.zip"), &limits);
        opened.map(|bundle| assert_whole(&bundle, &[])).map_err(|error| error.to_string())
    };
    let refused = |limit| Err(format!("needs more than {limit} bytes to list its entries"));
    // What it takes to list the healthy bundle, found by bisection; members are read without that limit.
    let (mut too_few, mut enough) = (0, 1 << 20);
    while enough - too_few > 1 {
        let middle = u64::midpoint(too_few, enough);
        if listing(middle).is_ok() { enough = middle } else { too_few = middle }
    }
    assert_eq!((listing(too_few), listing(enough)), (refused(too_few), Ok(())));

    let path = case.path("faulty.zip");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    for n in 0..300 {
        let options = SimpleFileOptions::default().into_full_options().with_file_comment("x".repeat(60_000));
        zip.start_file(format!("logs/{n}"), options).unwrap();
    }
    zip.finish().unwrap();
    assert_eq!(case.refusal(&path), "The input needs more than 16777216 bytes to list its entries.");
}

#[test]
fn rows_without_bytes_count_as_entries_too() {
    let case = Case::new();
    let limits = Limits { entries: 10, ..Limits::default() };
    let row = |n: usize| {
        format!(
            "{{\"path\":\"x/{n}\",\"origin\":\"\",\"modified\":null,\"status\":\"missing\",\"redactions\":{{}}}},"
        )
    };
    for (rows, refused) in [(5, false), (6, true)] {
        let path = case.with_manifest(|json| {
            let rows: String = (0..rows).map(row).collect();
            json.replace("\"members\": [", &format!("\"members\": [{rows}"))
        });
        let opened = Bundle::open_within(&path, &limits).map(|_| ()).map_err(|error| error.to_string());
        let expected = Err("has a manifest.json that lists more than 10 members".to_owned());
        assert_eq!(opened, if refused { expected } else { Ok(()) });
    }
}

#[test]
fn what_is_written_stays_within_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { member_bytes: 10, total_bytes: 15, ..Limits::default() };
    let mut writer = BundleWriter::create_within(folder.path(), "WEB01", Form::Zip, limits).unwrap();
    for name in ["logs/a", "logs/b", "logs/c"] {
        let member = NewMember {
            name: MemberName::parse(name).unwrap(),
            origin: name.into(),
            size: 11,
            modified: None,
        };
        writer.add(member, &mut &b"eleven byte"[..]).unwrap();
    }
    let bundle = Bundle::open_within(&writer.finish(manifest()).unwrap().commit().unwrap(), &limits).unwrap();
    assert_eq!(bundle.problems(), []);
    let read = |name| String::from_utf8(bundle.bytes(name, 100).unwrap()).unwrap();
    assert_eq!(["logs/a", "logs/b", "logs/c"].map(read), ["eleven byt", "eleve", ""]);
    assert!(
        bundle
            .members()
            .all(|member| member.status.why() == Some("its end is missing: a bundle holds no more"))
    );
}

/// Opens and reads whatever lies at `path`; members that read are those that were written.
fn exercise(path: &Path) {
    if let Ok(bundle) = Bundle::open(path) {
        for (name, bytes) in members() {
            if let Ok(read) = bundle.bytes(name, 1 << 20) {
                assert_eq!(read, bytes, "{name}");
            }
        }
    }
    let _ = find_bundles(path);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), as_zip in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.zip");
        let start: &[u8] = if as_zip { b"PK\x03\x04" } else { b"" };
        fs::write(&path, [start, &bytes].concat()).unwrap();
        exercise(&path);
        fs::create_dir(folder.path().join("x")).unwrap();
        fs::write(folder.path().join("x/manifest.json"), &bytes).unwrap();
        exercise(&folder.path().join("x"));
    }

    #[test]
    fn no_damage_makes_it_panic_or_lie(damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let case = Case::new();
        let path = case.patched(|bytes| {
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        });
        exercise(&path);
    }
}
