//! The application's pool and its settings.

use super::application::Application;
use super::kind::{MERGED, WITHOUT_POOLS, has_children};
use super::{File, children, descend};
use crate::model::Observed;
use crate::model::iis::POOL_SETTINGS;
use roxmltree::Node;
use std::collections::BTreeMap;

/// Pool of an application that names none anywhere.
const DEFAULT_POOL: &str = "DefaultAppPool";

impl<'a> File<'a> {
    /// The pool of an application: its own attribute, else the defaults of its site, else of all sites.
    pub(super) fn pool_name(&self, app: &Application<'a>) -> String {
        let defaults = |parent| descend(parent, "applicationDefaults");
        [Some(app.node), defaults(app.site), self.section("system.applicationHost/sites").and_then(defaults)]
            .into_iter()
            .flatten()
            .find_map(|node| node.attribute("applicationPool"))
            .unwrap_or(DEFAULT_POOL)
            .to_owned()
    }

    /// Every setting of the pool; `mark` turns the user name of its identity into a keyed marker.
    pub(super) fn pool_settings(
        &self,
        pool: &str,
        mark: &dyn Fn(&str) -> String,
    ) -> BTreeMap<String, Observed<String>> {
        let of = |setting: &str| {
            let value = self.pool_setting(pool, setting);
            if setting == "processModel.userName" { value.map(|name| mark(&name)) } else { value }
        };
        POOL_SETTINGS.iter().map(|setting| ((*setting).to_owned(), of(setting))).collect()
    }

    /// A setting of the pool, else of the defaults of all pools; absent where neither states it.
    fn pool_setting(&self, pool: &str, setting: &str) -> Observed<String> {
        let Some(pools) = self.section("system.applicationHost/applicationPools") else {
            return Observed::not_collected(WITHOUT_POOLS);
        };
        let own = children(pools, "add")
            .find(|node| node.attribute("name").is_some_and(|name| name.eq_ignore_ascii_case(pool)));
        let Some(own) = own else {
            let why = if has_children(self.root) {
                format!("the pool is in another file: {MERGED}")
            } else {
                "the application names a pool that is not defined".to_owned()
            };
            return Observed::unreadable(self.place(&pools), why);
        };
        [Some(own), descend(pools, "applicationPoolDefaults")]
            .into_iter()
            .flatten()
            .find_map(|node| stated(node, setting).map(|(value, at)| Observed::known(value, self.place(&at))))
            .unwrap_or_else(|| Observed::absent(self.place(&own)))
    }
}

/// The value of a [`POOL_SETTINGS`] name below a pool, with the element that states it.
fn stated<'a>(pool: Node<'a, 'a>, setting: &str) -> Option<(String, Node<'a, 'a>)> {
    let (elements, attribute) = setting.rsplit_once('.').unwrap_or(("", setting));
    let parent = descend(pool, &elements.replace('.', "/"))?;
    if attribute == "schedule" {
        let schedule = descend(parent, "schedule")?;
        let times: Vec<&str> = children(schedule, "add").filter_map(|node| node.attribute("value")).collect();
        return Some((times.join(" "), schedule));
    }
    parent.attribute(attribute).map(|value| (value.to_owned(), parent))
}
