//! Tickets: every made case and hostile reports, for every system. They fit, say what must be said, and nothing that comes
//! from evidence means anything to the system. `scripts/check-tickets` gives the same files to other programs.

mod command;
mod harmless;
mod tables;

use crate::golden::AUDITED;
use crate::report_render::{as_is, benign, checklist_of, crowded, keep, plan_of};
use crate::support::report::{cannot_say, mid_upgrade, ready};
use clusterbrief::report::format::Content;
use clusterbrief::report::model::Report;
use clusterbrief::report::ticket::{Tracker, render};

/// What trackers make a link, a mention, a picture or a macro of.
const HOSTILE: &str = "h1. x ---- # y ||a|b|| - [ ] > q 1. n @everyone #12 GH-12 a/b#3 TICKET-7 1a2b3c4d5e6f \
     https://x.example/a?b=c www.x.example a@x.example mailto:a@x.example :+1: :smile: (y) (!) :) ;) {host-1} {code} \
     {noformat} {color:red} {{ticket.id}} {% if %} [~user] [a|https://x.example] !image.png! !{x}! ![a](b) [a](b) [^1] \
     <b>x</b> <script>x</script> <@U1> <at>x</at> &lt; &#64;all $x^2$ `t` ``u`` *b* **c** _d_ __e__ ~~f~~ -g- +h+ ^i^ ~j~ \
     ??k?? bq. l fn1. m [code]<i>n</i>[/code] [!NOTE] C:\\dir\\\\host\\share\\ \r\n\r\n# head\n* item\n{quote} \
     \u{202e}o\u{200b}\u{1b}[2J@here";

fn before(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{HOSTILE} {text}") }
}

fn after(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{text} {HOSTILE}") }
}

/// Made reports by name, hostile ones among them.
fn made() -> Vec<(&'static str, Report)> {
    vec![
        ("benign", benign()),
        ("ready", ready()),
        ("cannot-say", cannot_say()),
        ("crowded", crowded()),
        ("hostile-before", mid_upgrade(&before)),
        ("hostile-after", mid_upgrade(&after)),
        (
            "hostile-marks",
            mid_upgrade(&|text| if text.is_empty() { String::new() } else { "&@{[\"".repeat(400) }),
        ),
    ]
}

fn is_within(text: &str, tracker: Tracker, what: &str) {
    if let Some(limit) = tracker.limit() {
        let (length, room) = (limit.measure(text), limit.room());
        assert!(length <= room, "{what} for {}: {length} of {room}\n{text}", tracker.name());
    }
}

#[test]
fn every_ticket_fits() {
    let made = made();
    let cases = AUDITED.iter().map(|(case, audited)| (case.name, &audited.report));
    for (name, report) in made.iter().map(|(name, report)| (*name, report)).chain(cases) {
        for tracker in Tracker::ALL {
            is_within(&render(Content::Report(report), tracker, Some("report.html")), tracker, name);
            if report.plan.is_some() {
                let plan = plan_of(report);
                is_within(&render(Content::Document(&plan), tracker, None), tracker, name);
                let list = checklist_of(report);
                is_within(&render(Content::Document(&list), tracker, None), tracker, name);
            }
        }
    }
}

#[test]
fn limits_are_what_the_page_says_and_a_tenth_is_left() {
    let page = include_str!("../../../docs/tickets.md");
    for tracker in Tracker::ALL {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{}` |", tracker.name()))).unwrap();
        assert!(row.contains(&format!("`.{}`", tracker.extension())), "{row}");
        if let Some(limit) = tracker.limit() {
            assert!(row.replace(',', "").contains(&limit.most.to_string()), "{row}");
            assert!(limit.room() * 10 <= limit.most * 9, "{row}");
        }
    }
}

/// What a reader sees of a ticket: joiners gone, entities and escapes as characters.
fn read(text: &str) -> String {
    let mut read = text.replace('\u{2060}', "").replace(['`', '*', '\\'], "");
    for (code, c) in [
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#45;", "-"),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        read = read.replace(code, c);
    }
    read.replace("<code>", "").replace("</code>", "")
}

#[test]
fn what_must_be_said_is_whole_in_every_ticket() {
    let made = [("benign", benign()), ("crowded", crowded()), ("cannot-say", cannot_say())];
    let cases = AUDITED.iter().map(|(case, audited)| (case.name, &audited.report));
    for (name, report) in made.iter().map(|(name, report)| (*name, report)).chain(cases) {
        for tracker in Tracker::ALL {
            let text = read(&render(Content::Report(report), tracker, None));
            let plain = |text: &str| read(&text.split_whitespace().collect::<Vec<_>>().join(" "));
            let verdict = &report.verdict;
            let mut must = vec![plain(&verdict.question), verdict.label.to_owned(), plain(&verdict.headline)];
            must.extend(verdict.reasons.first().map(|reason| plain(&reason.text)));
            must.extend(report.actions.first().map(|action| plain(&action.title)));
            must.extend(
                report.actions.first().into_iter().flat_map(|one| one.steps.iter().map(|step| plain(step))),
            );
            must.extend(report.missing.first().map(|missing| plain(&missing.ask)));
            must.push("Made by clusterbrief".to_owned());
            for needle in must {
                assert!(text.contains(&needle), "{name} for {}: {needle} is not in\n{text}", tracker.name());
            }
        }
    }
}

/// What is shown and what is said to be left out add up, and each block that is there is there whole.
#[test]
fn blocks_are_whole_and_what_is_left_out_is_counted() {
    let mut report = crowded();
    for (at, finding) in report.findings.iter_mut().enumerate() {
        finding.title = format!("Begin{at:05}");
        finding.remedy = format!("End{at:05}");
    }
    for tracker in Tracker::ALL {
        let text = render(Content::Report(&report), tracker, Some("page.html"));
        let findings = text.split("Findings").skip(1).collect::<Vec<_>>().join("");
        let (begun, ended) = (findings.matches("Begin0").count(), findings.matches("End0").count());
        assert_eq!(begun, ended, "{}: a block is cut", tracker.name());
        let left = text
            .split(" more finding")
            .next()
            .and_then(|head| head.rsplit(' ').next()?.parse::<usize>().ok());
        let left = if text.contains(" more finding") { left.unwrap() } else { 0 };
        assert_eq!(begun + left, report.findings.len(), "{}", tracker.name());
        assert_eq!(left > 0, tracker != Tracker::Plain, "{}", tracker.name());
        assert!(left == 0 || text.contains("see page.html."), "{}", tracker.name());
    }
    let short = render(Content::Report(&benign()), Tracker::Github, None);
    assert!(!short.contains("Not shown here"), "{short}");
}

#[test]
fn a_plan_cut_in_one_way_shows_no_steps_of_another() {
    let (_, audited) = AUDITED.iter().find(|(case, _)| case.name == "pre-upgrade").unwrap();
    let plan = plan_of(&audited.report);
    let ways = &plan.plan.as_ref().unwrap().runbooks;
    assert!(ways.len() > 1);
    for tracker in [Tracker::Jira, Tracker::Servicenow, Tracker::Teams] {
        let text = render(Content::Document(&plan), tracker, Some("plan.html"));
        let left =
            text.split(" more steps").next().and_then(|head| head.rsplit(' ').next()?.parse::<usize>().ok());
        assert!(left.is_some_and(|left| left > 0) && text.contains("see plan.html"), "{text}");
        let shown = ways.iter().filter(|way| read(&text).contains(&read(&way.title))).count();
        assert!(shown <= 1, "{}: steps of {shown} ways\n{text}", tracker.name());
    }
    let whole = render(Content::Document(&plan), Tracker::Plain, None);
    assert!(!whole.contains("Not shown here"));
}

#[test]
fn same_report_same_ticket() {
    for tracker in Tracker::ALL {
        let write = || render(Content::Report(&mid_upgrade(&as_is)), tracker, None);
        assert_eq!(write(), write());
    }
}

/// Tickets are kept where `scripts/check-tickets` finds them.
fn kept(name: &str, tracker: Tracker, text: &str) {
    keep(&format!("ticket-{name}-{}.{}", tracker.name(), tracker.extension()), text);
}
