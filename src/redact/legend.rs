//! The legend file: which label stands for which identity. It is written beside the bundle and never sent.

use super::labels::Labels;
use std::fmt::Write as _;

/// What the names of files contain that open what a bundle hides.
pub const DO_NOT_SEND: &str = "do-not-send";

/// The text of a legend, one label a line, sorted.
pub fn text(labels: &Labels) -> String {
    let mut text = format!(
        "# clusterbrief legend of key {}: what each label stands for. Do not send this file to anybody.\n",
        labels.key_id()
    );
    for (label, value) in labels.legend() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{label}\t{}", value.replace(['\r', '\n', '\t'], " "));
    }
    let (kinds, most) = labels.cut();
    for kind in kinds {
        let _ = writeln!(text, "# Of the labels of kind {kind} only the first {most} are listed.");
    }
    text
}
