use super::*;
use crate::intake::NoSanitize;

#[test]
fn probe_files() {
    let Ok(folder) = std::env::var("EVTX_FOLDER") else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "evtx") { continue; }
        let bytes = std::fs::read(&path).unwrap();
        let (mut good, mut bad, mut parsed) = (0, 0, 0);
        let mut out = String::new();
        let damaged = evtx::records(&bytes, &mut |xml| {
            match xml { Some(xml) => { good += 1; let p = event_of_computer(xml); parsed += usize::from(p.is_some()); if let Some(p) = p { out += &format!("{}\t{}\t{}\t{}\t{}\t{}\t{:?}\n", p.computer, p.channel, p.event.provider, p.event.id, p.event.level, p.event.at, p.event.data); } }, None => bad += 1 }
            true
        });
        std::fs::write(path.with_extension("mine"), out).unwrap();
        let read = read("x", &bytes).map(|file| (file.problem, file.computers.into_iter().map(|one| (one.computer.clone(), one.into_records("m", None, &NoSanitize).count())).collect::<Vec<_>>()));
        println!("{} good {good} bad {bad} parsed {parsed} damaged {damaged} {read:?}", path.display());
    }
}
