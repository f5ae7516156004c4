//! Names of entries that lead out of the bundle, and links.

use super::{Case, LOG, assert_whole};
use clusterbrief::bundle::{Bundle, Form, MemberError};
use std::fs::{self, File};
use std::io::Write;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

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
        // Windows programs write backslashes, and what is meant by them is named.
        let name = name.replace("\\\\", "/");
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
fn backslashes_are_read_and_no_name_counts_twice() {
    let case = Case::new();
    let path = case.changed(|entries| {
        for (name, _) in entries {
            *name = name.replace('/', "\\");
        }
    });
    let (bundle, problems) = case.problems(&path);
    assert_eq!(problems, [""; 0]);
    assert_whole(&bundle, &[]);
    let path = case.changed(|entries| entries.push(("logs\\SS.log".into(), b"other".to_vec())));
    assert!(case.refusal(&path).contains("two entries named \"logs/SS.log\""));
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
