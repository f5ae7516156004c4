//! Secrets in every place and form that the product writes them: none is left in a bundle.

use super::{host, recorded, records};
use crate::support::forms::forms;
use crate::support::site::Change as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chrono::TimeDelta;
use clusterbrief::bundle::Bundle;
use clusterbrief::collect::{Options, Silent, run};
use clusterbrief::demo::NodeFolder;
use clusterbrief::probes::system::Event;
use clusterbrief::redact::search::{Searcher, SecretFindings};
use clusterbrief::redact::{Level, Redactor};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Secrets in configuration files, with the place of each.
const CONFIGURED: &[(&str, &str, &str)] = &[
    ("web-appSettings.config", "PlainPassword", "Zq7#wordfish-one"),
    ("web-appSettings.config", "Smtp.Password", "mail&\"box\"<two>77"),
    ("web-appSettings.config", "ApiToken", "tok_4f9A3kQ0pLx8ZsE2"),
    ("web-appSettings.config", "ClientSecret", "s3cr3t/With+Slash=="),
    ("web-appSettings.config", "Proxy.Pwd", "back\\slash\\five-5"),
    ("web-custom.config", "EncryptionPassphrase", "correct horse battery six"),
    ("web-custom.config", "Radius.SharedSecret", "Überläuferß-acht8"),
    ("web-custom.config", "SmtpPassword", "Xy;9=kQz!7pW"),
];

/// Lines that hold a secret which no configuration names: found by their shape.
const SHAPES: &[(&str, &str)] = &[
    ("Connect - Server=db01;Database=SecretServer;User ID=sa;Password=Quartz!77seven", "Quartz!77seven"),
    ("Connect - Data Source=db01;Initial Catalog=SS;uid=sa;pwd='semi;colon 12'", "semi;colon 12"),
    ("Connect - Driver={SQL Server};Server=db01;PWD={brace;d-13};", "brace;d-13"),
    ("Connect - Server=db01;Password=\"dou;ble 14\";Encrypt=true", "dou;ble 14"),
    ("Connect - connectionString=&quot;Server=a;Password=Entity&amp;15;User ID=b&quot;", "Entity&amp;15"),
    ("Http - Authorization: Bearer 8f14e45fceea167a5a36dedd4bea2543", "8f14e45fceea167a5a36dedd4bea2543"),
    ("Http - Authorization: Basic c3ZjOk5pbmVOaW5l", "c3ZjOk5pbmVOaW5l"),
    (
        "Http - Authorization: Digest username=\"svc\", response=\"6629fae49393a05397450978507c4ef1\"",
        "6629fae49393a05397450978507c4ef1",
    ),
    ("Http - Authorization: Negotiate YIIGhgYGKwYBBQUCoIIGejCCBnag", "YIIGhgYGKwYBBQUCoIIGejCCBnag"),
    ("Http - proxy says NTLM TlRMTVNTUAABAAAAB4IIogAAAAA", "TlRMTVNTUAABAAAAB4IIogAAAAA"),
    ("Http - X-Api-Key: 5ebe2294ecd0e0f08eab7690d2a6ee69", "5ebe2294ecd0e0f08eab7690d2a6ee69"),
    ("Http - Cookie: .ASPXAUTH=9A3F7CE2B1; ASP.NET_SessionId=kq3vjz2x", "9A3F7CE2B1"),
    ("Http - Set-Cookie: ssauth=Cookie-Crumb-22; path=/", "Cookie-Crumb-22"),
    ("Git - clone https://deploy:Tenfold-10@git.corp.example/repo", "Tenfold-10"),
    ("Ftp - ftp://backup:Ftp-Pass-24@files.corp.example", "Ftp-Pass-24"),
    ("Amqp - amqps://rabbit:Hop-Hop-25@mq01:5671/vhost", "Hop-Hop-25"),
    ("Sso - eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMSJ9.c2lnbmF0dXJlLTEx", "eyJzdWIiOiIxMSJ9.c2lnbmF0dXJlLTEx"),
    ("Sso - SAMLResponse=PHNhbWxwOlJlc3BvbnNlIHhtbG5z&RelayState=x", "PHNhbWxwOlJlc3BvbnNlIHhtbG5z"),
    ("Sso - client_assertion=eyJ0eXAi-Assert-28&x=1", "eyJ0eXAi-Assert-28"),
    ("Sso - refresh_token=1%2F%2F0gRefresh-29&grant_type=refresh_token", "0gRefresh-29"),
    ("Sso - {\"access_token\":\"ya29.Access-30-abc\",\"expires_in\":3600}", "ya29.Access-30-abc"),
    ("Sso - {\"id_token\": \"opaque-Id-31-xyz\"}", "opaque-Id-31-xyz"),
    ("Json - {\"user\":\"svc\",\"password\":\"Twelve_12!x\"}", "Twelve_12!x"),
    ("Json - {\"password\":\"with \\\"quote\\\" 33\",\"x\":1}", "quote\\\" 33"),
    ("Json - \"{\\\"token\\\":\\\"Nested-34 abc\\\"}\"", "Nested-34 abc"),
    ("Json - {'passwd': 'Single-35'}", "Single-35"),
    ("Xml - <login user=\"svc\" password=\"Thirteen_13!x\" />", "Thirteen_13!x"),
    ("Xml - <Password>Element-37</Password>", "Element-37"),
    ("Xml - &lt;a:Password&gt;Escaped-38&lt;/a:Password&gt;", "Escaped-38"),
    ("Xml - \\u003cPassword\\u003eUnicode-39\\u003c/Password\\u003e", "Unicode-39"),
    ("Xml - <add key=\"DbPassword\" value=\"Setting 40\" />", "Setting 40"),
    ("Iis - password=\"[enc:IISWASOnlyAesProvider:57686f4b6e6f7773:enc]\"", "57686f4b6e6f7773"),
    (
        "Iis - identity [enc:AesProvider:jAAAAAECAAADZgAAAKQAAJbG5Vze9+qBIwzs3YYUqxF2:enc] read",
        "jAAAAAECAAADZgAAAKQAAJbG5Vze9+qBIwzs3YYUqxF2",
    ),
    ("Iis - userName=x, password=[enc:RsaProvider:Zm9ydHktdGhyZWU=:enc]", "Zm9ydHktdGhyZWU="),
    ("Query - GET /oauth?client_id=7&client_secret=Fourteen14abc&x=1", "Fourteen14abc"),
    ("Query - GET /blob?sv=2020&sig=Zm9ydHlmb3VyLXNpZw%3D%3D&se=2026", "Zm9ydHlmb3VyLXNpZw"),
    ("Query - POST /api?password%3DPercent-46", "Percent-46"),
    ("Ps - run.ps1 -Password 'Argument 47' -x", "Argument 47"),
    ("Ps - ConvertTo-SecureString \"Plain Text 48\" -AsPlainText -Force", "Plain Text 48"),
    ("Ps - New-Thing -ApiKey Argument-49", "Argument-49"),
    (
        "Key - validationKey=\"0123456789ABCDEF0123456789ABCDEF01234567\"",
        "0123456789ABCDEF0123456789ABCDEF01234567",
    ),
    ("Key - decryptionKey='FEDCBA9876543210FEDCBA9876543210'", "FEDCBA9876543210FEDCBA9876543210"),
    ("Key - AccountKey=Zm9ydHlmaXZlLWFjY291bnQta2V5;EndpointSuffix=x", "Zm9ydHlmaXZlLWFjY291bnQta2V5"),
    ("Key - SharedAccessKey=c2hhcmVkLWtleS01Mw==", "c2hhcmVkLWtleS01Mw"),
    ("Key - aws AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
    ("Key - encryption_key: a1b2c3d4-key-55", "a1b2c3d4-key-55"),
    (
        "Key - -----BEGIN PRIVATE KEY-----MIIEvQIBADANBgkqhkiG56-----END PRIVATE KEY-----",
        "MIIEvQIBADANBgkqhkiG56",
    ),
    (
        "Key - -----BEGIN RSA PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA57\\n-----END RSA PRIVATE KEY-----",
        "MIIEpAIBAAKCAQEA57",
    ),
    ("Lic - key A1B2C-D3E4F-G5H6J-K7L8M-N9P0Q entered", "A1B2C-D3E4F-G5H6J-K7L8M-N9P0Q"),
    ("Lic - code Q1W2E-R3T4Y-U5I6O accepted", "Q1W2E-R3T4Y-U5I6O"),
    ("Text - password=Sixty-0 for x", "Sixty-0"),
    ("Text - Password: Sixty-1", "Sixty-1"),
    ("Text - pwd => Sixty-2", "Sixty-2"),
    ("Text - passphrase: \"Sixty three\"", "Sixty three"),
    ("Text - Kennwort=Sechzig-4", "Sechzig-4"),
    ("Text - secret=Sixty-5-abc", "Sixty-5-abc"),
    ("Text - token: Sixty-6-abc", "Sixty-6-abc"),
    ("Text - api_key=Sixty-7-abc", "Sixty-7-abc"),
    ("Text - access key: Sixty-8-abc", "Sixty-8-abc"),
    ("Text - credential=Sixty-9-abc", "Sixty-9-abc"),
    ("Text - passcode=Seventy-0", "Seventy-0"),
    ("More - secret_key=Abc!23456zz", "Abc!23456zz"),
    ("More - SecretKey=\"Abc!23457zz\"", "Abc!23457zz"),
    ("More - RpcKey: Rpc-Key-8a", "Rpc-Key-8a"),
    ("More - \"symmetricKey\":\"Sym-Key-8b\"", "Sym-Key-8b"),
    ("More - ssh key = Ssh-Key-8c", "Ssh-Key-8c"),
    ("More - AdminPin=90817263", "90817263"),
    ("More - pin: 817263", "817263"),
    ("More - Ocp-Apim-Subscription-Key: 5ubscription-8d", "5ubscription-8d"),
    ("More - onboardingKey: 0nboard-8e", "0nboard-8e"),
    ("More - Duo skey=Duo-Skey-8f", "Duo-Skey-8f"),
    ("More - EncryptedPassword=[enc:AesProvider:QUFBQUFBQUE5MA==:enc] read", "QUFBQUFBQUE5MA"),
    ("More - pass=Pass-Nine-1", "Pass-Nine-1"),
    ("More - UserPass=Pass-Nine-2", "Pass-Nine-2"),
    ("More - {\"pass\":\"Pass-Nine-3\",\"pw\":\"Pass-Nine-4\"}", "Pass-Nine-4"),
    ("More - bind_pw=Pass-Nine-5", "Pass-Nine-5"),
    ("More - DB_PASS=Pass-Nine-6", "Pass-Nine-6"),
    ("More - plink -pw Pass-Nine-7 host", "Pass-Nine-7"),
    ("More - default_pass = Pass-Nine-8", "Pass-Nine-8"),
    ("More - tool /password Pass-Nine-9 x", "Pass-Nine-9"),
    ("More - password_hash=Hash-Ten-1", "Hash-Ten-1"),
    ("More - PasswordTextBox=Box-Ten-2", "Box-Ten-2"),
    ("More - id_token_hint=Hint-Ten-3", "Hint-Ten-3"),
    ("More - [Parameters=[@__password_0='Core-Ten-4']", "Core-Ten-4"),
    ("More - Password           : List-Ten-5", "List-Ten-5"),
    ("More - Password -> Arrow-Ten-6", "Arrow-Ten-6"),
    ("More - password 'Quote-Ten-7' was refused", "Quote-Ten-7"),
    ("More - {\"password\":[\"List-Ten-8\"]}", "List-Ten-8"),
    ("More - {\"password\":{\"value\":\"Box-Ten-9\"}}", "Box-Ten-9"),
    ("More - Password: [List-Eleven-0]", "List-Eleven-0"),
    ("More - {\"name\":\"Password\",\"value\":\"Pair-11-1\"}", "Pair-11-1"),
    (
        "More - {\"itemId\":7,\"itemValue\":\"Pair-11-2\",\"fieldId\":108,\"fieldName\":\"Password\",\"slug\":\"password\"}",
        "Pair-11-2",
    ),
    ("More - {\"fieldName\":\"Password\",\"isFile\":false,\"itemValue\":\"Pair-11-3\"}", "Pair-11-3"),
    ("More - {\\\"fieldName\\\":\\\"Password\\\",\\\"itemValue\\\":\\\"Pair-11-4\\\"}", "Pair-11-4"),
    ("More - <add value=\"Pair-11-5\" key=\"Password\"/>", "Pair-11-5"),
    ("More - ParameterBinding(Set-It): name=\"NewPassword\"; value=\"Pair-11-6\"", "Pair-11-6"),
    ("More - <Password xsi:type=\"xsd:string\">Typed-12-1</Password>", "Typed-12-1"),
    ("More - <Password><![CDATA[Typed-12-2]]></Password>", "Typed-12-2"),
    ("More - <password >Typed-12-3</password>", "Typed-12-3"),
    ("More - &lt;Password xsi:type=\"string\"&gt;Typed-12-4&lt;/Password&gt;", "Typed-12-4"),
    ("More - Driver={x};Server=s;Uid=sa;Pwd={a}}b;cK88-12-5};", "cK88-12-5"),
    ("More - Password=&apos;q;wErty12-6&apos;;User ID=a", "wErty12-6"),
    ("More - Server=db;Password=pa&lt;ss14x-12-7;User ID=a", "ss14x-12-7"),
    ("More - amqp://rabbit:p@ss/20w-12-8@mq01", "20w-12-8"),
    ("More - https:\\/\\/user:Slash-12-9@host", "Slash-12-9"),
    ("More - -NewPassword (ConvertTo-SecureString \"Plain 13-1\" -AsPlainText -Force)", "Plain 13-1"),
    ("More - ConvertTo-SecureString -AsPlainText -Force \"Plain-13-2\"", "Plain-13-2"),
    (
        "More - token ghp_0123456789abcdefghijABCDEFGHIJ012345 used",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    ),
    ("More - hash $2a$10$N9qo8uLOickgx2ZMRZoMye kept", "N9qo8uLOickgx2ZMRZoMye"),
    ("More - blob 01000000d08c9ddf0115d1118c7a00c04fc297eb kept", "d08c9ddf0115d1118c7a"),
    ("Dump - \"Key\":\"Authorization\",\"Value\":[\"Basic RHVtcDox\"]", "RHVtcDox"),
    ("Dump - {\"Key\":\"Cookie\",\"Value\":[\"a=1; ssauth=Dump-2-cookie\"]}", "Dump-2-cookie"),
    ("Dump - headers.Add(\"Authorization\", \"Basic RHVtcDoz\")", "RHVtcDoz"),
    ("Dump - Authorization => Basic RHVtcDo0", "RHVtcDo0"),
    ("Dump - <header name=\"Authorization\" value=\"Basic RHVtcDo1\"/>", "RHVtcDo1"),
    ("Dump - authorization=[Bearer Dump-6-bearer]", "Dump-6-bearer"),
    ("Dump - HTTP_COOKIE=a=1; ssauth=Dump-7-cookie", "Dump-7-cookie"),
    (
        "Dump - Authorization: AWS4-HMAC-SHA256 Credential=x, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc9",
        "fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc9",
    ),
    ("Dump - [Password, Tuple-8-pass]", "Tuple-8-pass"),
    ("Dump - Name=Password, Value=Tuple-9-pass", "Tuple-9-pass"),
    ("Command - net use Z: \\\\nas01\\share Net-Use-1 /user:corp\\svc", "Net-Use-1"),
    ("Command - net user svc Net-User-2 /add", "Net-User-2"),
    ("Command - sshpass -p Ssh-Pass-3 ssh root@host", "Ssh-Pass-3"),
    ("Command - username admin password 7 0822455D0A16544541", "0822455D0A16544541"),
    ("Command - enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "hx5rVt7rPNoS4wqbXKX7m0"),
    ("Query - POST assertion=PHNhbWw6QXNzZXJ0aW9uPg&x=1", "PHNhbWw6QXNzZXJ0aW9uPg"),
    ("Query - code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r"),
    ("Query - GET /callback?code=SplxlOBeZQQYbYS6WxSbIA&state=x", "SplxlOBeZQQYbYS6WxSbIA"),
    ("Query - X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835", "aeeed9bbccd4d02ee5c0109b86d86835"),
    ("Query - otp=918273", "918273"),
    ("Hook - https://hooks.slack.com/services/T00000000/B00000000/XXXXyyyyZZZZ", "B00000000/XXXXyyyyZZZZ"),
    (
        "Hook - https://corp.webhook.office.com/webhookb2/0f1e2d3c-aaaa/IncomingWebhook/5a5b5c5d",
        "IncomingWebhook/5a5b5c5d",
    ),
    ("Key - EntropyKey=Zm9yIGFueSBrZXkgb2YgbWl4ZWQ5", "Zm9yIGFueSBrZXkgb2YgbWl4ZWQ5"),
];

/// Texts of event records with a secret of a shape.
const EVENTS: &[(&str, &str)] = &[
    ("Event 1309 ASP.NET 4.0: Exception message: Login failed; Password=Event-Secret-71;", "Event-Secret-71"),
    ("Event 1000 Application Error: w3wp.exe -pwd \"Event Secret 72\"", "Event Secret 72"),
    ("Event 5021 WAS: [enc:IISWASOnlyAesProvider:RXZlbnQ3M3NlY3JldA==:enc]", "RXZlbnQ3M3NlY3JldA=="),
];

/// The configured secrets whose name a file has.
const IN_NAMES: &[&str] = &["Zq7#wordfish-one", "tok_4f9A3kQ0pLx8ZsE2", "correct horse battery six"];

/// Forms beside those of [`forms`], for lines of logs.
fn more_forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let each =
        |f: &dyn Fn(u32) -> String| secret.chars().map(|c| f(c.into())).collect::<String>().into_bytes();
    let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let unicode = secret.encode_utf16().fold(String::new(), |mut text, unit| {
        let _ = write!(text, "\\u{unit:04X}");
        text
    });
    let twice = secret.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%25{byte:02X}");
        text
    });
    let dashes: Vec<String> = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
    vec![
        ("XML decimal", each(&|code| format!("&#{code};"))),
        ("XML hexadecimal", each(&|code| format!("&#x{code:x};"))),
        ("JSON Unicode", unicode.into()),
        ("percent twice", twice.into()),
        ("hex with dashes", dashes.join("-").into()),
        ("base64 of UTF-16", STANDARD_NO_PAD.encode(&wide).into()),
    ]
}

/// Encodings in which whole logs hold the configured secrets: name of the log, mark, and bytes of a text.
type Encode = fn(&str) -> Vec<u8>;
const ENCODED_LOGS: &[(&str, &[u8], Encode)] = &[
    ("log/SS-EWSR.log", b"\xff\xfe", |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ("log/SS-SRWSR.log", b"", |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ("log/SS-MMSR.log", b"\xfe\xff", |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ("log/SS-BE.log", b"", |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ("log/SS-ANSI.log", b"", |text| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()),
    ("log/SS-UTF.log", b"\xef\xbb\xbf", |text| text.as_bytes().to_vec()),
];

/// A node with all of it, the records of its event log, and how many places that are.
fn planted() -> (NodeFolder, Vec<Event>, usize) {
    let mut node = NodeFolder::new("SSWEB01", "11.7.000049", "2026-09-14T08:30:00+02:00".parse().unwrap());
    let before = TimeDelta::minutes(2);
    let mut texts: Vec<String> = Vec::new();
    let mut places = 0;
    for (file, key, secret) in CONFIGURED {
        let escaped = String::from_utf8(forms(secret)[1].1.clone()).unwrap();
        if !node.files.contains_key(*file) {
            node.put(file, "<appSettings>\r\n</appSettings>\r\n");
        }
        let setting = format!("  <add key=\"{key}\" value=\"{escaped}\" />\r\n</appSettings>");
        node.edit(file, "</appSettings>", &setting);
        places += 1;
        let in_lines =
            forms(secret).into_iter().chain(more_forms(secret)).filter(|(name, _)| *name != "UTF-16");
        for (_, form) in in_lines {
            node.log_line("log/SS.log", before, "ERROR", "Thycotic.Web - dump: ");
            let log = node.files.get_mut("log/SS.log").unwrap();
            log.truncate(log.len() - 2);
            log.extend(&form);
            log.extend(b" end of dump\r\n");
            texts.push(format!("dump:\r\n\t{}\r\nend of dump", String::from_utf8(form).unwrap()));
            places += 2;
        }
    }
    for (log, mark, encode) in ENCODED_LOGS {
        let mut bytes = mark.to_vec();
        for (_, _, secret) in CONFIGURED {
            bytes.extend(encode(&format!(
                "2026-09-14 08:28:00,000 [1] INFO  Thycotic.Web - said {secret} aloud\r\n"
            )));
            places += 1;
        }
        node.put(log, bytes);
        node.modified.insert((*log).to_owned(), node.clock.to_utc());
    }
    for (line, _) in SHAPES.iter().chain(EVENTS) {
        node.log_line("log/SS-BWSR.log", before, "INFO ", line);
        texts.push((*line).to_owned());
        texts.push(format!("Exception information:\n    {line}\n    at System.Web"));
        places += 3;
    }
    for secret in IN_NAMES {
        let line = "2026-09-14 08:28:00,000 [1] INFO  Thycotic.Web - ok\r\n";
        for path in [
            format!("Scripts/{secret}.js"),
            format!("web-{secret}.config"),
            format!("bin/{secret}.dll"),
            format!("log/old {secret}/SS.log"),
        ] {
            node.put(&path, if path.ends_with(".config") { "<a/>" } else { line });
            places += 1;
        }
    }
    let events = records(&node, &texts);
    (node, events, places)
}

#[test]
fn no_planted_secret_leaves_the_node_at_either_level() {
    let (node, events, places) = planted();
    assert!(places >= 300, "{places} places");
    let secrets = CONFIGURED.iter().map(|(_, _, secret)| (*secret, true));
    let shaped = SHAPES.iter().chain(EVENTS).map(|(_, secret)| (*secret, false));
    let needles: Vec<(&str, &str, Vec<u8>)> = secrets
        .chain(shaped)
        .flat_map(|(secret, known)| {
            let all: Vec<_> = forms(secret).into_iter().chain(more_forms(secret)).collect();
            all.into_iter()
                .filter(move |(form, _)| known || *form == "raw")
                .map(move |(form, bytes)| (secret, form, bytes))
        })
        .collect();
    // What is looked for in the bundle is there in the folder.
    let folder = node.files.values().flatten().copied().collect::<Vec<u8>>();
    let missing: Vec<_> = needles
        .iter()
        .filter(|(.., bytes)| memchr::memmem::find(&folder, bytes).is_none())
        .map(|(s, f, _)| (s, f))
        .collect();
    assert!(missing.is_empty(), "never planted: {missing:?}");

    // `inspect --leaks` reports each secret of a known pattern at its place.
    let unseen = SHAPES.iter().chain(EVENTS).filter(|(line, secret)| {
        let found = Searcher::default().search(line.as_bytes());
        found.places.is_empty() || format!("{found:?}").contains(secret)
    });
    assert_eq!(unseen.collect::<Vec<_>>(), Vec::<&(&str, &str)>::new());

    let dir = tempfile::tempdir().unwrap();
    let app = node.write(dir.path()).expect("a made node");
    for level in [Level::Secrets, Level::Identities] {
        let iis_config = Some(dir.path().join("applicationHost.config"));
        let out = dir.path().join(level.to_string());
        let options = Options { iis_config, level, ..Options::new(&app, out) };
        let collected = run(&options, &host(&node, &events), &mut Silent).unwrap();
        // The leak scan had nothing to do: the redactor alone found all of them.
        let (unknown, others): (Vec<_>, Vec<_>) =
            collected.notes.into_iter().partition(|note| note.contains("facts could not be read"));
        assert!(unknown.len() < 2 && others.is_empty(), "{level}: {others:?}");
        let mut bundle = Bundle::open(&collected.path).unwrap();
        assert!(bundle.members().all(|member| member.content().is_some()), "something was not taken");
        let texts = recorded(&mut bundle);
        assert_eq!(texts.len(), events.len());
        assert!(texts.iter().all(|text| text.contains("{redacted}")), "{texts:#?}");
        let mut all = std::fs::read(&collected.path).unwrap();
        all.extend(bundle.manifest().to_json().unwrap());
        for member in bundle.members() {
            let bytes = bundle.bytes(member.path.as_str(), u64::MAX).unwrap();
            assert_eq!(
                Searcher::default().search(&bytes),
                SecretFindings::default(),
                "{level}: {}",
                member.path
            );
            all.extend(bytes);
        }
        let left: BTreeSet<(&str, &str)> = needles
            .iter()
            .filter(|(_, _, bytes)| memchr::memmem::find(&all, bytes).is_some())
            .map(|(secret, form, _)| (*secret, *form))
            .collect();
        assert!(left.is_empty(), "left in the bundle of level {level}: {left:?}");
    }
}

#[test]
fn a_log_whose_encoding_changes_gives_nothing_away() {
    let low_first = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let high_first = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let log: Vec<u8> = (0..)
        .zip(SHAPES)
        .flat_map(|(number, (line, _))| {
            let line = format!("2026-09-14 08:28:00,000 [1] INFO  Thycotic.Web - {line}\r\n");
            match number % 4 {
                0 | 2 => line.into_bytes(),
                1 => low_first(&line),
                _ => high_first(&line),
            }
        })
        .collect();
    let (out, _) = Redactor::patterns_only().redact(&log);
    let holds = |bytes: &[u8]| memchr::memmem::find(&out, bytes).is_some();
    for (_, secret) in SHAPES {
        assert!(
            !holds(secret.as_bytes()) && !holds(&low_first(secret)) && !holds(&high_first(secret)),
            "{secret}"
        );
    }
    let out = String::from_utf8(out).unwrap();
    assert_eq!(out.matches("[1] INFO  Thycotic.Web - ").count(), SHAPES.len());
}
