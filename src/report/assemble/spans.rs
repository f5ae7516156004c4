//! Sets of spans of time, in seconds since the Unix epoch.

/// A span, from and to.
pub(super) type Seconds = (i64, i64);

/// Spans in order that do not touch each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Spans(Vec<Seconds>);

impl Spans {
    /// The union of spans in any order; empty ones go.
    pub(super) fn of(spans: impl IntoIterator<Item = Seconds>) -> Self {
        let mut spans: Vec<Seconds> = spans.into_iter().filter(|(from, to)| from < to).collect();
        spans.sort_unstable();
        let mut all: Vec<Seconds> = Vec::with_capacity(spans.len());
        for (from, to) in spans {
            match all.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => all.push((from, to)),
            }
        }
        Self(all)
    }

    /// What is in these spans and in none of the others.
    pub(super) fn without(&self, others: &Self) -> Self {
        let mut left = Vec::new();
        let mut others = others.0.iter().copied().peekable();
        for &(mut from, to) in &self.0 {
            while others.next_if(|other| other.1 <= from).is_some() {}
            while let Some(&(start, end)) = others.peek().filter(|other| other.0 < to) {
                left.push((from, start));
                from = end;
                if end > to {
                    break;
                }
                others.next();
            }
            left.push((from, to));
        }
        Self::of(left)
    }

    /// What of them is within a span.
    pub(super) fn within(&self, (from, to): Seconds) -> Self {
        Self::of(self.0.iter().map(|span| (span.0.max(from), span.1.min(to))))
    }

    /// The spans of at least this length.
    pub(super) fn at_least(self, seconds: i64) -> Self {
        Self(self.0.into_iter().filter(|(from, to)| to - from >= seconds).collect())
    }

    /// Every time moved by as much.
    pub(super) fn moved(self, seconds: i64) -> Self {
        let later = |time: i64| time.saturating_add(seconds);
        Self(self.0.into_iter().map(|(from, to)| (later(from), later(to))).collect())
    }

    /// From the first start to the last end.
    pub(super) fn bounds(&self) -> Option<Seconds> {
        Some((self.0.first()?.0, self.0.last()?.1))
    }

    /// The spans in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Seconds> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_touches_is_one_span() {
        let spans = Spans::of([(5, 9), (1, 3), (3, 4), (7, 7), (8, 12)]);
        assert_eq!(spans, Spans(vec![(1, 4), (5, 12)]));
        assert_eq!(spans.bounds(), Some((1, 12)));
        assert_eq!(spans.within((2, 6)), Spans(vec![(2, 4), (5, 6)]));
        assert_eq!(spans.clone().at_least(4), Spans(vec![(5, 12)]));
        assert_eq!(spans.without(&Spans::of([(2, 3), (6, 20)])), Spans(vec![(1, 2), (3, 4), (5, 6)]));
    }

    proptest! {
        #[test]
        fn a_time_is_in_the_difference_when_it_is_in_the_one_and_not_the_other(
            one in proptest::collection::vec((0i64..40, 0i64..40), 0..8),
            other in proptest::collection::vec((0i64..40, 0i64..40), 0..8),
        ) {
            let (a, b) = (Spans::of(one), Spans::of(other));
            let left = a.without(&b);
            let has = |spans: &Spans, at: i64| spans.iter().any(|(from, to)| from <= at && at < to);
            for at in 0..40 {
                prop_assert_eq!(has(&left, at), has(&a, at) && !has(&b, at));
            }
        }
    }
}
