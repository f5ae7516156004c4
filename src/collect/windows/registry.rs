//! Reads values and keys of the registry, in its 64-bit view and with read access only.

use super::error::refusal;
use crate::probes::system::{ProbeError, ProbeResult, Value};
use std::collections::BTreeMap;
use winreg::RegKey;
use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY, RegType};

/// Maximum number of entries of a key; a longer enumeration is not trusted.
const MAX_KEYS: usize = 10_000;

fn open(key: &str) -> ProbeResult<RegKey> {
    RegKey::predef(HKEY_LOCAL_MACHINE)
        .open_subkey_with_flags(key, KEY_READ | KEY_WOW64_64KEY)
        .map_err(refusal)
}

pub(super) fn value(key: &str, name: &str) -> ProbeResult<Value> {
    let value = open(key)?.get_raw_value(name).map_err(refusal)?;
    Ok(decode(&value.vtype, &value.bytes))
}

pub(super) fn values(key: &str) -> ProbeResult<BTreeMap<String, Value>> {
    let key = open(key)?;
    let values = key.enum_values().take(MAX_KEYS + 1).map(|value| {
        let (name, value) = value.map_err(refusal)?;
        Ok((name, decode(&value.vtype, &value.bytes)))
    });
    // The iterator repeats an error for ever, so the first one must end it.
    let values: BTreeMap<_, _> = values.collect::<ProbeResult<_>>()?;
    if values.len() > MAX_KEYS {
        Err(ProbeError::Failed("it has too many values".into()))
    } else {
        Ok(values)
    }
}

pub(super) fn keys(key: &str) -> ProbeResult<Vec<String>> {
    let key = open(key)?;
    // As above.
    let names = key.enum_keys().take(MAX_KEYS + 1).map(|name| name.map_err(refusal));
    let mut names: Vec<String> = names.collect::<ProbeResult<_>>()?;
    if names.len() > MAX_KEYS {
        return Err(ProbeError::Failed("it has too many subkeys".into()));
    }
    names.sort();
    Ok(names)
}

/// A value by its type; one that is too short for its type is bytes.
fn decode(kind: &RegType, bytes: &[u8]) -> Value {
    let number = |size: usize| {
        bytes.get(..size).map(|bytes| {
            Value::Number(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
        })
    };
    let text = || {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| pair.iter().rev().fold(0, |unit, byte| unit << 8 | u16::from(*byte)))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match kind {
        RegType::REG_DWORD => number(4),
        RegType::REG_QWORD => number(8),
        RegType::REG_SZ | RegType::REG_EXPAND_SZ => {
            Some(Value::Text(text().split('\0').next().unwrap_or_default().to_owned()))
        }
        RegType::REG_MULTI_SZ => Some(Value::Texts(
            text().split('\0').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        )),
        _ => None,
    }
    .unwrap_or_else(|| Value::Bytes(bytes.to_vec()))
}
