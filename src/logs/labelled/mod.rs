//! Entries whose kind is known, to measure how well entries are grouped: `templates.txt` has the kinds, a seed fills
//! their slots. It was written before a method of grouping was chosen.

use std::fmt::Write as _;

/// An entry, and which kind of `templates.txt` it is of.
pub(super) struct Labelled {
    pub(super) kind: usize,
    /// Its lines, from the level on.
    pub(super) text: String,
}

const TEMPLATES: &str = include_str!("templates.txt");

const USERS: &[&str] = &[
    "jdoe",
    r"CORP\svc-vault",
    "alice.miller",
    "Administrator",
    r"EMEA\ssmith",
    "bob",
    "root",
    "o'brien",
    "CORP\\Maria Lopez",
    "svc_backup01",
    "müller",
    "ta-kim@corp.example",
];
const HOSTS: &[&str] = &[
    "WEB01",
    "web02.corp.example",
    "dc-berlin",
    "SRV117",
    "fileserver",
    "sql-prod-03.emea.corp.example",
    "localhost",
    "ENGINE-DE-4",
    "corp.example",
    "nas.lab",
];
const WORDS: &[&str] = &[
    "Running",
    "Stopped",
    "heartbeat",
    "Discovery",
    "ReportSchedule",
    "edit",
    "view",
    "owner",
    "memory",
    "engine-7",
    "PasswordChange",
    "cleanup",
];
const TEXT: &[&str] = &[
    "the",
    "remote",
    "certificate",
    "is",
    "invalid",
    "server",
    "closed",
    "connection",
    "no",
    "route",
    "to",
    "host",
    "disk",
    "quota",
    "exceeded",
    "because",
    "user",
    "unknown",
];
const NAMES: &[&str] =
    &["Domain", "Admin", "Prod", "Unix", "root", "Payroll", "SQL", "Europe", "Test", "Lab", "Printer", "A"];
const DATABASES: &[&str] = &["SecretServer", "[SecretServer_Prod]", "ss-prod", "tempdb"];

/// `count` entries, the same for the same seed. Some kinds are far more frequent than others, as in real logs.
pub(super) fn entries(seed: u64, count: usize) -> Vec<Labelled> {
    let mut kinds: Vec<(String, Option<&str>)> = Vec::new();
    for line in TEMPLATES.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix(" | ") {
            Some(more) => kinds.last_mut().unwrap().1 = Some(more),
            None => kinds.push((line.to_owned(), None)),
        }
    }
    let mut random = Random(seed);
    let mut made: Vec<Labelled> = Vec::new();
    while made.len() < count {
        // The smaller of three: the first kinds come nearly three times as often as the middle ones.
        let kind = (0..3).map(|_| random.below(kinds.len())).min().unwrap();
        // Any kind is in it a few times.
        let kind = if made.len() < kinds.len() * 4 { made.len() % kinds.len() } else { kind };
        let (head, more) = &kinds[kind];
        let mut parts = head.splitn(2, ' ');
        let level = parts.next().unwrap();
        let (logger, message) = parts.next().unwrap().trim_start().split_once(' ').unwrap();
        let mut text = format!("{level:5} {logger} - {}\n", filled(message, &mut random));
        if let Some(more) = more {
            let _ =
                write!(text, "{}\n   at System.Data.Reader.Read(String text)\n", filled(more, &mut random));
            let _ = writeln!(text, "   at {logger}.Run(Int32 id) in D:\\b\\{kind}\\Logic.cs:line 17");
        }
        made.push(Labelled { kind, text });
    }
    made
}

fn filled(template: &str, random: &mut Random) -> String {
    let mut text = String::new();
    let mut tail = template;
    while let Some((before, (slot, after))) =
        tail.split_once('{').and_then(|(before, from)| Some((before, from.split_once('}')?)))
    {
        text.push_str(before);
        text.push_str(&value(slot, random));
        tail = after;
    }
    text + tail
}

fn value(slot: &str, random: &mut Random) -> String {
    let hex = |random: &mut Random, digits: usize| -> String {
        (0..digits).map(|_| char::from(b"0123456789abcdef"[random.below(16)])).collect()
    };
    match slot {
        "num" => match random.below(8) {
            0 => format!("-{}", random.below(40)),
            1 => format!("{},{:03}", 1 + random.below(99), random.below(1000)),
            2 => format!("{}.{}", random.below(100), random.below(100)),
            _ => random.below(100_000).to_string(),
        },
        "guid" => {
            let mut part = |digits| hex(random, digits);
            format!("{}-{}-{}-{}-{}", part(8), part(4), part(4), part(4), part(12))
        }
        "host" => random.pick(HOSTS).to_owned(),
        "ip" if random.below(4) == 0 => format!("[fe80::{}:{}]", hex(random, 4), hex(random, 3)),
        "ip" => format!("10.{}.{}.{}", random.below(256), random.below(256), random.below(256)),
        "user" => random.pick(USERS).to_owned(),
        "name" => words(NAMES, 4, " ", random),
        "path" => match random.below(3) {
            0 => format!(r"C:\inetpub\wwwroot\SecretServer\{}.aspx", random.pick(WORDS)),
            1 => format!(r"\\fileserver\share{}\Video Files\{}", random.below(9), hex(random, 6)),
            _ => format!(r"\{}\{}", words(NAMES, 2, " ", random), words(NAMES, 2, " ", random)),
        },
        "url" => format!("https://vault.corp.example/{}/{}", random.pick(WORDS), random.below(900)),
        "word" => random.pick(WORDS).to_owned(),
        "bool" => ["True", "False"][random.below(2)].to_owned(),
        "time" => format!(
            "{:02}/{:02}/2026 {:02}:{:02}:00",
            1 + random.below(12),
            1 + random.below(28),
            random.below(24),
            random.below(60)
        ),
        "span" => match random.below(3) {
            0 => {
                format!("00:{:02}:{:02}.{:07}", random.below(60), random.below(60), random.below(10_000_000))
            }
            1 => format!("{} ms", random.below(100_000)),
            _ => format!("{} minutes", random.below(90)),
        },
        "hex" if random.below(2) == 0 => format!("0x{}", hex(random, 8).to_uppercase()),
        "hex" => hex(random, 16),
        "list" => words(WORDS, 5, ", ", random),
        "text" => words(TEXT, 6, " ", random),
        "ver" => format!("{}.{}.{:06}", 10 + random.below(3), random.below(10), random.below(60)),
        "mail" => format!("{}@{}", random.pick(NAMES).to_lowercase(), random.pick(HOSTS)),
        "db" => random.pick(DATABASES).to_owned(),
        "json" => format!(
            "{{\"id\": {}, \"name\": \"{}\", \"items\": [{}]}}",
            random.below(1000),
            words(NAMES, 3, " ", random),
            words(WORDS, 3, ", ", random)
        ),
        other => panic!("no slot is called {other}"),
    }
}

fn words(of: &[&str], most: usize, between: &str, random: &mut Random) -> String {
    let count = 1 + random.below(most);
    (0..count).map(|_| random.pick(of)).collect::<Vec<_>>().join(between)
}

/// Numbers that look random and are the same for the same seed (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

#[test]
fn there_are_sixty_kinds_and_every_one_is_there() {
    let made = entries(1, 6000);
    let kinds: std::collections::BTreeSet<usize> = made.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds.len(), 60);
    let first = entries(1, 6000).swap_remove(77);
    assert_eq!((first.kind, &first.text), (made[77].kind, &made[77].text), "the same seed, the same entries");
}
