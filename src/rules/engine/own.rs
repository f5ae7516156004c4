//! Checks of a support team's own records that need the list of rules.

use crate::knowledge::rows::Family;
use crate::knowledge::{Knowledge, KnowledgeFaults, OverlayRecord};
use crate::rules::all;
use std::collections::BTreeSet;

/// Refuses own records that name rules which do not exist, and rule texts whose check is code.
pub fn check_own(knowledge: &Knowledge) -> Result<(), KnowledgeFaults> {
    let Some(own) = &knowledge.overlay else { return Ok(()) };
    let rules = all(knowledge);
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule.meta.id.as_str()).collect();
    let is_code =
        |id: &String| rules.iter().any(|rule| rule.meta.id == *id && rule.meta.family == Family::Code);
    let mut faults = Vec::new();
    for record in own.overridden.iter().chain(&own.added) {
        if record.kind == "rule" && is_code(&record.key) {
            faults.push(record.fault("the check of this rule is part of the program, and so are its texts"));
        }
        let unknown = named(knowledge, record).into_iter().filter(|id| !ids.contains(id));
        faults.extend(unknown.map(|id| record.fault(format!("there is no rule {id}"))));
    }
    faults.sort_by(|a, b| a.origin.cmp(&b.origin));
    if faults.is_empty() { Ok(()) } else { Err(KnowledgeFaults(faults)) }
}

/// The rules that a record names.
fn named<'k>(knowledge: &'k Knowledge, record: &'k OverlayRecord) -> Vec<&'k str> {
    let key = record.key.as_str();
    let listed: Option<&[String]> = match record.kind {
        "question" => return vec![key],
        "signature" => knowledge.signature(key).map(|one| one.rules.as_slice()),
        "action" => knowledge.actions.iter().find(|one| one.id == key).map(|one| one.rules.as_slice()),
        "check" => knowledge.checklist.iter().find(|one| one.id == key).map(|one| one.rules.as_slice()),
        "step" => {
            let step = knowledge.steps.iter().find(|step| step.build.to_string() == key);
            let required = step.into_iter().flat_map(|step| &step.requires);
            return required.flat_map(|one| &one.rules).map(String::as_str).collect();
        }
        _ => None,
    };
    listed.unwrap_or_default().iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_records_name_rules_that_exist_and_leave_coded_ones_alone() {
        let text = "[[question]]\nid = \"XYZ-001\"\nask = \"?\"\ngood = [\"yes\"]\nbad = [\"no\"]\n\n\
                    [[rule]]\nid = \"VER-001\"\ntitle = \"t\"\nseverity = \"low\"\nsubject = \"cluster\"\nfamily = \"question\"\n\
                    cites = [{ source = \"SELF\", status = \"confirmed\" }]\nwhat = \"w\"\nwhy = \"w\"\nfix = \"f\"\nblind = \"b\"\n\n\
                    [[question]]\nid = \"VER-001\"\nask = \"?\"\ngood = [\"yes\"]\nbad = [\"no\"]\n";
        let knowledge = Knowledge::layered(&[("ours.toml", text)]).unwrap();
        let said = check_own(&knowledge).unwrap_err().to_string();
        let [first, second] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
        assert_eq!(first, "ours.toml, line 1: XYZ-001: there is no rule XYZ-001");
        assert!(
            second.starts_with("ours.toml, line 7: VER-001: the check of this rule is part of the program"),
            "{said}"
        );
        assert!(check_own(&Knowledge::builtin().unwrap()).is_ok());
    }
}
