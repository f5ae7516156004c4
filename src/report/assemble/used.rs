//! What was used and what was not, in at most ten lines: the lines that every form of a report shows at its top.

use crate::model::InputStatus;
use crate::model::input::ProblemKind;
use crate::report::model::InputView;
use serde::Serialize;

/// Lines for what was refused; with the first line, what was passed over and what is left there are ten at most.
const REFUSED: usize = 7;
/// Names that are shown of inputs with the same reason.
const NAMES: usize = 3;
/// Problems that are told as matters of safety.
const UNSAFE: [ProblemKind; 4] =
    [ProblemKind::KeyMaterial, ProblemKind::MayBeKeyMaterial, ProblemKind::Secret, ProblemKind::DoNotSend];
/// Kinds that are shown of what was passed over.
const KINDS: usize = 6;

/// The lines. All are empty if every input was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Used {
    /// `5 of 12 inputs used`.
    pub heading: Option<String>,
    /// What was refused, each with its reason; the same reason once.
    pub refused: Vec<String>,
    /// What was passed over, in one line.
    pub passed_over: Option<String>,
    /// `2 more under Inputs`.
    pub more: Option<String>,
}

/// Says what became of the inputs.
pub fn used(inputs: &[InputView]) -> Used {
    let count = inputs.iter().filter(|input| input.status.is_used()).count();
    let noun = if inputs.len() == 1 { "input" } else { "inputs" };
    // What must not be here has a section of its own, above these lines.
    let is_safety = |input: &&InputView| input.problems.iter().any(|problem| UNSAFE.contains(&problem.kind));
    let refused_inputs = || inputs.iter().filter(|input| input.status == InputStatus::Refused);
    let safety = refused_inputs().filter(is_safety).count();
    let heading = (count < inputs.len()).then(|| {
        let others = if safety > 0 { format!("; {safety} under bundle safety") } else { String::new() };
        format!("{count} of {} {noun} used{others}", inputs.len())
    });
    let groups = groups(refused_inputs().filter(|input| !is_safety(input)), why);
    let left: usize = groups.iter().skip(REFUSED).map(|(_, names)| names.len()).sum();
    let lines = groups.iter().take(REFUSED).map(|(reason, names)| refused(reason, names));
    Used {
        heading,
        refused: lines.collect(),
        passed_over: passed_over(inputs),
        more: (left > 0).then(|| format!("{left} more under Inputs")),
    }
}

/// Names by what is said of them, in the order of the first name.
fn groups<'i, K: PartialEq>(
    inputs: impl Iterator<Item = &'i InputView>,
    key: impl Fn(&'i InputView) -> K,
) -> Vec<(K, Vec<&'i str>)> {
    let mut groups: Vec<(K, Vec<&str>)> = Vec::new();
    for input in inputs {
        let key = key(input);
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, names)) => names.push(&input.name),
            None => groups.push((key, vec![&input.name])),
        }
    }
    groups
}

/// Why an input was refused, without its name.
fn why(input: &InputView) -> &str {
    let reason = input.reason.as_deref().unwrap_or("was refused.");
    reason.strip_prefix(&input.name).map_or(reason, str::trim_start)
}

/// One line on inputs with the same reason.
fn refused(reason: &str, names: &[&str]) -> String {
    match names {
        [name]
            if [
                "is", "was", "has", "holds", "may", "could", "begins", "needs", "names", "says", "made",
                "cannot",
            ]
            .iter()
            .any(|verb| reason.strip_prefix(verb).is_some_and(|tail| tail.starts_with(' '))) =>
        {
            format!("{name} {reason}")
        }
        [name] => format!("{name}: {reason}"),
        names => format!("{}: each {reason}", several(names)),
    }
}

/// `a, b and c`, or `a, b, c and 4 more`.
fn several(names: &[&str]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMES).copied().collect();
    match (names.len().saturating_sub(NAMES), shown.split_last()) {
        (0, Some((last, []))) => (*last).to_owned(),
        (0, Some((last, first))) => format!("{} and {last}", first.join(", ")),
        (more, _) => format!("{} and {more} more", shown.join(", ")),
    }
}

fn passed_over(inputs: &[InputView]) -> Option<String> {
    let passed = inputs.iter().filter(|input| input.status == InputStatus::PassedOver);
    let kind = |input: &'_ InputView| input.holds.first().cloned().unwrap_or_default();
    let groups = groups(passed, kind);
    let left: usize = groups.iter().skip(KINDS).map(|(_, names)| names.len()).sum();
    let mut parts: Vec<String> =
        groups.iter().take(KINDS).map(|(kind, names)| format!("{} ({kind})", several(names))).collect();
    if left > 0 {
        parts.push(format!("{left} more under Inputs"));
    }
    (!parts.is_empty()).then(|| format!("Passed over: {}.", parts.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::InputKind;

    fn input(name: &str, status: InputStatus, reason: &str, what: &str) -> InputView {
        InputView {
            name: name.to_owned(),
            kind: InputKind::Unrecognised,
            status,
            reason: (!reason.is_empty()).then(|| format!("{name} {reason}")),
            problems: Vec::new(),
            notes: Vec::new(),
            node: None,
            bytes: 1,
            sha256: None,
            grade: None,
            taken: None,
            tool: None,
            holds: (!what.is_empty()).then(|| what.to_owned()).into_iter().collect(),
            decided: Vec::new(),
            proves: Vec::new(),
        }
    }

    #[test]
    fn ten_lines_are_enough_for_any_ticket() {
        let read = input("a.zip", InputStatus::Read, "", "");
        assert_eq!(used(std::slice::from_ref(&read)).heading, None);
        let mut all = vec![read];
        for part in 1..=5 {
            all.push(input(&format!("split.z0{part}"), InputStatus::Refused, "is one part.", ""));
        }
        for number in 0..9 {
            all.push(input(&format!("x{number}"), InputStatus::Refused, &format!("is bad at {number}."), ""));
        }
        for name in ["report.html", "report.json", "report.md"] {
            all.push(input(name, InputStatus::PassedOver, "was", "written by this program"));
        }
        all.push(input("error.png", InputStatus::PassedOver, "is", "a picture (PNG)"));
        let used = used(&all);
        assert_eq!(used.heading.as_deref(), Some("1 of 19 inputs used"));
        assert_eq!(used.refused[0], "split.z01, split.z02, split.z03 and 2 more: each is one part.");
        assert_eq!(used.refused[1], "x0 is bad at 0.");
        assert_eq!(used.more.as_deref(), Some("3 more under Inputs"));
        let passed = "Passed over: report.html, report.json and report.md (written by this program); error.png (a picture (PNG)).";
        assert_eq!(used.passed_over.as_deref(), Some(passed));
        assert!(used.refused.len() + 3 <= 10);
    }
}
