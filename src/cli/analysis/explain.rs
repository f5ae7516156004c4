//! `explain` and `rules`: the texts of the rules and of the known errors.

use super::args::{RulesArgs, RulesFormat};
use super::catalogue::{self, range, status};
use super::{Exit, Failure, knowledge, output};
use crate::cli::output::{bold, item};
use crate::finding::Scope;
use crate::knowledge::signatures::Signature;
use crate::knowledge::{Citation, Knowledge};
use crate::rules::{self, Rule};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

pub(super) fn one(id: &str, own: Option<&Path>) -> Result<Exit, Failure> {
    let knowledge = knowledge::load(own)?;
    let rules = rules::all(&knowledge);
    let mut metas = rules.iter().map(|rule| &rule.meta);
    let wanted = metas.find(|rule| rule.id.eq_ignore_ascii_case(id));
    let Some(rule) = wanted else {
        if let Some(error) = knowledge.signatures.iter().find(|error| error.id.eq_ignore_ascii_case(id)) {
            output::print(&known_error(error, &knowledge))?;
            return Ok(Exit::Success);
        }
        let family = id.split('-').next().unwrap_or_default().to_uppercase();
        let near: Vec<&str> =
            rules.iter().map(|rule| rule.meta.id.as_str()).filter(|id| id.starts_with(&family)).collect();
        let hint = if family == "E" {
            "reports show the ids of known errors that are in the logs".to_owned()
        } else if near.is_empty() {
            "\"clusterbrief rules\" lists them all".to_owned()
        } else {
            format!("its family has {}", near.join(", "))
        };
        return Err(Failure::usage(format!("there is no rule or known error {id}; {hint}")));
    };
    let scope = match (rule.scope, rule.now) {
        (Scope::Now, _) => "checked always".to_owned(),
        (Scope::Upgrade, Some(now)) => format!("checked always, without --target at most {now}"),
        (Scope::Upgrade, None) => "checked with --target".to_owned(),
    };
    let builds = rule.applies.map(|applies| format!(", builds{}", range(&applies))).unwrap_or_default();
    let mut text = bold(&format!("{}  {}", rule.id, rule.title));
    text.push('\n');
    if !rule.question.is_empty() {
        text += &item("", &rule.question);
    }
    let _ = writeln!(text, "{}, {scope}{builds}", rule.severity);
    for (heading, paragraph) in rule.texts() {
        let _ = write!(text, "\n{}\n{}", bold(heading), item("  ", paragraph));
    }
    text.push_str(&sources(&rule.references, &knowledge));
    output::print(&text)?;
    Ok(Exit::Success)
}

/// Sources with their titles, under a heading.
fn sources(cites: &[Citation], knowledge: &Knowledge) -> String {
    let mut text = format!("\n{}\n", bold("Sources"));
    for cite in cites {
        let source = knowledge.sources.find(cite);
        let (title, age) = source.map_or(("", ""), |source| (source.title.as_str(), source.age.as_str()));
        let title = item("    ", title);
        let _ = write!(text, "  {} ({}, {age})\n{title}", cite.source, status(cite.status));
    }
    text
}

/// The text about a known error.
fn known_error(error: &Signature, knowledge: &Knowledge) -> String {
    let mut text = bold(&format!("{}  {}", error.id, error.title));
    let _ = writeln!(text, "\n{}, known error", error.severity);
    let mut say = |heading: &str, paragraph: &str| {
        let _ = write!(text, "\n{}\n{}", bold(heading), item("  ", paragraph));
    };
    if let Some(symptom) = &error.symptom {
        say("What a person sees", symptom);
    }
    say("Where it appears", &error.where_seen);
    let unsure = if error.cause_verified { "" } else { " (Not verified by the vendor.)" };
    say("Why it happens", &format!("{}{unsure}", error.cause));
    say("How to fix it", &error.fix);
    let texts: Vec<&String> = error.patterns.iter().flat_map(|pattern| &pattern.texts).collect();
    if !texts.is_empty() {
        let _ = writeln!(text, "\n{}", bold("Texts that are searched for"));
        for one in texts {
            text.push_str(&item("  - ", one));
        }
    }
    if !error.rules.is_empty() {
        let _ = write!(text, "\n{}\n{}", bold("Rules that use it"), item("  ", &error.rules.join(", ")));
    }
    text.push_str(&sources(&error.cites, knowledge));
    text
}

pub(super) fn all(args: &RulesArgs) -> Result<Exit, Failure> {
    let knowledge = knowledge::load(args.knowledge.as_deref())?;
    let rules = rules::all(&knowledge);
    let family = |rule: &Rule| rule.meta.id.split('-').next().unwrap_or_default().to_owned();
    let families: BTreeSet<String> = rules.iter().map(family).collect();
    if let Some(wanted) = &args.family
        && !families.iter().any(|family| family.eq_ignore_ascii_case(wanted))
    {
        let families = families.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(format!("there is no family {wanted}; there are {families}")));
    }
    let needs: BTreeSet<&String> = rules.iter().flat_map(|rule| &rule.needs).collect();
    if let Some(wanted) = &args.needs
        && !needs.contains(wanted)
    {
        let needs = needs.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(format!("no rule needs {wanted}; rules need {needs}")));
    }
    let rules: Vec<Rule> = rules.into_iter().filter(|rule| is_wanted(args, rule)).collect();
    let text = match args.format {
        RulesFormat::Text => catalogue::text(&rules),
        RulesFormat::Md => catalogue::markdown(&knowledge, &rules),
        RulesFormat::Json => format!("{:#}\n", catalogue::json(&knowledge, &rules)),
    };
    output::print(&text)?;
    Ok(Exit::Success)
}

/// Whether a rule fits every option that was given.
fn is_wanted(args: &RulesArgs, rule: &Rule) -> bool {
    let Rule { meta, needs, .. } = rule;
    let family = meta.id.split('-').next().unwrap_or_default();
    args.family.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(family))
        && args.severity.is_none_or(|wanted| wanted == meta.severity)
        && args
            .scope
            .is_none_or(|wanted| wanted == meta.scope || (wanted == Scope::Now && meta.is_judged_now()))
        && args.status.is_none_or(|wanted| wanted == catalogue::best_status(meta))
        && args.needs.as_ref().is_none_or(|wanted| needs.contains(wanted))
}
