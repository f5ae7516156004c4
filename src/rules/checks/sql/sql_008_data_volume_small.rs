//! SQL-008.

use crate::rules::engine::prelude::*;
use crate::rules::lib::told_number::of_item;

rule! {
    /// ## What it checks
    /// Whether each volume with data files of the database has free space for half as much again as they take.
    /// ## Why it matters
    /// An upgrade changes tables, and copies some of them while it does. A disk that fills up ends it half-way.
    /// ## How to fix it
    /// Give the volume more space, or remove from it what is not needed, before the upgrade.
    /// ## What it cannot see
    /// How much an upgrade really needs: the half is our own measure. Room inside the files, limits of their growth, and
    /// the disk of a backup.
    id: "SQL-008",
    title: "Too little space beside the data files",
    severity: High,
    scope: Upgrade,
    subject: Cluster,
    cites: ["CHK" Top],
    check: check,
}

fn check(cx: &Context) -> Outcome {
    let volumes = known!(cx.items("volume"));
    if volumes.is_empty() {
        let why = "the query found no volume with files of the database".to_owned();
        return Outcome::unknown(cx.untold("volume.free-mb", "the volumes of the database".into(), why));
    }
    let (mut findings, mut missing) = (Vec::new(), Vec::new());
    for volume in volumes.iter() {
        let both = of_item(cx, volume, "volume.data-mb")
            .and_then(|data| Ok((data, of_item(cx, volume, "volume.free-mb")?)));
        match both {
            Err(gap) => missing.push(gap),
            Ok(((data, data_seen), (free, free_seen))) if free < data / 2.0 => {
                let title = format!("{}: {free} MB are free beside {data} MB of data files", volume.name());
                let remedy = format!("Give {} more space before the upgrade.", volume.name());
                let finding = cx.on_cluster(title, remedy);
                findings.push(finding.because(free_seen).because(data_seen).inferred());
            }
            Ok(_) => {}
        }
    }
    Outcome::from_parts(findings, missing)
}
