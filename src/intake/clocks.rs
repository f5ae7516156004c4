//! Clock offsets of nodes, from exports that contain two times of the same moment.
//!
//! `healthcheck.aspx` tells the node's time, and the person who asked it wrote down their own time; the diagnostics of a node tell
//! its time and that of its database server.

use super::json::{member, text};
use super::moment;
use crate::intake::sanitized;
use crate::model::excerpt::Sanitize;
use crate::model::facts::ClockReference;
use crate::model::node::Clocks;
use crate::model::{Location, Observed};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

/// How far off a time that was written down before asking may be when nothing tells how long the answer took.
const UNTIMED_MS: u64 = 15_000;

/// How far off the difference of two times is that an answer prints to the second each.
const PRINTED_MS: u64 = 2_000;

/// The clocks that one object of an export tells, with the node's name; `None` when it tells none.
pub(super) fn reported(
    export: &str,
    object: &Map<String, Value>,
    place: &Location,
    sanitizer: &dyn Sanitize,
) -> Option<(String, Clocks)> {
    let reading = ClockReader { object, place, sanitizer };
    match export {
        "healthcheck" => {
            let asker = Observed::read(reading.asked(), place.clone());
            Some((reading.shown("node")?, Clocks { asker, ..Clocks::default() }))
        }
        "diagnostics" => {
            let database = Observed::read(reading.beside_database()?, place.clone());
            Some((reading.shown("servername")?, Clocks { database, ..Clocks::default() }))
        }
        _ => None,
    }
}

struct ClockReader<'a> {
    object: &'a Map<String, Value>,
    place: &'a Location,
    sanitizer: &'a dyn Sanitize,
}

impl ClockReader<'_> {
    fn shown(&self, head: &str) -> Option<String> {
        let text = text(member(self.object, head)?)?;
        Some(sanitized(&text, self.sanitizer))
    }

    /// The node's time in the answer minus that of the person who asked. With the time it was received at, the answer was
    /// made half-way between, give or take half the way.
    fn asked(&self) -> Result<ClockReference, String> {
        let Some(Value::Object(answer)) = member(self.object, "answer") else {
            return Err("\"answer\" is not the answer of healthcheck.aspx".into());
        };
        let (node, sent) = (instant(answer, "utcnow")?, instant(self.object, "asked")?);
        let (at, uncertainty_ms) = if member(self.object, "received").is_some() {
            let took = instant(self.object, "received")? - sent;
            if took < TimeDelta::zero() {
                return Err("it was received before it was asked".into());
            }
            (sent + took / 2, took.num_milliseconds().unsigned_abs() / 2 + 1)
        } else {
            (sent, UNTIMED_MS)
        };
        let source = match self.shown("asker") {
            Some(asker) => format!("clock of {asker}, which asked healthcheck.aspx"),
            // Two files without a name may come from two clocks.
            None => format!("clock of the person who made {}", self.place.input),
        };
        Ok(ClockReference { source, offset_ms: (node - at).num_milliseconds(), uncertainty_ms })
    }

    /// The node's time minus that of its database server; `None` when the answer has not both.
    fn beside_database(&self) -> Option<Result<ClockReference, String>> {
        let [node, database] =
            ["servertime", "sqlservertime"].map(|head| member(self.object, head).and_then(text));
        Some(self.minus_database(&node?, &database?))
    }

    fn minus_database(&self, node: &str, database: &str) -> Result<ClockReference, String> {
        let offset = moment::apart(node, database).map_err(|error| error.to_string())?;
        let zoned = |text: &str| moment::parse(text).is_ok_and(|moment| moment.utc.is_some());
        let zoned = zoned(node) && zoned(database);
        if !zoned && looks_like_zones(offset) {
            return Err("the two times differ by quarters of an hour, as two time zones do".into());
        }
        let name = self.shown("sqlservername").unwrap_or_else(|| "the database".into());
        // Times without a zone compare with those of nodes in the same one only.
        let zone = self.shown("servertimezone").filter(|_| !zoned).map(|zone| format!(", read in {zone}"));
        Ok(ClockReference {
            source: format!("clock of the SQL Server {name}{}", zone.unwrap_or_default()),
            offset_ms: offset.num_milliseconds(),
            uncertainty_ms: PRINTED_MS,
        })
    }
}

/// The instant under a key.
fn instant(object: &Map<String, Value>, head: &str) -> Result<DateTime<Utc>, String> {
    let text = member(object, head).and_then(text).ok_or_else(|| format!("\"{head}\" is not there"))?;
    let moment = moment::parse(&text).map_err(|error| format!("\"{head}\": {error}"))?;
    moment
        .utc
        .ok_or_else(|| format!("\"{head}\" does not say in which zone it is: write it with a Z, in UTC"))
}

/// Whether a difference is, to two minutes, one that zones have: their offsets are quarters of an hour.
fn looks_like_zones(offset: TimeDelta) -> bool {
    let (seconds, quarter) = (offset.num_seconds().abs(), 15 * 60);
    let past = seconds % quarter;
    seconds > quarter - 120 && past.min(quarter - past) <= 120
}
