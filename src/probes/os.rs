//! Windows itself: product, language, hardware, pending restarts; .NET, PowerShell and IIS.

use super::access::{CURRENT_VERSION, ProbeAccess};
use super::system::{ProbeError, ProbeResult, Value};
use super::{Probe, ProbeContext, fact, joined, or_absent, registry, shown, text_of};
use crate::model::Observed;

const PRODUCT_OPTIONS: &str = r"SYSTEM\CurrentControlSet\Control\ProductOptions";
const LANGUAGE: &str = r"SYSTEM\CurrentControlSet\Control\Nls\Language";
const PROCESSORS: &str = r"HARDWARE\DESCRIPTION\System\CentralProcessor";
const NET: &str = r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full";
const POWERSHELL: &str = r"SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine";
const OLD_POWERSHELL: &str = r"SOFTWARE\Microsoft\PowerShell\1\PowerShellEngine";
const FIPS: &str = r"SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy";
const IIS: &str = r"SOFTWARE\Microsoft\InetStp";
/// Keys that exist while a restart is pending.
const SERVICING: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending";
const UPDATE: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired";
const VOLUME: &str = "size and free space of the volume of the application folder";
const VOLUMES: &str = "drives of the machine's own disks, with size and free space";
const BOOT: &str = "when Windows was started";
const DOMAIN: &str = "name of the domain that the machine is a member of";
const CODE_PAGE: &str = r"SYSTEM\CurrentControlSet\Control\Nls\CodePage";
const MEMORY: &str = "size of the memory";
const MB: u64 = 1 << 20;

pub(super) const PROBES: &[Probe] = &[
    Probe::value("iis.version", &[ProbeAccess::Values(IIS, &["MajorVersion", "MinorVersion"])], |cx| {
        Ok(format!("{}.{}", cx.number(IIS, "MajorVersion")?, cx.number(IIS, "MinorVersion")?))
    }),
    Probe::value(
        "net.language",
        &[ProbeAccess::Keys(NET), ProbeAccess::Values(LANGUAGE, &["InstallLanguage"])],
        net_language,
    ),
    Probe::value("net.language-packs", &[ProbeAccess::Keys(NET)], language_packs),
    Probe::value("net.release", &[ProbeAccess::Values(NET, &["Release"])], |cx| {
        shown(cx.number(NET, "Release"))
    }),
    Probe::value("os.app-drive-free-mb", &[ProbeAccess::Call(VOLUME)], |cx| {
        in_mb(cx.system.volume(cx.app_dir).map(|volume| volume.free))
    }),
    Probe::value("os.app-drive-total-mb", &[ProbeAccess::Call(VOLUME)], |cx| {
        in_mb(cx.system.volume(cx.app_dir).map(|volume| volume.total))
    }),
    Probe::value("os.build", &[ProbeAccess::Values(CURRENT_VERSION, &["CurrentBuildNumber", "UBR"])], build),
    Probe::value("os.code-pages", &[ProbeAccess::Values(CODE_PAGE, &["ACP", "OEMCP"])], |cx| {
        Ok(format!("{} {}", cx.text(CODE_PAGE, "ACP")?, cx.text(CODE_PAGE, "OEMCP")?))
    }),
    Probe::value("os.cores", &[ProbeAccess::Keys(PROCESSORS)], |cx| {
        Ok(cx.system.keys(PROCESSORS)?.len().to_string())
    }),
    Probe::value("os.domain", &[ProbeAccess::Call(DOMAIN)], domain),
    Probe::value("os.domain-controller", &[ProbeAccess::Values(PRODUCT_OPTIONS, &["ProductType"])], |cx| {
        shown(product_type(cx).map(|kind| kind == DOMAIN_CONTROLLER))
    }),
    Probe::value("os.edition", &[ProbeAccess::Values(CURRENT_VERSION, &["EditionID"])], |cx| {
        cx.text(CURRENT_VERSION, "EditionID")
    }),
    Probe::value("os.fips-policy", &[ProbeAccess::Values(FIPS, &["Enabled"])], |cx| {
        shown(or_absent(cx.number(FIPS, "Enabled"), 0).map(|on| on != 0))
    }),
    Probe::value(
        "os.installation-type",
        &[ProbeAccess::Values(CURRENT_VERSION, &["InstallationType"])],
        |cx| cx.text(CURRENT_VERSION, "InstallationType"),
    ),
    Probe::value("os.language", &[ProbeAccess::Values(LANGUAGE, &["InstallLanguage"])], |cx| {
        language(cx).map(tag)
    }),
    Probe::value("os.memory-mb", &[ProbeAccess::Call(MEMORY)], |cx| in_mb(cx.system.memory())),
    Probe::value("os.name", &[ProbeAccess::Values(CURRENT_VERSION, &["ProductName"])], |cx| {
        cx.text(CURRENT_VERSION, "ProductName")
    }),
    Probe::value(
        "os.pending-reboot",
        &[ProbeAccess::Keys(SERVICING), ProbeAccess::Keys(UPDATE)],
        pending_reboot,
    ),
    Probe::fact(
        "os.powershell",
        &[
            ProbeAccess::Values(POWERSHELL, &["PowerShellVersion"]),
            ProbeAccess::Values(OLD_POWERSHELL, &["PowerShellVersion"]),
        ],
        powershell,
    ),
    Probe::value("os.started", &[ProbeAccess::Call(BOOT)], |cx| cx.system.booted().map(super::moment)),
    Probe::value("os.type", &[ProbeAccess::Values(PRODUCT_OPTIONS, &["ProductType"])], |cx| {
        shown(product_type(cx))
    }),
    Probe::fact(
        "os.version",
        &[ProbeAccess::Values(
            CURRENT_VERSION,
            &["CurrentMajorVersionNumber", "CurrentMinorVersionNumber", "CurrentVersion"],
        )],
        |cx| fact(version(cx), registry(CURRENT_VERSION, "CurrentVersion")),
    ),
    Probe::value("os.volumes", &[ProbeAccess::Call(VOLUMES)], volumes),
];

fn in_mb(bytes: ProbeResult<u64>) -> ProbeResult<String> {
    shown(bytes.map(|bytes| bytes / MB))
}

/// Messages of .NET are in the language of Windows if its language pack is installed, else in English.
fn net_language(cx: &ProbeContext) -> ProbeResult<String> {
    let windows = language(cx)?;
    let fits = packs(cx)?.into_iter().any(|pack| primary(pack) == primary(windows));
    Ok(if fits { tag(windows) } else { "en".to_owned() })
}

/// Language numbers of the installed .NET language packs; English needs none.
fn packs(cx: &ProbeContext) -> ProbeResult<Vec<u32>> {
    Ok(cx.system.keys(NET)?.iter().filter_map(|pack| pack.parse().ok()).collect())
}

fn language_packs(cx: &ProbeContext) -> ProbeResult<String> {
    let mut packs = packs(cx)?;
    packs.sort_unstable();
    joined(packs.iter().map(u32::to_string), " ")
}

/// The name of the domain stays on the node; its label is the fact.
fn domain(cx: &ProbeContext) -> ProbeResult<String> {
    match cx.system.domain()? {
        Some(name) => cx.label(&name),
        None => Ok("workgroup".to_owned()),
    }
}

fn volumes(cx: &ProbeContext) -> ProbeResult<String> {
    let volumes = cx.system.volumes()?;
    if volumes.is_empty() {
        return Err(ProbeError::Failed("Windows lists no drive".into()));
    }
    let shown = volumes
        .iter()
        .map(|(drive, volume)| format!("{drive} {} MB, {} MB free", volume.total / MB, volume.free / MB));
    joined(shown, "; ")
}

fn build(cx: &ProbeContext) -> ProbeResult<String> {
    let build = cx.text(CURRENT_VERSION, "CurrentBuildNumber")?;
    Ok(match cx.number(CURRENT_VERSION, "UBR") {
        Ok(revision) => format!("{build}.{revision}"),
        // Older Windows has no revision, and the build is enough.
        Err(_) => build,
    })
}

/// Since Windows 10 the version is in two numbers; the text value stays at 6.3.
fn version(cx: &ProbeContext) -> ProbeResult<String> {
    match cx.number(CURRENT_VERSION, "CurrentMajorVersionNumber") {
        Ok(major) => {
            let minor = cx.number(CURRENT_VERSION, "CurrentMinorVersionNumber")?;
            Ok(format!("{major}.{minor}"))
        }
        Err(ProbeError::Absent) => cx.text(CURRENT_VERSION, "CurrentVersion"),
        Err(refusal) => Err(refusal),
    }
}

/// Newer versions of PowerShell have a key of their own; the key of version 2 stays.
fn powershell(cx: &ProbeContext) -> Observed<String> {
    let newer = text_of(cx.system, POWERSHELL, "PowerShellVersion");
    if newer.is_absent() { text_of(cx.system, OLD_POWERSHELL, "PowerShellVersion") } else { newer }
}

const DOMAIN_CONTROLLER: &str = "domain-controller";

fn product_type(cx: &ProbeContext) -> ProbeResult<&'static str> {
    match cx.text(PRODUCT_OPTIONS, "ProductType")?.to_ascii_lowercase().as_str() {
        "winnt" => Ok("client"),
        "lanmannt" => Ok(DOMAIN_CONTROLLER),
        "servernt" => Ok("server"),
        _ => Err(ProbeError::Failed("it is an unknown type of Windows".into())),
    }
}

fn pending_reboot(cx: &ProbeContext) -> ProbeResult<String> {
    let waits = |key| or_absent(cx.system.keys(key).map(|_| true), false);
    Ok((waits(SERVICING)? || waits(UPDATE)?).to_string())
}

/// The language in which Windows was installed, as its number.
fn language(cx: &ProbeContext) -> ProbeResult<u32> {
    let unknown = || ProbeError::Failed("it is not a language number".into());
    match cx.system.value(LANGUAGE, "InstallLanguage")? {
        Value::Text(text) => u32::from_str_radix(text.trim(), 16).map_err(|_| unknown()),
        _ => Err(unknown()),
    }
}

/// The language of a number without its region.
const fn primary(language: u32) -> u32 {
    language & 0x3ff
}

/// Tag of a language; for one that is not in the table its number, which is not English either.
fn tag(language: u32) -> String {
    /// Tags of the primary languages of Windows, by number.
    const TAGS: [&str; 32] = [
        "", "ar", "", "", "zh", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hu", "", "it", "ja",
        "ko", "nl", "nb", "pl", "pt", "", "ro", "ru", "", "", "", "sv", "th", "tr",
    ];
    let found = TAGS.get(primary(language) as usize).filter(|tag| !tag.is_empty());
    found.map_or_else(|| format!("lcid-{language:04x}"), |tag| (*tag).to_owned())
}
