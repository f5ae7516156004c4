//! What reader and writer of bundles promise each other; hostile input is in `tests/it/hostile_bundle`.

use super::*;
use crate::model::Observed;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;

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

fn new(name: &str, bytes: &[u8]) -> NewMember {
    NewMember {
        name: MemberName::parse(name).unwrap(),
        origin: name.to_owned(),
        size: bytes.len() as u64,
        modified: None,
    }
}

fn begin(folder: &Path, form: Form) -> BundleWriter {
    let mut writer = BundleWriter::create(folder, "WEB01", form).unwrap();
    for (name, bytes) in [("facts.json", &b"{}"[..]), ("logs/SS.log", b"a secret\n"), ("logs/SS.log.1", b"")]
    {
        writer.add(new(name, bytes), &mut &bytes[..]).unwrap();
    }
    let missing = MemberName::parse("config/web-auth.config").unwrap();
    writer.note(MemberRecord::not_taken(missing, "web-auth.config", Status::Missing)).unwrap();
    writer
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_was_written_is_read_back() {
    for form in [Form::Zip, Form::Folder] {
        let folder = tempfile::tempdir().unwrap();
        let unfinished = begin(folder.path(), form).finish(manifest()).unwrap();
        let written = unfinished.manifest().clone();
        let bundle = Bundle::open(&unfinished.commit().unwrap()).unwrap();
        assert_eq!((bundle.form(), bundle.problems()), (form, &[][..]));
        assert_eq!(bundle.manifest(), &written);
        assert_eq!(bundle.bytes("logs/SS.log", 100).unwrap(), b"a secret\n");
        assert_eq!(bundle.bytes("logs/SS.log.1", 100).unwrap(), b"");
        assert_eq!(bundle.bytes("config/web-auth.config", 100), Err(MemberError::NotTaken("missing".into())),);
        assert_eq!(bundle.bytes("logs/other.log", 100), Err(MemberError::Unknown));
        assert_eq!(bundle.bytes("logs/SS.log", 8), Err(MemberError::OverCap { size: 9, cap: 8 }));
    }
}

#[test]
fn the_same_members_give_the_same_bytes() {
    let bytes = || {
        let folder = tempfile::tempdir().unwrap();
        std::fs::read(begin(folder.path(), Form::Zip).finish(manifest()).unwrap().commit().unwrap()).unwrap()
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn nothing_is_left_of_what_was_not_committed() {
    for form in [Form::Zip, Form::Folder] {
        let folder = tempfile::tempdir().unwrap();
        drop(begin(folder.path(), form));
        drop(begin(folder.path(), form).finish(manifest()).unwrap());
        assert_eq!(names(folder.path()), [""; 0]);
    }
}

#[test]
fn an_unfinished_bundle_is_no_bundle() {
    for (form, name) in [(Form::Zip, "WEB01.zip.partial"), (Form::Folder, "WEB01.partial")] {
        let folder = tempfile::tempdir().unwrap();
        let unfinished = begin(folder.path(), form).finish(manifest()).unwrap();
        assert_eq!(names(folder.path()), [name]);
        assert!(matches!(Bundle::open(&folder.path().join(name)), Err(OpenError::Unfinished)));
        assert!(unfinished.open().is_ok());
    }
}

#[test]
fn a_bundle_is_never_overwritten() {
    for form in [Form::Zip, Form::Folder] {
        let folder = tempfile::tempdir().unwrap();
        let late = begin(folder.path(), form);
        // What another one writes, or left behind, is passed over.
        let second = begin(folder.path(), form);
        assert_eq!(names(folder.path()).len(), 2);
        drop(second);
        let target = folder.path().join(if form == Form::Zip { "WEB01.zip" } else { "WEB01" });
        std::fs::create_dir(&target).unwrap();
        let error = late.finish(manifest()).unwrap().commit();
        assert!(matches!(error, Err(WriteError::Exists(_))), "{error:?}");
        let third = BundleWriter::create(folder.path(), "WEB01", form);
        assert!(matches!(third.err(), Some(WriteError::Exists(_))));
        assert_eq!(names(folder.path()).len(), 1);
    }
}

#[test]
fn a_rewritten_bundle_keeps_replaces_and_drops() {
    for form in [Form::Zip, Form::Folder] {
        let folder = tempfile::tempdir().unwrap();
        let unfinished = begin(folder.path(), form).finish(manifest()).unwrap();
        let before = unfinished.open().unwrap();
        let rewritten = unfinished
            .rewrite(&mut |record| match record.path.as_str() {
                "logs/SS.log" => {
                    let text = String::from_utf8(before.bytes("logs/SS.log", 100).unwrap()).unwrap();
                    let content = Box::new(io::Cursor::new(text.replace("secret", "marker").into_bytes()));
                    Edit::Replace { content, redactions: BTreeMap::from([("password".into(), 1)]) }
                }
                "logs/SS.log.1" => Edit::Drop { why: "leak".into() },
                _ => Edit::Keep,
            })
            .unwrap();
        let bundle = Bundle::open(&rewritten.commit().unwrap()).unwrap();
        assert_eq!(bundle.problems(), []);
        assert_eq!(bundle.bytes("facts.json", 100).unwrap(), b"{}");
        assert_eq!(bundle.bytes("logs/SS.log", 100).unwrap(), b"a marker\n");
        assert_eq!(bundle.bytes("logs/SS.log.1", 9), Err(MemberError::NotTaken("skipped, leak".into())));
        assert_eq!(bundle.manifest().redactions(), BTreeMap::from([("password".into(), 1)]));
        assert_eq!(names(folder.path()).len(), 1);
    }
}

/// Fails at its `good`-th byte.
struct Failing {
    good: usize,
}

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.good.min(buffer.len());
        buffer[..n].fill(b'x');
        self.good -= n;
        if n == 0 { Err(io::Error::other("device lost")) } else { Ok(n) }
    }
}

#[test]
fn an_unreadable_source_ends_a_member_and_not_the_bundle() {
    for form in [Form::Zip, Form::Folder] {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = begin(folder.path(), form);
        let never = writer.add(new("logs/a.log", b"?"), &mut Failing { good: 0 });
        assert!(matches!(never, Err(WriteError::Source(_))));
        let record =
            writer.add(NewMember { size: 200_000, ..new("logs/b.log", b"") }, &mut Failing { good: 100_000 });
        let status = record.unwrap().status.clone();
        assert!(
            matches!(&status, Status::Truncated { kept: 100_000, of: 200_000, why, .. } if why == "its end is missing: device lost"),
            "{status:?}"
        );
        let bundle = Bundle::open(&writer.finish(manifest()).unwrap().commit().unwrap()).unwrap();
        assert_eq!(bundle.problems(), []);
        assert_eq!(bundle.bytes("logs/b.log", 100_000).unwrap().len(), 100_000);
    }
}

#[test]
fn names_are_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = begin(folder.path(), Form::Zip);
    for taken in ["LOGS/ss.LOG", "Manifest.JSON", "config/WEB-auth.config"] {
        let again = writer.add(new(taken, b"x"), &mut &b"x"[..]);
        assert!(matches!(again, Err(WriteError::Duplicate(_))), "{taken}");
    }
    let other = writer.name_for("logs", "ss.log");
    assert_ne!(other.folded(), "logs/ss.log");
    assert_eq!(other, writer.name_for("logs", "ss.log"));
    assert!(writer.add(new(other.as_str(), b"x"), &mut &b"x"[..]).is_ok());
}

#[test]
fn a_full_disk_has_an_error_of_its_own() {
    let error = WriteError::io(Path::new("out/WEB01.zip"), io::ErrorKind::StorageFull.into());
    assert_eq!(error.to_string(), "no space is left on the disk for out/WEB01.zip");
}

#[test]
fn local_time_is_the_nodes_own_and_utc_where_that_is_unknown() {
    let mut collection = manifest().collection;
    let local = |collection: &Collection| collection.local(collection.started).to_rfc3339();
    assert_eq!(local(&collection), "2026-11-22T09:00:00+00:00");
    let place = crate::model::Location::file("clock");
    collection.utc_offset_minutes = Observed::known(-330, place.clone());
    assert_eq!(local(&collection), "2026-11-22T03:30:00-05:30");
    collection.utc_offset_minutes = Observed::known(i16::MAX, place);
    assert_eq!(local(&collection), "2026-11-22T09:00:00+00:00");
}

#[test]
fn many_threads_read_one_bundle() {
    use rayon::prelude::*;
    let folder = tempfile::tempdir().unwrap();
    let mut writer = BundleWriter::create(folder.path(), "WEB01", Form::Zip).unwrap();
    for number in 0..40_u32 {
        let bytes = number.to_le_bytes().repeat(30_000);
        writer.add(new(&format!("logs/{number}.log"), &bytes), &mut bytes.as_slice()).unwrap();
    }
    let bundle = Bundle::open(&writer.finish(manifest()).unwrap().commit().unwrap()).unwrap();
    let results: Vec<_> = bundle
        .members()
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|m| bundle.read(m.path.as_str(), &mut |_| ()))
        .collect();
    assert_eq!(results, vec![Ok(()); 40]);
}

#[test]
fn a_panic_in_a_sink_affects_one_member_only() {
    let folder = tempfile::tempdir().unwrap();
    let bundle =
        Bundle::open(&begin(folder.path(), Form::Zip).finish(manifest()).unwrap().commit().unwrap()).unwrap();
    assert_eq!(bundle.read("logs/SS.log", &mut |_| panic!("as a library might")), Err(MemberError::Panicked));
    assert_eq!(bundle.read("logs/SS.log", &mut |_| ()), Ok(()));
}
