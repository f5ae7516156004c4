//! What showed a finding then and cannot show it now: inputs that are missing or were read only in part.

use super::findings::{One, short};
use super::snapshot::{Piece, RuleOutcome, Snapshot, UsedInput};
use crate::model::host_name::same_host;

/// What an export holds that is the same as a version table.
const VERSION_HISTORY: &str = "the version history";

/// Both moments.
pub(super) struct Lost<'a> {
    pub(super) before: &'a Snapshot,
    pub(super) after: &'a Snapshot,
}

impl<'a> Lost<'a> {
    /// Why a piece of the evidence of then could not be seen now; none if all of its inputs are there again and whole.
    pub(super) fn source(&self, then: &One<'_>) -> Option<String> {
        pieces(then).find_map(|piece| self.piece(piece, self.input(piece)?))
    }

    /// What the rule looked at for this finding then and did not look at now, although it is there.
    pub(super) fn unlooked(
        &self,
        then: &One<'_>,
        earlier: Option<&RuleOutcome>,
        now: &RuleOutcome,
    ) -> Option<String> {
        // Findings may rest on inputs that an outcome does not list.
        let of_rule = self.after.findings.iter().filter(|found| found.rule == then.found.rule);
        let proofs = of_rule.flat_map(|found| &found.evidence).map(|piece| &piece.input);
        let looked: Vec<&String> = now.inputs.iter().chain(proofs).collect();
        let inputs = || self.after.inputs.iter().filter(|input| looked.contains(&&input.name));
        pieces(then).find_map(|piece| {
            let input = self.input(piece)?;
            let recorded = earlier.is_some_and(|earlier| earlier.inputs.contains(&input.name));
            let again = inputs().any(|other| is_like(piece, input, other));
            (recorded && !again).then(|| format!("it was not looked for here now: {}", named(piece, input)))
        })
    }

    fn input(&self, piece: &Piece) -> Option<&'a UsedInput> {
        self.before.inputs.iter().find(|input| input.name == piece.input)
    }

    fn piece(&self, piece: &Piece, input: &UsedInput) -> Option<String> {
        let like: Vec<&UsedInput> = self
            .after
            .inputs
            .iter()
            .filter(|other| other.is_used() && is_like(piece, input, other))
            .collect();
        // Exports of one kind for several nodes name no node: as many as then must be there, or the same one.
        let many = |input: &UsedInput| {
            let others = self.before.inputs.iter();
            others
                .filter(|other| other.is_used() && other.holds == input.holds && other.node.is_none())
                .count()
        };
        let same_name = like.iter().any(|other| other.name == input.name);
        let too_few = input.kind == "export" && !same_name && like.len() < many(input);
        if like.is_empty() || too_few {
            return Some(format!("not there now: {}", named(piece, input)));
        }
        if is_log(piece) {
            return self.logs(input.node.as_deref().unwrap_or(&piece.node));
        }
        if like.iter().any(|other| is_whole(other)) {
            return None;
        }
        let reason = like.iter().find_map(|other| other.reason.as_deref()).map(short).unwrap_or_default();
        Some(format!("read only in part now: {}: {reason}", named(piece, input)))
    }

    /// Why the logs of a node may hide a line.
    fn logs(&self, node: &str) -> Option<String> {
        let read = self.after.errors.covered.iter().find(|logs| same_host(&logs.node, node));
        match read {
            None => Some(format!("not there now: the logs of {node}")),
            Some(logs) if logs.lines == 0 => Some(format!("the logs of {node} have no line now")),
            Some(logs) => {
                let gap = logs.gaps.first()?;
                Some(format!("the logs of {node} have a gap now: {}", short(gap)))
            }
        }
    }
}

/// Evidence of a finding on its subject: a merged one has that of all its nodes.
fn pieces<'a>(one: &'a One<'_>) -> impl Iterator<Item = &'a Piece> {
    let found = one.found;
    let of_subject = |piece: &&Piece| {
        found.nodes.is_empty() || piece.node.is_empty() || same_host(&piece.node, &one.subject.name)
    };
    found.evidence.iter().filter(of_subject)
}

/// Whether an input of now can show what a piece of evidence of then did.
fn is_like(piece: &Piece, input: &UsedInput, other: &UsedInput) -> bool {
    let family = |kind: &str| kind.split('-').next().unwrap_or_default().to_owned();
    let history =
        |one: &UsedInput| one.kind == "version-table" || one.holds.iter().any(|held| held == VERSION_HISTORY);
    let of_node = || {
        let node = input.node.as_deref().unwrap_or(&piece.node);
        input.node.is_none() || other.node.as_deref().is_some_and(|other| same_host(other, node))
    };
    match input.kind.as_str() {
        "version-table" => history(other),
        _ if family(&input.kind) != family(&other.kind) => {
            wanted(piece, input) == [VERSION_HISTORY] && history(other)
        }
        "export" => wanted(piece, input).iter().all(|held| other.holds.contains(held)) && of_node(),
        _ => of_node(),
    }
}

/// What of an export a piece of evidence is from: the query whose sheet or table the place names, else all.
fn wanted(piece: &Piece, input: &UsedInput) -> Vec<String> {
    // The name of the file is not the name of a query.
    let file = input.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let place = piece.place.strip_prefix(&input.name).or_else(|| piece.place.strip_prefix(file));
    let place = place.unwrap_or(&piece.place);
    let is_named = |held: &&String| {
        let query = held.rsplit_once("(query ").and_then(|(_, rest)| rest.strip_suffix(')'));
        query.is_some_and(|query| {
            let letter = |c: char| c.is_alphanumeric() || c == '-';
            place.split(|c: char| !letter(c)).any(|word| word == query)
        })
    };
    let of_place: Vec<String> = input.holds.iter().filter(is_named).cloned().collect();
    if of_place.is_empty() { input.holds.clone() } else { of_place }
}

/// Whether a piece is a line of a log.
fn is_log(piece: &Piece) -> bool {
    piece.place.starts_with("logs/") || piece.place.contains(".log:")
}

/// Whether an input was read whole, but for logs: what they miss is known node by node.
fn is_whole(input: &UsedInput) -> bool {
    let of_log = |member: &Option<String>| member.as_deref().is_some_and(|name| name.starts_with("logs/"));
    input.status == "read"
        || !input.problems.is_empty() && input.problems.iter().all(|problem| of_log(&problem.member))
}

/// The source of a piece of evidence in words.
fn named(piece: &Piece, input: &UsedInput) -> String {
    let of = input.node.as_deref().map(|node| format!(" of {node}")).unwrap_or_default();
    match input.kind.as_str() {
        kind if kind.starts_with("bundle") => format!("the bundle{of}"),
        kind if kind.starts_with("nodes") => "the list of nodes".to_owned(),
        "version-table" => "the version history of the database".to_owned(),
        "answers" => "the answers of people".to_owned(),
        "config" => format!("the configuration file{of}"),
        "export" if !input.holds.is_empty() => short(&wanted(piece, input).join(", ")),
        kind => format!("an input of the kind \"{}\"{of}", short(&kind.replace('-', " "))),
    }
}
