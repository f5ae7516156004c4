//! Commands of runbooks: none that deletes, no name that could change what a command prompt does, each for its own node.

use crate::support::samples::sample;
use clusterbrief::analysis::{Analysis, Analyzer, Options, open};
use clusterbrief::demo::CASES;
use clusterbrief::knowledge::Knowledge;
use clusterbrief::model::{BuildVersion, Cluster, Location, Observed};
use clusterbrief::plan::{CommandLine, PlanRequest, Runbook, Step, plan, repairs};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::sync::LazyLock;

const KINDS: [&str; 17] = [
    "stop-pool",
    "start-pool",
    "back-up-folder",
    "back-up-tms",
    "fingerprints",
    "list-copy",
    "copy",
    "list-copy-tms",
    "copy-tms",
    "list-copy-whole",
    "copy-whole",
    "create-pool",
    "create-application",
    "restart-iis",
    "compare-clock",
    "package-hash",
    "collect",
];

/// Procedures that have every command at every place.
fn everything() -> String {
    let mut text = String::new();
    let purposes = [
        (
            "upgrade",
            &["first", "others", "serving", "dr", "mirror", "desk", "database", "balancer", "product"][..],
            "",
        ),
        ("add-node", &["new", "source"], ""),
        (
            "repair",
            &["faulty", "source"],
            r#"repairs = ["CFG-002", "ENC-001", "ENC-002", "LOG-001", "TIM-001", "VER-001", "VER-002"]"#,
        ),
    ];
    let cites = r#"cites = [{ source = "SELF", status = "inferred" }]"#;
    for (purpose, places, more) in purposes {
        let tasks: Vec<String> = places.iter().map(|place| format!("x-{purpose}-{place}")).collect();
        write!(
            text,
            "[[runbook]]\nid = \"x-{purpose}\"\ntitle = \"Everything\"\npurpose = \"{purpose}\"\nchoose = \"Never.\"\ntasks = {tasks:?}\n{more}\n{cites}\n"
        )
        .expect("text");
        for place in places {
            write!(
                text,
                "[[task]]\nid = \"x-{purpose}-{place}\"\ntitle = \"Everything\"\non = \"{place}\"\npage = \"Setup/Upgrade\"\ncommands = {KINDS:?}\n{cites}\n"
            )
            .expect("text");
        }
    }
    text
}

static AUDITOR: LazyLock<Analyzer> = LazyLock::new(|| {
    Analyzer::with(Knowledge::layered(&[("everything.toml", &everything())]).expect("knowledge"))
        .expect("signatures")
});

fn audit(name: &str, target: Option<&str>) -> Analysis {
    let options = Options {
        target: target.map(|target| BuildVersion::parse(target).expect("a build")),
        ..Options::at("2026-11-20T12:00:00Z".parse().expect("a time"))
    };
    AUDITOR.analyze(open([&sample(name)]), &options)
}

/// The steps of the procedures above and of every built-in one, for this cluster and a new node.
fn steps(cluster: &Cluster, audited: &Analysis, new: &str) -> Vec<Step> {
    let (results, knowledge) = (&audited.results, AUDITOR.knowledge());
    let wishes = [PlanRequest::Upgrade { by: None }, PlanRequest::AddNode(new.to_owned())];
    let plans = wishes.iter().filter_map(|wish| plan(cluster, results, knowledge, wish));
    let runbooks = plans.flat_map(|plan| plan.runbooks).chain(repairs(cluster, results, knowledge));
    runbooks.flat_map(|runbook: Runbook| runbook.steps).collect()
}

fn commands(steps: &[Step]) -> impl Iterator<Item = &CommandLine> {
    steps.iter().flat_map(|step| &step.commands)
}

/// What is wrong with a line: it deletes, or holds a character that means something to a command prompt outside the
/// few words in which our own text needs one.
fn fault(line: &str) -> Option<String> {
    let upper = line.to_ascii_uppercase();
    for word in
        ["/MIR", "/PURGE", "/MOVE", "/MOV", "DEL ", "RMDIR", "RD ", " DELETE ", "FORMAT", "RENAME", "REN "]
    {
        if upper.contains(word) || (word.ends_with(' ') && upper.starts_with(word)) {
            return Some(format!("{word} in {line}"));
        }
    }
    let mut plain = line.to_owned();
    for own in [
        "%windir%",
        "%SystemDrive%",
        "*S-1-5-32-544:(OI)(CI)F",
        "*S-1-5-18:(OI)(CI)F",
        " SS*.log.*",
        " SS*.log",
        "/text:*",
        "/LOG+:",
    ] {
        plain = plain.replace(own, "");
    }
    let mut quoted = false;
    let mut rest = plain.chars().peekable();
    while let Some(c) = rest.next() {
        let fits = match c {
            '"' => {
                quoted = !quoted;
                true
            }
            '<' | '>' | '(' | ')' | '[' | ']' => quoted,
            // The administrative share of a drive, and nothing else.
            '$' => quoted && rest.peek() == Some(&'\\'),
            _ => c.is_ascii_alphanumeric() || " -_./\\:".contains(c),
        };
        if !fits {
            return Some(format!("{c:?} in {line}"));
        }
    }
    quoted.then(|| format!("an open quotation mark in {line}"))
}

#[test]
fn no_command_deletes_or_escapes_its_quotes_on_any_sample() {
    for case in CASES {
        let audited = audit(case.name, Some("12.0.000001"));
        let steps = steps(&audited.cluster, &audited, "WEB09");
        let own = steps.iter().filter(|step| step.task.starts_with("x-")).count();
        assert!(own >= 8, "{}: {own} places", case.name);
        for command in commands(&steps) {
            assert_eq!(fault(&command.line), None, "{}", case.name);
            assert_eq!(command.open.is_empty(), !command.line.contains('<'), "{}", command.line);
            assert!(
                command.does.ends_with('.') && command.open.iter().all(|why| why.ends_with('.')),
                "{command:?}"
            );
        }
    }
}

#[test]
fn every_kind_is_written_for_a_node_that_is_known() {
    let audited = audit("pre-upgrade", Some("11.7.000049"));
    let steps = steps(&audited.cluster, &audited, "WEB04");
    let written = |task: &str| -> Vec<String> {
        let step = steps.iter().find(|step| step.task == task).expect("the step");
        step.commands.iter().map(|command| format!("{}> {}", command.node, command.line)).collect()
    };
    let added = written("x-add-node-new").join("\n");
    for line in [
        r#"WEB04> robocopy "\\WEB01\C$\inetpub\wwwroot\SecretServer" "C:\inetpub\wwwroot\SecretServer" /L /E /XF database.config encryption.config SS*.log SS*.log.* /COPY:DAT /R:2 /W:5 /NP /TEE /LOG+:"C:\SecretServer-backup\WEB04-list.log""#,
        r#"WEB04> robocopy "\\WEB01\C$\inetpub\wwwroot\SecretServer" "C:\inetpub\wwwroot\SecretServer" /E /XF SS*.log SS*.log.* /COPY:DAT /R:2 /W:5 /NP /TEE /LOG+:"C:\SecretServer-backup\WEB04-copy.log""#,
        r#"WEB04> robocopy "\\WEB01\C$\inetpub\wwwroot\TMS" "C:\inetpub\wwwroot\TMS" /E /XF SS*.log SS*.log.* /COPY:DAT /R:2 /W:5 /NP /TEE /LOG+:"C:\SecretServer-backup\WEB04-copy.log""#,
        r#"WEB04> certutil -hashfile "C:\inetpub\wwwroot\SecretServer\encryption.config" SHA256"#,
        r#"WEB04> %windir%\system32\inetsrv\appcmd.exe stop apppool /apppool.name:"SecretServer""#,
        r#"WEB04> %windir%\system32\inetsrv\appcmd.exe set apppool /apppool.name:"SecretServer" /enable32BitAppOnWin64:"false" /managedPipelineMode:"Integrated" /managedRuntimeVersion:"v4.0" /processModel.idleTimeout:"00:00:00" /processModel.loadUserProfile:"true" /processModel.maxProcesses:"1" /recycling.periodicRestart.time:"00:00:00" /startMode:"AlwaysRunning""#,
        r#"WEB04> %windir%\system32\inetsrv\appcmd.exe set apppool /apppool.name:"SecretServer" /-recycling.periodicRestart.schedule"#,
        r#"WEB04> %windir%\system32\inetsrv\appcmd.exe add app /site.name:"Default Web Site" /path:"/SecretServer" /physicalPath:"C:\inetpub\wwwroot\SecretServer" /applicationPool:"SecretServer""#,
        r#"WEB04> w32tm /stripchart /computer:"WEB01" /samples:3 /dataonly"#,
        r#"WEB04> clusterbrief collect --app-dir "C:\inetpub\wwwroot\SecretServer""#,
        "WEB04> iisreset",
    ] {
        assert!(added.contains(line), "{line}\nis not in\n{added}");
    }
    let upgraded = written("x-upgrade-serving").join("\n");
    for line in [
        r#"WEB02> robocopy "C:\inetpub\wwwroot\SecretServer" "C:\SecretServer-backup\WEB02-before-11.7.000049" /E /XC /XN /XO /COPY:DAT /R:2 /W:5 /NP"#,
        r#"WEB02> robocopy "C:\inetpub\wwwroot\TMS" "C:\SecretServer-backup\WEB02-TMS-before-11.7.000049" /E /XC /XN /XO /COPY:DAT /R:2 /W:5 /NP"#,
        r#"WEB02> mkdir "C:\SecretServer-backup""#,
        r#"WEB02> icacls "C:\SecretServer-backup" /inheritance:r /grant:r "*S-1-5-32-544:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F""#,
        r#"WEB02> certutil -hashfile "Version_11_7_000049.zip" SHA256"#,
    ] {
        assert!(upgraded.contains(line), "{line}\nis not in\n{upgraded}");
    }
    let step = steps.iter().find(|step| step.task == "x-upgrade-serving").expect("the step");
    assert_eq!(step.pages[0], "https://WEB01/SecretServer/Setup/Upgrade");
}

#[test]
fn each_node_has_its_own_folder_pool_and_address() {
    let mut audited = audit("pre-upgrade", Some("11.7.000049"));
    let mut cluster = audited.cluster.clone();
    let node = cluster.nodes.iter_mut().find(|node| node.name == "WEB02").expect("the node");
    let facts = &mut node.snapshot.as_mut().expect("a bundle").facts;
    facts.application_folder = Observed::known(r"E:\Web\Vault".into(), Location::file("a test"));
    if let Observed::Known { value, .. } = &mut facts.iis
        && let Observed::Known { value: app, .. } = &mut value.application
    {
        app.pool = "Vault".into();
        app.site = "Vault".into();
        app.path = "/".into();
        app.bindings = vec!["http *:80:".into(), "https *:8443:".into()];
    }
    let serving = |cluster: &Cluster, audited: &Analysis| {
        let steps = steps(cluster, audited, "WEB04");
        steps.into_iter().find(|step| step.task == "x-upgrade-serving").expect("the step")
    };
    let step = serving(&cluster, &audited);
    let lines: Vec<&str> =
        step.commands.iter().filter(|one| one.node == "WEB02").map(|one| one.line.as_str()).collect();
    let lines = lines.join("\n");
    assert!(
        lines.contains(r#"" "E:\Web\Vault" /E"#)
            && lines.contains(r#""E:\SecretServer-backup\WEB02-before-"#),
        "{lines}"
    );
    assert!(lines.contains(r#"stop apppool /apppool.name:"Vault""#), "{lines}");
    assert!(lines.contains(r#"add site /name:"Vault" /physicalPath:"E:\Web\Vault""#), "{lines}");
    assert_eq!(step.pages[1], "https://WEB02:8443/Setup/Upgrade");

    // A node that only the node list knows has placeholders, and says why.
    let node = cluster.nodes.iter_mut().find(|node| node.name == "WEB02").expect("the node");
    node.snapshot = None;
    let step = serving(&cluster, &audited);
    let command = step.commands.iter().find(|one| one.node == "WEB02").expect("a command");
    assert!(command.line.ends_with(r#"/apppool.name:"<application pool of WEB02>""#), "{}", command.line);
    assert_eq!(command.open, ["None of the files supplied contains the application pool of WEB02."]);
    assert_eq!(step.pages[1], "https://WEB02/<virtual path of WEB02>/Setup/Upgrade");

    // Before 10.2 the upgrade has another page.
    let old = BuildVersion::parse("8.9.300000").expect("a build");
    if let Observed::Known { value, .. } = &mut cluster.history {
        value.rows.truncate(1);
        value.rows[0].version = Observed::known(old, Location::file("a test"));
    }
    audited.cluster = cluster;
    assert_eq!(serving(&audited.cluster, &audited).pages[0], "https://WEB01/SecretServer/Installer.aspx");
}

/// Text of the kind that breaks out of commands, by itself or with something harmless around it.
fn hostile() -> impl Strategy<Value = String> {
    let bad = prop::sample::select(vec![
        "\"",
        "&",
        "|",
        "<",
        ">",
        "^",
        "%",
        "!",
        "$",
        "`",
        "'",
        ";",
        ",",
        "=",
        "\n",
        "\r",
        "\t",
        "\0",
        "\u{202e}",
        "\u{2ba}",
        "＂",
        "..",
        "%PATH%",
        "\" & calc & \"",
        "$(calc)",
        "é",
    ]);
    (r"[A-Za-z:\\/ ]{0,12}", bad, r"[A-Za-z0-9\\/ ]{0,12}")
        .prop_map(|(before, bad, after)| format!("{before}{bad}{after}"))
}

static UPGRADING: LazyLock<Analysis> = LazyLock::new(|| audit("pre-upgrade", Some("11.7.000049")));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hostile_names_never_reach_a_command(name in hostile(), folder in hostile(), pool in hostile(), path in hostile(), new in hostile()) {
        let mut cluster = UPGRADING.cluster.clone();
        let node = cluster.nodes.iter_mut().find(|node| node.name == "WEB02").expect("the node");
        node.name = name;
        let facts = &mut node.snapshot.as_mut().expect("a bundle").facts;
        facts.application_folder = Observed::known(format!(r"C:\{folder}"), Location::file("a test"));
        if let Observed::Known { value, .. } = &mut facts.iis
            && let Observed::Known { value: app, .. } = &mut value.application
        {
            app.site.clone_from(&pool);
            app.pool = pool;
            app.path = format!("/{path}");
            app.bindings = vec![format!("https {folder}")];
        }
        let steps = steps(&cluster, &UPGRADING, &new);
        for command in commands(&steps) {
            prop_assert_eq!(fault(&command.line), None);
            prop_assert_eq!(command.open.is_empty(), !command.line.contains('<'));
        }
        for page in steps.iter().flat_map(|step| &step.pages) {
            let plain = page.chars().all(|c| c.is_ascii_alphanumeric() || " :/<>[].-_?=".contains(c));
            prop_assert!(plain, "{}", page);
        }
    }
}
