//! Product facts as data: TOML with provenance, and its typed, strict loader.
//!
//! Every record cites its sources and how reliable each is ([`Citation`]); our own reasoning is marked as such. The
//! built-in files are part of the program. Loading them takes a few milliseconds; patterns are compiled only where they
//! are matched.

pub mod actions;
pub mod advisories;
pub mod causes;
pub mod checklist;
pub mod conflicts;
pub mod connected;
pub mod exports;
pub mod facts;
mod file;
mod layer;
pub mod limits;
mod overlay;
pub mod own_code;
mod questions;
pub mod releases;
pub mod rows;
pub mod runbooks;
pub mod signatures;
pub mod sources;
pub mod sql;
pub mod steps;
pub mod value_labels;
pub mod workload;

pub use exports::Export;
pub use facts::Facts;
pub use file::RecordOrigin;
pub use layer::{Overlay, OverlayRecord};
pub use limits::Limit;
pub use rows::Rows;
pub use signatures::{MatchKind, Pattern, Signature, Versions};
pub use sources::{Citation, Source, Sources, Status};

use crate::text::escape;
use chrono::NaiveDate;
use layer::{Layers, Located, Record, check, records, sorted};
use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The day the built-in records were last reviewed, for code that does not load them.
pub const EDITION: &str = "2026-11-30";

/// All that is known about the product.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// The day the built-in records were last reviewed.
    pub edition: NaiveDate,
    /// Sources of the records.
    pub sources: Sources,
    /// Known errors, in order of id.
    pub signatures: Vec<Signature>,
    /// Rules that are data, with their expectations, questions and comparisons.
    pub rows: Rows,
    /// Actions that fix findings, in the order of fixes.
    pub actions: Vec<actions::ActionRow>,
    /// Which findings are consequences of others, in order of id.
    pub causes: Vec<causes::CauseRow>,
    /// Lines that prove that a node is connected, in order of id.
    pub connected: Vec<connected::ConnectedRow>,
    /// The product's work on other machines, in order of id.
    pub workload: Vec<workload::WorkloadRow>,
    /// Numbers from which on rules speak, in order of id.
    pub limits: Vec<limits::LimitRow>,
    /// The product's own code by what it does, in order of id.
    pub own_code: Vec<own_code::OwnCodeRow>,
    /// The same as one, to recognise it in texts.
    pub code: Arc<own_code::OwnCode>,
    /// Facts that are records.
    pub facts: Facts,
    /// Kinds of exports, in order of id.
    pub exports: Vec<Export>,
    /// Builds of the product, in order.
    pub releases: Vec<releases::Release>,
    /// How many days a release is supported.
    pub support_window_days: u32,
    /// Builds before this one are no longer supported, whenever they were released.
    pub unsupported_before: Option<crate::model::BuildVersion>,
    /// Known vulnerabilities, the oldest first.
    pub advisories: Vec<advisories::Advisory>,
    /// Builds that an upgrade passes, in order.
    pub steps: Vec<steps::Step>,
    /// Labels for numbers of facts, in order of fact and number.
    pub value_labels: Vec<value_labels::ValueLabel>,
    /// Items of the vendor's checklists, in the order of work.
    pub checklist: Vec<checklist::Item>,
    /// Contradictions between sources, in order of id.
    pub conflicts: Vec<conflicts::Conflict>,
    /// Procedures, in the order of their files.
    pub runbooks: Vec<runbooks::RunbookRow>,
    /// What procedures consist of.
    pub tasks: Vec<runbooks::TaskRow>,
    /// What a support team's own files changed; `None` if there are none.
    pub overlay: Option<Overlay>,
}

/// What is wrong with a record or a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{}, line {}: {}{why}", origin.file, origin.line, key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default())]
pub struct KnowledgeError {
    /// Where it is.
    pub origin: RecordOrigin,
    /// Key of the record; `None` if the file cannot be parsed.
    pub key: Option<String>,
    /// What is wrong, as a lower-case fragment.
    pub why: String,
}

/// Everything that is wrong with the knowledge, in order of file and line; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct KnowledgeFaults(pub Vec<KnowledgeError>);

/// The files built into the program, by name.
macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        /// Built-in files with their text.
        const BUILT_IN: &[(&str, &str)] = &[$(($name, include_str!($name))),+];
    };
}

built_in![
    "actions.toml",
    "advisories.toml",
    "causes.toml",
    "checklist.toml",
    "conflicts.toml",
    "connected.toml",
    "exports.toml",
    "exports/bus.toml",
    "exports/inventory.toml",
    "exports/rest.toml",
    "exports/sql.toml",
    "facts.toml",
    "limits.toml",
    "node_parity.toml",
    "own_code.toml",
    "releases.toml",
    "rules/bkp.toml",
    "rules/bnd.toml",
    "rules/bus.toml",
    "rules/cfg.toml",
    "rules/clu.toml",
    "rules/enc.toml",
    "rules/iis.toml",
    "rules/lbl.toml",
    "rules/log.toml",
    "rules/rol.toml",
    "rules/sec.toml",
    "rules/sql.toml",
    "rules/sys.toml",
    "rules/tim.toml",
    "rules/upg.toml",
    "rules/ver.toml",
    "runbooks/build.toml",
    "runbooks/repair.toml",
    "runbooks/tasks.toml",
    "runbooks/upgrade.toml",
    "signatures/bus.toml",
    "signatures/cluster.toml",
    "signatures/database.toml",
    "signatures/operations.toml",
    "signatures/upgrade.toml",
    "signatures/web.toml",
    "sources.toml",
    "steps.toml",
    "value_labels.toml",
    "warnings.toml",
    "workload.toml",
];

impl Knowledge {
    /// The knowledge built into the program.
    pub fn builtin() -> Result<Self, KnowledgeFaults> {
        Self::layered(&[])
    }

    /// The built-in knowledge with a support team's own files, given as name and text, on top of it.
    pub fn layered(overlay: &[(&str, &str)]) -> Result<Self, KnowledgeFaults> {
        let mut layers = Layers::default();
        let edition = layers.merge_layer(BUILT_IN, None).unwrap_or_default();
        // Whoever reads a text of theirs sees each character of it.
        let shown: Vec<(&str, Cow<'_, str>)> =
            overlay.iter().map(|(name, text)| (*name, escape::neutral_source(text))).collect();
        let overlay: Vec<(&str, &str)> = shown.iter().map(|(name, text)| (*name, &**text)).collect();
        let own = (!overlay.is_empty()).then(|| {
            let files = overlay.iter().map(|(name, _)| (*name).to_owned()).collect();
            let mut changes = Overlay { files, ..Overlay::default() };
            changes.edition = layers.merge_layer(&overlay, Some(&mut changes));
            changes.overridden.sort();
            changes.added.sort();
            changes
        });
        let mut faults = std::mem::take(&mut layers.faults);
        faults.extend(check(&layers.sources, Source::problems));
        let sources = Sources::new(records(std::mem::take(&mut layers.sources)));
        faults.extend(layers.citation_faults(&sources));
        faults.extend(check(&layers.facts, facts::Fact::problems));
        let facts = Facts::new(records(std::mem::take(&mut layers.facts)));
        faults.extend(layers.problems(&facts));
        if !faults.is_empty() {
            faults.sort();
            return Err(KnowledgeFaults(faults));
        }
        // Rows of one group together, groups in the order of their first row.
        let groups: Vec<String> = layers.parity.iter().map(|row| row.record.group.clone()).collect();
        let own_code = sorted(layers.own_code, Record::key);
        Ok(Self {
            edition,
            sources,
            signatures: sorted(layers.signatures, Record::key),
            rows: Rows {
                rules: sorted(layers.rules, Record::key),
                expectations: records(layers.expectations),
                questions: sorted(layers.questions, Record::key),
                parity: sorted(layers.parity, |row| groups.iter().position(|group| *group == row.group)),
                warnings: layers.never,
            },
            actions: sorted(layers.actions, |one| one.stage),
            causes: sorted(layers.causes, Record::key),
            connected: sorted(layers.connected, Record::key),
            workload: sorted(layers.workload, Record::key),
            limits: sorted(layers.limits, Record::key),
            code: Arc::new(own_code::OwnCode::new(&own_code)),
            own_code,
            facts,
            exports: sorted(layers.exports, Record::key),
            releases: sorted(layers.releases, |one| one.version),
            support_window_days: layers.support_window_days,
            unsupported_before: layers.unsupported_before,
            advisories: sorted(layers.advisories, |one| (one.published, one.id.clone())),
            steps: sorted(layers.steps, |one| one.build),
            value_labels: sorted(layers.value_labels, |one| (one.fact.clone(), one.from)),
            checklist: sorted(layers.checklist, |one| (one.stage, one.order, one.id.clone())),
            conflicts: sorted(layers.conflicts, Record::key),
            runbooks: records(layers.runbooks),
            tasks: records(layers.tasks),
            overlay: own,
        })
    }

    /// The signature of this id.
    pub fn signature(&self, id: &str) -> Option<&Signature> {
        self.signatures.iter().find(|signature| signature.id == id)
    }

    /// The number from which on a rule speaks. Each has a built-in record.
    pub fn limit(&self, limit: Limit) -> u64 {
        self.limits.iter().find(|row| row.id == limit.id()).map_or(u64::MAX, |row| row.value)
    }

    /// The question of this id.
    pub fn question(&self, id: &str) -> Option<&rows::QuestionRow> {
        self.rows.questions.iter().find(|row| row.id == id)
    }

    /// The contradiction of this id.
    pub fn conflict(&self, id: &str) -> Option<&conflicts::Conflict> {
        self.conflicts.iter().find(|conflict| conflict.id == id)
    }

    /// The label of the fact at `path`: that of the row if it has one, else that of the fact's record.
    pub fn label<'k>(&'k self, path: &str, row: &'k str) -> &'k str {
        if row.is_empty() { self.facts.get(path).map_or("", |fact| fact.label.as_str()) } else { row }
    }

    /// The label of a value of the fact at `path`, if it is a number that has one.
    pub fn value_label(&self, path: &str, value: &str) -> Option<&str> {
        let number: u32 = value.trim().parse().ok()?;
        let fits = |label: &&value_labels::ValueLabel| label.fact == path && label.from <= number;
        self.value_labels.iter().rfind(fits).map(|label| label.means.as_str())
    }

    /// The exports that contain the fact at `path`, in order of id.
    pub fn exports_for(&self, path: &str) -> impl Iterator<Item = &Export> {
        self.exports.iter().filter(move |export| export.has_fact(path))
    }
}

/// Records whose expressions are compiled to be checked, which takes as long as all other checks together: of built-in
/// ones the unit tests make sure.
fn compiled<T>(records: &[Located<T>]) -> impl Iterator<Item = &Located<T>> {
    records.iter().filter(|located| cfg!(test) || located.is_overlay)
}

impl Layers {
    /// What is wrong with records, alone or together with others. Sources and facts are checked before.
    fn problems(&self, facts: &Facts) -> Vec<KnowledgeError> {
        let mut fixed = BTreeSet::new();
        let signatures = self.signatures.iter().map(|one| one.record.id.as_str()).collect();
        // Of built-in records alone tests have made sure.
        let claims = LazyCell::new(|| overlay::Claims::of(&self.signatures));
        [
            check(&self.exports, |export| export.problems(facts)),
            check(&self.signatures, |signature| signature.problems(&signatures)),
            check(&self.advisories, advisories::Advisory::problems),
            check(&self.cve_products, advisories::CveProduct::problems),
            check(&self.actions, |action| action.problems(&mut fixed)),
            check(&self.causes, |cause| cause.problems(self)),
            check(compiled(&self.connected), connected::ConnectedRow::problems),
            check(compiled(&self.workload), workload::WorkloadRow::problems),
            check(&self.limits, limits::LimitRow::problems),
            check(compiled(&self.own_code), own_code::OwnCodeRow::problems),
            check(&self.expectations, |row| row.problems(self, facts)),
            check(&self.parity, |row| row.problems(self, facts)),
            check(&self.questions, |row| row.problems(facts)),
            check(&self.releases, releases::Release::problems),
            check(&self.steps, |step| step.problems(self)),
            check(&self.value_labels, |meaning| meaning.problems(facts)),
            check(&self.checklist, checklist::Item::problems),
            check(&self.conflicts, conflicts::Conflict::problems),
            check(&self.runbooks, |runbook| runbook.problems(self)),
            check(&self.tasks, |task| task.problems(self)),
            check(self.rules.iter().filter(|located| located.is_overlay), |rule| overlay::rule(rule, self)),
            check(self.signatures.iter().filter(|located| located.is_overlay), |signature| {
                overlay::signature(signature, &claims).into_iter().collect()
            }),
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_built_in_knowledge_loads() {
        let knowledge = Knowledge::builtin().unwrap();
        assert_eq!(knowledge.edition.to_string(), EDITION);
        assert!(knowledge.signature("E-002").is_some());
        assert!(knowledge.signature("E-999").is_none());
        assert!(knowledge.overlay.is_none());
    }

    #[test]
    fn builds_and_value_labels_are_in_order_of_their_numbers() {
        let mut layers = Layers::default();
        layers.merge_layer(BUILT_IN, None);
        assert!(layers.releases.is_sorted_by_key(|one| one.record.version));
        assert!(layers.steps.is_sorted_by_key(|one| one.record.build));
        assert!(layers.value_labels.is_sorted_by_key(|one| (one.record.fact.clone(), one.record.from)));
        let dated: Vec<_> = layers.releases.iter().filter_map(|one| one.record.date).collect();
        assert!(dated.is_sorted(), "a later build was released earlier");
        let knowledge = Knowledge::builtin().unwrap();
        assert_eq!(knowledge.value_label("net.release", "461808"), Some(".NET Framework 4.7.2"));
        assert_eq!(knowledge.value_label("net.release", "528449"), Some(".NET Framework 4.8"));
        assert_eq!(knowledge.value_label("net.release", "1"), None);
        assert_eq!(knowledge.value_label("os.cores", "461808"), None);
        assert_eq!(knowledge.support_window_days, 365);
    }

    #[test]
    fn errors_name_file_and_line() {
        let says = |text: &str| Knowledge::layered(&[("mine.toml", text)]).unwrap_err().to_string();
        let text = says("edition = \"2026-11-22\"\nsurprise = 1\n");
        assert!(text.starts_with("mine.toml, line 2: ") && text.contains("surprise"), "{text}");
        let source = "[[source]]\nkey = \"X\"\ntitle = \"t\"\nage = \"2026\"\n";
        let text = says(&format!("{source}\n{source}"));
        assert_eq!(text, "mine.toml, line 6: X: this record is already in mine.toml, line 1");
    }

    #[test]
    fn a_later_layer_replaces_the_record_of_the_same_key_and_lists_it() {
        let text = "edition = \"2027-01-31\"\n[[source]]\nkey = \"SEED\"\ntitle = \"our copy\"\nage = \"2026\"\n\
                    [[source]]\nkey = \"WIKI\"\ntitle = \"our wiki\"\nage = \"2026\"\n";
        let knowledge = Knowledge::layered(&[("ours.toml", text)]).unwrap();
        let own = knowledge.overlay.unwrap();
        let listed = |records: &[OverlayRecord]| {
            records
                .iter()
                .map(|one| format!("{} {} {}", one.kind, one.key, one.origin.line))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (listed(&own.overridden), listed(&own.added)),
            (vec!["source SEED 2".into()], vec!["source WIKI 6".into()])
        );
        assert_eq!(own.edition, NaiveDate::from_ymd_opt(2027, 1, 31));
        assert_eq!(knowledge.edition, EDITION.parse().unwrap());
        assert!(knowledge.sources.iter().any(|source| source.title == "our copy"));
    }

    #[test]
    fn built_in_records_are_in_order_of_their_keys() {
        let mut layers = Layers::default();
        layers.merge_layer(BUILT_IN, None);
        let mut keys: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        let mut add = |kind, origin: &'_ RecordOrigin, key: &'_ str| {
            let file = BUILT_IN.iter().find(|(name, _)| *name == origin.file).unwrap().0;
            keys.entry((kind, file)).or_default().push(Box::leak(key.to_owned().into_boxed_str()));
        };
        layers.sources.iter().for_each(|one| add("source", &one.origin, &one.record.key));
        layers.rules.iter().for_each(|one| add("rule", &one.origin, &one.record.id));
        layers.questions.iter().for_each(|one| add("question", &one.origin, &one.record.id));
        layers.signatures.iter().for_each(|one| add("signature", &one.origin, &one.record.id));
        layers.facts.iter().for_each(|one| add("fact", &one.origin, &one.record.path));
        layers.exports.iter().for_each(|one| add("export", &one.origin, &one.record.id));
        layers.causes.iter().for_each(|one| add("cause", &one.origin, &one.record.id));
        layers.limits.iter().for_each(|one| add("limit", &one.origin, &one.record.id));
        layers.workload.iter().for_each(|one| add("workload", &one.origin, &one.record.id));
        layers.own_code.iter().for_each(|one| add("own-code", &one.origin, &one.record.id));
        layers.connected.iter().for_each(|one| add("proves-connected", &one.origin, &one.record.id));
        layers
            .checklist
            .iter()
            .for_each(|one| add("check", &one.origin, &format!("{:04}", one.record.order)));
        for ((kind, file), keys) in keys {
            assert!(keys.is_sorted(), "{kind} records of {file} are out of order: {keys:?}");
        }
    }
}
