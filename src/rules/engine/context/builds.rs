//! Builds: which one a node and the database run, and whether that is still so.

use super::Context;
use crate::finding::{EvidenceRequest, MissingEvidence};
use crate::knowledge::Versions;
use crate::knowledge::rows::{Applies, Build};
use crate::model::export::{Moment, VersionRow};
use crate::model::node::Snapshot;
use crate::model::{BuildVersion, Location, Node, Observed};
use chrono::TimeDelta;

/// The build that a node's diagnostics show, and the node's time when they were saved.
const PRODUCT_VERSION: &str = "product.version";
const DIAGNOSED: &str = "diagnostics.time";

impl<'a> Context<'a> {
    /// Why a bundle was collected too early to be compared: the database was upgraded after it, or the node list,
    /// made later, shows another build. Both readings keep their own clocks, so this only ever withholds a
    /// judgement.
    pub fn stale(&self, node: &Node, snapshot: &Snapshot) -> Option<String> {
        if let Some(history) = self.cluster.history.value()
            && let Some(row) = history.current()
            && let Some(upgraded) = row.upgraded.value()
            && upgraded.is_after(&snapshot.ended)
        {
            return Some(format!(
                "collected before the change, collect again: the database went to {} at {upgraded}",
                row.text
            ));
        }
        let listed = node.row.as_ref()?.binary_version.value()?;
        (self.list_is_later(node)? && *listed != snapshot_version(node)?.0).then(|| {
            format!("collected before the change, collect again: the node list, made later, shows {listed}")
        })
    }

    /// The build a node runs, fit for comparing it with other nodes and the database: from the node list unless the
    /// database was upgraded after it or a later bundle contradicts it, else from a bundle that [`Context::snapshot`]
    /// accepts.
    pub fn build(&self, node: &'a Node) -> Result<BuildVersion, MissingEvidence> {
        self.ask("version");
        let Some(version) = node.version.value() else {
            return Err(self.version_missing(node, &node.version));
        };
        let listed = node.row.as_ref().and_then(|row| row.binary_version.value()) == Some(version);
        let own = snapshot_version(node).map(|(own, _)| own);
        if !listed && own.is_none() && node.reported.contains_key(PRODUCT_VERSION) {
            return self.diagnosed(node).map(|()| *version);
        }
        if !listed {
            return self.snapshot(node).map(|_| *version);
        }
        let outdated = |after: &str, why: String| {
            let what = format!("a node list with {} from after the {after}", node.name);
            MissingEvidence::of(&node.name, what, why, EvidenceRequest::NodeList)
        };
        if let Some(upgraded) = self.upgraded_after_list() {
            if own == Some(*version) && self.snapshot(node).is_ok() {
                return Ok(*version);
            }
            let why =
                format!("the node list was made before the change, the database was upgraded at {upgraded}");
            return Err(outdated("upgrade", why));
        }
        match own.filter(|own| own != version && self.list_is_later(node) == Some(false)) {
            Some(own) => {
                let why = format!("the node list shows {version}, the DLLs collected after it show {own}");
                Err(outdated("collection", why))
            }
            None => Ok(*version),
        }
    }

    /// That the node's diagnostics were not saved before the database was upgraded.
    fn diagnosed(&self, node: &Node) -> Result<(), MissingEvidence> {
        let Some(upgraded) =
            self.cluster.history.value().and_then(|history| history.current()?.upgraded.value())
        else {
            return Ok(());
        };
        let saved =
            node.reported.get(DIAGNOSED).and_then(Observed::value).and_then(|at| at.parse::<Moment>().ok());
        if saved.is_some_and(|saved| saved.minus(upgraded) >= TimeDelta::zero()) {
            return Ok(());
        }
        let what = format!("the diagnostics of {} from after the upgrade", node.name);
        let why = "and they do not show that they were saved later";
        let why = format!("the database was upgraded at {upgraded}, {why}");
        Err(MissingEvidence::of(&node.name, what, why, EvidenceRequest::export("diagnostics")))
    }

    /// Whether the node list was made after the node's bundle; `None` where that cannot be told.
    fn list_is_later(&self, node: &Node) -> Option<bool> {
        let newest = self.cluster.list.value()?.newest_connection?;
        Some(newest.is_after(&node.snapshot.as_ref()?.ended))
    }

    /// When the database was upgraded, if that was after the node list was made.
    fn upgraded_after_list(&self) -> Option<&'a Moment> {
        let upgraded = self.cluster.history.value()?.current()?.upgraded.value()?;
        let newest = self.cluster.list.value()?.newest_connection.as_ref()?;
        (upgraded.minus(newest) > TimeDelta::zero()).then_some(upgraded)
    }

    /// The build of the database, or that it is missing.
    pub fn database(&self) -> Result<(BuildVersion, &'a VersionRow), MissingEvidence> {
        let row = self.history().value().and_then(|history| history.current());
        if let Some(row) = row
            && let Some(version) = row.version.value()
        {
            self.use_input(&row.place.input);
            return Ok((*version, row));
        }
        let why = self.cluster.database_version().why_unknown();
        let why = why.unwrap_or_else(|| "the version history has no row".into());
        let what = "the build of the database";
        Err(MissingEvidence::of_cluster(what, why, EvidenceRequest::VersionHistory))
    }

    /// Whether a range of builds includes what `node` runs (or, for `None`, what every serving node and the
    /// database run) or the target. `Err` when that cannot be decided.
    pub fn applies(&self, applies: &Applies, node: Option<&Node>) -> Result<bool, Vec<MissingEvidence>> {
        let range = &applies.versions;
        match (applies.of, self.cluster.target) {
            (Build::Target, target) => return Ok(target.is_some_and(|target| range.include(&target))),
            (Build::Asked, Some(target)) => return Ok(range.include(&target)),
            (Build::Either, Some(target)) if range.include(&target) => return Ok(true),
            // Whoever is still below the range, and will be in or above it.
            (Build::Crossed, target) => {
                let Some((_, from)) = target.zip(range.from).filter(|(target, from)| target >= from) else {
                    return Ok(false);
                };
                let below = Versions { from: None, before: Some(from), inferred: range.inferred };
                return self.applies(&Applies { of: Build::Current, versions: below }, node);
            }
            (Build::Current | Build::Either | Build::Asked, _) => {}
        }
        let nodes = node.map_or_else(|| self.cluster.serving().collect(), |node| vec![node]);
        let database = self.cluster.database_version();
        let mut missing = Vec::new();
        let mut inside = database.value().filter(|_| node.is_none()).map(|v| range.include(v));
        for node in nodes {
            match node.version.value() {
                // Nodes on both sides of a boundary: the rule concerns at least one of them.
                Some(version) => inside = Some(inside.unwrap_or(false) || range.include(version)),
                None => missing.push(self.version_missing(node, &node.version)),
            }
        }
        match inside {
            Some(true) => Ok(true),
            Some(false) if missing.is_empty() => Ok(false),
            _ if missing.is_empty() => Err(vec![MissingEvidence::of_cluster(
                "the product's build",
                "no node is known",
                EvidenceRequest::NodeList,
            )]),
            _ => Err(missing),
        }
    }

    /// That a node's build is not known.
    pub fn version_missing(&self, node: &Node, version: &Observed<BuildVersion>) -> MissingEvidence {
        self.ask("version");
        let bundle = || EvidenceRequest::Bundle { node: node.name.clone() };
        let from = node.snapshot.as_ref().map_or_else(bundle, |_| EvidenceRequest::NodeList);
        let why = version.why_unknown().unwrap_or_else(|| "no binary tells it".into());
        MissingEvidence::of(&node.name, format!("the product build of {}", node.name), why, from)
    }
}

/// The build the node's own bundle shows, whatever the node list says: the sighting whose place is in the bundle.
pub(in crate::rules) fn snapshot_version(node: &Node) -> Option<(BuildVersion, &Location)> {
    let Observed::Known { value, sources, disputed } = &node.version else { return None };
    let sightings = sources.iter().map(|place| (value, place));
    let mut all = sightings.chain(disputed.iter().map(|(version, place)| (version, place)));
    all.find(|(_, place)| place.input.is_empty()).map(|(version, place)| (*version, place))
}
