use super::*;
use crate::knowledge::Knowledge;
use crate::knowledge::exports::Call;
use std::collections::BTreeSet;

fn knowledge() -> Knowledge {
    Knowledge::builtin().unwrap()
}

const REST: &str = include_str!("rest.ps1");
const RABBITMQ: &str = include_str!("rabbitmq.ps1");

/// The quoted texts of a list of a script.
fn quoted<'s>(script: &'s str, name: &str) -> Vec<&'s str> {
    let list =
        script.split_once(&format!("${name} = @(")).unwrap().1.split_once("\n)").map_or("", |split| split.0);
    let list = if list.lines().count() > 1 || !list.contains(")\n") {
        list
    } else {
        list.split(')').next().unwrap()
    };
    list.split('\'').skip(1).step_by(2).collect()
}

#[test]
fn the_script_asks_for_every_call_that_the_report_reads_and_for_no_other() {
    let knowledge = knowledge();
    let mut expected = BTreeSet::from([("nodes".to_owned(), "/api/v1/nodes".to_owned())]);
    for export in &knowledge.exports {
        if let Some(Call::Get(path)) = &export.call {
            expected.insert((export.id.clone(), path.split(' ').next().unwrap().to_owned()));
        }
    }
    // It makes the server connect to others.
    expected.retain(|(id, _)| id != "connectivity");
    let asked: BTreeSet<(String, String)> = quoted(REST, "Ask")
        .into_iter()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(words[0] == "node", words[1] == "diagnostics", "{line}");
            (words[1].to_owned(), words[2].to_owned())
        })
        .collect();
    assert_eq!(asked, expected);
}

#[test]
fn the_script_for_the_bus_runs_the_commands_that_the_report_reads() {
    let knowledge = knowledge();
    let asked: Vec<(&str, &str)> =
        quoted(RABBITMQ, "Ask").into_iter().map(|line| line.split_once(' ').unwrap()).collect();
    let ids: BTreeSet<&str> = asked.iter().map(|(id, _)| *id).collect();
    for (id, arguments) in &asked {
        let export = knowledge.exports.iter().find(|export| export.id == *id).unwrap();
        match &export.call {
            Some(Call::Run(command)) => {
                let command = command.split(" (").next().unwrap().replace(" definitions.json", "");
                assert_eq!(
                    command.replace("rabbitmqctl -q ", "rabbitmqctl "),
                    format!("rabbitmqctl {arguments}")
                );
            }
            _ => assert_eq!(*id, "bus-environment"),
        }
    }
    // The versions of its nodes come with the cluster status.
    let of_bus =
        knowledge.exports.iter().filter(|export| export.id.starts_with("bus-") && export.id != "bus-nodes");
    assert_eq!(ids, of_bus.map(|export| export.id.as_str()).collect());
}

#[test]
fn no_field_that_the_report_reads_is_cut_and_every_secret_is() {
    let list = |name: &str| {
        let all = REST.split_once(&format!("${name} = @(")).unwrap().1;
        all.split(')').next().unwrap().split('\'').skip(1).step_by(2).collect::<Vec<_>>()
    };
    let (words, ends) = (list("SecretWords"), list("SecretEnds"));
    assert!(words.len() > 10 && ends.len() == 3);
    let is_cut = |name: &str| {
        let small: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        words.iter().any(|word| small.contains(word)) || ends.iter().any(|end| small.ends_with(end))
    };
    let knowledge = knowledge();
    let read = knowledge.exports.iter().filter(|export| matches!(export.call, Some(Call::Get(_))));
    for export in read {
        for field in export.fields.iter().filter(|field| field.fact.is_some()) {
            for head in &field.heads {
                assert!(!is_cut(head), "{}: {head} is cut", export.id);
            }
        }
        for head in export.identified_by.iter().chain(&export.name) {
            assert!(!is_cut(head), "{}: {head} is cut", export.id);
        }
    }
    for secret in [
        "SqlServerConnectionString",
        "smtpPassword",
        "access_token",
        "apiKey",
        "DatabaseIntegrityMonitoringSymmetricKey",
        "clientSecret",
        "Pwd",
        "passwordHash",
        "ProxyConfiguration",
    ] {
        assert!(is_cut(secret), "{secret}");
    }
    for name in
        ["machineName", "secretServerUrl", "isCurrentNode", "numEnginesMissingNetFramework", "hsmTiming"]
    {
        assert!(!is_cut(name), "{name}");
    }
}

#[test]
fn lines_that_are_not_wanted_are_left_out_and_nothing_else() {
    let mut selection = Selection::everything(&knowledge());
    let whole = rest(&selection);
    assert!(whole.is_ascii() && rabbitmq(&selection).is_ascii() && queries(&selection).is_ascii());
    assert_eq!(whole.lines().count(), REST.lines().count());
    assert!(whole.contains("$MadeBy = 'clusterbrief 0.") && whole.contains("\r\n"));
    selection.rest.remove("engines");
    let without = rest(&selection);
    assert_eq!(without.lines().count() + 1, whole.lines().count());
    assert!(!without.contains("distributed-engine/engines'"));
    selection.rest.clear();
    assert!(!selection.parts().contains(&Part::Rest) && !selection.parts().contains(&Part::Screens));
    selection.sql = BTreeSet::from(["versions".to_owned()]);
    let one = queries(&selection);
    assert!(
        one.starts_with(QUERIES_HEAD)
            && one.contains("clusterbrief:versions:1")
            && !one.contains("clusterbrief:jobs:1")
    );
}

#[test]
fn names_of_cases_are_no_paths() {
    for good in ["Acme 4711", "Müller & Söhne".replace('&', "+").as_str(), "TICKET-12 (second)", "#12"] {
        assert_eq!(case_name(good).as_deref(), Ok(good));
    }
    for bad in ["", "  ", "../x", "a/b", "a\\b", "C:x", "a..b", ".hidden", "a\nb", "<b>", &"x".repeat(61)] {
        assert!(case_name(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_kit_has_the_same_bytes_and_a_list_of_its_files() {
    let files = [KitFile { name: "a.txt".into(), bytes: b"text".to_vec() }];
    let kit = pack(&files).unwrap();
    assert_eq!(kit, pack(&files).unwrap());
    assert!(is_own_kit(&kit) && !is_own_kit(b"PK\x03\x04") && !is_own_kit(b""));
}
