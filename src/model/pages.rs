//! Which part of a longer list an answer holds: REST interfaces give lists page by page.

/// The pages of one list that were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    /// First entry and the one after the last, for each page, in order.
    spans: Vec<(u64, u64)>,
    /// How many entries there are, if an answer says so.
    total: Option<u64>,
    /// The parameter that sets how many entries a page has.
    parameter: &'static str,
}

impl Pages {
    /// One page: `len` entries after the first `skip`, of `total` if the answer says how many there are.
    pub fn of(skip: u64, len: u64, total: Option<u64>, parameter: &'static str) -> Self {
        Self { spans: vec![(skip, skip.saturating_add(len))], total, parameter }
    }

    /// Adds the pages of another answer. Pages of lists of different length are of different days: then none of them
    /// completes the other.
    pub fn join(&mut self, other: Self) {
        if self.total.is_some() && other.total.is_some() && self.total != other.total {
            self.total = None;
        } else {
            self.total = self.total.or(other.total);
        }
        self.spans.extend(other.spans);
        self.spans.sort_unstable();
    }

    /// Whether they are parts of lists of one length that do not overlap, so that they can be of one list.
    pub fn continues(&self, other: &Self) -> bool {
        let apart = |a: &(u64, u64), b: &(u64, u64)| a.1 <= b.0 || b.1 <= a.0;
        self.total == other.total && self.spans.iter().all(|a| other.spans.iter().all(|b| apart(a, b)))
    }

    /// Whether the first entry is among them.
    pub fn has_first(&self) -> bool {
        self.spans.first().is_some_and(|(from, _)| *from == 0)
    }

    /// What is missing, as a lower-case fragment; `None` if the pages are the whole list.
    pub fn missing(&self) -> Option<String> {
        let (mut covered, mut held, mut gap) = (0, 0, false);
        for (from, to) in &self.spans {
            gap |= *from > covered;
            held += to.saturating_sub(covered.max(*from));
            covered = covered.max(*to);
        }
        if !gap && self.total == Some(covered) {
            return None;
        }
        let pages = if self.spans.len() == 1 { "a page" } else { "pages" };
        let again = |take: u64| format!("ask again with {}={take}", self.parameter);
        Some(match self.total {
            Some(total) => format!("{pages} of {held} of {total}; {}", again(total)),
            None => format!("{pages} of {held} of a longer list; {}", again(1_000)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Pages;

    #[test]
    fn a_page_names_what_to_ask_for() {
        let says = |skip, len, total| Pages::of(skip, len, total, "take").missing();
        assert_eq!(says(0, 10, Some(25)).as_deref(), Some("a page of 10 of 25; ask again with take=25"));
        assert_eq!(says(10, 15, Some(25)).as_deref(), Some("a page of 15 of 25; ask again with take=25"));
        assert!(says(0, 10, None).unwrap().contains("a page of 10 of a longer list"));
        assert_eq!(says(0, 25, Some(25)), None);
    }

    #[test]
    fn pages_complete_each_other_only_where_they_are_of_one_list() {
        let page = |skip, len, total| Pages::of(skip, len, Some(total), "take");
        let mut all = page(10, 10, 25);
        all.join(page(0, 10, 25));
        assert_eq!(all.missing().as_deref(), Some("pages of 20 of 25; ask again with take=25"));
        all.join(page(20, 5, 25));
        assert_eq!(all.missing(), None);
        let mut hole = page(0, 10, 25);
        hole.join(page(20, 5, 25));
        assert!(hole.missing().unwrap().contains("15 of 25"));
        let mut grown = page(0, 10, 20);
        grown.join(page(10, 15, 25));
        assert!(grown.missing().is_some());
        assert!(page(0, 10, 25).continues(&page(10, 10, 25)));
        assert!(
            !page(0, 10, 25).continues(&page(5, 10, 25)) && !page(0, 10, 20).continues(&page(10, 10, 25))
        );
    }
}
