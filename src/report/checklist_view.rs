//! How a checklist reads: lines by how they stand, those of one item together.

use crate::plan::checklist::{Checklist, Line, LineState};
use serde::Serialize;

/// A checklist as it is read.
#[derive(Serialize)]
pub(super) struct ChecklistView<'a> {
    pub(super) checklist: &'a Checklist,
    /// Lines by state, those first that somebody has to see to.
    pub(super) groups: Vec<StateGroup<'a>>,
}

/// Lines that stand alike.
#[derive(Serialize)]
pub(super) struct StateGroup<'a> {
    pub(super) state: LineState,
    pub(super) word: &'static str,
    /// Lines, over all items.
    pub(super) count: usize,
    /// Items, each with its lines: one a node where it is asked of each.
    pub(super) items: Vec<Vec<&'a Line>>,
}

/// Those first that somebody has to see to.
const STATES: [LineState; 4] =
    [LineState::NotDone, LineState::Open, LineState::Done, LineState::NotApplicable];

impl<'a> ChecklistView<'a> {
    /// Of a checklist.
    pub(super) fn of(checklist: &'a Checklist) -> Self {
        let groups = STATES.into_iter().map(|state| {
            let lines: Vec<&Line> = checklist.lines.iter().filter(|line| line.state == state).collect();
            let items = lines.chunk_by(|one, next| one.item == next.item && one.text == next.text);
            let items = items.map(<[&Line]>::to_vec).collect();
            StateGroup { state, word: state.word(), count: lines.len(), items }
        });
        Self { checklist, groups: groups.filter(|group| group.count > 0).collect() }
    }
}
