//! Brings a date in words or in the order of a country into the spelling that [`super::moment`] knows: months in English, no
//! weekday, numbers without marks, and the half of the day behind the time.
//!
//! The words are those that Windows, Excel and SQL Server write in the languages listed here. A word of another language
//! stays as it is, and the text is then no date.

/// Beginnings of the names of months, in lower case and without marks on letters, by month. German, French, Spanish,
/// Italian, Portuguese, Dutch and the Scandinavian languages; a beginning that means two months in two of them is left out.
const MONTHS: [(&str, &[&str]); 12] = [
    ("Jan", &["jan", "ene", "gen"]),
    ("Feb", &["feb", "fev"]),
    ("Mar", &["mar", "mrz", "mrt", "maa", "maerz"]),
    ("Apr", &["apr", "avr", "abr"]),
    ("May", &["may", "mai", "mag", "mei", "maj"]),
    ("Jun", &["jun", "giu", "juin"]),
    ("Jul", &["jul", "lug", "juil"]),
    ("Aug", &["aug", "aou", "ago"]),
    ("Sep", &["sep", "set"]),
    ("Oct", &["oct", "okt", "ott", "out"]),
    ("Nov", &["nov"]),
    ("Dec", &["dec", "dez", "dic", "des"]),
];

/// Words for the half of the day, in lower case.
const MORNING: [&str; 5] = ["am", "a.m.", "오전", "上午", "午前"];
const EVENING: [&str; 5] = ["pm", "p.m.", "오후", "下午", "午後"];

/// Words between day, month and year.
const BETWEEN: [&str; 3] = ["de", "del", "of"];

/// Signs that follow the year, the month and the day in East Asian languages.
const SIGNS: [(&str, &str); 6] =
    [("年", "-"), ("月", "-"), ("日", " "), ("년", "-"), ("월", "-"), ("일", " ")];

/// The text in the spelling that the forms of [`super::moment`] know.
pub(super) fn plain(text: &str) -> String {
    let text = text.trim().replace(['\u{a0}', '\u{202f}', '\u{3000}'], " ");
    let text = signed(&text);
    let text = match text.split_at_checked(10) {
        // ISO 8601 has a `T` between date and time.
        Some((date, time))
            if time.starts_with(['T', 't']) && date.ends_with(|c: char| c.is_ascii_digit()) =>
        {
            format!("{date} {}", time.trim_start_matches(['T', 't']))
        }
        _ => text,
    };
    let (mut words, mut half): (Vec<String>, Option<&str>) = (Vec::new(), None);
    for word in text.split_whitespace() {
        let lower = word.to_lowercase();
        let lower = lower.trim_end_matches(',');
        if BETWEEN.contains(&lower) {
            continue;
        }
        if MORNING.contains(&lower) || EVENING.contains(&lower) {
            half = Some(if MORNING.contains(&lower) { "AM" } else { "PM" });
            continue;
        }
        words.push(word.trim_end_matches(',').to_owned());
    }
    without_weekday(&mut words);
    let mut plain = joined(&words);
    if let Some(half) = half {
        // It stands behind the time, before an offset or a zone.
        let time = plain.find(':').and_then(|colon| {
            let after = plain.get(colon..)?;
            Some(
                colon
                    + after
                        .find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.'))
                        .unwrap_or(after.len()),
            )
        });
        plain.insert_str(time.unwrap_or(plain.len()), &format!(" {half}"));
    }
    plain.replace(',', "")
}

/// With the signs of East Asian dates as separators: `2026年11月20日` is `2026-11-20`.
fn signed(text: &str) -> String {
    let is_signed =
        |(sign, _): &(&str, &str)| text.contains(*sign) && text.starts_with(|c: char| c.is_ascii_digit());
    if !SIGNS.iter().any(is_signed) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut digit = false;
    for c in text.chars() {
        let sign = SIGNS.iter().find(|(sign, _)| sign.starts_with(c)).filter(|_| digit);
        match sign {
            Some((_, with)) => out.push_str(with),
            // `2026년 11월 20일` has a blank behind each sign.
            None if c == ' ' && out.ends_with('-') => continue,
            None => out.push(c),
        }
        digit = c.is_ascii_digit();
    }
    out
}

/// Takes away the name of the day of the week: a word that is no month, before the date or behind it.
fn without_weekday(words: &mut Vec<String>) {
    let is_word = |word: &String| {
        word.chars().all(|c| c.is_alphabetic() || c == '.' || c == '-' || c == '(' || c == ')')
    };
    let dated = |words: &[String]| words.iter().any(|word| month(word).is_some());
    match words.as_slice() {
        // "Saturday October 17 2026", "Sat 17 Oct 2026": a month is still there without it.
        [first, tail @ ..] if is_word(first) && dated(tail) => drop(words.remove(0)),
        // "2026-11-20 금요일 10:12:33"
        [first, second, _, ..]
            if first.starts_with(|c: char| c.is_ascii_digit())
                && is_word(second)
                && month(second).is_none()
                && !second.is_ascii() =>
        {
            drop(words.remove(1));
        }
        _ => {}
    }
}

/// The words with months in English and without the dots behind numbers, as in `20. November` and `2026. 11. 20.`
fn joined(words: &[String]) -> String {
    let numbers = |word: &String| {
        word.strip_suffix('.').is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
    };
    if let [year, month, day, time @ ..] = words
        && [year, month, day].into_iter().all(numbers)
    {
        let between = if year.len() > 3 { "-" } else { "." };
        let date = [year, month, day].map(|word| word.trim_end_matches('.')).join(between);
        return std::iter::once(date.as_str())
            .chain(time.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(" ");
    }
    let words =
        words.iter().map(|word| match (month(word), word.split('-').collect::<Vec<_>>().as_slice()) {
            (Some(month), _) => month.to_owned(),
            (None, [day, name, year]) => {
                month(name).map_or_else(|| word.clone(), |month| format!("{day}-{month}-{year}"))
            }
            (None, _) if numbers(word) => word.trim_end_matches('.').to_owned(),
            (None, _) => word.clone(),
        });
    words.collect::<Vec<_>>().join(" ")
}

/// The English name of a month in any of the languages.
fn month(word: &str) -> Option<&'static str> {
    let word = word.trim_end_matches('.').to_lowercase();
    if word.chars().count() < 3 || !word.chars().all(char::is_alphabetic) {
        return None;
    }
    let bare: String = word
        .chars()
        .map(|c| match c {
            'ä' | 'á' | 'à' | 'â' => 'a',
            'é' | 'è' | 'ê' => 'e',
            'ç' => 'c',
            'û' | 'ú' | 'ü' => 'u',
            c => c,
        })
        .collect();
    let begins = |names: &[&str]| names.iter().any(|name| bare.starts_with(name));
    MONTHS.iter().find(|(_, names)| begins(names)).map(|(month, _)| *month)
}
