//! `Observed`: a value with its sources, or the reason why there is none.

use super::location::Location;
use serde::{Deserialize, Serialize};

/// A fact together with how it is known, or why it is not.
///
/// The serialised form is part of the bundle format: `{"known": {"value": …, "sources": […]}}`,
/// `{"absent": {"looked-at": …}}`, `{"unreadable": {"place": …, "why": …}}`, `{"not-collected": {"why": …}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Observed<T> {
    /// The value, with all places that agree and all that differ.
    Known {
        /// The value of the source with the highest precedence.
        value: T,
        /// All places that agree.
        sources: Vec<Location>,
        /// Places with another value; a disagreement becomes a finding and is never hidden.
        #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
        disputed: Vec<(T, Location)>,
    },
    /// The place was read completely, and it is not there.
    Absent {
        /// What was read.
        looked_at: Location,
    },
    /// The place exists and could not be read.
    Unreadable {
        /// What could not be read.
        place: Location,
        /// Why not, as a lower-case fragment.
        why: String,
    },
    /// It was not collected.
    NotCollected {
        /// Why not, as a lower-case fragment.
        why: String,
    },
}

impl<T> Default for Observed<T> {
    fn default() -> Self {
        Self::not_collected("this bundle does not carry it")
    }
}

impl<T> Observed<T> {
    /// A value with its one source.
    pub fn known(value: T, source: Location) -> Self {
        Self::Known { value, sources: vec![source], disputed: Vec::new() }
    }

    /// Not there; the place was read completely.
    pub fn absent(looked_at: Location) -> Self {
        Self::Absent { looked_at }
    }

    /// It could not be read.
    pub fn unreadable(place: Location, why: impl Into<String>) -> Self {
        Self::Unreadable { place, why: why.into() }
    }

    /// It was not collected.
    pub fn not_collected(why: impl Into<String>) -> Self {
        Self::NotCollected { why: why.into() }
    }

    /// The value, if known.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn value_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Known { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Whether the place was read and the fact is not there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent { .. })
    }

    /// Whether it is not known: unreadable or not collected.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unreadable { .. } | Self::NotCollected { .. })
    }

    /// Why it is not known, as a lower-case fragment; `None` if it is known or absent.
    pub fn why_unknown(&self) -> Option<String> {
        match self {
            Self::Unreadable { place, why } => Some(format!("{place} could not be read: {why}")),
            Self::NotCollected { why } => Some(why.clone()),
            Self::Known { .. } | Self::Absent { .. } => None,
        }
    }

    /// The first place with the value, or the place that was read.
    pub fn place(&self) -> Option<&Location> {
        match self {
            Self::Known { sources, .. } => sources.first(),
            Self::Absent { looked_at } => Some(looked_at),
            Self::Unreadable { place, .. } => Some(place),
            Self::NotCollected { .. } => None,
        }
    }

    /// The same fact, with the input filled in in its places if it was empty.
    #[must_use]
    pub fn in_input(mut self, input: &str) -> Self {
        let name = |place: &mut Location| *place = place.in_input(input);
        match &mut self {
            Self::Known { sources, disputed, .. } => {
                sources.iter_mut().chain(disputed.iter_mut().map(|(_, place)| place)).for_each(name);
            }
            Self::Absent { looked_at: place } | Self::Unreadable { place, .. } => name(place),
            Self::NotCollected { .. } => {}
        }
        self
    }

    /// What reading a place gave: a value, or why there is none.
    pub fn read(read: Result<T, impl ToString>, place: Location) -> Self {
        match read {
            Ok(value) => Self::known(value, place),
            Err(why) => Self::unreadable(place, why.to_string()),
        }
    }

    /// The same lack of a value for a fact of another type; a value becomes "not collected".
    pub fn without_value<U>(&self) -> Observed<U> {
        match self {
            Self::Absent { looked_at } => Observed::absent(looked_at.clone()),
            Self::Unreadable { place, why } => Observed::unreadable(place.clone(), why.clone()),
            Self::NotCollected { why } => Observed::not_collected(why.clone()),
            Self::Known { .. } => Observed::default(),
        }
    }

    /// The same fact with its value changed.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Observed<U> {
        match self {
            Self::Known { value, sources, disputed } => Observed::Known {
                value: f(value),
                sources,
                disputed: disputed.into_iter().map(|(v, p)| (f(v), p)).collect(),
            },
            other => other.without_value(),
        }
    }

    /// The fact that `f` reads from the value; where there is no value, the reason for that.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Observed<U>) -> Observed<U> {
        match self {
            Self::Known { value, .. } => f(value),
            other => other.without_value(),
        }
    }

    /// The same fact, its value borrowed.
    pub fn as_ref(&self) -> Observed<&T> {
        match self {
            Self::Known { value, sources, disputed } => Observed::Known {
                value,
                sources: sources.clone(),
                disputed: disputed.iter().map(|(v, p)| (v, p.clone())).collect(),
            },
            _ => self.without_value(),
        }
    }
}

impl<T: PartialEq> Observed<T> {
    /// Combines two observations of the same fact; `second` has lower precedence. Sources of equal values are joined, and a
    /// different value is kept as disputed. A known value wins over absence, absence wins over unknown.
    #[must_use]
    pub fn or(self, second: Self) -> Self {
        match (self, second) {
            (
                Self::Known { value, mut sources, mut disputed },
                Self::Known { value: v, sources: s, disputed: d },
            ) => {
                if v == value {
                    sources.extend(s);
                } else {
                    disputed.extend(s.into_iter().next().map(|place| (v, place)));
                }
                disputed.extend(d);
                Self::Known { value, sources, disputed }
            }
            (known @ Self::Known { .. }, _) | (_, known @ Self::Known { .. }) => known,
            (absent @ Self::Absent { .. }, _) | (_, absent @ Self::Absent { .. }) => absent,
            (first @ Self::Unreadable { .. }, _) => first,
            (_, second) => second,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(value: u8, file: &str) -> Observed<u8> {
        Observed::known(value, Location::file(file))
    }

    #[test]
    fn sources_of_equal_values_are_joined() {
        let joined = seen(1, "a").or(seen(1, "b"));
        assert_eq!(
            joined,
            Observed::Known {
                value: 1,
                sources: vec![Location::file("a"), Location::file("b")],
                disputed: vec![]
            }
        );
    }

    #[test]
    fn the_first_value_wins_and_the_other_is_kept() {
        let joined = seen(1, "a").or(seen(2, "b"));
        assert_eq!(
            joined,
            Observed::Known {
                value: 1,
                sources: vec![Location::file("a")],
                disputed: vec![(2, Location::file("b"))]
            }
        );
    }

    #[test]
    fn an_absence_wins_over_unknown_and_loses_to_a_value() {
        let absent = Observed::<u8>::absent(Location::file("a"));
        assert!(absent.clone().or(Observed::not_collected("x")).is_absent());
        assert!(Observed::not_collected("x").or(absent.clone()).is_absent());
        assert_eq!(absent.or(seen(3, "b")).value(), Some(&3));
    }

    #[test]
    fn the_serialised_form_is_that_of_the_format_page() {
        let json = serde_json::to_string(&seen(7, "web.config")).unwrap();
        assert_eq!(json, r#"{"known":{"value":7,"sources":[{"file":"web.config"}]}}"#);
        let back: Observed<u8> = serde_json::from_str(r#"{"absent":{"looked-at":{"file":"bin"}}}"#).unwrap();
        assert!(back.is_absent());
    }

    #[test]
    fn a_bundle_cannot_claim_another_inputs_name() {
        let forged = r#"{"known":{"value":7,"sources":[{"input":"nodes.json","file":"x"}]}}"#;
        let read: Observed<u8> = serde_json::from_str(forged).unwrap();
        assert_eq!(read, seen(7, "x"));
    }
}
