//! The account of the pool, what it may do, and whether pool and site run.

use super::*;

#[test]
fn rights_are_those_of_the_account_of_the_pool() {
    let known = |kind: &str| iis(Observed::known(kind.to_owned(), Location::file("applicationHost.config")));
    let mut made = machine();
    made.members.insert(ADMINISTRATORS.into(), vec![POOL.into()]);
    assert_eq!(value(&facts_of(&made), "iis.identity.admin"), Some("true"));
    assert_eq!(value(&facts_of(&made), "iis.identity.impersonate"), Some("true"));
    assert_eq!(value(&facts_of(&made), "files.temp-modify"), Some("true"));
    for (kind, admin) in [("LocalSystem", "true"), ("NetworkService", "false"), ("LocalService", "false")] {
        assert_eq!(value(&facts_as(&machine(), &known(kind)), "iis.identity.admin"), Some(admin), "{kind}");
    }
    // Of an account of its own the bundle has no name, and without IIS there is no pool.
    for iis in [known("SpecificUser"), Observed::not_collected("no IIS")] {
        let idle = FakeSystem { processes: BTreeMap::new(), ..machine() };
        let facts = facts_as(&idle, &iis);
        for fact in ["iis.identity.admin", "iis.identity.batch-logon", "files.app-modify"] {
            assert!(matches!(facts[fact], Observed::NotCollected { .. }), "{fact}");
        }
        assert!(facts["files.readable-by-users"].value().is_some());
    }
}

#[test]
fn a_list_of_nobody_is_no_answer() {
    let mut made = machine();
    made.holders.insert("SeBatchLogonRight".into(), Vec::new());
    assert!(facts_of(&made)["iis.identity.batch-logon"].is_unknown());
    made.members.insert(ADMINISTRATORS.into(), Vec::new());
    assert!(facts_of(&made)["iis.identity.admin"].is_unknown());
}

#[test]
fn access_lists_are_read_as_windows_reads_them() {
    const MODIFY: u32 = 0x0013_01bf;
    for (entries, modify, readable) in [
        (vec![allow(POOL, MODIFY)], "true", "false"),
        (vec![allow(POOL, 0x0012_00a9)], "false", "false"),
        // Two entries may add up; generic rights are spelled out.
        (vec![allow(POOL, 0x0012_00a9), allow(IIS_USERS, MODIFY)], "true", "false"),
        (vec![allow(POOL, 0x1000_0000)], "true", "false"),
        // The first entry that speaks of a right decides it.
        (vec![deny(USERS, 0x2), allow(POOL, MODIFY)], "false", "false"),
        (vec![allow(POOL, MODIFY), deny(USERS, 0x2)], "true", "false"),
        // Another's entries are none of it.
        (vec![deny(ADMINISTRATORS, FULL), allow(POOL, MODIFY)], "true", "false"),
        (vec![allow("S-1-1-0", 0x8000_0000)], "false", "true"),
        (vec![allow("S-1-5-21-1-2-3-513", 0x0012_00a9)], "false", "true"),
        (vec![allow("S-1-5-21-1-2-3-1513", 0x0012_00a9)], "false", "false"),
        (vec![], "false", "false"),
    ] {
        let mut made = machine();
        made.access.insert(app().join("").to_string_lossy().into_owned(), list(&entries));
        let facts = facts_of(&made);
        assert_eq!(value(&facts, "files.app-modify"), Some(modify), "{entries:?}");
        assert_eq!(value(&facts, "files.readable-by-users"), Some(readable), "{entries:?}");
    }
}

#[test]
fn a_worker_process_is_that_of_the_pool_it_names() {
    let started = |workers: &[Process], pool: &Observed<IisFacts>| {
        let mut made = FakeSystem::default();
        made.processes.insert(WORKER.into(), workers.to_vec());
        worker_started(&context(&made, pool, &printer()))
    };
    let (none, vault) = (&Observed::not_collected("not asked"), &own_pool());
    let unnamed = |id| Process { pool: None, ..worker(id, "", 1) };
    let (ours, theirs) = (worker(4, "DEFAULTAPPPOOL", 3), worker(8, "Other", 2));
    assert!(started(&[], none).is_absent());
    // A lone one whose pool nobody tells may be that of the application.
    assert!(started(&[unnamed(4)], vault).value().is_some());
    assert!(matches!(started(&[unnamed(4), unnamed(8)], vault), Observed::NotCollected { .. }));
    assert!(matches!(started(&[ours.clone(), theirs.clone()], none), Observed::NotCollected { .. }));
    assert_eq!(started(&[theirs.clone(), ours.clone()], vault).value(), Some(&ours.started));
    assert!(started(&[theirs], vault).is_absent());
    // While one takes over from the other, the newer one counts.
    let newer = worker(9, "DefaultAppPool", 0);
    assert_eq!(started(&[newer.clone(), ours], vault).value(), Some(&newer.started));
}

#[test]
fn a_command_line_names_its_pool() {
    let line =
        r#"c:\windows\system32\inetsrv\w3wp.exe -ap "Secret Server" -v "v4.0" -l "webengine4.dll" -m 0"#;
    assert_eq!(pool_of(line).as_deref(), Some("Secret Server"));
    for odd in ["w3wp.exe", "w3wp.exe -ap", "w3wp.exe -ap \"x", ""] {
        assert_eq!(pool_of(odd), None, "{odd}");
    }
}

#[test]
fn an_account_of_its_own_is_known_by_its_worker_process() {
    let facts = facts_as(&machine(), &specific_user());
    for (fact, told) in [
        ("files.app.pool", "none"),
        ("files.database-config.pool", "full"),
        ("files.log.pool", "write"),
        ("iis.identity.admin", "false"),
        ("iis.identity.batch-logon", "true"),
        ("iis.identity.sid", "S-1-5-21-1-2-3-1104"),
        ("os.eventlog-rights", "false"),
    ] {
        assert_eq!(value(&facts, fact), Some(told), "{fact}");
    }
    // A process that does not tell its pool may be another one's.
    let mut made = machine();
    made.processes.insert(WORKER.into(), vec![Process { pool: None, ..worker(7, "", 1) }]);
    assert!(facts_as(&made, &specific_user())["iis.identity.sid"].is_unknown());
}

/// What IIS lists, with these states of the pool and the site.
fn listing(mut made: FakeSystem, pool: &str, site: &str) -> FakeSystem {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<appcmd>\r\n";
    let pools = format!(
        "{head}<APPPOOL APPPOOL.NAME=\"Other\" PipelineMode=\"Classic\" RuntimeVersion=\"v2.0\" state=\"Stopped\" />\
         <APPPOOL APPPOOL.NAME=\"DefaultAppPool\" PipelineMode=\"Integrated\" RuntimeVersion=\"v4.0\" state=\"{pool}\" /></appcmd>"
    );
    let sites = format!(
        "{head}<SITE SITE.NAME=\"Default Web Site\" SITE.ID=\"1\" bindings=\"http/*:80:\" state=\"{site}\" /></appcmd>"
    );
    made.outputs.insert(r"inetsrv\appcmd.exe list apppool /xml".into(), pools);
    made.outputs.insert(r"inetsrv\appcmd.exe list site /xml".into(), sites);
    made
}

#[test]
fn what_runs_shows_the_state_of_pool_and_site() {
    let states = |state: ServiceState, worker_of: &str, listed: [&str; 2]| {
        let mut made = listing(machine(), listed[0], listed[1]);
        for name in ["WAS", "W3SVC"] {
            made.services.insert(name.into(), service(state));
        }
        made.processes.insert(WORKER.into(), vec![worker(7, worker_of, 1)]);
        let facts = facts_of(&made);
        ["pool", "site"].map(|what| value(&facts, &format!("iis.state.{what}")).unwrap_or("-").to_owned())
    };
    let (running, stopped) = (ServiceState::Running, ServiceState::Stopped);
    // Services and a worker process show more than a list does, which is asked only without them.
    assert_eq!(states(stopped, "Other", ["Started", "Started"]), ["stopped", "stopped"]);
    assert_eq!(states(running, "DefaultAppPool", ["Stopped", "Stopped"]), ["running", "stopped"]);
    assert_eq!(states(running, "Other", ["Stopped", "Started"]), ["stopped", "running"]);
    assert_eq!(states(running, "Other", ["Starting", "Stopping"]), ["pending", "pending"]);
    assert_eq!(states(running, "Other", ["Unknown", "\" other=\""]), ["-", "-"]);
}

#[test]
fn what_iis_lists_in_another_form_is_no_state() {
    let mut idle = listing(machine(), "Started", "Started");
    idle.processes.clear();
    assert_eq!(value(&facts_of(&idle), "iis.state.pool"), Some("running"));
    let list = r"inetsrv\appcmd.exe list apppool /xml";
    for odd in [
        "",
        "ERROR ( message:Configuration error )",
        "<appcmd/>",
        "<appcmd><APPPOOL",
        "<x state=\"Started\"/>",
    ] {
        let mut made = idle.clone();
        made.outputs.insert(list.into(), odd.into());
        assert!(facts_of(&made)["iis.state.pool"].is_unknown(), "{odd}");
    }
    // Where the network is refused, IIS is not made to use it.
    let (iis, printer) = (own_pool(), printer());
    let refusing = ProbeContext { asks_iis: false, ..context(&idle, &iis, &printer) };
    assert!(matches!(facts(&refusing)["iis.state.pool"], Observed::NotCollected { .. }));
}
