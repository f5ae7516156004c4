//! The whole reader on one file and its variants.

use super::*;
use crate::model::iis::{POOL_SETTINGS, is_application_setting};
use proptest::prelude::*;

const CONFIG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<configuration>
  <configSections><sectionGroup name="system.webServer">
    <section name="defaultDocument" overrideModeDefault="Allow" />
    <sectionGroup name="security"><sectionGroup name="authentication">
      <section name="anonymousAuthentication" overrideModeDefault="Deny" />
      <section name="windowsAuthentication" overrideModeDefault="Deny" />
    </sectionGroup></sectionGroup>
  </sectionGroup></configSections>
  <system.applicationHost>
    <applicationPools>
      <add name="DefaultAppPool" />
      <add name="SecretServer" managedRuntimeVersion="v4.0" startMode="AlwaysRunning">
        <processModel identityType="SpecificUser" userName="CORP\svc-ss" password="[enc:IISWASOnlyAesProvider:abc:enc]" idleTimeout="00:00:00" />
        <recycling><periodicRestart><schedule><add value="03:00:00" /><add value="15:00:00" /></schedule></periodicRestart></recycling>
      </add>
      <applicationPoolDefaults managedRuntimeVersion="v2.0">
        <processModel loadUserProfile="true" identityType="ApplicationPoolIdentity" />
      </applicationPoolDefaults>
    </applicationPools>
    <sites>
      <site name="Default Web Site" id="1">
        <application path="/"><virtualDirectory path="/" physicalPath="%SystemDrive%\inetpub\wwwroot" /></application>
        <application path="/SecretServer" applicationPool="SecretServer">
          <virtualDirectory path="/" physicalPath="C:\inetpub\wwwroot\SecretServer" />
        </application>
        <bindings>
          <binding protocol="https" bindingInformation="*:443:" sslFlags="0" />
          <binding protocol="http" bindingInformation="*:80:" />
        </bindings>
      </site>
      <applicationDefaults applicationPool="DefaultAppPool" />
    </sites>
  </system.applicationHost>
  <system.webServer>
    <defaultDocument enabled="true" />
    <httpProtocol><customHeaders><clear /><add name="X-Powered-By" value="ASP.NET" /></customHeaders></httpProtocol>
    <security>
      <isapiCgiRestriction>
        <add path="%windir%\Microsoft.NET\Framework64\v4.0.30319\aspnet_isapi.dll" allowed="true" description="ASP.NET v4.0.30319" />
        <add path="%windir%\Microsoft.NET\Framework\v4.0.30319\aspnet_isapi.dll" allowed="true" description="ASP.NET v4.0.30319" />
      </isapiCgiRestriction>
      <authentication>
        <anonymousAuthentication enabled="true" userName="IUSR" /><windowsAuthentication enabled="false"><providers /></windowsAuthentication>
      </authentication>
    </security>
  </system.webServer>
  <location path="Default Web Site/SecretServer"><system.webServer><security><authentication>
    <anonymousAuthentication enabled="false" /><windowsAuthentication enabled="true" />
  </authentication></security></system.webServer></location>
  <location path="default web site/secretserver/Launchers"><system.webServer><security><authentication>
    <anonymousAuthentication enabled="true" />
  </authentication></security></system.webServer></location>
</configuration>
"#;

fn mark(name: &str) -> String {
    format!("<{}>", name.len())
}

fn none() -> Observed<String> {
    Observed::absent(Location::file(OWN))
}

fn app(sought: WantedApplication) -> Observed<IisApplication> {
    read(CONFIG, &none(), &sought, &mark).unwrap().application
}

/// A setting of the application, with this text and its own `web.config`.
fn setting(text: &str, own: &Observed<String>, name: &str) -> Observed<String> {
    let found = read(text, own, &WantedApplication::Named("SecretServer".into()), &mark).unwrap().application;
    found.value().unwrap().settings[name].clone()
}

#[test]
fn handlers_show_which_features_there_are() {
    assert!(stated("handlers.aspnet-4").is_absent());
    let handlers = r#"<location path="" overrideMode="Allow"><system.webServer><handlers>
        <add name="svc-Integrated" path="*.svc" preCondition="integratedMode,runtimeVersionv2.0" />
        <add name="PageHandlerFactory-Integrated-4.0" path="*.ASPX" preCondition="integratedMode,runtimeVersionv4.0" />
        </handlers></system.webServer></location></configuration>"#;
    let text = CONFIG.replace("</configuration>", handlers);
    let value_of = |text: &str, name: &str| setting(text, &none(), name).value().cloned();
    assert_eq!(value_of(&text, "handlers.aspnet-4").as_deref(), Some("true"));
    assert_eq!(value_of(&text, "handlers.wcf-4").as_deref(), Some("false"));
    let both = text.replace("runtimeVersionv2.0", "runtimeVersionv4.0");
    assert_eq!(value_of(&both, "handlers.wcf-4").as_deref(), Some("true"));
}

#[test]
fn client_certificates_are_reported_in_terms_of_iis() {
    let access = |flags: &str| {
        let location = format!(
            r#"<location path="Default Web Site/SecretServer/launchers"><system.webServer><security>
               <access sslFlags="{flags}" /></security></system.webServer></location></configuration>"#
        );
        // The section is one that no web.config may change, as IIS declares it.
        let group = r#"<sectionGroup name="security">"#;
        let declared = format!(r#"{group}<section name="access" overrideModeDefault="Deny" />"#);
        let text = CONFIG.replace(group, &declared).replace("</configuration>", &location);
        setting(&text, &none(), "client-certificates.launchers")
    };
    let value_of = |flags: &str| access(flags).value().cloned();
    assert_eq!(value_of("ssl, SslNegotiateCert").as_deref(), Some("Ssl SslNegotiateCert"));
    assert_eq!(value_of("hunter2"), None);
}

fn stated(name: &str) -> Observed<String> {
    setting(CONFIG, &none(), name)
}

fn own(sections: &str) -> Observed<String> {
    let text = format!("<configuration>\n<system.webServer>{sections}</system.webServer></configuration>");
    Observed::known(text, Location::file(OWN))
}

fn known(value: &str, file: &str, line: u32) -> Observed<String> {
    Observed::known(value.to_owned(), Location::line(file, line))
}

/// The line of the sample a text is in.
fn line(of: &str) -> u32 {
    let at = CONFIG.lines().position(|line| line.contains(of)).unwrap();
    u32::try_from(at + 1).unwrap()
}

#[test]
fn the_application_is_found_by_its_folder() {
    let found = app(WantedApplication::Folder(r"c:\Inetpub\wwwroot\SecretServer\".into()));
    let app = found.value().unwrap();
    assert_eq!((app.site.as_str(), app.path.as_str()), ("Default Web Site", "/SecretServer"));
    assert_eq!(app.bindings, ["http *:80:", "https *:443:"]);
    assert_eq!(found.place(), Some(&Location::line(FILE, line(r#"path="/SecretServer""#))));
}

#[test]
fn a_setting_comes_from_the_pool_then_from_the_defaults_then_it_is_absent() {
    let found = app(WantedApplication::Named("secretserver".into()));
    let pool = &found.value().unwrap().pool_settings;
    assert_eq!(pool["managedRuntimeVersion"], known("v4.0", FILE, line(r#"add name="SecretServer""#)));
    assert_eq!(pool["processModel.loadUserProfile"], known("true", FILE, line("loadUserProfile")));
    assert!(pool["enable32BitAppOnWin64"].is_absent());
    assert_eq!(
        pool["recycling.periodicRestart.schedule"].value().map(String::as_str),
        Some("03:00:00 15:00:00")
    );
    assert_eq!(pool.len(), POOL_SETTINGS.len());
}

#[test]
fn no_password_and_no_user_name_comes_through() {
    let shown = serde_json::to_string(&app(WantedApplication::Named("SecretServer".into()))).unwrap();
    assert!(shown.contains("<11>") && !shown.contains("svc-ss") && !shown.contains("enc:"), "{shown}");
    assert!(!shown.contains("IUSR"), "{shown}");
}

#[test]
fn none_is_absent_and_two_are_unreadable() {
    assert!(app(WantedApplication::Folder(r"D:\SecretServer".into())).is_absent());
    let twice = CONFIG.replace(r"%SystemDrive%\inetpub\wwwroot", r"D:\old\SecretServer");
    let found =
        read(&twice, &none(), &WantedApplication::Named("SecretServer".into()), &mark).unwrap().application;
    assert!(matches!(found, Observed::Unreadable { .. }), "{found:?}");
    assert!(found.why_unknown().unwrap().contains("2 applications have a folder of this name"));
}

/// The configuration with a second site that serves the folder from this pool.
fn two_sites(pool: &str) -> String {
    let site = format!(
        r#"</site><site name="Engines" id="2"><application path="/" applicationPool="{pool}">
             <virtualDirectory path="/" physicalPath="C:\inetpub\wwwroot\SecretServer\" /></application>
           <bindings><binding protocol="https" bindingInformation="*:8443:" /></bindings></site>"#
    );
    CONFIG.replacen("</site>", &site, 1)
}

#[test]
fn two_sites_on_one_folder_are_judged_together_if_they_share_a_pool() {
    let folder = WantedApplication::Folder(r"C:\inetpub\wwwroot\SecretServer".into());
    let both = read(&two_sites("secretserver"), &none(), &folder, &mark).unwrap().application;
    let both = both.value().unwrap();
    assert_eq!(both.sites(), ["Default Web Site", "Engines"]);
    assert_eq!(both.bindings, ["http *:80:", "https *:443:", "https *:8443:"]);
    assert_eq!(both.pool_settings["startMode"].value().unwrap(), "AlwaysRunning");
    assert_eq!(both.settings["pool.applications"].value().unwrap(), "0", "they are one application");
    assert_eq!(both.settings["isapi.aspnet-v4"].value().unwrap(), "true");
    // Windows authentication is on in one of the two.
    let differs = both.settings["authentication.windows"].why_unknown().unwrap();
    assert!(differs.contains("Default Web Site/SecretServer and Engines"), "{differs}");
    assert!(!both.authentication.contains_key("windows"));

    let apart = read(&two_sites("Other"), &none(), &folder, &mark).unwrap().application;
    let why = apart.why_unknown().unwrap();
    assert!(why.contains("in different pools") && why.contains("\"Engines\""), "{why}");
}

#[test]
fn a_person_may_choose_the_application_by_its_address() {
    let chosen = |address: &str| {
        read(&two_sites("Other"), &none(), &WantedApplication::Address(address.into()), &mark)
            .unwrap()
            .application
    };
    assert_eq!(chosen("default web site/SecretServer/").value().unwrap().pool, "SecretServer");
    assert_eq!(chosen("Engines").value().unwrap().site, "Engines");
    assert_eq!(chosen("Engines/").value().unwrap().path, "/");
    assert!(chosen("Engines/SecretServer").why_unknown().unwrap().contains("--iis-application"));
}

#[test]
fn a_file_of_another_kind_is_named_and_proves_no_absence() {
    let sought = WantedApplication::Named("SecretServer".into());
    let redirected = r#"<configuration><configurationRedirection enabled="true" path="\\f\iis" userName="u" password="hunter2" /></configuration>"#;
    for (text, says) in [
        (redirected.to_owned(), "this is redirection.config"),
        (redirected.replace("true", "false"), "redirects nothing"),
        ("<appcmd><SITE SITE.NAME=\"x\" /></appcmd>".to_owned(), "output of appcmd"),
        ("<configuration><system.web /></configuration>".to_owned(), "a web.config"),
        ("<configuration><system.applicationHost><sites childSource=\"s.config\" /></system.applicationHost></configuration>".to_owned(), "childSource"),
        ("<configuration><system.applicationHost><applicationPools /></system.applicationHost></configuration>".to_owned(), "only a part"),
        ("<sites><site name=\"x\" /></sites>".to_owned(), "only a part"),
        ("<configuration/>".to_owned(), "lists no site"),
        (CONFIG.replace(r"C:\inetpub\wwwroot\SecretServer", r"C:\x").replace("<sites>", "<sites childSource=\"more.config\">").replace("/SecretServer\" app", "/x\" app"), "in other files"),
    ] {
        let found = read(&text, &none(), &sought, &mark).unwrap().application;
        let why = found.why_unknown().unwrap_or_else(|| panic!("{text}"));
        assert!(why.contains(says) && why.contains("--iis-config"), "{text}: {why}");
        assert!(!why.contains("hunter2") && !why.contains(r"\\f"), "{why}");
    }
}

/// The configuration without what is between two places.
fn without(from: usize, to: usize) -> String {
    format!("{}{}", CONFIG.split_at(from).0, CONFIG.split_at(to).1)
}

#[test]
fn a_part_of_the_file_says_nothing_of_the_sections_that_it_lacks() {
    let (from, to) =
        (CONFIG.find("<applicationPools>").unwrap(), CONFIG.find("</applicationPools>").unwrap());
    let text = without(from, to + "</applicationPools>".len());
    let found =
        read(&text, &none(), &WantedApplication::Named("SecretServer".into()), &mark).unwrap().application;
    assert!(found.value().unwrap().pool_settings.values().all(Observed::is_unknown));
    let (from, to) = (CONFIG.find("  <system.webServer>").unwrap(), CONFIG.find("  <location").unwrap());
    let text = without(from, to);
    assert!(setting(&text, &none(), "isapi.aspnet-v4").why_unknown().unwrap().contains("only a part"));
    assert_eq!(setting(&text, &none(), "authentication.windows").value().unwrap(), "true");
    let (from, to) = (
        CONFIG.find("      <add name=\"SecretServer\"").unwrap(),
        CONFIG.find("      <applicationPoolDefaults").unwrap(),
    );
    let text = without(from, to).replace("<applicationPools>", "<applicationPools childSource=\"p.config\">");
    let found =
        read(&text, &none(), &WantedApplication::Named("SecretServer".into()), &mark).unwrap().application;
    assert!(
        found.value().unwrap().pool_settings["startMode"].why_unknown().unwrap().contains("in another file")
    );
}

#[test]
fn every_setting_has_a_name_of_the_model() {
    let found = app(WantedApplication::Named("SecretServer".into()));
    let settings = &found.value().unwrap().settings;
    assert!(settings.keys().all(|name| is_application_setting(name)), "{:?}", settings.keys());
    let plain = crate::model::iis::APPLICATION_SETTINGS;
    assert!(plain.iter().all(|name| settings.contains_key(*name)), "{:?}", settings.keys());
}

#[test]
fn the_nearest_location_counts_and_what_it_leaves_out_is_inherited() {
    let location = line("<anonymousAuthentication enabled=\"false\" />");
    assert_eq!(stated("authentication.anonymous"), known("false", FILE, location));
    assert_eq!(stated("authentication.windows"), known("true", FILE, location));
    let launchers = line("Launchers") + 1;
    assert_eq!(stated("authentication.launchers.anonymous"), known("true", FILE, launchers));
    assert_eq!(stated("authentication.launchers.windows"), known("true", FILE, location));
    assert_eq!(stated("authentication.integrations.anonymous"), known("false", FILE, location));
    let found = app(WantedApplication::Named("SecretServer".into()));
    let switches = &found.value().unwrap().authentication;
    assert!(!switches[""]["anonymous"] && switches[""]["windows"] && switches["launchers"]["anonymous"]);
}

#[test]
fn an_unlocked_section_may_be_overridden_by_a_file_that_was_not_read() {
    let basic = stated("authentication.basic").why_unknown().unwrap();
    assert!(basic.contains("above the application"), "{basic}");
    let open =
        CONFIG.replace("<section name=\"anonymousAuthentication\" overrideModeDefault=\"Deny\" />", "");
    let sub = setting(&open, &none(), "authentication.rdp.anonymous").why_unknown().unwrap();
    assert!(sub.contains("a web.config in rdp"), "{sub}");
}

#[test]
fn the_root_of_a_site_has_no_parent() {
    let root =
        CONFIG.replace(r#"path="/SecretServer""#, r#"path="/""#).replacen(r#"path="/""#, r#"path="/old""#, 1);
    assert_eq!(setting(&root, &none(), "default-document"), known("true", FILE, line("<defaultDocument")));
    assert_eq!(setting(&root, &none(), "x-powered-by"), known("present", FILE, line("<customHeaders>")));
    assert!(setting(&root, &none(), "directory-browsing").is_absent());
}

#[test]
fn the_applications_own_file_overrides_what_is_not_locked() {
    let file = own(
        "<defaultDocument enabled=\"False\" />\n<httpProtocol><customHeaders><remove name=\"x-powered-by\" /></customHeaders></httpProtocol>\n\
         <security><authentication><windowsAuthentication enabled=\"false\" /></authentication></security>",
    );
    assert_eq!(setting(CONFIG, &file, "default-document"), known("false", OWN, 2));
    assert_eq!(setting(CONFIG, &file, "x-powered-by"), Observed::absent(Location::line(OWN, 3)));
    assert_eq!(setting(CONFIG, &file, "authentication.windows").value().unwrap(), "true");
    let unlocked = CONFIG.replace(
        r#"<location path="Default Web Site/SecretServer">"#,
        r#"<location path="Default Web Site/SecretServer" overrideMode="Allow">"#,
    );
    assert_eq!(setting(&unlocked, &file, "authentication.windows"), known("false", OWN, 4));
}

#[test]
fn an_own_file_that_could_not_be_read_leaves_open_what_it_might_say() {
    let unread = Observed::unreadable(Location::file(OWN), "access is denied");
    for own in [unread, Observed::known("<configuration>".into(), Location::file(OWN))] {
        assert!(setting(CONFIG, &own, "default-document").is_unknown());
        assert_eq!(setting(CONFIG, &own, "authentication.windows").value().unwrap(), "true");
    }
}

#[test]
fn one_denied_entry_of_asp_net_is_enough() {
    assert_eq!(stated("isapi.aspnet-v4"), known("true", FILE, line("Framework64")));
    let denied = CONFIG.replace(
        r#"Framework\v4.0.30319\aspnet_isapi.dll" allowed="true""#,
        r#"Framework\v4.0.30319\aspnet_isapi.dll" allowed="false""#,
    );
    assert_eq!(setting(&denied, &none(), "isapi.aspnet-v4"), known("false", FILE, line("Framework64") + 1));
    let unlisted = CONFIG.replace("v4.0.30319", "v2.0.50727");
    assert!(setting(&unlisted, &none(), "isapi.aspnet-v4").is_absent());
    let open =
        unlisted.replace("<isapiCgiRestriction>", "<isapiCgiRestriction notListedIsapisAllowed=\"true\">");
    assert_eq!(setting(&open, &none(), "isapi.aspnet-v4").value().unwrap(), "true");
}

#[test]
fn neighbours_are_counted_and_tms_is_seen() {
    assert_eq!(stated("pool.applications").value().unwrap(), "0");
    assert_eq!(stated("tms").value().unwrap(), "false");
    let beside = CONFIG.replace(
        "<bindings>",
        r#"<application path="/TMSAgent" applicationPool="secretserver"><virtualDirectory path="/" physicalPath="C:\a" />
           <virtualDirectory path="/b" physicalPath="C:\b" /></application><bindings>"#,
    );
    assert_eq!(setting(&beside, &none(), "pool.applications").value().unwrap(), "1");
    assert_eq!(setting(&beside, &none(), "tms").value().unwrap(), "true");
    assert!(stated("site.auto-start").is_absent());
    let stopped = CONFIG.replace("<site ", r#"<site serverAutoStart="false" "#);
    assert_eq!(setting(&stopped, &none(), "site.auto-start").value().unwrap(), "false");
}

#[test]
fn a_switch_takes_no_other_text_along() {
    let leaky = CONFIG
        .replace("<anonymousAuthentication enabled=\"false\"", "<anonymousAuthentication enabled=\"hunter2\"")
        .replace("<site ", "<site serverAutoStart=\"hunter2\" ");
    let found = read(&leaky, &none(), &WantedApplication::Named("SecretServer".into()), &mark).unwrap();
    assert!(!serde_json::to_string(&found).unwrap().contains("hunter2"));
    assert_eq!(setting(&leaky, &none(), "authentication.anonymous").value().unwrap(), "true");
}

#[test]
fn hostile_files_are_refused_or_give_no_facts() {
    let sought = WantedApplication::Named("SecretServer".into());
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><configuration>&b;</configuration>";
    assert!(read(bomb, &none(), &sought, &mark).is_err());
    let empty = read("<configuration/>", &none(), &sought, &mark).unwrap();
    assert!(empty.application.is_unknown());
    let nested = CONFIG.replace("</configuration>", &"<location path='Default Web Site/'/>".repeat(10_000))
        + "</configuration>";
    assert_eq!(setting(&nested, &none(), "authentication.windows").value().unwrap(), "true");
}

proptest! {
    #[test]
    fn no_text_panics(text in "[<>a/='\" \n&;!\\[\\]?-]{0,80}", inside in "[a-z<>/=\" .]{0,60}") {
        let sought = WantedApplication::Named("SecretServer".into());
        let _ = read(&text, &none(), &sought, &mark);
        let mixed = CONFIG.replace("<isapiCgiRestriction>", &inside);
        let _ = read(&mixed, &Observed::known(text, Location::file(OWN)), &sought, &mark);
    }
}
