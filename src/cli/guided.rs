//! The dialogue for a person who starts the collector without options, such as by a double click: it shows what it will do,
//! asks once, and at the end explains what to do with the file.

use super::output::{item, wrap};
use super::progress::size;
use crate::collect::{Collected, Installed, Search, Target, Unseen, inventory_table};
use crate::parsers::application_host::FILE;
use crate::text::escape;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Questions to the person who started the program.
pub(super) trait Prompt {
    /// Prints a text.
    fn print(&mut self, text: &str);

    /// Asks a question and gives the line that was typed; `None` where nobody is there to answer.
    fn ask(&mut self, question: &str) -> Option<String>;
}

/// How often an answer may be wrong.
const PATIENCE: usize = 3;

/// Asks until the answer can be read, a few times; each time after the first with a hint.
fn ask<T>(
    prompt: &mut dyn Prompt,
    question: &str,
    hint: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    for _ in 0..PATIENCE {
        let answer = read(&prompt.ask(question)?.trim().to_lowercase());
        if answer.is_some() {
            return answer;
        }
        prompt.print(hint);
    }
    None
}

/// Asks a question; an empty answer is a yes.
fn confirm(prompt: &mut dyn Prompt, question: &str) -> Option<bool> {
    ask(prompt, question, "Please answer y or n.\n", |answer| match answer {
        "" | "y" | "yes" => Some(true),
        "n" | "no" => Some(false),
        _ => None,
    })
}

/// Rights of the account that the program runs under.
pub(super) struct Privileges<'a> {
    /// Whether it has administrative rights, where that is known.
    pub(super) elevated: Option<bool>,
    /// Starts the program again with administrative rights, if the person agrees to the question that the system then asks,
    /// and says whether it was started; `None` where the system has no such question.
    pub(super) restart: Option<&'a dyn Fn() -> bool>,
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
pub(super) fn rights(prompt: &mut dyn Prompt, privileges: &Privileges) -> Decision {
    if privileges.elevated != Some(false) {
        return Decision::Collect;
    }
    prompt.print(&wrap(
        "This program runs without administrative rights. It cannot read the IIS settings and some other files and facts; \
         the bundle will list them.",
        "",
    ));
    // Where there is no way to more rights, there is nothing to ask.
    if let Some(restart) = privileges.restart
        && confirm(prompt, "Start it again as administrator? [Y/n] ") == Some(true)
    {
        if restart() {
            prompt.print("It continues in the new window.\n");
            return Decision::Restarted;
        }
        prompt.print("Windows did not allow it, so it continues without.\n");
    }
    prompt.print("\n");
    Decision::Collect
}

/// Which of the applications that a search found is meant: the only one, or the one that the person chooses. Else a
/// sentence why there is none, where nobody can be asked.
pub(super) fn choice<'a>(
    prompt: &mut dyn Prompt,
    search: &'a Search,
    asks: bool,
    elevated: Option<bool>,
) -> Result<&'a Installed, String> {
    if !search.installed.is_empty() && search.installed.len() + search.unseen.len() > 1 && asks {
        prompt.print(&applications(search));
    }
    match search.installed.as_slice() {
        [] => Err(none_found(search, elevated)),
        [only] => Ok(only),
        several => {
            let count = several.len();
            let question = format!("Which one should be collected? [1-{count}] ");
            let hint = format!("Please answer with a number from 1 to {count}.\n");
            let read = |answer: &str| several.get(answer.parse::<usize>().ok()?.checked_sub(1)?);
            let chosen = asks.then(|| ask(prompt, &question, &hint, read)).flatten();
            chosen.ok_or_else(|| which_one(several))
        }
    }
}

/// The applications that a search found, numbered, and those that it could not look at.
fn applications(search: &Search) -> String {
    let mut text = String::new();
    if search.installed.len() > 1 {
        text.push_str("IIS has several applications of the product:\n");
        for (number, found) in (1..).zip(&search.installed) {
            let found = format!("{} in {}", found.name, found.folder.display());
            text += &item(&format!("  {number}  "), &found);
        }
        text.push_str("If several are in use, collect each of them.\n");
    }
    for unseen in &search.unseen {
        text += &item("Note: ", &format!("{}, so it was left out.", not_seen(unseen)));
    }
    text + "\n"
}

/// An application that may be the product's, and why nobody knows.
fn not_seen(unseen: &Unseen) -> String {
    format!("IIS has {} for {}, which {}", unseen.folder.display(), unseen.name, unseen.why)
}

/// Says what will be done, and asks whether to.
pub(super) fn agreement(prompt: &mut dyn Prompt, found: &Installed, files: &[Target], yes: bool) -> Decision {
    prompt.print(&announcement(found, files));
    if yes {
        return Decision::Collect;
    }
    match confirm(prompt, "Collect now? [Y/n] ") {
        Some(true) => Decision::Collect,
        Some(false) => {
            prompt.print("Nothing was collected.\n");
            Decision::Declined
        }
        None => Decision::Unanswered,
    }
}

/// What will be done, in the words of the table of what is taken.
fn announcement(found: &Installed, files: &[Target]) -> String {
    let mut text =
        wrap("This program collects a snapshot of this node for support. It only reads.", "") + "\n";
    text += &item("Application  ", &format!("{} ({})", found.folder.display(), found.name));
    for (index, file) in files.iter().enumerate() {
        text += &item(if index == 0 { "It writes    " } else { INDENT }, &file.path.display().to_string());
        // A bundle alone needs no description.
        if files.len() > 1 {
            text += &item(INDENT, &format!("({})", file.note));
        }
    }
    text + "\n" + &contents(false, cfg!(windows))
}

/// As wide as the labels of the announcement.
const INDENT: &str = "             ";

/// What enters a bundle and what never does.
pub(super) fn contents(copied: bool, windows: bool) -> String {
    let list = |what| wrap(&inventory_table::plain(what), "  - ");
    let taken: String = inventory_table::rows(copied, windows).map(|row| list(&row.what)).collect();
    let never: String = inventory_table::NEVER.iter().map(|what| list(what)).collect();
    format!("What is taken:\n{taken}\nWhat is never taken:\n{never}\n")
}

/// What was written, and what to know of it.
pub(super) fn written(collected: &Collected) -> String {
    let Collected { path, bytes, members, .. } = collected;
    let mut text = item("Wrote ", &format!("{} ({}, {members} members).", path.display(), size(*bytes)));
    if let Some(sha256) = &collected.sha256 {
        let _ = writeln!(text, "SHA-256 {sha256}");
    }
    text + &notes(&collected.notes) + &do_not_send(&collected.keep)
}

/// What to know of what was written.
pub(super) fn notes(notes: &[String]) -> String {
    notes.iter().map(|note| item("Note: ", note)).collect()
}

/// Which files stay here.
pub(super) fn do_not_send(keep: &[PathBuf]) -> String {
    let each = keep.iter().map(|path| {
        let why = if crate::collect::is_made_key(path) {
            "with this key, guesses can be tested against the labels"
        } else {
            "it shows the names behind the labels"
        };
        item("DO NOT SEND ", &format!("{}: {why}. Keep it.", path.display()))
    });
    each.collect()
}

/// What to do with the file.
pub(super) fn what_next(collected: &Collected) -> String {
    let steps = [
        "Run this program on every other node of the cluster too, today if possible.",
        "Send the files, one from each node, with their SHA-256, to the person who asked for them.",
        "Never send encryption.config, database.config, or a file named do-not-send.",
    ];
    let steps: String = steps.into_iter().map(|step| wrap(step, "  - ")).collect();
    let look = wrap(
        "The file is a zip of text files that you can open. To list what was collected, and what was left out and why, type \
         this in the folder of this program:",
        "",
    );
    format!("\nWhat to do next\n{steps}\n{look}  {}\n", inspect(&collected.path))
}

/// What to type to look into a bundle.
pub(super) fn inspect(bundle: &Path) -> String {
    let path = escape::one_line(&bundle.display().to_string());
    let quote = if path.contains(' ') { "\"" } else { "" };
    format!("clusterbrief inspect {quote}{path}{quote}")
}

/// What to do where nobody can answer.
pub(super) const TYPE_YES: &str =
    "nobody answered the question, so nothing was collected; add --yes to collect without a question";

/// Why there is no application to collect, and what to do instead.
fn none_found(search: &Search, elevated: Option<bool>) -> String {
    if let Some(why) = &search.unread {
        let start = if elevated == Some(false) { "start this program as administrator, or " } else { "" };
        return format!(
            "the configuration of IIS could not be read ({FILE}: {why}); {start}give the application folder with --app-dir DIR"
        );
    }
    if search.unseen.is_empty() {
        return "no application of the product was found in IIS; give its folder with --app-dir DIR"
            .to_owned();
    }
    let each: Vec<String> = search.unseen.iter().map(not_seen).collect();
    format!(
        "no application of the product was found in IIS, and some could not be checked: {}; give the folder with --app-dir \
         DIR when it can be reached, or collect on the machine that has it",
        each.join("; ")
    )
}

/// Several applications, and nobody to choose one.
fn which_one(several: &[Installed]) -> String {
    let each = several.iter().map(|found| format!("{} in {}", found.name, found.folder.display()));
    format!(
        "IIS has {} applications of the product: {}; choose one with --app-dir DIR; if several are in use, collect each of \
         them",
        several.len(),
        each.collect::<Vec<_>>().join(" and ")
    )
}

/// The folder for the bundle: that of the program, unless IIS serves it or it cannot be written to. Then the first of
/// `others` that fits, with the reason.
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
        Some(folder) if is_served(folder) => "the program is in a folder that IIS serves",
        Some(folder) if writable(folder) => return Some((folder.clone(), None)),
        _ => "nothing can be written to the folder of the program",
    };
    let fits = |folder: &PathBuf| folder.is_dir() && !is_served(folder) && writable(folder);
    others.into_iter().find(fits).map(|folder| (folder, Some(why)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::WIDTH;

    /// Answers as planned, and remembers what it was asked.
    struct Script {
        answers: Vec<Option<&'static str>>,
        heard: String,
    }

    impl Script {
        fn new(answers: &[Option<&'static str>]) -> Self {
            Self { answers: answers.iter().rev().copied().collect(), heard: String::new() }
        }
    }

    impl Prompt for Script {
        fn print(&mut self, text: &str) {
            self.heard.push_str(text);
        }

        fn ask(&mut self, question: &str) -> Option<String> {
            self.heard.push_str(question);
            self.answers.pop().expect("no more questions than answers").map(str::to_owned)
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
            [(Some("y"), Decision::Collect), (Some("n"), Decision::Declined), (None, Decision::Unanswered)]
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
            assert_eq!(rights(&mut person, &Privileges { elevated, restart: None }), Decision::Collect);
            assert_eq!(person.heard, "");
        }
        let cases = [
            (&[Some("")][..], Some(true), Decision::Restarted),
            (&[Some("Yes\n")], Some(false), Decision::Collect),
            (&[Some("n")], Some(true), Decision::Collect),
            (&[Some("what?"), Some("n")], Some(true), Decision::Collect),
            (&[None], Some(true), Decision::Collect),
            (&[], None, Decision::Collect),
        ];
        for (answers, restarted, decision) in cases {
            let mut person = Script::new(answers);
            let restart = || restarted == Some(true);
            let restart: &dyn Fn() -> bool = &restart;
            let privileges = Privileges { elevated: Some(false), restart: restarted.map(|_| restart) };
            assert_eq!(rights(&mut person, &privileges), decision);
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
        for (answer, folder) in [("1", "/a"), ("2\n", "/b")] {
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
        assert!(said.contains("could not be read") && said.contains("access is denied"), "{said}");
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
        assert!(said.contains("legend-do-not-send.txt: it shows the names behind the labels"), "{said}");
        assert!(said.contains("case-key-do-not-send.txt: with this key, guesses can be tested"), "{said}");
        assert!(said.contains(&format!("Note: {long}; {long}")), "{said}");
    }

    #[test]
    fn the_bundle_is_written_beside_the_program_unless_that_is_served_or_closed() {
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
