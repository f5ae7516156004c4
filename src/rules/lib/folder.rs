//! Comparing application folders: which nodes compare at all, and how what differs is told, file by file.

use super::comparable::WITH_ONE_KEY;
use crate::model::Grade;
use crate::model::facts::InventoryEntry;
use crate::model::node::Snapshot;
use crate::model::parity::{Conformity, FileDifference, FileIndex, FileState};
use crate::rules::engine::prelude::*;
use std::collections::BTreeMap;

/// Most differences shown one by one; the rest is a number.
pub(crate) const SHOWN: usize = 50;

/// Which files a copy leaves out. The sources contradict each other, so that both are printed.
pub(crate) const LEFT_OUT: &str = "Sources differ on what the copy leaves out: the list of errors of SEED and D:networking name \
     database.config only, the upgrade steps of SEED and D:upgrading-with-web-clustering name encryption.config as \
     well. Leaving out both is safe.";

/// What to do on a node whose files are not those of the others.
pub(crate) fn copy_again(from: Option<&str>, to: &str) -> String {
    let from = from.unwrap_or("a good node");
    format!(
        "Stop the application pool of {to}, copy the application folder of {from} over its own without database.config \
         and encryption.config, and start it again."
    )
}

/// Names in a sentence: `WEB01, WEB02 and WEB03`.
pub(crate) fn and<'n>(names: impl Iterator<Item = &'n str>) -> String {
    match names.collect::<Vec<_>>().as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        one_or_none => one_or_none.concat(),
    }
}

/// Serving nodes of one build whose folders compare.
pub(crate) struct Group<'a> {
    pub(crate) build: BuildVersion,
    /// Nothing says of which build its members are.
    is_unknown: bool,
    pub(crate) members: Vec<Member<'a>>,
}

/// A node with what its bundle says of the folder.
#[derive(Clone, Copy)]
pub(crate) struct Member<'a> {
    pub(crate) node: &'a Node,
    pub(crate) snapshot: &'a Snapshot,
    inventory: &'a [InventoryEntry],
}

impl<'a> Group<'a> {
    /// The files of all members side by side.
    pub(crate) fn index(&self) -> FileIndex<'a> {
        FileIndex::new(&self.members.iter().map(|member| member.inventory).collect::<Vec<_>>())
    }

    /// Whether there are loose files only of a member.
    pub(crate) fn has_loose(&self) -> bool {
        self.members.iter().any(|member| is_loose(member.node))
    }

    /// Its build in words.
    fn at(&self) -> String {
        if self.is_unknown { "a build that is not known".to_owned() } else { self.build.to_string() }
    }

    fn names(&self) -> String {
        and(self.members.iter().map(|member| member.node.name.as_str()))
    }
}

/// The serving nodes by build, and what is missing to place the others. Folders of different builds differ nearly
/// everywhere, which VER-001 tells in one line.
pub(crate) fn groups<'a>(cx: &Context<'a>) -> (Vec<Group<'a>>, Vec<MissingEvidence>) {
    let mut groups = BTreeMap::<BuildVersion, Vec<Member>>::new();
    let (members, missing) = cx.of_serving(|node| member(cx, node));
    for (_, (build, member)) in members {
        groups.entry(build).or_default().push(member);
    }
    let group = |(build, members)| Group { build, is_unknown: false, members };
    (groups.into_iter().map(group).collect(), missing)
}

/// The same with nodes of which there are loose files only, for comparing what is in one file. Of those nothing may tell the
/// build: they are compared with the others if these are of one build.
fn groups_of_file<'a>(cx: &Context<'a>, file: &str) -> (Vec<Group<'a>>, Vec<MissingEvidence>) {
    let (mut groups, missing) = groups(cx);
    let loose =
        |node: &&'a Node| node.snapshot.as_ref().is_some_and(|snapshot| snapshot.grade == Grade::Loose);
    let names: Vec<&str> = cx.cluster.serving().filter(loose).map(|node| node.name.as_str()).collect();
    let mut missing: Vec<MissingEvidence> = missing
        .into_iter()
        .filter(|gap| !gap.node.as_deref().is_some_and(|name| names.contains(&name)))
        .collect();
    let (members, gaps) = cx.of_nodes(cx.cluster.serving().filter(loose), |node| {
        let snapshot = cx.evidence(node)?;
        let settings = snapshot.settings.get(file).map_or_else(Observed::default, Observed::as_ref);
        cx.settle(node, "configs", settings, file)?;
        Ok((cx.build(node).ok(), Member { node, snapshot, inventory: &[] }))
    });
    missing.extend(gaps);
    for (_, (build, member)) in members {
        let only =
            || groups.first().filter(|group| groups.len() == 1 && !group.is_unknown).map(|group| group.build);
        let is_unknown = build.or_else(only).is_none();
        let build = build.or_else(only).unwrap_or(BuildVersion::new(0, 0, 0));
        match groups.iter_mut().find(|group| group.build == build && group.is_unknown == is_unknown) {
            Some(group) => group.members.push(member),
            None => groups.push(Group { build, is_unknown, members: vec![member] }),
        }
    }
    for group in &mut groups {
        group.members.sort_by(|a, b| a.node.name.cmp(&b.node.name));
    }
    (groups, missing)
}

fn member<'a>(cx: &Context<'a>, node: &'a Node) -> Result<(BuildVersion, Member<'a>), MissingEvidence> {
    let snapshot = cx.snapshot(node)?;
    let build = cx.build(node)?;
    let observed = cx.settle(node, "inventory", snapshot.inventory.as_ref(), "the list of files")?;
    let inventory = observed.value().copied().map_or(&[][..], Vec::as_slice);
    Ok((build, Member { node, snapshot, inventory }))
}

/// Whether there are only loose files of a node.
fn is_loose(node: &Node) -> bool {
    node.snapshot.as_ref().is_some_and(|snapshot| snapshot.grade == Grade::Loose)
}

/// Names of configuration files that came without their folder.
pub(crate) fn files_alone(cx: &Context) -> Vec<String> {
    let loose = cx.cluster.serving().filter(|node| is_loose(node));
    let files = loose.filter_map(|node| node.snapshot.as_ref()).flat_map(|snapshot| snapshot.settings.keys());
    let mut files: Vec<String> = files.cloned().collect();
    files.sort();
    files.dedup();
    files
}

/// Something that is not the same on all members of a group.
pub(crate) struct Difference {
    /// The file, or the setting of a file.
    pub(crate) name: String,
    /// What each member holds, in words, and where; `None` where it holds nothing.
    pub(crate) states: Vec<Option<(String, Location)>>,
    /// Where each member looked.
    pub(crate) standings: Vec<Conformity>,
}

impl From<FileDifference<'_>> for Difference {
    fn from(difference: FileDifference<'_>) -> Self {
        let words = |state: FileState| {
            let FileState::Present { size, content } = state else { return None };
            // Eight digits tell two contents of one cluster apart; the whole hash is in the bundle.
            let content = content.and_then(|text| text.rsplit_once(':'));
            let content = content.map(|(scheme, hex)| format!(", {scheme}:{}", hex.get(..8).unwrap_or(hex)));
            Some((format!("{size} bytes{}", content.unwrap_or_default()), Location::file(difference.path)))
        };
        let states = difference.states.into_iter().map(words).collect();
        Self { name: difference.path.to_owned(), states, standings: difference.standings }
    }
}

/// How a rule says what differs.
pub(crate) struct Words {
    /// Several of the things, such as "DLLs in bin".
    pub(crate) things: &'static str,
    /// What is wrong with those of an odd node, such as "not as on the other nodes".
    pub(crate) wrong: &'static str,
    /// How bad one of them is, if not all are as bad as the rule says: a finding is as bad as the worst of its own.
    pub(crate) weigh: Option<fn(&Difference) -> Severity>,
}

impl Words {
    fn weighed(&self, finding: Finding, differences: &[&Difference]) -> Finding {
        let worst = self.weigh.and_then(|weigh| differences.iter().map(|one| weigh(one)).min());
        let severity = worst.map_or(finding.severity, |worst| finding.severity.max(worst));
        finding.at(severity)
    }
}

/// One finding for each odd node, and one for the cluster with what has no majority. Differences are in order of name.
pub(crate) fn findings(cx: &Context, group: &Group, words: &Words, all: &[Difference]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, member) in group.members.iter().enumerate() {
        let mine: Vec<&Difference> =
            all.iter().filter(|one| one.standings.get(index) == Some(&Conformity::Odd)).collect();
        if mine.is_empty() {
            continue;
        }
        let name = &member.node.name;
        let good = |at: usize| mine.iter().all(|one| one.standings.get(at) == Some(&Conformity::Same));
        let mut others = group.members.iter().enumerate();
        let others = others.find(|(at, _)| good(*at)).map(|(_, other)| other.node.name.as_str());
        let title = format!("{name}: {} {} at {}", number(&mine, words.things), words.wrong, group.at());
        let evidence = mine.iter().take(SHOWN).map(|one| odd(one, index, member)).collect();
        let finding = cx.on_node(member.node, title, copy_again(others, name));
        findings.push(words.weighed(reported(finding, evidence, mine.len()), &mine));
    }
    let undecided: Vec<&Difference> =
        all.iter().filter(|one| !one.standings.contains(&Conformity::Odd)).collect();
    if !undecided.is_empty() {
        let title = if let Some((lacking, having)) = lacking_all(group, &undecided) {
            let number = match undecided.as_slice() {
                [one] => one.name.clone(),
                several => format!("{} {}", several.len(), words.things),
            };
            format!("{lacking} lacks {number} that {having} has at {}", group.at())
        } else {
            let number = number(&undecided, words.things);
            format!("{number} not the same on {} at {}", group.names(), group.at())
        };
        let remedy = "Find out which node holds the right files, then copy its application folder over that of the others \
            without database.config and encryption.config.";
        let each = |one: &&Difference| {
            let states = one.states.iter().zip(&group.members);
            let shown = states.map(|(state, member)| evidence(&one.name, member, state.as_ref(), ""));
            shown.collect::<Vec<_>>()
        };
        let evidence = undecided.iter().take(SHOWN).flat_map(each).collect();
        let finding = cx.on_cluster(title, remedy).standalone();
        findings.push(words.weighed(reported(finding, evidence, undecided.len()), &undecided));
    }
    findings
}

/// The member of two that lacks everything that differs, and the other one, which has it.
fn lacking_all<'g>(group: &'g Group, differences: &[&Difference]) -> Option<(&'g str, &'g str)> {
    let [first, second] = group.members.as_slice() else { return None };
    let lacks = |at: usize| differences.iter().all(|one| one.states.get(at).is_some_and(Option::is_none));
    let names = (first.node.name.as_str(), second.node.name.as_str());
    match (lacks(0), lacks(1)) {
        (true, false) => Some(names),
        (false, true) => Some((names.1, names.0)),
        _ => None,
    }
}

/// The one thing that differs, or how many, as the subject of a sentence.
fn number(differences: &[&Difference], things: &str) -> String {
    match differences {
        [one] => format!("{} is", one.name),
        _ => format!("{} {things} are", differences.len()),
    }
}

fn reported(finding: Finding, evidence: Vec<Evidence>, count: usize) -> Finding {
    let finding = Finding { evidence, ..finding }.note(LEFT_OUT);
    if count > SHOWN { finding.detail(format!("The first {SHOWN} of {count} are listed.")) } else { finding }
}

/// What one member has of a file that others lack, or lacks of one that others have.
pub(crate) fn lacking(difference: &Difference, group: &Group, index: usize) -> Evidence {
    let state = |at: usize| difference.states.get(at).and_then(Option::as_ref);
    let others = |there: bool| {
        let differs = |at: &usize| *at != index && state(*at).is_some() == there;
        let members = (0..group.members.len()).filter(differs).filter_map(|at| group.members.get(at));
        and(members.map(|member| member.node.name.as_str()))
    };
    let Some(member) = group.members.get(index) else {
        return Evidence::absence("", &difference.name, Location::default());
    };
    let Some(own) = state(index) else {
        let fact = format!("{} (it is on {})", difference.name, others(true));
        return evidence(&fact, member, None, "");
    };
    evidence(&difference.name, member, Some(own), &format!("; not on {}", others(false)))
}

/// An odd node's state, and beside it what the majority has.
fn odd(difference: &Difference, index: usize, member: &Member) -> Evidence {
    let state = |at: usize| difference.states.get(at).and_then(Option::as_ref);
    let same = difference.standings.iter().position(|standing| *standing == Conformity::Same);
    let elsewhere = same.and_then(state).map_or("missing", |(text, _)| text.as_str());
    evidence(&difference.name, member, state(index), &format!("; on the others {elsewhere}"))
}

fn evidence(fact: &str, member: &Member, state: Option<&(String, Location)>, beside: &str) -> Evidence {
    let Member { node, snapshot, .. } = member;
    let listed = || snapshot.inventory.value().and(snapshot.inventory.place()).cloned().unwrap_or_default();
    if let Some((text, place)) = state {
        return seen_in(node, fact, format!("{text}{beside}"), place);
    }
    let file = fact.split_once(": ").map_or("", |(file, _)| file);
    let place = if snapshot.part(file).is_some() { Location::file(file) } else { listed() };
    Evidence::absence(&node.name, fact, snapshot.locate(&place))
}

/// What is not the same on all members of a group, in order of name, and the names of what does not compare.
#[derive(Default)]
pub(crate) struct Compared {
    pub(crate) differences: Vec<Difference>,
    pub(crate) undecided: Vec<String>,
    /// Sections that are encrypted on a member, with their files.
    pub(crate) encrypted: Vec<String>,
}

impl Compared {
    /// Compares the files under the paths that `wanted` accepts (in lower case, with `/`).
    pub(crate) fn files(group: &Group, wanted: impl Fn(&str) -> bool) -> Self {
        let index = group.index();
        Self {
            differences: index.differences(&wanted).into_iter().map(Difference::from).collect(),
            undecided: index.undecided(&wanted).into_iter().map(ToOwned::to_owned).collect(),
            encrypted: Vec::new(),
        }
    }
}

/// Differences that are reported apart from others.
pub(crate) struct Part<'w> {
    pub(crate) words: &'w Words,
    /// What fixes them by itself, if copying the folder does not.
    pub(crate) remedy: Option<&'w str>,
    pub(crate) compared: Compared,
}

/// Judges what `compare` makes of each group of several nodes; `remedy`, if there is one, fixes its findings by itself.
pub(crate) fn by_group(
    cx: &Context,
    words: &Words,
    remedy: Option<&str>,
    compare: impl Fn(&Group) -> Result<Compared, Vec<MissingEvidence>>,
) -> Outcome {
    by_part(cx, |group| Ok(vec![Part { words, remedy, compared: compare(group)? }]))
}

/// The same for differences of several kinds.
pub(crate) fn by_part<'w>(
    cx: &Context,
    compare: impl Fn(&Group) -> Result<Vec<Part<'w>>, Vec<MissingEvidence>>,
) -> Outcome {
    known!(cx.several_nodes());
    by_part_in(cx, groups(cx), compare)
}

/// The same for what is in one file, which may have come by itself.
pub(crate) fn by_file(
    cx: &Context,
    file: &str,
    words: &Words,
    remedy: Option<&str>,
    compare: impl Fn(&Group) -> Result<Compared, Vec<MissingEvidence>>,
) -> Outcome {
    known!(cx.several_nodes());
    by_part_in(cx, groups_of_file(cx, file), |group| {
        Ok(vec![Part { words, remedy, compared: compare(group)? }])
    })
}

fn by_part_in<'w>(
    cx: &Context,
    (groups, mut missing): (Vec<Group<'_>>, Vec<MissingEvidence>),
    compare: impl Fn(&Group) -> Result<Vec<Part<'w>>, Vec<MissingEvidence>>,
) -> Outcome {
    let mut all = Vec::new();
    for group in groups.iter().filter(|group| group.members.len() > 1) {
        let Ok(parts) = compare(group).map_err(|gaps| missing.extend(gaps)) else { continue };
        for Part { words, remedy, compared: Compared { differences, undecided, encrypted } } in parts {
            // With work of its own nothing of the folder is copied, so that nothing is left out of a copy.
            let own = |finding: Finding| match remedy {
                Some(remedy) => {
                    Finding { remedy: remedy.to_owned(), notes: Vec::new(), ..finding.standalone() }
                }
                None => finding,
            };
            all.extend(findings(cx, group, words, &differences).into_iter().map(own));
            missing.extend(incomparable(group, &undecided));
            missing.extend(encrypted.into_iter().map(|section| {
                let why = "the section is encrypted, and only the node itself can read it";
                MissingEvidence::of_cluster(
                    format!("the settings in {section}"),
                    why,
                    EvidenceRequest::Nothing,
                )
            }));
        }
    }
    outcome(&groups, all, missing)
}

/// Judges the files under the paths `wanted` accepts; `remedy` fixes them by itself.
pub(crate) fn files(cx: &Context, words: &Words, remedy: &str, wanted: impl Fn(&str) -> bool) -> Outcome {
    by_group(cx, words, Some(remedy), |group| Ok(Compared::files(group, &wanted)))
}

/// That contents could not be compared, when there are any such.
fn incomparable(group: &Group, names: &[String]) -> Option<MissingEvidence> {
    let (first, node) = (names.first()?, &group.members.first()?.node.name);
    let files = if names.len() == 1 { first } else { &format!("{} files, the first {first}", names.len()) };
    let why = "they could not be read everywhere, or were fingerprinted with different keys";
    let what = format!("comparable content of {files} on {}", group.names());
    Some(MissingEvidence::of_cluster(what, why, EvidenceRequest::again(node, WITH_ONE_KEY)))
}

/// The outcome of a comparison. Nodes that run a build of their own were not compared, and a pass says so.
pub(crate) fn outcome(groups: &[Group], findings: Vec<Finding>, missing: Vec<MissingEvidence>) -> Outcome {
    if !(findings.is_empty() && missing.is_empty()) {
        return Outcome::from_parts(findings, missing);
    }
    let single = groups.iter().filter(|group| group.members.len() == 1);
    let names: Vec<String> = single.map(|group| format!("{} at {}", group.names(), group.at())).collect();
    let note = match names.join(", ") {
        none if none.is_empty() => none,
        names => format!("not compared, no other node runs its build: {names}"),
    };
    if names.len() == groups.len() {
        return Outcome::not_applicable(format!("every node runs a build of its own; {note}"));
    }
    Outcome::pass_with(note)
}
