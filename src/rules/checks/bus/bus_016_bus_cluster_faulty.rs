//! BUS-016: does the RabbitMQ cluster hold together, with all its brokers running and no alarm?

use crate::rules::engine::prelude::*;
use std::collections::BTreeSet;

rule! {
    /// ## What it checks
    /// Whether RabbitMQ reports that its cluster is partitioned, that one of its brokers does not run or cannot be
    /// reached, or an alarm, such as memory or disk space that is used up.
    /// ## Why it matters
    /// The parts of a partitioned cluster work on their own, and messages of one part are lost when they join again. If
    /// a broker is down, its queues are gone unless another broker has a copy. While an alarm is active on one broker, the
    /// whole cluster accepts no messages.
    /// ## How to fix it
    /// Start the brokers that are down, and repair the network between the brokers. After a partition, choose the part
    /// to keep, restart RabbitMQ on the brokers of the other part, and recycle the application pools of all nodes. Free
    /// disk space or memory on a broker with an alarm; the alarm ends by itself.
    /// ## What it cannot see
    /// It is the view of the broker that answered, at one moment. A broker that was removed from the cluster is not
    /// listed. Alarms that have ended are not shown.
    id: "BUS-016",
    title: "RabbitMQ cluster is split, has a broker down, or raised an alarm",
    question: "Is the RabbitMQ cluster whole, with all brokers up and no alarm?",
    severity: High,
    area: MessageBus,
    subject: Cluster,
    cites: ["SELF" Confirmed, "RMQ-DOCS:alarms" Inferred, "RMQ-DOCS:partitions" Inferred],
}

const NODES: &str = "bus.nodes";
const RAM_NODES: &str = "bus.ram-nodes";
const RUNNING: &str = "bus.running";
const PARTITIONS: &str = "bus.partitions";
const ALARMS: &str = "bus.alarms";
const VERSION: &str = "bus.version";

fn check(cx: &Context) -> Outcome {
    let partitions = cx.reported(PARTITIONS);
    let running = cx.reported(RUNNING).map(|fact| (names(&fact), fact));
    let (mut findings, mut missing) = (Vec::new(), Vec::new());
    let mut down = BTreeSet::new();
    match both(brokers(cx), running) {
        Ok((brokers, (running, fact))) => {
            down = brokers.difference(&running).cloned().collect();
            if !down.is_empty() {
                let names = down.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                let title = format!("Brokers of the RabbitMQ cluster are down or cut off: {names}");
                let remedy = format!("Start RabbitMQ on {names}, and check the network between the brokers.");
                let nodes = cx.reported(NODES).map(|nodes| cx.reported_evidence(NODES, &nodes));
                let seen = nodes.into_iter().chain([cx.reported_evidence(RUNNING, &fact)]);
                findings.push(cx.on_cluster(title, remedy).resting_on(seen));
            }
        }
        Err(gaps) => missing.extend(gaps),
    }
    match partitions {
        Ok(fact) if fact.value().is_some() => {
            let evidence = cx.reported_evidence(PARTITIONS, &fact);
            let title = "The RabbitMQ cluster is partitioned";
            let remedy = "Repair the network between the brokers. Choose the part of the cluster to keep, restart \
                RabbitMQ on the brokers of the other part, and recycle the application pools of all nodes.";
            // Brokers that the others do not see are the other part.
            findings = match findings.pop() {
                Some(finding)
                    if down
                        .iter()
                        .all(|broker| fact.value().is_some_and(|text| text.contains(broker.as_str()))) =>
                {
                    let names = down.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                    let finding =
                        Finding { title: format!("{title}: {names} cut off from the others"), ..finding };
                    vec![Finding { remedy: remedy.into(), ..finding }.because(evidence)]
                }
                other => other.into_iter().chain([cx.on_cluster(title, remedy).because(evidence)]).collect(),
            };
        }
        Ok(_) => {}
        Err(gap) => missing.push(gap),
    }
    let alarms = cx.reported(ALARMS);
    if let Ok(fact) = &alarms
        && let Some(alarm) = fact.value()
    {
        let title = format!("RabbitMQ has raised an alarm: {alarm}");
        let remedy = "Free disk space or memory on the broker that the alarm names. The alarm ends by itself. Then find \
            out which queue grew.";
        findings.push(cx.on_cluster(title, remedy).because(cx.reported_evidence(ALARMS, fact)));
    }
    match (findings.is_empty() && missing.is_empty(), alarms) {
        (true, Err(_)) => {
            Outcome::Pass { note: "all brokers run; this status does not list alarms".into(), inferred: true }
        }
        _ => Outcome::from_parts(findings, missing),
    }
}

/// All brokers of the RabbitMQ cluster, whether they run or not.
pub(super) fn brokers(cx: &Context) -> Result<BTreeSet<String>, MissingEvidence> {
    let mut brokers = names(&cx.reported(NODES)?);
    // Only what keeps no data on disk may be among these; most clusters have none.
    brokers.extend(cx.reported(RAM_NODES).map(|fact| names(&fact)).unwrap_or_default());
    Ok(brokers)
}

/// Names in a list of brokers, which may stand after the kind of broker.
fn names(fact: &Observed<String>) -> BTreeSet<String> {
    let entries = fact.value().into_iter().flat_map(|text| text.split([',', ';']));
    let names = entries.map(|entry| entry.rsplit(": ").next().unwrap_or(entry).trim().to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

/// The first two numbers of RabbitMQ's version, if it is known.
pub(super) fn release(cx: &Context) -> Option<(u32, u32)> {
    let version = cx.reported(VERSION).ok()?;
    let mut numbers = version.value()?.split('.').map_while(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next().unwrap_or_default()))
}
