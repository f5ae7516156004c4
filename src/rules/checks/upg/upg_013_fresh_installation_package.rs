//! UPG-013: is the file an upgrade package and not that of a fresh installation?

use crate::rules::engine::prelude::*;
use crate::rules::lib::package::{UPDATE, damage, identity, is, members};

rule! {
    /// ## What it checks
    /// Whether the file to upload is the upgrade package and not the package of a fresh installation. The file given
    /// with --upgrade-package must be a zip with `ss_update.zip` in it. Without the file, the rule uses the answer of a
    /// person.
    /// ## Why it matters
    /// Without internet access, the upgrade zip must be uploaded. The zip of a fresh installation and `setup.exe` do
    /// not upgrade the product.
    /// ## How to fix it
    /// Get the upgrade zip of the target from the vendor.
    /// ## What it cannot see
    /// The content of `ss_update.zip`. Without the file, the rule relies on the answer.
    id: "UPG-013",
    title: "Installation package is used instead of the upgrade package",
    question: "Is the file to upload the upgrade package?",
    severity: Blocker,
    area: UpgradePath,
    holds: Never,
    scope: Upgrade,
    subject: Cluster,
    cites: ["D:secret-server-setup/upgrading/upgrading-without-outbound-access" Confirmed, "UPG" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    if cx.target().is_none() {
        return Outcome::not_applicable(NO_TARGET);
    }
    let Some(package) = cx.package() else { return question::answer(cx, None) };
    let name = &package.name;
    if let Some(why) = damage(package) {
        let (what, why) = (format!("what {name} holds"), format!("it {why}"));
        return MissingEvidence::of_cluster(what, why, EvidenceRequest::Nothing).into();
    }
    let why = match (&package.members, members(package)) {
        (Observed::Absent { .. }, _) => "it is no zip archive".to_owned(),
        (_, Some(members)) if members.iter().any(|member| is(member, UPDATE)) => {
            return Outcome::pass_with(format!("{name} holds {UPDATE}"));
        }
        _ => format!("it holds no {UPDATE}"),
    };
    let title = format!("{name} is not an upgrade package: {why}");
    let remedy = "Get the upgrade zip of the target from the vendor, not the zip or setup.exe of a fresh \
        installation.";
    let mut finding = cx.on_cluster(title, remedy).because(identity(cx, package));
    if let Outcome::Pass { note, .. } = question::answer(cx, None) {
        finding = finding.note(question::contrary(&note));
    }
    Outcome::Findings(vec![finding])
}
