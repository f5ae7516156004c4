//! Names of hosts as they compare: one host has a DNS name, a `NetBIOS` name of at most 15 characters, and whatever
//! spelling a person or an office program gave it.

/// Length at which Windows cuts a host name to make its `NetBIOS` name.
pub const NETBIOS: usize = 15;

/// Longest name of a machine; names of the domain name system end at 253 characters.
const LONGEST: usize = 253;

/// Characters that a reader cannot see and that copying from a page or a workbook adds: zero-width ones, marks of the
/// writing direction, soft hyphens, fillers, selectors, tags and byte order marks.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{1bca0}'..='\u{1bca3}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A name as a reader sees it: without invisible characters, without blanks of any kind and dots around it, and letters of
/// double width as ordinary ones.
pub fn visible(name: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3002}' | '\u{ff61}' => '.',
        c => c,
    };
    let seen: String = name.chars().filter(|c| !is_invisible(*c)).map(narrow).collect();
    seen.trim_start().trim_end_matches(|c: char| c.is_whitespace() || c == '.').to_owned()
}

/// Whether a text can be the name of one machine: no list, no pattern, no place for a name, nothing that is not printed. A
/// label stands for a name.
pub fn is_name(name: &str) -> bool {
    let name = visible(name);
    let label = super::label::first_key_in(&name).is_some();
    let marks = |c: char| c.is_control() || matches!(c, '*' | '?' | ',' | ';' | '|' | '%' | '=');
    let place = |open: char, close: char| name.starts_with(open) && name.ends_with(close) && !label;
    !name.is_empty()
        && name.chars().count() <= LONGEST
        && !name.contains(marks)
        && name.contains(char::is_alphanumeric)
        && ![('{', '}'), ('<', '>'), ('[', ']'), ('(', ')')]
            .into_iter()
            .any(|(open, close)| place(open, close))
        && !name.starts_with('$')
}

/// The first label of a full name; the name itself if it has one label only, or is an address.
pub fn label(name: &str) -> &str {
    match name.split_once('.') {
        Some((label, _)) if !label.is_empty() && !label.bytes().all(|byte| byte.is_ascii_digit()) => label,
        _ => name,
    }
}

/// Whether `short` can be the `NetBIOS` name of the host of the longer label. Both in one case.
pub fn is_cut_of(short: &str, long: &str) -> bool {
    short.chars().count() == NETBIOS && long.len() > short.len() && long.starts_with(short)
}

/// Whether two names can mean one host: equal in any case, a short name and a full one that begins with it, or the
/// `NetBIOS` name of the other. A domain before the name, as in `CORP\WEB01`, does not count.
pub fn same_host(a: &str, b: &str) -> bool {
    let plain = |name: &str| visible(name.rsplit('\\').next().unwrap_or_default()).to_uppercase();
    let (a, b) = (plain(a), plain(b));
    let (first, second) = (label(&a), label(&b));
    let is_short = first == a || second == b;
    a == b
        || (is_short && !first.is_empty() && first == second)
        || (first == a && is_cut_of(first, second))
        || (second == b && is_cut_of(second, first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_cannot_see_is_no_part_of_a_name() {
        for name in [
            "WEB01",
            " WEB01\t",
            "\u{feff}WEB01",
            "WEB\u{200b}01",
            "WEB01\u{a0}",
            "\u{200e}WEB01\u{200f}",
            "WEB\u{ad}01 ",
        ] {
            assert_eq!(visible(name), "WEB01", "{name:?}");
        }
        assert_eq!(visible("ＷＥＢ０１．"), "WEB01");
        assert_eq!(visible("WEB01.corp.example. "), "WEB01.corp.example");
        assert_eq!(visible("Wéb 01"), "Wéb 01");
        assert_eq!(visible("\u{200b}\u{feff}"), "");
    }

    #[test]
    fn one_host_has_several_names() {
        for (a, b) in [
            ("web01", "WEB01"),
            ("WEB01", "web01.corp.example"),
            ("VAULT-WEB01-PRO", "vault-web01-prod-eu"),
            ("vault-web01-prod-eu.corp.example", "VAULT-WEB01-PRO"),
            ("WEB01\u{a0}", "WEB01"),
            ("CORP\\WEB01", "web01.corp.example"),
        ] {
            assert!(same_host(a, b) && same_host(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("WEB01", "WEB02"),
            ("WEB0", "WEB01"),
            ("web01.a.example", "web01.b.example"),
            ("VAULT-WEB01-PR", "VAULT-WEB01-PROD"),
            ("VAULT-WEB01-PROD", "VAULT-WEB01-PROD-EU"),
            ("10", "10.0.0.1"),
            ("", "WEB01"),
        ] {
            assert!(!same_host(a, b) && !same_host(b, a), "{a} {b}");
        }
    }

    #[test]
    fn what_is_no_name_of_one_machine() {
        for name in [
            "WEB01",
            "web01.corp.example",
            "10.0.0.1",
            "fe80::1",
            "サーバー1",
            "{host-40083dc9-a4b62893e9}",
            "srv_1",
        ] {
            assert!(is_name(name), "{name}");
        }
        let long = "a".repeat(254);
        for name in [
            "",
            " ",
            ".",
            "*",
            "WEB*",
            "WEB0?",
            "WEB01,WEB02",
            "WEB01; WEB02",
            "WEB01|WEB02",
            "{node}",
            "<name>",
            "[host]",
            "%COMPUTERNAME%",
            "$env:COMPUTERNAME",
            "node=WEB01",
            "-",
            "\u{200b}",
            "a\nb",
            &long,
        ] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
