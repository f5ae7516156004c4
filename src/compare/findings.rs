//! Findings of two moments: which are the same, and what became of each.

use super::facts;
use super::lost::Lost;
use super::snapshot::{Found, RuleOutcome, Snapshot, UsedInput};
use super::view::{Change, ChangedFinding};
use crate::finding::{Confidence, Subject, SubjectKind, is_bundle_safety};
use crate::model::host_name::same_host;
use std::collections::{BTreeMap, BTreeSet};

/// A finding on one subject: what a report merged over its nodes is taken apart again.
#[derive(Clone)]
pub(super) struct One<'a> {
    pub(super) found: &'a Found,
    fingerprint: &'a str,
    pub(super) subject: Subject,
    title: String,
}

/// Every finding of both moments, in the order of [`Change::ALL`] and worst first.
pub(super) fn compare(before: &Snapshot, after: &Snapshot) -> Vec<ChangedFinding> {
    let (then, now) = (apart(before), apart(after));
    let pairs = pairs(&then, &now);
    let earlier: BTreeMap<usize, usize> = pairs.iter().map(|(from, to)| (*to, *from)).collect();
    let editions = Editions::of(before, after);
    let mut changes = Vec::new();
    for (at, one) in now.iter().enumerate() {
        changes.push(match earlier.get(&at).and_then(|from| then.get(*from)) {
            Some(earlier) => editions.both(earlier, one),
            None => editions.only_now(one),
        });
    }
    let unpaired = then.iter().enumerate().filter(|(at, _)| !pairs.contains_key(at));
    changes.extend(unpaired.map(|(_, one)| editions.only_then(one)));
    changes.sort_by_cached_key(|one| {
        (one.change, one.severity, one.confidence, one.rule.clone(), one.subject.clone(), one.title.clone())
    });
    changes
}

/// Findings on the cluster, one for each node where a report merged them. Bundle safety is of the bundles, not of the case.
fn apart(snapshot: &Snapshot) -> Vec<One<'_>> {
    let mut all = Vec::new();
    for found in snapshot.findings.iter().filter(|found| !is_bundle_safety(&found.rule)) {
        if found.nodes.is_empty() {
            let (fingerprint, subject) = (found.fingerprint.as_str(), found.subject.clone());
            all.push(One { found, fingerprint, subject, title: found.title.clone() });
        }
        for (at, node) in found.nodes.iter().enumerate() {
            all.push(One {
                found,
                fingerprint: found.fingerprints.get(at).map_or("", String::as_str),
                subject: Subject::node(node),
                title: named(&found.title, node),
            });
        }
    }
    all
}

/// The title of a merged finding for one of its nodes.
fn named(title: &str, node: &str) -> String {
    title.replace("Each node", node).replace("each node", node)
}

/// Which findings of then are which of now, by index: by fingerprint, else by rule, subject and wording.
fn pairs(then: &[One<'_>], now: &[One<'_>]) -> BTreeMap<usize, usize> {
    let mut pairs = BTreeMap::new();
    let mut free: Vec<bool> = vec![true; now.len()];
    let mut join = |key: &dyn Fn(&One<'_>) -> Option<String>| {
        let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, one) in now.iter().enumerate().rev().filter(|(at, _)| free.get(*at) == Some(&true)) {
            if let Some(key) = key(one) {
                by_key.entry(key).or_default().push(at);
            }
        }
        for (at, one) in then.iter().enumerate() {
            if pairs.contains_key(&at) {
                continue;
            }
            let to = key(one).and_then(|key| by_key.get_mut(&key)?.pop());
            if let Some(to) = to {
                pairs.insert(at, to);
                if let Some(free) = free.get_mut(to) {
                    *free = false;
                }
            }
        }
    };
    // Fingerprints leave out numbers, which are the names of advisories.
    join(&|one| {
        (!one.fingerprint.is_empty()).then(|| format!("{}\0{}", one.fingerprint, advisories(&one.title)))
    });
    join(&|one| Some(wording(one)));
    leftovers(then, now, &mut pairs);
    pairs
}

/// Pairs what is left of one rule on one subject where that is one finding on either side: its wording changed with what
/// was given ("behind WEB01 and WEB02" without the version history).
fn leftovers(then: &[One<'_>], now: &[One<'_>], pairs: &mut BTreeMap<usize, usize>) {
    let taken: BTreeSet<usize> = pairs.values().copied().collect();
    let mut left: BTreeMap<String, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    let key = |one: &One<'_>| format!("{}\0{}", asked(one), advisories(&one.title));
    for (at, one) in then.iter().enumerate().filter(|(at, _)| !pairs.contains_key(at)) {
        left.entry(key(one)).or_default().0.push(at);
    }
    for (at, one) in now.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
        left.entry(key(one)).or_default().1.push(at);
    }
    for (from, to) in left.values() {
        if let ([from], [to]) = (from.as_slice(), to.as_slice()) {
            pairs.insert(*from, *to);
        }
    }
}

/// Rule and subject.
fn asked(one: &One<'_>) -> String {
    format!("{}\0{:?}\0{}", one.found.rule, one.subject.kind, one.subject.name.to_uppercase())
}

/// The advisories that a title names: two of them are never one finding.
fn advisories(title: &str) -> String {
    title.split_whitespace().filter(|word| word.starts_with("CVE-")).collect::<Vec<_>>().join(" ")
}

/// Rule, subject and title without names of nodes and numbers: what stays the same of a problem whose evidence changed.
fn wording(one: &One<'_>) -> String {
    let node = &one.subject.name;
    let title = if node.is_empty() { one.title.clone() } else { one.title.replace(node.as_str(), "") };
    let mut plain = String::new();
    for part in title.split(|c: char| c.is_ascii_digit() || c == '.') {
        if !part.is_empty() {
            plain.push_str(part);
            plain.push('#');
        }
    }
    format!("{}\0{plain}\0{}", asked(one), advisories(&one.title))
}

/// Both reports, to tell what changed in the cluster from what changed in the program.
struct Editions<'a> {
    before: &'a Snapshot,
    after: &'a Snapshot,
    differ: bool,
    /// What tells the content of the inputs that both used. Exports have no hash: they count only if the compared facts of
    /// all nodes are the same, too.
    common: BTreeSet<String>,
}

impl<'a> Editions<'a> {
    fn of(before: &'a Snapshot, after: &'a Snapshot) -> Self {
        let differ = before.edition() != after.edition();
        let same_facts = differ && facts::are_same(before, after);
        let used = |snapshot: &'a Snapshot| -> BTreeSet<String> {
            let used = snapshot.inputs.iter().filter(|input| input.is_used());
            used.filter(|input| input.has_hash() || same_facts).map(UsedInput::identity).collect()
        };
        let common = used(before).intersection(&used(after)).cloned().collect();
        Self { before, after, differ, common }
    }

    fn both(&self, then: &One<'_>, now: &One<'_>) -> ChangedFinding {
        let weight = |one: &One<'_>| (one.found.severity, one.found.confidence);
        let change = match weight(now).cmp(&weight(then)) {
            std::cmp::Ordering::Less => Change::Worse,
            std::cmp::Ordering::Equal => Change::Still,
            std::cmp::Ordering::Greater => Change::Better,
        };
        let was = (then.found.severity != now.found.severity).then_some(then.found.severity);
        let mut changed = view(now, change);
        changed.was = was;
        if change != Change::Still {
            if let Some(why) = self.by_edition(now) {
                changed.change = Change::Edition;
                changed.why = why;
            } else if was.is_none() {
                changed.why =
                    format!("{} then, {} now", word(then.found.confidence), word(now.found.confidence));
            }
        }
        changed
    }

    fn only_now(&self, now: &One<'_>) -> ChangedFinding {
        let rule = &now.found.rule;
        let mut changed = view(now, Change::New);
        if let Some(why) = self.by_edition(now) {
            changed.change = Change::Edition;
            changed.why = why;
        } else if let Some(why) = self.by_target(now) {
            changed.change = Change::Edition;
            changed.why = why;
        } else if let Some(then) = outcome(self.before, rule, &now.subject)
            && matches!(then.outcome.as_str(), "unknown" | "failed")
        {
            changed.why = format!("it could not be judged then: {}", short(&then.detail));
        } else if now.subject.kind == SubjectKind::Node
            && !self.before.node_names().any(|name| same_host(name, &now.subject.name))
        {
            changed.why = format!("{} was not in the earlier report", now.subject.name);
        }
        changed
    }

    fn only_then(&self, then: &One<'_>) -> ChangedFinding {
        let rule = &then.found.rule;
        let mut changed = view(then, Change::Fixed);
        changed.anchor = String::new();
        if !has_rule(self.after, rule) {
            changed.change = Change::Edition;
            changed.why = String::from("this edition has no such rule");
            return changed;
        }
        if let Some(why) = self.unseen(then) {
            changed.change = Change::NoLongerVisible;
            changed.why = why;
        } else if let Some(why) = self.by_edition(then) {
            changed.change = Change::Edition;
            changed.why = why;
        }
        changed
    }

    /// Why a finding of then cannot be judged now; none if it was looked for and is not there.
    fn unseen(&self, then: &One<'_>) -> Option<String> {
        let subject = &then.subject;
        if subject.kind == SubjectKind::Node
            && !self.after.node_names().any(|name| same_host(name, &subject.name))
        {
            return Some(format!("{} is not in this report", subject.name));
        }
        let Some(now) = outcome(self.after, &then.found.rule, subject) else {
            return Some("it was not checked here".to_owned());
        };
        match now.outcome.as_str() {
            "unknown" | "failed" => Some(short(&now.detail)),
            "not-applicable" => Some(format!("it does not apply now: {}", short(&now.detail))),
            word => {
                // What showed this fault must have been looked at again, whatever else the rule looks at.
                let lost = Lost { before: self.before, after: self.after };
                lost.source(then).or_else(|| match word {
                    "pass" if now.inferred => {
                        Some("nothing shows it now, but that is inferred and not confirmed".to_owned())
                    }
                    "pass" => None,
                    _ => lost.unlooked(then, outcome(self.before, &then.found.rule, subject), now),
                })
            }
        }
    }

    /// Why a finding of now was not asked for then: the rule is about the upgrade, and the target is another one.
    fn by_target(&self, now: &One<'_>) -> Option<String> {
        if self.before.target == self.after.target {
            return None;
        }
        let rule = &now.found.rule;
        let row = |snapshot: &'a Snapshot| snapshot.coverage.rules.iter().find(|row| row.rule == *rule);
        let (word, detail) = match outcome(self.before, rule, &now.subject) {
            Some(then) => (then.outcome.as_str(), then.detail.as_str()),
            None => row(self.before).map(|row| (row.outcome.as_str(), row.detail.as_str()))?,
        };
        // A rule on the present state may ask for the plan, too: "an upgrade is planned, for which …".
        let of_upgrade = row(self.after).is_some_and(|row| row.scope == "upgrade")
            || ["upgrade", "target"].iter().any(|word| detail.contains(word));
        (word == "not-applicable" && of_upgrade).then(|| format!("it did not apply then: {}", short(detail)))
    }

    /// Why a change can only come from the program or its knowledge: the rule is new or weighs otherwise, or all evidence
    /// that it used is the same.
    fn by_edition(&self, one: &One<'_>) -> Option<String> {
        let rule = &one.found.rule;
        if !self.differ {
            return None;
        }
        let of = |snapshot: &'a Snapshot| snapshot.coverage.rules.iter().find(|row| row.rule == *rule);
        match (of(self.before), of(self.after)) {
            (None, Some(_)) if !self.before.coverage.rules.is_empty() => {
                Some("the earlier edition had no such rule".to_owned())
            }
            (Some(then), Some(now)) if then.severity != now.severity => {
                Some(format!("the rule was {} and is {} now", then.severity, now.severity))
            }
            (Some(then), Some(now)) if then.title != now.title => {
                Some("the rule asks something else now".to_owned())
            }
            _ => {
                let used = |snapshot: &Snapshot| -> Option<Vec<String>> {
                    let outcome = outcome(snapshot, rule, &one.subject)?;
                    let identity = |name: &String| {
                        snapshot.inputs.iter().find(|input| input.name == *name).map(UsedInput::identity)
                    };
                    outcome.inputs.iter().map(identity).collect()
                };
                let same = |used: Vec<String>| {
                    !used.is_empty() && used.iter().all(|input| self.common.contains(input))
                };
                (used(self.before).is_some_and(same) && used(self.after).is_some_and(same))
                    .then(|| "all evidence that it rests on is the same as then".to_owned())
            }
        }
    }
}

fn has_rule(snapshot: &Snapshot, rule: &str) -> bool {
    snapshot.coverage.rules.is_empty() || snapshot.coverage.rules.iter().any(|row| row.rule == *rule)
}

/// The outcome of a rule on a subject: of a node under any of its names, or of the whole cluster or database where the rule
/// judges all nodes at once.
fn outcome<'s>(snapshot: &'s Snapshot, rule: &str, subject: &Subject) -> Option<&'s RuleOutcome> {
    let of_rule = || snapshot.outcomes.iter().filter(|one| one.rule == rule);
    let same = |one: &&RuleOutcome| {
        one.subject.kind == subject.kind
            && (one.subject.name == subject.name || same_host(&one.subject.name, &subject.name))
    };
    of_rule().find(same).or_else(|| of_rule().find(|one| one.subject.name.is_empty()))
}

fn view(one: &One<'_>, change: Change) -> ChangedFinding {
    ChangedFinding {
        change,
        rule: one.found.rule.clone(),
        fingerprint: one.fingerprint.to_owned(),
        severity: one.found.severity,
        confidence: one.found.confidence,
        was: None,
        subject: one.subject.clone(),
        title: one.title.chars().take(TITLE).collect(),
        why: String::new(),
        anchor: one.found.anchor.clone(),
    }
}

/// Longest title: an earlier report comes from outside.
const TITLE: usize = 400;

/// The start of a reason.
pub(super) fn short(detail: &str) -> String {
    const MOST: usize = 240;
    let text = detail.trim_end_matches('.');
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain("…".chars()).collect()
}

fn word(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Confirmed => "confirmed",
        Confidence::Inferred => "inferred",
    }
}
