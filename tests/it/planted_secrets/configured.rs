//! A secret in any file that configures something is known everywhere else, as the program would use it; one plain byte
//! search over the bundle for each.

use crate::support::forms::forms;
use crate::support::site::Site;
use chrono::TimeDelta;
use clusterbrief::collect::Options;
use clusterbrief::demo::NodeFolder;
use clusterbrief::redact::{Level, OwnWords};
use std::fs;

/// A file of the application folder with a secret, and the secret as the program uses it.
const FILES: &[(&str, &str, &str)] = &[
    // Places in XML: attributes, elements, what is nested in them, settings that have their name beside them.
    ("web-a.config", r#"<s><password value="Hagel#Sturm-01"/></s>"#, "Hagel#Sturm-01"),
    ("web-a.config", r#"<s><smtpKennwort Value="Hagelsturm"/></s>"#, "Hagelsturm"),
    ("web-a.config", "<s><adminPassword><value>Hagel#Sturm-02</value></adminPassword></s>", "Hagel#Sturm-02"),
    ("web-a.config", "<s><apiCredentials><x><y>Hagelsturm</y></x></apiCredentials></s>", "Hagelsturm"),
    ("web-a.config", "<s><proxyPwd><![CDATA[Hagel<Sturm-3]]></proxyPwd></s>", "Hagel<Sturm-3"),
    ("web-a.config", r#"<s><apiKeys><add name="a" value="Hagelsturm"/></apiKeys></s>"#, "Hagelsturm"),
    ("web-a.config", r#"<s><encryption key="Hagelsturm"/></s>"#, "Hagelsturm"),
    ("web-a.config", r#"<s><secretKey name="Hagelsturm"/><apiToken mode="x"/></s>"#, "Hagelsturm"),
    ("web-a.config", r#"<s><apiToken type="Hagelsturm" mode="Sturmhagel"/></s>"#, "Sturmhagel"),
    ("web-a.config", "<s><p><name>DbPassword</name><value>Hagelsturm</value></p></s>", "Hagelsturm"),
    ("web-a.config", "<s><key>Password</key><string>Hagelsturm</string></s>", "Hagelsturm"),
    ("web-a.config", r#"<s><setting name="RadiusSecret"><value><b>Hagelsturm</b></value></setting></s>"#, "Hagelsturm"),
    ("web-a.config", r#"<s><add key="Vendor" value="Hagel#Sturm-04"/></s>"#, "Hagel#Sturm-04"),
    ("web-a.config", r#"<s><add key="AdminPin" value="471147114711"/></s>"#, "471147114711"),
    ("web-a.config", r#"<s><open><password value="Hagelsturm"/>"#, "Hagelsturm"),
    ("web-a.config", r#"<s><set name="HTTP_AUTHORIZATION" value="Basic c3ZjOkhhZ2Vsc3R1cm0="/></s>"#, "Hagelsturm"),
    ("web-a.config", r#"<s><set name="HTTP_AUTHORIZATION" value="Token Hagelsturm"/></s>"#, "Hagelsturm"),
    // Connection strings.
    ("web-a.config", r#"<s><add connectionString="Server=s;uid=u;Password=Hagel&amp;Sturm5"/></s>"#, "Hagel&Sturm5"),
    ("web-a.config", r#"<s><add connectionString="Server=s;Password='Hagel''Sturm;6'"/></s>"#, "Hagel'Sturm;6"),
    ("web-a.config", r#"<s><add connectionString="Server=s;Pwd=&quot;Ha&quot;&quot;gel;7&quot;"/></s>"#, "Ha\"gel;7"),
    ("web-a.config", r#"<s><add connectionString="Driver={SQL};PWD={Ha}}gel;8xy};x=1"/></s>"#, "Ha}gel;8xy"),
    (
        "web-a.config",
        r#"<s><add connectionString="metadata=res://*;provider connection string=&quot;Server=s;password='Ha''gel9xy'&quot;"/></s>"#,
        "Ha'gel9xy",
    ),
    // JSON: escapes, lists, names beside values, comments, a name that is there twice.
    ("appsettings.json", r#"{"Smtp":{"Password":"Hagel\u0026Sturm1"}}"#, "Hagel&Sturm1"),
    ("appsettings.json", r#"{"ApiKeys":["b","Hagelsturm"]}"#, "Hagelsturm"),
    ("appsettings.json", "{\"S\":[{\n\"Name\":\"SmtpPassword\",\n\"Value\":\"Hagelsturm\"\n}]}", "Hagelsturm"),
    ("appsettings.json", "{ // it's\n\"Token\": /* x */ \"Hagelsturm\",\n}", "Hagelsturm"),
    ("appsettings.json", r#"{"Password":"Hagelsturm","Password":"another"}"#, "Hagelsturm"),
    ("appsettings.json", r#"{"Db":{"Pin":471147114711}}"#, "471147114711"),
    ("a/b/custom.json", r#"{"ConnectionStrings":{"x":"Server=s;Password='Hagel''Sturm1'"}}"#, "Hagel'Sturm1"),
    // Other files of the folder.
    ("webservices/web.config", r#"<c><add key="DbPassword" value="Hagelsturm"/></c>"#, "Hagelsturm"),
    ("web.config.old", r#"<c><add key="DbPassword" value="Hagelsturm"/></c>"#, "Hagelsturm"),
    ("tools/db.ini", "[db]\nuser = x\npassword = Hagel Sturm 77\n", "Hagel Sturm 77"),
    ("tools/a.ps1", "$pw = 'Hagel''Sturm1'\n", "Hagel'Sturm1"),
    ("tools/a.PS1", "$c = ConvertTo-SecureString \"Hagelsturm\" -AsPlainText -Force\n", "Hagelsturm"),
    ("tools/a.bat", "@echo off\r\nset DB_PW=Hagelsturm\r\n", "Hagelsturm"),
    ("tools/a.cmd", "net use z: \\\\s\\c Hagelsturm /user:corp\\svc\r\n", "Hagelsturm"),
    (
        "tools/b.cmd",
        "powershell -EncodedCommand QwAgAC0AUABhAHMAcwB3AG8AcgBkACAAIgBIAGEAZwBlAGwAcwB0AHUAcgBtACIA\r\n",
        "Hagelsturm",
    ),
    ("a.publishsettings", r#"<p><publishProfile userName="u" userPWD="Hagelsturm"/></p>"#, "Hagelsturm"),
    ("a.yml", "db:\n  password: \"Hagelsturm\"\n", "Hagelsturm"),
    (".env", "DB_PASSWORD=Hagelsturm\n", "Hagelsturm"),
    ("a/strings.xml", "<r><Pwd>Hagelsturm</Pwd></r>", "Hagelsturm"),
];

/// A configuration that names another file, relative to the application folder, and whether that one names a third.
const NAMES: &[(&str, &str)] = &[
    (r#"<appSettings file="..\..\outer\one.config"/>"#, "outer/one.config"),
    (r#"<connectionStrings configSource="../../outer/one.config"/>"#, "outer/one.config"),
    (r#"<x jsonFile="..\..\outer\one.json"/>"#, "outer/one.json"),
    (r#"<appSettings file="..\..\outer\one.txt"/>"#, "outer/one.txt"),
    (r#"<add key="More" value="..\..\outer\one.config"/>"#, "outer/one.config"),
];

/// The bundle of a node with these files and this line in its log, at a level.
fn bundle(level: Level, files: &[(&str, Vec<u8>)], line: &str) -> (String, Vec<u8>) {
    let site = Site::new(|node: &mut NodeFolder| {
        for (path, content) in files.iter().filter(|(path, _)| !path.starts_with("outer")) {
            node.put(path, content.clone());
        }
        node.log_line("log/SS.log", TimeDelta::minutes(2), "INFO", line);
    });
    // Two folders up from the application folder of a site of its own.
    let inner = site.dir.path().join("a/b");
    fs::create_dir_all(&inner).unwrap();
    fs::rename(site.app(), inner.join("SecretServer")).unwrap();
    for (path, content) in files.iter().filter(|(path, _)| path.starts_with("outer")) {
        let path = site.dir.path().join("a").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let options = Options { app_dir: inner.join("SecretServer"), level, ..site.options() };
    let taken = site.collect_with(options);
    (taken.text("logs/SS.log"), taken.everything())
}

fn assert_gone(case: &str, secret: &str, everything: &[u8]) {
    for (form, bytes) in forms(secret) {
        assert!(memchr::memmem::find(everything, &bytes).is_none(), "{case}: {secret} is left as {form}");
    }
}

#[test]
fn a_secret_of_any_configuration_is_known_everywhere() {
    for (number, (path, text, secret)) in (0..).zip(FILES) {
        let level = if number % 2 == 0 { Level::Secrets } else { Level::Identities };
        let line = format!("Batch - handed {secret} over to the peer");
        let (log, everything) = bundle(level, &[(path, text.as_bytes().to_vec())], &line);
        assert!(log.contains("Batch - handed {redacted} over to the peer"), "{path}: {text}\n{log}");
        assert_gone(&format!("{path}: {text}"), secret, &everything);
    }
}

#[test]
fn a_connection_file_of_windows_is_read_in_its_encoding() {
    let text = "\u{feff}[oledb]\r\n; Everything after this line\r\nProvider=SQLOLEDB.1;Password=Hagel#1xyz;User ID=sa";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (_, everything) = bundle(Level::Secrets, &[("db/x.udl", wide)], "Batch - handed Hagel#1xyz over");
    assert_gone("x.udl", "Hagel#1xyz", &everything);
}

#[test]
fn files_that_a_configuration_names_are_read_wherever_they_are() {
    for (naming, path) in NAMES {
        let third = br#"<appSettings file="deep\two.config"/>"#.to_vec();
        let secret = match *path {
            "outer/one.json" => br#"{"db":{"password":"Hagelsturm"}}"#.to_vec(),
            _ => br#"<appSettings><add key="DbPassword" value="Hagelsturm"/></appSettings>"#.to_vec(),
        };
        let line = "Batch - handed Hagelsturm over";
        let (_, everything) = bundle(
            Level::Secrets,
            &[("web-a.config", naming.as_bytes().to_vec()), (path, secret.clone())],
            line,
        );
        assert_gone(naming, "Hagelsturm", &everything);
        let nested = [
            ("web-a.config", naming.as_bytes().to_vec()),
            (path, third),
            ("outer/deep/two.config", secret),
        ];
        let (_, everything) = bundle(Level::Secrets, &nested, line);
        if !path.ends_with("json") {
            assert_gone(&format!("nested: {naming}"), "Hagelsturm", &everything);
        }
    }
}

#[test]
fn weak_values_go_where_a_word_marks_them_and_stay_elsewhere() {
    let settings = br#"<s><add key="AdminPin" value="47113"/><add key="DbPassword" value="ab!12c"/></s>"#.to_vec();
    for (line, expected) in [
        ("Sent value 47113 to host", "Sent value {redacted} to host"),
        ("Response: 'ab!12c' was typed", "Response: '{redacted}' was typed"),
        ("port 47113 is open, 47113 rows, build 47113", "port 47113 is open, 47113 rows, build 47113"),
    ] {
        let (log, _) = bundle(Level::Secrets, &[("web-a.config", settings.clone())], line);
        assert!(log.contains(expected), "{line}: {log}");
    }
}

#[test]
fn what_a_configuration_says_of_the_platform_stays_readable() {
    let settings = br#"<s><add key="SmtpServer" value="mail01.corp.example"/><add key="Url" value="https://vault01.corp.example/x1"/>
        <add key="Folder" value="C:\inetpub\wwwroot\SecretServer1"/><add key="Stage" value="Production"/>
        <add key="Type" value="System.Data.SqlClient, Version=4.0.0.0"/><add key="Id" value="3f2504e0-4f89-11d3-9a0c-0305e82c3301"/>
        <add key="Text" value="The vault is closed from 10 to 12"/></s>"#
        .to_vec();
    let line = "to mail01.corp.example, https://vault01.corp.example/x1, C:\\inetpub\\wwwroot\\SecretServer1, Production, \
                System.Data.SqlClient, Version=4.0.0.0, 3f2504e0-4f89-11d3-9a0c-0305e82c3301, The vault is closed from 10 to 12";
    let (log, _) = bundle(Level::Secrets, &[("web-a.config", settings)], line);
    assert!(log.contains(line), "{log}");
}

#[test]
fn words_of_the_customer_go_from_everything_and_are_only_counted() {
    let site = Site::new(|node: &mut NodeFolder| {
        node.put("customresources/Falkenhorst.txt", "x");
        node.log_line("log/SS.log", TimeDelta::minutes(2), "INFO", "Project FALKENHORST uses PX-4711 and px-4711");
    });
    let words = OwnWords::read(b"Falkenhorst\nre:PX-[0-9]+\n").unwrap();
    let taken = site.collect_with(Options { redact_words: Some(words), ..site.options() });
    let log = taken.text("logs/SS.log");
    assert!(log.contains("Project {redacted} uses {redacted} and px-4711"), "{log}");
    let everything = String::from_utf8_lossy(&taken.everything()).to_lowercase();
    assert!(!everything.contains("falkenhorst"));
    let manifest = taken.bundle.manifest();
    assert_eq!(manifest.options["redact-words"], "2");
    let counted: u64 = manifest.members.iter().filter_map(|member| member.redactions.get("own-word")).sum();
    assert!(counted >= 2, "{counted}");
}
