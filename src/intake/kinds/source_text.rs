//! Scripts and texts of programs, by the words of their language.

use super::{Id, Known, own};

/// A language: how a text of it may begin, in any case; words of which some have to begin a line; and how many of them.
type Language = (&'static str, &'static [&'static str], &'static [&'static str], usize);

/// Languages; the one with the most lines counts, and of equal ones the first.
const LANGUAGES: &[Language] = &[
    (
        "a script (batch)",
        &["@echo off", "@echo on", "@rem "],
        &[
            "@echo",
            "echo ",
            "echo.",
            "set ",
            "setlocal",
            "if not exist",
            "if exist",
            "goto ",
            "rem ",
            "call ",
            "pushd ",
            "popd",
            "exit /b",
            "for /f",
            "copy ",
            "xcopy ",
        ],
        3,
    ),
    (
        "a script (PowerShell)",
        &["#requires", "[cmdletbinding", "<#"],
        &[
            "param(",
            "param (",
            "$",
            "get-",
            "set-",
            "new-",
            "write-",
            "import-module",
            "function ",
            "foreach (",
            "foreach(",
            "try {",
            "} catch",
            "invoke-",
            "start-",
            "stop-",
            "remove-",
            "if ($",
            "if (-not",
        ],
        3,
    ),
    (
        "a script (VBScript)",
        &["option explicit"],
        &[
            "dim ",
            "set ",
            "wscript.",
            "on error resume next",
            "end if",
            "end sub",
            "sub ",
            "function ",
            "msgbox",
        ],
        4,
    ),
    (
        "a script (SQL)",
        &["-- mysql dump", "-- postgresql database dump", "begin transaction;"],
        &[
            "select ",
            "insert into",
            "update ",
            "delete from",
            "create table",
            "create view",
            "create index",
            "create procedure",
            "alter ",
            "drop ",
            "use ",
            "from ",
            "where ",
            "inner join",
            "left join",
            "declare ",
            "go",
            "exec ",
            "order by ",
            "group by ",
            "values",
            "begin transaction",
            "commit",
        ],
        2,
    ),
    (
        "a text of a program (Python)",
        &["#!/usr/bin/env python", "#!/usr/bin/python"],
        &[
            "import ",
            "from ",
            "def ",
            "class ",
            "if __name__",
            "print(",
            "@",
            "elif ",
            "try:",
            "except",
            "with ",
            "return ",
        ],
        3,
    ),
    (
        "a text of a program (C#)",
        &["using system"],
        &["using ", "namespace ", "public ", "private ", "internal ", "protected ", "var ", "return "],
        4,
    ),
    (
        "a text of a program (C)",
        &["#include"],
        &[
            "#include", "#define", "#ifdef", "#ifndef", "#endif", "#pragma", "int ", "void ", "static ",
            "struct ", "return ", "typedef ",
        ],
        3,
    ),
    (
        "a text of a program (Java)",
        &["package "],
        &["package ", "import ", "public ", "private ", "@override", "return "],
        4,
    ),
    (
        "a text of a program (JavaScript)",
        &["\"use strict\"", "'use strict'"],
        &[
            "function ",
            "const ",
            "let ",
            "var ",
            "import ",
            "export ",
            "module.exports",
            "document.",
            "console.",
            "return ",
            "if (",
            "async ",
            "});",
        ],
        4,
    ),
    (
        "a text of a program (Go)",
        &["package main"],
        &["package ", "import (", "func ", "type ", "var ", "return ", "if err"],
        4,
    ),
    (
        "a text of a program (Rust)",
        &["//! ", "#![", "use std::"],
        &["use ", "fn ", "pub ", "impl ", "let ", "mod ", "#[", "struct ", "enum "],
        4,
    ),
    (
        "a text of a program (Ruby)",
        &[],
        &["require ", "def ", "class ", "module ", "end", "puts ", "attr_"],
        4,
    ),
    (
        "a text of a program (Perl)",
        &["#!/usr/bin/perl"],
        &["use strict", "use warnings", "my ", "sub ", "print ", "foreach my"],
        4,
    ),
    ("a text of a program (PHP)", &["<?php"], &["<?php"], 1),
    (
        "a style sheet (CSS)",
        &["@charset", "@import", ":root {"],
        &[
            "color:",
            "margin",
            "padding",
            "font-",
            "display:",
            "background",
            "border",
            "width:",
            "height:",
            "@media",
            "body {",
            "body{",
            ".",
        ],
        4,
    ),
    (
        "a recipe of a container (Dockerfile)",
        &["from "],
        &[
            "from ",
            "run ",
            "copy ",
            "cmd [",
            "cmd ",
            "entrypoint",
            "expose ",
            "env ",
            "workdir ",
            "add ",
            "arg ",
        ],
        3,
    ),
    (
        "a recipe of a program (Makefile)",
        &[".phony"],
        &[".phony", "all:", "clean:", "install:", "test:", "build:", "$(", "cc =", "cflags"],
        3,
    ),
    (
        "a script (shell)",
        &["#!/bin/sh", "#!/bin/bash"],
        &[
            "if [", "fi", "then", "done", "do", "echo ", "export ", "for ", "while ", "case ", "esac",
            "set -e", "sudo ", "cd ", "local ",
        ],
        4,
    ),
    (
        "settings of Terraform",
        &["terraform {"],
        &["resource \"", "variable \"", "provider \"", "output \"", "module \"", "data \"", "terraform {"],
        1,
    ),
];

/// Lines that are looked at.
const LINES: usize = 300;

pub(super) fn of(start: &str) -> Option<Known> {
    if let Some(query) = own::query(start) {
        return Some(query);
    }
    let first = start.lines().next().unwrap_or_default();
    if let Some(interpreter) = first.strip_prefix("#!") {
        return Some(Known::new(Id::Script, interpreted(interpreter)));
    }
    if start.starts_with("diff --git ")
        || (start.starts_with("--- ") && start.contains("\n+++ ") && start.contains("\n@@ "))
    {
        return Some(Known::new(Id::Script, "a list of changes (patch)"));
    }
    let lines: Vec<String> = start
        .lines()
        .take(LINES)
        .map(|line| line.trim().to_lowercase())
        .filter(|line| !line.is_empty())
        .collect();
    let begin: String = start.chars().take(40).collect::<String>().to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for (name, begins, words, least) in LANGUAGES {
        let hits = lines.iter().filter(|line| words.iter().any(|word| line.starts_with(word))).count();
        let sure = begins.iter().any(|mark| begin.starts_with(mark));
        // A word alone may begin a sentence: a good part of all lines has to be of the language.
        let enough = hits >= *least && hits * 10 >= lines.len() * 3 && is_code(start);
        let score = hits + if sure { 5 } else { 0 };
        if ((sure && hits > 0) || enough) && best.is_none_or(|(most, _)| score > most) {
            best = Some((score, name));
        }
    }
    best.map(|(_, name)| Known::new(Id::Script, name))
}

/// Whether a text has the signs that programs have and sentences do not.
fn is_code(start: &str) -> bool {
    let signs = start.bytes().filter(|byte| b"{}();=$<>[]%*\"'".contains(byte)).count();
    signs * 100 >= start.len() * 2
}

fn interpreted(interpreter: &str) -> &'static str {
    let names = [
        ("python", "a text of a program (Python)"),
        ("perl", "a text of a program (Perl)"),
        ("ruby", "a text of a program (Ruby)"),
        ("node", "a text of a program (JavaScript)"),
        ("pwsh", "a script (PowerShell)"),
        ("php", "a text of a program (PHP)"),
        ("sh", "a script (shell)"),
    ];
    names.iter().find(|(word, _)| interpreter.contains(word)).map_or("a script", |(_, name)| name)
}
