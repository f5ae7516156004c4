//! `collect --estimate` as a table.

use super::output::{bold, wrap};
use super::progress::{size, span};
use crate::collect::{Estimate, inventory_table};
use std::fmt::Write as _;

/// How much space a bundle may need while it is written, in times its size: a leak is removed in a second copy.
const SPACE_FACTOR: u64 = 2;

pub(super) fn table(estimate: &Estimate) -> String {
    let mut text = bold(&format!("{:>7} {:>10}  What", "Files", "Read")) + "\n";
    for share in &estimate.shares {
        let mark = format!("{:>7} {:>10}  ", share.files, size(share.bytes));
        text.push_str(&wrap(&inventory_table::plain(&share.row.what), &mark));
    }
    let files: u64 = estimate.shares.iter().map(|share| share.files).sum();
    let bytes: u64 = estimate.shares.iter().map(|share| share.bytes).sum();
    let _ = writeln!(text, "{files:>7} {:>10}  in total\n", size(bytes));

    let seconds = estimate.time.as_millis().div_ceil(1000);
    let (logs, others) = estimate.measured;
    let _ = writeln!(
        text,
        "About {} (minutes:seconds) of work, and a bundle of about {}.\n\
         Measured on {} of logs and {} of other files, which may have been in memory already.\n\
         A slow disk, a busy machine and calls to Windows make it longer.",
        span(seconds),
        size(estimate.bundle),
        size(logs),
        size(others),
    );
    if let Some(free) = estimate.free.filter(|free| *free < estimate.bundle.saturating_mul(SPACE_FACTOR)) {
        let _ = writeln!(
            text,
            "Only {} are free on the output drive. The bundle may need twice its size while it is checked:\n\
             choose an output folder on another drive.",
            size(free)
        );
    }
    text.push_str("Nothing was written.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_that_may_be_too_full_is_reported() {
        let said = |free| {
            let estimate = Estimate {
                shares: Vec::new(),
                measured: (0, 0),
                time: std::time::Duration::ZERO,
                bundle: 10 << 20,
                free,
            };
            table(&estimate)
        };
        assert!(said(Some(19 << 20)).contains("Only 19 MiB are free"));
        for enough in [None, Some(20 << 20)] {
            assert!(!said(enough).contains("Only"));
            assert!(said(enough).ends_with("Nothing was written.\n"));
        }
    }
}
