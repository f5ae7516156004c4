//! The library's front door: inputs and options in, report out. It prints nothing and reads no clock.
//!
//! ```
//! use clusterbrief::analysis::{Analyzer, Options, open};
//! use clusterbrief::report::{json, markdown};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Loads the rules and error texts once, for any number of cases.
//! let analyzer = Analyzer::new()?;
//! // Bundles, exports, and folders of them, in any order.
//! let inputs = open(["samples/mid-upgrade"]);
//! let analysis = analyzer.analyze(inputs, &Options::at("2026-11-20T12:00:00Z".parse()?));
//!
//! assert_eq!(analysis.report.verdict.label, "NOT READY");
//! let for_programs: String = json::render(&analysis.report)?;
//! let for_a_ticket: String = markdown::render(&analysis.report)?;
//! # assert!(for_programs.contains("not-ready") && for_a_ticket.contains("WEB03"));
//! # Ok(())
//! # }
//! ```

pub use crate::compare::BeforeError;
pub use crate::decisions::Decisions;
pub use crate::intake::cluster::Options;

use crate::bundle::source::{Content, Given, GivenError, gather};
use crate::compare::{self, FileList, Snapshot};
use crate::finding::{Confidence, Finding, RuleResult, Severity, is_bundle_safety};
use crate::intake::answers::{Question, questions};
use crate::intake::around::around;
use crate::intake::cluster::{Case, Superseded, assemble as assemble_case};
use crate::intake::facts::Facts;
use crate::intake::read::{ReadInput, Tools, read_all};
use crate::intake::tidy::Tidy;
use crate::knowledge::rows::RuleMeta;
use crate::knowledge::{Knowledge, KnowledgeFaults};
use crate::logs::Scanner;
use crate::model::Cluster;
use crate::model::facts::InventoryEntry;
use crate::model::host_name::{NETBIOS, label, visible};
use crate::model::input::ProblemKind;
use crate::redact::Sanitizer;
use crate::report::assemble::{assemble_decided, used, what_first};
use crate::report::model::Report;
use crate::rules::{self, Rule};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

/// Opens every bundle and export that the paths lead to, in folders and archives of any depth. What cannot be read is an input with its reason, not an error.
pub fn open<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Vec<Given> {
    gather(&paths.into_iter().collect::<Vec<P>>())
}

/// Marks copies of the file of decisions among the inputs: what it says counts already, and it is nobody's evidence.
fn pass_over(decisions: &Decisions, mut given: Vec<Given>) -> Vec<Given> {
    for one in &mut given {
        let is_file = matches!(one.content, Ok(Content::File(_))) && one.bytes == decisions.bytes;
        if is_file && one.sha256().is_some_and(|hash| hash.to_string() == decisions.sha256) {
            one.content = Err(GivenError::LeftOut {
                kind: ProblemKind::NoInput,
                reason: "holds the decisions of --decisions, which are applied".to_owned(),
                what: Some("the decisions of --decisions, applied".to_owned()),
            });
        }
    }
    given
}

/// Everything an analysis needs beside the inputs; made once, used for any number of cases.
pub struct Analyzer {
    knowledge: Knowledge,
    rules: Vec<Rule>,
    questions: Vec<Question>,
    scanner: Scanner<'static>,
}

/// A case that was analysed.
pub struct Analysis {
    /// The report.
    pub report: Report,
    /// The cluster that was judged.
    pub cluster: Cluster,
    /// Every outcome behind it.
    pub results: Vec<RuleResult>,
    /// What of the options did not fit the case, one sentence each.
    pub remarks: Vec<String>,
}

/// An earlier moment of a case.
pub enum Before {
    /// The JSON form of a report, as it was read.
    Report(Vec<u8>),
    /// Bundles and exports, or a case folder.
    Inputs(Vec<Given>),
}

/// An analysis as the comparison sees it: the same as its JSON form, with the files that only bundles list.
fn snapshot(analysis: &Analysis) -> Result<Snapshot, BeforeError> {
    let json = serde_json::to_vec(&analysis.report);
    let json = json.map_err(|error| BeforeError::Malformed(error.to_string()))?;
    let files = analysis.cluster.nodes.iter().filter_map(|node| {
        let entries = node.snapshot.as_ref()?.inventory.value()?;
        let content = |entry: &InventoryEntry| {
            let print = entry.fingerprint.as_ref().map(ToString::to_string);
            let text = entry.sha256.clone().or(print).unwrap_or_else(|| format!("{} bytes", entry.size));
            (entry.path.clone(), text)
        };
        let compared = entries.iter().filter(|entry| !entry.path.starts_with("log/"));
        Some((node.name.clone(), compared.map(content).collect()))
    });
    Snapshot::read(&json, files.collect())
}

/// Why nothing can be analysed: the built-in knowledge is broken, which tests keep from shipping.
#[derive(Debug, thiserror::Error)]
pub enum AnalysisError {
    /// The knowledge does not load.
    #[error("the built-in knowledge does not load")]
    Knowledge(#[from] KnowledgeFaults),
    /// The signatures do not compile.
    #[error("the signatures do not compile")]
    Scanner(#[from] regex::Error),
}

impl Analyzer {
    /// Loads the built-in knowledge and the rules.
    pub fn new() -> Result<Self, AnalysisError> {
        Self::with(Knowledge::builtin()?)
    }

    /// With the rules and signatures of this knowledge.
    pub fn with(knowledge: Knowledge) -> Result<Self, AnalysisError> {
        let (scanner, (rules, questions)) = rayon::join(
            || Scanner::new(&knowledge, &Sanitizer),
            || (rules::all(&knowledge), questions(&knowledge)),
        );
        Ok(Self { scanner: scanner?, knowledge, rules, questions })
    }

    /// What is known of the product.
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// What of a case a case folder keeps.
    pub fn tidy(&self, given: Vec<Given>, options: &Options) -> Tidy {
        Tidy::of(given, self.tools(options))
    }

    fn tools<'a>(&'a self, options: &'a Options) -> Tools<'a> {
        Tools {
            scanner: &self.scanner,
            sanitizer: &Sanitizer,
            questions: &self.questions,
            knowledge: &self.knowledge,
            loose: &options.loose,
        }
    }

    /// Analyses one case. Equal inputs and options give an equal report, whatever their order.
    pub fn analyze(&self, given: Vec<Given>, options: &Options) -> Analysis {
        self.analyze_decided(given, options, None)
    }

    /// The same with decisions of people on findings.
    pub fn analyze_decided(
        &self,
        given: Vec<Given>,
        options: &Options,
        decisions: Option<&Decisions>,
    ) -> Analysis {
        let given = match decisions {
            Some(file) => pass_over(file, given),
            None => given,
        };
        let (reads, reread) = read_all(given, self.tools(options));
        let mut analysis = self.judge(reads, options, decisions);
        let Analysis { report, cluster, results, .. } = &mut analysis;
        report.errors.first =
            what_first(report, cluster, results, &self.knowledge, |query| around(&reread, cluster, query));
        analysis
    }

    /// Adds to the analysis what changed since an earlier moment of the same case.
    pub fn compare(
        &self,
        analysis: &mut Analysis,
        before: Before,
        options: &Options,
    ) -> Result<(), BeforeError> {
        let before = match before {
            Before::Report(bytes) => Snapshot::read(&bytes, FileList::new())?,
            Before::Inputs(given) => self.earlier(given, options)?,
        };
        let after = snapshot(analysis)?;
        analysis.report.since = Some(compare::since(&before, &after)?);
        Ok(())
    }

    /// What evidence of an earlier moment said then: it is judged for the day of its newest bundle.
    fn earlier(&self, given: Vec<Given>, options: &Options) -> Result<Snapshot, BeforeError> {
        let (reads, _) = read_all(given, self.tools(options));
        let collected = reads.iter().flat_map(|read| &read.facts).filter_map(|facts| match facts {
            Facts::Bundle(bundle) => Some(bundle.ended.to_utc().max(bundle.started.to_utc())),
            _ => None,
        });
        let day = collected.max().map_or(options.as_of, |newest| newest.min(options.as_of));
        let options = Options { as_of: day, package: None, ..options.clone() };
        let analysis = self.judge(reads, &options, None);
        let inputs = &analysis.report.inputs;
        if !inputs.iter().any(|input| input.status.is_used() && input.kind.is_evidence()) {
            let why = used(inputs);
            let why: Vec<String> = why.refused.into_iter().chain(why.passed_over).collect();
            return Err(BeforeError::Unusable(why.join(" ")));
        }
        snapshot(&analysis)
    }

    /// The report on inputs that were read.
    fn judge(&self, reads: Vec<ReadInput>, options: &Options, decisions: Option<&Decisions>) -> Analysis {
        let before = bundles_of_one_name(&reads).then(|| reads.clone());
        let Case { mut cluster, remarks, superseded } = assemble_case(reads, options);
        let results = rules::evaluate(&cluster, &self.knowledge, &self.rules);
        if let Some(before) = before {
            cluster.repaired = self.repaired(before, superseded, &results, options);
        }
        let has_target = cluster.target.is_some();
        let metas: Vec<Cow<RuleMeta>> = self.rules.iter().map(|rule| rule.meta.judged(has_target)).collect();
        let metas: Vec<&RuleMeta> = metas.iter().map(AsRef::as_ref).collect();
        let report =
            assemble_decided(&cluster, &results, &metas, &self.knowledge, &options.require, decisions);
        Analysis { report, cluster, results, remarks }
    }

    /// Confirmed blockers that the case had with the older bundles of its nodes and has no more, one sentence for each day
    /// of such a bundle. A newer bundle decides, but never without a word.
    fn repaired(
        &self,
        mut reads: Vec<ReadInput>,
        mut superseded: Vec<Superseded>,
        now: &[RuleResult],
        options: &Options,
    ) -> Vec<String> {
        // A finding on the cluster is about the nodes in its title.
        let key = |result: &RuleResult, finding: &Finding| {
            let title = if finding.subject.name.is_empty() { finding.title.as_str() } else { "" };
            (result.rule.clone(), finding.subject.name.clone(), title.to_owned())
        };
        let findings = |result: &RuleResult| {
            result.outcome.findings().iter().map(|finding| key(result, finding)).collect::<Vec<_>>()
        };
        let mut known: BTreeSet<_> = now.iter().flat_map(findings).collect();
        let mut repaired = Vec::new();
        for _ in 0..EARLIER {
            let Some(older) = superseded.iter().map(|one| one.older).max() else { break };
            reads.retain(|read| superseded.iter().all(|one| one.newer != read.input.name));
            let case = assemble_case(reads.clone(), options);
            superseded = case.superseded;
            let results = rules::evaluate(&case.cluster, &self.knowledge, &self.rules);
            let blocks =
                |one: &Finding| one.severity == Severity::Blocker && one.confidence == Confidence::Confirmed;
            let mut gone = Vec::new();
            for result in results.iter().filter(|result| !is_bundle_safety(&result.rule)) {
                for finding in result.outcome.findings().iter().filter(|one| blocks(one)) {
                    if known.insert(key(result, finding)) {
                        gone.push(format!("{} ({})", finding.title, result.rule));
                    }
                }
            }
            if !gone.is_empty() {
                let day = older.format("%Y-%m-%d %H:%M");
                repaired.push(format!("Gone since {day}: {}; confirm the repair.", gone.join("; ")));
            }
        }
        repaired
    }
}

/// How many older bundles of each node are looked at for what was repaired since.
const EARLIER: usize = 8;

/// Whether a name is that of two bundles, as written: then one may replace the other.
fn bundles_of_one_name(reads: &[ReadInput]) -> bool {
    let mut names = BTreeSet::new();
    let bundles =
        reads.iter().filter(|read| read.facts.iter().any(|facts| matches!(facts, Facts::Bundle(_))));
    !bundles.filter_map(|read| read.input.node.as_deref()).all(|name| {
        names.insert(label(&visible(name).to_uppercase()).chars().take(NETBIOS).collect::<String>())
    })
}
