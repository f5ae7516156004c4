//! Which application folder is collected: found through IIS, on another machine, of another product.

use super::{Site, said};
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

#[test]
fn a_folder_of_another_product_is_refused_with_what_was_looked_for() {
    let site =
        Site::new(|node| node.files.retain(|path, _| path.starts_with("images") || path == "web.config"));
    for mode in [&[][..], &["--dry-run"], &["--estimate"]] {
        let (code, said) = site.collect(mode);
        assert_eq!(code, 2, "{said}");
        for looked_for in ["encryption.config", "database.config", "web-appSettings.config", "Thycotic.*.dll"]
        {
            assert!(said.contains(looked_for), "{said}");
        }
    }
    assert!(site.written().is_empty());
}

#[cfg(unix)]
#[test]
fn a_folder_on_another_machine_is_listed_and_can_be_refused() {
    let site = Site::new(|_| {});
    // Windows would go to the network for this name; here it is a folder like any other.
    let share = r"\\fs01\web";
    fs::rename(site.app(), format!("{}/{share}", site.0.path().display())).unwrap();
    let (code, said) = site.run(&["collect", "--app-dir", share, "--out", "out", "--dry-run"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("On another machine, over the network"), "{said}");
    let (code, said) = site.run(&["collect", "--app-dir", share, "--out", "out", "--no-network-paths"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains(&format!("{share} is on another machine")), "{said}");
    assert!(site.written().is_empty());
    assert_eq!(site.run(&["collect", "--app-dir", share, "--out", "out"]).0, 0);
}

/// A site whose IIS has the applications of the product at these paths.
fn with_iis(site: &Site, folders: &[PathBuf]) {
    let applications: Vec<String> = folders
        .iter()
        .enumerate()
        .map(|(n, folder)| {
            format!(
                "<application path=\"/Vault{n}\" applicationPool=\"P\"><virtualDirectory path=\"/\" physicalPath=\"{}\"/></application>",
                folder.display()
            )
        })
        .collect();
    let config = format!(
        "<configuration><system.applicationHost><sites><site name=\"Main\" id=\"1\"><application path=\"/\">\
         <virtualDirectory path=\"/\" physicalPath=\"{}\"/></application>{}</site></sites></system.applicationHost></configuration>",
        site.0.path().join("wwwroot").display(),
        applications.concat()
    );
    fs::write(site.0.path().join("iis.config"), config).unwrap();
}

#[test]
fn without_a_folder_it_finds_the_application_and_asks_only_at_a_terminal() {
    let site = Site::new(|_| {});
    with_iis(&site, &[site.app(), site.0.path().join("another")]);
    let collect = ["collect", "--iis-config", "iis.config", "--out", "out"];
    let mut alone = site.command(&collect);
    let (code, said) = said(&alone.stdin(Stdio::null()).output().unwrap());
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("Main/Vault0") && said.contains("What is never taken"), "{said}");
    assert!(said.contains("nobody answered the question") && said.contains("--yes"), "{said}");
    assert!(site.written().is_empty());

    let (code, said) = site.run(&[&collect[..], &["--yes"]].concat());
    assert_eq!(code, 0, "{said}");
    let [bundle] = site.written().try_into().unwrap();
    let digest = clusterbrief::bundle::Sha256::of(&fs::read(&bundle).unwrap());
    for expected in [&format!("SHA-256 {digest}"), "every other node", "clusterbrief inspect"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn folders_of_iis_on_other_machines_are_listed_and_can_be_refused() {
    let site = Site::new(|_| {});
    // Windows would go to the network for these names; here they are folders like any other.
    let [vault, other] = [r"\\fs01\web", r"\\fs02\intranet"].map(|share| site.0.path().join(share));
    fs::rename(site.app(), &vault).unwrap();
    fs::create_dir(&other).unwrap();
    with_iis(&site, &[r"\\fs01\web".into(), r"\\fs02\intranet".into()]);
    let collect = ["collect", "--iis-config", "iis.config", "--out", "out", "--yes", "--dry-run"];
    let (code, said) = site.run(&collect);
    assert_eq!(code, 0, "{said}");
    let (_, network) = said.split_once("On another machine, over the network").unwrap();
    let (network, _) = network.split_once("Written").unwrap();
    for share in [r"\\fs01\web  (--no", r"\\fs02\intranet  (--no"] {
        assert_eq!(network.matches(share).count(), 1, "{said}");
    }
    let (code, said) = site.run(&[&collect[..], &["--no-network-paths"]].concat());
    assert!(code == 2 && said.contains("no application of the product was found"), "{said}");
    fs::rename(site.0.path().join("iis.config"), format!(r"{}/\\fs01\iis.config", site.0.path().display()))
        .unwrap();
    let (code, said) =
        site.run(&["collect", "--iis-config", r"\\fs01\iis.config", "--yes", "--no-network-paths"]);
    assert!(code == 2 && said.contains("--no-network-paths does not allow that"), "{said}");
}

#[test]
fn two_products_in_one_iis_are_both_named_and_so_is_their_absence() {
    let site = Site::new(|_| {});
    let second = site.0.path().join("Second");
    fs::create_dir(&second).unwrap();
    fs::write(second.join("database.config"), "x").unwrap();
    with_iis(&site, &[site.app(), second.clone()]);
    let collect = ["collect", "--iis-config", "iis.config", "--out", "out", "--yes"];
    let (code, said) = site.run(&collect);
    assert_eq!(code, 2, "{said}");
    for expected in
        ["2 applications of the product", "Main/Vault0", "Main/Vault1", "choose one with --app-dir"]
    {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    for (config, expected) in [
        ("<configuration/>", "no application of the product was found in IIS"),
        ("<configur", "the configuration of IIS could not be read (applicationHost.config: "),
    ] {
        fs::write(site.0.path().join("iis.config"), config).unwrap();
        let (code, said) = site.run(&collect);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(site.written().is_empty());
}

#[test]
fn a_folder_served_by_iis_and_an_incomplete_one_are_named() {
    let site = Site::new(|node| node.files.retain(|path, _| !path.starts_with("bin/")));
    with_iis(&site, &[site.app(), site.0.path().join("www")]);
    let collect = ["collect", "--app-dir", "SecretServer", "--iis-config", "iis.config", "--out"];
    for (out, served) in [("www/bundles", true), ("out", false)] {
        let (code, said) = site.run(&[&collect[..], &[out]].concat());
        assert_eq!(code, 0, "{said}");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(said.contains("IIS serves the output folder to others"), served, "{out}: {said}");
        assert!(said.contains("no product DLL in bin"), "{said}");
    }
    let [bundle] = site.written().try_into().unwrap();
    let (_, inspected) = site.run(&["inspect", bundle.to_str().unwrap()]);
    assert!(
        inspected.contains("Missing on the node:") && inspected.contains("DLLs of the product in bin"),
        "{inspected}"
    );
}
