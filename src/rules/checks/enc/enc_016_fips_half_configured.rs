//! ENC-016: is FIPS on in Windows although it is off in the product?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the Windows FIPS policy is on while FIPS is off in the product. The rule uses both settings, or the
    /// ASP.NET error that appears in this case.
    /// ## Why it matters
    /// Windows then refuses algorithms that the product uses, and the pages of the product end in an error.
    /// ## How to fix it
    /// Switch the Windows policy off, and enable FIPS in the product. Then switch the policy on again on every node.
    /// ## What it cannot see
    /// A group policy that switches the Windows policy on again. Without an export of the security settings, only the
    /// logs and a person can show the fault.
    id: "ENC-016",
    title: "FIPS is on in Windows and off in the product",
    question: "If FIPS is on in Windows, is it on in the product too?",
    severity: High,
    area: Key,
    subject: Node,
    cites: ["D:authentication/enabling-fips-compliance" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let mut findings = signature::findings(cx, node);
    let found = half_configured(cx, node);
    let missing = found.map(|found| findings.extend(found)).err();
    question::where_evidence_lacks(cx, Some(node), findings, missing.into_iter().collect())
}

/// A finding if the policy is on in Windows and off in the product.
fn half_configured(cx: &Context, node: &Node) -> Result<Option<Finding>, MissingEvidence> {
    let is_on = |fact: &Observed<String>| fact.value().is_some_and(|value| value == "true");
    let policy = cx.fact(node, "os.fips-policy", "")?;
    if !is_on(&policy) {
        return Ok(None);
    }
    let product = cx.reported("security.fips")?;
    let title = format!("{}: the FIPS policy of Windows is on and FIPS of the product is off", node.name);
    let remedy = format!(
        "Switch the FIPS policy of {} off, enable FIPS in the product, then switch the policy on again.",
        node.name
    );
    let finding = cx
        .on_node(node, title, remedy)
        .because(cx.node_evidence(node, "os.fips-policy", &policy))
        .because(reported("FIPS of the product", &product));
    Ok((!is_on(&product)).then_some(finding))
}
