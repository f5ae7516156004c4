//! The analysis from given inputs to a finished report, without printing: what the `report` verb runs, and what
//! tests and benchmarks call.

use crate::bundle::source::Given;
use crate::finding::Judged;
use crate::intake::answers::{Question, questions};
use crate::intake::cluster::{Case, Options, assemble as lay_together};
use crate::intake::read::{Tools, read_all};
use crate::knowledge::{Knowledge, KnowledgeFaults};
use crate::logs::Scanner;
use crate::model::Cluster;
use crate::redact::Cleaner;
use crate::report::assemble::{RuleInfo, assemble};
use crate::report::model::Report;
use crate::rules::{self, Rule};

/// Everything an analysis needs beside the inputs; made once, used for any number of cases.
pub struct Auditor {
    knowledge: Knowledge,
    rules: Vec<Rule>,
    questions: Vec<Question>,
    scanner: Scanner<'static>,
}

/// A case that was analysed.
pub struct Audited {
    /// The report.
    pub report: Report,
    /// The cluster that was judged.
    pub cluster: Cluster,
    /// Every outcome behind it.
    pub judged: Vec<Judged>,
    /// What of the options did not fit the case, one sentence each.
    pub remarks: Vec<String>,
}

/// Why nothing can be analysed: the built-in knowledge is broken, which tests keep from shipping.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The knowledge does not load.
    #[error("the built-in knowledge does not load")]
    Knowledge(#[from] KnowledgeFaults),
    /// The signatures do not compile.
    #[error("the signatures do not compile")]
    Scanner(#[from] regex::Error),
}

impl Auditor {
    /// Loads the built-in knowledge and the rules.
    pub fn new() -> Result<Self, AuditError> {
        Self::with(Knowledge::builtin()?)
    }

    /// With the rules and signatures of this knowledge.
    pub fn with(knowledge: Knowledge) -> Result<Self, AuditError> {
        let (scanner, (rules, questions)) = rayon::join(
            || Scanner::new(&knowledge, &Cleaner),
            || (rules::all(&knowledge), questions(&knowledge)),
        );
        Ok(Self { scanner: scanner?, knowledge, rules, questions })
    }

    /// What is known of the product.
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Analyses one case. Equal inputs and options give an equal report, whatever their order.
    pub fn audit(&self, given: Vec<Given>, options: &Options) -> Audited {
        let tools = Tools {
            scanner: &self.scanner,
            cleaner: &Cleaner,
            questions: &self.questions,
            knowledge: &self.knowledge,
        };
        let Case { cluster, remarks } = lay_together(read_all(given, tools), options);
        let judged = rules::judge(&cluster, &self.knowledge, &self.rules);
        let infos: Vec<RuleInfo> = self.rules.iter().map(info).collect();
        let report = assemble(&cluster, &judged, &infos, &self.knowledge);
        Audited { report, cluster, judged, remarks }
    }
}

/// The texts of a rule as data: the report never sees a check.
pub fn info(rule: &Rule) -> RuleInfo {
    RuleInfo {
        id: rule.id.clone(),
        title: rule.title.clone(),
        severity: rule.severity,
        scope: rule.scope,
        cites: rule.cites.clone(),
        what: rule.what.clone(),
        why: rule.why.clone(),
        fix: rule.fix.clone(),
        blind: rule.blind.clone(),
        bundle_safety: rule.is_bundle_safety(),
    }
}
