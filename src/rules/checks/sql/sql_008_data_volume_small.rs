//! SQL-008: do the volumes of the data files have enough free space for an upgrade?

use crate::rules::engine::prelude::*;
use crate::rules::lib::reported_number::of_item;

rule! {
    /// ## What it checks
    /// Whether each volume with data files of the database has free space of at least half the size of these files.
    /// ## Why it matters
    /// An upgrade changes tables, and makes copies of some of them during the work. If the disk is full, the upgrade
    /// stops half-way.
    /// ## How to fix it
    /// Before the upgrade, give the volume more space, or remove files that are not needed from it.
    /// ## What it cannot see
    /// How much space an upgrade really needs: the limit of half the size is our own choice. Free space inside the
    /// files, limits on their growth, and the disk for backups.
    id: "SQL-008",
    title: "Too little free space for the data files",
    question: "Is there enough free space for the data files?",
    severity: High,
    area: Database,
    scope: Upgrade,
    subject: Cluster,
    cites: ["CHK" Top],
}

fn check(cx: &Context) -> Outcome {
    let volumes = known!(cx.items("volume"));
    if volumes.is_empty() {
        let why = "the query found no volume with files of the database";
        return cx.unreported("volume.free-mb", "the volumes of the database", why).into();
    }
    let (mut findings, mut missing) = (Vec::new(), Vec::new());
    for volume in volumes.iter() {
        let number = |path| of_item(cx, volume, path);
        let both = number("volume.data-mb").and_then(|data| Ok((data, number("volume.free-mb")?)));
        let Ok(((data, data_seen), (free, free_seen))) = both.map_err(|gap| missing.push(gap)) else {
            continue;
        };
        if free < data / 2.0 {
            let title = format!("{}: {free} MB are free beside {data} MB of data files", volume.name());
            let remedy = format!("Give {} more space before the upgrade.", volume.name());
            findings.push(cx.on_cluster(title, remedy).resting_on([free_seen, data_seen]).inferred());
        }
    }
    Outcome::from_parts(findings, missing)
}
