//! `explain` and `rules`: the texts of the rules.

use super::args::{RulesArgs, RulesFormat};
use super::catalogue::{self, Wanted};
use super::{Exit, Failure, knowledge, output};
use crate::finding::Scope;
use crate::knowledge::Status;
use crate::knowledge::rows::RuleMeta;
use crate::rules::{self, Rule};
use crate::text::wrap::wrap;
use anyhow::anyhow;
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
            "; \"clusterbrief rules\" lists them all".to_owned()
        } else {
            format!("; its family has {}", near.join(", "))
        };
        return Err(Failure::new(Exit::Usage, anyhow!("there is no rule {id}{hint}")));
    };
    let bold = anstyle();
    let mut text = String::new();
    let _ = writeln!(text, "{bold}{}  {}{bold:#}", rule.id, rule.title);
    let _ = writeln!(text, "{}", facts(rule));
    for (heading, paragraph) in rule.texts() {
        let _ = writeln!(text, "\n{bold}{heading}{bold:#}");
        for line in wrap(paragraph, "", 78) {
            let _ = writeln!(text, "  {line}");
        }
    }
    let _ = writeln!(text, "\n{bold}Sources{bold:#}");
    for cite in &rule.references {
        let source = knowledge.sources.find(cite);
        let (title, age) = source.map_or(("", ""), |source| (source.title.as_str(), source.age.as_str()));
        let _ = writeln!(text, "  {} ({}, {age})", cite.source, status(cite.status));
        for line in wrap(title, "", 74) {
            let _ = writeln!(text, "    {line}");
        }
    }
    output::print(&text)?;
    Ok(Exit::Written)
}

pub(super) fn all(args: &RulesArgs) -> Result<Exit, Failure> {
    let knowledge = knowledge::load(args.knowledge.as_deref())?;
    let wanted = Wanted {
        family: args.family.clone(),
        severity: args.severity.map(Into::into),
        scope: args.scope.map(Into::into),
        status: args.status.map(Into::into),
        needs: args.needs.clone(),
    };
    let rules: Vec<Rule> = rules::all(&knowledge).into_iter().filter(|rule| wanted.includes(rule)).collect();
    let text = match args.format {
        RulesFormat::Text => catalogue::text(&rules),
        RulesFormat::Md => catalogue::markdown(&knowledge, &rules),
        RulesFormat::Json => format!("{:#}\n", catalogue::json(&knowledge, &rules)),
    };
    output::print(&text)?;
    Ok(Exit::Written)
}

fn facts(rule: &RuleMeta) -> String {
    let scope = match rule.scope {
        Scope::Now => "judged always",
        Scope::Upgrade => "judged with --target",
    };
    let builds = rule.applies.map(|applies| {
        let range = applies.versions;
        let from = range.from.map(|from| format!(" from {from}")).unwrap_or_default();
        let before = range.before.map(|before| format!(" before {before}")).unwrap_or_default();
        format!(", builds{from}{before}")
    });
    format!("{}, {scope}{}", rule.severity, builds.unwrap_or_default())
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Confirmed => "read in the source",
        Status::Top => "read there as far as the page was available",
        Status::Title => "only its title was seen",
        Status::Inferred => "our own reasoning",
    }
}

const fn anstyle() -> clap::builder::styling::Style {
    clap::builder::styling::Style::new().bold()
}
