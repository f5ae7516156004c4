//! Makes the application folder of a node as an installation has it, from code and a few templates. The same name,
//! version and clock give the same bytes.

use super::pe::Pe;
use super::{DemoError, at, write_file};
use crate::bundle::HalfMade;
use crate::collect::FixedHost;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the product is installed by default.
pub const APP_FOLDER: &str = r"C:\inetpub\wwwroot\SecretServer";

/// DLLs that carry the product's version.
const PRODUCT_DLLS: &[&str] = &[
    "Thycotic.AppCore.dll",
    "Thycotic.Data.dll",
    "Thycotic.Foundation.WebControls.dll",
    "Thycotic.Foundation.dll",
    "Thycotic.Licensing.Common.dll",
    "Thycotic.Licensing.Public.dll",
    "Thycotic.PasswordChangers.dll",
    "Thycotic.ihawu.Base.dll",
    "Thycotic.ihawu.Business.dll",
];

/// DLLs of other vendors, with their own versions.
const OTHER_DLLS: &[(&str, [u16; 4])] = &[
    ("BouncyCastle.Crypto.dll", [1, 9, 0, 1]),
    ("Castle.Core.dll", [4, 4, 0, 0]),
    ("Jscape.Ssh.dll", [3, 2, 0, 0]),
    ("Newtonsoft.Json.dll", [13, 0, 1, 0]),
    ("RabbitMQ.Client.dll", [5, 0, 0, 0]),
    ("SecureBlackbox.dll", [16, 0, 335, 0]),
    ("log4net.dll", [2, 0, 8, 0]),
];

/// Pages, scripts and images.
const PROGRAM_FILES: &[&str] = &[
    "AdminBackboneBusConfigurationView.aspx",
    "ConfigurationAdvanced.aspx",
    "DbConnectionReset.aspx",
    "GenericError.aspx",
    "Global.asax",
    "Installer.aspx",
    "Login.aspx",
    "Scripts/app.js",
    "Scripts/vendor.js",
    "css/site.css",
    "favicon.ico",
    "healthcheck.aspx",
    "images/logo.png",
    "launchers/launcher.asmx",
    "rdp/rdp.ashx",
    "webservices/SSWebService.asmx",
];

/// A time as log4net writes it.
const STAMP: &str = "2026-11-20 10:00:00,000";

/// A node's folder, to be changed and written.
#[derive(Debug, Clone)]
pub struct NodeFolder {
    /// Machine name.
    pub node: String,
    /// Name of the time zone.
    pub zone: String,
    /// Clock at the start of the collection.
    pub clock: DateTime<FixedOffset>,
    /// Content by path relative to the application folder.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Last change of files that are not as old as the installation.
    pub modified: BTreeMap<String, DateTime<Utc>>,
    /// `applicationHost.config`.
    pub iis: String,
    /// Whether a TMS folder is next to the application.
    pub tms: bool,
}

impl NodeFolder {
    /// A healthy node of `version` (such as `11.7.000049`), collected at `clock`. All nodes made here share
    /// their key file and their database file.
    pub fn new(node: &str, version: &str, clock: DateTime<FixedOffset>) -> Self {
        let mut folder = Self {
            node: node.to_owned(),
            zone: "W. Europe Standard Time".to_owned(),
            clock,
            files: BTreeMap::new(),
            modified: BTreeMap::new(),
            iis: include_str!("data/applicationHost.config").to_owned(),
            tms: true,
        };
        folder.install(version);
        let secrets = [
            ("@VALIDATION_KEY@", hex(&noise("validation key", 64))),
            ("@DECRYPTION_KEY@", hex(&noise("decryption key", 32))),
            ("@PROXY_PASSWORD@", "Tr0ub4dor&amp;3-proxy".to_owned()),
        ];
        for (name, template) in [
            ("web.config", include_str!("data/web.config")),
            ("web-appSettings.config", include_str!("data/web-appSettings.config")),
            ("web-auth.config", include_str!("data/web-auth.config")),
            ("web-cookie.config", include_str!("data/web-cookie.config")),
            ("web-log4net.config", include_str!("data/web-log4net.config")),
        ] {
            let text =
                secrets.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value));
            // The product's own files have Windows line ends.
            folder.put(name, text.replace('\n', "\r\n"));
        }
        // 41 ASCII characters, then an opaque container of the size of four plain pairs.
        let header = hex(&noise("header", 21)).into_bytes().into_iter().take(41);
        folder.put("encryption.config", header.chain(noise("encryption.config", 416)).collect::<Vec<u8>>());
        folder.put("database.config", noise("database.config", 1_040));
        folder.put("saml.config.template", "<?xml version=\"1.0\"?>\r\n<SAMLConfiguration />\r\n");
        folder.put(
            "customresources/9/EmailTemplates.xml",
            "<resources><footer>Contoso IT</footer></resources>\r\n",
        );
        folder.put("integrations/readme.txt", "");
        folder.log("log/SS.log", "Thycotic.ihawu.Business", 240);
        folder.log("log/SS-BSSR.log", "Thycotic.AppCore.BackgroundScheduler", 60);
        folder.log("log/SS-BWSR.log", "Thycotic.AppCore.BackgroundWorker", 60);
        folder.log("log/SS-EWSR.log", "Thycotic.AppCore.EngineWorker", 20);
        folder.log("log/SS-SRWSR.log", "Thycotic.AppCore.SessionRecordingWorker", 20);
        folder
    }

    /// The program files of one version; replaces those of another.
    #[expect(clippy::cast_possible_truncation, reason = "the remainder fits")]
    fn install(&mut self, version: &str) {
        // A file version has fields of 16 bits, which the third field of some builds does not fit.
        let field = |text: &str| text.parse().map_or(0, |number: u32| (number % 65_536) as u16);
        let mut fields = version.split('.').map(field);
        let file = std::array::from_fn(|_| fields.next().unwrap_or(0));
        for name in PRODUCT_DLLS {
            let dll = Pe::new(version, file).filling(&noise(&format!("{name} {version}"), 3_000));
            self.put(&format!("bin/{name}"), dll.bytes());
        }
        let native = Pe::new(version, file).filling(&noise(version, 2_000));
        self.put("bin/Thycotic.ihawu.EncryptionProtection_x64.dll", native.bytes());
        for (name, version) in OTHER_DLLS {
            let text = version.map(|field| field.to_string()).join(".");
            let dll = Pe::new(&text, *version).filling(&noise(name, 2_000));
            self.put(&format!("bin/{name}"), dll.bytes());
        }
        for name in PROGRAM_FILES {
            self.put(name, format!("/* {name} of {version} */\r\n"));
        }
    }

    /// Writes or replaces a file.
    pub fn put(&mut self, path: &str, content: impl Into<Vec<u8>>) -> &mut Self {
        self.files.insert(path.to_owned(), content.into());
        self
    }

    /// Adds text to a file.
    pub fn append(&mut self, path: &str, text: &str) -> &mut Self {
        self.files.entry(path.to_owned()).or_default().extend(text.bytes());
        self
    }

    /// Adds a line to a log, `before` the clock.
    pub fn log_line(&mut self, path: &str, before: TimeDelta, level: &str, text: &str) -> &mut Self {
        self.append(path, &self.line(before, 17, level, text))
    }

    /// Puts the entries of a log in the order of their times, each with the lines that follow it.
    pub(super) fn sort_log(&mut self, path: &str) {
        let Some(log) = self.files.get_mut(path) else { return };
        let text = String::from_utf8_lossy(log).into_owned();
        let mut entries: Vec<String> = Vec::new();
        for line in text.split_inclusive('\n') {
            match entries.last_mut().filter(|_| !line.starts_with("20")) {
                Some(entry) => entry.push_str(line),
                None => entries.push(line.to_owned()),
            }
        }
        entries.sort_by(|a, b| a.get(..STAMP.len()).cmp(&b.get(..STAMP.len())));
        *log = entries.concat().into_bytes();
    }

    /// A line as log4net writes it.
    pub(super) fn line(&self, before: TimeDelta, thread: u32, level: &str, text: &str) -> String {
        let time = (self.clock - before).format("%Y-%m-%d %H:%M:%S,%3f");
        format!("{time} [{thread}] {level} {text}\r\n")
    }

    /// A log of ordinary lines that ends a minute before the clock.
    pub fn log(&mut self, path: &str, logger: &str, lines: u32) -> &mut Self {
        let minutes = |number: u32| TimeDelta::minutes(i64::from(number));
        self.log_line(path, minutes(lines * 10), "INFO ", &format!("{logger} - Application started"));
        for line in (1..lines).rev() {
            let (level, message) = match line % 5 {
                0 => ("INFO ", "Cache - loaded configuration"),
                1 => ("INFO ", "Heartbeat - processed 12 items in 340 ms"),
                2 => ("DEBUG", "Queue - no message waiting"),
                3 => ("INFO ", "Sites - 3 engines online"),
                _ => ("WARN ", "Mail - the mail server answered slowly (2200 ms)"),
            };
            self.log_line(path, minutes(line * 10 - 9), level, &format!("{logger} - {message}"));
        }
        self.modified.insert(path.to_owned(), (self.clock - TimeDelta::minutes(1)).to_utc());
        self
    }

    /// Writes the folder below `parent` as `SecretServer`, with TMS and `applicationHost.config` next to it, and gives
    /// the application folder.
    pub fn write(&self, parent: &Path) -> Result<PathBuf, DemoError> {
        let app = parent.join("SecretServer");
        for (path, content) in &self.files {
            write_file(&app.join(path), content)?;
        }
        if self.tms {
            let tms = parent.join("TMS");
            HalfMade::make_within(|| fs::create_dir_all(&tms)).map_err(at(&tms))?;
        }
        write_file(&parent.join("applicationHost.config"), self.iis.as_bytes())?;
        Ok(app)
    }

    /// The machine that this folder is on.
    pub fn host(&self) -> FixedHost {
        FixedHost {
            clock: self.clock,
            took: TimeDelta::seconds(7),
            pace: None,
            name: self.node.clone(),
            zone: self.zone.clone(),
            os: "Windows Server 2022 Standard, build 20348".to_owned(),
            machine_id: format!("{}-0000-4000-8000-000000000000", hex(&noise(&self.node, 4))),
            elevated: true,
            folder: APP_FOLDER.to_owned(),
            modified: self.modified.clone(),
            modified_default: (self.clock - TimeDelta::days(40)).to_utc(),
            efs: Vec::new(),
            system: None,
        }
    }
}

/// Bytes that look random and are the same for the same seed.
pub fn noise(seed: &str, length: usize) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let block =
        |counter: u32| Sha256::new().chain_update(seed).chain_update(counter.to_le_bytes()).finalize();
    (0..).flat_map(|counter| block(counter).to_vec()).take(length).collect()
}

/// Upper-case hexadecimal digits, as machine keys are written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02X}"))
}
