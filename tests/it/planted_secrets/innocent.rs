//! Lines that look like secrets but are harmless stay as they are.

use super::{host, recorded, records};
use chrono::TimeDelta;
use clusterbrief::bundle::Bundle;
use clusterbrief::collect::{Options, Silent, run};
use clusterbrief::demo::NodeFolder;
use clusterbrief::redact::Level;
use clusterbrief::redact::search::Searcher;

/// Harmless lines that look like secrets, hosts, users or addresses. They survive at both levels.
fn innocent() -> Vec<String> {
    let mut lines: Vec<String> = [
        "Login - Incorrect password for the account, 3 attempts left",
        "Assembly - System.Web, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a",
        "Token - access token expired after 20 minutes",
        "Crypto - Thycotic.AppCore.Cryptography.MacMismatchException",
        "Secret - 12 secrets need a password change",
        "System.Web.HttpException (0x80004005): Request timed out.",
        "at System.Web.HttpApplication.ExecuteStep(IExecutionStep step, Boolean& completedSynchronously)",
        "at First.Last.Method in D:\\build\\src\\Thycotic.Web\\Login.aspx.cs:line 42",
        "see SS.log, SS-BSSR.log.1, SS-PipeLineScriptErrors.txt and web-appSettings.config",
        "the word Secret, the token, the password and the credential are product vocabulary",
        "Password changing is disabled; Secret: 1045; SecretId=77; TokenTimeout=20; minPasswordLength=8",
        "password=null Password: ******** hasPassword=true requirePassword: true token=",
        "basic authentication is disabled, negotiate first; Authorization: denied for everybody",
        "time 12:34:56, span 00:10:00, at 2026-11-22T12:34:56.789Z, in 01:02:03.456",
        "C:\\inetpub\\wwwroot\\SecretServer\\bin\\Thycotic.AppCore.dll was loaded",
        "HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog, HKLM\\SOFTWARE\\Microsoft\\NET Framework Setup",
        "NT AUTHORITY\\NETWORK SERVICE, BUILTIN\\Administrators, IIS APPPOOL\\DefaultAppPool, NT SERVICE\\W3SVC",
        "S-1-5-18, S-1-5-20, S-1-5-32-544, S-1-1-0",
        "http://localhost/SecretServer, https://127.0.0.1:443/, [::1]:80, 0.0.0.0, 255.255.255.0",
        "xmlns http://schemas.microsoft.com/.NetConfiguration/v2.0, http://www.w3.org/2001/XMLSchema-instance",
        "ASP.NET 4.8, ADO.NET, log4net.config, RabbitMQ.Client, System.Net, Newtonsoft.Json",
        "codes 10045-00012-00077, GUID {0}, ERROR-CODES-TABLE, A1B2C-D3E4F",
        "std::string, System.IO.Path::Combine, Add::Face, a:b:c, 1:2:3:4",
        "hex 41-42-43-44-45-46-47-48, 0xDEADBEEF, 0x80131904, HRESULT 0x80070005",
        "bin\\Thycotic.dll, log\\SS.log, App_Data\\cache, ..\\TMS\\web.config",
        "CEF:0|Thycotic Software|Secret Server|11.3.000001|10004|SECRET - VIEW|2|msg=viewed",
        "Event: [Secret] Action: [View], User: admin, By User: system",
        "Driver={SQL Server};Trusted_Connection=yes; Server=(local);Database=SecretServer;Encrypt=true",
        "KeyJsonConverter.ReadJson, eyJson, BEGIN PRIVATE, basic needs, bearer of news",
        "*:443: https, *:80: http, net.pipe *, 808:*",
        "done.To be continued e.g. here, i.e. there, etc.",
        "x@y, @Model.Name, user@, @param name, foo@1.2.3",
        "Chrome/120.0.0.0 Safari/537.36, curl/7.88.1, Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
        "Server: the database server answered; Host: none; Node: ok; machine: up",
        "Microsoft SQL Server 2019 (RTM-CU22) - 15.0.4322.2 (X64)",
        "C:\\Users\\Public\\Desktop, C:\\Users\\Default\\AppData, C:\\Windows\\Temp",
        "dhost: -, shost=, machineName=localhost, computername: null",
        "certificate expires in 30 days, thumbprint differs, serial 00",
        "Connection reset by peer; a connection string is missing; Data Source is empty",
        "cookie: the ticket expired; auth cookie is secure; Set cookie",
        "primary key=77, RegistryKey=HKLM, cache key=Views, mapping=on, ping=ok, PublicKey=x, SecretKeyRotation=daily",
        "Credentials: 3 loaded; Private Key: PEM format; Encryption Key: AES256; API key: missing",
        "Token: expired; Password: incorrect; Password: changed; the bypass=on and the compass=north",
        "password policy \"Default\" and secret 'Server 7' were viewed; {\"name\":\"Password\",\"type\":\"string\"}",
        "no .NET user found; the net use of it; Assertion: failed; error code=5; GET /x?code=404&a=1; otp=off",
        "Fields: Name, Password, Notes; [Template, 6001]; [Password, Notes, URL]; \"Key\":\"Password\",\"Value\":[null]; (password, reason); InnerKey=Views.Home; Password = @p4",
        "secret 7 facade of 12; password 7 times; Cookie policy: strict; Authorization, if any, is kept",
        "https://localhost:443/path?x=1@y, spin=4, SG.Web, xox, $2, ssh keys: rotated, private-key: 12",
    ]
    .map(str::to_owned)
    .to_vec();
    for n in 0..12 {
        lines.push(format!("build 10.{n}.000{:03}, 11.{n}.0.0, version 10.{n}.1.2, .NET 4.8.{n}.0", n * 7));
        lines.push(format!("took 00:{n:02}:30 at {:02}:15:{n:02},12{n:02}", n + 8));
        lines.push(format!("Thycotic.Module{n}.Worker{n} - step {n} of 12 in SS-BWSR.log.{n}"));
        lines.push(format!("at Thycotic.Data.Step{n}.Run(String[] a{n}) in Step{n}.cs:line {n}00"));
        lines.push(format!("Vendor.Library{n:03}.dll, Version={n}.1.2.3, Culture=neutral, PublicKeyToken=31bf3856ad364e{n:02}"));
    }
    lines
}

#[test]
fn innocent_lines_survive_at_either_level() {
    let lines = innocent();
    assert!(lines.len() >= 100, "{} lines", lines.len());
    assert_eq!(Searcher::default().search(lines.join("\n").as_bytes()).places, []);
    let mut node = NodeFolder::new("SSWEB01", "11.7.000049", "2026-09-14T08:30:00+02:00".parse().unwrap());
    for line in &lines {
        node.log_line("log/SS-BWSR.log", TimeDelta::minutes(2), "INFO ", &format!("Log - {line}"));
    }
    let events = records(&node, &lines);
    let dir = tempfile::tempdir().unwrap();
    let app = node.write(dir.path()).expect("a made node");
    for level in [Level::Secrets, Level::Identities] {
        let options = Options { level, ..Options::new(&app, dir.path().join(level.to_string())) };
        let collected = run(&options, &host(&node, &events), &mut Silent).unwrap();
        let mut bundle = Bundle::open(&collected.path).unwrap();
        let mut texts = recorded(&mut bundle);
        texts.reverse();
        assert_eq!(texts, lines, "{level}");
        let log = String::from_utf8(bundle.bytes("logs/SS-BWSR.log", u64::MAX).unwrap()).unwrap();
        let lost: Vec<&String> = lines.iter().filter(|line| !log.contains(line.as_str())).collect();
        let found: Vec<&str> = log.lines().filter(|line| line.contains('{')).collect();
        assert!(lost.is_empty(), "{level}: {lost:#?}\n{found:#?}");
    }
}
