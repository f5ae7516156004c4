//! Windows itself: product, language, size, what it waits for; .NET, PowerShell and IIS.

use super::access::{Ask, CURRENT_VERSION};
use super::system::{Answer, Refusal, Value};
use super::{Probe, Seen, fact, or_absent, registry};
use crate::model::{Observed, Place};

const PRODUCT_OPTIONS: &str = r"SYSTEM\CurrentControlSet\Control\ProductOptions";
const LANGUAGE: &str = r"SYSTEM\CurrentControlSet\Control\Nls\Language";
const PROCESSORS: &str = r"HARDWARE\DESCRIPTION\System\CentralProcessor";
const NET: &str = r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full";
const POWERSHELL: &str = r"SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine";
const OLD_POWERSHELL: &str = r"SOFTWARE\Microsoft\PowerShell\1\PowerShellEngine";
const FIPS: &str = r"SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy";
const IIS: &str = r"SOFTWARE\Microsoft\InetStp";
/// Keys that are there while Windows waits for a restart.
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
    Probe {
        fact: "iis.version",
        asks: &[Ask::Values(IIS, &["MajorVersion", "MinorVersion"])],
        read: iis_version,
    },
    Probe {
        fact: "net.language",
        asks: &[Ask::Keys(NET), Ask::Values(LANGUAGE, &["InstallLanguage"])],
        read: net_language,
    },
    Probe {
        fact: "net.language-packs",
        asks: &[Ask::Keys(NET)],
        read: |seen| fact(language_packs(seen), registry(NET, "")),
    },
    Probe {
        fact: "net.release",
        asks: &[Ask::Values(NET, &["Release"])],
        read: |seen| fact(seen.number(NET, "Release"), registry(NET, "Release")),
    },
    Probe {
        fact: "os.app-drive-free-mb",
        asks: &[Ask::Call(VOLUME)],
        read: |seen| {
            fact(seen.system.volume(seen.app_dir).map(|volume| volume.free / MB), Place::file(VOLUME))
        },
    },
    Probe {
        fact: "os.app-drive-total-mb",
        asks: &[Ask::Call(VOLUME)],
        read: |seen| {
            fact(seen.system.volume(seen.app_dir).map(|volume| volume.total / MB), Place::file(VOLUME))
        },
    },
    Probe {
        fact: "os.build",
        asks: &[Ask::Values(CURRENT_VERSION, &["CurrentBuildNumber", "UBR"])],
        read: build,
    },
    Probe {
        fact: "os.code-pages",
        asks: &[Ask::Values(CODE_PAGE, &["ACP", "OEMCP"])],
        read: |seen| {
            let page = |name: &str| seen.text_answer(CODE_PAGE, name);
            fact(
                page("ACP").and_then(|ansi| Ok(format!("{ansi} {}", page("OEMCP")?))),
                registry(CODE_PAGE, "ACP"),
            )
        },
    },
    Probe {
        fact: "os.cores",
        asks: &[Ask::Keys(PROCESSORS)],
        read: |seen| {
            fact(seen.system.keys(PROCESSORS).map(|processors| processors.len()), registry(PROCESSORS, ""))
        },
    },
    Probe {
        fact: "os.domain",
        asks: &[Ask::Call(DOMAIN)],
        read: |seen| fact(domain(seen), Place::file(DOMAIN)),
    },
    Probe {
        fact: "os.domain-controller",
        asks: &[Ask::Values(PRODUCT_OPTIONS, &["ProductType"])],
        read: |seen| {
            fact(
                product_type(seen).map(|kind| kind == DOMAIN_CONTROLLER),
                registry(PRODUCT_OPTIONS, "ProductType"),
            )
        },
    },
    Probe {
        fact: "os.edition",
        asks: &[Ask::Values(CURRENT_VERSION, &["EditionID"])],
        read: |seen| seen.text(CURRENT_VERSION, "EditionID"),
    },
    Probe {
        fact: "os.fips-policy",
        asks: &[Ask::Values(FIPS, &["Enabled"])],
        read: |seen| {
            fact(or_absent(seen.number(FIPS, "Enabled"), 0).map(|on| on != 0), registry(FIPS, "Enabled"))
        },
    },
    Probe {
        fact: "os.installation-type",
        asks: &[Ask::Values(CURRENT_VERSION, &["InstallationType"])],
        read: |seen| seen.text(CURRENT_VERSION, "InstallationType"),
    },
    Probe {
        fact: "os.language",
        asks: &[Ask::Values(LANGUAGE, &["InstallLanguage"])],
        read: |seen| fact(language(seen).map(tag), registry(LANGUAGE, "InstallLanguage")),
    },
    Probe {
        fact: "os.memory-mb",
        asks: &[Ask::Call(MEMORY)],
        read: |seen| fact(seen.system.memory().map(|bytes| bytes / MB), Place::file(MEMORY)),
    },
    Probe {
        fact: "os.name",
        asks: &[Ask::Values(CURRENT_VERSION, &["ProductName"])],
        read: |seen| super::product_name(seen.system),
    },
    Probe {
        fact: "os.pending-reboot",
        asks: &[Ask::Keys(SERVICING), Ask::Keys(UPDATE)],
        read: |seen| fact(pending_reboot(seen), registry(SERVICING, "")),
    },
    Probe {
        fact: "os.powershell",
        asks: &[
            Ask::Values(POWERSHELL, &["PowerShellVersion"]),
            Ask::Values(OLD_POWERSHELL, &["PowerShellVersion"]),
        ],
        read: powershell,
    },
    Probe {
        fact: "os.started",
        asks: &[Ask::Call(BOOT)],
        read: |seen| fact(seen.system.booted().map(super::moment), Place::file(BOOT)),
    },
    Probe {
        fact: "os.type",
        asks: &[Ask::Values(PRODUCT_OPTIONS, &["ProductType"])],
        read: |seen| fact(product_type(seen), registry(PRODUCT_OPTIONS, "ProductType")),
    },
    Probe {
        fact: "os.version",
        asks: &[Ask::Values(
            CURRENT_VERSION,
            &["CurrentMajorVersionNumber", "CurrentMinorVersionNumber", "CurrentVersion"],
        )],
        read: |seen| fact(version(seen), registry(CURRENT_VERSION, "CurrentVersion")),
    },
    Probe {
        fact: "os.volumes",
        asks: &[Ask::Call(VOLUMES)],
        read: |seen| fact(volumes(seen), Place::file(VOLUMES)),
    },
];

fn iis_version(seen: &Seen) -> Observed<String> {
    let version =
        seen.number(IIS, "MajorVersion").and_then(|major| Ok((major, seen.number(IIS, "MinorVersion")?)));
    fact(version.map(|(major, minor)| format!("{major}.{minor}")), registry(IIS, "MajorVersion"))
}

/// Messages of .NET are in the language of Windows where its language pack is installed, else in English.
fn net_language(seen: &Seen) -> Observed<String> {
    let language = language(seen).and_then(|windows| {
        let packs = seen.system.keys(NET)?;
        let fits = packs
            .iter()
            .filter_map(|pack| pack.parse::<u32>().ok())
            .any(|pack| primary(pack) == primary(windows));
        Ok(if fits { tag(windows) } else { "en".to_owned() })
    });
    fact(language, registry(NET, ""))
}

/// Numbers of the languages that .NET has messages in beside English.
fn language_packs(seen: &Seen) -> Answer<String> {
    let mut packs: Vec<u32> = seen.system.keys(NET)?.iter().filter_map(|pack| pack.parse().ok()).collect();
    packs.sort_unstable();
    let packs: Vec<String> = packs.iter().map(u32::to_string).collect();
    if packs.is_empty() { Err(Refusal::Absent) } else { Ok(packs.join(" ")) }
}

/// The name of a domain stays on the node.
fn domain(seen: &Seen) -> Answer<String> {
    match seen.system.domain()? {
        Some(name) => seen.label(&name),
        None => Ok("workgroup".to_owned()),
    }
}

fn volumes(seen: &Seen) -> Answer<String> {
    let volumes = seen.system.volumes()?;
    let told: Vec<String> = volumes
        .iter()
        .map(|(drive, volume)| format!("{drive} {} MB, {} MB free", volume.total / MB, volume.free / MB))
        .collect();
    if told.is_empty() { Err(Refusal::Failed("Windows names no drive".into())) } else { Ok(told.join("; ")) }
}

fn build(seen: &Seen) -> Observed<String> {
    let build = seen.text(CURRENT_VERSION, "CurrentBuildNumber");
    match seen.number(CURRENT_VERSION, "UBR") {
        Ok(revision) => build.map(|build| format!("{build}.{revision}")),
        // Older Windows has none, and the build says enough.
        Err(_) => build,
    }
}

/// The newest Windows have numbers of their own, since the text stays at 6.3 for ever.
fn version(seen: &Seen) -> Answer<String> {
    match seen.number(CURRENT_VERSION, "CurrentMajorVersionNumber") {
        Ok(major) => {
            let minor = seen.number(CURRENT_VERSION, "CurrentMinorVersionNumber")?;
            Ok(format!("{major}.{minor}"))
        }
        Err(Refusal::Absent) => super::text(seen.system.value(CURRENT_VERSION, "CurrentVersion")?),
        Err(refusal) => Err(refusal),
    }
}

/// The newer PowerShell has a key of its own and leaves that of version 2 behind.
fn powershell(seen: &Seen) -> Observed<String> {
    let newer = seen.text(POWERSHELL, "PowerShellVersion");
    if newer.is_absent() { seen.text(OLD_POWERSHELL, "PowerShellVersion") } else { newer }
}

const DOMAIN_CONTROLLER: &str = "domain-controller";

fn product_type(seen: &Seen) -> Answer<&'static str> {
    let kind = super::text(seen.system.value(PRODUCT_OPTIONS, "ProductType")?)?;
    match kind.to_ascii_lowercase().as_str() {
        "winnt" => Ok("client"),
        "lanmannt" => Ok(DOMAIN_CONTROLLER),
        "servernt" => Ok("server"),
        _ => Err(Refusal::Failed("it is no type of Windows that is known".into())),
    }
}

fn pending_reboot(seen: &Seen) -> Answer<bool> {
    for key in [SERVICING, UPDATE] {
        if or_absent(seen.system.keys(key).map(|_| true), false)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The language Windows was installed in, as its number.
fn language(seen: &Seen) -> Answer<u32> {
    let unknown = || Refusal::Failed("it is no number of a language".into());
    match seen.system.value(LANGUAGE, "InstallLanguage")? {
        Value::Text(text) => u32::from_str_radix(text.trim(), 16).map_err(|_| unknown()),
        _ => Err(unknown()),
    }
}

/// The language of a number without its region.
const fn primary(language: u32) -> u32 {
    language & 0x3ff
}

/// Tag of a language; of one that is not in the table its number, which is no English either.
fn tag(language: u32) -> String {
    /// Primary languages of Windows, in order of number.
    const TAGS: [(u32, &str); 24] = [
        (0x01, "ar"),
        (0x04, "zh"),
        (0x05, "cs"),
        (0x06, "da"),
        (0x07, "de"),
        (0x08, "el"),
        (0x09, "en"),
        (0x0a, "es"),
        (0x0b, "fi"),
        (0x0c, "fr"),
        (0x0d, "he"),
        (0x0e, "hu"),
        (0x10, "it"),
        (0x11, "ja"),
        (0x12, "ko"),
        (0x13, "nl"),
        (0x14, "nb"),
        (0x15, "pl"),
        (0x16, "pt"),
        (0x18, "ro"),
        (0x19, "ru"),
        (0x1d, "sv"),
        (0x1e, "th"),
        (0x1f, "tr"),
    ];
    let found = TAGS.iter().find(|(number, _)| *number == primary(language));
    found.map_or_else(|| format!("lcid-{language:04x}"), |(_, tag)| (*tag).to_owned())
}
