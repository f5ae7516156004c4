//! Product facts as data: TOML with provenance, and its typed, strict loader.
//!
//! Every record cites where it comes from and how far that carries ([`Citation`]); what is only our reasoning
//! says so. The built-in files are part of the program; loading them is a few milliseconds of parsing, patterns are
//! compiled by whoever matches them.

pub mod actions;
pub mod causes;
pub mod checklist;
pub mod conflicts;
pub mod exports;
pub mod facts;
mod file;
mod layer;
pub mod meanings;
mod own;
pub mod releases;
pub mod rows;
pub mod runbooks;
pub mod signatures;
pub mod sources;
pub mod sql;
pub mod steps;

pub use exports::Export;
pub use facts::Facts;
pub use file::Origin;
pub use layer::{Own, OwnRecord};
pub use rows::Rows;
pub use signatures::{Signature, Versions, Weight, Wording};
pub use sources::{Citation, Source, Sources, Status};

use chrono::NaiveDate;
use layer::{Layers, records};

/// The day the built-in records were last reviewed, for who does not load them.
pub const EDITION: &str = "2026-11-22";

/// Everything that is known of the product.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// The day the built-in records were last reviewed.
    pub edition: NaiveDate,
    /// Where records come from.
    pub sources: Sources,
    /// Error texts and symptoms, in order of id.
    pub signatures: Vec<Signature>,
    /// Rules that are data, and what they expect, ask and compare.
    pub rows: Rows,
    /// Work that mends findings, in the order of fixes.
    pub actions: Vec<actions::ActionRow>,
    /// Which findings follow from which, in order of id.
    pub causes: Vec<causes::CauseRow>,
    /// Facts that are records.
    pub facts: Facts,
    /// Kinds of exports, in order of id.
    pub exports: Vec<Export>,
    /// Builds of the product, in order.
    pub releases: Vec<releases::Release>,
    /// How many days a release is supported.
    pub support_window_days: u32,
    /// Builds on the way, in order.
    pub steps: Vec<steps::Step>,
    /// What numbers of facts mean, in order of fact and number.
    pub meanings: Vec<meanings::Meaning>,
    /// Items of the vendor's checklists, in the order of work.
    pub checklist: Vec<checklist::Item>,
    /// Where sources contradict each other on every upgrade, in order of id.
    pub conflicts: Vec<conflicts::Conflict>,
    /// Procedures, in the order of their files.
    pub runbooks: Vec<runbooks::RunbookRow>,
    /// What procedures consist of.
    pub tasks: Vec<runbooks::TaskRow>,
    /// What a support team's own files changed; `None` without any.
    pub own: Option<Own>,
}

/// What is wrong with a record or a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}, line {}: {}{why}", origin.file, origin.line, key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default())]
pub struct KnowledgeError {
    /// Where it stands.
    pub origin: Origin,
    /// Key of the record; `None` where the file cannot be read at all.
    pub key: Option<String>,
    /// What is wrong, as a lower-case fragment.
    pub why: String,
}

/// Everything that is wrong with the knowledge, in order of place; at least one thing.
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
    "causes.toml",
    "checklist.toml",
    "conflicts.toml",
    "exports.toml",
    "exports/bus.toml",
    "exports/inventory.toml",
    "exports/rest.toml",
    "exports/sql.toml",
    "facts.toml",
    "meanings.toml",
    "never.toml",
    "parity.toml",
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
];

impl Knowledge {
    /// The knowledge built into the program.
    pub fn builtin() -> Result<Self, KnowledgeFaults> {
        Self::layered(&[])
    }

    /// The built-in knowledge with a team's own files, by name with their text, laid over it.
    pub fn layered(own: &[(&str, &str)]) -> Result<Self, KnowledgeFaults> {
        let mut layers = Layers::built_in(BUILT_IN.iter().copied());
        if !own.is_empty() {
            layers.lay_own(own.iter().copied());
        }
        let mut faults = std::mem::take(&mut layers.faults);
        let sources = Sources::new(std::mem::take(&mut layers.sources), &mut faults);
        let facts = Facts::new(std::mem::take(&mut layers.facts), &mut faults);
        exports::check(&layers.exports, &facts, &sources, &mut faults);
        signatures::check(&layers.signatures, &sources, &mut faults);
        actions::check(&layers.actions, &mut faults);
        causes::check(&layers, &sources, &mut faults);
        rows::check(&layers, &facts, &sources, &mut faults);
        releases::check(&layers.releases, &sources, &mut faults);
        steps::check(&layers, &sources, &mut faults);
        meanings::check(&layers.meanings, &facts, &sources, &mut faults);
        checklist::check(&layers.checklist, &sources, &mut faults);
        conflicts::check(&layers.conflicts, &sources, &mut faults);
        runbooks::check(&layers, &sources, &mut faults);
        own::check(&layers, &mut faults);
        if !faults.is_empty() {
            faults.sort_by(|a, b| (&a.origin, &a.key, &a.why).cmp(&(&b.origin, &b.key, &b.why)));
            return Err(KnowledgeFaults(faults));
        }
        layers.rules.sort_by(|a, b| a.record.id.cmp(&b.record.id));
        layers.questions.sort_by(|a, b| a.record.id.cmp(&b.record.id));
        layers.signatures.sort_by(|a, b| a.record.id.cmp(&b.record.id));
        layers.exports.sort_by(|a, b| a.record.id.cmp(&b.record.id));
        layers.actions.sort_by_key(|kept| kept.record.stage);
        layers.causes.sort_by(|a, b| a.record.id.cmp(&b.record.id));
        layers.releases.sort_by_key(|kept| kept.record.version);
        layers.steps.sort_by_key(|kept| kept.record.build);
        layers.meanings.sort_by(|a, b| (&a.record.fact, a.record.from).cmp(&(&b.record.fact, b.record.from)));
        layers.checklist.sort_by(|a, b| {
            (a.record.stage, a.record.order, &a.record.id).cmp(&(
                b.record.stage,
                b.record.order,
                &b.record.id,
            ))
        });
        layers.conflicts.sort_by(|a, b| a.record.id.cmp(&b.record.id));
        Ok(Self {
            edition: layers.edition.unwrap_or_default(),
            sources,
            signatures: records(layers.signatures),
            rows: Rows {
                rules: records(layers.rules),
                expectations: records(layers.expectations),
                questions: records(layers.questions),
                parity: in_groups(records(layers.parity)),
                never: layers.never,
            },
            actions: records(layers.actions),
            causes: records(layers.causes),
            facts,
            exports: records(layers.exports),
            releases: records(layers.releases),
            support_window_days: layers.support_window_days,
            steps: records(layers.steps),
            meanings: records(layers.meanings),
            checklist: records(layers.checklist),
            conflicts: records(layers.conflicts),
            runbooks: records(layers.runbooks),
            tasks: records(layers.tasks),
            own: layers.own,
        })
    }

    /// The signature of this id.
    pub fn signature(&self, id: &str) -> Option<&Signature> {
        self.signatures.iter().find(|signature| signature.id == id)
    }

    /// The question of this id.
    pub fn question(&self, id: &str) -> Option<&rows::QuestionRow> {
        self.rows.questions.iter().find(|row| row.id == id)
    }

    /// Where sources contradict each other, by its number in domain 12.1.
    pub fn conflict(&self, id: &str) -> Option<&conflicts::Conflict> {
        self.conflicts.iter().find(|conflict| conflict.id == id)
    }

    /// The fact at `path` in a reader's words: that of its record, else what the row calls it.
    pub fn label<'k>(&'k self, path: &str, own: &'k str) -> &'k str {
        if own.is_empty() { self.facts.get(path).map_or("", |fact| fact.label.as_str()) } else { own }
    }

    /// What a value of the fact at `path` means, where it is a number that a table explains.
    pub fn meaning(&self, path: &str, value: &str) -> Option<&str> {
        let number: u32 = value.trim().parse().ok()?;
        let fits = |one: &&meanings::Meaning| one.fact == path && one.from <= number;
        self.meanings.iter().rfind(fits).map(|one| one.means.as_str())
    }

    /// The exports that tell the fact at `path`, in order of id.
    pub fn tellers(&self, path: &str) -> impl Iterator<Item = &Export> {
        self.exports.iter().filter(move |export| export.tells(path))
    }
}

/// Rows of one group together, groups in the order of their first row.
fn in_groups(rows: Vec<rows::ParityRow>) -> Vec<rows::ParityRow> {
    let mut groups: Vec<String> = Vec::new();
    for row in &rows {
        if !groups.contains(&row.group) {
            groups.push(row.group.clone());
        }
    }
    let mut rows = rows;
    rows.sort_by_key(|row| groups.iter().position(|group| *group == row.group));
    rows
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
        assert!(knowledge.own.is_none());
    }

    #[test]
    fn builds_and_meanings_stand_in_order_of_their_numbers() {
        let layers = Layers::built_in(BUILT_IN.iter().copied());
        assert!(layers.releases.is_sorted_by_key(|one| one.record.version));
        assert!(layers.steps.is_sorted_by_key(|one| one.record.build));
        assert!(layers.meanings.is_sorted_by_key(|one| (one.record.fact.clone(), one.record.from)));
        let dated: Vec<_> = layers.releases.iter().filter_map(|one| one.record.date).collect();
        assert!(dated.is_sorted(), "a later build was released earlier");
        let knowledge = Knowledge::builtin().unwrap();
        assert_eq!(knowledge.meaning("net.release", "461808"), Some(".NET Framework 4.7.2"));
        assert_eq!(knowledge.meaning("net.release", "528449"), Some(".NET Framework 4.8"));
        assert_eq!(knowledge.meaning("net.release", "1"), None);
        assert_eq!(knowledge.meaning("os.cores", "461808"), None);
        assert_eq!(knowledge.support_window_days, 365);
    }

    #[test]
    fn errors_name_file_and_line() {
        let says = |text: &str| Knowledge::layered(&[("mine.toml", text)]).unwrap_err().to_string();
        let text = says("edition = \"2026-11-22\"\nsurprise = 1\n");
        assert!(text.starts_with("mine.toml, line 2: ") && text.contains("surprise"), "{text}");
        let source = "[[source]]\nkey = \"X\"\ntitle = \"t\"\nage = \"2026\"\n";
        let text = says(&format!("{source}\n{source}"));
        assert_eq!(text, "mine.toml, line 6: X: stands twice, also in mine.toml, line 1");
    }

    #[test]
    fn a_later_layer_replaces_the_record_of_the_same_key_and_says_so() {
        let text = "edition = \"2027-01-31\"\n[[source]]\nkey = \"SEED\"\ntitle = \"our copy\"\nage = \"2026\"\n\
                    [[source]]\nkey = \"WIKI\"\ntitle = \"our wiki\"\nage = \"2026\"\n";
        let knowledge = Knowledge::layered(&[("ours.toml", text)]).unwrap();
        let own = knowledge.own.unwrap();
        let said = |records: &[OwnRecord]| {
            records
                .iter()
                .map(|one| format!("{} {} {}", one.kind, one.key, one.origin.line))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (said(&own.overridden), said(&own.added)),
            (vec!["source SEED 2".into()], vec!["source WIKI 6".into()])
        );
        assert_eq!(own.edition, NaiveDate::from_ymd_opt(2027, 1, 31));
        assert_eq!(knowledge.edition, NaiveDate::from_ymd_opt(2026, 11, 22).unwrap());
        assert!(knowledge.sources.iter().any(|source| source.title == "our copy"));
    }

    #[test]
    fn built_in_records_stand_in_order_of_their_keys() {
        let layers = Layers::built_in(BUILT_IN.iter().copied());
        let mut keys: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        let mut add = |kind, origin: &'_ Origin, key: &'_ str| {
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
        layers
            .checklist
            .iter()
            .for_each(|one| add("check", &one.origin, &format!("{:04}", one.record.order)));
        for ((kind, file), keys) in keys {
            assert!(keys.is_sorted(), "{kind} records of {file} are out of order: {keys:?}");
        }
    }
}
