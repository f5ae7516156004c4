//! One way in: archives in archives in folders, made as people's programs make them.

use crate::support::samples::sample;
use clusterbrief::bundle::gather;
use clusterbrief::bundle::source::Content;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

type Files<'f> = Vec<(String, Vec<u8>)>;

/// The files of a bundle of the sample `healthy-3-node`, each below `top`.
fn bundle(node: &str, top: &str) -> Files<'static> {
    let root = sample("healthy-3-node").join(node);
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            files.push((format!("{top}{name}"), fs::read(entry.path()).unwrap()));
        }
    }
    files
}

fn zip_with(files: &Files, method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn zip(files: &Files) -> Vec<u8> {
    zip_with(files, CompressionMethod::Deflated)
}

fn tar(files: &Files) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(1_700_000_000);
        tar.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn file(name: &str, bytes: impl Into<Vec<u8>>) -> (String, Vec<u8>) {
    (name.to_owned(), bytes.into())
}

/// A file of this name in a folder of its own.
fn placed(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// What is found below a path, a line each: its name, and the node of a bundle, the text of a file, or why it was refused.
fn found(path: &Path) -> Vec<String> {
    let line = |given: &clusterbrief::bundle::Given| {
        let what = match &given.content {
            Ok(Content::Bundle(bundle)) => {
                let whole = bundle.problems().is_empty()
                    && bundle.members().all(|member| {
                        member.content().is_none() || bundle.read(member.path.as_str(), &mut |_| ()).is_ok()
                    });
                format!("bundle of {}{}", bundle.manifest().node.name, if whole { "" } else { ", damaged" })
            }
            Ok(Content::File(leaf)) => {
                let mut text = Vec::new();
                let read = leaf.read(&mut |bytes| {
                    text.extend_from_slice(bytes);
                    true
                });
                let text = String::from_utf8_lossy(&text).chars().take(40).collect::<String>();
                text + &read.map_or_else(|error| format!(" ({error})"), |()| String::new())
            }
            Err(error) => format!("{error}"),
        };
        format!("{}: {what}", given.name)
    };
    gather(&[path]).iter().map(line).collect()
}

#[test]
fn bundles_and_exports_are_found_however_they_are_packed() {
    let web1 = zip(&bundle("WEB01", ""));
    let web2 = zip(&bundle("WEB02", "WEB02/"));
    let ticket = vec![
        file("ticket/WEB01.zip", web1.clone()),
        file("ticket/more/nodes (1).zip", zip(&vec![file("WEB02 - Kopie.zip", web2)])),
        file("ticket/nodes.json", "[]"),
        file("ticket/.DS_Store", "x"),
        file("__MACOSX/ticket/._nodes.json", "x"),
    ];
    let expected = |ticket: &str| {
        [
            format!("{ticket}/ticket/WEB01.zip: bundle of WEB01"),
            format!("{ticket}/ticket/more/nodes (1).zip/WEB02 - Kopie.zip: bundle of WEB02"),
            format!("{ticket}/ticket/nodes.json: []"),
        ]
    };
    for (name, bytes) in [
        ("ticket.zip", zip(&ticket)),
        ("stored.zip", zip_with(&ticket, CompressionMethod::Stored)),
        ("ticket.tar", tar(&ticket)),
        ("ticket.tgz", gzip(&tar(&ticket))),
        ("no extension", zip(&ticket)),
    ] {
        let (_folder, path) = placed(name, &bytes);
        assert_eq!(found(&path), expected(name), "{name}");
    }
    let (folder, _) = placed("x", b"x");
    let deep = folder.path().join("a/b/c/d/e/f");
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("WEB01.zip"), &web1).unwrap();
    assert_eq!(found(folder.path()), ["a/b/c/d/e/f/WEB01.zip: bundle of WEB01", "x: x"]);
}

#[test]
fn folders_of_bundles_in_one_archive_are_bundles() {
    let both = [bundle("WEB01", "case/WEB01/"), bundle("WEB02", "case/WEB02/")].concat();
    let beside = [both.clone(), vec![file("case/note.txt", "hello")]].concat();
    for (name, files, extra) in [("a.zip", &both, None), ("b.zip", &beside, Some("note.txt: hello"))] {
        let mut expected = vec![
            format!("{name}/case/WEB01: bundle of WEB01"),
            format!("{name}/case/WEB02: bundle of WEB02"),
        ];
        expected.extend(extra.map(|extra| format!("{name}/case/{extra}")));
        let (_folder, path) = placed(name, &zip(files));
        assert_eq!(found(&path), expected);
        let (_folder, path) = placed(name, &tar(files));
        assert_eq!(found(&path), expected);
    }
    // One bundle in folders around it has the archive for itself.
    for top in ["", "WEB01/", "out/WEB01/", "a/b/c/"] {
        let (_folder, path) = placed("one.zip", &zip(&bundle("WEB01", top)));
        assert_eq!(found(&path), ["one.zip: bundle of WEB01"], "{top}");
        let (_folder, path) = placed("one.tar", &tar(&bundle("WEB01", top)));
        assert_eq!(found(&path), ["one.tar: bundle of WEB01"], "{top}");
    }
}

#[test]
fn names_as_windows_programs_write_them() {
    let windows = |top: &str| -> Files {
        bundle("WEB01", top).into_iter().map(|(name, bytes)| (name.replace('/', "\\"), bytes)).collect()
    };
    for (name, files) in
        [("ps.zip", windows("")), ("net.zip", windows("WEB01/")), ("dot.zip", bundle("WEB01", "./"))]
    {
        let (_folder, path) = placed(name, &zip(&files));
        assert_eq!(found(&path), [format!("{name}: bundle of WEB01")]);
    }
}

#[test]
fn logs_that_were_compressed_are_read() {
    let text = "2026-11-20 08:00:00,000 ERROR one\n".repeat(1000);
    let (_folder, path) = placed("SS.log.gz", &gzip(text.as_bytes()));
    let [line] = found(&path).try_into().unwrap();
    assert!(line.starts_with("SS.log.gz: 2026-11-20 08:00:00"), "{line}");
    let [given] = gather(&[&path]).try_into().unwrap();
    assert_eq!(given.bytes, text.len() as u64);
    let half = gzip(text.as_bytes());
    let (_folder, path) = placed("half.log.gz", &half[..half.len() / 2]);
    let [line] = found(&path).try_into().unwrap();
    assert!(line.contains("could not be read"), "{line}");
}

#[test]
fn split_archives_are_joined_or_named() {
    let whole = zip(&bundle("WEB01", "WEB01/"));
    let folder = tempfile::tempdir().unwrap();
    let part = whole.len() / 3 + 1;
    for (number, bytes) in (1..).zip(whole.chunks(part)) {
        fs::write(folder.path().join(format!("WEB01.zip.{number:03}")), bytes).unwrap();
    }
    fs::write(folder.path().join("nodes.json"), "[]").unwrap();
    assert_eq!(found(folder.path()), ["WEB01.zip: bundle of WEB01", "nodes.json: []"]);
    assert_eq!(found(&folder.path().join("WEB01.zip.002")), ["WEB01.zip: bundle of WEB01"]);
    fs::remove_file(folder.path().join("WEB01.zip.002")).unwrap();
    let lines = found(folder.path());
    assert!(
        lines[0].starts_with("WEB01.zip.001: begins an archive in parts, of which 1 are here"),
        "{lines:?}"
    );
    assert!(lines[1].starts_with("WEB01.zip.003: is one part of a split archive"), "{lines:?}");
    // Parts of two archives that happen to have one name.
    let other = zip(&bundle("WEB02", "WEB02/"));
    fs::write(folder.path().join("WEB01.zip.002"), &other[part..2 * part]).unwrap();
    let lines = found(folder.path());
    assert!(
        lines.iter().all(|line| line.starts_with("nodes.json")
            || line.contains("in parts")
            || line.contains("damaged")),
        "{lines:?}"
    );
    fs::write(folder.path().join("a.z01"), b"PK\x07\x08PK\x03\x04").unwrap();
    assert!(found(&folder.path().join("a.z01"))[0].contains("one part of a split archive"));
}

#[test]
fn what_goes_too_far_is_told_and_costs_nothing_else() {
    // A zip in five others, beside something that is fine.
    let mut bytes = zip(&bundle("WEB01", ""));
    for level in 0..5 {
        bytes = zip(&vec![file(&format!("{level}.zip"), bytes), file("nodes.json", "[]")]);
    }
    let (_folder, path) = placed("deep.zip", &bytes);
    let lines = found(&path);
    assert_eq!(lines.iter().filter(|line| line.ends_with("nodes.json: []")).count(), 4, "{lines:?}");
    assert_eq!(
        lines.iter().filter(|line| line.contains("is an archive inside of 4 others")).count(),
        1,
        "{lines:?}"
    );

    // Layers that are small each and inflate to more than is held: zeros in a zip in a zip.
    let zeros = zip(&vec![file("0", vec![0; 300 << 20])]);
    let stored = zip_with(&vec![file("zeros.bin", vec![0; 300 << 20])], CompressionMethod::Stored);
    let bomb = zip(&vec![file("stored.zip", stored), file("zeros.zip", zeros), file("nodes.json", "[]")]);
    assert!(bomb.len() < 2 << 20);
    let (_folder, path) = placed("bomb.zip", &bomb);
    let lines = found(&path);
    assert!(lines.iter().any(|line| line.contains("unzip the outer file once")), "{lines:?}");
    assert!(lines.contains(&"bomb.zip/nodes.json: []".to_owned()), "{lines:?}");

    // An archive that says that it holds few bytes and holds many.
    let mut lie = zip(&vec![file("SS.log", vec![b'a'; 100_000])]);
    let at = lie.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    lie[at + 24..at + 28].copy_from_slice(&100_u32.to_le_bytes());
    let local = lie.windows(4).position(|four| four == b"PK\x03\x04").unwrap();
    lie[local + 22..local + 26].copy_from_slice(&100_u32.to_le_bytes());
    let (_folder, path) = placed("lie.zip", &lie);
    let lines = found(&path);
    assert!(
        lines[0].len() < 300 && (lines[0].contains("than") || lines[0].contains("different")),
        "{lines:?}"
    );
}

#[test]
fn other_peoples_archives_are_named() {
    let locked = {
        let mut bytes = zip(&vec![file("WEB01.zip", "abc")]);
        for (sign, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
            let at = bytes.windows(4).position(|four| four == sign).unwrap();
            bytes[at + flags] |= 1;
        }
        bytes
    };
    let office = zip(&vec![file("[Content_Types].xml", "<Types/>"), file("word/document.xml", "<x/>")]);
    let app = zip(&vec![file("manifest.json", "{\"name\": \"Web\"}"), file("app/nodes.json", "[]")]);
    for (name, bytes, says) in [
        ("locked.zip", locked, vec!["locked.zip: is protected by a password"]),
        ("letter.docx", office, vec!["letter.docx: PK"]),
        ("app.zip", app, vec!["app.zip/app/nodes.json: []", "app.zip/manifest.json: {"]),
        ("empty.zip", zip(&Vec::new()), vec!["empty.zip: is an archive without any file"]),
        ("links.tar", links(), vec!["links.tar/link: is a link", "links.tar/nodes.json: []"]),
        ("cut.tar", tar(&bundle("WEB01", ""))[..3000].to_vec(), vec!["cut.tar"]),
    ] {
        let (_folder, path) = placed(name, &bytes);
        let lines = found(&path);
        for (line, start) in lines.iter().zip(&says) {
            assert!(line.starts_with(start), "{line} should begin with {start}");
        }
        assert!(lines.len() >= says.len() && !lines.is_empty(), "{name}: {lines:?}");
    }
}

fn links() -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, "link", "/etc/passwd").unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_size(2);
    header.set_cksum();
    tar.append_data(&mut header, "nodes.json", b"[]".as_slice()).unwrap();
    tar.into_inner().unwrap()
}
