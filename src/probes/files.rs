//! Owners, access lists and NTFS attributes of what the product reads and writes. Whoever may do something is told by
//! security identifier.

use super::access::{Ask, CURRENT_VERSION, WORKERS};
use super::pool::{MEMBERS, groups};
use super::rights::{ADMINISTRATORS, LOCAL_SYSTEM, MODIFY, OF_FILES, ORDINARY, READ, WRITE, may, word};
use super::system::{Access, Answer, Refusal};
use super::{Probe, Seen, fact, text};
use crate::model::Place;
use crate::model::product::{DATABASE_CONFIG, ENCRYPTION_CONFIG, LOG_FOLDER};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const APP: Ask = Ask::Call("access list of the application folder");
const DATABASE: Ask = Ask::Call("access list of database.config");
const ENCRYPTION: Ask = Ask::Call("access list of encryption.config");
const LOG: Ask = Ask::Call("access list of the log folder");
const SAML: Ask = Ask::Call("access list of saml.config");
const TEMP: Ask = Ask::Call("access list of the TEMP folder of Windows");
const ROOT: Ask = Ask::Values(CURRENT_VERSION, &["SystemRoot"]);
const ADMINS: Ask = Ask::Call(MEMBERS);
const WORKING: Ask = Ask::Call(WORKERS);

/// Probes of a path each: what they ask for, and what they make of it.
macro_rules! probes {
    ($($fact:literal [$($ask:expr),+] $path:ident $look:ident;)+) => {
        pub(super) const PROBES: &[Probe] = &[$(Probe {
            fact: $fact,
            asks: &[$($ask),+],
            read: |seen| {
                let path = $path(seen);
                let place = path.as_ref().map_or_else(|_| Path::new("TEMP"), PathBuf::as_path);
                let place = Place::file(place.file_name().unwrap_or_default().to_string_lossy());
                fact(path.and_then(|path| $look(seen, &path)), place)
            },
        }),+];
    };
}

probes! {
    "files.app-modify" [APP, ADMINS, WORKING] app pool_may_modify;
    "files.app.attributes" [Ask::Call("attributes of the application folder")] app attributes;
    "files.app.others" [APP] app others;
    "files.app.owner" [APP] app owner;
    "files.app.pool" [APP, ADMINS, WORKING] app pool;
    "files.database-config.attributes" [Ask::Call("attributes of database.config")] database attributes;
    "files.database-config.others" [DATABASE] database others;
    "files.database-config.owner" [DATABASE] database owner;
    "files.database-config.pool" [DATABASE, ADMINS, WORKING] database pool;
    "files.encryption-config.attributes" [Ask::Call("attributes of encryption.config")] encryption attributes;
    "files.encryption-config.others" [ENCRYPTION] encryption others;
    "files.encryption-config.owner" [ENCRYPTION] encryption owner;
    "files.encryption-config.pool" [ENCRYPTION, ADMINS, WORKING] encryption pool;
    "files.log.attributes" [Ask::Call("attributes of the log folder")] log attributes;
    "files.log.others" [LOG] log others;
    "files.log.owner" [LOG] log owner;
    "files.log.pool" [LOG, ADMINS, WORKING] log pool;
    "files.readable-by-users" [APP] app users_may_read;
    "files.saml-writable" [SAML, ADMINS, WORKING] saml pool_may_write;
    "files.temp-modify" [ROOT, TEMP, ADMINS, WORKING] temp pool_may_modify;
    "files.temp.others" [ROOT, TEMP] temp others;
    "files.temp.owner" [ROOT, TEMP] temp owner;
    "files.temp.pool" [ROOT, TEMP, ADMINS, WORKING] temp pool;
}

macro_rules! below {
    ($($name:ident $file:expr;)+) => {
        $(fn $name(seen: &Seen) -> Answer<PathBuf> {
            Ok(seen.app_dir.join($file))
        })+
    };
}

below! {
    app "";
    database DATABASE_CONFIG;
    encryption ENCRYPTION_CONFIG;
    log LOG_FOLDER;
    saml "saml.config";
}

fn temp(seen: &Seen) -> Answer<PathBuf> {
    let root = text(seen.system.value(CURRENT_VERSION, "SystemRoot")?)?;
    Ok(Path::new(&root).join("TEMP"))
}

fn pool_may_modify(seen: &Seen, path: &Path) -> Answer<String> {
    pool_may(seen, path, MODIFY)
}

fn pool_may_write(seen: &Seen, path: &Path) -> Answer<String> {
    pool_may(seen, path, WRITE)
}

fn pool_may(seen: &Seen, path: &Path, rights: u32) -> Answer<String> {
    let groups = groups(seen)?;
    let is_mine = |account: &str| groups.iter().any(|group| group == account);
    Ok(may(&seen.system.access(path)?, rights, OF_FILES, is_mine).to_string())
}

/// What the account of the pool may do, in a word.
fn pool(seen: &Seen, path: &Path) -> Answer<String> {
    let groups = groups(seen)?;
    let is_mine = |account: &str| groups.iter().any(|group| group == account);
    Ok(word(&seen.system.access(path)?, is_mine).to_owned())
}

/// Whether somebody who is in no other group than those of every account, or than Domain Users, may read.
fn users_may_read(seen: &Seen, path: &Path) -> Answer<String> {
    let domain_users = |account: &str| account.starts_with("S-1-5-21-") && account.ends_with("-513");
    let ordinary = |account: &str| ORDINARY.contains(&account) || domain_users(account);
    Ok(may(&seen.system.access(path)?, READ, OF_FILES, ordinary).to_string())
}

fn owner(seen: &Seen, path: &Path) -> Answer<String> {
    seen.system.access(path)?.owner.ok_or(Refusal::Absent)
}

/// Everybody who may do something, beyond administrators and Windows itself.
fn others(seen: &Seen, path: &Path) -> Answer<String> {
    let access: Access = seen.system.access(path)?;
    let accounts: BTreeSet<&str> = access.entries.iter().map(|entry| entry.account.as_str()).collect();
    let others = accounts.into_iter().filter(|account| ![ADMINISTRATORS, LOCAL_SYSTEM].contains(account));
    let told: Vec<String> = others
        .filter(|account| access.entries.iter().any(|entry| entry.account == *account && entry.allows))
        .map(|account| match word(&access, |entry| entry == account) {
            // Such as creating a file and not reading it.
            "none" => format!("{account} other"),
            word => format!("{account} {word}"),
        })
        .collect();
    if told.is_empty() { Err(Refusal::Absent) } else { Ok(told.join(", ")) }
}

/// The attributes that make a copy of a file another file.
fn attributes(seen: &Seen, path: &Path) -> Answer<String> {
    const NAMES: [(u32, &str); 6] = [
        (0x1, "read-only"),
        (0x200, "sparse"),
        (0x400, "reparse-point"),
        (0x800, "compressed"),
        (0x1000, "offline"),
        (0x4000, "encrypted"),
    ];
    let attributes = seen.system.attributes(path)?;
    let set: Vec<&str> =
        NAMES.iter().filter(|(bit, _)| attributes & bit != 0).map(|(_, name)| *name).collect();
    Ok(if set.is_empty() { "none".to_owned() } else { set.join(" ") })
}
