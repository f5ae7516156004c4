//! The dialogue with whoever starts the collector without saying what to collect, by a double click above all: it says
//! what it will do, asks once, and in the end says what to do with the file.

use super::paragraph::wrap;
use super::progress::size;
use crate::collect::{Collected, Installed, Search, Target, Unseen, inventory_table};
use crate::parsers::application_host::FILE;
use crate::text::escape;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Who is spoken to.
pub(super) trait Person {
    /// Says something.
    fn tell(&mut self, text: &str);

    /// Asks a question; an empty answer is a yes. `None` where nobody is there to answer.
    fn agrees(&mut self, question: &str) -> Option<bool>;

    /// Asks for one of `count` numbered things, and gives its place, from 0. `None` where nobody answers.
    fn chooses(&mut self, question: &str, count: usize) -> Option<usize>;
}

/// The account that the program runs under.
pub(super) trait Account {
    /// Whether it has administrative rights, where that is known.
    fn is_elevated(&self) -> Option<bool>;

    /// Whether the system can start the program again with more rights.
    fn can_restart(&self) -> bool;

    /// Starts it again with administrative rights, if the system's own question is answered so. Whether it was started.
    fn restart(&self) -> bool;
}

/// What came of the dialogue.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Collect.
    Collect,
    /// The program goes on in another window, with the rights it needs.
    Restarted,
    /// The person does not want to.
    Declined,
    /// Nobody is there who could say so.
    Unanswered,
}

/// Offers the administrative rights that are missing, once. Whether to go on in this process.
pub(super) fn rights(person: &mut dyn Person, account: &dyn Account) -> Decision {
    if account.is_elevated() != Some(false) {
        return Decision::Collect;
    }
    person.tell(&wrap(
        "This program runs without administrative rights. Then it cannot see the settings of IIS, nor some files and \
         facts; the bundle will say which.",
        "",
    ));
    // Where there is no way to more rights, there is nothing to ask.
    if account.can_restart() && person.agrees("Start it again as administrator? [Y/n] ") == Some(true) {
        if account.restart() {
            person.tell("It goes on in the window that opens now.\n");
            return Decision::Restarted;
        }
        person.tell("Windows did not allow it, so it goes on without.\n");
    }
    person.tell("\n");
    Decision::Collect
}

/// Which of the applications that a search found is meant: the only one, or the one that the person chooses. Else a
/// sentence why there is none, for who cannot be asked.
pub(super) fn choice<'a>(
    person: &mut dyn Person,
    search: &'a Search,
    asks: bool,
    elevated: Option<bool>,
) -> Result<&'a Installed, String> {
    if !search.installed.is_empty() && search.installed.len() + search.unseen.len() > 1 && asks {
        person.tell(&applications(search));
    }
    match search.installed.as_slice() {
        [] => Err(none_found(search, elevated)),
        [only] => Ok(only),
        several => {
            let question = format!("Which one is to be collected? [1-{}] ", several.len());
            let chosen = asks.then(|| person.chooses(&question, several.len())).flatten();
            chosen.and_then(|number| several.get(number)).ok_or_else(|| one_of(several))
        }
    }
}

/// The applications that a search found, numbered, and those that it could not look at.
fn applications(search: &Search) -> String {
    let mut text = String::new();
    if search.installed.len() > 1 {
        text.push_str("IIS has several applications of the product:\n");
        for (number, found) in (1..).zip(&search.installed) {
            let named = format!("{} in {}", escape::one_line(&found.name), shown(&found.folder));
            text.push_str(&wrap(&named, &format!("  {number}  ")));
        }
        text.push_str("If several are in use, collect each of them.\n");
    }
    for unseen in &search.unseen {
        text.push_str(&wrap(&format!("{}, so it was left out.", not_seen(unseen)), "Note: "));
    }
    text + "\n"
}

/// An application that may be the product's, and why nobody knows.
fn not_seen(unseen: &Unseen) -> String {
    escape::one_line(&format!(
        "IIS names {} for {}, which {}",
        unseen.folder.display(),
        unseen.name,
        unseen.why
    ))
}

/// Says what will be done, and asks whether to.
pub(super) fn agreement(person: &mut dyn Person, found: &Installed, files: &[Target], yes: bool) -> Decision {
    person.tell(&announcement(found, files));
    if yes {
        return Decision::Collect;
    }
    match person.agrees("Collect now? [Y/n] ") {
        Some(true) => Decision::Collect,
        Some(false) => {
            person.tell("Nothing was collected.\n");
            Decision::Declined
        }
        None => Decision::Unanswered,
    }
}

/// What will be done, in the words of the table of what is taken.
fn announcement(found: &Installed, files: &[Target]) -> String {
    let mut text =
        wrap("This program collects a snapshot of this node for support. It only reads.", "") + "\n";
    let application = format!("{} ({})", shown(&found.folder), escape::one_line(&found.name));
    text.push_str(&wrap(&application, "Application  "));
    for (n, file) in files.iter().enumerate() {
        let mark = if n == 0 { "It writes    " } else { "             " };
        text.push_str(&wrap(&shown(&file.path), mark));
        // Of the bundle alone there is nothing to say here.
        if files.len() > 1 {
            text.push_str(&wrap(&format!("({})", file.note), "             "));
        }
    }
    text.push('\n');
    text.push_str(&contents(false, cfg!(windows)));
    text
}

/// What enters a bundle and what never does.
pub(super) fn contents(copied: bool, windows: bool) -> String {
    let mut text = String::from("What is taken:\n");
    for row in inventory_table::rows(copied, windows) {
        text.push_str(&wrap(&inventory_table::plain(&row.what), "  - "));
    }
    text.push_str("\nWhat is never taken:\n");
    for never in inventory_table::NEVER {
        text.push_str(&wrap(&inventory_table::plain(never), "  - "));
    }
    text.push('\n');
    text
}

/// What was written, and what to know of it.
pub(super) fn written(collected: &Collected) -> String {
    let path = shown(&collected.path);
    let mut text =
        wrap(&format!("{path} ({}, {} members).", size(collected.bytes), collected.members), "Wrote ");
    if let Some(sha256) = &collected.sha256 {
        let _ = writeln!(text, "SHA-256 {sha256}");
    }
    text + &notes(&collected.notes) + &do_not_send(&collected.keep)
}

/// What to know of what was written.
pub(super) fn notes(notes: &[String]) -> String {
    notes.iter().map(|note| wrap(&escape::one_line(note), "Note: ")).collect()
}

/// Which files stay here.
pub(super) fn do_not_send(keep: &[PathBuf]) -> String {
    let each = keep.iter().map(|path| {
        let why = if crate::collect::is_made_key(path) {
            "whoever has it can test guesses against the labels"
        } else {
            "it says what the labels stand for"
        };
        wrap(&format!("{}: {why}. Keep it.", shown(path)), "DO NOT SEND ")
    });
    each.collect()
}

/// What to do with the file.
pub(super) fn what_next(collected: &Collected) -> String {
    let mut text = String::from("\nWhat to do next\n");
    for step in [
        "Run this program on every other node of the cluster, too, today if possible.",
        "Send the files, one of each node, with their SHA-256, to whoever asked for them.",
        "Never send encryption.config, database.config, or a file named do-not-send.",
    ] {
        text.push_str(&wrap(step, "  - "));
    }
    text.push('\n');
    text.push_str(&wrap(
        "The file is a zip of text files, which you may open. In the folder of this program, this lists what was taken, \
         and what was left out and why:",
        "",
    ));
    let _ = writeln!(text, "  {}", inspect(&collected.path));
    text
}

/// What to type to look into a bundle.
pub(super) fn inspect(bundle: &Path) -> String {
    let path = shown(bundle);
    let quote = if path.contains(' ') { "\"" } else { "" };
    format!("clusterbrief inspect {quote}{path}{quote}")
}

/// What to type where nobody can answer.
pub(super) const TYPE_YES: &str =
    "nobody is there to answer, so nothing was collected; add --yes to go on without the question";

/// Why there is no application to collect, and what to do instead.
fn none_found(search: &Search, elevated: Option<bool>) -> String {
    if let Some(why) = &search.unread {
        let start = if elevated == Some(false) { "start this program as administrator, or " } else { "" };
        return format!(
            "IIS could not be asked ({FILE}: {why}); {start}name the application's folder with --app-dir DIR"
        );
    }
    if search.unseen.is_empty() {
        return "no application of the product was found in IIS; name its folder with --app-dir DIR"
            .to_owned();
    }
    let each: Vec<String> = search.unseen.iter().map(not_seen).collect();
    format!(
        "no application of the product was found in IIS, and not all could be looked at: {}; name the folder with --app-dir \
         DIR once it answers, or collect on the machine that has it",
        each.join("; ")
    )
}

/// Nobody is there to choose.
fn one_of(several: &[Installed]) -> String {
    let each = several.iter().map(|found| format!("{} in {}", found.name, found.folder.display()));
    format!(
        "IIS has {} applications of the product: {}; choose one with --app-dir DIR, and collect each of them if both are in \
         use",
        several.len(),
        each.collect::<Vec<_>>().join(" and ")
    )
}

/// The folder for the bundle: beside the program, unless IIS serves that folder or nothing can be written there. Then
/// the first of `others`, with a sentence why.
pub(super) fn place(
    beside: Option<PathBuf>,
    others: Vec<PathBuf>,
    served: &[PathBuf],
    writable: &dyn Fn(&Path) -> bool,
) -> Option<(PathBuf, Option<&'static str>)> {
    let is_served = |folder: &Path| {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        served.iter().any(|served| real(folder).starts_with(real(served)))
    };
    let why = match &beside {
        Some(folder) if is_served(folder) => "the program lies in a folder that IIS hands out to others",
        Some(folder) if writable(folder) => return Some((folder.clone(), None)),
        _ => "nothing can be written beside the program",
    };
    let fits = |folder: &PathBuf| folder.is_dir() && !is_served(folder) && writable(folder);
    others.into_iter().find(fits).map(|folder| (folder, Some(why)))
}

fn shown(path: &Path) -> String {
    escape::one_line(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::paragraph::WIDTH;

    /// Answers what it is told to, and remembers what it heard.
    struct Script {
        answers: Vec<Option<bool>>,
        heard: String,
    }

    impl Script {
        fn new(answers: &[Option<bool>]) -> Self {
            Self { answers: answers.iter().rev().copied().collect(), heard: String::new() }
        }
    }

    impl Person for Script {
        fn tell(&mut self, text: &str) {
            self.heard.push_str(text);
        }

        fn agrees(&mut self, question: &str) -> Option<bool> {
            self.heard.push_str(question);
            self.answers.pop().expect("no more questions than answers")
        }

        fn chooses(&mut self, question: &str, count: usize) -> Option<usize> {
            self.agrees(question).map(|last| if last { count - 1 } else { 0 })
        }
    }

    /// Whether it is elevated, and what a restart comes to where there can be one.
    struct Rights(Option<bool>, Option<bool>);

    impl Account for Rights {
        fn is_elevated(&self) -> Option<bool> {
            self.0
        }

        fn can_restart(&self) -> bool {
            self.1.is_some()
        }

        fn restart(&self) -> bool {
            self.1.expect("only where it can be")
        }
    }

    fn found(folder: &str) -> Installed {
        Installed { name: "Default Web Site/SecretServer".into(), folder: folder.into() }
    }

    fn files(bundle: &str) -> Vec<Target> {
        vec![Target { path: bundle.into(), note: String::new() }]
    }

    #[test]
    fn it_says_what_it_takes_and_asks_once() {
        for (answer, decision) in
            [(Some(true), Decision::Collect), (Some(false), Decision::Declined), (None, Decision::Unanswered)]
        {
            let mut person = Script::new(&[answer]);
            let asked =
                agreement(&mut person, &found(r"C:\web\SecretServer"), &files(r"D:\WEB01.zip"), false);
            assert_eq!(asked, decision);
            assert!(person.answers.is_empty());
            let heard = person.heard.split_whitespace().collect::<Vec<_>>().join(" ");
            for said in [r"C:\web\SecretServer", r"D:\WEB01.zip", "Collect now? [Y/n]"] {
                assert!(heard.contains(said), "{heard}");
            }
            for text in inventory_table::rows(false, cfg!(windows))
                .map(|row| row.what.as_str())
                .chain(inventory_table::NEVER.iter().copied())
            {
                assert!(heard.contains(&inventory_table::plain(text)), "{text}: {heard}");
            }
            assert!(person.heard.lines().all(|line| line.chars().count() < WIDTH), "{}", person.heard);
        }
    }

    #[test]
    fn with_yes_nobody_is_asked() {
        let mut person = Script::new(&[]);
        assert_eq!(agreement(&mut person, &found("/web"), &files("WEB01.zip"), true), Decision::Collect);
        assert!(person.heard.contains("What is never taken"));
    }

    #[test]
    fn rights_are_offered_once_and_only_where_they_are_missing() {
        for elevated in [None, Some(true)] {
            let mut person = Script::new(&[]);
            assert_eq!(rights(&mut person, &Rights(elevated, None)), Decision::Collect);
            assert_eq!(person.heard, "");
        }
        let cases = [
            (&[Some(true)][..], Some(true), Decision::Restarted),
            (&[Some(true)], Some(false), Decision::Collect),
            (&[Some(false)], Some(true), Decision::Collect),
            (&[None], Some(true), Decision::Collect),
            (&[], None, Decision::Collect),
        ];
        for (answers, restarted, decision) in cases {
            let mut person = Script::new(answers);
            assert_eq!(rights(&mut person, &Rights(Some(false), restarted)), decision);
            assert!(person.answers.is_empty(), "asked less than once");
            assert!(person.heard.contains("without administrative rights"), "{}", person.heard);
        }
    }

    /// No line is wider than the window, save for a path that is by itself.
    fn fits(text: &str) -> bool {
        text.lines().all(|line| line.chars().count() < WIDTH)
    }

    #[test]
    fn of_several_applications_one_is_chosen_or_each_is_named() {
        let search = Search { installed: vec![found("/a"), found("/b")], ..Search::default() };
        for (answer, folder) in [(false, "/a"), (true, "/b")] {
            let mut person = Script::new(&[Some(answer)]);
            assert_eq!(choice(&mut person, &search, true, None), Ok(&found(folder)));
            let heard = &person.heard;
            assert!(heard.contains("\n  1  Default") && heard.contains("SecretServer in /b\n"), "{heard}");
            assert!(heard.contains("[1-2]") && fits(heard), "{heard}");
        }
        for (asks, answers) in [(true, &[None][..]), (false, &[])] {
            let mut person = Script::new(answers);
            let said = choice(&mut person, &search, asks, None).expect_err("nobody chose");
            assert!(said.contains("2 applications") && said.contains("in /a and "), "{said}");
            assert!(said.contains("--app-dir") && person.answers.is_empty(), "{said}");
        }
        let one = Search { installed: vec![found("/a")], ..Search::default() };
        let mut person = Script::new(&[]);
        assert_eq!(choice(&mut person, &one, true, None), Ok(&found("/a")));
        assert_eq!(person.heard, "");
    }

    #[test]
    fn where_there_is_none_it_says_what_could_not_be_looked_at() {
        let none = |search: &Search, elevated| {
            choice(&mut Script::new(&[]), search, true, elevated).expect_err("there is none")
        };
        let mut search = Search { unread: Some("access is denied".into()), ..Search::default() };
        let said = none(&search, Some(false));
        assert!(said.contains("could not be asked") && said.contains("access is denied"), "{said}");
        assert!(said.contains("as administrator") && !said.contains("was found"), "{said}");
        assert!(!none(&search, Some(true)).contains("as administrator"));
        search = Search::default();
        assert!(none(&search, None).contains("was found in IIS"));
        let unseen = Unseen {
            name: "Vault/".into(),
            folder: r"\\srv\share\SecretServer".into(),
            why: "did not answer".into(),
        };
        search.unseen.push(unseen);
        let named = r"\\srv\share\SecretServer for Vault/, which did not answer";
        assert!(none(&search, None).contains(named), "{}", none(&search, None));
        // Beside one that is there it is said, too.
        search.installed.push(found("/a"));
        let mut person = Script::new(&[]);
        assert_eq!(choice(&mut person, &search, true, None), Ok(&found("/a")));
        let heard = person.heard.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(heard.contains(named) && fits(&person.heard), "{heard}");
    }

    #[test]
    fn what_was_written_fits_the_window() {
        let long = "a sentence of many words that says what whoever sends the bundle should know of it";
        let keep = ["WEB01-legend-do-not-send.txt", "WEB01-case-key-do-not-send.txt"];
        let collected = Collected {
            path: r"C:\Users\admin\Desktop\WEB01_20261123-0615.zip".into(),
            bytes: 1 << 20,
            sha256: None,
            members: 12,
            keep: keep.map(|name| Path::new(r"C:\Users\admin").join(name)).to_vec(),
            notes: vec![format!("{long}; {long}")],
        };
        let said = written(&collected) + &what_next(&collected);
        assert!(fits(&said), "{said}");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("legend-do-not-send.txt: it says what the labels stand for"), "{said}");
        assert!(said.contains("case-key-do-not-send.txt: whoever has it can test guesses"), "{said}");
        assert!(said.contains(&format!("Note: {long}; {long}")), "{said}");
    }

    #[test]
    fn the_bundle_lies_beside_the_program_unless_that_is_served_or_closed() {
        let folder = tempfile::tempdir().expect("a folder");
        let [web, home] = ["web", "home"].map(|name| folder.path().join(name));
        for each in [&web, &home] {
            std::fs::create_dir_all(each.join("tools")).expect("a folder");
        }
        let place = |beside: &Path, closed: &Path| {
            place(
                Some(beside.to_owned()),
                vec![web.clone(), home.clone()],
                std::slice::from_ref(&web),
                &|path| path != closed,
            )
        };
        let nowhere = Path::new("nowhere");
        assert_eq!(place(&home.join("tools"), nowhere), Some((home.join("tools"), None)));
        let (chosen, why) = place(&web.join("tools"), nowhere).expect("a place");
        assert!(chosen == home && why.is_some_and(|why| why.contains("IIS")), "{why:?}");
        let (chosen, why) = place(&home.join("tools"), &home.join("tools")).expect("a place");
        assert!(chosen == home && why.is_some_and(|why| why.contains("can be written")), "{why:?}");
        assert_eq!(place(&web.join("tools"), &home), None);
    }
}
