//! Checks over every rule, and the pages that are made from them. `scripts/bless` rewrites the generated pages.

use crate::support::bless::{compare, compare_part};
use crate::support::fixtures::{Fixture, fixtures, root};
use clusterbrief::cli::catalogue::markdown;
use clusterbrief::finding::{SubjectKind, is_bundle_safety};
use clusterbrief::intake::kinds::{Handling, ROWS, UNNAMED};
use clusterbrief::knowledge::exports::Call;
use clusterbrief::knowledge::facts::Entity;
use clusterbrief::knowledge::rows::{Family, Quantifier, RuleMeta};
use clusterbrief::knowledge::{Export, Knowledge};
use clusterbrief::rules::{Check, Rule, all};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

fn rules() -> (Knowledge, Vec<Rule>) {
    let knowledge = Knowledge::builtin().unwrap();
    let rules = all(&knowledge);
    (knowledge, rules)
}

#[test]
fn ids_are_unique_sorted_and_well_formed() {
    let (_, rules) = rules();
    let ids: Vec<&str> = rules.iter().map(|rule| rule.meta.id.as_str()).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted);
    for id in ids {
        let (family, number) = id.split_once('-').unwrap();
        assert!(family.len() == 3 && family.bytes().all(|byte| byte.is_ascii_uppercase()), "{id}");
        assert!(number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    }
}

/// How many rules each family of domain section 10 has, numbered without gaps.
const FAMILIES: [(&str, usize); 15] = [
    ("BKP", 10),
    ("BND", 7),
    ("BUS", 17),
    ("CFG", 21),
    ("ENC", 17),
    ("IIS", 25),
    ("LBL", 8),
    ("LOG", 14),
    ("ROL", 15),
    ("SEC", 12),
    ("SQL", 17),
    ("SYS", 16),
    ("TIM", 9),
    ("UPG", 17),
    ("VER", 16),
];

#[test]
fn the_catalogue_is_complete() {
    let (_, rules) = rules();
    let ids: BTreeSet<&str> =
        rules.iter().map(|rule| rule.meta.id.as_str()).filter(|id| !id.starts_with("CLU-")).collect();
    let wanted: Vec<String> = FAMILIES
        .iter()
        .flat_map(|(family, count)| (1..=*count).map(move |number| format!("{family}-{number:03}")))
        .collect();
    let missing: Vec<&String> = wanted.iter().filter(|id| !ids.contains(id.as_str())).collect();
    assert!(missing.is_empty(), "{} rules are missing: {missing:?}", missing.len());
    assert_eq!(ids.len(), wanted.len(), "beyond the catalogue there is only family CLU");
}

/// A rule on one node asks for facts of a node or of the cluster, a rule on the cluster for facts of the cluster, of
/// items, or of any one of the nodes.
#[test]
fn expectations_ask_for_facts_that_their_subject_has() {
    let (knowledge, rules) = rules();
    for row in &knowledge.rows.expectations {
        let subject = rules.iter().find(|rule| rule.meta.id == row.rule).unwrap().meta.subject;
        let of = |path: &str| knowledge.facts.of(path).unwrap();
        let any = row.quantifier == Quantifier::Any;
        let fits = match (subject, of(&row.fact)) {
            (SubjectKind::Node, Entity::Node | Entity::Cluster) => !any,
            (SubjectKind::Cluster | SubjectKind::Database, Entity::Cluster) => !any,
            (SubjectKind::Cluster | SubjectKind::Database, Entity::Item) => true,
            (SubjectKind::Cluster, Entity::Node) => any || row.fact.starts_with("answer."),
            _ => false,
        };
        assert!(fits, "{}: {} does not fit its subject", row.rule, row.fact);
        for when in &row.when {
            let of_item = of(&when.fact) == Entity::Item;
            let same_list = knowledge.facts.list(&when.fact) == knowledge.facts.list(&row.fact);
            assert!(!of_item || same_list, "{}: {} is of another list", row.rule, when.fact);
            let of_node = of(&when.fact) == Entity::Node && !when.fact.starts_with("answer.");
            let judged_on_nodes = of(&row.fact) == Entity::Node || subject == SubjectKind::Node;
            assert!(!of_node || judged_on_nodes, "{}: {} is of no cluster", row.rule, when.fact);
        }
    }
}

#[test]
fn every_rule_states_description_reason_fix_and_limits() {
    let (_, rules) = rules();
    for Rule { meta: rule, .. } in &rules {
        for (heading, text) in rule.texts() {
            assert!(text.len() >= 20 && text.ends_with('.'), "{} {heading}: {text:?}", rule.id);
            assert!(!text.contains("  ") && !text.contains('\n'), "{} {heading}: {text:?}", rule.id);
            assert!(
                text.starts_with(|c: char| c.is_uppercase() || c == '.'),
                "{} {heading}: {text:?}",
                rule.id
            );
        }
    }
}

#[test]
fn every_rule_names_what_decides_it() {
    let (knowledge, rules) = rules();
    let inputs = ["answer", "bundle", "logs", "node-list", "package", "target", "version-history", "windows"];
    for rule in &rules {
        let Rule { meta: rule, needs, .. } = rule;
        assert!(!needs.is_empty(), "{} needs nothing", rule.id);
        for need in needs {
            let known =
                inputs.contains(&need.as_str()) || knowledge.exports.iter().any(|export| export.id == *need);
            assert!(known, "{} needs {need}, which no input can give", rule.id);
        }
    }
}

#[test]
fn titles_are_short_and_unique() {
    let (_, rules) = rules();
    let mut seen = BTreeSet::new();
    for RuleMeta { id, title, .. } in rules.iter().map(|rule| &rule.meta) {
        assert!((5..=70).contains(&title.chars().count()), "{id}: {title}");
        assert!(!title.ends_with('.') && is_name_or_capital(title), "{id}: {title}");
        for opening in ["Check ", "Checks ", "Whether ", "Verify "] {
            assert!(!title.starts_with(opening), "{id} names the check, not the fault: {title}");
        }
        assert!(seen.insert(title.to_lowercase()), "{id}: {title} is the title of another rule");
    }
}

/// A page shows a question with its outcome, so it must not name the fault as the title does.
#[test]
fn every_rule_has_a_short_question_of_its_own() {
    let (_, rules) = rules();
    let mut seen = BTreeSet::new();
    for rule in rules.iter().map(|rule| &rule.meta) {
        let RuleMeta { id, title, question, .. } = rule;
        assert!((10..=80).contains(&question.chars().count()), "{id}: {question:?}");
        assert!(question.ends_with('?') && question.matches('?').count() == 1, "{id}: {question:?}");
        assert!(question.starts_with(|c: char| c.is_uppercase()), "{id}: {question:?}");
        assert!(question.trim_end_matches('?') != title && rule.asks() == question, "{id}: {question:?}");
        assert!(seen.insert(question.to_lowercase()), "{id}: {question:?} is the question of another rule");
    }
}

/// A title begins with a capital, unless its first word is the name of a file.
fn is_name_or_capital(title: &str) -> bool {
    let first = title.split(' ').next().unwrap_or_default();
    first.contains('.') || first.starts_with(|c: char| !c.is_lowercase())
}

#[test]
fn every_source_exists() {
    let (knowledge, rules) = rules();
    for Rule { meta: rule, .. } in &rules {
        assert!(!rule.references.is_empty(), "{} cites nothing", rule.id);
        for cite in &rule.references {
            assert!(knowledge.sources.find(cite).is_some(), "{} cites {}", rule.id, cite.source);
        }
    }
}

#[test]
fn checks_fit_their_subjects_and_have_what_they_need() {
    let (knowledge, rules) = rules();
    for rule in &rules {
        let Rule { meta: RuleMeta { id, subject, family, .. }, check, .. } = rule;
        let fits = match check {
            Check::Cluster(_) => matches!(subject, SubjectKind::Cluster | SubjectKind::Database),
            Check::Node(_) => *subject == SubjectKind::Node,
            Check::Input(_) => *subject == SubjectKind::Input,
        };
        assert!(fits, "{id}: the check does not fit {subject:?}");
        let rows = &knowledge.rows;
        let fed = match family {
            Family::Expectation => rows.expectations.iter().any(|row| row.rule == *id),
            Family::Parity => rows.parity.iter().any(|row| row.rule.as_ref() == Some(id)),
            Family::Question => rows.questions.iter().any(|row| row.id == *id),
            Family::Step => knowledge.steps.iter().any(|step| step.rule.as_ref() == Some(id)),
            Family::Signature => knowledge.signatures.iter().any(|one| one.rules.contains(id)),
            Family::Problem | Family::Code => true,
        };
        assert!(fed, "{id} has no row");
        assert!(*subject != SubjectKind::Input || is_bundle_safety(id), "{id}");
    }
}

#[test]
fn every_mentioned_rule_exists() {
    let (knowledge, rules) = rules();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.meta.id.as_str()).collect();
    let signatures = knowledge.signatures.iter().flat_map(|one| one.rules.iter().map(|id| (&one.id, id)));
    let actions = knowledge.actions.iter().flat_map(|one| one.rules.iter().map(|id| (&one.id, id)));
    let questions = knowledge.rows.questions.iter().map(|one| (&one.id, &one.id));
    let causes =
        knowledge.causes.iter().flat_map(|one| one.rules.iter().chain(&one.explains).map(|id| (&one.id, id)));
    let checklist = knowledge.checklist.iter().flat_map(|one| one.rules.iter().map(|id| (&one.id, id)));
    let asked = knowledge.steps.iter().flat_map(|step| step.requires.iter().flat_map(|one| &one.rules));
    let steps = asked.map(|id| (id, id));
    for (by, id) in signatures.chain(actions).chain(questions).chain(causes).chain(checklist).chain(steps) {
        assert!(ids.contains(id.as_str()), "{by} names {id}");
    }
}

/// Rules about reading a bundle, whose findings are what could not be read, and about what people plan, of which silence says
/// that they do not.
const ALWAYS_KNOWN: [&str; 4] = ["BND-004", "CLU-010", "ENC-012", "ENC-015"];

#[test]
fn every_rule_has_a_case_that_fires_one_that_passes_and_one_that_is_unknown() {
    let (_, rules) = rules();
    let fixtures = fixtures();
    let mut faults = Vec::new();
    for Rule { meta: rule, .. } in &rules {
        let Some(fixture) = fixtures.get(&rule.id) else {
            faults.push(format!("{} has no fixture", rule.id));
            continue;
        };
        if !fixture.has("unknown") && !ALWAYS_KNOWN.contains(&rule.id.as_str()) {
            faults.push(format!("{} has no unknown case", rule.id));
        }
        let silent = fixture.has("pass") || fixture.has("not-applicable");
        if fixture.has("findings") != silent {
            faults.push(format!("{} fires without ever being silent, or the reverse", rule.id));
        }
    }
    for id in fixtures.keys() {
        if !rules.iter().any(|rule| rule.meta.id == *id) {
            faults.push(format!("tests/rules/{id}.toml is of no rule"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_catalogue_page_is_made_from_the_rules() {
    let (knowledge, rules) = rules();
    compare("docs/rules.md", &markdown(&knowledge, &rules));
}

/// Every rule can be decided by an export, by a person or by what the collector reads, and has a fixture in which it fires.
#[test]
fn every_rule_can_be_decided() {
    let (mut knowledge, rules) = rules();
    let fixtures = fixtures();
    for rule in &rules {
        let id = &rule.meta.id;
        assert!(
            is_decidable(rule, &knowledge),
            "nothing delivers {:?} for {id}",
            not_delivered(rule, &knowledge)
        );
        assert!(fixtures.get(id).is_some_and(|one| one.has("findings")), "{id} fires in no fixture");
    }
    // One condition that only Windows can answer is enough: without its question nothing decides the rule.
    let recordings = rules.iter().find(|rule| rule.meta.id == "CFG-016").unwrap();
    assert!(is_decidable(recordings, &knowledge));
    knowledge.rows.questions.retain(|row| row.id != "CFG-016");
    assert!(!is_decidable(recordings, &knowledge));
}

/// Whether what can be given today decides the rule: a person, or else every fact that it asks for. Code may have another
/// way where Windows was not asked, which its fixtures show.
fn is_decidable(rule: &Rule, knowledge: &Knowledge) -> bool {
    let asked = knowledge.rows.questions.iter().any(|row| row.id == rule.meta.id && !row.bad.is_empty());
    asked || rule.meta.family == Family::Code || not_delivered(rule, knowledge).is_empty()
}

/// The facts that a rule reads and only Windows can give.
fn not_delivered<'r>(rule: &'r Rule, knowledge: &Knowledge) -> BTreeSet<&'r str> {
    let only_windows = |path: &&str| {
        knowledge.facts.get(path).is_some_and(|fact| fact.in_bundle)
            && knowledge.exports_for(path).next().is_none()
    };
    rule.asks.iter().map(String::as_str).filter(only_windows).collect()
}

/// The steps and errors of the page on setting up clustering, in its order.
const STEPS: [&str; 22] = [
    "Set-up 1",
    "Set-up 2",
    "Set-up 3",
    "Set-up 4",
    "Set-up 5",
    "Set-up 6",
    "Set-up 7",
    "Set-up 8",
    "Set-up 8, note",
    "Set-up 9",
    "Set-up 10",
    "Set-up 11",
    "Set-up 12",
    "Set-up 13",
    "Upgrade 1",
    "Upgrade 2",
    "Upgrade 3",
    "Upgrade 4",
    "Upgrade 5",
    "Error 1",
    "Error 2",
    "Error 3",
];

/// Steps that only a person can confirm: licence activation, sticky sessions, the backup.
const BY_ANSWER: [&str; 3] = ["Set-up 12", "Set-up 13", "Upgrade 1"];

#[test]
fn every_step_and_error_of_the_set_up_page_has_rules_with_a_passing_a_firing_and_an_unknown_case() {
    let (_, rules) = rules();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.meta.id.as_str()).collect();
    let fixtures = fixtures();
    let page = fs::read_to_string(root().join("docs/setup-page.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|line| line.split(" | ").map(str::trim).collect())
        .filter(|cells: &Vec<&str>| cells.first().is_some_and(|first| STEPS.contains(first)))
        .collect();
    let steps: Vec<&str> = rows.iter().filter_map(|cells| cells.first().copied()).collect();
    assert_eq!(steps, STEPS);
    for cells in &rows {
        let [step, asks, named, passing, firing, unknown, _] = cells.as_slice() else {
            unreachable!("{cells:?} has not seven cells")
        };
        assert!(!asks.is_empty());
        let named: Vec<&str> = named.split(", ").map(|id| id.trim_matches('`')).collect();
        for id in &named {
            assert!(ids.contains(id), "{step}: there is no rule {id}");
        }
        for (cell, outcome) in [(passing, "pass"), (firing, "findings"), (unknown, "unknown")] {
            let (id, case) = cell.split_once(": ").unwrap_or_else(|| panic!("{step}: {cell}"));
            let id = id.trim_matches('`');
            assert!(named.contains(&id), "{step}: {id} is not one of its rules");
            let fixture = fixtures.get(id).unwrap_or_else(|| panic!("{step}: {id} has no fixture"));
            let case = fixture.case(case).unwrap_or_else(|| panic!("{step}: {id} has no case {case:?}"));
            assert!(case.has(outcome), "{step}: {id}, case {:?} has no {outcome}", case.name);
            let decided = outcome == "pass" && !BY_ANSWER.contains(step);
            assert!(!(decided && case.answered), "{step}: {id} passes by an answer only");
        }
    }
}

/// The lines around the generated table of a page that is otherwise written by hand.
const TABLE: [&str; 2] = ["<!-- made from the knowledge: scripts/bless -->\n", "<!-- end -->"];

#[test]
fn the_table_of_json_exports_is_made_from_the_knowledge() {
    let (knowledge, _) = rules();
    let mut table = "| Export | How to get it | Known by | Sources |\n|---|---|---|---|\n".to_owned();
    let is_json = |export: &&Export| !export.identified_by.is_empty() && !export.id.starts_with("inventory");
    for export in knowledge.exports.iter().filter(is_json) {
        // A remark in brackets is no code.
        let code = |words: &str, call: &str| match call.split_once(" (") {
            Some((call, remark)) => format!("`{words}{call}` ({remark}"),
            None => format!("`{words}{call}`"),
        };
        let how = match &export.call {
            Some(Call::Get(path)) => code("GET ", path),
            Some(Call::Run(command)) => code("", command),
            None => export.ask.clone(),
        };
        let identified_by: Vec<String> =
            export.identified_by.iter().map(|head| format!("`{head}`")).collect();
        let cites: BTreeSet<String> = export.cites.iter().map(|cite| format!("`{}`", cite.source)).collect();
        let cites: Vec<String> = cites.into_iter().collect();
        writeln!(table, "| {} | {how} | {} | {} |", export.title, identified_by.join(", "), cites.join(", "))
            .unwrap();
    }
    compare_part("docs/exports.md", TABLE, &table);
}

#[test]
fn a_fixture_knows_its_outcomes() {
    let text = "[[case]]\nname = \"n\"\nbase = \"b\"\nargs = { answers = \"x\" }\nexpect = [\"findings node A high confirmed\"]\n";
    let fixture = Fixture::parse(text);
    assert!(fixture.has("findings") && !fixture.has("pass"));
    assert!(fixture.case("n").unwrap().answered && fixture.case("m").is_none());
}

/// The page of all kinds of inputs, from the one table.
fn inputs_page() -> String {
    let mut page = String::from(
        "# What can be given\n\n\
         `report`, `logs`, `plan`, `checklist` and `intake` take files, folders and archives as they came. What a file is says its content, never its\n\
         name. This page is made from the table that decides (`src/intake/kinds/table.rs`); `scripts/bless` rewrites it. [loose.md](loose.md) says what\n\
         files without a bundle can prove, [exports.md](exports.md) how exports are saved.\n",
    );
    for (handling, heading, about) in [
        (Handling::Read, "Read", "These are evidence, or tell how to read it."),
        (
            Handling::Refused,
            "Refused",
            "These may hold what is looked for, but not in this form. The report says what to do instead.",
        ),
        (
            Handling::PassedOver,
            "Passed over",
            "These say nothing of a cluster. The report names them in one line, and nobody has to do anything.",
        ),
    ] {
        let _ = write!(
            page,
            "\n## {heading}\n\n{about}\n\n| What | Known by | What it can tell | What to do |\n|---|---|---|---|\n"
        );
        for row in ROWS.iter().filter(|row| row.handling == handling) {
            let _ = writeln!(page, "| {} | {} | {} | {} |", row.title, row.known_by, row.tells, row.instead);
        }
    }
    page += "\n## Not named\n\nA file of no known kind is one line with its size and what its bytes look like. These are never named:\n\n";
    for (what, why) in UNNAMED {
        let _ = writeln!(page, "* **{what}.** {why}");
    }
    page += "\n## Limits\n\nArchives in archives are opened to a depth of 4. One file on disk may hold 100,000 entries that declare 4 GiB together. A compressed inner\n\
        archive may have 256 MiB. Zips may be stored, deflated or Deflate64; other methods are named. Parts such as `logs.zip.001` are joined if all\n\
        are in one folder.\n";
    page
}

#[test]
fn the_page_of_inputs_is_the_table_of_kinds() {
    compare("docs/inputs.md", &inputs_page());
}
