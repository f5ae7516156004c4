//! Limits on sizes and counts, at their edges.

use super::{Case, LOG, assert_whole, flags_of, manifest, members};
use clusterbrief::bundle::{Bundle, BundleWriter, Form, Limits, MemberError, MemberName, NewMember};
use std::fs::{self, File};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

#[test]
fn a_zip_bomb_costs_only_what_its_manifest_declares() {
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
            // The uncompressed size is 16 bytes after the flags in both headers.
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
fn each_limit_holds_at_its_edge_and_fails_one_beyond() {
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
