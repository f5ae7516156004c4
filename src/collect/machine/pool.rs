//! What the account of the application pool may do. Everything is compared by security identifiers, which are built or
//! well known: no name is looked up anywhere.

use super::ask::{Ask, CURRENT_VERSION};
use super::system::{Access, Answer, Refusal};
use super::{Probe, Seen, fact, text};
use crate::model::iis::IisApplication;
use crate::model::{Observed, Place};
use sha1::{Digest, Sha1};
use std::path::{Path, PathBuf};

const ADMINISTRATORS: &str = "S-1-5-32-544";
const LOCAL_SYSTEM: &str = "S-1-5-18";
/// Everyone, Authenticated Users and Users: what each account that may log on belongs to.
const ORDINARY: [&str; 3] = ["S-1-1-0", "S-1-5-11", "S-1-5-32-545"];
/// What IIS puts every worker process into: `SERVICE` and `IIS_IUSRS`.
const WORKER_GROUPS: [&str; 2] = ["S-1-5-6", "S-1-5-32-568"];

/// `FILE_READ_DATA`.
const READ: u32 = 0x1;
/// `FILE_GENERIC_WRITE`, without the rights that reading has as well.
const WRITE: u32 = 0x116;
/// The right that Explorer calls Modify.
const MODIFY: u32 = 0x0013_01bf;

const MEMBERS: &str = "members of the local group Administrators, as identifiers";
const FOLDER: &str = "access list of the application folder";
const SAML: &str = "access list of saml.config";
const TEMP: &str = "access list of the TEMP folder of Windows";

pub(super) const PROBES: &[Probe] = &[
    Probe {
        fact: "files.app-modify",
        asks: &[Ask::Call(FOLDER), Ask::Call(MEMBERS)],
        read: |seen| fact(pool_may(seen, seen.app_dir, MODIFY), Place::file(FOLDER)),
    },
    Probe {
        fact: "files.readable-by-users",
        asks: &[Ask::Call(FOLDER)],
        read: |seen| {
            fact(seen.system.access(seen.app_dir).map(|access| users_may_read(&access)), Place::file(FOLDER))
        },
    },
    Probe {
        fact: "files.saml-writable",
        asks: &[Ask::Call(SAML), Ask::Call(MEMBERS)],
        read: |seen| fact(pool_may(seen, &seen.app_dir.join("saml.config"), WRITE), Place::file(SAML)),
    },
    Probe {
        fact: "files.temp-modify",
        asks: &[Ask::Values(CURRENT_VERSION, &["SystemRoot"]), Ask::Call(TEMP), Ask::Call(MEMBERS)],
        read: |seen| fact(temp(seen).and_then(|temp| pool_may(seen, &temp, MODIFY)), Place::file(TEMP)),
    },
    Probe {
        fact: "iis.identity.admin",
        asks: &[Ask::Call(MEMBERS)],
        read: |seen| {
            let admin = groups(seen).map(|groups| groups.iter().any(|group| group == ADMINISTRATORS));
            fact(admin, Place::file(MEMBERS))
        },
    },
    Probe {
        fact: "iis.identity.batch-logon",
        asks: &[Ask::Call("holders of SeBatchLogonRight, as identifiers"), Ask::Call(MEMBERS)],
        read: |seen| holds(seen, "SeBatchLogonRight"),
    },
    Probe {
        fact: "iis.identity.impersonate",
        asks: &[Ask::Call("holders of SeImpersonatePrivilege, as identifiers"), Ask::Call(MEMBERS)],
        read: |seen| holds(seen, "SeImpersonatePrivilege"),
    },
];

/// The application in IIS, without which nobody knows the pool.
fn application<'a>(seen: &Seen<'a>) -> Answer<&'a IisApplication> {
    let known = seen.iis.value().and_then(|iis| iis.application.value());
    known.ok_or(Refusal::Unasked("the application pool is not known"))
}

/// Name of the pool.
pub(super) fn name<'a>(seen: &Seen<'a>) -> Answer<&'a str> {
    application(seen).map(|application| application.pool.as_str())
}

/// Identifier of the account of the pool.
fn account(seen: &Seen) -> Answer<String> {
    let application = application(seen)?;
    let kind = match application.pool_settings.get("processModel.identityType") {
        Some(Observed::Known { value, .. }) => value.as_str(),
        // That of every IIS since 7.5, which came with Server 2008 R2.
        Some(Observed::Absent { .. }) => "ApplicationPoolIdentity",
        _ => return Err(Refusal::Unasked("the kind of account of the pool is not known")),
    };
    match kind {
        "ApplicationPoolIdentity" => Ok(virtual_account(&application.pool)),
        "LocalSystem" => Ok(LOCAL_SYSTEM.to_owned()),
        "LocalService" => Ok("S-1-5-19".to_owned()),
        "NetworkService" => Ok("S-1-5-20".to_owned()),
        _ => Err(Refusal::Unasked("the pool runs as an account of its own, whose name is not looked up")),
    }
}

/// Identifier that Windows gives to `IIS APPPOOL\pool`: `S-1-5-82-` and the five words of the SHA-1 of its name in lower
/// case, in UTF-16.
fn virtual_account(pool: &str) -> String {
    let name: Vec<u8> = pool.to_lowercase().encode_utf16().flat_map(u16::to_le_bytes).collect();
    Sha1::digest(name).chunks(4).fold("S-1-5-82".to_owned(), |sid, word| {
        let word = word.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        format!("{sid}-{word}")
    })
}

/// The account of the pool and the groups that it is in by Windows, by IIS, or as a member of Administrators.
fn groups(seen: &Seen) -> Answer<Vec<String>> {
    let account = account(seen)?;
    let mut groups: Vec<String> = ORDINARY.into_iter().chain(WORKER_GROUPS).map(str::to_owned).collect();
    if account == LOCAL_SYSTEM || some(seen.system.members(ADMINISTRATORS)?)?.contains(&account) {
        groups.push(ADMINISTRATORS.to_owned());
    }
    groups.push(account);
    Ok(groups)
}

/// A list that every Windows has somebody on: an empty one is no answer.
fn some(accounts: Vec<String>) -> Answer<Vec<String>> {
    if accounts.is_empty() { Err(Refusal::Failed("Windows names nobody".into())) } else { Ok(accounts) }
}

fn holds(seen: &Seen, right: &str) -> Observed<String> {
    let held = groups(seen).and_then(|groups| {
        let holders = some(seen.system.holders(right)?)?;
        Ok(groups.iter().any(|group| holders.contains(group)))
    });
    fact(held, Place::file(format!("holders of {right}")))
}

fn temp(seen: &Seen) -> Answer<PathBuf> {
    let root = text(seen.system.value(CURRENT_VERSION, "SystemRoot")?)?;
    Ok(Path::new(&root).join("TEMP"))
}

fn pool_may(seen: &Seen, path: &Path, rights: u32) -> Answer<bool> {
    let groups = groups(seen)?;
    Ok(may(&seen.system.access(path)?, rights, |account| groups.iter().any(|group| group == account)))
}

/// Whether somebody who is in no other group than those of every account, or than Domain Users, may read.
fn users_may_read(access: &Access) -> bool {
    let domain_users = |account: &str| account.starts_with("S-1-5-21-") && account.ends_with("-513");
    may(access, READ, |account| ORDINARY.contains(&account) || domain_users(account))
}

/// Whether an access list grants all of these rights to somebody: as Windows does, it is read from its top, and what an
/// entry said of a right stands against those below it.
fn may(access: &Access, rights: u32, is_mine: impl Fn(&str) -> bool) -> bool {
    let mut open = rights;
    for entry in access.entries.iter().filter(|entry| is_mine(&entry.account)) {
        let said = specific(entry.mask) & open;
        if said != 0 && !entry.allows {
            return false;
        }
        open &= !said;
    }
    open == 0
}

/// A mask with its generic rights spelled out for files.
fn specific(mask: u32) -> u32 {
    /// `GENERIC_READ`, `_WRITE`, `_EXECUTE` and `_ALL`.
    const GENERIC: [(u32, u32); 4] = [
        (0x8000_0000, 0x0012_0089),
        (0x4000_0000, 0x0012_0116),
        (0x2000_0000, 0x0012_00a0),
        (0x1000_0000, 0x001f_01ff),
    ];
    let named = GENERIC.iter().filter(|(generic, _)| mask & generic != 0);
    named.fold(mask, |mask, (_, specific)| mask | specific)
}
