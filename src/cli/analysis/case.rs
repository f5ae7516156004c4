//! Reads and analyses the case of `report`, `plan` and `checklist`, and prints what is wrong with its inputs.

use super::args::CaseArgs;
use super::{Exit, Failure, knowledge, output};
use crate::analysis::{self, Analysis, Analyzer, Decisions, Options};
use crate::bundle::source::Given;
use crate::bundle::{Limits, list_archive};
use crate::cli::collect::case_key;
use crate::cli::{OrExit as _, must_exist};
use crate::intake;
use crate::intake::loose::LooseOptions;
use crate::logs::Baseline;
use crate::model::host_name::same_host;
use crate::model::input::ProblemKind;
use crate::model::{Cluster, InputStatus, Node, Package};
use crate::plan::listed;
use crate::report::assemble::used;
use anyhow::anyhow;
use chrono::{SubsecRound as _, Utc};
use std::path::Path;

/// Every file and folder of the case.
pub(super) fn paths(args: &CaseArgs) -> impl Iterator<Item = &Path> {
    evidence(args).chain(args.upgrade_package.as_deref())
}

/// Inputs that contain facts about the cluster.
fn evidence(args: &CaseArgs) -> impl Iterator<Item = &Path> {
    args.inputs.iter().chain(&args.answers).map(AsRef::as_ref)
}

/// The analyser, with the built-in rules and those of `--knowledge`.
pub(super) fn auditor(args: &CaseArgs) -> Result<Analyzer, Failure> {
    let knowledge = knowledge::load(args.knowledge.as_deref())?;
    Analyzer::with(knowledge).or_exit(Exit::NoInput)
}

/// Reads and analyses a case. Problems of inputs are printed to standard error; a case without any usable input fails.
pub(super) fn audited(
    args: &CaseArgs,
    auditor: &Analyzer,
    options: &Options,
    decisions: Option<&Decisions>,
) -> Result<Analysis, Failure> {
    let audited = auditor.analyze_decided(opened(args)?, options, decisions);
    for remark in &audited.remarks {
        output::complain(remark);
    }
    let inputs = &audited.report.inputs;
    for input in inputs {
        let read = matches!(input.status, InputStatus::Read | InputStatus::PassedOver);
        for problem in input.problems.iter().filter(|one| !read || one.kind == ProblemKind::Unlisted) {
            // Most sentences begin with the name.
            let named = problem.text.starts_with(&input.name);
            let text = if named { String::new() } else { format!("{}: ", input.name) } + &problem.text;
            output::complain(&text);
        }
    }
    if !inputs.iter().any(|input| input.status.is_used() && input.kind.is_evidence()) {
        let error = anyhow!("none of the inputs can be used, so nothing was checked and nothing was written");
        if let Some(line) = used(inputs).passed_over {
            output::complain(&line);
        }
        return Err(Failure::new(Exit::NoInput, error));
    }
    contradiction(args, &audited.cluster)?;
    Ok(audited)
}

/// Refuses a list of nodes that leaves out one which the node list has in the cluster: both claim to be whole.
fn contradiction(args: &CaseArgs, cluster: &Cluster) -> Result<(), Failure> {
    if args.expect_nodes.is_empty() || cluster.node_set.incomparable.is_some() {
        return Ok(());
    }
    let is_named = |node: &Node| args.expect_nodes.iter().any(|name| same_host(name, &node.name));
    let in_cluster = |node: &Node| node.row.as_ref().is_some_and(|row| row.in_cluster.value() == Some(&true));
    let left_out = cluster.serving().filter(|node| in_cluster(node) && !is_named(node));
    let names: Vec<&str> = left_out.map(|node| node.name.as_str()).collect();
    let Some(first) = names.first() else { return Ok(()) };
    Err(Failure::usage(format!(
        "--expect-nodes does not name {0}, which the node list has in the cluster: name all nodes that serve requests, or say \
         what else it is, such as --role {first}=dr",
        listed(&names)
    )))
}

/// Everything that was given, opened.
pub(super) fn opened(args: &CaseArgs) -> Result<Vec<Given>, Failure> {
    let paths: Vec<&Path> = evidence(args).collect();
    paths.iter().try_for_each(|path| must_exist(path))?;
    Ok(analysis::open(paths))
}

/// What the command line says of the case.
pub(super) fn options(args: &CaseArgs, baseline: Option<Baseline>) -> Result<Options, Failure> {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock of the analysis is read")]
    let now = Utc::now().trunc_subsecs(0);
    Ok(Options {
        expect_nodes: args.expect_nodes.clone(),
        roles: args.role.iter().cloned().collect(),
        as_of: args.as_of.unwrap_or(now),
        target: args.target,
        package: args.upgrade_package.as_deref().map(package).transpose()?,
        require: args.required(),
        baseline,
        loose: LooseOptions {
            node_of: args.node_of.clone(),
            case_key: args.case_key_file.as_deref().map(case_key).transpose().or_exit(Exit::Usage)?,
        },
    })
}

/// Name, hash and member list of the downloaded package. Rules check whether it is a zip and whole.
fn package(path: &Path) -> Result<Package, Failure> {
    let usage = |why: String| Failure::usage(format!("{}: {why}", path.display()));
    if !path.is_file() {
        return Err(usage("there is no such file".to_owned()));
    }
    let archive = list_archive(path, &Limits::default());
    let archive = archive.map_err(|error| usage(format!("it cannot be read: {error}")))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(intake::package::package(&name, archive))
}
