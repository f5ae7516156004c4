//! Conditions that decide which runbooks and steps fit a cluster, each as far as the evidence shows: `None` where
//! nobody knows.

use crate::knowledge::runbooks::ClusterCondition;
use crate::model::items::Items;
use crate::model::primary::WITHOUT_PRIMARY;
use crate::model::{BuildVersion, Cluster, Node, Observed, Role};

/// The evidence of a cluster that conditions are checked against.
#[derive(Clone, Copy)]
pub(super) struct Conditions<'a> {
    pub(super) cluster: &'a Cluster,
    /// The build the cluster runs.
    pub(super) current: Option<BuildVersion>,
}

/// What several parts of one thing come to: true if any is, false if all are known and none is. No parts: not known.
pub(super) fn any(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let parts: Vec<_> = parts.into_iter().collect();
    if parts.contains(&Some(true)) {
        Some(true)
    } else if parts.is_empty() || parts.contains(&None) {
        None
    } else {
        Some(false)
    }
}

impl<'a> Conditions<'a> {
    /// The condition as a clause, "the database is mirrored", and whether it holds.
    pub(super) fn check(self, condition: ClusterCondition) -> (&'static str, Option<bool>) {
        match condition {
            ClusterCondition::SeveralNodes => ("there is more than one serving node", self.several_nodes()),
            ClusterCondition::PrimaryNode => {
                ("one node is the primary", self.current.map(|build| build < WITHOUT_PRIMARY))
            }
            ClusterCondition::DisasterRecovery => {
                ("there are disaster recovery nodes", self.disaster_recovery())
            }
            ClusterCondition::Mirroring => ("the database is mirrored", self.mirroring()),
            ClusterCondition::MergeReplication => {
                ("the database is merge-replicated", self.merge_replication())
            }
            ClusterCondition::NoOutboundAccess => {
                ("the web servers cannot reach the vendor", self.no_outbound_access())
            }
            ClusterCondition::LoadBalancer => ("the nodes are behind a load balancer", self.load_balancer()),
            ClusterCondition::Tms => ("there is a TMS folder next to the application", self.tms()),
            ClusterCondition::Dpapi => ("the key file is protected by DPAPI", self.dpapi()),
            ClusterCondition::WindowsAuthentication => {
                ("Integrated Windows Authentication is on", self.windows_authentication())
            }
            ClusterCondition::RabbitMq => ("RabbitMQ is the message bus", self.rabbit_mq()),
            ClusterCondition::Engines => ("distributed engines are used", self.engines()),
            ClusterCondition::AlwaysOn => ("the database is in an availability group", self.always_on()),
        }
    }

    fn fact(self, path: &str) -> Option<&'a String> {
        self.cluster.reported.get(path)?.value()
    }

    fn flag(self, path: &str) -> Option<bool> {
        self.fact(path)?.parse().ok()
    }

    /// A list, if all of it is known.
    fn list(self, name: &str) -> Option<&'a Items> {
        self.cluster.lists.get(name)?.value().filter(|items| items.missing().is_none())
    }

    /// Whether a list has an item, which a page of it may show.
    fn has_item(self, name: &str) -> Option<bool> {
        let seen = self.cluster.lists.get(name)?.value()?;
        Some(!seen.is_empty()).filter(|has| *has || seen.missing().is_none())
    }

    /// True if a node has this role; that none has it proves nothing.
    fn role(self, role: Role) -> Option<bool> {
        self.cluster.nodes.iter().any(|node| node.role == role).then_some(true)
    }

    /// What a person answered for the cluster, by the words for yes and the words for no.
    fn answer(self, question: &str, yes: &[&str], no: &[&str]) -> Option<bool> {
        self.answer_for("", question, yes, no)
    }

    fn answer_for(self, node: &str, question: &str, yes: &[&str], no: &[&str]) -> Option<bool> {
        let word = self.cluster.answers.get(question, node)?.value.as_str();
        if yes.contains(&word) { Some(true) } else { no.contains(&word).then_some(false) }
    }

    /// Whether it holds of any node on the database; false only where the set of nodes is confirmed.
    fn any_node(self, check: impl Fn(&Node) -> Option<bool>) -> Option<bool> {
        let nodes = self.cluster.nodes.iter().filter(|node| !matches!(node.role, Role::Dr | Role::Unplaced));
        any(nodes.map(check)).filter(|holds| *holds || self.node_set_is_confirmed())
    }

    fn node_set_is_confirmed(self) -> bool {
        !self.cluster.node_set.confirmed_by.is_empty()
    }

    fn several_nodes(self) -> Option<bool> {
        Some(self.cluster.serving().count() > 1).filter(|several| *several || self.node_set_is_confirmed())
    }

    fn disaster_recovery(self) -> Option<bool> {
        self.role(Role::Dr).or(self.answer("BKP-010", &["planned", "not planned"], &["no such site"]))
    }

    /// The database query returns the role in mirroring, and no value where there is no mirroring.
    fn mirroring(self) -> Option<bool> {
        self.role(Role::Mirror).or(match self.cluster.reported.get("database.mirroring-role") {
            Some(Observed::Known { .. }) => Some(true),
            Some(Observed::Absent { .. }) => Some(false),
            _ => None,
        })
    }

    /// A published database may use another kind of replication; one that is not published at all uses none.
    fn merge_replication(self) -> Option<bool> {
        let published = self.flag("database.published").filter(|published| !published);
        any([self.flag("database.merge-published").or(published), self.flag("database.subscribed")])
    }

    /// The product's own test of the vendor's addresses, then how the upgrade is planned.
    fn no_outbound_access(self) -> Option<bool> {
        let blocked = self.list("outbound").and_then(|addresses| {
            any(addresses.iter().map(|address| {
                let reached: bool = address.fact("outbound.reached").value()?.parse().ok()?;
                Some(!reached)
            }))
        });
        let planned = self.answer("UPG-013", &["upgrade zip"], &["online"]);
        blocked.filter(|blocked| *blocked).or(planned).or(blocked)
    }

    /// The sheet of the inventory, or what somebody answered about it; a single node needs none.
    fn load_balancer(self) -> Option<bool> {
        let facts = ["affinity", "client-ip-header", "health-probe", "tls"];
        let described = facts.iter().any(|fact| self.fact(&format!("balancer.{fact}")).is_some());
        described
            .then_some(true)
            .or(self.answer("LBL-008", &["healthcheck", "other probe", "no probe"], &["no load balancer"]))
            .or(self.answer("LBL-001", &["sticky"], &[]))
            .or(self.several_nodes().filter(|several| !several))
    }

    /// The folder beside the application or the application in IIS of any node, or the path the product knows.
    fn tms(self) -> Option<bool> {
        let flag = |node: &Node, path: &str| node.fact(path).value()?.parse::<bool>().ok();
        let on_a_node = self.any_node(|node| {
            let in_iis = flag(node, "iis.tms").filter(|exists| *exists);
            in_iis.or(flag(node, "tms-folder"))
        });
        on_a_node.or(self.fact("product.tms-path").map(|_| true))
    }

    /// Only a person knows: the size of the key file suggests it, but an HSM gives a file of such a size as well.
    fn dpapi(self) -> Option<bool> {
        self.any_node(|node| self.answer_for(&node.name, "ENC-004", &["on"], &["off"]))
    }

    fn windows_authentication(self) -> Option<bool> {
        self.flag("product.integrated-windows-authentication")
            .or(self.answer("IIS-010", &["on"], &["off"]))
            .or(self.answer("UPG-017", &["planned", "not planned"], &["off"]))
    }

    /// The message bus of any node, a site connector, RabbitMQ's own listings, or what somebody answered about it.
    fn rabbit_mq(self) -> Option<bool> {
        let names_it = |fact: Observed<String>| Some(fact.value()?.to_lowercase().contains("rabbit"));
        let bus = self.any_node(|node| names_it(node.fact("bus.type")));
        let connectors = self.list("connector").and_then(|connectors| {
            if connectors.is_empty() {
                return Some(false);
            }
            any(connectors.iter().map(|connector| names_it(connector.fact("connector.type"))))
        });
        let is_listed =
            ["bus-node", "exchange", "queue"].iter().any(|list| self.has_item(list) == Some(true));
        let none = &["no rabbitmq"];
        match any([bus, connectors]) {
            Some(true) => Some(true),
            _ if is_listed => Some(true),
            seen => seen
                .or(self.answer("BUS-010", &["same", "one server", "different"], none))
                .or(self.answer("BUS-011", &["apart", "enough", "too little"], none))
                .or(self.answer("BUS-012", &["suitable", "no tls", "unsuitable"], none))
                .or(self.answer("BUS-015", &["planned", "not planned"], none)),
        }
    }

    fn engines(self) -> Option<bool> {
        self.has_item("engine").or(self.fact("product.active-engines").map(|count| count != "0"))
    }

    fn always_on(self) -> Option<bool> {
        self.flag("database.availability-group").or(self.answer("SQL-015", &["primary", "secondary"], &[]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, bundle, cluster, known, list, node, set_fact};
    use super::*;

    type Change = fn(&mut Cluster);

    fn check(cluster: &Cluster, current: Option<BuildVersion>, condition: ClusterCondition) -> Option<bool> {
        Conditions { cluster, current }.check(condition).1
    }

    /// Each condition with evidence for it, evidence against it, and none.
    #[test]
    fn each_is_known_by_what_tells_it_and_by_nothing_else() {
        let cases: [(ClusterCondition, &[Change], &[Change]); 11] = [
            (
                ClusterCondition::DisasterRecovery,
                &[|c| node(c, "WEB02").role = Role::Dr, |c| answer(c, "BKP-010", "", "planned")],
                &[|c| answer(c, "BKP-010", "", "no such site")],
            ),
            (
                ClusterCondition::Mirroring,
                &[
                    |c| node(c, "WEB02").role = Role::Mirror,
                    |c| set_fact(c, "database.mirroring-role", "PRINCIPAL"),
                ],
                &[|c| {
                    drop(c.reported.insert(
                        "database.mirroring-role".into(),
                        Observed::absent(crate::model::Location::default()),
                    ));
                }],
            ),
            (
                ClusterCondition::MergeReplication,
                &[
                    |c| set_fact(c, "database.merge-published", "true"),
                    |c| set_fact(c, "database.subscribed", "true"),
                ],
                &[
                    |c| {
                        set_fact(c, "database.merge-published", "false");
                        set_fact(c, "database.subscribed", "false");
                    },
                    |c| {
                        set_fact(c, "database.published", "false");
                        set_fact(c, "database.subscribed", "false");
                    },
                ],
            ),
            (
                ClusterCondition::NoOutboundAccess,
                &[
                    |c| answer(c, "UPG-013", "", "upgrade zip"),
                    |c| {
                        list(c, "outbound", "outbound.reached", "false");
                        answer(c, "UPG-013", "", "online");
                    },
                ],
                &[
                    |c| list(c, "outbound", "outbound.reached", "true"),
                    |c| answer(c, "UPG-013", "", "online"),
                ],
            ),
            (
                ClusterCondition::LoadBalancer,
                &[|c| set_fact(c, "balancer.affinity", "cookie"), |c| answer(c, "LBL-001", "", "sticky")],
                &[|c| answer(c, "LBL-008", "", "no load balancer"), |c| c.nodes.truncate(1)],
            ),
            (
                ClusterCondition::Tms,
                &[
                    |c| set_fact(c, "product.tms-path", "C:\\inetpub\\wwwroot\\TMS"),
                    |c| bundle(c, "WEB02").facts.tms_folder = known(true),
                ],
                &[|c| {
                    bundle(c, "WEB01").facts.tms_folder = known(false);
                    bundle(c, "WEB02").facts.tms_folder = known(false);
                }],
            ),
            (
                ClusterCondition::Dpapi,
                &[|c| answer(c, "ENC-004", "WEB02", "on")],
                &[|c| answer(c, "ENC-004", "", "off")],
            ),
            (
                ClusterCondition::WindowsAuthentication,
                &[
                    |c| set_fact(c, "product.integrated-windows-authentication", "true"),
                    |c| answer(c, "IIS-010", "", "on"),
                    |c| answer(c, "UPG-017", "", "not planned"),
                ],
                &[
                    |c| set_fact(c, "product.integrated-windows-authentication", "false"),
                    |c| answer(c, "UPG-017", "", "off"),
                ],
            ),
            (
                ClusterCondition::RabbitMq,
                &[
                    |c| drop(node(c, "WEB01").reported.insert("bus.type".into(), known("RabbitMq".into()))),
                    |c| list(c, "connector", "connector.type", "RabbitMq"),
                    |c| list(c, "queue", "queue.consumers", "1"),
                    |c| answer(c, "BUS-015", "", "planned"),
                ],
                &[|c| answer(c, "BUS-010", "", "no rabbitmq")],
            ),
            (
                ClusterCondition::Engines,
                &[
                    |c| list(c, "engine", "engine.version", "8.4.73.0"),
                    |c| set_fact(c, "product.active-engines", "3"),
                ],
                &[
                    |c| set_fact(c, "product.active-engines", "0"),
                    |c| drop(c.lists.insert("engine".into(), known(Items::default()))),
                ],
            ),
            (
                ClusterCondition::AlwaysOn,
                &[
                    |c| set_fact(c, "database.availability-group", "true"),
                    |c| answer(c, "SQL-015", "", "primary"),
                ],
                &[|c| set_fact(c, "database.availability-group", "false")],
            ),
        ];
        let build = BuildVersion::new(11, 7, 49);
        for (circumstance, yes, no) in cases {
            let holds = |change: Change| {
                let mut case = cluster(&["WEB01", "WEB02"], build);
                change(&mut case);
                check(&case, Some(build), circumstance)
            };
            assert_eq!(holds(|_| {}), None, "{circumstance:?} without evidence");
            for (index, change) in yes.iter().enumerate() {
                assert_eq!(holds(*change), Some(true), "{circumstance:?}, yes {index}");
            }
            for (index, change) in no.iter().enumerate() {
                assert_eq!(holds(*change), Some(false), "{circumstance:?}, no {index}");
            }
        }
    }

    #[test]
    fn what_one_node_lacks_another_that_nobody_named_may_have() {
        let build = BuildVersion::new(11, 7, 49);
        let mut case = cluster(&["WEB01"], build);
        answer(&mut case, "ENC-004", "", "off");
        assert_eq!(check(&case, None, ClusterCondition::Dpapi), Some(false));
        assert_eq!(check(&case, None, ClusterCondition::SeveralNodes), Some(false));
        case.node_set.confirmed_by.clear();
        assert_eq!(check(&case, None, ClusterCondition::Dpapi), None);
        assert_eq!(check(&case, None, ClusterCondition::SeveralNodes), None);
    }

    #[test]
    fn the_build_says_whether_there_is_a_primary() {
        let case = cluster(&["WEB01", "WEB02"], BuildVersion::new(10, 6, 26));
        let primary = |current| check(&case, current, ClusterCondition::PrimaryNode);
        assert_eq!(primary(Some(BuildVersion::new(10, 6, 26))), Some(true));
        assert_eq!(primary(Some(BuildVersion::new(10, 7, 0))), Some(false));
        assert_eq!(primary(None), None);
    }
}
