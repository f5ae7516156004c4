//! ENC-001: do all nodes have the same encryption key?

use crate::model::Role;
use crate::model::parity::{Conformity, classify};
use crate::rules::engine::prelude::*;
use crate::rules::engine::signature::{self, Sighting};
use crate::rules::lib::at_work::works;
use crate::rules::lib::folder::and;
use crate::rules::lib::key_files::{ENCRYPTION, KeyFileOn, side_by_side};
use crate::rules::lib::key_protection;
use question::answered;

rule! {
    /// ## What it checks
    /// Whether all nodes have the same encryption key. The rule compares the fingerprints of `encryption.config`, also
    /// those of standby and mirror nodes; a disaster recovery instance has a key of its own. Equal fingerprints prove
    /// that the key is the same, unless DPAPI protects it, as an answer says or the size suggests: then one file is a
    /// copy of the other, and a copy works on one machine only. With an HSM, a copy works everywhere.
    /// Different fingerprints prove nothing: with DPAPI or an HSM (hardware security module), each node has a different
    /// file for the same key, and a file that was saved again may also differ. In both cases, the rule uses the node
    /// list and the logs to find out whether the node works. If they do not prove it, the rule asks a person.
    /// ## Why it matters
    /// A node with a different key cannot read any secret. The other nodes cannot read what it writes.
    /// ## How to fix it
    /// Put the right `encryption.config`, in its form without DPAPI, on the node that cannot read the vault. Check that
    /// the node starts. Then enable DPAPI again on that node, from a browser on that server. Keep the file that you
    /// replaced until you have opened a secret on the node.
    /// ## What it cannot see
    /// The key itself, because only the product can open the file. The rule estimates from the size of the file whether
    /// DPAPI is on. This calculation is our own, and it was not checked on a real node.
    id: "ENC-001",
    title: "Key file differs between nodes",
    question: "Do all nodes have the same encryption key?",
    severity: Blocker,
    area: Key,
    subject: Cluster,
    cites: [
        "D:security-hardening/security-hardening-guide" Confirmed,
        "D:upgrading-with-web-clustering" Confirmed,
        "SEED" Confirmed,
    ],
}

/// The question whether an HSM protects the key, and the fact that suggests it.
const HSM: &str = "ENC-009";
const PROVIDERS: &str = "hsm.cng-providers";

/// What is found out about a node whose file is unlike others.
enum Clue {
    /// An error of the key on this node.
    Fault(Finding),
    /// It works, so it holds the key.
    Proved,
    /// Nothing explains the difference.
    Unexplained,
    /// It seems to be protected by DPAPI and is the same on another node, and nothing proves that it works; why not.
    Copy(String),
    /// Only a person can tell.
    Open(MissingEvidence),
}

fn check(cx: &Context) -> Outcome {
    let nodes: Vec<&Node> = cx.cluster.nodes.iter().filter(|node| node.role != Role::Dr).collect();
    if nodes.len() < 2
        && let Some(outcome) = cx.single_node_outcome()
    {
        return outcome;
    }
    let (files, uncompared) = side_by_side(cx, nodes.iter().copied(), ENCRYPTION);
    let mut findings: Vec<Finding> = nodes.iter().filter_map(|node| told_different(cx, node)).collect();
    let mut tally = Tally::default();
    for (node, gap) in uncompared {
        match cx.answer(Some(node), &cx.rule.id) {
            None => tally.open(gap, node.role == Role::Serving),
            Some(_) => tally.compared_by_a_person(node),
        }
    }

    let standings = classify(&files.iter().map(|file| Some(&file.print.hex)).collect::<Vec<_>>());
    let (suspects, answered): (Vec<Suspect>, Vec<Suspect>) = files
        .iter()
        .zip(standings)
        .filter(|(file, standing)| *standing != Conformity::Same || protected_twice(cx, file, &files))
        .map(|(file, standing)| Suspect { file: *file, standing, weighs: weighs(file, &files) })
        .partition(|suspect| cx.answer(Some(suspect.file.node), &cx.rule.id).is_none());
    for suspect in &answered {
        tally.compared_by_a_person(suspect.file.node);
    }
    let (mut unexplained, mut copies) = (Vec::new(), Vec::new());
    for suspect in &suspects {
        // Whoever is verified to hold the key of all the others clears the last of them too.
        if suspect.standing == Conformity::Differs && suspects.len() == 1 {
            continue;
        }
        match clue(cx, suspect, &files) {
            Clue::Fault(finding) => findings.push(finding),
            Clue::Unexplained => unexplained.push(suspect),
            Clue::Copy(why) => copies.push((suspect, why)),
            Clue::Open(gap) => tally.open(gap, suspect.weighs),
            Clue::Proved => {
                tally.by_running = true;
                tally.remarks.push(format!("{} is proved by running", suspect.file.node.name));
            }
        }
    }
    if findings.is_empty() {
        findings = unlike(cx, &unexplained, &files);
    }
    findings.extend(copied(cx, &copies));
    if findings.is_empty() && tally.missing.is_empty() {
        return Outcome::Pass { inferred: tally.by_running, note: tally.remarks.join("; ") };
    }
    Outcome::from_parts(findings, tally.missing)
}

/// What is missing, and what a pass has to say.
#[derive(Default)]
struct Tally {
    missing: Vec<MissingEvidence>,
    remarks: Vec<String>,
    by_running: bool,
}

impl Tally {
    fn compared_by_a_person(&mut self, node: &Node) {
        self.remarks.push(format!("a person has compared the key of {}", node.name));
    }

    /// Something is not known: it leaves the rule open, or without weight is only remarked.
    fn open(&mut self, gap: MissingEvidence, weighs: bool) {
        if weighs {
            self.missing.push(gap);
        } else {
            let node = gap.node.unwrap_or_default();
            self.remarks.push(format!("{node} is judged apart and not settled: {}", gap.why));
        }
    }
}

/// A node whose file needs an explanation.
struct Suspect<'a> {
    file: KeyFileOn<'a>,
    standing: Conformity,
    weighs: bool,
}

/// Whether a suspect can block the cluster or leave the rule open. A node in a group of its own cannot, and neither
/// can a serving node that differs from such nodes only.
fn weighs(file: &KeyFileOn, files: &[KeyFileOn]) -> bool {
    let serving = |file: &KeyFileOn| file.node.role == Role::Serving;
    let mut unlike = files.iter().filter(|other| other.print != file.print).peekable();
    serving(file) && (unlike.peek().is_none() || unlike.any(serving))
}

fn told_different(cx: &Context, node: &Node) -> Option<Finding> {
    cx.ask("answer.ENC-001");
    let answer = cx.answers.get(&cx.rule.id, &node.name).filter(|answer| answer.value == "different")?;
    let title = format!("{} holds another encryption key than the others, says an answer", node.name);
    let finding = fault(cx, node, title, node.role == Role::Serving);
    Some(finding.because(answered(cx, &node.name, "key compared by a person", answer)))
}

/// Whether a file that seems to be under DPAPI is also on another node. DPAPI wraps the key anew on each machine, so one of
/// the two is a copy, and a copy works only where it was made. What an HSM protects can be opened wherever the HSM is.
fn protected_twice(cx: &Context, file: &KeyFileOn, files: &[KeyFileOn]) -> bool {
    let on = key_protection::of(cx, file.node, file.observed).is_some_and(|found| found.on);
    on && !by_hsm(cx, file.node) && files.iter().filter(|other| other.print == file.print).count() > 1
}

/// Whether an HSM is in use: a person says so, or the provider of one is registered on the node.
fn by_hsm(cx: &Context, node: &Node) -> bool {
    if let Some(answer) = cx.answer(Some(node), HSM) {
        return answer.value == "yes";
    }
    cx.ask(PROVIDERS);
    node.fact(PROVIDERS).value().is_some_and(|providers| !providers.trim().is_empty())
}

/// Looks at one node whose file is suspect: first for an error, then for an explanation.
fn clue(cx: &Context, suspect: &Suspect, files: &[KeyFileOn]) -> Clue {
    let (file, node) = (&suspect.file, suspect.file.node);
    let sightings = signature::sightings(cx, node, "ENC-002");
    if !sightings.is_empty() {
        return Clue::Fault(refused(cx, suspect, sightings));
    }
    let mut unlike = files.iter().filter(|other| other.print != file.print).peekable();
    let open = |why: &str| Clue::Open(cx.unanswered(Some(node), &cx.rule.id, why));
    let by_running = |explanation: &str| match works(cx, node) {
        Ok(_) => Clue::Proved,
        Err(why) => open(&format!("{explanation}, but {why}")),
    };
    if unlike.peek().is_none() || protected_twice(cx, file, files) {
        return works(cx, node).map_or_else(Clue::Copy, |_| Clue::Proved);
    }
    if wrapped(cx, file) || unlike.clone().all(|other| wrapped(cx, other)) {
        return by_running("DPAPI or an HSM explains that the files differ");
    }
    let alike = |other: &KeyFileOn| other.file.size == file.file.size && plain(cx, other);
    if plain(cx, file) && unlike.all(alike) {
        return Clue::Unexplained;
    }
    open("the files differ, and neither their sizes nor the logs tell whether the key does")
}

fn wrapped(cx: &Context, file: &KeyFileOn) -> bool {
    key_protection::of(cx, file.node, file.observed).is_some_and(|protection| protection.on)
        || key_protection::by_size(file.node, file.file.size) == Some(true)
}

fn plain(cx: &Context, file: &KeyFileOn) -> bool {
    key_protection::of(cx, file.node, file.observed).is_some_and(|protection| !protection.on)
}

/// The node shows an error of the key, and its file is suspect.
fn refused(cx: &Context, suspect: &Suspect, sightings: Vec<Sighting>) -> Finding {
    let title = format!("{} cannot use its key file", suspect.file.node.name);
    let sure = sightings.iter().any(|sighting| sighting.confidence == Confidence::Confirmed);
    let finding = fault(cx, suspect.file.node, title, suspect.weighs).resting_on(suspect.file.shown());
    let finding = Finding { confidence: Confidence::Confirmed, ..finding }.inferred_if(!sure);
    sightings.into_iter().fold(finding, |finding, sighting| {
        finding.resting_on(sighting.evidence).note(signature_note(sighting.signature))
    })
}

/// Plain files of one size that differ without any explanation: it asks. With a majority each odd node has its
/// finding, else nobody is odd and the difference is one of the cluster.
fn unlike(cx: &Context, unexplained: &[&Suspect], files: &[KeyFileOn]) -> Vec<Finding> {
    let (odd, tied): (Vec<&Suspect>, Vec<&Suspect>) =
        unexplained.iter().partition(|suspect| suspect.standing == Conformity::Odd);
    let odd = odd.into_iter().map(|Suspect { file, weighs, .. }| {
        let name = &file.node.name;
        let title = format!("The key file of {name} differs from the others");
        let remedy =
            format!("Open a secret on {name} and answer ENC-001 for it; replace no key file before.");
        weighed(cx.on_node(file.node, title, remedy), *weighs)
    });
    let mut findings: Vec<Finding> = odd.collect();
    if !tied.is_empty() {
        let names: Vec<&str> = tied.iter().map(|suspect| suspect.file.node.name.as_str()).collect();
        let title = format!("The key files of {} differ", names.join(" and "));
        let remedy = "Open a secret on each node and answer ENC-001 for it; replace no key file before.";
        let weighs = tied.iter().any(|suspect| suspect.weighs);
        findings.push(weighed(cx.on_cluster(title, remedy), weighs));
    }
    let detail = "Nothing explains the difference: the files are of one size that fits a plain key. No error of \
                  the key was seen, so ask before anything is replaced.";
    let evidence: Vec<Evidence> = files.iter().flat_map(KeyFileOn::shown).collect();
    let asks = |finding: Finding| finding.inferred().standalone().detail(detail).resting_on(evidence.clone());
    findings.into_iter().map(asks).collect()
}

/// Files that seem to be protected by DPAPI and are one file: each group names its nodes and asks.
fn copied(cx: &Context, copies: &[(&Suspect, String)]) -> Vec<Finding> {
    let mut groups: Vec<Vec<&(&Suspect, String)>> = Vec::new();
    for copy in copies {
        let same = |group: &&mut Vec<&(&Suspect, String)>| {
            group.iter().any(|(other, _)| other.file.print == copy.0.file.print)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(copy),
            None => groups.push(vec![copy]),
        }
    }
    let finding = |group: &Vec<&(&Suspect, String)>| {
        let names = and(group.iter().map(|(suspect, _)| suspect.file.node.name.as_str()));
        let title = match group.as_slice() {
            [_] => {
                format!("The key file of {names} seems to be under DPAPI, and is a copy of another node's")
            }
            _ => format!("The key files of {names} seem to be under DPAPI, and are the same file"),
        };
        let remedy = format!(
            "Open a secret on {names}, each by itself, and answer ENC-001. If one cannot, put encryption.config in its form \
             without DPAPI on that node, and switch DPAPI on again there."
        );
        let shown = group.iter().flat_map(|(suspect, _)| {
            let protection = key_protection::of(cx, suspect.file.node, suspect.file.observed);
            suspect
                .file
                .shown()
                .into_iter()
                .chain(protection.filter(|one| one.answered).map(|one| one.evidence))
        });
        let detail = "A file that DPAPI protects works only on the machine where it was protected, so all but one of them \
                      would be useless. Only the size suggests DPAPI unless an answer says so.";
        let weighs = group.iter().any(|(suspect, _)| suspect.weighs);
        let finding = cx.on_cluster(title, remedy).inferred().standalone().detail(detail).resting_on(shown);
        group.iter().fold(weighed(finding, weighs), |finding, (suspect, why)| {
            finding.note(format!("{} is not proved by running: {why}.", suspect.file.node.name))
        })
    };
    groups.iter().map(finding).collect()
}

fn fault(cx: &Context, node: &Node, title: String, weighs: bool) -> Finding {
    let remedy = format!(
        "Put the right encryption.config, in its form without DPAPI, on {} and keep the one it replaces; then switch \
         DPAPI on again there.",
        node.name
    );
    weighed(cx.on_node(node, title, remedy), weighs)
}

/// What has no weight is shown and blocks nothing.
fn weighed(finding: Finding, weighs: bool) -> Finding {
    let severity = if weighs { finding.severity } else { finding.severity.max(Severity::Medium) };
    finding.at(severity)
}
