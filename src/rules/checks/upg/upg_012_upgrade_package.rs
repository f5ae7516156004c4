//! UPG-012: is the upgrade package the right one, and is it intact?

use crate::model::package::Package;
use crate::rules::engine::prelude::*;
use crate::rules::lib::package::{damage, evidence, faults, identity, members, name_of};

rule! {
    /// ## What it checks
    /// Whether the file given with --upgrade-package has the name of the target's package and can be read. It must
    /// contain `ss_update.zip` and `hashes.crt`, and nothing else except a folder `nugetCache`. Also whether a person
    /// compared its hash with the one that the vendor publishes.
    /// ## Why it matters
    /// At best, the product refuses a wrong or damaged package. At worst, the upgrade stops half-way.
    /// ## How to fix it
    /// Download the package of the target again, and compare its SHA-256 with the vendor's.
    /// ## What it cannot see
    /// The vendor's signature and the content of `ss_update.zip`: the product checks both. Without the file, the rule
    /// relies on the answer.
    id: "UPG-012",
    title: "Upgrade package is not confirmed",
    question: "Is the upgrade package confirmed?",
    severity: High,
    area: UpgradePath,
    scope: Upgrade,
    subject: Cluster,
    cites: ["CHK6" Top, "UPG" Top, "D:secret-server-setup/download-hashes" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    let Some(target) = cx.target() else { return Outcome::not_applicable(NO_TARGET) };
    let Some(package) = cx.package() else { return question::answer(cx, None) };
    let findings = wrong(cx, package, target);
    match question::answer(cx, None) {
        Outcome::Unknown { mut missing } if findings.is_empty() => {
            let Package { name, bytes, sha256, .. } = package;
            for gap in &mut missing {
                gap.why = format!("{}; {name} has {bytes} bytes and SHA-256 {sha256}", gap.why);
            }
            missing.into()
        }
        answer if findings.is_empty() => answer,
        Outcome::Pass { note, .. } => {
            Outcome::Findings(findings).map_findings(|finding| finding.note(question::contrary(&note)))
        }
        _ => Outcome::Findings(findings),
    }
}

/// What the file itself says against it.
fn wrong(cx: &Context, package: &Package, target: BuildVersion) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |title: String, remedy: String| {
        findings.push(cx.on_cluster(title, remedy).because(identity(cx, package)));
    };
    let expected = name_of(target);
    if !package.name.eq_ignore_ascii_case(&expected) {
        add(
            format!("The package is named {}, and that of {target} is {expected}", package.name),
            format!("Download {expected}, or give the --target that the package is for."),
        );
    }
    let again = format!("Download {expected} again and compare its SHA-256 with the vendor's.");
    if let Some(why) = damage(package) {
        add(format!("{} {why}", package.name), again.clone());
    }
    let faults = members(package).map(faults).unwrap_or_default();
    if !faults.is_empty() {
        let title = format!("{} does not hold what an upgrade package holds", package.name);
        let seen = faults.into_iter().map(|fault| evidence(cx, package, "content", format!("it {fault}")));
        findings.push(cx.on_cluster(title, again).resting_on(seen));
    }
    findings
}
