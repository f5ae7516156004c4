//! No secret leaves the node, in the clear or as a hash that can be guessed.

use super::{contains, sha256};
use crate::support::site::{Site, tree};
use base64::Engine as _;
use chrono::TimeDelta;
use clusterbrief::bundle::{FACTS, Form, Status};
use clusterbrief::collect::{CollectError, Options, Silent, run};
use clusterbrief::demo::{hex, noise};
use clusterbrief::model::{Location, Observed};

#[test]
fn no_byte_of_a_key_file_and_no_secret_of_a_configuration_leaves_the_node() {
    let key = noise("encryption.config", 416);
    let site = Site::new(|node| {
        node.log_line(
            "log/SS.log",
            TimeDelta::minutes(2),
            "ERROR",
            "Proxy - login with Tr0ub4dor&3-proxy failed",
        );
    });
    for form in [Form::Zip, Form::Folder] {
        let taken = site.collect_with(Options { form, ..site.options() });
        let everything = taken.everything();
        for secret in [&key, &noise("database.config", 1_040)] {
            for piece in secret.chunks_exact(8) {
                assert!(!contains(&everything, piece), "a piece of a key file is in the bundle");
            }
        }
        for file in ["encryption.config", "database.config", "web.config", "web-appSettings.config"] {
            assert!(
                !contains(&everything, sha256(&site.node.files[file]).as_bytes()),
                "a plain hash of {file}"
            );
        }
        let machine_key = noise("validation key", 64);
        let machine_key = hex(&machine_key[..16]);
        for secret in [machine_key.as_str(), "Tr0ub4dor", "svc-secretserver", "N8mr4dLU6P"] {
            assert!(!contains(&everything, secret.as_bytes()), "{secret} is in the bundle");
        }
        let log = taken.text("logs/SS.log");
        assert!(log.contains("Proxy - login with") && log.contains("failed"), "the line itself stays");
    }
}

/// An attacker with the bundle, who knows how it is made and guesses right, must not be able to confirm it.
#[test]
fn a_right_guess_of_a_short_password_cannot_be_confirmed() {
    const PASSWORD: &str = "hunter";
    let database = format!("server=db;uid=sa;pwd={PASSWORD}");
    let setting = format!("<appSettings><add key=\"X\" value=\"{PASSWORD}\" /></appSettings>");
    let site = Site::new(|node| {
        node.put("customresources/9/password.txt", PASSWORD)
            .put("database.config", database.as_str())
            .put("web-custom.config", setting.as_str());
    });
    let taken = site.collect();
    let everything = String::from_utf8_lossy(&taken.everything()).into_owned();
    let manifest = taken.bundle.manifest();
    let key_id = manifest.fingerprint.value().unwrap().key_id.clone();
    // Everything in the bundle that could serve as a key.
    let keys = ["", &key_id, "clusterbrief/1/key\0", "SSWEB01", "value", "file"];
    for content in [PASSWORD, &database, &setting] {
        let guesses = [vec![], b"value\0".to_vec(), b"file\0".to_vec(), b"clusterbrief/1/enc\0".to_vec()]
            .map(|label| [label, content.as_bytes().to_vec()].concat());
        for guess in &guesses {
            let mut digests: Vec<String> = keys.iter().map(|key| hmac_sha256(key, guess)).collect();
            digests.push(sha256(guess));
            for digest in digests {
                // A marker shows 16 digits.
                assert!(!everything.contains(&digest[..16]), "a guess of {content} is confirmed");
            }
        }
    }
    // The fingerprints are there all the same, for those who hold the key.
    assert!(taken.facts().database_config.value().unwrap().fingerprint.value().is_some());
}

/// The same for files of types that programs have: a plain hash of one tells whether a guess of its text is right.
#[test]
fn a_right_guess_of_a_text_with_a_secret_cannot_be_confirmed() {
    let texts = |password: &str| {
        [
            ("customresources/9/cfg.js", format!("var site = '{password}';")),
            ("CustomResources/logo.svg", format!("<svg>{password}</svg>")),
            ("Scripts/site.js", format!("connect({{user: 'svc', password: '{password}'}});")),
            ("tools/ping.aspx", format!("<% var c = \"Server=db;User ID=sa;Password={password}\"; %>")),
            (
                "App/Web.ashx",
                format!(
                    "// {password}\nnew NetworkCredential(\"svc\", \"x\");\nvar password = \"{password}\";"
                ),
            ),
        ]
    };
    let site = Site::new(|node| {
        for (path, text) in texts("hunter") {
            node.put(path, text);
        }
        let key = node.files["encryption.config"].clone();
        node.put("css/innocent.css", "body { color: red }");
        node.put("images/longer.png", [key.as_slice(), b"x"].concat());
        node.put("images/shorter.gif", key[1..].to_vec());
        node.put("fonts/base64.woff", base64::engine::general_purpose::STANDARD.encode(&key));
        node.put("bin/hex.dll", hex(&key));
        node.put("images/list.ico", key.iter().map(u8::to_string).collect::<Vec<_>>().join(", "));
    });
    let taken = site.collect();
    let everything = String::from_utf8_lossy(&taken.everything()).into_owned();
    // The attacker tries every word of a list.
    for guess in ["secret", "hunter", "letmein"] {
        for (path, text) in texts(guess) {
            let digest = sha256(text.as_bytes());
            assert!(!everything.contains(&digest), "{path} confirms {guess}");
        }
    }
    let inventory = taken.inventory();
    let copies =
        ["images/longer.png", "images/shorter.gif", "fonts/base64.woff", "bin/hex.dll", "images/list.ico"];
    for path in copies {
        assert!(inventory[path].sha256.is_none() && inventory[path].fingerprint.is_some(), "{path}");
        assert!(!everything.contains(&sha256(&site.node.files[path])), "{path}");
    }
    for (path, _) in texts("") {
        assert!(inventory[path].fingerprint.is_some(), "{path} still compares between nodes");
    }
    let strays = taken.facts().stray_key_copies.value().unwrap().clone();
    assert!(copies.iter().all(|path| strays.iter().any(|stray| stray == path)), "{strays:?}");
    assert!(inventory["css/innocent.css"].sha256.is_some());
}

fn hmac_sha256(key: &str, message: &[u8]) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(message);
    hex(&mac.finalize().into_bytes()).to_lowercase()
}

#[test]
fn a_log_that_leaks_a_key_file_is_left_out() {
    let site = Site::new(|node| {
        let key = node.files["encryption.config"][60..120].to_vec();
        node.log_line("log/SS.log", TimeDelta::minutes(2), "ERROR", "Key - dump follows");
        node.files.get_mut("log/SS.log").unwrap().extend(key);
    });
    let taken = site.collect();
    assert!(matches!(taken.status("logs/SS.log"), Status::Skipped { why } if why == "leak"));
    assert_eq!(taken.collected.notes.len(), 2, "{:?}", taken.collected.notes);
    assert!(!contains(&taken.everything(), &site.node.files["encryption.config"][60..92]));
    assert!(taken.text("logs/SS-BSSR.log").contains("Application started"));
    assert_eq!(taken.bundle.problems(), []);
}

#[test]
fn a_secret_in_a_value_that_cannot_be_redacted_fails_the_collection() {
    let site = Site::new(|node| {
        // The version of a DLL is in the facts, because rules compare it.
        node.put("bin/Custom.dll", clusterbrief::demo::Pe::new("Tr0ub4dor&3-proxy", [1, 0, 0, 0]).bytes());
    });
    let failed = run(&site.options(), &site.node.host(), &mut Silent);
    assert!(matches!(&failed, Err(CollectError::Leak(member)) if member == FACTS), "{failed:?}");
    assert!(!failed.unwrap_err().to_string().contains("Tr0ub4dor"));
    assert_eq!(tree(&site.out()), [site.out()], "something is left of the failed collection");
}

#[test]
fn a_secret_in_the_name_of_a_file_is_cut_out_where_it_can_be() {
    let site = Site::new(|node| {
        node.put("old/encryption-Tr0ub4dor&3-proxy.config", "x").put("old/Tr0ub4dor&3-proxy.txt", "x");
    });
    let taken = site.collect();
    let stray = Observed::known(
        vec!["old/encryption-{redacted}.config".to_owned()],
        Location::file("application folder"),
    );
    assert_eq!(taken.facts().stray_key_copies, stray);
    assert!(taken.inventory().contains_key("old/{redacted}.txt"));
    assert!(!contains(&taken.everything(), b"Tr0ub4dor"));
}
