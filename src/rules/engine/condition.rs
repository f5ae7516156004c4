//! Whether a fact is what a row wants it to be.

use super::context::Context;
use super::expectation::On;
use crate::finding::MissingEvidence;
use crate::knowledge::facts::{Entity, Kind};
use crate::knowledge::rows::{Condition, Expect};
use crate::model::export::Moment;
use crate::model::lookup::instead;
use crate::model::{Node, Observed};
use chrono::TimeDelta;
use std::cmp::Ordering;

/// Whether a condition is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Met {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The setting is absent, and what that amounts to is not known.
    NotStated,
}

/// Whether the fact of the condition is met by the subject, with the fact.
pub(in crate::rules) fn met<'a>(
    cx: &Context<'a>,
    condition: &Condition,
    on: On<'a>,
) -> Result<(Met, Observed<String>), MissingEvidence> {
    let fact = fact(cx, &condition.fact, &condition.label, on)?;
    let value = fact.value().map(|value| value.trim().to_owned());
    let text = match (value, &condition.built_in, condition.expect) {
        (Some(value), _, _) => value,
        (None, Some(built_in), _) => built_in.clone(),
        (None, None, Expect::Present) => return Ok((Met::No, fact)),
        (None, None, Expect::Empty | Expect::NoneOf | Expect::Lacks) => return Ok((Met::Yes, fact)),
        (None, None, _) => return Ok((Met::NotStated, fact)),
    };
    let any = |fits: fn(&str, &str) -> bool| {
        let text = text.to_lowercase();
        condition.values.iter().any(|value| fits(&text, &value.to_lowercase()))
    };
    let one = condition.values.first().map(String::as_str).unwrap_or_default();
    // What it is compared with may be another fact.
    let other = match cx.knowledge.facts.of(one).filter(|_| condition.expect.may_name_a_fact()) {
        Some(_) => match self::fact(cx, one, "", on)?.value() {
            Some(other) => other.trim().to_owned(),
            None => return Ok((Met::NotStated, fact)),
        },
        None => one.to_owned(),
    };
    let unreadable = || {
        let label = cx.knowledge.label(&condition.fact, &condition.label);
        let what = format!("{label} in a form that can be judged");
        cx.unreported(&condition.fact, what, format!("it reads \"{text}\""))
    };
    let is_number = cx.knowledge.facts.get(&condition.fact).is_some_and(|fact| fact.kind == Kind::Number);
    let compared =
        || if is_number { numbers(&text, &other) } else { dotted(&text, &other) }.ok_or_else(unreadable);
    let hours = |from: Moment| hours_from(&from, &text).ok_or_else(unreadable);
    let today = || Moment { wall: cx.cluster.as_of.naive_utc(), utc: Some(cx.cluster.as_of) };
    let limit = || one.parse::<f64>().unwrap_or_default();
    let met = match condition.expect {
        Expect::Present => true,
        Expect::Empty => text.is_empty(),
        Expect::OneOf => any(|text, value| text == value),
        Expect::NoneOf => !any(|text, value| text == value),
        Expect::Contains => any(|text, value| text.contains(value)),
        Expect::Lacks => !any(|text, value| text.contains(value)),
        Expect::ZeroSpan => is_zero_span(&text),
        Expect::AtLeast => compared()?.is_ge(),
        Expect::AtMost => compared()?.is_le(),
        // Its age counts when it was exported, however old the export is by now.
        Expect::NewerThan => hours(cx.asked_at(&condition.fact).unwrap_or_else(today))? >= -limit(),
        Expect::LaterThan => hours(today())? >= limit(),
        Expect::SameAs => other.eq_ignore_ascii_case(&text),
    };
    Ok((if met { Met::Yes } else { Met::No }, fact))
}

/// The fact at `path` of the subject; facts of the cluster and answers may be asked of any subject.
fn fact<'a>(
    cx: &Context<'a>,
    path: &str,
    label: &str,
    on: On<'a>,
) -> Result<Observed<String>, MissingEvidence> {
    match (on, cx.knowledge.facts.of(path)) {
        (On::Item(item), Some(Entity::Item)) => {
            let fact = item.fact(path);
            let what = || format!("{} of {}", cx.knowledge.label(path, label), item.name());
            fact.why_unknown().map_or(Ok(fact.clone()), |why| Err(cx.unreported(path, what(), why)))
        }
        (On::Node(node), _) => {
            cx.fact(node, path, label).or_else(|gap| reported_instead(cx, node, path).ok_or(gap))
        }
        (On::Cluster | On::Item(_), _) => cx.reported(path),
    }
}

/// The fact of an export that tells the same where no bundle does. A bare number, such as `Windows NT 6.3`, names no edition
/// of Windows.
fn reported_instead<'a>(cx: &Context<'a>, node: &'a Node, path: &str) -> Option<Observed<String>> {
    let fact = cx.fact(node, instead(path)?, "").ok()?;
    let names = |name: &String| name.contains("Windows") && !name.contains("Windows NT");
    fact.value().is_some_and(names).then_some(fact)
}

/// Compares numbers; `None` where either is none.
fn numbers(a: &str, b: &str) -> Option<Ordering> {
    a.parse::<f64>().ok()?.partial_cmp(&b.parse().ok()?)
}

/// Compares dotted numbers field by field; `None` where either is none.
fn dotted(a: &str, b: &str) -> Option<Ordering> {
    let fields = |text: &str| text.split('.').map(str::parse).collect::<Result<Vec<u64>, _>>().ok();
    let (mut a, mut b) = (fields(a)?, fields(b)?);
    let longest = a.len().max(b.len());
    a.resize(longest, 0);
    b.resize(longest, 0);
    Some(a.cmp(&b))
}

/// How many hours after `from` a moment lies; before it, they are negative. A moment without a zone is taken as UTC,
/// which is at most some hours off: rows on it have limits of a day or more.
fn hours_from(from: &Moment, text: &str) -> Option<f64> {
    let moment: Moment = text.parse().ok()?;
    let instant = |moment: &Moment| moment.utc.unwrap_or_else(|| moment.wall.and_utc());
    #[expect(clippy::cast_precision_loss, reason = "seconds of centuries are exact in a double")]
    let seconds = |span: TimeDelta| span.num_seconds() as f64;
    Some(seconds(instant(&moment) - instant(from)) / 3600.0)
}

/// `00:00:00`, `0.00:00:00`, `0`.
fn is_zero_span(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '0' | ':' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_spans() {
        for zero in ["00:00:00", "0.00:00:00", "0"] {
            assert!(is_zero_span(zero));
        }
        for other in ["00:20:00", "1.05:00:00", "", "never"] {
            assert!(!is_zero_span(other));
        }
    }

    #[test]
    fn numbers_and_dotted_numbers_compare_by_value() {
        assert_eq!(numbers("110", "90"), Some(Ordering::Greater));
        assert_eq!(numbers("16.5", "16.25"), Some(Ordering::Greater));
        assert_eq!(dotted("3.12.1", "3.8.2"), Some(Ordering::Greater));
        assert_eq!(dotted("11", "11.0.0"), Some(Ordering::Equal));
        assert_eq!(dotted("5.10", "5.9"), Some(Ordering::Greater));
        assert_eq!(numbers("many", "1"), None);
        assert_eq!(dotted("3.x", "3.8"), None);
    }
}
