//! Log lines with identities, and with what only looks like one.

use super::*;
use crate::redact::{CaseKey, Fingerprinter, Redactor};
use proptest::prelude::*;

/// A redactor by pattern at level `identities`; its labels have the key-id `7d91d732`.
pub(crate) fn redactor(known: &Known) -> Redactor {
    let key = CaseKey::parse(&"07".repeat(32)).unwrap();
    let labels = Labels::new(&Fingerprinter::new(Some(&key), None)).unwrap();
    Redactor::patterns_only().with(Identities::new(known, Arc::new(labels)).unwrap())
}

/// The line with every label cut to its kind.
fn kinds(redactor: &Redactor, line: &str) -> String {
    let out = String::from_utf8(redactor.redact(line.as_bytes()).0).unwrap();
    let tags = regex::Regex::new(r"\{([a-z]+)-7d91d732-[0-9a-f]{10}\}").unwrap();
    tags.replace_all(&out, "{$1}").into_owned()
}

#[test]
fn patterns_marks_and_fields_show_names() {
    let redactor = redactor(&Known::default());
    let lines = [
        (r"login of CORP\jsmith failed", r"login of {domain}\{user} failed"),
        (r#"{"user":"corp\\jsmith"}"#, r#"{"user":"{domain}\\{user}"}"#),
        ("user=CORP%5Cjsmith&x=1", "user={domain}%5C{user}&x=1"),
        ("mail to Jane.Doe@contoso.com.", "mail to {user}@{domain}."),
        ("to=jane%40contoso.com", "to={user}%40{domain}"),
        (r"pool IIS APPPOOL\ContosoVault started", r"pool IIS APPPOOL\{pool} started"),
        (r"C:\Users\jane.doe\AppData\Local\x.tmp", r"C:\Users\{user}\AppData\Local\x.tmp"),
        (r"C:\\Users\\Jane Doe\\AppData", r"C:\\Users\\{user}\\AppData"),
        ("from 10.20.30.40:55123 to 192.168.1.7", "from {address}:55123 to {address}"),
        ("client [fe80::1c2d:3e4f:5a6b:7c8d%12]:443", "client [{address}%12]:443"),
        ("peer 2001:db8::5 closed", "peer {address} closed"),
        ("range 10.0.0.5-10.0.0.9", "range {address}-{address}"),
        ("mac 00:15:5d:01:02:03, 00-15-5D-01-02-03, 0015.5d01.0203", "mac {mac}, {mac}, {mac}"),
        ("sid S-1-5-21-1004336348-1177238915-682003330-512", "sid {sid}"),
        ("at ssweb01.corp.example:443", "at {host}.{domain}:443"),
        (
            "GET https://vault.contoso.com/SecretServer/Login.aspx",
            "GET https://{host}.{domain}/SecretServer/Login.aspx",
        ),
        ("GET http://ssweb02/SecretServer", "GET http://{host}/SecretServer"),
        (r#""url":"https:\/\/vault01\/x""#, r#""url":"https:\/\/{host}\/x""#),
        (r"copy \\fs01\backup$\vault to \\fs01\c$", r"copy \\{host}\{share}$\vault to \\{host}\c$"),
        (r"copy \\fs01.corp.example\Deploy\vault", r"copy \\{host}.{domain}\{share}\vault"),
        (r#""path":"\\\\fs01\\Deploy\\x""#, r#""path":"\\\\{host}\\{share}\\x""#),
        ("machineName=SSWEB02 role=x", "machineName={host} role=x"),
        (r#"{"MachineName": "SSWEB02"}"#, r#"{"MachineName": "{host}"}"#),
        ("<MachineName>SSWEB02</MachineName>", "<MachineName>{host}</MachineName>"),
        (
            "CEF:0|x|y|1|2|z|2|dhost=db07 shost=web-3 suser=Jane Doe src=10.1.2.3",
            "CEF:0|x|y|1|2|z|2|dhost={host} shost={host} suser={user} src={address}",
        ),
        (
            "Nov 10 13:13:32 SSWEB02 CEF:0|Thycotic Software|Secret Server|11.3.000001",
            "Nov 10 13:13:32 {host} CEF:0|Thycotic Software|Secret Server|11.3.000001",
        ),
        ("Event: [Secret] By User: Jane.Doe Item Name: x", "Event: [Secret] By User: {user} Item Name: x"),
        (
            r"Data Source=SQL01\VAULT;Initial Catalog=ContosoVault;Encrypt=true",
            r"Data Source={host}\{database};Initial Catalog={database};Encrypt=true",
        ),
        (
            "Server=tcp:sql.corp.example,1433;Database=Vault2",
            "Server=tcp:{host}.{domain},1433;Database={database}",
        ),
        ("thumbprint a909502dd82ae41433e6f83886b00d4277a32a7b", "thumbprint {digest}"),
        ("CN=John Smith,OU=Admins,DC=corp", "CN={name},OU={name},DC=corp"),
        ("CN=Jane,O=Zeta Bank,L=Bern,DC=zeta,DC=com", "CN={name},O={name},L={name},DC={domain},DC=com"),
        (
            "LDAP://DC=zeta,DC=net and LDAP://dc01/CN=x",
            "LDAP://DC={domain},DC=net and LDAP://{host}/CN={name}",
        ),
        (r"CN=Roe\, Jane,OU=Users9,DC=zeta", "CN={name},OU={name},DC={domain}"),
        (r"CN=Roe\\, Jane,OU=Users9", "CN={name},OU={name}"),
        (r"CN=Roe\2C Jane,OU=Users9", "CN={name},OU={name}"),
        ("Subject: CN=vault.zeta.com, O=Zeta", "Subject: CN={host}.{domain}, O={name}"),
        ("Login failed for user 'svc_vault22'. [CLIENT: x]", "Login failed for user '{user}'. [CLIENT: x]"),
        ("User [jdoe14] or user \"jdoe15\"", "User [{user}] or user \"{user}\""),
        (r#"{"m":"user \"jdoe15\" left"}"#, r#"{"m":"user \"{user}\" left"}"#),
        ("username 'jdoe16', login 'jdoe17'", "username '{user}', login '{user}'"),
        (r"Login failed for user 'ZETA\svc_vault'.", r"Login failed for user '{domain}\{user}'."),
        ("Cannot open database \"VaultDb17\" requested", "Cannot open database \"{database}\" requested"),
        ("serving application pool 'VaultPool18' failed", "serving application pool '{pool}' failed"),
        (r#"w3wp.exe -ap "VaultPool18" -v"#, r#"w3wp.exe -ap "{pool}" -v"#),
        ("amqp://jdoe31@mqhost:5672/", "amqp://{user}@{host}:5672/"),
        ("amqp://jdoe31@mq.zeta.com/", "amqp://{user}@{host}.{domain}/"),
        ("node rabbit@MQHOST down", "node rabbit@{host} down"),
        ("returnUrl=https%3A%2F%2Fvaulthost%2Fx", "returnUrl=https%3A%2F%2F{host}%2Fx"),
        ("https%253A%252F%252Fvaulthost%252Fx", "https%253A%252F%252F{host}%252Fx"),
        ("ReturnUrl=%2f%2fvault26.zeta.local%2f", "ReturnUrl=%2f%2f{host}.{domain}%2f"),
        ("u=https%3A%2F%2F10.20.30.27%2F&x=%2F10.20.30.56", "u=https%3A%2F%2F{address}%2F&x=%2F{address}"),
        ("MSSQLSvc/sqlprd:1433 HTTP/vaultx29", "MSSQLSvc/{host}:1433 HTTP/{host}"),
        ("HTTP/vault@ZETA.NET", "HTTP/{host}@{domain}"),
        ("sid S-1-12-1-1943430372-1249052806-2496021943-3034400218", "sid {sid}"),
        ("Workstation Name: WSX34 Logon Account: svcx35", "Workstation Name: {host} Logon Account: {user}"),
        ("Workstation ID=WSX54;", "Workstation ID={host};"),
        (
            r#"{"displayName":"Jane Roe","firstName":"Jane"}"#,
            r#"{"displayName":"{user}","firstName":"{user}"}"#,
        ),
        ("<saml:NameID>jroe</saml:NameID>", "<saml:NameID>{user}</saml:NameID>"),
        ("<NameID Format=\"x:y\">jroe</NameID>", "<NameID Format=\"x:y\">{user}</NameID>"),
        ("jroe70+tag@zeta.com and o'roe@zeta.com", "{user}@{domain} and {user}@{domain}"),
        ("copy //fs50/share51/x", "copy //{host}/{share}/x"),
        ("ip-10-20-30-49 up, MAC 00155DAABB04", "{host} up, MAC {mac}"),
        ("thumb 01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef 01 23 45 f6 ok", "thumb {digest} ok"),
        ("request 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "request {guid}"),
        (r"identity corp\svc-vault", r"identity {domain}\{user}"),
        (r#"{"upn":"jroe44@corp","sub":"jroe45"}"#, r#"{"upn":"{user}@{domain}","sub":"{user}"}"#),
        ("login=jroe46 requested by: jroe47", "login={user} requested by: {user}"),
        ("jroe48@10.20.30.60 and srvx10.20.30.61", "{user}@{address} and srvx{address}"),
        ("ticket of WSX62$@ZETA.NET, account WSX63$ changed", "ticket of {host}$@{domain}, account {host}$ changed"),
        ("SPN HTTP/vaulthost missing", "SPN HTTP/{host} missing"),
        ("X-Forwarded-For=%5B2001:db8:77::7%5D addr:2001:db8::beef", "X-Forwarded-For=%5B{address}%5D addr:{address}"),
        ("Cluster node: zetanode", "Cluster node: {host}"),
        ("[ZetaVault].[dbo].[tbUser] and ZetaTwo.dbo.tbSecret", "[{database}].[dbo].[tbUser] and {database}.dbo.tbSecret"),
        ("ssh jroe49@zetahost then scp -P 22 jroe50@zetatwo:/x", "ssh {user}@{host} then scp -P 22 {user}@{host}:/x"),
        ("Login failed for user jroe51. User zetaroe signed in", "Login failed for user {user}. User {user} signed in"),
        ("Connected to server ZETASQL7 from host zeta-app", "Connected to server {host} from host {host}"),
        ("/home/jroe52/x", "/home/{user}/x"),
    ];
    let wrong: Vec<_> = lines.iter().map(|(line, expected)| (kinds(&redactor, line), expected)).collect();
    let wrong: Vec<_> = wrong.iter().filter(|(out, expected)| out != *expected).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn look_alikes_are_not_taken_for_names() {
    let redactor = redactor(&Known::default());
    for line in [
        "2026-11-22 12:34:56,789 [12] ERROR Thycotic.PasswordChangers.Unix - Secret - View failed in SS.log",
        "System.Web.HttpException (0x80004005): The password has expired at First.Last in SS-BSSR.log.1",
        "Thycotic.PasswordChangers.dll, Version=11.7.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35",
        "build 10.9.000064, .NET 4.8.4682.0, Windows 10.0.17763.5458, file version 1.9.0.1",
        "bindingRedirect oldVersion=\"0.0.0.0-5.0.0.0\" newVersion=\"5.0.0.0\"",
        "at System.IO.Path.Combine(String a) in D:\\build\\src\\Thycotic.Web\\Login.aspx.cs:line 42",
        r"C:\inetpub\wwwroot\SecretServer\bin\Thycotic.AppCore.dll",
        r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full, HKLM\SYSTEM",
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion: ProductName; the key SCHANNEL\Protocols, iis.state.site",
        r"machineName=WORKGROUP domain=workgroup",
        r"NT AUTHORITY\NETWORK SERVICE, BUILTIN\Administrators, IIS APPPOOL\DefaultAppPool, NT SERVICE\MSSQLSERVER",
        r"bin\Thycotic.dll, log\SS.log, App_Data\cache",
        r"C:\Users\Public\Documents, C:\Users\Administrator",
        "http://localhost:8080/x https://127.0.0.1/ [::1]:443 0.0.0.0 255.255.255.0",
        "xmlns=\"http://schemas.microsoft.com/.NetConfiguration/v2.0\" http://www.w3.org/2001/XMLSchema",
        "std::string a::b Add::Face 12:34:56 00:10:00 1:2:3",
        "S-1-5-18 S-1-5-32-544",
        "ASP.NET MVC, ADO.NET, log4net.config, web.config, log.info, node.js, deploy.sh",
        "Secret Server: started. User: admin. The server: it runs. host: none. Node: ok",
        "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0.0.0 curl/7.1.2.3",
        "*:443: https *:80: net.pipe *",
        "dump 41-42-43-44-45-46-47-48",
        "dump 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50 at 12:34:56",
        "ClientConnectionId:00000000-0000-0000-0000-000000000000",
        "https://updates.thycotic.net/x https://d36zgw9sidnotm.cloudfront.net:443/x",
        "Domain: synchronized; Database: upgraded; Domain: joined",
        "user 'system', user \"admin\", database 'master', the user's own, XML node 'configuration'",
        "SELECT [t0].[SecretID] FROM [dbo].[tbUser] AS [t0]; for user [12]",
        "{\"displayName\":\"Windows Account\"} {\"displayName\":\"Password\"}",
        "HTTP/1.1 200, HTTP/2, host/path, //configuration/appSettings/add, a = b // c",
        "x=100%25 done, %TEMP%\\x, l=5, O=3",
        "test/files and corp/images and error@line, log\\SS.log",
        "Database=SecretServer;Server=(local);Data Source=.",
        "for user accounts, as user in a role, by user settings; connected to server; on node 1; on server 2019",
        "Node: healthy",
        "Server: unavailable",
        "Login: successful",
        "update for SQL Server SP2, of server KB4535007; log4net-2.0.8.0 v10.9.0.64 release-11.7.0.0",
        "US$ 5, $HOME, x$y, [dbo].[tbUser], master.dbo.sysfiles, SecretServer.dbo.tbVersion",
        "{host-40083dc9-a4b62893e9}.{domain-40083dc9-a4b62893e9}:443 user={user-40083dc9-a4b62893e9}",
    ] {
        assert_eq!(kinds(&redactor, line), line);
    }
}

#[test]
fn a_known_name_is_hidden_everywhere() {
    let mut known = Known::default();
    known.add(Identity::Host, "SSWEB01.corp.example");
    known.learn(br"CORP\jsmith and DC=zeta");
    let redactor = redactor(&known);
    for (line, expected) in [
        ("node ssweb01 is up, SSWEB01_20261122.log", "node {host} is up, {host}_20261122.log"),
        ("SSWEB01SVC and ssweb012", "{host}SVC and {host}2"),
        ("jsmith logged in, jsmithy did not", "{user} logged in, jsmithy did not"),
        ("x.corp.example", "{host}.{domain}"),
        (r"corp\jdoe02 and zeta\jdoe06", r"{domain}\{user} and {domain}\{user}"),
        ("CORP/jdoe04 and zeta/jdoe05", "{domain}/{user} and {domain}/{user}"),
        ("jdoe05@zeta and jdoe06@CORP", "{user}@{domain} and {user}@{domain}"),
        ("corp/images, test@corp.", "corp/images, test@corp."),
        (r"zeta\bin\x.dll and zeta\x.dll", r"{domain}\bin\x.dll and {domain}\x.dll"),
    ] {
        assert_eq!(kinds(&redactor, line), expected);
    }
}

#[test]
fn a_known_name_beyond_ascii_is_hidden_in_every_case_and_code_page() {
    use encoding_rs::{UTF_8, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254};
    for (named, page, spelled) in [
        (r"CORP\Özdemir", WINDOWS_1252, ["Özdemir", "özdemir", "ÖZDEMIR"]),
        (r"CORP\Иванов", WINDOWS_1251, ["Иванов", "иванов", "ИВАНОВ"]),
        (r"CORP\İlker.Çelik", WINDOWS_1254, ["İlker.Çelik", "ilker.çelik", "İLKER.ÇELİK"]),
    ] {
        let mut known = Known::default();
        known.learn(named.as_bytes());
        assert_eq!(known.iter().count(), 1, "{named}");
        let redactor = redactor(&known);
        let scanner =
            crate::redact::leak::Scanner::new(&crate::redact::SecretSet::default(), &[]).with(&known);
        for name in spelled {
            for page in [UTF_8, page] {
                let line = format!("mail for {name} waits");
                let (out, _) = redactor.redact(&page.encode(&line).0);
                let out = String::from_utf8_lossy(&out);
                assert!(out.starts_with("mail for {user-") && out.ends_with("} waits"), "{name}: {out}");
            }
            let line = format!("mail for {name} waits");
            // The search that shares nothing with it knows no Turkish capitals.
            assert!(
                name == "İLKER.ÇELİK" || name == "ilker.çelik" || !scanner.scan(line.as_bytes()).is_empty(),
                "{name}"
            );
        }
        let western = WINDOWS_1252.encode("mail for ÖZDEMIR waits").0.into_owned();
        assert_eq!(scanner.scan(&western).len(), usize::from(named.ends_with("Özdemir")));
    }
    // Known from a text of a code page alone.
    let mut known = Known::default();
    known.learn(&WINDOWS_1251.encode(r"CORP\Иванов").0);
    let out = redactor(&known).redact(&WINDOWS_1251.encode("mail for ИВАНОВ waits").0).0;
    assert!(out.starts_with(b"mail for {user-"), "{}", String::from_utf8_lossy(&out));
}

#[test]
fn one_value_has_one_label_everywhere() {
    let redactor = redactor(&Known::default());
    let line =
        r"\\ssweb01\x machineName=SSWEB01 https://SsWeb01.corp.example/ 2001:DB8::1 [2001:db8:0:0:0:0:0:1]";
    let out = String::from_utf8(redactor.redact(line.as_bytes()).0).unwrap();
    for kind in ["{host-", "{address-"] {
        let labels: BTreeSet<&str> =
            out.split(kind).skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
        assert_eq!(labels.len(), 1, "{out}");
    }
}

/// Lines made of what identities are made of.
fn busy() -> impl Strategy<Value = String> {
    let words = r"CORP|jsmith|ssweb01|\\|\\\\|@|\.|com|:|::|//|10\.1\.2\.3|fe80|host|=|user|Data Source|\{|\}|-| |Users|CEF|S-1-5-21-1-2-3-4|%5C|%40|By User|CN|\n|'";
    proptest::collection::vec(proptest::string::string_regex(words).unwrap(), 0..20).prop_map(|v| v.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn twice_is_once(text in busy()) {
        let mut known = Known::default();
        known.add(Identity::Host, "ssweb01");
        let redactor = redactor(&known);
        let once = redactor.redact(text.as_bytes()).0;
        let twice = redactor.redact(&once).0;
        prop_assert_eq!(String::from_utf8_lossy(&twice), String::from_utf8_lossy(&once));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut known = Known::default();
        known.learn(&bytes);
        let _ = redactor(&known).redact(&bytes);
    }
}
