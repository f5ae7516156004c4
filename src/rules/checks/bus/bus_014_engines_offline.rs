//! BUS-014: are distributed engines offline?

use crate::model::items::Item;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether an activated engine is offline, or an active site counts offline engines.
    /// ## Why it matters
    /// An offline engine takes no work. If it is the last engine of its site, the site stops working.
    /// ## How to fix it
    /// Start the engine service and read its log. Check that the engine can reach the callback URL and the bus.
    /// ## What it cannot see
    /// Short failures: an engine counts as offline only after three of its intervals. Engines that were retired but not
    /// deleted count as offline too.
    id: "BUS-014",
    title: "Distributed engines are offline",
    question: "Are all distributed engines online?",
    severity: Medium,
    area: MessageBus,
    subject: Cluster,
    cites: ["RN:10.7.000059" Confirmed, "TSS:src/Thycotic.SecretServer/classes" Confirmed],
}

const CONNECTION: &str = "engine.connection";
const ACTIVATION: &str = "engine.activation";
const OFFLINE: &str = "site.offline-engines";
const ACTIVE: &str = "site.active";

fn check(cx: &Context) -> Outcome {
    let (mut findings, mut missing) = (Vec::new(), Vec::new());
    let (engines, sites) = (cx.items("engine"), cx.items("site"));
    let mut offline = 0_u32;
    let listed = match (&engines, &sites) {
        (Err(_), Err(gap)) => return gap.clone().into(),
        (Ok(engines), _) => engines.iter().collect(),
        (Err(_), Ok(_)) => Vec::new(),
    };
    let mut unread = Vec::new();
    for engine in listed.into_iter().filter(|engine| is_used(*engine)) {
        let connection = engine.fact(CONNECTION);
        match connection.value().map(|said| is_offline(said)) {
            Some(true) => {
                offline += 1;
                findings.push(of_engine(cx, engine, &connection));
            }
            Some(false) => {}
            None => unread.push(open(cx, CONNECTION, engine, &connection)),
        }
    }
    // Sites count the same engines again.
    let Ok(sites) = sites else { return Outcome::from_parts(findings, unread) };
    let mut of_sites = Vec::new();
    let mut counted = 0.0;
    for site in sites.iter() {
        let (active, count) = (site.fact(ACTIVE), site.fact(OFFLINE));
        match (active.value().map(String::as_str), count.value().map(|count| count.parse::<f64>())) {
            (Some("false"), _) => {}
            (Some(_), Some(Ok(0.0))) => {}
            (Some(_), Some(Ok(number))) => {
                counted += number;
                of_sites.push(of_site(cx, site, &count));
            }
            (None, _) => missing.push(open(cx, ACTIVE, site, &active)),
            (Some(_), _) => missing.push(open(cx, OFFLINE, site, &count)),
        }
    }
    if counted > f64::from(offline) {
        findings.extend(of_sites);
    }
    if !missing.is_empty() {
        missing.extend(unread);
    }
    Outcome::from_parts(findings, missing)
}

/// Whether an engine is meant to work: pending, inactive and deleted ones are not. The product has words or numbers.
fn is_used(engine: Item) -> bool {
    let activation = engine.fact(ACTIVATION);
    activation.value().is_none_or(|said| {
        !["0", "2", "3", "pending", "inactive", "deleted"].contains(&said.trim().to_lowercase().as_str())
    })
}

/// Offline or not valid, as a word or as the number of it.
fn is_offline(said: &str) -> bool {
    ["0", "2", "offline", "invalid"].contains(&said.trim().to_lowercase().as_str())
}

fn of_engine(cx: &Context, engine: Item, connection: &Observed<String>) -> Finding {
    let name = engine.name();
    let remedy = format!(
        "Start the engine service of {name} and read its log, or delete the engine if it was retired."
    );
    let label = format!("connection of the engine {name}");
    cx.on_cluster(format!("Engine {name} is offline"), remedy).because(reported(&label, connection))
}

fn of_site(cx: &Context, site: Item, count: &Observed<String>) -> Finding {
    let name = site.name();
    let title = format!("Site {name} has offline engines: {}", count.value().map_or("", String::as_str));
    let remedy = format!("Start the engines of site {name}, or delete those that were retired.");
    cx.on_cluster(title, remedy).because(reported(&format!("offline engines of {name}"), count))
}

fn open(cx: &Context, path: &str, item: Item, fact: &Observed<String>) -> MissingEvidence {
    let what = format!("{} of {}", cx.knowledge.label(path, ""), item.name());
    cx.unreported(path, what, fact.why_unknown().unwrap_or_else(|| "it is empty".into()))
}
