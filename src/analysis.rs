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

pub use crate::intake::cluster::Options;

use crate::bundle::source::{Given, gather};
use crate::finding::RuleResult;
use crate::intake::answers::{Question, questions};
use crate::intake::cluster::{Case, assemble as assemble_case};
use crate::intake::read::{Tools, read_all};
use crate::intake::recognise::MAX_EXPORT_BYTES;
use crate::knowledge::rows::RuleMeta;
use crate::knowledge::{Knowledge, KnowledgeFaults};
use crate::logs::Scanner;
use crate::model::Cluster;
use crate::redact::Sanitizer;
use crate::report::assemble::assemble;
use crate::report::model::Report;
use crate::rules::{self, Rule};
use rayon::prelude::*;
use std::borrow::Cow;
use std::path::Path;

/// Opens every bundle and export that the paths lead to. What cannot be read is an input with its reason, not an error.
pub fn open<P: AsRef<Path> + Send>(paths: impl IntoIterator<Item = P>) -> Vec<Given> {
    let paths: Vec<P> = paths.into_iter().collect();
    paths.into_par_iter().flat_map_iter(|path| gather(path.as_ref(), MAX_EXPORT_BYTES)).collect()
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

    /// Analyses one case. Equal inputs and options give an equal report, whatever their order.
    pub fn analyze(&self, given: Vec<Given>, options: &Options) -> Analysis {
        let tools = Tools {
            scanner: &self.scanner,
            sanitizer: &Sanitizer,
            questions: &self.questions,
            knowledge: &self.knowledge,
        };
        let Case { cluster, remarks } = assemble_case(read_all(given, tools), options);
        let results = rules::evaluate(&cluster, &self.knowledge, &self.rules);
        let has_target = cluster.target.is_some();
        let metas: Vec<Cow<RuleMeta>> = self.rules.iter().map(|rule| rule.meta.judged(has_target)).collect();
        let metas: Vec<&RuleMeta> = metas.iter().map(AsRef::as_ref).collect();
        let report = assemble(&cluster, &results, &metas, &self.knowledge, &options.require);
        Analysis { report, cluster, results, remarks }
    }
}
