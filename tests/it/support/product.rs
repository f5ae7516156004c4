//! What an administrator of a healthy cluster saves beside the bundles: answers of the REST interface and listings of
//! RabbitMQ.

use serde_json::{Value, json};

/// `GET /api/v1/diagnostics` of each node, in one file.
pub(super) fn diagnostics(names: &[&str], version: &str) -> Value {
    let of = |name: &&str| {
        json!({
            "serverName": name,
            "productVersion": version,
            "backboneType": "RabbitMq",
            "isDomainController": "False",
            "readOnlyMode": "False",
            "sqlDatabaseName": "SecretServer",
            "sqlServerConnectionString": "Data Source=SQL01;Initial Catalog=SecretServer;User ID=svc_ss;Password=Planted!in-the-sample",
            "sqlServerName": "SQL01",
            "upgradeInProgress": "False"
        })
    };
    names.iter().map(of).collect()
}

/// Settings, backups, engines and sites, as the one file that docs/exports.md shows how to make.
pub(super) fn product() -> Value {
    json!({
        "security": {
            "allowWebServiceHttpGet": false,
            "enableFrameBlocking": true,
            "enableHSTS": true,
            "forceHttps": true,
            "hideVersionNumber": false
        },
        "general": {
            "applicationSettings": {
                "allowSoftwareUpdateChecks": true,
                "writeSyslogToEventLog": false,
                "obfuscatePersonallyIdentifiableInformation": true,
                "tmsInstallationPath": null
            }
        },
        "unlimitedAdmin": { "enabled": false },
        "backup": {
            "backupDatabasePath": "\\\\backup01\\secretserver",
            "backupPath": "\\\\backup01\\secretserver",
            "enableDatabaseBackup": true,
            "enableScheduledBackup": true,
            "enableTmsBackup": true,
            "enableWebApplicationBackup": true
        },
        "backupLogs": { "records": [
            { "backupTime": "2026-11-20T01:00:09Z", "displayName": "Database", "notes": null, "success": true },
            { "backupTime": "2026-11-20T01:02:31Z", "displayName": "Web application", "notes": null, "success": true },
            { "backupTime": "2026-11-19T01:00:12Z", "displayName": "Database", "notes": "The disk was full.", "success": false }
        ] },
        "siteConnectors": { "records": [
            { "siteConnectorName": "RabbitMQ", "active": true, "validated": true, "queueType": "RabbitMq", "hostname": "mq01.corp.example" }
        ] },
        "sites": { "records": [
            { "siteName": "Local", "active": true, "offlineEngineCount": 0, "onlineEngineCount": 2, "numEnginesMissingNetFramework": 0 }
        ] },
        "engineConfiguration": { "callbackUrl": "https://vault.example.com/SecretServer", "minimumRequiredDistributedEnginesVersion": "8.4.60.0", "responseBusSiteConnectorId": 1 },
        "engines": { "records": [
            { "engineId": 1, "friendlyName": "ENG01", "connectionStatus": "Online", "activationStatus": "Activated", "currentVersion": "8.4.73.0", "isBlockedByNet48": false, "timeMismatch": false },
            { "engineId": 2, "friendlyName": "ENG02", "connectionStatus": "Online", "activationStatus": "Activated", "currentVersion": "8.4.73.0", "isBlockedByNet48": false, "timeMismatch": false }
        ] },
        "connectivity": [{ "address": "updates.thycotic.net:443", "isSuccess": true }]
    })
}

/// Listings of a RabbitMQ cluster of three, in one file.
pub(super) fn bus() -> Value {
    let node =
        json!({ "erlang_version": "25.3.2", "rabbitmq_name": "RabbitMQ", "rabbitmq_version": "3.12.14" });
    json!({
        "cluster_status": {
            "cluster_name": "rabbit@mq01",
            "disk_nodes": ["rabbit@mq01", "rabbit@mq02", "rabbit@mq03"],
            "running_nodes": ["rabbit@mq01", "rabbit@mq02", "rabbit@mq03"],
            "partitions": {},
            "versions": { "rabbit@mq01": node, "rabbit@mq02": node, "rabbit@mq03": node }
        },
        "rabbit": { "cluster_partition_handling": "pause_minority" },
        "exchanges": [
            { "name": "thycotic-ss", "type": "topic", "durable": true, "internal": false },
            { "name": "Local", "type": "topic", "durable": true, "internal": false }
        ],
        "policies": [
            { "name": "cluster-thycotic-ss", "pattern": "^thycotic-ss:", "definition": "{\"ha-mode\":\"all\"}", "apply-to": "queues", "priority": 10, "vhost": "/" }
        ],
        "queues": [
            { "name": "thycotic-ss:work", "messages_ready": 0, "consumers": 3 },
            { "name": "Local:work", "messages_ready": 4, "consumers": 2 }
        ]
    })
}
