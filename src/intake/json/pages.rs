//! Whether the list of an answer is one page of a longer list, as the fields around it say.

use crate::intake::nodes_json::ENVELOPES;
use crate::intake::reported;
use crate::intake::table::head;
use crate::model::pages::Pages;
use serde_json::{Map, Value};

/// The page that the list under a key of an answer is; `None` where nothing says that there is more of it.
///
/// The product counts with `skip`, `take`, `total` and `hasNext`, the message bus with `page`, `page_size` and
/// `total_count`.
pub(crate) fn of_list(around: &Map<String, Value>, key: &str, len: usize) -> Option<Pages> {
    let key = head(key.strip_suffix(".value").unwrap_or(key));
    if !ENVELOPES.contains(&key.as_str()) && key != "items" {
        return None;
    }
    let value = |heads: &[&str]| {
        heads
            .iter()
            .find_map(|wanted| around.iter().find(|(key, _)| head(key) == *wanted))
            .map(|(_, value)| value)
    };
    let number = |heads: &[&str]| value(heads).and_then(number);
    let flag = |name: &str| value(&[name]).and_then(flag);
    let (of_bus, len) = (number(&["pagesize"]), u64::try_from(len).ok()?);
    let parameter = if of_bus.is_some() { "page_size" } else { "take" };
    let size = of_bus.or(number(&["take"]));
    let before = number(&["currentpage", "page"]).zip(size).map(|(page, size)| page.saturating_sub(1) * size);
    let skip = number(&["skip"]).or(before).unwrap_or_default();
    let held = skip.saturating_add(len);
    let total = number(&["total", "totalcount", "totalrecords"]).filter(|total| *total >= held);
    let is_last = number(&["currentpage", "page"])
        .zip(number(&["pagecount"]))
        .map(|(page, count)| page.max(1) >= count);
    let has_next = flag("hasnext").or(is_last.filter(|last| !last).map(|last| !last));
    let total = match has_next {
        Some(true) => total.filter(|total| *total > held),
        Some(false) => total.or(Some(held)),
        // Without either of the two nothing says that it is a page.
        None => Some(total.or((skip > 0).then_some(held))?),
    };
    let page = Pages::of(skip, len, total, parameter);
    page.missing().is_some().then_some(page)
}

/// PowerShell and other tools write flags as texts too.
fn flag(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| reported::flag(value.as_str()?.trim()))
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn says(around: &Value, len: usize) -> Option<String> {
        of_list(around.as_object().unwrap(), "records", len)?.missing()
    }

    #[test]
    fn pages_of_both_interfaces() {
        let says_25 = Some("a page of 10 of 25; ask again with take=25".to_owned());
        assert_eq!(says(&json!({"skip": 0, "take": 10, "total": 25, "hasNext": true}), 10), says_25);
        assert_eq!(says(&json!({"total": "25"}), 10), says_25);
        assert_eq!(says(&json!({"Total": 25, "HasNext": false, "Skip": 15}), 10), says_25, "the last page");
        assert_eq!(says(&json!({"take": 10, "currentPage": 2, "total": 25}), 10), says_25);
        assert!(says(&json!({"hasNext": true}), 10).unwrap().contains("longer list"));
        assert!(says(&json!({"hasNext": "True"}), 10).unwrap().contains("longer list"));
        assert!(says(&json!({"currentPage": 1, "pageCount": 3}), 10).unwrap().contains("longer list"));
        assert!(says(&json!({"hasNext": true, "total": 10}), 10).unwrap().contains("longer list"));
        let bus = json!({"page": 1, "page_size": 100, "page_count": 3, "total_count": 250});
        let bus = of_list(bus.as_object().unwrap(), "items", 100).unwrap().missing();
        assert_eq!(bus.as_deref(), Some("a page of 100 of 250; ask again with page_size=250"));
    }

    #[test]
    fn whole_lists_are_no_page() {
        for around in [
            json!({"skip": 0, "take": 100, "total": 10, "hasNext": false}),
            json!({"total": 10, "hasNext": false}),
            json!({"success": true}),
            json!({"total": 0}),
            json!({"Count": 3, "value": []}),
        ] {
            assert_eq!(says(&around, 10), None, "{around}");
        }
        assert!(of_list(json!({"total": 25}).as_object().unwrap(), "sortBy", 10).is_none());
    }
}
