//! Web pages: what somebody saved in place of an answer.

use super::{Id, Known};

/// Characters of a page that say what it is about.
const HEAD: usize = 16 << 10;

/// Words of sign-in pages, in lower case.
const SIGN_IN: [&str; 16] = [
    "sign in",
    "sign-in",
    "signin",
    "log in",
    "login",
    "log on",
    "logon",
    "anmelden",
    "anmeldung",
    "einloggen",
    "connexion",
    "se connecter",
    "iniciar sesión",
    "accedi",
    "inloggen",
    "zaloguj",
];

/// Words of error pages, in lower case.
const ERRORS: [&str; 14] = [
    "error",
    "not found",
    "forbidden",
    "access denied",
    "unauthorized",
    "unavailable",
    "bad gateway",
    "bad request",
    "timeout",
    "timed out",
    "fehler",
    "erreur",
    "nicht gefunden",
    "is offline",
];

pub(super) fn of(start: &str) -> Option<Known> {
    if !start.starts_with('<') {
        return None;
    }
    let head: String = start.chars().take(HEAD).collect::<String>().to_lowercase();
    let first: String = head.chars().take(1024).collect();
    if !["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| first.contains(tag))
        || first.contains("<?xml-stylesheet")
    {
        return None;
    }
    let title = inside(&head, "<title").or_else(|| inside(&head, "<h1")).unwrap_or_default();
    let heading = inside(&head, "<h1").unwrap_or_default();
    let says = |words: &[&str]| words.iter().any(|word| title.contains(word) || heading.contains(word));
    let has_password =
        ["type=\"password\"", "type='password'", "type=password"].iter().any(|field| head.contains(field));
    let status = |text: &str| {
        text.split(|c: char| !c.is_ascii_digit())
            .any(|number| number.len() == 3 && matches!(number.as_bytes().first(), Some(b'4' | b'5')))
    };
    Some(match () {
        () if has_password => Known::new(Id::SignIn, "a web page that asks to sign in"),
        () if says(&ERRORS) || status(title) || status(heading) => {
            Known::new(Id::ErrorPage, "a web page that tells of an error")
        }
        () if says(&SIGN_IN) => Known::new(Id::SignIn, "a web page that asks to sign in"),
        () if is_moved(&head) => Known::new(Id::SignIn, "a web page that sends on to a sign-in"),
        () => Known::new(Id::WebPage, "a web page"),
    })
}

/// Whether a page only sends the browser to where one signs in.
fn is_moved(head: &str) -> bool {
    let sends_on = head.contains("http-equiv=\"refresh\"")
        || head.contains("object moved")
        || head.contains("samlrequest");
    sends_on
        && ["login", "signin", "saml", "oauth", "adfs", "authorize"].iter().any(|word| head.contains(word))
}

/// The text inside of the first element of a name.
fn inside<'t>(page: &'t str, tag: &str) -> Option<&'t str> {
    let element = page.get(page.find(tag)?..)?;
    let text = element.get(element.find('>')? + 1..)?;
    text.get(..text.find("</")?)
}
