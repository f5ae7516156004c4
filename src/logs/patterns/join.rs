//! Which wordings are one: those that differ in words that take many values.
//!
//! The method is that of Spell (Du and Li, 2016): wordings of one logger that share most of their words, in order, are
//! joined, and what they do not share is a slot. Two things are added, because "could not open" and "could not close" are two
//! errors: where a slot has only a few values, each of them is a wording of its own; and a slot is never empty.

use super::tokens::{ACCOUNT, ANY, PATH};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Values of a slot that are so few that each is a wording of its own.
const FEW: usize = 2;
/// A slot with any words, as a number.
const GAP: u32 = 0;

/// A word of a wording, with the signs around it.
pub(super) type Word = Box<[u8]>;

/// What a wording is joined to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Joined {
    /// The number of its family: wordings that share most of their words, however few values a slot has.
    pub(super) family: usize,
    /// The wording that it is a case of; itself if there is no other.
    pub(super) words: Vec<Word>,
}

/// Joins wordings of one logger; their order decides, so it has to be the same for the same entries. The answers are in
/// order of the wordings.
pub(super) fn join(wordings: &[&[Word]]) -> Vec<Joined> {
    let mut texts: Vec<&[u8]> = vec![ANY];
    let mut numbers: BTreeMap<&[u8], u32> = [(ANY, GAP)].into();
    let coded: Vec<Vec<u32>> = wordings
        .iter()
        .map(|words| {
            let number = |word| {
                *numbers.entry(word).or_insert_with(|| {
                    texts.push(word);
                    u32::try_from(texts.len() - 1).unwrap_or(GAP)
                })
            };
            words.iter().map(|word| &**word).map(number).collect()
        })
        .collect();
    // A name may have several words, of which the look of one alone says that it changes.
    let names: Vec<u32> = [PATH, ACCOUNT].iter().filter_map(|slot| numbers.get(slot).copied()).collect();
    let mut parts: Vec<Part> = Vec::new();
    for (family, Family { members, .. }) in families(&coded).into_iter().enumerate() {
        let mut split_up = Vec::new();
        split(&coded, members, &mut split_up);
        let part = |(mut template, members): (Vec<u32>, Vec<usize>)| {
            let mut before = None;
            template.retain(|word| {
                let part_of_name = *word == GAP && before.is_some_and(|before| names.contains(&before));
                before = Some(*word);
                !part_of_name
            });
            Part { family, template, members }
        };
        parts.extend(split_up.into_iter().map(part));
    }
    let introduces = |word: u32| texts.get(word as usize).is_some_and(|text| text.ends_with(b":"));
    let changes = |word: u32| texts.get(word as usize).is_some_and(|text| text.starts_with(b"<"));
    let mut joined: Vec<Option<Joined>> = vec![None; wordings.len()];
    for Part { family, template, members } in swallow(parts, introduces, changes) {
        let text = |word: &u32| texts.get(*word as usize).map(|word| Word::from(*word));
        let words: Vec<Word> = template.iter().filter_map(text).collect();
        for member in members {
            if let Some(place) = joined.get_mut(member) {
                *place = Some(Joined { family, words: words.clone() });
            }
        }
    }
    joined.into_iter().flatten().collect()
}

/// Wordings that are one.
struct Part {
    family: usize,
    template: Vec<u32>,
    members: Vec<usize>,
}

/// Joins what is a case of something more general: a slot that takes many values takes these as well. The most general
/// come first. `introduces` tells words after which a reason follows, in any words,
/// and `changes` those that are slots by their look.
fn swallow(
    mut parts: Vec<Part>,
    introduces: impl Fn(u32) -> bool,
    changes: impl Fn(u32) -> bool,
) -> Vec<Part> {
    // What has a slot of its own and says more beside it is no value but another message.
    let is_value = |filler: &[u32]| {
        let mut said = filler.iter().filter(|word| **word != GAP);
        !filler.contains(&GAP) || said.next().is_none_or(|word| !changes(*word)) && said.next().is_none()
    };

    parts.sort_by_key(|part| constants(&part.template));
    let mut kept: Vec<Part> = Vec::new();
    // Those with a slot, and all by their words.
    let (mut general, mut same) = (Vec::<usize>::new(), BTreeMap::<Vec<u32>, usize>::new());
    for part in parts {
        let of_part = constants(&part.template);
        let is_case_of = |general: &Part| {
            let own = constants(&general.template);
            let reason = matches!(*general.template, [.., word, GAP] if own >= 2 && introduces(word));
            (reason || own * 5 >= of_part * 2)
                && matches(&general.template, &part.template, |word| *word == GAP)
                && fillers(&general.template, &part.template).into_iter().all(&is_value)
        };
        // Of several, the one that says most.
        let of = same.get(&part.template).copied();
        let of =
            of.or_else(|| general.iter().rev().copied().find(|at| kept.get(*at).is_some_and(is_case_of)));
        if let Some(general) = of.and_then(|at| kept.get_mut(at)) {
            general.members.extend(part.members);
            continue;
        }
        if part.template.contains(&GAP) {
            general.push(kept.len());
        }
        same.insert(part.template.clone(), kept.len());
        kept.push(part);
    }
    kept
}

/// Whether words have those of a template in order, with at least one word in each slot and none elsewhere.
pub(super) fn matches<T: PartialEq>(template: &[T], words: &[T], is_slot: impl Fn(&T) -> bool) -> bool {
    let (mut at, mut next) = (0, 0);
    // Where the last slot is in the template, and where the words go on if it takes one more.
    let mut back: Option<(usize, usize)> = None;
    while next < words.len() {
        let (wanted, word) = (template.get(at), words.get(next));
        if wanted.is_some_and(&is_slot) {
            back = Some((at, next + 1));
            (at, next) = (at + 1, next + 1);
        } else if wanted.is_some() && wanted == word {
            (at, next) = (at + 1, next + 1);
        } else if let Some((slot, more)) = back {
            back = Some((slot, more + 1));
            (at, next) = (slot + 1, more + 1);
        } else {
            return false;
        }
    }
    at == template.len() && next == words.len()
}

/// Wordings that share most of their words.
struct Family {
    template: Vec<u32>,
    members: Vec<usize>,
}

/// How many words two have to share: half of those of the longer one.
fn needed(template: &[u32], words: &[u32]) -> usize {
    constants(template).max(constants(words)).div_ceil(2).max(1)
}

fn constants(words: &[u32]) -> usize {
    words.iter().filter(|word| **word != GAP).count()
}

/// Most families of one logger: what comes later is one of its own.
const MOST_FAMILIES: usize = 2000;
/// Most families that a wording is compared with word by word: those that share most words with it.
const MOST_COMPARED: usize = 8;

fn families(coded: &[Vec<u32>]) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    // The families that a word was in when they began, and how many words of the current wording each shares.
    let mut with_word: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut common_words: Vec<usize> = Vec::new();
    for (member, words) in coded.iter().enumerate() {
        let mut touched: Vec<usize> = Vec::new();
        for family in words.iter().filter_map(|word| with_word.get(word)).flatten() {
            if let Some(count) = common_words.get_mut(*family) {
                if *count == 0 {
                    touched.push(*family);
                }
                *count += 1;
            }
        }
        let mut likely: Vec<(usize, usize)> = Vec::new();
        for at in touched {
            let shared = common_words.get_mut(at).map(std::mem::take).unwrap_or_default();
            let is_likely = families.get(at).is_some_and(|family| shared >= needed(&family.template, words));
            likely.extend(is_likely.then_some((shared, at)));
        }
        likely.sort_by_key(|(shared, at)| (Reverse(*shared), *at));
        let mut best: Option<(usize, usize, Vec<u32>)> = None;
        for (_, at) in likely.into_iter().take(MOST_COMPARED) {
            let Some(family) = families.get(at) else { continue };
            let (shared, template) = common(&family.template, words);
            let is_best = best.as_ref().is_none_or(|(_, most, _)| shared > *most);
            if shared >= needed(&family.template, words) && is_best {
                best = Some((at, shared, template));
            }
        }
        if let Some((family, template)) =
            best.and_then(|(at, _, template)| Some((families.get_mut(at)?, template)))
        {
            family.template = template;
            family.members.push(member);
            continue;
        }
        if families.len() < MOST_FAMILIES {
            for word in words.iter().filter(|word| **word != GAP) {
                let of_word = with_word.entry(*word).or_default();
                if of_word.last() != Some(&families.len()) {
                    of_word.push(families.len());
                }
            }
            common_words.push(0);
        }
        families.push(Family { template: words.clone(), members: vec![member] });
    }
    families
}

/// The words that two share in order, with a slot wherever one has more; and how many they are.
fn common(a: &[u32], b: &[u32]) -> (usize, Vec<u32>) {
    let width = b.len() + 1;
    // How many words the ends from here on share.
    let mut shared = vec![0_u16; (a.len() + 1) * width];
    let at = |shared: &[u16], i: usize, j: usize| shared.get(i * width + j).copied().unwrap_or(0);
    for (i, word) in a.iter().enumerate().rev() {
        for (j, other) in b.iter().enumerate().rev() {
            let most = if word == other && *word != GAP {
                at(&shared, i + 1, j + 1) + 1
            } else {
                at(&shared, i + 1, j).max(at(&shared, i, j + 1))
            };
            if let Some(place) = shared.get_mut(i * width + j) {
                *place = most;
            }
        }
    }
    let (mut i, mut j, mut template) = (0, 0, Vec::with_capacity(a.len()));
    let mut gap = false;
    while let (Some(word), Some(other)) = (a.get(i), b.get(j)) {
        if word == other && *word != GAP {
            if std::mem::take(&mut gap) {
                template.push(GAP);
            }
            template.push(*word);
            (i, j) = (i + 1, j + 1);
            continue;
        }
        gap = true;
        if at(&shared, i + 1, j) >= at(&shared, i, j + 1) { i += 1 } else { j += 1 }
    }
    if gap || i < a.len() || j < b.len() {
        template.push(GAP);
    }
    (usize::from(at(&shared, 0, 0)), template)
}

/// Splits a family until each slot takes many values, and is never empty.
fn split(coded: &[Vec<u32>], members: Vec<usize>, parts: &mut Vec<(Vec<u32>, Vec<usize>)>) {
    let words = |member: &usize| coded.get(*member).map(Vec::as_slice).unwrap_or_default();
    let mut all = members.iter().map(words);
    let first = all.next().unwrap_or_default().to_vec();
    let template = all.fold(first, |template, words| common(&template, words).1);
    let filled: Vec<Vec<&[u32]>> = members.iter().map(|member| fillers(&template, words(member))).collect();
    let slots = filled.first().map_or(0, Vec::len);
    for slot in 0..slots {
        let of = |fillers: &Vec<&[u32]>| fillers.get(slot).copied().unwrap_or_default().to_vec();
        let values: BTreeSet<Vec<u32>> = filled.iter().map(of).collect();
        let by_value = values.len() > 1 && values.len() <= FEW;
        let by_emptiness = values.len() > 1 && values.iter().any(Vec::is_empty);
        if !(by_value || by_emptiness) {
            continue;
        }
        let mut by: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
        for (member, fillers) in members.iter().zip(&filled) {
            let mut value = of(fillers);
            if !by_value {
                value.truncate(1);
                value.fill(GAP);
            }
            by.entry(value).or_default().push(*member);
        }
        for members in by.into_values() {
            split(coded, members, parts);
        }
        return;
    }
    parts.push((template, members));
}

/// What the words have in the slots of a template.
fn fillers<'w>(template: &[u32], words: &'w [u32]) -> Vec<&'w [u32]> {
    let (mut fillers, mut from, mut at, mut open) = (Vec::new(), 0, 0, false);
    for word in template {
        if *word == GAP {
            (open, from) = (true, at);
            continue;
        }
        while words.get(at).is_some_and(|other| other != word) {
            at += 1;
        }
        if std::mem::take(&mut open) {
            fillers.push(words.get(from..at).unwrap_or_default());
        }
        at += 1;
    }
    if open {
        fillers.push(words.get(from..).unwrap_or_default());
    }
    fillers
}
