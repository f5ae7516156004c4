//! System calls behind safe signatures. Nothing here judges, and nothing opens for more than reading.
#![expect(unsafe_code, reason = "calls of Windows; this is the one file that makes them")]

use super::refusal;
use crate::probes::pool_of;
use crate::probes::system::{
    Access, AccessEntry, Answer, EventQuery, Identity, Process, Refusal, Service, ServiceStart, ServiceState,
    Volume,
};
use chrono::{DateTime, FixedOffset, Offset as _, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString, c_void};
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{ptr, slice};
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
    ConvertSidToStringSidW, ConvertStringSidToSidW, GetNamedSecurityInfoW, SE_FILE_OBJECT, SE_REGISTRY_KEY,
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
    QueryServiceStatusEx, SC_HANDLE, SC_MANAGER_CONNECT, SC_STATUS_PROCESS_INFO, SERVICE_AUTO_START,
    SERVICE_BOOT_START, SERVICE_DISABLED, SERVICE_QUERY_CONFIG, SERVICE_QUERY_STATUS, SERVICE_RUNNING,
    SERVICE_STATUS_PROCESS, SERVICE_STOPPED, SERVICE_SYSTEM_START,
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

/// Most bytes of one answer of variable length.
const MAX_ANSWER: u32 = 1 << 20;

/// A text as Windows takes it, closed by a zero.
fn wide(text: impl AsRef<OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().chain([0]).collect()
}

fn last() -> Refusal {
    refusal(io::Error::last_os_error())
}

fn code(code: u32) -> Refusal {
    refusal(io::Error::from_raw_os_error(code.cast_signed()))
}

/// A handle that is closed when it is dropped.
struct Handle(HANDLE);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is open and nobody else's.
        unsafe { CloseHandle(self.0) };
    }
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

pub(super) fn memory() -> Answer<u64> {
    let mut status = MEMORYSTATUSEX { dwLength: size_of::<MEMORYSTATUSEX>() as u32, ..Default::default() };
    // SAFETY: the structure is of the size it says.
    match unsafe { GlobalMemoryStatusEx(&raw mut status) } {
        0 => Err(last()),
        _ => Ok(status.ullTotalPhys),
    }
}

pub(super) fn volume(folder: &Path) -> Answer<Volume> {
    let (path, mut total, mut free) = (wide(folder), 0, 0);
    // SAFETY: the path ends in a zero, the numbers outlive the call.
    match unsafe { GetDiskFreeSpaceExW(path.as_ptr(), ptr::null_mut(), &raw mut total, &raw mut free) } {
        0 => Err(last()),
        _ => Ok(Volume { total, free }),
    }
}

/// Whether the drive of this letter is a folder of another machine.
pub(in crate::collect) fn is_network_drive(letter: &str) -> bool {
    let root = wide(format!(r"{letter}:\"));
    // SAFETY: the text is closed by a zero and lives through the call.
    unsafe { GetDriveTypeW(root.as_ptr()) == DRIVE_REMOTE }
}

/// The folder that Windows has its own programs in.
pub(super) fn system_folder() -> Answer<PathBuf> {
    let mut path = [0_u16; 260];
    // SAFETY: the buffer has the length that is given with it.
    let length = unsafe { GetSystemDirectoryW(path.as_mut_ptr(), path.len() as u32) };
    match path.get(..length as usize) {
        Some(path) if !path.is_empty() => Ok(OsString::from_wide(path).into()),
        _ => Err(last()),
    }
}

pub(super) fn elevated() -> Answer<bool> {
    let mut token = ptr::null_mut();
    // SAFETY: the pseudo handle of this process needs no closing; the token is taken by `Handle`.
    if unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) } == 0 {
        return Err(last());
    }
    let token = Handle(token);
    let (mut elevation, mut size) = (TOKEN_ELEVATION::default(), 0);
    let length = size_of::<TOKEN_ELEVATION>() as u32;
    // SAFETY: the buffer has the length that is given with it.
    let told = unsafe {
        GetTokenInformation(token.0, TokenElevation, (&raw mut elevation).cast(), length, &raw mut size)
    };
    if told == 0 { Err(last()) } else { Ok(elevation.TokenIsElevated != 0) }
}

/// A handle of the service manager.
struct ServiceHandle(SC_HANDLE);

impl Drop for ServiceHandle {
    fn drop(&mut self) {
        // SAFETY: the handle is open and nobody else's.
        unsafe { CloseServiceHandle(self.0) };
    }
}

pub(super) fn service(name: &str) -> Answer<Service> {
    let name = wide(name);
    // SAFETY: null pointers stand for this machine and its active database.
    let manager = unsafe { OpenSCManagerW(ptr::null(), ptr::null(), SC_MANAGER_CONNECT) };
    if manager.is_null() {
        return Err(last());
    }
    let manager = ServiceHandle(manager);
    // SAFETY: the name ends in a zero.
    let service =
        unsafe { OpenServiceW(manager.0, name.as_ptr(), SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG) };
    if service.is_null() {
        let error = io::Error::last_os_error();
        let absent = error.raw_os_error() == Some(ERROR_SERVICE_DOES_NOT_EXIST.cast_signed());
        return Err(if absent { Refusal::Absent } else { refusal(error) });
    }
    let service = ServiceHandle(service);
    let (mut status, mut size) = (SERVICE_STATUS_PROCESS::default(), 0);
    let length = size_of::<SERVICE_STATUS_PROCESS>() as u32;
    // SAFETY: the buffer has the length that is given with it.
    let told = unsafe {
        QueryServiceStatusEx(
            service.0,
            SC_STATUS_PROCESS_INFO,
            (&raw mut status).cast(),
            length,
            &raw mut size,
        )
    };
    if told == 0 {
        return Err(last());
    }
    let state = match status.dwCurrentState {
        SERVICE_RUNNING => ServiceState::Running,
        SERVICE_STOPPED => ServiceState::Stopped,
        _ => ServiceState::Pending,
    };
    let process = (status.dwProcessId != 0).then_some(status.dwProcessId);
    Ok(Service { state, start: start_of(&service)?, process })
}

fn start_of(service: &ServiceHandle) -> Answer<ServiceStart> {
    let mut needed = 0;
    // SAFETY: no buffer is given, so that only the size is told.
    unsafe { QueryServiceConfigW(service.0, ptr::null_mut(), 0, &raw mut needed) };
    if needed == 0 || needed > MAX_ANSWER {
        return Err(last());
    }
    // Eight-byte units are aligned as the structure wants it.
    let mut buffer = vec![0_u64; (needed as usize).div_ceil(8)];
    let config: *mut QUERY_SERVICE_CONFIGW = buffer.as_mut_ptr().cast();
    // SAFETY: the buffer is at least as long as was asked for.
    if unsafe { QueryServiceConfigW(service.0, config, needed, &raw mut needed) } == 0 {
        return Err(last());
    }
    // SAFETY: the call filled the structure; its texts are not looked at.
    Ok(match unsafe { (*config).dwStartType } {
        SERVICE_AUTO_START | SERVICE_BOOT_START | SERVICE_SYSTEM_START => ServiceStart::Automatic,
        SERVICE_DISABLED => ServiceStart::Disabled,
        _ => ServiceStart::Manual,
    })
}

pub(super) fn processes(file: &str) -> Answer<Vec<Process>> {
    // SAFETY: the snapshot is of all processes, so the id is not looked at.
    let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    if snapshot == INVALID_HANDLE_VALUE {
        return Err(last());
    }
    let snapshot = Handle(snapshot);
    let mut entry = PROCESSENTRY32W { dwSize: size_of::<PROCESSENTRY32W>() as u32, ..Default::default() };
    let mut processes = Vec::new();
    // SAFETY: the entry says its own size.
    let mut more = unsafe { Process32FirstW(snapshot.0, &raw mut entry) };
    while more != 0 {
        let name = entry.szExeFile.split(|unit| *unit == 0).next().unwrap_or_default();
        if String::from_utf16_lossy(name).eq_ignore_ascii_case(file) {
            let id = entry.th32ProcessID;
            match process(id) {
                Ok(process) => processes.push(Process {
                    id,
                    started: started_at(&process)?,
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

fn process(id: u32) -> Answer<Handle> {
    // SAFETY: the handle that comes back is taken by `Handle`.
    let process = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, id) };
    if process.is_null() { Err(last()) } else { Ok(Handle(process)) }
}

pub(super) fn started(id: u32) -> Answer<DateTime<Utc>> {
    started_at(&process(id)?)
}

fn started_at(process: &Handle) -> Answer<DateTime<Utc>> {
    let mut times = [FILETIME::default(); 4];
    let [created, exited, kernel, user] = &mut times;
    // SAFETY: the four times outlive the call.
    if unsafe { GetProcessTimes(process.0, created, exited, kernel, user) } == 0 {
        return Err(last());
    }
    moment(*created)
}

/// The command line of a process; Windows tells it since 8.1.
fn command_line(process: &Handle) -> Option<String> {
    /// `ProcessCommandLineInformation`.
    const COMMAND_LINE: i32 = 60;
    let mut needed = 0;
    // SAFETY: no buffer is given, so that only the size is told.
    unsafe { NtQueryInformationProcess(process.0, COMMAND_LINE, ptr::null_mut(), 0, &raw mut needed) };
    if needed == 0 || needed > MAX_ANSWER {
        return None;
    }
    let mut buffer = vec![0_u64; (needed as usize).div_ceil(8)];
    let text: *mut UNICODE_STRING = buffer.as_mut_ptr().cast();
    // SAFETY: the buffer is at least as long as was asked for.
    let status =
        unsafe { NtQueryInformationProcess(process.0, COMMAND_LINE, text.cast(), needed, &raw mut needed) };
    if status < 0 {
        return None;
    }
    // SAFETY: the call filled the structure, whose text lies behind it in the same buffer.
    let units = unsafe {
        if (*text).Buffer.is_null() {
            return None;
        }
        slice::from_raw_parts((*text).Buffer, usize::from((*text).Length) / 2)
    };
    Some(String::from_utf16_lossy(units))
}

/// Whom a process runs as.
fn identity(process: &Handle) -> Answer<Identity> {
    let mut token = ptr::null_mut();
    // SAFETY: the token is taken by `Handle`.
    if unsafe { OpenProcessToken(process.0, TOKEN_QUERY, &raw mut token) } == 0 {
        return Err(last());
    }
    let token = Handle(token);
    let user = token_part(&token, TokenUser)?;
    // SAFETY: the call filled the structure, whose identifier lies behind it in the same buffer.
    let account = unsafe { sid_text((*user.as_ptr().cast::<TOKEN_USER>()).User.Sid)? };
    let groups = token_part(&token, TokenGroups)?;
    let groups: *const TOKEN_GROUPS = groups.as_ptr().cast();
    // SAFETY: as above; there are `GroupCount` entries.
    let groups = unsafe {
        let first = (&raw const (*groups).Groups).cast::<SID_AND_ATTRIBUTES>();
        slice::from_raw_parts(first, (*groups).GroupCount as usize)
            .iter()
            // A group that only denies gives no right.
            .filter(|group| group.Attributes & SE_GROUP_ENABLED.cast_unsigned() != 0)
            .map(|group| sid_text(group.Sid))
            .collect::<Answer<_>>()?
    };
    Ok(Identity { account, groups })
}

/// A part of a token, in units that are aligned as its structure wants it.
fn token_part(token: &Handle, part: TOKEN_INFORMATION_CLASS) -> Answer<Vec<u64>> {
    let mut needed = 0;
    // SAFETY: no buffer is given, so that only the size is told.
    unsafe { GetTokenInformation(token.0, part, ptr::null_mut(), 0, &raw mut needed) };
    if needed == 0 || needed > MAX_ANSWER {
        return Err(last());
    }
    let mut buffer = vec![0_u64; (needed as usize).div_ceil(8)];
    // SAFETY: the buffer is at least as long as was asked for.
    let told =
        unsafe { GetTokenInformation(token.0, part, buffer.as_mut_ptr().cast(), needed, &raw mut needed) };
    if told == 0 { Err(last()) } else { Ok(buffer) }
}

pub(super) fn booted() -> Answer<DateTime<Utc>> {
    let mut now = FILETIME::default();
    // SAFETY: the time outlives the call.
    unsafe { GetSystemTimeAsFileTime(&raw mut now) };
    // SAFETY: it takes nothing and gives a number.
    let running = i64::try_from(unsafe { GetTickCount64() }).unwrap_or(i64::MAX);
    let since = TimeDelta::try_milliseconds(running)
        .and_then(|running| moment(now).ok()?.checked_sub_signed(running));
    since.ok_or_else(|| Refusal::Failed("it is no time".into()))
}

pub(super) fn domain() -> Answer<Option<String>> {
    let (mut name, mut status) = (ptr::null_mut(), 0);
    // SAFETY: a null pointer stands for this machine; what comes back is freed below.
    let error = unsafe { NetGetJoinInformation(ptr::null(), &raw mut name, &raw mut status) };
    if error != 0 {
        return Err(code(error));
    }
    // SAFETY: the name is null or ends in a zero, and nobody else frees it.
    let name = unsafe {
        let text = text_at(name);
        NetApiBufferFree(name.cast());
        text
    };
    if status == NetSetupDomainName {
        Ok(Some(name))
    } else if [NetSetupUnjoined, NetSetupWorkgroupName].contains(&status) {
        Ok(None)
    } else {
        Err(Refusal::Failed("Windows does not know it".into()))
    }
}

pub(super) fn volumes() -> Answer<BTreeMap<String, Volume>> {
    // SAFETY: it takes nothing and gives a number.
    let drives = unsafe { GetLogicalDrives() };
    if drives == 0 {
        return Err(last());
    }
    let mut volumes = BTreeMap::new();
    for letter in (b'A'..=b'Z').zip(0..).filter(|(_, bit)| drives >> bit & 1 == 1).map(|(letter, _)| letter) {
        let drive = format!("{}:", char::from(letter));
        let root = format!(r"{drive}\");
        // SAFETY: the path ends in a zero.
        if unsafe { GetDriveTypeW(wide(&root).as_ptr()) } == DRIVE_FIXED {
            // One that is locked or has no file system tells nothing of the others.
            volumes.extend(volume(Path::new(&root)).ok().map(|volume| (drive, volume)));
        }
    }
    Ok(volumes)
}

pub(super) fn attributes(path: &Path) -> Answer<u32> {
    // SAFETY: the path ends in a zero.
    match unsafe { GetFileAttributesW(wide(path).as_ptr()) } {
        INVALID_FILE_ATTRIBUTES => Err(last()),
        attributes => Ok(attributes),
    }
}

/// Tenths of microseconds since 1601 as an instant.
fn moment(time: FILETIME) -> Answer<DateTime<Utc>> {
    /// Between 1601 and 1970, in tenths of microseconds.
    const UNIX: u64 = 116_444_736_000_000_000;
    let ticks = u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
    let micros = ticks.checked_sub(UNIX).and_then(|ticks| i64::try_from(ticks / 10).ok());
    micros.and_then(DateTime::from_timestamp_micros).ok_or_else(|| Refusal::Failed("it is no time".into()))
}

/// Memory of Windows that `LocalFree` takes back.
struct Local(*mut c_void);

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: Windows allocated it with `LocalAlloc`, and nobody else frees it.
        unsafe { LocalFree(self.0) };
    }
}

/// A security identifier as text.
///
/// # Safety
/// `sid` points to a whole identifier.
unsafe fn sid_text(sid: PSID) -> Answer<String> {
    let mut text = ptr::null_mut();
    // SAFETY: the caller vouches for the identifier.
    if unsafe { ConvertSidToStringSidW(sid, &raw mut text) } == 0 {
        return Err(last());
    }
    let _free = Local(text.cast());
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

/// What the name of an object is of.
#[derive(Clone, Copy)]
pub(super) enum Named {
    /// A file or folder.
    File,
    /// A key of the registry, such as `MACHINE\SYSTEM`.
    Key,
}

pub(super) fn access(name: &OsStr, kind: Named) -> Answer<Access> {
    let path = wide(name);
    let kind = match kind {
        Named::File => SE_FILE_OBJECT,
        Named::Key => SE_REGISTRY_KEY,
    };
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
    let _free = Local(whole);
    // SAFETY: a pointer that is not null is that of an identifier in `whole`.
    let owner = if owner.is_null() { None } else { Some(unsafe { sid_text(owner)? }) };
    if list.is_null() {
        return Err(Refusal::Failed("it has no access list".into()));
    }
    // SAFETY: the list lies in `whole`.
    Ok(Access { owner, entries: unsafe { entries(list)? } })
}

/// Entries of an access list that allow or deny; those for what is created below are left out.
///
/// # Safety
/// `list` points to a whole access list.
unsafe fn entries(list: *const ACL) -> Answer<Vec<AccessEntry>> {
    /// `ACCESS_ALLOWED_ACE_TYPE` and `ACCESS_DENIED_ACE_TYPE`.
    const KINDS: [u8; 2] = [0, 1];
    let mut entries = Vec::new();
    // SAFETY: the caller vouches for the list.
    for index in 0..u32::from(unsafe { (*list).AceCount }) {
        let mut entry: *mut c_void = ptr::null_mut();
        // SAFETY: the index is below the number of entries.
        if unsafe { GetAce(list, index, &raw mut entry) } == 0 {
            return Err(last());
        }
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

/// The name that Windows has for a group in its own language.
fn group_name(sid: &str) -> Answer<Vec<u16>> {
    let mut group = ptr::null_mut();
    // SAFETY: the text ends in a zero.
    if unsafe { ConvertStringSidToSidW(wide(sid).as_ptr(), &raw mut group) } == 0 {
        return Err(last());
    }
    let group = Local(group);
    let (mut name, mut domain) = ([0_u16; 257], [0_u16; 257]);
    let (mut size, mut domain_size, mut kind): (u32, u32, SID_NAME_USE) = (257, 257, 0);
    // SAFETY: the buffers have the lengths that are given with them.
    let told = unsafe {
        LookupAccountSidW(
            ptr::null(),
            group.0,
            name.as_mut_ptr(),
            &raw mut size,
            domain.as_mut_ptr(),
            &raw mut domain_size,
            &raw mut kind,
        )
    };
    if told == 0 {
        Err(last())
    } else {
        Ok(name.into_iter().take_while(|unit| *unit != 0).chain([0]).collect())
    }
}

pub(super) fn members(group: &str) -> Answer<Vec<String>> {
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
    // SAFETY: the call gave `read` entries, which stay until they are freed below.
    let members = unsafe {
        #[expect(clippy::cast_ptr_alignment, reason = "Windows allocates it aligned for its entries")]
        let entries = slice::from_raw_parts(buffer.cast::<LOCALGROUP_MEMBERS_INFO_0>(), read as usize);
        let members = entries.iter().map(|entry| sid_text(entry.lgrmi0_sid)).collect();
        NetApiBufferFree(buffer.cast());
        members
    };
    members
}

pub(super) fn holders(right: &str) -> Answer<Vec<String>> {
    let attributes = LSA_OBJECT_ATTRIBUTES::default();
    let access = (POLICY_LOOKUP_NAMES | POLICY_VIEW_LOCAL_INFORMATION).cast_unsigned();
    let mut policy: LSA_HANDLE = 0;
    // SAFETY: a null pointer stands for this machine.
    let status = unsafe { LsaOpenPolicy(ptr::null(), &raw const attributes, access, &raw mut policy) };
    if status != 0 {
        // SAFETY: it only looks the status up in a table.
        return Err(code(unsafe { LsaNtStatusToWinError(status) }));
    }
    let mut text = wide(right);
    let bytes = u16::try_from((text.len() - 1) * 2).unwrap_or(0);
    let name = LSA_UNICODE_STRING { Length: bytes, MaximumLength: bytes, Buffer: text.as_mut_ptr() };
    let (mut buffer, mut count) = (ptr::null_mut(), 0);
    // SAFETY: the name outlives the call; what comes back is freed below.
    let status = unsafe {
        LsaEnumerateAccountsWithUserRight(policy, &raw const name, &raw mut buffer, &raw mut count)
    };
    let holders = if status == 0 && !buffer.is_null() {
        // SAFETY: the call gave `count` entries.
        unsafe {
            let entries = slice::from_raw_parts(buffer.cast::<LSA_ENUMERATION_INFORMATION>(), count as usize);
            let holders = entries.iter().map(|entry| sid_text(entry.Sid)).collect();
            LsaFreeMemory(buffer);
            holders
        }
    } else {
        // SAFETY: as above.
        match unsafe { LsaNtStatusToWinError(status) } {
            0 | ERROR_NO_MORE_ITEMS => Ok(Vec::new()),
            error => Err(code(error)),
        }
    };
    // SAFETY: the handle is open and closed once.
    unsafe { LsaClose(policy) };
    holders
}

/// A handle of the event log.
struct EventHandle(EVT_HANDLE);

impl Drop for EventHandle {
    fn drop(&mut self) {
        // SAFETY: the handle is open and nobody else's.
        unsafe { EvtClose(self.0) };
    }
}

/// Records as XML, the newest first. Providers and the time are ours, so they cannot break the query.
pub(super) fn events(query: &EventQuery) -> Answer<Vec<String>> {
    let names: Vec<String> = query.providers.iter().map(|name| format!("@Name='{name}'")).collect();
    let providers =
        if names.is_empty() { String::new() } else { format!("Provider[{}] and ", names.join(" or ")) };
    let since = query.since.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let wanted = format!("*[System[{providers}TimeCreated[@SystemTime>='{since}']]]");
    records(query.log, &wanted, EvtQueryReverseDirection, query.most)
}

/// The oldest record as XML.
pub(super) fn oldest_event(log: &str) -> Answer<Option<String>> {
    Ok(records(log, "*", EvtQueryForwardDirection, 1)?.into_iter().next())
}

fn records(log: &str, wanted: &str, direction: u32, most: usize) -> Answer<Vec<String>> {
    /// How long all records may take. One that is rare may take nearly all of it.
    const PATIENCE: Duration = Duration::from_secs(60);
    let started = Instant::now();
    let (log, wanted) = (wide(log), wide(wanted));
    // SAFETY: both texts end in a zero.
    let results = unsafe { EvtQuery(0, log.as_ptr(), wanted.as_ptr(), EvtQueryChannelPath | direction) };
    if results == 0 {
        return Err(last());
    }
    let results = EventHandle(results);
    let mut records = Vec::new();
    while records.len() < most {
        let left = PATIENCE.saturating_sub(started.elapsed()).as_millis() as u32;
        if left == 0 {
            return Err(Refusal::Failed("the event log takes too long to answer".into()));
        }
        let (mut event, mut returned) = (0, 0);
        // SAFETY: there is room for the one handle that is asked for.
        if unsafe { EvtNext(results.0, 1, &raw mut event, left, 0, &raw mut returned) } == 0 {
            let error = io::Error::last_os_error();
            if error.raw_os_error() == Some(ERROR_NO_MORE_ITEMS.cast_signed()) {
                break;
            }
            return Err(refusal(error));
        }
        records.push(xml(&EventHandle(event))?);
    }
    Ok(records)
}

fn xml(event: &EventHandle) -> Answer<String> {
    let (mut needed, mut count) = (0, 0);
    // SAFETY: no buffer is given, so that only the size is told.
    unsafe {
        EvtRender(0, event.0, EvtRenderEventXml, 0, ptr::null_mut(), &raw mut needed, &raw mut count);
    }
    if needed == 0 || needed > MAX_ANSWER {
        return Err(last());
    }
    let mut buffer = vec![0_u16; (needed as usize).div_ceil(2)];
    // SAFETY: the buffer is at least as long as was asked for.
    let told = unsafe {
        EvtRender(
            0,
            event.0,
            EvtRenderEventXml,
            needed,
            buffer.as_mut_ptr().cast(),
            &raw mut needed,
            &raw mut count,
        )
    };
    if told == 0 {
        return Err(last());
    }
    let text = buffer.split(|unit| *unit == 0).next().unwrap_or_default();
    Ok(String::from_utf16_lossy(text))
}

/// Lowers the priority of the calling thread for processor, disk and memory. Not of the process, which others report to be
/// held to a small working set then.
pub(in crate::collect) fn work_in_background() -> bool {
    // SAFETY: the pseudo handle of this thread needs no closing.
    unsafe { SetThreadPriority(GetCurrentThread(), THREAD_MODE_BACKGROUND_BEGIN) != 0 }
}

/// Whether no other program has this console, such as a shell that started this one.
pub(in crate::collect) fn is_alone_at_console() -> bool {
    let mut processes = [0; 2];
    // SAFETY: there is room for the two that are asked for.
    unsafe { GetConsoleProcessList(processes.as_mut_ptr(), 2) == 1 }
}

/// Starts a program with administrative rights, which Windows asks the user for. Whether it was started.
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
