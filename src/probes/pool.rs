//! The account of the application pool, its worker process, its group memberships and rights. Accounts are compared by
//! security identifiers (SIDs), which are computed, well known or read from the running process: no name is resolved,
//! which would contact a domain controller.

use super::access::{ProbeAccess, WORKER, WORKERS};
use super::rights::{ADMINISTRATORS, KEY_EXTEND, KEY_READ, LOCAL_SYSTEM, OF_KEYS, ORDINARY, may};
use super::system::{Identity, ProbeError, ProbeResult, Process, System};
use super::{Probe, ProbeContext, fact, observed, or_absent, shown};
use crate::model::iis::IisApplication;
use crate::model::{Location, Observed};
use chrono::{DateTime, Utc};
use sha1::{Digest, Sha1};
use std::collections::BTreeSet;

/// Groups that IIS adds to every worker process: `SERVICE` and `IIS_IUSRS`.
const WORKER_GROUPS: [&str; 2] = ["S-1-5-6", "S-1-5-32-568"];

pub(super) const MEMBERS: &str = "members of the local group Administrators, as identifiers";
/// What every probe of the pool account reads.
const ACCOUNT: [ProbeAccess; 2] = [ProbeAccess::Call(MEMBERS), ProbeAccess::Call(WORKERS)];
const EVENT_LOG: &str = r"SYSTEM\CurrentControlSet\Services\EventLog";
const SECURITY_LOG: &str = r"SYSTEM\CurrentControlSet\Services\EventLog\Security";
/// Exists since Server 2019.
const LOG_STATE: &str = r"SYSTEM\CurrentControlSet\Services\EventLog\State";

pub(super) const PROBES: &[Probe] = &[
    Probe::value("iis.identity.admin", &ACCOUNT, |cx| Ok(groups(cx)?.contains(ADMINISTRATORS).to_string())),
    Probe::fact(
        "iis.identity.batch-logon",
        &[ProbeAccess::Call("holders of SeBatchLogonRight, as identifiers"), ACCOUNT[0], ACCOUNT[1]],
        |cx| holds(cx, "SeBatchLogonRight"),
    ),
    Probe::fact(
        "iis.identity.impersonate",
        &[ProbeAccess::Call("holders of SeImpersonatePrivilege, as identifiers"), ACCOUNT[0], ACCOUNT[1]],
        |cx| holds(cx, "SeImpersonatePrivilege"),
    ),
    Probe::fact("iis.identity.sid", &[ProbeAccess::Call(WORKERS)], |cx| {
        fact(account(cx).map(|identity| identity.account), Location::file("application pool"))
    }),
    Probe::value(
        "os.eventlog-rights",
        &[
            ProbeAccess::Rights(EVENT_LOG),
            ProbeAccess::Rights(SECURITY_LOG),
            ProbeAccess::Rights(LOG_STATE),
            ACCOUNT[0],
            ACCOUNT[1],
        ],
        |cx| shown(may_log(cx)),
    ),
];

/// Start of the worker process of a pool.
pub(crate) fn worker_started(cx: &ProbeContext) -> Observed<DateTime<Utc>> {
    if !cx.system.is_windows() {
        return Observed::not_collected("this build does not look at processes");
    }
    let worker = worker(cx.system, name(cx).ok());
    observed(worker.map(|worker| worker.started), Location::file(WORKER))
}

/// The newest worker process of a pool. Older Windows does not show the pool of a process; then a single one counts.
pub(super) fn worker(system: &dyn System, pool: Option<&str>) -> ProbeResult<Process> {
    let mut workers = system.processes(WORKER)?;
    workers.retain(|worker| match (&worker.pool, pool) {
        (Some(own_pool), Some(pool)) => own_pool.eq_ignore_ascii_case(pool),
        _ => true,
    });
    let certain = pool.is_some() && workers.iter().all(|worker| worker.pool.is_some());
    if workers.len() > 1 && !certain {
        return Err(ProbeError::Unasked(
            "several worker processes run, and Windows does not show their pools",
        ));
    }
    workers.into_iter().max_by_key(|worker| worker.started).ok_or(ProbeError::Absent)
}

/// The pool named on the command line of a worker process.
#[cfg(any(windows, test))]
pub(crate) fn pool_of(command_line: &str) -> Option<String> {
    let (_, quoted) = command_line.split_once("-ap \"")?;
    quoted.split_once('"').map(|(pool, _)| pool.to_owned())
}

/// The application in IIS, which names the pool.
pub(super) fn application<'a>(cx: &ProbeContext<'a>) -> ProbeResult<&'a IisApplication> {
    let known = cx.iis.value().and_then(|iis| iis.application.value());
    known.ok_or(ProbeError::Unasked("the application pool is not known"))
}

/// Name of the pool.
pub(super) fn name<'a>(cx: &ProbeContext<'a>) -> ProbeResult<&'a str> {
    application(cx).map(|application| application.pool.as_str())
}

/// The account of the pool, with its groups where the worker process shows them.
fn account(cx: &ProbeContext) -> ProbeResult<Identity> {
    let application = application(cx)?;
    let kind = match application.pool_settings.get("processModel.identityType") {
        Some(Observed::Known { value, .. }) => value.as_str(),
        // The default since IIS 7.5, which came with Server 2008 R2.
        Some(Observed::Absent { .. }) => "ApplicationPoolIdentity",
        _ => return Err(ProbeError::Unasked("the account type of the pool is not known")),
    };
    let account = match kind {
        "ApplicationPoolIdentity" => virtual_account(&application.pool),
        "LocalSystem" => LOCAL_SYSTEM.to_owned(),
        "LocalService" => "S-1-5-19".to_owned(),
        "NetworkService" => "S-1-5-20".to_owned(),
        _ => return own_account(cx, &application.pool),
    };
    Ok(Identity { account, groups: Vec::new() })
}

/// The name of a specific account is not resolved; its worker process shows its SID and groups.
fn own_account(cx: &ProbeContext, pool: &str) -> ProbeResult<Identity> {
    let unseen = ProbeError::Unasked(
        "the pool runs as a specific account, and no worker process shows which: open the site once, then collect again",
    );
    match worker(cx.system, Some(pool)) {
        Ok(Process { pool: Some(_), identity: Some(identity), .. }) => Ok(identity),
        Ok(_) | Err(ProbeError::Absent) => Err(unseen),
        Err(refusal) => Err(refusal),
    }
}

/// SID that Windows gives to `IIS APPPOOL\pool`: `S-1-5-82-` and the five 32-bit words of the SHA-1 of the lower-case
/// name in UTF-16.
fn virtual_account(pool: &str) -> String {
    let name: Vec<u8> = pool.to_lowercase().encode_utf16().flat_map(u16::to_le_bytes).collect();
    Sha1::digest(name).chunks(4).fold("S-1-5-82".to_owned(), |sid, word| {
        let word = word.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        format!("{sid}-{word}")
    })
}

/// The account of the pool and its groups: those of the process, or else those that Windows and IIS always add, and
/// Administrators if it is a member.
pub(super) fn groups(cx: &ProbeContext) -> ProbeResult<BTreeSet<String>> {
    let Identity { account, groups } = account(cx)?;
    let mut all: BTreeSet<String> = groups.into_iter().collect();
    if all.is_empty() {
        all.extend(ORDINARY.into_iter().chain(WORKER_GROUPS).map(str::to_owned));
        if account == LOCAL_SYSTEM || not_empty(cx.system.members(ADMINISTRATORS)?)?.contains(&account) {
            all.insert(ADMINISTRATORS.to_owned());
        }
    }
    all.insert(account);
    Ok(all)
}

/// Every Windows has members here, so an empty list is an error.
fn not_empty(accounts: Vec<String>) -> ProbeResult<Vec<String>> {
    if accounts.is_empty() {
        Err(ProbeError::Failed("Windows lists no account".into()))
    } else {
        Ok(accounts)
    }
}

fn holds(cx: &ProbeContext, right: &str) -> Observed<String> {
    let held = groups(cx).and_then(|groups| {
        let holders = not_empty(cx.system.holders(right)?)?;
        Ok(groups.iter().any(|group| holders.contains(group)))
    });
    fact(held, Location::file(format!("holders of {right}")))
}

/// Whether the account may read and extend the registry key of the event logs, and read the keys beside it that the
/// product reads too.
fn may_log(cx: &ProbeContext) -> ProbeResult<bool> {
    let groups = groups(cx)?;
    let may = |key: &str, rights: u32| {
        let access = cx.system.key_access(key)?;
        Ok(may(&access, rights, OF_KEYS, |account| groups.contains(account)))
    };
    Ok(may(EVENT_LOG, KEY_EXTEND)?
        && may(SECURITY_LOG, KEY_READ)?
        && or_absent(may(LOG_STATE, KEY_READ), true)?)
}
