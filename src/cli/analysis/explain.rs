//! `explain` and `rules`: the texts of the rules.

use super::args::{RulesArgs, RulesFormat};
use super::catalogue::{self, range, status};
use super::{Exit, Failure, knowledge, output};
use crate::cli::output::{bold, item};
use crate::finding::Scope;
use crate::rules::{self, Rule};
use std::fmt::Write as _;
use std::path::Path;

pub(super) fn one(id: &str, own: Option<&Path>) -> Result<Exit, Failure> {
    let knowledge = knowledge::load(own)?;
    let rules = rules::all(&knowledge);
    let mut metas = rules.iter().map(|rule| &rule.meta);
    let wanted = metas.find(|rule| rule.id.eq_ignore_ascii_case(id));
    let Some(rule) = wanted else {
        let family = id.split('-').next().unwrap_or_default().to_uppercase();
        let near: Vec<&str> =
            rules.iter().map(|rule| rule.meta.id.as_str()).filter(|id| id.starts_with(&family)).collect();
        let hint = if near.is_empty() {
            "\"clusterbrief rules\" lists them all".to_owned()
        } else {
            format!("its family has {}", near.join(", "))
        };
        return Err(Failure::usage(format!("there is no rule {id}; {hint}")));
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
    let _ = writeln!(text, "\n{}", bold("Sources"));
    for cite in &rule.references {
        let source = knowledge.sources.find(cite);
        let (title, age) = source.map_or(("", ""), |source| (source.title.as_str(), source.age.as_str()));
        let title = item("    ", title);
        let _ = write!(text, "  {} ({}, {age})\n{title}", cite.source, status(cite.status));
    }
    output::print(&text)?;
    Ok(Exit::Success)
}

pub(super) fn all(args: &RulesArgs) -> Result<Exit, Failure> {
    let knowledge = knowledge::load(args.knowledge.as_deref())?;
    let rules: Vec<Rule> = rules::all(&knowledge).into_iter().filter(|rule| is_wanted(args, rule)).collect();
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
