//! Owners, access lists and NTFS attributes of what the product reads and writes. Accounts are shown as security
//! identifiers.

use super::access::{CURRENT_VERSION, ProbeAccess, WORKERS};
use super::pool::{MEMBERS, groups};
use super::rights::{ADMINISTRATORS, LOCAL_SYSTEM, MODIFY, OF_FILES, ORDINARY, READ, WRITE, may, word};
use super::system::{AccessList, ProbeError, ProbeResult};
use super::{Probe, ProbeContext, fact, joined};
use crate::model::product::{DATABASE_CONFIG, ENCRYPTION_CONFIG, LOG_FOLDER};
use crate::model::{Location, Observed};
use std::collections::BTreeSet;
use std::path::Path;

const APP: ProbeAccess = ProbeAccess::Call("access list of the application folder");
const DATABASE: ProbeAccess = ProbeAccess::Call("access list of database.config");
const ENCRYPTION: ProbeAccess = ProbeAccess::Call("access list of encryption.config");
const LOG: ProbeAccess = ProbeAccess::Call("access list of the log folder");
const SAML: ProbeAccess = ProbeAccess::Call("access list of saml.config");
const TEMP: ProbeAccess = ProbeAccess::Call("access list of the TEMP folder of Windows");
const ROOT: ProbeAccess = ProbeAccess::Values(CURRENT_VERSION, &["SystemRoot"]);
const ADMINS: ProbeAccess = ProbeAccess::Call(MEMBERS);
const WORKING: ProbeAccess = ProbeAccess::Call(WORKERS);

/// Paths below the application folder, and the folder itself.
const APP_FOLDER: &str = "";
const SAML_CONFIG: &str = "saml.config";
/// Below the Windows folder.
const TEMP_FOLDER: &str = "TEMP";

/// One probe per row: fact, what it reads, path, and the function that makes the value.
macro_rules! probes {
    ($($fact:literal [$($ask:expr),+] $path:ident $look:expr;)+) => {
        pub(super) const PROBES: &[Probe] =
            &[$(Probe::fact($fact, &[$($ask),+], |cx| look(cx, $path, $look))),+];
    };
}

probes! {
    "files.app-modify" [APP, ADMINS, WORKING] APP_FOLDER |cx, path| pool_may(cx, path, MODIFY);
    "files.app.attributes" [ProbeAccess::Call("attributes of the application folder")] APP_FOLDER attributes;
    "files.app.others" [APP] APP_FOLDER others;
    "files.app.owner" [APP] APP_FOLDER owner;
    "files.app.pool" [APP, ADMINS, WORKING] APP_FOLDER pool;
    "files.database-config.attributes" [ProbeAccess::Call("attributes of database.config")] DATABASE_CONFIG attributes;
    "files.database-config.others" [DATABASE] DATABASE_CONFIG others;
    "files.database-config.owner" [DATABASE] DATABASE_CONFIG owner;
    "files.database-config.pool" [DATABASE, ADMINS, WORKING] DATABASE_CONFIG pool;
    "files.encryption-config.attributes" [ProbeAccess::Call("attributes of encryption.config")] ENCRYPTION_CONFIG attributes;
    "files.encryption-config.others" [ENCRYPTION] ENCRYPTION_CONFIG others;
    "files.encryption-config.owner" [ENCRYPTION] ENCRYPTION_CONFIG owner;
    "files.encryption-config.pool" [ENCRYPTION, ADMINS, WORKING] ENCRYPTION_CONFIG pool;
    "files.log.attributes" [ProbeAccess::Call("attributes of the log folder")] LOG_FOLDER attributes;
    "files.log.others" [LOG] LOG_FOLDER others;
    "files.log.owner" [LOG] LOG_FOLDER owner;
    "files.log.pool" [LOG, ADMINS, WORKING] LOG_FOLDER pool;
    "files.readable-by-users" [APP] APP_FOLDER users_may_read;
    "files.saml-writable" [SAML, ADMINS, WORKING] SAML_CONFIG |cx, path| pool_may(cx, path, WRITE);
    "files.temp-modify" [ROOT, TEMP, ADMINS, WORKING] TEMP_FOLDER |cx, path| pool_may(cx, path, MODIFY);
    "files.temp.others" [ROOT, TEMP] TEMP_FOLDER others;
    "files.temp.owner" [ROOT, TEMP] TEMP_FOLDER owner;
    "files.temp.pool" [ROOT, TEMP, ADMINS, WORKING] TEMP_FOLDER pool;
}

fn look(
    cx: &ProbeContext,
    path: &str,
    look: fn(&ProbeContext, &Path) -> ProbeResult<String>,
) -> Observed<String> {
    let full = match path {
        TEMP_FOLDER => cx.text(CURRENT_VERSION, "SystemRoot").map(|root| Path::new(&root).join(path)),
        _ => Ok(cx.app_dir.join(path)),
    };
    let name = if path == APP_FOLDER { cx.app_dir.file_name() } else { Some(path.as_ref()) };
    let place = Location::file(name.unwrap_or_default().to_string_lossy());
    fact(full.and_then(|full| look(cx, &full)), place)
}

fn pool_may(cx: &ProbeContext, path: &Path, rights: u32) -> ProbeResult<String> {
    let groups = groups(cx)?;
    Ok(may(&cx.system.access(path)?, rights, OF_FILES, |account| groups.contains(account)).to_string())
}

/// Rights of the pool account, in a word.
fn pool(cx: &ProbeContext, path: &Path) -> ProbeResult<String> {
    let groups = groups(cx)?;
    Ok(word(&cx.system.access(path)?, |account| groups.contains(account)).to_owned())
}

/// Whether an account may read that is only in the groups of every account, or in Domain Users.
fn users_may_read(cx: &ProbeContext, path: &Path) -> ProbeResult<String> {
    let domain_users = |account: &str| account.starts_with("S-1-5-21-") && account.ends_with("-513");
    let ordinary = |account: &str| ORDINARY.contains(&account) || domain_users(account);
    Ok(may(&cx.system.access(path)?, READ, OF_FILES, ordinary).to_string())
}

fn owner(cx: &ProbeContext, path: &Path) -> ProbeResult<String> {
    cx.system.access(path)?.owner.ok_or(ProbeError::Absent)
}

/// All other accounts with any right, except administrators and Windows itself.
fn others(cx: &ProbeContext, path: &Path) -> ProbeResult<String> {
    let access: AccessList = cx.system.access(path)?;
    let accounts: BTreeSet<&str> = access.entries.iter().map(|entry| entry.account.as_str()).collect();
    let accounts = accounts.into_iter().filter(|account| ![ADMINISTRATORS, LOCAL_SYSTEM].contains(account));
    let shown = accounts
        .filter(|account| access.entries.iter().any(|entry| entry.account == *account && entry.allows))
        .map(|account| match word(&access, |entry| entry == account) {
            // Such as creating a file without reading it.
            "none" => format!("{account} other"),
            word => format!("{account} {word}"),
        });
    joined(shown, ", ")
}

/// Attributes that change how a file is copied or stored.
fn attributes(cx: &ProbeContext, path: &Path) -> ProbeResult<String> {
    const NAMES: [(u32, &str); 6] = [
        (0x1, "read-only"),
        (0x200, "sparse"),
        (0x400, "reparse-point"),
        (0x800, "compressed"),
        (0x1000, "offline"),
        (0x4000, "encrypted"),
    ];
    let attributes = cx.system.attributes(path)?;
    let set: Vec<&str> =
        NAMES.iter().filter(|(bit, _)| attributes & bit != 0).map(|(_, name)| *name).collect();
    Ok(if set.is_empty() { "none".to_owned() } else { set.join(" ") })
}
