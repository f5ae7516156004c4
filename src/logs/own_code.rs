//! Errors that Windows gives to many callers: an entry counts for the product's key file only if its logger or a frame of
//! its stack trace is of the code that reads the key file, or of the start.
//!
//! Frames follow the line with the error, so that a hit waits for the end of its entry.

use super::sample::SampleLine;
use crate::knowledge::own_code::{CodeArea, OwnCode};
use crate::model::log::{Hit, Origin};

/// Bytes of a line that are looked at.
const LINE: usize = 4096;

/// An error that counts only in some of the product's own code.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// Areas in which it counts.
    pub(super) within: Vec<CodeArea>,
    /// The error that it is elsewhere.
    pub(super) elsewhere: String,
}

/// Hits of the current entry that wait for its end.
#[derive(Default)]
pub(super) struct WaitingHits {
    hits: Vec<WaitingHit>,
    areas: Vec<CodeArea>,
    /// DPAPI was called: no key of a certificate is read so.
    by_dpapi: bool,
}

/// A hit whose error depends on the rest of its entry.
pub(super) struct WaitingHit {
    /// Index of the pattern.
    pub(super) index: usize,
    pub(super) hit: Hit,
    pub(super) sample: SampleLine,
    caller: Caller,
}

impl WaitingHits {
    pub(super) fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }

    /// Adds a hit on `line` of the entry that begins with `entry`. Lines of one entry are one hit of a signature.
    pub(super) fn add(
        &mut self,
        code: &OwnCode,
        [entry, line]: [&[u8]; 2],
        caller: &Caller,
        (index, hit): (usize, Hit),
        sample: SampleLine,
    ) {
        if self.hits.is_empty() {
            self.see(code, entry);
        }
        self.see(code, line);
        if !self.hits.iter().any(|other| other.hit.signature == hit.signature) {
            self.hits.push(WaitingHit { index, hit, sample, caller: caller.clone() });
        }
    }

    /// Looks at a line of the entry.
    pub(super) fn see(&mut self, code: &OwnCode, line: &[u8]) {
        let line = line.get(..LINE).unwrap_or(line);
        for area in code.areas(line) {
            if !self.areas.contains(&area) {
                self.areas.push(area);
            }
        }
        self.by_dpapi = self.by_dpapi || DPAPI.iter().any(|call| memchr::memmem::find(line, call).is_some());
    }

    /// The entry has ended: the hits, each with the error and the origin that it is of.
    pub(super) fn take(&mut self, is_foreign: bool) -> impl Iterator<Item = WaitingHit> + use<> {
        let Self { hits, areas, by_dpapi } = std::mem::take(self);
        let of_other_keys = areas.contains(&CodeArea::OtherKey) && !by_dpapi;
        hits.into_iter().map(move |mut waiting| {
            let counts = waiting.caller.within.iter().any(|area| areas.contains(area));
            if counts && !of_other_keys && !is_foreign {
                waiting.hit.origin = Origin::Node;
            } else {
                waiting.hit.signature.clone_from(&waiting.caller.elsewhere);
                let elsewhere = |id: &String| id != SIGN_IN;
                if of_other_keys && !matches!(&waiting.hit.origin, Origin::Workload(id) if elsewhere(id)) {
                    waiting.hit.origin = Origin::OtherKey;
                }
            }
            waiting
        })
    }
}

/// The record of work on sign-ins: the keys that it reads, such as those of SAML, are the node's own.
const SIGN_IN: &str = "sign-in";
/// Calls of DPAPI, as stack traces have them.
const DPAPI: [&[u8]; 2] = [b"ProtectedData", b"CryptUnprotectData"];

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;
    use crate::logs::Scanner;
    use crate::logs::tests::AsIs;
    use crate::model::log::Origin;

    #[test]
    fn an_error_of_many_callers_counts_where_its_entry_names_the_code() {
        const KEY: &str = "   at Thycotic.AppCore.Cryptography.Example.Load()\n";
        const SAML: &str = "   at Delinea.PAM.Saml.Reader.Open()\n";
        const START: &str =
            "   at Contoso.X.Run()\n   at Thycotic.ihawu.Web.Global.Application_Start(Object sender)\n";
        const DPAPI: &str = "   at System.Security.Cryptography.ProtectedData.Unprotect(Byte[] data)\n";
        let knowledge = Knowledge::builtin().unwrap();
        let scanner = Scanner::new(&knowledge, &AsIs).unwrap();
        let first = "2026-06-16 10:00:00,000 [7] ERROR Thycotic.ihawu.Web - The page failed\n";
        let text = "System.Security.Cryptography.CryptographicException: Key not valid for use in specified state.\n\n";
        let next = "2026-06-16 10:00:01,000 [7] INFO Thycotic.AppCore.Cryptography - Loaded\n";
        for (frames, expected) in [
            (KEY.to_owned(), ("E-011", Origin::Node)),
            (format!("{DPAPI}{}{KEY}", "   at System.X.Y()\n".repeat(300)), ("E-011", Origin::Node)),
            (START.to_owned(), ("E-011", Origin::Node)),
            (String::new(), ("E-012", Origin::Node)),
            (DPAPI.to_owned(), ("E-012", Origin::Node)),
            (SAML.to_owned(), ("E-012", Origin::OtherKey)),
            (format!("{KEY}{SAML}"), ("E-012", Origin::OtherKey)),
            (format!("{DPAPI}{KEY}{SAML}"), ("E-011", Origin::Node)),
        ] {
            // The same in whatever pieces, at the end of the file too, and once for each entry.
            for log in
                [format!("{first}{text}{frames}{next}").repeat(3), format!("{first}{text}{frames}").repeat(3)]
            {
                for piece in [1, 7, log.len()] {
                    let mut file = scanner.file("logs/SS.log", None, false);
                    log.as_bytes().chunks(piece).for_each(|piece| file.push(piece));
                    let hits = file.finish().hits;
                    let found: Vec<_> = hits
                        .iter()
                        .map(|hit| (hit.signature.as_str(), hit.origin.clone(), hit.errors))
                        .collect();
                    assert_eq!(found, [(expected.0, expected.1.clone(), 3)], "{log}");
                }
            }
        }
        let saml =
            "2026-06-16 10:00:00,000 [7] ERROR Thycotic.ihawu.Web.Saml - The sign-in failed: 0x8009000B\n";
        let mut file = scanner.file("logs/SS.log", None, false);
        file.push(saml.as_bytes());
        let hits = file.finish().hits;
        assert_eq!((hits[0].signature.as_str(), &hits[0].origin), ("E-012", &Origin::OtherKey));
        let heartbeat = first.replace("The page failed", "Heartbeat failed for secret 7");
        let mut file = scanner.file("logs/SS.log", None, false);
        file.push(format!("{heartbeat}{text}").as_bytes());
        let hits = file.finish().hits;
        assert_eq!(hits[0].origin, Origin::Workload("heartbeat".into()));
    }

    #[test]
    fn short_texts_are_looked_for_where_something_failed() {
        let knowledge = Knowledge::builtin().unwrap();
        let scanner = Scanner::new(&knowledge, &AsIs).unwrap();
        let scan = |log: &str| {
            let mut file = scanner.file("logs/SS.log", None, false);
            file.push(log.as_bytes());
            file.finish()
        };
        for (level, expected) in [("ERROR", 1), ("WARN", 1), ("FATAL", 1), ("INFO", 0), ("DEBUG", 0)] {
            let log =
                format!("2026-06-16 10:00:00,000 [7] {level} Thycotic.X - failed\n  with 0x80090331 again\n");
            let hits = scan(&log).hits;
            assert_eq!(hits.iter().filter(|hit| hit.signature == "E-158").count(), expected, "{level}");
        }
        assert_eq!(scan("nothing tells the level of 0x80090331\n").hits[0].signature, "E-158");
    }
}
