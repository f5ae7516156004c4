//! Assembles bundles and exports into one case.

use super::builds::{PRODUCT_VERSION, as_build, version};
use super::checklist::{Origin, Part};
use super::event_file::ComputerEvents;
use super::facts::Facts;
use super::inventory::Inventory;
use super::loose::{self, LooseFacts, LooseOptions};
use super::names::{MachineNames, name_fully, one_spelling};
use super::read::ReadInput;
use super::reported::{self, ReportedFacts};
use super::time_order::is_after;
use super::{duplicates, labels, lists};
use crate::bundle::{Limits, bound};
use crate::logs::{Baseline, unify};
use crate::model::answers::Answers;
use crate::model::cluster::Contact;
use crate::model::export::{Moment, NodeList, OwnList, ReportedFields, VersionHistory};
use crate::model::host_name::{is_name, same_host, visible};
use crate::model::input::{Input, InputKind, InputStatus, Problem, ProblemKind};
use crate::model::items::Items;
use crate::model::kit_run::KitRun;
use crate::model::node::Snapshot;
use crate::model::{Area, BuildVersion, Cluster, Grade, Location, Node, NodeSet, Observed, Package, Role};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// What the command line says of a case.
#[derive(Debug, Clone)]
pub struct Options {
    /// `--expect-nodes`: the nodes there are, as a person says.
    pub expect_nodes: Vec<String>,
    /// `--role`: the group of a node, by its name.
    pub roles: BTreeMap<String, Role>,
    /// The day calendar rules are judged against.
    pub as_of: DateTime<Utc>,
    /// Build the customer wants to upgrade to.
    pub target: Option<BuildVersion>,
    /// `--upgrade-package`: the file downloaded for it.
    pub package: Option<Package>,
    /// `--require`: areas that the verdict requires beside those of its question.
    pub require: BTreeSet<Area>,
    /// `--baseline`: patterns that are usual.
    pub baseline: Option<Baseline>,
    /// `--node-of` and `--case-key-file`: of files that are in no bundle.
    pub loose: LooseOptions,
}

impl Options {
    /// Judges calendar rules against this day, and nothing else is known or wanted.
    pub fn at(as_of: DateTime<Utc>) -> Self {
        Self {
            expect_nodes: Vec::new(),
            roles: BTreeMap::new(),
            as_of,
            target: None,
            package: None,
            require: BTreeSet::new(),
            baseline: None,
            loose: LooseOptions::default(),
        }
    }
}

/// A case, complete before the first rule runs.
#[derive(Debug)]
pub struct Case {
    /// Everything the rules may see.
    pub cluster: Cluster,
    /// What of the command line did not fit the case, one sentence each.
    pub remarks: Vec<String>,
    /// Bundles that count instead of an older one of their node.
    pub superseded: Vec<Superseded>,
}

/// A bundle that counts instead of an older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Superseded {
    /// The input that counts.
    pub newer: String,
    /// When the next older one was collected, by the node's clock.
    pub older: DateTime<FixedOffset>,
}

/// A case while it is assembled. Each fact has the index of its input.
#[derive(Default)]
pub(super) struct CaseBuilder {
    pub(super) inputs: Vec<Input>,
    pub(super) names: MachineNames,
    pub(super) bundles: Vec<(usize, Snapshot)>,
    pub(super) lists: Vec<(usize, NodeList)>,
    /// Lists that nodes have for themselves, by machine.
    pub(super) own_lists: BTreeMap<String, OwnList>,
    pub(super) histories: Vec<(usize, VersionHistory)>,
    pub(super) answers: Vec<(usize, Answers)>,
    pub(super) checklists: Vec<(usize, Origin)>,
    reported: Vec<(usize, ReportedFacts)>,
    pub(super) events: Vec<(usize, ComputerEvents)>,
    contacts: Vec<Contact>,
    kit_runs: Vec<KitRun>,
    /// Inputs that contradict each other, one sentence each.
    pub(super) conflicts: Vec<String>,
    /// Files of nodes that are in no bundle.
    pub(super) loose: Vec<(usize, LooseFacts)>,
}

/// Assembles inputs. The result does not depend on their order.
pub fn assemble(mut reads: Vec<ReadInput>, options: &Options) -> Case {
    reads.sort_by(|a, b| a.input.name.cmp(&b.input.name));
    let (mut expect, mut remarks) = expected(options);
    let mut confirmed_by = Vec::from_iter((!expect.is_empty()).then(|| "--expect-nodes".to_owned()));
    let inventory = |facts: &Facts| match facts {
        Facts::Inventory(found) => Some(found.clone()),
        _ => None,
    };
    let inventories: Vec<Inventory> =
        reads.iter().flat_map(|read| &read.facts).filter_map(inventory).collect();
    for inventory in &inventories {
        expect.extend(inventory.nodes.keys().cloned());
        confirmed_by.push(format!("the inventory {}", inventory.input));
    }
    let mut builder = CaseBuilder::of(reads, &expect, options);
    builder.nothing_after(options.as_of);
    let given = expect.len();
    duplicates::one_naming(&mut builder);
    let incomparable = labels::settle(&mut builder, &mut expect, &mut remarks);
    if expect.len() < given {
        confirmed_by.clear();
    }
    let expected: BTreeSet<String> = expect.iter().map(|name| builder.names.machine(name)).collect();
    let declared = options.roles.keys().map(|name| builder.names.machine(name)).collect();
    let several = lists::choose(&mut builder, &expected, &declared);
    let superseded = duplicates::settle(&mut builder, options.as_of);

    let history = builder.history(several);
    let list = builder.list();
    let mut nodes = builder.nodes(list.value(), &expect);
    let confirmed = !confirmed_by.is_empty() || list.value().is_some_and(is_whole);
    loose::assemble(&mut builder, &mut nodes, confirmed);
    for node in nodes.values_mut().filter(|node| node.bundle().is_none() && node.snapshot.is_some()) {
        node.version = version(node);
    }
    one_spelling(&mut nodes);
    for inventory in &inventories {
        for (name, role) in inventory.nodes.iter().filter_map(|(name, role)| Some((name, (*role)?))) {
            let machine = builder.names.machine(name);
            let given = options.roles.iter().find(|(other, _)| builder.names.machine(other) == machine);
            if let Some((_, other)) = given.filter(|(_, other)| **other != role) {
                let (said, counts, input) = (role.word(), other.word(), &inventory.input);
                remarks.push(format!(
                    "{input} says that {name} is {said}, --role says {counts}; --role counts."
                ));
            }
            if let Some(node) = nodes.get_mut(&machine) {
                node.role = role;
            }
        }
    }
    for (name, role) in &options.roles {
        match nodes.get_mut(&builder.names.machine(name)) {
            Some(node) => node.role = *role,
            None => remarks.push(format!("--role names {name}, which is no node of this case.")),
        }
    }
    for (path, name) in &options.loose.node_of {
        let files =
            builder.inputs.iter().filter(|input| matches!(input.grade, Some(Grade::Copied | Grade::Loose)));
        let is_of = |input: &Input| {
            let below = |a: &str, b: &str| {
                a.strip_prefix(b).is_some_and(|tail| tail.is_empty() || tail.starts_with('/'))
            };
            input.node.as_deref().is_some_and(|node| same_host(node, name))
                || below(&input.name, path)
                || below(path, &input.name)
        };
        if !files.into_iter().any(is_of) {
            remarks.push(format!(
                "--node-of names {path}, which is no file or folder of this case without a node."
            ));
        }
    }
    let mut node_set = node_set(&nodes, list.value(), &expected, confirmed_by);
    node_set.incomparable = incomparable;
    node_set.conflicts = std::mem::take(&mut builder.conflicts);
    node_set.inputs.extend(inventories.iter().map(|inventory| inventory.input.clone()));
    builder.add_events(&mut nodes);
    let answers = builder.take_answers(&nodes, options.target);
    let (reported, lists) = builder.take_reported(&mut nodes, several, options.as_of);
    for input in &mut builder.inputs {
        input.problems.sort();
        input.problems.dedup();
        bound(&mut input.problems, Limits::default().problems);
    }
    let mut nodes: Vec<Node> = nodes.into_values().collect();
    nodes.sort_by(|a, b| (a.name.to_uppercase(), &a.name).cmp(&(b.name.to_uppercase(), &b.name)));
    // What is one error on two nodes has one name.
    let snapshots = nodes.iter_mut().filter_map(|node| node.snapshot.as_mut());
    let mut digests: Vec<_> = snapshots.filter_map(|snapshot| snapshot.logs.value_mut()).collect();
    unify(digests.iter_mut().map(|digest| &mut **digest).collect());
    if let Some(baseline) = &options.baseline {
        let patterns = digests.into_iter().flat_map(|digest| &mut digest.patterns);
        patterns.for_each(|pattern| pattern.new = Some(!baseline.has(&pattern.key)));
    }
    let cluster = Cluster {
        nodes,
        node_set,
        list,
        history,
        reported,
        lists,
        answers,
        kit_runs: builder.kit_runs,
        contacts: builder.contacts,
        inputs: builder.inputs,
        as_of: options.as_of,
        target: options.target,
        package: options.package.clone(),
        repaired: Vec::new(),
    };
    Case { cluster, remarks, superseded }
}

/// The names given, and what is wrong with some.
fn expected(options: &Options) -> (Vec<String>, Vec<String>) {
    let (good, bad): (Vec<&String>, Vec<&String>) =
        options.expect_nodes.iter().partition(|name| is_name(name));
    let refused = |name: &&String| match visible(name).as_str() {
        "" => "--expect-nodes holds an empty name.".to_owned(),
        name => format!("--expect-nodes: \"{name}\" is not the name of one machine; it does not count."),
    };
    let remarks = bad.iter().map(refused).collect();
    (good.into_iter().map(|name| visible(name)).collect(), remarks)
}

impl CaseBuilder {
    fn of(reads: Vec<ReadInput>, expect: &[String], options: &Options) -> Self {
        let mut builder = Self::default();
        for (index, read) in reads.into_iter().enumerate() {
            builder.inputs.push(read.input);
            for facts in read.facts {
                match facts {
                    Facts::Bundle(snapshot) => builder.bundles.push((index, *snapshot)),
                    Facts::Nodes(list) => builder.lists.push((index, list)),
                    Facts::History(history) => builder.histories.push((index, history)),
                    Facts::Answers(answers) => builder.answers.push((index, answers)),
                    Facts::Checklist(Part::Origin(origin)) => builder.checklists.push((index, origin)),
                    // The lines became answers when the whole workbook was read.
                    Facts::Checklist(Part::Lines(_)) => {}
                    Facts::Loose(loose) => builder.loose.push((index, *loose)),
                    Facts::Reported(reported) => builder.reported.push((index, reported)),
                    Facts::Events(events) => {
                        builder.events.extend(events.into_iter().map(|one| (index, one)));
                    }
                    Facts::Contacts(contacts) => builder.contacts.extend(contacts),
                    Facts::KitRun(run) => builder.kit_runs.push(run),
                    // Looked at before: the list of nodes decides which cluster is meant.
                    Facts::Inventory(_) => {}
                }
            }
        }
        let of_bundles = builder.inputs.iter().filter_map(|input| input.node.as_deref());
        let of_lists =
            builder.lists.iter().flat_map(|(_, list)| &list.rows).map(|row| row.machine_name.as_str());
        let given = expect.iter().chain(options.roles.keys()).map(String::as_str);
        builder.names = MachineNames::of(of_bundles.chain(of_lists).chain(given));
        builder
    }

    /// Name of an input.
    pub(super) fn name(&self, index: usize) -> String {
        self.inputs.get(index).map_or(String::new(), |input| input.name.clone())
    }

    /// Name of the node an input is of.
    pub(super) fn node(&self, index: usize) -> String {
        self.inputs.get(index).and_then(|input| input.node.clone()).unwrap_or_default()
    }

    /// The node that an input says it is of.
    pub(super) fn input_node(&self, index: usize) -> Option<String> {
        self.inputs.get(index)?.node.clone()
    }

    /// Says of which node an input is.
    pub(super) fn set_node(&mut self, index: usize, name: &str) {
        if let Some(input) = self.inputs.get_mut(index) {
            input.node = Some(name.to_owned());
        }
    }

    /// The input of a name.
    pub(super) fn index_of(&self, name: &str) -> Option<usize> {
        self.inputs.iter().position(|input| input.name == name)
    }

    /// Notes that what an input shows is certain only if somebody says of which node and time it is.
    pub(super) fn unplace(&mut self, index: usize) {
        if let Some(input) = self.inputs.get_mut(index) {
            input.unplaced = true;
        }
    }

    /// Notes that a part of an input is not used, because something better counts.
    pub(super) fn unused(&mut self, index: usize, what: &str, counts: &str) {
        self.note(index, format!("{what} is not used: {counts} has it and counts."));
    }

    /// Notes that the logs of an input are not used beside those of a bundle, and whether they go on after them.
    pub(super) fn logs_unused(
        &mut self,
        index: usize,
        bundle: &str,
        until: Option<DateTime<FixedOffset>>,
        newest: Option<DateTime<FixedOffset>>,
    ) {
        let time = |time: DateTime<FixedOffset>| time.format("%Y-%m-%d %H:%M").to_string();
        let name = self.name(index);
        let text = match (until, newest) {
            (Some(until), Some(newest)) if newest.naive_local() > until.naive_local() => format!(
                "The logs of {name} are not used: {bundle} has logs until {} and counts; these go on until {}: collect again to see what came after.",
                time(until),
                time(newest)
            ),
            _ => format!("The logs of {name} are not used: {bundle} has the logs of this node and counts."),
        };
        self.note(index, text);
    }

    /// The machine a bundle is of.
    pub(super) fn machine_of(&self, index: usize) -> Option<String> {
        Some(self.names.machine(self.inputs.get(index)?.node.as_deref()?))
    }

    /// Notes a problem of an input, which counts no more than `status` says.
    pub(super) fn problem(&mut self, index: usize, status: InputStatus, kind: ProblemKind, text: String) {
        if let Some(input) = self.inputs.get_mut(index) {
            input.problems.push(Problem { kind, member: None, text });
            input.status = input.status.max(status);
        }
    }

    /// Takes back that an input is one page of a longer list, as the others are here.
    pub(super) fn take_page_back(&mut self, index: usize) {
        if let Some(input) = self.inputs.get_mut(index) {
            input.problems.retain(|problem| problem.kind != ProblemKind::Page);
            if input.problems.is_empty() {
                input.status = InputStatus::Read;
            }
        }
    }

    pub(super) fn note(&mut self, index: usize, text: String) {
        if let Some(input) = self.inputs.get_mut(index) {
            input.notes.push(text);
        }
    }

    /// Why there is no fact of a kind: an input of that kind was refused, or there is none.
    pub(super) fn without<T>(&self, kinds: &[InputKind], what: &str) -> Observed<T> {
        let refused = |input: &&Input| kinds.contains(&input.kind) && input.status == InputStatus::Refused;
        match self.inputs.iter().find(refused) {
            None => Observed::not_collected(format!("no {what} was given")),
            Some(input) => {
                let text = input.problems.first().map_or("", |problem| problem.text.as_str());
                Observed::unreadable(Location::input(&input.name), text.trim_end_matches('.'))
            }
        }
    }

    fn list(&mut self) -> Observed<NodeList> {
        match self.lists.pop() {
            Some((_, list)) => {
                let place = Location::input(&list.input);
                Observed::known(list, place)
            }
            None => self.without(&[InputKind::NodesJson, InputKind::NodesTable], "node list"),
        }
    }

    /// Every node that a list, a bundle or a person names, by machine.
    fn nodes(&mut self, list: Option<&NodeList>, expect: &[String]) -> BTreeMap<String, Node> {
        let mut nodes: BTreeMap<String, Node> = BTreeMap::new();
        for row in list.into_iter().flat_map(|list| &list.rows) {
            let node = nodes.entry(self.names.machine(&row.machine_name)).or_default();
            row.machine_name.clone_into(&mut node.name);
            node.row = Some(row.clone());
        }
        for (index, snapshot) in std::mem::take(&mut self.bundles) {
            let name = self.node(index);
            let node = nodes.entry(self.names.machine(&name)).or_default();
            name_fully(&mut node.name, &name);
            node.snapshot = Some(snapshot);
            if let Some(input) = self.inputs.get_mut(index) {
                input.node = Some(node.name.clone());
            }
        }
        for name in expect {
            let node = nodes.entry(self.names.machine(name)).or_default();
            name_fully(&mut node.name, name);
        }
        one_spelling(&mut nodes);
        for (machine, own) in std::mem::take(&mut self.own_lists) {
            let node = nodes.entry(machine).or_default();
            name_fully(&mut node.name, &own.row.machine_name);
            node.own_list = Some(own);
        }
        for node in nodes.values_mut() {
            node.version = version(node);
        }
        nodes
    }

    /// What exports report, in order of input: of the cluster, of its lists, and onto the nodes. Beside two clusters
    /// nobody can say whose it is.
    fn take_reported(
        &mut self,
        nodes: &mut BTreeMap<String, Node>,
        several_clusters: bool,
        as_of: DateTime<Utc>,
    ) -> (ReportedFields, BTreeMap<String, Observed<Items>>) {
        let (mut cluster, mut lists) = (ReportedFields::new(), BTreeMap::<String, Observed<Items>>::new());
        let mut pages: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (index, reported) in self.newest_results(as_of) {
            let names_no_node = !(reported.cluster.is_empty() && reported.lists.is_empty());
            if several_clusters && names_no_node {
                self.refuse_ambiguous(index);
                continue;
            }
            reported::merge(&mut cluster, reported.cluster);
            for (list, items) in reported.lists {
                if items.value().is_some_and(|items| items.missing().is_some()) {
                    pages.entry(index).or_default().push(list.clone());
                }
                reported::merge_items(lists.entry(list).or_default(), items);
            }
            for (name, of_node) in reported.nodes {
                let Some(node) = nodes.get_mut(&self.names.machine(&name)) else {
                    self.unknown_node(index, &name);
                    continue;
                };
                if let Some(reported) = of_node.own.get(PRODUCT_VERSION) {
                    node.version = std::mem::take(&mut node.version).or(as_build(reported));
                }
                reported::merge(&mut node.reported, of_node.own);
                reported::merge(&mut cluster, of_node.cluster);
                node.clocks.join(of_node.clocks);
            }
        }
        // What another file completes is no page of anything that is missing.
        let is_whole = |list: &String| {
            lists.get(list).and_then(Observed::value).is_some_and(|items| items.missing().is_none())
        };
        for (index, of_lists) in pages {
            if of_lists.iter().all(is_whole) {
                self.take_page_back(index);
            }
        }
        (cluster, lists)
    }

    /// What exports report, without the results of a query that a newer one replaces. Of results whose order nobody can
    /// tell the first by name counts.
    fn newest_results(&mut self, as_of: DateTime<Utc>) -> Vec<(usize, ReportedFacts)> {
        let mut kept: Vec<(usize, ReportedFacts)> = Vec::new();
        for (index, reported) in std::mem::take(&mut self.reported) {
            let Some(other) = kept
                .iter_mut()
                .find(|(_, earlier)| earlier.query.is_some() && earlier.query == reported.query)
            else {
                kept.push((index, reported));
                continue;
            };
            let dated = |reported: &ReportedFacts| asked(reported).filter(|asked| !is_after(asked, as_of));
            let newer = match (dated(&reported), dated(&other.1)) {
                (Some(this), Some(earlier)) => this.minus(&earlier) > TimeDelta::zero(),
                (this, earlier) => this.is_some() && earlier.is_none(),
            };
            let query = reported.query.clone().unwrap_or_default();
            let replaced = if newer { std::mem::replace(other, (index, reported)).0 } else { index };
            let name = self.name(other.0);
            self.note(
                replaced,
                format!("{name} has a result of the query {query} that is newer, or of the same age, and counts instead."),
            );
        }
        kept
    }

    /// Refuses an input that names no node where there are inputs of two clusters.
    pub(super) fn refuse_ambiguous(&mut self, index: usize) {
        let name = self.name(index);
        let text =
            format!("{name} does not say to which cluster of this case it belongs, so it does not count.");
        self.problem(index, InputStatus::Refused, ProblemKind::Foreign, text);
    }

    /// That an export speaks of a node that is not of this case.
    pub(super) fn unknown_node(&mut self, index: usize, name: &str) {
        let text = format!(
            "{} has data about {name}, which is not a node of this case (no bundle, node list or --expect-nodes names it), \
             so that data does not count.",
            self.name(index)
        );
        self.problem(index, InputStatus::Partly, ProblemKind::Foreign, text);
    }
}

/// When the query was asked, as its result says.
fn asked(reported: &ReportedFacts) -> Option<Moment> {
    reported.cluster.get(&format!("asked.{}", reported.query.as_deref()?))?.value()?.parse().ok()
}

/// Whether a list names all nodes.
fn is_whole(list: &NodeList) -> bool {
    !list.rows.is_empty() && list.left_out == 0 && list.missing().is_none()
}

/// Who says which nodes there are, and how that compares with the bundles. An empty list says nothing, and neither does
/// one with rows that name nobody.
fn node_set(
    nodes: &BTreeMap<String, Node>,
    list: Option<&NodeList>,
    expected: &BTreeSet<String>,
    by_people: Vec<String>,
) -> NodeSet {
    let list = list.filter(|list| is_whole(list));
    let mut confirmed_by: Vec<String> =
        list.map(|list| format!("the node list {}", list.input)).into_iter().collect();
    confirmed_by.extend(by_people);
    if confirmed_by.is_empty() {
        return NodeSet::default();
    }
    let listed = |(machine, node): &(&String, &Node)| node.row.is_some() || expected.contains(*machine);
    let (listed, other): (Vec<_>, Vec<_>) = nodes.iter().partition(listed);
    let bare = listed.into_iter().filter(|(_, node)| node.bundle().is_none());
    NodeSet {
        confirmed_by,
        inputs: list.map(|list| list.input.clone()).into_iter().collect(),
        incomparable: None,
        without_bundle: bare.map(|(_, node)| node.name.clone()).collect(),
        unlisted: other
            .into_iter()
            .filter(|(_, node)| node.bundle().is_some())
            .map(|(_, node)| node.name.clone())
            .collect(),
        conflicts: Vec::new(),
    }
}
