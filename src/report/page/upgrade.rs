//! The upgrade at a glance: the path, what it needs, and the ways to do it. Each step is in the plan.

use crate::plan::checklist::Checklist;
use crate::plan::{Met, Offer, PackageCheck, Plan};
use crate::report::checklist_view::{ChecklistView, StateGroup};
use crate::report::procedure::{PlanView, RequirementView};
use serde::Serialize;

/// The upgrade at a glance.
#[derive(Serialize)]
pub(super) struct Upgrade<'a> {
    /// Stations of the path: a build, and what it is.
    stations: Vec<Station>,
    /// What to know of the path before anything else.
    warnings: &'a [String],
    /// Where sources differ.
    notes: &'a [String],
    /// Which node to begin with, one sentence.
    first: String,
    package: Option<&'a PackageCheck>,
    /// Which builds close the known vulnerabilities.
    advice: String,
    /// What the builds on the path need, by what is known of it: not met, open, met.
    needs: Vec<Needs<'a>>,
    ways: Vec<Way<'a>>,
    /// Items of the checklist by state.
    checklist: Vec<Tally>,
}

/// A station of the upgrade path.
#[derive(Serialize)]
struct Station {
    build: String,
    what: String,
    /// A source confirms the step that leads to it.
    known: bool,
}

/// Requirements of which the same is known.
#[derive(Serialize)]
struct Needs<'a> {
    state: Met,
    word: &'static str,
    list: Vec<RequirementView<'a>>,
}

/// A way to do the upgrade.
#[derive(Serialize)]
struct Way<'a> {
    title: &'a str,
    /// When to choose it, and how long users cannot work.
    choose: &'a str,
    steps: usize,
    /// `recommended`, `possible` or `not for this cluster`.
    offer: &'static str,
}

/// Items of the checklist in one state.
#[derive(Serialize)]
struct Tally {
    state: &'static str,
    count: usize,
}

/// Those first that somebody has to see to; what does not apply is no requirement.
const ORDER: [(Met, &str); 3] = [(Met::NotMet, "not met"), (Met::Unknown, "open"), (Met::Met, "met")];

pub(super) fn upgrade<'a>(plan: &'a Plan, checklist: Option<&'a Checklist>) -> Upgrade<'a> {
    let mut view = PlanView::of(plan);
    let mut needs = ORDER.map(|(state, word)| Needs { state, word, list: Vec::new() });
    for need in view.legs.iter_mut().flat_map(|leg| leg.requires.drain(..)) {
        if let Some(group) = needs.iter_mut().find(|group| group.state == need.state) {
            group.list.push(need);
        }
    }
    let ways = view.ways.iter().map(|way| Way {
        title: &way.runbook.title,
        choose: &way.runbook.choose,
        steps: way.steps.len(),
        offer: match (&way.runbook.offer, way.recommended) {
            (Offer::Refused { .. }, _) => "not for this cluster",
            (_, true) => "recommended",
            _ => "possible",
        },
    });
    let first = plan.first.as_ref().map(|first| match view.first {
        "" => first.why.clone(),
        node => format!("{node}. {}", first.why),
    });
    let state = |group: StateGroup| Tally { state: group.word, count: group.count };
    let list = checklist.map(|list| ChecklistView::of(list).groups.into_iter().map(state).collect());
    let path = plan.path.as_ref();
    Upgrade {
        ways: ways.collect(),
        stations: stations(&view),
        warnings: path.map_or(&[], |path| &path.warnings),
        notes: path.map_or(&[], |path| &path.notes),
        first: first.unwrap_or_default(),
        package: plan.package.as_ref(),
        advice: view.advice,
        needs: needs.into_iter().filter(|group| !group.list.is_empty()).collect(),
        checklist: list.unwrap_or_default(),
    }
}

fn stations(view: &PlanView) -> Vec<Station> {
    let from = view.from.iter().map(|(build, owners)| Station {
        build: build.to_string(),
        what: format!("installed on {owners}"),
        known: true,
    });
    let mut stations: Vec<Station> = from.collect();
    if stations.is_empty() {
        stations.push(Station { build: "?".into(), what: "installed build not known".into(), known: false });
    }
    let last = view.legs.len().saturating_sub(1);
    stations.extend(view.legs.iter().enumerate().map(|(at, leg)| {
        Station {
            build: leg.leg.build.to_string(),
            what: match (leg.leg.known, at == last) {
                (false, _) => "no source confirms this step",
                (true, true) => "the target",
                (true, false) => "a build on the path",
            }
            .to_owned(),
            known: leg.leg.known,
        }
    }));
    stations
}
