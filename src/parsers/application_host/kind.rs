//! Tells `applicationHost.config` from the other files of IIS that are taken for it. None of their texts is repeated.

use super::{children, descend, is_true};
use roxmltree::Node;

/// Where a whole configuration is, for a person who gave a part.
pub(super) const MERGED: &str =
    "give --iis-config the whole applicationHost.config, with everything that it takes from other files";

/// Why sections below `system.webServer` are not known.
pub(super) const WITHOUT_SECTIONS: &str = "the file has no section system.webServer: it is only a part, so give \
    --iis-config the whole applicationHost.config";

/// Why there are no settings of pools.
pub(super) const WITHOUT_POOLS: &str = "the file has no application pools: it is only a part, so give --iis-config the whole applicationHost.config";

/// What a file is that is not `applicationHost.config`, and what to give instead; `None` for one that lists sites.
pub(super) fn other(root: Node<'_, '_>) -> Option<&'static str> {
    let name = root.tag_name().name();
    if name.eq_ignore_ascii_case("appcmd") {
        return Some(
            "this is no applicationHost.config but output of appcmd: give --iis-config a copy of \
             %SystemRoot%\\System32\\inetsrv\\config\\applicationHost.config itself",
        );
    }
    let has = |path: &str| descend(root, path).is_some();
    if has("system.applicationHost/sites/site") {
        return None;
    }
    if let Some(redirection) = descend(root, "configurationRedirection") {
        return Some(if is_true(redirection.attribute("enabled")) {
            "this is redirection.config, not applicationHost.config: give --iis-config the file applicationHost.config \
             in the folder that it points at"
        } else {
            "this is redirection.config, not applicationHost.config, and it redirects nothing: give --iis-config the \
             file applicationHost.config beside it"
        });
    }
    Some(match name {
        _ if has_children(root) => {
            "this applicationHost.config takes its sites from other files (childSource or configSource): give \
             --iis-config the whole configuration"
        }
        "configuration" if has("system.applicationHost") => {
            "this is only a part of applicationHost.config, as it lists no site: give --iis-config the whole file"
        }
        "configuration" if has("system.web") || has("appSettings") || has("system.webServer") => {
            "this is no applicationHost.config but a web.config, or only a part: give --iis-config the file \
             applicationHost.config of IIS"
        }
        "sites" | "site" | "application" | "applicationPools" | "system.applicationHost" | "location" => {
            "this is only a part of applicationHost.config: give --iis-config the whole file"
        }
        _ => {
            "this is no applicationHost.config, as it lists no site: give --iis-config the file \
             applicationHost.config of IIS"
        }
    })
}

/// Whether sites or pools are taken from other files.
pub(super) fn has_children(root: Node<'_, '_>) -> bool {
    let takes = |node: Node<'_, '_>| node.has_attribute("childSource") || node.has_attribute("configSource");
    children(root, "system.applicationHost").any(|host| host.descendants().any(takes))
}
