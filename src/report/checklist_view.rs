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
    pub(super) items: Vec<ItemView<'a>>,
}

/// An item with its lines, one a node where it is asked of each.
#[derive(Serialize)]
pub(super) struct ItemView<'a> {
    pub(super) item: &'a str,
    pub(super) text: &'a str,
    pub(super) rules: &'a [String],
    pub(super) sources: &'a [String],
    pub(super) lines: Vec<&'a Line>,
}

/// Those first that somebody has to see to.
const STATES: [LineState; 4] =
    [LineState::NotDone, LineState::Open, LineState::Done, LineState::NotApplicable];

impl<'a> ChecklistView<'a> {
    /// Of a checklist.
    pub(super) fn of(checklist: &'a Checklist) -> Self {
        let groups = STATES.into_iter().map(|state| {
            let mut items: Vec<ItemView> = Vec::new();
            let lines: Vec<&Line> = checklist.lines.iter().filter(|line| line.state == state).collect();
            for line in &lines {
                match items.last_mut() {
                    Some(item) if item.item == line.item && item.text == line.text => item.lines.push(line),
                    _ => items.push(ItemView {
                        item: &line.item,
                        text: &line.text,
                        rules: &line.rules,
                        sources: &line.sources,
                        lines: vec![line],
                    }),
                }
            }
            StateGroup { state, word: state.word(), count: lines.len(), items }
        });
        Self { checklist, groups: groups.filter(|group| group.count > 0).collect() }
    }
}
