//! What holds of this cluster, as far as the evidence tells.

use crate::knowledge::runbooks::Circumstance;
use crate::model::primary::WITHOUT_PRIMARY;
use crate::model::{BuildVersion, Cluster, Node, Observed, Role};
use std::collections::BTreeMap;

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Nobody knows.
    Unknown,
}

use Holds::{No, Unknown, Yes};

impl Holds {
    /// What is known of a yes-or-no fact.
    fn flag(fact: Option<&str>) -> Self {
        match fact {
            Some("true") => Yes,
            Some("false") => No,
            _ => Unknown,
        }
    }

    /// Of several witnesses of one thing the first that says something.
    fn first(witnesses: impl IntoIterator<Item = Self>) -> Self {
        witnesses.into_iter().find(|one| *one != Unknown).unwrap_or(Unknown)
    }

    /// It holds if it holds of any, and does not if it holds of none; of nothing nobody knows.
    fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: Vec<Self> = parts.into_iter().collect();
        match () {
            () if parts.contains(&Yes) => Yes,
            () if parts.is_empty() || parts.contains(&Unknown) => Unknown,
            () => No,
        }
    }
}

/// What holds and what does not.
#[derive(Debug, Clone, Default)]
pub struct Circumstances(BTreeMap<Circumstance, Holds>);

impl Circumstances {
    /// Of a cluster that runs the build `current`.
    pub fn of(cluster: &Cluster, current: Option<BuildVersion>) -> Self {
        let case = Case(cluster);
        let all = [
            (Circumstance::SeveralNodes, case.several_nodes()),
            (
                Circumstance::PrimaryNode,
                current.map_or(Unknown, |build| if build < WITHOUT_PRIMARY { Yes } else { No }),
            ),
            (Circumstance::DisasterRecovery, case.disaster_recovery()),
            (Circumstance::Mirroring, case.mirroring()),
            (Circumstance::MergeReplication, case.merge_replication()),
            (Circumstance::NoOutboundAccess, case.no_outbound_access()),
            (Circumstance::LoadBalancer, case.load_balancer()),
            (Circumstance::Tms, case.tms()),
            (Circumstance::Dpapi, case.dpapi()),
            (Circumstance::WindowsAuthentication, case.windows_authentication()),
            (Circumstance::RabbitMq, case.rabbit_mq()),
            (Circumstance::Engines, case.engines()),
            (Circumstance::AlwaysOn, case.always_on()),
        ];
        Self(all.into_iter().collect())
    }

    /// Whether one of them holds.
    pub fn holds(&self, circumstance: Circumstance) -> Holds {
        self.0.get(&circumstance).copied().unwrap_or(Unknown)
    }

    /// The circumstance as a clause: "the database is mirrored".
    pub const fn words(circumstance: Circumstance) -> &'static str {
        match circumstance {
            Circumstance::SeveralNodes => "more than one node serves",
            Circumstance::PrimaryNode => "one node is the primary",
            Circumstance::DisasterRecovery => "there are disaster recovery nodes",
            Circumstance::Mirroring => "the database is mirrored",
            Circumstance::MergeReplication => "the database is merge-replicated",
            Circumstance::NoOutboundAccess => "the web servers cannot reach the vendor",
            Circumstance::LoadBalancer => "a load balancer stands before the nodes",
            Circumstance::Tms => "a TMS folder stands beside the application",
            Circumstance::Dpapi => "the key file is protected by DPAPI",
            Circumstance::WindowsAuthentication => "Integrated Windows Authentication is on",
            Circumstance::RabbitMq => "RabbitMQ carries the messages",
            Circumstance::Engines => "distributed engines are used",
            Circumstance::AlwaysOn => "an availability group holds the database",
        }
    }
}

/// The witnesses of a case.
struct Case<'a>(&'a Cluster);

impl Case<'_> {
    fn told(&self, path: &str) -> Option<&Observed<String>> {
        self.0.told.get(path)
    }

    fn flag(&self, path: &str) -> Holds {
        Holds::flag(self.told(path).and_then(Observed::value).map(String::as_str))
    }

    /// Yes if a node has this role; that none has it proves nothing.
    fn role(&self, role: Role) -> Holds {
        if self.0.nodes.iter().any(|node| node.role == role) { Yes } else { Unknown }
    }

    /// What an answer for the cluster says, by words for yes and words for no.
    fn answer(&self, question: &str, yes: &[&str], no: &[&str]) -> Holds {
        self.answer_for("", question, yes, no)
    }

    fn answer_for(&self, node: &str, question: &str, yes: &[&str], no: &[&str]) -> Holds {
        match self.0.answers.get(question, node).map(|answer| answer.value.as_str()) {
            Some(word) if yes.contains(&word) => Yes,
            Some(word) if no.contains(&word) => No,
            _ => Unknown,
        }
    }

    /// Whether it holds of any node on the database; no only where the set of nodes is confirmed.
    fn any_node(&self, of: impl Fn(&Node) -> Holds) -> Holds {
        let nodes = self.0.nodes.iter().filter(|node| node.role != Role::Dr);
        match Holds::any(nodes.map(of)) {
            No if self.0.node_set.confirmed_by.is_empty() => Unknown,
            holds => holds,
        }
    }

    fn several_nodes(&self) -> Holds {
        match (self.0.serving().count() > 1, self.0.node_set.confirmed_by.is_empty()) {
            (true, _) => Yes,
            (false, false) => No,
            (false, true) => Unknown,
        }
    }

    fn disaster_recovery(&self) -> Holds {
        Holds::first([
            self.role(Role::Dr),
            self.answer("BKP-010", &["planned", "not planned"], &["no such site"]),
        ])
    }

    /// The query of the database gives the role of its mirroring, and none where there is none.
    fn mirroring(&self) -> Holds {
        let asked = match self.told("database.mirroring-role") {
            Some(Observed::Known { .. }) => Yes,
            Some(Observed::Absent { .. }) => No,
            _ => Unknown,
        };
        Holds::first([self.role(Role::Mirror), asked])
    }

    /// A database that is published may be so for another kind of replication; one that is not published at all is none.
    fn merge_replication(&self) -> Holds {
        let published = match (self.flag("database.merge-published"), self.flag("database.published")) {
            (Unknown, No) => No,
            (merge, _) => merge,
        };
        Holds::any([published, self.flag("database.subscribed")])
    }

    /// The product's own test of the vendor's addresses, then how the upgrade is to be done.
    fn no_outbound_access(&self) -> Holds {
        let addresses = self.0.lists.get("outbound").and_then(Observed::value);
        let blocked = addresses.map_or(Unknown, |items| {
            Holds::any(items.iter().map(|item| {
                match Holds::flag(item.fact("outbound.reached").value().map(String::as_str)) {
                    Yes => No,
                    No => Yes,
                    Unknown => Unknown,
                }
            }))
        });
        let answer = self.answer("UPG-013", &["upgrade zip"], &["online"]);
        if blocked == Yes { Yes } else { Holds::first([answer, blocked]) }
    }

    /// The sheet of the inventory, or what somebody answered of it; one node alone needs none.
    fn load_balancer(&self) -> Holds {
        let facts = ["affinity", "client-ip-header", "health-probe", "tls"];
        let told = facts
            .iter()
            .any(|fact| self.told(&format!("balancer.{fact}")).is_some_and(|fact| fact.value().is_some()));
        let alone = if self.several_nodes() == No { No } else { Unknown };
        Holds::first([
            if told { Yes } else { Unknown },
            self.answer("LBL-008", &["healthcheck", "other probe", "no probe"], &["no load balancer"]),
            self.answer("LBL-001", &["sticky"], &[]),
            alone,
        ])
    }

    /// The folder beside the application or the application in IIS of any node, or the path the product knows.
    fn tms(&self) -> Holds {
        let flag = |node: &Node, path: &str| Holds::flag(node.fact(path).value().map(String::as_str));
        let known = self.told("product.tms-path").is_some_and(|path| path.value().is_some());
        let nodes = self.any_node(|node| match (flag(node, "iis.tms"), flag(node, "tms-folder")) {
            (Yes, _) => Yes,
            (_, folder) => folder,
        });
        Holds::first([nodes, if known { Yes } else { Unknown }])
    }

    /// Only a person knows: the size of the file suggests it, and suggests an HSM just as well (domain 1.4).
    fn dpapi(&self) -> Holds {
        self.any_node(|node| self.answer_for(&node.name, "ENC-004", &["on"], &["off"]))
    }

    fn windows_authentication(&self) -> Holds {
        Holds::first([
            self.flag("product.integrated-windows-authentication"),
            self.answer("IIS-010", &["on"], &["off"]),
            self.answer("UPG-017", &["planned", "not planned"], &["off"]),
        ])
    }

    /// The backbone of any node, a site connector, RabbitMQ's own listings, or what somebody answered of it.
    fn rabbit_mq(&self) -> Holds {
        let names_it = |text: &str| if text.to_lowercase().contains("rabbit") { Yes } else { No };
        let backbone =
            self.any_node(|node| node.fact("bus.type").value().map_or(Unknown, |bus| names_it(bus)));
        let connectors = self.0.lists.get("connector").and_then(Observed::value).map_or(Unknown, |items| {
            let kinds = items
                .iter()
                .map(|item| item.fact("connector.type").value().map_or(Unknown, |kind| names_it(kind)));
            if items.is_empty() { No } else { Holds::any(kinds) }
        });
        let listed = ["bus-node", "exchange", "queue"].iter().any(|list| {
            self.0.lists.get(*list).and_then(Observed::value).is_some_and(|items| !items.is_empty())
        });
        let answered = Holds::first([
            self.answer("BUS-010", &["same", "one server", "different"], &["no rabbitmq"]),
            self.answer("BUS-011", &["apart", "enough", "too little"], &["no rabbitmq"]),
            self.answer("BUS-012", &["suitable", "no tls", "unsuitable"], &["no rabbitmq"]),
            self.answer("BUS-015", &["planned", "not planned"], &["no rabbitmq"]),
        ]);
        match Holds::any([backbone, connectors]) {
            Yes => Yes,
            _ if listed => Yes,
            told => Holds::first([told, answered]),
        }
    }

    fn engines(&self) -> Holds {
        let list = self.0.lists.get("engine").and_then(Observed::value);
        let listed = list.map_or(Unknown, |items| if items.is_empty() { No } else { Yes });
        let count = self.told("product.active-engines").and_then(Observed::value);
        let counted = count.map_or(Unknown, |count| if count == "0" { No } else { Yes });
        Holds::first([listed, counted])
    }

    fn always_on(&self) -> Holds {
        Holds::first([
            self.flag("database.availability-group"),
            self.answer("SQL-015", &["primary", "secondary"], &[]),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, bundle, cluster, known, list, node, tell};
    use super::*;

    type Change = fn(&mut Cluster);

    /// Each with something that says yes, something that says no, and nothing.
    #[test]
    fn each_is_known_by_what_tells_it_and_by_nothing_else() {
        let cases: [(Circumstance, &[Change], &[Change]); 11] = [
            (
                Circumstance::DisasterRecovery,
                &[|c| node(c, "WEB02").role = Role::Dr, |c| answer(c, "BKP-010", "", "planned")],
                &[|c| answer(c, "BKP-010", "", "no such site")],
            ),
            (
                Circumstance::Mirroring,
                &[
                    |c| node(c, "WEB02").role = Role::Mirror,
                    |c| tell(c, "database.mirroring-role", "PRINCIPAL"),
                ],
                &[|c| {
                    drop(c.told.insert(
                        "database.mirroring-role".into(),
                        Observed::absent(crate::model::Place::default()),
                    ));
                }],
            ),
            (
                Circumstance::MergeReplication,
                &[
                    |c| tell(c, "database.merge-published", "true"),
                    |c| tell(c, "database.subscribed", "true"),
                ],
                &[
                    |c| {
                        tell(c, "database.merge-published", "false");
                        tell(c, "database.subscribed", "false");
                    },
                    |c| {
                        tell(c, "database.published", "false");
                        tell(c, "database.subscribed", "false");
                    },
                ],
            ),
            (
                Circumstance::NoOutboundAccess,
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
                Circumstance::LoadBalancer,
                &[|c| tell(c, "balancer.affinity", "cookie"), |c| answer(c, "LBL-001", "", "sticky")],
                &[|c| answer(c, "LBL-008", "", "no load balancer"), |c| c.nodes.truncate(1)],
            ),
            (
                Circumstance::Tms,
                &[
                    |c| tell(c, "product.tms-path", "C:\\inetpub\\wwwroot\\TMS"),
                    |c| bundle(c, "WEB02").facts.tms_folder = known(true),
                ],
                &[|c| {
                    bundle(c, "WEB01").facts.tms_folder = known(false);
                    bundle(c, "WEB02").facts.tms_folder = known(false);
                }],
            ),
            (
                Circumstance::Dpapi,
                &[|c| answer(c, "ENC-004", "WEB02", "on")],
                &[|c| answer(c, "ENC-004", "", "off")],
            ),
            (
                Circumstance::WindowsAuthentication,
                &[
                    |c| tell(c, "product.integrated-windows-authentication", "true"),
                    |c| answer(c, "IIS-010", "", "on"),
                    |c| answer(c, "UPG-017", "", "not planned"),
                ],
                &[
                    |c| tell(c, "product.integrated-windows-authentication", "false"),
                    |c| answer(c, "UPG-017", "", "off"),
                ],
            ),
            (
                Circumstance::RabbitMq,
                &[
                    |c| drop(node(c, "WEB01").told.insert("bus.type".into(), known("RabbitMq".into()))),
                    |c| list(c, "connector", "connector.type", "RabbitMq"),
                    |c| list(c, "queue", "queue.consumers", "1"),
                    |c| answer(c, "BUS-015", "", "planned"),
                ],
                &[|c| answer(c, "BUS-010", "", "no rabbitmq")],
            ),
            (
                Circumstance::Engines,
                &[
                    |c| list(c, "engine", "engine.version", "8.4.73.0"),
                    |c| tell(c, "product.active-engines", "3"),
                ],
                &[
                    |c| tell(c, "product.active-engines", "0"),
                    |c| drop(c.lists.insert("engine".into(), known(crate::model::items::Items::default()))),
                ],
            ),
            (
                Circumstance::AlwaysOn,
                &[
                    |c| tell(c, "database.availability-group", "true"),
                    |c| answer(c, "SQL-015", "", "primary"),
                ],
                &[|c| tell(c, "database.availability-group", "false")],
            ),
        ];
        let build = BuildVersion::new(11, 7, 49);
        for (circumstance, yes, no) in cases {
            let holds = |change: Change| {
                let mut case = cluster(&["WEB01", "WEB02"], build);
                change(&mut case);
                Circumstances::of(&case, Some(build)).holds(circumstance)
            };
            assert_eq!(holds(|_| {}), Unknown, "{circumstance:?} of nothing");
            for (index, change) in yes.iter().enumerate() {
                assert_eq!(holds(*change), Yes, "{circumstance:?}, yes {index}");
            }
            for (index, change) in no.iter().enumerate() {
                assert_eq!(holds(*change), No, "{circumstance:?}, no {index}");
            }
        }
    }

    #[test]
    fn what_one_node_lacks_another_that_nobody_named_may_have() {
        let build = BuildVersion::new(11, 7, 49);
        let mut case = cluster(&["WEB01"], build);
        answer(&mut case, "ENC-004", "", "off");
        assert_eq!(Circumstances::of(&case, None).holds(Circumstance::Dpapi), No);
        assert_eq!(Circumstances::of(&case, None).holds(Circumstance::SeveralNodes), No);
        case.node_set.confirmed_by.clear();
        assert_eq!(Circumstances::of(&case, None).holds(Circumstance::Dpapi), Unknown);
        assert_eq!(Circumstances::of(&case, None).holds(Circumstance::SeveralNodes), Unknown);
    }

    #[test]
    fn the_build_says_whether_there_is_a_primary() {
        let case = cluster(&["WEB01", "WEB02"], BuildVersion::new(10, 6, 26));
        let primary = |current| Circumstances::of(&case, current).holds(Circumstance::PrimaryNode);
        assert_eq!(primary(Some(BuildVersion::new(10, 6, 26))), Yes);
        assert_eq!(primary(Some(BuildVersion::new(10, 7, 0))), No);
        assert_eq!(primary(None), Unknown);
    }
}
