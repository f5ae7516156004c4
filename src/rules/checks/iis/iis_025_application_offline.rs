//! IIS-025: is a node taken offline by `app_offline.htm`?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the application folder of the node contains a file `app_offline.htm`.
    /// ## Why it matters
    /// While the file is there, ASP.NET does not run the product, and answers every request with the content of the
    /// file. An upgrade or a copy that was interrupted may leave the file behind.
    /// ## How to fix it
    /// If no upgrade or maintenance is in progress, delete `app_offline.htm` from the application folder of the node. The
    /// product starts with the next request.
    /// ## What it cannot see
    /// Whether the file was put there after the collection, or removed.
    id: "IIS-025",
    title: "Node is taken offline by app_offline.htm",
    question: "Is the application folder free of app_offline.htm?",
    severity: Blocker,
    area: Iis,
    // Without a bundle, other rules on the files of the node are open as well.
    holds: Never,
    subject: Node,
    cites: ["MS-OFFLINE" Confirmed],
}

/// Its name, in lower case.
const FILE: &str = "app_offline.htm";

fn check(cx: &Context, node: &Node) -> Outcome {
    let file = known!(offline(cx, node));
    let Some(place) = file else { return Outcome::pass() };
    let everywhere = cx.cluster.serving().all(|other| matches!(offline(cx, other), Ok(Some(_))));
    let name = &node.name;
    let title = format!("{name} is taken offline by {FILE}");
    let remedy = format!(
        "If no upgrade or maintenance is in progress, delete {FILE} from the application folder of {name}, then open the \
         product there."
    );
    let finding =
        cx.on_node(node, title, remedy).because(seen_in(node, FILE, "is there", &place)).standalone();
    // While another node serves, the product is not down.
    if everywhere { finding } else { finding.at(Severity::High) }.into()
}

/// Where the file is, if it is there.
fn offline(cx: &Context, node: &Node) -> Result<Option<Location>, MissingEvidence> {
    let snapshot = cx.any_snapshot(node)?;
    let files = cx.settle(node, "inventory", snapshot.inventory.as_ref(), "the list of files")?;
    let files = files.value().copied().map_or(&[][..], Vec::as_slice);
    let file = files.iter().find(|file| file.path.eq_ignore_ascii_case(FILE));
    Ok(file.map(|file| Location::file(&file.path)))
}
