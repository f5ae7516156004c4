//! The real Windows machine: system calls behind safe signatures. Nothing here evaluates facts, and nothing opens for
//! more than reading.
#![expect(unsafe_code, reason = "calls of Windows; this is the one file that makes them")]
#![expect(clippy::cast_possible_truncation, reason = "sizes of structures, and a minute in milliseconds")]

use super::error::refusal;
use super::registry;
use crate::collect::command;
use crate::probes::system::{
    AccessEntry, AccessList, Event, EventQuery, Identity, ProbeError, ProbeResult, Process, Service,
    ServiceStart, ServiceState, System, Value, Volume,
};
use crate::probes::{Command, PATIENCE, event, pool_of};
use chrono::{DateTime, FixedOffset, Offset as _, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString, c_void};
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{io, process, ptr, slice};
use windows_sys::Wdk::System::Threading::NtQueryInformationProcess;
use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_INVALID_PARAMETER, ERROR_NO_MORE_FILES, ERROR_NO_MORE_ITEMS,
    ERROR_SERVICE_DOES_NOT_EXIST, FILETIME, HANDLE, INVALID_HANDLE_VALUE, LocalFree, UNICODE_STRING,
};
use windows_sys::Win32::NetworkManagement::NetManagement::{
    LOCALGROUP_MEMBERS_INFO_0, NetApiBufferFree, NetGetJoinInformation, NetLocalGroupGetMembers,
    NetSetupDomainName, NetSetupUnjoined, NetSetupWorkgroupName,
};
use windows_sys::Win32::Security::Authentication::Identity::{
    LSA_ENUMERATION_INFORMATION, LSA_HANDLE, LSA_OBJECT_ATTRIBUTES, LSA_UNICODE_STRING, LsaClose,
    LsaEnumerateAccountsWithUserRight, LsaFreeMemory, LsaNtStatusToWinError, LsaOpenPolicy,
    POLICY_LOOKUP_NAMES, POLICY_VIEW_LOCAL_INFORMATION,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSidToSidW, GetNamedSecurityInfoW, SE_FILE_OBJECT, SE_OBJECT_TYPE,
    SE_REGISTRY_KEY,
};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACE_HEADER, ACL, DACL_SECURITY_INFORMATION, GetAce, GetTokenInformation,
    INHERIT_ONLY_ACE, LookupAccountSidW, OWNER_SECURITY_INFORMATION, PSID, SID_AND_ATTRIBUTES, SID_NAME_USE,
    TOKEN_ELEVATION, TOKEN_GROUPS, TOKEN_INFORMATION_CLASS, TOKEN_QUERY, TOKEN_USER, TokenElevation,
    TokenGroups, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::{
    GetDiskFreeSpaceExW, GetDriveTypeW, GetFileAttributesW, GetLogicalDrives, INVALID_FILE_ATTRIBUTES,
};
use windows_sys::Win32::System::Console::GetConsoleProcessList;
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};
use windows_sys::Win32::System::EventLog::{
    EVT_HANDLE, EvtClose, EvtNext, EvtQuery, EvtQueryChannelPath, EvtQueryForwardDirection,
    EvtQueryReverseDirection, EvtRender, EvtRenderEventXml,
};
use windows_sys::Win32::System::Services::{
    CloseServiceHandle, OpenSCManagerW, OpenServiceW, QUERY_SERVICE_CONFIGW, QueryServiceConfigW,
    QueryServiceStatusEx, SC_MANAGER_CONNECT, SC_STATUS_PROCESS_INFO, SERVICE_AUTO_START, SERVICE_BOOT_START,
    SERVICE_DISABLED, SERVICE_QUERY_CONFIG, SERVICE_QUERY_STATUS, SERVICE_RUNNING, SERVICE_STATUS_PROCESS,
    SERVICE_STOPPED, SERVICE_SYSTEM_START,
};
use windows_sys::Win32::System::SystemInformation::{
    GetSystemDirectoryW, GetSystemTimeAsFileTime, GetTickCount64, GlobalMemoryStatusEx, MEMORYSTATUSEX,
};
use windows_sys::Win32::System::SystemServices::{
    SE_GROUP_ENABLED, TIME_ZONE_ID_DAYLIGHT, TIME_ZONE_ID_STANDARD,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetCurrentThread, GetProcessTimes, OpenProcess, OpenProcessToken,
    PROCESS_QUERY_LIMITED_INFORMATION, SetThreadPriority, THREAD_MODE_BACKGROUND_BEGIN,
};
use windows_sys::Win32::System::Time::{GetTimeZoneInformation, TIME_ZONE_INFORMATION};
use windows_sys::Win32::System::WindowsProgramming::{DRIVE_FIXED, DRIVE_REMOTE};
use windows_sys::Win32::UI::Shell::ShellExecuteW;
use windows_sys::Win32::UI::WindowsAndMessaging::SW_SHOWNORMAL;

use windows_sys::core::BOOL;

/// Maximum number of bytes of one answer of variable length.
const MAX_ANSWER: u32 = 1 << 20;

/// This machine.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::collect) struct Machine;

/// A text as Windows expects it, with a zero at the end.
fn wide(text: impl AsRef<OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().chain([0]).collect()
}

fn last() -> ProbeError {
    refusal(io::Error::last_os_error())
}

fn code(code: u32) -> ProbeError {
    refusal(io::Error::from_raw_os_error(code.cast_signed()))
}

/// The result of a call that gives zero when it fails.
fn succeeded(result: BOOL) -> ProbeResult<()> {
    if result == 0 { Err(last()) } else { Ok(()) }
}

/// A handle or memory of Windows, with the call that releases it when it is dropped.
struct Owned<T: Copy, R = BOOL>(T, unsafe extern "system" fn(T) -> R);

impl<T: Copy, R> Drop for Owned<T, R> {
    fn drop(&mut self) {
        // Windows gave it for this call, and nothing else releases it.
        unsafe { (self.1)(self.0) };
    }
}

/// An answer of variable length. `call` gets a buffer, its size in bytes, and where to put the needed size; the first
/// time there is no buffer. Units of eight bytes have the alignment that every structure needs.
fn sized(call: impl Fn(*mut c_void, u32, *mut u32) -> ProbeResult<()>) -> ProbeResult<Vec<u64>> {
    let mut needed = 0;
    let without_buffer = call(ptr::null_mut(), 0, &raw mut needed);
    if needed == 0 || needed > MAX_ANSWER {
        return Err(without_buffer.err().unwrap_or_else(last));
    }
    let mut buffer = vec![0_u64; (needed as usize).div_ceil(8)];
    call(buffer.as_mut_ptr().cast(), needed, &raw mut needed)?;
    Ok(buffer)
}

/// The offset of local time from UTC now, daylight saving included; UTC where Windows does not say.
pub(in crate::collect) fn utc_offset() -> FixedOffset {
    let mut zone = TIME_ZONE_INFORMATION::default();
    // SAFETY: the structure lives through the call.
    let kind = unsafe { GetTimeZoneInformation(&raw mut zone) };
    let season = match kind {
        TIME_ZONE_ID_STANDARD => zone.StandardBias,
        TIME_ZONE_ID_DAYLIGHT => zone.DaylightBias,
        _ => 0,
    };
    // Windows counts minutes from local time to UTC, chrono seconds from UTC to local time.
    let west = (zone.Bias + season).saturating_mul(60);
    FixedOffset::west_opt(west).unwrap_or_else(|| Utc.fix())
}

/// Whether the drive with this letter is a network drive.
pub(in crate::collect) fn is_network_drive(letter: &str) -> bool {
    let root = wide(format!(r"{letter}:\"));
    // SAFETY: the text is closed by a zero and lives through the call.
    unsafe { GetDriveTypeW(root.as_ptr()) == DRIVE_REMOTE }
}

/// The system folder of Windows.
fn system_folder() -> ProbeResult<PathBuf> {
    let mut path = [0_u16; 260];
    // SAFETY: the buffer has the length that is given with it.
    let length = unsafe { GetSystemDirectoryW(path.as_mut_ptr(), path.len() as u32) };
    match path.get(..length as usize) {
        Some(path) if !path.is_empty() => Ok(OsString::from_wide(path).into()),
        _ => Err(last()),
    }
}

impl System for Machine {
    fn value(&self, key: &str, name: &str) -> ProbeResult<Value> {
        registry::value(key, name)
    }

    fn values(&self, key: &str) -> ProbeResult<BTreeMap<String, Value>> {
        registry::values(key)
    }

    fn keys(&self, key: &str) -> ProbeResult<Vec<String>> {
        registry::keys(key)
    }

    fn service(&self, name: &str) -> ProbeResult<Service> {
        let name = wide(name);
        // SAFETY: null pointers stand for this machine and its active database.
        let manager = unsafe { OpenSCManagerW(ptr::null(), ptr::null(), SC_MANAGER_CONNECT) };
        if manager.is_null() {
            return Err(last());
        }
        let manager = Owned(manager, CloseServiceHandle);
        // SAFETY: the name ends in a zero.
        let service =
            unsafe { OpenServiceW(manager.0, name.as_ptr(), SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG) };
        if service.is_null() {
            let error = last();
            return Err(if error == code(ERROR_SERVICE_DOES_NOT_EXIST) { ProbeError::Absent } else { error });
        }
        let service = Owned(service, CloseServiceHandle);
        let (mut status, mut size) = (SERVICE_STATUS_PROCESS::default(), 0);
        let length = size_of::<SERVICE_STATUS_PROCESS>() as u32;
        let buffer = (&raw mut status).cast();
        // SAFETY: the buffer has the length that is given with it.
        succeeded(unsafe {
            QueryServiceStatusEx(service.0, SC_STATUS_PROCESS_INFO, buffer, length, &raw mut size)
        })?;
        let state = match status.dwCurrentState {
            SERVICE_RUNNING => ServiceState::Running,
            SERVICE_STOPPED => ServiceState::Stopped,
            _ => ServiceState::Pending,
        };
        let config = sized(|buffer, size, needed| {
            // SAFETY: `sized` gives a buffer of that size, or none.
            succeeded(unsafe { QueryServiceConfigW(service.0, buffer.cast(), size, needed) })
        })?;
        // SAFETY: the call filled the structure; its texts are not looked at.
        let start = match unsafe { (*config.as_ptr().cast::<QUERY_SERVICE_CONFIGW>()).dwStartType } {
            SERVICE_AUTO_START | SERVICE_BOOT_START | SERVICE_SYSTEM_START => ServiceStart::Automatic,
            SERVICE_DISABLED => ServiceStart::Disabled,
            _ => ServiceStart::Manual,
        };
        let process = (status.dwProcessId != 0).then_some(status.dwProcessId);
        Ok(Service { state, start, process })
    }

    fn started(&self, id: u32) -> ProbeResult<DateTime<Utc>> {
        started(&open_process(id)?)
    }

    fn processes(&self, file: &str) -> ProbeResult<Vec<Process>> {
        // SAFETY: the snapshot is of all processes, so the id is not looked at.
        let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
        if snapshot == INVALID_HANDLE_VALUE {
            return Err(last());
        }
        let snapshot = Owned(snapshot, CloseHandle);
        let mut entry = PROCESSENTRY32W { dwSize: size_of::<PROCESSENTRY32W>() as u32, ..Default::default() };
        let mut processes = Vec::new();
        // SAFETY: the entry says its own size.
        let mut more = unsafe { Process32FirstW(snapshot.0, &raw mut entry) };
        while more != 0 {
            let name = entry.szExeFile.split(|unit| *unit == 0).next().unwrap_or_default();
            if String::from_utf16_lossy(name).eq_ignore_ascii_case(file) {
                let id = entry.th32ProcessID;
                match open_process(id) {
                    Ok(process) => processes.push(Process {
                        id,
                        started: started(&process)?,
                        pool: command_line(&process).as_deref().and_then(pool_of),
                        identity: identity(&process).ok(),
                    }),
                    // It has ended since the snapshot was taken.
                    Err(refusal) if refusal == code(ERROR_INVALID_PARAMETER) => {}
                    Err(refusal) => return Err(refusal),
                }
            }
            // SAFETY: as above.
            more = unsafe { Process32NextW(snapshot.0, &raw mut entry) };
        }
        // An end for another reason is no end of the list.
        let end = last();
        if end != code(ERROR_NO_MORE_FILES) {
            return Err(end);
        }
        processes.sort_by_key(|process| process.id);
        Ok(processes)
    }

    fn memory(&self) -> ProbeResult<u64> {
        let mut status =
            MEMORYSTATUSEX { dwLength: size_of::<MEMORYSTATUSEX>() as u32, ..Default::default() };
        // SAFETY: the structure is of the size it says.
        succeeded(unsafe { GlobalMemoryStatusEx(&raw mut status) })?;
        Ok(status.ullTotalPhys)
    }

    fn booted(&self) -> ProbeResult<DateTime<Utc>> {
        let mut now = FILETIME::default();
        // SAFETY: the time outlives the call.
        unsafe { GetSystemTimeAsFileTime(&raw mut now) };
        // SAFETY: it takes nothing and gives a number.
        let running = i64::try_from(unsafe { GetTickCount64() }).unwrap_or(i64::MAX);
        let since = TimeDelta::try_milliseconds(running)
            .and_then(|running| moment(now).ok()?.checked_sub_signed(running));
        since.ok_or_else(|| ProbeError::Failed("it is not a valid time".into()))
    }

    fn domain(&self) -> ProbeResult<Option<String>> {
        let (mut name, mut status) = (ptr::null_mut(), 0);
        // SAFETY: a null pointer stands for this machine; what comes back is taken by `Owned`.
        let error = unsafe { NetGetJoinInformation(ptr::null(), &raw mut name, &raw mut status) };
        if error != 0 {
            return Err(code(error));
        }
        let _free = Owned(name.cast_const().cast(), NetApiBufferFree);
        if status == NetSetupDomainName {
            // SAFETY: the name is null or ends in a zero.
            Ok(Some(unsafe { text_at(name) }))
        } else if [NetSetupUnjoined, NetSetupWorkgroupName].contains(&status) {
            Ok(None)
        } else {
            Err(ProbeError::Failed("Windows does not know it".into()))
        }
    }

    fn volumes(&self) -> ProbeResult<BTreeMap<String, Volume>> {
        // SAFETY: it takes nothing and gives a number.
        let drives = unsafe { GetLogicalDrives() };
        if drives == 0 {
            return Err(last());
        }
        let mut volumes = BTreeMap::new();
        for (letter, _) in (b'A'..=b'Z').zip(0..).filter(|(_, bit)| drives >> bit & 1 == 1) {
            let drive = format!("{}:", char::from(letter));
            let root = format!(r"{drive}\");
            // SAFETY: the path ends in a zero.
            if unsafe { GetDriveTypeW(wide(&root).as_ptr()) } == DRIVE_FIXED {
                // A drive that is locked or has no file system does not hide the others.
                volumes.extend(self.volume(Path::new(&root)).ok().map(|volume| (drive, volume)));
            }
        }
        Ok(volumes)
    }

    fn volume(&self, folder: &Path) -> ProbeResult<Volume> {
        let (path, mut total, mut free) = (wide(folder), 0, 0);
        // SAFETY: the path ends in a zero, the numbers outlive the call.
        succeeded(unsafe {
            GetDiskFreeSpaceExW(path.as_ptr(), ptr::null_mut(), &raw mut total, &raw mut free)
        })?;
        Ok(Volume { total, free })
    }

    fn output(&self, command: Command) -> ProbeResult<String> {
        /// `CREATE_NO_WINDOW`.
        const NO_WINDOW: u32 = 0x0800_0000;
        let folder = system_folder()?;
        // By its full path, so that no other program of that name is run.
        let mut process = process::Command::new(folder.join(command.program));
        process.args(command.arguments).current_dir(folder).creation_flags(NO_WINDOW);
        command::output(process, PATIENCE)
    }

    fn elevated(&self) -> ProbeResult<bool> {
        // SAFETY: the pseudo handle of this process needs no closing.
        let token = token(unsafe { GetCurrentProcess() })?;
        let (mut elevation, mut size) = (TOKEN_ELEVATION::default(), 0);
        let (buffer, length) = ((&raw mut elevation).cast(), size_of::<TOKEN_ELEVATION>() as u32);
        // SAFETY: the buffer has the length that is given with it.
        succeeded(unsafe { GetTokenInformation(token.0, TokenElevation, buffer, length, &raw mut size) })?;
        Ok(elevation.TokenIsElevated != 0)
    }

    fn access(&self, path: &Path) -> ProbeResult<AccessList> {
        access(path.as_os_str(), SE_FILE_OBJECT)
    }

    fn key_access(&self, key: &str) -> ProbeResult<AccessList> {
        access(format!(r"MACHINE\{key}").as_ref(), SE_REGISTRY_KEY)
    }

    fn attributes(&self, path: &Path) -> ProbeResult<u32> {
        // SAFETY: the path ends in a zero.
        match unsafe { GetFileAttributesW(wide(path).as_ptr()) } {
            INVALID_FILE_ATTRIBUTES => Err(last()),
            attributes => Ok(attributes),
        }
    }

    fn members(&self, group: &str) -> ProbeResult<Vec<String>> {
        let name = group_name(group)?;
        let (mut buffer, mut read, mut total): (*mut u8, u32, u32) = (ptr::null_mut(), 0, 0);
        // SAFETY: the name ends in a zero; level 0 gives identifiers, which nobody has to be asked for.
        let error = unsafe {
            NetLocalGroupGetMembers(
                ptr::null(),
                name.as_ptr(),
                0,
                &raw mut buffer,
                u32::MAX,
                &raw mut read,
                &raw mut total,
                ptr::null_mut(),
            )
        };
        if error != 0 {
            return Err(code(error));
        }
        if buffer.is_null() {
            return Ok(Vec::new());
        }
        let buffer = Owned(buffer.cast_const().cast::<c_void>(), NetApiBufferFree);
        // SAFETY: the call gave `read` entries, which stay until they are given back.
        unsafe {
            let entries = slice::from_raw_parts(buffer.0.cast::<LOCALGROUP_MEMBERS_INFO_0>(), read as usize);
            entries.iter().map(|entry| sid_text(entry.lgrmi0_sid)).collect()
        }
    }

    fn holders(&self, right: &str) -> ProbeResult<Vec<String>> {
        let attributes = LSA_OBJECT_ATTRIBUTES::default();
        let access = (POLICY_LOOKUP_NAMES | POLICY_VIEW_LOCAL_INFORMATION).cast_unsigned();
        let mut policy: LSA_HANDLE = 0;
        // SAFETY: a null pointer stands for this machine.
        let status = unsafe { LsaOpenPolicy(ptr::null(), &raw const attributes, access, &raw mut policy) };
        if status != 0 {
            // SAFETY: it only looks the status up in a table.
            return Err(code(unsafe { LsaNtStatusToWinError(status) }));
        }
        let policy = Owned(policy, LsaClose);
        let mut text = wide(right);
        let bytes = u16::try_from((text.len() - 1) * 2).unwrap_or(0);
        let name = LSA_UNICODE_STRING { Length: bytes, MaximumLength: bytes, Buffer: text.as_mut_ptr() };
        let (mut buffer, mut count) = (ptr::null_mut(), 0);
        // SAFETY: the name outlives the call; what comes back is taken by `Owned`.
        let status = unsafe {
            LsaEnumerateAccountsWithUserRight(policy.0, &raw const name, &raw mut buffer, &raw mut count)
        };
        if status != 0 || buffer.is_null() {
            // SAFETY: as above.
            return match unsafe { LsaNtStatusToWinError(status) } {
                0 | ERROR_NO_MORE_ITEMS => Ok(Vec::new()),
                error => Err(code(error)),
            };
        }
        let buffer = Owned(buffer.cast_const(), LsaFreeMemory);
        // SAFETY: the call gave `count` entries, which stay until they are given back.
        unsafe {
            let entries =
                slice::from_raw_parts(buffer.0.cast::<LSA_ENUMERATION_INFORMATION>(), count as usize);
            entries.iter().map(|entry| sid_text(entry.Sid)).collect()
        }
    }

    /// Providers and the time are ours, so they cannot break the query.
    fn events(&self, query: &EventQuery) -> ProbeResult<Vec<Event>> {
        let names: Vec<String> = query.providers.iter().map(|name| format!("@Name='{name}'")).collect();
        let providers =
            if names.is_empty() { String::new() } else { format!("Provider[{}] and ", names.join(" or ")) };
        let since = query.since.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let wanted = format!("*[System[{providers}TimeCreated[@SystemTime>='{since}']]]");
        // Every Windows has these logs, so a missing one is an error and not an absence.
        let records = records(query.log, &wanted, EvtQueryReverseDirection, query.most).map_err(
            |refusal| match refusal {
                ProbeError::Absent => ProbeError::Failed("it has no log of that name".into()),
                other => other,
            },
        )?;
        // Any program may write a record that is not XML; if providers were given, each record counts.
        records.iter().map(|xml| event(xml)).filter(|event| !names.is_empty() || event.is_ok()).collect()
    }

    fn oldest_event(&self, log: &str) -> ProbeResult<DateTime<Utc>> {
        let oldest = records(log, "*", EvtQueryForwardDirection, 1)?;
        oldest.first().map_or(Err(ProbeError::Absent), |xml| Ok(event(xml)?.at))
    }
}

fn open_process(id: u32) -> ProbeResult<Owned<HANDLE>> {
    // SAFETY: the handle that comes back is taken by `Owned`.
    let process = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, id) };
    if process.is_null() { Err(last()) } else { Ok(Owned(process, CloseHandle)) }
}

fn started(process: &Owned<HANDLE>) -> ProbeResult<DateTime<Utc>> {
    let mut times = [FILETIME::default(); 4];
    let [created, exited, kernel, user] = &mut times;
    // SAFETY: the four times outlive the call.
    succeeded(unsafe { GetProcessTimes(process.0, created, exited, kernel, user) })?;
    moment(*created)
}

/// The command line of a process; Windows shows it since 8.1.
fn command_line(process: &Owned<HANDLE>) -> Option<String> {
    /// `ProcessCommandLineInformation`.
    const COMMAND_LINE: i32 = 60;
    let buffer = sized(|buffer, size, needed| {
        // SAFETY: `sized` gives a buffer of that size, or none.
        let status = unsafe { NtQueryInformationProcess(process.0, COMMAND_LINE, buffer, size, needed) };
        if status < 0 { Err(last()) } else { Ok(()) }
    });
    let buffer = buffer.ok()?;
    let text: *const UNICODE_STRING = buffer.as_ptr().cast();
    // SAFETY: the call filled the structure, whose text lies behind it in the same buffer.
    let units = unsafe {
        if (*text).Buffer.is_null() {
            return None;
        }
        slice::from_raw_parts((*text).Buffer, usize::from((*text).Length) / 2)
    };
    Some(String::from_utf16_lossy(units))
}

/// The token of a process, which has its account and groups.
fn token(process: HANDLE) -> ProbeResult<Owned<HANDLE>> {
    let mut token = ptr::null_mut();
    // SAFETY: the token is taken by `Owned`.
    succeeded(unsafe { OpenProcessToken(process, TOKEN_QUERY, &raw mut token) })?;
    Ok(Owned(token, CloseHandle))
}

/// Account and groups of a process.
fn identity(process: &Owned<HANDLE>) -> ProbeResult<Identity> {
    let token = token(process.0)?;
    let part = |part: TOKEN_INFORMATION_CLASS| {
        sized(|buffer, size, needed| {
            // SAFETY: `sized` gives a buffer of that size, or none.
            succeeded(unsafe { GetTokenInformation(token.0, part, buffer, size, needed) })
        })
    };
    let user = part(TokenUser)?;
    // SAFETY: the call filled the structure, whose identifier lies behind it in the same buffer.
    let account = unsafe { sid_text((*user.as_ptr().cast::<TOKEN_USER>()).User.Sid)? };
    let groups = part(TokenGroups)?;
    let groups: *const TOKEN_GROUPS = groups.as_ptr().cast();
    // SAFETY: as above; there are `GroupCount` entries.
    let groups = unsafe {
        let first = (&raw const (*groups).Groups).cast::<SID_AND_ATTRIBUTES>();
        slice::from_raw_parts(first, (*groups).GroupCount as usize)
            .iter()
            // A group that only denies gives no right.
            .filter(|group| group.Attributes & SE_GROUP_ENABLED.cast_unsigned() != 0)
            .map(|group| sid_text(group.Sid))
            .collect::<ProbeResult<_>>()?
    };
    Ok(Identity { account, groups })
}

/// Tenths of microseconds since 1601 as an instant.
fn moment(time: FILETIME) -> ProbeResult<DateTime<Utc>> {
    /// Between 1601 and 1970, in tenths of microseconds.
    const UNIX: u64 = 116_444_736_000_000_000;
    let ticks = u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
    let micros = ticks.checked_sub(UNIX).and_then(|ticks| i64::try_from(ticks / 10).ok());
    micros
        .and_then(DateTime::from_timestamp_micros)
        .ok_or_else(|| ProbeError::Failed("it is not a valid time".into()))
}

/// A security identifier as text.
///
/// # Safety
/// `sid` points to a whole identifier.
unsafe fn sid_text(sid: PSID) -> ProbeResult<String> {
    let mut text = ptr::null_mut();
    // SAFETY: the caller vouches for the identifier.
    succeeded(unsafe { ConvertSidToStringSidW(sid, &raw mut text) })?;
    let _free = Owned(text.cast(), LocalFree);
    // SAFETY: the text ends in a zero.
    Ok(unsafe { text_at(text) })
}

/// A text of Windows; none is an empty one.
///
/// # Safety
/// `text` is null or points to a text that ends in a zero.
unsafe fn text_at(text: *const u16) -> String {
    if text.is_null() {
        return String::new();
    }
    let mut length = 0;
    // SAFETY: the caller vouches for the text.
    unsafe {
        while *text.add(length) != 0 {
            length += 1;
        }
        String::from_utf16_lossy(slice::from_raw_parts(text, length))
    }
}

/// The access list of a file, a folder or a key of the registry.
fn access(name: &OsStr, kind: SE_OBJECT_TYPE) -> ProbeResult<AccessList> {
    let path = wide(name);
    let (mut owner, mut list, mut whole) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: the path ends in a zero; what comes back points into `whole`.
    let error = unsafe {
        GetNamedSecurityInfoW(
            path.as_ptr(),
            kind,
            OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
            &raw mut owner,
            ptr::null_mut(),
            &raw mut list,
            ptr::null_mut(),
            &raw mut whole,
        )
    };
    if error != 0 {
        return Err(code(error));
    }
    let _free = Owned(whole, LocalFree);
    // SAFETY: a pointer that is not null is that of an identifier in `whole`.
    let owner = if owner.is_null() { None } else { Some(unsafe { sid_text(owner)? }) };
    if list.is_null() {
        return Err(ProbeError::Failed("it has no access list".into()));
    }
    // SAFETY: the list lies in `whole`.
    Ok(AccessList { owner, entries: unsafe { entries(list)? } })
}

/// Entries of an access list that allow or deny; those for what is created below are left out.
///
/// # Safety
/// `list` points to a whole access list.
unsafe fn entries(list: *const ACL) -> ProbeResult<Vec<AccessEntry>> {
    /// `ACCESS_ALLOWED_ACE_TYPE` and `ACCESS_DENIED_ACE_TYPE`.
    const KINDS: [u8; 2] = [0, 1];
    let mut entries = Vec::new();
    // SAFETY: the caller vouches for the list.
    for index in 0..u32::from(unsafe { (*list).AceCount }) {
        let mut entry: *mut c_void = ptr::null_mut();
        // SAFETY: the index is below the number of entries.
        succeeded(unsafe { GetAce(list, index, &raw mut entry) })?;
        // SAFETY: every entry begins with a header.
        let header = unsafe { *entry.cast::<ACE_HEADER>() };
        if !KINDS.contains(&header.AceType) || u32::from(header.AceFlags) & INHERIT_ONLY_ACE != 0 {
            continue;
        }
        // SAFETY: entries of these two kinds are laid out alike, the identifier at their end.
        let (mask, account) = unsafe {
            let entry = entry.cast::<ACCESS_ALLOWED_ACE>();
            ((*entry).Mask, sid_text((&raw mut (*entry).SidStart).cast())?)
        };
        entries.push(AccessEntry { account, allows: header.AceType == 0, mask });
    }
    Ok(entries)
}

/// The name of a group in the language of Windows.
fn group_name(sid: &str) -> ProbeResult<Vec<u16>> {
    let mut group = ptr::null_mut();
    // SAFETY: the text ends in a zero.
    succeeded(unsafe { ConvertStringSidToSidW(wide(sid).as_ptr(), &raw mut group) })?;
    let group = Owned(group, LocalFree);
    let (mut name, mut domain) = ([0_u16; 257], [0_u16; 257]);
    let (mut size, mut domain_size, mut kind): (u32, u32, SID_NAME_USE) = (257, 257, 0);
    // SAFETY: the buffers have the lengths that are given with them.
    succeeded(unsafe {
        LookupAccountSidW(
            ptr::null(),
            group.0,
            name.as_mut_ptr(),
            &raw mut size,
            domain.as_mut_ptr(),
            &raw mut domain_size,
            &raw mut kind,
        )
    })?;
    Ok(name.into_iter().take_while(|unit| *unit != 0).chain([0]).collect())
}

/// Records of a log as XML.
fn records(log: &str, wanted: &str, direction: u32, most: usize) -> ProbeResult<Vec<String>> {
    /// How long all records may take. One that is rare may take nearly all of it.
    const PATIENCE: Duration = Duration::from_secs(60);
    let started = Instant::now();
    let (log, wanted) = (wide(log), wide(wanted));
    // SAFETY: both texts end in a zero.
    let results = unsafe { EvtQuery(0, log.as_ptr(), wanted.as_ptr(), EvtQueryChannelPath | direction) };
    if results == 0 {
        return Err(last());
    }
    let results = Owned(results, EvtClose);
    let mut records = Vec::new();
    while records.len() < most {
        let left = PATIENCE.saturating_sub(started.elapsed()).as_millis() as u32;
        if left == 0 {
            return Err(ProbeError::Failed("the event log takes too long to answer".into()));
        }
        let (mut event, mut returned) = (0, 0);
        // SAFETY: there is room for the one handle that is asked for.
        if unsafe { EvtNext(results.0, 1, &raw mut event, left, 0, &raw mut returned) } == 0 {
            let end = last();
            if end == code(ERROR_NO_MORE_ITEMS) {
                break;
            }
            return Err(end);
        }
        records.push(xml(&Owned(event, EvtClose))?);
    }
    Ok(records)
}

fn xml(event: &Owned<EVT_HANDLE>) -> ProbeResult<String> {
    let mut count = 0;
    let count = &raw mut count;
    let buffer = sized(|buffer, size, needed| {
        // SAFETY: `sized` gives a buffer of that size, or none.
        succeeded(unsafe { EvtRender(0, event.0, EvtRenderEventXml, size, buffer, needed, count) })
    })?;
    // SAFETY: the same memory, as units of two bytes.
    let units = unsafe { slice::from_raw_parts(buffer.as_ptr().cast::<u16>(), buffer.len() * 4) };
    Ok(String::from_utf16_lossy(units.split(|unit| *unit == 0).next().unwrap_or_default()))
}

/// Lowers the priority of the calling thread for processor, disk and memory. Not of the process: background mode for a
/// process is reported to limit it to a small working set.
pub(in crate::collect) fn work_in_background() -> bool {
    // SAFETY: the pseudo handle of this thread needs no closing.
    unsafe { SetThreadPriority(GetCurrentThread(), THREAD_MODE_BACKGROUND_BEGIN) != 0 }
}

/// Whether no other program, such as a shell, uses this console.
pub(in crate::collect) fn is_alone_at_console() -> bool {
    let mut processes = [0; 2];
    // SAFETY: there is room for the two that are asked for.
    unsafe { GetConsoleProcessList(processes.as_mut_ptr(), 2) == 1 }
}

/// Starts a program with administrative rights, after the Windows prompt (UAC). Whether it was started.
pub(in crate::collect) fn start_elevated(program: &Path) -> bool {
    let (verb, program) = (wide("runas"), wide(program));
    // SAFETY: the texts end in a zero and outlive the call.
    let answer = unsafe {
        ShellExecuteW(
            ptr::null_mut(),
            verb.as_ptr(),
            program.as_ptr(),
            ptr::null(),
            ptr::null(),
            SW_SHOWNORMAL,
        )
    };
    // Up to 32 it is an error, by its documentation.
    answer.addr() > 32
}
